"""When to act: the bounds of waits, and the order of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.agent.reconcile.backoff import FIRST_BACK_OFF, RARELY, HeldAddresses, back_off, is_permanent, jittered
from dns_update.errors import (
    ClocksDiffer,
    DnsUpdateError,
    KeyRejected,
    NameNotInZone,
    NoResponse,
    NotApplied,
    PermissionDenied,
    ServerFailure,
)

SILENT = NoResponse("no answer in time", endpoint="192.0.2.1")
DENIED = PermissionDenied("no")


def beside(error: DnsUpdateError, *others: DnsUpdateError) -> DnsUpdateError:
    """Return an error as it is if other servers were also asked."""
    error.failures = others
    return error


RANDOM = st.floats(0, 1, exclude_max=True)
OLD, NEW, OTHER = b"\1\1\1\1", b"\2\2\2\2", b"\3\3\3\3"
HOLD_DOWN = 10.0


@given(RANDOM)
def test_jitter_stays_within_a_tenth(random: float) -> None:
    assert 270 <= jittered(300, lambda: random) <= 330


@given(st.integers(1, 1000), RANDOM)
def test_back_off_grows_up_to_the_interval(failures: int, random: float) -> None:
    wait = back_off(SILENT, failures, 300, lambda: random)
    assert FIRST_BACK_OFF / 2 <= wait <= min(300, FIRST_BACK_OFF * 2 ** (failures - 1))


def test_each_wait_is_twice_as_long_as_the_one_before() -> None:
    waits = [back_off(SILENT, failures, 300, lambda: 0.5) for failures in range(1, 12)]
    assert waits[:4] == [0.75, 1.5, 3.0, 6.0]
    assert waits[-1] == 225


@given(st.integers(1, 1000), RANDOM)
def test_what_only_a_person_can_mend_is_tried_rarely(failures: int, random: float) -> None:
    assert back_off(DENIED, failures, 300, lambda: random) >= RARELY * 0.9


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (SILENT, False),
        (ServerFailure("SERVFAIL"), False),
        (ClocksDiffer("by an hour"), False),
        (NotApplied("a CNAME"), False),
        (DENIED, True),
        (KeyRejected("BADKEY", tsig_error=17), True),
        (beside(PermissionDenied("no"), KeyRejected("BADKEY", tsig_error=17)), True),
        (beside(PermissionDenied("no"), SILENT), False),
        (beside(PermissionDenied("no"), DENIED, ServerFailure("SERVFAIL")), False),
        (beside(NameNotInZone("for all servers"), SILENT), True),
    ],
)
def test_which_failures_are_permanent(error: DnsUpdateError, permanent: bool) -> None:
    assert is_permanent(error) is permanent


def test_an_address_that_appears_counts_at_once() -> None:
    assert HeldAddresses().heard((NEW,), 0, HOLD_DOWN) == HeldAddresses((NEW,))
    assert HeldAddresses((OLD,)).heard((NEW,), 0, HOLD_DOWN) == HeldAddresses((NEW,))
    assert HeldAddresses((OLD, OTHER)).heard((OTHER,), 0, HOLD_DOWN) == HeldAddresses((OTHER,))


def test_an_address_that_goes_and_comes_back_was_never_away() -> None:
    gone = HeldAddresses((OLD,)).heard((), 0, HOLD_DOWN)
    assert gone.addresses == (OLD,)
    assert gone.heard((OLD,), 9, HOLD_DOWN) == HeldAddresses((OLD,))


def test_an_address_that_stays_away_is_gone_after_the_hold_down() -> None:
    gone = HeldAddresses((OLD,)).heard((), 0, HOLD_DOWN)
    assert gone.until == HOLD_DOWN
    assert gone.at(9.9) is gone
    assert gone.at(10) == HeldAddresses()


def test_hearing_again_of_a_loss_does_not_prolong_the_hold_down() -> None:
    gone = HeldAddresses((OLD,)).heard((), 0, HOLD_DOWN)
    assert gone.heard((), 8, HOLD_DOWN).until == HOLD_DOWN


@given(st.lists(st.sets(st.sampled_from([OLD, NEW, OTHER]), max_size=1), min_size=1))
def test_what_is_said_for_long_enough_counts_in_the_end(said: list[set[bytes]]) -> None:
    state = HeldAddresses()
    for now, addresses in enumerate(said):
        state = state.heard(tuple(addresses), now, HOLD_DOWN)
    assert state.at(len(said) + HOLD_DOWN).addresses == tuple(said[-1])
