"""The texts of findings: what they say, and what to do."""

import pytest

from dns_update.client.probe import UNKNOWN, Access
from dns_update.doctor.advice import Advice, advise, change_text, note_texts
from dns_update.doctor.comparison import Comparison, Obstacle
from dns_update.doctor.examination import NameAtServer
from dns_update.doctor.findings import (
    DataNotShown,
    DeniedForLater,
    Remark,
    RequestFailed,
    ServersDisagree,
    UpdateBlocked,
)
from dns_update.errors import Hint, NoResponse, ZoneNotFound
from dns_update.rr.record import Record, is_after
from dns_update.update import Update
from dns_update.wire.codes import RRType
from tests.client.replies import HOME, ZONE, record
from tests.doctor.seen import FIRST, SECOND, comparison, denial, right_records, server

ALIAS = record("home.example.com", RRType.CNAME, "www.example.com.")


def test_an_error_says_what_it_says() -> None:
    error = NoResponse("3 tries within 2 s", endpoint="192.0.2.53", hint=Hint("check {dns-server}"))
    assert advise(RequestFailed(error)) == Advice(
        "NoResponse", "No answer from 192.0.2.53: 3 tries within 2 s", error.hint
    )


def test_an_obstacle_names_what_the_server_has_instead() -> None:
    problem = UpdateBlocked(FIRST, HOME, Obstacle(RRType.A, "remove the alias"), (ALIAS,))
    assert advise(problem) == Advice(
        "NotApplied",
        "Update not applied: 192.0.2.53 would not add A to home.example.com, which has CNAME www.example.com.",
        "remove the alias",
    )


def test_an_obstacle_elsewhere_names_nothing_else() -> None:
    problem = UpdateBlocked(FIRST, HOME, Obstacle(RRType.A, "a DNAME hides it"), ())
    assert advise(problem).text == "Update not applied: 192.0.2.53 would not add A to home.example.com"


def test_servers_that_disagree_are_told_with_their_serials() -> None:
    first = NameAtServer(server(), comparison(*right_records()))
    advice = advise(ServersDisagree(HOME, first, NameAtServer(server(SECOND), Comparison(()))))
    assert advice.text == (
        "Update not applied: home.example.com differs between servers: "
        "192.0.2.53 has A 192.0.2.1 (serial 1), 192.0.2.54 has nothing (serial 1)"
    )
    assert advice.hint == "check that 192.0.2.54 gets the zone from 192.0.2.53, or remove it from the list of servers"


@pytest.mark.parametrize(("serial", "is_later"), [(2, True), (1, False), (0, False), (2**31, True), (2**31 + 2, False)])
def test_the_server_with_the_later_serial_is_the_one_to_copy_from(serial: int, *, is_later: bool) -> None:
    assert is_after(serial, 1) == is_later
    later = server(SECOND)._replace(access=Access(soa_with(serial), UNKNOWN))
    first = NameAtServer(server(), comparison(*right_records()))
    hint = advise(ServersDisagree(HOME, first, NameAtServer(later, Comparison(())))).hint
    assert hint.startswith(f"check that {FIRST if is_later else SECOND} gets the zone from ")


def soa_with(serial: int) -> Record:
    return record("example.com", RRType.SOA, f"ns.example.com. hostmaster.example.com. {serial} 3600 900 604800 300")


def test_a_denial_for_later_names_the_types() -> None:
    text, hint = note_texts(DeniedForLater(HOME, denial(RRType.A, RRType.AAAA)))
    assert text == (
        "home.example.com has no A and AAAA to publish now; an update that adds it would fail: "
        "Permission denied: 192.0.2.53 refuses"
    )
    assert hint == "grant it"


def test_other_notes() -> None:
    hidden = DataNotShown(ZoneNotFound("home.example.com lies elsewhere", hint="give zone=home"))
    assert note_texts(hidden) == ("home.example.com lies elsewhere", "give zone=home")
    assert note_texts(Remark("read as raw text")) == ("read as raw text", "")


def test_changes_are_told_in_the_words_of_nsupdate() -> None:
    update = Update(ZONE).delete(HOME, "A", "192.0.2.9").replace(HOME, 300, "TXT", "hello")
    assert list(map(change_text, update.changes)) == ["delete A 192.0.2.9", "delete TXT", 'add 300 TXT "hello"']
