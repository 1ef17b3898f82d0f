"""The agent's controller without a machine: a clock that only tests move, a kernel and name servers in memory.

Nothing waits. The loop's clock jumps to the next timer when there is nothing else to do, so an hour takes no time and
every run is the same.
"""

import asyncio
import math
import selectors
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.netlink import AddressEntry, Event, LinkEntry, LinkFlag
from dns_update.agent.clock import Clock
from dns_update.agent.config.load import config_from_text
from dns_update.agent.config.settings import Config
from dns_update.agent.controller import Controller
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.output.log import INFO, Log
from dns_update.exchange import Exchange, Reply, UnverifiedReply
from dns_update.message import Message, Question
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.transport.aio import AsyncioTransport
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.inet import format_address, parse_address
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
_SOA = bytes(2) + bytes(20)  # MNAME and RNAME are the root
_BOOTED = 1_700_000_000.0  # by the wall clock
_START = 1000.0  # on the monotonic clock
_MOST_STEPS = 1_000_000  # of the loop in one test; more is a loop without end


class MockClock(Clock):
    """The three clocks; `sleep` lets the machine sleep for a time."""

    def __init__(self) -> None:
        self.now = _START
        self.asleep = 0.0

    def monotonic(self) -> float:
        """Return the loop's time."""
        return self.now

    def boot(self) -> float:
        """Return the loop's time plus the time asleep."""
        return self.now + self.asleep

    def wall(self) -> float:
        """Return the time of a wall clock that is never set."""
        return _BOOTED + self.boot()

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep."""
        self.asleep += seconds


class _JumpingSelector(selectors.SelectSelector):
    """A selector that does not wait: the clock jumps over the time that the loop would wait."""

    def __init__(self, clock: MockClock) -> None:
        super().__init__()
        self._clock = clock
        self._steps = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._steps += 1
        assert self._steps < _MOST_STEPS, "a loop without end"
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing will ever happen"
            self._clock.now = math.nextafter(self._clock.now + timeout, math.inf)  # or a timer might never be due
        return ready


class MockLoop(asyncio.SelectorEventLoop):
    """A loop whose time is that of a MockClock."""

    def __init__(self, clock: MockClock) -> None:
        super().__init__(_JumpingSelector(clock))
        self._clock = clock
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Return the clock's time."""
        return self._clock.now


class MockKernel:
    """The kernel's interfaces and their events; replaces Monitor."""

    def __init__(self, *interfaces: str) -> None:
        self.interfaces = Interfaces()
        self._indexes = {name: number for number, name in enumerate(interfaces, 1)}
        for name in interfaces:
            self._apply(LinkEntry(self._indexes[name], (name,), LinkFlag.UP | LinkFlag.RUNNING))
        self._changed: Callable[[Interfaces, frozenset[str]], None] | None = None
        self.network_up: Callable[[], None] = lambda: None

    def monitor(
        self,
        changed: Callable[[Interfaces, frozenset[str]], None],
        network_up: Callable[[], None],
        *,
        refused: Callable[[Exception], None],  # noqa: ARG002 - as Monitor has it
    ) -> "MockKernel":
        """Return the replacement for a Monitor with these callbacks."""
        self._changed, self.network_up = changed, network_up
        return self

    async def open(self, *, waits_out_shortage: bool = False) -> None:  # noqa: ARG002 - as Monitor has it
        """Report all interfaces."""
        self._tell(self._indexes)

    def close(self) -> None:
        """Report nothing more."""
        self._changed = None

    def add(self, address: str, interface: str = "wan") -> None:
        """Give an interface an address."""
        self._apply(AddressEntry(self._indexes[interface], parse_address(address), prefix_length=24))
        self._tell([interface])

    def remove(self, address: str, interface: str = "wan") -> None:
        """Take an address from an interface."""
        self._apply(AddressEntry(self._indexes[interface], parse_address(address), prefix_length=24), is_gone=True)
        self._tell([interface])

    def replace(self, old: str, new: str, interface: str = "wan") -> None:
        """Replace an address by another one, as one event."""
        self._apply(AddressEntry(self._indexes[interface], parse_address(old), prefix_length=24), is_gone=True)
        self.add(new, interface)

    def _apply(self, subject: AddressEntry | LinkEntry, *, is_gone: bool = False) -> None:
        self.interfaces.apply(Event(subject, is_gone=is_gone), now=0.0)

    def _tell(self, names: Iterable[str]) -> None:
        if self._changed is not None:
            self._changed(self.interfaces, frozenset(names))


