"""What the engine asks, and how often: on a scripted network, where every message is seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from dns_update.client.plan import Desired
from dns_update.doctor.examiner import examine
from dns_update.doctor.findings import RequestFailed, problems, state_of
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import NoResponse, ServerFailure
from dns_update.exchange import Policy
from dns_update.message import Message
from dns_update.transport import Server
from dns_update.transport.memory import MemoryTransport
from dns_update.update import Update
from dns_update.wire.codes import Opcode, Rcode, RRType
from dns_update.wire.name import Name
from tests.client.replies import ADDRESS, SOA, ZONE, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dns_update.doctor.examination import Examination
    from dns_update.exchange import Exchange, Reply, UnverifiedReply
    from dns_update.transport import Endpoint
    from dns_update.transport.memory import SentMessage

SERVER = Server("192.0.2.53")
ONCE = Policy(timeout=0.3, retries=0)


class Network:
    """A network with name servers of example.com that check records before prerequisites, as BIND does.

    `unmet` is their answer if prerequisites are not met, `refuses` says which updates they refuse, `is_silent` which
    messages they do not answer.
    """

    def __init__(
        self,
        *,
        unmet: int = Rcode.YXDOMAIN,
        refuses: Callable[[Message], bool] = lambda _update: False,
        is_silent: Callable[[Message], bool] = lambda _message: False,
        hosts: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._unmet = unmet
        self._refuses = refuses
        self._is_silent = is_silent
        self._memory = MemoryTransport(self._answer, hosts=hosts)

    def _answer(self, sent: SentMessage) -> Iterable[bytes]:
        message = Message.decode(sent.octets)
        if self._is_silent(message):
            return ()
        if message.opcode == Opcode.UPDATE:
            is_outside = any(not change.name.is_within(ZONE) for change in message.authority)
            rcode = Rcode.REFUSED if self._refuses(message) else Rcode.NOTZONE if is_outside else self._unmet
            return (reply(message, rcode),)
        asked = message.question[0]
        if asked.rrtype == RRType.SOA and asked.name == ZONE:
            return (reply(message, answer=(SOA,)),)
        return (reply(message, authority=(SOA,)),)

    @property
    def messages(self) -> list[tuple[Endpoint, Message]]:
        return [(sent.endpoint, Message.decode(sent.octets)) for sent in self._memory.sent]

    @property
    def updates(self) -> list[Message]:
        return [message for _endpoint, message in self.messages if message.opcode == Opcode.UPDATE]

    @property
    def probed(self) -> list[set[Name]]:
        """The names of each update that has changes within the zone."""
        names = [{change.name for change in update.authority if change.name.is_within(ZONE)} for update in self.updates]
        return [of_one for of_one in names if of_one]

    # An AsyncTransport

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        return self._memory.carry(exchange, endpoint)

    async def resolve(self, host: str) -> tuple[str, ...]:
        return self._memory.resolve(host)

    async def pause(self, seconds: float) -> None:
        self._memory.pause(seconds)

    def clock(self) -> float:
        return self._memory.clock()

    def keep_open(self) -> None:
        self._memory.keep_open()

    def close(self) -> None:
        self._memory.close()


def owner_of(number: int) -> Name:
    return Name.from_text(f"n{number}.example.com")


def subjects(count: int, destination: Destination, data: bytes = ADDRESS, rrtype: int = RRType.A) -> list[Subject]:
    return [Subject(owner_of(number), destination, (rrtype,), Desired({rrtype: (data,)})) for number in range(count)]


def examined(network: Network, names: Iterable[Subject]) -> Examination:
    return asyncio.run(examine(names, transport=lambda _local_address: network))


def at(*servers: Server) -> Destination:
    return Destination(ZONE, servers, policy=ONCE)


def errors_of(seen: Examination) -> list[Exception]:
    return [problem.error for problem in problems(seen) if isinstance(problem, RequestFailed)]


# Nothing is changed


def test_every_update_demands_what_cannot_be() -> None:
    network = Network()
    examined(network, subjects(3, at(SERVER)))
    demanded = Update(ZONE).require_present(ZONE).require_absent(ZONE).prerequisites
    assert network.probed == [{owner_of(0), owner_of(1), owner_of(2)}]
    assert {update.answer for update in network.updates} == {demanded}


def test_no_record_is_sent_to_a_server_that_ignores_prerequisites() -> None:
    network = Network(unmet=Rcode.NOERROR)
    seen = examined(network, subjects(3, at(SERVER)))
    (error,) = errors_of(seen)
    assert isinstance(error, ServerFailure)
    assert [update.authority for update in network.updates] == [()]


# How often is asked


@pytest.mark.parametrize(("count", "sizes"), [(100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_names_are_probed_a_hundred_at_once(count: int, sizes: Sequence[int]) -> None:
    network = Network()
    seen = examined(network, subjects(count, at(SERVER)))
    assert sorted(map(len, network.probed), reverse=True) == sizes
    assert {state_of(name) for name in seen.names} == {"differs"}


def test_names_with_much_data_are_probed_in_smaller_groups() -> None:
    network = Network()
    text = bytes([255, *b"x" * 255]) * 20  # of about 5,000 octets
    examined(network, subjects(5, at(SERVER), text, RRType.TXT))
    assert sorted(map(len, network.probed)) == [2, 3]


def test_a_name_that_is_refused_is_found_among_the_others() -> None:
    bad = owner_of(70)
    network = Network(refuses=lambda update: any(change.name == bad for change in update.authority))
    seen = examined(network, subjects(100, at(SERVER)))
    assert [name.subject.name for name in seen.names if state_of(name) == "failing"] == [bad]
    assert len(network.probed) < 20


def test_a_server_named_twice_is_explored_once() -> None:
    network = Network(hosts={"ns.example.com": ("192.0.2.53", "192.0.2.54")})
    names = [*subjects(1, at(SERVER)), *subjects(1, at(Server("ns.example.com")))]
    seen = examined(network, names)
    assert [server.endpoint.address for server in seen.servers] == ["192.0.2.53", "192.0.2.54"]
    assert [[one.server for one in name.at_servers] for name in seen.names] == [
        [seen.servers[0]],
        [seen.servers[0], seen.servers[1]],
    ]
    asked = [message for _endpoint, message in network.messages if message.question[0].rrtype == RRType.SOA]
    assert sum(message.opcode == Opcode.QUERY for message in asked) == 2


def test_a_server_that_falls_silent_is_one_problem_and_waited_for_once() -> None:
    def is_silent(query: Message) -> bool:
        return query.question[0].rrtype == RRType.A

    network = Network(is_silent=is_silent)
    seen = examined(network, subjects(500, at(SERVER)))
    (error,) = errors_of(seen)
    assert isinstance(error, NoResponse)
    assert seen.servers[0].access is not None
    assert {state_of(name) for name in seen.names} == {"unknown"}
    assert sum(is_silent(message) for _endpoint, message in network.messages) == 1
    assert network.probed == []


def test_a_server_that_falls_silent_to_probes_is_waited_for_once() -> None:
    def is_silent(message: Message) -> bool:
        return any(change.name.is_within(ZONE) for change in message.authority)

    network = Network(is_silent=is_silent)
    seen = examined(network, subjects(500, at(SERVER)))
    (error,) = errors_of(seen)
    assert isinstance(error, NoResponse)
    assert len(network.probed) == 1
    assert {state_of(name) for name in seen.names} == {"differs"}


def test_the_zone_of_a_name_is_found_at_its_server() -> None:
    network = Network()
    seen = examined(network, subjects(2, Destination(None, (SERVER,), policy=ONCE)))
    assert [server.zone for server in seen.servers] == [ZONE]
    assert [state_of(name) for name in seen.names] == ["differs", "differs"]


def test_a_zone_that_cannot_be_found_is_a_problem_of_the_name() -> None:
    network = Network(is_silent=lambda _query: True)
    seen = examined(network, subjects(2, Destination(None, (SERVER,), policy=ONCE)))
    assert seen.servers == ()
    assert [problem.name for problem in problems(seen)] == [owner_of(0), owner_of(1)]
