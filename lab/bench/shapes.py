"""Scripts of many sends, in common shapes: `dns-nsupdate` beside nsupdate, on loopback."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lab.bench.context import Context
from lab.bench.one_shot import OUR_NSUPDATE
from lab.bench.results import Row, Run, Task
from lab.bench.runs import Contender, Turns, by_turns, measure
from lab.bench.work import NSUPDATE, BindOnAllCores
from lab.key import LabKey
from lab.port import IPV4
from lab.zone import Zone

SENDS = 1000
_TURNS = Turns(3)
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


def measure_shapes(context: Context) -> Sequence[Task]:
    """Measure each shape with a BIND that waits for its disk, and with one that does not."""
    return [_task(context, shape, is_durable=is_durable) for is_durable in (True, False) for shape in _SHAPES]


def _task(context: Context, shape: _Shape, *, is_durable: bool) -> Task:
    # A new server for each: a zone with many names, or with a long journal, behaves differently.
    with _bind(is_durable=is_durable) as (server, directory):
        bench = _Bench(server.port, directory)
        contenders = [
            Contender(Row(program=OUR_NSUPDATE, names=SENDS), bench.runner(context.commands.dns_nsupdate, shape)),
            Contender(Row(program=NSUPDATE, names=SENDS), bench.runner(NSUPDATE, shape)),
        ]
        title = f"{shape.title}; the server {'waits' if is_durable else 'does not wait'} for its disk"
        return by_turns(title, contenders, _TURNS, base=NSUPDATE, server=server)


@contextmanager
def _bind(*, is_durable: bool) -> Iterator[tuple[BindOnAllCores, Path]]:
    zones = (Zone(_ZONE), Zone(_OPEN_ZONE, policy="allow-update { any; };"))
    with TemporaryDirectory(prefix="dns-update-bench-") as text:
        directory = Path(text)
        key = LabKey.generate()
        key.write(directory / "ddns.key")
        with BindOnAllCores(directory / "bind", zones=zones, keys=(key,), is_durable=is_durable) as server:
            yield server, directory


class _Bench:
    """The server, and how often a script was made: each makes other changes."""

    def __init__(self, port: int, directory: Path) -> None:
        self._port = port
        self._directory = directory
        self._turn = 0

    def runner(self, program: str, shape: _Shape) -> Callable[[], Run]:
        """Return what runs the program with the next script of the shape."""
        options = [*shape.arguments, *(["-k", str(self._directory / "ddns.key")] if shape.is_signed else [])]

        def run() -> Run:
            self._turn += 1
            path = self._directory / "script"
            path.write_text(shape.script(self._port, self._turn, SENDS), encoding="ascii")
            return measure([program, *options, str(path)])

        return run
