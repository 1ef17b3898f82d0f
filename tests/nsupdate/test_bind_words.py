"""A fault of an answer's signature is described in the words of the real nsupdate."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import pytest

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.message import Message
from dns_update.wire.codes import Rcode
from dns_update.wire.framing import frame
from tests.nsupdate.peer_runs import KEY
from tests.nsupdate.program import nsupdate, run_program
from tests.nsupdate.twins import REAL
from tests.transport.peers import TcpPeer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_HOUR = 3600


def _now() -> int:
    return int(time.time())


def _signed(request: bytes, key: Key = KEY, seconds: int = 0, error: int = 0, other: bytes = b"") -> bytes:
    """Return a signed answer; `seconds` from now is the time of its signature."""
    signature = Message.decode(request).signature
    assert signature is not None
    mac = Tsig.from_rdata(signature.record.rdata).mac
    octets = answer(request, Rcode.NOTAUTH if error else Rcode.NOERROR)
    return sign(octets, key, time_signed=_now() + seconds, request_mac=mac, error=error, other=other)[0]


def _without_mac(octets: bytes) -> bytes:
    signature = Message.decode(octets).signature
    assert signature is not None
    mac = Tsig.from_rdata(signature.record.rdata).mac
    start = signature.offset + len(octets[signature.offset :].partition(mac)[0])
    length = len(signature.record.rdata)
    shorter = octets[: start - 2] + bytes(2) + octets[start + len(mac) :]
    return shorter.replace(length.to_bytes(2), (length - len(mac)).to_bytes(2))


ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "not signed": answer,
    "another secret": lambda request: _signed(request, Key("ddns-key", b"another secret!!", "hmac-sha256")),
    "another key": lambda request: _signed(request, Key("another-key", KEY.secret, "hmac-sha256")),
    "another algorithm": lambda request: _signed(request, Key("ddns-key", KEY.secret, "hmac-sha512")),
    "an hour ago": lambda request: _signed(request, seconds=-_HOUR),
    "BADTIME": lambda request: _signed(request, error=Rcode.BADTIME, other=(_now() + _HOUR).to_bytes(6)),
    "another error": lambda request: _signed(request, error=Rcode.BADTRUNC),
    "without a MAC": lambda request: _without_mac(_signed(request)),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_cannot_be_trusted_is_described_as_by_the_real_program(name: str) -> None:
    def script(connection: socket.socket, octets: bytes) -> None:
        connection.sendall(frame(ANSWERS[name](octets)))

    key = f"hmac-sha256:ddns-key:{base64.b64encode(KEY.secret).decode()}"
    with TcpPeer(script) as peer:
        lines = f"server 127.0.0.1 {peer.endpoint.port}\nzone example.com\ndel x.example.com\nsend\n"
        real = run_program(lines, "-v", "-y", key, program=REAL)
        ours = nsupdate(lines, "-v", "-y", key)
    assert (ours.status, ours.stderr) == (real.status, real.stderr)
