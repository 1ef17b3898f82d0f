"""`make bench`: compares speed and memory with those of the peers, in paired runs; the results are medians.

The machine's own speed drifts, so every figure is relative: each run of ours is followed by one of the peer's, and the
ratio is computed for each pair.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.name
import dns.tsig
import dns.tsigkeyring
import dns.update

from dns_update.auth import Key
from dns_update.auth.tsig import sign
from dns_update.update import Update
from lab import bench_agent, bench_bulk, bench_scripts
from lab.bench_scripts import BindOnAllCores
from lab.bind import Bind
from lab.delay import Delay
from lab.key import LabKey
from lab.port import IPV4

_PAIRS = int(os.environ.get("BENCH_PAIRS", "40"))
_WARM_UPS = 3
_NAMES = 1000
_ENCODINGS = 15
_SENDS = 10_000
_SENDS_FAR_AWAY = 2000
_SCRIPT_PAIRS = 3
_MILLISECONDS_AWAY = 1.0
_IN_FLIGHT = 32
_PATIENCE = 10.0
"""Seconds without an answer after which the benchmark gives up."""
_ROOT = Path(__file__).resolve().parent.parent
_VENV = _ROOT / ".bench"
_LAUNCH = Path(__file__).with_name("launch.py")
_DISTRIBUTION_PYTHON = "/usr/bin/python3"
_OLDEST_PYTHON = "3.11"


@dataclass(frozen=True)
class Run:
    """One whole process: wall and processor time in milliseconds, peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def main() -> None:
    """Print every figure."""
    command = _installed_command()
    with _bind() as (server, key_file):
        one_shot = _OneShot(server, key_file, command)
        print(f"one signed replace, zone and TTL given, UDP; medians of {_PAIRS} pairs of whole processes")
        _print_header()
        _compare("verify=no  / nsupdate", one_shot.dns_update("verify=no"), one_shot.nsupdate, limit=1.25)
        _compare("verify=yes / nsupdate", one_shot.dns_update("verify=yes"), one_shot.nsupdate, limit=1.35)
        _compare("no TTL given / nsupdate", one_shot.dns_update("verify=yes", ttl=False), one_shot.nsupdate)
        _compare(
            "bare python / nsupdate", lambda _n: _run([str(_VENV / "bin/python"), "-c", "pass"]), one_shot.nsupdate
        )
        _compare("nsupdate / nsupdate", one_shot.nsupdate, one_shot.nsupdate)
        _compare("dns-nsupdate / nsupdate", one_shot.dns_nsupdate, one_shot.nsupdate)
    _scripts(command)
    bench_scripts.main(_nsupdate_beside(command))
    bench_bulk.main(command)
    _encoding()
    bench_agent.main(command)


def _python() -> str:
    """Return the Python for ours: the distribution's, like the peer, unless BENCH_PYTHON is set."""
    wanted = os.environ.get("BENCH_PYTHON")
    if wanted:
        return wanted
    check = f"import ensurepip, sys; sys.exit(sys.version_info[:2] < tuple(map(int, '{_OLDEST_PYTHON}'.split('.'))))"
    exists = Path(_DISTRIBUTION_PYTHON).exists()
    usable = exists and subprocess.run([_DISTRIBUTION_PYTHON, "-c", check], check=False).returncode == 0
    return _DISTRIBUTION_PYTHON if usable else sys.executable


def _installed_command() -> str:
    """Install the package as `pipx` does, into an environment without pip, and return the command's path."""
    python = _python()
    subprocess.run([python, "-m", "venv", "--clear", "--without-pip", str(_VENV)], check=True)
    with tempfile.TemporaryDirectory(prefix="dns-update-bench-") as beside:
        # Before Python 3.12, an environment with pip also has setuptools, which each start of Python there looks at.
        subprocess.run([python, "-m", "venv", beside], check=True)
        pip = [f"{beside}/bin/python", "-m", "pip", f"--python={_VENV / 'bin/python'}"]
        install = [*pip, "--quiet", "--disable-pip-version-check", "install", str(_ROOT)]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    version = subprocess.run([python, "-VV"], check=True, capture_output=True, text=True).stdout.strip()
    print(f"ours runs on {python}: {version}")
    return str(_VENV / "bin/dns-update")


