"""Key files have the day of each key; a key is removed with its day, and the rest stays."""

from __future__ import annotations

import pytest

from dns_update.auth import Key
from dns_update.auth.named_conf import keys_from_text
from dns_update.keys.assignment import successor_name
from dns_update.keys.statement import days_in, key_text, without_key
from dns_update.wire.name import Name

FIRST = Key("a.example.com", b"1" * 32, "hmac-sha256")
SECOND = Key("b.example.com", b"2" * 16, "hmac-md5")
TEXT = key_text([FIRST], "2026-11-30") + "# mine\n" + key_text([SECOND], "2025-01-02")


def test_what_is_written_is_read_again() -> None:
    assert keys_from_text(TEXT, "f") == [FIRST, SECOND]
    assert days_in(TEXT, "f") == {FIRST.name: "2026-11-30", SECOND.name: "2025-01-02"}


def test_a_comment_counts_only_directly_above_its_key() -> None:
    text = TEXT.replace("by dns-update\nkey", "by dns-update\n\nkey")
    assert days_in(text, "f") == {}


def test_a_key_is_removed_with_its_comment() -> None:
    assert without_key(TEXT, SECOND.name, "f") == key_text([FIRST], "2026-11-30") + "# mine\n"
    assert without_key(TEXT, FIRST.name, "f") == "# mine\n" + key_text([SECOND], "2025-01-02")
    assert without_key(TEXT, Name.from_text("c"), "f") == TEXT


@pytest.mark.parametrize(
    ("name", "taken", "successor"),
    [
        ("home.example.com", (), "home-2026-11-30.example.com"),
        ("home-2025-01-02.example.com", (), "home-2026-11-30.example.com"),
        ("home-2025-01-02-3.example.com", (), "home-2026-11-30.example.com"),
        ("home.example.com", ("home-2026-11-30.example.com",), "home-2026-11-30-2.example.com"),
        ("home-2026-11-30.example.com", ("home-2026-11-30.example.com",), "home-2026-11-30-2.example.com"),
        ("rack-20b.example.com", (), "rack-20b-2026-11-30.example.com"),
        ("rack-20b-2025-01-02.example.com", (), "rack-20b-2026-11-30.example.com"),
        ("ddns-key", (), "ddns-key-2026-11-30"),
        (f"{'a' * 63}.example.com", (), f"{'a' * 52}-2026-11-30.example.com"),
    ],
)
def test_a_successor_has_the_day_in_its_name(name: str, taken: tuple[str, ...], successor: str) -> None:
    found = successor_name(Name.from_text(name), "2026-11-30", map(Name.from_text, taken))
    assert str(found) == successor
