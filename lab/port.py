"""A port that is free for UDP and TCP on every loopback address, and that no other lab takes in the meantime."""

import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lab.errors import PortTaken

IPV4 = "127.0.0.1"
IPV6 = "::1"

_LOWEST = 10000
"""The first number that is offered; few programs of a machine have fixed ports above it."""

_HIGHEST = 65535
"""One above the largest that is offered: BIND does not take 65535 as a port of its own."""

_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


@dataclass(frozen=True)
class Port:
    """A port's number and the claim on it, which ends with `release()` or with this process.

    Several servers bind with SO_REUSEPORT or SO_REUSEADDR: two that are given the same number would both start and
    share the queries between them. So "free" is not enough; the labs of parallel processes also have to agree. They
    do by binding an abstract Unix socket named after the number, which only one process can.
    """

    number: int
    _claim: socket.socket

    @classmethod
    def claim(cls, number: int) -> Self:
        """Claim the port of that number, or raise PortTaken."""
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0dns-update-lab-port-{number}")
            _check_free(number)
        except OSError as error:
            claim.close()
            raise PortTaken(f"port {number}: {error.strerror}") from error
        return cls(number, claim)

    @classmethod
    def claim_any(cls) -> Self:
        """Claim a port that the kernel does not assign by itself, or raise PortTaken if there is none.

        dig's sockets have SO_REUSEPORT, like Knot's. If the server's port were ephemeral, dig might use the same port,
        receive its own query, and treat it as an answer without records.
        """
        for number in _numbers():
            try:
                return cls.claim(number)
            except PortTaken:
                continue
        raise PortTaken("every port that is not the kernel's own is taken")

    def release(self) -> None:
        """Let other labs have the port."""
        self._claim.close()


def loopback_addresses() -> tuple[str, ...]:
    """Return 127.0.0.1, and ::1 where this machine has it."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind((IPV6, 0))
    except OSError:
        return (IPV4,)
    return (IPV4, IPV6)


def family_of(address: str) -> socket.AddressFamily:
    """Return the address family of a loopback address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _numbers() -> Iterator[int]:
    """Yield the numbers that are not ephemeral ports of the kernel, in a random order."""
    first, last = map(int, _EPHEMERAL_RANGE.read_text(encoding="ascii").split())
    numbers = [*range(_LOWEST, first), *range(last + 1, _HIGHEST)]
    random.shuffle(numbers)  # so that parallel processes seldom try the same one
    yield from numbers


def _check_free(number: int) -> None:
    for address in loopback_addresses():
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(family_of(address), kind) as probe:
                if kind == socket.SOCK_STREAM:
                    # As servers do: connections of a stopped server stay in TIME_WAIT, and must not block the port.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, number))
