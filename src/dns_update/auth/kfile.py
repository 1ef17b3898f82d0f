"""Pairs of key files, `Kname.+algorithm+id.key` and `.private`, as BIND's dnssec-keygen wrote them for HMAC keys."""

from __future__ import annotations

import os

from dns_update.auth import Algorithm, Key
from dns_update.auth.named_conf import key_in_file, secret_in_file
from dns_update.auth.private_file import read_private_file
from dns_update.errors import InvalidText, UsageError
from dns_update.wire.codes import MAX_U16, decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# BIND's own numbers in the pair (they are not from IANA's registry).
_HMACS = {
    157: "hmac-md5",
    161: "hmac-sha1",
    162: "hmac-sha224",
    163: "hmac-sha256",
    164: "hmac-sha384",
    165: "hmac-sha512",
}
_BITS_BASE64 = "AAA="  # the whole MAC
_BITS_OCTETS = 2
_USED = ("algorithm", "bits", "key")
_MAX_BEFORE_TYPE = 3  # TTL, class and the type itself


def pair_of(path: str) -> tuple[str, str] | None:
    """Return the paths of the `.key` and the `.private` file, if `path` means such a pair and the second exists.

    `path` is either file, or what the two names have in common, with or without the dot after it.
    """
    stem = path.removesuffix(".private").removesuffix(".key").removesuffix(".")
    key, private = f"{stem}.key", f"{stem}.private"
    return (key, private) if os.path.exists(private) else None


def key_from_pair(key_path: str, private_path: str, warn: Callable[[str], None] | None = None) -> Key:
    """Return the HMAC key of a pair; raises UsageError, which repeats nothing of the files' content.

    The name is in the `.key` file's KEY record (RFC 2535, section 3), algorithm and secret are in the `.private` file.
    A pair for SIG(0) is refused. `warn` is as in `read_private_file`.
    """
    fields = _fields(read_private_file(private_path, warn=warn), private_path)
    number = decimal(fields.get("algorithm", "").partition(" ")[0], MAX_U16)
    if number is None or "private-key-format" not in fields:
        raise UsageError(f"{private_path} is not the private half of a key pair")
    if number not in _HMACS:
        raise UsageError(
            f"{private_path} is a key for SIG(0), which is not implemented yet",
            hint="use a TSIG key: dns-update key generate makes one",
        )
    if "key" not in fields:
        raise UsageError(f"{private_path} has no Key: line")
    algorithm = _algorithm(number, fields, private_path)
    secret = secret_in_file(private_path, fields["key"])
    return key_in_file(key_path, _owner(key_path, warn), secret, algorithm)


def _fields(text: str, path: str) -> dict[str, str]:
    """Return the `Name: value` lines, names in lower case; none of those that are used may be there twice."""
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        folded = name.strip().lower()
        if not colon or line.startswith(";"):
            continue
        if folded in _USED and folded in fields:
            raise UsageError(f"{path} has a second {folded.capitalize()}: line")
        fields[folded] = value.strip()
    return fields


def _owner(key_path: str, warn: Callable[[str], None] | None) -> str:
    """Return the owner name of the KEY record, the first word; at most TTL and class may be before KEY."""
    for line in read_private_file(key_path, warn=warn).split("\n"):
        owner, *words = line.split() or [";"]
        if owner.startswith(";"):
            continue
        if "KEY" in [word.upper() for word in words[:_MAX_BEFORE_TYPE]]:
            return owner
        break
    raise UsageError(f"{key_path} holds no KEY record")


def _algorithm(number: int, fields: dict[str, str], path: str) -> Algorithm:
    """Return the algorithm; `Bits` is the length to which the MAC is cut, as a 16-bit number in Base64."""
    import binascii  # pairs are rare

    whole = Algorithm.from_text(_HMACS[number])
    try:
        octets = binascii.a2b_base64(fields.get("bits", _BITS_BASE64), strict_mode=True)
    except ValueError:  # binascii.Error, or not ASCII
        octets = b""
    if len(octets) != _BITS_OCTETS:
        raise UsageError(f"{path} has a wrong Bits: line")
    bits = int.from_bytes(octets)
    if bits in (0, whole.mac_octets * 8):
        return whole
    try:
        return Algorithm.from_text(f"{whole.text}-{bits}")
    except InvalidText as error:
        raise InvalidText(f"{error.text} in {path}", hint=error.hint) from None
