"""The known interfaces, addresses and default routes of this machine, and which addresses to publish.

Pure: its input is what the kernel lists and reports (netlink.py), and the time.

Which addresses of an interface are usable: none while the interface is switched off; of IPv6, never tentative,
deprecated or temporary ones. No clock is needed for that. When a preferred lifetime runs out, the kernel says so in an
event, with the flag "deprecated".

Which is the best: primary before secondary ones; then those of wider scope; then those with the longest preferred
lifetime, as it was granted (RFC 4862, section 5.5.4); and if that is equal, of IPv6 the youngest, of IPv4 the oldest.
The remaining lifetime does not count: if two routers announce a prefix each, either would be the best after its own
announcement, and a name would change every few minutes without end. By the granted lifetime one of them stays the best.
A router that renumbers grants the old prefix less; one that just forgets the old prefix makes the new one the youngest.

Default routes are kept only to distinguish a new one from one that is set again, as by each router advertisement. If it
is doubtful whether one still exists, it is forgotten: the kernel does not report IPv4 routes that go with an address or
a link.
"""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.address.kernel.netlink import FOREVER, AddressEntry, AddressFlag, DefaultRoute, Event, LinkEntry
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS

_NEVER_IPV6 = AddressFlag.TENTATIVE | AddressFlag.DEPRECATED | AddressFlag.SECONDARY | AddressFlag.DADFAILED
_HUNDREDTHS = 100
# Seconds by which two lifetimes must differ, roughly, to count as different: the kernel's numbers are up to two
# seconds off, since they are rounded down and then read a moment later.
_LIFETIME_GRAIN = 10


class _Ranked(Value):
    """An address and its place among those of its interface: the lowest `rank` is the best."""

    entry: AddressEntry
    rank: tuple[bool, int, float, int, bytes]

    @property
    def is_usable(self) -> bool:
        return len(self.entry.address) == IPV4_OCTETS or not self.entry.flags & _NEVER_IPV6


class Interfaces:
    """The interfaces and their addresses, kept up to date by `apply`."""

    def __init__(self) -> None:
        self._links: dict[int, LinkEntry] = {}
        self._indexes: dict[str, int] = {}
        # The kernel reports an address and its interface in either order, so the two are kept apart.
        self._addresses: dict[int, dict[object, _Ranked]] = {}
        self._touched: set[str] = set()
        self._routes: set[DefaultRoute] = set()

    def apply(self, event: Event, *, now: float) -> None:
        """Apply what the kernel reported at `now`, seconds of the monotonic clock.

        The entries of a dump are also applied as events: they exist now.
        """
        subject = event.subject
        if isinstance(subject, AddressEntry):
            self._apply_address(subject, now, is_gone=event.is_gone)
        elif isinstance(subject, LinkEntry):
            self._apply_link(subject, is_gone=event.is_gone)
        else:
            self._apply_route(subject, event)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the interfaces, in the order of their numbers, without alternative names."""
        return tuple(self._links[index].names[0] for index in sorted(self._links) if self._links[index].names)

    def link(self, name: str) -> LinkEntry | None:
        """Return the interface of that name, which may be an alternative one; None if there is none."""
        index = self._indexes.get(name)
        return None if index is None else self._links[index]

    def link_of(self, index: int) -> LinkEntry | None:
        """Return the interface of that number; None if there is none."""
        return self._links.get(index)

    def has_route(self, route: DefaultRoute) -> bool:
        """Return whether this default route is known."""
        return route in self._routes

    def forget_routes(self) -> None:
        """Forget all default routes: each one that is reported later counts as new."""
        self._routes.clear()

    def usable(self, name: str) -> tuple[AddressEntry, ...]:
        """Return the addresses of an interface that may be published, both families mixed, the best first.

        There are none if it is switched off or does not exist; `link` says which of the two.
        """
        link = self.link(name)
        if link is None or not link.is_up:
            return ()
        held = [held for held in self._addresses.get(link.index, {}).values() if held.is_usable]
        return tuple(one.entry for one in sorted(held, key=lambda one: one.rank))

    def touch(self, names: Iterable[str]) -> None:
        """Have `take_touched` also return these names."""
        self._touched.update(names)

    def take_touched(self) -> frozenset[str]:
        """Return the names of the interfaces about which anything was reported since the last call."""
        touched = frozenset(self._touched)
        self._touched.clear()
        return touched

    def _apply_address(self, entry: AddressEntry, now: float, *, is_gone: bool) -> None:
        held = self._addresses.setdefault(entry.index, {})
        if is_gone:
            held.pop(_key(entry), None)
            if len(entry.address) == IPV4_OCTETS:  # routes of any interface may have it as their source
                self._routes = {route for route in self._routes if route.octets != IPV4_OCTETS}
        else:
            held[_key(entry)] = _Ranked(entry, _rank(entry, now))
        if not held:
            del self._addresses[entry.index]
        if entry.index in self._links:
            self._touched.update(self._links[entry.index].names)

    def _apply_link(self, link: LinkEntry, *, is_gone: bool) -> None:
        before = self._links.pop(link.index, None)
        for name in before.names if before is not None else ():
            if self._indexes.get(name) == link.index:
                del self._indexes[name]
            self._touched.add(name)
        if is_gone or not link.is_up:
            self._routes = {route for route in self._routes if route.index not in (link.index, 0)}
        if is_gone:
            self._addresses.pop(link.index, None)  # a link moved to another namespace takes them along, unreported
            return
        self._links[link.index] = link
        self._indexes.update(dict.fromkeys(link.names, link.index))
        self._touched.update(link.names)

    def _apply_route(self, route: DefaultRoute, event: Event) -> None:
        if event.is_gone or event.is_replacing:
            # A route by several gateways is reported in another form when it goes.
            slot = route.octets, route.slot
            self._routes = {other for other in self._routes if (other.octets, other.slot) != slot}
        if not event.is_gone:
            self._routes.add(route)


def _rank(entry: AddressEntry, now: float) -> tuple[bool, int, float, int, bytes]:
    """Return the rank of an address; the module's docstring says why."""
    lifetime = float("inf")
    if entry.preferred != FOREVER:
        granted = now + entry.preferred - entry.updated / _HUNDREDTHS
        lifetime = round(granted / _LIFETIME_GRAIN)
    age = entry.created if len(entry.address) == IPV4_OCTETS else -entry.created
    return (bool(entry.flags & AddressFlag.SECONDARY), entry.scope, -lifetime, age, entry.address)


def _key(entry: AddressEntry) -> object:
    """Return what identifies an address of an interface for the kernel.

    An interface can have one IPv4 address several times, with other prefix lengths or other peers.
    """
    if len(entry.address) == IPV4_OCTETS:
        return entry.address, entry.prefix_length, entry.peer
    return entry.address
