"""`dns-update history`: what is printed of a file that an agent wrote."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.agent.output.history import History, HistoryRow
from dns_update.cli import history as module
from dns_update.cli.history import run
from dns_update.commandline.line import CommandLine
from dns_update.errors import UsageError

_NOW = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        patch.setattr("time.time", lambda: _NOW)
        time.tzset()
        yield
    time.tzset()


def made(
    name: str = "home", *, ago: float = 0.0, outcome: str = "ok", message: str = "", before: str | None = ""
) -> HistoryRow:
    return HistoryRow(
        when=_NOW - ago,
        name=f"{name}.example.com",
        zone="example.com",
        types=("A",),
        before=before,
        after="A 192.0.2.2",
        server="192.0.2.53:53",
        key_name="home-key",
        outcome=outcome,
        message=message,
        seconds=0.0214,
    )


def written(path: Path, *attempts: HistoryRow) -> str:
    history = History(str(path), 1e10, pytest.fail)
    for attempt in attempts:
        history.add(attempt)
    history.close()
    return f"file={path}"


@pytest.fixture
def file(tmp_path: Path) -> str:
    return written(
        tmp_path / "history.db",
        made(ago=90_000, before="A 192.0.2.1"),
        made(
            "printer",
            ago=60,
            before=None,
            outcome="KeyRejected",
            message="TSIG error: Server rejected: the secret differs",
        ),
        made(),
    )


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(CommandLine(words)) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_table_with_the_newest_last(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    heading, *rows = printed(capsys, file).splitlines()
    rejected = "KeyRejected: TSIG error: Server rejected: the secret differs"
    end = "192.0.2.53:53  home-key  0.021 s  "
    assert (
        heading == f"{'WHEN':21}{'NAME':21}BEFORE       AFTER               SERVER         KEY       TOOK     OUTCOME"
    )
    assert rows == [
        f"2023-11-13 21:13:20  home.example.com     A 192.0.2.1  A 192.0.2.2         {end}ok",
        f"2023-11-14 22:12:20  printer.example.com  ?            WANTED A 192.0.2.2  {end}{rejected}",
        f"2023-11-14 22:13:20  home.example.com     -            A 192.0.2.2         {end}ok",
    ]


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ([], ["21:13:20", "22:12:20", "22:13:20"]),
        (["name=home"], ["21:13:20", "22:13:20"]),
        (["--name", "home.example.com"], ["21:13:20", "22:13:20"]),
        (["--name=printer"], ["22:12:20"]),
        (["since=1d"], ["22:12:20", "22:13:20"]),
        (["since=59"], ["22:13:20"]),
        (["limit=1"], ["22:13:20"]),
        (["--limit", "all"], ["21:13:20", "22:12:20", "22:13:20"]),
        (["name=home", "since=1d", "limit=5", "json=no"], ["22:13:20"]),
        (["name=nobody"], []),
    ],
)
def test_what_is_asked_for(words: list[str], hours: list[str], file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split()[1] for line in printed(capsys, file, *words).splitlines()[1:]] == hours


def test_fifty_are_printed_if_nobody_says_how_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "history.db", *(made(f"name-{number}") for number in range(60)))
    lines = printed(capsys, file).splitlines()[1:]
    assert [line.split()[2] for line in lines] == [f"name-{number}.example.com" for number in range(10, 60)]


def test_nothing_at_all_is_printed_of_an_empty_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, written(tmp_path / "history.db")) == ""


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_long_table_is_printed_piece_by_piece(
    count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINES_AT_ONCE", 2)
    attempts = [made("x" * length) for length in range(10, 10 + count)]
    lines = printed(capsys, written(tmp_path / "history.db", *attempts)).splitlines()
    assert [line.split()[2] for line in lines[1:]] == [attempt.name for attempt in attempts]
    assert sum("WHEN" in line for line in lines) == 1


def test_no_text_of_a_server_commands_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "history.db", made(outcome="ServerFailure", message="a\x1b[31m\nb"))
    assert printed(capsys, file).splitlines()[1].endswith("ServerFailure: a\\x1b[31m\\nb")


def test_json(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    value = json.loads(printed(capsys, file, "limit=2", "--json"))
    attempts = value.pop("attempts")
    path = file.removeprefix("file=")
    assert value == {"command": "history", "status": "ok", "exit_status": 0, "file": path}
    assert len(attempts) == 2
    assert attempts[0] == {
        "when": _NOW - 60,
        "name": "printer.example.com",
        "zone": "example.com",
        "types": ["A"],
        "before": None,
        "after": None,
        "wanted": "A 192.0.2.2",
        "server": "192.0.2.53:53",
        "key_name": "home-key",
        "outcome": "KeyRejected",
        "message": "TSIG error: Server rejected: the secret differs",
        "seconds": 0.0214,
    }
    done = attempts[1]
    assert (done["before"], done["after"], done["wanted"]) == ("", "A 192.0.2.2", None)


def test_what_is_not_known_is_null_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attempt = made(outcome="ZoneNotFound", before=None)._replace(zone=None, server="")
    (shown,) = json.loads(
        printed(capsys, written(tmp_path / "history.db", attempt), "name=home.example.com", "--json")
    )["attempts"]
    assert (shown["zone"], shown["before"], shown["after"], shown["server"]) == (None, None, None, None)


def test_json_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(capsys, written(tmp_path / "history.db"), "json=yes"))["attempts"] == []


def test_a_file_that_is_not_there_is_an_error_before_anything_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([], ["--json"]):
        with pytest.raises(UsageError, match="No such file or directory"):
            run(CommandLine([f"file={tmp_path / 'history.db'}", *words]))
        assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        (["nmae=home"], "unknown property 'nmae'", "did you mean name?"),
        (["--colour", "red"], "unknown property 'colour'", "see: dns-update history --help"),
        (["home"], "'home' is not a property", "properties are written name=value or --name value, after the command"),
        (["--name"], "--name has no value", "--name NAME"),
        (["name="], "name=: the value is empty", ""),
        (["name=a", "name=b"], "name= is given twice", "it takes one value"),
        (["json=perhaps"], "json=: 'perhaps' is not a valid value", "yes or no"),
        (["since=yesterday"], "since=: 'yesterday' is not a time", "seconds, or 10m, 1h, 1d, 2w"),
        (["since=-1"], "since=: '-1' is not a time", "seconds, or 10m, 1h, 1d, 2w"),
        (["limit=0"], "limit=: '0' is not a number of attempts", "1 to 1000000000000, or all"),
        (["limit=many"], "limit=: 'many' is not a number of attempts", "1 to 1000000000000, or all"),
    ],
)
def test_wrong_words(words: list[str], says: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(CommandLine(words))
    assert (caught.value.text, caught.value.hint) == (says, hint)
