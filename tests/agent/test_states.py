"""The chart of a name's states in docs/design.md: its states are those of the code, and each arrow can happen."""

from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from dns_update.agent.output.answer_types import STATES
from tests.support.documents import Document
from tests.support.mock_agent import World, configuration, play, record

ONE, TWO, SIX = "9.8.7.1", "9.8.7.2", "2600:9::6"
SERVER = "192.0.2.1"
PAGE = Document.read(Path(__file__).resolve().parent.parent.parent / "docs" / "design.md")
CHART = {(row[0], row[1]): row[2] for row in PAGE.table("The states of a name")}

Story = Callable[[World], Coroutine[object, object, list[str]]]


async def first_succeeds(world: World) -> list[str]:
    states = [world.state()]
    await world.pass_time(1)
    return [*states, world.state()]


async def first_fails(world: World) -> list[str]:
    world.servers.silent.add(SERVER)
    states = [world.state()]
    await world.pass_time(3)
    return [*states, world.state()]


async def no_source_gives(world: World) -> list[str]:
    world.kernel.remove(ONE)
    await world.restart()
    await world.pass_time(9)
    states = [world.state()]
    await world.pass_time(2)
    return [*states, world.state()]


async def begins(world: World) -> list[str]:
    await world.pass_time(1)
    states = [world.state()]
    world.kernel.replace(ONE, TWO)
    await world.pass_time(0.005)
    return [*states, world.state()]


async def succeeds(world: World) -> list[str]:
    _right, changing = await begins(world)
    await world.pass_time(1)
    return [changing, world.state()]


async def fails(world: World) -> list[str]:
    _right, changing = await begins(world)
    world.servers.silent.add(SERVER)
    await world.pass_time(3)
    return [changing, world.state()]


async def loses(world: World) -> list[str]:
    await world.pass_time(1)
    states = [world.state()]
    world.kernel.remove(ONE)
    return [*states, world.state()]


async def comes_back(world: World) -> list[str]:
    _right, held = await loses(world)
    world.kernel.add(ONE)
    await world.pass_time(1)
    return [held, world.state()]


async def gives_nothing(world: World) -> list[str]:
    _right, held = await loses(world)
    await world.pass_time(11)
    return [held, world.state()]


async def gives_another_family(world: World) -> list[str]:
    world.kernel.add(SIX)
    held = (await loses(world))[1]
    await world.pass_time(12)
    return [held, world.state()]


async def succeeds_again(world: World) -> list[str]:
    _unknown, failing = await first_fails(world)
    world.servers.silent.clear()
    await world.pass_time(10)
    return [failing, world.state()]


STORIES: dict[str, Story] = {
    "the first attempt succeeds": first_succeeds,
    "the first attempt fails": first_fails,
    "no source gives an address for the hold-down": no_source_gives,
    "an attempt begins": begins,
    "it succeeds": succeeds,
    "it fails": fails,
    "a source loses an address": loses,
    "the address comes back": comes_back,
    "the hold-down ends, and the source still gives nothing": gives_nothing,
    "the hold-down ends, and the source gives another family": gives_another_family,
    "an attempt succeeds": succeeds_again,
}


def test_its_states_are_those_of_the_code() -> None:
    assert {state for (start, _event), end in CHART.items() for state in (start, end)} == set(STATES)


def test_each_state_but_the_first_can_be_entered_and_each_can_be_left() -> None:
    assert {start for start, _event in CHART} == set(STATES)
    assert set(CHART.values()) == set(STATES) - {"unknown"}


def test_no_arrow_is_left_out_here() -> None:
    assert {event for _start, event in CHART} == STORIES.keys()


@pytest.mark.parametrize(("start", "event"), CHART)
def test_an_arrow(start: str, event: str) -> None:
    states = []

    async def story(world: World) -> None:
        states.extend(await STORIES[event](world))

    play(story, configuration(record(source="interface:wan")), before=lambda world: world.kernel.add(ONE))
    assert states == [start, CHART[start, event]]
