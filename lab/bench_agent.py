"""Compares the agent with its peers: time from event to served address, memory, idle cost, start with 10,000 names.

`main` prints the figures; `lab.bench` calls it. `python -m lab.bench_agent DIRECTORY COMMAND` measures the agent inside
a network namespace that has INTERFACES, and prints the figures as JSON; `lab.bench_peers` does so for the peers.
"""

import json
import random
import shutil
import socket
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import dns.message

from lab import bench_peers
from lab.bind import Bind
from lab.errors import LabFailed
from lab.key import LabKey
from lab.namespace import Namespace, unavailable_because
from lab.port import IPV4
from lab.process import memory, running, usage
from lab.served import Interface, Reader
from lab.zone import Zone

INTERFACES = ("wan", "lan")

_CHANGES = 100
_WARM_UPS = 5
_PAUSE = 0.05
"""Seconds between an answer and the next change: by then the agent has read back its update."""

_FEW = bench_peers.RECORDS
_MANY = 10_000
_STARTS = 5
"""With many names: the machine's own speed drifts, so a single start says little."""

_RENUMBERINGS = 5
_PEER_BATCHES = (("knsupdate", 250), ("nsupdate", 500))
"""The numbers of names in a message with which they are fastest (`lab.bench.context`)."""

_SOA_FIELDS = struct.pack("!IIII", 3600, 900, 604800, 300)
"""The end of the SOA record of a `Zone`."""

_IDLE_SECONDS = 20.0
_QUIET_SECONDS = 0.5
"""Seconds without a packet after which the agent has probably asked for everything."""

_POLL_SECONDS = 0.005
_PATIENCE = 120.0
_ROOT = Path(__file__).resolve().parent.parent


class _OfFew(TypedDict):
    """With few names.

    Attributes:
        seconds: from each change to the served address.
        mib: resident and peak MiB after the changes.
        idle: the share of a processor that it uses when nothing happens.
        switches: how often it was scheduled in that time.

    """

    seconds: list[float]
    mib: tuple[float, float]
    idle: float
    switches: int


class _OfMany(TypedDict):
    """With many names, all right.

    Attributes:
        verified: seconds from each start until it has seen that all names are right.
        cpu: processor seconds until then, the median.
        reading: seconds of a process that only reads their configuration.
        mib_of_many: resident and peak MiB.

    """

    verified: list[float]
    cpu: float
    reading: float
    mib_of_many: tuple[float, float]


class _OfRenumbering(TypedDict):
    """With many names that follow one interface.

    Attributes:
        served: seconds from each change of its address until the server serves it for all names.
        finished: seconds until the agent has also read back all names, and the history has them.
        mib_after: resident and peak MiB afterwards.
        batches: seconds that each peer takes for the same names, with its best number of names in a message.

    """

    served: list[float]
    finished: list[float]
    mib_after: tuple[float, float]
    batches: dict[str, list[float]]


class Figures(_OfFew, _OfMany, _OfRenumbering):
    """The figures of the agent."""


def main(command: str) -> tuple[Figures, Mapping[str, bench_peers.Figures]] | None:
    """Print and return the figures of the agent, which the command starts, and of its peers.

    Without the right to make network namespaces, print why nothing can be measured, and return None.
    """
    print("\nthe agent and its peers, each in a network namespace with BIND", flush=True)
    reason = unavailable_because()
    if reason is not None:
        print(f"  not measured: {reason}")
        return None
    # ddclient's shortest interval is a minute; meanwhile the agent is measured, in its own namespace.
    with (
        tempfile.TemporaryDirectory(prefix="dns-update-bench-") as directory,
        _half(bench_peers.__name__, bench_peers.INTERFACES, Path(directory) / "peers") as peers,
        _half("lab.bench_agent", INTERFACES, Path(directory) / "agent", command) as agent,
    ):
        ours: Figures = _result(agent)
        theirs: dict[str, bench_peers.Figures] = _result(peers)
    _print_seconds(ours, theirs)
    _print_memory(ours, theirs)
    _print_rest(ours)
    return ours, theirs


