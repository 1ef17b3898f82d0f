"""The sender against scripted servers: faults that no real server shows on request."""

from collections.abc import Callable, Iterable

import pytest

from dns_update import BulkOptions, BulkOutcome, Client, Wish
from dns_update.auth.private_key import PrivateKey
from dns_update.auth.sig0 import PairKey
from dns_update.bulk.batch import Batch, SizeLimit, Window
from dns_update.bulk.packing import Packer
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.update import Update
from dns_update.wire.codes import Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name
from tests.client.replies import SOA, ZONE, reply

UNVERIFIED = BulkOptions(verify=False)


def hosts(count: int) -> list[Wish]:
    return [Wish.from_text(f"host-{n}", f"192.0.2.{n % 256}", zone="example.com", ttl=60) for n in range(count)]


class Server:
    """A server that answers each update with what `judge` returns: an rcode, or an error of the connection."""

    def __init__(self, judge: Callable[[Message, bytes], int | OSError]) -> None:
        self.updates: list[Message] = []
        self.asked = 0
        self._judge = judge

    def __call__(self, sent: SentMessage) -> Iterable[bytes] | OSError:
        message = Message.decode(sent.octets)
        if message.opcode != Opcode.UPDATE:
            self.asked += 1
            return (reply(message, answer=(SOA,)),)
        self.updates.append(message)
        answer = self._judge(message, sent.octets)
        return answer if isinstance(answer, OSError) else (reply(message, answer),)


def applied(server: Server, wishes: list[Wish], options: BulkOptions = UNVERIFIED) -> list[BulkOutcome]:
    client = Client("127.0.0.1", transport=MemoryTransport(server))
    return list(client.apply(wishes, options))


def names_in(message: Message) -> set[str]:
    return {record.name.to_text().partition(".")[0] for record in message.authority}


def on_wire(message: Message) -> Message:
    """Return a message as a server reads it, which compression does not change."""
    return Message.decode(message.encode(7))


def test_a_message_has_the_records_that_update_would_have_made() -> None:
    packer = Packer(ZONE, RRClass.IN)
    two = ("192.0.2.1", "192.0.2.2")
    cases = [
        (Wish.from_text("a", *two, zone=ZONE, ttl=60), Update(ZONE).replace("a", 60, "A", *two)),
        (Wish.from_text("A.EXAMPLE.com", "::1", zone=ZONE, ttl=1), Update(ZONE).replace("A.EXAMPLE.com", 1, 28, "::1")),
        (Wish.from_text("@", "x", rrtype="TXT", zone=ZONE, ttl=60), Update(ZONE).replace("@", 60, "TXT", "x")),
        (Wish.from_text("a", zone=ZONE, deletes=True), Update(ZONE).delete_name("a")),
        (Wish.from_text("a", rrtype="MX", zone=ZONE, deletes=True), Update(ZONE).delete_rrset("a", "MX")),
        (Wish.from_text("a", "192.0.2.1", zone=ZONE, deletes=True), Update(ZONE).delete("a", "A", "192.0.2.1")),
    ]  # fmt: skip
    for wish, update in cases:
        octets, count = packer.packed(wish, wish.ttl or 0)
        message = packer.message([octets], count)
        assert on_wire(message) == on_wire(update.to_message())
        assert message.compressed.encode(7) == update.to_message().encode(7)


def test_a_message_with_conditions_is_the_one_that_update_would_have_made() -> None:
    packer = Packer(ZONE, RRClass.IN)
    wishes = [
        Wish.from_text("a", "192.0.2.1", zone=ZONE, ttl=60, require="existing"),
        Wish.from_text("b", "192.0.2.2", zone=ZONE, ttl=60, adds=True, require="absent"),
        Wish.from_text("c", zone=ZONE, deletes=True, require="existing"),
        Wish.from_text("d", "192.0.2.3", zone=ZONE, ttl=60),
    ]
    batch = Batch()
    for wish in wishes:
        batch.add(wish, *packer.packed(wish, wish.ttl or 0), packer.condition(wish))
    update = Update(ZONE).require_rrset("a", "A").require_no_rrset("b", "A").require_present("c")
    update = update.replace("a", 60, "A", "192.0.2.1").add("b", 60, "A", "192.0.2.2").delete_name("c")
    update = update.replace("d", 60, "A", "192.0.2.3")
    assert on_wire(batch.message(packer)) == on_wire(update.to_message())
    assert batch.message(packer).compressed.encode(7) == update.to_message().encode(7)


