"""Many names of one server, and the programs that replace all their addresses, each in its own way.

Every run sets other addresses than the run before, in the same random order, and afterwards some of them are looked up:
a program that is fast because it does nothing is not measured.
"""

import random
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import dns.message
import dns.query

from dns_update.auth import Key
from dns_update.auth.tsig import sign
from dns_update.bulk import BulkOptions, Wish
from dns_update.bulk.batch import Batch
from dns_update.bulk.packing import Packer
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.framing import Deframer, frame
from dns_update.wire.name import Name
from lab.bench.commands import Commands
from lab.bench.results import Row, Run
from lab.bench.runs import Contender, ContenderFailed, measure
from lab.bind import Bind
from lab.key import LabKey, write_private
from lab.port import IPV4
from lab.server import NameServer
from lab.zone import Zone

ZONE = "example.com"
APPLY, APPLY_READ_BACK = "dns-update apply verify=no", "dns-update apply verify=yes"
NSUPDATE, KNSUPDATE, DNSPYTHON = "nsupdate", "knsupdate", "script on dnspython"
DNSPERF, REPLAY = "dnsperf", "ready-made messages"
SCRIPTED = (NSUPDATE, KNSUPDATE)
DEFAULTS = BulkOptions()
DNSPERF_OCTETS = 4096
"""The largest messages of a file that dnsperf sends over TCP; with larger ones it stops sending."""

_TTL = 300
_ANSWER_SECONDS = 5.0
_PATIENCE = 60.0
"""Seconds without an answer after which a replay gives up."""
_SAMPLES = 5
_RECEIVED = 1 << 16


class BindOnAllCores(Bind):
    """named with its default number of threads; other lab servers have one thread."""

    start_seconds = 120.0  # a million names are loaded first

    def _command(self) -> list[str]:
        command = super()._command()
        threads = command.index("-n")
        return [*command[:threads], *command[threads + 2 :]]


def zone_of(names: int) -> Zone:
    """Return a zone that has the names already: in each run, all of them are replaced."""
    return Zone(ZONE, records="".join(f"h{n} {_TTL} A 10.255.255.255\n" for n in range(names)))


@contextmanager
def served(
    names: int, commands: Commands, kind: type[NameServer] = BindOnAllCores, *, is_durable: bool = False
) -> Iterator["Work"]:
    """Start a server that has the names."""
    with TemporaryDirectory(prefix="dns-update-bench-") as text:
        directory = Path(text)
        key = LabKey.generate("bench")
        server = kind(directory / "server", keys=(key,), zones=(zone_of(names),), is_durable=is_durable)
        with server:
            yield Work(directory, server, key, commands, names)


