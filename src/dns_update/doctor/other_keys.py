"""Other keys that a user may have meant: another algorithm, another name, the same secret read in another way. Pure.

A server tells whether it accepts a key. So after a rejection these are tried; but each that is wrong leaves a line in
the server's log, so only those are here that people really mix up, and no name that the user has not given.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator

from dns_update.auth import ALGORITHMS, Algorithm, Key, decoded_base64
from dns_update.errors import InvalidText
from dns_update.value import Value
from dns_update.wire.name import Name

_IN_QUOTES = re.compile(rb"""["']([^"']+)["']""")
_OF_WORD_PROCESSORS = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"  # quotes that they make of straight ones
_INVISIBLE = "\u00a0\u200b\u200c\u200d\u2060\ufeff"  # blanks and marks that come with a copied text
_OF_ALGORITHM = re.compile(rb"^(?:hmac-[a-z0-9.-]+:)?[^:\s]+:(\S+)$", re.IGNORECASE)  # the forms of -y of nsupdate
_LEADING = re.compile(rb"^\s*(?:secret|key)\b\s*[:=]?\s*", re.IGNORECASE)  # of named.conf, Knot, and a K* file
_BLANKS = re.compile(rb"\s+")
_SHORT_OF_PADDING = re.compile(rb"^[A-Za-z0-9+/]+={0,2}$")
_HEXADECIMAL = re.compile(rb"^(?:[0-9a-fA-F]{2}){8,}$")


class OtherKey(Value):
    """A key that may be the server's; `reading` is a code for what differs in its secret, empty if nothing does."""

    key: Key
    reading: str = ""


def with_whole_mac(key: Key) -> Iterator[OtherKey]:
    """Yield the key with the whole MAC of its algorithm, if it is truncated."""
    if key.algorithm.is_truncated:
        yield OtherKey(_copy(key, algorithm=_whole(key)))


def _whole(key: Key) -> str:
    text = key.algorithm.text
    return text.rpartition("-")[0] if key.algorithm.is_truncated else text


def with_other_algorithms(key: Key) -> Iterator[OtherKey]:
    """Yield the key with each other algorithm, those of today first; and with the whole MAC, if it is truncated."""
    yield from with_whole_mac(key)
    whole = _whole(key)
    today_first = sorted(ALGORITHMS, key=lambda text: (text != "hmac-sha256", text != "hmac-sha512"))
    for text in today_first:
        if text != whole:
            yield OtherKey(_copy(key, algorithm=text))


def with_other_names(key: Key, zone: Name) -> Iterator[OtherKey]:
    """Yield the key with other spellings of its name: with the zone, its first label alone, or that with the zone.

    And with - for _ and _ for -. These are four at most.
    """
    own = key.name
    first = Name(own.labels[:1])
    hyphens = str(own).translate(str.maketrans("_-", "-_"))
    seen = {own}
    for text in (f"{own}.{zone}", str(first), f"{first}.{zone}", hyphens):
        try:
            name = Name.from_text(text)
        except InvalidText:  # too long with the zone
            continue
        if name not in seen and name.labels:
            seen.add(name)
            yield OtherKey(_copy(key, name=name))


def with_other_readings(key: Key) -> Iterator[OtherKey]:
    """Yield the key with its secret read in other ways, each with the code of what was different."""
    seen = {key.secret, *([key.other_reading.secret] if key.other_reading is not None else [])}
    for reading, read in _READINGS.items():
        for text in _texts_of(key):
            secret = read(text)
            if secret and secret not in seen:
                seen.add(secret)
                yield OtherKey(_copy(key, secret=secret), reading)


def _texts_of(key: Key) -> tuple[bytes, ...]:
    """Return what the user may have written: raw text is the secret itself, Base64 is made from it."""
    written = binascii.b2a_base64(key.secret, newline=False)
    return (key.secret, written) if key.reading == "text" else (written, key.secret)


def _copy(key: Key, *, name: Name | None = None, algorithm: str = "", secret: bytes = b"") -> Key:
    return Key(name or key.name, secret or key.secret, Algorithm.from_text(algorithm) if algorithm else key.algorithm)


# The readings: from a text to octets, None if the text is not of that form


def _unquoted(text: bytes) -> bytes | None:
    """Read what is in quotes, or what is left without `;` and blanks: a line of named.conf, copied in part."""
    plain = _plain(text)
    found = _IN_QUOTES.search(plain)
    inner = found[1] if found else _BLANKS.sub(b"", plain.strip(b" \t\r\n;\"'"))
    return None if inner == text else _decoded(inner)


def _plain(text: bytes) -> bytes:
    """Return a text with straight quotes, and without what nobody sees."""
    try:
        characters = text.decode("utf-8")
    except UnicodeDecodeError:
        return text
    straight = str.maketrans(dict.fromkeys(_OF_WORD_PROCESSORS, '"') | dict.fromkeys(_INVISIBLE, ""))
    return characters.translate(straight).encode("utf-8")


def _without_statement(text: bytes) -> bytes | None:
    rest = _LEADING.sub(b"", text)
    return None if rest == text else _decoded(rest.strip(b" \t\r\n;\"'"))


def _after_name(text: bytes) -> bytes | None:
    found = _OF_ALGORITHM.match(text)
    return _decoded(found[1]) if found else None


def _padded(text: bytes) -> bytes | None:
    bare = text.rstrip(b"=")
    whole = bare + b"=" * (-len(bare) % 4)
    return decoded_base64(whole) if _SHORT_OF_PADDING.match(text) and whole != text else None


def _url_safe(text: bytes) -> bytes | None:
    usual = text.translate(bytes.maketrans(b"-_", b"+/"))
    return None if usual == text else decoded_base64(usual) or _padded(usual)


def _from_hexadecimal(text: bytes) -> bytes | None:
    return bytes.fromhex(text.decode("ascii")) if _HEXADECIMAL.match(text) else None


def _without_line_end(text: bytes) -> bytes | None:
    """Return the text without one line end; a secret may itself end with such an octet."""
    bare = text.removesuffix(b"\n").removesuffix(b"\r")
    return bare if bare != text else None


def _raw(text: bytes) -> bytes:
    return text


def _decoded(text: bytes) -> bytes:
    return decoded_base64(text) or _padded(text) or text


_READINGS: dict[str, Callable[[bytes], bytes | None]] = {
    "without-line-end": _without_line_end,  # before the next, which also takes it away
    "without-quotes": _unquoted,
    "without-statement": _without_statement,
    "without-name": _after_name,
    "padded": _padded,
    "url-safe": _url_safe,
    "hexadecimal": _from_hexadecimal,
    "decoded-again": decoded_base64,
    "raw-text": _raw,
}
READINGS = tuple(_READINGS)
