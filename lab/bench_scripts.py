"""Scripts of many sends, in common shapes: compares our sends per second with nsupdate's, in paired runs.

`main` prints the figures; `lab.bench` calls it.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.bind import Bind
from lab.key import LabKey
from lab.port import IPV4
from lab.zone import Zone

_SENDS = 2000
_PAIRS = 3
_PEER = "nsupdate"
_ZONE = "example.com"
_OPEN_ZONE = "example.net"
"""Any client may update it: unsigned sends have no key."""


@dataclass(frozen=True)
class _Shape:
    """A script: the lines before the first send, and those of each send; `turn` makes each run change something.

    Attributes:
        title: its special feature.
        send: the lines of one send, by number and turn.
        head: the lines before the first send; `{server}` is replaced by a `server` command.
        arguments: further arguments of the command.
        is_signed: whether it is run with a key.

    """

    title: str
    send: Callable[[int, int], str]
    head: str = "{server}\nzone " + _ZONE + "\n"
    arguments: Sequence[str] = ()
    is_signed: bool = True

    def script(self, port: int, turn: int, sends: int) -> str:
        """Return the whole script."""
        server = f"server {IPV4} {port}"
        body = "".join(f"{self.send(number, turn)}\nsend\n" for number in range(sends))
        return (self.head + body).replace("{server}", server)


def _replace(number: int, turn: int, zone: str = _ZONE) -> str:
    name = f"h{number}.{zone}"
    return f"update delete {name} A\nupdate add {name} 300 A {_address(number, turn)}"


def _replace_one(number: int, turn: int) -> str:
    name = f"one.{_ZONE}"
    return f"update delete {name} A\nupdate add {name} 300 A {_address(number, turn)}"


def _replace_few(number: int, turn: int) -> str:
    name = f"few{number % 8}.{_ZONE}"
    return f"update delete {name} A\nupdate add {name} 300 A {_address(number, turn)}"


def _replace_alias(number: int, turn: int) -> str:
    name = f"c{number}.{_ZONE}"
    return f"update delete {name} CNAME\nupdate add {name} 300 CNAME h{number}-{turn}.{_ZONE}."


def _replace_exchanger(number: int, turn: int) -> str:
    name = f"m{number}.{_ZONE}"
    return f"update delete {name} MX\nupdate add {name} 300 MX {10 + turn} ns.{_ZONE}."


def _replace_if_absent(number: int, turn: int) -> str:
    return f"prereq nxdomain no{number}.{_ZONE}\n{_replace(number, turn)}"


def _replace_and_say_where(number: int, turn: int) -> str:
    return f"{{server}}\nzone {_ZONE}\n{_replace(number, turn)}"


def _address(number: int, turn: int) -> str:
    return f"10.{turn}.{number >> 8 & 0xFF}.{number & 0xFF}"


_SHAPES = (
    _Shape("each another name", _replace),
    _Shape("unsigned", lambda n, t: _replace(n, t, _OPEN_ZONE), f"{{server}}\nzone {_OPEN_ZONE}\n", is_signed=False),
    _Shape("one name again and again", _replace_one),
    _Shape("eight names in turn", _replace_few),
    _Shape("with a prerequisite", _replace_if_absent),
    _Shape("CNAME", _replace_alias),
    _Shape("MX", _replace_exchanger),
    _Shape("server and zone each time", _replace_and_say_where, head=""),
    _Shape("no zone named", _replace, head="{server}\n"),
    _Shape("-v (TCP)", _replace, arguments=("-v",)),
)


class BindOnAllCores(Bind):
    """named with its default number of threads; other lab servers have one thread."""

    def _command(self) -> list[str]:
        command = super()._command()
        threads = command.index("-n")
        return [*command[:threads], *command[threads + 2 :]]


def main(command: str) -> None:
    """Print every figure; `command` is our command under the peer's name."""
    print(f"\nscripts of {_SENDS} sends, by shape: sends per second, medians of {_PAIRS} pairs")
    for is_durable in (True, False):
        print(f"  a BIND that {'waits' if is_durable else 'does not wait'} for its disk:")
        for shape in _SHAPES:
            # A new server for each: a zone with many names, or with a long journal, behaves differently.
            with _bind(is_durable=is_durable) as (server, key_file):
                _compare(_Bench(server.port, key_file, command), shape)


@contextmanager
def _bind(*, is_durable: bool) -> Iterator[tuple[Bind, Path]]:
    zones = (Zone(_ZONE), Zone(_OPEN_ZONE, policy="allow-update { any; };"))
    with tempfile.TemporaryDirectory(prefix="dns-update-bench-") as directory:
        key = LabKey.generate()
        key_file = key.write(Path(directory) / "ddns.key")
        with BindOnAllCores(Path(directory) / "bind", zones=zones, keys=(key,), is_durable=is_durable) as server:
            yield server, key_file


@dataclass(frozen=True)
class _Bench:
    """The server and the commands for the scripts."""

    port: int
    key_file: Path
    command: str

    def rate(self, program: str, shape: _Shape, turn: int) -> float:
        """Return the sends per second of one whole process."""
        options = [*shape.arguments, *(["-k", str(self.key_file)] if shape.is_signed else [])]
        script = shape.script(self.port, turn, _SENDS).encode()
        with tempfile.NamedTemporaryFile() as file:
            file.write(script)
            file.flush()
            started = time.perf_counter()
            done = subprocess.run([program, *options, file.name], capture_output=True, check=False)
            seconds = time.perf_counter() - started
        if done.returncode:
            sys.exit(f"bench: {shape.title}: {program} ended with status {done.returncode}")
        return _SENDS / seconds


def _compare(bench: _Bench, shape: _Shape) -> None:
    pairs = [
        (bench.rate(bench.command, shape, 2 * turn), bench.rate(_PEER, shape, 2 * turn + 1))
        for turn in range(_PAIRS + 1)
    ][1:]
    ratio = statistics.median(ours / peer for ours, peer in pairs)
    left, right = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"  {shape.title:26}{left:8.0f} / nsupdate {right:6.0f}   ratio {ratio:6.2f}   goal: >= 1", flush=True)
