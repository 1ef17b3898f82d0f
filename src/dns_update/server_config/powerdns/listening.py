"""Findings about where pdns_server listens: `local-address` and `local-port`."""

from __future__ import annotations

from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.intended_update import SilentPlace
from dns_update.server_config.listening import Listener, covers, examine_listeners
from dns_update.server_config.powerdns.settings import Settings

_DEFAULT = "0.0.0.0, ::"  # the setting's own
_DNS_PORT = "53"


def examine_listening(found: Findings, silent: SilentPlace, settings: Settings, main: Place) -> None:
    """Add that PowerDNS does not listen where it was asked."""
    addresses, port = settings.last("local-address"), settings.last("local-port")
    usual = port.value if port is not None and port.value else _DNS_PORT
    listeners = []
    for each in (*settings.values("local-address", _DEFAULT), *settings.values("local-ipv6")):
        host, own = _parts(each)
        place = addresses if own or port is None else port
        at = main if place is None else place.place
        listeners.append(Listener(int(own or usual), at, covers(host, silent.address)))
    examine_listeners(found, silent, listeners, "local-address")


def _parts(text: str) -> tuple[str, str]:
    """Return the address and the port, which may be empty, of an element such as 192.0.2.1:5300 or [::1]:5300."""
    if text.startswith("["):
        host, _bracket, port = text[1:].partition("]")
        return host, port.removeprefix(":")
    host, _colon, port = text.partition(":")
    return (text, "") if ":" in port else (host, port)
