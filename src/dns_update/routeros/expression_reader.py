"""Values and expressions of a script, read into the syntax tree."""

from __future__ import annotations

import re

from dns_update.routeros import syntax
from dns_update.routeros.scanner import SourceScanner
from dns_update.routeros.source import ESCAPES, JOINT, character
from dns_update.routeros.syntax import Node

_OPERATORS = (
    (",",),
    ("||", "or"),
    ("&&", "and"),
    ("in",),
    ("<", ">", "=", "<=", ">=", "!=", "~"),
    (".",),
    ("<<", ">>"),
    ("|",),
    ("^",),
    ("&",),
    ("+", "-"),
    ("*", "/", "%"),
    ("<%%",),
    ("->",),
)
"""Loosest first, as measured on routers of 7.21 to 7.24."""

_LEVELS = {operator: level for level, operators in enumerate(_OPERATORS) for operator in operators}
_SAME = {"or": "||", "and": "&&"}
_OPERATOR = re.compile(r"<%%|->|<<|>>|<=|>=|!=|&&|\|\||[,<>=~.|^&+\-*/%]|(?:or|and|in)\b")
_PREFIX = re.compile(r"[!~-]|any\b")
_ELSEWHERE = {"==": "=", "<>": "!="}

BARE = re.compile(rf"(?:[^\s;\"$\[\](){{}}=\\'?`]|{JOINT})+")
"""A word that is not quoted, outside of parentheses."""

JOINED = re.compile(JOINT)

_NAME = re.compile(r"[A-Za-z0-9]+")
_PLAIN = re.compile(r'[^"\\$]+')
_ESCAPE = re.compile(rf"\\(?:(?P<hex>[0-9A-F]{{2}})|(?P<escape>[{re.escape(''.join(ESCAPES))}]))")
_JOINT = re.compile(JOINT)
_QUOTED_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_LITERAL = re.compile(
    r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:?[0-9A-Fa-f.]*(?:/\d+)?"  # an IPv6 address or a time of day
    r"|\d+(?:\.\d+){1,3}(?:/\d+)?"
    r"|(?:\d+(?:ms|[wdhms]))+\b"
    r"|0[xX][0-9A-Fa-f]+|\d+"
    r"|\*[0-9A-Fa-f]+"
)
_WORD_IN_PARENTHESES = re.compile(r"[A-Za-z_]\w*(?:[-/]\w+)*")
_CONSTANTS = ("true", "false", "yes", "no")

_CONDITION_NAME = re.compile(r"[A-Za-z.][\w.-]*")
_CONDITION_OPERATOR = re.compile(r"[ \t]*(!=|<=|>=|[=~<>])[ \t]*")
_BOTH = re.compile(r"(?:and\b|&&)")
_EITHER = re.compile(r"(?:or\b|\|\|)")


