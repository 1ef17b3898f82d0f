"""What the page about TLS says of `transport=tls`, its failures and nsupdate; against a real BIND."""

import shlex
import subprocess
from pathlib import Path

import pytest

from dns_update.commandline.line import CommandLine
from tests.support.command import in_process
from tests.support.documents import Document
from tests.support.tls import EXPIRED, HOST, RIGHT, WANTS_OURS, WITHOUT_NAMES, SecureBind

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = Document.read(ROOT / "docs" / "tls.md")
OTHER_PIN = "A" * 43 + "="


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
def test_what_the_page_says_of_failures(by_tls: SecureBind, row: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.tls_stream.HANDSHAKE_SECONDS", 0.3)
    what, says, status = row
    port, own = next(case for part, case in _CASES.items() if part in what)
    other = by_tls.ours_of_nobody
    given = [f"dns-server={by_tls.at(port)}" if port else f"dns-server=127.0.0.1:{by_tls.server.port}", "transport=tls"]
    if "tls-ca=OTHER" in own:
        given += [f"tls-ca={other.certificate.parent / 'ca.pem'}"]
    else:
        given += [
            f"tls-ca={by_tls.authority.certificate}",
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
    assert by_tls.shown("bad") == []


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


def test_a_server_that_is_not_verified_is_said_to_be_so(by_tls: SecureBind) -> None:
    given = [f"dns-server={by_tls.at()}", "transport=tls", "tls-verify=no", f"key-file={by_tls.key_file}"]
    done = in_process("set", "any.example.com", "192.0.2.1", "zone=example.com", "ttl=60", *given)
    assert (done.status, by_tls.shown("any")) == (0, ["192.0.2.1"])
    assert "with tls-verify=no, whoever answers is taken for the server" in done.stderr


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
def test_nsupdate(by_tls: SecureBind, options: list[str], status: int, says: str, tmp_path: Path) -> None:
    files = {"CA": by_tls.authority.certificate}
    given = [str(files.get(word, word)) for word in options]
    for place, word in enumerate(given):
        if word == "OURS":
            given[place] = str(by_tls.ours.certificate if given[place - 1] == "-E" else by_tls.ours.key)
    port = by_tls.ports[WANTS_OURS if "OURS" in options else RIGHT]
    name = f"nsupdate{abs(hash(tuple(options))) % 10000}"
    script = f"server 127.0.0.1 {port}\nzone example.com\nadd {name}.example.com 60 A 192.0.2.1\nsend\n"
    (tmp_path / "script").write_text(script)
    done = in_process("nsupdate", "-k", str(by_tls.key_file), *given, str(tmp_path / "script"))
    assert (done.status, says in done.stderr) == (status, True), done.stderr
    assert by_tls.shown(name) == (["192.0.2.1"] if status == 0 else [])


def test_the_commands_of_the_page_are_understood() -> None:
    for line in PAGE.shown("sh by hand", "Updates over TLS").splitlines():
        assert CommandLine(shlex.split(line)[1:]).options("set").transport == "tls"


def test_the_pin_of_the_page_is_that_of_the_certificate(by_tls: SecureBind) -> None:
    command = PAGE.shown("sh by hand", "A server for it").replace("ns.pem", str(by_tls.certificate.certificate))
    printed = subprocess.run(["bash", "-euc", command], check=True, capture_output=True, text=True).stdout
    assert printed.strip() == by_tls.certificate.pin
