"""The addresses of an interface, from the kernel: what it is asked, and what if they change meanwhile."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.address import Interface
from dns_update.address.interface import addresses_of_interface
from dns_update.errors import NoAddress
from lab import Namespace
from lab.namespace import unavailable_because

MANY = 1000  # addresses, far more than the kernel puts into one datagram

MEDDLE = """\
import itertools, socket, subprocess, sys
from dns_update.address import Interface
from dns_update.address.interface import addresses_of_interface
from dns_update.errors import NoAddress
from dns_update.wire.inet import format_address

times = int(sys.argv[1])
numbers = itertools.count(1)
is_new = False

class Meddled(socket.socket):
    def sendto(self, *arguments):
        global is_new
        is_new = True
        return super().sendto(*arguments)

    def recvfrom(self, *arguments):
        global is_new, times
        answer = super().recvfrom(*arguments)
        if is_new and times:  # the kernel has begun to list them
            subprocess.run(["ip", "address", "add", f"9.9.9.{next(numbers)}/32", "dev", "lo"], check=True)
            is_new, times = False, times - 1
        return answer

socket.socket = Meddled
try:
    addresses = addresses_of_interface(Interface("lo", 4))
except NoAddress as error:
    print(error)
else:
    print(*map(format_address, addresses))
"""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Namespace]:
    """Return a namespace with many addresses."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    lines = [f"address add 1.2.{number >> 8}.{number & 255}/32 dev lo\n" for number in range(MANY)]
    batch = tmp_path_factory.mktemp("crowd") / "batch"
    batch.write_text("".join(lines), encoding="ascii")
    with Namespace() as namespace:
        namespace.ip("-batch", str(batch))
        yield namespace


def meddled(namespace: Namespace, times: int) -> list[str]:
    """Ask for the addresses while they change, in the first `times` answers of the kernel."""
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


def test_an_interface_that_is_not_there_has_a_hint_with_those_that_are() -> None:
    with pytest.raises(NoAddress) as caught:
        addresses_of_interface(Interface("no-such-one"))
    assert caught.value.text == "there is no interface no-such-one"
    names = {path.name for path in Path("/sys/class/net").iterdir()}
    assert set(caught.value.hint.removeprefix("there are ").replace(" and ", ", ").split(", ")) & names


def test_a_hint_names_a_few_of_many_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [(number, f"veth{number}") for number in range(1, 301)]
    monkeypatch.setattr(socket, "if_nameindex", lambda: many)
    with pytest.raises(NoAddress) as caught:
        addresses_of_interface(Interface("no-such-one"))
    assert caught.value.hint == f"there are {', '.join(name for _, name in many[:8])} and 292 more"
