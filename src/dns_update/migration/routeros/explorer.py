"""The evaluator of scripts, for one that is looked at: what fails is left out, and conditions may be turned round."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.migration.routeros.simulated import SimulatedRouter
from dns_update.migration.routeros.static_reading import is_talk
from dns_update.routeros import syntax
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.limits import Limits
from dns_update.routeros.remarks import Failure, LimitReached, ScriptRemark
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.syntax import Node
from dns_update.routeros.values import RouterValue, text_of

OWN_ERROR = "/error"
"""The command by which a script ends with an error of its own."""

_LIMITS = Limits(steps=20_000, seconds=86_400.0)  # time passes at once here, so a loop that waits may wait long
_COMPARING = ("=", "!=")
_EXPLAINED = (
    "many-addresses", "not-understood", "trailing-dot", "uncaught-resolve", "undeclared-set", "unknown-parameter",
)  # fmt: skip
"""Codes of remarks that say why a command fails."""

_FATAL = ("trailing-dot", "unknown-parameter")
"""Those of commands that a router refuses, and that are left out here, too."""


class Explorer(Evaluator):
    """Runs a script on a simulated router.

    `turned` are the offsets in its file of the `:if` whose conditions are turned round the first time that they are
    reached. If it `goes_on`, a failure does not end the script either: `given_up` has, by the number of the last update
    before it, the numbers of the updates that failed and that nothing is tried for after it.

    `conditions` are the lines of the `:if` that were reached and that may change what is sent, by their offsets;
    `comparisons` are what was compared with what, each with the nodes of both sides; `scripts` are those that ran;
    `count` is the number of commands.
    """

    mends = True

    def __init__(
        self,
        router: SimulatedRouter,
        router_wide: dict[str, RouterValue],
        turned: frozenset[int] = frozenset(),
        *,
        goes_on: bool = False,
    ) -> None:
        super().__init__(router, router_wide, _LIMITS)
        self.router = router
        self.turned = set(turned)
        self.conditions: dict[int, int] = {}
        self.comparisons: list[tuple[Node, str, Node, str]] = []
        self.scripts: dict[int, syntax.Script] = {}
        self.given_up: dict[int, list[int]] = {}
        self.count = 0
        self._goes_on = goes_on
        self._known_failures = 0
        self._ifs: set[int] = set()

    def read(self, source: ScriptSource | str) -> syntax.Script:
        """Return a script's syntax tree, which is made once: a script runs a dozen times."""
        script = self.router.tree(source) if isinstance(source, ScriptSource) else super().read(source)
        self.scripts[id(script)] = script
        return script

    def refuse(self, errors: tuple[ScriptRemark, ...]) -> None:
        """Take the errors as remarks: what can be read runs."""
        for remark in errors:
            self.router.remark(remark)

    def forgives(self, command: Node, failure: Failure) -> bool:
        """Leave out a command that fails; but an update that fails ends the script, unless it is to go on."""
        sent = self.router.sent
        if failure.command == OWN_ERROR:
            failed = [number for number in range(self._known_failures, len(sent)) if not sent[number][1]]
            return self._gives_up(failed)
        if failure.command == "/tool/dns-update" and sent and not sent[-1][1]:
            return self._gives_up([len(sent) - 1])
        if isinstance(failure, LimitReached):
            return False
        line = self.frame.source.file_place(command.at).line
        told = {remark for remark in self.router.remarks if remark.line == line and remark.code in _EXPLAINED}
        for remark in told:
            if remark.code in _FATAL and remark.severity == "warning":
                self.router.remarks.remove(remark)
                self.router.say("error", remark.code, remark.text, remark.hint, line=line)
        if not told:
            self.router.say("error", "not-understood", f"this is left out: {failure.message}", line=line)
        return True

    def _gives_up(self, failed: list[int]) -> bool:
        if not self._goes_on or not failed:
            return False
        self._known_failures = len(self.router.sent)
        self.given_up.setdefault(len(self.router.sent) - 1, []).extend(failed)
        return True

    def look_for(self, menu: str, tests: Iterable[tuple[str, str, RouterValue]]) -> None:
        """Have the router make what is looked for."""
        self.router.expect(menu, tests)

    def condition(self, node: Node) -> bool:
        """Return the truth of a condition, turned round where that is tried."""
        is_true = super().condition(node)
        if id(node) not in self._ifs:
            return is_true
        offset = self.frame.source.offsets[node.at]
        self.conditions.setdefault(offset, self.frame.source.file_place(node.at).line)
        if offset in self.turned:
            self.turned.remove(offset)
            return not is_true
        return is_true

    def combined(self, node: syntax.Infix, left: RouterValue, right: RouterValue) -> RouterValue:
        """Note what is compared."""
        if node.operator in _COMPARING:
            self.comparisons.append((node.left, text_of(left), node.right, text_of(right)))
        return super().combined(node, left, right)

    def _command(self, command: Node) -> RouterValue:
        outer = self.router.line
        self.router.line = self.frame.source.file_place(command.at).line
        self.count += 1
        if isinstance(command, syntax.CommandNode):
            self._note(command)
        try:
            return super()._command(command)
        finally:
            self.router.line = outer

    def _note(self, command: syntax.CommandNode) -> None:
        if command.verb == "if" and command.unnamed() and not is_talk(command.arguments):
            self._ifs.add(id(command.unnamed()[0]))
        elif command.verb == "dns-update":
            self.router.reached.add(self.frame.source.offsets[command.at])
