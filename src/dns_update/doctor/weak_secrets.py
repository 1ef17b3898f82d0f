"""Finds weak secrets: those that can be guessed by trying many against one captured signed message. Pure."""

from __future__ import annotations

import binascii

from dns_update.auth import Key

MIN_SECRET_BITS = 128  # too many to try
_MIN_DIFFERENT_OCTETS = 8  # 16 random octets have fewer in one case of a billion
_MIN_WORD = 4  # letters; runs of this length are rare in Base64 and hexadecimal digits, and rarely pronounceable
_MOST_CONSONANTS = 4  # in a row within a word
_MIN_VOWELS = 0.3  # of the letters; where these are random, 0.23
_VOWELS = frozenset("aeiouy")


_EXAMPLES = frozenset((
    "DAopyf1mhCbFVZw7pgmNPBoLUq8wEUT7UuPoLENP2HY=",  # BIND's reference manual, "TSIG"
    "kp4/24gyYsEzbuTVJRUMoqGFmN3LYgVDzJ/3oRSP7ys=",  # PowerDNS's manual, "TSIG"
    "pRP5FapFoJ95JEL06sv4PQ==",  # dhcpd.conf(5)
    "TXlTZWNyZXRLZXkxMjM=",  # docs/routeros.md
))  # fmt: skip
"""Secrets that are printed in manuals: whoever copied the example has one that everybody knows."""


def weakness_of(key: Key) -> str:
    """Return why the secret of a key can be guessed, e.g. "is made of words"; empty if it does not look weak."""
    if not key.is_shared or key.is_negotiated:  # made by a program
        return ""
    if binascii.b2a_base64(key.secret, newline=False).decode() in _EXAMPLES:
        return "is the example of a manual"
    secrets = [key.secret, *([key.other_reading.secret] if key.other_reading is not None else [])]
    if len(key.secret) * 8 < MIN_SECRET_BITS:
        return f"has {len(key.secret) * 8} bits, fewer than {MIN_SECRET_BITS}"
    if any(len(set(secret)) < _MIN_DIFFERENT_OCTETS for secret in secrets):
        return "repeats a few characters"
    if any(map(_is_of_words, secrets)):
        return "is made of words"
    return ""


def _is_of_words(secret: bytes) -> bool:
    """Return whether a secret is a text of words; there may be digits and other characters between them."""
    if not secret.isascii() or not secret.decode().isprintable():
        return False
    words = [word for word in _words_of(secret.decode()) if len(word) >= _MIN_WORD]
    letters = "".join(words).lower()
    vowels = sum(letter in _VOWELS for letter in letters)
    return len(letters) * 2 > len(secret) and vowels >= len(letters) * _MIN_VOWELS and all(map(_can_be_spoken, words))


def _words_of(text: str) -> list[str]:
    """Return the runs of letters; a capital after a small letter begins a new one."""
    pairs = zip(" " + text, text, strict=False)
    parted = "".join(f" {c}" if c.isupper() and before.islower() else c for before, c in pairs)
    return "".join(c if c.isalpha() else " " for c in parted).split()


def _can_be_spoken(word: str) -> bool:
    shape = "".join("v" if letter in _VOWELS else "c" for letter in word.lower())
    is_of_one_case = word.islower() or word.isupper() or word.istitle()
    return is_of_one_case and "v" in shape and "c" * (_MOST_CONSONANTS + 1) not in shape
