"""Reading back: by the changes of a zone, by the whole zone, or by questions, and with the same result each time."""

from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path

import pytest

from dns_update import BulkOptions, BulkOutcome, Client, MalformedMessage, PermissionDenied, Wish, ZoneNotFound
from dns_update.bulk.access import Carrier
from dns_update.bulk.picture import Found, Picture
from dns_update.bulk.reading import Reader
from dns_update.bulk.sender import Sender
from dns_update.bulk.walk import walked
from dns_update.client.bulk_access import ZoneAccess
from dns_update.exchange import Exchange, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.wire.codes import Opcode, RRClass, RRType
from dns_update.wire.name import Name
from lab import Bind, Knot, LabKey, NameServer, Zone
from tests.client.replies import SOA, reply
from tests.client.servers import client_of

KEY = LabKey.generate("bulk-key", "hmac-sha256")
ZONE = Name.from_text("example.com")
MANY = "\n".join(f"old-{n} A 192.0.2.{n % 256}" for n in range(3000))


class CountingCarrier:
    """A carrier that counts the answers to questions."""

    def __init__(self, carrier: Carrier, access: "WatchedAccess") -> None:
        self._carrier = carrier
        self._access = access

    def start(self, exchange: Exchange) -> object:
        return self._carrier.start(exchange)

    def wait(self, flight: object) -> Reply | UnverifiedReply:
        reply = self._carrier.wait(flight)
        self._access.questions += isinstance(reply, Reply) and reply.message.opcode == Opcode.QUERY
        return reply

    def close(self) -> None:
        self._carrier.close()


class WatchedAccess(ZoneAccess):
    """Records which transfers there were, with the number of their records, and how many questions."""

    def __init__(self, client: Client) -> None:
        super().__init__(client, ZONE)
        self.transfers: list[tuple[bool, int]] = []  # whether only the changes were asked for
        self.questions = 0

    def carrier(self, endpoint: Endpoint) -> Carrier:
        return CountingCarrier(super().carrier(endpoint), self)

    def transferred(self, since: int | None = None) -> Generator[Record, None, None]:
        count = 0
        try:
            for record in super().transferred(since):
                count += 1
                yield record
        finally:
            self.transfers.append((since is not None, count))


def carried_out(access: WatchedAccess, wishes: list[Wish]) -> dict[str, str]:
    """Send wishes and read them back; return the state of each name."""
    sender = Sender(access, BulkOptions())
    outcomes: list[BulkOutcome] = []
    for wish in wishes:
        outcomes += sender.offer(wish)
    outcomes += sender.finish()
    sender.close()
    return {str(outcome.wish.name).removesuffix(".example.com"): outcome.state for outcome in outcomes}


def hosts(count: int, address: str = "203.0.113.1") -> list[Wish]:
    return [Wish.from_text(f"host-{n}", address, zone=ZONE, ttl=60) for n in range(count)]


def allowing(kind: type[NameServer], directory: Path, records: str, *, transfer: bool = True) -> NameServer:
    """Return a server whose key may change the zone, and transfer it."""
    if kind is Knot:
        extra = f"acl:\n  - id: transfer\n    key: {KEY.name}\n    action: transfer\n"
        zone = Zone("example.com", records=records, policy="    acl: [lab-update, transfer]")
        return Knot(directory, keys=[KEY], zones=[zone], extra=extra)
    extra = "" if transfer else "allow-transfer { none; };"
    return kind(directory, keys=[KEY], zones=[Zone("example.com", records=records, extra=extra)])


@pytest.fixture(params=[Bind, Knot], ids=["bind", "knot"])
def large(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WatchedAccess]:
    """Start a server with a zone of 3,000 names, one of which is a CNAME."""
    records = f"{MANY}\nalias CNAME target.example.net.\nsame 60 A 203.0.113.1\nhalf 60 A 203.0.113.1"
    with allowing(request.param, tmp_path / "server", records) as running:
        yield WatchedAccess(client_of(running))


def test_in_a_large_zone_only_the_changes_are_read(large: WatchedAccess) -> None:
    assert set(carried_out(large, hosts(200)).values()) == {"updated"}
    assert large.transfers[0][0]
    assert large.transfers[0][1] < 500
    assert len(large.transfers) == 1
    assert large.questions == 0


