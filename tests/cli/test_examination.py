"""What an examination has found, as text and as a status; of things that no server of the lab can be brought to."""

import json
from typing import Any

import pytest

from dns_update.cli.examination import ExaminationReport
from dns_update.doctor.comparison import Comparison
from dns_update.doctor.examination import Examination, NameAtServer, NameExamination
from dns_update.errors import DnsUpdateError, Hint, NoAddress, NoResponse, PermissionDenied
from dns_update.errors.causes import TIMED_OUT
from dns_update.errors.hints import TOML
from tests.doctor.seen import SECOND, name_at, server


def report_of(examination: Examination) -> ExaminationReport:
    return ExaminationReport(examination, TOML)


def json_of(examination: Examination) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report_of(examination).json_text("config.toml"))
    return found


def test_a_server_that_tells_nothing_of_permissions_is_not_said_to_permit(capsys: pytest.CaptureFixture[str]) -> None:
    examination = Examination((server(),), names=(name_at(server()),))
    report_of(examination).tell()
    assert "does not tell beforehand what it permits" in capsys.readouterr().out
    assert json_of(examination)["records"][0]["servers"][0]["permitted"] is None


def test_what_a_server_said_cannot_command_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    broken = server(error=NoResponse("\x1b[2J\nforged line", endpoint="192.0.2.53"))
    report_of(Examination((broken,), names=(name_at(),))).tell()
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ([], 0),
        ([NoAddress("none")], 3),
        ([NoResponse("a", endpoint="a"), NoResponse("b", endpoint="b")], 4),
        ([NoResponse("a", endpoint="a"), PermissionDenied("b")], 10),
    ],
)
def test_the_exit_status(errors: list[DnsUpdateError], status: int) -> None:
    examination = Examination(unresolved=tuple(errors))
    assert report_of(examination).exit_status == status
    assert json_of(examination)["exit_status"] == status


def test_hints_are_spelled_as_the_reader_writes(capsys: pytest.CaptureFixture[str]) -> None:
    unresolved = NoResponse("its address cannot be found", endpoint="ns.example.com", hint=Hint("check {dns-server}"))
    report_of(Examination(unresolved=(unresolved,))).tell()
    assert "hint: check servers" in capsys.readouterr().err
    assert json_of(Examination(unresolved=(unresolved,)))["findings"][0]["hint"] == "check servers"


def test_a_finding_has_its_cause_for_programs() -> None:
    name = name_at(server(), server(SECOND, error=NoResponse("3 tries", endpoint=SECOND, cause=TIMED_OUT)))
    differing = NameAtServer(server(SECOND), Comparison(()))
    examination = Examination(
        servers=tuple(one.server for one in name.at_servers),
        names=(NameExamination(name.subject, (name.at_servers[0], differing)),),
    )
    answer = json_of(examination)
    told = [(finding["cause"], finding["kind"], finding["server"]) for finding in answer["findings"]]
    assert told == [("timed-out", "NoResponse", str(SECOND)), ("servers-disagree", "NotApplied", str(SECOND))]
    assert answer["servers"][1]["error"]["cause"] == "timed-out"


def test_fifty_names_are_shown_the_worst_first(capsys: pytest.CaptureFixture[str]) -> None:
    right = [name_at(server(), label=f"n{number}") for number in range(60)]
    failing = NameExamination(right[0].subject, error=NoResponse("silent", endpoint="192.0.2.53"))
    report_of(Examination((server(),), names=(*right, failing))).tell()
    rows = capsys.readouterr().out.splitlines()
    heading = next(number for number, row in enumerate(rows) if row.startswith("STATE"))
    assert rows[0] == "61 names: 60 right, 1 failing"
    assert rows[heading + 1].startswith("failing  ")
    assert len(rows[heading + 1 : -1]) == 50
    assert rows[-1] == "and 11 more: 11 right; --json lists all of them"
