"""Compares the key of an update with one that a server has; secrets are compared, and never shown."""

from __future__ import annotations

from difflib import get_close_matches

from dns_update import errors
from dns_update.auth import Algorithm, Key, decoded_base64
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.wire.name import Name

_NEAR = 0.75  # of difflib's measure: one letter of a short name, or a domain after it


def nearest_name(name: Name, others: list[str]) -> str:
    """Return the name that may have been meant: it differs in a letter or in the labels after the first; "" if none."""
    near = get_close_matches(str(name).lower(), [other.lower() for other in others], 1, _NEAR)
    if near:
        return near[0]
    first = name.labels[0].lower()
    return next((other for other in others if other.lower().partition(".")[0].encode() == first), "")


def fault_of(intended: IntendedUpdate, algorithm: str, secret: str) -> str:
    """Return the code of what differs between the key of the update and the server's; "" if nothing does.

    `secret` is Base64; it is compared only if the update's key has a secret.
    """
    if is_other_algorithm(intended, algorithm):
        return "key-algorithm"
    if intended.key is None or not _is_other_secret(intended.key, secret):
        return ""
    other = intended.key.other_reading
    return "key-secret-reading" if other is not None and not _is_other_secret(other, secret) else "key-secret"


def has_secret(intended: IntendedUpdate, secret: str) -> bool:
    """Return whether a secret, as Base64, is that of the update's key."""
    return intended.key is not None and decoded_base64("".join(secret.split()).encode()) == intended.key.secret


def is_other_algorithm(intended: IntendedUpdate, text: str) -> bool:
    """Return whether the server's key, with the algorithm `text`, does not verify what the update's key signs.

    A MAC that is cut shorter than the server's is refused, too: BADTRUNC (RFC 8945, section 5.2.2.1).
    """
    wanted = intended.signing
    if wanted is None:
        return False
    try:
        known = Algorithm.from_text(text)
    except errors.UsageError:
        return True
    return known.wire_name != wanted.wire_name or wanted.mac_octets < known.mac_octets


def _is_other_secret(key: Key, text: str) -> bool:
    """Return whether a secret, as Base64, is another one; False if it is not Base64."""
    secret = decoded_base64("".join(text.split()).encode(errors="replace"))
    return secret is not None and secret != key.secret
