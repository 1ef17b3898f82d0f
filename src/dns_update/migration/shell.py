"""The commands of a shell script that feeds nsupdate: what they print and get, and where it goes. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dns_update.migration.shell_words import LONGEST_VALUE, UNKNOWN, ShellLine, Token, TokenReader, Unknowns
from dns_update.value import Value

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_DECLARATIONS = ("export", "local", "readonly", "declare", "typeset")
_PREFIXES = ("if", "then", "elif", "else", "while", "until", "do", "!", "time", "sudo", "exec", "command", "nice")
_NOWHERE = ("/dev/null", "/dev/stderr", "/dev/tty")
_PRINTF = re.compile(r"%(?:[-+0-9.]*[sdbqi]|%)")
_ESCAPE = re.compile(r"\\([ntr\\\"])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"'}


class ShellCommand(Value):
    """A command: its words, the number of its line, and the lines that it gets by a here-document.

    `is_fed` says whether its output goes into a pipe or a file, and not to the user.
    """

    words: tuple[str, ...]
    number: int
    lines: tuple[ShellLine, ...] = ()
    is_fed: bool = False

    @property
    def program(self) -> str:
        """The name of its program, without directories."""
        return self.words[0].rpartition("/")[2]

    def printed(self) -> tuple[ShellLine, ...]:
        """Return the lines that echo and printf print, and those that cat copies; none for other programs."""
        words = list(self.words[1:])
        while words and re.fullmatch("-[neE]+", words[0]):
            del words[0]
        if self.program == "echo":
            return tuple(_split(" ".join(words), self.number))
        if self.program == "printf" and words:
            left = iter(words[1:])
            return tuple(_split(_PRINTF.sub(lambda found: _formatted(found[0], left), words[0]), self.number))
        return self.lines if self.program in ("cat", "tee") else ()


class ShellScript:
    """A script's commands in order; `mistakes` are numbers of lines, and what was expected there."""

    def __init__(self, text: str) -> None:
        text = UNKNOWN.sub("?", text.replace("\r\n", "\n"))
        self.unknowns = Unknowns()
        last_values = _ShellReader(text, self.unknowns, {})
        last_values.read()
        reader = _ShellReader(text, self.unknowns, last_values.variables)
        self.commands = tuple(reader.read())
        self.mistakes = tuple(dict.fromkeys(reader.mistakes))


class _Building:
    """A command that is being read; `documents` are the tokens of its here-documents."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.number = 0
        self.documents: list[Token] = []
        self.lines: list[ShellLine] = []
        self.is_fed = False

    def built(self) -> ShellCommand:
        lines = [*self.lines, *(line for token in self.documents for line in token.lines)]
        return ShellCommand(tuple(self.words), self.number, tuple(lines), self.is_fed)


class _ShellReader:
    """Makes commands of tokens, and sets the variables."""

    def __init__(self, text: str, unknowns: Unknowns, known: Mapping[str, str]) -> None:
        self._words = TokenReader(text, unknowns, known)
        self._unknowns = unknowns
        self._commands: list[_Building] = []
        self._current = _Building()
        self._groups: list[int] = []  # for each open group, how many commands there were before it
        self._closed: int | None = None  # the same for the group that was just closed

    @property
    def variables(self) -> dict[str, str]:
        """The variables that were set, with their last values."""
        return self._words.variables

    @property
    def mistakes(self) -> list[tuple[int, str]]:
        """Numbers of lines, and what was expected there."""
        return self._words.mistakes

    def read(self) -> list[ShellCommand]:
        """Return the commands."""
        redirection: Token | None = None
        for token in self._words.tokens():
            if redirection is not None:
                self._redirect(redirection, token)
                redirection = None
            elif token.is_word:
                self._take_word(token)
            elif token.text in ("<<", "<<-"):
                self._current.documents.append(token)
            elif token.text.lstrip("0123456789")[:1] in ("<", ">") and token.text[-1] != "(":
                redirection = token
            else:
                self._take_operator(token.text)
        self._end()
        return [command.built() for command in self._commands]

    def _take_word(self, token: Token) -> None:
        words = self._current.words
        self._closed = None
        found = _ASSIGNMENT.match(token.text)
        if found and (not words or words[0] in _DECLARATIONS):
            value = token.text[found.end() :]
            is_long = len(value) > LONGEST_VALUE
            self.variables[found[1]] = self._unknowns.character("variable", found[1]) if is_long else value
        elif words or token.text not in ("{", "}", *_PREFIXES):
            self._current.number = self._current.number or token.number
            words.append(token.text)
        elif token.text == "{":
            self._groups.append(len(self._commands))
        elif token.text == "}":
            self._close()

    def _take_operator(self, operator: str) -> None:
        if operator == "|":
            self._current.is_fed = True
            self._feed()
        self._end()
        if operator[-1] == "(":
            self._groups.append(len(self._commands))
        elif operator == ")":
            self._close()

    def _redirect(self, operator: Token, target: Token) -> None:
        text = operator.text
        if text == "<<<":
            self._current.lines += _split(target.text, target.number)
        elif text.lstrip("01") in (">", ">>", ">|") and target.text not in _NOWHERE:
            self._current.is_fed = True
            self._feed()

    def _feed(self) -> None:
        """Note that the output of the group that was just closed goes into a pipe or a file."""
        for command in self._commands[self._closed :] if self._closed is not None else ():
            command.is_fed = True
        self._closed = None

    def _close(self) -> None:
        self._end()
        self._closed = self._groups.pop() if self._groups else None

    def _end(self) -> None:
        match self._current.words:
            case ["for", name, "in", *values] if values and not any(map(UNKNOWN.search, values)):
                self.variables[name] = self._unknowns.character("variable", name, tuple(values))
        if self._current.words:
            self._commands.append(self._current)
            self._closed = None
        self._current = _Building()


def _split(text: str, number: int) -> Iterator[ShellLine]:
    r"""Yield the lines of a printed text; `\n` in it ends a line, too, but begins no line of the script."""
    for after, whole in enumerate(text.split("\n")):
        for line in _ESCAPE.sub(lambda found: _ESCAPES[found[1]], whole).split("\n"):
            yield ShellLine(line, number + after)


def _formatted(directive: str, left: Iterator[str]) -> str:
    return "%" if directive == "%%" else next(left, "")
