"""What a script sees and changes of the world: menus, names, the clock, the log, and where updates go.

The evaluator itself opens no socket and reads no clock. The world is this machine, a described router, or a test's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dns_update.routeros.remarks import Position, ScriptRemark
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.values import NOTHING, RouterValue
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object

ID = ".id"
"""The property that holds an item's ID."""

Row = Mapping[str, RouterValue]
"""The properties of one item of a menu."""


class Menu(Value):
    """The items of a menu; `is_single` if it has one set of properties and no items, as `/system identity`."""

    rows: tuple[Row, ...]
    is_single: bool = False


class MadeWhenRead(Mapping[str, RouterValue]):
    """The properties of a menu that are made, or asked for, when a script reads them."""

    def __init__(self, makers: Mapping[str, Callable[[], str]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> RouterValue:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class UpdateRequest(Value):
    """What a script gives to `/tool dns-update`.

    The address is checked. `name` is relative to the zone; both may be empty. `ttl` is None if the script gives none.
    `key` is as the script has it, Base64 or raw. `place` is the command's in the file.
    """

    server: str
    zone: str
    name: str
    address: str
    ttl: int | None
    key_name: str
    key: str
    place: Position

    @property
    def owner(self) -> str:
        """The full name, with a dot at its end."""
        return f"{'.'.join([part.strip('.') for part in (self.name, self.zone) if part])}."

    @property
    def type(self) -> str:
        """The type of the record."""
        return "AAAA" if ":" in self.address else "A"

    def __repr__(self) -> str:
        if not hasattr(self, "address"):
            return "UpdateRequest(key=<hidden>)"  # for a debugger, after __init__ raised
        return f"UpdateRequest({self.owner} {self.type} {self.address} at {self.server}, key=<hidden>)"


class MenuCall(Value):
    """A command of a menu that the evaluator does not carry out itself, e.g. `/system script add`."""

    menu: str
    verb: str
    unnamed: tuple[RouterValue, ...]
    named: tuple[tuple[str, RouterValue], ...]
    place: Position

    def get(self, name: str) -> RouterValue:
        """Return what is given by a name; NOTHING if it is not given."""
        return dict(self.named).get(name, NOTHING)


class World(Protocol):
    """Each method may raise Failure with the text that a router gives."""

    def now(self) -> float:
        """Return the time in seconds, from any start: it limits how long a script runs."""
        raise NotImplementedError

    def menu(self, path: str) -> Menu | None:
        """Return a menu, e.g. "/ip/address"; None if there is no such menu here."""
        raise NotImplementedError

    def command(self, call: MenuCall) -> RouterValue:
        """Carry out a command of a menu; raises Failure if it is not one that may be carried out."""
        raise NotImplementedError

    def script(self, name: str) -> ScriptSource | None:
        """Return a stored script; None if there is none of that name."""
        raise NotImplementedError

    def resolve(self, name: str, server: str, kind: str) -> str:
        """Return the address of a name; `server` and `kind` ("ipv4", "ipv6") may be empty."""
        raise NotImplementedError

    def log(self, topic: str, text: str) -> None:
        """Write to the log; the topic is debug, info, warning or error."""
        raise NotImplementedError

    def put(self, text: str) -> None:
        """Print a line."""
        raise NotImplementedError

    def delay(self, seconds: float) -> None:
        """Wait."""
        raise NotImplementedError

    def send(self, request: UpdateRequest) -> None:
        """Send an update; raises Failure with what the server says."""
        raise NotImplementedError

    def remark(self, remark: ScriptRemark) -> None:
        """Take what there is to say of a script while it runs."""
        raise NotImplementedError
