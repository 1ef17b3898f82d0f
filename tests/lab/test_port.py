import socket
from pathlib import Path

import pytest

from lab.errors import PortTaken
from lab.port import IPV4, Port


def test_a_claimed_port_can_be_bound() -> None:
    port = Port.claim_any()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((IPV4, port.number))
    finally:
        port.release()


def test_a_claimed_port_is_none_that_the_kernel_gives_to_a_socket() -> None:
    # dig's sockets have SO_REUSEPORT: given the port of a server that has it, too, it asks itself.
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split())
    for _ in range(20):
        port = Port.claim_any()
        port.release()
        assert not first <= port.number <= last


def test_a_port_is_claimed_once_until_released() -> None:
    port = Port.claim_any()
    with pytest.raises(PortTaken, match=str(port.number)):
        Port.claim(port.number)
    port.release()
    Port.claim(port.number).release()


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_cannot_be_claimed(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind((IPV4, 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        with pytest.raises(PortTaken):
            Port.claim(other.getsockname()[1])
