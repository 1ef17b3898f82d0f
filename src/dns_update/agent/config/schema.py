"""The keys of the configuration: for each table its keys, and the reader of each value.

If the command line has a property for the same value, the reader is the property's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dns_update.agent.config.readers import ValueReader, array, duration, one_of, plain, scalar, text, text_or_array
from dns_update.auth import ENCODINGS
from dns_update.commandline.properties import PROPERTIES
from dns_update.commandline.readers import EXPRESSIONS, path_from_text, text_from_text
from dns_update.errors import InvalidText, quoted
from dns_update.transport import DNS_PORT, Server
from dns_update.wire.codes import is_zone_type
from dns_update.wire.name import ROOT, Name, parse_name

MAX_SOCKET_OCTETS = 107  # unix(7): sun_path has 108, with a NUL at the end
MAX_OWNER = 63  # characters, as in a host's name; the TXT record of an owner has it before the addresses

_PROPERTY: Mapping[str, Any] = {prop.name: prop.read for prop in PROPERTIES if "set" in prop.commands}
zone_from_text: Callable[[str], Name] = _PROPERTY["zone"]


def _ttl(written: str) -> object:
    ttl = _PROPERTY["ttl"](written)
    if ttl == 0:
        raise InvalidText(
            "the TTL is 0", hint='1 or more; to remove a name: on-missing = "delete", or dns-update delete'
        )
    return ttl


def _name(written: str) -> tuple[Name, bool]:
    """Read a record's name like `parse_name`; `@` is the zone itself, RouterOS's expression this machine's name."""
    if written.startswith(EXPRESSIONS["name"]):
        written = _PROPERTY["name"](written)
    if written in ("", "@"):
        _PROPERTY["name"](written)
        return ROOT, False
    return parse_name(written)


def _servers(written: str) -> tuple[Server, ...]:
    return servers_from_text(written, DNS_PORT)


def servers_from_text(written: str, port: int) -> tuple[Server, ...]:
    """Return the servers of an address; `port` is that of those which are given without one. Raises InvalidText."""
    return tuple([Server.from_text(text, port) for text in _PROPERTY["dns-server"](written)])


def _encoding(written: str) -> str:
    if written not in ENCODINGS:
        raise InvalidText("this is not an encoding of a secret", hint=one_of(ENCODINGS))
    return written


def _key_name(written: str) -> Name:
    try:
        return Name.from_text(written)
    except InvalidText:  # not shown: the user may have mixed up name and secret
        raise InvalidText("the key's name is not a domain name") from None


def _owner(written: str) -> str:
    letters = written.replace("-", "a").replace("_", "a").replace(".", "a")
    if not (letters.isascii() and letters.isalnum() and len(written) <= MAX_OWNER):
        hint = f"1 to {MAX_OWNER} letters, digits, hyphens, dots, underscores, e.g. router-1"
        raise InvalidText(f"{quoted(written)} is not a name for an owner", hint=hint)
    return written


def _on_missing(written: str) -> bool:
    """Return whether the data of a name is deleted when its sources lose their addresses."""
    if written not in ("keep", "delete"):
        raise InvalidText(f"{quoted(written)} is not a choice", hint='"keep" or "delete"')
    return written == "delete"


def _file(written: str) -> str:
    if not written:
        raise InvalidText("the path is empty")
    return _path(written)


def _socket(written: str) -> str:
    path = _path(written)
    octets = len(path.encode(errors="replace"))
    if octets > MAX_SOCKET_OCTETS:
        raise InvalidText(f"the path of the socket has {octets} octets", hint=f"at most {MAX_SOCKET_OCTETS}")
    return path


def _path(written: str) -> str:
    """Read a path, or "" for none."""
    return path_from_text(_without_nul(written)) if written else ""


def _without_nul(written: str) -> str:
    if "\0" in written:
        raise InvalidText("it contains a NUL")
    return written


def _record_type(written: str) -> object:
    rrtype: int = _PROPERTY["type"](written)
    if not is_zone_type(rrtype):
        raise InvalidText(f"{quoted(written)} is not a type that a zone can hold")
    return rrtype


def _program(raw: object) -> object:
    words = _PROGRAM(raw)
    if words[:1] == ("",):
        raise InvalidText("the program's name is empty", hint='e.g. ["/usr/local/bin/changed"], or [] for none')
    return words


def _one_name(raw: object) -> object:
    if isinstance(raw, list):
        hint = 'several names of one record: names = ["home", "www"]'
        raise InvalidText("expected a string, got an array", hint=hint)
    return _NAME(raw)


def _names(raw: object) -> object:
    names = _NAMES(raw)
    if not names:
        raise InvalidText("the array is empty", hint="give one name at least")
    return names


_NAME = text(_name)
_NAMES = array(_name, "names")
_PROGRAM = array(_without_nul, "strings, a program and its arguments")
_REFERENCE = text()
_SERVER_REFERENCES = array(str, "names of [servers.NAME]")
_TTL = scalar(_ttl, str, int, expected='an integer of seconds, or a string such as "5m"')

