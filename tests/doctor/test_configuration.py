"""What the server's own configuration says in a `check` with server-config=, where it is right or nearly so."""

from pathlib import Path

from lab import Bind, LabKey, PowerDns, Zone
from lab.key import write_private
from tests.support.command import Result, access, in_process

KEY = LabKey.generate("home")


def checked(policy: str, directory: Path, *words: str) -> tuple[Result, Path]:
    with Bind(directory / "server", readonly_keys=[KEY], zones=[Zone("example.com", policy=policy)]) as server:
        path = server.directory / "named.conf"
        own = [] if any(word.startswith("server-config=") for word in words) else [f"server-config={path}"]
        line = [*access(server, KEY), "name=home", "address=192.0.2.9", *own, *words]
        return in_process("check", *line), path


def test_a_configuration_that_allows_the_update_is_a_step_that_is_right(tmp_path: Path) -> None:
    result, path = checked('update-policy { grant "home" name home.example.com A; };', tmp_path)
    assert result.status == 0
    assert f"ok      configuration  {path} allows the update, as far as it can be read" in result.stdout


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
    assert "allows the update, as far as it can be read" not in result.stdout
    assert "nothing wrong was found; whether " in result.stdout
    assert f"its policy lets it pass and whether {path} allows it is only known after an update" in result.stdout


def test_a_file_of_another_program_is_a_step_that_failed(tmp_path: Path) -> None:
    conf = tmp_path / "nsd.conf"
    conf.write_text('zone:\n  name: example.com\n  zonefile: "x"\n')
    result, _path = checked('update-policy { grant "home" zonesub ANY; };', tmp_path, f"server-config={conf}")
    assert result.status == 2
    assert f"FAILED  configuration  {conf} is the configuration of NSD, which takes no updates" in result.stdout
