"""`dns-update check`: a healthy set-up is all right in few messages; half of one is checked as far as it goes."""

import json
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, Zone
from tests.support.command import Result, access, at, in_process, key_file
from tests.support.peer import Relay, Silent, closed_port, is_update

MOST_MESSAGES = 12  # of a healthy set-up, so that a check also serves over a slow line


def checked(*words: str) -> Result:
    return in_process("check", *words)


def assert_nothing_is_wrong(seen: list[dict[str, str]]) -> None:
    """Assert that all is right, and that only the change itself, which is not made, is left open."""
    *asked, left_open = seen
    assert {step["mark"] for step in asked} == {"ok"}
    assert (left_open["topic"], left_open["mark"]) == ("update", "left out")
    assert "the change itself was not made" in left_open["text"]


def steps(result: Result) -> list[tuple[str, str]]:
    """Return the topic and the mark of each step."""
    return [(step["topic"], step["mark"]) for step in result.json["steps"]]


@pytest.mark.parametrize("address", ["192.0.2.9", "192.0.2.9,2001:db8::9"])
@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_a_healthy_set_up_is_all_right_in_few_messages(server: NameServer, address: str, unique_name: str) -> None:
    words = [*access(server), f"name={unique_name}", f"address={address}"]
    result = checked(*words)
    assert result.status == 0
    assert "FAILED" not in result.stdout
    assert "\nwhat was tried is right; only an update shows whether " in result.stdout
    assert "\nnothing wrong was found; " in result.stdout
    told = checked(*words, "--json").json
    assert_nothing_is_wrong(told["steps"])
    assert told["messages"] <= MOST_MESSAGES


@pytest.mark.parametrize("server", ["bind"], indirect=True)
def test_no_update_is_sent_that_a_server_could_carry_out(server: NameServer, unique_name: str) -> None:
    with Relay(server) as relay:
        words = [f"dns-server={relay.address}", "zone=example.com", f"name={unique_name}", "address=192.0.2.9"]
        assert checked(*words, key_file(server)).status == 0
        updates = [request for request in relay.requests if is_update(request)]
    assert updates
    # The second count of an update is that of its prerequisites: two that exclude one another.
    assert {int.from_bytes(update[6:8]) for update in updates} == {2}


def test_what_the_name_has_and_would_get_is_told(bind: NameServer, unique_name: str) -> None:
    words = [*access(bind), f"name={unique_name}"]
    assert in_process(*words, "address=192.0.2.1", "ttl=120").status == 0
    shown = checked(*words, "address=192.0.2.9").stdout
    assert "A 192.0.2.1, TTL 120; an update would delete A, add 120 A 192.0.2.9 (the TTL stays)" in shown
    assert "caches may keep the old data for 120 s" in shown
    assert "A 192.0.2.1, TTL 120, as it should be" in checked(*words, "address=192.0.2.1").stdout


# Half a set-up


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        ({"address"}, "no address or data is given, so only the permission was tried"),
        ({"address", "name"}, "no name is given"),
        ({"address", "name", "key-file"}, "none is given: updates are not signed"),
        ({"address", "name", "zone", "key-file"}, "no zone is given"),
        ({"address", "name", "zone", "dns-server"}, "no name is given"),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else "",
)
def test_half_a_set_up_is_checked_as_far_as_it_goes(bind: NameServer, left_out: set[str], says: str) -> None:
    words = [*access(bind), "name=home", "address=192.0.2.9"]
    result = checked(*[word for word in words if word.partition("=")[0] not in left_out])
    assert says in result.stdout
    assert "Traceback" not in result.stderr
    assert result.status in (0, 7)


def test_a_key_file_alone_is_read(bind: NameServer) -> None:
    result = checked(key_file(bind))
    assert result.status == 0
    assert f"{bind.keys[0].name} (hmac-sha256, 256 bits) can be read" in result.stdout


@pytest.mark.parametrize("words", [[], ["zone=example.com"], ["name=home", "zone=example.com", "address=192.0.2.1"]])
def test_a_server_that_is_not_there_is_told_at_once(words: list[str]) -> None:
    result = checked(f"dns-server=127.0.0.1:{closed_port()}", *words)
    assert result.status == 4
    assert "nothing listens" in result.stdout