def test_what_the_changes_do_not_show_is_asked_for(large: WatchedAccess) -> None:
    others = [
        Wish.from_text("alias", "203.0.113.1", zone=ZONE, ttl=60),  # stays a CNAME: no change
        Wish.from_text("same", "203.0.113.1", zone=ZONE, ttl=60),  # is so already: no change
        Wish.from_text("half", "203.0.113.1", "203.0.113.2", zone=ZONE, ttl=60),  # a part is a change
        Wish.from_text("old-1", zone=ZONE, deletes=True),
        Wish.from_text("old-2", rrtype="A", zone=ZONE, deletes=True),
        Wish.from_text("old-3", "192.0.2.3", zone=ZONE, deletes=True),
        Wish.from_text("old-4", "192.0.2.99", zone=ZONE, deletes=True),  # it has not got this value
    ]
    states = carried_out(large, [*hosts(200), *others])
    assert states.pop("alias") == "refused"
    assert set(states.values()) == {"updated"}
    assert len(states) == 206
    assert large.transfers[0][0]
    assert large.questions == 6  # all of `others` but the RRset that was removed


def test_the_next_changes_are_read_from_where_the_last_ones_ended(large: WatchedAccess) -> None:
    sender = Sender(large, BulkOptions())
    states = []
    for turn in range(3):
        for wish in hosts(100, f"203.0.113.{turn + 2}"):
            states += sender.offer(wish)
        states += sender.finish()
    sender.close()
    assert [outcome.state for outcome in states] == ["updated"] * 300
    first, *later = [count for only_changes, count in large.transfers if only_changes]
    assert all(count <= 2 * 100 + 2 * 10 for count in later), (first, later)  # each address lost and gained, and SOAs
    assert large.questions == 0


def test_a_server_that_changes_more_than_the_wishes_is_not_read_to_the_end(large: WatchedAccess) -> None:
    begun = large.begin()
    others = [Wish.from_text(f"busy-{n}", "203.0.113.1", zone=ZONE, ttl=60) for n in range(2000)]
    list(large.client.apply(others, BulkOptions(verify=False)))
    wishes = hosts(40)
    list(large.client.apply(wishes, BulkOptions(verify=False)))
    found = dict(Reader(large, begun).read_back(wishes))
    assert all(each is not None and each.values == {bytes([203, 0, 113, 1])} for each in found.values())  # type: ignore[union-attr]
    assert large.questions == 40


def test_without_transfers_all_is_asked_for(tmp_path: Path) -> None:
    with allowing(Bind, tmp_path / "server", "alias CNAME target.example.net.", transfer=False) as running:
        access = WatchedAccess(client_of(running))
        states = carried_out(access, [*hosts(200), Wish.from_text("alias", "203.0.113.1", zone=ZONE, ttl=60)])
    assert states.pop("alias") == "refused"
    assert set(states.values()) == {"updated"}
    assert access.questions == 201
    assert len(access.transfers) == 1  # it was refused, and is not tried again


def test_a_delegation_is_read_and_what_is_below_it_is_not(tmp_path: Path) -> None:
    with allowing(Bind, tmp_path / "server", "child NS ns.example.net.", transfer=False) as running:
        access = WatchedAccess(client_of(running))
        reader = Reader(access, access.begin())
        whole, name_servers, below = (
            Wish.from_text(name, rrtype=rrtype, zone=ZONE, deletes=True)
            for name, rrtype in (("child", None), ("child", "NS"), ("a.child", "A"))
        )
        found = dict(reader.read([whole, name_servers, below]))
        assert isinstance(found[below], ZoneNotFound)
        rdata = Name.from_text("ns.example.net").to_wire()
        assert found[name_servers] == Found(3600, frozenset([rdata]))
        assert found[whole] == Found(3600, frozenset([b"\0\x02" + rdata]))
        assert carried_out(access, [whole]) == {"child": "updated"}


def liar(following: str) -> Callable[[SentMessage], Iterable[bytes]]:
    """Return a server whose NSEC records all name the same name."""

    def answer(sent: SentMessage) -> Iterable[bytes]:
        message = Message.decode(sent.octets)
        asked = message.question[0]
        if asked.rrtype == RRType.SOA:
            return (reply(message, answer=(SOA,)),)
        rdata = Name.from_text(following).to_wire() + (b"\0\1\x40" if asked.rrtype == RRType.NSEC else b"")
        return (reply(message, answer=(Record(asked.name, asked.rrtype, RRClass.IN, 60, rdata),)),)

    return answer


