"""Where a variable is known: scopes at run time, and the check before it that `:set` has a declared name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dns_update.routeros import syntax
from dns_update.routeros.remarks import ScriptRemark
from dns_update.routeros.syntax import Node
from dns_update.routeros.values import NOTHING, RouterValue

_LOOPS = ("for", "foreach", "onerror")


class Scope:
    """The names that are declared in a block. Those of the blocks around it are known, too, up to the function's."""

    def __init__(self, parent: Scope | None, router_wide: dict[str, RouterValue]) -> None:
        self.parent = parent
        self._router_wide = router_wide
        self.locals: dict[str, RouterValue] = {}
        self.globals: set[str] = set()

    def declare_local(self, name: str, value: RouterValue) -> None:
        """Declare a variable of this block; one that was declared global before, in the same block, stays so."""
        if name in self.globals:
            self._router_wide[name] = value
        else:
            self.locals[name] = value

    def declare_global(self, name: str) -> None:
        """Make a router-wide variable known in this block, whether it has a value or not."""
        if name not in self.locals:
            self.globals.add(name)

    def _owner(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and name not in scope.locals and name not in scope.globals:
            scope = scope.parent
        return scope

    def knows(self, name: str) -> bool:
        """Return whether a name is declared here."""
        return self._owner(name) is not None

    def get(self, name: str) -> RouterValue:
        """Return the value of a variable; NOTHING if it has none or is not declared."""
        owner = self._owner(name)
        if owner is None:
            return NOTHING
        return owner.locals[name] if name in owner.locals else self._router_wide.get(name, NOTHING)

    def set(self, name: str, value: RouterValue) -> bool:
        """Set a declared variable, or with NOTHING remove its value; return whether it is declared."""
        owner = self._owner(name)
        if owner is None:
            return False
        if name in owner.locals:
            owner.locals[name] = value
        elif value is NOTHING:
            self._router_wide.pop(name, None)
        else:
            self._router_wide[name] = value
        return True


def undeclared_sets(script: syntax.Script) -> tuple[ScriptRemark, ...]:
    """Return an error for each `:set` of a name that is not declared: a router refuses the script as a whole."""
    return tuple(_check(script, script.commands, set()))


def _check(script: syntax.Script, commands: Iterable[Node], known: set[str]) -> Iterator[ScriptRemark]:
    """Check the commands of a block; `known` are the names that are declared around it, and it is extended."""
    for command in commands:
        if isinstance(command, syntax.CommandNode) and command.is_global:
            yield from _check_global(script, command, known)
        elif isinstance(command, syntax.CommandNode | syntax.Call):
            for argument in command.arguments:
                yield from _check_node(script, argument.value, known)


def _check_global(script: syntax.Script, command: syntax.CommandNode, known: set[str]) -> Iterator[ScriptRemark]:
    inner = known
    first = command.unnamed()[0] if command.unnamed() else None
    name = name_of(first)
    if command.verb in _LOOPS:
        inner = known | set(name.split(","))
    is_function = command.verb in ("local", "global", "set") and command.named("do") is not None
    for argument in command.arguments:
        if argument.value is not first:
            yield from _check_node(script, argument.value, set() if is_function else inner)
    if command.verb in ("local", "global"):
        known.add(name)
    elif command.verb == "set" and first is not None and name not in known:
        hint = f":global {name} or :local {name} before it"
        text = f"syntax error: expected the name of a declared variable, got '{name}'"
        yield script.source.remark("undeclared-set", first.at, text, severity="error", hint=hint)


def _check_node(script: syntax.Script, node: Node, known: set[str]) -> Iterator[ScriptRemark]:
    if isinstance(node, syntax.Body | syntax.Substitution):
        yield from _check(script, node.commands, set(known))


def name_of(node: Node | None) -> str:
    """Return the name of the variable that the first value of `:local` or `:set` names: x, "x" or ($x->1)."""
    while isinstance(node, syntax.Infix) and node.operator == "->":
        node = node.left
    if isinstance(node, syntax.Text):
        return "".join([part for part in node.parts if isinstance(part, str)])
    if isinstance(node, syntax.Word):
        return node.text
    return node.name if isinstance(node, syntax.Variable) else ""
