"""One name is made right at a real server, while others change it, and while messages are lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from dns_update.agent.reconcile.reconcile import reconcile
from dns_update.auth import Key
from dns_update.client import Client
from dns_update.client.locate import Target
from dns_update.client.plan import Desired
from dns_update.client.steps import Ask
from dns_update.errors import NameExists, NameNotFound, NoResponse, NotApplied, Refusal
from dns_update.exchange import Policy
from dns_update.wire.codes import Opcode, RRType
from dns_update.wire.inet import format_address, parse_address
from dns_update.wire.name import Name
from lab import dig

if TYPE_CHECKING:
    from dns_update.client.outcome import Outcome
    from dns_update.client.transaction import Transaction
    from lab import NameServer

ONE, TWO, THREE = map(parse_address, ("192.0.2.1", "192.0.2.2", "192.0.2.3"))
SIX = parse_address("2001:db8::6")
Before = Callable[[Ask, bool], None]
"""Called before each message, with it and whether an update was sent before; if it raises, sending fails with that."""


def nothing(_ask: Ask, _is_after_update: bool) -> None:
    """Do nothing when a message is sent."""


class World:
    """A name at a server, as the agent and as others see it."""

    def __init__(self, server: NameServer, name: str) -> None:
        secret = server.keys[0]
        self.key = Key.from_secret(secret.name, secret.secret, secret.algorithm)
        self.address = f"{server.host}:{server.port}"
        self.name = name
        self._server = server
        self._others = Client(self.address, key=self.key)

    def reconcile(self, desired: Desired, before: Before = nothing) -> Outcome:
        """Make the name right."""
        target = Target(Name.from_text(f"{self.name}.example.com"), Name.from_text("example.com"))

        async def watched(transaction: Transaction) -> Outcome:
            steps = reconcile(transaction, target, desired)
            step, is_after_update = steps.send(None), False
            while True:
                try:
                    if isinstance(step, Ask):
                        before(step, is_after_update)
                        is_after_update |= is_update(step)
                    answer = await step
                    step = steps.send(answer)
                except NoResponse as error:
                    step = steps.send(error)
                except StopIteration as stop:
                    outcome: Outcome = stop.value
                    return outcome

        return Client(self.address, key=self.key, policy=Policy(timeout=3, retries=0)).run(watched)

    def others_set(self, *values: str, rrtype: str | None = None) -> None:
        """Change the name as another client."""
        self._others.set(self.name, *values, rrtype=rrtype, zone="example.com", ttl=60)

    def data(self, rrtype: str = "A") -> str:
        """Return what dig shows, in order."""
        return " ".join(sorted(x.split(maxsplit=4)[4] for x in dig(self._server, f"{self.name}.example.com", rrtype)))


@pytest.fixture(params=["bind", "knot", "powerdns"])
def world(request: pytest.FixtureRequest, unique_name: str) -> World:
    server: NameServer = request.getfixturevalue(request.param)
    return World(server, unique_name)


def is_update(ask: Ask) -> bool:
    return ask.message.opcode == Opcode.UPDATE


def test_what_is_wanted_is_made_and_then_left_alone(world: World) -> None:
    desired = Desired({RRType.A: (ONE, TWO), RRType.AAAA: (SIX,)}, 60)
    outcome = world.reconcile(desired)
    assert outcome.changed
    assert (world.data(), world.data("AAAA")) == ("192.0.2.1 192.0.2.2", "2001:db8::6")
    sent: list[Ask] = []
    again = world.reconcile(desired, lambda ask, _after: sent.append(ask))
    assert not again.changed
    assert not any(map(is_update, sent))


def test_a_type_that_shall_go_goes_and_the_other_stays(world: World) -> None:
    world.reconcile(Desired({RRType.A: (ONE,), RRType.AAAA: (SIX,)}, 60))
    world.reconcile(Desired({RRType.AAAA: ()}))
    assert (world.data(), world.data("AAAA")) == ("192.0.2.1", "")


def test_where_no_ttl_is_set_the_one_that_stands_is_kept(world: World) -> None:
    world.others_set("192.0.2.9")
    outcome = world.reconcile(Desired({RRType.A: (ONE,)}))
    assert [record.ttl for record in outcome.after or ()] == [60]


def test_where_no_ttl_is_set_and_none_stands_it_is_that_of_the_soa(world: World) -> None:
    outcome = world.reconcile(Desired({RRType.A: (ONE,)}))
    assert [record.ttl for record in outcome.after or ()] == [3600]


def test_two_that_meet_both_get_their_way(world: World) -> None:
    """Between our query and our update, another owner publishes an address and claims it."""
    met: list[Ask] = []

    def meet(ask: Ask, _is_after_update: bool) -> None:
        if is_update(ask) and not met:
            met.append(ask)
            world.reconcile(Desired({RRType.A: (TWO,)}, 60, "router-2"))

    world.reconcile(Desired({RRType.A: (ONE,)}, 60, "router-1"), meet)
    assert met
    assert world.data() == "192.0.2.1 192.0.2.2"
    world.reconcile(Desired({RRType.A: (THREE,)}, 60, "router-1"))
    assert world.data() == "192.0.2.2 192.0.2.3"


@pytest.mark.parametrize("desired", [ONE, THREE], ids=["as it stands", "another"])
@pytest.mark.parametrize("number", range(3), ids=["first look", "second look", "update"])
def test_an_older_update_of_ours_that_comes_late_leaves_nothing_behind(
    world: World, number: int, desired: bytes
) -> None:
    """A cancelled attempt has sent it; it arrives between two messages of the next attempt."""
    world.reconcile(Desired({RRType.A: (ONE,)}, 60, "router-1"))
    asked: list[Ask] = []
    stood: list[str] = []

    def overtake(ask: Ask, _is_after_update: bool) -> None:
        stood.append(world.data())
        asked.append(ask)
        if len(asked) == number + 1:
            world.reconcile(Desired({RRType.A: (TWO,)}, 60, "router-1"))

    world.reconcile(Desired({RRType.A: (desired,)}, 60, "router-1"), overtake)
    if len(asked) > number:
        assert world.data() == format_address(desired)
        assert world.data("TXT") == f'"dns-update owner=router-1 {format_address(desired)}"'
    assert len(asked) > 1
    assert "" not in stood


def test_who_meets_somebody_each_time_gives_way_in_the_end(world: World) -> None:
    meetings = 0

    def meet(ask: Ask, _is_after_update: bool) -> None:
        nonlocal meetings
        if is_update(ask):
            meetings += 1
            world.reconcile(Desired({RRType.A: (parse_address(f"192.0.2.{100 + meetings}"),)}, 60, "router-2"))

    with pytest.raises((NameExists, NameNotFound)):
        world.reconcile(Desired({RRType.A: (ONE,)}, 60, "router-1"), meet)
    assert meetings == 5
    assert world.data() == "192.0.2.105"


def test_an_update_that_cannot_be_looked_at_is_looked_at_again(world: World) -> None:
    world.others_set("192.0.2.9")
    lost: list[Ask] = []

    def lose(ask: Ask, is_after_update: bool) -> None:
        if is_after_update and not is_update(ask) and not lost:
            lost.append(ask)
            raise NoResponse("lost", endpoint=world.address)

    outcome = world.reconcile(Desired({RRType.A: (ONE,)}, 60), lose)
    assert lost
    assert [record.rdata for record in outcome.before or ()] == [parse_address("192.0.2.9")]
    assert [record.rdata for record in outcome.after or ()] == [ONE]


def test_an_update_that_can_never_be_looked_at_is_no_success(world: World) -> None:
    def lose(ask: Ask, is_after_update: bool) -> None:
        if is_after_update and not is_update(ask):
            raise NoResponse("lost", endpoint=world.address)

    with pytest.raises(NoResponse):
        world.reconcile(Desired({RRType.A: (ONE,)}, 60), lose)
    assert world.data() == "192.0.2.1"


def test_what_a_cname_keeps_from_being_is_no_success(world: World) -> None:
    """BIND and Knot answer NOERROR and do nothing; PowerDNS refuses."""
    world.others_set("target.example.net.", rrtype="CNAME")
    with pytest.raises((NotApplied, Refusal)):
        world.reconcile(Desired({RRType.A: (ONE,)}, 60))
    assert world.data("CNAME") == "target.example.net."
