"""What the steps of a try show: where the servers are, and whether an update may still be under way."""

import pytest

from dns_update.agent.reconcile.witness import Witness
from dns_update.client.steps import Ask, Resolve
from dns_update.errors import NoResponse
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import Endpoint, Server
from dns_update.update import Update
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
SERVER = Endpoint("192.0.2.1")
QUERY = Message.query(ZONE, RRType.SOA)
UPDATE = Update(ZONE).delete_rrset(ZONE, RRType.TXT).to_message()


async def asking(message: Message) -> object:
    """Ask once, and once more if nobody answers."""
    try:
        return await Ask(SERVER, message, None)
    except NoResponse:
        return await Ask(SERVER, QUERY, None)


def reply(tries: int) -> Reply:
    return Reply(QUERY, None, "udp", tries)


@pytest.mark.parametrize(
    ("message", "answer", "has_sent", "is_astray"),
    [
        (UPDATE, reply(1), True, False),
        (UPDATE, reply(2), True, True),
        (UPDATE, UnverifiedReply(5, 0, "not-signed", "unsigned", 1), True, True),
        (QUERY, reply(2), False, False),
    ],
)
def test_an_answer(message: Message, answer: object, *, has_sent: bool, is_astray: bool) -> None:
    witness = Witness()
    steps = witness.watch(asking(message))
    step = steps.send(None)
    assert isinstance(step, Ask)
    assert step.message is message
    assert witness.is_update_astray == (message is UPDATE)
    with pytest.raises(StopIteration) as stopped:
        steps.send(answer)
    assert stopped.value.value is answer
    assert (witness.update_sent_to, witness.is_update_astray) == (SERVER if has_sent else None, is_astray)


@pytest.mark.parametrize("may_have_arrived", [False, True])
def test_a_silence_is_passed_on(*, may_have_arrived: bool) -> None:
    witness = Witness()
    steps = witness.watch(asking(UPDATE))
    steps.send(None)
    step = steps.throw(NoResponse("", may_have_arrived=may_have_arrived))
    assert isinstance(step, Ask)
    assert step.message is QUERY
    assert witness.is_update_astray == may_have_arrived


def test_steps_that_fail_fail_with_their_own_error() -> None:
    async def failing() -> None:
        await Resolve("ns.example.com")
        raise ValueError("their own")

    steps = Witness().watch(failing())
    steps.send(None)
    with pytest.raises(ValueError, match="their own"):
        steps.send(("192.0.2.1",))


@pytest.mark.parametrize(
    ("server", "place", "is_there"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1:5353", "192.0.2.1", False),
        ("192.0.2.1:5353", "192.0.2.1:5353", True),
        ("[2001:db8::1]:5353", "[2001:db8::1]:5353", True),
        ("ns.example.com", "ns.example.com", True),
        ("ns.example.com:5353", "ns.example.com", True),
        ("ns.example.com", "192.0.2.7", True),
        ("ns.example.com:5353", "192.0.2.7", False),
        ("ns.example.com:5353", "192.0.2.7:5353", True),
        ("ns.example.com", "2001:db8::7", True),
        ("ns.example.net", "192.0.2.7", False),
    ],
)
def test_whose_place_it_is(server: str, place: str, *, is_there: bool) -> None:
    async def resolving() -> None:
        await Resolve("ns.example.com")

    witness = Witness()
    steps = witness.watch(resolving())
    steps.send(None)
    with pytest.raises(StopIteration):
        steps.send(("192.0.2.7", "2001:db8::7"))
    assert witness.is_at(Server.from_text(server), place) == is_there
