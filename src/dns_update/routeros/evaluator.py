"""A script run, command by command, in a world that is handed in; steps, nesting, output and time have limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dns_update.routeros import syntax
from dns_update.routeros.commands import COMMANDS
from dns_update.routeros.conversions import to_address, value_of_word
from dns_update.routeros.limits import Frame, Limits, Returned, ScriptUsage
from dns_update.routeros.menu_commands import run_menu_command
from dns_update.routeros.operators import infix, prefixed, truth
from dns_update.routeros.parser import parse
from dns_update.routeros.remarks import Failure, LimitReached, ScriptError, ScriptRemark, ScriptSyntaxError
from dns_update.routeros.scopes import Scope, undeclared_sets
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.syntax import Argument, Node, needed
from dns_update.routeros.values import (
    NOTHING,
    Address,
    Array,
    Code,
    RouterValue,
    ScriptText,
    array_of,
    check_size,
    text_of,
)
from dns_update.routeros.words import OF_ROOT
from dns_update.routeros.world import World

_NO_WORDS = ("nil", "nothing")


class Evaluator:
    """Runs scripts in one world. `router_wide` are the global variables, which the caller keeps between runs."""

    mends = False

    def __init__(self, world: World, router_wide: dict[str, RouterValue], limits: Limits | None = None) -> None:
        self.world = world
        self.router_wide = router_wide
        self.usage = ScriptUsage(limits or Limits(), world.now())
        self.frame = Frame("", ScriptSource.of_file(""), Scope(None, router_wide), {})
        self.handlers = 0
        self._said: set[tuple[str, int, int]] = set()

    def run(
        self, source: ScriptSource | str, *, name: str = "", variables: Mapping[str, RouterValue] | None = None
    ) -> RouterValue:
        """Run a script and return what it returns.

        `name` is the script's own, for `:jobname`; `variables` are those of the event that starts it, e.g. "bound".
        Raises ScriptSyntaxError if it cannot be read, before anything runs, and ScriptError if it ends with an error.
        """
        try:
            return self._run(source, name, variables or {})
        except Failure as failure:
            at = ScriptSource.of_file("").place(0)
            place, file_place = failure.place or at, failure.file_place or at
            raise ScriptError(failure.message, failure.command, place, file_place) from failure
        except RecursionError as error:
            at = ScriptSource.of_file("").place(0)
            raise ScriptError("too many expressions within each other", "", at, at) from error

    def run_inside(self, source: ScriptSource | str, name: str) -> RouterValue:
        """Run a script from another one; raises Failure where it cannot be read, or ends with an error."""
        try:
            return self._run(source, name, {})
        except ScriptSyntaxError as error:
            raise Failure(str(error)) from error

    def _run(self, source: ScriptSource | str, name: str, variables: Mapping[str, RouterValue]) -> RouterValue:
        script = self.read(source)
        for remark in script.remarks:
            if remark.severity != "error":
                self.world.remark(remark)
        errors = (*script.errors, *undeclared_sets(script))
        if errors:
            self.refuse(errors)
        scope = Scope(None, self.router_wide)
        return self._in_frame(Frame(name, script.source, scope, variables), script.commands)

    # What a subclass that explores scripts, instead of running them, does otherwise

    def read(self, source: ScriptSource | str) -> syntax.Script:
        """Return a script's syntax tree."""
        return parse(source)

    def refuse(self, errors: tuple[ScriptRemark, ...]) -> None:
        """Refuse a script that cannot be read as a whole; raises ScriptSyntaxError with its first error."""
        raise ScriptSyntaxError(min(errors, key=lambda remark: (remark.place.line, remark.place.column)))

    def forgives(self, command: Node, failure: Failure) -> bool:  # noqa: ARG002 - as above
        """Return whether the script goes on after a command that failed, and that nothing in the script caught."""
        return False

    def look_for(self, menu: str, tests: Iterable[tuple[str, str, RouterValue]]) -> None:
        """Take note of what a command looks for in a menu: properties, operators and values."""

    def combined(self, node: syntax.Infix, left: RouterValue, right: RouterValue) -> RouterValue:
        """Return what an operator makes of two values."""
        return infix(node.operator, left, right)

    # Functions, blocks and commands

    def call(self, code: Code, name: str, arguments: Mapping[str, RouterValue]) -> RouterValue:
        """Call a function, which sees nothing but its arguments; return what it returns."""
        frame = Frame(name, code.source, Scope(None, self.router_wide), arguments)
        return self._in_frame(frame, code.commands)

    def _in_frame(self, frame: Frame, commands: Iterable[Node]) -> RouterValue:
        outer, self.frame = self.frame, frame
        self.usage.enter()
        try:
            self._commands(commands)
        except Returned as returned:
            return returned.value
        finally:
            self.usage.leave()
            self.frame = outer
        return NOTHING

    def run_body(self, body: Node | None, names: Mapping[str, RouterValue] | None = None) -> RouterValue:
        """Run a block in a scope of its own, with the names of a loop; return its last command's value."""
        if body is None:
            return NOTHING
        if not isinstance(body, syntax.Body | syntax.Substitution):
            value = self.value(body)  # what a variable holds instead of a block: `do=$code`
            return self.call(value, "", {}) if isinstance(value, Code) else value
        outer = self.frame.scope, self.frame.menu
        self.frame.scope = Scope(outer[0], self.router_wide)
        for name, value in (names or {}).items():
            self.frame.scope.declare_local(name, value)
        self.usage.enter()
        try:
            return self._commands(body.commands)
        finally:
            self.usage.leave()
            self.frame.scope, self.frame.menu = outer

    def _commands(self, commands: Iterable[Node]) -> RouterValue:
        value: RouterValue = NOTHING
        for command in commands:
            value = self._command(command)
        return value

    def _command(self, command: Node) -> RouterValue:
        self.usage.step(self.world.now())
        try:
            if isinstance(command, syntax.Call):
                return self._call(command)
            if not isinstance(command, syntax.CommandNode):
                return self.value(command)
            return self._global(command) if command.is_global else run_menu_command(self, command)
        except Failure as failure:
            if failure.place is None:
                failure.place = self.frame.source.place(command.at)
                failure.file_place = self.frame.source.file_place(command.at)
                failure.command = failure.command or _name_of(command)
            if self.handlers or not self.forgives(command, failure):
                raise
            return NOTHING

    def _global(self, command: syntax.CommandNode) -> RouterValue:
        run = COMMANDS.get(command.verb)
        if run is None and command.verb in OF_ROOT:
            return run_menu_command(self, command)
        if run is None:
            raise Failure(f"bad command name {command.verb}")
        return run(self, command)

    def _call(self, call: syntax.Call) -> RouterValue:
        function = self.value(call.function)
        if not isinstance(function, Code):
            # A function that is not known gives nothing, and no error; a value alone is the value.
            return NOTHING if call.arguments else function
        name = call.function.name if isinstance(call.function, syntax.Variable) else ""
        return self.call(function, name, {"0": name, **self._function_arguments(call.arguments)})

    def _function_arguments(self, arguments: tuple[Argument, ...]) -> dict[str, RouterValue]:
        given: dict[str, RouterValue] = {}
        number = 0
        for argument in arguments:
            number += not argument.name
            given[argument.name or str(number)] = self.value(argument.value)
        return given

    # Values

    def value(self, node: Node) -> RouterValue:  # noqa: PLR0911 - one for each kind of node
        """Return the value of an expression; raises Failure."""
        match node:
            case syntax.Word():
                return value_of_word(node.text)
            case syntax.Text():
                return self._text(node)
            case syntax.Variable():
                return self.variable(node)
            case syntax.Substitution():
                return self.run_body(node)
            case syntax.Infix():
                return self._infix(node)
            case syntax.Prefixed():
                return prefixed(node.operator, self.value(node.operand))
            case syntax.ArrayLiteral():
                return self._array(node)
            case syntax.Body():
                return Code(node.commands, self.frame.source)
            case syntax.Stored():
                return ScriptText(self.frame.source.between(node.start, node.end))
        raise Failure("a condition of 'find' is not a value")

    def given(self, command: syntax.CommandNode, number: int, name: str = "") -> RouterValue:
        """Return a value by its place among those without a name, or by a name; raises Failure if it is not given."""
        return self.value(needed(command.given(number, name), name or "value"))

    def raw_text(self, node: Node) -> str:
        """Return the text of a value; a bare word as it is written, so that 007 is not 7."""
        return node.text if isinstance(node, syntax.Word) else text_of(self.value(node))

    def _text(self, node: syntax.Text) -> str:
        parts = [part if isinstance(part, str) else text_of(self.value(part)) for part in node.parts]
        check_size(sum(map(len, parts)))
        return "".join(parts)

    def variable(self, node: syntax.Variable) -> RouterValue:
        """Return the value of a variable; NOTHING, with a warning, if it is declared nowhere."""
        scope = self.frame.scope
        if scope.knows(node.name):
            return scope.get(node.name)
        if node.name in self.frame.arguments:
            return self.frame.arguments[node.name]
        if node.is_bare and node.name in _NO_WORDS:
            hint = f'write "{node.name}" in quotes, or compare [:len $x] with 0'
            self.warn("nil-word", node.at, f"in parentheses, {node.name} is a variable, and has no value", hint)
        elif not node.name.isdigit():
            hint = f":global {node.name} before it" if node.name in self.router_wide else ""
            self.warn("undeclared-read", node.at, f"{node.name} is not declared here; it is empty", hint)
        return NOTHING

    def _infix(self, node: syntax.Infix) -> RouterValue:
        # A loop: a chain such as 1 + 1 + ... may be longer than Python's stack is deep.
        chain = [node]
        while isinstance(chain[-1].left, syntax.Infix):
            chain.append(chain[-1].left)
        value = self.value(chain[-1].left)
        for link in reversed(chain):
            value = self._operated(link, value)
        return value

    def _operated(self, node: syntax.Infix, left: RouterValue) -> RouterValue:
        if node.operator in ("&&", "||"):
            is_decided = truth(left) == (node.operator == "||")
            return truth(left) if is_decided else truth(self.value(node.right))
        right = self.value(node.right)
        if node.operator == "<%%":
            named = dict(right.named) if isinstance(right, Array) else {}
            return self.call(left, "", named) if isinstance(left, Code) else NOTHING
        return self.combined(node, left, right)

    def _array(self, node: syntax.ArrayLiteral) -> Array:
        items: list[RouterValue] = []
        named: dict[str, RouterValue] = {}
        for item in node.items:
            if item.key is None:
                items.append(self.value(item.value))
            else:
                named[text_of(self.value(item.key))] = self.value(item.value)
        return array_of(tuple(items), named)

    # What commands need

    def condition(self, node: Node) -> bool:
        """Return the truth of a condition; raises Failure if it is neither true nor false."""
        value = self.value(node)
        if isinstance(value, str):
            is_address = isinstance(to_address(value.partition("/")[0]), Address)
            code = "address-condition" if is_address else "condition"
            self.warn(code, node.at, "the condition is a text, not true or false", 'compare it, e.g. ($x != "")')
        return truth(value)

    def warn(self, code: str, at: int, text: str, hint: str = "") -> None:
        """Tell the world of something in the script, once for each place."""
        source = self.frame.source
        if (code, id(source.file_lines), source.offsets[at]) not in self._said:
            self._said.add((code, id(source.file_lines), source.offsets[at]))
            self.world.remark(source.remark(code, at, text, hint=hint))

    def write_log(self, topic: str, text: str) -> None:
        """Write to the world's log; raises LimitReached."""
        self.usage.write(len(text))
        self.world.log(topic, text)

    def put(self, text: str) -> None:
        """Print a line; raises LimitReached."""
        self.usage.write(len(text))
        self.world.put(text)

    def caught(self, body: Node | None, names: Mapping[str, RouterValue] | None = None) -> Failure | None:
        """Run a block; return the failure that ended it. A limit that is reached is not caught."""
        self.handlers += 1
        try:
            self.run_body(body, names)
        except LimitReached:
            raise
        except Failure as failure:
            return failure
        finally:
            self.handlers -= 1
        return None


def _name_of(command: Node) -> str:
    if isinstance(command, syntax.CommandNode):
        return "/" + "/".join([*command.path, command.verb])
    return ""
