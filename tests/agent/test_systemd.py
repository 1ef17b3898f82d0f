"""The unit and the hooks: systemd's own checks, the agent under the unit's filters, and hooks run as on a machine."""

import os
import select
import signal
import socket
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from lab import Bind, LabKey, Namespace, dig
from lab.namespace import unavailable_because
from tests.agent.sandbox import allowed_calls, settings
from tests.support.command import COMMAND, dns_update

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "contrib" / "systemd" / "dns-update-agent.service"
DISPATCHER = ROOT / "contrib" / "networkmanager" / "90-dns-update"
IP_UP = ROOT / "contrib" / "ppp" / "dns-update"

_PROGRAM = "/usr/local/bin/dns-update"  # in the unit, and a link as docs/agent.md shows
_MOST_EXPOSED = 15  # tenths, of ten
_DEADLINE = 30  # seconds after which what is awaited will never come
_SANDBOX = [sys.executable, str(Path(__file__).with_name("sandbox.py")), str(UNIT)]


# What systemd says about the unit.


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return the unit with a program that exists."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text(encoding="utf-8").replace(_PROGRAM, str(COMMAND)), encoding="utf-8")
    return unit


def test_systemd_finds_nothing_wrong_with_the_unit(installed: Path) -> None:
    done = _run("systemd-analyze", "verify", str(installed))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_finds_what_is_wrong_with_a_unit(installed: Path) -> None:
    """Else the test above could not fail."""
    with installed.open("a", encoding="utf-8") as file:
        file.write("[Service]\nProtectHme=yes\n")
    assert "ProtectHme" in _run("systemd-analyze", "verify", str(installed)).stderr


def test_the_sandbox_leaves_little_exposed(installed: Path) -> None:
    done = _run("systemd-analyze", "security", "--offline=yes", f"--threshold={_MOST_EXPOSED}", str(installed))
    assert done.returncode == 0, done.stdout
    assert float(done.stdout.partition("Overall exposure level for ")[2].split()[1]) * 10 <= _MOST_EXPOSED


def test_what_the_agent_has_no_use_for_is_no_part_of_the_filter() -> None:
    assert not allowed_calls(UNIT) & {
        "mount",
        "ptrace",
        "bpf",
        "setuid",
        "chown",
        "chroot",
        "kexec_load",
        "init_module",
    }


def test_the_unit_names_the_places_that_are_the_agents_defaults() -> None:
    assert settings(UNIT, "RuntimeDirectory") == settings(UNIT, "StateDirectory") == ["dns-update"]
    assert settings(UNIT, "ExecStart") == [f"{_PROGRAM} agent config=/etc/dns-update/config.toml"]


def test_who_installs_the_package_gets_the_unit_and_the_hooks() -> None:
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert hatch["wheel"]["shared-data"]["contrib"] == "share/dns-update"
    assert "contrib" in hatch["sdist"]["include"]


# The agent under the unit's filters.


