"""The commands: what each line means, and nsupdate's errors for invalid lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dns_update.auth import Key
from dns_update.errors import InvalidText
from dns_update.nsupdate.command_reader import command_from_line
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
    RealmCommand,
    ServerCommand,
    TtlCommand,
    ZoneCommand,
)
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import ROOT, Name

if TYPE_CHECKING:
    from dns_update.nsupdate.commands import NsupdateCommand

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
        ("realm EXAMPLE.COM", RealmCommand("EXAMPLE.COM")),
        ("realm", RealmCommand(None)),
        (f"realm {'x' * 1022}", RealmCommand("x" * 1022)),
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
def test_a_line_means(line: str, expected: NsupdateCommand) -> None:
    assert command_from_line(line) == expected


def test_the_ttl_may_be_left_out_once_one_is_set() -> None:
    assert command_from_line("add x A 192.0.2.1", has_ttl=True) == Addition(X, None, None, RRType.A, "192.0.2.1")
    assert command_from_line("add x 5 A 192.0.2.1", has_ttl=True) == Addition(X, 5, None, RRType.A, "192.0.2.1")


def test_escapes_make_any_name() -> None:
    command = command_from_line("add a\\.b\\032c.\\255 60 TXT x")
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
        command_from_line(line)
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
    command = command_from_line(f"key {word}\t{BASE64[:8]} {BASE64[8:]} ")
    assert command == KeyCommand(Key.from_secret("x", BASE64, algorithm, encoding="base64"))


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(InvalidText) as caught:
        command_from_line("key hmac-sha256:x hush!hush")
    assert caught.value.text == "could not create key: bad base64 encoding"


SECRET = "aGVsbG8gd29ybGQgMTIzNA=="


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
        command_from_line(line)
    assert SECRET[:-2] not in caught.value.text


def test_numbers_of_types_and_classes_may_have_leading_zeros() -> None:
    assert command_from_line("del x CLASS0001 TYPE028") == Deletion(X, RRClass.IN, RRType.AAAA)
