"""The commands: what each line means, and what nsupdate says of the lines that mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dns_update.auth import Key
from dns_update.errors import InvalidText
from dns_update.nsupdate.commands import (
    Addition,
    CheckCommand,
    ClassCommand,
    Deletion,
    KeyCommand,
    LeaseCommand,
    LocalCommand,
    Plain,
    Prerequisite,
    ServerCommand,
    TtlCommand,
    ZoneCommand,
    command_of,
)
from dns_update.nsupdate.translation import (
    Checks,
    addition_record,
    deletion_record,
    lease_record,
    prerequisite_record,
)
from dns_update.rr.record import Record
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import ROOT, Name

if TYPE_CHECKING:
    from dns_update.nsupdate.commands import Command

X = Name.from_text("x")
BASE64 = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ=="


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", Plain("send")),
        (" \t", Plain("send")),
        ("send now", Plain("send")),
        ("SEND", Plain("send")),
        ("; comment", Plain("")),
        ("\t;comment", Plain("")),
        ("show", Plain("show")),
        ("answer", Plain("answer")),
        ("debug", Plain("debug")),
        ("help", Plain("help")),
        ("version", Plain("version")),
        ("Quit", Plain("quit")),
        ("gsstsig", Plain("gsstsig")),
        ("oldgsstsig", Plain("gsstsig")),
        ("realm EXAMPLE.COM", Plain("")),
        ("realm", Plain("")),
        (f"realm {'x' * 1022}", Plain("")),
        ("tkeyname key.example.com further words", Plain("")),
        ("server ns.example.com", ServerCommand("ns.example.com", None)),
        ("server 192.0.2.1 5353", ServerCommand("192.0.2.1", 5353)),
        ("local 192.0.2.9", LocalCommand("192.0.2.9", 0)),
        ("local 2001:DB8::9 53", LocalCommand("2001:db8::9", 53)),
        ("zone example.com", ZoneCommand(Name.from_text("example.com"))),
        ("zone .", ZoneCommand(ROOT)),
        ("zone @", ZoneCommand(ROOT)),
        ("class ch", ClassCommand(RRClass.CH)),
        ("class HESIOD", ClassCommand(RRClass.HS)),
        ("class CLASS42", ClassCommand(42)),
        ("ttl 0300", TtlCommand(300)),
        ("ttl 2147483647", TtlCommand(2147483647)),
        ("ttl NONE", TtlCommand(None)),
        ("lease 60", LeaseCommand((60,))),
        ("lease 60 3600", LeaseCommand((60, 3600))),
        ("lease none", LeaseCommand(())),
        ("check-names no", CheckCommand("names", wanted=False)),
        ("checknames TRUE", CheckCommand("names", wanted=True)),
        ("check-svcb off", CheckCommand("svcb", wanted=False)),
        ("checksvcb on", CheckCommand("svcb", wanted=True)),
        ("prereq nxdomain x further words", Prerequisite(X, RRType.ANY, None, "", must_exist=False)),
        ("yxdomain x.", Prerequisite(X, RRType.ANY, None, "", must_exist=True)),
        ("nxrrset x A ignored", Prerequisite(X, RRType.A, None, "", must_exist=False)),
        ("prereq yxrrset x IN A", Prerequisite(X, RRType.A, RRClass.IN, "", must_exist=True)),
        ("yxrrset x TXT a  b", Prerequisite(X, RRType.TXT, None, "a  b", must_exist=True)),
        ("update add x 60 A 192.0.2.1", Addition(X, 60, None, RRType.A, "192.0.2.1")),
        ("add x 60 in txt a b", Addition(X, 60, RRClass.IN, RRType.TXT, "a b")),
        ("add x 60 TYPE65400 \\# 1 00", Addition(X, 60, None, 65400, "\\# 1 00")),
        ("add @ 0 CLASS1 TYPE1 192.0.2.1", Addition(ROOT, 0, RRClass.IN, RRType.A, "192.0.2.1")),
        ("del x", Deletion(X)),
        ("delete x 60", Deletion(X)),
        ("del x ANY", Deletion(X)),
        ("del x 60 IN", Deletion(X, RRClass.IN)),
        ("update delete x A", Deletion(X, None, RRType.A)),
        ("update del x 60 IN A 192.0.2.1", Deletion(X, RRClass.IN, RRType.A, "192.0.2.1")),
    ],
)
def test_a_line_means(line: str, expected: Command) -> None:
    assert command_of(line) == expected


def test_the_ttl_may_be_left_out_once_one_stands() -> None:
    assert command_of("add x A 192.0.2.1", has_ttl=True) == Addition(X, None, None, RRType.A, "192.0.2.1")
    assert command_of("add x 5 A 192.0.2.1", has_ttl=True) == Addition(X, 5, None, RRType.A, "192.0.2.1")


def test_escapes_make_any_name() -> None:
    command = command_of("add a\\.b\\032c.\\255 60 TXT x")
    assert isinstance(command, Addition)
    assert command.name.labels == (b"a.b c", b"\xff")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("foo", "incorrect section name: foo"),
        ("# comment", "incorrect section name: #"),
        ("update", "could not read operation code"),
        ("update foo", "incorrect operation code: foo"),
        ("prereq", "could not read operation code"),
        ("prereq add", "incorrect operation code: add"),
        ("add", "could not read owner name"),
        ("add a..b 60 A 192.0.2.1", "invalid owner name: empty label"),
        (f"add {'a' * 64} 60 A 192.0.2.1", "invalid owner name: label too long"),
        (f"add {'a.' * 128} 60 A 192.0.2.1", "invalid owner name: name too long"),
        ("add a\\300 60 A 192.0.2.1", "invalid owner name: bad escape"),
        ("add x", "could not read owner ttl"),
        ("add x 1h A 192.0.2.1", "ttl '1h': not a valid number"),
        ("add x +60 A 192.0.2.1", "ttl '+60': not a valid number"),
        ("add x 4294967296 A 192.0.2.1", "ttl '4294967296': out of range"),
        ("add x 2147483648 A 192.0.2.1", "ttl '2147483648' is out of range (0 to 2147483647)"),
        ("add x 60", "could not read class or type"),
        ("add x 60 IN", "could not read type"),
        ("add x 60 FOO y", "'FOO' is not a valid class or type: unknown class/type"),
        ("add x 60 IN FOO y", "'FOO' is not a valid type: unknown class/type"),
        ("add x 60 A", "could not read rdata"),
        ("del x FOO", "'FOO' is not a valid class or type: unknown class/type"),
        ("nxrrset x", "could not read class or type"),
        ("nxrrset x IN", "could not read type"),
        ("yxrrset x FOO", "invalid type: FOO"),
        ("server", "could not read server name"),
        ("server ns x", "port 'x' is not numeric"),
        ("server ns 0", "port '0' is out of range (1 to 65535)"),
        ("server ns 65536", "port '65536' is out of range (1 to 65535)"),
        ("local", "could not read local address"),
        ("local host", "invalid address host"),
        ("zone", "could not read zone name"),
        ("zone a..b", "could not parse zone name"),
        ("class", "could not read class name"),
        ("class foo", "could not parse class name: foo"),
        ("class ANY", "bad default class: ANY"),
        ("class NONE", "bad default class: NONE"),
        ("class RESERVED0", "bad default class: RESERVED0"),
        ("ttl", "could not read ttl"),
        ("ttl 1h", "ttl '1h': not a valid number"),
        ("ttl 2147483648", "ttl '2147483648' is out of range (0 to 2147483647)"),
        (f"realm {'x' * 1023}", "realm is too long"),
        ("realm " + "\u00fc" * 512, "realm is too long"),
        ("tkeyname", "could not read TKEY name"),
        ("tkeyname a..b", "could not parse TKEY name"),
        ("lease", "could not read lease time"),
        ("lease x", "lease 'x': not a valid number"),
        ("lease 5 x", "lease 'x': not a valid number"),
        ("check-names", "could not read check-names directive"),
        ("check-names maybe", "incorrect check-names directive: maybe"),
        ("check-svcb maybe", "incorrect check-svcb directive: maybe"),
        ("key", "could not read key name"),
        ("key x", "could not read key secret"),
        (f"key foo:x {BASE64}", "unknown key type 'foo'"),
        (f"key hmac-sha256-300:x {BASE64}", "digest-bits out of range [128..256]"),
        (f"key hmac-md5-72:x {BASE64}", "digest-bits out of range [80..128]"),
        (f"key hmac-sha256:x.. {BASE64}", "could not parse key name"),
    ],
)
def test_a_syntax_error_is_said_in_nsupdates_words(line: str, said: str) -> None:
    with pytest.raises(InvalidText) as caught:
        command_of(line)
    assert caught.value.text == said


@pytest.mark.parametrize(
    ("word", "algorithm"),
    [
        ("x", "hmac-md5"),
        ("HMAC-SHA512:x", "hmac-sha512"),
        ("hmac-sha256-0:x", "hmac-sha256"),
        ("hmac-sha256-129:x", "hmac-sha256-136"),
        ("hmac-sha256-256:x", "hmac-sha256-256"),
    ],
)
def test_key_takes_the_rest_of_the_line_for_its_secret(word: str, algorithm: str) -> None:
    command = command_of(f"key {word}\t{BASE64[:8]} {BASE64[8:]} ")
    assert command == KeyCommand(Key.from_secret("x", BASE64, algorithm, encoding="base64"))


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(InvalidText) as caught:
        command_of("key hmac-sha256:x hush!hush")
    assert caught.value.text == "could not create key: bad base64 encoding"


SECRET = "aGVsbG8gd29ybGQgMTIzNA=="  # noqa: S105 - nobody's


@pytest.mark.parametrize(
    "line",
    [
        SECRET,
        f"update {SECRET}",
        f"key {SECRET}",
        f"key {SECRET} x",
        f"key {SECRET}:hmac-sha256 x",
        f"key hmac-sha256:{SECRET} home.",
        f"key hmac-sha256:home:{SECRET} {SECRET}x",
        f"key hmac-sha256:home {SECRET[:-1]}",
    ],
)
def test_a_secret_in_a_wrong_place_of_a_line_is_not_repeated(line: str) -> None:
    with pytest.raises(InvalidText) as caught:
        command_of(line)
    assert SECRET[:-2] not in caught.value.text


# Records


def added(line: str, rrclass: int = RRClass.IN, checks: Checks | None = None) -> Record:
    command = command_of(line, has_ttl=True)
    assert isinstance(command, Addition)
    return addition_record(command, rrclass, 5, checks if checks is not None else Checks())


def test_prerequisites_and_deletions_become_the_records_of_rfc_2136() -> None:
    lines = ("nxdomain x", "yxdomain x", "nxrrset x A", "yxrrset x A", "yxrrset x A 192.0.2.1")
    prerequisites = [command_of(line) for line in lines]
    assert [prerequisite_record(c, RRClass.CH) for c in prerequisites[:4] if isinstance(c, Prerequisite)] == [
        Record(X, RRType.ANY, RRClass.NONE, 0, b""),
        Record(X, RRType.ANY, RRClass.ANY, 0, b""),
        Record(X, RRType.A, RRClass.NONE, 0, b""),
        Record(X, RRType.A, RRClass.ANY, 0, b""),
    ]
    assert isinstance(prerequisites[4], Prerequisite)
    with_data = prerequisite_record(prerequisites[4], RRClass.IN)
    assert with_data == Record(X, RRType.A, RRClass.IN, 0, bytes([192, 0, 2, 1]))
    deletions = [command_of(line) for line in ("del x", "del x A", "del x 60 A 192.0.2.1")]
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
def test_rare_types_and_marks_are_read(line: str, like: str) -> None:
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
def test_types_that_dnspython_does_not_know_are_read(data: str, octets: str) -> None:
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


def test_numbers_of_types_and_classes_may_have_leading_zeros() -> None:
    assert command_of("del x CLASS0001 TYPE028") == Deletion(X, RRClass.IN, RRType.AAAA)


def test_classes_have_their_own_addresses() -> None:
    assert added("add x A 192.0.2.1", RRClass.HS).rdata == bytes([192, 0, 2, 1])
    assert added("add x A ch-addr.net. 1234", RRClass.CH).rdata == Name.from_text("ch-addr.net").to_wire() + b"\2\x9c"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add a_b A 192.0.2.1", "bad owner 'a_b'"),
        ("add -a AAAA ::1", "bad owner '-a'"),
        ("add a- MX 1 x", "bad owner 'a-'"),
        ("add *.a_b A 192.0.2.1", "bad owner '*.a_b'"),
        ("add x MX 1 a_b", "bad name 'a_b'"),
        ("add x NS a_b.", "bad name 'a_b'"),
        ("add x SRV 1 1 1 a_b", "bad name 'a_b'"),
        ("add x SOA b a.c_d 1 1 1 1 1", "bad name 'a.c_d'"),
        ("add x RP a.c_d e", "bad name 'a.c_d'"),
        ("add 1.in-addr.arpa PTR a_b", "bad name 'a_b'"),
        ("add x HTTPS 1 a_b", "bad name 'a_b'"),
        ("add x NSEC3 1 0 1 - 00000000000000000000000000000000 A", "bad owner 'x'"),
    ],
)
def test_check_names_refuses_host_names_that_are_none_unless_told_otherwise(line: str, said: str) -> None:
    with pytest.raises(InvalidText) as caught:
        added(line)
    assert caught.value.text == f"check-names failed: {said}"
    added(line, checks=Checks(names=False))


@pytest.mark.parametrize(
    "line",
    [
        "add *.x A 192.0.2.1",
        "add gc._msdcs.x A 192.0.2.1",
        "add . A 192.0.2.1",
        "add a_b TXT x",
        "add x CNAME a_b",
        "add x PTR a_b",
        "add x MX 0 .",
        "add x SOA b a_c.d 1 1 1 1 1",
    ],
)
def test_check_names_lets_pass_what_bind_does(line: str) -> None:
    added(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add _dns.x SVCB 1 .", "no ALPN"),
        ("add _853._dns.x SVCB 1 . port=853", "no ALPN"),
        ("add _dns.x SVCB 1 . alpn=dot,h2", "no DOHPATH"),
        ("add x SVCB 0 y alpn=dot", "alias form"),
    ],
)
def test_check_svcb_refuses_what_no_resolver_could_use_unless_told_otherwise(line: str, said: str) -> None:
    if "alias" not in said:
        added(line, checks=Checks(svcb=False))
        with pytest.raises(InvalidText, match=f"^check-svcb failed: {said}$"):
            added(line)
    else:
        with pytest.raises(InvalidText, match=r"alias|AliasMode"):
            added(line)


@pytest.mark.parametrize(
    "line",
    [
        "add _dns.x SVCB 1 . alpn=dot",
        'add _dns.x SVCB 1 . alpn=h3 key7="/q{?dns}"',
        "add x SVCB 1 . port=1",
        "add _0123._dns.x SVCB 1 .",
        "add _dns.x HTTPS 1 .",
    ],
)
def test_check_svcb_lets_pass_what_bind_does(line: str) -> None:
    added(line)


def test_nsec3param_has_fifty_iterations_at_most() -> None:
    added("add x NSEC3PARAM 1 0 50 -")
    with pytest.raises(InvalidText) as caught:
        added("add x NSEC3PARAM 1 0 51 -", checks=Checks(names=False, svcb=False))
    assert caught.value.text == "NSEC3PARAM has excessive iterations (> 50)"


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
