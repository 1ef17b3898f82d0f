"""`dns-update run`: what a `/tool dns-update` line leaves out comes from the environment or a configuration."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from lab import LabKey, NameServer
from tests.cli.test_defaults import Settings
from tests.cli.test_run import md5_key
from tests.cli.test_set import done, records
from tests.support.command import Result, access, dns_update, in_process
from tests.support.peer import Silent


class _Place(Settings):
    """A configuration for a server; `run` runs a script with it."""

    key_file = "{directory}/home.key"

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Result:
        return ran(*words, env=self.environment | dict(env or {}))


def ran(script: str, *words: str, env: Mapping[str, str] | None = None) -> Result:
    """Write a script and run it, in this process."""
    path = Path("a.rsc")
    path.write_text(script, encoding="utf-8")
    path.chmod(0o600)
    return in_process("run", "a.rsc", *words, env=env)


def variables(server: NameServer, key: LabKey) -> dict[str, str]:
    """Return an environment that has all but the name and its address."""
    return {
        "DNS_UPDATE_DNS_SERVER": f"{server.host}:{server.port}",
        "DNS_UPDATE_ZONE": "example.com",
        "DNS_UPDATE_KEY_NAME": key.name,
        "DNS_UPDATE_KEY": key.secret,
        "DNS_UPDATE_TTL": "66",
    }


@pytest.fixture(autouse=True)
def _own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def place(tmp_path: Path, bind: NameServer) -> _Place:
    return _Place(tmp_path, bind)


@pytest.fixture
def silent() -> Iterator[Silent]:
    with Silent() as peer:
        yield peer


def test_a_name_and_an_address_are_a_whole_line_with_a_configuration(place: _Place, unique_name: str) -> None:
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    result = done(place.run(line))
    said = f"update successful: {unique_name}.example.com A 203.0.113.45 added"
    assert result.lines == [f"updating zone: example.com: updating RR set for {unique_name}", said]
    assert records(place.server, unique_name, "A") == ["77 203.0.113.45"]


def test_a_script_says_and_does_what_the_same_line_does_on_the_command_line(place: _Place, unique_name: str) -> None:
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    pasted = done(in_process(*line.split(), env=place.environment))
    assert done(place.run(line)).stderr == pasted.stderr.replace(" added", " unchanged")
    assert records(place.server, unique_name, "A") == ["77 203.0.113.45"]


@pytest.mark.parametrize("name", ["{}", "{}.example.com"])
def test_the_environment_alone_is_enough(name: str, bind: NameServer, unique_name: str) -> None:
    key = md5_key(bind)
    line = f"/tool dns-update name={name.format(unique_name)} address=203.0.113.45"
    result = done(ran(line, "--debug", env=variables(bind, key)))
    assert "key=...: from DNS_UPDATE_KEY" in result.lines
    assert key.secret not in result.stderr
    assert records(bind, unique_name, "A") == ["66 203.0.113.45"]


def test_a_name_beside_its_zone_is_relative_as_on_a_router(place: _Place, unique_name: str) -> None:
    line = f"/tool dns-update zone=example.com name={unique_name}.example.com address=203.0.113.45"
    result = place.run(line)
    assert "warning: a.rsc: line 1, column 1: name= is relative to the zone" in result.stderr
    assert records(place.server, f"{unique_name}.example.com", "A") == ["77 203.0.113.45"]
    assert records(place.server, unique_name, "A") == []


LEVELS = [
    ("", {}, "77"),
    ("", {"DNS_UPDATE_TTL": "66"}, "66"),
    ("ttl=55", {"DNS_UPDATE_TTL": "66"}, "55"),
]


@pytest.mark.parametrize(("words", "env", "ttl"), LEVELS)
def test_the_line_is_above_the_environment_which_is_above_the_file(
    words: str, env: Mapping[str, str], ttl: str, place: _Place, unique_name: str
) -> None:
    done(place.run(f"/tool dns-update name={unique_name}.example.com address=203.0.113.45 {words}", env=env))
    assert records(place.server, unique_name, "A") == [f"{ttl} 203.0.113.45"]


def test_a_line_with_ttl_0_deletes_with_the_rest_from_the_file(place: _Place, unique_name: str) -> None:
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    done(place.run(f"{line}\n{line} ttl=0"))
    assert records(place.server, unique_name, "A") == []


def test_a_line_without_a_name_is_the_zone_itself(place: _Place) -> None:
    result = place.run("/tool dns-update zone=example.com address=203.0.113.45", "--dry-run")
    assert result.lines[0].startswith("dry run, not sent: example.com. 77 A 203.0.113.45 to ")


def test_a_key_of_the_line_hides_that_of_the_file(place: _Place, unique_name: str) -> None:
    (place.directory / "home.key").unlink()  # so it is not even read
    key = md5_key(place.server)
    line = (
        f'/tool dns-update name={unique_name}.example.com address=203.0.113.45 key-name={key.name} key="{key.secret}"'
    )
    done(place.run(line))
    assert records(place.server, unique_name, "A") == ["77 203.0.113.45"]


def test_a_part_of_a_key_alone_does_not_sign(place: _Place) -> None:
    result = place.run("/tool dns-update name=home.example.com address=203.0.113.45 key-name=k")
    assert (result.status, result.lines[-1]) == (2, "a.rsc:1: failure: bad argument (/tool/dns-update)")
    assert result.failure == "key-name= is given without a secret"


def test_a_dry_run_and_its_object_show_what_would_be_used(place: _Place, unique_name: str) -> None:
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    server, key = f"{place.server.host}:{place.server.port}", place.server.keys[0]
    would = f"{unique_name}.example.com. 77 A 203.0.113.45 to {server}, key {key.name}"
    assert place.run(line, "--dry-run") == Result(20, "", f"dns-update: dry run, not sent: {would}\n")
    expected = {
        "name": f"{unique_name}.example.com.",
        "ttl": 77,
        "zone": "example.com.",
        "server": server,
        "key_name": f"{key.name}.",
    }
    for words in (["--dry-run"], []):
        result = place.run(line, "--json", *words)
        (update,) = result.json["updates"]
        assert {name: update[name] for name in expected} == expected
        assert (result.json["remarks"], result.json["notes"], result.stderr) == ([], [], "")
        assert key.secret not in result.stdout


def test_debug_says_where_each_value_came_from(place: _Place, unique_name: str) -> None:
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    server, path = f"{place.server.host}:{place.server.port}", place.path
    result = done(place.run(line, "--debug", env={"DNS_UPDATE_RETRIES": "2"}))
    assert [text for text in result.lines if ": from " in text] == [
        "retries=2: from DNS_UPDATE_RETRIES",
        f'dns-server={server}: from {path}:9: [zones."example.com"] servers',
        f'zone=example.com: from {path}:8: [zones."example.com"]',
        f'ttl=77: from {path}:10: [zones."example.com"] ttl',
        f"key {place.server.keys[0].name}: from {path}:1: [keys.home]",
    ]
    assert ": from " not in place.run(line).stderr


def test_what_the_file_says_about_a_server_goes_with_it(place: _Place, unique_name: str) -> None:
    place.write(place.text.replace('key = "home"\n', 'key = "home"\ntransport = "tcp"\nlocal-address = "127.0.0.3"\n'))
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    assert {sent.transport for sent in done(place.run(line, "--debug")).sent} == {"TCP"}
    with_server = f"{line} dns-server={place.server.host}:{place.server.port}"
    assert {sent.transport for sent in done(place.run(with_server, "--debug")).sent} == {"UDP"}


def test_the_file_may_be_named_or_left_out(place: _Place, tmp_path: Path, unique_name: str) -> None:
    other = tmp_path / "other.toml"
    place.path.rename(other)
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    done(ran(line, f"config={other}"))
    done(ran(line, env={"DNS_UPDATE_CONFIG": str(other)}))
    other.rename(place.path)
    result = place.run(line, "config=/dev/null", "--dry-run")
    primary = f"dns-server= is not given; the primary of the zone of {unique_name}.example.com gets the update"
    assert result.lines == [
        f"warning: {primary}",
        f"dry run, not sent: {unique_name}.example.com. A 203.0.113.45 to the zone's primary, not signed",
    ]


def test_schedules_have_the_defaults_too(place: _Place, unique_name: str) -> None:
    line = f"/tool dns-update name={unique_name}.example.com address=203.0.113.45"
    Path("s.rsc").write_text(
        f"/system scheduler add name=s on-event={{ {line} }} start-time=startup interval=0s\n", encoding="utf-8"
    )
    Path("s.rsc").chmod(0o600)
    done(dns_update("run", "s.rsc", env=place.environment))
    assert records(place.server, unique_name, "A") == ["77 203.0.113.45"]


# Mistakes


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"DNS_UPDATE_TTL": "x"}, "DNS_UPDATE_TTL: 'x' is not a TTL"),
        ({"DNS_UPDATE_TTL": "0"}, "DNS_UPDATE_TTL: the TTL is 0, which deletes"),
        ({"DNS_UPDATE_ZONE": "a..b"}, "DNS_UPDATE_ZONE: 'a..b' has an empty label"),
        ({"DNS_UPDATE_KEY_FILE": "/nonexistent.key"}, "cannot read /nonexistent.key: No such file or directory"),
        ({"DNS_UPDATE_CONFIG": "/nonexistent"}, "cannot read /nonexistent: No such file or directory"),
    ],
)
@pytest.mark.parametrize("words", [[], ["--dry-run"]], ids=["sent", "dry-run"])
def test_a_wrong_variable_ends_the_script_and_nothing_is_sent(
    env: Mapping[str, str], says: str, words: Sequence[str], silent: Silent
) -> None:
    line = f"/tool dns-update dns-server={silent.address} name=home.example.com address=203.0.113.45"
    result = ran(line, *words, env=env)
    assert (result.status, result.failure) == (2, says)
    assert result.lines[-1] == "a.rsc:1: failure: bad argument (/tool/dns-update)"
    assert silent.is_untouched


def test_a_mistake_in_the_file_is_said_with_its_place_and_nothing_is_sent(place: _Place, silent: Silent) -> None:
    place.write(f"[agent]\npol = 1\n{place.text}")
    line = f"/tool dns-update dns-server={silent.address} name=home.example.com address=203.0.113.45"
    result = place.run(line)
    assert (result.status, result.failure) == (2, f"{place.path}:2: [agent] pol: unknown key")
    as_json = place.run(line, "--json")
    assert (as_json.status, as_json.json["updates"][0]["error"]["exit_status"]) == (2, 2)
    assert silent.is_untouched


def test_a_script_that_sends_nothing_does_not_read_the_file(place: _Place) -> None:
    place.write("= 1")
    assert place.run(":put 1") == Result(0, "1\n", "")


def test_all_that_a_router_needs_is_enough_as_before(bind: NameServer, unique_name: str) -> None:
    key = md5_key(bind)
    server, zone, _file = access(bind)
    line = f"/tool dns-update {server} {zone} name={unique_name} address=203.0.113.45 ttl=60"
    done(ran(f'{line} key-name={key.name} key="{key.secret}"'))
    assert records(bind, unique_name, "A") == ["60 203.0.113.45"]
