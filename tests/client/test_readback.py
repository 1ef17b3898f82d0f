"""What is read back: differences that count, those that do not, and a read-back that is not possible."""

import contextlib
from pathlib import Path

import pytest

from dns_update.client import Client
from dns_update.client.outcome import Outcome
from dns_update.errors import NoResponse, NotApplied, ZoneNotFound
from dns_update.exchange import Policy
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport.memory import MemoryTransport
from dns_update.wire.codes import Rcode, RRType, rrtype_to_text
from lab import Bind, LabKey, NameServer, Zone
from tests.client.replies import ADDRESS, NS, SOA, ZONE, Answer, Scripted, record, reply, said, silent
from tests.client.servers import client_of

SERVER = "192.0.2.53"


def client(script: Scripted) -> Client:
    return Client(SERVER, transport=MemoryTransport(script))


@pytest.mark.parametrize(
    "query", [silent, said(Rcode.SERVFAIL), said(Rcode.REFUSED)], ids=["silence", "SERVFAIL", "REFUSED"]
)
@pytest.mark.parametrize("command", ["set", "delete"])
def test_a_read_back_that_is_not_possible_is_a_success_with_a_note(query: Answer, command: str) -> None:
    requester = client(Scripted(said(Rcode.NOERROR), query))
    if command == "set":
        outcome = requester.set("home", ADDRESS, zone=ZONE, ttl=60)
    else:
        outcome = requester.delete("home", ADDRESS, zone=ZONE)
    assert not outcome.verified
    assert outcome.after is None
    assert len(outcome.notes) == 1
    assert outcome.notes[0].startswith("it could not be read back: ")
    assert SERVER in outcome.notes[0]


@pytest.mark.parametrize("command", ["set", "delete"])
def test_what_was_there_before_may_stay_unknown(command: str) -> None:
    # BIND accepts no updates from clients that may not query; other servers do.
    stands = [record("home.example.com", RRType.A, "192.0.2.1")] if command == "set" else []
    looks = iter([said(Rcode.REFUSED), said(Rcode.NOERROR, *stands, authority=(NS,))])

    def look(query: Message) -> bytes | None:
        return next(looks)(query)

    requester = client(Scripted(said(Rcode.NOERROR), look))
    if command == "set":
        outcome = requester.set("home", ADDRESS, zone=ZONE, ttl=60, compare=True)
    else:
        outcome = requester.delete("home", ADDRESS, zone=ZONE, compare=True)
    assert (outcome.before, outcome.changed, outcome.verified) == (None, None, True)


def test_a_server_that_is_silent_beforehand_gets_no_update() -> None:
    script = Scripted(said(Rcode.NOERROR), silent)
    with pytest.raises(NoResponse):
        client(script).set("home", ADDRESS, zone=ZONE, ttl=60, compare=True)
    assert script.queries
    assert not script.updates


QUESTIONS = {
    "new": (Rcode.NXDOMAIN, {}, ["A home"]),
    "of-other-types": (Rcode.NOERROR, {}, ["A home", "AAAA home"]),
    "of-the-first-family": (Rcode.NOERROR, {"home": {RRType.A}}, ["A home", "A *", "AAAA home"]),
    "of-the-second-family": (Rcode.NOERROR, {"home": {RRType.AAAA}}, ["A home", "AAAA home", "AAAA *"]),
    "of-both-families": (Rcode.NOERROR, {"home": {RRType.A, RRType.AAAA}}, ["A home", "A *", "AAAA home"]),
    "beside-a-wildcard": (
        Rcode.NOERROR,
        {"home": {RRType.A, RRType.AAAA}, "*": {RRType.A}},
        ["A home", "A *", "prerequisite", "AAAA home"],
    ),
}
"""A name: the rcode for types that it does not have, the types at each label, and what is asked before a set."""


@pytest.mark.parametrize(("rcode", "there", "questions"), QUESTIONS.values(), ids=QUESTIONS)
def test_nothing_is_asked_beforehand_that_an_earlier_answer_tells(
    rcode: int, there: dict[str, set[int]], questions: list[str]
) -> None:
    asked: list[str] = []

    def query(request: Message) -> bytes:
        question = request.question[0]
        label = question.name.labels[0].decode()
        asked.append(f"{rrtype_to_text(question.rrtype)} {label}")
        if question.rrtype not in there.get(label, ()):
            return reply(request, rcode, authority=(SOA,))
        address = "192.0.2.1" if question.rrtype == RRType.A else "2001:db8::1"
        owner = str(question.name)
        return reply(request, answer=(record(owner, question.rrtype, address),), authority=(NS,))

    def update(request: Message) -> bytes:
        asked.append("update" if request.authority else "prerequisite")
        return reply(request)

    addresses = (ADDRESS, "2001:db8::1")
    with contextlib.suppress(NotApplied):  # a script forgets the update
        client(Scripted(update, query)).set("home", *addresses, zone=ZONE, ttl=60, compare=True)
    assert asked[: asked.index("update")] == questions


