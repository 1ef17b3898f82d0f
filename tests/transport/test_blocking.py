import socket
import time
from collections.abc import Callable
from typing import Literal

import pytest

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.errors import InvalidText, NoResponse, UsageError
from dns_update.exchange import TCP, UDP, Exchange, Policy, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.update import Update
from dns_update.wire.codes import Flag, Rcode
from dns_update.wire.framing import frame
from tests.transport.peers import IPV4, IPV6, SECONDS, TcpPeer, UdpPeer, answer, deaf, needs_ipv6

UPDATE = Update("example.com").replace("home", 300, "A", "192.0.2.1").to_message()
KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
PATIENT = Policy(timeout=SECONDS, retries=0)
BY_TCP = Policy(timeout=SECONDS, retries=0, transport=TCP)
NOT_OURS = "203.0.113.77"


def exchange(policy: Policy = PATIENT, key: Key | None = None) -> Exchange:
    return Exchange(UPDATE, key, policy, "the peer")


def trusted(result: Reply | UnverifiedReply) -> Reply:
    assert isinstance(result, Reply)
    return result


addresses = pytest.mark.parametrize("address", [IPV4, pytest.param(IPV6, marks=needs_ipv6)])


# UDP.


@addresses
def test_an_answer_by_udp_is_the_result(address: str) -> None:
    with UdpPeer(lambda _number, octets: [answer(octets, Rcode.REFUSED)], address) as peer:
        reply = trusted(BlockingTransport().carry(exchange(), peer.endpoint))
    assert (reply.message.rcode, reply.transport, reply.tries) == (Rcode.REFUSED, UDP, 1)


def test_a_timeout_may_be_longer_than_the_system_waits() -> None:
    """`poll` counts milliseconds in 31 bits."""
    with UdpPeer(lambda _number, octets: [answer(octets)]) as peer:
        assert trusted(BlockingTransport().carry(exchange(Policy(timeout=1e9)), peer.endpoint)).tries == 1


def test_an_empty_datagram_is_passed_over() -> None:
    with UdpPeer(lambda _number, octets: [b"", answer(octets)]) as peer:
        assert trusted(BlockingTransport().carry(exchange(), peer.endpoint)).tries == 1


def test_the_largest_datagram_is_read_whole() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        text = Update("example.com").add("home", 1, 65280, bytes(60_000)).to_message()
        request = Message.decode(octets)
        reply = Message(
            opcode=request.opcode, question=request.question, authority=text.authority, flags=Flag.QR,
            message_id=request.message_id,
        )  # fmt: skip
        return [reply.encode()]

    with UdpPeer(script) as peer:
        reply = trusted(BlockingTransport().carry(exchange(), peer.endpoint))
    assert len(reply.message.authority[0].rdata) == 60_000


def test_each_attempt_has_a_source_port_of_its_own() -> None:
    """An unsigned answer to a signed request, and a refused TCP connection, cause a second attempt without a wait."""

    def script(number: int, octets: bytes) -> list[bytes]:
        if number % 2:
            return [answer(octets, Rcode.REFUSED)]
        request = Message.decode(octets)
        assert request.signature is not None
        request_mac = Tsig.from_rdata(request.signature.record.rdata).mac
        return [sign(answer(octets), KEY, time_signed=int(time.time()), request_mac=request_mac)[0]]

    with UdpPeer(script) as peer, deaf(socket.SOCK_STREAM, peer.endpoint.port):
        replies = [trusted(BlockingTransport().carry(exchange(key=KEY), peer.endpoint)) for _chance in range(3)]
    assert [(reply.transport, reply.tries) for reply in replies] == [(UDP, 3)] * 3
    pairs = zip(peer.clients[::2], peer.clients[1::2], strict=True)
    assert any(
        first != second for first, second in pairs
    )  # the kernel may give the same port twice, but hardly three times


def test_each_attempt_has_an_id_of_its_own() -> None:
    ids = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        ids.append(octets[:2])
        return [answer(octets)]

    with UdpPeer(script) as peer:
        for _exchange in range(8):
            BlockingTransport().carry(exchange(), peer.endpoint)
    assert len(set(ids)) > 1


