"""`dns-update status`: what is printed of an agent's answer, read at a glance with three names and ten thousand."""

import asyncio
import copy
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dns_update import __version__
from dns_update.agent.output.answer_types import STATES
from dns_update.agent.output.control import serve
from dns_update.cli.status import run
from dns_update.cli.status_text import MOST_RECORDS
from dns_update.commandline.help import help_text
from dns_update.commandline.line import CommandLine
from dns_update.errors import NoResponse, UsageError
from tests.support.fixed_answers import FixedAnswers

_NOW = 1_700_000_000.0
_REFUSED = {
    "kind": "PermissionDenied",
    "message": "Permission denied: the key may not",
    "hint": "grant it",
    "server": "192.0.2.53:53",
    "exit_status": 7,
}
_SILENT = _REFUSED | {"kind": "NoResponse", "message": "No answer from 192.0.2.53:53: timed out", "exit_status": 4}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: _NOW)


def record(name: str = "home", state: str = "right", **more: object) -> dict[str, object]:
    published = {"server": "192.0.2.53:53", "records": ["A 192.0.2.1"], "checked": _NOW - 12}
    return {
        "name": f"{name}.example.com",
        "zone": "example.com",
        "wanted": ["A 192.0.2.1"],
        "published": [published],
        "state": state,
        "since": _NOW - 7200,
        "last_error": None,
        "next_try": None,
        "key": "home-key",
    } | more


def failing(name: str, error: Mapping[str, object] = _REFUSED) -> dict[str, object]:
    return record(name, "failing", wanted=["A 192.0.2.9"], last_error=error, next_try=_NOW + 240)


def source(name: str = "interface:ppp0", *, error: str | None = None, **more: object) -> dict[str, object]:
    return {"source": name, "addresses": ["192.0.2.1"], "error": error, "checked": _NOW - 5} | more


def answer(*records: Mapping[str, object], sources: tuple[object, ...] = (), **agent: object) -> dict[str, Any]:
    about = {
        "pid": 4711,
        "started": _NOW - 270_000,
        "version": __version__,
        "config": "/etc/dns-update.toml",
        "uptime": 270_000.0,
        "reloads": 0,
        "last_reload_error": None,
        "last_bug": None,
    }
    return {"agent": about | agent, "records": list(records), "sources": list(sources)}


