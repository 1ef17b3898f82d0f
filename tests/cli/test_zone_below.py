"""A server that holds a zone and one below it answers from the lower one; what the upper one has is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.errors import NameNotFound, NotApplied
from dns_update.update import Update
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from tests.cli.test_set import done
from tests.client.servers import client_of
from tests.support.command import access, at, dns_update, in_process, key_file

BELOW = "sub.example.com"
ALSO = 'same 60 IN A 192.0.2.7\nother IN TXT "below"\n'


@pytest.fixture(scope="module", params=[Bind, Knot, PowerDns], ids=["bind", "knot", "powerdns"])
def holding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield a server that holds a zone and one below it, both open to one key."""
    kind: type[NameServer] = request.param
    zones = [Zone("example.com"), Zone(BELOW, records=ALSO)]
    with kind(tmp_path_factory.mktemp("holding"), zones=zones, keys=[LabKey.generate()]) as server:
        yield server


def has(server: NameServer, name: str, rrtype: str, *values: str) -> bool:
    """Ask the upper zone itself, by a prerequisite, whether it has this RRset."""
    try:
        client_of(server).send(Update("example.com").require_rrset_equal(name, rrtype, *values))
    except NameNotFound:
        return False
    return True


def at_once(server: NameServer, *words: str) -> list[str]:
    """Run a command that succeeds without waiting for anything; return its notes."""
    result = done(in_process(*words, *access(server)))
    assert not any("does not show the change yet" in line for line in result.lines)
    return result.notes


@pytest.mark.parametrize(
    ("name", "rrtype", "value"),
    [
        ("sub", "NS", "ns1.example.com."),
        ("ns.sub", "A", "192.0.2.53"),
        ("ns.sub", "AAAA", "2001:db8::53"),
    ],
    ids=["delegation", "glue", "glue-ipv6"],
)
def test_a_change_of_the_upper_zone_is_confirmed(holding: NameServer, name: str, rrtype: str, value: str) -> None:
    (note,) = at_once(holding, f"name={name}", f"type={rrtype}", f"value={value}", "ttl=60")
    assert note.startswith(f"{name}.example.com lies in {BELOW}, a zone of its own on {holding.host}:{holding.port}")
    assert note.endswith(f"give zone={BELOW}")
    assert has(holding, name, rrtype, value)
    assert dig(holding, f"same.{BELOW}", "A") == [f"same.{BELOW}. 60 IN A 192.0.2.7"]


@pytest.mark.parametrize("command", ["set", "add"])
@pytest.mark.parametrize(
    ("name", "rrtype", "value"),
    [
        ("kid.sub", "A", "192.0.2.1"),
        ("same.sub", "A", "192.0.2.1"),
        ("same.sub", "A", "192.0.2.7"),
        ("same.sub", "AAAA", "2001:db8::1"),
        ("_acme-challenge.sub", "TXT", "token"),
        ("ns.sub", "TXT", "text"),
        ("kid.sub", "NS", "ns1.example.com."),
    ],
    ids=["new", "other-data", "same-data", "other-type", "challenge", "at-glue", "lower-delegation"],
)
def test_a_change_that_no_query_shows_is_not_applied(
    holding: NameServer, command: str, name: str, rrtype: str, value: str
) -> None:
    words = [*access(holding), f"name={name}", f"type={rrtype}", f"value={value}", "ttl=60"]
    checked = in_process("check", *words)
    result = in_process(command, *words, "quiet=yes")
    assert (result.status, checked.status) == (8, 8)
    assert (
        f"Update not applied: {holding.host}:{holding.port} does not show {name}.example.com {rrtype}" in result.stderr
    )
    assert result.hint.startswith(f"give zone={BELOW}; ")
    assert f"does not show {name}.example.com {rrtype}: the name lies in {BELOW}" in checked.stdout
    assert f"next: give zone={BELOW}; " in checked.stdout
    assert "an update would" not in checked.stdout
    assert dig(holding, f"same.{BELOW}", "A") == [f"same.{BELOW}. 60 IN A 192.0.2.7"]


