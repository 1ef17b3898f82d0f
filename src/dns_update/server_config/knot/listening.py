"""Findings about where knotd listens: `listen` of the section `server`."""

from __future__ import annotations

from dns_update.server_config.finding import Findings
from dns_update.server_config.intended_update import SilentPlace
from dns_update.server_config.knot.configuration import Configuration
from dns_update.server_config.knot.entries import ConfigItem
from dns_update.server_config.listening import Listener, covers, examine_listeners

_DNS_PORT = 53


def examine_listening(found: Findings, silent: SilentPlace, configuration: Configuration) -> None:
    """Add that knotd does not listen where it was asked; nothing without `listen`, whose default has changed."""
    items = (item for each in configuration.section("server") for item in each.items if item.name == "listen")
    listeners = [_listener(item, value, silent.address) for item in items for value in item.values]
    examine_listeners(found, silent, listeners, "listen")


def _listener(item: ConfigItem, value: str, address: bytes) -> Listener:
    host, _at, port = value.partition("@")
    return Listener(int(port or _DNS_PORT), item.place, covers(host, address))