class Service:
    """The agent, run as the unit says, as far as that goes without systemd."""

    def __init__(self, machine: "Machine", directory: Path, records: str) -> None:
        self.directory = directory
        self._events = directory / "events"
        os.mkfifo(self._events)
        self._reader = os.open(self._events, os.O_RDWR)
        self.config = directory / "config.toml"
        self.write(machine, records)
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._manager.bind(f"{directory}/notify")
        self._manager.settimeout(_DEADLINE)
        self._log = (directory / "log").open("w+", encoding="utf-8")
        self._machine = machine
        self.process = self._start()

    def write(self, machine: "Machine", records: str) -> None:
        changed = f"""["/bin/sh", "-c", 'echo "$DNS_UPDATE_NAME $DNS_UPDATE_AFTER" >{self._events}']"""
        about = f'socket = "{self.socket}"\nhistory = "{self.history}"\nhold-down = "1s"\non-change = {changed}'
        self.config.write_text(f"[agent]\n{about}\n{machine.tables}\n{records}", encoding="utf-8")

    @property
    def socket(self) -> str:
        return f"{self.directory}/agent.sock"

    @property
    def history(self) -> str:
        return f"{self.directory}/history.db"

    def event(self) -> str:
        """Return the output of the next on-change program."""
        ready, _, _ = select.select([self._reader], [], [], _DEADLINE)
        assert ready, self.log
        return os.read(self._reader, 4096).decode().strip()

    def told(self) -> dict[str, str]:
        """Return the next message to systemd."""
        try:
            message = self._manager.recv(4096).decode()
        except TimeoutError:
            raise AssertionError(self.log) from None
        return dict(line.split("=", 1) for line in message.splitlines())

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text(encoding="utf-8")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(_DEADLINE)
        self._log.close()
        self._manager.close()
        os.close(self._reader)

    def _start(self) -> "subprocess.Popen[str]":
        credentials = self.directory / "credentials"
        credentials.mkdir()
        self._machine.key.write(credentials / "home.key")
        watchdog = int(settings(UNIT, "WatchdogSec")[0]) * 1_000_000
        return subprocess.Popen(
            [*self._machine.namespace.prefix, *_SANDBOX, COMMAND, "agent", f"config={self.config}", "--debug"],
            stdin=subprocess.DEVNULL,
            stderr=self._log,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "NOTIFY_SOCKET": f"{self.directory}/notify",
                "WATCHDOG_USEC": str(watchdog),
                "CREDENTIALS_DIRECTORY": str(credentials),
            },
        )


class Machine:
    """A machine with an interface, and a server."""

    def __init__(self, namespace: Namespace, server: Bind) -> None:
        self.namespace = namespace
        self.server = server
        self.key = server.keys[0]

    tables = """\
[keys.home]
file = "credential:home.key"
[servers.main]
address = "127.0.0.1"
key = "home"
[zones."example.com"]
servers = ["main"]
ttl = 60
"""

    def addresses(self, label: str) -> list[str]:
        return [line.split()[-1] for line in dig(self.server, f"{label}.example.com", "A")]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    directory = tmp_path_factory.mktemp("machine")
    with Namespace() as namespace:
        namespace.ip("link", "add", "ppp0", "type", "veth", "peer", "name", "peer")
        for link in ("ppp0", "peer"):
            namespace.ip("link", "set", link, "up")
        with Bind(directory, keys=[LabKey.generate("home-key")], namespace=namespace, port=53) as server:
            yield Machine(namespace, server)


@pytest.fixture
def wan(machine: Machine) -> Iterator[str]:
    """Give the interface an address that the internet can reach."""
    machine.namespace.ip("address", "flush", "dev", "ppp0")
    machine.namespace.ip("address", "add", "1.2.3.4/24", "dev", "ppp0")
    yield "1.2.3.4"
    machine.namespace.ip("address", "flush", "dev", "ppp0")


def test_the_agent_does_all_its_work_under_the_units_filters(
    machine: Machine, wan: str, tmp_path: Path, unique_name: str
) -> None:
    records = f'[[records]]\nname = "{unique_name}.example.com"\naddress = "interface:ppp0/ipv4"\n'
    service = Service(machine, tmp_path, records)
    try:
        assert service.told()["READY"] == "1"
        assert service.told() == {"WATCHDOG": "1"}
        assert service.event() == f"{unique_name}.example.com A {wan}"

        machine.namespace.ip("address", "add", "1.2.4.5/24", "dev", "ppp0")
        machine.namespace.ip("address", "del", f"{wan}/24", "dev", "ppp0")
        assert service.event() == f"{unique_name}.example.com A 1.2.4.5"
        assert machine.addresses(unique_name) == ["1.2.4.5"]

        more = f'[[records]]\nname = "{unique_name}-2.example.com"\naddress = "command:/bin/echo 1.2.9.9"\n'
        service.write(machine, records + more)
        service.process.send_signal(signal.SIGHUP)
        assert service.told()["RELOADING"] == "1"
        assert service.told()["READY"] == "1"
        assert service.event() == f"{unique_name}-2.example.com A 1.2.9.9"

        status = dns_update("status", f"socket={service.socket}")
        assert (status.status, status.stdout.splitlines()[0]) == (0, "2 names: 2 right")

        service.process.terminate()
        assert service.told() == {"STOPPING": "1"}
        assert service.process.wait(_DEADLINE) == 0
        kept = dns_update("history", f"file={service.history}", "--json").json["attempts"]
        assert [attempt["outcome"] for attempt in kept] == ["ok", "ok", "ok"]
        assert "fail" not in service.log
    finally:
        service.close()