@contextmanager
def serving(path: Path, answers: FixedAnswers) -> Iterator[Callable[[], object]]:
    """Answer from a thread, as an agent does from a process; yield what ends it before the end of the block."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def work() -> None:
        server = await serve(str(path), answers)
        ready.set()
        await stop.wait()
        await server.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(work(),))
    thread.start()
    ready.wait()
    try:
        yield lambda: loop.call_soon_threadsafe(stop.set)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@contextmanager
def agent(path: Path, content: Mapping[str, Any]) -> Iterator[None]:
    """Serve one answer."""
    with serving(path, FixedAnswers(lambda: content)):
        yield


Asked = Callable[..., tuple[int, str]]


@pytest.fixture
def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Asked:
    """Return a function that asks an agent with some answer; it returns exit status and output."""

    def ask(content: Mapping[str, Any], *words: str) -> tuple[int, str]:
        path = tmp_path / "agent.sock"
        with agent(path, content):
            status = run(CommandLine([f"socket={path}", *words]))
        out, err = capsys.readouterr()
        assert err == ""
        return status, out

    return ask


def test_three_names(asked: Asked) -> None:
    content = answer(
        record("alpha"),
        record("beta", "held", since=_NOW - 3, wanted=[]),
        failing("gamma"),
        sources=(source(), source("command:ip", error="it failed with status 1", checked=None)),
    )
    status, out = asked(content)
    assert status == 7
    assert out.splitlines() == [
        "3 names: 1 right, 1 held, 1 failing",
        f"agent 4711, dns-update {__version__}, up 3 d, /etc/dns-update.toml",
        "",
        "STATE    FOR  NAME               SHOULD BE",
        (
            "failing  2 h  gamma.example.com  A 192.0.2.9  Permission denied: the key may not; "
            "192.0.2.53:53 has A 192.0.2.1; next try in 4 min"
        ),
        "held     3 s  beta.example.com   nothing      192.0.2.53:53 has A 192.0.2.1",
        "right    2 h  alpha.example.com  A 192.0.2.1",
        "",
        "SOURCE          ASKED    GIVES",
        "command:ip      never    fails: it failed with status 1; it last gave 192.0.2.1",
        "interface:ppp0  5 s ago  192.0.2.1",
    ]


def test_servers_that_are_silent_are_shown(asked: Asked) -> None:
    silent = {
        "server": "192.0.2.53",
        "since": _NOW - 180,
        "error": "No answer from 192.0.2.53: no answer in time (4 tries by UDP, 12.0 s)",
        "next_try": _NOW + 40,
    }
    status, out = asked(answer(record("alpha")) | {"silent_servers": [silent]})
    assert status == 0
    assert out.splitlines()[5:] == [
        "",
        "SILENT SERVER  FOR",
        (
            "192.0.2.53     3 min  No answer from 192.0.2.53: no answer in time (4 tries by UDP, 12.0 s); "
            "in its usual place again in 40 s"
        ),
    ]


def test_ten_thousand_names(asked: Asked) -> None:
    names = [record(f"name-{number:05}") for number in range(9_998)]
    status, out = asked(answer(*names, failing("bad"), failing("worse")))
    lines = out.splitlines()
    assert status == 7
    assert lines[0] == "10,000 names: 9,998 right, 2 failing"
    assert [line.split()[0] for line in lines[4:]] == ["failing"] * 2 + ["right"] * 48 + ["and"]
    assert lines[-1] == "and 9,950 more: 9,950 right; --all shows them, name=NAME shows one in full"


def test_all_of_them_are_shown_on_request(asked: Asked) -> None:
    names = [record(f"name-{number:05}") for number in range(200)]
    sources = tuple(source(f"interface:ppp{number}") for number in range(20))
    _, short = asked(answer(*names, sources=sources))
    assert (short.count("name-"), short.count("ppp")) == (50, 10)
    assert short.splitlines()[-1] == "and 10 more that work; --all shows them"
    _, out = asked(answer(*names, sources=sources), "--all")
    assert (out.count("name-"), out.count("ppp")) == (200, 20)
    assert "more" not in out


def test_all_sources_that_fail_are_shown(asked: Asked) -> None:
    sources = tuple(
        source(f"interface:ppp{number}", error="it is gone" if number > 5 else None) for number in range(20)
    )
    _, out = asked(answer(record(), sources=sources))
    assert out.count("it is gone") == 14
    assert out.count("ppp") == 14


def test_the_worst_come_first_and_names_in_order(asked: Asked) -> None:
    records = [record(f"{letter}-{state}", state) for letter in "ba" for state in reversed(STATES)]
    _, out = asked(answer(*records))
    names = [line.split()[-5 if "has" in line else 3].split(".")[0] for line in out.splitlines()[4:]]
    assert names == [f"{letter}-{state}" for state in STATES for letter in "ab"]


def test_a_reload_that_failed_is_told(asked: Asked) -> None:
    _, out = asked(answer(record(), last_reload_error="line 3: unknown key 'zoen'"))
    assert out.splitlines()[2] == (
        "the last reload failed, the previous configuration stays in force: line 3: unknown key 'zoen'"
    )


def test_an_error_that_nobody_foresaw_is_told(asked: Asked) -> None:
    _, out = asked(answer(record(), last_bug="this is a bug in dns-update: ZeroDivisionError: a mistake of ours"))
    assert out.splitlines()[2] == (
        "please report this; the agent continues: this is a bug in dns-update: ZeroDivisionError: a mistake of ours"
    )


def test_no_names(asked: Asked) -> None:
    status, out = asked(answer())
    assert status == 0
    assert out.splitlines()[0] == "no names: the configuration has no records"


def test_no_text_of_a_server_commands_the_terminal(asked: Asked) -> None:
    _, out = asked(answer(failing("home", _REFUSED | {"message": "a\x1b[31m\nb"})))
    assert "a\\x1b[31m\\nb" in out


# One name


@pytest.mark.parametrize("name", ["gamma", "GAMMA.example.com", "gamma.example.com."])
def test_all_there_is_to_say_of_one_name(asked: Asked, name: str) -> None:
    status, out = asked(answer(record("alpha"), failing("gamma"), failing("other", _SILENT)), f"name={name}")
    assert status == 7
    assert out.splitlines() == [
        "gamma.example.com: failing for 2 h",
        "  zone           example.com",
        "  key            home-key",
        "  wanted         A 192.0.2.9",
        "  192.0.2.53:53  A 192.0.2.1 - not what is wanted (asked 12 s ago)",
        "  error          Permission denied: the key may not",
        "  server         192.0.2.53:53",
        "  hint           grant it",
        "  next try       in 4 min",
    ]


def test_a_name_that_is_right(asked: Asked) -> None:
    status, out = asked(answer(record("alpha", key=None), failing("gamma")), "--name", "alpha")
    assert status == 0
    assert out.splitlines() == [
        "alpha.example.com: right for 2 h",
        "  zone           example.com",
        "  key            none: unsigned",
        "  wanted         A 192.0.2.1",
        "  192.0.2.53:53  A 192.0.2.1 (asked 12 s ago)",
    ]


STALE = {"server": "192.0.2.54:53", "records": ["A 192.0.2.7"], "checked": _NOW - 7200}
SAME = {"server": "192.0.2.55:53", "records": ["A 192.0.2.1"], "checked": _NOW - 60}


def published_at(*others: object) -> list[object]:
    mine = record()["published"]
    assert isinstance(mine, list)
    return [*mine, *others]


def test_each_server_that_was_asked_is_shown(asked: Asked) -> None:
    status, out = asked(answer(record("alpha", published=published_at(STALE, SAME))), "name=alpha")
    assert status == 0
    assert out.splitlines()[4:] == [
        "  192.0.2.53:53  A 192.0.2.1 (asked 12 s ago)",
        "  192.0.2.54:53  A 192.0.2.7 - not what is wanted (asked 2 h ago)",
        "  192.0.2.55:53  A 192.0.2.1 (asked 1 min ago)",
    ]


@pytest.mark.parametrize("state", ["right", "changing"])
def test_what_another_server_had_is_in_the_table_if_it_is_not_what_is_wanted(asked: Asked, state: str) -> None:
    _, out = asked(answer(record("alpha", state, published=published_at(STALE, SAME))))
    assert out.splitlines()[4].split("  ")[-1].strip() == "192.0.2.54:53 had A 192.0.2.7 2 h ago"


def test_what_other_owners_publish_is_not_unwanted(asked: Asked) -> None:
    shared = {"server": "192.0.2.53:53", "records": ["A 192.0.2.1", "A 192.0.2.2"], "checked": _NOW - 12}
    _, out = asked(answer(record("alpha", published=[shared], owner="router-1")), "name=alpha")
    assert out.splitlines()[4] == "  192.0.2.53:53  A 192.0.2.1, A 192.0.2.2 (asked 12 s ago)"
    _, out = asked(answer(record("alpha", published=[STALE], owner="router-1")), "name=alpha")
    assert "not what is wanted" in out.splitlines()[4]


def test_the_apex(asked: Asked) -> None:
    apex = record() | {"name": "example.com"}
    _, out = asked(answer(record("alpha"), apex), "name=@")
    assert out.startswith("example.com: right")


@pytest.mark.parametrize(
    ("name", "hint"), [("alhpa", "did you mean alpha?"), ("zzz", "dns-update status --all lists all of them")]
)
def test_a_name_that_is_not_there(asked: Asked, name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(answer(record("alpha")), f"name={name}")
    assert (caught.value.text, caught.value.hint) == (f"the agent has no name '{name}'", hint)


# Exit status


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([record()], 0),
        ([record(state=state) for state in STATES if state != "failing"], 0),
        ([record(), failing("a")], 7),
        ([failing("a"), failing("b")], 7),
        ([failing("a", _SILENT), failing("b", _SILENT), record()], 4),
        ([failing("a"), failing("b", _SILENT)], 10),
        ([record("a", "failing")], 10),
        ([record("a", "right", last_error=_REFUSED)], 0),  # over and done with
    ],
)
def test_the_exit_status_is_that_of_what_fails(
    asked: Asked, records: list[Mapping[str, object]], expected: int
) -> None:
    assert asked(answer(*records))[0] == expected
    assert asked(answer(*records), "--json")[0] == expected


def test_a_reload_that_failed_is_a_failure(asked: Asked) -> None:
    content = answer(record("alpha"), last_reload_error="config.toml:1: not TOML")
    for words in ([], ["name=alpha"]):
        status, out = asked(content, *words)
        assert status == 2
        assert (
            "the last reload failed, the previous configuration stays in force: config.toml:1: not TOML"
            in out.splitlines()
        )
    status, out = asked(content, "--json")
    assert (status, json.loads(out)["status"], json.loads(out)["exit_status"]) == (2, "error", 2)
    assert asked(answer(failing("a"), last_reload_error="x"))[0] == 10


def test_no_agent(tmp_path: Path) -> None:
    with pytest.raises(NoResponse) as caught:
        run(CommandLine([f"socket={tmp_path / 'agent.sock'}"]))
    assert caught.value.exit_status == 4


def test_an_agent_of_another_kind(asked: Asked) -> None:
    with pytest.raises(UsageError, match="is not an agent of this version"):
        asked({"agent": {}})


# JSON


def test_json_is_the_agents_answer(asked: Asked) -> None:
    content = answer(record("alpha"), failing("gamma"), sources=(source(),))
    status, out = asked(content, "--json")
    assert json.loads(out) == {"command": "status", "status": "error", "exit_status": 7} | content
    assert status == 7


def test_json_of_one_name(asked: Asked) -> None:
    content = answer(record("alpha"), failing("gamma"))
    _, out = asked(content, "json=yes", "name=alpha")
    value = json.loads(out)
    assert value["records"] == content["records"][:1]
    assert (value["status"], value["exit_status"]) == ("ok", 0)


# Words


@pytest.mark.parametrize(
    ("ago", "text"),
    [(-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86_400, "1 d")],
)
def test_ages(asked: Asked, ago: float, text: str) -> None:
    _, out = asked(answer(record("alpha", since=_NOW - ago)), "name=alpha")
    assert out.splitlines()[0] == f"alpha.example.com: right for {text}"


def test_a_try_that_is_due(asked: Asked) -> None:
    _, out = asked(answer(record("alpha", "failing", next_try=_NOW - 1)))
    assert out.splitlines()[4].endswith("next try now")


def test_wrong_words() -> None:
    with pytest.raises(UsageError, match="unknown property 'nmae'"):
        run(CommandLine(["nmae=home"]))


def test_help() -> None:
    text = help_text("status")
    for state in STATES:
        assert f"\n  {state} " in text
    assert f"not only the first {MOST_RECORDS}" in text


# Whoever answers


EVIL = "\x1b]0;owned\x07\x9b31m\u202e\ud800"
"""Sets a terminal's title, colours it, turns the writing around; and what cannot be printed at all."""


