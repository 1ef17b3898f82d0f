"""The commands of the nsupdate language: a line becomes a frozen value, or a syntax error in nsupdate's words."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.nsupdate import shown
from dns_update.nsupdate.lexer import Line
from dns_update.rr.record import MAX_TTL
from dns_update.rr.scanner import octet_name
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, RRClass, RRType, decimal, rrclass_from_text, rrtype_from_text
from dns_update.wire.inet import format_address, parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from dataclasses import KW_ONLY
    from typing import TypeAlias

    from dns_update.auth import Key
    from dns_update.wire.name import Name

MAX_U32 = 0xFFFFFFFF
_OPERATIONS = ("add", "del", "delete")
_LONGEST_REALM = 1022  # octets; with the @ before it, what BIND has room for
_REPEATED = 64  # words whose meaning is kept: lines that stand together speak of the same names and types


class Plain(Value):
    """A command that is one word: send, show, answer, debug, help, version, quit, gsstsig; empty for a comment."""

    word: str


class ServerCommand(Value):
    """`server HOST [PORT]`; no port means the one of the options."""

    host: str
    port: int | None


class LocalCommand(Value):
    """`local ADDRESS [PORT]`: where to send from; port 0 is the kernel's choice."""

    address: str
    port: int


class ZoneCommand(Value):
    """`zone NAME`."""

    zone: Name


class ClassCommand(Value):
    """`class CLASS`."""

    rrclass: int


class TtlCommand(Value):
    """`ttl SECONDS`, or `ttl none`, which is None."""

    seconds: int | None


class LeaseCommand(Value):
    """`lease SECONDS [KEY-SECONDS]`, or `lease none`, which has no times."""

    seconds: tuple[int, ...]


class KeyCommand(Value):
    """`key [ALGORITHM:]NAME SECRET`."""

    key: Key


class CheckCommand(Value):
    """`check-names yes|no` and `check-svcb yes|no`; `subject` is `names` or `svcb`."""

    subject: str
    _: KW_ONLY
    wanted: bool


class Prerequisite(Value):
    """`prereq ...`: a name (type ANY) or an RRset must exist, or must not; with `data`, that record must be in it.

    `rrclass` is None where the line names none.
    """

    name: Name
    rrtype: int
    rrclass: int | None
    data: str
    _: KW_ONLY
    must_exist: bool


class Addition(Value):
    """`update add ...`; `ttl` and `rrclass` are None where the line names none."""

    name: Name
    ttl: int | None
    rrclass: int | None
    rrtype: int
    data: str


class Deletion(Value):
    """`update delete ...`: a record; an RRset, where there is no data; the whole name, where the type is ANY."""

    name: Name
    rrclass: int | None = None
    rrtype: int = RRType.ANY
    data: str = ""


if TYPE_CHECKING:
    Command: TypeAlias = (
        Plain
        | ServerCommand
        | LocalCommand
        | ZoneCommand
        | ClassCommand
        | TtlCommand
        | LeaseCommand
        | KeyCommand
        | CheckCommand
        | Prerequisite
        | Addition
        | Deletion
    )
    Reader: TypeAlias = Callable[[Line], Command]


def command_of(text: str, *, has_ttl: bool = False) -> Command:
    """Return the command that a line is; a blank one is `send`.

    `has_ttl` tells whether a `ttl` stands that an addition may leave out. Raises InvalidText, whose text is
    nsupdate's; it may be empty where nsupdate says nothing but "syntax error".
    """
    line = Line(text)
    word = line.word()
    if not word:
        return Plain("send")
    if word.startswith(";"):
        return Plain("")
    verb = word.lower()
    if verb == "update":
        verb = _operation(line, _OPERATIONS)
    elif verb == "prereq":
        verb = _operation(line, _PREREQUISITES)
    if verb == "add":
        return _addition(line, has_ttl=has_ttl)
    reader = _READERS.get(verb)
    if reader is None:
        raise InvalidText(f"incorrect section name: {shown(word)}")
    return reader(line)


