"""`dns-update check` on the server's own machine: it finds the server's log, and says what its lines mean."""

import os
from pathlib import Path

import pytest

from dns_update.server_log import places, reading
from lab import Bind, Knot, LabKey, Zone
from tests.support.broken.servers import KEY
from tests.support.command import Result, access, in_process

_FULL = Zone("example.com", policy='update-policy { grant "home" zonesub ANY; };', extra="max-records 3;")
_LINE = ("name=home", "address=192.0.2.9", "ttl=60")


class LoggingBind(Bind):
    """BIND that writes its log as named.conf says, and not only to its output."""

    def _command(self) -> list[str]:
        return ["-f" if word == "-g" else word for word in super()._command()]


def logging_bind(directory: Path) -> LoggingBind:
    channel = 'channel own { file "logs/update.log"; severity info; print-time yes; };'
    extra = f"logging {{ {channel} category default {{ own; }}; }};"
    (directory / "server" / "logs").mkdir(parents=True)
    return LoggingBind(directory / "server", readonly_keys=[KEY], zones=[_FULL], extra=extra)


def checked(*words: str) -> Result:
    return in_process("check", *words)


def test_the_log_that_the_configuration_names_is_read(tmp_path: Path) -> None:
    with logging_bind(tmp_path) as server:
        words = [*access(server, KEY), *_LINE]
        configuration = f"server-config={server.directory / 'named.conf'}"
        before = checked(*words, configuration, "--json")
        failed = in_process("set", *words, "diagnose=no")
        after = checked(*words, configuration)
    assert [step["mark"] for step in before.json["steps"] if step["topic"] == "server log"] == ["ok"]
    assert (before.status, failed.status, after.status) == (0, 9, 9)
    assert "FAILED  server log     at " in after.stdout
    assert f"exceeds max-records (3) ({server.directory}/logs/update.log)" in after.stdout
    assert "next: raise max-records in named.conf; and run: rndc reconfig" in after.stdout
    assert "next: see what the server's log says, below" in after.stdout
    assert KEY.secret not in after.stdout + after.stderr


def test_an_update_that_went_well_afterwards_ends_it(tmp_path: Path) -> None:
    with logging_bind(tmp_path) as server:
        words = [*access(server, KEY), *_LINE]
        log = f"server-log={server.directory}/logs/update.log"
        assert in_process("set", *words, "diagnose=no").status == 9
        assert checked(*words, log).status == 9
        small = ["name=ns", "address=192.0.2.77", "ttl=60"]  # in the place of a record that is there
        assert in_process("set", *access(server, KEY), *small).status == 0
        assert checked(*words, log).status == 0


def test_a_log_is_read_without_a_configuration_and_without_a_name(tmp_path: Path) -> None:
    log = tmp_path / "docker.log"
    log.write_text("bind  | 01-Dec-2026 11:44:20.123 /etc/bind/named.conf:3: bad secret 'bad base64 encoding'\n")
    result = checked(f"server-log={log}")
    assert result.status == 0
    assert "note    server log     at 01-Dec-2026" not in result.stdout  # a container's name is before it
    assert "the secret of a key is not Base64" in result.stdout
    assert "dns-update key generate" in result.stdout


def test_a_server_that_does_not_run_is_told_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("01-Dec-2026 11:44:20.123 creating IPv4 interface lo failed; interface ignored\n")
    result = checked("dns-server=127.0.0.1:1", "zone=example.com", *_LINE, f"server-log={log}", "retries=0")
    assert result.status == 4
    assert "FAILED  server log" in result.stdout
    assert "ss -lnutp 'sport = :53'" in result.stdout
    assert "next: see what the server's log says, below" in result.stdout


def test_a_configuration_that_the_server_does_not_take_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "named.conf"
    path.write_text('key home { algorithm hmac-sha256; secret "no Base64!"; };\n')
    result = checked("dns-server=127.0.0.1:1", "zone=example.com", *_LINE, f"server-config={path}", "retries=0")
    assert "why: the secret of a key is not Base64" in result.stdout
    assert "next: make a new one: dns-update key generate" in result.stdout


