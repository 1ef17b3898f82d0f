"""A plan changes only what differs; with owners, it changes nothing of other owners."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from dns_update.client.locate import LocatedTarget
from dns_update.client.plan import Desired, plan
from dns_update.rr.record import Record, rdata_from_text
from dns_update.update import Update
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
HOME = Name.from_text("home.example.com")
PLACE = LocatedTarget(ZONE, HOME, RRClass.IN)
ONE, TWO, THREE, SIX = map(parse_address, ("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::6"))


def rrtype_of(address: bytes) -> int:
    return RRType.A if len(address) == 4 else RRType.AAAA


def addresses(*values: bytes, ttl: int = 60) -> tuple[Record, ...]:
    return tuple(Record(HOME, rrtype_of(value), RRClass.IN, ttl, value) for value in values)


def text(value: str, ttl: int = 60) -> Record:
    return Record(HOME, RRType.TXT, RRClass.IN, ttl, rdata_from_text(RRType.TXT, value))


def applied(current: Iterable[Record], update: Update | None) -> tuple[Record, ...]:
    """Carry out an update like a server (RFC 2136, section 3.4.2), without its prerequisites."""
    records = list(current)
    for change in update.changes if update is not None else ():
        if change.rrclass == RRClass.ANY:
            records = [record for record in records if record.rrtype != change.rrtype]
        elif change.rrclass == RRClass.NONE:
            records = [r for r in records if (r.rrtype, r.rdata) != (change.rrtype, change.rdata)]
        else:
            # An RRset has one TTL: the last one added (section 3.4.2.2, and BIND).
            records = [
                Record(r.name, r.rrtype, r.rrclass, change.ttl if r.rrtype == change.rrtype else r.ttl, r.rdata)
                for r in records
                if (r.rrtype, r.rdata) != (change.rrtype, change.rdata)
            ]
            records.append(change)
    return tuple(records)


def values(records: Iterable[Record], *rrtypes: int) -> set[bytes]:
    return {record.rdata for record in records if record.rrtype in (rrtypes or (RRType.A, RRType.AAAA))}


def test_what_is_right_is_left_alone() -> None:
    assert plan(PLACE, Desired({RRType.A: (ONE,)}), addresses(ONE), 300) is None
    assert plan(PLACE, Desired({RRType.A: (ONE,)}, 60), addresses(ONE), 300) is None


def test_another_address_replaces_the_rrset_and_keeps_its_ttl() -> None:
    update = plan(PLACE, Desired({RRType.A: (TWO,)}), addresses(ONE, SIX), 300)
    assert update == Update(ZONE).replace(HOME, 60, RRType.A, TWO)


def test_a_new_rrset_gets_the_new_ttl() -> None:
    assert plan(PLACE, Desired({RRType.A: (ONE,)}), (), 300) == Update(ZONE).replace(HOME, 300, RRType.A, ONE)


def test_a_ttl_that_is_set_and_differs_is_mended() -> None:
    update = plan(PLACE, Desired({RRType.A: (ONE,)}, 90), addresses(ONE), 300)
    assert update == Update(ZONE).replace(HOME, 90, RRType.A, ONE)


def test_a_type_without_values_goes_once() -> None:
    desired = Desired({RRType.AAAA: ()})
    assert plan(PLACE, desired, addresses(ONE, SIX), 300) == Update(ZONE).delete_rrset(HOME, RRType.AAAA)
    assert plan(PLACE, desired, addresses(ONE), 300) is None


def test_types_that_are_not_spoken_of_are_left_alone() -> None:
    assert plan(PLACE, Desired({RRType.A: (ONE,)}), addresses(ONE, SIX), 300) is None


def test_nothing_is_removed_as_long_as_a_source_has_not_spoken() -> None:
    update = plan(PLACE, Desired({RRType.A: (ONE,)}, only_adds=True), addresses(TWO), 300)
    assert update == Update(ZONE).add(HOME, 60, RRType.A, ONE)


def test_the_case_of_names_in_rdata_makes_no_difference() -> None:
    desired = Desired({RRType.CNAME: (Name.from_text("WWW.example.com").to_wire(),)})
    stands = Record(HOME, RRType.CNAME, RRClass.IN, 60, Name.from_text("www.example.com").to_wire())
    assert plan(PLACE, desired, (stands,), 300) is None


def test_an_owner_claims_what_it_publishes() -> None:
    update = plan(PLACE, Desired({RRType.A: (ONE,)}, owner="a"), (), 300)
    expected = Update(ZONE).add(HOME, 300, RRType.A, ONE).add(HOME, 300, RRType.TXT, "dns-update owner=a 192.0.2.1")
    assert update == expected.require_no_rrset(HOME, RRType.TXT)


def test_an_owner_removes_its_own_address_only() -> None:
    claims = (text("dns-update owner=a 192.0.2.1"), text("dns-update owner=b 192.0.2.2"), text("v=spf1 -all"))
    current = (*addresses(ONE, TWO), *claims)
    update = plan(PLACE, Desired({RRType.A: (THREE,)}, owner="a"), current, 300)
    after = applied(current, update)
    assert values(after) == {TWO, THREE}
    assert update is not None
    assert {record.rdata for record in update.prerequisites} == {claim.rdata for claim in claims}
    assert values(after, RRType.TXT) == {
        rdata_from_text(RRType.TXT, t)
        for t in ("dns-update owner=a 192.0.2.3", "dns-update owner=b 192.0.2.2", "v=spf1 -all")
    }


def test_an_address_that_another_owner_claims_too_stays() -> None:
    claims = (text("dns-update owner=a 192.0.2.1"), text("dns-update owner=b 192.0.2.1"))
    after = applied(
        (*addresses(ONE), *claims),
        plan(PLACE, Desired({RRType.A: (THREE,)}, owner="a"), (*addresses(ONE), *claims), 300),
    )
    assert values(after) == {ONE, THREE}


def test_an_owner_leaves_addresses_alone_that_nobody_claims() -> None:
    after = applied(addresses(ONE), plan(PLACE, Desired({RRType.A: (TWO,)}, owner="a"), addresses(ONE), 300))
    assert values(after) == {ONE, TWO}


def test_an_owner_removes_what_it_claims_though_it_was_not_seen() -> None:
    """It may have come after the addresses were read."""
    current = text("dns-update owner=a 192.0.2.1")
    update = plan(PLACE, Desired({RRType.A: (TWO,)}, owner="a"), (current,), 300)
    assert values(applied((current, *addresses(ONE)), update)) == {TWO}


def test_an_owner_that_has_nothing_left_gives_up_its_claim() -> None:
    current = (*addresses(ONE, TWO), text("dns-update owner=a 192.0.2.1"))
    after = applied(current, plan(PLACE, Desired({RRType.A: ()}, owner="a"), current, 300))
    assert values(after) == {TWO}
    assert not values(after, RRType.TXT)


def test_an_owner_goes_on_claiming_the_family_of_which_nothing_is_known_now() -> None:
    current = (*addresses(ONE, SIX), text("dns-update owner=a 192.0.2.1 2001:db8::6"))
    after = applied(current, plan(PLACE, Desired({RRType.A: (TWO,)}, owner="a"), current, 300))
    assert values(after) == {TWO, SIX}
    assert values(after, RRType.TXT) == {rdata_from_text(RRType.TXT, "dns-update owner=a 192.0.2.2 2001:db8::6")}


ADDRESSES = st.sets(st.sampled_from([ONE, TWO, THREE, SIX]))


@st.composite
def wanteds(draw: st.DrawFn, owner: str = "") -> Desired:
    chosen = draw(ADDRESSES)
    types = draw(st.sets(st.sampled_from([RRType.A, RRType.AAAA]), min_size=1))
    data = {rrtype: tuple(sorted(value for value in chosen if rrtype_of(value) == rrtype)) for rrtype in types}
    return Desired(data, draw(st.none() | st.just(90)), owner, only_adds=draw(st.booleans()))


@given(wanteds(), ADDRESSES)
def test_a_plan_once_applied_is_empty(desired: Desired, current: set[bytes]) -> None:
    records = addresses(*current)
    assert plan(PLACE, desired, applied(records, plan(PLACE, desired, records, 300)), 300) is None


@given(st.lists(st.one_of(wanteds("a"), wanteds("b")), max_size=6), ADDRESSES)
def test_owners_never_take_anything_from_each_other(turns: list[Desired], unclaimed: set[bytes]) -> None:
    records = addresses(*unclaimed)
    kept: dict[str, set[bytes]] = {"a": set(), "b": set()}
    for desired in turns:
        records = applied(records, plan(PLACE, desired, records, 300))
        assert plan(PLACE, desired, records, 300) is None
        named = {address for addresses_of_type in desired.data.values() for address in addresses_of_type}
        before = kept[desired.owner]
        kept[desired.owner] = named | {
            address for address in before if desired.only_adds or rrtype_of(address) not in desired.data
        }
        assert values(records) >= kept["a"] | kept["b"]


def test_an_owner_takes_the_ttl_that_stands_where_others_have_addresses() -> None:
    """The addresses of a type have the same TTL; if each agent set its own, they would undo each other's forever."""
    current = (*addresses(ONE, TWO), text("dns-update owner=a 192.0.2.1"), text("dns-update owner=b 192.0.2.2"))
    assert plan(PLACE, Desired({RRType.A: (ONE,)}, 90, "a"), current, 300) is None
    newcomer = plan(PLACE, Desired({RRType.A: (THREE,)}, 90, "c"), current, 300)
    assert {record.ttl for record in applied(current, newcomer)} == {60}


def test_an_owner_who_is_alone_sets_the_ttl() -> None:
    current = (*addresses(ONE, SIX), text("dns-update owner=a 192.0.2.1"), text("dns-update owner=b 2001:db8::6"))
    after = applied(current, plan(PLACE, Desired({RRType.A: (ONE,)}, 90, "a"), current, 300))
    assert {record.ttl for record in after if record.rrtype == RRType.A} == {90}


TTLS = st.none() | st.sampled_from([30, 60, 90])


@given(st.tuples(wanteds("a"), wanteds("b")), st.tuples(TTLS, TTLS), ADDRESSES)
def test_owners_with_ttls_of_their_own_come_to_rest(
    desired: tuple[Desired, Desired], ttls: tuple[int | None, int | None], unclaimed: set[bytes]
) -> None:
    both = [Desired(w.data, ttl, w.owner, only_adds=w.only_adds) for w, ttl in zip(desired, ttls, strict=True)]
    records = addresses(*unclaimed)
    for one in both * 2:
        records = applied(records, plan(PLACE, one, records, 300))
    assert [plan(PLACE, one, records, 300) for one in both] == [None, None]
