"""What is asked of each server: short stories, each with a name of its own, that raise if the server does otherwise."""

import time
from contextlib import suppress
from unittest.mock import patch

import dns.message
import dns.query
import dns.rdatatype

from dns_update import Update, errors
from dns_update.bulk import Wish
from dns_update.client.probe import unmeetable
from dns_update.rr.record import Record, soa_serial
from lab.servers_table.site import Site

_TTL = 300
_MANY = 200
_CLOCK_AHEAD = 1200  # seconds
_SECONDS = 5.0
_LONG_TEXT = "v=DKIM1; p=" + "A" * 390


class Otherwise(AssertionError):
    """The server did something else than the story expects."""


def set_address(site: Site, name: str) -> None:
    """Replace one address by another."""
    for address in ("192.0.2.1", "192.0.2.2"):
        outcome = site.client.set(name, address, zone=site.zone, ttl=_TTL)
    _expect(site, name, "A", ["192.0.2.2"])
    _must(outcome.verified, "it was not read back")


def add_and_remove(site: Site, name: str) -> None:
    """Add a second address, remove one, then the whole name."""
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=_TTL)
    site.client.add(name, "192.0.2.2", zone=site.zone)
    _expect(site, name, "A", ["192.0.2.1", "192.0.2.2"])
    site.client.delete(name, "192.0.2.1", zone=site.zone)
    _expect(site, name, "A", ["192.0.2.2"])
    site.client.delete(name, zone=site.zone)
    _expect(site, name, "A", [])


def both_families(site: Site, name: str) -> None:
    """Set an IPv4 and an IPv6 address by one message."""
    site.client.set(name, "192.0.2.1", "2001:db8::1", zone=site.zone, ttl=_TTL)
    _expect(site, name, "A", ["192.0.2.1"])
    _expect(site, name, "AAAA", ["2001:db8::1"])


def kept_ttl(site: Site, name: str) -> None:
    """Keep the TTL that stands, if none is given."""
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=77)
    site.client.set(name, "192.0.2.2", zone=site.zone)
    _expect_ttl(site, name, 77)


def changed_ttl(site: Site, name: str) -> None:
    """Change the TTL of an address that stays."""
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=77)
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=88)
    _expect_ttl(site, name, 88)


def prerequisites(site: Site, name: str) -> None:
    """Obey `require=absent` and `require=existing`."""
    _refused(
        errors.NameNotFound, lambda: site.client.set(name, "192.0.2.1", zone=site.zone, ttl=_TTL, require="existing")
    )
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=_TTL, require="absent")
    _refused(errors.NameExists, lambda: site.client.set(name, "192.0.2.2", zone=site.zone, ttl=_TTL, require="absent"))
    _expect(site, name, "A", ["192.0.2.1"])


def other_types(site: Site, name: str) -> None:
    """Set TXT of more than one string, MX, SRV and CAA."""
    site.client.set(name, _LONG_TEXT, rrtype="TXT", zone=site.zone, ttl=_TTL)
    site.client.set(name, f"10 ns.{site.zone}.", rrtype="MX", zone=site.zone, ttl=_TTL)
    site.client.set(f"_x._tcp.{name}", f"1 2 443 ns.{site.zone}.", rrtype="SRV", zone=site.zone, ttl=_TTL)
    site.client.set(name, '0 issue "ca.example"', rrtype="CAA", zone=site.zone, ttl=_TTL)
    _expect(site, name, "MX", [f"10 ns.{site.zone}."])


def many_changes(site: Site, name: str) -> None:
    """Take changes of 200 names in one message, of more than 4,096 octets."""
    update = Update(site.zone)
    for number in range(_MANY):
        update = update.add(f"{name}-{number}", _TTL, "A", f"192.0.2.{number}")
    site.client.send(update)
    _expect(site, f"{name}-{_MANY - 1}", "A", [f"192.0.2.{_MANY - 1}"])


def bulk(site: Site, name: str) -> None:
    """Set 200 names by `apply`, beside one of a zone that is not there: each gets its own answer."""
    good = [Wish.from_text(f"{name}-b{n}.{site.zone}", f"192.0.2.{n}", ttl=_TTL, zone=site.zone) for n in range(_MANY)]
    bad = Wish.from_text("elsewhere.example.net", "192.0.2.1", ttl=_TTL, zone="example.net")
    states = [outcome.state for outcome in site.client.apply([*good, bad])]
    _must(states.count("updated") == _MANY, f"{states.count('updated')} of {_MANY} were updated")
    _expect(site, f"{name}-b7", "A", ["192.0.2.7"])


def transfer(site: Site, name: str) -> None:
    """Transfer the zone, and what has changed in it since a version (AXFR, IXFR)."""
    soa = next(site.client.transfer(site.zone))
    site.client.set(name, "192.0.2.1", zone=site.zone, ttl=_TTL)
    for since in (None, soa_serial(soa.rdata)):
        records = list(site.client.transfer(site.zone, since=since))
        _must(any(str(record.name).startswith(f"{name}.") for record in records), "the new name is missing")


