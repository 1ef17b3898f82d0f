"""Some of the cases with a real server: what a script sends is in BIND's zone afterwards.

ROUTEROS_SERVER=bind takes all cases whose servers do not fail; without it ("fake"), it is those below.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dns_update.cli.run_access import access_of
from dns_update.routeros.described import Router
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.machine.logbook import Logbook
from dns_update.routeros.machine.updates import RouterSender
from dns_update.routeros.remarks import ScriptError
from dns_update.routeros.world import UpdateRequest
from lab import dig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dns_update.routeros.values import RouterValue
    from lab import NameServer

_CASES = Path(__file__).parent / "cases"
_MARKED = ("01-one-line", "03-from-interface", "15-many-hosts", "25-functions", "27-ipv6", "40-memory-in-a-global")
_ZONE = "example.com"


def _names() -> list[str]:
    """Return the cases that can be run: scripts that send to one zone, and no server of which fails."""
    if os.environ.get("ROUTEROS_SERVER", "fake") != "bind":
        return list(_MARKED)
    paths = sorted(_CASES.glob("*.expect.toml"))
    return [path.name.removesuffix(".expect.toml") for path in paths if _is_for_bind(tomllib.loads(path.read_text()))]


def _is_for_bind(case: Mapping[str, Any]) -> bool:
    if case["case"]["kind"] != "script" or any("server_fails" in run["state"] for run in case["run"]):
        return False
    sent = [update for run in case["run"] for update in run["expect"].get("updates", ())]
    is_kept = all(update["server"] and update.get("ttl") != 0 for update in sent)
    return is_kept and bool(sent) and all(update["fqdn"].endswith(f".{_ZONE}.") for update in sent)


class _Sending(Router):
    """A described router whose updates go to BIND, with BIND's own key in place of the script's."""

    def __init__(self, server: NameServer) -> None:
        super().__init__()
        self._key = next(key for key in server.keys if key.algorithm == "hmac-md5")
        self._server = f"{server.host}:{server.port}"
        logbook = Logbook(lambda _entry: None, str)
        self.sender = RouterSender(
            logbook, lambda _line: None, lambda _text: None, is_dry=False, trace=None, access=access_of
        )

    def send(self, request: UpdateRequest) -> None:
        """Send an update of the zone that BIND has; leave out others."""
        if request.owner.endswith(f".{_ZONE}."):
            fields = {name: getattr(request, name) for name in type(request).__fields__}
            fields |= {"zone": _ZONE, "name": request.owner.removesuffix(f".{_ZONE}.")}
            fields |= {"server": self._server, "key_name": self._key.name, "key": self._key.secret}
            self.sender.send(UpdateRequest(**fields))
        super().send(request)


@pytest.mark.parametrize("name", _names())
def test_what_a_script_sends_is_in_the_zone(name: str, bind: NameServer) -> None:
    case = tomllib.loads((_CASES / f"{name}.expect.toml").read_text())
    router = _Sending(bind)
    router_wide: dict[str, RouterValue] = {}
    for run in case["run"]:
        router.describe(run["state"])
        try:
            Evaluator(router, router_wide).run((_CASES / f"{name}.rsc").read_text(), variables=run.get("vars", {}))
        except ScriptError:
            assert run["expect"]["result"] == "error"
        last = {(update["fqdn"], update["type"]): update for update in run["expect"].get("updates", ())}
        for update in last.values():
            _check(bind, update)
    assert router.sender.updates


def _check(server: NameServer, update: Mapping[str, str]) -> None:
    if update["fqdn"].endswith(f".{_ZONE}."):
        answers = [line.split() for line in dig(server, update["fqdn"], update["type"])]  # name ttl class type data
        assert [answer[-1] for answer in answers] == [update["address"]]
        assert "ttl" not in update or answers[0][1] == str(update["ttl"])