def test_a_mistake_that_the_table_does_not_know_is_told_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "named.conf"
    path.write_text("options { dnssec-validation; };\n")
    result = checked("dns-server=127.0.0.1:1", "zone=example.com", *_LINE, f"server-config={path}", "retries=0")
    assert "FAILED  configuration" in result.stdout


@pytest.mark.parametrize(
    ("name", "text"), [("named-checkconf", "options { };\n"), ("knotc", "server:\n    version: x\n")]
)
def test_a_checker_that_does_not_end_is_left_out(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dns_update.server_config.bind import canonical
    from dns_update.server_config.knot import configuration

    slow = tmp_path / name
    slow.write_text("#!/bin/sh\nsleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for module in (canonical, configuration):
        monkeypatch.setattr(module, "_CHECK_SECONDS", 0.1)
    path = tmp_path / "named.conf"
    path.write_text(text)
    result = checked("dns-server=127.0.0.1:1", "zone=example.com", *_LINE, f"server-config={path}", "retries=0")
    assert f"-       configuration  not examined: {slow} did not end within 0.1 s" in result.stdout


def test_a_log_that_may_not_be_read_is_no_failure(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[KEY]) as server:
        result = checked(*access(server, KEY), *_LINE, f"server-log={tmp_path}")
    assert result.status == 0
    assert f"-       server log     cannot read {tmp_path} (Is a directory)" in result.stdout


def test_the_systems_log_is_that_of_the_standard_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syslog = tmp_path / "syslog"
    syslog.write_text("Dec  1 11:44:20 host named[5]: zone example.com/IN: DNSKEY RRSIG(s) have expired\n")
    monkeypatch.setattr(reading, "_SYSTEM_FILES", (str(syslog),))
    monkeypatch.setattr(reading, "found_program", lambda _name: None)
    with Bind(tmp_path / "server", keys=[KEY]) as server:
        path = str(server.directory / "named.conf")
        words = [*access(server, KEY), *_LINE, f"server-config={path}"]
        monkeypatch.setattr(places, "command_lines", lambda _program: iter(()))
        assert "no log of the server was found" in checked(*words).stdout
        monkeypatch.setattr(places, "_STANDARD", {"bind": (path,)})
        assert "the signatures of example.com have expired" in checked(*words).stdout


def test_without_a_name_a_configuration_leads_to_the_log(tmp_path: Path) -> None:
    path, log = tmp_path / "knot.conf", tmp_path / "knot.log"
    log.write_text("2026-12-01T11:44:20+0000 error: cannot bind address 192.0.2.1@53 UDP (address already in use)\n")
    path.write_text(f"server:\n    listen: 192.0.2.1\nlog:\n  - target: {log}\n    any: info\n")
    result = checked("dns-server=127.0.0.1:1", "retries=0", f"server-config={path}")
    assert result.status == 4
    assert "knotd could not listen at 192.0.2.1@53: another program has it" in result.stdout


def test_a_configuration_of_another_program_has_no_log_here(tmp_path: Path) -> None:
    path = tmp_path / "nsd.conf"
    path.write_text('zone:\n  name: example.com\n  zonefile: "x"\n')
    assert "no log of the server was found" in checked(f"server-config={path}").stdout


def test_what_knot_denies_is_in_its_log_at_the_level_debug(tmp_path: Path) -> None:
    class Talking(Knot):
        def _configuration(self) -> str:
            return super()._configuration().replace("any: info", "any: debug")

    other = LabKey.generate("other")
    with Talking(tmp_path / "server", keys=[other], readonly_keys=[KEY]) as server:
        result = checked(*access(server, KEY), *_LINE, f"server-log={server.directory}/log")
    assert result.status == 5
    assert "no acl of the zone has the key home" in result.stdout
