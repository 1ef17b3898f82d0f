from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.server_config.texts import texts
from lab import LabKey, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of
from tests.server_config.bind.configured import Configured, written, zone

GRANT = "update-policy { grant dd zonesub; };"
KEY = 'key "dd" { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0c2VjcmV0"; };\n'
SAME_KEY = Key("dd", b"secretsecretsecret", "hmac-sha256")


def asked_with(directory: Path, text: str, name: str = "example.com", client: str | None = "192.0.2.1") -> list[str]:
    """Return the codes of faults and remarks about a zone; a configuration without a running server."""
    path = written(directory, KEY + text)
    found = asked(path, intended(name, f"home.{name}", key=SAME_KEY, client=client))
    return [each.code for each in found if each.severity != "right" and not each.code.startswith("status-")]


# Views


VIEWS = """\
view "keyed" {{
    match-clients {{ key "dd"; }};
    {}
}};
view "rest" {{
    {}
}};
"""


def views(directory: Path, keyed: str, rest: str) -> Configured:
    """Return named with a view for the key, and one for all others."""
    files = ("example.com.", "below.example.com.")
    text = VIEWS.format(keyed, zone("probe", "") + rest)
    return Configured(directory, readonly_keys=[LabKey.generate("dd")], extra=text, files=files)


def zone_of(name: str = "example.com") -> str:
    return f'zone "{name}" {{ type primary; file "{name}.zone"; {GRANT} }};'


@pytest.mark.parametrize(
    ("rest", "is_other"),
    [
        (zone_of().replace("com.zone", "com.other"), True),
        ("", False),
        ('zone "example.com" { in-view "keyed"; };', False),
    ],
)
def test_a_zone_of_the_same_name_in_another_view_does_not_show_the_change(
    tmp_path: Path, rest: str, *, is_other: bool
) -> None:
    for name in ("zone", "other"):
        (tmp_path / f"example.com.{name}").write_text(Zone("example.com").text)
    options = f'options {{ directory "{tmp_path}"; }};\n'
    path = written(tmp_path, KEY + options + VIEWS.format(zone_of(), rest))
    found = asked(path, intended("example.com", "home.example.com", key=SAME_KEY))
    noted = [texts(each)[0] for each in found if each.code == "zone-in-other-views"]
    assert ["is in: rest, where" in text for text in noted] == ([True] if is_other else [])


@pytest.mark.parametrize(
    ("keyed", "rest", "fault"),
    [
        (zone_of(), "", ""),
        ("", zone_of(), "zone-in-other-view"),
        (zone_of(), 'zone "example.com" { in-view "keyed"; };', ""),
    ],
)
def test_named_uses_the_view_of_the_key(tmp_path: Path, keyed: str, rest: str, fault: str) -> None:
    with views(tmp_path, keyed, rest) as server:
        asked_for = intended("example.com", "home.example.com", key=key_of(server.readonly_keys[0]))
        assert faults(asked(tmp_path / "named.conf", asked_for)) == ([fault] if fault else [])
        assert accepts(server, asked_for) is (not fault)


def test_another_view_accepts_the_key(tmp_path: Path) -> None:
    """What the hint says makes named take the update."""
    (tmp_path / "lan.zone").write_text(Zone("example.com.").text)
    static = zone("example.com", "").replace("example.com.zone", "lan.zone")
    text = (
        f'view "lan" {{ match-clients {{ 127.0.0.0/8; ::1; }}; {zone("probe", "")}{static} }};\n'
        f'view "wan" {{ match-clients {{ any; }}; {zone_of()} }};'
    )
    key = LabKey.generate("dd")
    path = tmp_path / "named.conf"
    with Configured(tmp_path, readonly_keys=[key], extra=text, files=("example.com.",)) as server:
        asked_for = intended("example.com", "home.example.com", key=key_of(key))
        found = asked(path, asked_for)
        assert faults(found) == ["granted-in-other-view"]
        assert found[0].source.startswith('view "lan" { match-clients ')
        assert not accepts(server, asked_for)
    said, hint = texts(found[0])
    assert "the view lan answers this client" in said
    assert "that of the view wan does" in said
    assert 'match-clients of the view lan: !key "dd";' in hint
    mended = text.replace("{ 127.0.0.0/8;", '{ !key "dd"; 127.0.0.0/8;').replace("{ any; }", '{ any; key "dd"; }')
    with Configured(tmp_path, readonly_keys=[key], extra=mended, files=("example.com.",)) as server:
        assert not faults(asked(path, asked_for))
        assert accepts(server, asked_for)


