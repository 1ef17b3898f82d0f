"""What is given to a command, by its place or by its name."""

from __future__ import annotations

from dns_update.routeros.interpreter import Interpreter
from dns_update.routeros.remarks import Failure
from dns_update.routeros.syntax import CommandNode, Node
from dns_update.routeros.values import RouterValue


def value_given(run: Interpreter, command: CommandNode, number: int, name: str = "") -> RouterValue:
    """Return a value by its place among those without a name, or by a name; raises Failure if it is not given."""
    node = node_given(command, number, name)
    if node is None:
        raise Failure(f"missing value(s) of argument(s) {name or 'value'}")
    return run.value(node)


def node_given(command: CommandNode, number: int, name: str = "") -> Node | None:
    """Return what is given by a place among the values without a name, or by a name; None if it is not given."""
    by_name = command.named(name) if name else None
    values = command.unnamed()
    return by_name if by_name is not None else values[number] if number < len(values) else None
