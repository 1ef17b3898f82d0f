"""Scripts, console lines and exports, of versions 2.7 to 7, read into the syntax tree."""

from __future__ import annotations

import re

from dns_update.routeros import syntax
from dns_update.routeros.expression_reader import JOINED, ExpressionReader
from dns_update.routeros.remarks import ScriptRemark, ScriptSyntaxError
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.stored import end_of_braces, end_of_command
from dns_update.routeros.syntax import Argument, Node
from dns_update.routeros.words import (
    CODE_ALONE,
    CODE_PARAMETERS,
    DECLARING,
    GLOBAL,
    LOG_LEVELS,
    SCRIPT_PARAMETERS,
    VERBS,
)

_ENDS = "\n;]})"
_PARAMETER = re.compile(rf"((?:[A-Za-z0-9.-]|{JOINED.pattern})+)=")
_PLAIN_PARAMETER = re.compile(r"([A-Za-z0-9.-]+)=([^\s;\"$\[\](){}=\\'?`]+)(?=[ \t\n]|\Z)")
"""What most parameters of an export look like: taken at once, which makes reading one a third faster."""

_PATH = re.compile(r"/?[A-Za-z0-9.][\w.-]*(?:/[\w.-]+)*/?|/")
_GLOBAL_NAME = re.compile(r"[A-Za-z][\w-]*")
_REST_OF_LINE = re.compile(r"[^\n]*\n?")
_EQUALS_TAIL = re.compile(r"=[^\s;\"$\[\](){}]*")
_LATER_WORDS = ("else", "on-error")