def _everywhere(content: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return an answer with this behind each of its texts."""
    if isinstance(content, dict):
        return {key: _everywhere(part) for key, part in content.items()}
    if isinstance(content, list):
        return [_everywhere(part) for part in content]
    return content + EVIL if isinstance(content, str) else content


FULL = answer(
    *(failing(f"n{number}") for number in range(60)),
    record("alpha") | {"published": [{"server": "a", "records": ["A 192.0.2.9"], "checked": 1.0}] * 2, "owner": "me"},
    sources=(source(error="it failed"), *[source()] * 20),
    last_reload_error="broken",
) | {"silent_servers": [{"server": "a", "since": 1.0, "error": "none", "next_try": 2.0}]}


@pytest.mark.parametrize("words", [[], ["--all"], ["--json"], [f"name=n1.example.com{EVIL}"]], ids=len)
def test_no_text_of_whoever_answers_commands_the_terminal(asked: Asked, words: list[str]) -> None:
    _, out = asked(_everywhere(FULL), *words)
    assert not {character for character in out if not character.isprintable()} - {"\n"}
    assert "owned" in out


def _places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    for key in content if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ():
        yield (*path, key)
        yield from _places(content[key], (*path, key))


ONE_OF_EACH = answer(failing("a"), sources=(source(),), last_reload_error="broken") | {
    "silent_servers": [{"server": "a", "since": 1.0, "error": "none", "next_try": 2.0}]
}
ODD: list[Any] = [{}, [], [1], True, float("nan"), float("inf"), 10**300]


@pytest.mark.parametrize("place", list(_places(ONE_OF_EACH)), ids=str)
def test_an_odd_answer_is_no_bug_of_ours(asked: Asked, place: tuple[Any, ...]) -> None:
    """Anybody may listen at a socket."""
    for odd in ODD:
        content = copy.deepcopy(ONE_OF_EACH)
        inner = content
        for key in place[:-1]:
            inner = inner[key]
        if type(inner[place[-1]]) is type(odd) and odd in ([], 10**300):
            continue  # an empty list is one, and so is a number of any length
        inner[place[-1]] = odd
        with pytest.raises(UsageError, match="is not an agent of this version"):
            asked(content)


@pytest.mark.parametrize("status", [0, 256, -1, 1.5])
def test_an_exit_status_that_is_none_is_no_agents(asked: Asked, status: object) -> None:
    with pytest.raises(UsageError, match="is not an agent of this version"):
        asked(answer(failing("a", _REFUSED | {"exit_status": status})))


def test_an_error_that_comes_over_the_socket_commands_no_terminal(asked: Asked) -> None:
    with pytest.raises(UsageError) as caught:
        asked({"error": EVIL})
    assert str(caught.value).isprintable()
