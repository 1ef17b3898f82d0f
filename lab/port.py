"""A port that is free for UDP and TCP on every loopback address, and that no other lab takes meanwhile."""

import socket
from dataclasses import dataclass
from typing import Self

from lab.errors import PortTaken

IPV4 = "127.0.0.1"
IPV6 = "::1"

_ATTEMPTS = 100
"""Of ports asked from the kernel; that one is taken on the other family or protocol is rare already."""

_FAMILIES = {IPV4: socket.AF_INET, IPV6: socket.AF_INET6}


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
        """Claim a port that the kernel picks."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return cls.claim(_number_from_kernel())
            except PortTaken:
                continue
        return cls.claim(_number_from_kernel())

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
    return _FAMILIES[address]


def _number_from_kernel() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((IPV4, 0))
        number: int = probe.getsockname()[1]
        return number


def _check_free(number: int) -> None:
    for address in loopback_addresses():
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(family_of(address), kind) as probe:
                if kind == socket.SOCK_STREAM:
                    # As servers do: connections of a server just stopped linger in TIME_WAIT and hinder nobody.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, number))
