"""Who is asked first: the servers of a list in turn, and who was silent of late behind the others, for a while."""

from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.errors import NoResponse

ALL = ("one", "two", "three")
ERROR = NoResponse("no answer in time", endpoint="one")
AGAIN = 10.0  # seconds after a first failure, of which each further one makes as many more


def turns() -> ServerHealth:
    return ServerHealth(lambda failures: AGAIN * failures)


def silenced(*servers: str, now: float = 100.0, by: object = "home") -> ServerHealth:
    it = turns()
    for server in servers:
        it.unheard(server, ERROR, by, now - 1, now)
    return it


def test_servers_are_asked_in_the_order_of_their_list() -> None:
    assert turns().order(ALL, 0.0, is_urgent=True) == ALL
    assert silenced("another").order(ALL, 0.0, is_urgent=True) == ALL


def test_who_is_silent_is_asked_last() -> None:
    assert silenced("one").order(ALL, 100.0, is_urgent=False) == ("two", "three", "one")
    assert silenced("one", "two").order(ALL, 100.0, is_urgent=False) == ("three", "one", "two")


def test_who_is_due_again_is_asked_in_his_place_by_one_try_that_is_not_urgent() -> None:
    it = silenced("one")
    assert it.order(ALL, 109.9, is_urgent=False) == ("two", "three", "one")
    assert it.order(ALL, 110.0, is_urgent=True) == ("two", "three", "one")
    assert it.order(ALL, 110.0, is_urgent=False) == ALL
    assert it.order(ALL, 110.0, is_urgent=False) == ("two", "three", "one")


def test_a_try_that_says_nothing_leaves_it_to_another() -> None:
    it = silenced("one")
    it.order(ALL, 110.0, is_urgent=False)
    it.left("one")
    assert it.order(ALL, 110.0, is_urgent=False) == ALL


def test_who_is_still_silent_is_left_alone_for_longer() -> None:
    it = silenced("one")
    it.order(ALL, 110.0, is_urgent=False)
    it.unheard("one", ERROR, "home", 110.0, 120.0)
    assert it.order(ALL, 139.9, is_urgent=False) == ("two", "three", "one")
    assert it.order(ALL, 140.0, is_urgent=False) == ALL


def test_tries_that_were_under_way_when_a_server_fell_silent_say_nothing_new() -> None:
    it = silenced("one")
    for late in range(64):
        it.unheard("one", ERROR, f"name {late}", 99.5, 100.1)
    assert it.due(ALL, "home") == 110.0
    assert it.due(ALL, "name 3") is None


def test_who_answers_has_his_place_again() -> None:
    it = silenced("one")
    over = it.heard("one")
    assert over is not None
    assert over.since == 100.0
    assert it.heard("one") is None
    assert not it.knows_silence
    assert it.order(ALL, 100.0, is_urgent=True) == ALL


def test_if_all_are_silent_one_try_asks_those_that_are_due_and_nobody_else_any() -> None:
    it = silenced("one", "two")
    it.unheard("three", ERROR, "home", 104.0, 105.0)
    assert it.order(ALL, 109.0, is_urgent=True) == ()
    assert it.order(ALL, 110.0, is_urgent=True) == ("one", "two")
    assert it.order(ALL, 110.0, is_urgent=True) == ()
    assert it.order(ALL, 115.0, is_urgent=True) == ("three",)


def test_another_network_is_another_chance() -> None:
    it = silenced("one")
    it.all_due()
    assert it.order(ALL, 100.0, is_urgent=False) == ALL
    it.unheard("one", ERROR, "home", 100.5, 101.0)
    assert it.due(ALL, "home") == 111.0


def test_what_is_said_of_a_silent_server() -> None:
    it = silenced("one")
    ((server, silence),) = it.silences()
    assert (server, silence.error, silence.since, silence.due) == ("one", ERROR, 100.0, 110.0)
    assert it.silence_of("one") is silence
    assert it.silence_of("two") is None
