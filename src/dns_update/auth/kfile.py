"""Pairs of key files, `Kname.+algorithm+id.key` and `.private`, as BIND's dnssec-keygen wrote them for HMAC keys."""

from __future__ import annotations

import os

from dns_update.auth import Algorithm, Key, read_private_file
from dns_update.errors import UsageError
from dns_update.wire.codes import decimal
from dns_update.wire.name import Name

# The numbers of BIND's own that stand in the pair (they are not from IANA's registry).
_HMACS = {
    157: "hmac-md5",
    161: "hmac-sha1",
    162: "hmac-sha224",
    163: "hmac-sha256",
    164: "hmac-sha384",
    165: "hmac-sha512",
}
_MAX_U16 = 0xFFFF
_BITS_BASE64 = "AAA="  # the whole MAC


def pair_of(path: str) -> tuple[str, str] | None:
    """Return the paths of the `.key` and the `.private` file, if `path` means such a pair and the second is there.

    `path` is either file, or what the two have in common, with or without the dot behind it.
    """
    stem = path.removesuffix(".private").removesuffix(".key").removesuffix(".")
    key, private = f"{stem}.key", f"{stem}.private"
    return (key, private) if os.path.exists(private) else None  # noqa: PTH110 - pathlib costs 4 ms


def key_from_pair(key_path: str, private_path: str) -> Key:
    """Return the HMAC key of a pair; raises UsageError.

    The name stands in the `.key` file's KEY record (RFC 2535, section 3), algorithm and secret in the `.private` one.
    A pair for SIG(0) is refused.
    """
    fields = _fields(read_private_file(private_path))
    number = decimal(fields.get("algorithm", "").partition(" ")[0], _MAX_U16)
    if number is None or "private-key-format" not in fields:
        raise UsageError(f"{private_path} is not the private half of a key pair")
    if number not in _HMACS:
        raise UsageError(
            f"{private_path} is a key for SIG(0), which is not there yet", hint="use a TSIG key: tsig-keygen makes one"
        )
    if "key" not in fields:
        raise UsageError(f"{private_path} has no Key: line")
    return Key.from_secret(_owner(key_path), fields["key"], _algorithm(number, fields, private_path), encoding="base64")


def _fields(text: str) -> dict[str, str]:
    """Return the `Name: value` lines, names in lower case."""
    pairs = (line.partition(":") for line in text.splitlines() if not line.startswith(";"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _owner(key_path: str) -> Name:
    for line in read_private_file(key_path).splitlines():
        words = line.split()
        if words and not words[0].startswith(";"):
            return Name.from_text(words[0])
    raise UsageError(f"{key_path} holds no KEY record")


def _algorithm(number: int, fields: dict[str, str], path: str) -> Algorithm:
    """Return the algorithm; `Bits` is the length to which the MAC is cut, as a 16-bit number in Base64."""
    import binascii  # noqa: PLC0415 - a pair is met rarely

    whole = Algorithm.from_text(_HMACS[number])
    try:
        bits = int.from_bytes(binascii.a2b_base64(fields.get("bits", _BITS_BASE64), strict_mode=True))
    except binascii.Error:
        raise UsageError(f"{path} has a wrong Bits: line") from None
    return Algorithm.from_text(f"{whole.text}-{bits}") if bits not in (0, whole.mac_octets * 8) else whole
