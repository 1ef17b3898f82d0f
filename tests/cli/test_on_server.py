"""`key rotate apply-to=` on the server's machine: its question, and programs that fail, hang, or are not there."""

import shutil
from pathlib import Path

import pytest

from dns_update.auth.named_conf import keys_from_text
from dns_update.cli import on_server
from dns_update.process import capture
from lab import LabKey
from tests.support.command import Result
from tests.support.running_servers import Site, site_of
from tests.support.terminal import Held, Screen, converse

_QUESTION = "[y/N] "
_LARGEST = 1 << 24  # octets of a configuration


def fake(tools: Path, program: str, text: str) -> None:
    """Put a program before the server's own; `$real` in its text is that one."""
    real = shutil.which(program, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    assert real is not None
    path = tools / program
    path.unlink(missing_ok=True)
    path.write_text(text.replace("$real", real), encoding="utf-8")
    path.chmod(0o755)


def secrets_there(site: Site) -> list[str]:
    return [key.name.to_text() for key in keys_from_text(site.key_file.read_text(encoding="utf-8"), "f")]


def rotated(site: Site, *words: str) -> Result:
    return site.key("rotate", "zone=example.com", *(words or site.applied))


# The question


def asked(site: Site, answer: str, monkeypatch: pytest.MonkeyPatch) -> Held:
    def talk(screen: Screen) -> None:
        screen.wait_for(_QUESTION)
        screen.type(answer)

    monkeypatch.setenv("PATH", site.env["PATH"])
    words = ("key", "rotate", str(site.key_file), f"server-type={site.kind}", "zone=example.com")
    return converse(talk, *words, f"apply-to={site.apply_to}")


@pytest.mark.parametrize("kind", ["bind", "knot", "powerdns"])
def test_yes_changes_the_server(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site_of(kind, tmp_path) as site:
        done = asked(site, "y\n", monkeypatch)
        assert done.status == 0, done.shown
        assert len(secrets_there(site)) == 2
        assert site.set("192.0.2.1").status == 0  # with the successor, which is the first


@pytest.mark.parametrize("kind", ["bind", "powerdns"])
@pytest.mark.parametrize("answer", ["n\n", "\n", "yess\n", "\x04"], ids=["n", "Enter", "another word", "end"])
def test_anything_else_changes_nothing(answer: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site_of(kind, tmp_path) as site:
        before = site.key_file.read_bytes()
        done = asked(site, answer, monkeypatch)
        assert done.status == 2
        assert "dns-update: nothing was changed" in done.shown
        assert site.key_file.read_bytes() == before
        assert site.set("192.0.2.1").status == 0


# BIND's and Knot's programs


def test_a_program_that_is_not_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site_of("bind", tmp_path) as site:
        before = site.key_file.read_bytes()
        for program in site.tools.iterdir():
            program.unlink()
        monkeypatch.setattr(capture, "_SYSTEM_DIRECTORIES", str(tmp_path))
        monkeypatch.setattr("tests.support.running_servers._PATH", str(tmp_path))
        result = rotated(site)
    assert (result.status, len(result.lines)) == (2, 1)
    assert result.lines[0].startswith(
        "named-checkconf is not on this machine: apply-to= is for the machine of the server"
    )
    assert site.key_file.read_bytes() == before


def test_a_program_that_cannot_be_run(tmp_path: Path) -> None:
    with site_of("bind", tmp_path) as site:
        before = {path: path.read_bytes() for path in (site.key_file, site.apply_to)}
        (site.tools / "named-checkconf").write_bytes(b"\x7fELF of another machine")
        result = rotated(site)
    assert result.status == 2
    assert f"cannot run {site.tools}/named-checkconf: Exec format error" in result.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_a_program_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_server.run, "__kwdefaults__", {"seconds": 0.2})
    with site_of("bind", tmp_path) as site:
        before = {path: path.read_bytes() for path in (site.key_file, site.apply_to)}
        fake(site.tools, "named-checkconf", "#!/bin/sh\nexec sleep 60\n")
        result = rotated(site)
    assert result.status == 2
    assert "named-checkconf has not ended within 0 s" in result.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_a_file_that_is_too_large_for_a_configuration(tmp_path: Path) -> None:
    large = tmp_path / "large.conf"
    large.write_text("#" * (_LARGEST + 1), encoding="ascii")
    with site_of("bind", tmp_path) as site:
        result = rotated(site, f"apply-to={large}", "yes=yes")
    assert (result.status, len(result.lines)) == (2, 1)
    assert f"apply-to=: {large} is too large for a configuration" in result.lines[0]


# pdnsutil


def keys_of_powerdns(site: Site) -> str:
    shown = on_server.run((str(shutil.which("pdnsutil")), f"--config-dir={site.apply_to}", "list-tsig-keys"))
    assert shown.status == 0
    return shown.output


def test_pdnsutil_that_fails_is_named_and_its_output_not_shown(tmp_path: Path) -> None:
    with site_of("powerdns", tmp_path) as site:
        before = site.key_file.read_bytes()
        secret = LabKey.generate().secret
        script = f'#!/bin/sh\ncase "$2" in generate-tsig-key) echo {secret} >&2; exit 3;; esac\nexec $real "$@"\n'
        fake(site.tools, "pdnsutil", script)
        result = rotated(site)
    assert result.status == 9
    assert "pdnsutil generate-tsig-key has failed with status 3" in result.stderr
    assert secret not in result.stderr + result.stdout
    assert site.key_file.read_bytes() == before


def test_a_key_that_pdnsutil_has_not_made(tmp_path: Path) -> None:
    with site_of("powerdns", tmp_path) as site:
        before = site.key_file.read_bytes()
        fake(site.tools, "pdnsutil", '#!/bin/sh\ncase "$2" in generate-tsig-key) exit 0;; esac\nexec $real "$@"\n')
        result = rotated(site)
    assert result.status == 9
    assert "pdnsutil does not list key" in result.stderr
    assert site.key_file.read_bytes() == before


def test_a_key_file_that_changes_meanwhile_gets_no_successor_and_powerdns_keeps_none(tmp_path: Path) -> None:
    with site_of("powerdns", tmp_path) as site:
        before = keys_of_powerdns(site)
        change = f'case "$2" in generate-tsig-key) echo "# changed" >>{site.key_file};; esac'
        fake(site.tools, "pdnsutil", f'#!/bin/sh\n{change}\nexec $real "$@"\n')
        result = rotated(site)
        assert result.status == 2
        assert len(secrets_there(site)) == 1
        assert keys_of_powerdns(site) == before
