"""What every lab server has in common: its process, its port, and the wait until it answers."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from lab.errors import DigFailed, PortTaken, ServerFailed
from lab.key import LabKey
from lab.namespace import Namespace
from lab.port import IPV4, Port, loopback_addresses
from lab.probe import answers_over_tcp, answers_over_udp, replies_over_udp
from lab.zone import Zone

_START_DEADLINE = 10.0
"""Seconds until a server must answer; a tenth of one is usual, a loaded machine takes longer."""

_START_ATTEMPTS = 5
"""Ports to try; only a process that is not a lab can take one between our check and the server's bind."""

_STOP_DEADLINE = 5.0
"""Seconds between SIGTERM and SIGKILL: enough for BIND to write its zones."""

_POLL_INTERVAL = 0.005

_SYSTEM_DIRECTORIES = "/usr/sbin:/sbin"
"""Where Debian keeps daemons; an ordinary user's PATH leaves them out."""

_FAKETIME_LIBRARIES = "*/faketime/libfaketimeMT.so.1"
_NO_FSYNC_LIBRARIES = "*/libeatmydata.so"
"""No data here must survive a power failure, and on a busy disk a server may wait seconds for its journal's fsync."""

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - libfaketime chose it, and we only remove files there
_FAKETIME_FILES = ("faketime_shm_{}", "sem.faketime_sem_{}")
"""By process ID; libfaketime does not remove them if its process is killed, nor ever with PowerDNS."""

_CANNOT_BIND = re.compile(r"address already in use|creating IPv[46] interface lo failed", re.IGNORECASE)
"""The words of Knot and PowerDNS, which then end, and of BIND, which continues without the address."""

_RECORD_FIELDS = 4
"""Fields before the rdata, which may itself contain spaces."""

_STATUS = re.compile(r"status: (\w+)")
_ANSWERS = frozenset({"NOERROR", "NXDOMAIN"})
_NOT_VERIFIED = "Couldn't verify signature"


@dataclass(eq=False, kw_only=True)
class NameServer(ABC):
    """A name server in the foreground on loopback; a context manager that starts and stops it.

    Attributes:
        directory: the server's own; made if it does not exist. Its files are kept when the server restarts.
        zones: the zones that it is authoritative for.
        keys: TSIG keys that it knows and that may update every zone without a `policy` of its own.
        readonly_keys: TSIG keys that it knows and that may update nothing.
        options: more lines for the server's own block in its configuration.
        extra: more lines for the configuration, outside any block.
        clock_offset: runs the server with another clock, as libfaketime spells it: "+10m", "-1h".
        listen_v6: also listens on ::1, if the machine has it.
        namespace: a network namespace to run in; `port` is given then.
        is_durable: waits for the disk, like a server that must survive a power failure.
        port: 0 for a free one, which stays the same when the server is started again.
        host: the address it always listens on; with another one than 127.0.0.1, `port` may be another server's.

    """

    directory: Path = field(kw_only=False)
    zones: Sequence[Zone] = (Zone("example.com"),)
    keys: Sequence[LabKey] = ()
    readonly_keys: Sequence[LabKey] = ()
    options: str = ""
    extra: str = ""
    clock_offset: str | None = None
    listen_v6: bool = True
    namespace: Namespace | None = None
    is_durable: bool = False
    port: int = 0
    host: str = IPV4
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _claim: Port | None = field(default=None, init=False, repr=False)
    _prepared: bool = field(default=False, init=False, repr=False)

    program: ClassVar[str]
    package: ClassVar[str]
    start_seconds: ClassVar[float] = _START_DEADLINE
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __post_init__(self) -> None:
        # The server runs in the directory, so a relative path would be wrong.
        self.directory = self.directory.resolve()

    @abstractmethod
    def _prepare(self) -> None:
        """Write the zones' first data; called once."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Write the configuration for the current port and return the command line that runs in the foreground."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses it listens on."""
        return loopback_addresses() if self.listen_v6 and self.host == IPV4 else (self.host,)

    @property
    def pid(self) -> int:
        """The process id of the server itself."""
        return self._running().pid

    @property
    def is_running(self) -> bool:
        """Whether the process exists; true also if it is paused."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """Its output since it was last started."""
        path = self.directory / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start it and return once it answers for every zone over UDP and TCP, or raise ServerFailed.

        The server ends with the thread that started it, so that a killed test run leaves no server running; start it
        from a thread that lives long enough.
        """
        if self.is_running:
            raise ServerFailed(f"{self.program} is running already")
        self.prepare()
        attempts = 1 if self.port else _START_ATTEMPTS
        while True:
            attempts -= 1
            try:
                return self._start_once()
            except PortTaken:
                if not attempts:
                    raise

    def stop(self) -> None:
        """End it, paused or not, and return once it has ended; do nothing if it is not running."""
        process, self._process = self._process, None
        if process is not None:
            _end(process, self.stop_signal)
            _remove_faketime_files(process.pid)
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def pause(self) -> None:
        """Pause it (SIGSTOP): packets still arrive, but no answer is sent."""
        pid = self._running().pid
        os.kill(pid, signal.SIGSTOP)
        # Returns once every thread has halted; WNOWAIT leaves an exit status to Popen.
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Let it run again (SIGCONT); it answers the packets that have arrived meanwhile."""
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerFailed(f"{self.program} is not running")
        return self._process

    def prepare(self) -> None:
        """Write the first data, once; `start` does it, too."""
        if not self._prepared:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._prepare()
            self._prepared = True

    def _start_once(self) -> None:
        wanted = self.port
        if self.namespace is None and self.host == IPV4:
            self._claim = Port.claim(wanted) if wanted else Port.claim_any()
            self.port = self._claim.number
        try:
            self._process = self._spawn()
            self._wait_until_it_answers()
        except BaseException:
            # Ctrl-C too: the half-started server would keep running.
            self.stop()
            self.port = wanted
            raise

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [find_program("setpriv", "util-linux"), "--pdeathsig", "KILL", *self._inside()]
        command += [*self._environment(), *self._command()]
        with (self.directory / "log").open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is ours to handle; the server then gets its SIGTERM in order.
                start_new_session=True,
            )

    def _inside(self) -> list[str]:
        """Return the beginning of a command line that runs in the server's namespace."""
        return [] if self.namespace is None else self.namespace.prefix

    def _environment(self) -> list[str]:
        """Return the beginning of a command line that disables fsync and sets the clock; the process ID is kept."""
        libraries = [] if self.is_durable else _libraries(_NO_FSYNC_LIBRARIES)
        if self.clock_offset is None:
            return ["env", f"LD_PRELOAD={libraries[0]}"] if libraries else []
        # libc's malloc replaces BIND's jemalloc, which asks for the time before libfaketime is ready.
        preloaded = " ".join([*libraries[:1], libraries_of_faketime(), "libc.so.6"])
        # Timers count on the monotonic clock; only the time of day should be wrong.
        return ["env", f"LD_PRELOAD={preloaded}", f"FAKETIME={self.clock_offset}", "FAKETIME_DONT_FAKE_MONOTONIC=1"]

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + self.start_seconds
        while not self._answers():
            if _CANNOT_BIND.search(self.log):
                raise PortTaken(self._account("cannot bind"))
            if not self.is_running:
                raise ServerFailed(self._account("ended"))
            if time.monotonic() > deadline:
                raise ServerFailed(self._account(f"gave no answer within {self.start_seconds:g} s"))
            time.sleep(_POLL_INTERVAL)

    def _answers(self) -> bool:
        if self.namespace is not None:
            return all(_answers_inside(self, zone.name) for zone in self.zones)
        if not self.zones:
            return all(replies_over_udp(address, self.port) for address in self.addresses)
        return all(
            ask(address, self.port, zone.name)
            for zone in self.zones
            for address in self.addresses
            for ask in (answers_over_udp, answers_over_tcp)
        )

    def _account(self, what: str) -> str:
        return f"{self.program} on port {self.port} {what}; its log:\n{self.log}"