@contextmanager
def _bind(kind: type[Bind] = Bind) -> Iterator[tuple[Bind, Path]]:
    with tempfile.TemporaryDirectory(prefix="dns-update-bench-") as directory:
        key = LabKey.generate()
        key_file = key.write(Path(directory) / "ddns.key")
        # It waits for the disk, like a production server.
        with kind(Path(directory) / "bind", keys=(key,), is_durable=True) as server:
            yield server, key_file


@dataclass(frozen=True)
class _OneShot:
    """The same replacement by each command; the address differs each time, so that there is something to change."""

    server: Bind
    key_file: Path
    command: str

    def dns_update(self, verify: str, *, ttl: bool = True) -> Callable[[int], Run]:
        """Return a function that runs our command."""
        fixed = [self.command, f"dns-server={self.server.host}:{self.server.port}", "zone=example.com", "name=home"]
        options = [f"key-file={self.key_file}", verify, *(["ttl=300"] if ttl else [])]
        return lambda number: _run([*fixed, *options, f"address={_address(number)}"])

    def nsupdate(self, number: int) -> Run:
        """Run the peer."""
        return self._run("nsupdate", number)

    def dns_nsupdate(self, number: int) -> Run:
        """Run our command under the peer's name."""
        return self._run(_nsupdate_beside(self.command), number)

    def _run(self, program: str, number: int) -> Run:
        script = (
            f"server {self.server.host} {self.server.port}\nzone example.com\n"
            f"update delete home.example.com A\nupdate add home.example.com 300 A {_address(number)}\nsend\n"
        )
        return _run([program, "-k", str(self.key_file)], script)


def _nsupdate_beside(command: str) -> str:
    return str(Path(command).with_name("dns-nsupdate"))


def _address(number: int) -> str:
    return f"203.0.{number >> 8 & 0xFF}.{number & 0xFF}"


def _run(command: Sequence[str], script: str = "") -> Run:
    """Run a process to its end; its output is discarded, and a failure ends the benchmark."""
    with tempfile.NamedTemporaryFile("w") as source:
        source.write(script)
        source.flush()
        launch = [sys.executable, "-I", "-S", str(_LAUNCH), source.name, *command]
        done = subprocess.run(launch, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"bench: {' '.join(command)} ended with status {done.returncode}")
    wall, cpu, memory = map(float, done.stdout.split())
    return Run(wall * 1e3, cpu * 1e3, memory / 1024)


def _print_header() -> None:
    print(f"  {'':26}{'wall ms':>17}{'ratio':>8}{'cpu ms':>15}{'ratio':>8}{'MiB':>15}{'ratio':>8}")


def _compare(title: str, ours: Callable[[int], Run], peer: Callable[[int], Run], limit: float | None = None) -> None:
    pairs = [(ours(2 * n), peer(2 * n + 1)) for n in range(_PAIRS + _WARM_UPS)][_WARM_UPS:]
    columns = []
    for field in ("wall", "cpu", "memory"):
        left = [float(getattr(a, field)) for a, _ in pairs]
        right = [float(getattr(b, field)) for _, b in pairs]
        ratio = statistics.median(a / b for a, b in zip(left, right, strict=True))
        columns.append(f"{statistics.median(left):8.1f} /{statistics.median(right):6.1f}{ratio:8.2f}")
    goal = f"   goal: wall <= {limit}, MiB <= 1.1" if limit else ""
    print(f"  {title:26}{' '.join(columns)}{goal}", flush=True)


def _scripts(command: str) -> None:
    """Compare rates of scripts of many sends, near the server and at a distance, and show the server's own limit."""
    print(f"\nscripts of {_SENDS} sends, each replaces a name: sends per second, medians of {_SCRIPT_PAIRS} pairs")
    with _bind(BindOnAllCores) as (server, key_file):
        scripts = _Scripts(key_file, command)
        scripts.compare("on loopback", server.port, _SENDS)
        with Delay(server.port, _MILLISECONDS_AWAY) as relay:
            scripts.compare(f"{_MILLISECONDS_AWAY:g} ms away ({_SENDS_FAR_AWAY} sends)", relay.port, _SENDS_FAR_AWAY)
        print(f"  {f'BIND, {_IN_FLIGHT} updates at once':26}{_capacity(server, key_file):8.0f}", flush=True)


