"""The rdata of TKEY records, alone and as the answer of a server with which a key is negotiated."""

from dns_update.auth.tkey import TKEY, Negotiation, Tkey
from dns_update.errors import KerberosError, ReplyNotTrusted
from dns_update.message import Message, Question
from dns_update.rr.record import Record
from dns_update.wire.codes import Flag, Opcode, RRClass
from dns_update.wire.name import Name
from fuzz.expect import expect

_NAME = Name.from_text("0123.tkey")
_ALGORITHM = Name.from_text("gss-tsig")
_NOW = 1_800_000_000

SEEDS = (
    Tkey(_ALGORITHM, _NOW, _NOW + 300, 3, 0, b"a token").to_rdata(),
    Tkey(_ALGORITHM, _NOW, _NOW, 3, 17, b"").to_rdata(),
    Tkey(Name(()), 0, 0xFFFFFFFF, 0xFFFF, 0xFFFF, bytes(300), b"other").to_rdata(),
)


class _Context:
    """A context that agrees with whatever the server says, and verifies nothing that it signs."""

    principal = target = "nobody"
    is_complete = True

    @staticmethod
    def step(_token: bytes) -> bytes:
        return b""

    @staticmethod
    def mic(_octets: bytes) -> bytes:
        return b"a signature"

    @staticmethod
    def is_mic(_octets: bytes, _mic: bytes) -> bool:
        return False


def check(data: bytes) -> None:
    """Read TKEY rdata, write it, read it again; no negotiation ends with an answer that is not signed."""
    record = Record(_NAME, TKEY, RRClass.ANY, 0, data)
    question = (Question(_NAME, TKEY, RRClass.ANY),)
    answer = Message(opcode=Opcode.QUERY, question=question, answer=(record,), flags=Flag.QR)
    negotiation = Negotiation(_Context(), _NAME)
    try:
        negotiation.take(answer, answer.encode(1), now=_NOW)
    except (KerberosError, ReplyNotTrusted):
        pass
    else:
        expect("no answer is believed without a signature", holds=False)
    tkey = Tkey.from_rdata(data)
    expect("a TKEY survives being written", holds=Tkey.from_rdata(tkey.to_rdata()) == tkey)
