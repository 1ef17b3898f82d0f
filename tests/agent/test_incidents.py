"""An incident that affects many names is logged once, and so is its end."""

import os
from collections.abc import Iterator

import pytest

from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.incidents import Incidents
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.output.log import Log
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.client.aio import AsyncClient
from dns_update.errors import DnsUpdateError, KeyRejected, NoResponse, PermissionDenied, ServerFailure
from dns_update.transport import Server
from dns_update.wire.name import Name

SILENCE = NoResponse("no answer in time", endpoint="192.0.2.1")
UPSTREAM = Upstream(AsyncClient("192.0.2.1"), (Server("192.0.2.1"),), ServerHealth(float), 1.0)
OTHER_UPSTREAM = Upstream(AsyncClient("192.0.2.2"), (Server("192.0.2.2"),), UPSTREAM.health, 1.0)


def managed_name(name: str, upstream: Upstream = UPSTREAM, zone: str = "example.com") -> ManagedName:
    return ManagedName(RecordSettings(Name.from_text(f"{name}.{zone}"), Name.from_text(zone)), upstream, (), 0.0)


class Story:
    def __init__(self, *names: ManagedName) -> None:
        self._end, self._descriptor = os.pipe()
        os.set_blocking(self._end, False)
        self._names = names
        self.incidents = Incidents(Log(descriptor=self._descriptor, environment={}))

    def enter(self, name: ManagedName, error: DnsUpdateError) -> list[str]:
        self.incidents.enter(name, error, self._names)
        return self.said()

    def leave(self, name: ManagedName, *, is_right: bool = True) -> list[str]:
        self.incidents.leave(name, is_right=is_right)
        return self.said()

    def said(self) -> list[str]:
        try:
            text = os.read(self._end, 1 << 16).decode()
        except BlockingIOError:
            return []
        return [line.removeprefix("dns-update: ") for line in text.splitlines()]

    def close(self) -> None:
        os.close(self._end)
        os.close(self._descriptor)


@pytest.fixture
def names() -> list[ManagedName]:
    return [managed_name("a"), managed_name("b"), managed_name("c"), managed_name("d", OTHER_UPSTREAM)]


@pytest.fixture
def it(names: list[ManagedName]) -> Iterator[Story]:
    story = Story(*names)
    yield story
    story.close()


def test_one_name(it: Story, names: list[ManagedName]) -> None:
    error = PermissionDenied("no", endpoint="192.0.2.1", hint="ask")
    assert it.enter(names[0], error) == ["update failed: a.example.com: Permission denied: no (ask)"]
    assert it.enter(names[0], error) == []
    assert it.enter(names[1], error) == ["update failed: b.example.com: Permission denied: no (ask)"]
    assert it.leave(names[0]) == ["a.example.com is right again"]
    assert it.leave(names[0]) == []


def test_a_silent_server_is_said_once_with_the_number_of_names_that_it_concerns(
    it: Story, names: list[ManagedName]
) -> None:
    assert it.enter(names[0], SILENCE) == [
        ("update failed: a.example.com: No answer from 192.0.2.1: no answer in time; 2 other names are affected, too")
    ]
    assert it.enter(names[1], NoResponse("another text", endpoint="192.0.2.1")) == []
    assert it.enter(names[2], SILENCE) == []
    assert it.leave(names[1]) == []
    assert it.enter(names[1], SILENCE) == []
    assert it.leave(names[0]) == []
    assert it.leave(names[1]) == []
    assert it.leave(names[2]) == ["c.example.com and 3 more are right again"]


def beside(error: DnsUpdateError, *others: DnsUpdateError) -> DnsUpdateError:
    """Return an error as it is if other servers were also asked."""
    error.failures = others
    return error


def test_two_silent_servers_are_one_incident_whichever_was_asked_last(it: Story, names: list[ManagedName]) -> None:
    one, two = (NoResponse("no answer in time", endpoint=f"192.0.2.{number}") for number in (1, 2))
    (line,) = it.enter(names[0], beside(two, one))
    assert "update failed: a.example.com: No answer from 192.0.2.2: no answer in time; No answer from 192.0.2.1" in line
    assert it.enter(names[0], beside(NoResponse("no answer", endpoint="192.0.2.1"), two)) == []
    assert it.enter(names[1], one) == []
    assert it.enter(names[0], SILENCE) == []


def test_what_begins_to_be_permanent_is_said_again(it: Story, names: list[ManagedName]) -> None:
    """The other server may accept the update as long as it is silent; once it also refuses, the error is permanent."""
    denied = PermissionDenied("no", endpoint="192.0.2.2")
    assert len(it.enter(names[0], beside(denied, SILENCE))) == 1
    assert it.enter(names[0], beside(denied, NoResponse("", endpoint="192.0.2.1"))) == []
    assert len(it.enter(names[0], beside(denied, KeyRejected("", endpoint="192.0.2.1", tsig_error=17)))) == 1


def test_who_was_asked_for_a_zone_that_is_not_known_tells_one_incident_from_another(it: Story) -> None:
    upstream = Upstream(AsyncClient(), (), UPSTREAM.health, 1.0)
    home, other = (
        ManagedName(RecordSettings(Name.from_text(f"{name}.example.com")), upstream, (), 0.0) for name in "xy"
    )
    assert len(it.enter(home, NoResponse("", endpoint="192.0.2.1"))) == 1
    assert it.enter(other, NoResponse("", endpoint="192.0.2.1")) == []
    assert len(it.enter(other, NoResponse("", endpoint="192.0.2.2"))) == 1


@pytest.mark.parametrize(
    "error", [SILENCE, KeyRejected("", endpoint="x", tsig_error=16), ServerFailure("", endpoint="x")]
)
def test_names_that_are_sent_elsewhere_have_incidents_of_their_own(
    it: Story, names: list[ManagedName], error: DnsUpdateError
) -> None:
    assert len(it.enter(names[0], error)) == 1
    assert it.enter(names[1], error) == []
    assert len(it.enter(names[3], error)) == 1


def test_a_failure_of_a_zone_is_not_another_ones(it: Story, names: list[ManagedName]) -> None:
    error = ServerFailure("SERVFAIL", endpoint="192.0.2.1")
    assert len(it.enter(names[0], error)) == 1
    assert it.enter(names[1], error) == []
    assert len(it.enter(managed_name("e", zone="example.net"), error)) == 1


def test_another_incident_is_said_and_the_first_is_not_said_to_be_over(it: Story, names: list[ManagedName]) -> None:
    it.enter(names[0], SILENCE)
    (line,) = it.enter(names[0], PermissionDenied("no", endpoint="192.0.2.1"))
    assert "Permission denied" in line
    assert it.leave(names[0]) == ["a.example.com is right again"]


def test_a_name_that_is_kept_no_longer_is_not_said_to_be_right(it: Story, names: list[ManagedName]) -> None:
    it.enter(names[0], SILENCE)
    assert it.leave(names[0], is_right=False) == []
    assert len(it.enter(names[1], SILENCE)) == 1
