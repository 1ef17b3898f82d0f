"""A key's name and its secret in each other's place: so sent, the secret would be on the wire for all to read."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import decoded_base64

_LEAST_OCTETS = 16  # of a secret that a program made; the shortest, for HMAC-MD5
_HINT = errors.Hint("give the name as {key-name}, and the secret as {key}")


def refuse_secret_as_name(name: str) -> None:
    """Raise InvalidText, which repeats nothing, if a text in the place of a key's name is a secret.

    Nearly every secret that a program made ends with "=" in Base64, and no name of a key does.
    """
    octets = decoded_base64(name.encode(errors="replace"))
    if octets is not None and len(octets) >= _LEAST_OCTETS and name.endswith("="):
        text = f"the key's name is Base64 of {len(octets)} octets: a secret is in the place of the name"
        raise errors.InvalidText(text, hint=_HINT)
