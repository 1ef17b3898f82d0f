"""Configurations of name servers: what is read is at a place in the text, and no repr shows a secret."""

from __future__ import annotations

import contextlib

from dns_update.errors import UsageError
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.statements import read_text as read_bind
from dns_update.server_config.finding import Place
from dns_update.server_config.knot.entries import read_text as read_knot
from dns_update.server_config.networks import is_in_network
from dns_update.server_config.powerdns.settings import read_text as read_powerdns
from dns_update.server_config.source import ConfigSource
from fuzz.expect import expect, text_of

_FILE = "/nonexistent/file"
_SECRET = "c2VjcmV0IG9mIHRoZSBmdXp6ZXI="  # noqa: S105 - of the seeds

SEEDS = (
    (
        b'key "dd" { algorithm hmac-sha256; secret "c2VjcmV0IG9mIHRoZSBmdXp6ZXI="; };\nacl a { !10/8; { key dd; }; };\n'
        b'zone example.com { type primary; file "a"; update-policy { grant dd name a.example.com. A; }; }; // x\n'
    ),
    b'options { directory "/x"; /* c */ allow-update { none; }; };\nview v { match-clients { any; }; };\n',
    (
        b'key:\n  - id: dd\n    secret: c2VjcmV0IG9mIHRoZSBmdXp6ZXI=\nacl:\n  - id: u\n    key: [ dd, "x" ] # c\n'
        b"    address: 192.0.2.1-192.0.2.9\nzone:\n  - domain: example.com\n    acl: u\n"
    ),
    b"launch=gsqlite3\ndnsupdate=yes\nallow-dnsupdate-from+=10.0.0.0/8, ::1\napi-key=c2VjcmV0IG9mIHRoZSBmdXp6ZXI=\n",
)


def check(data: bytes) -> None:
    """Read a text as the configuration of each server."""
    text = text_of(data).replace("include", "exclude")  # which files are read is not for the fuzzer to choose
    lines = text.count("\n") + 1
    with contextlib.suppress(UsageError):
        for statement in read_bind(ConfigSource(_FILE, text)):
            _check_statement(statement, lines)
    for entry in read_knot(ConfigSource(_FILE, text)):
        for item in entry.items:
            _check_place(item.place, lines)
            _check_secret(item)
    for setting in read_powerdns(ConfigSource(_FILE, text)):
        _check_place(setting.place, lines)
        _check_secret(setting)
    is_in_network(data[:4].ljust(4, b"\0"), text)


def _check_statement(statement: Statement, lines: int) -> None:
    _check_place(statement.place, lines)
    if statement.keyword == "secret":
        _check_secret(statement)
    for child in statement.block:
        _check_statement(child, lines)


def _check_place(place: Place, lines: int) -> None:
    expect("a place is a line of the text", holds=1 <= place.line <= lines)


def _check_secret(value: object) -> None:
    expect("a repr does not show a secret", holds=_SECRET not in repr(value))
