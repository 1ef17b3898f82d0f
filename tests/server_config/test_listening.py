"""Where a server listens by its configuration, if it was asked where no answer came from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.server_config import SilentPlace, texts
from dns_update.wire.inet import parse_address
from lab import Bind, Knot, LabKey, NameServer, PowerDns
from tests.server_config.asked import asked, faults, intended
from tests.support.broken.servers import line
from tests.support.command import in_process
from tests.support.peer import closed_port

KEY = LabKey.generate("home")


def bind(directory: Path, text: str) -> Path:
    path = directory / "named.conf"
    path.write_text(f"acl inner {{ 192.0.2.1; }};\noptions {{\n{text}\n}};\n")
    return path


def knot(directory: Path, text: str) -> Path:
    path = directory / "knot.conf"
    path.write_text(f"server:\n    rundir: {directory}\n{text}")
    return path


def powerdns(directory: Path, text: str) -> Path:
    path = directory / "pdns.conf"
    path.write_text(f"dnsupdate=yes\n{text}")
    return path


NONE = ("", 0)
OTHER_PORT, ELSEWHERE = "listens-at-other-port", "listens-elsewhere"


@pytest.mark.parametrize(
    ("written", "text", "address", "fault"),
    [
        (bind, "listen-on { any; };", "192.0.2.1", NONE),
        (bind, "listen-on port 5353 { any; };", "192.0.2.1", (OTHER_PORT, 3)),
        (bind, "listen-on port 5353 { any; };\nlisten-on { inner; };", "192.0.2.1", NONE),
        (bind, "listen-on { !192.0.2.1; any; };", "192.0.2.1", (ELSEWHERE, 3)),
        (bind, "listen-on { inner; };", "192.0.2.1", NONE),
        (bind, "listen-on { inner; };", "192.0.2.2", (ELSEWHERE, 3)),
        (bind, "listen-on { inner; };", "2001:db8::1", NONE),
        (bind, "listen-on-v6 { none; };", "2001:db8::1", (ELSEWHERE, 3)),
        (bind, "listen-on-v6 port 5300 { 2001:db8::/32; };", "2001:db8::1", (OTHER_PORT, 3)),
        (bind, "port 5300;", "192.0.2.1", (OTHER_PORT, 3)),
        (bind, "port 5300;\nlisten-on port 53 { any; };", "192.0.2.1", NONE),
        (knot, "    listen: 192.0.2.1@5353\n", "192.0.2.1", (OTHER_PORT, 3)),
        (knot, "    listen: [0.0.0.0@53, ::@5353]\n", "192.0.2.1", NONE),
        (knot, "    listen: [0.0.0.0@53, ::@5353]\n", "2001:db8::1", (OTHER_PORT, 3)),
        (knot, "    listen: 127.0.0.1\n", "192.0.2.1", (ELSEWHERE, 3)),
        (knot, "", "192.0.2.1", NONE),
        (powerdns, "", "192.0.2.1", NONE),
        (powerdns, "local-port=5300\n", "2001:db8::1", (OTHER_PORT, 2)),
        (powerdns, "local-address=192.0.2.1:5300, [::1]:53\n", "192.0.2.1", (OTHER_PORT, 2)),
        (powerdns, "local-address=127.0.0.1, ::1\n", "192.0.2.1", (ELSEWHERE, 2)),
        (powerdns, "local-address=[2001:db8::1]:53\n", "2001:db8::1", NONE),
    ],
)
def test_the_line_is_named_that_keeps_the_server_from_listening_there(
    tmp_path: Path, written: Callable[[Path, str], Path], text: str, address: str, fault: tuple[str, int]
) -> None:
    asked_for = intended("example.com", "home.example.com")
    asked_for = asked_for._replace(silent_at=SilentPlace(parse_address(address), 53))
    found = [each for each in asked(written(tmp_path, text), asked_for) if each.code.startswith("listens-")]
    assert [(each.code, each.line) for each in found] == ([fault] if fault[0] else [])


def test_the_port_to_give_is_named(tmp_path: Path) -> None:
    asked_for = intended("example.com", "home.example.com")
    asked_for = asked_for._replace(silent_at=SilentPlace(parse_address("2001:db8::1"), 53))
    found = asked(powerdns(tmp_path, "local-port=5300\n"), asked_for)
    what, to_do = texts(next(each for each in found if each.code == OTHER_PORT))
    assert what.startswith("the server listens at port 5300 of 2001:db8::1, and port 53 was asked")
    assert rendered(to_do, COMMAND_LINE).startswith("give that port: dns-server=[2001:db8::1]:5300; ")
    assert OTHER_PORT not in faults(asked(powerdns(tmp_path, "local-port=5300\n"), asked_for._replace(silent_at=None)))


@pytest.mark.parametrize(("kind", "file"), [(Bind, "named.conf"), (Knot, "knot.conf"), (PowerDns, "pdns.conf")])
def test_a_check_at_another_port_than_the_servers_names_that_one(
    kind: type[NameServer], file: str, tmp_path: Path
) -> None:
    with kind(tmp_path / "server", keys=[KEY]) as server:
        config = f"server-config={server.directory / file}"
        silent = in_process("check", *line(f"127.0.0.1:{closed_port()}", tmp_path, KEY, config))
        answers = in_process("check", *line(server, tmp_path, KEY, config))
    assert silent.status == 4
    assert f"the server listens at port {server.port} of 127.0.0.1, and port 1 was asked" in silent.stdout
    assert f"give that port: dns-server=127.0.0.1:{server.port}; " in silent.stdout
    assert "ok      configuration" not in silent.stdout
    assert "was asked" not in answers.stdout