def test_a_name_that_a_wildcard_answers_for_is_not_asked_for_further_types() -> None:
    asked: list[int] = []

    def query(request: Message) -> bytes:
        asked.append(request.question[0].rrtype)
        owner = str(request.question[0].name)
        return reply(request, answer=(record(owner, RRType.A, "192.0.2.1"),), authority=(NS,))

    def update(request: Message) -> bytes:
        return reply(request, Rcode.NOERROR if request.authority else Rcode.NXRRSET)

    requester = client(Scripted(update, query))
    with contextlib.suppress(NotApplied):
        requester.set("home", ADDRESS, "2001:db8::1", zone=ZONE, ttl=60, compare=True)
    assert asked[:3] == [RRType.A, RRType.A, RRType.A]  # of the name, of the wildcard; and read back


def test_the_wanted_records_in_any_order_are_verified() -> None:
    answer = (record("home.example.com", RRType.A, "192.0.2.2"), record("HOME.example.com", RRType.A, "192.0.2.1"))
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, *answer))
    outcome = client(script).set("home", ADDRESS, "192.0.2.2", zone=ZONE, ttl=60)
    assert outcome.verified
    assert outcome.notes == ()


@pytest.mark.parametrize(
    "answer",
    [
        (),
        (record("home.example.com", RRType.A, "192.0.2.2"),),
        (record("home.example.com", RRType.A, "192.0.2.1"), record("home.example.com", RRType.A, "192.0.2.2")),
        (record("home.example.com", RRType.CNAME, "other.example.com."), record("other.example.com", 1, "192.0.2.1")),
    ],
    ids=["nothing", "another", "too-many", "cname"],
)
def test_other_records_are_not_what_was_asked(answer: tuple[object, ...]) -> None:
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, *answer))  # type: ignore[arg-type]
    with pytest.raises(NotApplied):
        client(script).set("home", ADDRESS, zone=ZONE, ttl=60)


@pytest.mark.parametrize(
    "to_any", [silent, said(Rcode.REFUSED), said(Rcode.NOTIMP)], ids=["silence", "REFUSED", "NOTIMP"]
)
def test_an_rrset_that_is_not_there_is_told_even_if_the_server_tells_nothing_more(to_any: Answer) -> None:
    def query(request: Message) -> bytes | None:
        return to_any(request) if request.question[0].rrtype == RRType.ANY else reply(request)

    with pytest.raises(NotApplied, match=r"home\.example\.com A is not as asked"):
        client(Scripted(said(Rcode.NOERROR), query)).set("home", ADDRESS, zone=ZONE, ttl=60)


@pytest.mark.parametrize("to_wildcard", [silent, said(Rcode.SERVFAIL)], ids=["silence", "SERVFAIL"])
def test_what_was_not_deleted_is_told_even_if_no_wildcard_can_be_looked_for(to_wildcard: Answer) -> None:
    def query(request: Message) -> bytes | None:
        if request.question[0].name.labels[0] == b"*":
            return to_wildcard(request)
        return reply(request, answer=(record("home.example.com", RRType.A, "192.0.2.1"),))

    with pytest.raises(NotApplied):
        client(Scripted(said(Rcode.NOERROR), query)).delete("home", ADDRESS, zone=ZONE)


def test_records_that_a_signing_server_keeps_are_no_hindrance_to_a_delete() -> None:
    kept = record("home.example.com", 47, "next.example.com. A RRSIG NSEC")
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, kept))
    outcome = client(script).delete("home", zone=ZONE)
    assert outcome.verified


def test_another_ttl_than_asked_is_noted_and_no_failure() -> None:
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, record("home.example.com", RRType.A, "192.0.2.1", 30)))
    outcome = client(script).set("home", ADDRESS, zone=ZONE, ttl=60)
    assert outcome.verified
    assert outcome.notes == ("A: the server has TTL 30, not 60",)


# A change that may be late is read again, one that cannot come is not

