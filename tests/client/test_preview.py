"""A dry run foretells what the request then does, on every server, and sends no change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update import NameExists, NameNotFound, NotApplied, Outcome
from dns_update.client.preview import applied
from dns_update.rr.record import Record, rdata_from_text
from dns_update.update import Update
from dns_update.wire.codes import RR_TYPES, RRClass, RRType
from dns_update.wire.name import Name
from lab import NameServer
from tests.client.servers import client_of
from tests.support.peer import Relay, is_update

SERVERS = ["bind", "knot", "powerdns"]
ZONE = Name.from_text("example.com")
HOME = Name.from_text("home.example.com")


def _is_change(request: bytes) -> bool:
    """Return whether an update has changes; one with prerequisites only is a question (RFC 2136, section 2.4)."""
    return is_update(request) and int.from_bytes(request[8:10]) > 0


_ARGUMENTS: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "set an address": ("set", ("192.0.2.9",), {}),
    "set what is there": ("set", ("192.0.2.1", "192.0.2.2"), {}),
    "set both families": ("set", ("192.0.2.1", "2001:db8::9"), {"ttl": 90}),
    "set another type": ("set", ("10 mail.example.net",), {"rrtype": "MX"}),
    "set if it exists": ("set", ("192.0.2.9",), {"require": "existing"}),
    "add an address": ("add", ("192.0.2.9",), {}),
    "add what is there": ("add", ("192.0.2.1",), {}),
    "add with another TTL": ("add", ("192.0.2.9",), {"ttl": 90}),
    "add a text": ("add", ("three",), {"rrtype": "TXT"}),
    "delete an address": ("delete", ("192.0.2.1",), {}),
    "delete what is not there": ("delete", ("192.0.2.7",), {}),
    "delete an RRset": ("delete", (), {"rrtype": "TXT"}),
    "delete if it exists": ("delete", ("one",), {"rrtype": "TXT", "require": "existing"}),
}


def full_name(server: NameServer, label: str) -> str:
    """Give a name two A records and two TXT records; return it."""
    client, name = client_of(server), f"{label}.example.com"
    client.set(name, "192.0.2.1", "192.0.2.2", ttl=60)
    client.set(name, "one", "two", rrtype="TXT", ttl=60)
    return name


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(("method", "values", "more"), _ARGUMENTS.values(), ids=_ARGUMENTS)
def test_a_dry_run_foretells_what_the_request_does(
    server: NameServer, method: str, values: tuple[str, ...], more: dict[str, Any], unique_name: str
) -> None:
    name = full_name(server, unique_name)
    with Relay(server) as relay:
        foretold: Outcome = getattr(client_of(server, relay.address), method)(name, *values, dry_run=True, **more)
        assert not [request for request in relay.requests if _is_change(request)]
    assert (foretold.dry_run, foretold.verified) == (True, False)
    done: Outcome = getattr(client_of(server), method)(name, *values, compare=True, **more)
    assert (done.dry_run, done.verified) == (False, True)
    assert set(foretold.before or ()) == set(done.before or ())
    assert set(foretold.after or ()) == set(done.after or ())
    assert foretold.changed == done.changed


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_whole_name_is_shown_also_by_a_server_that_shows_one_rrset_for_any(
    server: NameServer, unique_name: str
) -> None:
    """Knot does (RFC 8482)."""
    name = full_name(server, unique_name)
    outcome = client_of(server).delete(name, dry_run=True)
    assert {record.rrtype for record in outcome.before or ()} == {RRType.A, RRType.TXT}
    assert outcome.after == ()
    assert client_of(server).delete("nothing-at-all.example.com", dry_run=True).changed is False


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("dry_run", [True, False], ids=["dry run", "update"])
def test_what_a_zone_keeps_is_the_same_error_as_after_an_update(server: NameServer, *, dry_run: bool) -> None:
    client = client_of(server)
    with pytest.raises(NotApplied, match="SOA"):
        client.set("@", "ns.example.com. root.example.com. 1 1 1 1 1", rrtype="SOA", zone=ZONE, dry_run=dry_run)
    with pytest.raises(NotApplied, match="NS"):
        client.delete("@", rrtype="NS", zone=ZONE, dry_run=dry_run)


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_address_beside_an_alias_is_foretold_as_an_error(server: NameServer, unique_name: str) -> None:
    client, alias = client_of(server), f"{unique_name}.example.com"
    client.set(alias, "other.example.net", rrtype="CNAME")
    with pytest.raises(NotApplied, match=r"would not change .*has CNAME other\.example\.net\.; nothing was sent"):
        client.set(alias, "192.0.2.1", dry_run=True)


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_alias_beside_other_records_is_foretold_as_an_error(server: NameServer, unique_name: str) -> None:
    name = full_name(server, unique_name)
    with pytest.raises(NotApplied, match="the server has ") as caught:
        client_of(server).set(name, "other.example.net", rrtype="CNAME", dry_run=True)
    assert "a CNAME cannot be beside other records" in caught.value.hint


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_conditions_are_asked_for(server: NameServer, unique_name: str) -> None:
    client, name = client_of(server), full_name(server, unique_name)
    with pytest.raises(NameExists):
        client.set(name, "192.0.2.9", require="absent", dry_run=True)
    with pytest.raises(NameNotFound):
        client.add(f"new.{name}", "192.0.2.9", require="existing", dry_run=True)
    with pytest.raises(NameNotFound):
        client.delete(name, "192.0.2.9", require="existing", dry_run=True)


def test_a_record_of_a_wildcard_is_not_the_names_own(bind: NameServer, unique_name: str) -> None:
    client = client_of(bind)
    client.set(f"*.{unique_name}.example.com", "192.0.2.1", ttl=60)
    outcome = client.set(f"any.{unique_name}.example.com", "192.0.2.1", dry_run=True)
    assert (outcome.before, outcome.changed) == ((), True)


# The rules of RFC 2136, section 3.4.2


def record(rrtype: str, text: str, ttl: int = 60, name: Name = HOME) -> Record:
    number = RR_TYPES[rrtype]
    return Record(name, number, RRClass.IN, ttl, rdata_from_text(number, text))


def soa(serial: int) -> Record:
    return record("SOA", f"ns.example.com. root.example.com. {serial} 1 1 1 1", name=ZONE)


def texts(records: tuple[Record, ...]) -> list[str]:
    return sorted(f"{r.ttl} {r.data_text()}" for r in records)


def test_an_added_record_gives_its_ttl_to_the_rrset() -> None:
    there = (record("TXT", "one"), record("A", "192.0.2.1"))
    after = applied(Update(ZONE).add(HOME, 90, "TXT", "two"), there)
    assert texts(after) == ["60 192.0.2.1", '90 "one"', '90 "two"']


@pytest.mark.parametrize(
    ("old", "new", "is_later"),
    [(1, 2, True), (2, 1, False), (1, 1, False), (2**32 - 1, 0, True), (0, 2**31 - 1, True), (0, 2**31, False)],
)
def test_a_soa_record_needs_a_later_serial(old: int, new: int, *, is_later: bool) -> None:
    after = applied(Update(ZONE, changes=(soa(new),)), (soa(old),))
    assert after == ((soa(new),) if is_later else (soa(old),))


def test_the_zone_keeps_its_soa_and_its_last_name_server() -> None:
    there = (soa(1), record("NS", "a.example.com.", name=ZONE), record("NS", "b.example.com.", name=ZONE))
    update = Update(ZONE)
    assert applied(update.delete_rrset(ZONE, "NS").delete_rrset(ZONE, "SOA").delete_name(ZONE), there) == there
    assert applied(update.delete(ZONE, "NS", "a.example.com."), there) == (there[0], there[2])
    left = applied(update.delete(ZONE, "NS", "a.example.com.", "b.example.com."), there)
    assert left == (there[0], there[2])


def test_names_in_rdata_are_equal_in_any_case() -> None:
    there = (record("MX", "10 mail.example.net."),)
    assert applied(Update(ZONE).delete(HOME, "MX", "10 MAIL.example.net."), there) == ()


ADDRESSES = st.sets(st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.3"]), min_size=1)


@given(ADDRESSES, ADDRESSES, st.sampled_from([60, 90]))
def test_an_update_applied_twice_is_applied_once(there: set[str], values: set[str], ttl: int) -> None:
    records = tuple(record("A", address) for address in there)
    for update in (
        Update(ZONE).replace(HOME, ttl, "A", *values),
        Update(ZONE).add(HOME, ttl, "A", *values),
        Update(ZONE).delete(HOME, "A", *values),
    ):
        once = applied(update, records)
        assert set(applied(update, once)) == set(once)
        assert len({r.ttl for r in once}) <= 1
