"""Several exchanges at once: with scripted peers, and with a real BIND behind a network that loses and repeats."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.errors import NoResponse, UsageError
from dns_update.exchange import TCP, UDP, Exchange, Policy, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import LARGEST_READ, Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.pipeline import FRESH, Flight, Pipeline
from dns_update.update import Update
from dns_update.wire.codes import Flag, Rcode
from dns_update.wire.framing import Deframer, frame
from lab import NameServer, dig
from tests.support.peer import Relay
from tests.transport.peers import IPV4, IPV6, SECONDS, TcpPeer, UdpPeer, answer, deaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    PipelineTo: TypeAlias = Callable[[Endpoint], Pipeline]

KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
PATIENT = Policy(timeout=SECONDS, retries=0)
HASTY = Policy(timeout=0.05, retries=1)
MANY = 2000


def exchange(name: str = "home", policy: Policy = PATIENT, key: Key | None = KEY) -> Exchange:
    return Exchange(Update("example.com").replace(name, 300, "A", "192.0.2.1").to_message(), key, policy, "the peer")


def name_in(request: bytes) -> str:
    """Return the first label of what a request is about."""
    return Message.decode(request).authority[0].name.labels[0].decode()


def signed(request: bytes, rcode: int = 0, flags: int = Flag.QR) -> bytes:
    """Return an answer signed with the key."""
    signature = Message.decode(request).signature
    assert signature is not None
    request_mac = Tsig.from_rdata(signature.record.rdata).mac
    return sign(answer(request, rcode, flags), KEY, time_signed=int(time.time()), request_mac=request_mac)[0]


@pytest.fixture
def pipeline_to() -> Iterator[Callable[[Endpoint], Pipeline]]:
    pipelines: list[Pipeline] = []

    def to(endpoint: Endpoint) -> Pipeline:
        pipelines.append(Pipeline(BlockingTransport(), endpoint))
        return pipelines[-1]

    yield to
    for pipeline in pipelines:
        pipeline.close()


def rcode_of(pipeline: Pipeline, flight: Flight) -> int:
    result = pipeline.wait(flight)
    assert isinstance(result, Reply)
    return result.message.rcode


def test_answers_in_any_order_find_their_exchanges(pipeline_to: PipelineTo) -> None:
    """The peer is silent until it has all of them, and then answers the last one first."""
    rcodes = {"a": Rcode.NOERROR, "b": Rcode.REFUSED, "c": Rcode.YXDOMAIN, "d": Rcode.NOTZONE}
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [signed(r, rcodes[name_in(r)]) for r in reversed(requests)] if len(requests) == len(rcodes) else []

    with UdpPeer(script) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flights = {name: pipeline.start(exchange(name)) for name in rcodes}
        assert {name: rcode_of(pipeline, flight) for name, flight in flights.items()} == rcodes
    assert len(set(peer.clients)) == 1


def test_a_timeout_may_be_longer_than_the_system_waits(pipeline_to: PipelineTo) -> None:
    with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        assert rcode_of(pipeline, pipeline.start(exchange(policy=Policy(timeout=1e9)))) == 0


def test_one_that_is_lost_does_not_hold_up_the_others(pipeline_to: PipelineTo) -> None:
    with UdpPeer(lambda _number, octets: [] if name_in(octets) == "lost" else [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        lost = pipeline.start(exchange("lost"))
        others = [pipeline.start(exchange(name)) for name in ("a", "b")]
        assert [rcode_of(pipeline, flight) for flight in others] == [0, 0]
        assert not lost.is_over


def test_one_that_is_lost_is_sent_again_as_a_fresh_message(pipeline_to: PipelineTo) -> None:
    requests: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [] if number == 1 else [signed(requests[0], Rcode.REFUSED), signed(octets)]

    with UdpPeer(script) as peer:
        pipeline = pipeline_to(peer.endpoint)
        result = pipeline.wait(pipeline.start(exchange(policy=Policy(timeout=0.05, retries=5))))
    assert isinstance(result, Reply)
    assert (result.message.rcode, result.tries) == (Rcode.NOERROR, 2)  # the late answer to the first try is ignored
    assert requests[0][:2] != requests[1][:2]


def test_each_that_gets_no_answer_says_so(pipeline_to: PipelineTo) -> None:
    with UdpPeer(lambda _number, _octets: []) as peer:
        pipeline = pipeline_to(peer.endpoint)
        for flight in [pipeline.start(exchange(name, HASTY)) for name in ("a", "b", "c")]:
            with pytest.raises(NoResponse, match=r"no answer in time \(2 tries by UDP") as caught:
                pipeline.wait(flight)
            assert caught.value.may_have_arrived
    assert len(peer.clients) == 6


def test_all_that_is_under_way_can_be_waited_for_at_once(pipeline_to: PipelineTo) -> None:
    with UdpPeer(lambda _number, octets: [] if name_in(octets) == "b" else [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flights = [pipeline.start(exchange(name, HASTY)) for name in ("a", "b", "c")]
        pipeline.drain()
    assert [flight.is_over for flight in flights] == [True] * 3
    assert [flight.failure is None for flight in flights] == [True, False, True]


def test_what_is_repeated_or_nobodys_is_passed_over(pipeline_to: PipelineTo) -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        other_id = bytes([octets[0] ^ 0x80]) + octets[1:]
        return [b"", b"garbage", octets[:2], signed(octets), signed(octets), signed(other_id, Rcode.REFUSED)]

    with UdpPeer(script) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flights = [pipeline.start(exchange(name)) for name in ("a", "b", "c")]
        assert [rcode_of(pipeline, flight) for flight in flights] == [0, 0, 0]


def test_a_truncated_answer_is_asked_for_again_by_tcp_alone(pipeline_to: PipelineTo) -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        return [signed(octets, flags=Flag.QR | Flag.TC if name_in(octets) == "long" else Flag.QR)]

    with (
        UdpPeer(script) as udp,
        TcpPeer(lambda c, octets: c.sendall(frame(signed(octets, Rcode.REFUSED))), port=udp.endpoint.port) as tcp,
    ):
        pipeline = pipeline_to(udp.endpoint)
        flights = [pipeline.start(exchange(name)) for name in ("a", "long", "b")]
        results = [pipeline.wait(flight) for flight in flights]
    assert [(r.message.rcode, r.transport) for r in results if isinstance(r, Reply)] == [
        (Rcode.NOERROR, UDP),
        (Rcode.REFUSED, TCP),
        (Rcode.NOERROR, UDP),
    ]
    assert len(tcp.clients) == 1


def test_a_forged_answer_is_asked_about_by_tcp(pipeline_to: PipelineTo) -> None:
    with (
        UdpPeer(lambda _number, octets: [answer(octets, Rcode.REFUSED)]) as udp,
        TcpPeer(lambda c, octets: c.sendall(frame(signed(octets))), port=udp.endpoint.port),
    ):
        pipeline = pipeline_to(udp.endpoint)
        flights = [pipeline.start(exchange(name)) for name in ("a", "b")]
        assert [rcode_of(pipeline, flight) for flight in flights] == [0, 0]


def test_a_refusal_that_cannot_be_signed_is_a_result_of_its_own(pipeline_to: PipelineTo) -> None:
    with (
        UdpPeer(lambda _number, octets: [answer(octets, Rcode.NOTAUTH)]) as udp,
        TcpPeer(lambda c, octets: c.sendall(frame(answer(octets, Rcode.NOTAUTH))), port=udp.endpoint.port),
    ):
        pipeline = pipeline_to(udp.endpoint)
        flight = pipeline.start(exchange())
        assert isinstance(pipeline.wait(flight), UnverifiedReply)
    assert Message.decode(flight.octets).rcode == Rcode.NOTAUTH


def test_a_message_too_long_for_udp_goes_by_tcp(pipeline_to: PipelineTo) -> None:
    large = Exchange(Update("example.com").add("home", 1, 65280, bytes(600)).to_message(), KEY, PATIENT)
    with TcpPeer(lambda c, octets: c.sendall(frame(signed(octets)))) as peer:
        pipeline = pipeline_to(peer.endpoint)
        result = pipeline.wait(pipeline.start(large))
    assert isinstance(result, Reply)
    assert result.transport == TCP


def test_an_unreachable_port_ends_all_that_are_under_way(pipeline_to: PipelineTo) -> None:
    with deaf(socket.SOCK_DGRAM) as endpoint:
        pipeline = pipeline_to(endpoint)
        for flight in [pipeline.start(exchange(name)) for name in ("a", "b", "c")]:
            with pytest.raises(NoResponse, match=r"port unreachable: nothing listens there \(1 try by UDP"):
                pipeline.wait(flight)


def test_what_was_answered_before_the_port_closed_counts(pipeline_to: PipelineTo) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((IPV4, 0))
        pipeline = pipeline_to(Endpoint(*server.getsockname()))
        answered, ignored = pipeline.start(exchange("a")), pipeline.start(exchange("b"))
        request, client = server.recvfrom(512)
        server.sendto(signed(request), client)
        server.recv(512)
    late = pipeline.start(exchange("c"))
    assert rcode_of(pipeline, answered) == Rcode.NOERROR
    for flight, may_have_arrived in ((ignored, True), (late, True)):
        with pytest.raises(NoResponse, match="port unreachable") as caught:
            pipeline.wait(flight)
        assert caught.value.may_have_arrived == may_have_arrived


def test_it_goes_on_when_the_port_opens_again(pipeline_to: PipelineTo) -> None:
    with deaf(socket.SOCK_DGRAM) as endpoint:
        pipeline = pipeline_to(endpoint)
        with pytest.raises(NoResponse):
            pipeline.wait(pipeline.start(exchange()))
    with UdpPeer(lambda _number, octets: [signed(octets)], port=endpoint.port):
        assert rcode_of(pipeline, pipeline.start(exchange())) == Rcode.NOERROR


def test_no_two_under_way_have_the_same_id() -> None:
    with UdpPeer(lambda _number, _octets: []) as peer:
        pipeline = Pipeline(BlockingTransport(), peer.endpoint)
        # Of random IDs, two would be equal, except with a chance of e to the -30th.
        ids = [pipeline.start(exchange()).message_id for _flight in range(MANY)]
        pipeline.close()
    assert len(set(ids)) == len(ids) == MANY


def test_unsigned_exchanges_have_a_port_for_each_attempt(pipeline_to: PipelineTo) -> None:
    """The first try of each is lost; a late answer to it comes to a port that is closed."""
    with UdpPeer(lambda number, octets: [] if number <= 3 else [answer(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flights = [pipeline.start(exchange(name, Policy(timeout=0.3, retries=9), None)) for name in ("a", "b", "c")]
        assert [rcode_of(pipeline, flight) for flight in flights] == [0, 0, 0]
    assert len(set(peer.clients)) == len(peer.clients) >= 6


def test_an_answer_counts_only_on_the_socket_of_its_question(pipeline_to: PipelineTo) -> None:
    """What comes to the first one's port is the answer to the second one's question."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((IPV4, 0))
        pipeline = pipeline_to(Endpoint(*server.getsockname()))
        once = Policy(timeout=0.2, retries=0)
        flights = [pipeline.start(exchange(name, once, None)) for name in ("a", "b")]
        _, client = server.recvfrom(512)
        server.sendto(answer(server.recv(512)), client)
        for flight in flights:
            with pytest.raises(NoResponse):
                pipeline.wait(flight)


