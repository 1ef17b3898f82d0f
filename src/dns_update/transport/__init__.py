"""Thin shells that move octets between an exchange and a server, and decide nothing; here, the servers' addresses."""

from __future__ import annotations

import os
import time

from dns_update import errors
from dns_update.errors import quoted
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, decimal
from dns_update.wire.inet import format_address, parse_address
from dns_update.wire.name import Name

Local = tuple[str | None, int]  # the address and port to send from; None, 0: the kernel's choice

DNS_PORT = 53
ENCRYPTED_PORT = 853  # of TLS (RFC 7858, section 3.1) and QUIC (RFC 9250, section 4.1.1)
LONGEST_WAIT = 86_400.0  # seconds; the system's own waits end at 24 days
LARGEST_READ = 65535  # the largest datagram, and a good size for reads of a stream
_PORTS = f"a number from 1 to {MAX_U16}"
# Letters, digits and hyphens (RFC 1123, section 2.1); underscores, which hosts have though they may not; and the dot.
_IN_HOST_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class Endpoint(Value):
    """One IP address, as text, and a port. Its text is what the `dns-server` property takes."""

    address: str
    port: int = DNS_PORT

    def __post_init__(self) -> None:
        """Raise InvalidText for a wrong address or port, UsageError for a value of a wrong type."""
        check_address(self.address)
        check_port(self.port)

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is an IPv6 one."""
        return ":" in self.address

    def __str__(self) -> str:
        return _with_port(self.address, self.port)


class Server(Value):
    """A host and a port; the host is an IP address, or a name to resolve."""

    host: str
    port: int = DNS_PORT

    def __post_init__(self) -> None:
        """Raise InvalidText for a wrong port, UsageError for a wrong type; only `from_text` checks the host."""
        if not isinstance(self.host, str):
            raise errors.UsageError(f"a host is a text, not {type(self.host).__name__}")
        check_port(self.port)

    @classmethod
    def from_text(cls, text: str, default_port: int = DNS_PORT) -> Server:
        """Read `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`, `ns.example.com` or `ns:5353`.

        An IPv6 address may have a `%zone` after it (RFC 4007, section 11), and a link-local one must. Raises
        InvalidText, and UsageError for what is not a text.
        """
        if not isinstance(text, str):
            raise errors.UsageError(f"a server is read from a text, not from {type(text).__name__}")
        if "/" in text:
            raise _no_host(text)
        host, port = _split_port(text, default_port)
        if ":" in host:
            return cls(_ipv6_host(host), port)
        if _looks_like_ipv4(host):
            return cls(format_address(parse_address(host)), port)
        return cls(_host_name(host), port)

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address, which needs no resolving."""
        return ":" in self.host or _looks_like_ipv4(self.host)

    def __str__(self) -> str:
        return _with_port(self.host, self.port)


def check_address(address: object) -> None:
    """Raise InvalidText for what is not an IP address, with or without a `%zone`, UsageError for what is not a text."""
    if not isinstance(address, str):
        raise errors.UsageError(f"an address is a text, not {type(address).__name__}")
    parse_address(address.partition("%")[0])


def _ipv6_host(text: str) -> str:
    if "@" in text or "#" in text:
        raise _no_host(text)
    address, percent, scope = text.partition("%")
    if percent and not scope:
        raise errors.InvalidText(f"{quoted(text)} has an empty zone after the %", hint="e.g. fe80::1%eth0")
    octets = parse_address(address)
    if octets[0] == 0xFE and octets[1] & 0xC0 == 0x80 and not percent:  # noqa: PLR2004 - fe80::/10
        raise errors.InvalidText(
            f"{quoted(text)} is a link-local address without an interface", hint=f"e.g. {address}%eth0"
        )
    return format_address(octets) + percent + scope


def _host_name(text: str) -> str:
    """Return a host name as the resolver needs it; raises InvalidText for what is not a host."""
    if not text:
        raise errors.InvalidText("a server is empty", hint="e.g. 192.0.2.1, ns.example.com or [2001:db8::1]:5353")
    host = text if text.isascii() else str(Name.from_text(text))
    if text == "." or not _IN_HOST_NAMES.issuperset(host):
        raise _no_host(text)
    Name.from_text(host)
    return host


def _no_host(text: str) -> errors.InvalidText:
    """Return the error for what is not a host: it may have a port as Knot (`@`) and BIND (`#`) write it."""
    has_port = text[:1] not in "@#" and ("@" in text or "#" in text)
    hint = "write HOST:PORT, or [IPV6-ADDRESS]:PORT" if has_port else "an IP address or a host name"
    return errors.InvalidText(f"{quoted(text)} is not a host", hint=hint)


def _with_port(host: str, port: int) -> str:
    if port == DNS_PORT:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def port_from_text(text: str) -> int:
    """Return a port number, 1 to 65535; raises InvalidText."""
    port = decimal(text, MAX_U16)
    if not port:
        raise errors.InvalidText(f"{quoted(text)} is not a port", hint=_PORTS)
    return port


def check_port(port: int) -> None:
    """Raise InvalidText for a number that is not a port, UsageError for what is not a number."""
    if not isinstance(port, int):
        raise errors.UsageError(f"a port is a number, not {type(port).__name__}")
    if not 0 < port <= MAX_U16:
        raise errors.InvalidText(f"{port} is not a port", hint=_PORTS)


def _split_port(text: str, default_port: int) -> tuple[str, int]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or ":" not in host or rest[:1] not in ("", ":"):
            raise errors.InvalidText(
                f"{quoted(text)} is not a server", hint="an IPv6 address with a port: [2001:db8::1]:53"
            )
        return host, port_from_text(rest[1:]) if rest else default_port
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port_from_text(port)
    return text, default_port


def _looks_like_ipv4(host: str) -> bool:
    """Return whether it is an IPv4 address, right or wrong: no top-level domain is a number (RFC 3696, section 2)."""
    return host.rpartition(".")[2].isdecimal()


def random_id() -> int:
    """Return a message ID that cannot be guessed."""
    return int.from_bytes(os.urandom(2))


def seconds_left(deadline: float) -> float:
    """Return the seconds until a deadline on the monotonic clock, a day at most; raises TimeoutError after it."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return min(seconds, LONGEST_WAIT)
