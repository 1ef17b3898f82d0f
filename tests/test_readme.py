"""The documents are right: configurations start, commands run and print what is shown, tables match the code."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from dns_update import errors
from dns_update.cli import BROKEN_PIPE, INTERRUPTED
from dns_update.cli.plan import WOULD_CHANGE
from dns_update.cli.target import target_of
from dns_update.commandline import COMMANDS
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import PROPERTIES, RECURRING, variable_of
from dns_update.errors import SOME_FAILED
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from tests.support.command import COMMAND
from tests.support.documents import Document, run_script
from tests.support.peer import closed_port

ROOT = Path(__file__).resolve().parent.parent
README = Document.read(ROOT / "README.md")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
ROUTEROS = {"address", "dns-server", "key", "key-name", "name", "ttl", "zone"}

_SERVER = "192.0.2.1"  # in every section of "Set up the server"
_OWNER = "home.example.com"
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_LIBRARIES = ("/etc/bind/", "/var/lib/bind/", "/etc/knot/", "/var/lib/knot", "/var/lib/powerdns/")

# Shell functions in place of commands that would change this machine, or that need the paths of the lab's files.
_STAND_INS = """\
editor() { :; }
rndc() { :; }
knotc() { :; }
systemctl() { :; }
pdnsutil() { command pdnsutil --config-dir=. "$@"; }
"""


# The configurations, and the commands beside them.


def _moved(text: str, server: NameServer) -> str:
    """Return a text of the document with the lab's directory instead of the system's."""
    for directory in _LIBRARIES:
        slash = "/" if directory.endswith("/") else ""
        text = text.replace(directory, f"{server.directory}{slash}")
    return text.replace("-g knot ", "")  # here, knotd runs as the user of the tests


def _run(script: str, directory: Path) -> str:
    """Run a shell script of the README; return what it printed."""
    return run_script(f"{_STAND_INS}{script}", directory)


def _before_and_after_starting(script: str) -> tuple[str, str]:
    """Split a script into the part before the server starts and the part after it."""
    found = re.search(r"^(rndc|knotc|systemctl) ", script, re.MULTILINE)
    assert found, script
    return script[: found.start()], script[found.start() :]


class BindAsShown(Bind):
    """BIND with the statements that the README shows, included by a named.conf of the lab, as Debian's does."""

    script = README.shown("sh", "First use").partition("# both families")[0]

    def _prepare(self) -> None:
        super()._prepare()
        (self.directory / "example.com.zone").write_text(self.zones[0].text, encoding="utf-8")
        _run(_moved(_before_and_after_starting(self.script)[0], self), self.directory)
        self.extra = _moved(README.shown("named.conf", "BIND"), self)

    def _zone_block(self, _zone: Zone) -> str:
        return ""


class KnotAsShown(Knot):
    """Knot with what the README shows after Debian's sections for the server, its log and its database."""

    script = README.shown("sh", "Knot DNS")

    def _prepare(self) -> None:
        super()._prepare()
        (self.directory / "example.com.zone").write_text(self.zones[0].text, encoding="utf-8")
        _run(_moved(_before_and_after_starting(self.script)[0], self), self.directory)
        self.extra = _moved(README.shown("knot.conf", "Knot DNS"), self)

    def _zone_block(self, _zone: Zone) -> str:
        return ""


class PowerDnsAsShown(PowerDns):
    """PowerDNS with what the README shows, and where to listen."""

    script = README.shown("sh", "PowerDNS")

    @property
    def _database(self) -> Path:
        return self.directory / "pdns.sqlite3"

    def _import_keys(self) -> None:
        _run(_moved(_before_and_after_starting(self.script)[0], self), self.directory)

    def _configuration(self) -> str:
        shown = _moved(README.shown("pdns.conf", "PowerDNS"), self)
        where = f"local-address={self.host}\nlocal-port={self.port}\nsocket-dir=.\n"
        return f"{shown}{where}daemon=no\nguardian=no\nsecurity-poll-suffix=\n"


AS_SHOWN: list[type[BindAsShown | KnotAsShown | PowerDnsAsShown]] = [BindAsShown, KnotAsShown, PowerDnsAsShown]


@pytest.mark.parametrize("kind", AS_SHOWN)
def test_each_server_set_up_as_shown_takes_the_update_that_is_shown(
    kind: type[BindAsShown | KnotAsShown | PowerDnsAsShown], tmp_path: Path
) -> None:
    with kind(tmp_path / "server", listen_v6=False) as server:
        assert dig(server, _OWNER, "A") == []
        after = _moved(_before_and_after_starting(server.script)[1], server)
        assert "dns-update: update successful" in _run(after.replace(_SERVER, _address(server)), server.directory)
        assert [line.split()[-1] for line in dig(server, _OWNER, "A")] == ["203.0.113.45"]


