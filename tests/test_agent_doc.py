"""The page about the agent is right: its steps run against a real BIND, its tables match the code."""

import calendar
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dns_update.agent.config import schema
from dns_update.agent.config.load import config_from_text
from dns_update.agent.config.settings import AgentSettings, Config
from dns_update.agent.output.history import History, HistoryRow
from dns_update.agent.output.hooks import facts
from dns_update.cli.history import run as run_history
from dns_update.commandline.line import CommandLine
from lab import Bind, LabKey, Namespace, Zone, dig
from lab.key import write_private
from lab.namespace import unavailable_because
from tests.support.command import COMMAND
from tests.support.documents import Document, code_in, run_script

ROOT = Path(__file__).resolve().parent.parent
PAGE = Document.read(ROOT / "docs" / "agent.md")
README = Document.read(ROOT / "README.md")
CONTRIB = ROOT / "contrib"

_DEADLINE = 60  # seconds; what has not come by then will never come
_SERVER = "192.0.2.1"  # in every example
_SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I="
_PUBLIC = {"203.0.113.45": "11.20.113.45", "203.0.113.99": "11.20.114.99"}
"""Addresses for documentation are not published from an interface; these are as long, for tables."""


def _config(text: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Read a configuration of the page, whose secrets are in a directory of the test's."""
    LabKey("home-key", "hmac-sha256", _SECRET).write(directory / "home.key")
    write_private(directory / "office.secret", _SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(directory))
    return config_from_text(text.replace("/etc/dns-update", str(directory)), "config.toml", is_private=False)


def _shown(kind: str) -> str:
    return "".join(fence.text for fence in PAGE.fences if fence.kind == kind)


# Examples and tables.


@pytest.mark.parametrize(("kind", "records"), [("toml config.toml", 1), ("toml example", 6)])
def test_each_configuration_is_right(kind: str, records: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(_config(_shown(kind), tmp_path, monkeypatch).records) == records


def test_a_record_with_an_owner_is_right_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = _config(_shown("toml config.toml") + _shown("toml owner"), tmp_path, monkeypatch).records
    assert [record.common.owner for record in records] == ["", "router-1"]


def test_the_readme_has_the_pages_configuration() -> None:
    assert README.shown("toml", "Keep names right: the agent") == _shown("toml config.toml")


def test_no_configuration_of_the_page_is_left_out_here() -> None:
    kinds = [fence.kind for fence in PAGE.fences if fence.kind.startswith("toml")]
    assert sorted(kinds) == ["toml config.toml", "toml example", "toml on-failure", "toml owner"]


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("`[agent]`", schema.AGENT),
        ("`[keys.NAME]`", schema.KEY),
        ("`[servers.NAME]`", schema.SERVER),
        ('`[zones."ZONE"]`', schema.ZONE),
        ("`[[records]]`", schema.RECORD),
    ],
)
def test_each_table_has_every_key_once_and_no_other(heading: str, known: Mapping[str, object]) -> None:
    assert sorted(row[0] for row in PAGE.table(heading)) == sorted(f"`{key}`" for key in known)


def test_there_is_a_section_for_every_table() -> None:
    headings = re.findall(r"^### `\[+(\w+).*\]`$", PAGE.section("The configuration"), re.MULTILINE)
    assert sorted(headings) == sorted(schema.DOCUMENT)


def test_the_defaults_shown_for_the_agent_are_its_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{code_in(row[0])[0]} = {code_in(row[1])[0]}" for row in PAGE.table("`[agent]`")]
    text = "\n".join(["[agent]", *lines, _shown("toml config.toml")])
    assert _config(text, tmp_path, monkeypatch).agent == AgentSettings()


def test_the_defaults_shown_for_records_are_their_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = _config(_shown("toml config.toml"), tmp_path, monkeypatch)
    shown = {code_in(row[0])[0]: code_in(row[1]) for row in PAGE.table("`[[records]]`")}
    explicit = f"allow-private = {shown['allow-private'][0]}\non-missing = {shown['on-missing'][0]}\n"
    assert _config(_shown("toml config.toml") + explicit, tmp_path, monkeypatch) == plain
    grace = (
        _config(_shown("toml config.toml") + 'on-missing = "delete"\n', tmp_path, monkeypatch).records[0].common.grace
    )
    assert grace is not None
    assert f'"{int(grace / 3600)}h"' == shown["grace"][0]


def test_on_change_programs_get_the_variables_that_are_listed() -> None:
    attempt = HistoryRow(
        when=0.0, name="", zone="", types=(), before="", after="", server="", key_name="", outcome="", message="",
        seconds=0.0,
    )  # fmt: skip
    listed = [code_in(row[0])[0] for row in PAGE.table("When a name has changed: `on-change`")]
    assert sorted(listed) == sorted(facts(attempt))


