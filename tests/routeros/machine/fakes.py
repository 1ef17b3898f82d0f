"""A process around scripts that the test controls: what it was told, and a clock that only waiting moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.netlink import AddressEntry, Event, LinkEntry, LinkFlag
from dns_update.cli.run_access import access_of
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.this_machine import Machine, MachineSettings
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.inet import parse_address

if TYPE_CHECKING:
    from dns_update.routeros.machine.logbook import LogEntry
    from dns_update.transport.blocking import Trace

UP = LinkFlag.UP | LinkFlag.RUNNING
PERMANENT = 0x80


class FakeOutside:
    """An Outside."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.lines: list[str] = []
        self.entries: list[LogEntry] = []
        self.seconds = 0.0

    def say(self, line: str) -> None:
        self.said.append(line)

    def note(self, text: str) -> None:
        self.said.append(f"note: {text}")

    def put(self, text: str) -> None:
        self.lines.append(text)

    def log(self, entry: LogEntry) -> None:
        self.entries.append(entry)

    def monotonic(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds

    def random_below(self, limit: int) -> int:
        return limit - 1

    def transport(self, local_address: str | None, trace: Trace | None) -> BlockingTransport:
        return BlockingTransport(local_address, trace)


def machine_with(settings: MachineSettings | None = None) -> tuple[Machine, FakeOutside]:
    """Return a machine, and what it tells."""
    outside = FakeOutside()
    return Machine(settings or MachineSettings(InterfaceNames()), outside, file="a.rsc", access=access_of), outside


def interfaces_of(*subjects: AddressEntry | LinkEntry) -> Interfaces:
    """Return interfaces as a kernel reports them."""
    interfaces = Interfaces()
    for subject in subjects:
        interfaces.apply(Event(subject), now=0)
    return interfaces


def link(index: int, name: str, flags: int = UP) -> LinkEntry:
    """Return an interface, which is up."""
    return LinkEntry(index, (name,), flags)


def entry(index: int, text: str, **fields: object) -> AddressEntry:
    """Return an address with its prefix."""
    address, _, length = text.partition("/")
    return AddressEntry(index, parse_address(address), prefix_length=int(length), **fields)  # type: ignore[arg-type]
