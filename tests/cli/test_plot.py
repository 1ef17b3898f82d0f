"""Pictures of a name's history: as text, as SVG, and by the command."""

import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.agent.output.history import History
from dns_update.cli.history import run
from dns_update.cli.plot import plotted, svg_of
from dns_update.commandline.line import CommandLine
from dns_update.errors import UsageError
from tests.cli.test_timeline import ONE, TWO, made, only

_NOW = 1_700_000_000.0
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        patch.setattr("time.time", lambda: _NOW)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "history.db"
    history = History(str(path), 1e10, pytest.fail)
    for attempt in (made(_NOW - 1000, "", ONE), made(_NOW - 600, ONE, TWO, "NoResponse"), made(_NOW - 500, ONE, TWO)):
        history.add(attempt)
    history.close()
    return f"file={path}"


SHOWN = """\
home.example.com A: 2 changes, 1 failed try
A 192.0.2.1  ━━━━━━━━━━━━━━━━━━━━━━━
A 192.0.2.2                         ━━━━━━━━━━━━━━━━━━━━━━━━
failed                         ✗
             2023-11-14 21:56:40         2023-11-14 22:13:20
"""


def test_a_picture_for_a_terminal(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert run(CommandLine([file, "name=home", "--plot"])) == 0
    assert capsys.readouterr() == (SHOWN, "")


def test_a_picture_in_ascii() -> None:
    lines = list(plotted(only(made(0, "", ONE), made(500, ONE, TWO)), 60, is_fancy=False))
    assert "\n".join(lines).isascii()
    assert lines[1] == f"{ONE}  {'=' * 23}"


def test_a_narrow_terminal_cuts_the_labels_and_not_the_time() -> None:
    lines = list(plotted(only(made(0, "", ONE), made(500, ONE, TWO)), 30, is_fancy=False))
    assert lines[1] == f"{ONE[:8]}  {'=' * 10}"


def test_a_short_time_has_a_mark_at_least() -> None:
    lines = list(plotted(only(made(0, "", ONE), made(500, ONE, TWO), made(500.1, TWO, ONE)), 60, is_fancy=False))
    assert lines[2].count("=") == 1


def test_no_text_of_a_server_commands_the_terminal() -> None:
    lines = list(plotted(only(made(0, "", 'TXT "\x1b[31m"')), 60, is_fancy=True))
    assert "\x1b" not in "".join(lines)


def test_an_svg_has_each_time_as_a_box_and_each_failure_as_a_dot(file: str, tmp_path: Path) -> None:
    path = tmp_path / "home.svg"
    assert run(CommandLine([file, "name=home", f"svg={path}"])) == 0
    picture = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own
    boxes = picture.findall(f"{_SVG}rect")[1:]  # the first is the paper
    first, second = [(float(box.attrib["x"]), float(box.attrib["width"])) for box in boxes]
    assert first[0] + first[1] == pytest.approx(second[0], abs=0.2)
    assert first[1] == pytest.approx(second[1], abs=0.2)
    (dot,) = picture.findall(f"{_SVG}circle")
    assert first[0] < float(dot.attrib["cx"]) < second[0]
    texts = [text.text for text in picture.findall(f"{_SVG}text")]
    assert texts[:4] == ["home.example.com A: 2 changes, 1 failed try", ONE, TWO, "failed"]


def test_an_svg_escapes_what_a_server_sent() -> None:
    picture = ET.fromstring(svg_of([only(made(0, "", 'TXT "</text><script>\x00&"'))]))  # noqa: S314 - our own
    assert picture.findall(f".//{_SVG}script") == []
    assert [text.text for text in picture.findall(f"{_SVG}text")][1] == 'TXT "</text><script>\\x00&"'


def test_both_at_once_and_only_what_is_asked_for(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CommandLine([file, "name=home", "--plot", "limit=1", f"--svg={tmp_path / 'home.svg'}"])) == 0
    assert capsys.readouterr().out.startswith("home.example.com A: 1 change, 0 failed tries\n")
    assert "1 change, 0 failed" in (tmp_path / "home.svg").read_text(encoding="utf-8")
    run(CommandLine([file, "name=home", "--plot", "since=599"]))
    assert capsys.readouterr().out.startswith("home.example.com A: 1 change, 0 failed tries\n")


def test_more_than_fifty_attempts_are_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = History(str(tmp_path / "history.db"), 1e10, pytest.fail)
    for number in range(60):
        history.add(made(_NOW - 100 + number, ONE, TWO))
    history.close()
    run(CommandLine([f"file={tmp_path}/history.db", "name=home", "--plot"]))
    assert "60 changes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--plot"], "plot= is given without name="),
        (["svg=x.svg"], "svg= is given without name="),
        (["svg="], "svg=: the value is empty"),
        (["plot=perhaps"], "plot=: 'perhaps' is not a valid value"),
        (["name=home", "--plot", "--json"], "json= has no meaning with a picture"),
        (["name=nobody", "--plot"], "there is no attempt of 'nobody'"),
        (
            ["name=home", "svg=/no/such/place/x.svg"],
            "svg=: cannot write '/no/such/place/x.svg': No such file or directory",
        ),
        (["name=home", "svg=/"], "svg=: cannot write '/': Is a directory"),
    ],
)
def test_wrong_words(words: list[str], says: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError) as caught:
        run(CommandLine([file, *words]))
    assert caught.value.text == says
    assert capsys.readouterr() == ("", "")