@pytest.mark.parametrize("in_lan", ["type secondary; primaries { 192.0.2.7; };", 'type primary; file "x";'])
def test_a_view_that_accepts_only_other_keys_is_not_named(tmp_path: Path, in_lan: str) -> None:
    lan = f'view "lan" {{ match-clients {{ 192.0.2.0/24; }}; zone "example.com" {{ {in_lan} }}; }};\n'
    granting, other = zone_of(), zone_of().replace("grant dd", "grant other")
    assert asked_with(tmp_path, f'{lan}view "wan" {{ {granting} }};') == ["granted-in-other-view"]
    assert asked_with(tmp_path, f'{lan}view "wan" {{ {other} }};') == [
        "secondary" if "secondary" in in_lan else "static"
    ]
    found = asked(tmp_path / "named.conf", intended("example.com", "home.example.com"))
    assert "granted-in-other-view" not in codes(found)


def test_an_unsigned_update_gets_the_other_view(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + VIEWS.format(zone_of(), zone_of("other.example")))
    found = asked(path, intended("example.com", "home.example.com"))
    assert faults(found) == ["zone-in-other-view"]
    assert found[0].source == 'match-clients { key "dd"; };'


def test_a_zone_of_another_view_is_followed(tmp_path: Path) -> None:
    shared = zone_of().replace(GRANT, "")
    first = f'view "rest" {{ match-clients {{ !key "dd"; any; }}; {shared} }};'
    text = f'{first} view "keyed" {{ match-clients {{ key "dd"; }}; zone "example.com" {{ in-view "rest"; }}; }};'
    assert "static" in asked_with(tmp_path, text)


def test_views_by_address(tmp_path: Path) -> None:
    text = f'view "lan" {{ match-clients {{ 10.0.0.0/8; }}; {zone_of()} }}; view "wan" {{ {zone("x", "")} }};'
    assert not asked_with(tmp_path, text, client="10.1.1.1")
    assert "zone-in-other-view" in asked_with(tmp_path, text, client="192.0.2.1")
    assert "view-not-known" in asked_with(tmp_path, text, client=None)


def test_no_view_for_the_client(tmp_path: Path) -> None:
    text = f'view "lan" {{ match-clients {{ 10.0.0.0/8; }}; {zone_of()} }};'
    assert asked_with(tmp_path, text) == ["no-view"]


def test_a_view_that_needs_recursion_is_never_for_updates(tmp_path: Path) -> None:
    text = f'view "r" {{ match-recursive-only yes; {zone_of()} }};'
    assert asked_with(tmp_path, text) == ["no-view"]


# Zones


def test_the_zone_is_missing(tmp_path: Path) -> None:
    assert asked_with(tmp_path, zone("other.example", GRANT)) == ["zone-missing"]


@pytest.mark.parametrize(
    ("other", "code"),
    [("home.example.com", "zone-of-owner"), ("exmaple.com", "zone-similar"), ("example.net", "zone-missing")],
)
def test_a_zone_that_was_meant_is_not_made_anew(tmp_path: Path, other: str, code: str) -> None:
    path = written(tmp_path, KEY + zone(other, GRANT))
    found = asked(path, intended("example.com", "home.example.com", key=SAME_KEY))
    assert faults(found) == [code]
    hint = rendered(texts(found[0])[1], COMMAND_LINE)
    assert (f"zone={other}" in hint.split()) is (code != "zone-missing")
    assert ("type primary" in hint) is (code == "zone-missing")


def test_there_is_only_a_parent(tmp_path: Path) -> None:
    text = zone("com", GRANT) + zone("example.com", GRANT)
    path = written(tmp_path, KEY + text)
    found = asked(path, intended("a.b.example.com", "home.a.b.example.com", key=SAME_KEY))
    assert faults(found) == ["zone-parent"]
    assert found[0].values["parent"] == "example.com"
    assert found[0].line == 3


def test_zones_can_be_added_later(tmp_path: Path) -> None:
    assert asked_with(tmp_path, "options { allow-new-zones yes; };") == ["zone-added-later"]


