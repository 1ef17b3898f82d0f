"""Reads a line of the nsupdate language as a command; a mistake is a syntax error in nsupdate's words."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.nsupdate import commands, shown
from dns_update.nsupdate.bind_words import name_mistake_text
from dns_update.nsupdate.keys import key_from_text
from dns_update.nsupdate.lexer import CLASSES, TYPES, Lexer
from dns_update.rr.record import MAX_TTL
from dns_update.rr.scanner import octet_name
from dns_update.wire.codes import MAX_U16, MAX_U32, RRClass, RRType, decimal
from dns_update.wire.inet import format_address, parse_address
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import NoReturn, TypeAlias

    CommandReader: TypeAlias = Callable[[Lexer], commands.NsupdateCommand]

_OPERATIONS = ("add", "del", "delete")
_LONGEST_REALM = 1022  # octets; with the @ before it, the limit of BIND


def command_from_line(text: str, *, has_ttl: bool = False) -> commands.NsupdateCommand:
    """Return the command of a line; a blank line is `send`.

    With `has_ttl`, a `ttl` command gave a TTL, so an addition may leave it out. Raises InvalidText with the text of
    nsupdate, which is empty where nsupdate prints only "syntax error".
    """
    line = Lexer(text)
    word = line.word()
    if not word:
        return commands.Plain("send")
    if word.startswith(";"):
        return commands.Plain("")
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


def _missing(what: str) -> NoReturn:
    raise InvalidText(f"could not read {what}")


def _operation(line: Lexer, operations: Collection[str]) -> str:
    word = line.word() or _missing("operation code")
    verb = word.lower()
    if verb not in operations:
        raise InvalidText(f"incorrect operation code: {shown(word)}")
    return verb


def _owner(line: Lexer) -> Name:
    word = line.word() or _missing("owner name")
    try:
        return octet_name(word)
    except InvalidText as error:
        raise InvalidText(f"invalid owner name: {name_mistake_text(error)}") from error


def _prerequisite(line: Lexer, *, must_exist: bool, is_rrset: bool) -> commands.Prerequisite:
    name = _owner(line)
    if not is_rrset:
        return commands.Prerequisite(name, RRType.ANY, None, "", must_exist=must_exist)
    word = line.word() or _missing("class or type")
    rrclass = CLASSES[word]
    if rrclass is not None:
        word = line.word() or _missing("type")
    rrtype = TYPES[word]
    if rrtype is None:
        raise InvalidText(f"invalid type: {word}")
    return commands.Prerequisite(name, rrtype, rrclass, line.remainder() if must_exist else "", must_exist=must_exist)


def _addition(line: Lexer, *, has_ttl: bool) -> commands.Addition:
    name = _owner(line)
    word = line.word() or _missing("owner ttl")
    ttl = decimal(word, MAX_U32)
    if ttl is None and not has_ttl:
        raise _not_a_number("ttl", word)
    if ttl is not None:
        _check_ttl(ttl, word)
        word = line.word() or _missing("class or type")
    rrclass, rrtype = _class_and_type(word, line)
    if rrtype is None:
        _missing("type")
    data = line.remainder() or _missing("rdata")
    return commands.Addition(name, ttl, rrclass, rrtype, data)


def _deletion(line: Lexer) -> commands.Deletion:
    name = _owner(line)
    word = line.word()
    if decimal(word, MAX_U32) is not None:
        word = line.word()
    if not word:
        return commands.Deletion(name)
    rrclass, rrtype = _class_and_type(word, line)
    if rrtype is None:
        return commands.Deletion(name, rrclass)
    return commands.Deletion(name, rrclass, rrtype, line.remainder())


def _class_and_type(word: str, line: Lexer) -> tuple[int | None, int | None]:
    """Read `[CLASS] TYPE`, which begins with `word`; return None for each that is missing.

    ANY is read as a type: a user cannot choose the class ANY, with which an update deletes a whole name.
    """
    rrclass = CLASSES[word]
    if rrclass is None or rrclass == RRClass.ANY:
        rrtype = TYPES[word]
        if rrtype is None:
            raise InvalidText(f"'{word}' is not a valid class or type: unknown class/type")
        return None, rrtype
    word = line.word()
    if not word:
        return rrclass, None
    rrtype = TYPES[word]
    if rrtype is None:
        raise InvalidText(f"'{word}' is not a valid type: unknown class/type")
    return rrclass, rrtype


def _server(line: Lexer) -> commands.ServerCommand:
    return commands.ServerCommand(line.word() or _missing("server name"), _port(line))


def _local(line: Lexer) -> commands.LocalCommand:
    word = line.word() or _missing("local address")
    port = _port(line)
    try:
        address = format_address(parse_address(word))
    except InvalidText as error:
        raise InvalidText(f"invalid address {word}") from error
    return commands.LocalCommand(address, port or 0)


def _port(line: Lexer) -> int | None:
    word = line.word()
    if not word:
        return None
    number = decimal(word, MAX_U32)
    if number is None:
        raise InvalidText(f"port '{word}' is not numeric")
    if not 0 < number <= MAX_U16:
        raise InvalidText(f"port '{word}' is out of range (1 to {MAX_U16})")
    return number


def _key(line: Lexer) -> commands.KeyCommand:
    name = line.word() or _missing("key name")
    return commands.KeyCommand(key_from_text(name, line.remainder() or _missing("key secret")))


def _zone(line: Lexer) -> commands.ZoneCommand:
    word = line.word() or _missing("zone name")
    try:
        return commands.ZoneCommand(octet_name(word))
    except InvalidText as error:
        raise InvalidText("could not parse zone name") from error


def _default_class(line: Lexer) -> commands.ClassCommand:
    word = line.word() or _missing("class name")
    rrclass = CLASSES[word]
    if rrclass is None:
        raise InvalidText(f"could not parse class name: {word}")
    if rrclass in (0, RRClass.ANY, RRClass.NONE):
        raise InvalidText(f"bad default class: {word}")
    return commands.ClassCommand(rrclass)


def _ttl(line: Lexer) -> commands.TtlCommand:
    word = line.word() or _missing("ttl")
    if word.lower() == "none":
        return commands.TtlCommand(None)
    ttl = _number("ttl", word)
    _check_ttl(ttl, word)
    return commands.TtlCommand(ttl)


def _check_ttl(ttl: int, word: str) -> None:
    if ttl > MAX_TTL:
        raise InvalidText(f"ttl '{word}' is out of range (0 to {MAX_TTL})")


def _lease(line: Lexer) -> commands.LeaseCommand:
    word = line.word() or _missing("lease time")
    if word.lower() == "none":
        return commands.LeaseCommand(())
    words = (word, line.word())
    return commands.LeaseCommand(tuple([_number("lease", word) for word in words if word]))


def _number(kind: str, word: str) -> int:
    number = decimal(word, MAX_U32)
    if number is None:
        raise _not_a_number(kind, word)
    return number


def _not_a_number(kind: str, word: str) -> InvalidText:
    is_number = word.isascii() and word.isdecimal()
    return InvalidText(f"{kind} '{word}': {'out of range' if is_number else 'not a valid number'}")


def _realm(line: Lexer) -> commands.RealmCommand:
    """Read `realm [REALM]`, for GSS-TSIG."""
    realm = line.word()
    if len(realm.encode(errors="surrogateescape")) > _LONGEST_REALM:
        raise InvalidText("realm is too long")
    return commands.RealmCommand(realm or None)


def _tkey_name(line: Lexer) -> commands.Plain:
    """Read `tkeyname NAME`. It has no effect: each key that GSS-TSIG agrees on has a name that is used only once."""
    word = line.word() or _missing("TKEY name")
    try:
        octet_name(word)
    except InvalidText as error:
        raise InvalidText("could not parse TKEY name") from error
    return commands.Plain("")


_YES_AND_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def _check(subject: str) -> CommandReader:
    def read(line: Lexer) -> commands.CheckCommand:
        word = line.word() or _missing(f"check-{subject} directive")
        wanted = _YES_AND_NO.get(word.lower())
        if wanted is None:
            raise InvalidText(f"incorrect check-{subject} directive: {word}")
        return commands.CheckCommand(subject, wanted=wanted)

    return read


def _plain(word: str) -> CommandReader:
    command = commands.Plain(word)
    return lambda _line: command


def _prerequisite_reader(*, must_exist: bool, is_rrset: bool) -> CommandReader:
    return lambda line: _prerequisite(line, must_exist=must_exist, is_rrset=is_rrset)


_PREREQUISITES = {
    "nxdomain": _prerequisite_reader(must_exist=False, is_rrset=False),
    "yxdomain": _prerequisite_reader(must_exist=True, is_rrset=False),
    "nxrrset": _prerequisite_reader(must_exist=False, is_rrset=True),
    "yxrrset": _prerequisite_reader(must_exist=True, is_rrset=True),
}

_READERS: dict[str, CommandReader] = {
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

COMMAND_WORDS = frozenset({*_READERS, "update", "prereq", "add"})
"""The words with which a command can begin."""
