"""Which server is asked first: those of a list in order, but one that was silent recently is last for a while."""

from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.errors import NoResponse

ALL = ("one", "two", "three")
ERROR = NoResponse("no answer in time", endpoint="one")
AGAIN = 10.0  # seconds after a first failure; each further one adds as many


def health() -> ServerHealth:
    return ServerHealth(lambda failures: AGAIN * failures)


def with_silent(*servers: str, now: float = 100.0, found_by: object = "home") -> ServerHealth:
    it = health()
    for server in servers:
        it.failed(server, ERROR, found_by, now - 1, now)
    return it


def test_servers_are_asked_in_the_order_of_their_list() -> None:
    assert health().order(ALL, 0.0, is_urgent=True) == ALL
    assert with_silent("another").order(ALL, 0.0, is_urgent=True) == ALL


def test_who_is_silent_is_asked_last() -> None:
    assert with_silent("one").order(ALL, 100.0, is_urgent=False) == ("two", "three", "one")
    assert with_silent("one", "two").order(ALL, 100.0, is_urgent=False) == ("three", "one", "two")


def test_who_is_due_again_is_asked_in_his_place_by_one_try_that_is_not_urgent() -> None:
    it = with_silent("one")
    assert it.order(ALL, 109.9, is_urgent=False) == ("two", "three", "one")
    assert it.order(ALL, 110.0, is_urgent=True) == ("two", "three", "one")
    assert it.order(ALL, 110.0, is_urgent=False) == ALL
    assert it.order(ALL, 110.0, is_urgent=False) == ("two", "three", "one")


def test_a_try_that_says_nothing_leaves_it_to_another() -> None:
    it = with_silent("one")
    it.order(ALL, 110.0, is_urgent=False)
    it.not_asked("one")
    assert it.order(ALL, 110.0, is_urgent=False) == ALL


def test_who_is_still_silent_is_left_alone_for_longer() -> None:
    it = with_silent("one")
    it.order(ALL, 110.0, is_urgent=False)
    it.failed("one", ERROR, "home", 110.0, 120.0)
    assert it.order(ALL, 139.9, is_urgent=False) == ("two", "three", "one")
    assert it.order(ALL, 140.0, is_urgent=False) == ALL


def test_tries_that_were_under_way_when_a_server_fell_silent_say_nothing_new() -> None:
    it = with_silent("one")
    for late in range(64):
        it.failed("one", ERROR, f"name {late}", 99.5, 100.1)
    assert it.due(ALL, "home") == 110.0
    assert it.due(ALL, "name 3") is None


def test_who_answers_has_his_place_again() -> None:
    it = with_silent("one")
    over = it.answered("one")
    assert over is not None
    assert over.since == 100.0
    assert it.answered("one") is None
    assert not it.has_outages
    assert it.order(ALL, 100.0, is_urgent=True) == ALL


def test_if_all_are_silent_one_try_asks_those_that_are_due_and_nobody_else_any() -> None:
    it = with_silent("one", "two")
    it.failed("three", ERROR, "home", 104.0, 105.0)
    assert it.order(ALL, 109.0, is_urgent=True) == ()
    assert it.order(ALL, 110.0, is_urgent=True) == ("one", "two")
    assert it.order(ALL, 110.0, is_urgent=True) == ()
    assert it.order(ALL, 115.0, is_urgent=True) == ("three",)


def test_another_network_is_another_chance() -> None:
    it = with_silent("one")
    it.retry_all()
    assert it.order(ALL, 100.0, is_urgent=False) == ALL
    it.failed("one", ERROR, "home", 100.5, 101.0)
    assert it.due(ALL, "home") == 111.0


def test_what_is_said_of_a_silent_server() -> None:
    it = with_silent("one")
    ((server, outage),) = it.outages()
    assert (server, outage.error, outage.since, outage.due) == ("one", ERROR, 100.0, 110.0)
    assert it.outage_of("one") is outage
    assert it.outage_of("two") is None