def test_what_a_key_pair_signs_has_each_owner_once_as_hickory_encodes_it() -> None:
    private = PrivateKey.generate(15)
    key = PairKey("example.com", private.der, bytes((2, 0, 3, 15)) + private.public)
    sent: list[bytes] = []

    def judge(_message: Message, octets: bytes) -> int:
        sent.append(octets)
        return Rcode.NOERROR

    client = Client("127.0.0.1", key=key, transport=MemoryTransport(Server(judge)))
    list(client.apply(hosts(3)))
    assert [octets.count(b"\6host-1") for octets in sent] == [1]


def new(count: int) -> list[Wish]:
    return [wish._replace(require="absent") for wish in hosts(count)]


class Conditional:
    """A server that has some hosts: it refuses an update that requires one of them to be absent."""

    def __init__(self, there: set[str], lost: int = 0) -> None:
        self.there = there
        self.updates: list[set[str]] = []
        self._lost = lost  # how many of the first updates are carried out without an answer

    def __call__(self, sent: SentMessage) -> Iterable[bytes] | OSError:
        message = Message.decode(sent.octets)
        if message.opcode != Opcode.UPDATE:
            return (reply(message, answer=self._records(message)),)
        names = names_in(message)
        self.updates.append(names)
        if self.there & {record.name.to_text().partition(".")[0] for record in message.answer}:
            return (reply(message, Rcode.YXRRSET),)
        self.there |= names
        if len(self.updates) <= self._lost:
            return ConnectionResetError(104, "reset")
        return (reply(message),)

    def _records(self, message: Message) -> tuple[Record, ...]:
        asked = message.question[0]
        host = asked.name.to_text().partition(".")[0]
        if asked.rrtype == RRType.SOA:
            return (SOA,)
        number = int(host.partition("-")[2])
        address = 1 if host == "host-3" else number % 256  # that one has another address than is desired
        found = Record(asked.name, RRType.A, RRClass.IN, 60, bytes([192, 0, 2, address]))
        return (found,) if host in self.there else ()


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_what_was_carried_out_without_an_answer_is_not_taken_for_refused(lost: int) -> None:
    server = Conditional({"host-3"}, lost)
    client = Client("127.0.0.1", transport=MemoryTransport(server))
    outcomes = list(client.apply(new(1000), UNVERIFIED))
    assert [(str(o.wish.name), o.state) for o in outcomes if not o.is_done] == [("host-3.example.com", "refused")]
    assert len(outcomes) == 1000


@pytest.mark.parametrize(("may_be_done", "states"), [(True, {"updated"}), (False, {"refused"})])
def test_what_an_earlier_run_may_have_done_is_looked_at(may_be_done: bool, states: set[str]) -> None:
    server = Conditional({f"host-{n}" for n in range(20) if n != 3})
    client = Client("127.0.0.1", transport=MemoryTransport(server))
    outcomes = list(client.apply(new(20), BulkOptions(verify=False, may_be_done=may_be_done)))
    assert {o.state for o in outcomes if str(o.wish.name) != "host-3.example.com"} == states
    assert all(type(o.error).__name__ == "NameExists" for o in outcomes if not o.is_done)


def test_a_zone_that_is_the_root() -> None:
    packer = Packer(Name(()), RRClass.IN)
    octets, count = packer.packed(Wish.from_text("a.", "192.0.2.1", ttl=60), 60)
    update = Update(".").replace("a.", 60, "A", "192.0.2.1")
    assert on_wire(packer.message([octets], count)) == on_wire(update.to_message())


def test_messages_are_filled_up_to_the_limit_and_never_beyond() -> None:
    sizes = []

    def judge(_message: Message, octets: bytes) -> int:
        sizes.append(len(octets))
        return Rcode.NOERROR

    server = Server(judge)
    applied(server, hosts(500), BulkOptions(verify=False, message_octets=4096))
    assert max(sizes) <= 4096
    assert min(sizes[:-1]) > 3500
    assert len(set().union(*map(names_in, server.updates))) == 500


def test_a_server_that_takes_only_small_messages_gets_small_ones() -> None:
    refused = []

    def judge(_message: Message, octets: bytes) -> int:
        if len(octets) <= 5000:
            return Rcode.NOERROR
        refused.append(octets)
        return Rcode.FORMERR

    outcomes = applied(Server(judge), hosts(2000))
    assert {outcome.state for outcome in outcomes} == {"updated"}
    assert 0 < len(refused) < 12  # only until the limit is known


def test_a_server_that_closes_the_connection_at_large_messages_gets_small_ones() -> None:
    server = Server(
        lambda _message, octets: ConnectionResetError(104, "reset") if len(octets) > 5000 else Rcode.NOERROR
    )
    outcomes = applied(server, hosts(2000))
    assert {outcome.state for outcome in outcomes} == {"updated"}


