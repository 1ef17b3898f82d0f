"""Pairs of key files, `Kname.+algorithm+tag.key` and `.private`, as BIND's dnssec-keygen writes them.

Today's are of public-key algorithms, for SIG(0): the private key is in the `.private` file, the `.key` file may be read
by all. Old ones are of HMAC keys, and both files have the secret.
"""

from __future__ import annotations

import os

from dns_update.auth import Algorithm, Key
from dns_update.auth.named_conf import key_in_file, secret_in_file
from dns_update.auth.private_file import read_private_file
from dns_update.auth.sig0 import NUMBERS, OTHER_FIELD, RSA_FIELDS, PairKey, number_in
from dns_update.errors import InvalidText, UsageError
from dns_update.rr.record import rdata_from_text
from dns_update.wire.codes import MAX_U16, decimal, rrtype_from_text
from dns_update.wire.name import Name

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
_FORMAT = "private-key-format"  # the first field; v1.2 and v1.3 differ only in fields that are not used here
_USED = ("algorithm", "bits", "key", "engine", "label")
_OF_PAIRS = {name.lower(): name for name in (*RSA_FIELDS, OTHER_FIELD)}
_KEY_HEAD = 4  # octets of a KEY record's rdata before the key: flags, protocol, algorithm
_MAX_BEFORE_TYPE = 3  # TTL, class and the type itself


def pair_of(path: str) -> tuple[str, str] | None:
    """Return the paths of the `.key` and the `.private` file, if `path` means such a pair and the second exists.

    `path` is either file, or what the two names have in common, with or without the dot after it.
    """
    stem = path.removesuffix(".private").removesuffix(".key").removesuffix(".")
    key, private = f"{stem}.key", f"{stem}.private"
    return (key, private) if os.path.exists(private) else None


def key_of_pair(stem: str, name: Name | str | None) -> Key | None:
    """Return the key of a pair for `Key.from_file`; `stem` is what the two paths have in common.

    None if the `.private` file is of something else. Raises UsageError, also if the key has another name than `name`.
    """
    if _FORMAT not in _fields(read_private_file(f"{stem}.private"), f"{stem}.private"):
        return None
    key = key_from_pair(f"{stem}.key", f"{stem}.private")
    if name is None:
        return key
    wanted = Name.from_text(name) if isinstance(name, str) else name
    if wanted != key.name:
        raise UsageError(f"{stem}.key holds no key named {wanted}", hint=f"it has {key.name}")
    return key


def key_from_pair(key_path: str, private_path: str, warn: Callable[[str], None] | None = None) -> Key:
    """Return the key of a pair; raises UsageError, which repeats nothing of the files' content.

    The name is in the `.key` file's KEY record (RFC 2535, section 3), algorithm and secret are in the `.private` file.
    `warn` is as in `read_private_file`.
    """
    fields = _fields(read_private_file(private_path, warn=warn), private_path)
    number = decimal(fields.get("algorithm", "").partition(" ")[0], MAX_U16)
    if number is None or _FORMAT not in fields:
        raise UsageError(f"{private_path} is not the private half of a key pair")
    if number not in _HMACS:
        return _pair_key(key_path, private_path, number, fields)
    if "key" not in fields:
        raise UsageError(f"{private_path} has no Key: line")
    algorithm = _algorithm(number, fields, private_path)
    secret = secret_in_file(private_path, fields["key"])
    return key_in_file(key_path, _record(key_path, read_private_file(key_path, warn=warn))[0], secret, algorithm)


def _pair_key(key_path: str, private_path: str, number: int, fields: dict[str, str]) -> Key:
    """Return a key for SIG(0); raises UsageError if the two files do not belong together."""
    if number not in NUMBERS:
        raise UsageError(
            f"{private_path}: algorithm {number} is not known for SIG(0)",
            hint="dnssec-keygen -T KEY -a ED25519 -n HOST NAME makes a pair; so does dns-update key generate",
        )
    if "engine" in fields or "label" in fields:
        raise UsageError(f"{private_path}: the private key is in a hardware module, which cannot be used")
    owner, text = _record(key_path, read_private_file(key_path, warn=_ignore))
    rdata = _rdata(key_path, text)
    octets = {_OF_PAIRS[name]: secret_in_file(private_path, fields[name]) for name in _OF_PAIRS if name in fields}
    from dns_update.auth.private_key import PrivateKey  # loads cryptography

    try:
        private = PrivateKey.from_fields(number, octets)
        is_other = number_in(rdata) != number or rdata[_KEY_HEAD:] != private.public
    except UsageError as error:
        raise UsageError(f"{private_path}: {error.text}", hint=error.hint) from None
    if is_other:
        raise UsageError(f"{key_path} and {private_path} are not the halves of one key")
    try:
        return PairKey(Name.from_text(owner), private.der, rdata)
    except InvalidText:
        raise UsageError(f"{key_path}: the key's name is not a domain name") from None
    except UsageError as error:
        raise UsageError(f"{key_path}: {error.text}", hint=error.hint) from None


def _ignore(_line: str) -> None:
    """Drop a warning: a public key may be read by all."""


def _rdata(path: str, text: str) -> bytes:
    """Return the octets of a KEY record's rdata; raises UsageError."""
    try:
        return rdata_from_text(rrtype_from_text("KEY"), text)
    except InvalidText:
        raise UsageError(f"{path}: the KEY record is malformed") from None


def _fields(text: str, path: str) -> dict[str, str]:
    """Return the `Name: value` lines, names in lower case; none of those that are used may be there twice."""
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        folded = name.strip().lower()
        if not colon or line.startswith(";"):
            continue
        if folded in (*_USED, *_OF_PAIRS) and folded in fields:
            raise UsageError(f"{path} has a second {name.strip().capitalize()}: line")
        fields[folded] = value.strip()
    return fields


def _record(path: str, text: str) -> tuple[str, str]:
    """Return the owner name of the KEY record, the first word, and its data; TTL and class may be before KEY."""
    for line in text.split("\n"):
        owner, *words = line.split() or [";"]
        if owner.startswith(";"):
            continue
        kinds = [word.upper() for word in words[:_MAX_BEFORE_TYPE]]
        if "KEY" in kinds:
            return owner, " ".join(words[kinds.index("KEY") + 1 :])
        break
    raise UsageError(f"{path} holds no KEY record", hint="dnssec-keygen -T KEY makes one")


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
