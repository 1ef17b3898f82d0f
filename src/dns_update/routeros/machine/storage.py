"""What scripts store, as a router keeps it: scripts, schedules, netwatch entries, and the rest of its menus; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dns_update.routeros.described import source_of
from dns_update.routeros.remarks import Failure, NoSuchItem
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.values import NOTHING, Array, ItemId, RouterValue, is_empty, text_of
from dns_update.routeros.world import ID, Menu, MenuCall

StoredRow = dict[str, RouterValue]
"""As `Row`, but one that scripts can change."""

SCRIPTS = "/system/script"
SCHEDULES = "/system/scheduler"
NETWATCH = "/tool/netwatch"
LEASES = "/ip/dhcp-client"
PROFILES = "/ppp/profile"
_KEPT = (SCRIPTS, SCHEDULES, NETWATCH, LEASES, PROFILES)
_OWN_PROFILES = {"default": "*0", "default-encryption": "*FFFFFFFE"}  # which each router has, with these IDs
_HOOKS = ("on-up", "on-down", "script", "up-script", "down-script")
_FIRST_ID = 0xF00000  # above the numbers of this machine's interfaces, which are the IDs of its own rows
MOST_ROWS = 10_000  # of one menu: an export of a large router has a few hundred


class Storage:
    """The rows that scripts have added, by menu."""

    def __init__(self) -> None:
        self._rows: dict[str, list[StoredRow]] = {
            PROFILES: [{ID: ItemId(item), "name": name} for name, item in _OWN_PROFILES.items()]
        }
        self._last_id = _FIRST_ID

    def keeps(self, path: str) -> bool:
        """Return whether a menu is one whose rows are kept: those that start scripts, and kinds of interfaces."""
        return path in _KEPT or _is_client(path)

    def rows(self, path: str) -> tuple[StoredRow, ...]:
        """Return the rows of a menu."""
        return tuple(self._rows.get(path, ()))

    def menu(self, path: str) -> Menu | None:
        """Return a menu that has been added to, or whose rows are kept; None for any other."""
        return Menu(self.rows(path)) if path in self._rows or path in _KEPT else None

    @property
    def scripts(self) -> tuple[str, ...]:
        """The names of the stored scripts, in their order."""
        return tuple([text_of(row.get("name", NOTHING)) for row in self.rows(SCRIPTS)])

    def script(self, name: str) -> ScriptSource | None:
        """Return a stored script; None if there is none of that name."""
        for row in self.rows(SCRIPTS):
            if text_of(row.get("name", NOTHING)) == name:
                return source_of(row.get("source", ""))
        return None

    def hooked(self) -> tuple[tuple[str, StoredRow], ...]:
        """Return the rows that have a script for an event, each with its menu."""
        return tuple([
            (path, row) for path, rows in self._rows.items() for row in rows
            if path not in (SCRIPTS, SCHEDULES) and any(not is_empty(row.get(hook, NOTHING)) for hook in _HOOKS)
        ])  # fmt: skip

    def clients(self) -> tuple[tuple[str, StoredRow], ...]:
        """Return the rows of `/interface pppoe-client` and its like, each with its menu."""
        return tuple([(path, row) for path, rows in self._rows.items() if _is_client(path) for row in rows])

    def command(self, call: MenuCall) -> RouterValue:
        """Carry out `add`, `set`, `remove`, `enable` or `disable`; raises Failure."""
        if call.verb == "add":
            return self._add(call)
        rows = self._rows.get(call.menu, [])
        chosen = _chosen(rows, call)
        if call.verb == "set":
            changes = {name: value for name, value in call.named if name != "numbers"}
            for row in chosen:
                row.update(changes)
        elif call.verb in ("enable", "disable"):
            for row in chosen:
                row["disabled"] = call.verb == "disable"
        elif call.verb == "remove":
            self._rows[call.menu] = [row for row in rows if row not in chosen]
        else:
            raise Failure(f"bad command name {call.verb}")
        return NOTHING

    def adopt(self, path: str, rows: Iterable[Mapping[str, RouterValue]]) -> None:
        """Keep the rows that a menu has by itself, too, with their IDs, unless they are kept already."""
        kept = self._rows.setdefault(path, [])
        known = {row.get("interface") for row in kept}
        kept += [{ID: row[ID], "interface": row["interface"]} for row in rows if row["interface"] not in known]

    def _add(self, call: MenuCall) -> ItemId:
        rows = self._rows.setdefault(call.menu, [])
        if len(rows) >= MOST_ROWS:
            raise Failure(f"failure: more than {MOST_ROWS} items")
        name = call.get("name")
        if call.menu in (SCRIPTS, SCHEDULES) and any(row.get("name") == name for row in rows):
            raise Failure("failure: item with this name already exists")
        self._last_id += 1
        item = ItemId(f"*{self._last_id:X}")
        rows.append({ID: item, "disabled": False, **dict(call.named)})
        return item


def _is_client(path: str) -> bool:
    return path.startswith("/interface/") and path.endswith("-client")


def _chosen(rows: list[StoredRow], call: MenuCall) -> list[StoredRow]:
    """Return the rows that a command names: by the result of `find`, an ID, a number or a name; raises Failure."""
    given = call.unnamed[0] if call.unnamed else call.get("numbers")
    wanted: Iterable[RouterValue] = given.elements() if isinstance(given, Array) else (given,)
    chosen = []
    for item in wanted:
        row = next((row for number, row in enumerate(rows) if _is_meant(row, number, item)), None)
        if row is None:
            raise NoSuchItem
        chosen.append(row)
    return chosen


def _is_meant(row: StoredRow, number: int, item: RouterValue) -> bool:
    if isinstance(item, ItemId):
        return row[ID] == item
    if isinstance(item, int) and not isinstance(item, bool):
        return number == item
    return not is_empty(item) and text_of(row.get("name", NOTHING)) == text_of(item)
