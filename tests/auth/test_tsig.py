import time

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.tsig
import dns.update
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.auth import Algorithm, Key
from dns_update.auth.tsig import FUDGE, Tsig, sign, verify
from dns_update.errors import MalformedMessage, ReplyNotTrusted, UsageError
from dns_update.message import MAX_MESSAGE_OCTETS, Message, Question
from dns_update.rr.record import Record
from dns_update.update import Update
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name
from tests.strategies import ZONE, u16

NOW = 1_800_000_000
SECRET = b"0123456789abcdef0123456789abcdef"
KEY = Key("ddns-key.example", SECRET, "hmac-sha256")
REQUEST_MAC = bytes(range(32))
ALGORITHMS = ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"]
REPLY = Message(
    opcode=Opcode.UPDATE,
    question=(Question(ZONE, RRType.SOA),),
    additional=(Record(Name.from_text("home.example.com"), RRType.A, RRClass.IN, 300, b"\xc0\0\2\1"),),
    flags=Flag.QR,
    message_id=0x1234,
)


def reply(
    key: Key = KEY, *, request_mac: bytes = REQUEST_MAC, time_signed: int = NOW, error: int = 0, other: bytes = b""
) -> bytes:
    octets, _ = sign(REPLY.encode(), key, time_signed=time_signed, request_mac=request_mac, error=error, other=other)
    return octets


def check(octets: bytes, key: Key = KEY, *, request_mac: bytes = REQUEST_MAC, now: int = NOW) -> Tsig:
    return verify(octets, Message.decode(octets), key, request_mac, now)


def is_trusted(octets: bytes, key: Key = KEY) -> bool:
    try:
        check(octets, key)
    except (MalformedMessage, ReplyNotTrusted):
        return False
    return True


def with_mac(octets: bytes, mac: bytes) -> bytes:
    """Return a signed message with another MAC in its TSIG record."""
    message = Message.decode(octets)
    assert message.signature is not None
    tsig = Tsig.from_rdata(message.signature.record.rdata)
    other = Tsig(tsig.algorithm, tsig.time_signed, tsig.fudge, mac, tsig.original_id, tsig.error, tsig.other)
    return with_tsig(octets, other.to_rdata())


def with_tsig(octets: bytes, rdata: bytes) -> bytes:
    message = Message.decode(octets)
    assert message.signature is not None
    record = message.signature.record
    unsigned = octets[: message.signature.offset]
    fixed = RRType.TSIG.to_bytes(2) + RRClass.ANY.to_bytes(2) + bytes(4) + len(rdata).to_bytes(2)
    return unsigned + record.name.to_wire() + fixed + rdata


def their_key(key: Key) -> dns.tsig.Key:
    return dns.tsig.Key(key.name.to_text(), key.secret, key.algorithm.wire_name.to_text())


# Reading and writing.


def test_tsig_rdata_has_the_octets_of_rfc_8945() -> None:
    octets = bytes.fromhex(
        "0b 686d61632d736861323536 00"  # hmac-sha256.
        "0000 6b49d200 012c"  # time signed, fudge
        "0004 aabbccdd"  # MAC
        "1234 0012 0006 0000 6b49d201"  # original ID, BADTIME, the server's time
    )
    tsig = Tsig(KEY.algorithm.wire_name, NOW, 300, b"\xaa\xbb\xcc\xdd", 0x1234, Rcode.BADTIME, (NOW + 1).to_bytes(6))
    assert tsig.to_rdata() == octets
    assert Tsig.from_rdata(octets) == tsig
    assert tsig.server_time == NOW + 1


def test_every_beginning_of_tsig_rdata_is_malformed_and_so_are_octets_behind_it() -> None:
    rdata = Tsig(KEY.algorithm.wire_name, NOW, 300, bytes(16), 1, 0, b"other").to_rdata()
    for length in range(len(rdata)):
        with pytest.raises(MalformedMessage):
            Tsig.from_rdata(rdata[:length])
    with pytest.raises(MalformedMessage):
        Tsig.from_rdata(rdata + b"\0")


