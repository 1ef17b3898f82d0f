"""The negotiation of a context, message by message, without a network."""

from collections.abc import Iterable

import dns.message
import dns.rdtypes.ANY.TKEY
import pytest

from dns_update.auth.tkey import MAX_ROUNDS, TKEY, Negotiation, Tkey
from dns_update.auth.tsig import sign
from dns_update.errors import KerberosError, MalformedMessage, ReplyNotTrusted, causes
from dns_update.message import Message, Question
from dns_update.rr.record import Record
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass
from dns_update.wire.name import Name

NAME = Name.from_text("0123.tkey")
ALGORITHM = Name.from_text("gss-tsig")
NOW = 1_800_000_000


class Scripted:
    """A context that says these tokens, one after the other, and is then complete."""

    principal, target = "user@EXAMPLE.TEST", "DNS/ns.example.test@EXAMPLE.TEST"

    def __init__(self, tokens: Iterable[bytes]) -> None:
        self._tokens = iter(tokens)
        self.taken: list[bytes] = []
        self.is_complete = False

    def step(self, token: bytes) -> bytes:
        self.taken.append(token)
        answer = next(self._tokens, b"")
        self.is_complete = not answer
        return answer

    @staticmethod
    def mic(octets: bytes) -> bytes:
        return octets[::-1][:28]

    @classmethod
    def is_mic(cls, octets: bytes, mic: bytes) -> bool:
        return mic == cls.mic(octets)


def reply(key: bytes, *, error: int = 0, rcode: int = 0, seconds: int = 300, name: Name = NAME) -> Message:
    rdata = Tkey(ALGORITHM, NOW, NOW + seconds, 3, error, key).to_rdata()
    question = (Question(NAME, TKEY, RRClass.ANY),)
    record = Record(name, TKEY, RRClass.ANY, 0, rdata)
    answer = (record,) if rcode == Rcode.NOERROR else ()
    return Message(opcode=Opcode.QUERY, question=question, answer=answer, flags=Flag.QR, rcode=rcode)


def begun(tokens: Iterable[bytes] = (b"first",)) -> tuple[Negotiation, Scripted]:
    context = Scripted(tokens)
    negotiation = Negotiation(context, NAME, "192.0.2.1")
    negotiation.first(now=NOW)
    return negotiation, context


def test_the_query_is_what_dnspython_reads() -> None:
    negotiation = Negotiation(Scripted([b"first"]), NAME)
    message = negotiation.first(now=NOW)
    octets = dns.message.from_wire(message.encode(5))
    (rrset,) = octets.additional
    (rdata,) = rrset
    assert isinstance(rdata, dns.rdtypes.ANY.TKEY.TKEY)
    assert (str(rdata.algorithm), rdata.mode, rdata.error, rdata.key) == ("gss-tsig.", 3, 0, b"first")
    assert (rdata.inception, rdata.expiration) == (NOW, NOW)
    assert (octets.question[0].rdclass, octets.question[0].rdtype) == (255, 249)


def test_several_rounds_end_with_a_signed_answer() -> None:
    negotiation, context = begun([b"first", b"second"])
    again = negotiation.take(reply(b"one"), b"", now=NOW)
    assert again is not None
    assert Tkey.from_rdata(again.additional[0].rdata).key == b"second"
    octets, _mac = sign(reply(b"two").encode(5), negotiation.key, time_signed=NOW)
    assert negotiation.take(Message.decode(octets), octets, now=NOW) is None
    assert (context.taken, negotiation.seconds) == ([b"", b"one", b"two"], 300)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (reply(b"", rcode=Rcode.REFUSED), causes.NO_GSS),
        (reply(b"", rcode=Rcode.NOTIMP), causes.NO_GSS),
        (reply(b"", rcode=Rcode.YXDOMAIN), causes.TKEY_REFUSED),
        (reply(b"", error=Rcode.BADKEY), causes.TICKET_REFUSED),
        (reply(b"", error=Rcode.BADSIG), causes.TICKET_REFUSED),
        (reply(b"", error=Rcode.BADTIME), causes.CLOCK_SKEW),
        (reply(b"", error=Rcode.BADMODE), causes.NO_GSS),
        (reply(b"", error=Rcode.BADALG), causes.NO_GSS),
        (reply(b"", error=Rcode.BADNAME), causes.TKEY_NAME_TAKEN),
        (reply(b"", error=23), causes.TKEY_REFUSED),
        (reply(b"x", name=Name.from_text("other.tkey")), causes.NO_GSS),
        (reply(b"x")._replace(answer=(Record(NAME, TKEY, RRClass.ANY, 0, b"\0"),)), causes.TKEY_REFUSED),
    ],
)
def test_each_refusal_has_its_cause(answer: Message, cause: str) -> None:
    negotiation, _context = begun()
    with pytest.raises(KerberosError) as caught:
        negotiation.take(answer, b"", now=NOW)
    assert (caught.value.cause, caught.value.server) == (cause, "192.0.2.1")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (reply(b"", rcode=Rcode.REFUSED), (Rcode.REFUSED, 0)),
        (reply(b"", error=Rcode.BADKEY), (Rcode.NOERROR, Rcode.BADKEY)),
        (reply(b"x", name=Name.from_text("other.tkey")), (None, 0)),
    ],
)
def test_a_refusal_has_the_servers_codes(answer: Message, codes: tuple[int | None, int]) -> None:
    negotiation, _context = begun()
    with pytest.raises(KerberosError) as caught:
        negotiation.take(answer, b"", now=NOW)
    assert (caught.value.rcode, caught.value.tkey_error) == codes


def test_the_last_answer_must_be_signed_and_in_time() -> None:
    negotiation, _context = begun()
    with pytest.raises(ReplyNotTrusted) as untrusted:
        negotiation.take(reply(b"x"), b"", now=NOW)
    assert untrusted.value.cause == causes.NOT_SIGNED
    negotiation, _context = begun()
    octets, _mac = sign(reply(b"x").encode(5), negotiation.key, time_signed=NOW)
    with pytest.raises(KerberosError) as late:
        negotiation.take(Message.decode(octets), octets, now=NOW + 1200)
    assert (late.value.cause, late.value.exit_status) == (causes.CLOCK_SKEW, 6)


def test_a_server_cannot_go_on_for_ever() -> None:
    negotiation, _context = begun([b"again"] * 100)
    for _round in range(MAX_ROUNDS - 1):
        assert negotiation.take(reply(b"more"), b"", now=NOW) is not None
    with pytest.raises(KerberosError, match=f"after {MAX_ROUNDS} rounds"):
        negotiation.take(reply(b"more"), b"", now=NOW)


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_record_that_is_cut_off_is_malformed(cut: int) -> None:
    whole = Tkey(ALGORITHM, NOW, NOW + 1, 3, 0, b"a key", b"other").to_rdata()
    assert Tkey.from_rdata(whole).other == b"other"
    with pytest.raises(MalformedMessage):
        Tkey.from_rdata(whole[: -min(cut, len(whole))])