def test_the_program_of_on_failure_says_which_name_fails_and_why(machine: "Machine") -> None:
    failures = machine.directory / "failures"
    about = _shown("toml on-failure").replace("/run/dns-update/failures", str(failures))
    text = about + f'socket = ""\nhistory = "{machine.directory}/history.db"\n' + _shown("toml config.toml")
    machine.configuration.write_text(text.replace('"home.example.com"', '"www.example.com"'), encoding="utf-8")
    machine.console("$ dns-update agent --once", agent=f"config={machine.configuration}")
    assert failures.read_text(encoding="utf-8").startswith("www.example.com: Permission denied: 192.0.2.1 refuses ")


def test_what_is_installed_by_hand_is_shipped() -> None:
    named = set(re.findall(r"share/dns-update/([\w./-]+)", PAGE.text))
    files = {path.relative_to(CONTRIB) for path in CONTRIB.rglob("*") if path.is_file()}
    assert named == {path.as_posix() for path in files if path.parts[0] != "acme.sh"}  # docs/acme.md names that one


# The five steps.


class BindAsShown(Bind):
    """BIND at the page's address, with the page's key and zone."""

    def _prepare(self) -> None:
        super()._prepare()
        (self.directory / "example.com.zone").write_text(self.zones[0].text, encoding="utf-8")
        run_script(self.moved(_shown("sh key")), self.directory)
        self.extra = self.moved(_shown("named.conf"))

    def moved(self, text: str) -> str:
        """Return a text of the page with this directory in place of the system's."""
        return text.replace("/etc/bind/", f"{self.directory}/").replace("/var/lib/bind/", f"{self.directory}/")

    def _zone_block(self, _zone: Zone) -> str:
        return ""


class Machine:
    """A new user's machine; its `/etc/dns-update` is `directory`."""

    def __init__(self, namespace: Namespace, server: BindAsShown, directory: Path) -> None:
        self.namespace = namespace
        self.server = server
        self.directory = directory
        self.configuration = directory / "config.toml"
        self.configuration.write_text(_shown("toml config.toml"), encoding="utf-8")
        key = (server.directory / "home.key").read_text(encoding="utf-8")
        write_private(directory / "home.key", key)

    def console(self, text: str, **properties: str) -> str:
        """Run the commands of a console, and return the console with their output.

        A property with the name of a command is appended to that command: `agent="config=FILE"`.
        """
        lines = []
        for line in text.splitlines():
            if line.startswith("$ "):
                command = shlex.split(line)[2]
                words = f"{line[2:]} {properties[command]}"
                script = f"{words.replace('/etc/dns-update', str(self.directory))} || :"
                inner = shlex.join([*self.namespace.prefix, "bash", "-euc", script])
                lines += [line, *self.as_shown(run_script(inner, self.directory)).splitlines()]
        return "\n".join(lines) + "\n"

    def start(self) -> "subprocess.Popen[str]":
        """Start the agent; its log is a pipe."""
        return subprocess.Popen(
            [*self.namespace.prefix, COMMAND, "agent", f"config={self.configuration}"],
            env=os.environ | {"CREDENTIALS_DIRECTORY": str(self.directory)},
            stderr=subprocess.PIPE,
            text=True,
        )

    def addresses(self) -> list[str]:
        return [line.split()[-1] for line in dig(self.server, "home.example.com", "A")]

    def as_shown(self, printed: str) -> str:
        """Return what was printed with the page's addresses and paths."""
        for shown, real in _PUBLIC.items():
            printed = printed.replace(real, shown)
        return printed.replace(str(self.directory), "/etc/dns-update")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with Namespace() as namespace:
        namespace.ip("address", "add", f"{_SERVER}/32", "dev", "lo")
        namespace.ip("link", "add", "ppp0", "type", "veth", "peer", "name", "peer")
        namespace.ip("link", "set", "ppp0", "up")
        namespace.ip("address", "add", f"{_PUBLIC['203.0.113.45']}/24", "dev", "ppp0")
        options = f"listen-on port 53 {{ {_SERVER}; }};"
        with BindAsShown(tmp_path / "bind", options=options, namespace=namespace, port=53) as server:
            directory = tmp_path / "etc"
            directory.mkdir()
            yield Machine(namespace, server, directory)


def test_the_steps_lead_to_a_name_that_is_right(machine: Machine) -> None:
    where = f"config={machine.configuration}"
    steps = {heading: PAGE.shown("console", heading) for heading in ("3. Is it right?", "4. Once, by hand")}
    assert machine.addresses() == []
    assert machine.console(steps["3. Is it right?"], agent=where) == steps["3. Is it right?"]
    assert machine.addresses() == []
    once = steps["4. Once, by hand"]
    assert machine.console(once, agent=where) == once
    assert machine.addresses() == [_PUBLIC["203.0.113.45"]]


