"""The interfaces and addresses of this machine as the rows of a router's menus."""

from __future__ import annotations

from dns_update.routeros.machine.menus import address_rows, interface_rows, lease_rows
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.values import ItemId
from tests.routeros.machine.fakes import PERMANENT, entry, interfaces_of, link

_NAMES = InterfaceNames((("ether1", "eth0"), ("pppoe-out1", "ppp0")))
_INTERFACES = interfaces_of(
    link(1, "lo"),
    link(2, "eth0"),
    link(3, "ppp0"),
    link(4, "br0", flags=1),
    link(5, "eth9", flags=0),
    entry(2, "203.0.113.45/24"),
    entry(2, "203.0.113.46/24", flags=PERMANENT | 1),
    entry(2, "fe80::1/64", flags=PERMANENT),
    entry(2, "2001:db8::5/64"),
    entry(3, "198.51.100.7/32", peer=b"\xc6\x33\x64\x01", flags=PERMANENT),
    entry(5, "192.0.2.5/24"),
)


def test_interfaces_have_the_routers_names_and_their_state() -> None:
    rows = interface_rows(_INTERFACES, _NAMES)
    assert [(row["name"], row["default-name"], row["type"], row["running"], row["disabled"]) for row in rows] == [
        ("lo", "lo", "loopback", True, False),
        ("ether1", "eth0", "ether", True, False),
        ("pppoe-out1", "ppp0", "pppoe-out", True, False),
        ("br0", "br0", "bridge", False, False),
        ("eth9", "eth9", "ether", False, True),
    ]
    assert rows[1][".id"] == ItemId("*2")


def test_ipv4_addresses_have_their_prefix_and_are_dynamic_if_they_have_a_lifetime() -> None:
    rows = address_rows(_INTERFACES, _NAMES, 4)
    assert [(row["interface"], row["address"], row["network"], row["dynamic"]) for row in rows] == [
        ("ether1", "203.0.113.45/24", "203.0.113.0", True),
        ("ether1", "203.0.113.46/24", "203.0.113.0", False),
        ("pppoe-out1", "198.51.100.7/32", "198.51.100.1", False),
    ]
    assert len({row[".id"] for row in rows}) == 3


def test_link_local_addresses_are_left_out() -> None:
    rows = address_rows(_INTERFACES, _NAMES, 16)
    assert [(row["interface"], row["address"], row["global"]) for row in rows] == [("ether1", "2001:db8::5/64", True)]


def test_dhcp_clients_are_those_with_a_lifetime_and_those_of_the_file() -> None:
    rows = lease_rows(_INTERFACES, _NAMES, ({"interface": "br0", "script": "x"}, {"interface": "gone"}))
    assert [(row["interface"], row.get("status"), row.get("address"), row.get("script")) for row in rows] == [
        ("ether1", "bound", "203.0.113.45/24", None),
        ("br0", "searching...", None, "x"),
        ("gone", None, None, None),
    ]


def test_an_interface_whose_name_the_map_gives_to_another_is_left_out() -> None:
    names = InterfaceNames((("lo", "eth0"),))
    assert [row["name"] for row in interface_rows(_INTERFACES, names)] == ["lo", "ppp0", "br0", "eth9"]