def test_unsigned_exchanges_to_an_unreachable_port_end_each_by_itself(pipeline_to: PipelineTo) -> None:
    with deaf(socket.SOCK_DGRAM) as endpoint:
        pipeline = pipeline_to(endpoint)
        for flight in [pipeline.start(exchange(name, key=None)) for name in ("a", "b")]:
            with pytest.raises(NoResponse, match="port unreachable"):
                pipeline.wait(flight)


def test_one_that_was_not_sent_cannot_be_waited_for(pipeline_to: PipelineTo) -> None:
    with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        with pytest.raises(RuntimeError, match="nothing is under way"):
            pipeline.wait(Flight(exchange(), 1))


# By TCP.


def over_tcp(name: str = "home", key: Key | None = KEY) -> Exchange:
    return exchange(name, Policy(timeout=SECONDS, retries=0, transport=TCP), key)


def messages_on(connection: socket.socket, first: bytes) -> Iterator[bytes]:
    """Yield the messages of a connection whose first message has been read."""
    yield first
    deframer = Deframer()
    while octets := connection.recv(LARGEST_READ):
        yield from deframer.feed(octets)


@pytest.mark.parametrize("key", [KEY, None])
def test_exchanges_over_tcp_share_a_connection(key: Key | None, pipeline_to: PipelineTo) -> None:
    """The peer is silent until it has all of them, and then answers the last one first."""
    has_first = threading.Event()  # the peer passes on the first message only, and loses what came with it

    def script(connection: socket.socket, first: bytes) -> None:
        has_first.set()
        requests: list[bytes] = []
        for octets in messages_on(connection, first):
            requests.append(octets)
            if len(requests) == 3:
                give = signed if key is not None else answer
                connection.sendall(b"".join(frame(give(request)) for request in reversed(requests)))

    with TcpPeer(script) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flights = [pipeline.start(over_tcp("a", key))]
        assert has_first.wait(SECONDS)
        flights += [pipeline.start(over_tcp(name, key)) for name in ("b", "c")]
        assert [rcode_of(pipeline, flight) for flight in flights] == [0, 0, 0]
        pipeline.close()
    assert len(peer.clients) == 1