@dataclass(eq=False)
class Work:
    """The names h0, h1, ... of a server.

    Attributes:
        directory: for the files that the programs read.
        names: how many names each run replaces.
        port: where the programs send to: the server's own, or that of a relay.

    """

    directory: Path
    server: NameServer
    key: LabKey
    commands: Commands
    names: int
    port: int = 0
    _mark: int = field(default=0, init=False)
    _batch_sizes: dict[int, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.port = self.port or self.server.port
        self.key_file = self.key.write(self.directory / "bench.key")
        one_line = write_private(self.directory / "knsupdate.key", key_in_one_line(self.key))
        nsupdate = self.commands.dns_nsupdate
        self.key_files = {NSUPDATE: self.key_file, nsupdate: self.key_file, KNSUPDATE: one_line}
        self._order = list(range(self.names))
        random.Random(1).shuffle(self._order)  # noqa: S311 - each run is the same

    def apply(self, program: str = APPLY, octets: int = DEFAULTS.message_octets) -> Contender:
        """Return our `apply`."""
        options = [program.rsplit(maxsplit=1)[-1], f"message-size={octets}"]

        def run() -> Run:
            changes = self._changes()
            command = [self.commands.dns_update, "apply", str(self._csv(changes)), f"dns-server={IPV4}:{self.port}"]
            return self._checked(changes, measure([*command, f"zone={ZONE}", f"key-file={self.key_file}", *options]))

        row = Row(program=program, names=self.names, octets=octets, in_flight=DEFAULTS.most_in_flight)
        return Contender(self._with_batch(row, octets), run)

    def scripted(self, program: str, batch: int, label: str = "", *, transport: str = "tcp") -> Contender:
        """Return a program that reads nsupdate's language, with so many names a message."""
        tcp = ["-v"] if transport == "tcp" else []

        def run() -> Run:
            changes = self._changes()
            path = self.directory / "script"
            path.write_text(self._script(changes, batch), encoding="ascii")
            return self._checked(changes, measure([program, *tcp, "-k", str(self.key_files[program]), str(path)]))

        batch = min(batch, self.names)
        return Contender(Row(program=label or program, names=self.names, batch=batch, in_flight=1), run)

    def dnspython(self, batch: int, *, transport: str = "tcp") -> Contender:
        """Return the script on dnspython, with so many names a message."""

        def run() -> Run:
            changes = self._changes()
            words = [IPV4, str(self.port), ZONE, str(self.key_file), str(batch), transport, str(self._csv(changes))]
            return self._checked(changes, measure([*self.commands.dnspython, *words]))

        return Contender(Row(program=DNSPYTHON, names=self.names, batch=min(batch, self.names), in_flight=1), run)

    def dnsperf_updates(self, in_flight: int) -> Contender:
        """Return dnsperf's own updates, of one name each: its buffer has room for a few names only."""

        def run() -> Run:
            changes = self._changes()
            path = self.directory / "updates"
            updates = (f"{ZONE}\ndelete {n} A\nadd {n} {_TTL} A {address}\nsend\n" for n, address in changes)
            path.write_text("".join(updates), encoding="ascii")
            # It reads a secret from nowhere else; this one is good for nothing.
            options = ["-u", "-y", key_in_one_line(self.key), "-d", str(path), "-q", str(in_flight)]
            return self._checked(changes, measure(["dnsperf", "-s", IPV4, "-p", str(self.port), *options]))

        return Contender(Row(program=DNSPERF, names=self.names, batch=1, in_flight=in_flight), run)

    def dnsperf(self, octets: int = DNSPERF_OCTETS, in_flight: int = DEFAULTS.most_in_flight) -> Contender:
        """Return dnsperf with messages that were made and signed before."""

        def run() -> Run:
            changes = self._changes()
            path = self.directory / "messages"
            path.write_bytes(b"".join(map(frame, self._messages(changes, octets))))
            options = ["-B", "-d", str(path), "-m", "tcp", "-q", str(in_flight)]
            return self._checked(changes, measure(["dnsperf", "-s", IPV4, "-p", str(self.port), *options]))

        row = Row(program=DNSPERF, names=self.names, octets=octets, in_flight=in_flight)
        return Contender(self._with_batch(row, octets), run)

    def replay(self, octets: int = DEFAULTS.message_octets, in_flight: int = DEFAULTS.most_in_flight) -> Contender:
        """Return the server's own limit: messages that were made before, sent by TCP."""

        def run() -> Run:
            changes = self._changes()
            return self._checked(changes, _sent_by_tcp(self._messages(changes, octets), self.port, in_flight))

        row = Row(program=REPLAY, names=self.names, octets=octets, in_flight=in_flight)
        return Contender(self._with_batch(row, octets), run)

    def replay_singly(self, in_flight: int) -> Contender:
        """Return the same for messages of one name, sent by UDP."""

        def run() -> Run:
            changes = self._changes()
            return self._checked(changes, _sent_by_udp(self._messages(changes, octets=0), self.port, in_flight))

        return Contender(Row(program=REPLAY, names=self.names, batch=1, in_flight=in_flight), run)

    def _changes(self) -> list[tuple[str, str]]:
        """Return the names, relative to the zone, and addresses that the run before did not set."""
        self._mark = (self._mark + 1) % 255
        return [(f"h{n}", f"{10 + (n >> 16)}.{self._mark}.{n >> 8 & 255}.{n & 255}") for n in self._order]

    def _csv(self, changes: Sequence[tuple[str, str]]) -> Path:
        path = self.directory / "names.csv"
        rows = "".join(f"{name},{address},{_TTL}\n" for name, address in changes)
        path.write_text(f"name,address,ttl\n{rows}", encoding="ascii")
        return path

    def _script(self, changes: Sequence[tuple[str, str]], batch: int) -> str:
        lines = [f"server {IPV4} {self.port}", f"zone {ZONE}."]
        for number, (name, address) in enumerate(changes, 1):
            lines += [f"update delete {name}.{ZONE}. A", f"update add {name}.{ZONE}. {_TTL} A {address}"]
            if number % batch == 0 or number == len(changes):
                lines.append("send")
        return "\n".join([*lines, ""])

    def _messages(self, changes: Sequence[tuple[str, str]], octets: int) -> list[bytes]:
        """Return signed messages that are as large as allowed, or of one name each."""
        key, packer = Key.from_file(str(self.key_file)), Packer(Name.from_text(ZONE), RRClass.IN)
        now = int(time.time())
        return [
            sign(each.message(packer).encode(number & 0xFFFF), key, time_signed=now)[0]
            for number, each in enumerate(_batches(changes, packer, octets))
        ]

    def _with_batch(self, row: Row, octets: int) -> Row:
        """Add how many names a message has on average."""
        if octets not in self._batch_sizes:
            messages = sum(1 for _ in _batches(self._changes(), Packer(Name.from_text(ZONE), RRClass.IN), octets))
            self._batch_sizes[octets] = self.names / messages
        return replace(row, batch=self._batch_sizes[octets])

    def _checked(self, changes: Sequence[tuple[str, str]], run: Run) -> Run:
        """Return the run if the server has the new addresses now."""
        for name, address in {*changes[:1], *changes[-1:], *changes[:: max(1, len(changes) // _SAMPLES)]}:
            question = dns.message.make_query(f"{name}.{ZONE}", "A", flags=0)
            answer = dns.query.udp(question, IPV4, timeout=_ANSWER_SECONDS, port=self.server.port)
            if [rdata.to_text() for rrset in answer.answer for rdata in rrset] != [address]:
                raise ContenderFailed(f"{name} is not {address} afterwards")
        return run


def key_in_one_line(key: LabKey) -> str:
    """Return a key as `knsupdate -k` and `-y` take it."""
    return f"{key.algorithm}:{key.name}:{key.secret}"


def installed(programs: Sequence[str]) -> list[str]:
    """Return those of the programs that this machine has."""
    return [program for program in programs if shutil.which(program)]


def _batches(changes: Sequence[tuple[str, str]], packer: Packer, octets: int) -> Iterator[Batch]:
    room, batch = packer.room(octets), Batch()
    for name, address in changes:
        owner = Name((name.encode("ascii"), *packer.zone.labels)).to_wire()
        wish = Wish(owner, packer.zone, RRType.A, _TTL, (socket.inet_aton(address),))
        packed, count = packer.packed(wish, _TTL)
        if batch.wishes and batch.octets + len(packed) > room:
            yield batch
            batch = Batch()
        batch.add(wish, packed, count)
    yield batch


def _sent_by_tcp(messages: Sequence[bytes], port: int, in_flight: int) -> Run:
    started = time.perf_counter()
    with socket.create_connection((IPV4, port), timeout=_PATIENCE) as connection:
        # As `apply` does, so that a message does not wait for the acknowledgement of the one before.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        deframer, answered, sent = Deframer(), 0, 0
        while answered < len(messages):
            while sent < len(messages) and sent - answered < in_flight:
                connection.sendall(frame(messages[sent]))
                sent += 1
            for answer in deframer.feed(_received(connection)):
                _check(answer)
                answered += 1
    return Run(time.perf_counter() - started)


def _sent_by_udp(messages: Sequence[bytes], port: int, in_flight: int) -> Run:
    started = time.perf_counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.connect((IPV4, port))
        connection.settimeout(_PATIENCE)
        for number, message in enumerate(messages):
            if number >= in_flight:
                _check(_received(connection))
            connection.send(message)
        for _last in range(min(in_flight, len(messages))):
            _check(_received(connection))
    return Run(time.perf_counter() - started)


def _received(connection: socket.socket) -> bytes:
    try:
        octets = connection.recv(_RECEIVED)
    except OSError as error:
        raise ContenderFailed(f"no answer: {error}") from error
    if not octets:
        raise ContenderFailed("the server closed the connection")
    return octets


def _check(answer: bytes) -> None:
    if code := answer[3] & 0xF:
        raise ContenderFailed(f"the server answered with rcode {code}")
