"""A Kerberos realm for the servers of the table that are not in one of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dns_update import GssKey
from lab.kdc import Kdc, in_realm
from lab.servers_table.site import by_ticket

HOST = "ns.example.com"
"""The primary of the zones."""
_REALM = "EXAMPLE.COM"
USER = f"user@{_REALM}"
"""Who signs with tickets."""


@contextmanager
def realm(directory: Path) -> Iterator[tuple[Path, GssKey]]:
    """Start a KDC; yield the keytab of the name server, and what signs with the tickets of a user."""
    with Kdc(directory / "kdc", _REALM) as kdc, in_realm(kdc):
        host, user = (_keytab(kdc, principal) for principal in (f"DNS/{HOST}", USER))
        yield host, by_ticket(USER, user)


def _keytab(kdc: Kdc, principal: str) -> Path:
    kdc.add(principal)
    return kdc.keytab(f"{principal.replace('/', '-')}.keytab", principal)