@dataclass(frozen=True)
class _Scripts:
    """The same script for each command, with other addresses each time."""

    key_file: Path
    command: str

    def compare(self, title: str, port: int, sends: int) -> None:
        """Print the rates of both."""
        ours, peer = _nsupdate_beside(self.command), "nsupdate"
        pairs = [
            (self._rate(ours, port, sends, 2 * n), self._rate(peer, port, sends, 2 * n + 1))
            for n in range(_SCRIPT_PAIRS + 1)
        ][1:]
        ratio = statistics.median(a / b for a, b in pairs)
        left, right = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"  {title:26}{left:8.0f} / nsupdate {right:6.0f}   ratio {ratio:6.2f}   goal: >= 5", flush=True)

    def _rate(self, program: str, port: int, sends: int, turn: int) -> float:
        script = f"server {IPV4} {port}\nzone example.com\n" + "".join(
            f"update delete h{n}.example.com A\nupdate add h{n}.example.com 300 A {_address_in(turn, n)}\nsend\n"
            for n in range(sends)
        )
        return sends / _run([program, "-k", str(self.key_file)], script).wall * 1e3


def _address_in(turn: int, number: int) -> str:
    return f"10.{turn}.{number >> 8 & 0xFF}.{number & 0xFF}"


def _capacity(server: Bind, key_file: Path) -> float:
    """Return how many updates per second the server carries out for a client that does nothing else."""
    key = Key.from_file(str(key_file))
    messages = [
        sign(
            Update("example.com").replace(f"h{n}", 300, "A", _address_in(255, n)).to_message().encode(n),
            key,
            time_signed=int(time.time()),
        )[0]
        for n in range(_SENDS)
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.connect((server.host, server.port))
        connection.settimeout(_PATIENCE)
        started = time.perf_counter()
        for number, message in enumerate(messages):
            if number >= _IN_FLIGHT:
                connection.recv(512)
            connection.send(message)
        for _last in range(_IN_FLIGHT):
            connection.recv(512)
        return _SENDS / (time.perf_counter() - started)


def _encoding() -> None:
    """Compare the rates of encoding and signing one update of many names, each replaced."""
    print(f"\nan update that replaces {_NAMES} names: messages per second, medians of {_ENCODINGS} pairs")
    secret = LabKey.generate()
    key = Key.from_secret(secret.name, secret.secret, secret.algorithm)
    keyring = dns.tsigkeyring.from_text({secret.name: secret.secret})
    names = [f"host-{number}" for number in range(_NAMES)]
    texts = [_address(number) for number in range(_NAMES)]

    def built() -> Update:
        update = Update("example.com")
        for name, address in zip(names, texts, strict=True):
            update = update.replace(name, 300, "A", address)
        return update

    def built_by_dnspython() -> dns.update.UpdateMessage:
        update = dns.update.UpdateMessage("example.com", keyring=keyring, keyalgorithm=dns.tsig.HMAC_SHA256)
        for name, address in zip(names, texts, strict=True):
            update.replace(name, 300, "A", address)
        return update

    ours, theirs = built(), built_by_dnspython()
    _rates("encode and sign", lambda: _sign(ours, key), theirs.to_wire, goal="   goal: >= 10")
    _rates("build, encode and sign", lambda: _sign(built(), key), lambda: built_by_dnspython().to_wire())


def _sign(update: Update, key: Key) -> bytes:
    return sign(update.to_message().encode(1), key, time_signed=int(time.time()))[0]


def _rates(title: str, ours: Callable[[], bytes], peer: Callable[[], bytes], goal: str = "") -> None:
    pairs = [(_seconds(ours), _seconds(peer)) for _ in range(_ENCODINGS + 1)][1:]
    ratio = statistics.median(b / a for a, b in pairs)
    left, right = (1 / statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"  {title:26}{left:8.0f} / dnspython {right:6.1f}   ratio {ratio:6.1f}{goal}")


def _seconds(action: Callable[[], bytes]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
