"""Which records names should have while addresses come and go, and sources fail."""

from dns_update.agent.desired import Reading, Rule, SourceState, desired_of
from dns_update.client.plan import Desired
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address

FOUR, OTHER, SIX = map(parse_address, ("192.0.2.1", "192.0.2.2", "2001:db8::6"))
HOLD_DOWN = 10.0
GRACE = 3600.0
BOTH = (RRType.A, RRType.AAAA)


def reading(*addresses: bytes, error: str = "") -> Reading:
    return Reading(addresses, 0.0, error)


def heard(*readings: Reading) -> SourceState:
    state = SourceState(started=0.0)
    for now, said in enumerate(readings):
        state.hear(said, float(now), HOLD_DOWN)
    return state


def desired(*states: SourceState | bytes, now: float = 0.0, grace: float | None = None) -> Desired | None:
    return desired_of(Rule(BOTH, grace=grace), states, now)[0]


def test_literals_are_wanted_as_they_are() -> None:
    assert desired(FOUR, SIX, OTHER) == Desired({RRType.A: (FOUR, OTHER), RRType.AAAA: (SIX,)})


def test_nothing_is_wanted_as_long_as_nothing_is_known() -> None:
    assert desired(SourceState(started=0.0)) is None
    assert desired(heard(reading(error="no answer"))) is None


def test_a_family_of_which_nothing_was_heard_is_left_alone() -> None:
    assert desired(heard(reading(FOUR))) == Desired({RRType.A: (FOUR,)})


def test_a_source_that_fails_removes_nothing() -> None:
    state = heard(reading(FOUR, SIX), reading(error="no answer"))
    assert state.tick(HOLD_DOWN + 1)
    assert desired(state, now=1e9) == Desired({RRType.A: (FOUR,), RRType.AAAA: (SIX,)})


def test_what_is_missing_is_deleted_after_its_grace_time_if_the_user_says_so() -> None:
    state = heard(reading(FOUR, SIX), reading(SIX))
    state.tick(HOLD_DOWN + 1)
    missing_since = state.missing_since(4)
    assert missing_since == HOLD_DOWN + 1
    before, at = desired_of(Rule(BOTH, grace=GRACE), [state], missing_since)
    assert before == Desired({RRType.A: (FOUR,), RRType.AAAA: (SIX,)})
    assert at == missing_since + GRACE
    assert desired(state, now=at, grace=GRACE) == Desired({RRType.A: (), RRType.AAAA: (SIX,)})


def test_a_source_that_can_only_fail_never_deletes() -> None:
    state = SourceState(started=0.0, knows_absence=False)
    state.hear(reading(FOUR), 0.0, HOLD_DOWN)
    state.hear(reading(error="no answer"), 1.0, HOLD_DOWN)
    state.tick(1e6)
    assert desired(state, now=1e9, grace=GRACE) == Desired({RRType.A: (FOUR,)})


def test_an_address_that_comes_back_ends_the_grace_time() -> None:
    state = heard(reading(FOUR), reading())
    state.tick(HOLD_DOWN + 1)
    state.hear(reading(OTHER), 100, HOLD_DOWN)
    assert desired(state, now=GRACE - 1, grace=GRACE) == Desired({RRType.A: (OTHER,)})


def test_a_family_that_was_never_there_is_missing_since_the_start() -> None:
    assert desired(heard(reading(FOUR)), now=GRACE, grace=GRACE) == Desired({RRType.A: (FOUR,), RRType.AAAA: ()})


def test_the_first_reading_changes_something_even_if_it_gives_nothing() -> None:
    """From then on it is known that there is none, and the grace time runs."""
    state = SourceState(started=0.0)
    assert state.hear(reading(), 1.0, HOLD_DOWN)
    assert not state.hear(reading(), 2.0, HOLD_DOWN)
    assert desired_of(Rule(BOTH, grace=GRACE), [state], 2.0) == (None, GRACE)
    assert desired_of(Rule(BOTH), [state], 2.0) == (None, None)


def test_what_was_missing_from_the_start_is_deleted_after_its_grace_time() -> None:
    state = heard(reading(error="no such interface"))
    assert desired(state, now=GRACE, grace=GRACE) == Desired({RRType.A: (), RRType.AAAA: ()})
    assert desired(state, now=GRACE) is None


def test_of_several_sources_one_that_was_missing_from_the_start_holds_nothing_back_after_its_grace_time() -> None:
    states = heard(reading()), heard(reading(FOUR))
    assert desired(*states, now=GRACE - 1, grace=GRACE) == Desired({RRType.A: (FOUR,)}, only_adds=True)
    assert desired(*states, now=GRACE, grace=GRACE) == Desired({RRType.A: (FOUR,), RRType.AAAA: ()})


def test_of_several_sources_one_that_can_only_fail_holds_everything_back() -> None:
    web = SourceState(started=0.0, knows_absence=False)
    web.hear(reading(error="no answer"), 1.0, HOLD_DOWN)
    said = desired(heard(reading()), web, now=1e9, grace=GRACE)
    assert said == Desired({RRType.A: (), RRType.AAAA: ()}, only_adds=True)


def test_a_type_that_no_source_can_give_is_never_deleted() -> None:
    rule = Rule((RRType.A,), grace=GRACE)
    assert desired_of(rule, [heard(reading(FOUR))], 2 * GRACE)[0] == Desired({RRType.A: (FOUR,)})


def test_several_sources_are_joined_without_repetition() -> None:
    assert desired(heard(reading(FOUR)), heard(reading(FOUR)), OTHER) == Desired({RRType.A: (FOUR, OTHER)})


def test_nothing_is_removed_as_long_as_one_of_several_sources_has_never_spoken() -> None:
    assert desired(heard(reading(FOUR)), SourceState(started=0.0)) == Desired({RRType.A: (FOUR,)}, only_adds=True)


def test_a_reading_tells_whether_it_changes_anything() -> None:
    state = SourceState(started=0.0)
    assert state.hear(reading(FOUR), 0, HOLD_DOWN)
    assert not state.hear(reading(FOUR), 1, HOLD_DOWN)
    assert not state.hear(reading(), 2, HOLD_DOWN)
    assert state.next_tick == 2 + HOLD_DOWN
    assert not state.tick(3)
    assert state.tick(2 + HOLD_DOWN)
    assert state.next_tick is None