@given(st.binary(max_size=80))
def test_any_octets_are_tsig_rdata_or_malformed(octets: bytes) -> None:
    try:
        tsig = Tsig.from_rdata(octets)
    except MalformedMessage:
        return
    assert Tsig.from_rdata(tsig.to_rdata()) == tsig


@pytest.mark.parametrize(
    ("error", "other"),
    [(0, b""), (0, NOW.to_bytes(6)), (Rcode.BADSIG, NOW.to_bytes(6)), (Rcode.BADTIME, b""), (Rcode.BADTIME, bytes(5))],
)
def test_only_badtime_carries_the_servers_time(error: int, other: bytes) -> None:
    assert Tsig(KEY.algorithm.wire_name, NOW, 300, b"", 1, error, other).server_time is None


# Signing; dnspython verifies.


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("length", [1, 16, 63, 64, 65, 128, 129, 300])
def test_dnspython_verifies_what_we_sign(algorithm: str, length: int) -> None:
    key = Key("DDNS-Key.example", bytes(range(1, 256)) * 2, algorithm)
    key = Key(key.name, key.secret[:length], algorithm)
    update = Update("example.com").replace("home", 300, "A", "192.0.2.1").require_present("home")
    signed, mac = sign(update.to_message().encode(77), key, time_signed=int(time.time()))
    theirs = dns.message.from_wire(signed, keyring=their_key(key))
    assert theirs.had_tsig
    assert theirs.mac == mac
    assert len(mac) == key.algorithm.mac_octets
    assert theirs.keyname == dns.name.from_text("ddns-key.example")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_dnspython_refuses_what_we_sign_with_another_secret(algorithm: str) -> None:
    signed, _ = sign(REPLY.encode(), Key(KEY.name, SECRET, algorithm), time_signed=int(time.time()))
    with pytest.raises(dns.tsig.BadSignature):
        dns.message.from_wire(signed, keyring=their_key(Key(KEY.name, SECRET + b"!", algorithm)))


@pytest.mark.parametrize("algorithm", ["hmac-sha256-128", "hmac-sha384-192", "hmac-sha512-256"])
def test_a_truncated_mac_is_the_beginning_of_the_whole_one(algorithm: str) -> None:
    whole = Key(KEY.name, SECRET, algorithm.rpartition("-")[0])
    truncated = Key(KEY.name, SECRET, algorithm)
    bits = int(algorithm.rpartition("-")[2])
    _, mac = sign(REPLY.encode(), truncated, time_signed=NOW)
    _, whole_mac = sign(REPLY.encode(), whole, time_signed=NOW)
    assert len(mac) == bits // 8
    assert whole_mac.startswith(mac)


def test_a_truncated_signature_keeps_the_algorithms_whole_name_on_the_wire() -> None:
    """As in BIND; dnspython has its own name for it, which no server knows."""
    signed, _ = sign(REPLY.encode(), Key(KEY.name, SECRET, "hmac-sha256-128"), time_signed=NOW)
    signature = Message.decode(signed).signature
    assert signature is not None
    assert Tsig.from_rdata(signature.record.rdata).algorithm.to_text() == "hmac-sha256."


@given(message_id=u16, request_mac=st.binary(max_size=64), error=st.sampled_from([0, 16, 17, 18, 22]))
def test_dnspython_computes_the_same_mac(message_id: int, request_mac: bytes, error: int) -> None:
    other = NOW.to_bytes(6) if error == Rcode.BADTIME else b""
    unsigned = REPLY.encode(message_id)
    _, mac = sign(unsigned, KEY, time_signed=NOW, request_mac=request_mac, error=error, other=other)
    own = Tsig(KEY.algorithm.wire_name, NOW, FUDGE, b"", message_id, error, other).to_rdata()
    rdata = dns.rdata.from_wire("ANY", "TSIG", own, 0, len(own))
    # This function of dnspython has no types.
    theirs, _ = dns.tsig.sign(unsigned, their_key(KEY), rdata, NOW, request_mac)  # type: ignore[no-untyped-call]
    assert theirs.mac == mac


