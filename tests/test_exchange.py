from collections.abc import Callable, Iterable
from typing import Any, Literal

import pytest

from dns_update.auth import Key
from dns_update.auth.tls_settings import TlsSettings
from dns_update.auth.tsig import Tsig, sign
from dns_update.errors import LocalError, NoResponse, UsageError, causes
from dns_update.exchange import MAX_UDP_OCTETS, TCP, UDP, Exchange, Policy, Reply, Transmission, UnverifiedReply
from dns_update.message import Message, Question, encode_record
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.update import Update
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
WRONG_KEY = Key("ddns-key", b"fedcba9876543210", "hmac-sha256")
UPDATE = Update(ZONE).replace("home", 300, "A", "192.0.2.1").to_message()
QUERY = Message.query(ZONE, RRType.SOA)
LARGE = Update(ZONE).add("home", 300, "TXT", "x" * 500).to_message()
SERVER = Endpoint("192.0.2.53")
WALL = 1_800_000_000

Script = Callable[[SentMessage], Iterable[bytes] | str]


def message_id_of(octets: bytes) -> int:
    return int.from_bytes(octets[:2])


def answer(  # noqa: PLR0913 - whatever may be wrong with an answer
    sent: SentMessage,
    key: Key | None = None,
    *,
    rcode: int = Rcode.NOERROR,
    flags: int = Flag.QR,
    message_id: int | None = None,
    opcode: int | None = None,
    question: tuple[Question, ...] | None = None,
    time_signed: int = WALL,
    error: int = 0,
) -> bytes:
    """Return an answer to a message, the right one by default; signed if there is a key."""
    request = Message.decode(sent.octets)
    reply = Message(
        opcode=request.opcode if opcode is None else opcode,
        question=request.question if question is None else question,
        flags=flags,
        rcode=rcode,
        message_id=request.message_id if message_id is None else message_id,
    ).encode()
    if key is None:
        return reply
    request_mac = Tsig.from_rdata(request.signature.record.rdata).mac if request.signature is not None else b""
    return sign(reply, key, time_signed=time_signed, request_mac=request_mac, error=error)[0]


def with_unsigned_tsig(reply: bytes, error: int) -> bytes:
    """Return a reply with a TSIG record that has an error and no MAC: how a server rejects a key."""
    tsig = Tsig(KEY.algorithm.wire_name, WALL, 300, b"", message_id_of(reply), error)
    record = encode_record(Record(KEY.name, RRType.TSIG, RRClass.ANY, 0, tsig.to_rdata()))
    return reply[:10] + (1).to_bytes(2) + reply[12:] + record


class Steps:
    """A script with one step for each message sent; the last one is repeated."""

    def __init__(self, *steps: Script) -> None:
        self._steps = list(steps)

    def __call__(self, sent: SentMessage) -> Iterable[bytes] | str:
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        return step(sent)


def silence(_sent: SentMessage) -> Iterable[bytes]:
    return ()


def unsigned(sent: SentMessage) -> Iterable[bytes]:
    return (answer(sent, rcode=Rcode.REFUSED),)


def signed(sent: SentMessage) -> Iterable[bytes]:
    return (answer(sent, KEY),)


def wrongly_signed(sent: SentMessage) -> Iterable[bytes]:
    return (answer(sent, WRONG_KEY),)


def truncated(sent: SentMessage) -> Iterable[bytes]:
    return (answer(sent, flags=Flag.QR | Flag.TC),)


def refused(_sent: SentMessage) -> str:
    return "connection refused"


def unreachable(_sent: SentMessage) -> str:
    return "port unreachable: nothing listens there"


def carry(
    script: Script, message: Message = UPDATE, key: Key | None = None, policy: Policy | None = None
) -> tuple[Reply | UnverifiedReply, MemoryTransport]:
    network = MemoryTransport(script, wall=WALL)
    exchange = Exchange(message, key, policy or Policy(), "192.0.2.53")
    return network.carry(exchange, SERVER), network


