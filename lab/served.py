"""How long a new address takes from the kernel to a name server's answers; for a process inside a network namespace.

Our own netlink message sets the address, so that the start of `ip` is not measured.
"""

import itertools
import os
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Self

import dns.message

from lab.errors import LabFailed
from lab.port import IPV4

PERIOD = 0.0005
"""Seconds between two queries if no change may be missed."""

_ANSWER_SECONDS = 0.1
"""A server that is busy with its disk, or is starting, may not answer a query; then the next one is sent."""

_PORT = 53
_LARGEST = 65535

# linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h
_RTM_NEWADDR, _RTM_DELADDR = 20, 21
_NLM_F_REQUEST, _NLM_F_ACK, _NLM_F_EXCL, _NLM_F_CREATE = 0x1, 0x4, 0x200, 0x400
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_NLMSG_ERROR = 2
_HEADER = struct.Struct("=IHHII")
_ADDRESS = struct.Struct("=BBBBI")
_ATTRIBUTE = struct.Struct("=HH")
_ERROR = struct.Struct("=i")
_HOST_BITS = 32


@dataclass
class Interface:
    """An interface whose IPv4 address is followed; at first it has none."""

    interface: str
    address: str = field(default="", init=False)

    def change(self, address: str) -> float:
        """Replace the address; return when the kernel was told, on the performance counter.

        Removal and addition are sent together, so they are as close to one event as a new lease or PPP session.
        """
        index = socket.if_nametoindex(self.interface)
        flags = _NLM_F_CREATE | _NLM_F_EXCL
        messages = [(_RTM_DELADDR, 0, self.address)] * bool(self.address) + [(_RTM_NEWADDR, flags, address)]
        octets = b"".join(_message(kind, flags, index, socket.inet_aton(text)) for kind, flags, text in messages)
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
            started = time.perf_counter()
            kernel.send(octets)
            for _message_sent in messages:
                _acknowledged(kernel.recv(_LARGEST))
        self.address = address
        return started


class Reader:
    """Asks the server of this network for the A record of a name, over UDP."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._question = dns.message.make_query(name, "A", flags=0).to_wire()[2:]
        self._numbers = itertools.count()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(_ANSWER_SECONDS)
        self._socket.connect((IPV4, _PORT))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._socket.close()

    def wait(self, address: str, *, patience: float, period: float = PERIOD) -> float:
        """Ask until the address is served; return when that was, on the performance counter."""
        wanted = struct.pack("!H", 4) + socket.inet_aton(address)
        deadline = time.perf_counter() + patience
        while wanted not in self._answer():
            if time.perf_counter() > deadline:
                raise LabFailed(f"{self._name} has not become {address} within {patience:g} s")
            time.sleep(period)
        return time.perf_counter()

    def _answer(self) -> bytes:
        identity = struct.pack("!H", next(self._numbers) & 0xFFFF)
        try:
            self._socket.send(identity + self._question)
            while not (answer := self._socket.recv(_LARGEST)).startswith(identity):
                pass
        except OSError:  # no answer in time, or the port is closed
            return b""
        return answer


def _message(kind: int, flags: int, index: int, address: bytes) -> bytes:
    attributes = b"".join(_ATTRIBUTE.pack(_ATTRIBUTE.size + len(address), number) + address for number in (
        _IFA_LOCAL, _IFA_ADDRESS
    ))  # fmt: skip
    body = _ADDRESS.pack(socket.AF_INET, _HOST_BITS, 0, 0, index) + attributes
    return _HEADER.pack(_HEADER.size + len(body), kind, flags | _NLM_F_REQUEST | _NLM_F_ACK, 0, 0) + body


def _acknowledged(answer: bytes) -> None:
    _length, kind, _flags, _sequence, _port = _HEADER.unpack_from(answer)
    (number,) = _ERROR.unpack_from(answer, _HEADER.size)
    if kind != _NLMSG_ERROR or number:
        raise LabFailed(f"the kernel does not accept the address: {os.strerror(-number)}")
