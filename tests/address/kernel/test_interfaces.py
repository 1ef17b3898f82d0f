"""What is known of interfaces and addresses, in whatever order the kernel reports it."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.netlink import (
    FOREVER,
    AddressEntry,
    AddressFlag,
    DefaultRoute,
    Event,
    LinkEntry,
    LinkFlag,
)
from dns_update.wire.inet import format_address, parse_address

UP = LinkFlag.UP | LinkFlag.RUNNING


def link(index: int = 1, *names: str, flags: int = UP) -> LinkEntry:
    return LinkEntry(index, names or ("ppp0",), flags)


def entry(text: str, *, index: int = 1, length: int = 64, **fields: object) -> AddressEntry:
    return AddressEntry(index, parse_address(text), **{"prefix_length": length, **fields})  # type: ignore[arg-type]


def interfaces_of(*subjects: AddressEntry | LinkEntry | Event, now: float = 0) -> Interfaces:
    interfaces = Interfaces()
    for subject in subjects:
        interfaces.apply(subject if isinstance(subject, Event) else Event(subject), now=now)
    return interfaces


def gone(subject: AddressEntry | LinkEntry) -> Event:
    return Event(subject, is_gone=True)


def usable(interfaces: Interfaces, name: str = "ppp0") -> list[str]:
    return [format_address(one.address) for one in interfaces.usable(name)]


def test_an_address_is_usable_from_when_it_comes_until_it_goes() -> None:
    interfaces = interfaces_of(link(), entry("1.2.3.4"))
    assert usable(interfaces) == ["1.2.3.4"]
    interfaces.apply(gone(entry("1.2.3.4")), now=0)
    assert usable(interfaces) == []


def test_an_address_may_come_before_its_link() -> None:
    interfaces = interfaces_of(entry("1.2.3.4"))
    assert usable(interfaces) == []
    interfaces.apply(Event(link()), now=0)
    assert usable(interfaces) == ["1.2.3.4"]


@pytest.mark.parametrize("flag", ["TENTATIVE", "DEPRECATED", "SECONDARY", "DADFAILED"])
def test_a_flag_that_comes_takes_an_ipv6_address_away_and_brings_it_back(flag: str) -> None:
    interfaces = interfaces_of(link(), entry("2600::1"))
    interfaces.apply(Event(entry("2600::1", flags=getattr(AddressFlag, flag))), now=0)
    assert usable(interfaces) == []
    interfaces.apply(Event(entry("2600::1")), now=0)
    assert usable(interfaces) == ["2600::1"]


def test_a_secondary_ipv4_address_is_usable_behind_the_primary_one() -> None:
    interfaces = interfaces_of(link(), entry("1.2.3.4", flags=AddressFlag.SECONDARY), entry("1.2.3.5", created=9))
    assert usable(interfaces) == ["1.2.3.5", "1.2.3.4"]


def test_a_link_that_is_switched_off_has_none_until_it_is_on_again() -> None:
    interfaces = interfaces_of(link(), entry("1.2.3.4"))
    interfaces.apply(Event(link(flags=0)), now=0)
    assert usable(interfaces) == []
    interfaces.apply(Event(link(flags=LinkFlag.UP)), now=0)
    assert usable(interfaces) == ["1.2.3.4"]


def test_a_link_that_goes_takes_its_addresses_along() -> None:
    interfaces = interfaces_of(link(), entry("1.2.3.4"), gone(link()), link())
    assert usable(interfaces) == []


def test_a_link_that_is_renamed_keeps_its_addresses() -> None:
    interfaces = interfaces_of(link(), entry("1.2.3.4"), link(1, "wan"))
    assert usable(interfaces) == []
    assert usable(interfaces, "wan") == ["1.2.3.4"]
    assert interfaces.names == ("wan",)


def test_two_links_may_swap_their_names() -> None:
    interfaces = interfaces_of(link(1, "a"), link(2, "b"), entry("1.2.3.4"), entry("5.6.7.8", index=2))
    for renamed in (link(1, "x"), link(2, "a"), link(1, "b")):
        interfaces.apply(Event(renamed), now=0)
    assert (usable(interfaces, "a"), usable(interfaces, "b"), usable(interfaces, "x")) == (["5.6.7.8"], ["1.2.3.4"], [])


def test_a_link_is_known_by_its_alternative_names_too() -> None:
    interfaces = interfaces_of(link(1, "eth0", "enp3s0"), entry("1.2.3.4"))
    assert usable(interfaces, "enp3s0") == ["1.2.3.4"]
    assert interfaces.names == ("eth0",)
    interfaces.apply(Event(link(1, "eth0")), now=0)
    assert interfaces.link("enp3s0") is None


def test_one_ipv4_address_may_be_there_with_two_prefix_lengths() -> None:
    interfaces = interfaces_of(
        link(), entry("1.2.3.4", length=24), entry("1.2.3.4", length=32), gone(entry("1.2.3.4", length=24))
    )
    assert usable(interfaces) == ["1.2.3.4"]


def test_an_ipv6_address_is_there_once_whatever_its_prefix_length() -> None:
    assert usable(interfaces_of(link(), entry("2600::1", length=64), gone(entry("2600::1", length=128)))) == []


def test_the_longest_lifetime_that_was_granted_wins() -> None:
    interfaces = interfaces_of(link(), entry("2600:1::1", preferred=1800), entry("2600:2::1", preferred=3600))
    assert usable(interfaces) == ["2600:2::1", "2600:1::1"]
    interfaces.apply(Event(entry("2600:3::1", preferred=FOREVER)), now=0)
    assert usable(interfaces)[0] == "2600:3::1"


def test_two_routers_that_announce_in_turn_do_not_change_the_order() -> None:
    """The router that announced last has more lifetime left; by that measure, the name would change without end."""
    interfaces = interfaces_of(
        link(), entry("2600:1::1", preferred=1800, created=1), entry("2600:2::1", preferred=1800, created=2)
    )
    orders = set()
    for round_ in range(1, 20):
        now = round_ * 97.3
        name = f"2600:{round_ % 2 + 1}::1"
        announced = entry(name, preferred=1800, created=round_ % 2 + 1, updated=int(now * 100))
        interfaces.apply(Event(announced), now=now)
        orders.add(tuple(usable(interfaces)))
    assert orders == {("2600:2::1", "2600:1::1")}


def test_the_time_at_which_the_kernel_is_asked_does_not_change_the_order() -> None:
    """The remaining lifetime is reported in whole seconds, which change at a different moment for each address."""
    for now in range(0, 900, 7):
        left = [1800 - (now * 100 - updated) // 100 - (now * 100 < updated) for updated in (0, 90)]
        first = entry("2600:1::1", preferred=left[0], created=1, updated=0)
        second = entry("2600:2::1", preferred=left[1], created=2, updated=90)
        assert usable(interfaces_of(link(), first, second, now=now)) == ["2600:2::1", "2600:1::1"]


def test_a_router_that_renumbers_without_a_word_makes_the_new_prefix_the_best() -> None:
    old = entry("2600:1::1", preferred=1800, created=100, updated=100)
    new = entry("2600:2::1", preferred=1800, created=9000, updated=9000)
    interfaces = interfaces_of(link(), old)
    interfaces.apply(Event(new), now=90)
    assert usable(interfaces) == ["2600:2::1", "2600:1::1"]


def test_of_equal_ipv4_addresses_the_oldest_is_the_best() -> None:
    assert usable(interfaces_of(link(), entry("1.2.3.5", created=2), entry("1.2.3.9", created=1))) == [
        "1.2.3.9",
        "1.2.3.5",
    ]


def test_wider_scope_goes_first() -> None:
    interfaces = interfaces_of(link(), entry("fe80::1", scope=253), entry("2600::1", preferred=60))
    assert usable(interfaces) == ["2600::1", "fe80::1"]


def test_a_default_route_is_nobodys_address() -> None:
    interfaces = interfaces_of(link(), entry("1.2.3.4"))
    interfaces.take_touched()
    interfaces.apply(Event(DefaultRoute(4)), now=0)
    assert (usable(interfaces), interfaces.take_touched()) == (["1.2.3.4"], frozenset())


def test_what_was_touched_is_said_once() -> None:
    interfaces = interfaces_of(link(1, "a"), link(2, "b", "b-too"))
    assert interfaces.take_touched() == {"a", "b", "b-too"}
    interfaces.apply(Event(entry("1.2.3.4")), now=0)
    assert interfaces.take_touched() == {"a"}
    assert interfaces.take_touched() == frozenset()
    interfaces.apply(Event(link(2, "c")), now=0)
    assert interfaces.take_touched() == {"b", "b-too", "c"}
    interfaces.apply(gone(link(1, "a")), now=0)
    assert interfaces.take_touched() == {"a"}
    interfaces.touch(["x"])
    assert interfaces.take_touched() == {"x"}


ADDRESSES = ("1.2.3.4", "5.6.7.8", "2600:1::1", "2600:2::1", "2600:3::1")
NAMES = ("a", "b", "c")
FLAGS = (0, AddressFlag.TENTATIVE, AddressFlag.DEPRECATED, AddressFlag.SECONDARY)


@dataclass
class Kernel:
    """A model of what the kernel has, and of how it reports it."""

    now: int = 0
    links: dict[int, LinkEntry] = field(default_factory=dict)
    addresses: dict[tuple[int, str, int], AddressEntry] = field(default_factory=dict)
    granted: dict[tuple[int, str, int], int] = field(default_factory=dict)

    def dump(self) -> list[Event]:
        return [Event(one) for one in self.links.values()] + [Event(self._aged(key)) for key in self.addresses]

    def set_link(self, index: int, name: str, flags: int) -> list[Event]:
        if any(index != other and name in one.names for other, one in self.links.items()):
            return []
        self.links[index] = LinkEntry(index, (name,), flags)
        return [Event(self.links[index])]

    def remove_link(self, index: int, *, tells_of_addresses: bool) -> list[Event]:
        if index not in self.links:
            return []
        lost = [key for key in self.addresses if key[0] == index]
        events = [gone(self.addresses.pop(key)) for key in lost] if tells_of_addresses else []
        for key in lost:
            self.addresses.pop(key, None)
        return [*events, gone(self.links.pop(index))]

    def set_address(self, index: int, text: str, length: int, flags: int, preferred: int) -> list[Event]:
        if index not in self.links:
            return []
        key = (index, text, length if "." in text else 64)
        created = self.addresses[key].created if key in self.addresses else self.now * 100
        self.granted[key] = preferred
        self.addresses[key] = entry(
            text,
            index=index,
            length=key[2],
            flags=flags,
            preferred=preferred,
            created=created,
            updated=self.now * 100,
        )
        return [Event(self._aged(key))]

    def remove_address(self, index: int, text: str, length: int) -> list[Event]:
        key = (index, text, length if "." in text else 64)
        return [gone(self.addresses.pop(key))] if key in self.addresses else []

    def _aged(self, key: tuple[int, str, int]) -> AddressEntry:
        told = self.addresses[key]
        granted = self.granted[key]
        left = granted if granted == FOREVER else max(0, granted - (self.now - told.updated // 100))
        return entry(
            key[1],
            index=key[0],
            length=key[2],
            flags=told.flags,
            preferred=left,
            created=told.created,
            updated=told.updated,
        )


@st.composite
def histories(draw: DrawFn) -> tuple[Kernel, list[tuple[int, Event]], int]:
    """Return a kernel, everything that it reported and when, and how much of that came before a dump."""
    kernel = Kernel()
    told: list[tuple[int, Event]] = []
    index, length = st.sampled_from([1, 2, 3]), st.sampled_from([24, 32])
    for _ in range(draw(st.integers(0, 25))):
        kernel.now += draw(st.integers(0, 500))
        step = draw(st.sampled_from(["link", "link", "no link", "address", "address", "address", "no address"]))
        events: list[Event] = []
        if step == "link":
            events = kernel.set_link(draw(index), draw(st.sampled_from(NAMES)), draw(st.sampled_from([UP, 1, 0])))
        elif step == "no link":
            events = kernel.remove_link(draw(index), tells_of_addresses=draw(st.booleans()))
        elif step == "address":
            lifetime = draw(st.sampled_from([10000, 20000, FOREVER]))
            address = draw(st.sampled_from(ADDRESSES))
            events = kernel.set_address(draw(index), address, draw(length), draw(st.sampled_from(FLAGS)), lifetime)
        else:
            events = kernel.remove_address(draw(index), draw(st.sampled_from(ADDRESSES)), draw(length))
        told += [(kernel.now, event) for event in events]
    return kernel, told, draw(st.integers(0, len(told)))


def keys(interfaces: Interfaces) -> dict[str, list[tuple[bytes, int]]]:
    return {name: [(one.address, one.prefix_length) for one in interfaces.usable(name)] for name in NAMES}


@given(histories())
def test_events_one_by_one_make_the_same_table_as_a_fresh_dump(
    history: tuple[Kernel, list[tuple[int, Event]], int],
) -> None:
    kernel, told, _ = history
    followed, fresh = Interfaces(), Interfaces()
    for now, event in told:
        followed.apply(event, now=now)
    for event in kernel.dump():
        fresh.apply(event, now=kernel.now)
    assert keys(followed) == keys(fresh)
    assert followed.names == fresh.names


@given(histories())
def test_events_that_are_told_twice_change_nothing(history: tuple[Kernel, list[tuple[int, Event]], int]) -> None:
    """A dump may have what a later event in the queue reports again."""
    kernel, told, again = history
    once, twice = Interfaces(), Interfaces()
    for now, event in told:
        once.apply(event, now=now)
    for now, event in [*told, *told[again:]]:
        twice.apply(event, now=now)
    assert keys(once) == keys(twice)
    assert kernel.links.keys() == {one.index for name in NAMES if (one := twice.link(name)) is not None}
