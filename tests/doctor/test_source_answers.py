"""Sources are asked once each: what they answer, and that a failing one does not keep others from being asked."""

import asyncio
from pathlib import Path

import pytest

from dns_update.address import find_addresses
from dns_update.address.sources import Command, Interface
from dns_update.doctor import source_answers
from dns_update.doctor.source_answers import SourceAnswer, SourceQuestion, ask_sources
from dns_update.errors import NoAddress
from dns_update.wire.inet import parse_address

PUBLIC, PRIVATE = parse_address("9.8.7.6"), parse_address("192.168.7.1")
LOOPBACK = parse_address("127.0.0.1")


def explained(mistake: Exception) -> str:
    return f"a bug: {mistake}"


def ask(*questions: SourceQuestion) -> dict[SourceQuestion, SourceAnswer]:
    return asyncio.run(ask_sources(questions, explained))


def program(directory: Path, text: str) -> Command:
    """Return a source that runs a shell script of one line; each run adds a line to `ran`."""
    path = directory / "source"
    path.write_text(f"#!/bin/sh\necho >>{directory}/ran\n{text}\n")
    path.chmod(0o755)
    return Command(str(path))


def test_an_interface_and_a_program(tmp_path: Path) -> None:
    loopback, command = Interface("lo", 4), program(tmp_path, "echo 9.8.7.6")
    questions = SourceQuestion(loopback, allow_private=True), SourceQuestion(command)
    answers = ask(*questions)
    assert list(answers) == list(questions)
    assert answers[questions[0]] == SourceAnswer(loopback, (LOOPBACK,))
    assert answers[questions[1]] == SourceAnswer(command, (PUBLIC,))


def test_a_source_is_asked_once_for_each_policy(tmp_path: Path) -> None:
    command = program(tmp_path, "echo 192.168.7.1")
    strict, lenient = SourceQuestion(command), SourceQuestion(command, allow_private=True)
    answers = ask(strict, lenient, strict, lenient)
    assert answers[lenient].addresses == (PRIVATE,)
    assert isinstance(answers[strict].error, NoAddress)
    assert (tmp_path / "ran").read_text() == "\n\n"


def test_a_source_that_fails_and_one_that_does_not(tmp_path: Path) -> None:
    missing, command = SourceQuestion(Interface("nowhere0", None)), SourceQuestion(program(tmp_path, "echo 9.8.7.6"))
    answers = ask(missing, command)
    assert str(answers[missing].error) == "No address: there is no interface nowhere0"
    assert answers[command].addresses == (PUBLIC,)


def test_a_kernel_that_lists_nothing_fails_interfaces_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = NoAddress("the kernel does not list addresses")

    def read_interfaces() -> None:
        raise error

    monkeypatch.setattr(source_answers, "read_interfaces", read_interfaces)
    interface, command = SourceQuestion(Interface("lo", 4)), SourceQuestion(program(tmp_path, "echo 9.8.7.6"))
    answers = ask(interface, command)
    assert answers[interface].error is error
    assert answers[command].addresses == (PUBLIC,)


def test_a_bug_is_the_answer_of_one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Interface("broken0", None)

    def sabotaged(sources: list[object], **more: object) -> tuple[bytes, ...]:
        if sources == [broken]:
            raise ZeroDivisionError("a mistake of ours")
        return find_addresses(sources, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(source_answers, "find_addresses", sabotaged)
    mistaken, loopback = SourceQuestion(broken), SourceQuestion(Interface("lo", 4), allow_private=True)
    answers = ask(mistaken, loopback)
    assert str(answers[mistaken].error) == "No address: interface broken0 cannot be asked: a bug: a mistake of ours"
    assert answers[loopback].addresses == (LOOPBACK,)


def test_no_question_needs_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_answers, "read_interfaces", None)
    assert ask() == {}
