"""A key and what it may change, as values; the names that can be written in every server's configuration."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence

from dns_update.auth import Key
from dns_update.errors import UsageError
from dns_update.value import Value
from dns_update.wire.name import Name

ADDRESS_TYPES = ("A", "AAAA")
_CHALLENGE = Name.from_text("_acme-challenge")  # RFC 8555, section 8.4
_CHALLENGE_TYPES = ("TXT",)
_LABEL_OCTETS = 63  # RFC 1035, section 2.3.4
_DAY = re.compile(r"-20\d\d-\d\d-\d\d(?:-\d+)?\Z")  # what `successor_name` adds
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*")


class Grant(Value):
    """A name, and the types that a key may change there, e.g. `("A", "AAAA")`."""

    owner: Name
    types: tuple[str, ...]


class Assignment(Value):
    """A key, and what it may change in a zone."""

    key: Key
    zone: Name
    grants: tuple[Grant, ...]

    @property
    def secret(self) -> str:
        """The secret in Base64, as servers write it."""
        return base64_of(self.key)


class Piece(Value):
    """A part of a configuration: the place where it belongs, in words, and its text."""

    place: str
    text: str


def base64_of(key: Key) -> str:
    """Return a key's secret in Base64."""
    return binascii.b2a_base64(key.secret, newline=False).decode()


def grants_for(names: Iterable[Name], types: Sequence[str], *, acme: bool) -> tuple[Grant, ...]:
    """Return the narrowest grants: the types at each name, and with `acme` the tokens of its ACME challenges.

    Without types, those are A and AAAA; with `acme`, there are none then besides the tokens.
    """
    own = tuple(dict.fromkeys(types)) or (() if acme else ADDRESS_TYPES)
    grants: list[Grant] = []
    for name in names:
        if own:
            grants.append(Grant(name, own))
        if acme:
            grants.append(Grant(_CHALLENGE.below(name), _CHALLENGE_TYPES))
    return tuple(dict.fromkeys(grants))


def check_plain(name: Name, what: str) -> None:
    """Raise UsageError for a name that has other characters than letters, digits, hyphens, underscores and asterisks.

    Each server has its own rules for quoting the others.
    """
    if not all(_PLAIN.issuperset(label) for label in name.labels):
        raise UsageError(
            f"{what} has a character that cannot be written in every server's configuration",
            hint="use letters, digits, hyphens and underscores",
        )


def successor_name(name: Name, day: str, taken: Iterable[Name]) -> Name:
    """Return the name of a key's successor: with the day, e.g. `2026-11-30`, at the end of its first label.

    A day that is there already is replaced, and a number follows if the name is `taken`.
    """
    first, *rest = name.labels
    stem = _DAY.sub("", first.decode("ascii", "replace"))
    used = set(taken)
    number = 1
    while True:
        ending = f"-{day}" if number == 1 else f"-{day}-{number}"
        label = f"{stem[: _LABEL_OCTETS - len(ending)]}{ending}".encode("ascii", "replace")
        successor = Name((label, *rest))
        if successor not in used:
            return successor
        number += 1
