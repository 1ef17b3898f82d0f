"""What the server's own configuration says in a `check` with server-config=, where it is right or nearly so."""

from pathlib import Path

from lab import Bind, LabKey, Zone
from tests.support.command import Result, access, in_process

KEY = LabKey.generate("home")


def checked(policy: str, directory: Path, *words: str) -> tuple[Result, Path]:
    with Bind(directory / "server", readonly_keys=[KEY], zones=[Zone("example.com", policy=policy)]) as server:
        path = server.directory / "named.conf"
        line = [*access(server, KEY), "name=home", "address=192.0.2.9", f"server-config={path}", *words]
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