def test_when_the_server_ends_the_connection_those_behind_the_first_are_cut_off(pipeline_to: PipelineTo) -> None:
    """It does so after the first answer; later exchanges each have a connection of their own."""
    with TcpPeer(lambda c, octets: c.sendall(frame(signed(octets)))) as peer:
        pipeline = pipeline_to(peer.endpoint)
        first, *others = [pipeline.start(over_tcp(name)) for name in ("a", "b", "c")]
        assert rcode_of(pipeline, first) == Rcode.NOERROR
        for flight in others:
            with pytest.raises(NoResponse, match="1 try by TCP"):
                pipeline.wait(flight)
            assert flight.was_cut_off
        late = [pipeline.start(over_tcp(name)) for name in ("d", "e")]
        assert [rcode_of(pipeline, flight) for flight in late] == [0, 0]
    assert not any(flight.was_cut_off for flight in (first, *late))
    assert len(peer.clients) == 3


def test_a_connection_that_ends_without_any_answer_is_the_first_ones_failure(pipeline_to: PipelineTo) -> None:
    with TcpPeer(lambda _connection, _octets: None) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flight = pipeline.start(over_tcp())
        with pytest.raises(NoResponse) as caught:
            pipeline.wait(flight)
    assert caught.value.may_have_arrived
    assert not flight.was_cut_off


