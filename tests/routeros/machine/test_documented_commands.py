"""Each command of the tool's documentation and of its first manual runs here, or is answered with what Linux does."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from dns_update.routeros.described import Router
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.machine import pinging
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.this_machine import Machine, MachineSettings
from dns_update.routeros.parser import parse
from dns_update.routeros.syntax import Call, CommandNode
from dns_update.routeros.values import text_of
from tests.routeros.machine.fakes import machine_with

_TREE = parse((Path(__file__).parents[1] / "documented.rsc").read_text(encoding="utf-8"))
_STATE = {
    "interfaces": [{"name": "ether1"}, {"name": "pppoe-out1"}],
    "addresses": [
        {"interface": "ether1", "address": "203.0.113.45/24"},
        {"interface": "ether1", "address": "2001:db8:abcd:1234::5678/64"},
        {"interface": "pppoe-out1", "address": "203.0.113.46/32"},
    ],
    "dns": {"example.com": "203.0.113.9"},
    "server_fails": {"192.0.2.2": "failure: refused"},
}


class _Expected(NamedTuple):
    """How a command begins, and what it does: updates, or the beginning of a line that is told or printed."""

    begins: str
    updates: tuple[str, ...] = ()
    told: str = ""
    printed: str = ""
    stored: str = ""


_HOSTS = ("router", "server", "camera", "nas")
_ANSWERED = [
    _Expected("/system ntp client\nset enabled=yes", told="note: /system/ntp/client set changes a router, not this"),
    _Expected("/tool dns-update dns-server=192.0.2.1 name=router", ("router.example.com. A 203.0.113.45",)),
    _Expected("/tool dns-update dns-server=192.0.2.1 name=home", ("home.example.com. A 203.0.113.45",)),
    _Expected("/tool dns-update dns-server=2001:db8::1", ("ipv6host.example.com. AAAA 2001:db8:abcd:1234::5678",)),
    _Expected("/tool dns-update dns-server=192.0.2.1 name=server", ("server.mydomain.com. A 203.0.113.100",)),
    _Expected('/log print where message~"dns-update"', printed="1970-01-01"),
    _Expected("/system script add name=ddns-update", ("home.example.com. A 203.0.113.45",), stored="ddns-update"),
    _Expected("/system scheduler add name=ddns-check", stored="ddns-check"),
    _Expected(
        "/system script add name=update-all-hosts",
        tuple([f"{host}.example.com. A 203.0.113.46" for host in _HOSTS]),
        stored="update-all-hosts",
    ),
    _Expected("/system script add name=ddns-wan-up", ("dynamic.example.com. A 203.0.113.46",), stored="ddns-wan-up"),
    _Expected("/interface pppoe-client add", stored="pppoe-out1"),
    _Expected("/tool generate random length=32", printed="9" * 32),
    _Expected("/ip route add", told="note: /ip/route add changes a router, not this machine; here: ip route add"),
    _Expected("/ip firewall filter add", told="note: /ip/firewall/filter add changes a router, not"),
    _Expected("ping 192.0.2.1", printed="sent=4 received=4 packet-loss=0%"),
    _Expected("[:resolve dns-server=192.0.2.1", told="warning: a.rsc: line"),
    _Expected(':put "Key name', printed="Key name: ddns-key, Secret length: [:len"),
    _Expected("/system logging add", told="note: every message sent and received is printed"),
    _Expected("/system script add name=ddns-failover", ("home.example.com. A 203.0.113.45",), stored="ddns-failover"),
    _Expected(
        "/system script add name=ddns-ipv6",
        ("ipv6host.example.com. AAAA 2001:db8:abcd:1234::5678",),
        stored="ddns-ipv6",
    ),
    _Expected("/tool dns-update dns-server=23.34.45.56", ("mydomain.myzone.com. A 68.42.14.4",)),
]


def _texts() -> list[str]:
    """Return the documentation's commands; a line that only goes to a menu is before the command that it is for."""
    texts, menu = [], ""
    for command in _TREE.commands:
        assert isinstance(command, CommandNode | Call)
        text = _TREE.source.text[command.at : command.end].strip()
        if isinstance(command, CommandNode) and not command.verb and not command.arguments:
            menu = f"{text}\n"
        else:
            texts.append(menu + text)
            menu = ""
    return texts


def test_the_table_has_every_command_in_their_order() -> None:
    texts = _texts()
    assert [expected.begins for expected in _ANSWERED] == [
        text[: len(expected.begins)] for text, expected in zip(texts, _ANSWERED, strict=True)
    ]


@pytest.mark.parametrize(("number", "expected"), [*enumerate(_ANSWERED)], ids=lambda value: str(value)[:3])
def test_each_command_runs_or_is_answered(number: int, expected: _Expected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinging, "pings_answered", lambda _host, count: count)
    machine, outside = machine_with(MachineSettings(InterfaceNames(), is_dry=True, router=Router(_STATE)))
    machine.logbook.add("dns,info", "dns-update: update successful")  # for `/log print`
    Evaluator(machine, {}).run(_texts()[number])
    if expected.stored and expected.updates:
        Evaluator(machine, {}).run(f"/system script run {expected.stored}")
    assert _sent(machine) == expected.updates
    assert not expected.told or any(line.startswith(expected.told) for line in outside.said), outside.said
    assert not expected.printed or any(line.startswith(expected.printed) for line in outside.lines), outside.lines
    stored = {text_of(row.get("name", "")) for path in _KEPT for row in machine.storage.rows(path)}
    assert not expected.stored or expected.stored in stored


_KEPT = ("/system/script", "/system/scheduler", "/interface/pppoe-client")


def _sent(machine: Machine) -> tuple[str, ...]:
    requests = [sent.request for sent in machine.sender.updates]
    return tuple([f"{request.owner} {request.type} {request.address}" for request in requests])
