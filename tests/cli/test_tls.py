"""`transport=tls` in every command that asks servers, in the agent and in nsupdate; against a real BIND."""

import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dns_update.commandline.line import CommandLine
from lab import dig
from tests.support.command import Result, in_process
from tests.support.documents import Document
from tests.support.tls import EXPIRED, HOST, RIGHT, WANTS_OURS, WITHOUT_NAMES, TlsBind, tls_bind

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = Document.read(ROOT / "docs" / "tls.md")
OTHER_PIN = "A" * 43 + "="


@pytest.fixture(scope="module", name="bind")
def _bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsBind]:
    with tls_bind(tmp_path_factory.mktemp("tls")) as bind:
        yield bind


def words(bind: TlsBind, port: str = RIGHT) -> list[str]:
    """Return what all commands need."""
    ca = bind.authority.certificate
    return [f"dns-server={bind.at(port)}", "transport=tls", f"tls-ca={ca}", f"key-file={bind.key_file}"]


def run(bind: TlsBind, *own: str, port: str = RIGHT) -> Result:
    return in_process(*own, *words(bind, port))


def shown(bind: TlsBind, name: str) -> list[str]:
    return [line.rpartition(" ")[2] for line in dig(bind.server, f"{name}.example.com", "A")]


def test_every_command_asks_by_tls_and_by_nothing_else(bind: TlsBind, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,address,ttl\nmany,192.0.2.5,60\n")
    zone, name = "zone=example.com", "name=every"
    commands: Sequence[Sequence[str]] = (
        ("set", name, zone, "address=192.0.2.1", "ttl=60"),
        ("add", name, zone, "address=192.0.2.2"),
        ("plan", name, zone, "address=192.0.2.3"),
        ("show", name, zone),
        ("list", zone),
        ("apply", str(file), zone),
        ("acme", "present", "domain=example.com", "token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", zone, "wait=0"),
        ("delete", name, zone),
    )
    for own in commands:
        done = run(bind, *own, *([] if own[0] in {"list", "apply"} else ["debug=yes"]))
        assert done.status in {0, 20}, (own, done.stderr)
        assert {message.transport for message in done.sent} <= {"TLS"}, own
    assert (shown(bind, "every"), shown(bind, "many")) == ([], ["192.0.2.5"])


def test_check_is_all_green_and_says_by_what_it_asked(bind: TlsBind) -> None:
    done = run(bind, "check", "home.example.com", "192.0.2.1", "zone=example.com", "debug=yes")
    assert (done.status, "FAILED" in done.stdout) == (0, False), done.stdout
    assert " answers by TLS" in done.stdout
    assert {message.transport for message in done.sent if message.to == bind.at()} == {"TLS"}
    done = in_process("check", f"dns-server={bind.at()}", "transport=tls", f"tls-ca={bind.authority.certificate}")
    assert (done.status, " answers by TLS" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("own", [["check", "home.example.com"], ["check"], ["set", "home.example.com", "192.0.2.1"]])
def test_a_server_that_is_not_trusted_is_asked_nothing_more(bind: TlsBind, own: list[str]) -> None:
    done = in_process(*own, f"dns-server={bind.at()}", "transport=tls", f"key-file={bind.key_file}", "zone=example.com")
    assert done.status == 5, done.stdout
    said = done.stdout + done.stderr
    assert "the server's certificate is not trusted" in said
    assert "tls-pin=" in said
    assert said.count("TLS error at") == 1


_CASES = {
    "another authority": (RIGHT, ["tls-ca=OTHER"]),
    "another name": (RIGHT, ["tls-hostname=other.example.com"]),
    "only as its common name": (WITHOUT_NAMES, ["tls-hostname=nameless.example.com"]),
    "out of date": (EXPIRED, []),
    "another key": (RIGHT, [f"tls-pin={OTHER_PIN}"]),
    "plain TCP": ("", []),
    "wants a certificate": (WANTS_OURS, []),
    "does not accept the certificate": (WANTS_OURS, ["tls-cert=OURS", "tls-key=OURS"]),
}
_ROWS = PAGE.table("What can go wrong")


@pytest.mark.parametrize("row", _ROWS, ids=[row[0] for row in _ROWS])
def test_what_the_page_says_of_failures(bind: TlsBind, row: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.tls_stream.HANDSHAKE_SECONDS", 0.3)
    what, says, status = row
    port, own = next(case for part, case in _CASES.items() if part in what)
    other = bind.ours_of_nobody
    given = [f"dns-server={bind.at(port)}" if port else f"dns-server=127.0.0.1:{bind.server.port}", "transport=tls"]
    if "tls-ca=OTHER" in own:
        given += [f"tls-ca={other.certificate.parent / 'ca.pem'}"]
    else:
        given += [
            f"tls-ca={bind.authority.certificate}",
            *(word.replace("key=OURS", f"key={other.key}") for word in own),
        ]
        given = [word.replace("cert=OURS", f"cert={other.certificate}") for word in given]
    done = in_process("set", "bad.example.com", "192.0.2.1", "zone=example.com", "ttl=60", *given)
    assert done.status == int(status), done.stderr
    # BIND 9.20 sends an alert, and BIND 9.18 just closes the connection.
    wanted = [
        says.strip("`"),
        "the server wants a certificate of this client",
        "does not accept this client's certificate",
    ]
    assert any(text in done.stderr for text in wanted[: 3 if port == WANTS_OURS else 1]), done.stderr
    assert shown(bind, "bad") == []


def test_the_page_has_all_failures() -> None:
    assert len(_ROWS) == len(_CASES)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["tls-pin=abc"], "tls-pin=: 'abc' is not a pin"),
        ([f"tls-pin={OTHER_PIN}", "transport=udp"], "tls-pin= is given without transport=tls"),
        (["tls-verify=no", "transport=tcp"], "tls-verify= is given without transport=tls"),
        (["tls-hostname=ns.example.com:853"], "tls-hostname=: that is not a valid value: a host name"),
        (["tls-key=client.key"], "a private key is given without its certificate"),
        (["tls-verify=no", "tls-ca=ca.pem"], "it is said whom the server must be, and that it is not verified"),
        (["tls-ca=missing.pem"], "cannot read 'missing.pem': No such file or directory"),
        (["tls-cert=/etc/missing.pem"], "cannot read /etc/missing.pem: No such file or directory"),
    ],
    ids=str,
)
def test_wrong_values_are_told_in_one_line(given: list[str], says: str) -> None:
    transport = [] if any(word.startswith("transport=") for word in given) else ["transport=tls"]
    done = in_process(
        "set",
        "home.example.com",
        "192.0.2.1",
        "zone=example.com",
        "dns-server=127.0.0.1:9",
        "quiet=yes",
        *transport,
        *given,
    )
    assert (done.status, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert says in done.stderr


def test_a_server_that_is_not_verified_is_said_to_be_so(bind: TlsBind) -> None:
    given = [f"dns-server={bind.at()}", "transport=tls", "tls-verify=no", f"key-file={bind.key_file}"]
    done = in_process("set", "any.example.com", "192.0.2.1", "zone=example.com", "ttl=60", *given)
    assert (done.status, shown(bind, "any")) == (0, ["192.0.2.1"])
    assert "with tls-verify=no, whoever answers is taken for the server" in done.stderr


def test_the_agent_takes_the_same_from_its_configuration(bind: TlsBind, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"

    def written(extra: str) -> Path:
        config.write_text(
            f"""\
[agent]
history = ""
socket = ""

[keys.own]
file = "{bind.key_file}"

[servers.main]
address = "{bind.at()}"
key = "own"
transport = "tls"
{extra}

[[records]]
name = "agent.example.com"
zone = "example.com"
servers = ["main"]
address = "192.0.2.7"
ttl = 60
"""
        )
        return config

    ca = f'tls-ca = "{bind.authority.certificate}"'
    assert in_process("agent", "--once", f"config={written(ca)}").status == 0
    assert shown(bind, "agent") == ["192.0.2.7"]
    assert in_process("set", "agent.example.com", "192.0.2.8", f"config={config}").status == 0
    assert shown(bind, "agent") == ["192.0.2.8"]
    done = in_process("agent", "--once", f"config={written(f'tls-pin = [{OTHER_PIN!r}]')}")
    assert done.status == 5
    for extra, says in (
        ('tls-ca = "/nowhere.pem"', "/nowhere.pem"),
        ('tls-pin = "x"', "is not a pin"),
        ('tls-key = "client.key"', "a private key is given without its certificate"),
        ('transport-is = "x"', "transport-is"),
    ):
        done = in_process("agent", "--check", f"config={written(extra)}")
        assert (done.status, says in done.stderr) == (2, True), done.stderr
    text = written(ca).read_text().replace('transport = "tls"', 'transport = "tcp"')
    config.write_text(text)
    done = in_process("agent", "--check", f"config={config}")
    assert (done.status, "tls-ca is given without TLS" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["-S", "-A", "CA"], 0, ""),
        (["-S", "-A", "CA", "-H", HOST], 0, ""),
        (["-O"], 0, ""),
        (["-S", "-A", "CA", "-H", "other.example.com"], 2, "TLS peer certificate verification failed"),
        (["-S"], 2, "TLS peer certificate verification failed"),
        (["-S", "-A", "/nowhere.pem"], 1, "cannot read '/nowhere.pem'"),
        (["-S", "-A", "CA", "-E", "OURS", "-K", "OURS"], 0, ""),
    ],
    ids=str,
)
def test_nsupdate(bind: TlsBind, options: list[str], status: int, says: str, tmp_path: Path) -> None:
    files = {"CA": bind.authority.certificate}
    given = [str(files.get(word, word)) for word in options]
    for place, word in enumerate(given):
        if word == "OURS":
            given[place] = str(bind.ours.certificate if given[place - 1] == "-E" else bind.ours.key)
    port = bind.ports[WANTS_OURS if "OURS" in options else RIGHT]
    name = f"nsupdate{abs(hash(tuple(options))) % 10000}"
    script = f"server 127.0.0.1 {port}\nzone example.com\nadd {name}.example.com 60 A 192.0.2.1\nsend\n"
    (tmp_path / "script").write_text(script)
    done = in_process("nsupdate", "-k", str(bind.key_file), *given, str(tmp_path / "script"))
    assert (done.status, says in done.stderr) == (status, True), done.stderr
    assert shown(bind, name) == (["192.0.2.1"] if status == 0 else [])


def test_the_commands_of_the_page_are_understood() -> None:
    for line in PAGE.shown("sh by hand", "Updates over TLS").splitlines():
        assert CommandLine(shlex.split(line)[1:]).options("set").transport == "tls"


def test_the_pin_of_the_page_is_that_of_the_certificate(bind: TlsBind) -> None:
    command = PAGE.shown("sh by hand", "A server for it").replace("ns.pem", str(bind.certificate.certificate))
    printed = subprocess.run(["bash", "-euc", command], check=True, capture_output=True, text=True).stdout
    assert printed.strip() == bind.certificate.pin
