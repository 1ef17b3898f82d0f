"""What the one-shot path imports: a `set` with zone, TTL, key file and a literal address.

The architecture's second decision: the one-shot path imports almost nothing. Every module named here costs a part of
the 18 ms that a whole update takes, and none may be added unseen: measure it (`make bench`, `python -X importtime`)
and say in the commit why it is worth it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from lab import NameServer
from tests.support.command import COMMAND, access

RUNNER = """\
import sys
before = set(sys.modules)
from dns_update.cli import main
status = main(sys.argv[1:])
sys.stdout.write("\\n".join(set(sys.modules) - before))
sys.exit(status)
"""

ALLOWED = {
    "dns_update",
    "dns_update.errors",
    "dns_update.value",
    # bytes and values
    "dns_update.rr",
    "dns_update.wire",
    "dns_update.wire.codes",
    "dns_update.wire.cursor",
    "dns_update.rr.embedded_names",
    "dns_update.rr.host_names",
    "dns_update.wire.inet",
    "dns_update.message",
    "dns_update.wire.name",
    "dns_update.rr.record",
    # the key and its signature
    "dns_update.auth",
    "dns_update.auth.named_conf",
    "dns_update.auth.private_file",
    "dns_update.auth.tsig",
    # the update, sent and judged
    "dns_update.update",
    "dns_update.exchange",
    "dns_update.transport",
    "dns_update.transport.blocking",
    "dns_update.transport.sockets",
    "dns_update.transport.udp",
    "dns_update.client",
    "dns_update.client.delivery",
    "dns_update.client.locate",
    "dns_update.client.lookup",
    "dns_update.client.outcome",
    "dns_update.client.requests",
    "dns_update.client.settings",
    "dns_update.client.steps",
    "dns_update.client.transaction",
    # the command line
    "dns_update.commandline",
    "dns_update.commandline.line",
    "dns_update.commandline.properties",
    "dns_update.commandline.readers",
    "dns_update.cli",
    "dns_update.cli.asking",
    "dns_update.cli.change",
    "dns_update.cli.set",
    "dns_update.cli.target",
    "dns_update.cli.request",
    "dns_update.cli.result",
}
"""Of our own modules, all and only these. Not among them: what looks at failures (verdict), finds zones (discovery),
asks interfaces or programs (address), speaks TCP (tcp, framing), prints JSON, help or messages."""

WITH_VERIFY = {"dns_update.client.changes", "dns_update.client.readback", "dns_update.client.wildcards"}
"""What `verify=yes` adds: reading before and back, whose the records are, and what has changed, in words."""

READERS = {
    "dns_update.rr.field_kinds",
    "dns_update.rr.layouts",
    "dns_update.rr.presentation",
    "dns_update.rr.scanner",
    "dns_update.rr.zone_file",
}
"""What reads the text of the usual types, and makes it: 2 ms."""

OTHER_TYPES = {
    "CNAME": ("target.example.net", READERS),
    "MX": ("10 mail.example.net", READERS),
    "SRV": ("0 5 5060 sip.example.net", READERS),
    "CAA": ('0 issue "ca.example.net"', READERS),
    "TXT": ("hello; world", READERS),
    "HTTPS": ("1 . alpn=h2", READERS | {"dns_update.rr.svcb"}),
}
"""Types that people set often: a value, and the modules of ours that reading it adds."""

SLOW = (
    "argparse", "asyncio", "base64", "collections", "ctypes", "dataclasses", "dns", "enum", "inspect", "ipaddress",
    "json", "logging", "pathlib", "re", "selectors", "socket", "ssl", "subprocess", "tomllib", "typing",
)  # fmt: skip
"""Milliseconds each (see the architecture's table), and nothing of the one-shot path needs them."""


def imported(server: NameServer, name: str, *words: str, data: tuple[str, ...] = ("address=192.0.2.1",)) -> set[str]:
    """Run a `set` in a process of its own; return what it imported."""
    command = [sys.executable, "-c", RUNNER, *access(server), f"name={name}", "ttl=60", *data, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(("verify", "allowed"), [("yes", ALLOWED | WITH_VERIFY), ("no", ALLOWED)], ids=["yes", "no"])
def test_the_one_shot_path_imports_these_modules_of_ours_and_no_other(
    verify: str, allowed: set[str], bind: NameServer, unique_name: str
) -> None:
    modules = imported(bind, unique_name, f"verify={verify}")
    assert {module for module in modules if module.partition(".")[0] == "dns_update"} == allowed


@pytest.mark.parametrize("verify", ["yes", "no"])
def test_the_one_shot_path_imports_no_slow_module(verify: str, bind: NameServer, unique_name: str) -> None:
    modules = imported(bind, unique_name, f"verify={verify}")
    assert {module.partition(".")[0] for module in modules} & set(SLOW) == set()


@pytest.mark.parametrize("rrtype", OTHER_TYPES)
def test_other_usual_types_need_their_readers_and_no_slow_module(
    rrtype: str, bind: NameServer, unique_name: str
) -> None:
    value, readers = OTHER_TYPES[rrtype]
    modules = imported(bind, unique_name, data=(f"type={rrtype}", f"value={value}"))
    assert {name for name in modules if name.partition(".")[0] == "dns_update"} == ALLOWED | WITH_VERIFY | readers
    assert {module.partition(".")[0] for module in modules} & set(SLOW) == set()


RARE_TYPES = {
    "SSHFP": "4 2 " + "ab" * 32,
    "LOC": "52 22 23.000 N 4 53 32.500 E 0.00m",
    "NAPTR": '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .',
    "ZONEMD": "1 1 240 " + "ab" * 12,
    "WKS": "192.0.2.1 6 25",
    "CERT": r"\# 6 000100010861",
}
"""Types that people set seldom, each read by another module."""


@pytest.mark.parametrize("rrtype", RARE_TYPES)
def test_no_type_needs_a_slow_module(rrtype: str, bind: NameServer, unique_name: str) -> None:
    modules = imported(bind, unique_name, data=(f"type={rrtype}", f"value={RARE_TYPES[rrtype]}"))
    assert {module.partition(".")[0] for module in modules} & set(SLOW) == set()


def test_a_variable_of_the_environment_adds_one_module(
    bind: NameServer, unique_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DNS_UPDATE_RETRIES", "2")
    modules = imported(bind, unique_name)
    added = {name for name in modules if name.partition(".")[0] == "dns_update"} - ALLOWED - WITH_VERIFY
    assert added == {"dns_update.cli.defaults"}
    assert {module.partition(".")[0] for module in modules} & set(SLOW) == set()


def test_a_configuration_is_what_loads_its_reader(
    bind: NameServer, unique_name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dns-update").mkdir()
    (tmp_path / "dns-update" / "config.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert "tomllib" in imported(bind, unique_name)
    assert "tomllib" not in imported(bind, unique_name, "config=/dev/null")


def test_the_runner_sees_what_is_imported(bind: NameServer, unique_name: str) -> None:
    # Were it blind, the tests above could not fail.
    assert {"dns_update.cli.as_json", "json"} <= set(_import_lines(bind, unique_name, "--json"))


def test_the_script_that_is_installed_imports_no_slow_module_either(bind: NameServer, unique_name: str) -> None:
    names = _import_lines(bind, unique_name)
    assert "dns_update.cli" in names
    assert {name.partition(".")[0] for name in names} & set(SLOW) <= _bare()


def test_a_send_of_dns_nsupdate_imports_no_slow_module_either(
    bind: NameServer, unique_name: str, tmp_path: Path
) -> None:
    script = tmp_path / "script"
    script.write_text(
        f"server {bind.host} {bind.port}\nzone example.com\nadd {unique_name}.example.com 60 A 192.0.2.1\nsend\n"
    )
    key_file = bind.keys[0].write(tmp_path / "key")
    command = [sys.executable, "-X", "importtime", str(COMMAND.with_name("dns-nsupdate")), "-k", str(key_file)]
    names = _modules([*command, str(script)])
    assert "dns_update.transport.pipeline" in names
    assert {name.partition(".")[0] for name in names} & set(SLOW) <= _bare()


def _import_lines(server: NameServer, name: str, *words: str) -> list[str]:
    """Run the installed script and return the modules that Python reports to have imported."""
    properties = (*access(server), f"name={name}", "address=192.0.2.1", "ttl=60")
    command = [sys.executable, "-X", "importtime", str(COMMAND), *properties, *words]
    return _modules(command)


def _bare() -> set[str]:
    """Return what the interpreter itself imports here: path configuration files may import anything."""
    return {name.partition(".")[0] for name in _modules([sys.executable, "-X", "importtime", "-c", "pass"])}


def _modules(command: list[str]) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return [line.rpartition("|")[2].strip() for line in lines]