def test_silence_ends(bind: NameServer) -> None:
    with Silent() as silent:
        result = checked(
            f"dns-server={silent.address}", "zone=example.com", "name=home", key_file(bind), "timeout=0.1", "retries=0"
        )
    assert result.status == 4
    assert "FAILED" in result.stdout


# What is worth a note


def test_the_notes_of_a_zone(tmp_path: Path) -> None:
    weak = LabKey("home", "hmac-sha256", "c2VjcmV0")  # "secret"
    zone = Zone("example.com", policy="allow-update { 127.0.0.1; };", records="@ NS gone\ngone A 127.0.0.66\n")
    with Bind(tmp_path / "server", keys=[weak], zones=[zone], listen_v6=False) as server:
        result = checked(*access(server), "name=home", "address=192.0.2.9")
    assert result.status == 0
    assert "bits, fewer than 128" in result.stdout
    assert "from this machine without a key, too" in result.stdout
    assert "gone.example.com (127.0.0.66) is a name server of the zone, and does not answer" in result.stdout
    assert weak.secret not in result.stdout + result.stderr


def test_a_clock_that_is_off_is_noted_before_it_matters(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()], clock_offset="+100s") as server:
        told = checked(*access(server), "name=home", "address=192.0.2.9", "--json").json
    (clock,) = [step for step in told["steps"] if step["topic"] == "clock"]
    assert clock["mark"] == "note"
    assert "s ahead of this machine's" in clock["text"]
    assert told["exit_status"] == 0


