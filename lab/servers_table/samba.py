"""Samba as a server of the table: one zone, which users of its domain change with their tickets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dns_update import GssKey
from lab.kdc import in_realm
from lab.namespace import Namespace
from lab.samba import Samba
from lab.servers_table.site import Program, Site, by_ticket, key_of, lab_keys
from lab.versions import version

SAMBA = "Samba"
_OWNER, _USER = "owner", "user"


@contextmanager
def samba(directory: Path) -> Iterator[Program]:
    """Make a domain of Active Directory; this thread is in its namespace for as long as Samba runs."""
    with Namespace() as namespace, Samba(directory / "samba", namespace=namespace, port=53) as server:
        owner, user = (server.add_user(name, "Passw0rd.1") for name in (_OWNER, _USER))
        with samba_at(server, by_ticket(_OWNER, owner), by_ticket(_USER, user)) as program:
            yield program


@contextmanager
def samba_at(server: Samba, owner: GssKey, user: GssKey) -> Iterator[Program]:
    """Ask a Samba that runs as a user, who may not change the name "home": the owner makes it.

    This thread is in its namespace meanwhile.
    """
    zone = server.zones[0].name
    plain = Site(server, user, zone=zone, closed=zone, narrow=zone)
    unknown = {key.algorithm: replace(plain, key=key_of(key)) for key in lab_keys()}
    signatures = {"none": replace(plain, key=None), "gss": plain, **unknown}
    assert server.namespace is not None  # noqa: S101 - it does not start without
    with server.namespace.entered(), in_realm(server):
        with replace(plain, key=owner).client as client:
            client.set("home", "192.0.2.1", zone=zone, ttl=300)
        ways = {**plain.unencrypted, **signatures}
        yield Program(SAMBA, ".".join(map(str, version("samba")[:2])), plain, ways)
