"""The transaction's record of updates: where one was sent, and whether one may have arrived without an answer."""

from __future__ import annotations

import pytest

from dns_update.auth import Key
from dns_update.client.settings import ClientSettings
from dns_update.client.steps import Ask, Resolve
from dns_update.client.transaction import Transaction
from dns_update.errors import KeyRejected, NoResponse, ReplyNotTrusted
from dns_update.errors.causes import NOT_SIGNED
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.update import Update
from dns_update.wire.codes import Rcode, RRType
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
SERVER = Endpoint("192.0.2.1")
QUERY = Message.query(ZONE, RRType.SOA)
UPDATE = Update(ZONE).delete_rrset(ZONE, RRType.TXT).to_message()
PREREQUISITES = Update(ZONE).require_rrset(ZONE, RRType.TXT).to_message()
KEY = Key.from_secret("home", "c2VjcmV0", "hmac-sha256", "base64")
TWO_READINGS = Key.from_secret("home", "c2VjcmV0")


def reply(tries: int) -> Reply:
    return Reply(Message(opcode=0, question=QUERY.question), None, "udp", tries)


def unverified(rcode: int, tsig_error: int = 0) -> UnverifiedReply:
    return UnverifiedReply(rcode, tsig_error, NOT_SIGNED, "it is not signed", 1)


@pytest.mark.parametrize(
    ("message", "tries", "is_sent", "is_astray"),
    [(UPDATE, 1, True, False), (UPDATE, 2, True, True), (QUERY, 2, False, False), (PREREQUISITES, 2, False, False)],
    ids=["answered", "answered at the second try", "query", "prerequisites alone"],
)
def test_an_update_is_astray_from_its_sending_to_the_answer_to_its_only_copy(
    message: Message, tries: int, *, is_sent: bool, is_astray: bool
) -> None:
    transaction = Transaction(ClientSettings(("192.0.2.1",), key=KEY))
    assert (transaction.update_sent_to, transaction.is_update_astray) == (None, False)
    steps = transaction.ask(SERVER, message)
    assert steps.send(None) == Ask(SERVER, message, KEY)
    assert (transaction.update_sent_to, transaction.is_update_astray) == (SERVER if is_sent else None, is_sent)
    with pytest.raises(StopIteration):
        steps.send(reply(tries))
    assert (transaction.update_sent_to, transaction.is_update_astray) == (SERVER if is_sent else None, is_astray)


@pytest.mark.parametrize("may_have_arrived", [False, True])
def test_an_update_without_a_response_is_astray_if_it_may_have_arrived(*, may_have_arrived: bool) -> None:
    transaction = Transaction(ClientSettings())
    steps = transaction.ask(SERVER, UPDATE)
    steps.send(None)
    with pytest.raises(NoResponse):
        steps.send(NoResponse("", may_have_arrived=may_have_arrived))
    assert transaction.update_sent_to == SERVER
    assert transaction.is_update_astray == may_have_arrived


@pytest.mark.parametrize(
    ("answer", "error", "is_astray"),
    [
        (unverified(Rcode.NOERROR), ReplyNotTrusted, True),
        (unverified(Rcode.REFUSED), ReplyNotTrusted, True),
        (unverified(Rcode.NOTAUTH, Rcode.BADKEY), KeyRejected, False),
    ],
    ids=["NOERROR", "REFUSED", "BADKEY"],
)
def test_an_update_is_astray_if_its_answer_is_not_trusted(
    answer: UnverifiedReply, error: type[Exception], *, is_astray: bool
) -> None:
    transaction = Transaction(ClientSettings(key=KEY))
    steps = transaction.ask(SERVER, UPDATE)
    steps.send(None)
    with pytest.raises(error):
        steps.send(answer)
    assert transaction.is_update_astray == is_astray


def test_an_update_that_was_answered_in_the_secrets_other_reading_is_not_astray() -> None:
    transaction = Transaction(ClientSettings(key=TWO_READINGS))
    steps = transaction.ask(SERVER, UPDATE)
    steps.send(None)
    assert steps.send(unverified(Rcode.NOTAUTH, Rcode.BADSIG)) == Ask(SERVER, UPDATE, TWO_READINGS.other_reading)
    assert transaction.is_update_astray
    with pytest.raises(StopIteration):
        steps.send(reply(1))
    assert not transaction.is_update_astray


OLDER = Key("home-1", b"1" * 32, "hmac-sha256")
NEWER = Key("home-2", b"2" * 32, "hmac-sha256", predecessor=OLDER)
NOT_ACCEPTED = [
    unverified(Rcode.NOTAUTH, Rcode.BADKEY),
    unverified(Rcode.NOTAUTH, Rcode.BADSIG),
    unverified(Rcode.REFUSED),  # PowerDNS, of any bad key
]


