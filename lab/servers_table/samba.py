"""Samba as a server of the table: one zone, which users of its domain change with their tickets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dns_update import GssKey
from lab.kdc import in_realm
from lab.namespace import Namespace
from lab.samba import Samba
from lab.samba_bind import SambaBind
from lab.server import NameServer
from lab.servers_table.site import Program, Site, by_ticket, key_of, lab_keys
from lab.versions import version

SAMBA, SAMBA_BIND = "Samba", "Samba with BIND"
_PORT_OF_BIND = 5353
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
    with _program_at(SAMBA, version("samba"), server, server, (owner, user)) as program:
        yield program


@contextmanager
def samba_bind(directory: Path) -> Iterator[Program]:
    """Make a domain, and start BIND as its DNS server."""
    with Namespace() as namespace, Samba(directory / "samba", namespace=namespace, port=53) as server:
        owner, user = (server.add_user(name, "Passw0rd.1") for name in (_OWNER, _USER))
        with samba_bind_at(directory, server, by_ticket(_OWNER, owner), by_ticket(_USER, user)) as program:
            yield program


@contextmanager
def samba_bind_at(directory: Path, domain: Samba, owner: GssKey, user: GssKey) -> Iterator[Program]:
    """Start BIND as the DNS server of a domain that runs, and ask it as a user, like Samba itself."""
    bind = SambaBind(directory / "bind", domain=domain, namespace=domain.namespace, port=_PORT_OF_BIND)
    with bind, _program_at(SAMBA_BIND, version("named"), domain, bind, (owner, user)) as program:
        yield program


@contextmanager
def _program_at(
    name: str, numbers: tuple[int, ...], domain: Samba, server: NameServer, keys: tuple[GssKey, GssKey]
) -> Iterator[Program]:
    """Yield a server of a domain; the keys are those of the owner of "home" and of the user."""
    owner, user = keys
    zone = domain.zones[0].name
    plain = Site(server, user, zone=zone, closed=zone, narrow=zone)
    unknown = {key.algorithm: replace(plain, key=key_of(key)) for key in lab_keys()}
    signatures = {"none": replace(plain, key=None), "gss": plain, **unknown}
    assert domain.namespace is not None  # noqa: S101 - it does not start without
    with domain.namespace.entered(), in_realm(domain):
        with replace(plain, key=owner).client as client:
            client.set("home", "192.0.2.1", zone=zone, ttl=300)
        ways = {**plain.unencrypted, **signatures}
        yield Program(name, ".".join(map(str, numbers[:2])), plain, ways)
