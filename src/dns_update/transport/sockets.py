"""How sockets are made and connected: the only file that imports `_socket`.

`socket` adds enums and methods to that C module, and importing them takes 6 ms of a command's 18. Nothing here needs
them. `_socket` is private to CPython, so if it is missing, `socket` is used instead: it has the same names.
"""

from __future__ import annotations

import errno
import sys

from dns_update.transport import Endpoint, Local, check_address, seconds_left

try:
    import _socket as sockets
except ImportError:
    import socket as sockets  # type: ignore[no-redef]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


Socket = sockets.socket


class CannotSend(OSError):
    """Nothing can be sent from the address that the user gave; the text says why."""


def connected_socket(endpoint: Endpoint, local: Local, deadline: float | None, *, is_tcp: bool) -> Socket:
    """Return a socket that sends from `local` to a server, which has until `deadline` to accept a connection.

    Without a deadline (UDP needs none) the socket does not block. Raises OSError, a TimeoutError at the deadline.
    """
    connection = new_socket(local, is_ipv6=endpoint.is_ipv6, is_tcp=is_tcp)
    try:
        if is_tcp:
            connection.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        connection.settimeout(0 if deadline is None else seconds_left(deadline))
        connection.connect(connect_address(endpoint))
    except OSError:
        connection.close()
        raise
    return connection


def new_socket(local: Local, *, is_ipv6: bool, is_tcp: bool) -> Socket:
    """Return a socket that sends from `local`, an address and a port (None and 0: the kernel's choice).

    Raises OSError. The attempt to reach this server fails then, and the next server can be tried.
    """
    address, port = local
    if address is not None and (":" in address) != is_ipv6:
        raise CannotSend(f"cannot send to an {'IPv6' if is_ipv6 else 'IPv4'} server from {address}")
    family = sockets.AF_INET6 if is_ipv6 else sockets.AF_INET
    connection = Socket(family, sockets.SOCK_STREAM if is_tcp else sockets.SOCK_DGRAM)
    if address is not None:
        try:
            if is_tcp and port:
                _allow_reuse(connection)
            connection.bind((address, port))
        except OSError as error:
            connection.close()
            raise CannotSend(f"cannot send from {address}: {words_of(error)}") from error
    return connection


def connect_address(endpoint: Endpoint) -> tuple[str, int] | tuple[str, int, int, int]:
    """Return an endpoint as `connect` takes it, with the zone of an address as a separate number.

    Raises OSError if there is no such interface.
    """
    address, percent, zone = endpoint.address.partition("%")
    if not percent:
        return address, endpoint.port
    return address, endpoint.port, 0, int(zone) if zone.isdecimal() else _interface_index(zone)


def addresses_of_host(host: str, local_address: str | None) -> tuple[str, ...]:
    """Ask the system's resolver for the addresses of a host, of the family of `local_address`; raises OSError."""
    found = sockets.getaddrinfo(host.encode(), None, family=family_of(local_address), type=sockets.SOCK_DGRAM)
    return addresses_found(found)


def family_of(local_address: str | None) -> int:
    """Return the socket family of an address; without one, the number that means any family."""
    if local_address is None:
        return sockets.AF_UNSPEC
    return sockets.AF_INET6 if ":" in local_address else sockets.AF_INET


def addresses_found(entries: Iterable[tuple[Any, ...]]) -> tuple[str, ...]:
    """Return the addresses in what `getaddrinfo` returned, each once, with its zone (a number) where it has one."""
    texts = []
    for *_, (address, _port, *more) in entries:
        zone = more[1] if more else 0
        texts.append(f"{address}%{zone}" if zone and "%" not in address else address)
    return tuple(dict.fromkeys(texts))


def check_source(address: str, port: int = 0) -> None:
    """Raise UsageError unless messages can be sent from `address`, at `port` if it is not 0."""
    check_address(address)
    try:
        new_socket((address, port), is_ipv6=":" in address, is_tcp=False).close()
    except OSError as error:
        from dns_update.errors import UsageError  # rarely needed

        text = str(error) if isinstance(error, CannotSend) else f"cannot send from {address}: {words_of(error)}"
        raise UsageError(text, hint="it must be an address of this machine") from error


def acknowledge_at_once(connection: Socket) -> None:
    """Acknowledge what comes next without delay, where the system can.

    BIND 9.18 and Knot hold their answer back until the tickets of TLS 1.3 are acknowledged, which may take 40 ms.
    """
    if hasattr(sockets, "TCP_QUICKACK"):
        connection.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_QUICKACK, 1)


def _interface_index(name: str) -> int:
    try:
        return sockets.if_nametoindex(name)
    except OSError as error:  # number and text differ from one version of Python to another
        raise OSError(errno.ENODEV, "no such interface") from error


def _allow_reuse(connection: Socket) -> None:
    """Let the next connection use this one's port, which is otherwise blocked for a minute (TIME-WAIT)."""
    connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    # For the same server that is not enough: the connection must be reset when it is closed. That loses nothing that
    # was sent, since it is closed only after the answer came, or is no longer waited for.
    connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, (1).to_bytes(4, sys.byteorder) + bytes(4))


def words_of(error: OSError) -> str:
    """Return the system's text for an error, as a part of a sentence."""
    return (error.strerror or str(error)).lower()
