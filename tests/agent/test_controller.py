"""The agent's controller under a mock clock: what it does when, without a machine, and without waiting."""

from itertools import pairwise

import pytest

from tests.support.mock_agent import World, configuration, play, record

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"
HOUR = 3600.0
MOMENT = 0.5  # for an update and its answers
FIRST, SECOND = "192.0.2.1", "192.0.2.2"
BOTH = f'"{FIRST}", "{SECOND}"'


def has_one(world: World) -> None:
    world.kernel.add(ONE)


def test_a_new_address_is_in_the_zone_as_soon_as_the_server_has_it() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        assert world.servers.data() == [ONE]
        world.kernel.replace(ONE, TWO)
        assert world.servers.updates()[1:] == []
        await world.pass_time(MOMENT)
        assert world.servers.data() == [TWO]
        assert world.lines("A 9.8.7.1 -> 9.8.7.2 at 192.0.2.1")

    play(story, configuration(record()), before=has_one)


def test_an_address_that_comes_back_within_the_hold_down_was_never_away() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.kernel.remove(ONE)
        assert world.state() == "held"
        await world.pass_time(9)
        assert world.servers.data() == [ONE]
        world.kernel.add(ONE)
        await world.pass_time(HOUR)
        assert world.state() == "right"
        assert len(world.servers.updates()) == 1

    play(story, configuration(record()), before=has_one)


def test_what_is_missing_stays_until_its_grace_time_is_over() -> None:
    """The grace time begins when the hold-down ends."""

    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.kernel.remove(ONE)
        await world.pass_time(10 + 60 - 1)
        assert world.servers.data() == [ONE]
        await world.pass_time(2)
        assert world.servers.data() == []
        assert world.shown()["wanted"] == []

    play(story, configuration(record(more='on-missing = "delete"\ngrace = "1m"')), before=has_one)


def test_what_is_missing_stays_for_ever_if_nothing_else_is_said() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.kernel.remove(ONE)
        await world.pass_time(24 * HOUR)
        assert world.servers.data() == [ONE]
        assert (world.state(), world.shown()["last_error"]["kind"]) == ("failing", "NoAddress")

    play(story, configuration(record()), before=has_one)


def test_drift_is_mended_at_the_next_interval() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.servers.change("home", THREE)
        await world.pass_time(299)
        assert world.servers.data() == [THREE]
        await world.pass_time(2)
        assert world.servers.data() == [ONE]

    play(story, configuration(record()), before=has_one)


def test_each_interval_is_up_to_a_tenth_shorter_or_longer() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.servers.change("home", THREE)
        await world.pass_time(328)
        assert world.servers.data() == [THREE]
        await world.pass_time(2)
        assert world.servers.data() == [ONE]

    play(story, configuration(record()), before=has_one, random=lambda: 0.9999)


def test_a_server_that_fails_is_tried_again_after_ever_longer_waits() -> None:
    """Half of each wait is random: here, three quarters of 1, 2, 4 ... seconds, each after 2 s without an answer."""

    async def story(world: World) -> None:
        await world.pass_time(40)
        begun = sorted({at for at, _to, _message in world.servers.sent})[::2]  # each sends twice
        waits = [round(later - earlier, 2) for earlier, later in pairwise(begun)]
        assert waits[:4] == [2.75, 3.5, 5.0, 8.0]
        assert world.state() == "failing"
        assert len(world.lines("update failed")) == 1

    def silent(world: World) -> None:
        has_one(world)
        world.servers.silent.add(FIRST)

    play(story, configuration(record()), before=silent)


def test_what_only_a_person_can_mend_is_tried_rarely() -> None:
    async def story(world: World) -> None:
        await world.pass_time(HOUR - 10)
        assert len(world.servers.updates()) == 1
        await world.pass_time(20)
        assert len(world.servers.updates()) == 2

    def refusing(world: World) -> None:
        has_one(world)
        world.servers.refusing.add(FIRST)

    play(story, configuration(record()), before=refusing)


def test_a_silent_server_is_waited_for_once_and_the_next_one_does_it() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.servers.silent.add(FIRST)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(2 + MOMENT)
        assert world.servers.data() == [TWO]
        assert world.lines(f"; used {SECOND} instead")
        assert world.silent_servers() == [FIRST]
        asked = len(world.servers.updates(FIRST))
        world.kernel.replace(TWO, THREE)
        await world.pass_time(2 + MOMENT)
        assert world.servers.data() == [THREE]
        assert len(world.servers.updates(FIRST)) == asked

    play(story, configuration(record(), servers=BOTH), before=has_one)


def test_the_first_server_has_its_place_again_once_it_answers() -> None:
    async def story(world: World) -> None:
        await world.pass_time(3)
        assert world.silent_servers() == [FIRST]
        world.servers.silent.clear()
        await world.pass_time(310)
        assert world.silent_servers() == []
        assert world.lines(f"{FIRST} answers again")
        world.kernel.replace(ONE, TWO)
        await world.pass_time(MOMENT)
        assert world.lines(f"A {ONE} -> {TWO} at {FIRST}")

    def silent(world: World) -> None:
        has_one(world)
        world.servers.silent.add(FIRST)

    play(story, configuration(record(), servers=BOTH), before=silent)


