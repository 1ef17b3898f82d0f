"""All interfaces and addresses, asked from the kernel once: the requests, and changes during the answers."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dns_update.address.kernel import snapshot as module
from dns_update.address.kernel.snapshot import read_interfaces
from dns_update.errors import NoAddress
from lab import Namespace

MANY = 1000  # addresses, far more than the kernel puts into one datagram

MEDDLE = """\
import itertools, socket, subprocess, sys
from dns_update.address.kernel.netlink import RTM_GETADDR
from dns_update.address.kernel.snapshot import read_interfaces
from dns_update.errors import NoAddress
from dns_update.wire.inet import format_address

times = int(sys.argv[1])
numbers = itertools.count(1)
is_new = False

class Meddled(socket.socket):
    def sendto(self, octets, *arguments):
        global is_new
        is_new = octets[4] == RTM_GETADDR
        return super().sendto(octets, *arguments)

    def recvfrom(self, *arguments):
        global is_new, times
        answer = super().recvfrom(*arguments)
        if is_new and times:  # the kernel has begun to list them
            subprocess.run(["ip", "address", "add", f"9.9.9.{next(numbers)}/32", "dev", "lo"], check=True)
            is_new, times = False, times - 1
        return answer

socket.socket = Meddled
try:
    interfaces = read_interfaces()
except NoAddress as error:
    print(error)
else:
    print(*(format_address(entry.address) for entry in interfaces.usable("lo") if len(entry.address) == 4))
"""


@pytest.fixture(scope="module")
def crowd(has_namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Namespace]:  # noqa: ARG001
    """Return a namespace with many addresses."""
    lines = [f"address add 1.2.{number >> 8}.{number & 255}/32 dev lo\n" for number in range(MANY)]
    batch = tmp_path_factory.mktemp("crowd") / "batch"
    batch.write_text("".join(lines), encoding="ascii")
    with Namespace() as namespace:
        namespace.ip("-batch", str(batch))
        yield namespace


def meddled(namespace: Namespace, times: int) -> list[str]:
    """Ask for the addresses while they change during the first `times` answers of the kernel."""
    command = [*namespace.prefix, sys.executable, "-c", MEDDLE, str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("times", [0, 1, 3])
def test_addresses_that_change_while_they_are_listed_are_asked_for_again(crowd: Namespace, times: int) -> None:
    crowd.ip("address", "flush", "to", "9.9.9.0/24")
    addresses = meddled(crowd, times)
    assert len(addresses) == len(set(addresses)) == 1 + MANY + times
    assert {f"9.9.9.{number}" for number in range(1, times + 1)} <= set(addresses)


def test_addresses_that_change_each_time_they_are_listed_are_given_up(crowd: Namespace) -> None:
    crowd.ip("address", "flush", "to", "9.9.9.0/24")
    words = " ".join(meddled(crowd, 100))
    assert words == "No address: the addresses of this machine changed each of the 5 times that the kernel listed them"


def test_no_privilege_is_needed_to_ask(crowd: Namespace) -> None:
    script = (
        "from dns_update.address.kernel.snapshot import read_interfaces; print(len(read_interfaces().usable('lo')))"
    )
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    command = [*crowd.prefix, *powerless, sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) >= MANY


class Besieged(socket.socket):
    """A netlink socket that gets datagrams from another process, and never from the kernel."""

    def recvfrom(self, _octets: int, _flags: int = 0) -> tuple[bytes, tuple[int, int]]:
        return b"", (1, 0)


def test_datagrams_of_others_without_end_are_not_waited_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KERNEL_SECONDS", 0.1)
    monkeypatch.setattr("dns_update.address.kernel.snapshot.socket.socket", Besieged)
    with pytest.raises(NoAddress, match=r"has not listed the addresses of this machine within 0\.1 s"):
        read_interfaces()
