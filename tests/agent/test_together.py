"""Many names that change at once, under a mock clock: few messages, and each name ends as it would alone."""

from collections.abc import Callable

import pytest

from dns_update.agent import together
from dns_update.agent.output.history import HistoryRow
from dns_update.agent.reports import Reports
from dns_update.agent.scheduler import MANY, MAX_TRIES
from dns_update.wire.codes import Opcode, RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name
from tests.support.mock_agent import MockTransport, World, configuration, play, record

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"
SIX = "2a00:1450::1"
FIRST, SECOND = "192.0.2.1", "192.0.2.2"
COUNT = 300
NAMES = [f"h{number}" for number in range(COUNT)]
HOUR = 3600.0
LONG = 60.0  # for all names, and an outage
SOME_ALONE = MANY + MAX_TRIES + COUNT / 25
"""More updates than those of the last names that are read: when few are left, they do not wait for each other."""
OCTETS = 2048  # some 50 names
ANSWERED = MockTransport.latency
SENT = 3.2 * ANSWERED
"""For all messages: one is in flight at first, then two, then three."""


def records(count: int = COUNT, more: str = "") -> str:
    return "".join(record(name, more=more) for name in NAMES[:count])


def has_one(world: World) -> None:
    world.kernel.add(ONE)


@pytest.fixture(autouse=True)
def _small_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have several messages for the few names of these tests."""
    monkeypatch.setattr(together, "OPTIONS", together.OPTIONS._replace(message_octets=OCTETS))


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[HistoryRow]:
    """Return the rows that the history would have."""
    kept: list[HistoryRow] = []
    monkeypatch.setattr(Reports, "_keep", lambda _self, row: kept.append(row))
    return kept


def full(name: str) -> Name:
    return Name.from_text(f"{name}.example.com")


def names_with(world: World, address: str) -> list[str]:
    return [name for name in NAMES if world.servers.data(name) == [address]]


def states(world: World) -> dict[str, str]:
    """Return the state of each name."""
    return {one["name"].removesuffix(".example.com"): one["state"] for one in world.controller.status()["records"]}


def sizes(world: World) -> list[int]:
    """Return how many names each update has changed so far, in the order of the updates."""
    updates = [message for _at, _to, message in world.servers.sent if message.opcode == Opcode.UPDATE]
    return [len({change.name for change in update.authority}) for update in updates]


async def begin(world: World) -> None:
    """Have all names right, and what was sent for that forgotten."""
    await world.pass_time(LONG)
    assert names_with(world, ONE) == NAMES
    world.servers.sent.clear()
    world.log.lines.clear()


def test_many_names_that_change_at_once_go_in_few_messages(rows: list[HistoryRow]) -> None:
    async def story(world: World) -> None:
        await begin(world)
        rows.clear()
        world.kernel.replace(ONE, TWO)
        await world.pass_time(SENT)
        assert names_with(world, TWO) == NAMES
        await world.pass_time(LONG)
        assert sum(sizes(world)) == COUNT
        assert len(sizes(world)) < COUNT / 25
        assert set(states(world).values()) == {"right"}
        for name in NAMES:
            assert len(world.lines(f"update successful: {name}.example.com A {ONE} -> {TWO} at {FIRST}")) == 1
        assert sorted((row.name, row.before, row.after, row.outcome) for row in rows) == sorted(
            (f"{name}.example.com", f"A {ONE}", f"A {TWO}", "ok") for name in NAMES
        )
        assert min(row.seconds for row in rows) > 2 * ANSWERED, "the time since the change"

    play(story, configuration(records()), before=has_one)


def test_each_name_is_shown_as_changing_until_it_was_read_back() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(ANSWERED / 2)
        assert set(states(world).values()) == {"changing"}
        await world.pass_time(SENT)
        assert set(states(world).values()) == {"changing"}
        assert not world.controller._scheduler.is_idle  # noqa: SLF001 - what `is_settled` depends on

    play(story, configuration(records()), before=has_one)


def test_a_few_names_have_attempts_of_their_own() -> None:
    few = MANY - 1

    async def story(world: World) -> None:
        await world.pass_time(LONG)
        world.servers.sent.clear()
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert len(names_with(world, TWO)) == few
        assert sizes(world) == [1] * few

    play(story, configuration(records(few)), before=has_one)


def test_names_whose_ttl_must_be_read_are_read_first_and_then_sent_together(rows: list[HistoryRow]) -> None:
    async def story(world: World) -> None:
        await begin(world)
        rows.clear()
        for number, name in enumerate(NAMES):
            world.servers.records[full(name), RRType.A] = {parse_address(ONE): number}
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        for number, name in enumerate(NAMES):
            assert world.servers.records[full(name), RRType.A] == {parse_address(TWO): number}
        assert len(sizes(world)) < SOME_ALONE
        assert sorted((row.name, row.before, row.after, row.outcome) for row in rows) == sorted(
            (f"{name}.example.com", f"A {ONE}", f"A {TWO}", "ok") for name in NAMES
        )

    play(story, configuration(records()).replace("ttl = 60\n", ""), before=has_one)


def test_at_the_start_many_names_that_are_not_right_are_sent_together(rows: list[HistoryRow]) -> None:
    async def story(world: World) -> None:
        await world.pass_time(LONG)
        assert names_with(world, ONE) == NAMES
        assert set(states(world).values()) == {"right"}
        assert len(sizes(world)) < SOME_ALONE
        assert sorted((row.name, row.before, row.after, row.outcome) for row in rows) == sorted(
            (f"{name}.example.com", "A 9.8.7.9" if number % 2 else "", f"A {ONE}", "ok")
            for number, name in enumerate(NAMES)
        )

    def has_others(world: World) -> None:
        has_one(world)
        for name in NAMES[1::2]:
            world.servers.change(name, "9.8.7.9")

    play(story, configuration(records()), before=has_others)


def test_at_the_start_no_update_is_sent_for_names_that_are_right() -> None:
    async def story(world: World) -> None:
        await world.pass_time(LONG)
        assert sizes(world) == []

    def are_right(world: World) -> None:
        has_one(world)
        for name in NAMES:
            world.servers.change(name, ONE)

    play(story, configuration(records()), before=are_right)


@pytest.mark.parametrize("seconds", [2.5 * ANSWERED, 0.1, 0.21, 0.25])
def test_names_that_were_read_and_change_before_they_are_sent_end_with_the_newest_address(seconds: float) -> None:
    async def story(world: World) -> None:
        await world.pass_time(seconds)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert set(states(world).values()) == {"right"}

    play(story, configuration(records()), before=has_one)


def test_names_that_are_refused_after_they_were_read_fail_alone() -> None:
    refused = ["h0", "h7", "h150"]

    async def story(world: World) -> None:
        await world.pass_time(LONG)
        assert [name for name, state in states(world).items() if state == "failing"] == refused
        assert len(names_with(world, ONE)) == COUNT - len(refused)
        assert all(len(world.lines(f"update failed: {name}.example.com: Permission denied")) == 1 for name in refused)

    def refusing(world: World) -> None:
        has_one(world)
        world.servers.refused = set(map(full, refused))

    play(story, configuration(records()), before=refusing)


def test_where_each_name_is_tried_once_all_are_right_afterwards() -> None:
    async def story(world: World) -> None:
        await world.controller.close()
        world.controller = world.new_controller()
        await world.controller.once()
        assert names_with(world, ONE) == NAMES
        assert set(states(world).values()) == {"right"}
        assert len(sizes(world)) < SOME_ALONE

    play(story, configuration(records()), before=has_one)


def test_names_that_the_server_refuses_fail_alone(rows: list[HistoryRow]) -> None:
    refused = ["h0", "h7", "h8", "h150", "h299"]

    async def story(world: World) -> None:
        await begin(world)
        rows.clear()
        world.servers.refused = set(map(full, refused))
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, ONE) == refused
        assert len(names_with(world, TWO)) == COUNT - len(refused)
        assert [name for name, state in states(world).items() if state == "failing"] == refused
        for name in NAMES:
            assert len(world.lines(f"update failed: {name}.example.com: Permission denied")) == (name in refused)
        assert [row.outcome for row in rows if row.name.removesuffix(".example.com") in refused] == [
            "PermissionDenied"
        ] * len(refused)
        world.servers.refused.clear()
        world.controller.check_all()
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert set(states(world).values()) == {"right"}

    play(story, configuration(records()), before=has_one)


def test_if_all_names_are_refused_their_own_attempts_say_so_soon() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.servers.refusing.add(FIRST)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert set(states(world).values()) == {"failing"}
        alone = sum(size == 1 for size in sizes(world))
        assert alone < COUNT + 2 * together.MOST_FAILURES
        assert len(sizes(world)) - alone <= 2 * together.MOST_FAILURES

    play(story, configuration(records()), before=has_one)


def test_a_name_for_which_the_server_fails_does_not_hold_back_the_others() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.servers.failing.add(full("h42"))
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, ONE) == ["h42"]
        assert world.state("h42") == "failing"
        assert sum(size == 1 for size in sizes(world)) < COUNT / 2

    play(story, configuration(records()), before=has_one)


def test_messages_become_smaller_where_the_server_says_that_they_are_malformed() -> None:
    most = 20

    async def story(world: World) -> None:
        await begin(world)
        world.servers.most_changes = 2 * most
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert 1 not in sizes(world)
        assert sum(size > most for size in sizes(world)) < COUNT / most

    # The least limit of a message is 1,024 octets: some 15 names.
    play(story, configuration(records()), before=has_one)


def test_only_the_family_that_has_changed_is_sent() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert all(world.servers.data(name, RRType.AAAA) == [SIX] for name in NAMES)
        updates = [message for _at, _to, message in world.servers.sent if message.opcode == Opcode.UPDATE]
        assert {change.rrtype for message in updates for change in message.authority} == {RRType.A}

    def has_both(world: World) -> None:
        has_one(world)
        world.kernel.add(SIX)

    play(story, configuration(records().replace("interface:wan/ipv4", "interface:wan")), before=has_both)


def test_names_that_wait_for_a_silent_server_are_right_once_it_answers() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.servers.silent.add(FIRST)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert set(states(world).values()) == {"failing"}
        world.servers.sent.clear()
        world.kernel.network_up()
        await world.pass_time(LONG)
        assert set(states(world).values()) == {"failing"}
        world.servers.silent.clear()
        await world.pass_time(10 * LONG)
        assert names_with(world, TWO) == NAMES

    play(story, configuration(records()), before=has_one)


@pytest.mark.parametrize("answers", [0.5, 1.5, 2.5, 3.5, 5.5])
def test_a_name_that_changes_again_meanwhile_ends_with_its_newest_address(
    answers: float, rows: list[HistoryRow]
) -> None:
    """The first message is answered after one latency; the others are in flight then, and some are read back after."""

    async def story(world: World) -> None:
        await begin(world)
        rows.clear()
        world.kernel.replace(ONE, TWO)
        await world.pass_time(answers * ANSWERED)
        world.kernel.replace(TWO, THREE)
        await world.pass_time(LONG)
        assert names_with(world, THREE) == NAMES
        assert set(states(world).values()) == {"right"}
        for name in NAMES:
            own = [(row.before, row.after, row.outcome) for row in rows if row.name == f"{name}.example.com"]
            assert own[-1][1:] == (f"A {THREE}", "ok")
            assert own[:-1] in ([], [(f"A {ONE}", f"A {TWO}", "CalledOff")], [(f"A {ONE}", f"A {TWO}", "ok")])
        sent_first = {
            change.name
            for _at, _to, message in world.servers.sent
            if message.opcode == Opcode.UPDATE
            for change in message.authority
            if change.rdata == bytes(map(int, TWO.split(".")))
        }
        reported = {row.name for row in rows if row.after == f"A {TWO}"}
        assert reported == {str(name) for name in sent_first}

    play(story, configuration(records()), before=has_one)


def test_a_server_that_falls_silent_in_the_middle_loses_no_name() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(1.5 * ANSWERED)
        world.servers.silent.add(FIRST)
        await world.pass_time(10)
        assert set(states(world).values()) == {"failing"}
        assert world.silent_servers() == [FIRST]
        world.servers.silent.clear()
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert set(states(world).values()) == {"right"}
        assert sum(size == 1 for size in sizes(world)) < MANY, "they are not sent together after the outage"

    play(story, configuration(records()), before=has_one)


def test_an_update_whose_answer_was_lost_is_reported_once(rows: list[HistoryRow]) -> None:
    async def story(world: World) -> None:
        await begin(world)
        rows.clear()
        world.servers.loses_answers = 1
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert [(row.before, row.after, row.outcome) for row in rows] == [(f"A {ONE}", f"A {TWO}", "ok")] * COUNT

    play(story, configuration(records()), before=has_one)


def test_where_large_messages_get_lost_names_are_sent_alone_without_waiting_again() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.servers.most_octets = 512
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        world.kernel.replace(TWO, THREE)
        await world.pass_time(0.5)
        assert names_with(world, THREE) == NAMES
        world.servers.most_octets = None
        await world.pass_time(HOUR)
        world.servers.sent.clear()
        world.kernel.replace(THREE, ONE)
        await world.pass_time(LONG)
        assert len(sizes(world)) < COUNT / 25

    play(story, configuration(records()), before=has_one)


def test_with_a_silent_first_server_the_second_one_gets_them() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.servers.silent.add(FIRST)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert world.silent_servers() == [FIRST]
        world.servers.sent.clear()
        world.kernel.replace(TWO, THREE)
        await world.pass_time(SENT)
        assert names_with(world, THREE) == NAMES
        assert {to for _at, to, message in world.servers.sent if message.opcode == Opcode.UPDATE} == {SECOND}

    play(story, configuration(records(), servers=f'"{FIRST}", "{SECOND}"'), before=has_one)


def test_a_name_that_changes_does_not_wait_for_many_that_are_read_back() -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(SENT + ANSWERED)  # 64 are read back at once
        assert names_with(world, TWO) == NAMES[:COUNT]
        world.kernel.add(THREE, "lan")
        await world.pass_time(2.2 * ANSWERED)
        assert world.servers.data("other") == [THREE]
        assert "changing" in [states(world)[name] for name in NAMES]

    text = configuration(records() + record("other", "interface:lan/ipv4"))
    play(story, text, before=has_one)


def interrupted(world: World) -> None:
    world.kernel.network_up()


def reloaded(world: World) -> None:
    world.reload(configuration(records(COUNT - 1)))


@pytest.mark.parametrize("disturb", [interrupted, reloaded])
@pytest.mark.parametrize("answers", [0.5, 1.5, 2.5, 3.5, 5.5])
def test_no_name_is_lost_by_what_happens_in_the_middle(answers: float, disturb: Callable[[World], None]) -> None:
    async def story(world: World) -> None:
        await begin(world)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(answers * ANSWERED)
        disturb(world)
        await world.pass_time(LONG)
        assert names_with(world, TWO)[: COUNT - 1] == NAMES[: COUNT - 1]
        assert set(states(world).values()) == {"right"}
        assert len(sizes(world)) < COUNT / 10

    play(story, configuration(records()), before=has_one)


@pytest.mark.parametrize("answers", [0.5, 1.5, 2.5, 3.5, 5.5])
def test_at_the_end_each_update_that_was_not_read_back_is_in_the_history(
    answers: float, rows: list[HistoryRow]
) -> None:
    sent: set[str] = set()

    async def story(world: World) -> None:
        await begin(world)
        rows.clear()
        world.kernel.replace(ONE, TWO)
        await world.pass_time(answers * ANSWERED)
        await world.controller.close()
        updates = [message for _at, _to, message in world.servers.sent if message.opcode == Opcode.UPDATE]
        sent.update(str(change.name) for message in updates for change in message.authority)

    play(story, configuration(records()), before=has_one)
    assert sent
    assert sorted(row.name for row in rows) == sorted(sent)
    assert {row.after for row in rows} == {f"A {TWO}"}
    assert {row.outcome for row in rows} <= {"ok", "CalledOff"}


def test_a_bug_in_it_leaves_each_name_to_its_own_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    async def story(world: World) -> None:
        await begin(world)
        world.kernel.replace(ONE, TWO)
        await world.pass_time(LONG)
        assert names_with(world, TWO) == NAMES
        assert set(states(world).values()) == {"right"}
        assert "this is a bug in dns-update: ZeroDivisionError" in (world.controller.bugs.last or "")

    monkeypatch.setattr(together._Sending, "_filled", broken)  # noqa: SLF001 - any part of it
    play(story, configuration(records()), before=has_one)
