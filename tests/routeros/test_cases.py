"""Whole scripts, as people write them: each does in a described router what its expectation file says.

The cases are in `cases`, and in each directory that ROUTEROS_CASES names, separated as in PATH.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dns_update.agent.config.load import read_config
from dns_update.keys.files import OPEN_MODE, write_new_files
from dns_update.migration.agent_toml import key_file_text, toml_from_plan
from dns_update.migration.plan import Choices
from dns_update.migration.routeros.importer import import_of
from dns_update.routeros.conversions import to_time, value_of_word
from dns_update.routeros.described import Router, source_of
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.remarks import ScriptError, ScriptSyntaxError
from dns_update.routeros.values import Time, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dns_update.migration.plan import MovedRecord, MovePlan
    from dns_update.routeros.source import ScriptSource
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
    source: ScriptSource | str = text
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
        if "interval_s" in schedule:
            assert to_time(value_of_word(text_of(row["interval"]))) == Time(schedule["interval_s"] * 1000)
    for parameter, item in expected.get("hooks", ()):
        rows = [row for menu in router.stored.values() for row in menu if parameter in row]
        assert item in [row.get("name", row.get("interface")) for row in rows]


# Imports


_IMPORTED = [path for path in _CASES if "import" in tomllib.loads(path.read_text())]


@pytest.mark.parametrize("path", _IMPORTED, ids=lambda path: path.name.removesuffix(_SUFFIX))
def test_an_import_says_what_it_must(path: Path, tmp_path: Path) -> None:
    wanted = tomllib.loads(path.read_text())["import"]
    plan = import_of(path.with_name(path.name.removesuffix(_SUFFIX) + ".rsc").read_bytes().decode()).plan
    assert plan.understood == wanted["understood"]
    records = [one for record in wanted.get("record", ()) for one in _each_name(record)]
    assert [_imported(record, one) for record, one in zip(plan.records, records, strict=True)] == records
    _check_report(plan, wanted.get("report", ()))
    if plan.records:
        _check_configuration(plan, tmp_path)


def _each_name(record: dict[str, Any]) -> list[dict[str, Any]]:
    names = record["fqdn"] if isinstance(record["fqdn"], list) else [record["fqdn"]]
    return [record | {"fqdn": name} for name in names]


def _imported(record: MovedRecord, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record in the words of the expectations, with those keys only that are asked for."""
    origin, key = record.origin, record.key
    source = {"kind": origin.kind, "interface": origin.interface, "family": origin.family, "scope": "global"}
    source |= {"address": origin.detail, "pattern": origin.detail}
    when = [
        {"kind": trigger.kind, "seconds": trigger.seconds, "start_time": trigger.start_time}
        | {"interface": trigger.item, "host": trigger.item}
        for trigger in record.triggers
    ]
    said = {
        "fqdn": f"{record.name}.",
        "type": record.type,
        "zone": record.zone,
        "source": {name: source[name] for name in wanted["source"]},
        "servers": list(record.servers),
        "policy": record.servers_used,
        "when": next(
            (each for each in ({n: t[n] for n in wanted["when"]} for t in when) if each == wanted["when"]), when
        ),
        "change_check": record.change_check,
        "ttl": record.ttl,
        "only_if_running": record.only_if_running,
        "key_name": "" if key is None else key.name,
        "key": "" if key is None else key.secret,
    }
    return {name: said[name] for name in wanted}


def _check_report(plan: MovePlan, wanted: Iterable[Mapping[str, Any]]) -> None:
    """Check that all is said that must be, and no error or warning that may not be."""
    said = {(remark.line, remark.severity, remark.code) for remark in plan.remarks}
    listed = {(each["line"], each["severity"], each["code"]): each.get("level") for each in wanted}
    assert {each for each, level in listed.items() if level != "allowed"} <= said
    assert {each for each in said if each[1] != "info"} <= set(listed)


def _check_configuration(plan: MovePlan, directory: Path) -> None:
    """Check that the agent takes the configuration."""
    config, keys = directory / "agent.toml", directory / "agent.keys"
    text = toml_from_plan(plan, Choices({}, "branch"), origin="a case", key_file=str(keys))
    secrets = key_file_text(record.key for record in plan.records if record.key is not None)
    write_new_files({str(keys): secrets, str(config): text}, {str(config): OPEN_MODE})
    assert len(read_config(str(config)).records) == len({(record.name, record.ttl) for record in plan.records})
    for record in plan.records:
        assert record.key is None or record.key.secret not in text