def carry_in_vain(
    script: Script, message: Message = UPDATE, key: Key | None = None, policy: Policy | None = None
) -> tuple[NoResponse, MemoryTransport]:
    network = MemoryTransport(script, wall=WALL)
    exchange = Exchange(message, key, policy or Policy(), "192.0.2.53")
    with pytest.raises(NoResponse) as caught:
        network.carry(exchange, SERVER)
    return caught.value, network


def transports(network: MemoryTransport) -> list[str]:
    return [sent.transport for sent in network.sent]


def trusted(result: Reply | UnverifiedReply) -> Reply:
    assert isinstance(result, Reply)
    return result


def doubted(result: Reply | UnverifiedReply) -> UnverifiedReply:
    assert isinstance(result, UnverifiedReply)
    return result


# What counts as an answer.


def test_an_answer_is_the_result() -> None:
    result, network = carry(lambda sent: (answer(sent, rcode=Rcode.REFUSED),))
    reply = trusted(result)
    assert (reply.message.rcode, reply.tsig, reply.transport, reply.tries) == (Rcode.REFUSED, None, UDP, 1)
    assert [sent.endpoint for sent in network.sent] == [SERVER]
    assert network.now == 0


def test_a_signed_answer_to_a_signed_request_is_the_result() -> None:
    result, network = carry(signed, key=KEY)
    reply = trusted(result)
    assert reply.tsig is not None
    assert (reply.tsig.error, reply.transport, reply.tries) == (0, UDP, 1)
    assert transports(network) == [UDP]


def test_a_signed_error_is_the_result() -> None:
    result, _ = carry(lambda sent: (answer(sent, KEY, rcode=Rcode.NOTAUTH, error=Rcode.BADTIME),), key=KEY)
    reply = trusted(result)
    assert reply.tsig is not None
    assert (reply.message.rcode, reply.tsig.error) == (Rcode.NOTAUTH, Rcode.BADTIME)


def test_the_message_that_is_sent_is_not_altered() -> None:
    before = UPDATE.encode(0)
    _, network = carry(signed, key=KEY)
    assert UPDATE.encode(0) == before
    assert UPDATE.message_id == 0
    assert network.sent[0].octets[2:].startswith(before[2:10])


@pytest.mark.parametrize(
    "foreign",
    [
        lambda sent: answer(sent, message_id=message_id_of(sent.octets) ^ 1),
        lambda sent: answer(sent, opcode=Opcode.QUERY),
        lambda sent: answer(sent, opcode=Opcode.NOTIFY),
        lambda sent: answer(sent, flags=0),
        lambda sent: answer(sent, question=(Question(Name.from_text("example.org"), RRType.SOA),)),
        lambda sent: answer(sent, question=(Question(ZONE, RRType.A),)),
        lambda sent: answer(sent, question=(Question(ZONE, RRType.SOA, RRClass.CH),)),
        lambda sent: answer(sent, question=(Question(ZONE, RRType.SOA),) * 2),
        lambda sent: sent.octets,
        lambda sent: answer(sent)[:-1],
        lambda sent: answer(sent) + b"\0",
        lambda _sent: b"",
        lambda _sent: b"\xff" * 100,
    ],
    ids=[
        "ID", "opcode QUERY", "opcode NOTIFY", "not a response", "question's name", "question's type",
        "question's class", "question twice", "our own message", "cut off", "trailing octet", "empty", "garbage",
    ],
)  # fmt: skip
@pytest.mark.parametrize("transport", [UDP, TCP])
def test_what_is_nobodys_answer_is_passed_over(
    foreign: Callable[[SentMessage], bytes], transport: Literal["udp", "tcp"]
) -> None:
    policy = Policy(transport=transport)
    result, network = carry(lambda sent: (foreign(sent), answer(sent, rcode=Rcode.REFUSED)), policy=policy)
    assert trusted(result).message.rcode == Rcode.REFUSED
    assert (trusted(result).tries, len(network.sent)) == (1, 1)
    error, network = carry_in_vain(lambda sent: (foreign(sent),), policy=policy)
    assert "no answer in time" in error.text
    assert network.now == policy.patience