_TABLE = plain(dict, "a table")
_BOOLEAN = plain(bool, "true or false")

DOCUMENT: Mapping[str, ValueReader] = {
    **dict.fromkeys(("agent", "keys", "servers", "zones"), _TABLE),
    "records": plain(list, "[[records]], in two brackets"),
}
AGENT: Mapping[str, ValueReader] = {
    "interval": duration("1s", "7d"),  # more often only makes traffic; less often notices changes too late
    "hold-down": duration("0s", "1h"),
    "poll": duration("1s", "7d"),
    "socket": text(_socket),
    "history": text(_path),
    "history-keep": duration("1h", "3650d"),
    "on-change": _program,
    "on-failure": _program,
}
KEY: Mapping[str, ValueReader] = {
    "name": text(_key_name),
    "algorithm": text(_PROPERTY["algorithm"]),
    "secret": text(),
    "encoding": text(_encoding),
    "file": text(_file),
    "auth": text(_PROPERTY["auth"]),
    "realm": text(_PROPERTY["realm"]),
    "principal": text(_PROPERTY["principal"]),
    "keytab": text(_file),
    "ccache": text(_file),
    "password": text(),
}
SERVER: Mapping[str, ValueReader] = {
    "address": text_or_array(_servers),
    "key": _REFERENCE,
    "transport": text(_PROPERTY["transport"]),
    "tls-hostname": text(_PROPERTY["tls-hostname"]),
    "tls-ca": text(_file),
    "tls-pin": text_or_array(_PROPERTY["tls-pin"]),
    "tls-cert": text(_file),
    "tls-key": text(_file),
    "tls-verify": _BOOLEAN,
    "timeout": scalar(_PROPERTY["timeout"], int, float, expected="a number of seconds"),
    "retries": scalar(_PROPERTY["retries"], int, expected="an integer"),
    "local-address": text(_PROPERTY["local-address"]),
}
ZONE: Mapping[str, ValueReader] = {
    "servers": _SERVER_REFERENCES,
    "query-servers": _SERVER_REFERENCES,
    "key": _REFERENCE,
    "ttl": _TTL,
}
RECORD: Mapping[str, ValueReader] = {
    "name": _one_name,
    "names": _names,
    "zone": text(zone_from_text),
    "address": text_or_array(_PROPERTY["address"]),
    "type": text(_record_type),
    "value": text_or_array(text_from_text),
    "ttl": _TTL,
    "servers": _SERVER_REFERENCES,
    "query-servers": _SERVER_REFERENCES,
    "key": _REFERENCE,
    "owner": text(_owner),
    "on-missing": text(_on_missing),
    "grace": duration("0s", "365d"),
    "ptr": _BOOLEAN,
    "ptr-zone": text(zone_from_text),
    "allow-private": _BOOLEAN,
    "check-names": _BOOLEAN,
    "on-change": _program,
    "on-failure": _program,
}


def _hints(own: Mapping[str, ValueReader], **others: str) -> Mapping[str, str]:
    """Return what to write in place of keys that a table does not have: of other tables, and of other programs."""
    homes = dict[str, list[str]]()
    for header, keys in _HEADERS.items():
        for key in keys:
            homes.setdefault(key, []).append(header)
    hints = {key: f"it is a key of {' and '.join(headers)}" for key, headers in homes.items() if key not in own}
    return hints | {key.replace("_", "-"): hint for key, hint in others.items()}


_HEADERS = {
    "[agent]": AGENT,
    "[keys.NAME]": KEY,
    "[servers.NAME]": SERVER,
    '[zones."ZONE"]': ZONE,
    "[[records]]": RECORD,
}
_PORT = 'it is a part of the address: address = "192.0.2.1:5353", or "[2001:db8::1]:5353"'
_SERVERS = 'servers = ["NAME"], of a table [servers.NAME]'
_KEYS = 'key = "NAME", of a table [keys.NAME]'
_INTERFACE = 'address = "interface:ppp0", or "interface:ppp0/ipv4" for one family'

DOCUMENT_HINTS = _hints(DOCUMENT)
AGENT_HINTS = _hints(AGENT)
SERVER_HINTS = _hints(SERVER, port=_PORT, host="did you mean address?", key_name=_KEYS, key_file=_KEYS)
ZONE_HINTS = _hints(ZONE, dns_server=_SERVERS, key_name=_KEYS, key_file=_KEYS)
RECORD_HINTS = _hints(
    RECORD,
    interface=_INTERFACE,
    source=_INTERFACE,
    host="did you mean name?",
    hostname="did you mean name?",
    data="did you mean value?",
    server=_SERVERS,
    dns_server=_SERVERS,
    port=f"{_PORT} in [servers.NAME]",
    key_name=_KEYS,
    key_file=_KEYS,
)