class MockServers:
    """Name servers of one zone with the same data; each can be silent, and `sent` has all messages to them.

    They understand what the agent sends without an owner: queries, and updates without prerequisites.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[Name, int], dict[bytes, int]] = {}  # rdata with their TTLs
        self.silent: set[str] = set()  # addresses
        self.refusing: set[str] = set()
        self.refused: set[Name] = set()  # names that no update may change
        self.failing: set[Name] = set()  # names for which the server fails
        self.most_octets: int | None = None  # larger messages get lost
        self.most_changes: int | None = None  # updates with more are said to be malformed
        self.sent: list[tuple[float, str, Message]] = []
        self.loses_answers = 0  # to so many updates, that are carried out all the same
        self.renewals = 0

    def data(self, name: str = "home", rrtype: int = RRType.A) -> list[str]:
        """Return the addresses of a name in the zone."""
        return [
            format_address(rdata) for rdata in self.records.get((Name.from_text(f"{name}.example.com"), rrtype), {})
        ]

    def change(self, name: str, *addresses: str) -> None:
        """Change a name as another client."""
        self.records[Name.from_text(f"{name}.example.com"), RRType.A] = {parse_address(one): 60 for one in addresses}

    def updates(self, address: str | None = None) -> list[float]:
        """Return when updates were sent, to one server or to any."""
        return [at for at, to, message in self.sent if message.opcode == Opcode.UPDATE and address in (None, to)]

    def answer(self, octets: bytes, address: str, now: float) -> bytes | None:
        """Return the answer of a server; None if it does not answer."""
        message = Message.decode(octets)
        self.sent.append((now, address, message))
        if address in self.silent or (self.most_octets is not None and len(octets) > self.most_octets):
            return None
        if message.opcode == Opcode.UPDATE:
            return self._update(message, address)
        question = message.question[0]
        return _reply(message, self._found(question), () if question.rrtype == RRType.SOA else (_soa(),))

    def _update(self, message: Message, address: str) -> bytes | None:
        changed = {change.name for change in message.authority}
        if address in self.refusing or changed & self.refused:
            return _reply(message, rcode=Rcode.REFUSED)
        if self.most_changes is not None and len(message.authority) > self.most_changes:
            return _reply(message, rcode=Rcode.FORMERR)
        if changed & self.failing:
            return _reply(message, rcode=Rcode.SERVFAIL)
        for change in message.authority:
            self._apply(change)
        if self.loses_answers:
            self.loses_answers -= 1
            return None
        return _reply(message)

    def _found(self, question: Question) -> tuple[Record, ...]:
        if question.rrtype == RRType.SOA and question.name == ZONE:
            return (_soa(),)
        values = self.records.get((question.name, question.rrtype), {})
        return tuple(Record(question.name, question.rrtype, RRClass.IN, ttl, rdata) for rdata, ttl in values.items())

    def _apply(self, change: Record) -> None:
        values = self.records.setdefault((change.name, change.rrtype), {})
        if change.rrclass == RRClass.ANY:
            values.clear()
        elif change.rrclass == RRClass.NONE:
            values.pop(change.rdata, None)
        else:
            values[change.rdata] = change.ttl


class MockTransport(AsyncioTransport):
    """Carries exchanges to servers in memory, in `latency` seconds there and back."""

    latency = 0.01

    def __init__(
        self, servers: MockServers, clock: MockClock, hosts: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        super().__init__()
        self._hosts = hosts or {}
        self._servers = servers
        self._mock_clock = clock
        self._numbers = 0

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Carry an exchange to its end and return its result; raises NoResponse."""
        while True:
            self._numbers = (self._numbers + 1) % 0x10000
            now, wall = self._mock_clock.monotonic(), int(self._mock_clock.wall())
            attempt = exchange.next(now=now, wall=wall, message_id=self._numbers)
            if attempt is None:
                return exchange.settled
            answer = self._servers.answer(attempt.octets, endpoint.address, now)
            if answer is None:
                await asyncio.sleep(attempt.deadline - now)
            else:
                await asyncio.sleep(self.latency)
                exchange.receive(answer, wall=wall)

    async def resolve(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host name; raises OSError if it has none."""
        if host not in self._hosts:
            raise OSError(0, "Name or service not known")
        return self._hosts[host]

    def renew(self) -> None:
        """Count the renewals."""
        self._servers.renewals += 1


class Lines(Log):
    """A log that keeps its lines."""

    def __init__(self) -> None:
        super().__init__(descriptor=-1)
        self.lines: list[str] = []

    def write(self, priority: int, line: str) -> None:
        """Keep a line, unless it is for debugging."""
        if priority <= INFO:
            self.lines.append(line)


class World:
    """A controller, and its world: clock, kernel, servers and log."""

    def __init__(self, text: str, random: Callable[[], float]) -> None:
        self.clock = MockClock()
        self.loop = MockLoop(self.clock)
        self.kernel = MockKernel("wan", "lan")
        self.servers = MockServers()
        self.log = Lines()
        self.bugs: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _loop, context: self.bugs.append(context))
        self._text = text
        self._random = random

    @property
    def now(self) -> float:
        """The seconds that have passed."""
        return self.clock.now - _START

    async def start(self) -> None:
        """Start the controller."""
        self.controller = self.new_controller()
        await self.controller.start()

    def new_controller(self) -> Controller:
        """Return a controller that is not started yet."""
        return Controller(
            self.config(self._text),
            self.log,
            clock=self.clock,
            random=self._random,
            transport=lambda _local_address: MockTransport(self.servers, self.clock),
            monitor=self.kernel.monitor,
        )

    async def restart(self) -> None:
        """End the controller, and start another one."""
        await self.controller.close()
        await self.start()

    def config(self, text: str) -> Config:
        """Return a configuration."""
        return config_from_text(text, "config.toml", is_private=True)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, with all events that are due in it."""
        await asyncio.sleep(seconds)

    def name(self, name: str = "home") -> ManagedName:
        """Return a name."""
        full = Name.from_text(f"{name}.example.com")
        return next(managed for managed in self.controller.names if managed.settings.name == full)

    def shown(self, name: str = "home") -> dict[str, Any]:
        """Return what the status shows about a name."""
        full = f"{name}.example.com"
        return next(dict(one) for one in self.controller.status()["records"] if one["name"] == full)

    def state(self, name: str = "home") -> str:
        """Return the state that the status shows."""
        state: str = self.shown(name)["state"]
        return state

    def silent_servers(self) -> list[str]:
        """Return the servers that the status shows as silent."""
        return [one["server"] for one in self.controller.status()["silent_servers"]]

    def reload(self, text: str) -> None:
        """Have another configuration applied."""
        self.controller.configure(self.config(text))

    def lines(self, part: str) -> list[str]:
        """Return the lines of the log that contain this text."""
        return [line for line in self.log.lines if part in line]


def configuration(
    records: str, *, servers: str = '"192.0.2.1"', agent: str = "", server: str = "timeout = 1\nretries = 1\n"
) -> str:
    """Return the text of a configuration: hold-down 10 s, interval 5 min."""
    return (
        f'[agent]\nsocket = ""\nhistory = ""\n{agent}\n[servers.main]\naddress = [{servers}]\n{server}\n'
        f'[zones."example.com"]\nservers = ["main"]\nttl = 60\n{records}'
    )


def record(name: str = "home", source: str = "interface:wan/ipv4", more: str = "") -> str:
    """Return the text of a record."""
    return f'[[records]]\nname = "{name}"\nzone = "example.com"\naddress = "{source}"\n{more}\n'


def play(
    story: Callable[[World], Coroutine[object, object, None]],
    text: str,
    *,
    random: Callable[[], float] = lambda: 0.5,
    before: Callable[[World], None] = lambda _world: None,
) -> World:
    """Start a controller in a world that `before` prepares, play a story, and return the world afterwards."""
    world = World(text, random)
    before(world)

    async def run() -> None:
        await world.start()
        try:
            await story(world)
        finally:
            await world.controller.close()

    try:
        world.loop.run_until_complete(run())
    finally:
        world.loop.close()
    assert not world.bugs, world.bugs
    return world


def _reply(
    message: Message, answer: tuple[Record, ...] = (), authority: tuple[Record, ...] = (), rcode: int = Rcode.NOERROR
) -> bytes:
    return Message(
        opcode=message.opcode,
        question=message.question,
        answer=answer,
        authority=authority,
        flags=Flag.QR | Flag.AA,
        rcode=rcode,
        message_id=message.message_id,
    ).encode()


def _soa() -> Record:
    return Record(ZONE, RRType.SOA, RRClass.IN, 300, _SOA)