def test_a_line_of_set_is_taken_as_it_is(bind: NameServer, unique_name: str) -> None:
    line = [*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60", "require=any", "verify=no"]
    assert checked(*line, "check-names=yes", "dry-run=no", "class=IN", "diagnose=no").status == 0


def test_a_ttl_of_0_deletes_as_with_set(bind: NameServer, unique_name: str) -> None:
    words = [*access(bind), f"name={unique_name}"]
    assert in_process(*words, "address=192.0.2.1", "ttl=60").status == 0
    assert "an update would delete A" in checked(*words, "address=192.0.2.1", "ttl=0").stdout


def test_whose_name_it_is_is_told(bind: NameServer, unique_name: str) -> None:
    words = [*access(bind), f"name={unique_name}"]
    claim = "value=dns-update owner=router-1 203.0.113.7"
    assert in_process(*words, "type=TXT", claim, "ttl=60").status == 0
    assert (
        in_process(*words, "type=DHCID", "value=AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", "ttl=60").status == 0
    )
    shown = checked(*words, "address=192.0.2.9").stdout
    assert "the agent of owner router-1 publishes 203.0.113.7 there" in shown
    assert "has a DHCID record: a DHCP server set it" in shown


# The server's own configuration


def test_the_line_of_the_configuration_is_named(tmp_path: Path) -> None:
    key = LabKey.generate("home")
    policy = 'update-policy { grant "home" name office.example.com A; };'
    with Bind(tmp_path / "server", readonly_keys=[key], zones=[Zone("example.com", policy=policy)]) as server:
        path = server.directory / "named.conf"
        words = [*access(server, key), "name=home", "address=192.0.2.9", f"server-config={path}"]
        result = checked(*words)
        told = checked(*words, "--json").json
    assert result.status == 7
    number = path.read_text(encoding="utf-8").splitlines().index(f"    {policy}") + 1
    assert f"({path}:{number})" in result.stdout
    assert [step["topic"] for step in told["steps"] if step["mark"] == "failed"] == ["update", "configuration"]
    assert key.secret not in result.stdout + result.stderr + json.dumps(told)


def test_a_configuration_that_was_not_read_again_is_told(tmp_path: Path) -> None:
    key, closed = LabKey.generate("home"), "allow-update { none; };"
    with Bind(tmp_path / "server", readonly_keys=[key], zones=[Zone("example.com", policy=closed)]) as server:
        path = server.directory / "named.conf"
        path.write_text(path.read_text(encoding="utf-8").replace(closed, "allow-update { key home; };"))
        result = checked(*access(server, key), "name=home", "address=192.0.2.9", f"server-config={path}")
    assert result.status == 7
    assert f"{path} allows the update, as far as it can be read, and the server refuses it" in result.stdout
    assert "rndc reconfig" in result.stdout


@pytest.mark.parametrize("content", [None, "nothing of a server\n"])
def test_a_file_that_is_no_configuration_of_a_server_fails_its_step(
    bind: NameServer, content: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    result = checked(*access(bind), "name=home", "address=192.0.2.9", f"server-config={path}")
    assert result.status == 2
    assert "FAILED  configuration" in result.stdout


# A configuration, and a running agent


@pytest.fixture
def configuration(bind: NameServer, tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    key = bind.keys[0].write(tmp_path / "key")
    path.write_text(
        f'[keys.main]\nfile = "{key}"\n[servers.main]\naddress = "{bind.host}:{bind.port}"\nkey = "main"\n'
        '[zones."example.com"]\nservers = ["main"]\n[[records]]\nname = "check.example.com"\naddress = "192.0.2.9"\n',
        encoding="utf-8",
    )
    return path


def test_without_a_name_the_whole_configuration_is_checked(configuration: Path) -> None:
    result = checked(f"config={configuration}")
    assert result.status == 0
    assert "check.example.com" in result.stdout


def test_a_name_of_the_configuration_needs_no_more(configuration: Path) -> None:
    told = checked("check.example.com", f"config={configuration}", "--json").json
    assert_nothing_is_wrong(told["steps"])
    assert "A 192.0.2.9" in next(step["text"] for step in told["steps"] if step["topic"] == "record")


def test_an_agent_that_does_not_run_is_told(tmp_path: Path) -> None:
    result = checked("--agent", f"socket={tmp_path}/none.sock")
    assert result.status == 4
    assert "no agent is running" in result.stderr


# Wrong words


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nmae=home"], "did you mean name?"),
        (["name=home", "wait=2m"], "check does not take wait="),
        (["name=home.example.com", "class=CH"], "check works with the class IN only"),
        (["name=home", "agent=maybe"], "yes or no"),
        (["name=home.example.com", "address=192.0.2.300"], "192.0.2.300"),
        (["name=home.example.com", "type=TXT", "address=192.0.2.3"], "address= and type= are both given"),
        (["name=home.example.com", "key-file=/nonexistent"], "cannot read the key file"),
        (["quiet=yes", "debug=yes", "name=home.example.com"], "quiet= and debug= are both given"),
        (["zone=example.com", "name=home.example.net"], "did you mean"),
    ],
)
def test_a_wrong_word_is_one_line_and_nothing_is_sent(words: list[str], says: str) -> None:
    with Silent() as silent:
        result = checked(f"dns-server={silent.address}", "timeout=0.1", "retries=0", *words)
        if "name=home.example.net" not in words:
            assert silent.is_untouched
            assert (result.status, len(result.stderr.splitlines())) == (2, 1)
            assert says in result.stderr


def test_debug_shows_the_messages(bind: NameServer) -> None:
    result = checked(at(bind), "zone=example.com", "name=home", key_file(bind), "--debug")
    assert result.sent
    assert ";; received " in result.stderr
    assert bind.keys[0].secret not in result.stderr


def test_quiet_says_only_what_is_wrong(bind: NameServer) -> None:
    assert checked(*access(bind), "name=home", "address=192.0.2.9", "quiet=yes").stdout == ""
    wrong = checked(*access(bind, bind.readonly_keys[0]), "name=home", "address=192.0.2.9", "quiet=yes").stdout
    assert wrong.startswith("FAILED")
    assert "ok " not in wrong


@pytest.mark.parametrize(
    ("require", "has", "says"), [("absent", True, "has A 192.0.2.1"), ("existing", False, "nothing")]
)
def test_what_the_line_requires_of_the_name_is_looked_at(
    require: str,
    has: bool,
    says: str,
    bind: NameServer,
    unique_name: str,
) -> None:
    words = [*access(bind), f"name={unique_name}", "ttl=60"]
    if has:
        assert in_process("set", *words, "address=192.0.2.1").status == 0
    result = in_process("check", *words, "address=192.0.2.9", f"require={require}")
    by_set = in_process("set", *words, "address=192.0.2.9", f"require={require}")
    assert result.status == by_set.status == 8
    assert (
        f"{unique_name}.example.com {says}" in result.stdout or f"{unique_name}.example.com has {says}" in result.stdout
    )
    other = "existing" if require == "absent" else "absent"
    assert in_process("check", *words, "address=192.0.2.9", f"require={other}").status == 0
