"""`:local`, `:global` and `:set`."""

from __future__ import annotations

from dns_update.routeros import syntax
from dns_update.routeros.arguments import node_given
from dns_update.routeros.interpreter import Interpreter
from dns_update.routeros.remarks import Failure
from dns_update.routeros.scopes import name_of
from dns_update.routeros.syntax import CommandNode
from dns_update.routeros.values import NOTHING, Array, RouterValue


def set_local(run: Interpreter, command: CommandNode) -> RouterValue:
    """`:local name value` or `:local name do={}`."""
    run.frame.scope.declare_local(name_of(command.unnamed()[0]), _new_value(run, command))
    return NOTHING


def set_global(run: Interpreter, command: CommandNode) -> RouterValue:
    """`:global name value`, or `:global name` to make a variable known that has a value already."""
    name = name_of(command.unnamed()[0])
    has_value = len(command.unnamed()) > 1 or command.named("do") is not None
    value = _new_value(run, command)
    run.frame.scope.declare_global(name)
    if has_value:
        run.router_wide[name] = value
    return NOTHING


def _new_value(run: Interpreter, command: CommandNode) -> RouterValue:
    function = command.named("do")
    node = node_given(command, 1, "value")
    return run.value(function) if function is not None else NOTHING if node is None else run.value(node)


def set_variable(run: Interpreter, command: CommandNode) -> RouterValue:
    """`:set name value`, `:set ($array->key) value`, or `:set name` to remove the value."""
    target, value = command.unnamed()[0], _new_value(run, command)
    name = name_of(target)
    keys: list[RouterValue] = []
    while isinstance(target, syntax.Infix):
        keys.insert(0, run.value(target.right))
        target = target.left
    if keys:
        value = _with_element(run.frame.scope.get(name), keys, value)
    if not run.frame.scope.set(name, value):
        raise Failure(f"syntax error: expected the name of a declared variable, got '{name}'")
    return NOTHING


def _with_element(array: RouterValue, keys: list[RouterValue], element: RouterValue) -> Array:
    whole = array if isinstance(array, Array) else Array()
    inner = _with_element(whole.get(keys[0]), keys[1:], element) if len(keys) > 1 else element
    return whole.with_element(keys[0], inner)