@pytest.mark.parametrize("address", [IPV4, "127.0.0.2"], ids=["another port", "another address"])
def test_a_datagram_from_elsewhere_is_never_seen(address: str) -> None:
    seen: list[str] = []
    with UdpPeer(lambda _number, _octets: (), IPV4) as peer:
        port = 0 if address == IPV4 else peer.endpoint.port
        with UdpPeer(lambda _number, _octets: (), address, port) as stranger:

            def script(number: int, octets: bytes) -> list[bytes]:
                stranger.send_from_here(answer(octets, Rcode.SERVFAIL), peer.clients[number - 1])
                return [answer(octets, Rcode.REFUSED)]

            peer.script = script
            transport = BlockingTransport(trace=lambda direction, *_: seen.append(direction))
            reply = trusted(transport.carry(exchange(), peer.endpoint))
    assert reply.message.rcode == Rcode.REFUSED
    assert seen == ["sent", "received"]


def test_a_peer_that_is_silent_gives_no_answer() -> None:
    with (
        UdpPeer(lambda _number, _octets: ()) as peer,
        pytest.raises(NoResponse, match=r"No answer from the peer: no answer in time \(2 tries by UDP"),
    ):
        BlockingTransport().carry(exchange(Policy(timeout=0.05, retries=1)), peer.endpoint)


def test_an_unreachable_port_is_said_at_once() -> None:
    with (
        deaf(socket.SOCK_DGRAM) as endpoint,
        pytest.raises(NoResponse, match=r"port unreachable: nothing listens there \(1 try by UDP"),
    ):
        BlockingTransport().carry(exchange(Policy(timeout=SECONDS, retries=3)), endpoint)


def test_an_address_without_a_route_is_said_at_once() -> None:
    """A loopback address has no route to any other address."""
    with pytest.raises(NoResponse, match=r"\(1 try by UDP") as caught:
        BlockingTransport("127.0.0.1").carry(exchange(), Endpoint("192.0.2.1"))
    assert "no answer in time" not in caught.value.text


# TCP.


@addresses
def test_an_answer_by_tcp_is_the_result(address: str) -> None:
    with TcpPeer(lambda connection, octets: connection.sendall(frame(answer(octets, 5))), address) as peer:
        reply = trusted(BlockingTransport().carry(exchange(BY_TCP), peer.endpoint))
    assert (reply.message.rcode, reply.transport, reply.tries) == (Rcode.REFUSED, TCP, 1)


def test_a_refused_connection_is_said_at_once() -> None:
    with (
        deaf(socket.SOCK_STREAM) as endpoint,
        pytest.raises(NoResponse, match=r"connection refused \(1 try by TCP") as caught,
    ):
        BlockingTransport().carry(exchange(BY_TCP), endpoint)
    assert not caught.value.may_have_arrived


def _pieces(connection: socket.socket, octets: bytes) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in frame(answer(octets)):
        connection.sendall(bytes([octet]))


def _strangers_first(connection: socket.socket, octets: bytes) -> None:
    other_id = bytes([octets[0] ^ 1]) + octets[1:]
    connection.sendall(frame(b"garbage") + frame(answer(other_id, 5)) + frame(answer(octets)) + frame(b"more"))


@pytest.mark.parametrize("script", [_pieces, _strangers_first], ids=["in pieces", "among others"])
def test_an_answer_is_found_in_the_stream(script: Callable[[socket.socket, bytes], None]) -> None:
    with TcpPeer(script) as peer:
        reply = trusted(BlockingTransport().carry(exchange(BY_TCP), peer.endpoint))
    assert reply.message.rcode == Rcode.NOERROR


@pytest.mark.parametrize(
    "script",
    [lambda _connection, _octets: None, lambda connection, octets: connection.sendall(frame(answer(octets))[:-1])],
    ids=["without a word", "within the answer"],
)
def test_a_connection_that_the_server_closes_is_said_at_once(script: Callable[[socket.socket, bytes], None]) -> None:
    with (
        TcpPeer(script) as peer,
        pytest.raises(NoResponse, match=r"the server closed the connection \(1 try by TCP") as caught,
    ):
        BlockingTransport().carry(exchange(BY_TCP), peer.endpoint)
    assert caught.value.may_have_arrived


def test_a_truncated_answer_is_asked_for_again_by_tcp() -> None:
    with (
        UdpPeer(lambda _number, octets: [answer(octets, flags=Flag.QR | Flag.TC)]) as udp,
        TcpPeer(
            lambda connection, octets: connection.sendall(frame(answer(octets, Rcode.REFUSED))), port=udp.endpoint.port
        ),
    ):
        reply = trusted(BlockingTransport().carry(exchange(), udp.endpoint))
    assert (reply.message.rcode, reply.transport, reply.tries) == (Rcode.REFUSED, TCP, 2)


def test_a_large_message_arrives_whole() -> None:
    received: list[bytes] = []
    large = Update("example.com").add("home", 1, 65280, bytes(65_000)).to_message()

    def script(connection: socket.socket, octets: bytes) -> None:
        received.append(octets)
        connection.sendall(frame(answer(octets)))

    with TcpPeer(script) as peer:
        BlockingTransport().carry(Exchange(large, None, PATIENT), peer.endpoint)
    assert Message.decode(received[0]).authority == large.authority


