"""What a comparison finds in the answers of a server; no server is asked."""

from collections.abc import Iterable

import pytest

from dns_update.client import Client
from dns_update.client.locate import LocatedTarget
from dns_update.client.lookup import ZoneView
from dns_update.client.plan import Desired
from dns_update.doctor.advice import change_text
from dns_update.doctor.comparison import Comparison, Obstacle, compare, possible_changes
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import NoResponse, NotApplied, ZoneNotFound
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport.memory import MemoryTransport
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from tests.client.replies import ADDRESS, HOME, NS, SOA, ZONE, Answer, Scripted, record, reply, said, silent
from tests.doctor.seen import FIRST

ZONE_TTL = 3600
TARGET = LocatedTarget(ZONE, HOME, RRClass.IN)
ADDRESS6 = bytes.fromhex("20010db8000000000000000000000001")
RIGHT = record("home.example.com", RRType.A, "192.0.2.1")
OTHER = record("home.example.com", RRType.A, "192.0.2.99")
ALIAS = record("home.example.com", RRType.CNAME, "www.example.net.")


def wanting(desired: Desired | None, *rrtypes: int, owner: str = "") -> Subject:
    return Subject(HOME, Destination(ZONE), rrtypes or (RRType.A,), desired, owner)


def addresses(*values: bytes, ttl: int | None = None) -> Desired:
    return Desired({RRType.A: values}, ttl)


def holding(*records: Record) -> Answer:
    """Return a server that answers queries for the types of these records with them, and others with no records."""

    def answer(query: Message) -> bytes:
        asked = query.question[0]
        found = [r for r in records if r.name == asked.name and asked.rrtype in (r.rrtype, RRType.ANY)]
        found = found or [r for r in records if r.name == asked.name and r.rrtype == RRType.CNAME]
        return reply(query, answer=found, authority=(NS,) if found else (SOA,))

    return answer


def compared(script: Scripted, subject: Subject) -> Comparison:
    client = Client(FIRST.address, transport=MemoryTransport(script))
    return client.run(lambda transaction: compare(ZoneView(transaction, FIRST, TARGET), subject, ZONE_TTL))


def changes(records: Iterable[Record]) -> list[str]:
    return list(map(change_text, records))


def test_a_name_that_is_right_needs_nothing() -> None:
    script = Scripted(silent, holding(RIGHT))
    assert compared(script, wanting(addresses(ADDRESS))) == Comparison((RIGHT,))
    assert script.updates == []


@pytest.mark.parametrize(
    ("current", "desired", "needed"),
    [
        ([], addresses(ADDRESS), ["delete A", "add 3600 A 192.0.2.1"]),
        ([OTHER], addresses(ADDRESS), ["delete A", "add 60 A 192.0.2.1"]),
        ([RIGHT], addresses(ADDRESS, ttl=300), ["delete A", "add 300 A 192.0.2.1"]),
        ([OTHER], addresses(), ["delete A"]),
    ],
)
def test_a_name_that_differs_needs_an_update(current: list[Record], desired: Desired, needed: list[str]) -> None:
    script = Scripted(silent, holding(*current))
    found = compared(script, wanting(desired))
    assert (list(found.current), changes(found.changes), found.obstacle) == (current, needed, None)
    assert script.updates == []


def test_a_name_with_an_owner_needs_its_claim_too() -> None:
    desired = Desired({RRType.A: (ADDRESS,)}, owner="router-1")
    found = compared(Scripted(silent, holding(RIGHT)), wanting(desired, owner="router-1"))
    assert changes(found.changes) == ['add 3600 TXT "dns-update owner=router-1 192.0.2.1"']


def test_where_it_is_not_known_what_is_desired_all_types_are_read() -> None:
    claim = record("home.example.com", RRType.TXT, '"dns-update owner=router-1 192.0.2.1"')
    script = Scripted(silent, holding(RIGHT, claim))
    assert compared(script, wanting(None, RRType.A, RRType.AAAA, owner="router-1")) == Comparison((RIGHT, claim))
    assert [asked.rrtype for asked in script.queries] == [RRType.A, RRType.AAAA, RRType.TXT]


def test_an_alias_is_an_obstacle() -> None:
    found = compared(Scripted(silent, holding(ALIAS)), wanting(addresses(ADDRESS)))
    assert found.obstacle is not None
    assert found.obstacle.rrtype == RRType.A
    assert "home.example.com is an alias of www.example.net" in found.obstacle.remedy


