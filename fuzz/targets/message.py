"""Whole messages: what is read can be written and read again, and no signature is accepted."""

from dns_update.auth import Key
from dns_update.auth.tsig import sign, verify
from dns_update.errors import ReplyNotTrusted
from dns_update.message import Message
from dns_update.update import Update
from dns_update.wire.name import Name
from fuzz.expect import expect

KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
_UPDATE = (
    Update("example.com")
    .require_present("home")
    .require_rrset_equal("home", "A", "192.0.2.1")
    .replace("home", 300, "AAAA", "2001:db8::1")
    .add("@", 300, "MX", "10 mail.example.com")
    .delete("home", "TXT", "old")
    .to_message()
    .encode(0x1234)
)

SEEDS = (
    _UPDATE,
    sign(_UPDATE, KEY, time_signed=1_800_000_000)[0],
    Message.query(Name.from_text("example.com"), 6).encode(1),
    bytes.fromhex("1234 8580 0001 0002 0000 0000 0161 0162 00 000f 0001"
                  " c00c 000f 0001 0000012c 0006 000a 016d c00e"
                  " c00c 0006 0001 0000012c 001c 016e c00e c02a 00000001 00000002 00000003 00000004 00000005"),
    bytes.fromhex("0001 a803 0000 0000 0000 0000"),
)  # fmt: skip


def check(data: bytes) -> None:
    """Read a message, write it, read it again; try to verify it."""
    message = Message.decode(data)
    if message.signature is None:
        expect("a message survives being written", holds=Message.decode(message.encode()) == message)
        return
    try:
        verify(data, message, KEY, b"request", 1_800_000_000)
    except ReplyNotTrusted:
        return
    expect("no message is verified without the key", holds=False)
