"""What a file without a `key` statement is instead: other programs keep keys in other forms. Pure."""

from __future__ import annotations

import re

from dns_update.errors import Hint

_EXPECTED = 'expected: key "name" {{ algorithm ...; secret "..."; }};'
_FORMATS: tuple[tuple[str, str], ...] = (
    (r"\A\s*\Z", f"it is empty; {_EXPECTED}"),
    (
        r"\A\s*(?:error|usage|warning|[\w./-]+: (?:error|command not found|invalid|unknown))\b",
        f"it has the error message of a program; make the key anew, e.g. by dns-update key generate; {_EXPECTED}",
    ),
    (
        r"Private-key-format:[^\0]*\nAlgorithm: (?:157|16[0-5])\b",
        "it is half of a pair of dnssec-keygen: give {key-name}, {algorithm} and, from its line Key:, {key}",
    ),
    (
        r"\bIN\s+KEY\s+\d+\s+3\s+(?:157|16[0-5])\b",
        "it is half of a pair of dnssec-keygen: give {key-name}, {algorithm} and, as {key}, the Base64 at its end",
    ),
    (
        r"Private-key-format:|\bIN\s+KEY\b",
        "it is one half of a key pair for SIG(0): both files, .key and .private, must be there, side by side",
    ),
    (
        r"\bIN\s+DNSKEY\b",
        "it is a DNSSEC key, with which updates are not signed; dns-update key generate makes a key for updates",
    ),
    (
        r"^\s*dns_rfc2136_secret\s*=",
        "it is certbot's: give dns_rfc2136_name as {key-name}, dns_rfc2136_secret as {key}, and {algorithm}",
    ),
    (
        r"^\s*(?:- )?\s*secret:\s",
        f"it is in Knot's form: give its id as {{key-name}}, its secret as {{key}}, and {{algorithm}}; {_EXPECTED}",
    ),
    (
        r"\A\s*(?:hmac-[\w.-]+:)?[^:\s]+:[A-Za-z0-9+/]+=*\s*\Z",
        "it is in the form of nsupdate -y, ALGORITHM:NAME:SECRET: give these as {algorithm}, {key-name} and {key}",
    ),
    (r"\A\s*[A-Za-z0-9+/]+=*\s*\Z", "it has a secret alone: give it by {key:@FILE}, with {key-name} and {algorithm}"),
)
"""Expressions, and what to do about files in which they are found; the first that is counts."""


def what_to_do(text: str) -> Hint:
    """Return what to do about a file that has no key in BIND's form."""
    for expression, hint in _FORMATS:
        if re.search(expression, text, re.MULTILINE):
            return Hint(hint)
    return Hint(_EXPECTED)
