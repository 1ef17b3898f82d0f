"""Words of the shell's language: quotes are removed, variables replaced, here-documents read. Nothing is run.

What only a run can tell, e.g. the output of a command, becomes one character of a plane of Unicode that is for private
use; `Unknowns` knows what each of them is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from dns_update.value import Value

UnknownKind = Literal["variable", "argument", "command"]

FIRST, LAST = 0xF0000, 0xFFFFD  # Supplementary Private Use Area-A: no text that people write has its characters
UNKNOWN = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
LONGEST_VALUE = 2048  # characters; what is longer than this is no address, name or server
_MOST_OUTPUT = 1 << 19  # characters of all values together; a script can double a variable again and again
_LONGEST_SHOWN = 60  # characters of a variable in braces

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_AFTER_DOLLAR = re.compile(r"[A-Za-z_]\w*|[0-9@*#?!$-]", re.ASCII)
_WITH_DEFAULT = re.compile(r"([A-Za-z_]\w*|[0-9]+):?[-=](.*)", re.ASCII | re.DOTALL)
_IN_COMMANDS = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})", re.ASCII)
_NEEDS_NO_QUOTES = re.compile(r"[\w./:@%+-]+", re.ASCII)
_BACKQUOTED = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL)
_OPERATOR = re.compile(r"[0-9]*(?:<<<|<<-|<<|<&|<>|<\(|<|>>|>&|>\||>\(|>)|&&|\|\||;;|[;&|()\n]")
_PLAIN = re.compile(r"""[^ \t\n;&|()<>'"\\$`]+""")
_HOST_NAMES = ("hostname", "hostname -s", "/bin/hostname", "/bin/hostname -s", "uname -n")
_IDENTITY = "{identity}"
_OF_EVERY_SHELL = {"HOME": "~", "HOSTNAME": _IDENTITY}


class Unknown(Value):
    """What only a run can tell: a variable or argument by its name, or the output of a command.

    A variable of a loop has its `values`.
    """

    kind: UnknownKind
    text: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "a command" if self.kind == "command" else f"${self.text}"


class ShellLine(Value):
    """A line of text that a command gets or prints, and the number of its line in the script."""

    text: str
    number: int


class Token:
    """A word or an operator, and the number of its line; `lines` are those of the here-document that it begins."""

    __slots__ = ("is_word", "lines", "number", "text")

    def __init__(self, text: str, number: int, *, is_word: bool) -> None:
        self.text = text
        self.number = number
        self.is_word = is_word
        self.lines: list[ShellLine] = []


class Unknowns:
    """The characters that are for what is unknown."""

    def __init__(self) -> None:
        self._characters: dict[Unknown, str] = {}
        self._unknowns: dict[str, Unknown] = {}

    def character(self, kind: UnknownKind, text: str, values: tuple[str, ...] = ()) -> str:
        """Return the character for something; always the same one."""
        unknown = Unknown(kind, text, values)
        if unknown not in self._characters:
            character = chr(min(FIRST + len(self._characters), LAST))
            self._characters[unknown] = character
            self._unknowns[character] = unknown
        return self._characters[unknown]

    def __getitem__(self, character: str) -> Unknown:
        return self._unknowns[character]


class TokenReader:
    """Reads the tokens of a text.

    `variables` are set by whoever takes the tokens, while taking them; `known` are those that are set only after they
    are used, e.g. below a function. `mistakes` are numbers of lines, and what was expected there.
    """

    def __init__(self, text: str, unknowns: Unknowns, known: Mapping[str, str]) -> None:
        self.variables: dict[str, str] = {}
        self.mistakes: list[tuple[int, str]] = []
        self._text = text
        self._place = 0
        self._number = 1
        self._unknowns = unknowns
        self._known = known
        self._left = _MOST_OUTPUT

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens; a line's end is one, and comes after the here-documents that follow it."""
        waiting: list[tuple[Token, str, bool]] = []
        self._skip_blanks()
        while self._place < len(self._text):
            found = _OPERATOR.match(self._text, self._place)
            token = Token(found[0] if found else "", self._number, is_word=found is None)
            if found is None:
                token.text = self._word()
            else:
                self._place = found.end()
            if token.text in ("<<", "<<-") and not token.is_word:
                waiting.append((token, *self._delimiter()))
            elif token.text == "\n" and not token.is_word:
                self._number += 1
                for of_document in waiting:
                    self._read_here_document(*of_document)
                waiting.clear()
            yield token
            self._skip_blanks()

    def _delimiter(self) -> tuple[str, bool]:
        """Read the word that ends a here-document; return it, and whether it is quoted."""
        self._skip_blanks()
        start = self._place
        word = self._word()
        return word, any(mark in self._text[start : self._place] for mark in "'\"\\")

    def _read_here_document(self, token: Token, end: str, is_quoted: bool) -> None:  # noqa: FBT001 - of a tuple
        while self._place < len(self._text):
            stop = self._text.find("\n", self._place)
            stop = len(self._text) if stop < 0 else stop
            raw = self._text[self._place : stop]
            raw = raw.lstrip("\t") if token.text == "<<-" else raw
            self._place = stop + 1
            number, self._number = self._number, self._number + 1
            if raw == end:
                return
            token.lines.append(ShellLine(raw if is_quoted else self._expanded(raw, number), number))
        self.mistakes.append((token.number, "the end of the here-document, which begins here"))

    def _expanded(self, line: str, number: int) -> str:
        """Return a line of a here-document with its variables replaced."""
        if not any(mark in line for mark in "$`\\"):
            return line
        inner = TokenReader(f'{line}"', self._unknowns, self._known)
        inner.variables, inner._left = self.variables, self._left
        text = inner._until_quote(in_document=True)
        self._left = inner._left
        self.mistakes += [(number, what) for _, what in inner.mistakes]
        return text

    def _skip_blanks(self) -> None:
        """Pass over blanks, continued lines and comments."""
        while self._place < len(self._text):
            if self._text[self._place] in " \t":
                self._place += 1
            elif self._text.startswith("\\\n", self._place):
                self._place += 2
                self._number += 1
            elif self._text[self._place] == "#":
                end = self._text.find("\n", self._place)
                self._place = len(self._text) if end < 0 else end
            else:
                return

    def _word(self) -> str:
        parts: list[str] = []
        while self._place < len(self._text):
            character = self._text[self._place]
            plain = _PLAIN.match(self._text, self._place)
            if plain:
                parts.append(plain[0])
                self._place = plain.end()
            elif character == "'":
                parts.append(self._until_single_quote())
            elif character == '"':
                self._place += 1
                parts.append(self._until_quote())
            elif character == "\\":
                parts.append(self._escaped())
            elif character in "$`":
                parts.append(self._expansion())
            else:
                break
        return "".join(parts)

    def _escaped(self) -> str:
        following = self._text[self._place + 1 : self._place + 2]
        self._place += 2
        self._number += following == "\n"
        return "" if following == "\n" else following

    def _until_single_quote(self) -> str:
        end = self._text.find("'", self._place + 1)
        if end < 0:
            self.mistakes.append((self._number, "a second single quote"))
            end = len(self._text)
        quoted = self._text[self._place + 1 : end]
        self._number += quoted.count("\n")
        self._place = end + 1
        return quoted

    def _until_quote(self, *, in_document: bool = False) -> str:
        """Read a text in double quotes, or a line of a here-document, where they are characters as others."""
        number, parts = self._number, list[str]()
        end = len(self._text) - 1 if in_document else len(self._text)
        while self._place < end:
            character = self._text[self._place]
            if character == '"' and not in_document:
                self._place += 1
                return "".join(parts)
            if character in "$`":
                parts.append(self._expansion())
            elif character == "\\" and self._text[self._place + 1 : self._place + 2] in tuple('$`"\\\n'):
                parts.append(self._escaped())
            else:
                parts.append(character)
                self._number += character == "\n"
                self._place += 1
        if not in_document:
            self.mistakes.append((number, "a second double quote"))
        return "".join(parts)

    def _expansion(self) -> str:
        """Read what begins with a dollar sign or a backquote, and return its value."""
        text, place = self._text, self._place
        if text[place] == "`":
            return self._output(self._until_backquote())
        if text.startswith("$((", place):
            self._place += 1
            self._until_bracket("(", ")")
            return self._unknowns.character("variable", "((...))")
        if text.startswith("$(", place):
            self._place += 1
            return self._output(self._until_bracket("(", ")"))
        if text.startswith("${", place):
            self._place += 1
            return self._variable(self._until_bracket("{", "}"))
        found = _AFTER_DOLLAR.match(text, place + 1)
        if found is None:
            self._place += 1
            return "$"
        self._place = found.end()
        return self._variable(found[0])

    def _variable(self, inner: str) -> str:
        """Return the value of a variable; `inner` is what is in the braces."""
        if _NAME.fullmatch(inner):
            value = self._value(inner)
            if value is None or len(value) > self._left:
                return self._unknowns.character("variable", inner)
            self._left -= len(value)
            return value
        if inner[:1].isdecimal() or inner in ("@", "*"):
            return self._unknowns.character("argument", inner.partition(":")[0][:_LONGEST_SHOWN])
        found = _WITH_DEFAULT.fullmatch(inner)
        if found and self._value(found[1]) is not None:
            return self._variable(found[1])
        if found and _NEEDS_NO_QUOTES.fullmatch(found[2].strip("\"'")):
            return found[2].strip("\"'")[:LONGEST_VALUE]
        is_shown = len(inner) <= _LONGEST_SHOWN and inner.isprintable()
        return self._unknowns.character("variable", inner if is_shown else "{...}")

    def _value(self, name: str) -> str | None:
        return self.variables.get(name, self._known.get(name, _OF_EVERY_SHELL.get(name)))

    def _output(self, line: str) -> str:
        """Return the text for the output of a command."""
        line = line.replace("\\\n", " ").strip()
        if len(line) > LONGEST_VALUE:
            return self._unknowns.character("variable", "(...)")
        if " ".join(line.split()) in _HOST_NAMES:
            return _IDENTITY
        return self._unknowns.character("command", _IN_COMMANDS.sub(self._unquoted_value, line))

    def _unquoted_value(self, found: re.Match[str]) -> str:
        value = self._value(found[1] or found[2]) or ""
        return value if _NEEDS_NO_QUOTES.fullmatch(value) else found[0]

    def _until_backquote(self) -> str:
        found = _BACKQUOTED.match(self._text, self._place)
        if found is None:
            self.mistakes.append((self._number, "a second backquote"))
            inner, self._place = self._text[self._place + 1 :], len(self._text)
        else:
            inner, self._place = re.sub(r"\\([`$\\])", r"\1", found[1]), found.end()
        self._number += inner.count("\n")
        return inner

    def _until_bracket(self, opening: str, closing: str) -> str:
        """Return what is in the brackets that begin here; those within are balanced."""
        start, depth, quote = self._place, 0, ""
        while self._place < len(self._text):
            character = self._text[self._place]
            self._place += 1
            if character == "\\" and quote != "'":
                self._place += 1
            elif quote or character in "'\"":
                quote = "" if character == quote else quote or character
            elif character in (opening, closing):
                depth += 1 if character == opening else -1
                if not depth:
                    break
        else:
            self.mistakes.append((self._number, f"a second bracket: {closing}"))
        inner = self._text[start + 1 : self._place - 1]
        self._number += inner.count("\n")
        return inner
