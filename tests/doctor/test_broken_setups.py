"""What `set` and `check` say of set-ups that are broken in one way each: the cause, and the next thing to do."""

import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dns_update.auth import Key
from dns_update.doctor.diagnosis import Case, diagnosis_of
from dns_update.doctor.diagnosis_texts import TEXTS, sentences_of
from dns_update.doctor.questions import Questions
from dns_update.doctor.server_kind import BIND, KNOT, NSD, POWERDNS, ServerKind
from dns_update.errors.hints import DOORS
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import Name
from lab import Bind, Knot, LabKey, NameServer, PowerDns
from tests.support.broken import SET_UPS, SetUp
from tests.support.broken.in_log import IN_LOG, log_in
from tests.support.broken.servers import KEY, line
from tests.support.command import COMMAND, Result, access, dns_update, in_process
from tests.support.peer import Silent

_MOST_TRIED = 15  # signatures with a key that the server does not know
_MOST_MESSAGES = 25  # of a check with a key that the server does not know
_TOLD_NOTHING = (
    "powerdns_policy"  # `set` hears NOERROR, and reads back another data: 8; the log says that it was refused
)
_PROGRAMS = (BIND, KNOT, POWERDNS, NSD)
_DETAILS = (
    "algorithm_there", "allowed", "bad_name", "canonical", "count", "deletion", "denied", "direction", "found", "host",
    "hoster", "hosts", "last_group", "many_type", "name_there", "of_port", "primary", "seconds", "shorter", "usual",
)  # fmt: skip


def _log(directory: Path) -> list[str]:
    """Return the property that has the log of a set-up's server read, if there is one."""
    log = log_in(directory)
    return [] if log is None else [f"server-log={log}"]


def _cause_in_log(steps: list[dict[str, Any]]) -> str:
    """Return which message of the server's log a check has found; empty if none."""
    causes = [step["cause"] or "" for step in steps if step["topic"] == "server log"]
    return next((cause.removeprefix("log-") for cause in causes), "")


def _set(words: Sequence[str]) -> tuple[Result, str]:
    """Return what `set` says, and the code of the cause that it has found."""
    result = in_process("set", *words)
    return result, in_process("set", *words, "json=yes").json["error"]["diagnosis"] or ""


def _assert_that_it_names_the_cause(set_up: SetUp, result: Result, found: str) -> None:
    assert result.status not in (0, 1)
    assert set_up.is_named_by(found), (found, result.stderr)
    said = result.stderr
    for words_said in set_up.says:
        assert words_said in said


@pytest.mark.parametrize("set_up", [one for one in SET_UPS if not one.only_by_update], ids=lambda set_up: set_up.name)
def test_check_and_set_name_the_cause(set_up: SetUp, tmp_path: Path) -> None:
    with set_up.started(tmp_path) as words:
        asked = [word for word in words if not word.startswith("check-names=")]
        shown = in_process("check", *asked)
        result = in_process("check", *asked, *_log(tmp_path), "json=yes")
        by_set, found = _set(words)
    _assert_that_it_names_the_cause(set_up, by_set, found)
    assert result.status == shown.status
    assert (result.status == by_set.status) is not set_up.check_stops_before, (by_set.stderr, shown.stdout)
    assert result.status not in (0, 1, 2), shown.stdout
    failed = [step for step in result.json["steps"] if step["mark"] == "failed"]
    assert not set_up.cause or set_up.is_named_by(failed[0]["cause"]), (failed[0]["cause"], shown.stdout)
    for said in set_up.says:
        assert said in shown.stdout
    assert _cause_in_log(result.json["steps"]) == IN_LOG.get(set_up.name, "")


@pytest.mark.parametrize("set_up", [one for one in SET_UPS if one.only_by_update], ids=lambda set_up: set_up.name)
def test_set_names_what_only_an_update_shows(set_up: SetUp, tmp_path: Path) -> None:
    with set_up.started(tmp_path) as words:
        result, found = _set(words)
    _assert_that_it_names_the_cause(set_up, result, found)


