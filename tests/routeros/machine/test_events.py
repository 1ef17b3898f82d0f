"""Which scripts an event of an interface starts, and what they are told; netwatch entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dns_update.errors import InvalidText
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.machine.events import RouterHooks, Watch
from dns_update.routeros.machine.lease_facts import facts_in, gateway_in
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.values import text_of
from tests.routeros.machine.fakes import entry, interfaces_of, link, machine_with

if TYPE_CHECKING:
    from dns_update.address.kernel.interfaces import Interfaces

_NAMES = InterfaceNames((("ether1", "eth0"), ("pppoe-out1", "ppp0")))
_ETH0, _PPP0 = link(2, "eth0"), link(3, "ppp0")
_LEASE, _OTHER = entry(2, "203.0.113.88/24"), entry(2, "203.0.113.99/24")
_DIALLED = entry(3, "198.51.100.7/32", peer=b"\xc6\x33\x64\x01")


def _hooks(script: str) -> RouterHooks:
    machine, _outside = machine_with()
    Evaluator(machine, {}).run(script)
    return RouterHooks(machine.storage, _NAMES, lambda name, index: {"gateway-address": f"of {name} {index}"})


def _told(hooks: RouterHooks, interfaces: Interfaces, *names: str) -> list[tuple[str, str, dict[str, str]]]:
    events = hooks.events(interfaces, frozenset(names))
    return [
        (event.entry, text_of(event.commands), {name: text_of(value) for name, value in event.variables})
        for event in events
    ]


def test_a_dhcp_script_runs_when_a_lease_comes_changes_and_goes() -> None:
    hooks = _hooks('/ip dhcp-client add interface=ether1 script="lease"')
    bound = {"bound": "1", "interface": "ether1", "gateway-address": "of eth0 2"}
    assert _told(hooks, interfaces_of(_ETH0), "eth0") == []
    first = _told(hooks, interfaces_of(_ETH0, _LEASE), "eth0")
    assert first == [("dhcp-client:ether1", "lease", {**bound, "lease-address": "203.0.113.88"})]
    assert _told(hooks, interfaces_of(_ETH0, _LEASE), "eth0") == []
    second = _told(hooks, interfaces_of(_ETH0, _OTHER), "eth0")
    assert second == [("dhcp-client:ether1", "lease", {**bound, "lease-address": "203.0.113.99"})]
    gone = _told(hooks, interfaces_of(_ETH0), "eth0")
    told = {"bound": "0", "lease-address": "203.0.113.99", "interface": "ether1"}
    assert gone == [("dhcp-client:ether1", "lease", told)]


def test_another_interface_starts_nothing() -> None:
    hooks = _hooks('/ip dhcp-client add interface=ether1 script="lease"')
    assert _told(hooks, interfaces_of(_ETH0, _LEASE, _PPP0, _DIALLED), "ppp0") == []


def test_a_disabled_row_starts_nothing() -> None:
    hooks = _hooks('/ip dhcp-client add interface=ether1 script="lease" disabled=yes')
    assert _told(hooks, interfaces_of(_ETH0, _LEASE), "eth0") == []


@pytest.mark.parametrize(
    "script",
    [
        '/ppp profile add name=isp on-up="up" on-down="down"',
        '/ppp profile set default on-up="up" on-down="down"',
        '/ppp profile set [find name=default] on-up="up" on-down="down"',
        '/interface pppoe-client add name=pppoe-out1 on-up="up" on-down="down"',
        '/ppp profile add name=isp on-up="up" on-down="down"\n/interface pppoe-client add name=pppoe-out1 profile=isp',
    ],
)
def test_a_connection_tells_the_id_of_its_interface_and_both_addresses(script: str) -> None:
    hooks = _hooks(script)
    local_only = entry(3, "fe80::1/64")
    assert _told(hooks, interfaces_of(_PPP0, local_only), "ppp0") == []
    (up,) = _told(hooks, interfaces_of(_PPP0, local_only, _DIALLED), "ppp0")
    told = {"interface": "*3", "local-address": "198.51.100.7", "remote-address": "198.51.100.1"}
    assert up == ("ppp:pppoe-out1", "up", told)
    assert _told(hooks, interfaces_of(_PPP0, _DIALLED), "ppp0") == []
    (down,) = _told(hooks, interfaces_of(_PPP0), "ppp0")
    assert down == ("ppp:pppoe-out1", "down", {"interface": "*3"})


def test_a_profile_is_for_its_own_clients() -> None:
    hooks = _hooks(
        '/ppp profile add name=other on-up="up"\n/interface pppoe-client add name=pppoe-out1 profile=isp\n'
        "/interface pppoe-client add name=ether1 profile=other"
    )
    assert _told(hooks, interfaces_of(_PPP0, _DIALLED), "ppp0") == []
    assert [commands for _entry, commands, _told in _told(hooks, interfaces_of(_ETH0, _LEASE), "eth0")] == ["up"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "host"),
        ({"host": "-x"}, "host"),
        ({"host": "192.0.2.1", "interval": "often"}, "interval"),
        ({"host": "192.0.2.1", "interval": "0"}, "interval"),
        ({"host": "192.0.2.1", "timeout": "2w"}, "timeout"),
        ({"host": "192.0.2.1", "type": "tcp-conn", "port": "x"}, "port"),
        ({"host": "192.0.2.1", "type": "tcp-conn", "port": 65536}, "port"),
    ],
)
def test_a_netwatch_entry_that_cannot_be_read_is_refused(row: dict[str, str | int], says: str) -> None:
    with pytest.raises(InvalidText, match=f"invalid value for argument {says}"):
        Watch.from_row(row)


def test_a_netwatch_entry_says_how_its_host_is_asked() -> None:
    plain = Watch.from_row({"host": "192.0.2.1", "up-script": "u"})
    assert (plain.port, plain.interval, plain.timeout) == (0, 10.0, 3.0)
    tcp = Watch.from_row({"host": "192.0.2.1", "type": "tcp-conn", "port": 53, "interval": "00:01:00", "timeout": "1s"})
    assert (tcp.port, tcp.interval, tcp.timeout) == (53, 60.0, 1.0)
    assert Watch.from_row({"host": "192.0.2.1", "type": "https-get"}).port == 443
    up = plain.event(is_up=True)
    assert up is not None
    assert (up.entry, up.commands, dict(up.variables)) == (
        "netwatch:192.0.2.1", "u", {"host": "192.0.2.1", "status": "up"},
    )  # fmt: skip
    assert plain.event(is_up=False) is None


def test_the_gateway_is_that_of_the_default_route() -> None:
    routes = (
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
        "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    )
    assert gateway_in(routes, "eth0") == "192.0.2.1"
    assert gateway_in(routes, "ppp0") == gateway_in(routes, "eth1") == gateway_in("", "eth0") == ""


def test_a_lease_of_networkd_has_server_and_router() -> None:
    lease = "# private\nADDRESS=203.0.113.88\nROUTER=203.0.113.65 203.0.113.66\nSERVER_ADDRESS=203.0.113.70\n"
    assert facts_in(lease) == {"gateway-address": "203.0.113.65", "server-address": "203.0.113.70"}
    assert facts_in("ROUTER=x\nSERVER_ADDRESS\n") == {}