def libraries_of_faketime() -> str:
    """Return what LD_PRELOAD needs for a process with another clock; raises ServerFailed if it is not installed."""
    found = _libraries(_FAKETIME_LIBRARIES)
    if not found:
        raise ServerFailed("libfaketime: not found; apt-get install faketime")
    return found[0]


def _libraries(pattern: str) -> list[str]:
    return [str(path) for path in Path("/usr/lib").glob(pattern)]


def _answers_inside(server: NameServer, zone: str) -> bool:
    try:
        return bool(dig(server, zone, "SOA", timeout=1))
    except DigFailed:
        return False


def find_program(name: str, package: str) -> str:
    """Return the path of a program, or raise ServerFailed naming the package that has it."""
    path = _path_of(name)
    if path is None:
        raise ServerFailed(f"{name}: not found; apt-get install {package}")
    return path


def is_there(name: str) -> bool:
    """Return whether a program is installed."""
    return _path_of(name) is not None


def _path_of(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_DIRECTORIES}")


def dig(server: NameServer, name: str, rrtype: str, *, key: LabKey | None = None, timeout: int = 3) -> list[str]:
    """Ask the server with the real dig; return the answer section, a record as "name ttl class type rdata".

    A name that does not exist has an empty answer. Raise DigFailed if none comes within `timeout` seconds, or one with
    another rcode or with a wrong signature: it would look as if the name were not there.
    """
    inside = [] if server.namespace is None else server.namespace.prefix
    command = [*inside, find_program("dig", "bind9-dnsutils"), "-r", f"@{server.host}", "-p", str(server.port)]
    command += [f"+time={timeout}", "+tries=1", "+norecurse", "+noall", "+answer", "+comments", name, rrtype]
    if key is None:
        return _answer_lines(command)
    with tempfile.TemporaryDirectory() as directory:
        return _answer_lines([*command, "-k", str(key.write(Path(directory) / "key"))])


def _answer_lines(command: list[str]) -> list[str]:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    statuses = set(_STATUS.findall(result.stdout))
    if result.returncode != 0 or not statuses or not statuses <= _ANSWERS or _NOT_VERIFIED in result.stdout:
        raise DigFailed(f"{result.stdout}{result.stderr}".strip())
    lines = [line for line in result.stdout.splitlines() if line and not line.startswith(";")]
    return [" ".join(line.split(maxsplit=_RECORD_FIELDS)) for line in lines]


def _end(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    process.send_signal(stop_signal)
    process.send_signal(signal.SIGCONT)  # a paused process does not see SIGTERM
    try:
        process.wait(_STOP_DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _remove_faketime_files(pid: int) -> None:
    for name in _FAKETIME_FILES:
        (_SHARED_MEMORY / name.format(pid)).unlink(missing_ok=True)
