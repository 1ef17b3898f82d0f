"""Data in many hundreds of forms, right and wrong: ours sends or refuses each exactly as the real nsupdate does.

The differences of an installed nsupdate are in rdata/differences.toml, by its version.

The forms are in rdata/forms.txt, `TYPE DATA` or `CLASS TYPE DATA` on a line, with placeholders for long or non-UTF-8
text. The real program reads them in one run with `-i`, where wrong ones do not affect the rest. But that run edits
lines before it reads them, so each form that is not ASCII has its own run. A peer receives and accepts all updates.
"""

import socketserver
import subprocess
import threading
import tomllib
from pathlib import Path

import pytest

from dns_update.errors import InvalidText
from dns_update.message import Message
from dns_update.nsupdate.command_reader import command_from_line
from dns_update.nsupdate.commands import Addition
from dns_update.nsupdate.pending import Checks, addition_record
from dns_update.wire.codes import RRClass
from lab.versions import is_within
from tests.nsupdate.peer_runs import answered
from tests.nsupdate.twins import REAL

_DEADLINE = 120  # seconds after which a program hangs; none of the tests counts on it

_PLACEHOLDERS = {
    b"{sha1}": b"ab" * 20,
    b"{sha256}": b"ab" * 32,
    b"{sha384}": b"cd" * 48,
    b"{64}": b"x" * 64,
    b"{256}": b"y" * 256,
    b"{300}": b"y" * 300,
    b"{octet}": b"\xff",
}


_RDATA = Path(__file__).parent / "rdata"


def _forms() -> list[bytes]:
    return _filled((_RDATA / "forms.txt").read_bytes()).splitlines()


def _filled(text: bytes) -> bytes:
    for mark, octets in _PLACEHOLDERS.items():
        text = text.replace(mark, octets)
    return text


def _differences() -> dict[bytes, str]:
    """Return what the installed nsupdate does with the forms that ours treats differently: sends, refuses, aborts."""
    table = tomllib.loads((_RDATA / "differences.toml").read_text(encoding="utf-8"))["difference"]
    here = [entry for entry in table if entry["reason"] and is_within("nsupdate", entry["versions"])]
    return {_filled(form.encode()): entry["nsupdate"] for entry in here for form in entry["forms"]}


FORMS = _forms()
_CHECKS = Checks(svcb=is_within("nsupdate", ">= 9.20"))  # 9.18 has no check-svcb; the corpus has what it does


def _line(place: int, form: bytes) -> bytes:
    """Return the addition of a form; its owner contains its place, and is valid as a host name and as a hash."""
    return b"add %032d.example.com 5 " % place + form


class _Yes(socketserver.UDPServer):
    """Keeps what it receives, and answers NOERROR."""

    max_packet_size = 65535

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        octets, socket = self.request
        assert isinstance(self.server, _Yes)
        self.server.messages.append(octets)
        socket.sendto(answered(octets), self.client_address)  # with the zone, without which BIND 9.21 refuses an answer


@pytest.fixture(scope="module")
def sent() -> dict[int, bytes]:
    """Return what the real program sends for each form, by its place; forms that it refuses are missing."""
    with _Yes() as peer:
        thread = threading.Thread(target=peer.serve_forever)
        thread.start()
        start = b"server 127.0.0.1 %d\nzone example.com\n" % peer.server_address[1]
        aborting = {form for form, what in _differences().items() if what == "aborts"}
        lines = {form: _line(place, form) + b"\nsend\n" for place, form in enumerate(FORMS) if form not in aborting}
        status = _run(start + b"".join(line for form, line in lines.items() if form.isascii()), "-i")
        assert status >= 0, "nsupdate did not read all forms"
        for form, line in lines.items():
            if not form.isascii():
                _run(start + line)
        peer.shutdown()
        thread.join()
    records = [record for message in peer.messages for record in Message.decode(message).authority]
    return {int(record.name.labels[0]): record.rdata for record in records}


def _run(script: bytes, *options: str) -> int:
    """Give a script to the real program; return its exit status, which is negative if a signal ended it."""
    return subprocess.run(
        [REAL, *options], input=script, capture_output=True, check=False, timeout=_DEADLINE
    ).returncode


def _ours(line: bytes) -> bytes | None:
    try:
        command = command_from_line(line.decode("utf-8", "surrogateescape"))
        assert isinstance(command, Addition)
        return addition_record(command, command.rrclass or RRClass.IN, 0, _CHECKS).rdata  # it fixes the message's class
    except InvalidText:
        return None


def test_each_form_becomes_the_octets_that_nsupdate_sends(sent: dict[int, bytes]) -> None:
    expected = _differences()
    found = {}
    unexpected = []
    for place, form in enumerate(FORMS):
        if expected.get(form) == "aborts":
            found[form] = "aborts" if _run(_line(place, form) + b"\n") < 0 else "reads it"
            continue
        real, ours = sent.get(place), _ours(_line(place, form))
        if real == ours:
            continue
        if form in expected and None in (real, ours):
            found[form] = "refuses" if real is None else "sends"
        else:
            unexpected.append(f"{form!r}: nsupdate {real!r}, ours {ours!r}")
    assert not unexpected, "\n".join(unexpected)
    assert found == expected  # an entry that no longer holds would hide a difference to come


def test_many_forms_are_taken_and_many_are_refused(sent: dict[int, bytes]) -> None:
    # Were the real program not heard, or every form refused, the test above would say little.
    assert len(FORMS) // 3 < len(sent) < len(FORMS) * 3 // 4