def test_the_name_is_in_a_zone_below(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + zone("example.com", GRANT) + zone("below.example.com", GRANT))
    found = asked(path, intended("example.com", "home.below.example.com", key=SAME_KEY))
    assert faults(found) == ["zone-below"]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("type secondary; primaries { 192.0.2.7; };", "secondary"),
        ("type slave; masters { 192.0.2.7; };", "secondary"),
        ("type secondary; primaries { 192.0.2.7; }; allow-update-forwarding { none; };", "secondary"),
        ("type secondary; primaries { 192.0.2.7; }; allow-update-forwarding { any; };", "secondary-forwards"),
        ("type stub; primaries { 192.0.2.7; };", "zone-type"),
        ("type forward; forwarders { 192.0.2.7; };", "zone-type"),
    ],
)
def test_types_without_updates(tmp_path: Path, statement: str, code: str) -> None:
    path = written(tmp_path, f'{KEY}zone "example.com" {{ {statement} }};')
    found = asked(path, intended("example.com", "home.example.com", key=SAME_KEY))
    (finding,) = (each for each in found if each.severity != "right")
    assert finding.code == code
    assert code == "zone-type" or "192.0.2.7" in "".join(texts(finding))


def test_a_name_is_compared_without_case_and_final_dot(tmp_path: Path) -> None:
    assert "zone-missing" not in asked_with(tmp_path, zone("Example.COM.", GRANT))


def test_a_zone_of_another_class_is_not_meant(tmp_path: Path) -> None:
    text = f'view "c" CH {{ zone "example.com" CH {{ type primary; file "x"; }}; }}; view "i" {{ {zone("x", "")} }};'
    assert asked_with(tmp_path, text) == ["zone-missing"]


# What is inherited, and what readers may see


@pytest.mark.parametrize("where", ["options", "view"])
def test_allow_update_is_inherited(tmp_path: Path, where: str) -> None:
    allow = "allow-update { none; };"
    plain = zone("example.com", "")
    text = f"options {{ {allow} }};\n{plain}" if where == "options" else f'view "v" {{ {allow}\n{plain} }};'
    path = written(tmp_path, KEY + text)
    found = asked(path, intended("example.com", "home.example.com", key=SAME_KEY))
    assert faults(found) == ["updates-off"]
    assert found[0].line == 2


@pytest.mark.parametrize(
    ("allowed", "fault"),
    [("192.0.2.200;", "query-refused"), ("key dd;", ""), ("127.0.0.1;", ""), ("none;", "query-refused")],
)
def test_named_refuses_updates_of_clients_that_may_not_ask(tmp_path: Path, allowed: str, fault: str) -> None:
    text = zone("probe", "") + zone("example.com", f"{GRANT} allow-query {{ {allowed} }};")
    keys = [LabKey.generate("dd")]
    with Configured(tmp_path, readonly_keys=keys, extra=text, files=("example.com.",)) as server:
        asked_for = intended("example.com", "home.example.com", key=key_of(keys[0]))
        assert faults(asked(tmp_path / "named.conf", asked_for)) == ([fault] if fault else [])
        assert accepts(server, asked_for) is (not fault)


def test_whether_a_client_may_ask_can_depend_on_its_address(tmp_path: Path) -> None:
    text = zone("example.com", f"{GRANT} allow-query {{ 192.0.2.200; }};")
    assert "query-refused" in asked_with(tmp_path, text)
    assert not asked_with(tmp_path, text, client="192.0.2.200")
    assert not asked_with(tmp_path, text, client=None)


def test_check_names_is_inherited(tmp_path: Path) -> None:
    text = "options { check-names primary ignore; };" + zone("example.com", GRANT)
    path = written(tmp_path, KEY + text)
    assert "check-names" not in codes(asked(path, intended("example.com", "_x.example.com", key=SAME_KEY)))


def test_a_rule_that_asks_another_program_is_not_decided(tmp_path: Path) -> None:
    rules = 'grant "local:/run/asked" external * A;'
    path = written(tmp_path, KEY + zone("example.com", f"update-policy {{ {rules} }};"))
    found = asked(path, intended("example.com", "home.example.com", key=SAME_KEY))
    assert "rule-asks-others" in codes(found)
    assert not faults(found)
