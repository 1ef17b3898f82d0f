"""A router of the tests: a world for scripts, made from the state that a case describes."""

from __future__ import annotations

from ipaddress import ip_interface
from typing import TYPE_CHECKING, Any

from dns_update.routeros.remarks import Failure, ScriptRemark
from dns_update.routeros.source import Source
from dns_update.routeros.values import NOTHING, ItemId, ScriptText, text_of
from dns_update.routeros.world import Menu, MenuCall, UpdateRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dns_update.routeros.values import RouterValue

ACCEPTED = "accepted"


class Router:
    """What a script sees, and what it has done: updates with their outcomes, log, lines printed, seconds slept."""

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        self.stored: dict[str, list[dict[str, RouterValue]]] = {}
        self.describe(state or {})

    def describe(self, state: Mapping[str, Any]) -> None:
        """Take a new state, and forget what was done; what is stored is kept."""
        self.state = state
        self.updates: list[tuple[UpdateRequest, str]] = []
        self.logs: list[list[str]] = []
        self.lines: list[str] = []
        self.slept = 0.0
        self.remarks: list[ScriptRemark] = []
        self.calls: list[MenuCall] = []

    def now(self) -> float:
        return self.slept

    def menu(self, path: str) -> Menu | None:  # noqa: PLR0911 - one for each menu
        state = self.state
        match path:
            case "/interface":
                return _menu(_interface(row) for row in state.get("interfaces", ()))
            case "/ip/address" | "/ipv6/address":
                wanted = 6 if path.startswith("/ipv6") else 4
                rows = [row for row in state.get("addresses", ()) if ip_interface(row["address"]).version == wanted]
                return _menu(_address(row) for row in rows)
            case "/ip/dhcp-client":
                return _menu([*state.get("dhcp", ()), *self.stored.get(path, ())])
            case "/ip/cloud":
                return Menu(({"public-address": state.get("public_address", NOTHING)},), is_single=True)
            case "/system/identity":
                return Menu(({"name": state.get("identity", "MikroTik")},), is_single=True)
            case "/log":
                return _menu({"topics": f"script,{topic}", "message": text} for topic, text in self.logs)
        return _menu(self.stored[path]) if path in self.stored else None

    def command(self, call: MenuCall) -> RouterValue:
        self.calls.append(call)
        if call.verb == "add":
            self.stored.setdefault(call.menu, []).append(dict(call.named))
        elif call.verb != "set":
            raise Failure(f"bad command name {call.verb}")
        return NOTHING

    def script(self, name: str) -> Source | None:
        for row in self.stored.get("/system/script", ()):
            if text_of(row["name"]) == name:
                return source_of(row["source"])
        return None

    def resolve(self, name: str, server: str, kind: str) -> str:  # noqa: ARG002 - one server knows all
        try:
            return str(self.state.get("dns", {})[name])
        except KeyError:
            raise Failure("failure: dns name does not exist") from None

    def log(self, topic: str, text: str) -> None:
        self.logs.append([topic, text])

    def put(self, text: str) -> None:
        self.lines.append(text)

    def delay(self, seconds: float) -> None:
        self.slept += seconds

    def send(self, request: UpdateRequest) -> None:
        failure = self.state.get("server_fails", {}).get(request.server, "")
        self.updates.append((request, failure or ACCEPTED))
        if failure:
            raise Failure(failure)

    def remark(self, remark: ScriptRemark) -> None:
        self.remarks.append(remark)

    @property
    def codes(self) -> list[str]:
        """The codes of the remarks."""
        return [remark.code for remark in self.remarks]


def source_of(value: RouterValue) -> Source:
    """Return a stored script as a source."""
    return value.source if isinstance(value, ScriptText) else Source.of_file(text_of(value))


def _menu(rows: Iterable[Mapping[str, RouterValue]]) -> Menu:
    return Menu(tuple([{".id": ItemId(f"*{number:X}"), **row} for number, row in enumerate(rows, 1)]))


def _interface(row: Mapping[str, Any]) -> dict[str, RouterValue]:
    return {"type": "ether", "running": True, "disabled": False, **row}


def _address(row: Mapping[str, Any]) -> dict[str, RouterValue]:
    return {"dynamic": True, "disabled": False, "invalid": False, **row}
