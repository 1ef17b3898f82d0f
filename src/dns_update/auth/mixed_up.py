"""What is in another's place: the secret as the key's name, or the path of a file as the secret.

A secret sent as a name would be on the wire for all to read; a path that signs is what no server has as a secret.
"""

from __future__ import annotations

import os

from dns_update import errors
from dns_update.auth import decoded_base64
from dns_update.auth.private_file import ENDINGS

_LEAST_OCTETS = 16  # of a secret that a program made; the shortest, for HMAC-MD5
_HINT = errors.Hint("give the name as {key-name}, and the secret as {key}")
_BEGINNINGS = ("/", "./", "../", "~/")  # of paths; Base64 may begin with a slash, too


def refuse_secret_as_name(name: str) -> None:
    """Raise InvalidText, which repeats nothing, if a text in the place of a key's name is a secret.

    Nearly every secret that a program made ends with "=" in Base64, and no name of a key does.
    """
    octets = decoded_base64(name.encode(errors="replace"))
    if octets is not None and len(octets) >= _LEAST_OCTETS and name.endswith("="):
        text = f"the key's name is Base64 of {len(octets)} octets: a secret is in the place of the name"
        raise errors.InvalidText(text, hint=_HINT)


def refuse_path_as_secret(secret: str) -> None:
    """Raise UsageError, which repeats nothing, if a text in the place of a secret is a path.

    It is one if there is such a file, or if it begins or ends as paths do and is not Base64.
    """
    if _is_file(secret):
        what = "the key's secret is given as the path of a file, which exists"
    elif _is_like_path(secret):
        what = "the key's secret is given as what looks like the path of a file"
    else:
        return
    raise errors.UsageError(
        what,
        hint=errors.Hint(
            "{key} is the secret itself; use {key-file:FILE} for a key file, and {key:@FILE} for a file that has only "
            "the secret. If it is the secret, {key-encoding:text} says so"
        ),
    )


def _is_file(text: str) -> bool:
    try:
        return os.path.isfile(os.path.expanduser(text))
    except ValueError:  # a NUL is in it
        return False


def _is_like_path(text: str) -> bool:
    """Return whether a text begins or ends as paths of key files do; Base64 has no dot, and may begin with a slash."""
    is_base64 = decoded_base64(text.encode(errors="replace")) is not None
    return not is_base64 and (text.startswith(_BEGINNINGS) or text.endswith(ENDINGS))
