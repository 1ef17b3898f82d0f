"""What can be shown of a key without its secret: a fingerprint, by which two people compare their copies."""

from __future__ import annotations

import hashlib

from dns_update.auth import Key

_CONTEXT = b"dns-update key fingerprint\0"  # so that it is not the hash of anything else
_DIGITS = 16  # of hexadecimal: 64 bits, far more than chance needs, and short enough to be read aloud


def fingerprint_of(key: Key) -> str:
    """Return the fingerprint of a key's secret, e.g. `1f0c-93ab-77d2-0e41`.

    It is a part of a hash, so a secret that can be guessed could be found by it: show it only for a secret that is not
    weak (`doctor.weak_secrets`).
    """
    digits = hashlib.sha256(_CONTEXT + key.secret).hexdigest()[:_DIGITS]
    return "-".join(digits[place : place + 4] for place in range(0, _DIGITS, 4))
