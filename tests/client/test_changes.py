"""What an update has changed, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.client.changes import changes_text
from dns_update.rr.record import Record, rdata_from_text
from dns_update.wire.codes import RR_TYPES, RRClass
from dns_update.wire.name import Name

HOME = Name.from_text("home.example.com")
ONE, TWO, THREE = "192.0.2.1", "192.0.2.2", "192.0.2.3"


def changes(before: list[str], after: list[str]) -> str:
    """Return what differs between records, written `TTL TYPE DATA`."""
    return changes_text(HOME, tuple(map(record, before)), tuple(map(record, after)))


def record(text: str) -> Record:
    ttl, rrtype, data = text.split(" ", 2)
    return Record(HOME, RR_TYPES[rrtype], RRClass.IN, int(ttl), rdata_from_text(RR_TYPES[rrtype], data))


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ([f"60 A {ONE}"], [f"60 A {TWO}"], f"A {ONE} -> {TWO}"),
        ([f"60 A {ONE}", f"60 A {TWO}"], [f"60 A {TWO}", f"60 A {THREE}"], f"A {ONE} -> {THREE}"),
        ([], [f"60 A {TWO}", f"60 A {ONE}"], f"A {ONE}, {TWO} added"),
        ([f"60 A {ONE}", f"60 A {TWO}"], [f"60 A {TWO}"], f"A {ONE} deleted"),
        ([f"60 A {ONE}"], [f"300 A {ONE}"], "A TTL 60 -> 300"),
        ([f"60 A {ONE}"], [f"300 A {TWO}"], f"A {ONE} -> {TWO} (TTL 60 -> 300)"),
        ([f"60 A {ONE}"], [f"300 A {ONE}", f"300 A {TWO}"], f"A {TWO} added (TTL 60 -> 300)"),
        ([f"60 A {TWO}", f"60 A {ONE}"], [f"60 A {ONE}", f"60 A {TWO}"], f"A {ONE}, {TWO} unchanged"),
        ([f"60 A {ONE}", "60 AAAA ::1"], [f"60 A {TWO}", "60 AAAA ::1"], f"A {ONE} -> {TWO}"),
        ([f"60 A {ONE}"], [f"60 A {TWO}", "60 AAAA ::1"], f"A {ONE} -> {TWO}; AAAA ::1 added"),
        (["60 TXT one"], ["60 TXT two, three"], 'TXT "one" -> "two, three"'),
        (["60 A 192.0.2.1", "60 NSEC a.example.com. A"], [], "A 192.0.2.1 deleted"),
    ],
)
def test_what_differs_is_said(before: list[str], after: list[str], text: str) -> None:
    assert changes(before, after) == f"home.example.com {text}"


RECORDS = st.lists(st.sampled_from([f"60 A {ONE}", f"60 A {TWO}", "60 AAAA ::1", "60 TXT x"]), unique=True)


@given(RECORDS, RECORDS)
def test_it_says_unchanged_if_and_only_if_nothing_has_changed(before: list[str], after: list[str]) -> None:
    text = changes(before, after)
    assert (text == "" or text.endswith("unchanged")) == (set(before) == set(after))
