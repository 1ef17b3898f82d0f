"""How far a script may go, how far it has gone, and the frame of the function that runs."""

from __future__ import annotations

from collections.abc import Mapping

from dns_update.routeros.remarks import LimitReached
from dns_update.routeros.scopes import Scope
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.values import RouterValue
from dns_update.value import Value


class Limits(Value):
    """What a script may use. A script of a user runs some hundred steps."""

    steps: int = 200_000
    """Commands carried out."""
    depth: int = 60
    """Blocks, brackets and functions within each other; each costs some ten of Python's thousand frames."""
    output: int = 1 << 20
    """Characters printed and logged."""
    seconds: float = 3600.0
    """By the world's clock, delays included."""


class ScriptUsage:
    """What a script has used; `began` is the world's time at its start."""

    def __init__(self, limits: Limits, began: float) -> None:
        self._limits = limits
        self._began = began
        self._steps = 0
        self._output = 0
        self._depth = 0

    def step(self, now: float) -> None:
        """Count a command; raises LimitReached."""
        self._steps += 1
        if self._steps > self._limits.steps:
            raise LimitReached(f"the script ran more than {self._limits.steps} commands")
        if now - self._began > self._limits.seconds:
            raise LimitReached(f"the script ran longer than {self._limits.seconds:g} s")

    def check_delay(self, now: float, seconds: float) -> None:
        """Check a delay before it begins; raises LimitReached if it ends too late."""
        if now + seconds - self._began > self._limits.seconds:
            raise LimitReached(f"a delay of {seconds:g} s, and the script may run for {self._limits.seconds:g} s")

    def write(self, size: int) -> None:
        """Count characters of output; raises LimitReached."""
        self._output += size + 1
        if self._output > self._limits.output:
            raise LimitReached(f"the script wrote more than {self._limits.output} characters")

    def enter(self) -> None:
        """Go into a block; raises LimitReached."""
        self._depth += 1
        if self._depth > self._limits.depth:
            raise LimitReached(f"more than {self._limits.depth} blocks and functions within each other")

    def leave(self) -> None:
        """Come out of a block."""
        self._depth -= 1


class Frame:
    """A script or function that runs: its source, its arguments or event variables, its scope and current menu."""

    def __init__(self, name: str, source: ScriptSource, scope: Scope, arguments: Mapping[str, RouterValue]) -> None:
        self.name = name
        self.source = source
        self.scope = scope
        self.arguments = arguments
        self.menu: tuple[str, ...] = ()


class Returned(Exception):
    """`:return` ends the function that runs."""

    def __init__(self, value: RouterValue) -> None:
        super().__init__()
        self.value = value
