"""Asks a server for a zone's SOA, with the standard library only: the lab must not depend on what it tests."""

import secrets
import socket
import struct

from lab.port import family_of

_TIMEOUT = 0.5
"""Seconds; loopback answers within a millisecond, and the caller asks again."""

_HEADER = struct.Struct("!6H")
_LENGTH = struct.Struct("!H")
_MAX_MESSAGE = 65535
_RESPONSE = 0x8000
_RCODE = 0x000F
_RECURSION_DESIRED = 0x0100
_SOA = 6
_IN = 1


def answers_over_udp(address: str, port: int, zone: str) -> bool:
    """Return whether the server answers with the zone's SOA over UDP."""
    query = _soa_query(zone)
    try:
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as connection:
            connection.settimeout(_TIMEOUT)
            connection.connect((address, port))
            connection.send(query)
            return _is_answer(connection.recv(_MAX_MESSAGE), query)
    except OSError:
        return False


def replies_over_udp(address: str, port: int) -> bool:
    """Return whether the server says anything at all over UDP, about a zone that it does not have."""
    query = _soa_query("outside.invalid", flags=0)  # a resolver should not look for it
    try:
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as connection:
            connection.settimeout(_TIMEOUT)
            connection.connect((address, port))
            connection.send(query)
            return connection.recv(_MAX_MESSAGE)[:2] == query[:2]
    except OSError:
        return False


def answers_over_tcp(address: str, port: int, zone: str) -> bool:
    """Return whether the server answers with the zone's SOA over TCP."""
    query = _soa_query(zone)
    try:
        with socket.create_connection((address, port), timeout=_TIMEOUT) as connection:
            connection.sendall(_LENGTH.pack(len(query)) + query)
            # Only the header matters, and it arrives in one piece with the length before it.
            reply = connection.recv(_MAX_MESSAGE)
            return _is_answer(reply[_LENGTH.size :], query)
    except OSError:
        return False


def _soa_query(zone: str, flags: int = _RECURSION_DESIRED) -> bytes:
    labels = [label.encode("ascii") for label in zone.split(".") if label]
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return _HEADER.pack(secrets.randbits(16), flags, 1, 0, 0, 0) + name + struct.pack("!2H", _SOA, _IN)


def _is_answer(reply: bytes, query: bytes) -> bool:
    if len(reply) < _HEADER.size:
        return False
    message_id, flags, _, answers, _, _ = _HEADER.unpack_from(reply)
    asked_id = _HEADER.unpack_from(query)[0]
    return bool(message_id == asked_id and flags & _RESPONSE and not flags & _RCODE and answers)
