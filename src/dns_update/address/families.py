"""Asking a server on the Internet which address our packets come from, over IPv4 and over IPv6."""

from __future__ import annotations

from collections.abc import Callable

from dns_update.address.sources import Resolver, Web
from dns_update.errors import NoAddress
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

FAMILIES = {IPV4_OCTETS: "IPv4", IPV6_OCTETS: "IPv6"}


class NotToldError(Exception):
    """No address came over one family; the text says why."""


def ask_families(source: Resolver | Web, ask: Callable[[int], bytes]) -> list[bytes]:
    """Return the results of `ask`, called with 4 and with 16 (octets), or with the one that the source is for.

    One address is enough: many networks have only one family. Raises NoAddress, with the reasons, if there is none.
    """
    found, reasons = [], []
    for octets in FAMILIES if source.octets is None else (source.octets,):
        try:
            found.append(ask(octets))
        except NotToldError as error:
            reasons.append(f"over {FAMILIES[octets]}: {error}")
    if not found:
        raise NoAddress(f"{source} gave no address: {'; '.join(reasons)}")
    return found
