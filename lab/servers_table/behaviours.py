"""What each server is asked to do: short stories, each with a name of its own, which raise if it does otherwise."""

from contextlib import suppress

from dns_update import Update, errors
from dns_update.bulk import Wish
from dns_update.client.probe import unmeetable
from dns_update.rr.record import soa_serial
from lab.servers_table.asking import Otherwise, expect, expect_ttl, expect_verified, must, refused
from lab.servers_table.site import TTL, Site

_MANY = 200
_LONG_TEXT = "v=DKIM1; p=" + "A" * 390


def set_address(site: Site, name: str) -> None:
    """Replace one address by another."""
    for address in ("192.0.2.1", "192.0.2.2"):
        outcome = site.client.set(name, address, zone=site.zone, ttl=TTL)
    expect(site, name, "A", ["192.0.2.2"])
    expect_verified(outcome)


def add_and_remove(site: Site, name: str) -> None:
    """Add a second address, remove one, then the whole name."""
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL)
    site.client.add(name, "192.0.2.2", zone=site.zone)
    expect(site, name, "A", ["192.0.2.1", "192.0.2.2"])
    site.client.delete(name, "192.0.2.1", zone=site.zone)
    expect(site, name, "A", ["192.0.2.2"])
    site.client.delete(name, zone=site.zone)
    expect(site, name, "A", [])


def both_families(site: Site, name: str) -> None:
    """Set an IPv4 and an IPv6 address by one message."""
    site.client.set(name, "192.0.2.1", "2001:db8::1", zone=site.zone, ttl=TTL)
    expect(site, name, "A", ["192.0.2.1"])
    expect(site, name, "AAAA", ["2001:db8::1"])


def kept_ttl(site: Site, name: str) -> None:
    """Keep the TTL that stands, if none is given."""
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=77)
    site.client.set(name, "192.0.2.2", zone=site.zone)
    expect_ttl(site, name, 77)


def changed_ttl(site: Site, name: str) -> None:
    """Change the TTL of an address that stays."""
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=77)
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=88)
    expect_ttl(site, name, 88)


def prerequisites(site: Site, name: str) -> None:
    """Obey `require=absent` and `require=existing`."""
    refused(
        errors.NameNotFound, lambda: site.client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL, require="existing")
    )
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL, require="absent")
    refused(errors.NameExists, lambda: site.client.set(name, "192.0.2.2", zone=site.zone, ttl=TTL, require="absent"))
    expect(site, name, "A", ["192.0.2.1"])


def other_types(site: Site, name: str) -> None:
    """Set TXT of more than one string, MX, SRV and CAA."""
    site.client.set(name, _LONG_TEXT, rrtype="TXT", zone=site.zone, ttl=TTL)
    site.client.set(name, f"10 ns.{site.zone}.", rrtype="MX", zone=site.zone, ttl=TTL)
    site.client.set(f"_x._tcp.{name}", f"1 2 443 ns.{site.zone}.", rrtype="SRV", zone=site.zone, ttl=TTL)
    site.client.set(name, '0 issue "ca.example"', rrtype="CAA", zone=site.zone, ttl=TTL)
    expect(site, name, "MX", [f"10 ns.{site.zone}."])


def unknown_type(site: Site, name: str) -> None:
    """Set data of a type without a name (RFC 3597)."""
    site.client.set(name, r"\# 2 abcd", rrtype="TYPE65280", zone=site.zone, ttl=TTL)
    expect(site, name, "TYPE65280", [r"\# 2 abcd"])


def many_changes(site: Site, name: str) -> None:
    """Take changes of 200 names in one message, of more than 4,096 octets."""
    update = Update(site.zone)
    for number in range(_MANY):
        update = update.add(f"{name}-{number}", TTL, "A", f"192.0.2.{number}")
    site.client.send(update)
    expect(site, f"{name}-{_MANY - 1}", "A", [f"192.0.2.{_MANY - 1}"])
    _remove_many(site, f"{name}-")


def bulk(site: Site, name: str) -> None:
    """Set 200 names by `apply`, beside one of a zone that is not there: each gets its own answer."""
    good = [Wish.from_text(f"{name}-b{n}.{site.zone}", f"192.0.2.{n}", ttl=TTL, zone=site.zone) for n in range(_MANY)]
    bad = Wish.from_text("elsewhere.example.net", "192.0.2.1", ttl=TTL, zone="example.net")
    states = [outcome.state for outcome in site.client.apply([*good, bad])]
    must(states.count("updated") == _MANY, f"{states.count('updated')} of {_MANY} were updated")
    expect(site, f"{name}-b7", "A", ["192.0.2.7"])
    _remove_many(site, f"{name}-b")


def transfer(site: Site, name: str) -> None:
    """Transfer the zone, and what has changed in it since a version (AXFR, IXFR)."""
    soa = list(site.client.transfer(site.zone))[0]  # noqa: RUF015 - dnsdist hangs after a transfer that is broken off
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=TTL)
    for since in (None, soa_serial(soa.rdata)):
        records = list(site.client.transfer(site.zone, since=since))
        must(any(str(record.name).startswith(f"{name}.") for record in records), "the new name is missing")


def one_name_only(site: Site, _name: str) -> None:
    """Limit a key to one name and type."""
    site.client.set("mine", "192.0.2.1", zone=site.narrow, ttl=TTL)
    refused(errors.DnsUpdateError, lambda: site.client.set("others", "192.0.2.1", zone=site.narrow, ttl=TTL))


def probe(site: Site, name: str) -> None:
    """Show what is permitted, to an update whose condition cannot be met, and that changes nothing."""
    unmet = (errors.NameNotFound, errors.NameExists)
    refused(unmet, lambda: site.client.send(unmeetable(Update(site.zone).add(name, TTL, "A", "192.0.2.1"))))
    expect(site, name, "A", [])
    try:
        site.client.send(unmeetable(Update(site.closed).add("home", TTL, "A", "192.0.2.1")))
    except unmet:
        raise Otherwise("it looks at the condition before the permission") from None
    except errors.DnsUpdateError:
        return
    raise Otherwise("it was taken")


def _remove_many(site: Site, prefix: str) -> None:
    """Remove many names, so that the transfers of the ways that follow are short."""
    update = Update(site.zone)
    for number in range(_MANY):
        update = update.delete_name(f"{prefix}{number}")
    with suppress(errors.ReplyNotTrusted):  # Samba 4.17 has done it all the same
        site.client.send(update)
    expect(site, f"{prefix}7", "A", [])
