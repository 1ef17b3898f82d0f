"""Patterns of names."""

import pytest

from dns_update import InvalidText, Name
from dns_update.bulk.patterns import Pattern

ZONE = Name.from_text("example.com")


@pytest.mark.parametrize(
    ("pattern", "name", "is_one"),
    [
        ("*.pool", "a.pool.example.com", True),
        ("*.pool.example.com", "a.b.pool.example.com", True),
        ("*.Pool.example.com.", "A.pool.example.com", True),
        ("*.pool", "pool.example.com", False),
        ("host-?", "host-1.example.com", True),
        ("host-?", "host-12.example.com", False),
        ("*", "a.example.com", True),
        ("*", "example.com", False),
        ("@", "example.com", True),
        ("example.com", "example.com", True),
        ("[a]", "a.example.com", False),
        ("*.xexample.com", "a.xexample.com", False),
    ],
)
def test_which_names_it_matches(pattern: str, name: str, is_one: bool) -> None:
    assert Pattern(pattern, ZONE).matches(Name.from_text(name)) is is_one


@pytest.mark.parametrize("wrong", ["", "a b", "."])
def test_what_is_not_a_pattern(wrong: str) -> None:
    with pytest.raises(InvalidText, match="is not a pattern of names"):
        Pattern(wrong, ZONE)
