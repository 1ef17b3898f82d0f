"""A router that is described, not there: a world whose menus come from a state, and which records what a script does.

A script is tried in it before it is moved to another machine, and the tests run all their cases in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dns_update.routeros.conversions import to_prefix
from dns_update.routeros.remarks import Failure, ScriptRemark
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.values import NOTHING, IpPrefix, ItemId, RouterValue, ScriptText, text_of
from dns_update.routeros.world import ID, Menu, MenuCall, UpdateRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    State = Mapping[str, Any]

ACCEPTED = "accepted"
"""The outcome of an update that the server carries out; that of another is the router's text of its failure."""


class Router:
    """A world for scripts, and a record of what they have done in it.

    The state has, each of them optional: `interfaces` (tables with name, type, running, disabled), `addresses`
    (interface, address with its prefix, and further properties), `dhcp` (the rows of `/ip dhcp-client`),
    `public_address`, `identity`, `dns` (names and their addresses; other names do not exist), and `server_fails`
    (servers, each with the text of the failure of updates that are sent there).

    `stored` has the rows that scripts have added, by menu; they are kept when another state is described. `updates` are
    the updates with their outcomes, `logs` topics and texts, `lines` what was printed, `slept` the seconds of all
    delays, `remarks` and `calls` what the evaluator has handed over. Nothing is sent and nothing is waited for.
    """

    def __init__(self, state: State | None = None) -> None:
        self.stored: dict[str, list[dict[str, RouterValue]]] = {}
        self.describe(state or {})

    def describe(self, state: State) -> None:
        """Take a new state, and forget what was done; what is stored is kept."""
        self.state = state
        self.updates: list[tuple[UpdateRequest, str]] = []
        self.logs: list[list[str]] = []
        self.lines: list[str] = []
        self.slept = 0.0
        self.remarks: list[ScriptRemark] = []
        self.calls: list[MenuCall] = []

    @property
    def codes(self) -> list[str]:
        """The codes of the remarks."""
        return [remark.code for remark in self.remarks]

    # What a script sees

    def now(self) -> float:
        """Return the seconds that delays have taken: nothing else takes time here."""
        return self.slept

    def menu(self, path: str) -> Menu | None:  # noqa: PLR0911 - one for each menu
        """Return a menu: one of the described ones, or one with what scripts have stored."""
        state = self.state
        match path:
            case "/interface":
                return menu_of(_interface(row) for row in state.get("interfaces", ()))
            case "/ip/address" | "/ipv6/address":
                return menu_of(_addresses(state.get("addresses", ()), is_ipv4=path == "/ip/address"))
            case "/ip/dhcp-client":
                return menu_of(self._dhcp_clients())
            case "/ip/cloud":
                return Menu(({"public-address": state.get("public_address", NOTHING)},), is_single=True)
            case "/system/identity":
                return Menu(({"name": state.get("identity", "MikroTik")},), is_single=True)
            case "/log":
                return menu_of({"topics": f"script,{topic}", "message": text} for topic, text in self.logs)
        return menu_of(self.stored[path]) if path in self.stored else None

    def _dhcp_clients(self) -> list[Mapping[str, RouterValue]]:
        """Return the clients of the state, and those that a script has added; the state of one of these is its own."""
        added = {text_of(row.get("interface", NOTHING)): row for row in self.stored.get("/ip/dhcp-client", ())}
        described = [added.pop(row.get("interface"), {}) | row for row in self.state.get("dhcp", ())]
        return [*described, *added.values()]

    def script(self, name: str) -> ScriptSource | None:
        """Return a stored script."""
        for row in self.stored.get("/system/script", ()):
            if text_of(row["name"]) == name:
                return source_of(row["source"])
        return None

    def resolve(self, name: str, server: str, kind: str) -> str:  # noqa: ARG002 - one server knows all
        """Return the address that the state has for a name."""
        try:
            return str(self.state.get("dns", {})[name])
        except KeyError:
            raise Failure("failure: dns name does not exist") from None

    # What a script does

    def command(self, call: MenuCall) -> RouterValue:
        """Store what is added, and ignore what is set."""
        self.calls.append(call)
        if call.verb == "add":
            self.stored.setdefault(call.menu, []).append(dict(call.named))
        elif call.verb != "set":
            raise Failure(f"bad command name {call.verb}")
        return NOTHING

    def log(self, topic: str, text: str) -> None:
        """Record what is logged."""
        self.logs.append([topic, text])

    def put(self, text: str) -> None:
        """Record what is printed."""
        self.lines.append(text)

    def delay(self, seconds: float) -> None:
        """Record a delay, without waiting."""
        self.slept += seconds

    def send(self, request: UpdateRequest) -> None:
        """Record an update, which is accepted unless the state says otherwise of its server."""
        failure = self.state.get("server_fails", {}).get(request.server, "")
        self.updates.append((request, failure or ACCEPTED))
        if failure:
            raise Failure(failure)

    def remark(self, remark: ScriptRemark) -> None:
        """Record what there is to say of a script."""
        self.remarks.append(remark)


def source_of(value: RouterValue) -> ScriptSource:
    """Return a stored script as a source."""
    return value.source if isinstance(value, ScriptText) else ScriptSource.of_file(text_of(value))


def menu_of(rows: Iterable[Mapping[str, RouterValue]]) -> Menu:
    """Return a menu of rows, each with an ID."""
    return Menu(tuple([{ID: ItemId(f"*{number:X}"), **row} for number, row in enumerate(rows, 1)]))


def _interface(row: Mapping[str, Any]) -> dict[str, RouterValue]:
    return {"type": "ether", "running": True, "disabled": False, **row}


def _addresses(rows: Iterable[Mapping[str, Any]], *, is_ipv4: bool) -> Iterable[dict[str, RouterValue]]:
    for row in rows:
        prefix = to_prefix(row["address"])
        if isinstance(prefix, IpPrefix) and prefix.address.is_ipv4 == is_ipv4:
            yield {"dynamic": True, "disabled": False, "invalid": False, **row}
