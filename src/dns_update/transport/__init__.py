"""Thin shells that move octets between an exchange and a server, and decide nothing; here, where servers are."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, decimal
from dns_update.wire.inet import format_address, parse_address
from dns_update.wire.name import Name

DNS_PORT = 53


class Endpoint(Value):
    """One IP address, as text, and a port. Its text is what the `dns-server` property takes."""

    __slots__ = ("address", "port")
    address: str
    port: int

    def __init__(self, address: str, port: int = DNS_PORT) -> None:
        self._fill(address=address, port=port)

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is an IPv6 one."""
        return ":" in self.address

    def __str__(self) -> str:
        return _with_port(self.address, self.port)


class Server(Value):
    """A host and a port; `is_address` tells whether the host is an IP address, which needs no resolving."""

    __slots__ = ("host", "is_address", "port")
    host: str
    port: int
    is_address: bool

    def __init__(self, host: str, port: int = DNS_PORT, *, is_address: bool = False) -> None:
        self._fill(host=host, port=port, is_address=is_address)

    @classmethod
    def from_text(cls, text: str, default_port: int = DNS_PORT) -> Server:
        """Read `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`, `ns.example.com` or `ns:5353`.

        An IPv6 address may have a `%zone` behind it. Raises InvalidText.
        """
        host, port = _split_port(text, default_port)
        address, percent, scope = host.partition("%")
        if percent and not scope:
            raise InvalidText(f"{text!r} has an empty zone behind the %", hint="as fe80::1%eth0")
        if ":" in address:
            return cls(format_address(parse_address(address)) + percent + scope, port, is_address=True)
        if _looks_like_ipv4(host):
            return cls(format_address(parse_address(host)), port, is_address=True)
        Name.from_text(host)
        return cls(host, port)

    def __str__(self) -> str:
        return _with_port(self.host, self.port)


def _with_port(host: str, port: int) -> str:
    if port == DNS_PORT:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def port_from_text(text: str) -> int:
    """Return a port number, 1 to 65535; raises InvalidText."""
    port = decimal(text, MAX_U16)
    if not port:
        raise InvalidText(f"{text!r} is not a port", hint=f"a number from 1 to {MAX_U16}")
    return port


def _split_port(text: str, default_port: int) -> tuple[str, int]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or ":" not in host or rest[:1] not in ("", ":"):
            raise InvalidText(f"{text!r} is not a server", hint="an IPv6 address with a port: [2001:db8::1]:53")
        return host, port_from_text(rest[1:]) if rest else default_port
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port_from_text(port)
    return text, default_port


def _looks_like_ipv4(host: str) -> bool:
    """Tell a wrong IPv4 address from a host name: no top-level domain is a number (RFC 3696, section 2)."""
    return host.rpartition(".")[2].isdecimal()
