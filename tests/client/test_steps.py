"""The steps of a request, and the loop that performs them: driven by hand, with the test's own answers."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest

from dns_update.client.steps import Ask, Pause, ReadClock, Resolve, drive, finished
from dns_update.errors import NoResponse
from dns_update.exchange import Reply
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dns_update.client.steps import RequestStep

SERVER = Endpoint("192.0.2.1")
QUERY = Message.query(Name.from_text("example.com"), RRType.SOA)
REPLY = Reply(QUERY, None, "udp", 1)


class World:
    """Performs steps by giving these answers, or raising them, one after the other; keeps the steps."""

    def __init__(self, *answers: object) -> None:
        self.steps: list[RequestStep] = []
        self._answers = list(answers)

    async def perform(self, step: RequestStep) -> object:
        self.steps.append(step)
        answer = self._answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("step", "answer"), [(Ask(SERVER, QUERY, None), REPLY), (Resolve("ns"), ("192.0.2.1",)), (ReadClock(), 2.5)]
)
def test_the_answer_to_a_step_is_what_awaiting_it_gives(step: Ask | Resolve | ReadClock, answer: object) -> None:
    async def request() -> object:
        return await step

    world = World(answer)
    assert finished(drive(request(), world.perform)) is answer
    assert world.steps == [step]


def test_steps_of_a_request_within_a_request_are_performed_in_order() -> None:
    async def inner(host: str) -> str:
        addresses = await Resolve(host)
        await Pause(1.0)
        return addresses[0]

    async def request() -> list[str]:
        return [await inner("one"), await inner("two")]

    world = World(("192.0.2.1",), None, ("192.0.2.2",), None)
    assert finished(drive(request(), world.perform)) == ["192.0.2.1", "192.0.2.2"]
    assert world.steps == [Resolve("one"), Pause(1.0), Resolve("two"), Pause(1.0)]


def test_a_silence_is_raised_within_the_request_which_may_go_on() -> None:
    async def request() -> object:
        try:
            return await Ask(SERVER, QUERY, None)
        except NoResponse as error:
            return await Resolve(error.text)

    assert finished(drive(request(), World(NoResponse("silent"), ("192.0.2.1",)).perform)) == ("192.0.2.1",)


@pytest.mark.parametrize("error", [OSError(0, "No such name"), UnicodeError("No such name")])
def test_a_host_that_cannot_be_resolved_is_a_server_without_response(error: Exception) -> None:
    async def request() -> object:
        return await Resolve("ns.example.com")

    with pytest.raises(NoResponse, match="no such name") as caught:
        finished(drive(request(), World(error).perform))
    assert caught.value.server == "ns.example.com"
    assert caught.value.__cause__ is error


def test_a_mistake_in_performing_a_step_is_not_the_requests_business() -> None:
    async def request() -> str:
        try:
            await ReadClock()
        except ValueError:
            return "hidden"
        return "no error"

    with pytest.raises(ValueError, match="a mistake"):
        finished(drive(request(), World(ValueError("a mistake")).perform))


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError])
def test_a_request_that_is_broken_off_is_closed_at_once(end: type[BaseException]) -> None:
    told: list[str] = []

    async def request() -> None:
        try:
            await ReadClock()
        finally:
            told.append("closed")

    def perform(_step: RequestStep) -> Awaitable[object]:
        raise end

    with pytest.raises(end):
        finished(drive(request(), perform))
    assert told == ["closed"]


def test_a_blocking_client_whose_steps_wait_is_a_mistake_that_leaves_nothing_open() -> None:
    async def request() -> None:
        await ReadClock()

    def perform(step: RequestStep) -> Awaitable[object]:
        return step

    with pytest.raises(AssertionError, match="has waited"):
        finished(drive(request(), perform))


def test_a_request_that_was_begun_and_dropped_leaves_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    async def request() -> None:
        await ReadClock()

    def begin(start: Callable[[], Any]) -> None:
        assert start().send(None) == ReadClock()

    begin(request)
    gc.collect()
    assert not recwarn.list
