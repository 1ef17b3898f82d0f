"""The rdata of TSIG records, alone and at the end of a message without a valid signature."""

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, verify
from dns_update.errors import ReplyNotTrusted
from dns_update.message import Message, encode_record
from dns_update.rr.record import Record
from dns_update.wire.codes import Rcode, RRClass, RRType
from dns_update.wire.name import Name
from fuzz.expect import expect

KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
_NOW = 1_800_000_000
_ARCOUNT_ONE = bytes.fromhex("1234 a809 0000 0000 0000 0001")

SEEDS = (
    Tsig(KEY.algorithm.wire_name, _NOW, 300, bytes(32), 0x1234).to_rdata(),
    Tsig(KEY.algorithm.wire_name, _NOW, 300, b"", 0x1234, Rcode.BADKEY).to_rdata(),
    Tsig(KEY.algorithm.wire_name, _NOW, 300, bytes(32), 0x1234, Rcode.BADTIME, _NOW.to_bytes(6)).to_rdata(),
    Tsig(Name.from_text("hmac-md5.sig-alg.reg.int"), _NOW, 300, bytes(16), 1).to_rdata(),
)


def check(data: bytes) -> None:
    """Read TSIG rdata, write it, read it again; the verification of a message with it must fail."""
    record = encode_record(Record(KEY.name, RRType.TSIG, RRClass.ANY, 0, data))
    octets = _ARCOUNT_ONE + record
    message = Message.decode(octets)
    try:
        verify(octets, message, KEY, b"request", _NOW)
    except ReplyNotTrusted:
        pass
    else:
        expect("no message is verified without the key", holds=False)
    tsig = Tsig.from_rdata(data)
    expect("a TSIG survives being written", holds=Tsig.from_rdata(tsig.to_rdata()) == tsig)