def test_the_case_of_the_question_does_not_matter() -> None:
    result, _ = carry(lambda sent: (answer(sent, question=(Question(Name.from_text("EXAMPLE.com"), RRType.SOA),)),))
    assert trusted(result).tries == 1


@pytest.mark.parametrize("rcode", [Rcode.NOERROR, Rcode.REFUSED, Rcode.FORMERR])
def test_an_answer_to_an_update_may_leave_out_the_question(rcode: int) -> None:
    """RFC 2136, section 3.8."""
    result, _ = carry(lambda sent: (answer(sent, rcode=rcode, question=()),))
    assert trusted(result).message.rcode == rcode


def test_an_answer_to_a_query_may_leave_out_the_question_only_with_an_error() -> None:
    result, _ = carry(lambda sent: (answer(sent, rcode=Rcode.FORMERR, question=()),), QUERY)
    assert trusted(result).message.rcode == Rcode.FORMERR
    carry_in_vain(lambda sent: (answer(sent, question=()),), QUERY)


# Trying again.


def test_every_try_is_a_fresh_message_with_its_own_id_time_and_signature() -> None:
    _, network = carry_in_vain(silence, key=KEY)
    messages = [Message.decode(sent.octets) for sent in network.sent]
    tsigs = [Tsig.from_rdata(m.signature.record.rdata) for m in messages if m.signature is not None]
    assert len(tsigs) == 4
    assert [m.message_id for m in messages] == [tsig.original_id for tsig in tsigs] == [1, 2, 3, 4]
    assert [tsig.time_signed for tsig in tsigs] == [WALL, WALL + 3, WALL + 6, WALL + 9]
    assert len({tsig.mac for tsig in tsigs}) == 4
    assert all(m.authority == UPDATE.authority for m in messages)
    assert all(not m.additional for m in messages)  # one TSIG record each, never two


def test_the_policy_says_how_often_and_how_long() -> None:
    error, network = carry_in_vain(silence, policy=Policy(timeout=2.5, retries=1))
    assert len(network.sent) == 2
    assert network.now == 5.0
    assert str(error) == "No answer from 192.0.2.53: no answer in time (2 tries by UDP, 5.0 s)"
    assert error.server == "192.0.2.53"
    assert error.exit_status == 4


def test_the_answer_to_a_later_try_counts_and_tells_how_many_it_took() -> None:
    result, network = carry(Steps(silence, silence, signed), key=KEY)
    assert trusted(result).tries == 3
    assert network.now == 6.0


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_a_late_answer_to_an_earlier_try_is_passed_over(key: Key | None) -> None:
    earlier: list[SentMessage] = []

    def late(sent: SentMessage) -> Iterable[bytes]:
        earlier.append(sent)
        replies = [answer(old, key, rcode=Rcode.SERVFAIL) for old in earlier[:-1]]
        return [*replies, answer(sent, key)] if len(earlier) == 3 else replies

    result, network = carry(late, key=key)
    assert trusted(result).message.rcode == Rcode.NOERROR
    assert trusted(result).tries == 3
    assert transports(network) == [UDP] * 3


def test_one_try_is_told_as_one() -> None:
    error, _ = carry_in_vain(silence, policy=Policy(timeout=1.0, retries=0))
    assert error.text == "no answer in time (1 try by UDP, 1.0 s)"


def test_a_network_that_says_no_by_udp_ends_it_at_once() -> None:
    error, network = carry_in_vain(unreachable)
    assert error.text == "port unreachable: nothing listens there (1 try by UDP, 0.0 s)"
    assert len(network.sent) == 1


def test_a_network_that_says_no_at_a_later_try_ends_it_there() -> None:
    error, network = carry_in_vain(Steps(silence, unreachable))
    assert error.text == "port unreachable: nothing listens there (2 tries by UDP, 3.0 s)"
    assert len(network.sent) == 2


