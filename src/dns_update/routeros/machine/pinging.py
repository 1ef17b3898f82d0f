"""Whether a host answers: to ICMP echo requests, or to a TCP connection."""

from __future__ import annotations

import os
import select
import socket
from struct import pack
from time import monotonic, sleep

from dns_update.routeros.remarks import Failure

MOST_PINGS = 100
ANSWER_SECONDS = 1.0  # for each request, as long as a router waits
_PACE_SECONDS = 0.2  # between two requests; `ping` allows no less to everyone
_MARK_OCTETS = 16  # random, so that the answers to others are not taken for ours
_REQUESTS = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}
"""The ICMP types of a request and of its answer."""
_PROTOCOLS = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_IPV4_WORD = 4
_LARGEST = 2048


def pings_answered(host: str, count: int) -> int:
    """Return how many of `count` echo requests a host answers, each within ANSWER_SECONDS; raises Failure."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(host.encode(), None, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise Failure("failure: dns name does not exist") from error
    answered = 0
    with _opened(family) as connection:
        for number in range(count):
            if number:
                sleep(_PACE_SECONDS)
            answered += _is_answered(connection, family, address, number)
    return answered


def can_connect(host: str, port: int, seconds: float) -> bool:
    """Return whether a TCP connection can be made within so many seconds."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except (OSError, UnicodeError):
        return False


def _opened(family: int) -> socket.socket:
    """Return a socket for echo requests: one that needs no privilege, where the system allows it (icmp(7))."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, _PROTOCOLS[socket.AddressFamily(family)])
        except OSError:
            continue
    raise Failure("failure: this user may not ping: sysctl net.ipv4.ping_group_range allows it")


def _is_answered(connection: socket.socket, family: int, address: tuple[object, ...], number: int) -> bool:
    request, answer = _REQUESTS[socket.AddressFamily(family)]
    mark = os.urandom(_MARK_OCTETS)
    body = pack("!HH", os.getpid() & 0xFFFF, number) + mark
    checksum = _checksum(pack("!BBH", request, 0, 0) + body)  # of IPv6 the kernel makes it
    try:
        connection.sendto(pack("!BBH", request, 0, checksum) + body, address)
    except OSError:  # no route
        return False
    deadline = monotonic() + ANSWER_SECONDS
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while (left := deadline - monotonic()) > 0 and poll.poll(left * 1000):
        try:
            octets = connection.recv(_LARGEST)
        except OSError:  # an ICMP error: unreachable
            return False
        if connection.type == socket.SOCK_RAW and family == socket.AF_INET:
            octets = octets[(octets[0] & 15) * _IPV4_WORD :]  # its header is there, too
        if octets[:1] == bytes([answer]) and octets.endswith(mark):
            return True
    return False


def _checksum(octets: bytes) -> int:
    """Return the Internet checksum (RFC 1071) of an even number of octets."""
    total = sum(int.from_bytes(octets[at : at + 2]) for at in range(0, len(octets), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