def test_a_refused_connection_is_a_failure_at_once(pipeline_to: PipelineTo) -> None:
    with deaf(socket.SOCK_STREAM) as endpoint:
        pipeline = pipeline_to(endpoint)
        with pytest.raises(NoResponse, match=r"connection refused \(1 try by TCP") as caught:
            pipeline.wait(pipeline.start(over_tcp()))
    assert not caught.value.may_have_arrived


def test_a_server_that_is_silent_over_tcp_has_its_time(pipeline_to: PipelineTo) -> None:
    with TcpPeer(lambda connection, first: list(messages_on(connection, first))) as peer:
        pipeline = pipeline_to(peer.endpoint)
        hasty = exchange("home", Policy(timeout=0.05, retries=0, transport=TCP))
        flight = pipeline.start(hasty)
        with pytest.raises(NoResponse, match="no answer in time"):
            pipeline.wait(flight)
        pipeline.close()
    assert not flight.was_cut_off


# Messages prepared before they can be sent.


def test_what_was_made_ready_has_its_whole_time_from_when_it_is_sent(
    pipeline_to: PipelineTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flight = Flight(exchange(policy=Policy(timeout=5, retries=0)), 1)
        clock = flight.ready_at + FRESH / 2
        monkeypatch.setattr("dns_update.transport.pipeline.time.monotonic", lambda: clock)
        assert pipeline.launch(flight)
        assert flight.deadline == pytest.approx(clock + 5)
        assert rcode_of(pipeline, flight) == Rcode.NOERROR


def test_what_waited_too_long_is_not_sent(pipeline_to: PipelineTo, monkeypatch: pytest.MonkeyPatch) -> None:
    with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flight = Flight(exchange(), 1)
        late = flight.ready_at + 2 * FRESH
        monkeypatch.setattr("dns_update.transport.pipeline.time.monotonic", lambda: late)
        assert not pipeline.launch(flight)
    assert peer.clients == []


def test_what_was_made_ready_with_an_id_that_is_another_ones_is_not_sent(pipeline_to: PipelineTo) -> None:
    with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        first, second = (Flight(exchange(name), 1) for name in ("a", "b"))
        assert pipeline.launch(first)
        assert not pipeline.launch(second)
        assert rcode_of(pipeline, first) == Rcode.NOERROR
    assert len(peer.clients) == 1


def test_a_message_that_cannot_be_encoded_leaves_the_others_alone(pipeline_to: PipelineTo) -> None:
    endless = Update("example.com").add("x", 1, 65280, bytes(40_000)).add("y", 1, 65280, bytes(40_000))
    with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
        pipeline = pipeline_to(peer.endpoint)
        flight = pipeline.start(exchange())
        with pytest.raises(UsageError, match="at most 65535"):
            pipeline.start(Exchange(endless.to_message(), KEY, PATIENT))
        assert rcode_of(pipeline, flight) == Rcode.NOERROR


def test_it_sends_from_the_transports_address() -> None:
    with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
        pipeline = Pipeline(BlockingTransport("127.0.0.5"), peer.endpoint, source="127.0.0.5")
        pipeline.wait(pipeline.start(exchange()))
        pipeline.close()
    assert [address for address, _ in peer.clients] == ["127.0.0.5"]
    other_family = Pipeline(BlockingTransport(IPV4), Endpoint(IPV6), source=IPV4)
    with pytest.raises(NoResponse, match=f"cannot send to an IPv6 server from {IPV4}") as caught:
        other_family.wait(other_family.start(exchange()))
    assert not caught.value.may_have_arrived


def test_a_real_server_behind_a_bad_network_carries_out_every_update(
    bind: NameServer, unique_name: str, pipeline_to: PipelineTo
) -> None:
    """Every third answer is lost, and every second one comes late, after the next one, and twice."""
    held: list[bytes] = []
    answers = 0

    def hook(_request: bytes, octets: bytes) -> list[bytes]:
        nonlocal answers
        answers += 1
        if answers % 3 == 0:
            return []
        if answers % 2:
            held.append(octets)
            return []
        before, held[:] = list(held), []
        return [octets, *before, *before]

    names = [f"{unique_name}-{number}" for number in range(60)]
    key = Key.from_secret(bind.keys[0].name, bind.keys[0].secret, bind.keys[0].algorithm)
    with Relay(bind, hook) as relay:
        pipeline = pipeline_to(Endpoint(IPV4, relay.port))
        flights = [pipeline.start(exchange(name, Policy(timeout=0.3, retries=30), key)) for name in names]
        assert {rcode_of(pipeline, flight) for flight in flights} == {Rcode.NOERROR}
    assert len(relay.requests) > len(names)
    assert len(set(relay.client_ports)) == 1
    assert all(dig(bind, f"{name}.example.com", "A") for name in names[::7])
