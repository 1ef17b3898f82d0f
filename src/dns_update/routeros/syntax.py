"""The syntax tree of a script. `at` is the offset of a node's first character in the text of its source."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.routeros.remarks import Failure, ScriptRemark
from dns_update.routeros.source import ScriptSource
from dns_update.value import Value


class Node(Value):
    """A part of a script."""

    at: int


class Word(Node):
    """A bare word, whose type is seen by its look: `5m` is a time, `ether1` a text."""

    text: str


class Text(Node):
    """A string in quotes; its parts are texts and expressions. `end` is the offset after the closing quote."""

    end: int
    parts: tuple[str | Node, ...]


class Variable(Node):
    """`$name`, `$"a name"`, or a bare word within parentheses, which means a variable there."""

    name: str
    is_bare: bool = False


class Substitution(Node):
    """`[commands]`: the value of the last one."""

    commands: tuple[Node, ...]


class ArrayItem(Node):
    """An element of an array; the key is None if it has no name."""

    key: Node | None
    value: Node


class ArrayLiteral(Node):
    """`{1;2}` or `{"k"="v"}`."""

    items: tuple[ArrayItem, ...]


class Prefixed(Node):
    """`!x`, `-x`, `~x` or `any x`."""

    operator: str
    operand: Node


class Infix(Node):
    """Two expressions and what is between them; `or`, `and` are `||`, `&&`."""

    operator: str
    left: Node
    right: Node


class Test(Node):
    """One condition of `find` or `where`: `name=value`, or with an empty operator a flag."""

    name: str
    operator: str
    value: Node | None


class Body(Node):
    """Commands in braces. `end` is the offset of the closing brace."""

    end: int
    commands: tuple[Node, ...]


class Stored(Node):
    """The braces of `source={...}`, whose inside is kept as text: the characters from `start` to `end`."""

    start: int
    end: int


class Argument(Node):
    """A value that is given to a command; the name is empty if it has none. A flag is a Word without a name."""

    name: str
    value: Node


class CommandNode(Node):
    """A command: `path` and `verb`, e.g. ("ip", "address") and "get"; an empty verb is a move to a menu.

    `is_absolute` if it begins with a slash. `is_global` if it is one of the language's own: `:local`. `condition` is
    what comes after `find` or `where`.
    """

    end: int
    path: tuple[str, ...]
    verb: str
    arguments: tuple[Argument, ...]
    is_absolute: bool = False
    is_global: bool = False
    condition: Node | None = None

    def unnamed(self) -> tuple[Node, ...]:
        """Return the values without a name, in their order."""
        return tuple([argument.value for argument in self.arguments if not argument.name])

    def named(self, name: str) -> Node | None:
        """Return the value that is given by a name; None if there is none."""
        for argument in self.arguments:
            if argument.name == name:
                return argument.value
        return None

    def given(self, number: int, name: str = "") -> Node | None:
        """Return what is given by a place among the values without a name, or by a name; None if it is not given."""
        by_name = self.named(name) if name else None
        values = self.unnamed()
        return by_name if by_name is not None else values[number] if number < len(values) else None


def needed(node: Node | None, name: str) -> Node:
    """Return what is given to a parameter; raises Failure with the router's text if nothing is."""
    if node is None:
        raise Failure(f"missing value(s) of argument(s) {name}")
    return node


class Call(Node):
    """A function called, `$f a x=1`; or a value alone, `[$x]`."""

    end: int
    function: Node
    arguments: tuple[Argument, ...]


def commands_in(tree: object) -> Iterator[CommandNode]:
    """Yield all commands in their order, those in blocks, brackets and texts, too; a tree is a node or a tuple."""
    if isinstance(tree, tuple):
        for part in tree:
            yield from commands_in(part)
    elif isinstance(tree, Value):
        if isinstance(tree, CommandNode):
            yield tree
        for field in type(tree).__fields__:
            yield from commands_in(getattr(tree, field))


class Script(Value):
    """A script that was read: its commands, and what there is to say of how it is written."""

    source: ScriptSource
    commands: tuple[Node, ...]
    remarks: tuple[ScriptRemark, ...]

    @property
    def errors(self) -> tuple[ScriptRemark, ...]:
        """What keeps the script from running."""
        return tuple([remark for remark in self.remarks if remark.severity == "error"])
