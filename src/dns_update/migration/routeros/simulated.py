"""A router that has whatever a script looks for: its addresses are stand-ins, its servers take every update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dns_update.migration.plan import IPV4, IPV6, AddressOrigin, ImportRemark, OriginKind
from dns_update.migration.routeros.stand_ins import StandIns, name_that_fits
from dns_update.migration.routeros.static_reading import updates_in
from dns_update.routeros.described import menu_of, source_of
from dns_update.routeros.operators import equal
from dns_update.routeros.parser import parse
from dns_update.routeros.remarks import Failure, ScriptRemark
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.syntax import Script
from dns_update.routeros.values import NOTHING, Array, ItemId, RouterValue, array_of, is_empty, text_of
from dns_update.routeros.words import SCRIPT_PARAMETERS
from dns_update.routeros.world import ID, MadeWhenRead, Menu, MenuCall, UpdateRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.remarks import Severity

StoredItems = dict[str, list[dict[str, RouterValue]]]
"""The items that scripts and exports have added, by menu."""

IDENTITY = "{identity}"
"""The router's name where the set-up does not say it."""

OLD_ADDRESS, OLD_ADDRESS_V6 = "198.18.255.1", "2001:db8:ffff::1"
"""What a name has in the zone before the script runs."""

_ECHOES = {"myip.opendns.com", "whoami.akamai.net", "o-o.myaddr.l.google.com", "whoami.cloudflare"}
"""Names whose address is the asker's."""

_OF_ADDRESSES: dict[str, tuple[OriginKind, int]] = {
    "/ip/address": ("interface", IPV4),
    "/ipv6/address": ("interface", IPV6),
    "/ip/dhcp-client": ("dhcp-client", IPV4),
    "/ipv6/dhcp-client": ("dhcp-client", IPV6),
}
_NAMING = ("interface", "name", "actual-interface")
_ADDRESS: dict[str, RouterValue] = {
    "dynamic": True, "disabled": False, "invalid": False, "comment": "", "status": "bound"
}  # fmt: skip
"""What items with addresses have, unless a script looks for others."""

_NOT_ASKED = {ID, "address", "global", "link-local"}
_ANY_INTERFACE = ".*"
_LISTS, _MEMBERS = "/interface/list", "/interface/list/member"
_WITH_ITEMS = ("/ppp/profile", "/tool/netwatch")
"""Menus of which a router has the items that an export only sets."""

_MOST_ROWS = 1000
"""Rows that are kept of one menu; scripts are always kept."""

# fmt: off
_NO_EFFECT = {
    ("/log", "print"), ("/system/logging", "add"), ("/system/logging", "set"), ("/ip/dns/cache", "flush"),
    ("/system/ntp/client", "set"), ("/system/clock", "set"), ("/tool", "generate"),
}
# fmt: on
"""Commands that are of no use where the agent keeps names right."""

_SIGNS_OF_A_SERVICE = ("update", "hostname=", "host=", "domain=", "domains=", "token=", "password=", "user=", "apikey=")


