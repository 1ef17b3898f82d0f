"""What the server's own configuration says in a `check` with server-config=, where it is right or nearly so."""

import base64
from contextlib import ExitStack
from pathlib import Path

from lab import Bind, LabKey, PowerDns, Zone
from lab.key import write_private
from tests.support.broken.bind_permission import bind_frozen_zone
from tests.support.command import Result, access, in_process
from tests.support.peer import closed_port

KEY = LabKey.generate("home")
_ANY = 'update-policy { grant "home" zonesub ANY; };'


def checked(policy: str, directory: Path, *words: str) -> tuple[Result, Path]:
    with Bind(directory / "server", readonly_keys=[KEY], zones=[Zone("example.com", policy=policy)]) as server:
        path = server.directory / "named.conf"
        own = [] if any(word.startswith("server-config=") for word in words) else [f"server-config={path}"]
        line = [*access(server, KEY), "name=home", "address=192.0.2.9", *own, *words]
        return in_process("check", *line), path


def test_a_configuration_that_allows_the_update_is_a_step_that_is_right(tmp_path: Path) -> None:
    result, path = checked('update-policy { grant "home" name home.example.com A; };', tmp_path)
    assert result.status == 0
    assert (
        f"ok      configuration  {path} allows changes of home.example.com in example.com, as far as it"
        in result.stdout
    )


def test_a_remark_about_the_configuration_is_a_note_and_fails_nothing(tmp_path: Path) -> None:
    result, path = checked("allow-update { 127.0.0.1; key home; };", tmp_path, "--json")
    found = [step for step in result.json["steps"] if step["topic"] == "configuration"]
    assert {step["mark"] for step in found[:-1]} == {"note"}
    assert "the element 127.0.0.1/32 of allow-update lets a client change" in found[0]["text"]
    assert (found[-1]["mark"], str(path) in found[-1]["text"]) == ("ok", True)
    assert result.json["exit_status"] == 0


def test_what_a_script_decides_is_not_called_right(tmp_path: Path) -> None:
    """PowerDNS answers NOERROR and leaves out what its Lua policy does not permit: no question shows that."""
    script = write_private(tmp_path / "policy.lua", "function updatepolicy(input)\n  return false\nend\n")
    options = f"lua-dnsupdate-policy-script={script}"
    with PowerDns(tmp_path / "pdns", keys=[KEY], readonly_keys=[], options=options) as server:
        path = server.directory / "pdns.conf"
        result = in_process("check", *access(server, KEY), "name=home", "address=192.0.2.9", f"server-config={path}")
    assert result.status == 0
    assert f"note    configuration  the script {script} decides about updates" in result.stdout
    assert f"-       configuration  {path} has no fault that can be read; whether it allows the update" in result.stdout
    assert "as far as it can be read" not in result.stdout
    assert "\nnothing wrong was found, " in result.stdout
    assert f" and its policy lets it pass, and whether {path} allows it\n" in result.stdout


def test_a_file_of_another_program_is_a_step_that_failed(tmp_path: Path) -> None:
    conf = tmp_path / "nsd.conf"
    conf.write_text('zone:\n  name: example.com\n  zonefile: "x"\n')
    result, _path = checked('update-policy { grant "home" zonesub ANY; };', tmp_path, f"server-config={conf}")
    assert result.status == 2
    assert f"FAILED  configuration  {conf} is the configuration of NSD, which takes no updates" in result.stdout


def test_a_key_stored_with_a_final_dot_is_to_be_stored_again(tmp_path: Path) -> None:
    with PowerDns(tmp_path / "pdns", keys=[KEY], readonly_keys=[]) as server:
        server.execute("UPDATE tsigkeys SET name = ?", "home.")
        path = server.directory / "pdns.conf"
        result = in_process("check", *access(server, KEY), "name=home", "address=192.0.2.9", f"server-config={path}")
    assert result.status == 5
    assert "its name is stored with a final dot, which pdnsutil does not show" in result.stdout
    assert "pdnsutil import-tsig-key home hmac-sha256 SECRET" in result.stdout


def test_a_server_that_refuses_because_of_its_clock_is_not_told_to_read_its_file(tmp_path: Path) -> None:
    with PowerDns(tmp_path / "pdns", keys=[KEY], readonly_keys=[], clock_offset="-1h") as server:
        path = server.directory / "pdns.conf"
        result = in_process("check", *access(server, KEY), "name=home", "address=192.0.2.9", f"server-config={path}")
    assert "why: the key is right; the server's clock is about " in result.stdout
    assert "it has not read the file" not in result.stdout


def test_a_secret_that_was_encoded_twice_is_not_to_be_copied_again(tmp_path: Path) -> None:
    twice = base64.b64encode(KEY.secret.encode()).decode()
    wrong = LabKey("home", KEY.algorithm, twice)
    with Bind(tmp_path / "server", readonly_keys=[KEY], zones=[Zone("example.com", policy=_ANY)]) as server:
        path = server.directory / "named.conf"
        line = ["name=home", "address=192.0.2.9", f"server-config={path}"]
        decoded = in_process("check", *access(server, wrong), *line)
        other = in_process("check", *access(server, LabKey("home", KEY.algorithm, LabKey.generate().secret)), *line)
    assert "it was encoded twice" in decoded.stdout
    assert "the secret of the key home differs from that of the update" in decoded.stdout
    assert "copy the key again" not in decoded.stdout
    assert "copy the key again" in other.stdout


def test_a_frozen_zone_is_thought_of_if_rndc_is_not_asked(tmp_path: Path) -> None:
    with ExitStack() as stack:
        line = bind_frozen_zone(stack, tmp_path)
        result = in_process("check", *line, f"server-config={tmp_path / 'bind' / 'named.conf'}")
    assert result.status == 7
    assert "the server refuses it: the zone is frozen, or it has not read the file" in result.stdout
    assert "run as root: rndc zonestatus example.com" in result.stdout
    assert "next: thaw the zone if it is frozen; otherwise let the server read the file: rndc reconfig" in result.stdout


def test_rndc_is_not_named_where_the_file_itself_has_a_fault(tmp_path: Path) -> None:
    result, _path = checked("", tmp_path)
    assert "has neither allow-update nor update-policy" in result.stdout
    assert "rndc was not asked" not in result.stdout


def test_what_the_configuration_says_takes_the_place_of_what_may_be(tmp_path: Path) -> None:
    result, _path = checked("allow-update { none; };", tmp_path, "--json")
    update, configuration = [step for step in result.json["steps"] if step["mark"] == "failed"]
    assert (update["cause"], update["hint"]) == ("zone-closed", "see what the configuration says, below")
    assert 'update-policy { grant "home" name home.example.com. A; };' in configuration["hint"]


def test_where_the_server_listens_is_told_without_a_zone(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", readonly_keys=[KEY]) as server:
        other = closed_port()
        words = [f"dns-server=127.0.0.1:{other}", "name=home.example.com", "address=192.0.2.9", "retries=0"]
        path = server.directory / "named.conf"
        result = in_process("check", *words, f"server-config={path}")
        expected = f"the server listens at port {server.port} of 127.0.0.1, and port {other} was asked"
    assert result.status == 4
    assert expected in result.stdout