@pytest.mark.parametrize("kind", AS_SHOWN)
def test_each_server_set_up_as_shown_takes_no_unsigned_update(
    kind: type[BindAsShown | KnotAsShown | PowerDnsAsShown], tmp_path: Path
) -> None:
    with kind(tmp_path / "server", listen_v6=False) as server:
        words = [
            str(COMMAND),
            f"dns-server={_address(server)}",
            "zone=example.com",
            "name=home",
            "address=203.0.113.45",
        ]
        assert subprocess.run(words, check=False, stderr=subprocess.DEVNULL).returncode in (7, 8)
        assert dig(server, _OWNER, "A") == []


@pytest.mark.parametrize("kind", [BindAsShown, KnotAsShown])
def test_the_key_as_shown_may_change_one_name_only(kind: type[BindAsShown | KnotAsShown], tmp_path: Path) -> None:
    with kind(tmp_path / "server", listen_v6=False) as server:
        after = _moved(_before_and_after_starting(server.script)[1], server)
        other = after.replace(_SERVER, _address(server)).replace("name=home ", "name=www ")
        assert "update failed" in _run(f"! {{ {other}\n}}", server.directory)
        assert dig(server, "www.example.com", "A") == []


def _address(server: NameServer) -> str:
    return f"{server.host}:{server.port}"


# What the commands print.


@pytest.fixture
def shown_servers(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield the address and port of the server that the README means by each address; make the key files, too."""
    with ExitStack() as stack:
        bind = stack.enter_context(BindAsShown(tmp_path / "bind", listen_v6=False))
        written = (bind.directory / "home.key").read_text(encoding="utf-8")
        found = re.search(r'secret "(.+)"', written)
        assert found
        key = LabKey("home-key", "hmac-sha256", found[1])
        key.write(tmp_path / "home.key")
        LabKey.generate("home-key").write(tmp_path / "stale.key")
        LabKey.generate("other-key").write(tmp_path / "other.key")
        powerdns = stack.enter_context(PowerDnsAsShown(tmp_path / "powerdns", listen_v6=False))
        late = stack.enter_context(Bind(tmp_path / "late", keys=[key], clock_offset="+10m"))
        acme_key = LabKey.generate("acme-key")
        acme_key.write(tmp_path / "acme.key")
        acme = stack.enter_context(Bind(tmp_path / "acme", keys=[acme_key], listen_v6=False))
        alias = Zone("example.com", records="home CNAME pages.example.net.")
        aliased = stack.enter_context(Bind(tmp_path / "aliased", keys=[key], zones=[alias]))
        with Bind(tmp_path / "primary", keys=[key]) as primary:
            extra = f"primaries {{ {primary.host} port {primary.port}; }}; allow-update-forwarding {{ any; }};"
            forwarding = Zone("example.com", type="secondary", extra=extra)
            secondary = stack.enter_context(Bind(tmp_path / "secondary", keys=[key], zones=[forwarding]))
        yield {
            "192.0.2.1": _address(bind),
            "192.0.2.3": _address(powerdns),
            "192.0.2.4": _address(late),
            "192.0.2.5": _address(secondary),
            "192.0.2.6": _address(aliased),
            "192.0.2.7": _address(acme),
            "127.0.0.1": f"127.0.0.1:{closed_port()}",
        }


def test_what_the_readme_shows_is_what_is_printed(shown_servers: dict[str, str], tmp_path: Path) -> None:
    for fence in README.fences:
        if fence.kind.startswith("nsupdate "):
            written = fence.text.replace(f"server {_SERVER}", f"server {shown_servers[_SERVER].replace(':', ' ')}")
            (tmp_path / fence.kind.partition(" ")[2]).write_text(written, encoding="utf-8")
    shown = [fence.text for fence in README.fences if fence.kind == "console"]
    printed = [_session(text, shown_servers, tmp_path) for text in shown]
    assert [_timeless(text) for text in printed] == [_timeless(text) for text in shown]


def _session(text: str, servers: Mapping[str, str], directory: Path) -> str:
    """Run the commands of a console and return the console as it came out, with the addresses of the README."""
    lines = []
    for line in text.splitlines():
        if line.startswith("$ "):
            script = re.sub(r"(?<=dns-server=)[\d.]+", lambda address: servers[address[0]], line[2:])
            output = _run(f"{script} || :", directory)
            for address, real in servers.items():
                output = output.replace(real, address)
            output = output.replace(f"port {closed_port()} of ", "port 53 of ")
            lines.append(f"{line}\n{output}")
    return "".join(lines)


def test_what_is_shown_with_a_configuration_is_what_is_printed(
    shown_servers: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / ".config" / "dns-update"
    directory.mkdir(parents=True)
    (tmp_path / "home.key").rename(directory / "home.key")
    text = README.shown("toml", "Keep names right: the agent")
    (directory / "config.toml").write_text(text.replace(_SERVER, shown_servers[_SERVER]), encoding="utf-8")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    shown = README.shown("console defaults", "Defaults: a configuration and the environment")
    assert _session(shown, shown_servers, tmp_path).replace(str(tmp_path), "~") == shown


def test_what_is_shown_with_variables_updates_the_name(shown_servers: dict[str, str], tmp_path: Path) -> None:
    shown = README.shown("sh", "Defaults: a configuration and the environment")
    printed = _run(f"export DNS_UPDATE_DNS_SERVER={shown_servers[_SERVER]}\n{shown}", tmp_path)
    assert printed.splitlines()[-1].startswith("dns-update: update successful")


def test_the_table_of_variables_has_every_recurring_property_once() -> None:
    rows = README.table("Defaults: a configuration and the environment")
    assert [re.findall(r"`(.+?)`", " ".join(row)) for row in rows] == [[variable_of(name), name] for name in RECURRING]


def _timeless(text: str) -> str:
    """Return a text without the parts that depend on time."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME", text)
    text = re.sub(r"differ by \d+ s", "differ by SOME s", text)
    return re.sub(r'"seconds": [\d.e-]+|\b\d+\.\d s\)', "SECONDS", text)


