"""A configuration of BIND gets a key's successor, and loses a key, and nothing else in it changes."""

from __future__ import annotations

import pytest

from dns_update.auth import Key
from dns_update.errors import UsageError
from dns_update.keys.bind import with_successor, without
from dns_update.wire.name import Name

OLD = Key("home.example.com", b"1" * 32, "hmac-sha256")
NEW = Key("home-2026-11-30.example.com", b"2" * 32, "hmac-sha256")

BEFORE = """\
zone "example.com" {
    type primary; // grant home.example.com name a. A;
    update-policy {
        grant "other" zonesub ANY;
        grant "home.example.com" name "home.example.com" A AAAA;
        grant HOME.example.com. name home.example.com TXT; grant "other" self * A;
    };
};
"""
AFTER = """\
zone "example.com" {
    type primary; // grant home.example.com name a. A;
    update-policy {
        grant "other" zonesub ANY;
        grant "home.example.com" name "home.example.com" A AAAA;
        grant "home-2026-11-30.example.com" name "home.example.com" A AAAA;
        grant HOME.example.com. name home.example.com TXT;
        grant "home-2026-11-30.example.com" name home.example.com TXT; grant "other" self * A;
    };
};
"""


def test_each_grant_of_a_key_gets_a_copy_for_its_successor() -> None:
    assert with_successor(BEFORE, OLD, NEW, "2026-11-30", "f") == AFTER


def test_the_grants_of_a_key_are_removed_and_others_stay() -> None:
    left = without(AFTER, NEW.name, "f")
    assert "2026" not in left
    assert left.count("grant") == BEFORE.count("grant")
    assert without(without(AFTER, OLD.name, "f"), NEW.name, "f").count("grant ") == 3


def test_a_key_in_a_list_of_addresses_is_followed_by_its_successor() -> None:
    before = (
        'zone "a" {\n    allow-update { !192.0.2.1; key home.example.com; key other; };\n'
        '    allow-transfer {\n        ! key "home.example.com";\n        any;\n    };\n};\n'
    )
    after = with_successor(before, OLD, NEW, "2026-11-30", "f")
    assert 'key home.example.com; key "home-2026-11-30.example.com"; key other; };' in after
    assert '        ! key "home.example.com";\n        ! key "home-2026-11-30.example.com";\n        any;' in after
    assert without(after, NEW.name, "f") == before.replace("home.example.com; key", "home.example.com; key")


def test_a_policy_without_any_rule_left_is_removed() -> None:
    text = 'zone "a" {\n    type primary;\n    update-policy {\n        grant home.example.com name a. A;\n    };\n};\n'
    assert without(text, OLD.name, "f") == 'zone "a" {\n    type primary;\n};\n'


def test_a_statement_of_the_key_in_the_same_file_is_followed_by_the_successors() -> None:
    statement = (
        'key "home.example.com" { algorithm hmac-sha256; secret "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="; };\n'
    )
    text = with_successor(f"# mine\n{statement}", OLD, NEW, "2026-11-30", "f")
    assert text.startswith('# mine\n# made 2026-11-30 by dns-update\nkey "home-2026-11-30.example.com" {')
    assert text.endswith(statement)
    assert without(text, NEW.name, "f") == f"# mine\n{statement}"


@pytest.mark.parametrize("text", ["", "options { };", 'zone "a" { update-policy { grant other name a. A; }; };'])
def test_a_file_without_the_key_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"f has neither a grant for key home\.example\.com nor the key itself"):
        with_successor(text, OLD, NEW, "2026-11-30", "f")
    with pytest.raises(UsageError, match=r"f has neither a grant for key home\.example\.com nor the key itself"):
        without(text, Name.from_text("home.example.com"), "f")
