"""Which names updates touch, and which updates depend on each other."""

import pytest

from dns_update.nsupdate.footprint import ALONE, Footprint, combined, footprint_of, footprint_of_search
from dns_update.rr.record import Record
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import ROOT, Name
from tests.nsupdate.messages import altering, exchanger_of, names, record, update

_FAR_REACHING = [
    *(RRType.NS, RRType.SOA, RRType.DNAME, RRType.DS),
    *(46, 47, 48, 50, 51, 59, 60, 65280),
]


def test_an_update_alters_the_names_of_its_changes_and_looks_at_those_of_its_prerequisites() -> None:
    message = update(
        record("a.example.com", RRType.ANY, RRClass.ANY),
        record("A.example.com", RRType.TXT),
        record("b.example.com", RRType.CNAME),
        prerequisites=(record("c.example.com", RRType.ANY, RRClass.NONE),),
    )
    altered = names("a.example.com", "b.example.com")
    assert footprint_of(message) == Footprint(altered, names("c.example.com"), altered)
    assert footprint_of(update()) == Footprint()


@pytest.mark.parametrize("rrtype", _FAR_REACHING)
@pytest.mark.parametrize("rrclass", [RRClass.IN, RRClass.ANY, RRClass.NONE])
def test_an_update_with_a_record_that_may_affect_other_names_goes_alone(rrtype: int, rrclass: int) -> None:
    assert footprint_of(update(record("a.example.com"), record("b.example.com", rrtype, rrclass))) == ALONE
    assert footprint_of(update(prerequisites=(record("b.example.com", rrtype, rrclass),))) == ALONE


@pytest.mark.parametrize("owner", ["example.com", "EXAMPLE.com", "*.example.com", "*.a.example.com"])
def test_an_update_at_the_apex_or_of_a_wildcard_goes_alone(owner: str) -> None:
    assert footprint_of(update(record("a.example.com"), record(owner))) == ALONE
    assert footprint_of(update(prerequisites=(record(owner),))) == ALONE


def test_an_update_with_a_lease_goes_alone() -> None:
    lease = Record(ROOT, RRType.OPT, 1232, 0, b"")
    assert footprint_of(update(record("a.example.com"), additional=(lease,))) == ALONE


def test_what_goes_alone_clashes_with_all() -> None:
    for other in (Footprint(), altering("a.example.com"), ALONE):
        assert ALONE.clashes_with(other)
        assert other.clashes_with(ALONE)


def test_it_matters_which_comes_first_where_one_alters_what_the_other_alters_or_looks_at() -> None:
    a, b = altering("a.example.com"), altering("b.example.com")
    looking = Footprint(names("b.example.com"), names("A.example.com"))
    assert not a.clashes_with(b)
    assert a.clashes_with(altering("A.example.com", "c.example.com"))
    assert a.clashes_with(looking)
    assert looking.clashes_with(a)


def test_two_may_look_at_the_same_name() -> None:
    both = [Footprint(names(owner), names("c.example.com")) for owner in ("a.example.com", "b.example.com")]
    assert not both[0].clashes_with(both[1])


@pytest.mark.parametrize(("rrtype", "numbers"), [(RRType.MX, bytes(2)), (RRType.SRV, bytes(6))])
@pytest.mark.parametrize(
    ("host", "altered"),
    [
        ("host.example.com", "host.example.com"),
        ("HOST.example.com", "host.example.com"),
        ("a.host.example.com", "host.example.com"),
        # A host may have its address from a wildcard, until a name below it, or beside it, is added.
        ("host.example.com", "a.host.example.com"),
        ("a.b.host.example.com", "c.b.host.example.com"),
    ],
)
def test_an_addition_depends_on_the_branch_of_the_host_that_it_names(
    rrtype: int, numbers: bytes, host: str, altered: str
) -> None:
    naming = footprint_of(update(record("x.example.com", rrtype, rdata=numbers + Name.from_text(host).to_wire())))
    other = footprint_of(update(record(altered)))
    assert naming.clashes_with(other)
    assert other.clashes_with(naming)
    assert not naming.clashes_with(footprint_of(update(record("other.example.com"))))


def test_additions_that_depend_on_one_host_do_not_clash() -> None:
    both = [
        footprint_of(update(exchanger_of(owner, "host.example.com"))) for owner in ("a.example.com", "b.example.com")
    ]
    assert not both[0].clashes_with(both[1])


@pytest.mark.parametrize("host", ["example.com", "host.example.org", "."])
def test_an_addition_that_names_a_host_elsewhere_depends_on_nothing_in_the_zone(host: str) -> None:
    naming = footprint_of(update(exchanger_of("a.example.com", host)))
    for altered in ("host.example.com", "org.example.com", "example.example.com"):
        assert not naming.clashes_with(footprint_of(update(record(altered))))


@pytest.mark.parametrize("rrclass", [RRClass.ANY, RRClass.NONE])
def test_a_deletion_depends_on_no_host(rrclass: int) -> None:
    assert not footprint_of(update(exchanger_of("a.example.com", "host.example.com", rrclass))).depends_on


def test_the_search_for_a_zone_looks_at_the_name_and_all_above() -> None:
    search = footprint_of_search(Name.from_text("a.b.example.com"))
    for altered in ("a.b.example.com", "B.example.com", "example.com"):
        assert search.clashes_with(altering(altered))
    assert not search.clashes_with(altering("c.b.example.com", "x.a.b.example.com"))


def test_the_footprint_of_several_has_the_names_of_each() -> None:
    reaches = [
        footprint_of(update(record("a.b.example.com"), prerequisites=(record("p.example.com"),))),
        footprint_of(update(exchanger_of("c.example.com", "host.example.com"))),
    ]
    assert combined(reaches) == Footprint(
        names("a.b.example.com", "c.example.com"),
        names("p.example.com"),
        names("b.example.com", "c.example.com"),
        names("host.example.com"),
    )
