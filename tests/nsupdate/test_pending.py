"""From commands to records, and the data that each type takes."""

from __future__ import annotations

import pytest

from dns_update.errors import InvalidText
from dns_update.nsupdate.command_reader import command_from_line
from dns_update.nsupdate.commands import (
    Deletion,
    Prerequisite,
)
from dns_update.nsupdate.pending import deletion_record, lease_record, prerequisite_record
from dns_update.rr.record import Record
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import Name
from tests.nsupdate.records import added

X = Name.from_text("x")


def test_prerequisites_and_deletions_become_the_records_of_rfc_2136() -> None:
    lines = ("nxdomain x", "yxdomain x", "nxrrset x A", "yxrrset x A", "yxrrset x A 192.0.2.1")
    prerequisites = [command_from_line(line) for line in lines]
    assert [prerequisite_record(c, RRClass.CH) for c in prerequisites[:4] if isinstance(c, Prerequisite)] == [
        Record(X, RRType.ANY, RRClass.NONE, 0, b""),
        Record(X, RRType.ANY, RRClass.ANY, 0, b""),
        Record(X, RRType.A, RRClass.NONE, 0, b""),
        Record(X, RRType.A, RRClass.ANY, 0, b""),
    ]
    assert isinstance(prerequisites[4], Prerequisite)
    with_data = prerequisite_record(prerequisites[4], RRClass.IN)
    assert with_data == Record(X, RRType.A, RRClass.IN, 0, bytes([192, 0, 2, 1]))
    deletions = [command_from_line(line) for line in ("del x", "del x A", "del x 60 A 192.0.2.1")]
    assert [deletion_record(c, RRClass.IN) for c in deletions if isinstance(c, Deletion)] == [
        Record(X, RRType.ANY, RRClass.ANY, 0, b""),
        Record(X, RRType.A, RRClass.ANY, 0, b""),
        Record(X, RRType.A, RRClass.NONE, 0, bytes([192, 0, 2, 1])),
    ]


@pytest.mark.parametrize(
    ("data", "octets"),
    [
        ("a b", b"\1a\1b"),
        ('"a b"c', b"\3a b\1c"),
        ('""', b"\0"),
        ("v=1; k=(a)", b"\4v=1;\5k=(a)"),
        ('"a\\"b" \\065\\;', b'\3a"b\2A;'),
        ("\\# 2 0161", b"\1a"),
        ("gr\u00fc\u00df", "\u0006gr\u00fc\u00df".encode()),
        ("\udcff", b"\1\xff"),
    ],
)
def test_each_field_of_a_txt_record_is_a_string(data: str, octets: bytes) -> None:
    assert added(f"add x 60 TXT {data}").rdata == octets


@pytest.mark.parametrize("data", ['"a', "a\\", "a\\300", "a\\1", "x" * 256, "\\# 3 0161"])
def test_a_wrong_txt_record_is_refused(data: str) -> None:
    with pytest.raises(InvalidText, match=r"^invalid rdata format: "):
        added(f"add x 60 TXT {data}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add x 60 A 192.0.2", "is not an IPv4 address"),
        ("add x 60 A 192.0.2.1 ; home", "is not an IPv4 address"),
        ("add x 60 AAAA 192.0.2.1", "is not an IPv6 address"),
        ("add x 60 MX 10", "is not MX data"),
        ("add x 60 CNAME a b", "is not CNAME data"),
        ("add x 60 TYPE65400 abcd", "unknown class/type"),
        ("add x 60 UINFO abcd", "unknown class/type"),
        ("add x 60 TYPE0 abcd", "unknown class/type"),
        ("add x 60 ANY abcd", "unknown class/type"),
        ('add x 60 TYPE65400 "a b"', "unknown class/type"),
        ("add x 60 ANY \\# 0", "invalid use of a meta type"),
        ("add x 60 TYPE0 \\# 0", "invalid use of a meta type"),
        ("add x 60 KEY \\# 4 02000308", "these octets are not KEY data"),
        ("add x 60 NONE A 192.0.2.1", "unknown class/type"),
    ],
)
def test_wrong_rdata_is_refused(line: str, said: str) -> None:
    with pytest.raises(InvalidText, match=r"^invalid rdata format: ") as caught:
        added(line)
    assert said in caught.value.text