# TCP.


def test_tcp_is_tried_once_for_as_long_as_all_udp_tries() -> None:
    error, network = carry_in_vain(silence, policy=Policy(timeout=2.0, retries=4, transport=TCP))
    assert transports(network) == [TCP]
    assert error.text == "no answer in time (1 try by TCP, 10.0 s)"


def test_a_refused_connection_ends_it_at_once() -> None:
    error, network = carry_in_vain(refused, policy=Policy(transport=TCP))
    assert error.text == "connection refused (1 try by TCP, 0.0 s)"
    assert len(network.sent) == 1


def test_an_answer_by_tcp_is_told_as_such() -> None:
    result, _ = carry(signed, key=KEY, policy=Policy(transport=TCP))
    assert trusted(result).transport == TCP


def test_a_message_larger_than_512_octets_goes_by_tcp_at_once() -> None:
    result, network = carry(lambda sent: (answer(sent),), LARGE)
    assert len(network.sent[0].octets) > MAX_UDP_OCTETS
    assert transports(network) == [TCP]
    assert trusted(result).transport == TCP


@pytest.mark.parametrize(("spare", "transport"), [(0, UDP), (1, TCP)])
def test_the_signature_counts_towards_the_512_octets(spare: int, transport: Literal["udp", "tcp"]) -> None:
    def signed_length(text: int) -> int:
        octets = Update(ZONE).add("home", 300, "TYPE65280", bytes(text)).to_message().encode()
        return len(sign(octets, KEY, time_signed=WALL)[0])

    room = MAX_UDP_OCTETS - signed_length(0) + spare
    _, network = carry(signed, Update(ZONE).add("home", 300, "TYPE65280", bytes(room)).to_message(), KEY)
    assert len(network.sent[0].octets) == MAX_UDP_OCTETS + spare
    assert transports(network) == [transport]


def test_a_truncated_answer_is_asked_for_again_by_tcp() -> None:
    result, network = carry(Steps(truncated, lambda sent: (answer(sent),)))
    assert transports(network) == [UDP, TCP]
    assert (trusted(result).transport, trusted(result).tries) == (TCP, 2)
    assert message_id_of(network.sent[0].octets) != message_id_of(network.sent[1].octets)
    assert network.now == 0


def test_after_a_truncated_answer_tcp_has_all_the_time() -> None:
    error, network = carry_in_vain(Steps(truncated, silence))
    assert network.now == Policy().patience
    assert transports(network) == [UDP, TCP]
    assert "no answer in time" in error.text


def test_a_truncated_answer_and_no_tcp_is_no_answer() -> None:
    error, network = carry_in_vain(Steps(truncated, refused))
    assert transports(network) == [UDP, TCP]
    assert error.text == "connection refused (1 try by UDP, 1 try by TCP, 0.0 s)"


def test_a_truncated_answer_by_tcp_is_taken_as_it_is() -> None:
    result, network = carry(truncated, policy=Policy(transport=TCP))
    assert trusted(result).message.is_truncated
    assert len(network.sent) == 1


# Answers that cannot be trusted.


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (unsigned, "it is not signed"),
        (wrongly_signed, "its signature is wrong"),
        (lambda sent: (answer(sent, KEY, time_signed=WALL - 301),), "its signing time is 301 s off"),
        (lambda sent: (with_unsigned_tsig(answer(sent), Rcode.BADKEY),), "it says BADKEY without a signature"),
        (lambda sent: (answer(sent, flags=Flag.QR | Flag.TC),), "it is not signed"),
    ],
    ids=["unsigned", "wrongly signed", "old", "BADKEY", "truncated"],
)
def test_a_datagram_that_cannot_be_believed_makes_us_ask_once_more_over_tcp(script: Script, reason: str) -> None:
    result, network = carry(Steps(script, signed), key=KEY)
    assert transports(network) == [UDP, TCP]
    assert (trusted(result).transport, trusted(result).tries) == (TCP, 2)
    result, network = carry(script, key=KEY)
    assert transports(network) == [UDP, TCP]
    assert (doubted(result).reason, doubted(result).tries) == (reason, 2)
    assert network.now == 0