def key_of(name_and_algorithm: str, secret: str) -> Key:
    """Return the key of `[ALGORITHM:]NAME` and a secret in Base64; raises InvalidText, which has no secret in it."""
    from dns_update.auth import DEFAULT_ALGORITHM, Key  # noqa: PLC0415 - many scripts have their key in a file
    from dns_update.errors import UsageError  # noqa: PLC0415

    algorithm, colon, name = name_and_algorithm.partition(":")
    signer = _algorithm(algorithm) if colon else DEFAULT_ALGORITHM
    try:
        owner = octet_name(name if colon else algorithm)
    except InvalidText as error:
        raise InvalidText("could not parse key name") from error
    try:
        return Key.from_secret(owner, "".join(secret.split()), signer, encoding="base64")
    except UsageError:
        # The name is not repeated: with the fields mixed up, it is the secret.
        raise InvalidText("could not create key: bad base64 encoding") from None


def _algorithm(text: str) -> str:
    """Return the algorithm as `Algorithm` reads it: the bits of a truncated MAC rounded up to whole octets."""
    from dns_update.auth import Algorithm  # noqa: PLC0415 - as above

    whole, dash, bits = text.rpartition("-")
    try:
        algorithm = Algorithm.from_text(whole if dash and bits.isdecimal() else text)
    except InvalidText:
        raise InvalidText(f"unknown key type '{shown(text)}'") from None
    most = algorithm.mac_octets * 8
    if algorithm.text == text.lower() or not bits.isdecimal():
        return algorithm.text
    number = decimal(bits, most)
    if number == 0:
        return algorithm.text
    try:
        return Algorithm.from_text(f"{algorithm.text}-{-(-(number or most + 8) // 8) * 8}").text
    except InvalidText:
        raise InvalidText(f"digest-bits out of range [{max(80, most // 2)}..{most}]") from None


def _operation(line: Line, operations: Collection[str]) -> str:
    word = line.word()
    if not word:
        raise InvalidText("could not read operation code")
    verb = word.lower()
    if verb not in operations:
        raise InvalidText(f"incorrect operation code: {shown(word)}")
    return verb


def _owner(line: Line) -> Name:
    word = line.word()
    if not word:
        raise InvalidText("could not read owner name")
    try:
        return octet_name(word)
    except InvalidText as error:
        raise InvalidText(f"invalid owner name: {_what_is_wrong(error)}") from error


def _what_is_wrong(error: InvalidText) -> str:
    """Return what is wrong with a name in BIND's words, where it has some."""
    words = {
        "has an empty label": "empty label",
        "has a label of": "label too long",
        "makes a name of": "name too long",
        "has a wrong escape": "bad escape",
        "ends within an escape": "unexpected end of input",
    }
    return next((text for mark, text in words.items() if mark in error.text), error.text)


def _prerequisite(line: Line, *, must_exist: bool, is_rrset: bool) -> Prerequisite:
    name = _owner(line)
    if not is_rrset:
        return Prerequisite(name, RRType.ANY, None, "", must_exist=must_exist)
    word = line.word()
    if not word:
        raise InvalidText("could not read class or type")
    rrclass = _CLASSES[word]
    if rrclass is not None:
        word = line.word()
        if not word:
            raise InvalidText("could not read type")
    rrtype = _TYPES[word]
    if rrtype is None:
        raise InvalidText(f"invalid type: {word}")
    return Prerequisite(name, rrtype, rrclass, line.remainder() if must_exist else "", must_exist=must_exist)


def _addition(line: Line, *, has_ttl: bool) -> Addition:
    name = _owner(line)
    word = line.word()
    if not word:
        raise InvalidText("could not read owner ttl")
    ttl = decimal(word, MAX_U32)
    if ttl is None and not has_ttl:
        raise InvalidText(f"ttl '{word}': {_no_number(word)}")
    if ttl is not None:
        _check_ttl(ttl, word)
        word = line.word()
    if not word:
        raise InvalidText("could not read class or type")
    rrclass, rrtype = _class_and_type(word, line)
    if rrtype is None:
        raise InvalidText("could not read type")
    data = line.remainder()
    if not data:
        raise InvalidText("could not read rdata")
    return Addition(name, ttl, rrclass, rrtype, data)


def _deletion(line: Line) -> Deletion:
    name = _owner(line)
    word = line.word()
    if decimal(word, MAX_U32) is not None:
        word = line.word()
    if not word:
        return Deletion(name)
    rrclass, rrtype = _class_and_type(word, line)
    if rrtype is None:
        return Deletion(name, rrclass)
    return Deletion(name, rrclass, rrtype, line.remainder())