@contextmanager
def _half(module: str, interfaces: Sequence[str], directory: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run one of the two modules in its own namespace; end it if the context ends early."""
    directory.mkdir()
    with Namespace() as namespace:
        for name in interfaces:
            namespace.ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-peer")
            for end in (name, f"{name}-peer"):
                namespace.ip("link", "set", end, "up")
        command = [*namespace.prefix, sys.executable, "-m", module, str(directory), *words]
        with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.terminate()


def _result(half: subprocess.Popen[str]) -> Any:  # noqa: ANN401 - JSON of the type that its module says
    output, _errors = half.communicate()
    if half.returncode:
        raise LabFailed(f"{half.args!r} ended with status {half.returncode}")
    return json.loads(output)


# What is printed


def _print_seconds(ours: Figures, theirs: Mapping[str, bench_peers.Figures]) -> None:
    _print_title("from the kernel's event to the served address", "median ms", "worst")
    _print_times("agent", ours["seconds"], "goal: median <= 30, worst <= 150")
    loop = f"nsupdate in a loop, each {bench_peers.LOOP_SECONDS} s"
    _print_times(loop, theirs["loop"]["seconds"], "cron's own shortest interval is 60 s")
    if "ddclient" in theirs:
        ddclient = f"ddclient, each {bench_peers.DDCLIENT_SECONDS} s"
        _print_times(ddclient, theirs["ddclient"]["seconds"], "the shortest that it takes")
    else:
        print("    ddclient is not installed")


def _print_memory(ours: Figures, theirs: Mapping[str, bench_peers.Figures]) -> None:
    _print_title("memory", "MiB now", "peak")
    _print_row(f"agent, {_FEW} names", *ours["mib"], "goal: <= 30")
    for peer in ("ddclient", "inadyn"):
        if peer in theirs:
            _print_row(f"{peer}, {bench_peers.RECORDS} names", *theirs[peer]["mib"])
        else:
            print(f"    {peer} is not installed")
    _print_row(f"agent, {_MANY} names", *ours["mib_of_many"], "goal: <= 60")


def _print_rest(ours: Figures) -> None:
    _print_title(f"agent, {_FEW} names, nothing happens for {_IDLE_SECONDS:g} s", "cpu %", "wake-ups")
    _print_row("", 100 * ours["idle"], ours["switches"], "goal: < 0.05 %", digits=3)
    verified = ours["verified"]
    _print_title(f"agent, {_MANY} names that are right, seen to be so", "median s", "worst")
    _print_row(f"from its start: {_STARTS} starts", statistics.median(verified), max(verified), "goal: <= 3", digits=2)
    _print_row("of which processor", ours["cpu"], None, digits=2)
    _print_row("of which python, imports and configuration", ours["reading"], None, digits=2)
    _print_renumbering(ours)


def _print_renumbering(ours: Figures) -> None:
    served, finished = ours["served"], ours["finished"]
    _print_title(f"{_MANY} names get another address: {len(served)} times", "median s", "worst")
    _print_row("agent, until the last one is served", statistics.median(served), max(served), "goal: <= 2", digits=2)
    _print_row("and all are read back and in the history", statistics.median(finished), max(finished), digits=2)
    for peer, seconds in ours["batches"].items():
        _print_row(peer, statistics.median(seconds), max(seconds), "their whole run, nothing read back", digits=2)
    _print_title("memory", "MiB now", "peak")
    _print_row(f"agent, {_MANY} names, afterwards", *ours["mib_after"])


def _print_title(title: str, *columns: str) -> None:
    print(f"  {title:52}" + "".join(f"{column:>12}" for column in columns))


def _print_times(title: str, seconds: Sequence[float], remark: str) -> None:
    title = f"{title}: {len(seconds)} changes"
    _print_row(title, statistics.median(seconds) * 1e3, max(seconds) * 1e3, remark)


def _print_row(title: str, left: float, right: float | None, remark: str = "", *, digits: int = 1) -> None:
    shown = "" if right is None else f"{right:.{digits}f}" if isinstance(right, float) else str(right)
    print(f"    {title:50}{left:12.{digits}f}{shown:>12}   {remark}".rstrip(), flush=True)


# What is measured, inside the namespace


def _measure(directory: Path, command: str) -> Figures:
    key = LabKey.generate()
    key.write(directory / "key")
    zone = Zone("example.com", records="".join(f"h{n} 60 A {_address(n)}\n" for n in range(_MANY)))
    # It waits for the disk, like a production server.
    with Bind(directory / "bind", zones=[zone], keys=[key], is_durable=True, port=53):
        wan = Interface("wan")
        few, many = _with_few(directory, command, wan), _with_many(directory, command)
        return Figures(**few, **many, **_with_renumbering(directory, command, wan, key))


def _with_few(directory: Path, command: str, wan: Interface) -> _OfFew:
    """Follow one interface that changes, and others that do not; then measure the idle agent."""
    lan = Interface("lan")
    wan.change(_moving(0))
    lan.change("9.9.9.9")
    records = [_record("wan", "interface:wan/ipv4")]
    records += [_record(f"lan{number}", "interface:lan/ipv4") for number in range(_FEW - 1)]
    configuration = _configure(directory, "few", records)
    with running([command, "agent", f"config={configuration}"], directory / "few.log") as pid:
        with Reader("wan.example.com") as reader:
            reader.wait(_moving(0), patience=_PATIENCE)
            seconds = [_one_change(wan, reader, number) for number in range(1, _WARM_UPS + _CHANGES + 1)][_WARM_UPS:]
        time.sleep(1)  # for the rest of the work of the last change
        before = usage(pid)
        time.sleep(_IDLE_SECONDS)
        spent = usage(pid) - before
        return _OfFew(seconds=seconds, mib=memory(pid), idle=spent.cpu / _IDLE_SECONDS, switches=spent.switches)


def _one_change(interface: Interface, reader: Reader, number: int) -> float:
    time.sleep(_PAUSE * (1 + random.random()))  # noqa: S311 - not in step with any timer
    started = interface.change(_moving(number))
    return reader.wait(_moving(number), patience=_PATIENCE) - started


def _with_many(directory: Path, command: str) -> _OfMany:
    records = [_record(f"h{number}", _address(number)) for number in range(_MANY)]
    configuration = _configure(directory, "many", records)
    started = time.perf_counter()
    subprocess.run([command, "agent", "--check", f"config={configuration}"], check=True, stderr=subprocess.DEVNULL)
    reading = time.perf_counter() - started
    starts = [_one_start(directory, command, configuration) for _ in range(_STARTS)]
    return _OfMany(
        verified=[start.seconds for start in starts],
        cpu=statistics.median(start.cpu for start in starts),
        reading=reading,
        mib_of_many=starts[-1].mib,
    )


class _Start(NamedTuple):
    """An agent's start until it has seen all names right: seconds, processor seconds, resident and peak MiB."""

    seconds: float
    cpu: float
    mib: tuple[float, float]


def _one_start(directory: Path, command: str, configuration: Path) -> _Start:
    started = time.perf_counter()
    with running([command, "agent", f"config={configuration}"], directory / "many.log") as pid:
        while True:
            ended = _last_packet()
            spent = usage(pid)
            if _are_right(command, f"socket={directory}/many.sock"):
                break
            if time.perf_counter() > started + _PATIENCE:
                raise LabFailed(f"the names are not right after {_PATIENCE:g} s")
        return _Start(ended - started, spent.cpu, memory(pid))


def _last_packet() -> float:
    """Return when the last packet came through this namespace, once it has been quiet for some time.

    This does not disturb the agent; asking it repeatedly for the states of 10,000 names would.
    """
    packets, since = -1, 0.0
    while True:
        now, seen = time.perf_counter(), _packets()
        if seen != packets:
            packets, since = seen, now
        elif now > since + _QUIET_SECONDS:
            return since
        time.sleep(_POLL_SECONDS)


def _packets() -> int:
    """Return how many IPv4 packets this namespace has received so far."""
    words, figures = (line.split() for line in Path("/proc/self/net/snmp").read_text("ascii").splitlines()[:2])
    return int(figures[words.index("InReceives")])


def _are_right(command: str, socket: str) -> bool:
    asked = subprocess.run(
        [command, "status", "--json", socket], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    if asked.returncode:  # it does not answer yet
        return False
    return all(record["state"] == "right" for record in json.loads(asked.stdout)["records"])


def _with_renumbering(directory: Path, command: str, wan: Interface, key: LabKey) -> _OfRenumbering:
    """Give many names other addresses: by the peers, then by the agent, where all follow one interface."""
    peers = [peer for peer in _PEER_BATCHES if shutil.which(peer[0])]
    batches = {f"{peer}, {size} names a message": list[float]() for peer, size in peers}
    for turn in range(1, _RENUMBERINGS + 1):
        for title, (peer, size) in zip(batches, peers, strict=True):
            batches[title].append(_one_batch_run(directory, peer, size, key, f"9.7.{peers.index((peer, size))}.{turn}"))
    wan.change(_moving(0))
    _one_batch_run(directory, *_PEER_BATCHES[-1], key, _moving(0))
    records = [_record(f"h{number}", "interface:wan/ipv4") for number in range(_MANY)]
    configuration = _configure(directory, "renumbered", records)
    with running([command, "agent", f"config={configuration}"], directory / "renumbered.log") as pid:
        deadline = time.perf_counter() + _PATIENCE
        while not _are_right(command, f"socket={directory}/renumbered.sock"):
            if time.perf_counter() > deadline:
                raise LabFailed(f"the names are not right after {_PATIENCE:g} s")
            _last_packet()
        changes = [_one_renumbering(directory, wan, number) for number in range(1, _RENUMBERINGS + 1)]
        mib = memory(pid)
    return _OfRenumbering(
        served=[served for served, _finished in changes],
        finished=[finished for _served, finished in changes],
        mib_after=mib,
        batches=batches,
    )


def _one_renumbering(directory: Path, wan: Interface, number: int) -> tuple[float, float]:
    """Return the seconds until the last name is served, and until all are read back and in the history."""
    time.sleep(1)
    started = wan.change(_moving(number))
    with Reader(f"h{_MANY - 1}.example.com") as last:
        last.wait(_moving(number), patience=_PATIENCE, period=_POLL_SECONDS)
    while (served_at := _all_served(_moving(number))) is None:
        time.sleep(_POLL_SECONDS)
        if time.perf_counter() > started + _PATIENCE:
            raise LabFailed(f"the names do not all have {_moving(number)} after {_PATIENCE:g} s")
    finished_at = _wait_for_rows(directory / "renumbered.db", number * _MANY)
    return served_at - started, finished_at - started


def _all_served(address: str) -> float | None:
    """Return the time, on the performance counter, if a transfer of the zone shows that all names have the address.

    The time is that of its beginning. Its octets are only searched: to read 10,000 records would take too long.
    """
    began = time.perf_counter()
    wanted = struct.pack("!H", 4) + socket.inet_aton(address)
    query = dns.message.make_query("example.com", "AXFR", flags=0).to_wire()
    octets, messages = bytearray(), 0
    with socket.create_connection((IPV4, 53)) as connection:
        connection.sendall(struct.pack("!H", len(query)) + query)
        while octets.count(_SOA_FIELDS) < 2:  # noqa: PLR2004 - the first and the last record are the SOA
            received = connection.recv(1 << 20)
            if not received:
                raise LabFailed(f"the transfer ended early, after {messages} messages")
            octets += received
    return began if octets.count(wanted) >= _MANY else None


def _wait_for_rows(history: Path, count: int) -> float:
    """Return when the history has so many attempts, on the performance counter."""
    deadline = time.perf_counter() + _PATIENCE
    while time.perf_counter() < deadline:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{history}?mode=ro", uri=True)) as file:
            ((rows,),) = file.execute("SELECT count(*) FROM attempts WHERE outcome = 'ok'").fetchall()
            if rows >= count:
                return time.perf_counter()
        time.sleep(_POLL_SECONDS)
    raise LabFailed(f"the history does not have {count} changes after {_PATIENCE:g} s")


def _one_batch_run(directory: Path, peer: str, size: int, key: LabKey, address: str) -> float:
    """Return the seconds in which a peer gives all names an address."""
    lines = [f"server {IPV4} 53", "zone example.com."]
    for name in range(_MANY):
        lines += [f"update delete h{name}.example.com. A", f"update add h{name}.example.com. 60 A {address}"]
        if (name + 1) % size == 0:
            lines.append("send")
    script = directory / "script"
    script.write_text("\n".join([*lines, "send", ""]), encoding="ascii")
    started = time.perf_counter()
    subprocess.run([peer, "-v", "-y", f"{key.algorithm}:{key.name}:{key.secret}", str(script)], check=True)
    return time.perf_counter() - started


def _configure(directory: Path, name: str, records: Sequence[str]) -> Path:
    path = directory / f"{name}.toml"
    path.write_text(
        f'[agent]\nsocket = "{directory}/{name}.sock"\nhistory = "{directory}/{name}.db"\n'
        f'[keys.main]\nfile = "{directory}/key"\n[servers.main]\naddress = "{IPV4}"\nkey = "main"\n'
        f'[zones."example.com"]\nservers = ["main"]\nttl = 60\n' + "".join(records),
        encoding="ascii",
    )
    return path


def _record(name: str, address: str) -> str:
    return f'[[records]]\nname = "{name}.example.com"\naddress = "{address}"\n'


def _address(number: int) -> str:
    return f"9.10.{number >> 8}.{number & 0xFF}"


def _moving(number: int) -> str:
    return f"9.8.0.{number + 1}"


if __name__ == "__main__":
    json.dump(_measure(Path(sys.argv[1]), sys.argv[2]), sys.stdout)