def test_what_tcp_answers_counts_even_if_it_cannot_be_verified() -> None:
    script = Steps(unsigned, lambda sent: (with_unsigned_tsig(answer(sent, rcode=Rcode.NOTAUTH), Rcode.BADKEY),))
    result, network = carry(script, key=KEY)
    assert (doubted(result).rcode, doubted(result).tsig_error) == (Rcode.NOTAUTH, Rcode.BADKEY)
    assert transports(network) == [UDP, TCP]


def test_over_tcp_there_is_no_second_question() -> None:
    result, network = carry(unsigned, key=KEY, policy=Policy(transport=TCP))
    assert (doubted(result).rcode, doubted(result).tsig_error, doubted(result).tries) == (Rcode.REFUSED, 0, 1)
    assert transports(network) == [TCP]


@pytest.mark.parametrize("error", [Rcode.BADSIG, Rcode.BADKEY, Rcode.BADTIME, Rcode.BADTRUNC])
def test_an_empty_mac_tells_the_servers_error(error: int) -> None:
    script: Script = lambda sent: (with_unsigned_tsig(answer(sent, rcode=Rcode.NOTAUTH), error),)  # noqa: E731
    result, _ = carry(script, key=KEY)
    assert (doubted(result).rcode, doubted(result).tsig_error) == (Rcode.NOTAUTH, error)


def test_the_error_beside_a_wrong_mac_is_not_told() -> None:
    result, _ = carry(lambda sent: (answer(sent, WRONG_KEY, error=Rcode.BADKEY),), key=KEY)
    assert doubted(result).tsig_error == 0


@pytest.mark.parametrize("no_tcp", [refused, silence], ids=["refused", "silent"])
def test_without_tcp_a_good_datagram_still_wins(no_tcp: Script) -> None:
    script = Steps(unsigned, no_tcp, lambda sent: (*unsigned(sent), *wrongly_signed(sent), *signed(sent)))
    result, network = carry(script, key=KEY)
    assert transports(network) == [UDP, TCP, UDP]
    assert (trusted(result).transport, trusted(result).tries) == (UDP, 3)


@pytest.mark.parametrize("no_tcp", [refused, silence], ids=["refused", "silent"])
def test_with_nothing_better_the_unverified_answer_is_the_result_at_the_end(no_tcp: Script) -> None:
    result, network = carry(Steps(unsigned, no_tcp, silence), key=KEY)
    assert transports(network) == [UDP, TCP, *[UDP] * 4]  # the try that was broken off does not count
    assert (doubted(result).rcode, doubted(result).reason) == (Rcode.REFUSED, "it is not signed")


def test_tcp_is_asked_only_once_whatever_comes_by_udp() -> None:
    result, network = carry(Steps(unsigned, refused, unsigned), key=KEY)
    assert transports(network) == [UDP, TCP, *[UDP] * 4]
    assert isinstance(result, UnverifiedReply)


def test_asking_by_tcp_takes_no_longer_than_one_try() -> None:
    _, network = carry(Steps(unsigned, silence, signed), key=KEY, policy=Policy(timeout=2.0))
    assert network.now == 2.0


def test_a_forged_datagram_does_not_end_an_exchange_without_retries() -> None:
    result, network = carry(Steps(unsigned, refused, signed), key=KEY, policy=Policy(retries=0))
    assert transports(network) == [UDP, TCP, UDP]
    assert isinstance(result, Reply)


def test_a_network_that_says_no_after_an_unverified_answer_leaves_that() -> None:
    result, network = carry(Steps(unsigned, refused, unreachable), key=KEY)
    assert transports(network) == [UDP, TCP, UDP]
    assert doubted(result).rcode == Rcode.REFUSED


