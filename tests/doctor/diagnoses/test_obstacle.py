"""What at the name itself is in the way, whoever may change it; and what only looks so."""

from pathlib import Path

import pytest

from lab import Bind, PowerDns, Zone
from tests.doctor.diagnoses.told import told_by_set
from tests.support.broken.servers import ANY, KEY, line, zones
from tests.support.command import in_process


def test_who_sets_the_alias_itself_is_told_of_the_permission(tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", readonly_keys=[KEY], zones=zones(records="home CNAME www\n")) as server:
        told = told_by_set(line(server, tmp_path, KEY, "address=", "type=CNAME", "value=ns.example.com."))
    assert told.cause == "zone-closed"


@pytest.mark.parametrize(
    "words",
    [
        ["address=", "type=NS", "value=ns.example.com.", "name=lab"],
        ["address=", "type=DS", "value=1 13 2 " + "00" * 32, "name=lab"],
        ["name=ns.lab"],
    ],
)
@pytest.mark.parametrize("has_it", [False, True])
def test_a_delegation_and_its_glue_are_of_the_zone_above(words: list[str], has_it: bool, tmp_path: Path) -> None:
    own = zones("allow-update { none; };", "lab NS ns.lab\nns.lab A 192.0.2.53\n")
    below = [Zone("lab.example.com", policy=ANY, records="@ NS ns\n")] if has_it else []
    with Bind(tmp_path / "bind", readonly_keys=[KEY], zones=[*own, *below]) as server:
        told = told_by_set([*line(server, tmp_path, KEY, *words), "quiet=yes"])
    assert told.cause == "zone-closed", told.text


@pytest.mark.parametrize("kind", [Bind, PowerDns])
def test_the_zone_of_an_alias_need_not_be_given(kind: type[Bind | PowerDns], tmp_path: Path) -> None:
    own = [*zones(records="home CNAME home.acme.example.net.\n"), Zone("acme.example.net")]
    with kind(tmp_path / "server", readonly_keys=[KEY], keys=[], zones=own) as server:
        told = told_by_set(line(server, tmp_path, KEY, "zone=", name="home.example.com"))
    assert told.cause == "alias"
    assert "name=home.acme.example.net zone=acme.example.net" in told.text


def test_the_configuration_is_asked_about_the_name_that_is_to_be_changed_instead(tmp_path: Path) -> None:
    own = [*zones(records="home CNAME home.acme.example.net.\n"), Zone("acme.example.net", policy=ANY)]
    with Bind(tmp_path / "bind", readonly_keys=[KEY], zones=own) as server:
        path = server.directory / "named.conf"
        said = in_process("check", *line(server, tmp_path, KEY, f"server-config={path}"))
    assert said.status == 7
    assert said.stdout.count("FAILED") == 1
    allows = f"{path} allows changes of home.acme.example.net in acme.example.net, as far as it can be read"
    assert f"ok      configuration  {allows}\n" in said.stdout


def test_a_zone_that_is_not_there_is_told_by_those_that_are(tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", readonly_keys=[KEY], zones=[Zone("eee.example", policy=ANY)]) as server:
        words = [word for word in line(server, tmp_path, name="home.bbb.example") if not word.startswith("zone=")]
        said = in_process("check", *words, f"server-config={server.directory / 'named.conf'}")
    assert said.status == 8
    assert "dig +short home.bbb.example CNAME shows it" in said.stdout
    assert "the configuration has no zone bbb.example; its zones are: eee.example" in said.stdout


def test_the_policy_of_powerdns_is_not_passed_over(tmp_path: Path) -> None:
    script = tmp_path / "policy.lua"
    script.write_text("function updatepolicy(input)\n  return false\nend\n", encoding="utf-8")
    options = f"lua-dnsupdate-policy-script={script}"
    with PowerDns(tmp_path / "pdns", keys=[KEY], readonly_keys=[], options=options) as server:
        said = in_process("check", *line(server, tmp_path))
    assert said.status == 0
    assert said.stdout.count("unless it has a Lua policy that refuses it") == 2
