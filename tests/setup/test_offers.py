"""Where the address may come from: interfaces with a public address first, then what the Internet sees."""

from __future__ import annotations

import pytest

from dns_update.setup.prompts import address_offers
from lab import Namespace
from lab.namespace import unavailable_because
from tests.support.terminal import on_terminal


def test_without_interfaces_there_is_what_the_internet_sees() -> None:
    assert [offer.source for offer in address_offers(None)] == ["dns:"]


@pytest.mark.skipif(unavailable_because() is not None, reason=str(unavailable_because()))
def test_an_interface_with_a_public_address_is_the_default() -> None:
    with Namespace() as namespace:
        for name, address in (("lan0", "192.168.1.1/24"), ("ppp0", "11.20.113.45/24")):
            namespace.ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-peer")
            namespace.ip("link", "set", name, "up")
            namespace.ip("address", "add", address, "dev", name)
        words = ("init", "output=/nowhere-yet/config.toml", "dns-server=192.0.2.1", "name=home", "zone=example.com")
        with on_terminal(*words, "check=no", prefix=namespace.prefix) as terminal:
            offered = terminal.wait_for("where its address comes from [interface:ppp0]: ")
            terminal.type("\x03")
            terminal.read_all()
    lines = [line.split(None, 3)[1:] for line in offered.splitlines() if "  " in line]
    assert lines[0] == ["interface:ppp0", "11.20.113.45"]
    assert lines[1][0] == "dns:"
    assert "lan0" not in offered
