import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.transport import Endpoint
from dns_update.transport.udp import Datagrams, open_datagrams
from lab import NameServer, dig
from tests.support.command import access
from tests.transport.peers import IPV4, IPV6, SECONDS, UdpPeer, deaf, needs_ipv6

ANYWHERE = (None, 0)

WITHOUT_PRIVATE_MODULE = """\
import socket, sys
sys.modules["_socket"] = None  # as in a Python that is not CPython
from dns_update.cli import main
sys.exit(main(sys.argv[1:]))
"""


def soon() -> float:
    return time.monotonic() + SECONDS


@pytest.mark.parametrize("address", [IPV4, pytest.param(IPV6, marks=needs_ipv6)])
def test_a_datagram_goes_there_and_its_answer_comes_back(address: str) -> None:
    with UdpPeer(lambda _number, octets: [octets[::-1]], address) as peer:
        channel = open_datagrams(peer.endpoint, ANYWHERE)
        channel.send(b"abc", soon())
        assert channel.receive(soon()) == [b"cba"]
        assert peer.clients[0][0] == address
        channel.close()


def test_a_closed_port_is_an_error_of_the_next_call() -> None:
    with deaf(socket.SOCK_DGRAM) as endpoint:
        channel = open_datagrams(endpoint, ANYWHERE)
        channel.send(b"abc", soon())
        with pytest.raises(ConnectionRefusedError):
            channel.receive(soon())
        channel.close()


def test_an_address_that_the_kernel_does_not_connect_to_is_an_error_and_leaves_nothing_open() -> None:
    before = descriptors()
    with pytest.raises(OSError, match=r"(?i)permission denied|network is unreachable"):  # a broadcast address
        open_datagrams(Endpoint("255.255.255.255"), ANYWHERE)
    assert descriptors() == before


def test_a_program_that_is_started_does_not_inherit_the_socket() -> None:
    with UdpPeer(lambda _number, _octets: ()) as peer:
        before = descriptors()
        channel = open_datagrams(peer.endpoint, ANYWHERE)
        (descriptor,) = descriptors() - before
        assert not os.get_inheritable(descriptor)
        assert not os.get_blocking(descriptor)
        channel.close()
        assert descriptors() == before
        channel.close()  # its number may be another socket's by now; this must not close it


def descriptors() -> set[int]:
    """Return the open descriptors of this process, without the one of the listing itself."""
    return {int(path.name) for path in Path("/proc/self/fd").iterdir() if path.exists()}


@needs_ipv6
def test_an_address_with_a_zone_is_connected_to() -> None:
    with UdpPeer(lambda _number, octets: [octets], IPV6) as peer:
        zone = socket.if_nametoindex("lo")
        channel = open_datagrams(Endpoint(f"{IPV6}%{zone}", peer.endpoint.port), ANYWHERE)
        channel.send(b"abc", soon())
        assert channel.receive(soon()) == [b"abc"]
        channel.close()


def test_a_socket_that_nobody_closed_is_closed_with_its_object() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        channel = Datagrams(ours)
        del channel
        assert theirs.recv(1) == b""


def test_nothing_is_waited_for_after_the_deadline() -> None:
    with UdpPeer(lambda _number, _octets: ()) as peer:
        channel = open_datagrams(peer.endpoint, ANYWHERE)
        with pytest.raises(TimeoutError):
            channel.receive(time.monotonic())
        with pytest.raises(TimeoutError):
            channel.receive(time.monotonic() + 0.01)
        channel.close()


@pytest.fixture
def full() -> Iterator[tuple[Datagrams, socket.socket]]:
    """Yield a channel that takes no more datagrams, and the socket at its other end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.settimeout(0)
    with theirs:
        try:
            while True:
                ours.send(b"earlier")
        except BlockingIOError:
            pass
        channel = Datagrams(ours)
        yield channel, theirs
        channel.close()


def test_a_datagram_waits_for_those_before_it(full: tuple[Datagrams, socket.socket]) -> None:
    channel, other_end = full
    other_end.settimeout(SECONDS)

    def read() -> None:
        while other_end.recv(100) != b"ours":
            pass

    reader = threading.Thread(target=read)
    reader.start()
    channel.send(b"ours", soon())
    reader.join()


def test_a_datagram_that_cannot_leave_in_time_is_a_timeout(full: tuple[Datagrams, socket.socket]) -> None:
    channel, _ = full
    with pytest.raises(TimeoutError):
        channel.send(b"ours", time.monotonic() + 0.01)


def test_a_datagram_with_a_wrong_checksum_is_passed_over() -> None:
    """The kernel may notice it only when it is read."""
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        pytest.skip("only root makes datagrams with wrong checksums")
    with raw, UdpPeer(lambda _number, octets: [octets]) as peer:
        channel = open_datagrams(peer.endpoint, ANYWHERE)
        channel.send(b"abc", soon())
        assert channel.receive(soon()) == [b"abc"]
        ports = struct.pack("!HH", peer.endpoint.port, peer.clients[0][1])
        raw.sendto(ports + struct.pack("!HH", 8 + 100, 0xDEAD) + bytes(100), (IPV4, 0))
        peer.send_from_here(b"next", peer.clients[0])
        assert channel.receive(soon()) == [b"next"]
        channel.close()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_python_without_the_private_module_updates_all_the_same(
    transport: str, bind: NameServer, unique_name: str
) -> None:
    properties = [*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60", f"transport={transport}"]
    command = [sys.executable, "-c", WITHOUT_PRIVATE_MODULE, *properties]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.endswith(f"update successful: {unique_name}.example.com A 192.0.2.1 added\n")
    (line,) = dig(bind, f"{unique_name}.example.com", "A")
    assert line.split()[-1] == "192.0.2.1"
