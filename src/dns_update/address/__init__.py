"""Where addresses come from: sources as users write them, and what they give; each kind has a file of its own."""

from __future__ import annotations

from dns_update.errors import InvalidText, NoAddress, quoted
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_cidr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    # The octets of an address are a source that gives just them: what the user wrote is taken as it is.
    Source: TypeAlias = "bytes | Interface | Command"

_LATER = ("prefix", "dns", "http", "https")
_FAMILIES = {"/ipv4": IPV4_OCTETS, "/ipv6": IPV6_OCTETS}
_INTERFACE_OCTETS = 15  # linux/if.h: IFNAMSIZ is 16, with a NUL at the end
_MOST_LISTED = 8  # a machine can have thousands of interfaces and addresses; a message is one line


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
    """The first line that a program prints: `line` as the user wrote it, `words` as a shell splits it.

    No text of it shows the arguments: they may hold a secret. Raises InvalidText if there is no program in the line.
    """

    __slots__ = ("line", "words")
    line: str
    words: tuple[str, ...]

    def __init__(self, line: str) -> None:
        import shlex  # noqa: PLC0415 - it imports re, not needed for other sources

        example = "as command:/usr/local/bin/my-address"
        if "\0" in line:
            raise InvalidText("command: a NUL stands in it", hint=example)
        try:
            words = tuple(shlex.split(line))
        except ValueError as error:
            raise InvalidText(f"command: {error}", hint="quotes and backslashes mean what they mean to sh") from error
        if not words or not words[0]:
            raise InvalidText("command: names no program", hint=example)
        self._fill(line=line, words=words)

    def __str__(self) -> str:
        name, equals, _value = self.words[0].partition("=")  # TOKEN=secret before a program, as for a shell
        return repr(f"{name}=..." if equals else name)

    def __repr__(self) -> str:
        return f"Command({self})"


def sources_from_text(text: str) -> tuple[Source, ...]:
    """Read one or several address sources, with commas between; what follows `command:` is all the command's.

    Raises InvalidText.
    """
    elements = _elements(text)
    if len(elements) > 1 and "" in elements:
        place = elements.index("") + 1
        raise InvalidText(
            f"an address is empty, number {place} of the list", hint="a comma only stands between two addresses"
        )
    return tuple(map(_source_from_text, elements))


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


def some_of(texts: Sequence[str]) -> str:
    """Return the texts with commas between; if there are many, a few of them and how many more."""
    if len(texts) <= _MOST_LISTED:
        return ", ".join(texts)
    return f"{', '.join(texts[:_MOST_LISTED])} and {len(texts) - _MOST_LISTED} more"


def _elements(text: str) -> list[str]:
    elements = []
    comma, rest = ",", text
    while comma:
        if rest.strip().startswith("command:"):
            element, comma, rest = rest, "", ""
        else:
            element, comma, rest = rest.partition(",")
        elements.append(element.strip())
    return elements


def _source_from_text(text: str) -> Source:
    kind, colon, rest = text.partition(":")
    if colon and kind == "interface":
        return _interface_from_text(rest)
    if colon and kind == "command":
        return Command(rest.strip())
    if colon and kind in _LATER:  # what follows may hold a password
        raise InvalidText(f"the address source {kind}: is not there yet", hint="use interface:NAME or command:PROGRAM")
    if colon and _is_word(kind):
        raise InvalidText(
            f"there is no address source {quoted(kind + colon)}", hint="there are interface:NAME and command:PROGRAM"
        )
    if not text:
        raise InvalidText("an address is empty", hint="as 203.0.113.45, 2001:db8::1 or interface:ppp0")
    if colon and "%" in text:  # RFC 4007, section 11
        zone = quoted("%" + text.partition("%")[2])
        raise InvalidText(
            f"{quoted(text)} is not an IPv6 address for DNS, which has no zones", hint=f"leave {zone} out"
        )
    return parse_cidr(text)


def _is_word(kind: str) -> bool:
    """Tell whether it is more likely the name of a source than the first group of an IPv6 address."""
    return len(kind) > 1 and kind.isalpha() and not all(letter in "abcdefABCDEF" for letter in kind)


def _interface_from_text(text: str) -> Interface:
    name, octets = text, None
    for suffix, size in _FAMILIES.items():
        if text.endswith(suffix):
            name, octets = text.removesuffix(suffix), size
    reason = _no_interface_because(name)
    if reason is not None:
        raise InvalidText(
            f"{quoted(f'interface:{text}')} names no interface{reason}",
            hint="as interface:ppp0, interface:ppp0/ipv4, interface:ppp0/ipv6",
        )
    return Interface(name, octets)


def _no_interface_because(name: str) -> str | None:
    """Say why no interface can have the name (Linux's dev_valid_name); None if one can."""
    octets = len(name.encode(errors="replace"))
    reasons = {
        "": not name,
        ": it has a blank": any(map(str.isspace, name)),
        ": it has a character that cannot be printed": not name.isprintable(),
        ": it has a slash": "/" in name,
        ": it has a colon": ":" in name,
        ": the kernel allows no such name": name in (".", ".."),
        f": it has {octets} octets, and at most {_INTERFACE_OCTETS} are possible": octets > _INTERFACE_OCTETS,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _ask(source: Interface | Command, log: Callable[[str], None], *, allow_private: bool) -> list[bytes]:
    from dns_update.address.reach import LINK_LOCAL, unreachable_because  # noqa: PLC0415 - literals are not judged

    candidates = _candidates(source)
    if allow_private:
        return _one_a_family(candidates)
    refused = {address: reason for address in candidates if (reason := unreachable_because(address)) is not None}
    public = _one_a_family([address for address in candidates if address not in refused])
    if not public:
        texts = [f"{format_address(address)} ({reason})" for address, reason in refused.items()]
        raise NoAddress(
            f"{source} has only addresses that the world cannot reach: {some_of(texts)}",
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
