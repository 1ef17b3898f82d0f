"""What the server's log says in a check: how much a line matters beside what the check itself has seen."""

import pytest

from dns_update.doctor.checklist import Step
from dns_update.doctor.server_log import log_steps
from dns_update.server_log import ServerLog
from tests.server_log.concern import found

_CLIENT = "client @0x7f 192.0.2.9#5/key home-key: "
_LINES = {
    "start": "exiting (due to fatal error)",
    "configuration": "/etc/bind/named.conf:3: unknown option 'foo'",
    "load": "zone example.com/IN: has no NS records",
    "update": f"{_CLIENT}updating zone 'example.com/IN': records in zone (4) exceeds max-records (3)",
    "asked": f"{_CLIENT}update 'example.com/IN' denied",
    "note": "zone example.com/IN: DNSKEY RRSIG(s) have expired",
}


def steps(text: str, *failures: int, is_known: bool = False) -> list[Step]:
    log = ServerLog(("named.log",), (), found(text))
    return list(log_steps(log, "example.com", frozenset(failures), is_known=is_known))


@pytest.mark.parametrize(
    ("stage", "failures", "mark"),
    [
        ("start", (4,), "failed"), ("start", (), "ok"), ("start", (7,), "left out"),
        ("configuration", (4,), "failed"), ("configuration", (7,), "failed"), ("configuration", (), "note"),
        ("load", (8,), "failed"), ("load", (9,), "failed"), ("load", (), "note"),
        ("update", (), "failed"), ("update", (9,), "failed"), ("update", (7,), "note"),
        ("asked", (7,), "failed"), ("asked", (5,), "failed"), ("asked", (4,), "failed"), ("asked", (), "ok"),
        ("asked", (9,), "left out"),
        ("note", (), "note"), ("note", (7,), "note"),
    ],
)  # fmt: skip
def test_how_much_a_line_matters(stage: str, failures: tuple[int, ...], mark: str) -> None:
    (step,) = steps(_LINES[stage], *failures)
    assert step.mark == mark


def test_a_step_has_the_line_with_its_time_the_meaning_and_what_to_do() -> None:
    (step,) = steps(f"2026-12-01T11:44:20Z {_LINES['update']}")
    assert step.topic == "server log"
    assert step.text.startswith("at 2026-12-01T11:44:20Z, the server wrote: client 192.0.2.9#5/key home-key: updating")
    assert step.text.endswith(" (log)")
    assert step.explanation == "the zone would have more records than max-records allows (3)"
    assert step.hint == "raise max-records in named.conf; and run: rndc reconfig"
    assert (step.cause, step.exit_status) == ("log-zone-full", 9)


def test_one_line_fails_and_what_is_worth_knowing_follows() -> None:
    everything = "\n".join(_LINES.values())
    assert [(step.mark, step.cause) for step in steps(everything, 9)] == [
        ("failed", "log-no-ns"), ("note", "log-unknown-option"), ("note", "log-signatures-expired"),
    ]  # fmt: skip


def test_the_reason_is_told_and_not_the_line_that_only_says_that_there_is_one() -> None:
    (step,) = steps(f"{_LINES['configuration']}\nloading configuration: failure\n{_LINES['start']}", 4)
    assert step.cause == "log-unknown-option"


def test_a_line_that_only_says_what_is_known_gives_no_other_advice() -> None:
    (step,) = steps(_LINES["asked"], 7, is_known=True)
    assert (step.mark, step.hint, step.cause) == ("note", "", "log-update-denied")


@pytest.mark.parametrize(
    ("faults", "mark", "has_advice"), [((9,), "note", False), ((7,), "failed", True), ((), "failed", True)]
)
def test_a_fault_of_the_configuration_has_the_advice_for_a_line_of_its_kind(
    faults: tuple[int, ...], mark: str, has_advice: bool
) -> None:
    log = ServerLog(("named.log",), (), found(_LINES["update"]))
    (step,) = log_steps(log, "example.com", frozenset({9}), is_known=bool(faults), faults=frozenset(faults))
    assert (step.mark, step.cause, bool(step.hint)) == (mark, "log-zone-full", has_advice)


def test_what_is_not_read_is_told_with_the_way_to_read_it() -> None:
    log = ServerLog((), ("/var/log/syslog (Permission denied)",), ())
    (step,) = log_steps(log, "example.com", frozenset(), is_known=False)
    assert (step.mark, step.text) == ("left out", "cannot read /var/log/syslog (Permission denied)")
    assert "the groups adm and systemd-journal" in step.hint
    (none,) = log_steps(ServerLog((), (), ()), "example.com", frozenset(), is_known=False)
    assert "server-log=FILE" in none.hint


def test_a_log_without_a_failure_is_right() -> None:
    (step,) = steps("nothing of it\n")
    assert step.mark == "ok"
    assert step.text == "named.log has no failed update of example.com after the last one that was made"
    (with_failure,) = steps("nothing of it\n", 7)
    assert with_failure.text == "named.log has no line that says why"
