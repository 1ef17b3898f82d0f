"""A configuration of Knot gets a key's successor, and loses a key, and nothing else in it changes."""

from __future__ import annotations

import pytest

from dns_update.auth import Key
from dns_update.errors import UsageError
from dns_update.keys.assignment import Assignment, Grant
from dns_update.keys.knot import file_text, with_successor, without
from dns_update.wire.name import Name

OLD = Key("home.example.com", b"1" * 32, "hmac-sha256")
NEW = Key("home-2026-11-30.example.com", b"2" * 32, "hmac-sha256")
ZONE = Name.from_text("example.com")
GRANTS = (Grant(OLD.name, ("A", "AAAA")), Grant(Name.from_text("_acme-challenge.home.example.com"), ("TXT",)))
MADE = file_text([Assignment(OLD, ZONE, GRANTS)])
OTHERS = """\
# home.example.com
key:
  - id: other
    algorithm: hmac-sha256
    secret: AA==

acl:
  - id: shared
    key: [other, "home.example.com"]  # both
    action: update
  - id: everyone
    address: 192.0.2.1
zone:
  - domain: home.example.com
    acl: [shared, everyone]
"""


def test_a_successor_is_beside_the_key_in_each_rule() -> None:
    text = with_successor(MADE, OLD, NEW, "f")
    assert text.count("    key: [home-2026-11-30.example.com, home.example.com]\n") == 2
    assert text.index("id: home-2026-11-30.example.com") < text.index("id: home.example.com")
    assert without(text, NEW.name, "f").replace("[home.example.com]", "home.example.com") == MADE


def test_the_rest_of_a_configuration_stays_as_it_is() -> None:
    text = with_successor(OTHERS, OLD, NEW, "f")
    changed = [pair for pair in zip(OTHERS.splitlines(), text.splitlines(), strict=True) if pair[0] != pair[1]]
    assert changed == [
        (
            '    key: [other, "home.example.com"]  # both',
            '    key: [home-2026-11-30.example.com, other, "home.example.com"]  # both',
        )
    ]
    assert "    key: [home-2026-11-30.example.com, other]  # both\n" in without(text, OLD.name, "f")


def test_a_rule_for_a_removed_key_alone_is_removed_because_it_would_be_for_everyone() -> None:
    zone = "zone:\n  - domain: example.com\n    acl: [mine, home.example.com, home.example.com-2]\n    file: f\n"
    text = without(f"{MADE}{zone}", OLD.name, "f")
    assert text == f"key:\n\nacl:\n{zone.replace('[mine, home.example.com, home.example.com-2]', 'mine')}"


@pytest.mark.parametrize("text", ["", OTHERS.replace("home.example.com", "away")])
def test_a_file_without_the_key_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"f has neither a rule for key home\.example\.com nor the key itself"):
        with_successor(text, OLD, NEW, "f")
    with pytest.raises(UsageError, match=r"f has neither a rule for key home\.example\.com nor the key itself"):
        without(text, OLD.name, "f")
