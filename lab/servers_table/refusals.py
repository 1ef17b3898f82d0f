"""What each server says when it does not do as asked: a story for each row of the message table, and some more."""

import time
from unittest.mock import patch

from dns_update import Client, Key, Update, errors
from dns_update.rr.record import Record
from dns_update.wire.codes import Rcode, RRClass, RRType
from dns_update.wire.name import Name
from lab.servers_table.asking import expect, must, refused
from lab.servers_table.site import TTL, Site

_CLOCK_AHEAD = 1200  # seconds
_AT_ONCE = 0.02  # seconds; a paused server does not answer however long one waits


def conditions(site: Site, name: str) -> None:
    """Name the condition that does not hold: NXDOMAIN, YXDOMAIN, NXRRSET, also for other data, and YXRRSET."""
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL)
    update = Update(site.zone)
    for rcode, unmet in (
        (Rcode.NXDOMAIN, update.require_present(f"{name}-not")),
        (Rcode.YXDOMAIN, update.require_absent(name)),
        (Rcode.NXRRSET, update.require_rrset(name, "AAAA")),
        (Rcode.NXRRSET, update.require_rrset_equal(name, "A", "192.0.2.9")),
        (Rcode.YXRRSET, update.require_no_rrset(name, "A")),
    ):
        _says(rcode, site.client, unmet.add(name, TTL, "A", "192.0.2.2"))
    expect(site, name, "A", ["192.0.2.1"])


def alias_beside(site: Site, name: str) -> None:
    """Show that no address can be beside a CNAME."""
    site.client.set(name, f"ns.{site.zone}.", rrtype="CNAME", zone=site.zone, ttl=TTL)
    refused(
        (errors.NotApplied, errors.PermissionDenied),
        lambda: site.client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL),
    )


def last_name_server(site: Site, _name: str) -> None:
    """Keep the last NS record of the zone."""
    refused(errors.NotApplied, lambda: site.client.delete("@", rrtype="NS", zone=site.zone))


def not_permitted(site: Site, _name: str) -> None:
    """Tell a key that may not change a zone from one that is unknown."""
    refused(errors.PermissionDenied, lambda: site.client.set("home", "192.0.2.1", zone=site.closed, ttl=TTL))


def without_a_key(site: Site, name: str) -> None:
    """Say REFUSED without a signature."""
    with site.with_key(None) as client:
        refused(errors.PermissionDenied, lambda: client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL))


def no_such_zone(site: Site, _name: str) -> None:
    """Say that it does not have a zone."""
    with site.patient_for(site.patience) as client:
        refused(errors.ZoneNotFound, lambda: client.set("home", "192.0.2.1", zone="example.net", ttl=TTL))


def not_in_zone(site: Site, _name: str) -> None:
    """Say that a name is not in the zone."""
    record = Record.from_text("home.example.net. 300 IN A 192.0.2.1")
    refused(errors.NameNotInZone, lambda: site.client.send(Update(site.zone, changes=(record,))))


def malformed(site: Site, name: str) -> None:
    """Say FORMERR to a condition that has a TTL."""
    record = Record(Name.from_text(f"{name}.{site.zone}"), RRType.A, RRClass.NONE, TTL, b"")
    _says(Rcode.FORMERR, site.client, Update(site.zone, prerequisites=(record,)).add(name, TTL, "A", "192.0.2.1"))


def another_class(site: Site, name: str) -> None:
    """Say NOTAUTH or NOTIMP to an update of the class CHAOS."""
    update = Update(site.zone, rrclass="CH").add(name, TTL, "TXT", "x")
    with site.by_stream() as client:  # BIND limits the rate of such answers by UDP
        _says(Rcode.NOTAUTH, client, update, or_else=Rcode.NOTIMP)


def primary_is_down(site: Site, name: str) -> None:
    """As a secondary: say SERVFAIL if the primary, to which it forwards, is down."""
    update = Update(site.secondary).add(name, TTL, "A", "192.0.2.1")
    _says(Rcode.SERVFAIL, site.client, update)


def silence(site: Site, name: str) -> None:
    """Give no answer while it is paused, and answer again after that."""
    site.server.pause()
    try:
        with site.patient_for(_AT_ONCE) as client:
            refused(errors.NoResponse, lambda: client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL))
    finally:
        site.server.resume()
    site.client.set(f"{name}-again", "192.0.2.1", zone=site.zone, ttl=TTL)


def unknown_key(site: Site, name: str) -> None:
    """Say that it does not know a key."""
    _rejects(site, name, site.unknown_key)


def another_algorithm(site: Site, name: str) -> None:
    """Say that it knows a key by another algorithm."""
    _rejects(site, name, site.key_of_another_algorithm)


def wrong_secret(site: Site, name: str) -> None:
    """Say that the secret of a key is another one."""
    _rejects(site, name, site.wrong_secret)


def wrong_clock(site: Site, name: str) -> None:
    """Say that the clocks differ, here by 20 minutes."""
    real = time.time
    with patch("time.time", lambda: real() + _CLOCK_AHEAD), site.with_key(site.own_context) as client:
        error = refused(
            (errors.ClocksDiffer, errors.KerberosError),
            lambda: client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL),
        )
    must(isinstance(error, errors.ClocksDiffer) or error.cause == errors.causes.CLOCK_SKEW, str(error))


def _rejects(site: Site, name: str, key: Key) -> None:
    """See that the server says which of its checks a key has failed."""
    with site.with_key(key) as client:
        refused(errors.KeyRejected, lambda: client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL))


def _says(rcode: int, client: Client, update: Update, *, or_else: int | None = None) -> None:
    """See that the server answers an update with a response code, or with another one."""
    error = refused(errors.Refusal, lambda: client.send(update))
    assert isinstance(error, errors.Refusal)  # noqa: S101 - for the type
    must(error.rcode in {rcode, or_else}, f"it says {error.rcode}: {error}")