def _class_and_type(word: str, line: Line) -> tuple[int | None, int | None]:
    """Read `[CLASS] TYPE`, of which `word` is the first; None for each that is not there.

    ANY is a type here: the class of a whole name's deletion is not the writer's to say.
    """
    rrclass = _CLASSES[word]
    if rrclass is None or rrclass == RRClass.ANY:
        rrtype = _TYPES[word]
        if rrtype is None:
            raise InvalidText(f"'{word}' is not a valid class or type: unknown class/type")
        return None, rrtype
    word = line.word()
    if not word:
        return rrclass, None
    rrtype = _TYPES[word]
    if rrtype is None:
        raise InvalidText(f"'{word}' is not a valid type: unknown class/type")
    return rrclass, rrtype


def _server(line: Line) -> ServerCommand:
    host = line.word()
    if not host:
        raise InvalidText("could not read server name")
    return ServerCommand(host, _port(line))


def _local(line: Line) -> LocalCommand:
    word = line.word()
    if not word:
        raise InvalidText("could not read local address")
    port = _port(line)
    try:
        address = format_address(parse_address(word))
    except InvalidText as error:
        raise InvalidText(f"invalid address {word}") from error
    return LocalCommand(address, port or 0)


def _port(line: Line) -> int | None:
    word = line.word()
    if not word:
        return None
    number = decimal(word, MAX_U32)
    if number is None:
        raise InvalidText(f"port '{word}' is not numeric")
    if not 0 < number <= MAX_U16:
        raise InvalidText(f"port '{word}' is out of range (1 to 65535)")
    return number


def _key(line: Line) -> KeyCommand:
    name = line.word()
    if not name:
        raise InvalidText("could not read key name")
    secret = line.remainder()
    if not secret:
        raise InvalidText("could not read key secret")
    return KeyCommand(key_of(name, secret))


def _zone(line: Line) -> ZoneCommand:
    word = line.word()
    if not word:
        raise InvalidText("could not read zone name")
    try:
        return ZoneCommand(octet_name(word))
    except InvalidText as error:
        raise InvalidText("could not parse zone name") from error


def _default_class(line: Line) -> ClassCommand:
    word = line.word()
    if not word:
        raise InvalidText("could not read class name")
    rrclass = _CLASSES[word]
    if rrclass is None:
        raise InvalidText(f"could not parse class name: {word}")
    if rrclass in (0, RRClass.ANY, RRClass.NONE):
        raise InvalidText(f"bad default class: {word}")
    return ClassCommand(rrclass)


def _ttl(line: Line) -> TtlCommand:
    word = line.word()
    if not word:
        raise InvalidText("could not read ttl")
    if word.lower() == "none":
        return TtlCommand(None)
    ttl = decimal(word, MAX_U32)
    if ttl is None:
        raise InvalidText(f"ttl '{word}': {_no_number(word)}")
    _check_ttl(ttl, word)
    return TtlCommand(ttl)


def _check_ttl(ttl: int, word: str) -> None:
    if ttl > MAX_TTL:
        raise InvalidText(f"ttl '{word}' is out of range (0 to {MAX_TTL})")


def _no_number(word: str) -> str:
    return "out of range" if word.isascii() and word.isdecimal() else "not a valid number"


def _lease(line: Line) -> LeaseCommand:
    word = line.word()
    if not word:
        raise InvalidText("could not read lease time")
    if word.lower() == "none":
        return LeaseCommand(())
    words = [word, line.word()]
    times = []
    for text in filter(None, words):
        seconds = decimal(text, MAX_U32)
        if seconds is None:
            raise InvalidText(f"lease '{text}': {_no_number(text)}")
        times.append(seconds)
    return LeaseCommand(tuple(times))


def _realm(line: Line) -> Plain:
    """Read `realm [REALM]`, which only GSS-TSIG needs, and that is not there yet."""
    if len(line.word().encode(errors="surrogateescape")) > _LONGEST_REALM:
        raise InvalidText("realm is too long")
    return Plain("")


def _tkey_name(line: Line) -> Plain:
    """Read `tkeyname NAME`, the name under which GSS-TSIG agrees on a key; it is not there yet."""
    word = line.word()
    if not word:
        raise InvalidText("could not read TKEY name")
    try:
        octet_name(word)
    except InvalidText as error:
        raise InvalidText("could not parse TKEY name") from error
    return Plain("")


