"""`verify=all`: a change is shown by all name servers of the zone, or it is said by which it is not."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import Bind, LabKey, Zone, dig
from lab.port import IPV4, IPV6, loopback_addresses
from tests.support.command import COMMAND, Result, access, in_process

SECOND = IPV6  # at the same port as the first, which is where they are asked
KEY = LabKey.generate()
RECORDS = f"@ NS ns2\nns2 AAAA {SECOND}"


@dataclass(frozen=True)
class OfSerial(Zone):
    """A zone with another serial than 1."""

    serial: int = 1

    @property
    def text(self) -> str:
        return super().text.replace(" 1 3600", f" {self.serial} 3600")


@dataclass(frozen=True)
class Pair:
    """A primary, and a secondary at another address and the same port."""

    primary: Bind
    secondary: Bind

    def words(self, *own: str) -> list[str]:
        return [*own, *access(self.primary, KEY), "verify=all", f"port={self.primary.port}"]

    def run(self, *own: str) -> Result:
        return in_process(*self.words(*own))


pytestmark = pytest.mark.skipif(IPV6 not in loopback_addresses(), reason="this machine has no IPv6")


@pytest.fixture(scope="module", name="pair")
def _pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp("pair")
    with Bind(
        directory / "first", keys=[KEY], zones=[Zone("example.com", records=RECORDS)], listen_v6=False
    ) as primary:
        port = primary.port
        primary.stop()
        notify = f"notify explicit; notify-delay 0; also-notify {{ {SECOND} port {port}; }};"
        primary.zones = [Zone("example.com", records=RECORDS, extra=notify)]
        primary.start()
        copy = Zone(
            "example.com", type="secondary", extra=f"primaries port {port} {{ {IPV4}; }}; allow-notify {{ any; }};"
        )
        with Bind(directory / "second", zones=[copy], host=SECOND, port=port) as secondary:
            yield Pair(primary, secondary)


@pytest.mark.parametrize("command", ["set", "add", "delete"])
def test_all_name_servers_are_waited_for(pair: Pair, command: str) -> None:
    before = pair.run("set", "name=home", "address=192.0.2.1", "ttl=60")
    assert before.status == 0, before.stderr
    own = [] if command == "delete" else ["address=192.0.2.2"]
    done = pair.run(command, "name=home", *own)
    assert done.status == 0, done.stderr
    last = done.lines[-1]
    assert last.startswith("all 2 name servers of example.com show it: shown by ns.example.com after ")
    assert ", ns2.example.com after " in last
    both = [sorted(dig(server, "home.example.com", "A")) for server in (pair.secondary, pair.primary)]
    assert both[0] == both[1]


@pytest.mark.parametrize("quiet", ["yes", "no"])
def test_a_whole_name_that_goes_is_gone_everywhere(pair: Pair, quiet: str) -> None:
    name = f"name=whole-{quiet}"
    assert pair.run("set", name, "type=TXT", "value=x", "ttl=60").status == 0
    for _ in range(2):
        done = pair.run("delete", name, f"quiet={quiet}", "wait=20")
        assert done.status == 0, done.stderr
    assert dig(pair.secondary, f"whole-{quiet}.example.com", "TXT") == []


def test_the_result_has_the_times(pair: Pair) -> None:
    done = pair.run("set", "name=json", "address=192.0.2.1", "ttl=60", "--json")
    assert (done.status, done.stderr) == (0, "")
    servers = done.json["name_servers"]
    assert [server["host"] for server in servers] == ["ns.example.com", "ns2.example.com"]
    assert all(server["seconds"] >= 0 for server in servers)


def test_one_that_does_not_show_it_is_named(pair: Pair) -> None:
    pair.secondary.stop()
    try:
        done = pair.run("set", "name=late", "address=192.0.2.3", "ttl=60", "wait=0")
        as_json = pair.run("set", "name=late", "address=192.0.2.4", "ttl=60", "wait=0", "--json")
    finally:
        pair.secondary.start()
    assert (done.status, as_json.status) == (4, 4)
    assert (
        "1 of 2 name servers of example.com does not show the change at late.example.com: ns2.example.com"
        in done.stderr
    )
    assert "shown by ns.example.com after " in done.stderr
    assert as_json.json["error"]["kind"] == "NotEverywhere"
    assert dig(pair.primary, "late.example.com", "A") == ["late.example.com. 60 IN A 192.0.2.4"]


@pytest.mark.parametrize(
    ("zone", "says", "to_do"),
    [
        (OfSerial("example.com", serial=2000), "has serial 2000, and here it is ", "raise the serial at 127.0.0.1:"),
        (OfSerial("example.com", serial=0), "has serial 0, and here it is ", " must notify it"),
        (
            OfSerial("example.net"),
            "does not serve the zone",
            "make it a secondary of the zone, or remove its NS record",
        ),
        (None, "does not answer", "start it, or remove its NS record"),
    ],
)
def test_what_is_wrong_with_one_that_does_not_show_it(
    pair: Pair, tmp_path: Path, zone: Zone | None, says: str, to_do: str
) -> None:
    pair.secondary.stop()
    try:
        with contextlib.ExitStack() as stack:
            if zone is not None:
                stack.enter_context(Bind(tmp_path, zones=[zone], host=SECOND, port=pair.primary.port))
            done = pair.run("set", "name=wrong", "address=192.0.2.10", "ttl=60", "wait=0")
    finally:
        pair.secondary.start()
    assert done.status == 4
    assert f"ns2.example.com ({SECOND}) {says}" in done.stderr
    assert to_do in done.hint


def test_ctrl_c_says_that_the_change_is_made(pair: Pair) -> None:
    pair.secondary.stop()
    try:
        words = pair.words("set", "name=stopped", "address=192.0.2.5", "ttl=60")
        with subprocess.Popen([COMMAND, *words], stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            while "waiting for ns2.example.com to show it" not in (line := process.stderr.readline()):
                assert line
            process.send_signal(signal.SIGINT)
            stderr = process.stderr.read()
    finally:
        pair.secondary.start()
    assert process.returncode == 130
    assert "the change was made; whether all name servers show it is not known" in stderr


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (
            ["set", "name=home", "address=192.0.2.1", "verify=everywhere"],
            "'everywhere' is not a valid value: yes, no or all",
        ),
        (["set", "name=home", "address=192.0.2.1", "wait=5"], "wait= is given without verify=all"),
        (["apply", "names.csv", "verify=all"], "verify=all works with one name only"),
    ],
    ids=str,
)
def test_wrong_values(own: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("names.csv").write_text("name,address\n")
    done = in_process(*own, "zone=example.com", "dns-server=127.0.0.1:9")
    assert (done.status, len(done.lines)) == (2, 1)
    assert says in done.stderr
