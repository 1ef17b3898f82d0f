"""`transport=quic` in every command that asks servers, and in the agent; a real BIND carries the updates out."""

import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dns_update.commandline.line import CommandLine
from lab import dig
from lab.port import IPV4
from tests.support.command import Result, in_process
from tests.support.documents import Document
from tests.support.doq import CLOSES, OF_HTTP, DoqBind, doq_bind
from tests.support.tls import EXPIRED, RIGHT, WANTS_OURS, WITHOUT_NAMES

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = Document.read(ROOT / "docs" / "quic.md")
OTHER_PIN = "A" * 43 + "="


@pytest.fixture(scope="module", name="bind")
def _bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoqBind]:
    with doq_bind(tmp_path_factory.mktemp("quic")) as bind:
        yield bind


def words(bind: DoqBind, port: str = RIGHT) -> list[str]:
    """Return what all commands need."""
    ca = bind.authority.certificate
    return [f"dns-server={bind.at(port)}", "transport=quic", f"tls-ca={ca}", f"key-file={bind.key_file}"]


def run(bind: DoqBind, *own: str, port: str = RIGHT) -> Result:
    return in_process(*own, *words(bind, port))


def shown(bind: DoqBind, name: str) -> list[str]:
    return [line.rpartition(" ")[2] for line in dig(bind.server, f"{name}.example.com", "A")]


def test_every_command_asks_by_quic_and_by_nothing_else(bind: DoqBind, tmp_path: Path) -> None:
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
        assert {message.transport for message in done.sent} <= {"QUIC"}, own
    assert (shown(bind, "every"), shown(bind, "many")) == ([], ["192.0.2.5"])