def test_of_many_names_at_a_silent_server_one_asks_it_and_all_are_right_when_it_answers() -> None:
    """After the first ones, as many as may be under way at once, no name waits for the server in vain."""
    count = 300

    async def story(world: World) -> None:
        await world.pass_time(60)
        assert world.servers.updates() == []
        (line,) = world.lines("update failed")
        assert f"{count - 1} other names are affected, too" in line
        sent = len(world.servers.sent)
        await world.pass_time(HOUR)
        assert len(world.servers.sent) - sent < 2 * 20  # each asks twice, every few minutes
        world.servers.silent.clear()
        await world.pass_time(310)
        assert all(world.servers.data(f"h{number}") == [ONE] for number in range(count))
        (line,) = world.lines("right again")
        assert f"and {count - 1} more are right again" in line

    def silent(world: World) -> None:
        has_one(world)
        world.servers.silent.add(FIRST)

    play(story, configuration("".join(record(f"h{number}") for number in range(count))), before=silent)


def test_ten_thousand_names_that_are_right_are_each_looked_at_once_and_nothing_is_sent() -> None:
    count = 10_000

    async def story(world: World) -> None:
        await world.pass_time(60)
        assert len(world.servers.sent) == count
        assert world.servers.updates() == []
        states = {one["state"] for one in world.controller.status()["records"]}
        assert states == {"right"}

    def right(world: World) -> None:
        has_one(world)
        for number in range(count):
            world.servers.change(f"h{number}", ONE)

    play(story, configuration("".join(record(f"h{number}") for number in range(count))), before=right)


def test_after_a_sleep_all_names_are_checked() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.servers.change("home", THREE)
        world.clock.sleep(8 * HOUR)
        await world.pass_time(16)
        assert world.servers.data() == [ONE]
        assert world.lines("resumed from sleep: rechecking all names")
        assert world.servers.renewals == 1

    play(story, configuration(record()), before=has_one)


def test_the_time_asleep_counts_for_since_when_something_is_so() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        since = world.shown()["since"]
        world.clock.sleep(8 * HOUR)
        await world.pass_time(16)
        assert world.clock.wall() - world.shown()["since"] > 8 * HOUR
        assert world.shown()["since"] == pytest.approx(since)

    play(story, configuration(record()), before=has_one)


def test_a_reload_leaves_names_alone_that_are_the_same_and_drops_others() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        kept, dropped = world.name("home"), world.name("other")
        world.reload(configuration(record() + record("new")))
        assert world.name("home") is kept
        await world.pass_time(MOMENT)
        assert world.servers.data("new") == [ONE]
        assert dropped not in world.controller.names
        world.kernel.replace(ONE, TWO)
        await world.pass_time(MOMENT)
        assert (world.servers.data("home"), world.servers.data("other")) == ([TWO], [ONE])

    play(story, configuration(record() + record("other")), before=has_one)


def test_a_name_with_new_settings_is_rechecked_when_an_update_by_the_old_ones_has_arrived() -> None:
    """An answer may take up to 2 s; until then, the old update may arrive and undo later changes."""

    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.servers.loses_answers = 1
        world.kernel.replace(ONE, TWO)
        await world.pass_time(MOMENT)
        world.reload(configuration(record(more='on-missing = "delete"')))
        await world.pass_time(1)
        world.servers.change("home", ONE)  # the copy comes
        await world.pass_time(2)
        assert world.servers.data() == [TWO]

    play(story, configuration(record()), before=has_one)


def test_an_update_whose_answer_was_lost_is_rechecked_once_its_copy_has_arrived() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        world.servers.loses_answers = 1
        world.kernel.replace(ONE, TWO)
        await world.pass_time(1 + MOMENT)  # the second try is answered
        assert world.state() == "right"
        world.servers.change("home", THREE)
        await world.pass_time(3)
        assert world.servers.data() == [TWO]

    play(story, configuration(record()), before=has_one)


def test_a_network_that_comes_up_again_and_again_interrupts_an_attempt_once() -> None:
    async def story(world: World) -> None:
        world.servers.silent.add(FIRST)
        world.kernel.add(ONE)
        for _ in range(10):
            await world.pass_time(0.15)
            world.kernel.network_up()
        await world.pass_time(1)  # 2 s after the first interruption, the second attempt ends
        assert world.state() == "failing"

    play(story, configuration(record()))


def test_a_network_that_comes_up_is_a_good_moment_to_try_what_failed() -> None:
    async def story(world: World) -> None:
        await world.pass_time(HOUR)
        world.servers.silent.clear()
        world.kernel.network_up()
        await world.pass_time(MOMENT)
        assert world.servers.data() == [ONE]

    def silent(world: World) -> None:
        has_one(world)
        world.servers.silent.add(FIRST)

    play(story, configuration(record()), before=silent)


def test_an_address_that_flaps_faster_than_the_server_answers_is_right_in_the_end() -> None:
    async def story(world: World) -> None:
        await world.pass_time(MOMENT)
        for old, new in ((ONE, TWO), (TWO, ONE)) * 50 + ((ONE, THREE),):
            world.kernel.replace(old, new)
            await world.pass_time(0.005)
        await world.pass_time(3)
        assert world.servers.data() == [THREE]
        assert world.state() == "right"

    play(story, configuration(record()), before=has_one)
