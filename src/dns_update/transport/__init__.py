"""Thin shells that move octets between an exchange and a server, and decide nothing; here, where servers are."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, decimal
from dns_update.wire.inet import format_address, parse_address
from dns_update.wire.name import Name

DNS_PORT = 53
_PORTS = f"a number from 1 to {MAX_U16}"


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
    """A host and a port; the host is an IP address, or a name that is to be resolved."""

    __slots__ = ("host", "port")
    host: str
    port: int

    def __init__(self, host: str, port: int = DNS_PORT) -> None:
        """Take a host as `from_text` knows it; raises InvalidText for a port that is none."""
        check_port(port)
        self._fill(host=host, port=port)

    @classmethod
    def from_text(cls, text: str, default_port: int = DNS_PORT) -> Server:
        """Read `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`, `ns.example.com` or `ns:5353`.

        An IPv6 address may have a `%zone` behind it (RFC 4007, section 11), and a link-local one must. Raises
        InvalidText.
        """
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


def _ipv6_host(text: str) -> str:
    address, percent, scope = text.partition("%")
    if percent and not scope:
        raise InvalidText(f"{quoted(text)} has an empty zone behind the %", hint="as fe80::1%eth0")
    octets = parse_address(address)
    if octets[0] == 0xFE and octets[1] & 0xC0 == 0x80 and not percent:  # noqa: PLR2004 - fe80::/10
        raise InvalidText(f"{quoted(text)} is on every link", hint=f"say on which: {address}%eth0")
    return format_address(octets) + percent + scope


def _host_name(text: str) -> str:
    """Return a host name as the resolver wants it; raises InvalidText for what is no host."""
    if not text:
        raise InvalidText("a server is empty", hint="as 192.0.2.1, ns.example.com or [2001:db8::1]:5353")
    if text in ("@", ".") or "%" in text:
        raise InvalidText(f"{quoted(text)} is no host", hint="an IP address or a host name")
    name = Name.from_text(text)
    return text if text.isascii() else str(name)


def _with_port(host: str, port: int) -> str:
    if port == DNS_PORT:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def port_from_text(text: str) -> int:
    """Return a port number, 1 to 65535; raises InvalidText."""
    port = decimal(text, MAX_U16)
    if not port:
        raise InvalidText(f"{quoted(text)} is not a port", hint=_PORTS)
    return port


def check_port(port: int) -> None:
    """Raise InvalidText for a number that is no port."""
    if not 0 < port <= MAX_U16:
        raise InvalidText(f"{port} is not a port", hint=_PORTS)


def _split_port(text: str, default_port: int) -> tuple[str, int]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or ":" not in host or rest[:1] not in ("", ":"):
            raise InvalidText(f"{quoted(text)} is not a server", hint="an IPv6 address with a port: [2001:db8::1]:53")
        return host, port_from_text(rest[1:]) if rest else default_port
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port_from_text(port)
    return text, default_port


def _looks_like_ipv4(host: str) -> bool:
    """Tell a wrong IPv4 address from a host name: no top-level domain is a number (RFC 3696, section 2)."""
    return host.rpartition(".")[2].isdecimal()