def test_status_and_history_are_shown_as_they_are_printed(machine: Machine) -> None:
    shown = PAGE.shown("console status", "Status and history")
    socket, history = machine.directory / "agent.sock", machine.directory / "history.db"
    www = '[[records]]\nname = "www.example.com"\naddress = "interface:ppp0/ipv4"\n'
    about = f'[agent]\nsocket = "{socket}"\nhistory = "{history}"\n'
    machine.configuration.write_text(about + _shown("toml config.toml") + www, encoding="utf-8")
    agent = machine.start()
    try:
        _await_lines(agent, "update successful", "update failed: www")
        machine.namespace.ip("address", "add", f"{_PUBLIC['203.0.113.99']}/24", "dev", "ppp0")
        machine.namespace.ip("address", "del", f"{_PUBLIC['203.0.113.45']}/24", "dev", "ppp0")
        _await_lines(agent, f" -> {_PUBLIC['203.0.113.99']} at ")
        statuses, mark, attempts = shown.partition("$ dns-update history")
        printed = machine.console(statuses, status=f"socket={socket}", refresh=f"socket={socket}")
        watched = _watched(machine, socket)
    finally:
        agent.terminate()
        agent.communicate()
    printed += machine.console(mark + attempts, history=f"file={history}")  # all is written now
    assert _timeless(printed) == _timeless(shown)
    assert _timeless(watched) == _timeless(_shown("console watch"))


def _watched(machine: Machine, socket: Path) -> str:
    """Return the console with the beginning of what `status --watch` prints, as many lines as the page shows."""
    first, *others = _shown("console watch").splitlines()
    words = [*machine.namespace.prefix, str(COMMAND), *first.split()[2:], f"socket={socket}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        lines = [machine.as_shown(watch.stdout.readline()) for _line in others]
        watch.terminate()
    return f"{first}\n{''.join(lines)}"


def test_the_log_is_shown_as_it_is_written(machine: Machine) -> None:
    about = f'[agent]\nsocket = "{machine.directory}/agent.sock"\nhistory = ""\n'
    machine.configuration.write_text(about + _shown("toml config.toml"), encoding="utf-8")
    agent = machine.start()
    try:
        written = _await_lines(agent, "update successful")
    finally:
        agent.terminate()
        agent.communicate()
    assert _timeless(machine.as_shown(written)) == _timeless(_shown("text log"))


def test_the_picture_of_a_history_is_shown_as_it_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the attempts of the example above it, and one that failed."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "80")
    time.tzset()
    begin = calendar.timegm((2026, 5, 4, 10, 15, 32))
    monkeypatch.setattr("time.time", lambda: begin + 300.0)
    history = History(str(tmp_path / "history.db"), 1e10, pytest.fail)
    first, second = "A 203.0.113.45", "A 203.0.113.99"
    for when, before, after, outcome in (
        (0, "", first, "ok"),
        (80, first, second, "NoResponse"),
        (89, first, second, "ok"),
    ):
        row = HistoryRow(
            when=begin + float(when), name="home.example.com", zone="example.com", types=("A", "AAAA"), before=before,
            after=after, server=_SERVER, key_name="home-key", outcome=outcome, message="", seconds=0.004,
        )  # fmt: skip
        history.add(row)
    history.close()
    command, _, shown = PAGE.shown("console plot", "Status and history").partition("\n")
    try:
        assert run_history(CommandLine([*command.split()[3:], f"file={tmp_path}/history.db"])) == 0
    finally:
        monkeypatch.undo()
        time.tzset()
    assert capsys.readouterr().out == shown


def _await_lines(agent: "subprocess.Popen[str]", *awaited: str) -> str:
    """Read the agent's log until it has said all of these, and return it."""
    assert agent.stderr is not None
    missing, written = set(awaited), ""
    for line in agent.stderr:
        written += line
        missing = {text for text in missing if text not in line}
        if not missing:
            return written
    raise AssertionError(missing)


def _timeless(text: str) -> str:
    """Return a text without the parts that depend on time and process."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "MOMENT", text)
    text = re.sub(r"\d\.\d{3} s", "TOOK", text)
    text = re.sub(r"agent \d+,", "agent PID,", text)
    return re.sub(
        r"(next try +in|for|up|asked|failing|right|interface:ppp0(?:/ipv4)?) +\d+ (s|min|h)\b", r"\1 SPAN", text
    )


def test_the_service_is_installed_as_shown(tmp_path: Path) -> None:
    """Step 5, with a fake systemctl, and with a copy of what step 2 installs."""
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "dns-update").symlink_to(CONTRIB)
    (tmp_path / "system").mkdir()
    script = _shown("sh service").replace("/opt/dns-update/", f"{tmp_path}/").replace("/etc/systemd/", f"{tmp_path}/")
    printed = run_script(f'systemctl() {{ echo "$*"; }}\n{script}', tmp_path)
    assert printed.splitlines() == ["daemon-reload", "enable --now dns-update-agent"]
    unit = "dns-update-agent.service"
    assert (tmp_path / "system" / unit).read_bytes() == (CONTRIB / "systemd" / unit).read_bytes()


def test_systemd_takes_the_drop_in_that_is_shown(tmp_path: Path) -> None:
    unit = tmp_path / "dns-update-agent.service"
    unit.write_bytes((CONTRIB / "systemd" / unit.name).read_bytes())
    drop_in = tmp_path / f"{unit.name}.d" / "override.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(_shown("ini drop-in").replace("/opt/elsewhere/bin/dns-update", str(COMMAND)), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=_DEADLINE
    )
    assert (done.returncode, done.stderr) == (0, "")
