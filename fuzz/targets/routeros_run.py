"""What `run` reads besides scripts: kept globals, the description of a router, maps of interfaces, leases, times."""

from __future__ import annotations

import contextlib
import json

from dns_update.cli.router_file import router_from_text
from dns_update.errors import ConfigError, InvalidText
from dns_update.routeros.machine.globals_file import from_json, to_json
from dns_update.routeros.machine.lease_facts import facts_in, gateway_in
from dns_update.routeros.machine.names import checked_names, names_from_text
from dns_update.routeros.machine.schedule import Schedule, before
from fuzz.expect import expect, text_of

_FILE = "router.toml"
_NOW = 1_767_600_000.0

SEEDS = (
    b'{"array": [1, "a", {"ip": "192.0.2.1"}, {"time": 300000}], "named": {"k": {"code": ":put x"}}}',
    b'{"prefix": "2001:db8::/32"}',
    b'identity = "r"\ninterfaces = [{ name = "ether1", running = true }]\n[dns]\n"a.b" = "192.0.2.1"\n',
    b'[[addresses]]\ninterface = "ether1"\naddress = "192.0.2.1/24"\n[server_fails]\n"192.0.2.1" = "failure"\n',
    b"ether1:eth0,pppoe-out1:ppp0",
    b"ROUTER=192.0.2.1 192.0.2.2\nSERVER_ADDRESS=192.0.2.3\n",
    b"Iface\neth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n",
    b"5m",
    b"00:01:00",
    b"jan/05/2026",
)


def check(data: bytes) -> None:
    """Read the text as each of them."""
    text = text_of(data)
    _check_globals(text)
    for address in (*facts_in(text).values(), gateway_in(text, "eth0")):
        expect("an address is one", holds=not address or "." in address or ":" in address)
    for parameter in ("interval", "start-time", "start-date"):
        _check_schedule(parameter, text)
    with contextlib.suppress(InvalidText):
        names = checked_names(names_from_text(text))
        expect("a name is mapped back", holds=all(names.on_router(here) == router for router, here in names.pairs))
    with contextlib.suppress(ConfigError):
        router = router_from_text(text, _FILE)
        expect("a described router has interfaces", holds=router.menu("/interface") is not None)


def _check_globals(text: str) -> None:
    try:
        value = from_json(json.loads(text))
    except (ValueError, RecursionError):  # InvalidText is a ValueError, too
        return
    expect("a kept value survives", holds=from_json(to_json(value)) == value or "code" in text)


def _check_schedule(parameter: str, text: str) -> None:
    try:
        schedule = Schedule.from_row({"name": "s", "on-event": "x", parameter: text})
    except InvalidText:
        return
    due = schedule.next_run(before(_NOW), started=_NOW)
    expect("the next run is not in the past", holds=due is None or due >= before(_NOW))