class ExpressionReader(SourceScanner):
    """Reads values and expressions. The commands within brackets are read by the Parser, which is built on it."""

    def commands(self, closer: str) -> tuple[Node, ...]:
        """Read commands up to a closing bracket, which is left; an empty one is the end of the text."""
        raise NotImplementedError

    def value(self) -> Node:  # noqa: PLR0911 - one for each first character
        """Read one value as it is given to a command, outside of parentheses."""
        begin, found = self.at, self.next
        if found == '"':
            return self.string()
        if found == "$":
            return self._element(self.variable())
        if found == "[":
            return self.substitution()
        if found == "(":
            return self.parenthesised()
        if found == "{":
            return self.array()
        if found == "!" and self.text[begin + 1 : begin + 2] in ("$", "[", "("):
            self.at += 1
            return syntax.Prefixed(begin, "!", self.value())
        word = self.take(BARE)
        if word is None:
            raise self.error("expected a value", hint="put a text with such a character in quotes")
        return syntax.Word(begin, JOINED.sub("", word[0]))

    def variable(self) -> syntax.Variable:
        """Read `$name` or `$"name"`."""
        begin = self.at
        self.at += 1
        quoted = self.take(_QUOTED_NAME)
        if quoted is not None:
            return syntax.Variable(begin, quoted[1])
        name = self.take(_NAME)
        if name is None:
            raise self.error("expected the name of a variable after '$'", hint='write $name or $"a-name"')
        return syntax.Variable(begin, self._whole_name(begin, name[0]))

    def _whole_name(self, begin: int, name: str) -> str:
        """Return the name that is meant: a router ends it at a hyphen, but one that was declared so has more."""
        for declared in self.hyphened:
            rest = re.compile(re.escape(declared.removeprefix(name)) + r"(?![\w-])")
            if declared.startswith(f"{name}-") and self.take(rest) is not None:
                hint = f'write $"{declared}"; in a string, "..." . $"{declared}"'
                self.warn("hyphen-name", begin, f"${declared} is ${name} to a router, which ends a name at '-'", hint)
                return declared
        return name

    def _element(self, array: Node) -> Node:
        while self.follows("->"):
            begin = self.at
            self.at += 2
            array = syntax.Infix(begin, "->", array, self.operand())
        return array

    def substitution(self) -> syntax.Substitution:
        """Read `[commands]`."""
        begin = self.at
        self.at += 1
        self.enter()
        commands = self.commands("]")
        self.expect("]", "']'", "each [ needs its ]")
        self.leave()
        return syntax.Substitution(begin, commands)

    def parenthesised(self) -> Node:
        """Read `(expression)`."""
        self.at += 1
        self.enter()
        inner = self.expression()
        self.skip_in_expression()
        if self.text[self.at - 1 : self.at + 1] in _ELSEWHERE or self.follows("="):
            raise self.error("expected a value", hint="equality is one '=', inequality is '!='")
        hint = (
            "write '!' for not"
            if _is_word(inner, "not")
            else "put an operator between two values, and a ) after the last"
        )
        self.expect(")", "')' or an operator", hint)
        self.leave()
        return inner

    def array(self) -> syntax.ArrayLiteral:
        """Read `{1;2}` or `{"k"="v"}`."""
        begin = self.at
        self.at += 1
        self.enter()
        items: list[syntax.ArrayItem] = []
        self.skip_space()
        while self.next != "}":
            items.append(self._item())
            self.skip_space()
            if self.next not in (";", "}"):
                raise self.error("expected ';' or '}' in an array", hint="write {1; 2; 3}")
            if self.next == ";":
                self.at += 1
                self.skip_space()
        self.at += 1
        self.leave()
        return syntax.ArrayLiteral(begin, tuple(items))

    def _item(self) -> syntax.ArrayItem:
        begin = self.at
        value = self.value()
        if self.next != "=":
            return syntax.ArrayItem(begin, None, value)
        self.at += 1
        self.skip_blanks()
        return syntax.ArrayItem(begin, value, self.value())

    # Strings

    def string(self) -> syntax.Text:
        """Read a string in quotes, with the variables, commands and expressions that are put in."""
        begin = self.at
        self.at += 1
        parts: list[str | Node] = []
        text: list[str] = []
        while self.next != '"':
            part = self._part(begin)
            if isinstance(part, str):
                text.append(part)
                continue
            if text:
                parts.append(_joined(text))
                text = []
            parts.append(part)
        self.at += 1
        if text:
            parts.append(_joined(text))
        return syntax.Text(begin, self.at, tuple(parts))

    def _part(self, begin: int) -> str | Node:
        plain = self.take(_PLAIN)
        if plain is not None:
            return plain[0]
        if self.next == "$":
            return self._put_in()
        if self.take(_JOINT):
            return ""
        escape = self.take(_ESCAPE)
        if escape is not None:
            return character(escape["hex"]) if escape["hex"] else ESCAPES[escape["escape"]]
        if not self.next:
            raise self.error("expected a closing quote", at=begin, hint="the string that begins here has no end")
        hint = r"write \\ for a backslash; escapes are \" \n \r \t \$ \_ and two capital hexadecimal digits"
        raise self.error("expected an escape after the backslash", at=self.at + 1, hint=hint)

    def _put_in(self) -> str | Node:
        follows = self.text[self.at + 1 : self.at + 2]
        if follows == "[":
            self.at += 1
            return self.substitution()
        if follows == "(":
            self.at += 1
            return self.parenthesised()
        if _NAME.match(follows):
            return self.variable()
        self.at += 1
        return "$"

    # Expressions within parentheses

    def expression(self, loosest: int = 0) -> Node:
        """Read an expression of operators that bind at least as tightly as a level."""
        left = self.operand()
        while True:
            self.skip_in_expression()
            found = _OPERATOR.match(self.text, self.at)
            if found is None or _LEVELS[found[0]] < loosest:
                return left
            begin, operator = self.at, found[0]
            if self.text[begin : begin + 2] in _ELSEWHERE:
                written = self.text[begin : begin + 2]
                raise self.error(
                    "expected an operator", hint=f"RouterOS has no '{written}'; write '{_ELSEWHERE[written]}'"
                )
            self.at = found.end()
            right = self.expression(_LEVELS[operator] + 1)
            left = syntax.Infix(begin, _SAME.get(operator, operator), left, right)

    def operand(self) -> Node:
        """Read one operand, with the operators before it, which bind tighter than all others."""
        self.skip_in_expression()
        begin = self.at
        prefix = self.take(_PREFIX)
        if prefix is not None:
            self.enter()
            operand = self.operand()
            self.leave()
            return syntax.Prefixed(begin, prefix[0], operand)
        if self.next in ('"', "$", "[", "(", "{"):
            return self._bracketed()
        literal = self.take(_LITERAL)
        if literal is not None and literal[0] != ":":
            return syntax.Word(begin, literal[0])
        word = self.take(_WORD_IN_PARENTHESES) if literal is None else None
        if word is None:
            raise self.error("expected a value in the expression", at=begin, hint="put text in quotes")
        if word[0] in _CONSTANTS:
            return syntax.Word(begin, word[0])
        return syntax.Variable(begin, word[0], is_bare=True)

    def _bracketed(self) -> Node:
        if self.next == "$":
            return self.variable()
        return self.value()

    # Conditions of find and where

    def condition(self, ends: str) -> Node:
        """Read the condition of `find` or `where` up to what ends the command."""
        left = self._all_of(ends)
        while True:
            self.skip_blanks()
            begin = self.at
            if not self.take(_EITHER):
                return left
            left = syntax.Infix(begin, "||", left, self._all_of(ends))

    def _all_of(self, ends: str) -> Node:
        left = self._one_condition()
        while True:
            self.skip_blanks()
            begin = self.at
            if not self.take(_BOTH) and (not self.next or self.next in ends or _EITHER.match(self.text, begin)):
                return left
            left = syntax.Infix(begin, "&&", left, self._one_condition())

    def _one_condition(self) -> Node:
        self.skip_blanks()
        begin = self.at
        if self.next == "!":
            self.at += 1
            self.enter()
            inner = self._one_condition()
            self.leave()
            return syntax.Prefixed(begin, "!", inner)
        if self.next == "(":
            return self._condition_in_parentheses()
        name = self.take(_CONDITION_NAME)
        if name is None:
            if self.next in ("$", "["):
                return self.value()
            raise self.error("expected a condition", hint="write e.g. interface=ether1")
        operator = self.take(_CONDITION_OPERATOR)
        if operator is None:
            return syntax.Test(begin, name[0], "", None)
        return syntax.Test(begin, name[0], operator[1], self.value())

    def _condition_in_parentheses(self) -> Node:
        self.at += 1
        self.enter()
        self.skip_blanks()
        is_expression = self.next in ('"', "$", "[") or self.next.isdigit()
        inner = self.expression() if is_expression else self.condition(")")
        self.skip_space()
        self.expect(")", "')'", "each ( needs its )")
        self.leave()
        return inner


def _is_word(node: Node, word: str) -> bool:
    return isinstance(node, syntax.Variable) and node.is_bare and node.name == word


def _joined(pieces: list[str]) -> str:
    text = "".join(pieces)
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
