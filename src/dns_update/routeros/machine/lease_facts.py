"""What else this machine knows of a DHCP lease: the gateway, and the server as systemd-networkd records it."""

from __future__ import annotations

import sys
from contextlib import suppress

from dns_update.errors import InvalidText
from dns_update.wire.inet import IPV4_OCTETS, format_address, parse_address

_LEASES = "/run/systemd/netif/leases"
_ROUTES = "/proc/net/route"
_LARGEST = 1 << 20  # octets that are read of either file
_COLUMNS = 8  # of a line of routes: interface, destination, gateway, flags, ..., mask
_ANYWHERE = "00000000"
_FIELDS = {"SERVER_ADDRESS": "server-address", "ROUTER": "gateway-address"}


def lease_facts(name: str, index: int) -> dict[str, str]:
    """Return "gateway-address" and "server-address" of an interface, as far as they are known."""
    facts: dict[str, str] = {}
    gateway = gateway_in(_text(_ROUTES), name)
    if gateway:
        facts["gateway-address"] = gateway
    return facts | facts_in(_text(f"{_LEASES}/{index}"))


def gateway_in(routes: str, name: str) -> str:
    """Return the gateway of an interface's default route, in the text of /proc/net/route; empty if there is none."""
    for line in routes.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= _COLUMNS and fields[0] == name and fields[1] == fields[7] == _ANYWHERE != fields[2]:
            with suppress(ValueError, OverflowError):
                return format_address(int(fields[2], 16).to_bytes(IPV4_OCTETS, sys.byteorder))
    return ""


def facts_in(lease: str) -> dict[str, str]:
    """Return the same from the text of a lease of systemd-networkd."""
    facts = {}
    for line in lease.splitlines():
        field, _, value = line.partition("=")
        if field in _FIELDS:
            with suppress(InvalidText):
                facts[_FIELDS[field]] = format_address(parse_address(value.split(" ")[0]))
    return facts


def _text(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(_LARGEST)
    except OSError:
        return ""
