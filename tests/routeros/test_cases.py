"""Whole scripts, as people write them: each does in a described router what its expectation file says.

The cases are in `cases`, and in each directory that ROUTEROS_CASES names, separated as in PATH.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dns_update.routeros.conversions import to_time, value_of_word
from dns_update.routeros.described import Router, source_of
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.remarks import ScriptError, ScriptSyntaxError
from dns_update.routeros.values import Time, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dns_update.routeros.source import Source
    from dns_update.routeros.values import RouterValue
    from dns_update.routeros.world import UpdateRequest

_OWN = Path(__file__).parent / "cases"
_DIRECTORIES = [_OWN, *map(Path, filter(None, os.environ.get("ROUTEROS_CASES", "").split(os.pathsep)))]
_CASES = [expected for directory in _DIRECTORIES for expected in sorted(directory.glob("*.expect.toml"))]
_SUFFIX = ".expect.toml"
_REMARKS = ("router_differs",)


def test_there_are_cases() -> None:
    assert len(_CASES) >= 15


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.name.removesuffix(_SUFFIX))
def test_a_script_does_what_it_must(path: Path) -> None:
    text = path.with_name(path.name.removesuffix(_SUFFIX) + ".rsc").read_bytes().decode()
    case = tomllib.loads(path.read_text())
    router = Router()
    router_wide: dict[str, RouterValue] = {}
    for run in case["run"]:
        if case["case"]["kind"] == "export" and not router.stored and run["trigger"] != "load":
            Evaluator(router, router_wide).run(text)
        router.describe(run.get("state", {}))
        error = _run(router, router_wide, text, run)
        _check(router, error, run["expect"])


def _run(
    router: Router, router_wide: dict[str, RouterValue], text: str, run: Mapping[str, Any]
) -> ScriptError | ScriptSyntaxError | None:
    """Do what starts the script in this run; return the error that ended it."""
    kind, _, rest = run["trigger"].partition(":")
    source: Source | str = text
    name = rest
    if kind == "scheduler":
        event = _stored(router, "/system/scheduler", "name", rest)["on-event"]
        source = router.script(text_of(event)) or source_of(event)
    elif kind == "script":
        source = source_of(_stored(router, "/system/script", "name", rest)["source"])
    elif kind == "hook":
        parameter, _, item = rest.partition(":")
        rows = [row for menu in router.stored.values() for row in menu if parameter in row]
        source = source_of(
            next(row[parameter] for row in rows if item in (row.get("name"), row.get("interface"), row.get("host")))
        )
    try:
        Evaluator(router, router_wide).run(source, name=name, variables=run.get("vars", {}))
    except (ScriptError, ScriptSyntaxError) as error:
        return error
    return None


def _stored(router: Router, menu: str, key: str, value: str) -> dict[str, RouterValue]:
    return next(row for row in router.stored[menu] if text_of(row[key]) == value)


def _check(router: Router, error: ScriptError | ScriptSyntaxError | None, expected: Mapping[str, Any]) -> None:
    lenient = expected.get("lenient_updates")
    if lenient is not None and error is None:
        assert router.codes, "what a router refuses is carried out with a warning"
        _check_updates(router, lenient)
    else:
        _check_error(error, expected)
        if "updates" in expected:
            _check_updates(router, expected["updates"])
    for key, found in (("logs", router.logs), ("put", router.lines), ("slept", router.slept)):
        if key in expected:
            assert found == expected[key], key
    assert set(expected.get("must_warn", ())) <= set(router.codes)
    _check_stored(router, expected)


def _check_error(error: ScriptError | ScriptSyntaxError | None, expected: Mapping[str, Any]) -> None:
    if expected["result"] == "ok":
        assert error is None
        return
    told = expected.get("error", {})
    assert error is not None
    assert "line" not in told or error.line == told["line"]
    assert "command" not in told or isinstance(error, ScriptSyntaxError) or error.command == told["command"]
    assert any(text in str(error) for text in told.get("message_any", [""])), str(error)


def _check_updates(router: Router, expected: list[dict[str, Any]]) -> None:
    assert len(router.updates) == len(expected)
    for (request, outcome), wanted in zip(router.updates, expected, strict=True):
        told = _told(request, outcome)
        assert told | wanted == told | {key: wanted[key] for key in _REMARKS if key in wanted}
        assert router.codes or not set(_REMARKS) & set(wanted)
        assert "ttl" in wanted or request.ttl is None or set(wanted) <= {"server", "outcome"}


def _told(request: UpdateRequest, outcome: str) -> dict[str, object]:
    return {
        "server": request.server,
        "zone": request.zone,
        "fqdn": request.owner,
        "type": request.type,
        "address": request.address,
        "ttl": request.ttl,
        "key_name": request.key_name,
        "key": request.key,
        "outcome": outcome,
    }


def _check_stored(router: Router, expected: Mapping[str, Any]) -> None:
    if "scripts" in expected:
        assert [row["name"] for row in router.stored["/system/script"]] == expected["scripts"]
    for schedule in expected.get("schedules", ()):
        row = _stored(router, "/system/scheduler", "name", schedule["name"])
        assert text_of(row["on-event"]).strip() == schedule["on_event"]
        assert row.get("start-time") == schedule.get("start_time")
        assert to_time(value_of_word(text_of(row["interval"]))) == Time(schedule["interval_s"] * 1000)
    for parameter, item in expected.get("hooks", ()):
        rows = [row for menu in router.stored.values() for row in menu if parameter in row]
        assert item in [row.get("name", row.get("interface")) for row in rows]