class Parser(ExpressionReader):
    """Reads commands."""

    def script(self) -> tuple[Node, ...]:
        """Read a whole script; what cannot be read is kept as an error among the remarks, and its line is left out."""
        commands: list[Node] = []
        while self.at < len(self.text):
            try:
                commands += self.commands("")
                if self.next:
                    raise self.error("expected a command", hint="this bracket closes nothing")
            except ScriptSyntaxError as error:
                self.remarks.append(error.remark)
                self.forget_nesting()
                self.take(_REST_OF_LINE)
        return tuple(commands)

    def commands(self, closer: str) -> tuple[Node, ...]:
        """Read commands up to a closing bracket, which is left; an empty one is the end of the text."""
        commands: list[Node] = []
        while True:
            self.skip_to_command()
            if not self.next or self.next == closer or (not closer and self.next in _ENDS):
                break
            begin = self.at
            try:
                commands.append(self._command())
            except ScriptSyntaxError as error:
                if closer:
                    raise
                self.remarks.append(error.remark)
                self.forget_nesting()
                end = end_of_command(self.text, begin)
                self.take(_REST_OF_LINE)
                self.at = self.at if end is None else max(end, begin + 1)
        return tuple(commands)

    def _command(self) -> Node:
        begin = self.at
        if self.next == "{":
            body = self._body()
            arguments = (syntax.Argument(begin, "", body), *self._arguments("do"))
            return syntax.CommandNode(begin, self.at, (), "do", arguments, is_global=True)
        if self.next in ("$", "[", "("):
            return self._call()
        if self.next == ":":
            self.at += 1
            name = self.take(_GLOBAL_NAME)
            if name is None:
                raise self.error("expected the name of a command after ':'")
            return self._global(begin, name[0])
        word = _GLOBAL_NAME.match(self.text, self.at)
        if word is not None and word[0] in _LATER_WORDS:
            hint = f"put {word[0]}= on the line of the closing brace before it, or join the lines with a backslash"
            raise self.error(f"expected a command before '{word[0]}'", hint=hint)
        if word is not None and self._is_global(word):
            self.at = word.end()
            return self._global(begin, word[0])
        return self._of_menu(begin)

    def _is_global(self, word: re.Match[str]) -> bool:
        """Return whether a word without ':' is a command of the language: `find` and `set` are those of menus, too."""
        if word[0] in GLOBAL:
            return not self.text.startswith("/", word.end())
        form = _GLOBAL_FORMS.get(word[0])
        return form is not None and form.match(self.text, word.end()) is not None

    def _call(self) -> syntax.Call:
        begin = self.at
        function = self.value()
        arguments = self._arguments("")
        return syntax.Call(begin, self.at, function, arguments)

    def _global(self, begin: int, verb: str) -> syntax.CommandNode:
        arguments = self._arguments(verb)
        if verb in DECLARING:
            arguments = self._declared(verb, begin, arguments)
        return syntax.CommandNode(begin, self.at, (), verb, arguments, is_global=True)

    def _declared(self, verb: str, begin: int, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        """Return the arguments of `:local` and its like; `:local x=1` is read as it is meant."""
        if not arguments or (arguments[0].name == "do" and all(argument.name for argument in arguments)):
            raise self.error(f"expected the name of a variable after :{verb}", hint=f":{verb} name value")
        first, *rest = arguments
        if first.name and first.name != "do":
            hint = f":{verb} {first.name} VALUE"
            self.warn("local-equals", begin, f"RouterOS has no :{verb} name=value; name and value are two words", hint)
            value = syntax.Argument(first.at, "", first.value)
            return (syntax.Argument(first.at, "", syntax.Word(first.at, first.name)), value, *rest)
        if isinstance(first.value, syntax.Variable):
            hint = f":{verb} {first.value.name}"
            raise self.error("expected a name without '$'", at=first.at, hint=hint)
        if isinstance(first.value, syntax.Word) and not first.value.text.isalnum():
            name = first.value.text
            self.hyphened.append(name)
            hint = f'write :{verb} "{name}", and $"{name}" where it is read'
            self.warn(
                "hyphen-name", first.at, "a name with other characters than letters and digits needs quotes", hint
            )
        return arguments

    def _of_menu(self, begin: int) -> syntax.CommandNode:
        """Read a command of a menu: the words of its path, its verb, and what is given to it."""
        is_absolute = self.next == "/"
        words: list[str] = []
        verb = ""
        while not verb:
            self.skip_blanks()
            word = _PATH.match(self.text, self.at)
            if word is None or self.text[word.end() : word.end() + 1] in ("=", "~"):
                break
            if "//" in word[0] or self.text.startswith("/", word.end()) or (words and word[0].startswith("/")):
                raise self.error("expected a word of the path", hint="write /ip/address or /ip address")
            self.at = word.end()
            self._check_end_of_word()
            words += [part for part in word[0].split("/") if part]
            verb = self._verb_of(words)
        if not words and not verb and not is_absolute:
            raise self.error("expected a command")
        arguments, condition = self._given(verb)
        is_block = bool(arguments) and not arguments[0].name and isinstance(arguments[0].value, syntax.Body)
        if not verb and words and arguments and not is_block:
            verb = words.pop()
        path = tuple(words)
        return syntax.CommandNode(begin, self.at, path, verb, arguments, is_absolute=is_absolute, condition=condition)

    @staticmethod
    def _verb_of(words: list[str]) -> str:
        last = words[-1] if words else ""
        if words == ["tool", "mac-server", "ping"]:  # a menu, the only one with a verb's name
            return ""
        if last in VERBS or (words[:-1] == ["log"] and last in LOG_LEVELS):
            return words.pop()
        return ""

    def _check_end_of_word(self) -> None:
        if self.next and self.next not in ' \t\r\\{"$[(=' + _ENDS:
            raise self.end_expected("put a text with such a character in quotes")

    def _given(self, verb: str) -> tuple[tuple[Argument, ...], Node | None]:
        """Read what is given to a menu's command: arguments, and for `find` and `print where` a condition."""
        arguments: list[Argument] = []
        while True:
            self.skip_blanks()
            if self._is_end():
                return tuple(arguments), None
            if verb in ("find", "print") and self.take(_WHERE):
                self.skip_blanks()
                return tuple(arguments), None if self._is_end() else self.condition(_ENDS)
            if verb == "find":
                return tuple(arguments), self.condition(_ENDS)
            plain = self.take(_PLAIN_PARAMETER)
            if plain:
                value = syntax.Word(plain.start(2), plain[2])
                arguments.append(syntax.Argument(plain.start(), plain[1], value))
            else:
                arguments.append(self._argument(verb, is_menu=True))

    def _arguments(self, verb: str) -> tuple[Argument, ...]:
        """Read what is given to a command of the language, or to a function."""
        arguments: list[Argument] = []
        while True:
            self.skip_blanks()
            if self._is_end():
                return tuple(arguments)
            arguments.append(self._argument(verb, is_menu=False))

    def _is_end(self) -> bool:
        return not self.next or self.next in _ENDS

    def _argument(self, verb: str, *, is_menu: bool) -> Argument:
        begin = self.at
        if self.next == "#":
            raise self.end_expected("put the comment on a line of its own")
        if self.next == "=":
            raise self.end_expected("no blank before '=', e.g. do={ }")
        parameter = self.take(_PARAMETER)
        if parameter is None and not is_menu and (later := self.take(_WITHOUT_EQUALS)):
            self.skip_blanks()
            return syntax.Argument(begin, later[1], self._body())
        name = "" if parameter is None else JOINED.sub("", parameter[1])
        if name:
            self.skip_blanks()
            if self._is_end():
                return syntax.Argument(begin, name, syntax.Text(self.at, self.at, ()))
        value = self._menu_value(name) if is_menu else self._global_value(verb, name)
        if isinstance(value, syntax.Word) and self.next == "=":
            value = self._with_equals(value)
        self._check_end(value)
        return syntax.Argument(begin, name, value)

    def _menu_value(self, name: str) -> Node:
        if self.next != "{":
            return self.value()
        if not name or name == "do":
            return self._body()
        if name not in SCRIPT_PARAMETERS:
            hint = "set a variable to the array first, and give the variable"
            raise self.error(f"expected a value for {name}, an array is not allowed there", hint=hint)
        begin = self.at
        end = end_of_braces(self.text, begin)
        if end is None:
            raise self.error("missing closing brace", hint="the brace that is open here has no end")
        self.at = end + 1
        return syntax.Stored(begin, begin + 1, end)

    def _global_value(self, verb: str, name: str) -> Node:
        is_code = name in CODE_PARAMETERS or (not name and verb in CODE_ALONE) or (verb == "onerror" and name == "in")
        return self._body() if self.next == "{" and is_code else self.value()

    def _with_equals(self, word: syntax.Word) -> Node:
        """Read a word on to the next blank, though it contains '=': what the writer meant, e.g. key=abc==."""
        at = self.at
        tail = self.take(_EQUALS_TAIL)
        hint = "put the value in quotes"
        self.warn("unquoted-key", at, "a value with '=' needs quotes; a router says: expected end of command", hint)
        return syntax.Word(word.at, word.text + ("" if tail is None else tail[0]))

    def _check_end(self, value: Node) -> None:
        """Check that a blank or the command's end is next; a closing brace or parenthesis may be followed by more."""
        if not self.next or self.next in " \t\r\\" + _ENDS or self.text[self.at - 1] in "})":
            return
        if isinstance(value, syntax.Text | syntax.Substitution) and self.next == "{":
            return
        hint = 'put the whole value in quotes, e.g. "$name.example", or in parentheses with . between the parts'
        if isinstance(value, syntax.Variable) and self.next == "-":
            hint = f'a name ends at "-"; write $"{value.name}-..." for a variable of such a name'
            raise self.end_expected(hint, "hyphen-name")
        raise self.end_expected(hint)

    def _body(self) -> syntax.Body:
        begin = self.at
        self.expect("{", "'{'")
        self.enter()
        commands = self.commands("}")
        if self.next != "}":
            raise self.error("missing closing brace", at=begin, hint="the brace that is open here has no end")
        end = self.at
        self.at += 1
        self.leave()
        return syntax.Body(begin, end, commands)


_GLOBAL_FORMS = {
    "find": re.compile(r'[ \t]+["$]'),
    "set": re.compile(r"[ \t]+[A-Za-z][A-Za-z0-9]*[ \t]+[^ \t=;]+[ \t]*(?:[;\n\r}]|\Z)"),
}
_WHERE = re.compile(r"where\b")
_WITHOUT_EQUALS = re.compile(r"(else|on-error|do)(?=[ \t]*\{)")


def parse(source: ScriptSource | str) -> syntax.Script:
    """Read a script. What cannot be read is an error among its remarks; the rest is read all the same."""
    if isinstance(source, str):
        source = ScriptSource.of_file(source)
    parser = Parser(source)
    commands = parser.script()
    remarks: tuple[ScriptRemark, ...] = tuple(
        sorted(parser.remarks, key=lambda remark: (remark.place.line, remark.place.column))
    )
    return syntax.Script(source, commands, remarks)