def test_signing_adds_one_record_at_the_end_and_changes_nothing_else() -> None:
    unsigned = REPLY.encode()
    signed, mac = sign(unsigned, KEY, time_signed=NOW)
    message = Message.decode(signed)
    assert message.signature is not None
    assert message.signature.offset == len(unsigned)
    assert signed[:10] == unsigned[:10]
    assert signed[10:12] == (2).to_bytes(2)
    assert signed[12 : len(unsigned)] == unsigned[12:]
    record = message.signature.record
    assert (record.name, record.rrtype, record.rrclass, record.ttl) == (KEY.name, RRType.TSIG, RRClass.ANY, 0)
    assert Tsig.from_rdata(record.rdata) == Tsig(KEY.algorithm.wire_name, NOW, 300, mac, 0x1234)


def test_a_key_name_in_capitals_is_signed_in_lower_case() -> None:
    capital = Key("DDNS-KEY.Example", SECRET, "hmac-sha256")
    assert sign(REPLY.encode(), capital, time_signed=NOW)[1] == sign(REPLY.encode(), KEY, time_signed=NOW)[1]


def test_a_message_that_the_signature_would_make_too_long_is_refused() -> None:
    room = MAX_MESSAGE_OCTETS - len(Update(ZONE).add("@", 1, 65280, b"").to_message().encode())
    almost = Update(ZONE).add("@", 1, 65280, bytes(room)).to_message().encode()
    assert len(almost) == MAX_MESSAGE_OCTETS
    with pytest.raises(UsageError, match="at most 65535"):
        sign(almost, KEY, time_signed=NOW)


# Verifying; dnspython signs.


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_dnspython_answers_to_our_request_is_trusted(algorithm: str) -> None:
    key = Key("ddns-key.example", SECRET, algorithm)
    request, request_mac = sign(
        Update("example.com").delete_name("home").to_message().encode(77), key, time_signed=int(time.time())
    )
    response = dns.message.make_response(dns.message.from_wire(request, keyring=their_key(key)))
    response.set_rcode(dns.rcode.REFUSED)
    octets = response.to_wire()
    message = Message.decode(octets)
    assert message.rcode == Rcode.REFUSED
    assert message.signature is not None
    time_signed = Tsig.from_rdata(message.signature.record.rdata).time_signed
    assert verify(octets, message, key, request_mac, time_signed).error == 0
    with pytest.raises(ReplyNotTrusted, match="signature is wrong"):
        verify(octets, message, key, request_mac[::-1], time_signed)
    with pytest.raises(ReplyNotTrusted, match="signature is wrong"):
        verify(octets, message, key, b"", time_signed)


def test_what_dnspython_signs_as_a_request_is_trusted_without_a_request_mac() -> None:
    update = dns.update.UpdateMessage("example.com.", id=5)
    update.add("home", 300, "TXT", "a text")
    update.use_tsig(their_key(KEY))
    octets = update.to_wire()
    message = Message.decode(octets)
    assert message.signature is not None
    time_signed = Tsig.from_rdata(message.signature.record.rdata).time_signed
    assert verify(octets, message, KEY, b"", time_signed).original_id == 5


@pytest.mark.parametrize("algorithm", [*ALGORITHMS, "hmac-sha1-80", "hmac-sha256-128", "hmac-sha512-256"])
def test_a_reply_signed_by_the_same_key_is_trusted(algorithm: str) -> None:
    key = Key(KEY.name, SECRET, algorithm)
    tsig = check(reply(key), key)
    assert (tsig.time_signed, tsig.original_id, tsig.error) == (NOW, 0x1234, 0)


def test_an_unsigned_reply_is_not_trusted() -> None:
    with pytest.raises(ReplyNotTrusted, match="it is not signed"):
        check(REPLY.encode())