@pytest.mark.parametrize(
    ("line", "like"),
    [
        ("MB a", "CNAME a"),
        ("MINFO a b", "RP a b"),
        ("RKEY 0 255 8 AAAA", "DNSKEY 0 255 8 AAAA"),
        ("TA 1 8 1 0000000000000000000000000000000000000000", "DS 1 8 1 0000000000000000000000000000000000000000"),
        ('NAPTR 1 1 "u" "s;(" "" .', 'NAPTR 1 1 u "s\\;\\(" "" .'),
        ("CAA 0 issue ca;x=y", 'CAA 0 issue "ca;x=y"'),
    ],
)
def test_rare_types_and_punctuation_are_read(line: str, like: str) -> None:
    assert added(f"add x {line}").rdata == added(f"add x {like}").rdata


@pytest.mark.parametrize(
    ("data", "octets"),
    [
        ("EID ab cd", "abcd"),
        ("NIMLOC ABCD", "abcd"),
        ("ATMA +12", "013132"),
        ("ATMA 12.34", "001234"),
        ("A6 64 ::1 x", "400000000000000001017800"),
        ("A6 0 2001:db8::1", "0020010db8000000000000000000000001"),
        ("A6 128 x", "80017800"),
        ("SINK 1 2 3 AAAA", "010203000000"),
        ("NXT x A NS", "01780060"),
        ('DOA 1 2 3 "a/b" AAAA', "00000001000000020303612f62000000"),
        ('DOA 1 2 3 "" -', "00000001000000020300"),
    ],
)
def test_rare_types_are_read(data: str, octets: str) -> None:
    assert added(f"add x {data}").rdata == bytes.fromhex(octets)


@pytest.mark.parametrize(
    "data",
    ["EID x", "ATMA +x", "ATMA 1 2", "A6 129 x", "A6 64 ::1", "SINK 1 2", "SINK 256 0 0", "NXT x TYPE128",
     "DOA 1 2 3", 'DOA 1 2 3 "" !'],
)  # fmt: skip
def test_wrong_data_of_such_types_is_refused(data: str) -> None:
    with pytest.raises(InvalidText, match=r"^invalid rdata format: "):
        added(f"add x {data}")


def test_octets_above_ascii_are_taken_as_they_are() -> None:
    assert added("add \u00fc.x TXT a").name.labels == ("\u00fc".encode(), b"x")


def test_classes_have_their_own_addresses() -> None:
    assert added("add x A 192.0.2.1", RRClass.HS).rdata == bytes([192, 0, 2, 1])
    assert added("add x A ch-addr.net. 1234", RRClass.CH).rdata == Name.from_text("ch-addr.net").to_wire() + b"\2\x9c"


def test_a_lease_is_an_edns_option() -> None:
    assert lease_record((60,)).rdata == bytes.fromhex("0002 0004 0000003c")
    assert lease_record((60, 3600)).rdata == bytes.fromhex("0002 0008 0000003c 00000e10")


def test_a_tkey_record_is_sent_though_no_zone_can_hold_one() -> None:
    rdata = added("add x 0 in tkey invalid.algorithm. 1 2 3 BADKEY 3 AAAA 0").rdata
    assert rdata == Name.from_text("invalid.algorithm").to_wire() + bytes.fromhex(
        "00000001 00000002 0003 0011 0003 000000 0000"
    )


@pytest.mark.parametrize(
    ("data", "octets"),
    [("PRIVATEDNS A2ZvbwNjb20A", "fd 03666f6f03636f6d00"), ("PRIVATEOID CAYGKwYBBAEBqA==", "fe 0806062b060104010 1a8")],
)
def test_a_key_of_a_private_algorithm_begins_with_the_name_of_the_algorithm(data: str, octets: str) -> None:
    assert added(f"add x 60 DNSKEY 256 3 {data}").rdata == bytes.fromhex("010003" + octets.replace(" ", ""))


@pytest.mark.parametrize(
    "data",
    [
        "DNSKEY 256 3 253 AwEAAag=",  # a name that breaks off
        "CDNSKEY 256 3 254 AwEAAag=",  # a length, and no identifier
        "KEY 256 3 254 BAYDAQI=",  # shorter than its length
        "KEY 256 3 254 BAYCAYA=",  # a number that breaks off
        "DNSKEY 256 3 254 BAYCgAE=",  # a number with zeros before it
        "RRSIG A 253 2 300 20300101000000 20200101000000 1 example.com. AwEAAag=",
        "SIG A 254 2 300 20300101000000 20200101000000 1 example.com. AwEAAag=",
        "DNSKEY \\# 8 010003fe06030102",
    ],
)
def test_a_private_algorithm_without_a_name_is_refused_as_in_binds_main_branch(data: str) -> None:
    with pytest.raises(InvalidText, match=r"^invalid rdata format: "):
        added(f"add x 60 {data}")