class SimulatedRouter:
    """What a script sees, and what it did.

    `names` are what the zone says of host names: an address, or None if the name does not exist; other names have a
    stand-in. `fails` says of an update whether its server refuses it. `sent` are the updates in order, and whether each
    was taken; `reached` are the offsets of all commands that update a name, and that ran at any time. `files` are the
    contents of files by their names, `file_names` all that scripts ever looked for. `kept` are the global variables
    that scripts leave which send nothing, e.g. functions, or the zone and key for others. `services` are the remarks on
    web services that keep names.
    """

    def __init__(self, stand_ins: StandIns) -> None:
        self.stand_ins = stand_ins
        self.stored: StoredItems = {}
        self.remarks: set[ImportRemark] = set()
        self.interfaces: dict[str, str] = {}
        self.is_running = True
        self.identity = IDENTITY
        self.names: dict[str, str | None] = {}
        self.fails: Callable[[UpdateRequest], bool] = nothing_fails
        self.line = 0
        self.used_scripts: set[str] = set()
        self.foreign: dict[str, int] = {}
        self.reached: set[int] = set()
        self.kept: dict[str, RouterValue] = {}
        self.services: set[ImportRemark] = set()
        self.file_names: set[str] = set()
        self._asked: dict[tuple[str, str], dict[str, RouterValue]] = {}
        self._trees: dict[int, Script] = {}
        self._menus: dict[tuple[str, int, bool], Menu] = {}
        self.restart()

    def tree(self, source: ScriptSource) -> Script:
        """Return the syntax tree of a script, made once."""
        if id(source) not in self._trees:
            self._trees[id(source)] = parse(source)  # which keeps the source, and so its ID
        return self._trees[id(source)]

    def has_text(self, text: str) -> bool:
        """Return whether a script has a text in it."""
        return any(text in script.source.text for script in self._trees.values())

    def say_what_is_never_reached(self) -> None:
        """Say of each update that did not run in any way that was tried so, if no error in its script tells why."""
        errors = [remark.line for remark in self.remarks if remark.severity == "error"]
        for script in self._trees.values():
            first, last = (script.source.file_place(at).line for at in (0, len(script.source.text)))
            for command in () if any(first <= line <= last for line in errors) else updates_in(script):
                if script.source.offsets[command.at] not in self.reached:
                    text = "this update is never reached, whatever was tried"
                    line = script.source.file_place(command.at).line
                    self.say("error", "not-understood", text, "check what the agent should do there", line=line)

    def change(self, stand_ins: StandIns, identity: str) -> None:
        """Have other addresses from now on, and a name."""
        self.stand_ins = stand_ins
        self.identity = identity
        self._menus = {}

    def restart(self, files: Mapping[str, str] | None = None) -> None:
        """Forget what was done, and have these files; what there is to say is kept.

        What is stored is kept, too: it is copied before a script changes it, so that it can be put back.
        """
        self._is_copy = False
        self.sent: list[tuple[UpdateRequest, bool]] = []
        self.resolved: set[str] = set()
        self.files = dict(files or {})
        self._logs: list[tuple[str, str]] = []
        self._slept = 0.0

    def say(self, severity: Severity, code: str, text: str, hint: str = "", *, line: int = 0) -> None:
        """Take a remark on a line; on that of the command that runs, if none is given."""
        self.remarks.add(ImportRemark(line or self.line, severity, code, text, hint))

    # What scripts look for

    def expect(self, menu: str, tests: Iterable[tuple[str, str, RouterValue]]) -> None:
        """Make sure that the items are there that a script looks for."""
        if menu == "/file":
            self._expect_files(tests)
        elif menu == _MEMBERS or menu in _WITH_ITEMS:
            self._expect_item(menu, {name: value for name, operator, value in tests if operator == "="})
        elif _is_of_interfaces(menu):
            self._expect_interface(menu, [test for test in tests if not isinstance(test[2], ItemId)])

    def _expect_files(self, tests: Iterable[tuple[str, str, RouterValue]]) -> None:
        for name, operator, value in tests:
            if name == "name" and operator == "=" and isinstance(value, str):
                self.files.setdefault(value, "")
                self.file_names.add(value)

    def _expect_item(self, menu: str, asked: dict[str, RouterValue]) -> None:
        if menu == "/ppp/profile" and asked.pop("default", None) is not None:
            asked = {"name": "default"}
        rows = self._own_rows(menu)
        if not asked or any(_has(row, asked) for row in rows):
            return
        if menu == _MEMBERS:
            asked |= {"interface": self._some_interface(text_of(asked.get("list", "wan")))}
        rows.append(asked)

    def _expect_interface(self, menu: str, tests: list[tuple[str, str, RouterValue]]) -> None:
        asked = {name: value for name, operator, value in tests if name not in _NAMING and operator == "="}
        asked = {name: value for name, value in asked.items() if not isinstance(value, bool)}
        for name, value in (_ADDRESS | {"running": self.is_running}).items():
            if name in asked and equal(value, asked[name]):
                del asked[name]
        for name in _NOT_ASKED & asked.keys():
            del asked[name]
        naming = [(operator, text_of(value)) for name, operator, value in tests if name in _NAMING]
        named = {text: "" for operator, text in naming if operator == "=" and text}
        named |= {name_that_fits(text): text for operator, text in naming if operator == "~"}
        for name, pattern in named.items():
            self.interfaces.setdefault(name, pattern)
        others = self.interfaces.keys() - {text for operator, text in naming if operator == "!="}
        for name in named or self._unnamed(menu, asked, is_known=bool(others)):
            if asked.items() - self._asked.get((menu, name), {}).items():
                self._asked.setdefault((menu, name), {}).update(asked)
                self._menus = {}

    def _unnamed(self, menu: str, asked: Mapping[str, RouterValue], *, is_known: bool) -> list[str]:
        """Return the interfaces that have what is asked for, with a name that is made up if the export has none."""
        if "type" in asked:
            return self._of_type(text_of(asked["type"]))
        if menu == "/interface" and asked:
            return self._of_property(asked)
        if menu not in _OF_ADDRESSES:
            return []
        rows = [row for row in self.stored.get(menu, ()) if "interface" in row and _has(row, asked)]
        names = [text_of(row["interface"]) for row in rows]
        for name in names:
            self.interfaces.setdefault(name, "")
        return names or [self._some_interface("wan")] if asked or not is_known else []

    def _of_property(self, asked: Mapping[str, RouterValue]) -> list[str]:
        """Return the interfaces of the export that have a comment or the like; one may still have its first name."""
        menus = [rows for path, rows in self.stored.items() if path.startswith("/interface/")]
        names = [text_of(row["name"]) for rows in menus for row in rows if "name" in row and _has(row, asked)]
        names = names or [text_of(asked[name]) for name in ("default-name",) if name in asked]
        for name in names:
            self.interfaces.setdefault(name, "")
        return names or [self._some_interface("wan")]

    def _of_type(self, kind: str) -> list[str]:
        """Return the interfaces of a type: those of the export, or one whose name begins as a router's would."""
        menu = f"/interface/{kind.removesuffix('-out')}{'-client' * kind.endswith('-out')}"
        names = [text_of(row["name"]) for row in self.stored.get(menu, ()) if "name" in row]
        for name in names or [kind]:
            self.interfaces.setdefault(name, "" if names else f"^{kind}")
        return names or [kind]

    def _some_interface(self, name: str) -> str:
        if name not in self.interfaces:
            self.interfaces[name] = _ANY_INTERFACE
            text = "the script does not say which interface it means"
            self.say("warning", "interface-pattern", text, f"map={name}:NAME")
        return name

    def origin_of(self, interface: str, kind: OriginKind, family: int) -> AddressOrigin:
        """Return what an interface's address, or its lease, is to the import."""
        pattern = self.interfaces.get(interface, "")
        return AddressOrigin("interface-pattern" if pattern else kind, interface, pattern, family)

    def public_address(self) -> str:
        """Return the stand-in for the public address."""
        text = "the address comes from a service; the import asks another one for it"
        self.say("warning", "public-address-source", text, "public-address=SOURCE chooses which, e.g. dns:")
        return self.stand_ins.address(AddressOrigin("public-address"))

    # The world of the evaluator

    def now(self) -> float:
        """Return the seconds slept."""
        return self._slept

    def menu(self, path: str) -> Menu | None:
        """Return a menu; the interfaces in it are those that were looked for."""
        if _is_of_interfaces(path):
            state = path, len(self.interfaces), self.is_running
            if state not in self._menus:
                self._menus[state] = self._of_interfaces(path)
            return self._menus[state]
        single = self._single(path)
        if single is not None:
            return Menu((single,), is_single=True)
        if path == "/log":
            return menu_of({"topics": f"script,{topic}", "message": text} for topic, text in self._logs)
        if path == "/file":
            return menu_of({"name": name, "contents": text, "size": len(text)} for name, text in self.files.items())
        return menu_of(self.stored.get(path, ())) if path in self.stored or path in _WITH_ITEMS else None

    def _of_interfaces(self, path: str) -> Menu:
        if path not in _OF_ADDRESSES:
            return menu_of(self._interface_row(name) | self._asked.get((path, name), {}) for name in self.interfaces)
        kind, family = _OF_ADDRESSES[path]
        addresses = {name: self.stand_ins.with_prefix(self.origin_of(name, kind, family)) for name in self.interfaces}
        return menu_of(
            _address_row(path, name, address, family) | self._asked.get((path, name), {})
            for name, address in addresses.items()
            if address
        )

    def _interface_row(self, name: str) -> dict[str, RouterValue]:
        return {"name": name, "running": self.is_running, "disabled": False, "type": "ether", "comment": ""}

    def _single(self, path: str) -> Mapping[str, RouterValue] | None:
        match path:
            case "/ip/cloud":
                return MadeWhenRead({"public-address": self.public_address})
            case "/system/identity":
                return MadeWhenRead({"name": self._identity})
            case "/system/clock":
                return {"time": "12:00:00", "date": "2026-01-05"}
            case "/system/resource":
                return {"uptime": "1d00:00:00", "version": "7.16 (stable)"}
        return None

    def _identity(self) -> str:
        for row in self.stored.get("/system/identity", ()):
            return text_of(row["name"])
        self.say("warning", "router-name", "the name is the router's identity, and the file does not say what that is",
                 "identity=NAME says it; else it is this machine's name")  # fmt: skip
        return self.identity

    def command(self, call: MenuCall) -> RouterValue:
        """Store what a script or an export adds; note what cannot be moved."""
        if call.menu == "/ip/cloud" or (call.menu, call.verb) in _NO_EFFECT:
            return self._without_effect(call)
        if call.menu == "/file" and call.verb in ("add", "set", "remove"):
            self._change_file(call)
            return self._without_effect(call)
        if call.verb in ("add", "set"):
            self._store(call)
            self.foreign.setdefault(call.menu, call.place.line)
            return NOTHING
        return self._answer(call)

    def _answer(self, call: MenuCall) -> RouterValue:
        """Return what a command tells a script."""
        if (call.menu, call.verb) == ("/tool", "fetch"):
            return self._fetch(call)
        if call.verb == "monitor" and _is_of_interfaces(call.menu) and call.unnamed:
            return self._monitored(text_of(self._meant(call.menu, call.unnamed[0])[1]))
        if call.verb == "ping":
            self.say("info", "no-effect", "ping is not moved: the agent tries its servers again until one answers")
            return 3
        self.say("error", "not-understood", f"{call.menu.rstrip('/')}/{call.verb} is not moved", _NOT_MOVED)
        return NOTHING

    def _monitored(self, interface: str) -> RouterValue:
        self.interfaces.setdefault(interface, "")
        address = self.stand_ins.address(self.origin_of(interface, "interface", IPV4))
        return array_of((), {"status": "connected", "local-address": address, "remote-address": "198.18.0.1"})

    def _own_rows(self, menu: str) -> list[dict[str, RouterValue]]:
        """Return the items of a menu, to be changed."""
        if not self._is_copy:
            self.stored = {path: [dict(row) for row in rows] for path, rows in self.stored.items()}
            self._is_copy = True
        return self.stored.setdefault(menu, [])

    def _store(self, call: MenuCall) -> None:
        """Add an item, or change the ones that are meant."""
        rows = self._own_rows(call.menu)
        named = dict(call.named)
        if len(rows) >= _MOST_ROWS and not SCRIPT_PARAMETERS & named.keys():
            return
        if call.verb == "add":
            rows.append(named)
            return
        item = call.unnamed[0] if call.unnamed else NOTHING
        for each in item.elements() if isinstance(item, Array) else (item,):
            key, value = self._meant(call.menu, each)
            row = next((row for row in rows if row.get(key) == value), None) if key else None
            if row is None:
                rows.append(({key: value} if key else {}) | named)
            else:
                row |= named

    def _meant(self, menu: str, item: RouterValue) -> tuple[str, RouterValue]:
        """Return the property and value by which an item is known: its name, or its interface."""
        if is_empty(item):
            return "", NOTHING
        key = "interface" if menu in _OF_ADDRESSES else "name"
        for number, row in enumerate((self.menu(menu) or Menu(())).rows):
            if row[ID] == item or number == item:
                return next(((name, row[name]) for name in (key, "interface", "host") if name in row), ("", NOTHING))
        return key, item

    def _change_file(self, call: MenuCall) -> None:
        item = call.unnamed[0] if call.unnamed else call.get("name")
        items = item.elements() if isinstance(item, Array) else (item,)
        ids = {row[ID]: text_of(row["name"]) for row in (self.menu("/file") or Menu(())).rows}
        for each in items:
            name = ids[each] if isinstance(each, ItemId) and each in ids else text_of(each)
            self.files[name] = "" if call.verb == "remove" else text_of(call.get("contents"))
            self.file_names.add(name)

    def _without_effect(self, call: MenuCall) -> RouterValue:
        self.say("info", "no-effect", f"{call.menu}/{call.verb} is not needed for the agent")
        return "made-up-secret" if call.verb == "generate" else NOTHING

    def _fetch(self, call: MenuCall) -> RouterValue:
        url = text_of(call.get("url"))
        is_told = text_of(call.get("http-method")) in ("post", "put") or text_of(call.get("http-data"))
        is_of_names = any(sign in url.lower() for sign in _SIGNS_OF_A_SERVICE)
        if is_told or is_of_names or self.stand_ins.are_in(url):
            text = "this tells a web service, and dns-update speaks DNS to the zone's own server"
            hint = "an on-change program can call it"
            self.say("error", "not-understood", text, hint)
            if is_of_names:
                self.services.add(ImportRemark(self.line, "error", "not-understood", text, hint))
            return array_of((), {"data": "", "status": "finished"})
        address = self.public_address()
        page = f"<html><body>Current IP Address: {address}</body></html>\r\n" if "dyndns" in url else address
        self.files[text_of(call.get("dst-path")) or url.rstrip("/").rpartition("/")[2]] = page
        return array_of((), {"data": page, "status": "finished"})

    def script(self, name: str) -> ScriptSource | None:
        """Return a stored script, and remember that something runs it."""
        for row in self.stored.get("/system/script", ()):
            if text_of(row.get("name", NOTHING)) == name:
                self.used_scripts.add(name)
                return source_of(row.get("source", NOTHING))
        return None

    def resolve(self, name: str, server: str, kind: str) -> str:  # noqa: ARG002 - the zone is what every server has
        """Return the address of a name, which is the public one where the server tells the asker's."""
        if name.lower().rstrip(".") in _ECHOES:
            return self.public_address()
        self.resolved.add(name)
        known = self.names.get(name.lower().rstrip("."), "")
        if known is None:
            raise Failure("failure: dns name does not exist")
        return known or self.stand_ins.resolved(name)

    def log(self, topic: str, text: str) -> None:
        """Keep a log line, for a script that looks for it."""
        self._logs.append((topic, text))

    def put(self, text: str) -> None:
        """Ignore what is printed."""

    def delay(self, seconds: float) -> None:
        """Let time pass at once."""
        self._slept += seconds

    def send(self, request: UpdateRequest) -> None:
        """Take an update; raises Failure if its server refuses it."""
        is_refused = self.fails(request)
        self.sent.append((request, not is_refused))
        if is_refused:
            raise Failure("failure: update send failed")
        owner = request.owner.rstrip(".").lower()
        if owner in self.names:
            self.names[owner] = request.address

    def remark(self, remark: ScriptRemark) -> None:
        """Take a remark of the parser or the evaluator."""
        severity = remark.severity
        if severity == "warning" and remark.code in _INFOS:
            severity = "info"
        self.remarks.add(ImportRemark(remark.file_place.line, severity, remark.code, remark.text, remark.hint))


def _is_of_interfaces(path: str) -> bool:
    is_kind = path.startswith("/interface/") and path.count("/") == 2 and path != _LISTS  # noqa: PLR2004 - /interface/X
    return is_kind or path == "/interface" or path in _OF_ADDRESSES


def _has(row: Mapping[str, RouterValue], asked: Mapping[str, RouterValue]) -> bool:
    return all(name in row and equal(row[name], value) for name, value in asked.items())


def _address_row(path: str, name: str, address: str, family: int) -> dict[str, RouterValue]:
    row = _ADDRESS | {"address": address, "interface": name, "actual-interface": name}
    if path.endswith("dhcp-client"):
        return row | {"gateway": "198.18.0.1"}
    return row | {"global": True, "link-local": False} if family == IPV6 else row


_INFOS = ("router-would-refuse",)
_NOT_MOVED = "do it in an on-change program, if it is needed"


def nothing_fails(_request: UpdateRequest) -> bool:
    """Say that a server takes every update."""
    return False