@pytest.mark.parametrize("source", ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "dns:", "prefix:ppp0+::5"])
def test_sources_of_each_kind_are_asked_under_the_units_filters(
    machine: Machine, wan: str, source: str, tmp_path: Path, unique_name: str
) -> None:
    """None of them gives an address in this network; a forbidden call would end the process by SIGSYS."""
    config = _config(machine, tmp_path, f'name = "{unique_name}.example.com"\naddress = ["{wan}", "{source}"]')
    agent = subprocess.Popen(
        [*machine.namespace.prefix, *_SANDBOX, COMMAND, "agent", f"config={config}"],
        env={"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert agent.stderr is not None
        awaited = {"No address: ", "update successful"}  # it was asked, and that kept nothing from being done
        for line in agent.stderr:
            awaited = {text for text in awaited if text not in line}
            if not awaited:
                break
        assert not awaited
        agent.terminate()
        assert agent.wait(_DEADLINE) == 0
        assert machine.addresses(unique_name) == [wan]
    finally:
        agent.kill()
        agent.communicate()


def test_once_ends_though_a_source_that_has_to_be_asked_fails_last(
    machine: Machine, wan: str, tmp_path: Path, unique_name: str
) -> None:
    """The hooks run this command, and would otherwise never end."""
    source = "command:/bin/sh -c 'sleep 1; exit 1'"
    config = _config(machine, tmp_path, f'name = "{unique_name}.example.com"\naddress = ["{wan}", "{source}"]')
    done = subprocess.run(
        [*machine.namespace.prefix, COMMAND, "agent", "--once", f"config={config}"],
        env={"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=10,
    )
    assert done.returncode == 0


def _config(machine: Machine, directory: Path, record: str) -> Path:
    """Write a configuration with one record, and the key beside it; neither socket nor history."""
    machine.key.write(directory / "home.key")
    config = directory / "config.toml"
    text = f'[agent]\nsocket = ""\nhistory = ""\n{machine.tables}\n[[records]]\n{record}\n'
    config.write_text(text, encoding="utf-8")
    return config


def test_the_filters_are_in_force() -> None:
    """Else the tests above could not fail."""
    raw = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"
    assert "Address family not supported" in _run(*_SANDBOX, sys.executable, "-c", raw).stderr
    code = "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)"
    assert "PermissionError" in _run(*_SANDBOX, sys.executable, "-c", code).stderr
    assert _run(*_SANDBOX, sys.executable, "-c", "import os; os.chown('/', -1, -1)").returncode < 0
    assert _run(*_SANDBOX, sys.executable, "-c", "print(open('/proc/self/status').read())").stdout.count(
        "CapEff:\t0000000000000000"
    )


# The hooks.


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Return the file where a fake `dns-update`, first in the $PATH of the hooks, writes how it was called."""
    said = tmp_path / "calls"
    os.mkfifo(said)
    fake = tmp_path / "bin" / "dns-update"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\necho "$*" >{said}\n', encoding="ascii")
    fake.chmod(0o755)
    return said


def _hook(script: Path, *words: str, path: Path, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a hook with only this environment, in a directory that must not be in $PATH."""
    environment = {"PATH": f"{path}/bin:/usr/bin:/bin"} | dict(env)
    return subprocess.run(
        [script, *words], env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=_DEADLINE
    )


_CONNECTION = {"CONNECTION_UUID": "5fb06bd0", "DEVICE_IFACE": "eth0", "IP4_NUM_ADDRESSES": "1"}
_LINK = {"PPP_IFACE": "ppp0", "PPP_TTY": "/dev/pts/3", "PPP_LOCAL": "1.2.3.4", "PPP_REMOTE": "1.2.3.1"}
_LINK_WORDS = ("ppp0", "/dev/pts/3", "0", "1.2.3.4", "1.2.3.1", "provider")


def _said(calls: Path) -> Iterator[int]:
    reader = os.open(calls, os.O_RDWR | os.O_NONBLOCK)
    yield reader
    os.close(reader)


@pytest.mark.parametrize("action", ["up", "down", "vpn-up", "vpn-down", "dhcp4-change", "dhcp6-change", "reapply"])
def test_networkmanager_has_the_names_looked_at_when_a_connection_has_changed(action: str, calls: Path) -> None:
    for reader in _said(calls):
        assert _hook(DISPATCHER, "eth0", action, path=calls.parent, env=_CONNECTION).returncode == 0
        assert os.read(reader, 4096) == b"agent --once\n"


@pytest.mark.parametrize(
    "words", [("eth0", "pre-up"), ("", "hostname"), ("none", "connectivity-change"), ("lo", "up"), ("eth0",), ()]
)
def test_networkmanager_has_nothing_done_for_what_is_no_change_of_address(words: tuple[str, ...], calls: Path) -> None:
    for reader in _said(calls):
        done = _hook(DISPATCHER, *words, path=calls.parent, env=_CONNECTION)
        assert (done.returncode, done.stderr) == (0, "")
        with pytest.raises(BlockingIOError):
            os.read(reader, 4096)


def test_networkmanager_is_told_how_it_went(tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "dns-update"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 7\n", encoding="ascii")
    fake.chmod(0o755)
    assert _hook(DISPATCHER, "eth0", "up", path=tmp_path, env=_CONNECTION).returncode == 7


@pytest.mark.parametrize("has_logger", [True, False])
def test_pppd_has_the_names_looked_at(*, has_logger: bool, calls: Path) -> None:
    if has_logger:
        logger = calls.parent / "bin" / "logger"
        logger.write_text("#!/bin/sh\nexec cat >/dev/null\n", encoding="ascii")
        logger.chmod(0o755)
    for reader in _said(calls):
        assert _hook(IP_UP, *_LINK_WORDS, path=calls.parent, env=_LINK).returncode == 0
        assert select.select([reader], [], [], _DEADLINE)[0]
        assert os.read(reader, 4096) == b"agent --once\n"


def test_a_hook_without_a_path_searches_no_current_directory() -> None:
    for script in (DISPATCHER, IP_UP):
        line = next(line for line in script.read_text(encoding="utf-8").splitlines() if line.startswith("PATH="))
        for given in ("unset PATH", "PATH="):
            done = _run("/bin/sh", "-c", f'{given}; {line}; printf %s "$PATH"')
            assert done.stdout == "/usr/local/bin:/usr/bin:/bin"


@pytest.mark.parametrize("script", [DISPATCHER, IP_UP])
def test_hooks_are_what_their_callers_demand(script: Path) -> None:
    mode = script.stat().st_mode
    assert mode & 0o111 == 0o111
    assert not mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID)
    assert script.name.replace("-", "").replace("_", "").isalnum()  # run-parts(8) passes over others


def test_a_hook_updates_a_name_for_real(machine: Machine, wan: str, tmp_path: Path, unique_name: str) -> None:
    config = _config(machine, tmp_path, f'name = "{unique_name}.example.com"\naddress = "interface:ppp0/ipv4"')
    program = tmp_path / "bin" / "dns-update"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {COMMAND} "$@" config={config}\n', encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        [*machine.namespace.prefix, DISPATCHER, "ppp0", "up"],
        env=_CONNECTION | {"PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_DEADLINE,
    )
    assert done.returncode == 0, done.stderr
    assert machine.addresses(unique_name) == [wan]


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_DEADLINE)