def test_a_record_that_is_malformed_does_not_make_the_messages_small() -> None:
    sizes = []

    def judge(message: Message, octets: bytes) -> int:
        sizes.append(len(octets))
        return Rcode.FORMERR if "host-7" in names_in(message) else Rcode.NOERROR

    outcomes = applied(Server(judge), hosts(3000))
    assert [str(outcome.wish.name) for outcome in outcomes if not outcome.is_done] == ["host-7.example.com"]
    assert max(sizes[-3:]) > 7000


def test_a_reset_connection_is_opened_again_and_the_message_sent_again() -> None:
    seen: set[frozenset[str]] = set()

    def judge(message: Message, _octets: bytes) -> int | OSError:
        names = frozenset(names_in(message))
        if names in seen:
            return Rcode.NOERROR
        seen.add(names)
        return ConnectionResetError(104, "reset")

    outcomes = applied(Server(judge), hosts(2000))
    assert {outcome.state for outcome in outcomes} == {"updated"}
    assert len(outcomes) == 2000


def test_servfail_that_passes_costs_no_name() -> None:
    answers = iter([Rcode.SERVFAIL, Rcode.SERVFAIL])
    outcomes = applied(Server(lambda _message, _octets: next(answers, Rcode.NOERROR)), hosts(1000))
    assert {outcome.state for outcome in outcomes} == {"updated"}


def test_one_name_that_servfail_is_about_is_found() -> None:
    server = Server(lambda message, _octets: Rcode.SERVFAIL if "host-3" in names_in(message) else Rcode.NOERROR)
    outcomes = applied(server, hosts(300))
    assert [(str(o.wish.name), o.state) for o in outcomes if not o.is_done] == [("host-3.example.com", "failed")]


def test_a_zone_that_always_fails_is_given_up() -> None:
    server = Server(lambda _message, _octets: Rcode.SERVFAIL)
    outcomes = applied(server, hosts(5000))
    assert len(outcomes) == 5000
    assert {outcome.state for outcome in outcomes} == {"failed", "not-tried"}
    assert len(server.updates) < 100


def test_a_zone_that_is_gone_ends_the_zone() -> None:
    server = Server(lambda _message, _octets: Rcode.NOTAUTH)
    outcomes = applied(server, hosts(5000))
    assert {type(outcome.error).__name__ for outcome in outcomes} == {"ZoneNotFound"}
    assert len(server.updates) == 1


def test_a_name_with_more_data_than_a_message_has_room_for_fails_alone() -> None:
    large = Wish.from_text("large", *[f"{n:05d}" + "x" * 200 for n in range(400)], rrtype="TXT", zone=ZONE, ttl=60)
    outcomes = applied(Server(lambda _message, _octets: Rcode.NOERROR), [*hosts(5), large, *hosts(5)])
    assert [(str(o.wish.name), o.state) for o in outcomes if not o.is_done] == [("large.example.com", "failed")]


def test_after_a_stop_what_is_left_is_not_tried() -> None:
    server = Server(lambda _message, _octets: Rcode.NOERROR)
    from dns_update.bulk.engine import applied as engine
    from dns_update.client.bulk_access import ZoneFinder

    client = Client("127.0.0.1", transport=MemoryTransport(server))
    outcomes = list(engine(hosts(3000), ZoneFinder(client).access_of, UNVERIFIED, lambda: bool(server.updates)))
    states = {outcome.state for outcome in outcomes}
    assert len(outcomes) == 3000
    assert states == {"updated", "not-tried"}


def test_halves_have_the_same_wishes_in_the_same_order() -> None:
    batch = Batch()
    for wish in hosts(7):
        batch.add(wish, b"12", 1)
    first, second = batch.halves()
    assert first.wishes + second.wishes == batch.wishes
    assert first.octets + second.octets == batch.octets == 14


def test_the_limit_halves_and_comes_back() -> None:
    limit = SizeLimit(16384)
    limit.too_large(16000)
    assert limit.octets == 8000
    limit.not_the_size()
    assert limit.octets == 16384
    limit.too_large(100)
    assert limit.octets == 1024


@pytest.mark.parametrize(("events", "size"), [("", 1), ("a", 2), ("aaaaaaaaa", 8), ("aaaf", 2), ("fff", 1)])
def test_the_window(events: str, size: int) -> None:
    window = Window(8)
    for event in events:
        window.answered() if event == "a" else window.failed()
    assert window.size == size


def test_the_type_of_a_whole_name_is_any() -> None:
    assert Wish.from_text("a", zone=ZONE, deletes=True).rrtype == RRType.ANY
