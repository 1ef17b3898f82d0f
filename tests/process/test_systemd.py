"""The notifications to systemd, received by a socket like its own."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.process import systemd as module
from dns_update.process.systemd import Notifier

_DEADLINE = 60  # seconds after which what is awaited will never come


class Manager:
    """The service manager's side."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._socket.settimeout(_DEADLINE)

    def heard(self) -> str:
        return self._socket.recv(4096).decode()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(f"{tmp_path}/notify" if request.param == "path" else f"@dns-update-test-{os.getpid()}")
    yield manager
    manager.close()


def test_each_message(manager: Manager) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": manager.address})
    assert notifier.ready()
    assert manager.heard() == "READY=1"
    assert notifier.ready("10 names")
    assert manager.heard() == "READY=1\nSTATUS=10 names"
    assert notifier.alive()
    assert manager.heard() == "WATCHDOG=1"
    assert notifier.stopping()
    assert manager.heard() == "STOPPING=1"


def test_a_reload_tells_when_it_began(manager: Manager) -> None:
    notifier = Notifier(manager.address)
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert notifier.reloading()
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    reloading, moment = manager.heard().split("\n")
    assert reloading == "RELOADING=1"
    assert before <= int(moment.removeprefix("MONOTONIC_USEC=")) <= after


def test_no_status_can_say_anything_else(manager: Manager) -> None:
    Notifier(manager.address).ready("a\nSTOPPING=1\r\n\udcff")
    assert manager.heard() == "READY=1\nSTATUS=a STOPPING=1 \\udcff"


@pytest.mark.parametrize(
    "address", ["", "/no/such/socket", "@dns-update-no-such", "nonsense", "vsock:2:1", "/a\0b", "@"]
)
def test_nobody_who_listens_is_no_error(address: str) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address})
    assert not notifier.ready()
    assert not notifier.alive()


def test_a_manager_that_is_gone_or_stuck_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEND_SECONDS", 0.01)
    manager = Manager(f"{tmp_path}/notify")
    notifier = Notifier(manager.address)
    sent = 0
    while notifier.alive():
        sent += 1
    assert sent
    assert manager.heard() == "WATCHDOG=1"
    assert notifier.alive()
    manager.close()
    assert not notifier.alive()


def test_programs_that_we_start_do_not_inherit_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.setenv(name, "1")
    Notifier.from_environment()
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & set(os.environ)


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_PID": str(os.getpid())}, None),
        ({}, None),
    ],
)
def test_how_often_the_watchdog_waits_for_us(variables: dict[str, str], seconds: float | None) -> None:
    assert Notifier.from_environment(variables).watchdog_seconds == seconds
