"""What the page about QUIC says of `transport=quic` and its failures; a real BIND carries the updates out."""

import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dns_update.commandline.line import CommandLine
from lab.port import IPV4
from tests.support.command import in_process
from tests.support.documents import Document
from tests.support.doq import CLOSES, OF_HTTP, DoqBind
from tests.support.tls import EXPIRED, RIGHT, WANTS_OURS, WITHOUT_NAMES

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = Document.read(ROOT / "docs" / "quic.md")
OTHER_PIN = "A" * 43 + "="


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
def test_what_the_page_says_of_failures(by_quic: DoqBind, row: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.quic_socket.HANDSHAKE_SECONDS", 0.3)
    what, says, status = row
    port, own = next(case for part, case in _CASES.items() if part in what)
    ca, other = by_quic.authority.certificate, by_quic.ours_of_nobody
    files = {"tls-ca=OTHER": other.certificate.parent / "ca.pem", "tls-cert=OURS": other.certificate}
    files["tls-key=OURS"] = other.key
    given = [f"{word.partition('=')[0]}={files[word]}" if word in files else word for word in own]
    if not any(word.startswith("tls-ca") for word in given):
        given.append(f"tls-ca={ca}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as claim:
        claim.bind((IPV4, 0))
        number = by_quic.ports.get(port, claim.getsockname()[1])
        if port == "no socket":
            claim.close()
        if port == "missing":
            monkeypatch.setitem(sys.modules, "aioquic", None)
            for module in ("dns_update.transport.quic", "dns_update.transport.quic_socket", "aioquic.quic"):
                monkeypatch.delitem(sys.modules, module, raising=False)
        given += [f"dns-server={IPV4}:{number}", "transport=quic", f"key-file={by_quic.key_file}", "diagnose=no"]
        done = in_process("set", "bad.example.com", "192.0.2.1", "zone=example.com", "ttl=60", *given)
    assert done.status == int(status), done.stderr
    assert says.strip("`") in done.stderr
    assert by_quic.shown("bad") == []


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


def test_what_goes_by_udp_or_tls_loads_nothing_of_it(by_quic: DoqBind) -> None:
    given = [
        f"dns-server=127.0.0.1:{by_quic.server.port}",
        f"key-file={by_quic.key_file}",
        "zone=example.com",
        "ttl=60",
    ]
    code = "import sys; from dns_update.cli import main; status = main(sys.argv[1:])\n"
    code += "loaded = [name for name in sys.modules if 'quic' in name or name == 'cryptography']\n"
    code += "import dns_update.transport.tls_stream\n"
    code += "loaded += [name for name in sys.modules if 'quic' in name]\nsys.exit(str(loaded) if loaded else status)"
    command = [sys.executable, "-c", code, "set", "udp.example.com", "192.0.2.1", *given]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