_YES_AND_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def _check(subject: str) -> Reader:
    def read(line: Line) -> CheckCommand:
        word = line.word()
        if not word:
            raise InvalidText(f"could not read check-{subject} directive")
        wanted = _YES_AND_NO.get(word.lower())
        if wanted is None:
            raise InvalidText(f"incorrect check-{subject} directive: {word}")
        return CheckCommand(subject, wanted=wanted)

    return read


def _plain(word: str) -> Reader:
    command = Plain(word)

    def read(_line: Line) -> Plain:
        return command

    return read


def _prerequisite_reader(*, must_exist: bool, is_rrset: bool) -> Reader:
    def read(line: Line) -> Prerequisite:
        return _prerequisite(line, must_exist=must_exist, is_rrset=is_rrset)

    return read


class _Meanings(dict[str, int | None]):
    """What words mean, each found out once: lines that stand together speak of the same classes and types."""

    def __init__(self, find: Callable[[str], int | None]) -> None:
        self._find = find

    def __missing__(self, word: str) -> int | None:
        if len(self) >= _REPEATED:
            self.clear()
        number = self[word] = self._find(word)
        return number


def _class_of(word: str) -> int | None:
    if word.upper() == "RESERVED0":
        return 0
    try:
        return rrclass_from_text(_CLASS_NAMES.get(word.upper(), _without_zeros(word, "CLASS")))
    except InvalidText:
        return None


# BIND's other names for the classes.
_CLASS_NAMES = {"CHAOS": "CH", "HESIOD": "HS"}


def _type_of(word: str) -> int | None:
    try:
        return rrtype_from_text(_without_zeros(word, "TYPE"))
    except InvalidText:
        return None


def _without_zeros(word: str, prefix: str) -> str:
    """Return TYPEn or CLASSn without the leading zeros, which BIND lets pass; any other word as it is."""
    digits = word[len(prefix) :]
    if word[: len(prefix)].upper() == prefix and digits.isdecimal() and digits.isascii():
        return f"{prefix}{digits.lstrip('0') or '0'}"
    return word


_CLASSES = _Meanings(_class_of)
_TYPES = _Meanings(_type_of)

_PREREQUISITES = {
    "nxdomain": _prerequisite_reader(must_exist=False, is_rrset=False),
    "yxdomain": _prerequisite_reader(must_exist=True, is_rrset=False),
    "nxrrset": _prerequisite_reader(must_exist=False, is_rrset=True),
    "yxrrset": _prerequisite_reader(must_exist=True, is_rrset=True),
}

_READERS: dict[str, Reader] = {
    **_PREREQUISITES,
    "del": _deletion,
    "delete": _deletion,
    "server": _server,
    "local": _local,
    "key": _key,
    "zone": _zone,
    "class": _default_class,
    "ttl": _ttl,
    "lease": _lease,
    "check-names": _check("names"),
    "checknames": _check("names"),
    "check-svcb": _check("svcb"),
    "checksvcb": _check("svcb"),
    "gsstsig": _plain("gsstsig"),
    "oldgsstsig": _plain("gsstsig"),
    "realm": _realm,
    "tkeyname": _tkey_name,
    **{word: _plain(word) for word in ("send", "show", "answer", "debug", "help", "version", "quit")},
}

HELP = """\
local address [port]      (set local resolver)
server address [port]     (set primary server for zone)
send                      (send the update request)
show                      (show the update request)
answer                    (show the answer to the last request)
quit                      (quit, any pending update is not sent)
help                      (display this message)
version                   (display the version)
debug                     (show the messages, sent and received)
key [hmac:]keyname secret (use TSIG to sign the request)
gsstsig                   (use GSS_TSIG to sign the request)
realm [name]              (set the realm for GSS-TSIG)
tkeyname name             (set the name of the key that GSS-TSIG agrees on)
zone name                 (set the zone to be updated)
class CLASS               (set the zone's DNS class, e.g. IN (default), CH)
ttl seconds | none        (set the TTL of additions that name none)
lease time [keytime]      (ask for an update lease; "lease none" does not)
check-names { on | off }  (enable / disable check-names)
check-svcb { on | off }   (enable / disable check-svcb)
[prereq] nxdomain name    (require that this name does not exist)
[prereq] yxdomain name    (require that this name exists)
[prereq] nxrrset ....     (require that this RRset does not exist)
[prereq] yxrrset ....     (require that this RRset exists)
[update] add ....         (add the given record to the zone)
[update] del[ete] ....    (remove the given record(s) from the zone)
"""
