"""A fingerprint is that of the secret alone."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.keys.fingerprint import fingerprint_of


def test_a_fingerprint_depends_on_the_secret_alone() -> None:
    first = fingerprint_of(Key("a", b"1" * 32, "hmac-sha256"))
    assert first == fingerprint_of(Key("b", b"1" * 32, "hmac-md5")) == "7cc8-b855-f9b5-d550"
    assert first != fingerprint_of(Key("a", b"2" * 32, "hmac-sha256"))