def test_a_message_that_nobody_asked_is_not_doubted_but_passed_over() -> None:
    result, network = carry(lambda sent: (answer(sent, WRONG_KEY, message_id=9999), *signed(sent)), key=KEY)
    assert transports(network) == [UDP]
    assert isinstance(result, Reply)


# Messages that the server may have got although no answer came.


@pytest.mark.parametrize(
    ("script", "transport", "may_have_arrived"),
    [
        (unreachable, UDP, False),
        (refused, TCP, False),
        (silence, UDP, True),
        (silence, TCP, True),
        (Steps(silence, unreachable), UDP, True),
        (Steps(truncated, refused), UDP, True),
        (lambda sent: (answer(sent, message_id=9999),), UDP, True),
    ],
    ids=[
        "unreachable",
        "refused",
        "silence",
        "silence by TCP",
        "silence, unreachable",
        "truncated, refused",
        "another ID",
    ],
)
def test_a_failure_tells_whether_the_message_may_have_arrived(
    script: Script, transport: Literal["udp", "tcp"], *, may_have_arrived: bool
) -> None:
    error, _ = carry_in_vain(script, policy=Policy(transport=transport))
    assert error.may_have_arrived == may_have_arrived


@pytest.mark.parametrize("may_have_arrived", [False, True])
def test_the_shell_tells_whether_a_lost_message_was_sent(*, may_have_arrived: bool) -> None:
    exchange = Exchange(UPDATE, None, Policy(transport=TCP))
    exchange.next(now=0.0, wall=WALL, message_id=7)
    exchange.lost("connection reset by peer", causes.CONNECTION_RESET, may_have_arrived=may_have_arrived)
    assert not exchange.listening
    with pytest.raises(NoResponse, match="connection reset by peer") as caught:
        exchange.next(now=0.1, wall=WALL, message_id=8)
    assert caught.value.may_have_arrived == may_have_arrived


def test_one_more_attempt_follows_one_that_may_be_repeated() -> None:
    exchange = Exchange(UPDATE, None, Policy(transport=TCP))
    for message_id in (7, 8):
        assert exchange.next(now=0.0, wall=WALL, message_id=message_id)
        exchange.lost("connection reset by peer", causes.CONNECTION_RESET, may_have_arrived=True, may_repeat=True)
    with pytest.raises(NoResponse, match=r"connection reset by peer \(2 tries by TCP") as caught:
        exchange.next(now=0.1, wall=WALL, message_id=9)
    assert caught.value.may_have_arrived


def test_what_may_have_arrived_once_is_not_forgotten_when_a_later_try_is_lost() -> None:
    exchange = Exchange(UPDATE, None, Policy(retries=1))
    exchange.next(now=0.0, wall=WALL, message_id=7)
    exchange.next(now=3.0, wall=WALL, message_id=8)
    exchange.lost("port unreachable", causes.PORT_UNREACHABLE)
    with pytest.raises(NoResponse) as caught:
        exchange.next(now=3.1, wall=WALL, message_id=9)
    assert caught.value.may_have_arrived


# The exchange itself.


def test_it_is_driven_by_what_it_says() -> None:
    exchange = Exchange(UPDATE, None, Policy(timeout=2.0, retries=1), "192.0.2.53")
    assert not exchange.listening
    assert exchange.next(now=100.0, wall=WALL, message_id=7) == Transmission(UDP, UPDATE.encode(7), 102.0)
    assert exchange.listening
    assert exchange.next(now=102.0, wall=WALL, message_id=8) == Transmission(UDP, UPDATE.encode(8), 104.0)
    exchange.receive(answer(SentMessage(SERVER, UDP, UPDATE.encode(7))), wall=WALL)
    assert exchange.listening
    exchange.receive(answer(SentMessage(SERVER, UDP, UPDATE.encode(8))), wall=WALL)
    assert not exchange.listening
    assert exchange.next(now=103.0, wall=WALL, message_id=9) is None
    assert exchange.settled == exchange.result
    assert trusted(exchange.settled).tries == 2