@pytest.mark.parametrize("answer", NOT_ACCEPTED, ids=["BADKEY", "BADSIG", "bare REFUSED"])
@pytest.mark.parametrize("message", [UPDATE, QUERY], ids=["update", "query"])
def test_the_older_key_is_tried_where_the_newer_is_not_accepted_and_then_kept(
    message: Message, answer: UnverifiedReply
) -> None:
    transaction = Transaction(ClientSettings(key=NEWER))
    steps = transaction.ask(SERVER, message)
    assert steps.send(None) == Ask(SERVER, message, NEWER)
    assert steps.send(answer) == Ask(SERVER, message, OLDER)
    with pytest.raises(StopIteration):
        steps.send(reply(1))
    assert transaction.key == OLDER
    assert [("home-1" in note, "home-2" in note) for note in transaction.notes] == [(True, True)]
    assert not transaction.is_update_astray
    assert transaction.ask(SERVER, message).send(None) == Ask(SERVER, message, OLDER)


def test_the_newer_key_is_tried_at_a_server_that_has_the_older_one_no_more() -> None:
    transaction = Transaction(ClientSettings(key=NEWER))
    first = transaction.ask(SERVER, UPDATE)
    first.send(None)
    first.send(NOT_ACCEPTED[0])
    with pytest.raises(StopIteration):
        first.send(reply(1))
    other = Endpoint("192.0.2.2")
    second = transaction.ask(other, UPDATE)
    assert second.send(None) == Ask(other, UPDATE, OLDER)
    assert second.send(NOT_ACCEPTED[0]) == Ask(other, UPDATE, NEWER)
    with pytest.raises(StopIteration):
        second.send(reply(1))
    assert transaction.key == NEWER
    assert len(transaction.notes) == 1


def test_the_error_is_about_the_newer_key_if_neither_is_accepted() -> None:
    steps = Transaction(ClientSettings(key=NEWER)).ask(SERVER, UPDATE)
    steps.send(None)
    steps.send(NOT_ACCEPTED[0])
    with pytest.raises(KeyRejected, match="key home-2 is unknown there"):
        steps.send(NOT_ACCEPTED[0])


REFUSED = Reply(Message(opcode=5, rcode=Rcode.REFUSED, question=UPDATE.question), None, "udp", 1)


def test_the_older_key_is_tried_where_the_newer_is_known_and_may_not_do_it_yet() -> None:
    transaction = Transaction(ClientSettings(key=NEWER))
    steps = transaction.ask(SERVER, UPDATE)
    steps.send(None)
    assert steps.send(REFUSED) == Ask(SERVER, UPDATE, OLDER)
    with pytest.raises(StopIteration):
        steps.send(reply(1))
    assert transaction.key == OLDER


@pytest.mark.parametrize("second", [REFUSED, NOT_ACCEPTED[0]], ids=["REFUSED", "BADKEY"])
def test_a_refusal_is_about_the_newer_key_if_the_older_one_does_not_help(second: Reply | UnverifiedReply) -> None:
    transaction = Transaction(ClientSettings(key=NEWER))
    steps = transaction.ask(SERVER, UPDATE)
    steps.send(None)
    steps.send(REFUSED)
    with pytest.raises(StopIteration) as ended:
        steps.send(second)
    assert ended.value.value is REFUSED
    assert (transaction.key, transaction.notes) == (NEWER, [])


def test_an_update_that_was_broken_off_is_astray() -> None:
    transaction = Transaction(ClientSettings())
    steps = transaction.ask(SERVER, UPDATE)
    steps.send(None)
    steps.close()
    assert transaction.is_update_astray


def test_an_update_that_went_astray_stays_so_whatever_the_next_server_says() -> None:
    transaction = Transaction(ClientSettings())
    first = transaction.ask(SERVER, UPDATE)
    first.send(None)
    with pytest.raises(NoResponse):
        first.throw(NoResponse("", may_have_arrived=True))
    other = Endpoint("192.0.2.2")
    second = transaction.ask(other, UPDATE)
    second.send(None)
    with pytest.raises(StopIteration):
        second.send(reply(1))
    assert (transaction.update_sent_to, transaction.is_update_astray) == (other, True)


def test_the_addresses_of_a_host_are_known_once_it_is_resolved() -> None:
    transaction = Transaction(ClientSettings(("ns.example.com",)))
    assert transaction.addresses_of("ns.example.com") == ()
    steps = transaction.at_first_server(lambda endpoint: transaction.ask(endpoint, QUERY))
    assert steps.send(None) == Resolve("ns.example.com")
    assert steps.send(("192.0.2.7", "2001:db8::7")) == Ask(Endpoint("192.0.2.7"), QUERY, None)
    assert transaction.addresses_of("ns.example.com") == ("192.0.2.7", "2001:db8::7")
