"""What is asked in a set-up, and how answers are checked against each other."""

from __future__ import annotations

import pytest

from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options, row_of
from dns_update.errors import UsageError
from dns_update.setup.prompts import COMMAND, QUESTIONS, check_line, check_sources, check_zone, missing, owners_in
from dns_update.wire.name import Name

ZONE, HOME = Name.from_text("example.com"), Name.from_text("home.example.com")


def options(*words: str) -> Options:
    return CommandLine(words).options(COMMAND)


def test_each_question_asks_for_a_property() -> None:
    assert all(row_of(question.name, COMMAND) is not None for question in QUESTIONS)


def test_a_name_is_in_full_or_relative_to_the_zone_that_is_known() -> None:
    assert owners_in(["home.example.com"], None) == owners_in(["home", "home.example.com"], ZONE) == (HOME,)
    assert owners_in(["@"], ZONE) == (ZONE,)
    with pytest.raises(UsageError, match="not a full name"):
        owners_in(["home"], None)


def test_a_name_in_full_is_not_taken_for_a_relative_one() -> None:
    check_zone([HOME], ZONE)
    with pytest.raises(UsageError, match=r"home\.example\.com is not in example\.org"):
        check_zone([HOME], Name.from_text("example.org"))


@pytest.mark.parametrize("text", ["https://me:secret@ip.example.org/", "dns:,http://token@ip.example.org/"])
def test_a_password_in_a_url_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_sources([text])
    assert "secret" not in str(caught.value)
    assert "token" not in str(caught.value)


def test_what_is_missing_is_named_in_the_order_of_the_questions() -> None:
    names = ("dns-server=", "name=", "zone=", "address=", "key-file= (or make-key=yes)")
    assert missing(options()) == names
    assert missing(options("zone=example.com", "make-key=yes")) == ("dns-server=", "name=", "address=")
    given = ("dns-server=192.0.2.1", "name=home", "zone=example.com", "address=dns:", "key-file=home.key")
    assert missing(options(*given)) == ()


@pytest.mark.parametrize(
    "words",
    [("key-file=a", "make-key=yes"), ("key-file=a", "server-type=bind"), ("ttl=0",), ("zone=b.", "name=a.c.")],
)
def test_contradictions_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        check_line(options(*words))