def test_no_ttl_is_taken_from_the_zone_below_nor_noted(holding: NameServer) -> None:
    """It holds the same data, with a TTL of its own."""
    for words in (["ttl=300"], []):
        (note,) = at_once(holding, "name=ns.sub", "address=192.0.2.7", *words)
        assert "TTL" not in note
    result = done(in_process(*access(holding), "name=ns.sub", "address=192.0.2.7", "--json")).json
    assert (result["before"], result["changed"], result["verified"]) == (None, None, True)


def test_the_delegation_itself_with_the_same_name_servers(holding: NameServer) -> None:
    (note,) = at_once(holding, "name=sub", "type=NS", f"value=ns.{BELOW}.", "ttl=60")
    assert "TTL" not in note


def test_a_ds_record_is_in_the_upper_zone_and_is_read_there(holding: NameServer) -> None:
    digest = "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"
    at_once(holding, "name=sub", "type=NS", f"value=ns.{BELOW}.", "ttl=60")
    assert at_once(holding, "name=sub", "type=DS", f"value={digest}", "ttl=60") == []
    shown = done(in_process("show", *access(holding), "name=sub", "type=DS"))
    assert shown.stdout == f"{BELOW}. 60 IN DS {digest}\n"
    assert at_once(holding, "delete", "name=sub", "type=DS") == []


@pytest.mark.parametrize("words", [[], ["type=TXT"], ["type=TXT", "value=upper"]], ids=["name", "type", "value"])
def test_a_removal_from_the_upper_zone_is_confirmed(holding: NameServer, words: list[str]) -> None:
    client_of(holding).send(Update("example.com").add("other.sub", 60, "TXT", "upper"))
    result = done(in_process("delete", *access(holding), "name=other.sub", *words))
    assert "update successful" in result.lines
    assert len(result.notes) == 1
    assert not has(holding, "other.sub", "TXT", "upper")
    assert dig(holding, f"other.{BELOW}", "TXT") == [f'other.{BELOW}. 3600 IN TXT "below"']


@pytest.mark.parametrize("words", [[], ["type=TXT"], ["type=TXT", "value=below"]], ids=["name", "type", "value"])
def test_what_only_the_zone_below_has_is_unchanged(holding: NameServer, words: list[str]) -> None:
    result = done(in_process("delete", *access(holding), "name=other.sub", *words))
    assert any(line.startswith(f"unchanged: other.{BELOW} has no ") for line in result.lines)
    assert dig(holding, f"other.{BELOW}", "TXT") == [f'other.{BELOW}. 3600 IN TXT "below"']


def test_one_value_of_several_may_be_gone_and_nobody_can_tell(holding: NameServer) -> None:
    client_of(holding).send(Update("example.com").add("many.sub", 60, "A", "192.0.2.1", "192.0.2.2"))
    result = done(in_process("delete", *access(holding), "name=many.sub", "address=192.0.2.1"))
    (note,) = result.notes
    assert note.startswith("it could not be read back: Zone not found:")
    assert has(holding, "many.sub", "A", "192.0.2.2")


def test_an_addition_to_the_upper_zone_is_confirmed_if_nothing_is_beside_it(holding: NameServer) -> None:
    client_of(holding).send(Update("example.com").delete_rrset("ns.sub", "A"))
    (note,) = at_once(holding, "add", "name=ns.sub", "address=192.0.2.1", "ttl=60")
    assert note.endswith(f"give zone={BELOW}")
    result = done(in_process("add", *access(holding), "name=ns.sub", "address=192.0.2.2", "ttl=60"))
    (note,) = result.notes
    assert note.startswith("it could not be read back: Zone not found:")
    assert "update successful" in result.lines
    assert has(holding, "ns.sub", "A", "192.0.2.1", "192.0.2.2")


@pytest.mark.parametrize("words", [["name=sub", "type=NS"], ["name=same.sub"], ["name=ns.sub"]], ids=" ".join)
def test_show_does_not_tell_the_records_below_as_the_zones_own(holding: NameServer, words: list[str]) -> None:
    result = in_process("show", *access(holding), *words)
    assert (result.status, result.stdout) == (8, "")
    assert f"lies in {BELOW}, a zone of its own" in result.stderr
    assert result.hint.startswith(f"give zone={BELOW}")
    shown = in_process("show", at(holding), key_file(holding), f"zone={BELOW}", f"name={words[0][5:]}.example.com")
    assert shown.status == 0


