"""Which secrets can be guessed; random ones are never called weak."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.auth import Key
from dns_update.doctor.weak_secrets import weakness_of


def weakness(secret: str) -> str:
    return weakness_of(Key.from_secret("home-key", secret, algorithm="hmac-sha256"))


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("hunter2", "has 56 bits, fewer than 128"),
        ("correct horse battery staple", "is made of words"),
        ("CorrectHorseBatteryStaple", "is made of words"),
        ("correct-horse-battery-staple-2026", "is made of words"),
        ("Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZQ==", "is made of words"),
        ("x" * 64, "repeats a few characters"),
        ("0123456" * 9, "repeats a few characters"),
        (base64.b64encode(bytes(32)).decode(), "repeats a few characters"),
        ("DAopyf1mhCbFVZw7pgmNPBoLUq8wEUT7UuPoLENP2HY=", "is the example of a manual"),
        ("TXlTZWNyZXRLZXkxMjM=", "is the example of a manual"),
    ],
)
def test_a_weak_secret(secret: str, why: str) -> None:
    assert weakness(secret) == why


@given(st.binary(min_size=32, max_size=32).filter(lambda octets: len(set(octets)) > 20))
def test_random_octets_are_not_weak(octets: bytes) -> None:
    assert weakness(base64.b64encode(octets).decode()) == ""


@pytest.mark.parametrize(
    "secret", ["4d2f8e1b7a6c90d35e8f1a2b3c4d5e6f", "kQ7vXz2mTp9wLr4bNc8yHd3f", "correct horse\x00\x01\x02\x03battery"]
)
def test_what_is_not_words(secret: str) -> None:
    assert weakness(secret) == ""