def test_a_clock_before_1970_can_sign_nothing_and_is_said_to_be_wrong() -> None:
    exchange = Exchange(UPDATE, KEY, Policy())
    with pytest.raises(LocalError, match="this machine's clock is at 1969-12-31 00:00 UTC; nothing was sent") as caught:
        exchange.next(now=0.0, wall=-86400, message_id=7)
    assert (caught.value.exit_status, caught.value.hint) == (6, "set this machine's clock, best by NTP")
    assert Exchange(UPDATE, KEY, Policy()).next(now=0.0, wall=0, message_id=7) is not None
    assert Exchange(UPDATE, None, Policy()).next(now=0.0, wall=-86400, message_id=7) is not None


def test_the_time_that_an_answer_comes_at_decides_whether_its_signature_is_fresh() -> None:
    exchange = Exchange(UPDATE, KEY, Policy(transport=TCP))
    attempt = exchange.next(now=0.0, wall=WALL, message_id=7)
    assert attempt is not None
    exchange.receive(answer(SentMessage(SERVER, TCP, attempt.octets), KEY), wall=WALL + 301)
    assert isinstance(exchange.result, UnverifiedReply)


def test_it_is_not_settled_before_its_end() -> None:
    exchange = Exchange(UPDATE, None, Policy())
    with pytest.raises(RuntimeError, match="has not ended"):
        _ = exchange.settled
    exchange.next(now=0.0, wall=WALL, message_id=7)
    with pytest.raises(RuntimeError, match="has not ended"):
        _ = exchange.settled


def test_without_a_name_the_server_is_called_so() -> None:
    exchange = Exchange(UPDATE, None, Policy(retries=0))
    exchange.next(now=0.0, wall=WALL, message_id=7)
    with pytest.raises(NoResponse, match="No answer from the server: no answer in time"):
        exchange.next(now=3.0, wall=WALL, message_id=8)


def test_a_message_that_is_too_large_for_dns_is_a_usage_error() -> None:
    huge = Update(ZONE).add("home", 300, "TYPE65280", *[bytes(60_000)] * 2).to_message()
    with pytest.raises(UsageError):
        Exchange(huge, KEY, Policy()).next(now=0.0, wall=WALL, message_id=1)


def test_policies_and_attempts_are_values() -> None:
    assert Policy() == Policy(3.0, 3, UDP)
    assert Policy().patience == 12.0
    assert Policy(timeout=1.0, retries=0).patience == 1.0
    with pytest.raises(AttributeError):
        Policy().timeout = 5.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({"transport": "doq"}, "'doq' is not a transport"),
        ({"tls": TlsSettings()}, "there are settings for TLS, and the transport is udp"),
        ({"transport": "UDP"}, "'UDP' is not a transport"),
        ({"timeout": 0}, "a timeout of 0 s"),
        ({"timeout": -1}, "a timeout of -1 s"),
        ({"timeout": float("nan")}, "a timeout of nan s"),
        ({"timeout": float("inf")}, "a timeout of inf s"),
        ({"retries": -1}, "-1 retries"),
    ],
    ids=str,
)
def test_a_policy_that_is_none_is_refused(policy: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        Policy(**policy)
    assert caught.value.hint


def test_an_unsigned_tsig_record_that_cannot_be_read_claims_no_error() -> None:
    def script(sent: SentMessage) -> list[bytes]:
        request = Message.decode(sent.octets)
        tsig = Record(KEY.name, RRType.TSIG, RRClass.ANY, 0, b"\0")
        reply = Message(
            opcode=request.opcode,
            question=request.question,
            flags=Flag.QR,
            rcode=Rcode.NOTAUTH,
            message_id=request.message_id,
        ).encode()
        return [reply[:10] + (1).to_bytes(2) + reply[12:] + encode_record(tsig)]

    result = doubted(carry(script, key=KEY)[0])
    assert (result.cause, result.tsig_error) == (causes.MALFORMED_TSIG, 0)