def test_check_is_all_green_and_says_by_what_it_asked(bind: DoqBind) -> None:
    done = run(bind, "check", "home.example.com", "192.0.2.1", "zone=example.com", "debug=yes")
    assert (done.status, "FAILED" in done.stdout) == (0, False), done.stdout
    assert " answers by QUIC" in done.stdout
    assert {message.transport for message in done.sent if message.to == bind.at()} == {"QUIC"}
    done = in_process("check", f"dns-server={bind.at()}", "transport=quic", f"tls-ca={bind.authority.certificate}")
    assert (done.status, " answers by QUIC" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("own", [["check", "home.example.com"], ["set", "home.example.com", "192.0.2.1"]])
def test_a_server_that_is_not_trusted_is_asked_nothing_more(bind: DoqBind, own: list[str]) -> None:
    done = in_process(
        *own, f"dns-server={bind.at()}", "transport=quic", f"key-file={bind.key_file}", "zone=example.com"
    )
    assert done.status == 5, done.stdout
    said = done.stdout + done.stderr
    assert "the server's certificate is not trusted" in said
    assert "tls-pin=" in said
    assert said.count("TLS error at") == 1


_CASES = {
    "aioquic is not installed": ("missing", []),
    "another authority": (RIGHT, ["tls-ca=OTHER"]),
    "another name": (RIGHT, ["tls-hostname=other.example.com"]),
    "only as its common name": (WITHOUT_NAMES, ["tls-hostname=nameless.example.com"]),
    "out of date": (EXPIRED, []),
    "another key": (RIGHT, [f"tls-pin={OTHER_PIN}"]),
    "nothing answers": ("silent socket", []),
    "nothing listens": ("no socket", []),
    "for something else": (OF_HTTP, []),
    "does not accept the certificate": (WANTS_OURS, ["tls-cert=OURS", "tls-key=OURS"]),
    "closes the connection": (CLOSES, []),
}
_ROWS = PAGE.table("What can go wrong")


@pytest.mark.parametrize("row", _ROWS, ids=[row[0] for row in _ROWS])
def test_what_the_page_says_of_failures(bind: DoqBind, row: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.quic_socket.HANDSHAKE_SECONDS", 0.3)
    what, says, status = row
    port, own = next(case for part, case in _CASES.items() if part in what)
    ca, other = bind.authority.certificate, bind.ours_of_nobody
    files = {"tls-ca=OTHER": other.certificate.parent / "ca.pem", "tls-cert=OURS": other.certificate}
    files["tls-key=OURS"] = other.key
    given = [f"{word.partition('=')[0]}={files[word]}" if word in files else word for word in own]
    if not any(word.startswith("tls-ca") for word in given):
        given.append(f"tls-ca={ca}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as claim:
        claim.bind((IPV4, 0))
        number = bind.ports.get(port, claim.getsockname()[1])
        if port == "no socket":
            claim.close()
        if port == "missing":
            monkeypatch.setitem(sys.modules, "aioquic", None)
            for module in ("dns_update.transport.quic", "dns_update.transport.quic_socket", "aioquic.quic"):
                monkeypatch.delitem(sys.modules, module, raising=False)
        given += [f"dns-server={IPV4}:{number}", "transport=quic", f"key-file={bind.key_file}", "diagnose=no"]
        done = in_process("set", "bad.example.com", "192.0.2.1", "zone=example.com", "ttl=60", *given)
    assert done.status == int(status), done.stderr
    assert says.strip("`") in done.stderr
    assert shown(bind, "bad") == []


def test_the_page_has_all_failures() -> None:
    assert len(_ROWS) == len(_CASES)


def test_the_commands_of_the_page_are_understood() -> None:
    *_install, line = PAGE.shown("sh by hand", "Updates over QUIC").splitlines()
    assert CommandLine(shlex.split(line)[1:]).options("set").transport == "quic"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["tls-pin=abc"], "tls-pin=: 'abc' is not a pin"),
        ([f"tls-pin={OTHER_PIN}", "transport=udp"], "tls-pin= is given without transport=tls or transport=quic"),
        (["tls-key=client.key"], "a private key is given without its certificate"),
        (["tls-verify=no", "tls-ca=ca.pem"], "it is said whom the server must be, and that it is not verified"),
        (["tls-ca=missing.pem"], "cannot read 'missing.pem': No such file or directory"),
        (["transport=doq"], "'doq' is not a valid value: one of udp, tcp, tls, quic"),
        (["local-address=192.0.2.77"], "cannot send from 192.0.2.77"),
    ],
    ids=str,
)
def test_wrong_values_are_told_in_one_line(given: list[str], says: str) -> None:
    transport = [] if any(word.startswith("transport=") for word in given) else ["transport=quic"]
    fixed = ["set", "home.example.com", "192.0.2.1", "zone=example.com", "dns-server=127.0.0.1:9", "quiet=yes"]
    done = in_process(*fixed, *transport, *given)
    assert (done.status, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert says in done.stderr


def test_what_goes_by_udp_or_tls_loads_nothing_of_it(bind: DoqBind) -> None:
    given = [f"dns-server=127.0.0.1:{bind.server.port}", f"key-file={bind.key_file}", "zone=example.com", "ttl=60"]
    code = "import sys; from dns_update.cli import main; status = main(sys.argv[1:])\n"
    code += "loaded = [name for name in sys.modules if 'quic' in name or name == 'cryptography']\n"
    code += "import dns_update.transport.tls_stream\n"
    code += "loaded += [name for name in sys.modules if 'quic' in name]\nsys.exit(str(loaded) if loaded else status)"
    command = [sys.executable, "-c", code, "set", "udp.example.com", "192.0.2.1", *given]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_agent_takes_the_same_from_its_configuration(bind: DoqBind, tmp_path: Path) -> None:
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
transport = "quic"
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
    done = in_process("agent", "--once", f"config={written(ca)}")
    assert done.status == 0, done.stderr
    assert shown(bind, "agent") == ["192.0.2.7"]
    assert in_process("set", "agent.example.com", "192.0.2.8", f"config={config}").status == 0
    assert shown(bind, "agent") == ["192.0.2.8"]
    done = in_process("agent", "--once", f"config={written(f'tls-pin = [{OTHER_PIN!r}]')}")
    assert done.status == 5
    for extra, says in (('tls-ca = "/nowhere.pem"', "/nowhere.pem"), ('tls-pin = "x"', "is not a pin")):
        done = in_process("agent", "--check", f"config={written(extra)}")
        assert (done.status, says in done.stderr) == (2, True), done.stderr