@pytest.mark.parametrize("following", ["b.example.com", "a.example.net"])
def test_a_chain_of_names_that_leads_in_a_circle_or_out_of_the_zone_ends(following: str) -> None:
    access = ZoneAccess(Client("127.0.0.1", transport=MemoryTransport(liar(following))), ZONE)
    with pytest.raises(MalformedMessage, match="which is not after it"):
        list(walked(access, PermissionDenied("no transfer")))


def test_a_chain_that_ends_at_once() -> None:
    access = ZoneAccess(Client("127.0.0.1", transport=MemoryTransport(liar("example.com"))), ZONE)
    types = [record.rrtype for record in walked(access, PermissionDenied("no transfer")) if record.name == ZONE]
    assert types == [RRType.NS, RRType.ANY]


def lost(name: str, address: str, ttl: int = 60) -> Record:
    return Record(
        Name.from_text(f"{name}.example.com"), RRType.A, RRClass.NONE, ttl, bytes(map(int, address.split(".")))
    )


def gained(name: str, address: str, ttl: int = 60) -> Record:
    return lost(name, address, ttl)._replace(rrclass=RRClass.IN)


def soa(serial: int, rrclass: int = RRClass.IN) -> Record:
    return Record(ZONE, RRType.SOA, rrclass, 60, bytes(2) + serial.to_bytes(4) + bytes(16))


@pytest.mark.parametrize(
    ("changes", "is_shown"),
    [
        ([gained("a", "192.0.2.1")], True),
        ([lost("a", "192.0.2.9"), gained("A", "192.0.2.1")], True),
        ([gained("a", "192.0.2.1"), lost("a", "192.0.2.1")], False),  # another client has removed it since
        ([gained("a", "192.0.2.1"), gained("a", "192.0.2.2")], False),  # another client has added to it
        ([gained("a", "192.0.2.2"), lost("a", "192.0.2.2"), gained("a", "192.0.2.1")], True),
        ([lost("a", "192.0.2.1", 30), gained("a", "192.0.2.1", 60)], True),  # only the TTL
        ([gained("b", "192.0.2.1")], False),
        ([], False),
    ],
)
def test_what_changes_show_of_a_name(changes: list[Record], is_shown: bool) -> None:
    wish = Wish.from_text("a", "192.0.2.1", zone=ZONE, ttl=60)
    picture = Picture([wish], RRClass.IN, 7)
    for record in (soa(7, RRClass.NONE), *changes, soa(8)):
        picture.take(record)
    assert picture.shows(wish) is is_shown
    assert not picture.is_whole
    assert picture.serial == 8


def test_changes_show_that_an_rrset_was_removed_and_nothing_of_a_whole_name() -> None:
    rrset, name = (Wish.from_text("a", rrtype=rrtype, zone=ZONE, deletes=True) for rrtype in ("A", None))
    picture = Picture([rrset, name], RRClass.IN, 7)
    for record in (soa(7, RRClass.NONE), lost("a", "192.0.2.1"), soa(8)):
        picture.take(record)
    assert picture.shows(rrset)
    assert not picture.shows(name)
    picture.take(gained("a", "192.0.2.3"))
    assert not picture.shows(rrset)


def test_the_name_servers_of_a_zone_are_never_shown_by_changes() -> None:
    wish = Wish.from_text("@", "ns.example.com", rrtype="NS", zone=ZONE, ttl=60)
    picture = Picture([wish], RRClass.IN, 7)
    for record in (soa(7, RRClass.NONE), soa(8), Record(ZONE, RRType.NS, RRClass.IN, 60, wish.values[0])):
        picture.take(record)
    assert not picture.shows(wish)


def test_a_whole_zone_that_comes_instead_of_changes_shows_everything() -> None:
    wishes = [
        Wish.from_text("a", "192.0.2.1", zone=ZONE, ttl=60),
        Wish.from_text("b", zone=ZONE, deletes=True),
        Wish.from_text("c", zone=ZONE, deletes=True),
    ]
    picture = Picture(wishes, RRClass.IN, 7)
    for record in (soa(9), gained("a", "192.0.2.1"), gained("c", "192.0.2.1")):
        picture.take(record)
    assert picture.is_whole
    assert picture.serial == 9
    assert [picture.shows(wish) for wish in wishes] == [True, True, False]