@pytest.mark.parametrize("set_up", [one for one in SET_UPS if one.only_by_update], ids=lambda set_up: set_up.name)
def test_check_says_what_only_an_update_can_show(set_up: SetUp, tmp_path: Path) -> None:
    """It names what it can foresee; otherwise where the reason of a later failure is written."""
    with set_up.started(tmp_path) as words:
        result = in_process("check", *words, "json=yes")
        by_set = in_process("set", *words, "diagnose=no")
        after = in_process("check", *words, *_log(tmp_path), "json=yes")
    assert result.status == 0
    assert _cause_in_log(after.json["steps"]) == IN_LOG.get(set_up.name, "")
    assert after.status == (by_set.status if set_up.name in IN_LOG else 0) or set_up.name == _TOLD_NOTHING
    steps = result.json["steps"]
    foreseen = [step for step in steps if step["mark"] == "note" and step["cause"] == set_up.cause]
    left_open = [
        step
        for step in steps
        if step["mark"] == "left out"
        and "its log says why: on the server, the same line as dns-update check, with server-config=" in step["hint"]
    ]
    assert bool(foreseen) != bool(left_open)


def test_a_few_keys_are_tried_for_one_that_the_server_does_not_know(tmp_path: Path) -> None:
    """Each leaves a line in the server's log: the other algorithms, spellings of the name, and no name of our own."""
    with Bind(tmp_path / "server", keys=[KEY]) as server:
        assert in_process("set", *line(server, tmp_path, LabKey.generate("my_home.dyn"))).status == 5
        tried = re.findall(r"TSIG ([^\s:]+)", server.log)
    assert set(tried) == {"my_home.dyn", "my_home.dyn.example.com", "my_home", "my_home.example.com", "my-home.dyn"}
    assert len(tried) <= _MOST_TRIED


@pytest.mark.parametrize("kind", [Bind, Knot, PowerDns])
def test_a_check_with_a_key_that_the_server_does_not_know_sends_few_messages(
    kind: type[Bind | Knot | PowerDns], tmp_path: Path
) -> None:
    with kind(tmp_path / "server", keys=[KEY]) as server:
        told = in_process("check", *line(server, tmp_path, LabKey.generate("my_home.dyn")), "json=yes").json
    assert told["exit_status"] == 5
    assert told["messages"] <= _MOST_MESSAGES


def test_an_interrupt_ends_the_questions_and_the_error_is_still_told() -> None:
    with Silent() as silent:
        words = [f"dns-server={silent.address}", "zone=example.com", "name=home", "address=192.0.2.1", "ttl=60"]
        command = [str(COMMAND), *words, "timeout=0.1", "retries=0"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        silent.wait_for_datagram()  # of the command itself
        silent.wait_for_datagram()  # the first question about the failure
        process.send_signal(signal.SIGINT)
        _out, said = process.communicate()
    assert process.returncode == 4
    assert "update failed: No answer from" in said


def test_without_diagnose_nothing_more_is_asked(bind: NameServer) -> None:
    words = [*access(bind, bind.readonly_keys[0]), "name=home", "address=192.0.2.1", "ttl=60", "verify=no", "--debug"]
    result = dns_update("set", *words, "diagnose=no")
    assert result.status == 7
    assert len(result.updates) == 1
    assert result.cause == ""


def test_a_failure_as_json_has_the_cause(bind: NameServer) -> None:
    error = dns_update("set", *access(bind, bind.readonly_keys[0]), "name=home", "address=192.0.2.1", "--json").json[
        "error"
    ]
    assert error["diagnosis"] == "not-granted"
    assert error["explanation"].startswith(f"{bind.host}:{bind.port} accepts key")
    assert error["hint"].startswith("the zone's statement in named.conf needs")


@pytest.mark.parametrize("program", ["", *_PROGRAMS])
@pytest.mark.parametrize("cause", TEXTS)
def test_every_cause_has_its_sentences_for_every_program_and_door(cause: str, program: str) -> None:
    zone = Name.from_text("example.com")
    change = Record(zone, RRType.A, RRClass.IN, 300, bytes(4))
    case = Case(zone, zone, Key("home", b"secret", "hmac-sha256"), (change,))
    questions = Questions(Endpoint("192.0.2.1"), RRClass.IN, 0.0)
    details: dict[str, Any] = dict.fromkeys(_DETAILS, "FOUND")
    found = diagnosis_of(questions, case, ServerKind(program), cause, **details)
    for sentence in sentences_of(found):
        for door in DOORS:
            text = sentence.rendered(door)
            assert text
            assert "{" not in text.replace("{ ", "").replace("{;", "")
