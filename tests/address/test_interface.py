"""The addresses of an interface and of its prefix, from what the kernel knows."""

import pytest

from dns_update.address import Interface, Prefix, find_addresses
from dns_update.address.interface import addresses_of_interface, addresses_of_prefix
from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.netlink import AddressEntry, AddressFlag, Event, LinkEntry, LinkFlag
from dns_update.errors import NoAddress
from dns_update.wire.inet import format_address, parse_address


def interfaces_of(*entries: AddressEntry, flags: int = LinkFlag.UP | LinkFlag.RUNNING, names: int = 1) -> Interfaces:
    """Return a table with interfaces veth1, veth2 and so on, and these addresses."""
    interfaces = Interfaces()
    for index in range(1, names + 1):
        interfaces.apply(Event(LinkEntry(index, (f"veth{index}",), flags)), now=0)
    for entry in entries:
        interfaces.apply(Event(entry), now=0)
    return interfaces


def entry(text: str, *, flags: int = 0, preferred: int = 3600, scope: int = 0) -> AddressEntry:
    """Return an address of veth1."""
    address, _slash, length = text.partition("/")
    return AddressEntry(
        1, parse_address(address), prefix_length=int(length), flags=flags, preferred=preferred, scope=scope
    )


def prefixed(interfaces: Interfaces, host: str = "::5", length: int = 64) -> list[str]:
    source = Prefix("veth1", parse_address(host), length)
    return [format_address(address) for address in addresses_of_prefix(source, interfaces)]


def refusal(source: Interface | Prefix, interfaces: Interfaces) -> NoAddress:
    with pytest.raises(NoAddress) as caught:
        find_addresses([source], allow_private=True, log=pytest.fail, interfaces=interfaces)
    return caught.value


SOURCES = [Interface("none"), Prefix("none", parse_address("::5"))]


@pytest.mark.parametrize("source", SOURCES, ids=["interface", "prefix"])
def test_an_interface_that_is_not_there_has_a_hint_with_those_that_are(source: Interface | Prefix) -> None:
    error = refusal(source, interfaces_of(names=2))
    assert error.text == "there is no interface none"
    assert error.hint == "there are veth1, veth2"


def test_a_hint_names_a_few_of_many_interfaces() -> None:
    hint = refusal(Interface("none"), interfaces_of(names=300)).hint
    assert hint == f"there are {', '.join(f'veth{number}' for number in range(1, 9))} and 292 more"


def test_an_interface_that_is_switched_off_has_no_address() -> None:
    error = refusal(Interface("veth1"), interfaces_of(entry("1.2.3.4/24"), flags=0))
    assert error.text == "interface veth1 is switched off"
    assert error.hint == "ip link set veth1 up switches it on"


def test_a_cable_pulled_out_takes_no_address_away() -> None:
    interfaces = interfaces_of(entry("1.2.3.4/24"), flags=LinkFlag.UP)
    assert addresses_of_interface(Interface("veth1"), interfaces) == [b"\1\2\3\4"]


@pytest.mark.parametrize(
    ("own", "host", "length", "made"),
    [
        ("2600:1:2:3::9/64", "::5", 64, ["2600:1:2:3::5"]),
        ("2600:1:2:3::9/64", "::1:2:3:4", 64, ["2600:1:2:3:1:2:3:4"]),
        ("2600:1:2:3ff::9/64", "::7:0:0:0:5", 56, ["2600:1:2:307::5"]),
        ("2600:1:2:3::9/48", "::5", 64, ["2600:1:2:3::5"]),
        ("2600:1:2:3::9/80", "::5", 80, ["2600:1:2:3::5"]),
        ("2600:1:2:3:4:5:6:7/127", "::1", 127, ["2600:1:2:3:4:5:6:7"]),
    ],
)
def test_a_prefix_takes_the_host_part_in_place_of_its_own(own: str, host: str, length: int, made: list[str]) -> None:
    assert prefixed(interfaces_of(entry(own)), host, length) == made


def test_the_prefix_that_stays_preferred_longest_comes_first() -> None:
    interfaces = interfaces_of(
        entry("2600:1::9/64", preferred=1800), entry("2600:2::9/64"), entry("fd00::9/64", preferred=60)
    )
    assert prefixed(interfaces) == ["2600:2::5", "2600:1::5", "fd00::5"]


def test_addresses_of_one_prefix_make_one_address() -> None:
    assert prefixed(interfaces_of(entry("2600:1::9/64"), entry("2600:1::a/64"))) == ["2600:1::5"]


@pytest.mark.parametrize("flag", [AddressFlag.TENTATIVE, AddressFlag.DEPRECATED, AddressFlag.SECONDARY])
def test_an_address_that_is_not_published_gives_no_prefix(flag: int) -> None:
    error = refusal(Prefix("veth1", parse_address("::5")), interfaces_of(entry("2600:1::9/64", flags=flag)))
    assert error.text == "interface veth1 has no IPv6 prefix of 64 bits: no usable IPv6 address"


@pytest.mark.parametrize(
    ("own", "length", "says"),
    [
        (["1.2.3.4/24"], 64, "of 64 bits: no usable IPv6 address"),
        (["fe80::1/64"], 64, "of 64 bits: no usable IPv6 address"),
        (["2600:1::9/128"], 64, "of 64 bits: only /128"),
        (["2600:1::9/128"], 56, "of 64 bits: only /128"),
        (["2600:1::9/128", "2600:2::9/80"], 72, "of 72 bits: only /80, /128"),
    ],
)
def test_without_a_prefix_the_reason_is_said(own: list[str], length: int, says: str) -> None:
    error = refusal(Prefix("veth1", parse_address("::5"), length), interfaces_of(*map(entry, own)))
    assert error.text == f"interface veth1 has no IPv6 prefix {says}"
    assert "the LAN's" in error.hint