BESIDE = record("home.example.com", RRType.CNAME, "other.example.com.")


class Late(Scripted):
    """A server that shows these records, one answer after the other; the last one stays."""

    def __init__(self, *answers: tuple[Record, ...]) -> None:
        self._answers = list(answers)
        super().__init__(said(Rcode.NOERROR), self._next)

    def _next(self, request: Message) -> bytes:
        if request.question[0].rrtype == RRType.ANY:
            return reply(request, answer=self._answers[0], authority=(NS,))
        records = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        rrtype = request.question[0].rrtype
        shown = [r for r in records if r.rrtype in (rrtype, RRType.CNAME, RRType.DNAME)]
        return reply(request, answer=shown, authority=(NS,))


def set_home(script: Scripted, *addresses: str, policy: Policy | None = None) -> tuple[Outcome, float, list[str]]:
    """Return the result, the seconds that it took, and the log."""
    transport = MemoryTransport(script)
    log: list[str] = []
    outcome = Client(SERVER, transport=transport, policy=policy, log=log.append).set(
        "home", *(addresses or ("192.0.2.1",)), zone=ZONE, ttl=60
    )
    return outcome, transport.now, log


A = record("home.example.com", RRType.A, "192.0.2.1")
OLD_TTL = record("home.example.com", RRType.A, "192.0.2.1", 30)
AAAA = record("home.example.com", RRType.AAAA, "2001:db8::1")


def test_a_change_that_is_late_is_looked_for_again() -> None:
    outcome, seconds, log = set_home(Late((), (), (), (A,)))
    assert outcome.verified
    assert outcome.after == (A,)
    assert outcome.notes == ()
    assert seconds == pytest.approx(0.05 + 0.1 + 0.2)
    assert log[1:] == [f"{SERVER} does not show the change yet; reading it again for up to 12 s"]


def test_a_removal_that_is_late_is_looked_for_again() -> None:
    script = Late((A,), (), (A,), (), ())  # each reading of what is left is followed by one of the wildcard
    transport = MemoryTransport(script)
    outcome = Client(SERVER, transport=transport).delete("home", rrtype="A", zone=ZONE)
    assert outcome.verified
    assert outcome.after == ()
    assert transport.now > 0


def test_what_was_noted_before_the_change_came_is_forgotten() -> None:
    outcome, _, _ = set_home(Late((OLD_TTL,), (), (A,), (AAAA,)), "192.0.2.1", "2001:db8::1")
    assert outcome.verified
    assert outcome.notes == ()


@pytest.mark.parametrize("policy", [Policy(), Policy(timeout=0.2, retries=1), Policy(timeout=0.01, retries=0)], ids=str)
def test_a_change_that_never_comes_is_waited_for_no_longer_than_an_answer(policy: Policy) -> None:
    transport = MemoryTransport(Late(()))
    with pytest.raises(NotApplied, match="the name has no such record") as caught:
        Client(SERVER, transport=transport, policy=policy).set("home", ADDRESS, zone=ZONE, ttl=60)
    assert caught.value.may_come
    assert "a secondary that forwards updates shows them only later" in caught.value.hint
    assert transport.now == pytest.approx(policy.patience)


def test_without_verify_nothing_is_waited_for() -> None:
    transport = MemoryTransport(Late(()))
    Client(SERVER, transport=transport).set("home", ADDRESS, zone=ZONE, ttl=60, verify=False)
    assert transport.now == 0


@pytest.mark.parametrize(
    ("name", "rrtype", "value", "stands", "hint"),
    [
        ("home", "A", "192.0.2.1", (BESIDE,), "a name with a CNAME has no other records"),
        ("home", "CNAME", "other.example.com.", (A,), "a CNAME cannot be beside other records"),
        ("@", "SOA", "a. b. 1 2 3 4 5", (SOA,), "a zone keeps its SOA record, and ignores a new one whose serial"),
        ("@", "DS", "1 8 2 " + "00" * 32, (), "DS records belong in the parent zone"),
        (
            "home",
            "A",
            "192.0.2.1",
            (record("example.com", RRType.DNAME, "example.net."), BESIDE),
            "the DNAME at example.com hides all names below it",
        ),
    ],
    ids=["beside-cname", "cname-beside", "serial", "DS", "below-dname"],
)
def test_a_reason_that_can_be_seen_is_told_at_once(
    name: str, rrtype: str, value: str, stands: tuple[Record, ...], hint: str
) -> None:
    transport = MemoryTransport(Late(stands))
    with pytest.raises(NotApplied) as caught:
        Client(SERVER, transport=transport).set(name, value, rrtype=rrtype, zone=ZONE, ttl=60)
    assert not caught.value.may_come
    assert caught.value.hint.startswith(hint)
    assert transport.now == 0


