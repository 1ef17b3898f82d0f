"""Whole records from text: what `Record.to_text` writes, and the freedoms of a zone file's line."""

import dns.zonefile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update import InvalidText, Record, UsageError
from dns_update.rr.record import MAX_TTL
from dns_update.wire.codes import RR_TYPES, RRClass, RRType, is_zone_type
from tests.rr.samples import SAMPLES
from tests.strategies import names

HOME = Record.from_text("home.example.com. 300 IN A 192.0.2.1")


def test_a_line_is_a_record() -> None:
    assert (str(HOME.name), HOME.ttl, HOME.rrclass, HOME.rrtype) == ("home.example.com", 300, RRClass.IN, RRType.A)
    assert HOME.rdata == b"\xc0\0\2\1"


@pytest.mark.parametrize(
    "text",
    [
        "home.example.com 300 A 192.0.2.1",
        "home.example.com IN 5m A 192.0.2.1",
        "home.example.com 5m in a 192.0.2.1",
        "  home.example.com.\t300 \t IN  A\t192.0.2.1  \n",
        "home.example.com 300 CLASS1 TYPE1 192.0.2.1",
        r"home.example.com. 300 IN A \# 4 C0000201",
    ],
)
def test_the_same_record_may_be_written_otherwise(text: str) -> None:
    assert Record.from_text(text) == HOME


@pytest.mark.parametrize("mnemonic", [name for name in SAMPLES if is_zone_type(RR_TYPES[name])])
def test_a_record_of_any_type_comes_back_from_its_text(mnemonic: str) -> None:
    line = f"a.example. 60 IN {mnemonic} {SAMPLES[mnemonic]}"
    assert Record.from_text(line).to_text() == line


@pytest.mark.parametrize(
    "line",
    [
        "a.example. 60 IN MX 10 mail.example.",
        "a.example. IN 1h30m SRV 0 5 5060 sip.example.",
        r'a\046b\032c.example. 5 TXT "a b" c',
        r"*.a.example. 5 IN TYPE65280 \# 2 ABCD",
    ],
)
def test_dnspython_reads_the_same(line: str) -> None:
    record = Record.from_text(line)
    (theirs,) = dns.zonefile.read_rrsets(line, rdclass=None, relativize=False)
    assert theirs.name.to_wire() == record.name.to_wire()
    assert (theirs.ttl, theirs.rdtype, theirs.rdclass) == (record.ttl, record.rrtype, record.rrclass)
    assert theirs[0].to_wire() == record.rdata


@given(names, st.integers(0, MAX_TTL), st.integers(1, 65535), st.binary(max_size=80))
def test_any_name_ttl_class_and_data_come_back_from_their_text(
    name: object, ttl: int, rrclass: int, rdata: bytes
) -> None:
    record = Record(name, 65280, rrclass, ttl, rdata)  # type: ignore[arg-type]
    assert Record.from_text(record.to_text()) == record


@pytest.mark.parametrize(
    "text",
    [
        "a.example. 0 NONE A 192.0.2.1",
        "a.example. 0 NONE MX 10 mail.example.",
        r"a.example. 0 ANY A \# 0",
        r"a.example. 0 ANY ANY \# 0",
    ],
)
def test_the_records_of_an_update_come_back_too(text: str) -> None:
    assert Record.from_text(text).to_text() == text


def test_a_txt_value_without_quotes_is_one_string() -> None:
    assert Record.from_text('a.example. 60 TXT hello; "world"  again').rdata == b'\x15hello; "world"  again'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a domain name cannot be empty"),
        ("a.example.", "has no TTL"),
        ("a.example. IN A 192.0.2.1", "has no TTL"),
        ("a.example. 60", "has no type"),
        ("a.example. 60 IN", "has no type"),
        ("a.example. 60 IN A", "'' is not an IPv4 address"),
        ("a.example. 60 IN A 192.0.2", "'192.0.2' is not an IPv4 address"),
        ("a.example. 60 IN AXFR x", "not a type that a zone can hold"),
        ("a.example. 60 IN ANY", "not a type that a zone can hold"),
        ("a.example. 60 FOO x", "unknown record type 'FOO'"),
        ("a.example. 60 60 A 192.0.2.1", "unknown record type '60'"),
        ("a.example. 60 IN CH A 192.0.2.1", "unknown record type 'CH'"),
        ("a.example. 60 CLASSX A 192.0.2.1", "unknown class 'CLASSX'"),
        ("a.example. 2147483648 A 192.0.2.1", "'2147483648' is not a TTL"),
        ("a.example. 5x A 192.0.2.1", "'5x' is not a TTL"),
        ("@ 60 IN A 192.0.2.1", "'@' is not a name here"),
        ("a..example. 60 IN A 192.0.2.1", "empty label"),
    ],
)
def test_what_is_not_a_record_is_said_in_a_line(text: str, message: str) -> None:
    with pytest.raises(InvalidText, match=message):
        Record.from_text(text)


def test_only_a_text_is_read() -> None:
    with pytest.raises(UsageError, match="read from a text, not from bytes"):
        Record.from_text(b"a.example. 60 IN A 192.0.2.1")  # type: ignore[arg-type]
