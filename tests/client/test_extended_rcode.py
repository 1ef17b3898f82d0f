"""An answer with a response code that does not fit into the header is not a success (RFC 6891, section 6.1.3)."""

import subprocess
import time

import pytest

from dns_update import Client, ServerFailure
from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.wire.codes import Flag, RRType
from dns_update.wire.name import ROOT
from tests.support.command import COMMAND
from tests.transport.peers import UdpPeer

KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
BADVERS, BADCOOKIE = 16, 23
_SIZE = 1232


def answered(request: bytes, rcode: int) -> bytes:
    """Return an answer, signed if the request is, with the lower 4 bits of an rcode in the header and an OPT record."""
    message = Message.decode(request)
    octets = Message(
        opcode=message.opcode,
        question=message.question,
        additional=(Record(ROOT, RRType.OPT, _SIZE, rcode >> 4 << 24, b""),),
        flags=Flag.QR | Flag.AA,
        rcode=rcode & 0xF,
        message_id=message.message_id,
    ).encode()
    if message.signature is None:
        return octets
    request_mac = Tsig.from_rdata(message.signature.record.rdata).mac
    return sign(octets, KEY, time_signed=int(time.time()), request_mac=request_mac)[0]


@pytest.mark.parametrize("key", [KEY, None], ids=["signed", "unsigned"])
@pytest.mark.parametrize(("rcode", "name"), [(BADVERS, "BADVERS"), (BADCOOKIE, "RCODE23"), (0x100, "RCODE256")])
def test_an_update_with_such_an_answer_has_failed(rcode: int, name: str, key: Key | None) -> None:
    with UdpPeer(lambda _number, octets: [answered(octets, rcode)]) as peer:
        client = Client(f"{peer.endpoint.address}:{peer.endpoint.port}", key=key)
        with pytest.raises(ServerFailure, match=f"answered {name}") as caught:
            client.set("home", "192.0.2.1", zone="example.com", ttl=60, verify=False)
        with pytest.raises(ServerFailure, match=f"answered {name}"):
            client.show("home", "A", zone="example.com")
    assert caught.value.rcode == rcode


def test_an_ordinary_answer_with_an_opt_record_is_a_success() -> None:
    with UdpPeer(lambda _number, octets: [answered(octets, 0)]) as peer:
        client = Client(f"{peer.endpoint.address}:{peer.endpoint.port}", key=KEY)
        assert client.set("home", "192.0.2.1", zone="example.com", ttl=60, verify=False).rcode == 0


def test_nsupdate_says_it_as_bind_does() -> None:
    with UdpPeer(lambda _number, octets: [answered(octets, BADVERS)]) as peer:
        server = f"server {peer.endpoint.address} {peer.endpoint.port}\n"
        done = subprocess.run(
            [COMMAND.with_name("dns-nsupdate")],
            input=f"{server}zone example.com\ndel home.example.com\nsend\n",
            text=True,
            capture_output=True,
            check=False,
        )
    assert (done.returncode, done.stderr.strip()) == (2, "update failed: BADVERS")