def alias_beside(site: Site, name: str) -> None:
    """Show that no address can be beside a CNAME."""
    site.client.set(name, f"ns.{site.zone}.", rrtype="CNAME", zone=site.zone, ttl=_TTL)
    _refused(
        (errors.NotApplied, errors.PermissionDenied),
        lambda: site.client.set(name, "192.0.2.1", zone=site.zone, ttl=_TTL),
    )


def not_permitted(site: Site, _name: str) -> None:
    """Tell a key that may not change a zone from one that is unknown."""
    _refused(errors.PermissionDenied, lambda: site.client.set("home", "192.0.2.1", zone=site.closed, ttl=_TTL))


def one_name_only(site: Site, _name: str) -> None:
    """Limit a key to one name and type."""
    site.client.set("mine", "192.0.2.1", zone=site.narrow, ttl=_TTL)
    _refused(errors.DnsUpdateError, lambda: site.client.set("others", "192.0.2.1", zone=site.narrow, ttl=_TTL))


def no_such_zone(site: Site, _name: str) -> None:
    """Say that it does not have a zone."""
    _refused(errors.ZoneNotFound, lambda: site.client.set("home", "192.0.2.1", zone="example.net", ttl=_TTL))


def unknown_key(site: Site, name: str) -> None:
    """Say that it does not know a key."""
    _refused(errors.KeyRejected, lambda: site.with_unknown_key().set(name, "192.0.2.1", zone=site.zone, ttl=_TTL))


def wrong_secret(site: Site, name: str) -> None:
    """Say that the secret of a key is another one."""
    _refused(errors.KeyRejected, lambda: site.with_wrong_secret().set(name, "192.0.2.1", zone=site.zone, ttl=_TTL))


def wrong_clock(site: Site, name: str) -> None:
    """Say that the clocks differ, here by 20 minutes."""
    real, client = time.time, site.with_own_context()
    with patch("time.time", lambda: real() + _CLOCK_AHEAD):
        try:
            client.set(name, "192.0.2.1", zone=site.zone, ttl=_TTL)
        except errors.ClocksDiffer:
            return
        except errors.KerberosError as error:
            _must(error.cause == errors.causes.CLOCK_SKEW, str(error))
            return
        finally:
            _hung_up(site)
    raise Otherwise("it was taken")


def not_in_zone(site: Site, _name: str) -> None:
    """Say that a name is not in the zone."""
    record = Record.from_text("home.example.net. 300 IN A 192.0.2.1")
    update = Update(site.zone)._replace(changes=(record,))
    _refused(errors.NameNotInZone, lambda: site.client.send(update))


def probe(site: Site, name: str) -> None:
    """Show what is permitted, to an update whose condition cannot be met, and that changes nothing."""
    unmet = (errors.NameNotFound, errors.NameExists)
    _refused(unmet, lambda: site.client.send(unmeetable(Update(site.zone).add(name, _TTL, "A", "192.0.2.1"))))
    _expect(site, name, "A", [])
    try:
        site.client.send(unmeetable(Update(site.closed).add("home", _TTL, "A", "192.0.2.1")))
    except unmet:
        raise Otherwise("it looks at the condition before the permission") from None
    except errors.DnsUpdateError:
        return
    raise Otherwise("it was taken")


STORIES = (
    set_address, add_and_remove, both_families, kept_ttl, changed_ttl, prerequisites, other_types, probe, not_in_zone,
    many_changes, bulk, transfer, alias_beside, not_permitted, one_name_only, no_such_zone, wrong_clock, unknown_key,
    wrong_secret,
)  # fmt: skip
"""What every server is asked by UDP with TSIG; by another transport or signature, the first one."""


def _hung_up(site: Site) -> None:
    """Let dnsdist lose the connection on which PowerDNS has hung up: its next query by TCP fails."""
    for _connection in range(3):
        with suppress(errors.DnsUpdateError):
            site.unencrypted["tcp"].client.show("@", "SOA", zone=site.zone)


def _expect(site: Site, name: str, rrtype: str, data: list[str]) -> None:
    found = sorted(rdata.to_text() for rdata in _rrset(site, name, rrtype))
    _must(found == sorted(data), f"{name} {rrtype} is {found}, not {data}")


def _expect_ttl(site: Site, name: str, ttl: int) -> None:
    found = [rrset.ttl for rrset in _answer(site, name, "A")]
    _must(found == [ttl], f"the TTL is {found}, not {ttl}")


def _rrset(site: Site, name: str, rrtype: str) -> list[dns.rdata.Rdata]:
    wanted = dns.rdatatype.from_text(rrtype)
    return [rdata for rrset in _answer(site, name, rrtype) if rrset.rdtype == wanted for rdata in rrset]


def _answer(site: Site, name: str, rrtype: str) -> list[dns.rrset.RRset]:
    """Ask the server itself by dnspython, which knows nothing of us."""
    question = dns.message.make_query(f"{name}.{site.zone}", rrtype, flags=0)
    return dns.query.udp(question, site.server.host, timeout=_SECONDS, port=site.server.port).answer


def _refused(kinds: "type[Exception] | tuple[type[Exception], ...]", act: object) -> None:
    try:
        act()  # type: ignore[operator]
    except kinds:
        return
    raise Otherwise("it was taken")


def _must(holds: object, otherwise: str) -> None:
    if not holds:
        raise Otherwise(otherwise)
