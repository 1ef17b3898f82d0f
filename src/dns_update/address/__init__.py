"""Where addresses come from: sources as users write them, and what they give; each kind has a file of its own."""

from __future__ import annotations

from dns_update.errors import InvalidText, NoAddress
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_cidr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    # The octets of an address are a source that gives just them: what the user wrote is taken as it is.
    Source: TypeAlias = "bytes | Interface | Command"

LINK_LOCAL = "link-local"
_LATER = ("prefix:", "dns:", "http:", "https:")
_FAMILIES = {"/ipv4": IPV4_OCTETS, "/ipv6": IPV6_OCTETS}


class Interface(Value):
    """The address of a network interface; `octets` is 4 or 16 for one family only, None for both."""

    __slots__ = ("name", "octets")
    name: str
    octets: int | None

    def __init__(self, name: str, octets: int | None = None) -> None:
        self._fill(name=name, octets=octets)

    def __str__(self) -> str:
        return f"interface {self.name}"


class Command(Value):
    """The first line that a program prints."""

    __slots__ = ("line",)
    line: str

    def __init__(self, line: str) -> None:
        self._fill(line=line)

    def __str__(self) -> str:
        return f"{self.line!r}"


def sources_from_text(text: str) -> tuple[Source, ...]:
    """Read one or several address sources, with commas between; what follows `command:` is all the command's.

    Raises InvalidText.
    """
    sources: list[Source] = []
    rest = text
    while True:
        if rest.strip().startswith("command:"):
            element, comma, rest = rest, "", ""
        else:
            element, comma, rest = rest.partition(",")
        sources.append(_source_from_text(element.strip()))
        if not comma:
            return tuple(sources)


def find_addresses(sources: Iterable[Source], *, allow_private: bool, log: Callable[[str], None]) -> tuple[bytes, ...]:
    """Return the addresses that the sources give now, without repetitions: the best one of each family of each source.

    Addresses that the world cannot reach are refused when they come from a source, unless `allow_private`; where
    another family has a better one, `log` is told of them. Raises NoAddress if any source gives none.
    """
    found: dict[bytes, None] = {}
    for source in sources:
        found |= dict.fromkeys(
            [source] if isinstance(source, bytes) else _ask(source, log, allow_private=allow_private)
        )
    return tuple(found)


def _source_from_text(text: str) -> Source:
    if text.startswith("interface:"):
        return _interface_from_text(text.removeprefix("interface:"))
    if text.startswith("command:"):
        line = text.removeprefix("command:").strip()
        if not line:
            raise InvalidText("command: names no program", hint="as command:/usr/local/bin/my-address")
        return Command(line)
    if text.startswith(_LATER):
        raise InvalidText(f"the address source {text!r} is not there yet", hint="use interface:NAME or command:PROGRAM")
    if not text:
        raise InvalidText("an address is empty", hint="as 203.0.113.45, 2001:db8::1 or interface:ppp0")
    return parse_cidr(text)


def _interface_from_text(text: str) -> Interface:
    name, octets = text, None
    for suffix, size in _FAMILIES.items():
        if text.endswith(suffix):
            name, octets = text.removesuffix(suffix), size
    if not name or "/" in name or name.split() != [name]:
        raise InvalidText(
            f"'interface:{text}' names no interface", hint="interface:ppp0, interface:ppp0/ipv4, interface:ppp0/ipv6"
        )
    return Interface(name, octets)


def _ask(source: Interface | Command, log: Callable[[str], None], *, allow_private: bool) -> list[bytes]:
    candidates = _candidates(source)
    if allow_private:
        return _one_a_family(candidates)
    refused = {address: reason for address in candidates if (reason := _unreachable_because(address)) is not None}
    public = _one_a_family([address for address in candidates if address not in refused])
    texts = ", ".join(f"{format_address(address)} ({reason})" for address, reason in refused.items())
    if not public:
        raise NoAddress(
            f"{source} has only addresses that the world cannot reach: {texts}",
            hint="allow-private=yes publishes such an address all the same",
        )
    families = set(map(len, public))
    for address, reason in refused.items():
        if len(address) not in families and reason != LINK_LOCAL:  # every interface has one of those
            log(f"{source}: {format_address(address)} is not published ({reason})")
    return public


def _candidates(source: Interface | Command) -> list[bytes]:
    """Return what the source gives, the best of each family first."""
    if isinstance(source, Interface):
        from dns_update.address.interface import addresses_of_interface  # noqa: PLC0415 - only if it is asked for

        return addresses_of_interface(source)
    from dns_update.address.command import address_of_command  # noqa: PLC0415 - only if it is asked for

    return [address_of_command(source)]


def _one_a_family(addresses: list[bytes]) -> list[bytes]:
    """Keep the first address of each family: the sources give the best one first."""
    return list({len(address): address for address in reversed(addresses)}.values())


def _unreachable_because(address: bytes) -> str | None:
    """Say why the world cannot reach an address; None if it can, as far as its number tells."""
    import ipaddress  # noqa: PLC0415 - 3 ms, not needed for literals

    parsed = ipaddress.ip_address(address)
    reasons = {
        "loopback": parsed.is_loopback,
        LINK_LOCAL: parsed.is_link_local,
        "multicast": parsed.is_multicast,
        "carrier-grade NAT, 100.64.0.0/10": parsed in ipaddress.ip_network("100.64.0.0/10"),
        "unique-local": parsed in ipaddress.ip_network("fc00::/7"),
        "private or reserved": not parsed.is_global,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