@pytest.mark.parametrize(
    "other",
    [
        Key("other-key.example", SECRET, "hmac-sha256"),
        Key("example", SECRET, "hmac-sha256"),
        Key("ddns-key.example", SECRET, "hmac-sha512"),
    ],
    ids=["name", "parent's name", "algorithm"],
)
def test_a_reply_signed_under_another_name_or_algorithm_is_not_trusted(other: Key) -> None:
    with pytest.raises(ReplyNotTrusted, match="it is signed with key"):
        check(reply(other))


def test_a_reply_signed_with_another_secret_is_not_trusted() -> None:
    with pytest.raises(ReplyNotTrusted, match="its signature is wrong"):
        check(reply(Key(KEY.name, SECRET[::-1], "hmac-sha256")))


def test_a_reply_to_another_request_is_not_trusted() -> None:
    with pytest.raises(ReplyNotTrusted, match="its signature is wrong"):
        check(reply(request_mac=REQUEST_MAC[::-1]))


def test_the_key_is_checked_before_the_mac_and_the_mac_before_the_time() -> None:
    long_ago = NOW - 10 * FUDGE
    other_name = Key("other-key.example", SECRET[::-1], "hmac-sha256")
    other_secret = Key(KEY.name, SECRET[::-1], "hmac-sha256")
    with pytest.raises(ReplyNotTrusted, match="it is signed with key"):
        check(reply(other_name, time_signed=long_ago))
    with pytest.raises(ReplyNotTrusted, match="its signature is wrong"):
        check(reply(other_secret, time_signed=long_ago))
    with pytest.raises(ReplyNotTrusted, match="its signing time is 3000 s off"):
        check(reply(time_signed=long_ago))


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_clocks_may_differ_by_the_fudge(seconds: int) -> None:
    assert check(reply(time_signed=NOW + seconds)).time_signed == NOW + seconds


@pytest.mark.parametrize("seconds", [-301, 301, 2**40])
def test_clocks_may_not_differ_by_more_than_the_fudge(seconds: int) -> None:
    with pytest.raises(ReplyNotTrusted, match=f"its signing time is {abs(seconds)} s off"):
        check(reply(time_signed=NOW + seconds))


def test_a_signed_badtime_tells_the_servers_clock() -> None:
    tsig = check(reply(error=Rcode.BADTIME, other=(NOW + 400).to_bytes(6)))
    assert (tsig.error, tsig.server_time) == (Rcode.BADTIME, NOW + 400)


@pytest.mark.parametrize(("error", "word"), [(Rcode.BADKEY, "BADKEY"), (Rcode.BADSIG, "BADSIG"), (0, "NOERROR")])
def test_a_reply_with_an_empty_mac_is_not_trusted(error: int, word: str) -> None:
    with pytest.raises(ReplyNotTrusted, match=f"it says {word} without a signature"):
        check(with_mac(reply(error=error), b""))


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "hmac-sha256-128"])
def test_a_mac_may_be_longer_than_ours_but_not_shorter(algorithm: str) -> None:
    key = Key(KEY.name, SECRET, algorithm)
    whole = reply(KEY)
    message = Message.decode(whole)
    assert message.signature is not None
    mac = Tsig.from_rdata(message.signature.record.rdata).mac
    trusted = {length for length in range(1, len(mac) + 1) if is_trusted(with_mac(whole, mac[:length]), key)}
    assert trusted == set(range(key.algorithm.mac_octets, len(mac) + 1))


@pytest.mark.parametrize("spare", [b"\0", bytes(32)])
def test_a_mac_longer_than_the_digest_is_not_trusted(spare: bytes) -> None:
    octets = reply()
    message = Message.decode(octets)
    assert message.signature is not None
    mac = Tsig.from_rdata(message.signature.record.rdata).mac
    assert not is_trusted(with_mac(octets, mac + spare))


def test_malformed_tsig_rdata_is_not_trusted() -> None:
    with pytest.raises(ReplyNotTrusted, match="malformed"):
        check(with_tsig(reply(), b"\0"))