# The local address.


@pytest.mark.parametrize("transport", [UDP, TCP])
def test_the_local_address_is_the_source(transport: Literal["udp", "tcp"]) -> None:
    local = "127.0.0.5"
    if transport == UDP:
        with UdpPeer(lambda _number, octets: [answer(octets)]) as peer:
            BlockingTransport(local).carry(exchange(), peer.endpoint)
            assert [address for address, _ in peer.clients] == [local]
    else:
        with TcpPeer(lambda connection, octets: connection.sendall(frame(answer(octets)))) as stream:
            BlockingTransport(local).carry(exchange(BY_TCP), stream.endpoint)
            assert [address for address, _ in stream.clients] == [local]


@pytest.mark.parametrize("transport", [UDP, TCP])
def test_a_local_address_that_is_not_ours_is_a_usage_error(transport: Literal["udp", "tcp"]) -> None:
    with pytest.raises(UsageError, match=f"cannot send from {NOT_OURS}: cannot assign requested address") as caught:
        BlockingTransport(NOT_OURS).carry(exchange(Policy(transport=transport)), Endpoint(IPV4))
    assert caught.value.hint == "it must be an address of this machine"  # whatever its caller calls it


@pytest.mark.parametrize("address", ["localhost", "eth0", "", "192.0.2", "::1::"])
def test_a_local_address_that_is_no_address_is_not_looked_up(address: str) -> None:
    with pytest.raises(InvalidText, match=r"is not an IPv[46] address"):
        BlockingTransport(address)


@needs_ipv6
@pytest.mark.parametrize(("local", "server"), [(IPV4, IPV6), (IPV6, IPV4)])
@pytest.mark.parametrize("policy", [PATIENT, BY_TCP], ids=[UDP, TCP])
def test_a_server_of_another_family_than_the_local_address_gives_no_answer(
    local: str, server: str, policy: Policy
) -> None:
    """It is a failure of that server, so the next one is tried; it is not the user's mistake."""
    family = "IPv6" if ":" in server else "IPv4"
    with pytest.raises(NoResponse, match=f"cannot send to an {family} server from {local}") as caught:
        BlockingTransport(local).carry(exchange(policy), Endpoint(server))
    assert not caught.value.may_have_arrived


def test_a_local_port_that_is_taken_after_the_start_gives_no_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((IPV4, 0))
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot send from {IPV4}: address already in use"):
            BlockingTransport(IPV4, local_port=port)
    transport = BlockingTransport(IPV4, local_port=port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((IPV4, port))
        with pytest.raises(NoResponse, match=f"cannot send from {IPV4}: address already in use"):
            transport.carry(exchange(), Endpoint(IPV4))


def test_host_names_are_resolved_for_the_local_addresss_family() -> None:
    assert BlockingTransport().resolve("127.0.0.9") == ("127.0.0.9",)
    assert BlockingTransport("127.0.0.1").resolve("127.0.0.9") == ("127.0.0.9",)
    with pytest.raises(OSError, match="not supported"):
        BlockingTransport("::1").resolve("127.0.0.9")


# The trace.


def test_the_trace_is_told_of_every_message() -> None:
    told: list[tuple[str, Endpoint, str, bytes]] = []
    with UdpPeer(lambda _number, octets: [b"garbage", answer(octets)]) as peer:
        BlockingTransport(trace=lambda *message: told.append(message)).carry(exchange(), peer.endpoint)
    assert [(direction, endpoint, transport) for direction, endpoint, transport, _ in told] == [
        ("sent", peer.endpoint, UDP),
        ("received", peer.endpoint, UDP),
        ("received", peer.endpoint, UDP),
    ]
    sent, garbage, reply = (octets for *_, octets in told)
    assert Message.decode(sent).authority == UPDATE.authority
    assert garbage == b"garbage"
    assert reply == answer(sent)


def test_the_trace_has_messages_without_the_length_of_tcp() -> None:
    told: list[tuple[str, Endpoint, str, bytes]] = []
    with TcpPeer(lambda connection, octets: connection.sendall(frame(answer(octets)))) as peer:
        BlockingTransport(trace=lambda *message: told.append(message)).carry(exchange(BY_TCP), peer.endpoint)
    assert [(direction, transport) for direction, _, transport, _ in told] == [("sent", TCP), ("received", TCP)]
    assert told[1][3] == answer(told[0][3])