def test_other_data_is_an_obstacle_to_an_alias() -> None:
    desired = Desired({RRType.CNAME: (ALIAS.rdata,)})
    found = compared(Scripted(silent, holding(RIGHT)), wanting(desired, RRType.CNAME))
    assert isinstance(found.obstacle, Obstacle)
    assert found.obstacle.rrtype == RRType.CNAME


def test_what_does_not_speak_against_an_update_is_no_obstacle() -> None:
    desired = Desired({RRType.CNAME: (ALIAS.rdata,)})
    assert compared(Scripted(silent, holding()), wanting(desired, RRType.CNAME)).obstacle is None


# A server that answers from a zone below


def below(query: Message) -> bytes:
    soa = record("home.example.com", RRType.SOA, "ns.example.com. hostmaster.example.com. 1 3600 900 604800 300")
    return reply(query, authority=(soa,))


def below_with_glue(query: Message) -> bytes:
    """Answer from the zone below, whose name server is the name itself."""
    if query.question[0].rrtype != RRType.NS:
        return below(query)
    return reply(query, answer=(record("home.example.com", RRType.NS, "home.example.com."),))


@pytest.mark.parametrize(
    ("rcode", "needed"), [(Rcode.NOERROR, []), (Rcode.NXRRSET, ["delete A", "add 3600 A 192.0.2.1"])]
)
def test_prerequisites_tell_what_the_server_does_not_show(rcode: int, needed: list[str]) -> None:
    script = Scripted(said(rcode), below_with_glue)
    found = compared(script, wanting(addresses(ADDRESS)))
    assert changes(found.changes) == needed
    assert isinstance(found.unread, ZoneNotFound)
    assert [update.authority for update in script.updates] == [()]


def test_data_that_a_zone_below_hides_would_not_be_applied() -> None:
    script = Scripted(silent, below)
    found = compared(script, wanting(addresses(ADDRESS)))
    assert isinstance(found.hidden, NotApplied)
    assert changes(found.changes) == ["delete A", "add 3600 A 192.0.2.1"]
    assert script.updates == []


def test_prerequisites_do_not_tell_of_a_part_of_an_rrset() -> None:
    desired = Desired({RRType.A: (ADDRESS,)}, owner="router-1")
    with pytest.raises(ZoneNotFound):
        compared(Scripted(silent, below), wanting(desired, owner="router-1"))


def test_a_server_that_is_silent_raises() -> None:
    with pytest.raises(NoResponse):
        compared(Scripted(silent, silent), wanting(addresses(ADDRESS)))


def test_an_answer_without_authority_raises() -> None:
    def cached(query: Message) -> bytes:
        return Message(opcode=Opcode.QUERY, question=query.question, answer=(RIGHT,), flags=Flag.QR).encode(
            query.message_id
        )

    with pytest.raises(ZoneNotFound):
        compared(Scripted(silent, cached), wanting(addresses(ADDRESS)))


# Changes of every kind


def test_possible_changes_are_those_that_a_bare_name_needs_and_deletions_of_the_other_types() -> None:
    subject = wanting(addresses(ADDRESS, ttl=60), RRType.A, RRType.AAAA)
    assert changes(possible_changes(TARGET, subject, ZONE_TTL)) == ["delete A", "add 60 A 192.0.2.1", "delete AAAA"]


def test_possible_changes_of_a_name_with_an_owner_include_its_claim() -> None:
    desired = Desired({RRType.A: (ADDRESS,)}, 60, "router-1")
    found = changes(possible_changes(TARGET, wanting(desired, RRType.A, RRType.AAAA, owner="router-1"), ZONE_TTL))
    claim = 'add 60 TXT "dns-update owner=router-1 192.0.2.1"'
    assert found == ["add 60 A 192.0.2.1", claim, "delete AAAA"]


def test_possible_changes_where_it_is_not_known_what_is_desired() -> None:
    subject = wanting(None, RRType.A, RRType.AAAA, owner="router-1")
    assert changes(possible_changes(TARGET, subject, ZONE_TTL)) == ["delete A", "delete AAAA", "delete TXT"]


def test_possible_changes_are_about_the_name_alone() -> None:
    subject = wanting(Desired({RRType.A: (ADDRESS,), RRType.AAAA: (ADDRESS6,)}), RRType.A, RRType.AAAA)
    assert {change.name for change in possible_changes(TARGET, subject, ZONE_TTL)} == {HOME}