# The texts and tables beside the code.


def _command_lines() -> list[str]:
    lines = []
    for fence in README.fences:
        text = fence.text.replace("\\\n", " ")
        if fence.kind in ("sh", "console"):
            lines += [line.removeprefix("$ ") for line in text.splitlines()]
    return [line for line in lines if line.startswith("dns-update ")]


COMMAND_LINES = _command_lines()
_MISTAKE = "adress="  # made on purpose, to show the error


@pytest.mark.parametrize("line", [line for line in COMMAND_LINES if _MISTAKE not in line])
def test_every_command_line_is_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    while words[0] in ("/tool", "dns-update"):
        del words[0]
    command = words.pop(0) if words[0] in COMMANDS else "set"
    if command == "plan":
        command = words.pop(0) if words[0] in COMMANDS else "set"
    assert target_of(CommandLine(words).options(command), command, is_routers=True).name


def test_there_are_command_lines_of_every_command() -> None:
    assert {line.split()[1] for line in COMMAND_LINES} >= {"add", "delete", "plan", "show", "/tool"}


def test_the_tables_have_every_property_once_and_no_other() -> None:
    theirs = [row[0] for row in README.table("The properties of RouterOS")]
    ours = [row[0] for row in README.table("Our own properties")]
    assert sorted(theirs) == sorted(f"`{name}`" for name in ROUTEROS)
    assert sorted(theirs + ours) == sorted(
        f"`{prop.name}`" for prop in PROPERTIES if {"set", "show"} & {*prop.commands}
    )


def _kinds(kind: type[errors.DnsUpdateError] = errors.DnsUpdateError) -> Iterator[type[errors.DnsUpdateError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)


def _first_words(kind: type[errors.DnsUpdateError]) -> str:
    by_server: dict[object, str] = {
        errors.NoResponse: "No answer from",
        errors.ServerNotTrusted: "TLS error at",
    }  # its name follows
    return by_server.get(kind, f"{kind.first_words}:" if kind.first_words else "")


SPOKEN = [kind for kind in _kinds() if _first_words(kind)]


def test_troubleshooting_has_a_heading_for_all_first_words_and_no_other() -> None:
    headings = re.findall(r"^### `(.+)`$", README.section("Troubleshooting"), re.MULTILINE)
    assert sorted(headings) == sorted({_first_words(kind) for kind in SPOKEN})


def test_the_table_of_exit_statuses_is_that_of_the_errors() -> None:
    rows = {int(row[0]): row[-1] for row in README.table("Exit statuses")}
    assert set(rows) == {kind.exit_status for kind in _kinds()} | {
        0,
        SOME_FAILED,
        WOULD_CHANGE,
        INTERRUPTED,
        BROKEN_PIPE,
    }
    told = {(status, words) for status, cell in rows.items() for words in re.findall(r"`(.+?)`", cell)}
    assert told == {(kind.exit_status, _first_words(kind)) for kind in SPOKEN}


def _anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, in GitHub's form."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for link in _LINK.findall(document.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert path.startswith("https://") or target.exists(), link
        assert not anchor or path.startswith("https://") or anchor in _anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_that_are_named_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z]+)", document.read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target


def test_the_design_names_every_file_on_its_floor() -> None:
    package = ROOT / "src" / "dns_update"
    files = {
        path.relative_to(package).as_posix() for path in package.rglob("*.py") if path.read_bytes().count(b"\n") > 1
    }
    rows = re.findall(r"^\| \d \| (.+?) \|", (ROOT / "docs" / "design.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(.+?)`", row)} == files - {"__init__.py"}


def test_every_dependency_has_its_reason() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    needed = settings["build-system"]["requires"] + project["dependencies"]
    needed += [text for texts in project["optional-dependencies"].values() for text in texts]
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [text for text in needed if re.split(r"[<>=]", text)[0] not in reasons] == []
