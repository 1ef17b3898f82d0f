"""What an attempt shows about servers, by the endpoints in errors, and about its update, as doubt that is kept."""

import asyncio

import pytest

from dns_update.agent.attempt import Attempt, begin, pass_doubt_on
from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.managed_name import Doubt, ManagedName
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.client.aio import AsyncClient
from dns_update.client.plan import Desired
from dns_update.errors import NoResponse, PermissionDenied
from dns_update.transport import Endpoint, Server
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name
from tests.support.mock_agent import MockClock, MockLoop, MockServers, MockTransport

ZONE = Name.from_text("example.com")
HOSTS = {"ns.example.com": ("192.0.2.7", "2001:db8::7")}
DESIRED = Desired({RRType.A: (bytes([9, 8, 7, 1]),)}, 60)
PATIENCE = 16.0


class World:
    """A name with some servers, under a mock clock."""

    def __init__(self, *servers: str) -> None:
        self.clock = MockClock()
        self.loop = MockLoop(self.clock)
        self.servers = MockServers()
        self.transport = MockTransport(self.servers, self.clock, HOSTS)
        addresses = tuple(map(Server.from_text, servers))
        self.health = ServerHealth(lambda _failures: 60.0)
        client = AsyncClient(*addresses, transport=self.transport)
        upstream = Upstream(client, addresses, self.health, PATIENCE)
        self.managed = ManagedName(RecordSettings(Name.from_text("home.example.com"), ZONE), upstream, (), 0.0)

    def begin(self) -> Attempt:
        """Begin an attempt."""
        attempt = begin(self.managed, DESIRED, self.clock.now)
        assert attempt is not None
        return attempt

    def end(self, attempt: Attempt) -> list[object]:
        """Run an attempt to its end, and return the servers that recovered."""

        async def run() -> list[object]:
            try:
                outcome = await attempt.run()
            except (NoResponse, PermissionDenied) as error:
                return [server for server, _outage in attempt.failed(error, self.clock.now)]
            return [server for server, _outage in attempt.succeeded(outcome, self.clock.now)]

        return self.loop.run_until_complete(run())

    def cancel(self, attempt: Attempt, seconds: float) -> None:
        """Cancel an attempt after this number of seconds."""

        async def run() -> None:
            task = asyncio.ensure_future(attempt.run())
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.wait([task])
            attempt.cancelled(self.clock.now)

        self.loop.run_until_complete(run())

    def silent(self) -> list[object]:
        """Return the servers that are silent."""
        return [server for server, _outage in self.health.outages()]

    def close(self) -> None:
        """Close the loop."""
        self.loop.close()


@pytest.mark.parametrize(
    ("server", "silent"),
    [
        ("192.0.2.1", [Server("192.0.2.1")]),
        ("192.0.2.1:5353", [Server("192.0.2.1", 5353)]),
        ("nowhere.example.com", [Server("nowhere.example.com")]),
        ("nowhere.example.com:5353", [Server("nowhere.example.com", 5353)]),
        ("ns.example.com", [Server("ns.example.com"), Endpoint("192.0.2.7"), Endpoint("2001:db8::7")]),
    ],
)
def test_a_silence_is_that_of_the_server_and_of_the_addresses_that_were_asked(
    server: str, silent: list[object]
) -> None:
    world = World(server)
    world.servers.silent |= {"192.0.2.1", "192.0.2.7", "2001:db8::7"}
    assert world.end(world.begin()) == []
    assert world.silent() == silent
    world.close()


def test_an_answer_by_one_address_ends_the_silence_of_the_host_and_not_of_its_other_address() -> None:
    world = World("ns.example.com")
    world.servers.silent |= {"192.0.2.7", "2001:db8::7"}
    world.end(world.begin())
    world.servers.silent.remove("2001:db8::7")
    world.health.retry_all()
    assert world.end(world.begin()) == [Server("ns.example.com"), Endpoint("2001:db8::7")]
    assert world.silent() == [Endpoint("192.0.2.7")]
    world.close()


def test_a_refusal_is_an_answer() -> None:
    world = World("192.0.2.1")
    world.servers.silent.add("192.0.2.1")
    world.end(world.begin())
    world.servers.silent.clear()
    world.servers.refusing.add("192.0.2.1")
    world.health.retry_all()
    assert world.end(world.begin()) == [Server("192.0.2.1")]
    world.close()


def test_an_update_that_is_answered_leaves_no_doubt() -> None:
    world = World("192.0.2.1")
    world.end(world.begin())
    assert world.managed.doubt is None
    world.close()


def test_an_update_that_was_sent_twice_may_arrive_once_more() -> None:
    world = World("192.0.2.1")
    world.servers.loses_answers = 1
    world.end(world.begin())
    doubt = world.managed.doubt
    assert doubt is not None
    assert not doubt.is_outcome_unknown
    assert doubt.recheck_at == pytest.approx(world.clock.now + PATIENCE)
    world.clock.now += PATIENCE + 1
    world.end(world.begin())
    assert world.managed.doubt is None
    world.close()


def test_an_update_whose_answer_is_not_waited_for_may_have_been_carried_out() -> None:
    world = World("192.0.2.1")
    world.servers.loses_answers = 1
    world.cancel(world.begin(), 1.0)
    doubt = world.managed.doubt
    assert doubt is not None
    assert doubt.is_outcome_unknown
    assert doubt.recheck_at == pytest.approx(world.clock.now + PATIENCE)
    assert world.begin().began_in_doubt
    world.close()


@pytest.mark.parametrize("seconds", [0.0, 0.005])
def test_an_attempt_that_is_cancelled_before_it_sends_an_update_leaves_no_doubt(seconds: float) -> None:
    world = World("192.0.2.1")
    attempt = world.begin()
    world.cancel(attempt, seconds)
    assert attempt.update_sent_to is None
    assert world.managed.doubt is None
    world.close()


@pytest.mark.parametrize("is_under_way", [False, True])
def test_a_name_with_new_settings_knows_when_an_older_update_may_arrive(is_under_way: bool) -> None:
    world, other = World("192.0.2.1"), World("192.0.2.1")
    world.managed.doubt = Doubt(is_outcome_unknown=True, recheck_at=5.0)
    pass_doubt_on(world.managed, other.managed, 100.0, is_under_way=is_under_way)
    assert other.managed.recheck_at == (100.0 + PATIENCE if is_under_way else 5.0)
    world.close()
    other.close()