def test_show_of_a_zone_that_is_none_does_not_tell_the_records_of_the_one_above(holding: NameServer) -> None:
    result = in_process("show", at(holding), "zone=ns.example.com", "name=x")
    assert (result.status, result.stdout) == (8, "")
    assert "it is not a zone of its own there" in result.stderr


def test_an_alias_into_the_zone_below_is_the_upper_zones_own(holding: NameServer) -> None:
    name = ("name=alias", "type=CNAME", f"value=same.{BELOW}.", "ttl=60")
    assert at_once(holding, *name) == []
    shown = done(in_process("show", *access(holding), "name=alias"))
    assert shown.stdout == f"alias.example.com. 60 IN CNAME same.{BELOW}.\n"
    assert at_once(holding, "delete", "name=alias") == []


def test_the_library_confirms_it_too(holding: NameServer) -> None:
    outcome = client_of(holding).set("ns.sub", "192.0.2.9", zone="example.com")
    assert outcome.verified
    assert outcome.before is None
    assert [record.data_text() for record in outcome.after or ()] == ["192.0.2.9"]


def test_the_library_raises_for_what_no_query_shows(holding: NameServer) -> None:
    with pytest.raises(NotApplied, match="a zone of its own") as caught:
        client_of(holding).set("kid.sub", "192.0.2.9", zone="example.com")
    assert not caught.value.may_come


def _configure(directory: Path, server: NameServer, record: str) -> str:
    path = directory / "config.toml"
    path.write_text(
        f'[keys.main]\nfile = "{server.keys[0].write(directory / "key")}"\n'
        f'[servers.main]\naddress = "{server.host}:{server.port}"\nkey = "main"\n'
        f'[zones."example.com"]\nservers = ["main"]\n[[records]]\nzone = "example.com"\n{record}'
    )
    return f"config={path}"


@pytest.mark.parametrize(
    ("record", "data"),
    [
        ('name = "sub"\ntype = "NS"\nvalue = "ns2.example.com."\nttl = 60\n', ("sub", "NS", "ns2.example.com.")),
        ('name = "ns.sub"\naddress = "192.0.2.5"\n', ("ns.sub", "A", "192.0.2.5")),
    ],
    ids=["delegation", "address"],
)
def test_the_agent_makes_it_right_and_then_leaves_it_alone(
    holding: NameServer, record: str, data: tuple[str, str, str], tmp_path: Path
) -> None:
    configuration = _configure(tmp_path, holding, record)
    state = {"STATE_DIRECTORY": str(tmp_path)}
    serials = []
    checks = []
    for _ in range(2):
        checks.append(in_process("agent", "--check", "--online", configuration))
        result = done(dns_update("agent", "--once", configuration, env=state))
        assert any(f"lies in {BELOW}, a zone of its own" in line for line in result.lines)
        assert not any("zone=" in line for line in result.lines if "lies in" in line)
        serials.append(dig(holding, "example.com", "SOA"))
    assert has(holding, *data)
    assert serials[0] == serials[1]
    assert [check.status for check in checks] == [0, 0]
    assert all(f"lies in {BELOW}, a zone of its own" in check.stdout + check.stderr for check in checks)
    assert ["differs" in check.stdout for check in checks] == [True, False]


def test_the_agent_fails_at_a_name_that_no_query_shows(holding: NameServer, tmp_path: Path) -> None:
    configuration = _configure(tmp_path, holding, 'name = "agent.sub"\naddress = "192.0.2.5"\n')
    checked = in_process("agent", "--check", "--online", configuration)
    result = dns_update("agent", "--once", configuration, env={"STATE_DIRECTORY": str(tmp_path)})
    assert (checked.status, result.status) == (8, 8)
    for said in (checked.stdout + checked.stderr, result.stderr):
        assert "Update not applied:" in said
        assert f"the name lies in {BELOW}, a zone of its own" in said
