"""Each case does on this machine, with its router described and nothing sent, what it does in that router itself."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dns_update.routeros.described import ACCEPTED, Router
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.this_machine import MachineSettings
from dns_update.routeros.machine.updates import NOT_SENT
from dns_update.routeros.remarks import ScriptError, ScriptSyntaxError
from tests.routeros.machine.fakes import machine_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dns_update.routeros.values import RouterValue
    from dns_update.routeros.world import World

_CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.expect.toml"))
_SUFFIX = ".expect.toml"


def _error(world: World, text: str, kept: dict[str, RouterValue], run: Mapping[str, Any]) -> tuple[str, int] | None:
    try:
        Evaluator(world, kept).run(text, variables=run.get("vars", {}))
    except (ScriptError, ScriptSyntaxError) as error:
        return str(error), error.line
    return None


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.name.removesuffix(_SUFFIX))
def test_a_case_does_the_same_here(path: Path) -> None:
    text = path.with_name(path.name.removesuffix(_SUFFIX) + ".rsc").read_bytes().decode()
    ours: dict[str, RouterValue] = {}
    theirs: dict[str, RouterValue] = {}
    for run in tomllib.loads(path.read_text())["run"]:
        state = {"dns": {}, "public_address": "", "identity": "MikroTik", **run.get("state", {})}
        router = Router(state)
        machine, outside = machine_with(MachineSettings(InterfaceNames(), is_dry=True, router=Router(state)))
        ended = _error(router, text, theirs, run)
        found = _error(machine, text, ours, run)
        if ended is not None and ended[0].startswith("bad command name"):
            return  # a command that a described router does not have, and this machine may have
        assert found == ended
        assert [(sent.request, sent.result.replace(NOT_SENT, ACCEPTED)) for sent in machine.sender.updates] == (
            router.updates
        )
        logged = [entry for entry in machine.logbook.entries if entry.topics.startswith("script,")]
        assert [[entry.topics.removeprefix("script,"), entry.message] for entry in logged] == router.logs
        assert outside.seconds == router.slept
        assert ours == theirs
        if "/log print" not in text:
            assert outside.lines == router.lines