def test_a_key_name_in_another_case_is_the_same_key() -> None:
    assert check(reply(Key("DDNS-Key.EXAMPLE", SECRET, "hmac-sha256"))).error == 0


def test_an_algorithm_in_another_case_is_the_same() -> None:
    octets = reply()
    assert check(octets.replace(b"hmac-sha256", b"HMAC-SHA256")).error == 0


def test_a_reply_whose_id_a_forwarder_changed_is_trusted() -> None:
    octets = reply()
    assert check(b"\xab\xcd" + octets[2:]).original_id == 0x1234


def test_algorithms_are_compared_without_regard_to_truncation() -> None:
    assert Algorithm.from_text("hmac-sha256-128").wire_name == Algorithm.from_text("hmac-sha256").wire_name


# One flipped bit.


def flipped(octets: bytes, bit: int) -> bytes:
    damaged = bytearray(octets)
    damaged[bit // 8] ^= 0x80 >> bit % 8
    return bytes(damaged)


def uncovered_bits(octets: bytes) -> set[int]:
    """Return the bits of a signed message that its signature does not cover, as RFC 8945 has it.

    - The message ID, 16 bits. A forwarder may change it, so section 4.3.2 puts the TSIG record's original ID in its
      place; an exchange compares the ID itself.
    - The bit that makes a letter of the key's or the algorithm's name a capital. Names are equal in either
      case, and section 4.3.3 covers them in lower case.

    Class and TTL of the TSIG record go into the MAC as the constants that they must be (ANY and 0), and the lengths of
    its rdata and MAC not at all (section 4.3.3). But another value of these breaks the record's form.
    """
    signature = Message.decode(octets).signature
    assert signature is not None
    name, algorithm = signature.record.name.to_wire(), Tsig.from_rdata(signature.record.rdata).algorithm.to_wire()
    starts = {signature.offset: name, signature.offset + len(name) + 10: algorithm}
    letters = {
        start + index
        for start, wire in starts.items()
        for index, octet in enumerate(wire)
        if chr(octet).isascii() and chr(octet).isalpha()
    }
    return set(range(16)) | {8 * octet + 2 for octet in letters}


def test_every_flipped_bit_that_is_covered_makes_a_reply_untrusted_and_no_other() -> None:
    octets = reply()
    trusted = {bit for bit in range(8 * len(octets)) if is_trusted(flipped(octets, bit))}
    assert trusted == uncovered_bits(octets)


def test_every_flipped_bit_of_an_error_with_other_data_counts_too() -> None:
    octets = reply(error=Rcode.BADTIME, other=NOW.to_bytes(6))
    trusted = {bit for bit in range(8 * len(octets)) if is_trusted(flipped(octets, bit))}
    assert trusted == uncovered_bits(octets)


@given(
    values=st.lists(st.binary(max_size=40), min_size=1, max_size=4),
    message_id=u16,
    request_mac=st.binary(max_size=64),
    algorithm=st.sampled_from(ALGORITHMS),
    data=st.data(),
)
def test_one_flipped_bit_in_any_signed_message_is_seen(
    values: list[bytes], message_id: int, request_mac: bytes, algorithm: str, data: st.DataObject
) -> None:
    key = Key(KEY.name, SECRET, algorithm)
    unsigned = Update(ZONE).add("home", 300, "TYPE65280", *values).to_message().encode(message_id)
    octets, _ = sign(unsigned, key, time_signed=NOW, request_mac=request_mac)
    verify(octets, Message.decode(octets), key, request_mac, NOW)
    uncovered = uncovered_bits(octets)
    bit = data.draw(st.integers(0, 8 * len(octets) - 1).filter(lambda n: n not in uncovered))
    damaged = flipped(octets, bit)
    with pytest.raises((MalformedMessage, ReplyNotTrusted)):
        verify(damaged, Message.decode(damaged), key, request_mac, NOW)
