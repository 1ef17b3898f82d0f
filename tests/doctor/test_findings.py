"""Which problems and notes an examination gives, and the states of names; no server is asked."""

import pytest

from dns_update.client.plan import Desired
from dns_update.doctor.comparison import Comparison, Obstacle
from dns_update.doctor.examination import Examination, NameAtServer, NameExamination
from dns_update.doctor.findings import (
    DataNotShown,
    DeniedForLater,
    NameState,
    Remark,
    RequestFailed,
    ServersDisagree,
    UpdateBlocked,
    exit_status,
    notes,
    notes_of,
    problems,
    problems_of,
    state_of,
)
from dns_update.doctor.source_answers import SourceAnswer
from dns_update.errors import NoAddress, NoResponse, NotApplied, PermissionDenied, ZoneNotFound
from dns_update.wire.codes import RRType
from tests.client.replies import ADDRESS, HOME, record
from tests.doctor.seen import DESIRED, FIRST, SECOND, comparison, denial, name_at, right_records, server, subject

ALIAS = record("home.example.com", RRType.CNAME, "www.example.com.")
OTHER = record("home.example.com", RRType.A, "192.0.2.99")


def seen(*at_servers: NameAtServer, desired: Desired | None = DESIRED) -> NameExamination:
    return NameExamination(subject(desired), at_servers)


# The state of a name


@pytest.mark.parametrize(
    ("name", "state"),
    [
        (name_at(server()), "right"),
        (seen(NameAtServer(server(), comparison(OTHER))), "differs"),
        (seen(NameAtServer(server(), comparison()), desired=None), "unknown"),
        (seen(NameAtServer(server())), "unknown"),
        (seen(), "unknown"),
        (seen(NameAtServer(server(), error=PermissionDenied("no"))), "failing"),
        (NameExamination(subject(), error=NoResponse("silent", endpoint="192.0.2.53")), "failing"),
        (seen(NameAtServer(server(), comparison(*right_records()), denial(RRType.A))), "failing"),
        (seen(NameAtServer(server(), comparison(*right_records()), denial(RRType.AAAA))), "right"),
    ],
)
def test_the_state_of_a_name(name: NameExamination, state: NameState) -> None:
    assert state_of(name) == state


def test_the_first_server_that_tells_says_whether_a_name_differs() -> None:
    silent = NameAtServer(server(error=NoResponse("silent", endpoint="192.0.2.53")))
    assert state_of(seen(silent, NameAtServer(server(SECOND), comparison(OTHER)))) == "differs"


# What is wrong with a name


def test_a_name_that_is_right_has_no_problem_and_no_note() -> None:
    name = name_at(server(), server(SECOND))
    assert (list(problems_of(name)), list(notes_of(name))) == ([], [])


def test_an_obstacle_is_a_problem_that_names_server_and_data() -> None:
    obstacle = Obstacle(RRType.A, "remove the alias")
    (problem,) = problems_of(seen(NameAtServer(server(), Comparison((ALIAS,), obstacle=obstacle))))
    assert problem == UpdateBlocked(FIRST, HOME, obstacle, (ALIAS,))
    assert (problem.cause, problem.exit_status) == ("update-blocked", NotApplied.exit_status)


def test_servers_with_other_data_than_the_first_are_a_problem_each() -> None:
    first = NameAtServer(server(), comparison(*right_records()))
    second, third = (NameAtServer(server(SECOND), comparison(*held)) for held in ((OTHER,), ()))
    assert list(problems_of(seen(first, second, third))) == [
        ServersDisagree(HOME, first, second),
        ServersDisagree(HOME, first, third),
    ]


def test_servers_may_differ_in_ttl_and_in_the_case_of_names() -> None:
    held = [
        [record("home.example.com", RRType.CNAME, "www.example.com.", 60)],
        [record("home.example.com", RRType.CNAME, "WWW.example.com.", 90)],
    ]
    servers = [NameAtServer(server(), Comparison(tuple(records))) for records in held]
    assert list(problems_of(seen(*servers))) == []


def test_what_is_denied_and_needed_is_a_problem() -> None:
    denied = denial(RRType.A)
    name = seen(NameAtServer(server(), comparison(), denied))
    assert list(problems_of(name)) == [RequestFailed(denied.error, HOME)]
    assert list(notes_of(name)) == []


def test_what_is_denied_and_not_needed_now_is_a_note() -> None:
    denied = denial(RRType.AAAA)
    name = seen(NameAtServer(server(), comparison(), denied))
    assert list(problems_of(name)) == []
    assert list(notes_of(name)) == [DeniedForLater(HOME, denied)]


def test_what_is_denied_may_be_needed_where_it_is_not_known_what_is_desired() -> None:
    denied = denial(RRType.AAAA)
    name = seen(NameAtServer(server(), comparison(), denied), desired=None)
    assert list(problems_of(name)) == [RequestFailed(denied.error, HOME)]


def test_the_owners_claim_is_needed() -> None:
    shared = Desired({RRType.A: (ADDRESS,)}, owner="router-1")
    denied = denial(RRType.TXT)
    name = seen(NameAtServer(server(), comparison(), denied), desired=shared)
    assert list(problems_of(name)) == [RequestFailed(denied.error, HOME)]


def test_data_that_a_server_does_not_show_is_a_note() -> None:
    error = ZoneNotFound("home.example.com lies in another zone")
    name = seen(NameAtServer(server(), Comparison(right_records(), unread=error)))
    assert list(notes_of(name)) == [DataNotShown(error)]
    assert state_of(name) == "right"


# In all results


def test_problems_of_servers_and_sources_come_before_those_of_names() -> None:
    unresolved = NoResponse("no address", endpoint="ns.example.com")
    broken = NoResponse("silent", endpoint="192.0.2.53")
    nothing = NoAddress("there is no interface ppp0")
    refused = PermissionDenied("no")
    examination = Examination(
        servers=(server(error=broken),),
        sources=(SourceAnswer(ADDRESS, (ADDRESS,)), SourceAnswer(ADDRESS, error=nothing)),
        names=(seen(NameAtServer(server(), error=refused)),),
        unresolved=(unresolved,),
    )
    assert list(problems(examination)) == [
        RequestFailed(unresolved),
        RequestFailed(broken),
        RequestFailed(nothing),
        RequestFailed(refused, HOME),
    ]


def test_a_server_that_fails_is_one_problem_and_none_of_its_names() -> None:
    broken = server(error=NoResponse("silent", endpoint="192.0.2.53"))
    names = tuple(NameExamination(subject(DESIRED, f"n{number}"), (NameAtServer(broken),)) for number in range(3))
    assert len(list(problems(Examination((broken,), names=names)))) == 1


def test_notes_of_servers_and_sources() -> None:
    answer = SourceAnswer(ADDRESS, (ADDRESS,), remarks=("another address is private",))
    examination = Examination((server(notes=("read as raw text",)),), (answer,))
    assert list(notes(examination)) == [Remark("read as raw text"), Remark("another address is private")]


def test_the_exit_status_is_that_of_all_problems_or_ten() -> None:
    alike = [RequestFailed(NoResponse(text, endpoint=text)) for text in "ab"]
    blocked = UpdateBlocked(FIRST, HOME, Obstacle(RRType.A, ""), ())
    assert [exit_status([]), exit_status(alike), exit_status([blocked]), exit_status([*alike, blocked])] == [
        0,
        4,
        8,
        10,
    ]
