"""Where the address may come from on this machine: interfaces with a public address, then what others see."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.special_purpose import unreachable_because
from dns_update.value import Value
from dns_update.wire.inet import format_address

_SEEN = "the address that the Internet sees, asked from well-known name servers"
_MOST_ADDRESSES = 3  # of one interface: a line is one line


class Offer(Value):
    """A source that can be chosen, as a user writes it, and what is known of it."""

    source: str
    about: str


def address_offers(interfaces: Interfaces | None) -> tuple[Offer, ...]:
    """Return the sources to offer, the best first; there is always one. None: the interfaces are not known."""
    found = () if interfaces is None else tuple(_public(interfaces))
    return (*found, Offer("dns:", _SEEN))


def _public(interfaces: Interfaces) -> Iterator[Offer]:
    for name in interfaces.names:
        usable = [entry.address for entry in interfaces.usable(name)]
        public = [format_address(address) for address in usable if unreachable_because(address) is None]
        if public:
            yield Offer(f"interface:{name}", ", ".join(public[:_MOST_ADDRESSES]))