def test_who_deletes_the_soa_record_is_told_that_a_zone_keeps_it() -> None:
    with pytest.raises(NotApplied) as caught:
        Client(SERVER, transport=MemoryTransport(Late((SOA,)))).delete("@", rrtype="SOA", zone=ZONE)
    assert caught.value.hint.startswith("a zone keeps its SOA record")


@pytest.mark.parametrize(
    "dname",
    [
        record("moved.example.com", RRType.DNAME, "example.net."),
        record("home.example.com", RRType.DNAME, "example.net."),
    ],
    ids=["of-the-target", "of-the-name-itself"],
)
def test_a_dname_that_is_not_above_the_name_is_not_the_reason(dname: Record) -> None:
    chain = (record("home.example.com", RRType.CNAME, "x.moved.example.com."), dname)
    with pytest.raises(NotApplied) as caught:
        client(Late(chain)).set("home", ADDRESS, zone=ZONE, ttl=60)
    assert caught.value.hint.startswith("a name with a CNAME has no other records")


def test_what_stands_instead_is_told_even_if_the_server_then_falls_silent() -> None:
    answers = iter((said(Rcode.NOERROR, BESIDE),))

    def query(request: Message) -> bytes | None:
        return next(answers, silent)(request)

    with pytest.raises(NotApplied, match=r"the server has CNAME other\.example\.com\.") as caught:
        client(Scripted(said(Rcode.NOERROR), query)).set("home", ADDRESS, zone=ZONE, ttl=60)
    assert caught.value.hint.startswith("a name with a CNAME has no other records")


def test_a_ttl_that_bind_cuts_to_its_maximum_is_noted(tmp_path: Path) -> None:
    zone = Zone("example.com", ttl=300, extra="max-zone-ttl 600;")
    with Bind(tmp_path / "server", zones=[zone], keys=[LabKey.generate()]) as server:
        outcome = client_of(server).set("home", ADDRESS, zone=ZONE, ttl=86400)
    assert outcome.verified
    assert outcome.notes == ("A: the server has TTL 600, not 86400",)


def test_the_ttl_comes_from_the_soa_record_and_not_from_a_negative_answer() -> None:
    def query(request: Message) -> bytes:
        if request.question[0].rrtype == RRType.SOA:
            return reply(request, answer=(SOA,))
        negative = record("example.com", RRType.SOA, "ns.example.com. h.example.com. 1 2 3 4 5", 5)
        return reply(request, Rcode.NXDOMAIN, authority=(negative,))

    script = Scripted(said(Rcode.NOERROR), query)
    client(script).set("home", ADDRESS, zone=ZONE, verify=False)
    assert [change.ttl for change in script.updates[0].authority] == [0, 3600]


def test_a_zone_without_a_soa_record_is_none() -> None:
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR))
    with pytest.raises(ZoneNotFound):
        client(script).set("home", ADDRESS, zone=ZONE)
    assert script.updates == []


def test_a_set_is_one_message_with_a_delete_and_adds_for_each_family() -> None:
    script = Scripted(said(Rcode.NOERROR), silent)
    client(script).set("home", ADDRESS, "192.0.2.2", bytes(15) + b"\1", zone=ZONE, ttl=60, verify=False)
    (update,) = script.updates
    assert [(change.rrtype, change.rrclass, change.ttl) for change in update.authority] == [
        (RRType.A, 255, 0), (RRType.A, 1, 60), (RRType.A, 1, 60), (RRType.AAAA, 255, 0), (RRType.AAAA, 1, 60),
    ]  # fmt: skip


def test_the_hint_for_programmers_is_a_call_that_removes_what_is_in_the_way(bind: NameServer, unique_name: str) -> None:
    client = client_of(bind)
    client.set(unique_name, "other.example.net.", rrtype="CNAME", zone="example.com", ttl=60)
    with pytest.raises(NotApplied) as caught:
        client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)
    call = caught.value.hint.rpartition("remove it: ")[2]
    assert call == f'client.delete("{unique_name}", rrtype="CNAME", zone="example.com")'
    eval(call, {"client": client})  # noqa: S307 - that it is a call is what the test is about
    assert client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60).verified
