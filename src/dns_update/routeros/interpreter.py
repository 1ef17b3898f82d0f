"""What commands need of the evaluator that runs them; a protocol, so that they do not depend on it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol

    from dns_update.routeros.control import Frame, Usage
    from dns_update.routeros.remarks import Failure
    from dns_update.routeros.source import Source
    from dns_update.routeros.syntax import Node
    from dns_update.routeros.values import Code, RouterValue
    from dns_update.routeros.world import World
else:
    Protocol = object


class Interpreter(Protocol):
    """The evaluator, as commands see it; its methods may raise Failure."""

    world: World
    router_wide: dict[str, RouterValue]
    usage: Usage
    frame: Frame
    mends: bool
    """Whether a stored script is taken as it is meant where it is written wrong."""
    handlers: int
    """How many `on-error` are around the command that runs."""

    def value(self, node: Node) -> RouterValue:
        """Return the value of an expression."""
        raise NotImplementedError

    def raw_text(self, node: Node) -> str:
        """Return the text of a value; a bare word as it is written, so that 007 is not 7."""
        raise NotImplementedError

    def condition(self, node: Node) -> bool:
        """Return the truth of a condition."""
        raise NotImplementedError

    def run_body(self, body: Node | None, names: Mapping[str, RouterValue] | None = None) -> RouterValue:
        """Run a block in a scope of its own, with the names of a loop; return its last command's value."""
        raise NotImplementedError

    def caught(self, body: Node | None, names: Mapping[str, RouterValue] | None = None) -> Failure | None:
        """Run a block; return the failure that ended it. A limit that is reached is not caught."""
        raise NotImplementedError

    def call(self, code: Code, name: str, arguments: Mapping[str, RouterValue]) -> RouterValue:
        """Call a function, which sees nothing but its arguments; return what it returns."""
        raise NotImplementedError

    def run_inside(self, source: Source | str, name: str) -> RouterValue:
        """Run a script from another one."""
        raise NotImplementedError

    def look_for(self, menu: str, tests: Iterable[tuple[str, str, RouterValue]]) -> None:
        """Take note of what a command looks for in a menu: properties, operators and values."""
        raise NotImplementedError

    def warn(self, code: str, at: int, text: str, hint: str = "") -> None:
        """Tell the world of something in the script, once for each place."""
        raise NotImplementedError

    def write_log(self, topic: str, text: str) -> None:
        """Write to the world's log."""
        raise NotImplementedError

    def put(self, text: str) -> None:
        """Print a line."""
        raise NotImplementedError
