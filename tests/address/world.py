"""A machine and the network outside it: two namespaces, connected by the addresses of a provider."""

from collections.abc import Iterator
from contextlib import contextmanager

from dns_update.address import find_addresses, sources_from_text
from dns_update.wire.inet import format_address
from lab import Namespace
from tests.address.conftest import add_pair
from tests.address.inside import inside

OURS = ("9.8.7.6/24", "2600:9::6/64")
"""What the machine has at its interface `wan`."""

OUTSIDE = ("9.8.7.1", "2600:9::1")
"""What is at the other end, beside the addresses of well-known servers."""


@contextmanager
def machine_and_outside(*well_known: str) -> Iterator[tuple[Namespace, Namespace]]:
    """Yield both; `outside` also has the well-known addresses, and the machine's default routes lead to it."""
    with Namespace() as machine, Namespace() as outside:
        add_pair(machine, "wan", "isp")
        machine.ip("link", "set", "isp", "netns", outside.name)
        outside.sysctl("ipv6/conf/isp/accept_dad", "0")
        outside.ip("link", "set", "isp", "up")
        for address in OURS:
            machine.ip("address", "add", address, "dev", "wan")
        for address, length in zip(OUTSIDE, (24, 64), strict=True):
            outside.ip("address", "add", f"{address}/{length}", "dev", "isp")
            machine.ip("route", "add", "default", "via", address)
        for address in well_known:
            outside.ip("address", "add", address, "dev", "isp")
        yield machine, outside


def found(machine: Namespace, text: str) -> list[str]:
    """Return the addresses that the sources in a text give there, IPv4 first."""
    sources = sources_from_text(text)
    addresses = inside(machine, lambda: find_addresses(sources, allow_private=False, log=print))
    return [format_address(address) for address in sorted(addresses, key=len)]
