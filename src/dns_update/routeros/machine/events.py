"""The scripts that events start: which stored rows an event of this machine is for, and what they are told; pure.

| row | runs when |
|---|---|
| `/ip dhcp-client` with `script=` | its interface gets an IPv4 address, or another one, or loses it |
| `/ppp profile` with `on-up=`, `on-down=` | a PPP interface of that profile gets its first address, or loses its last |
| `/interface pppoe-client` and others ending in `-client`, with `on-up=`, `on-down=` | the same, for that interface |
| `/tool netwatch` with `up-script=`, `down-script=` | its host begins to answer, or no longer answers |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dns_update.errors import InvalidText
from dns_update.routeros.conversions import to_bool, to_number, to_time, value_of_word
from dns_update.routeros.machine.menus import LINK_LOCAL, interface_id
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.storage import LEASES, NETWATCH, PROFILES, Storage
from dns_update.routeros.values import NOTHING, Nil, RouterValue, Time, is_empty, text_of
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS, format_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address.kernel.interfaces import Interfaces
    from dns_update.address.kernel.netlink import AddressEntry
    from dns_update.routeros.world import Row

_PPP = "ppp"  # how the interfaces of pppd begin, unless a file of the connection says otherwise
_DEFAULT_PROFILE = "default"
_SHORTEST_INTERVAL = 1.0  # seconds between two looks at a host
_DEFAULT_INTERVAL = 10.0  # a router's
_DEFAULT_TIMEOUT = 3.0
_LONGEST_TIME = 86_400.0
_TCP = ("tcp-conn", "http-get", "https-get")
_PORTS = {"https-get": 443}


class HookEvent(Value):
    """Commands to run: `entry` says what for, `variables` is what they are told."""

    entry: str
    commands: RouterValue
    variables: tuple[tuple[str, RouterValue], ...]


class Watch(Value):
    """A `/tool netwatch` entry: a host, how it is asked (`port` 0: ping), when, and what its changes run."""

    host: str
    port: int
    interval: float
    timeout: float
    up: RouterValue
    down: RouterValue

    @classmethod
    def from_row(cls, row: Row) -> Watch:
        """Read a row; raises InvalidText, with the name of the parameter."""
        host = text_of(row.get("host", NOTHING))
        if not host or host.startswith("-"):
            raise InvalidText("invalid value for argument host")
        kind = text_of(row.get("type", NOTHING))
        port = _PORTS.get(kind, 80) if kind in _TCP else 0
        if kind in _TCP and not is_empty(row.get("port", NOTHING)):
            number = to_number(row["port"])
            if isinstance(number, Nil) or not 0 < number < 1 << 16:
                raise InvalidText("invalid value for argument port")
            port = number
        interval = max(_seconds(row, "interval", _DEFAULT_INTERVAL), _SHORTEST_INTERVAL)
        timeout = _seconds(row, "timeout", _DEFAULT_TIMEOUT)
        return cls(host, port, interval, timeout, row.get("up-script", NOTHING), row.get("down-script", NOTHING))

    def event(self, *, is_up: bool) -> HookEvent | None:
        """Return what a change runs; None if nothing."""
        commands = self.up if is_up else self.down
        status = "up" if is_up else "down"
        variables: tuple[tuple[str, RouterValue], ...] = (("host", self.host), ("status", status))
        return None if is_empty(commands) else HookEvent(f"netwatch:{self.host}", commands, variables)


class RouterHooks:
    """Finds the events in what the kernel reports. It remembers which addresses the scripts were told of."""

    def __init__(self, storage: Storage, names: InterfaceNames, facts: Callable[[str, int], Mapping[str, str]]) -> None:
        """`facts` gives what else is known of a lease, by the name and the number of its interface."""
        self._facts = facts
        self._storage = storage
        self._names = names
        self._leases: dict[str, str] = {}
        self._connected: set[str] = set()

    def watches(self) -> tuple[Watch, ...]:
        """Return the netwatch entries that are not disabled; raises InvalidText."""
        rows = [row for row in self._storage.rows(NETWATCH) if to_bool(row.get("disabled", False)) is not True]
        return tuple([Watch.from_row(row) for row in rows])

    def events(self, interfaces: Interfaces, changed: frozenset[str]) -> tuple[HookEvent, ...]:
        """Return the events of interfaces that have changed, in the order of their rows."""
        return tuple([event for name in sorted(changed) for event in self._of_interface(interfaces, name)])

    def _of_interface(self, interfaces: Interfaces, name: str) -> Iterator[HookEvent]:
        usable = tuple([entry for entry in interfaces.usable(name) if not entry.address.startswith(LINK_LOCAL)])
        ipv4 = [entry for entry in usable if len(entry.address) == IPV4_OCTETS]
        for path, row in self._storage.hooked():
            if to_bool(row.get("disabled", False)) is True:
                continue
            if path == LEASES and self._names.here(text_of(row.get("interface", NOTHING))) == name:
                yield from self._lease(interfaces, name, row, ipv4)
        yield from self._connection(interfaces, name, usable)

    def _lease(self, interfaces: Interfaces, name: str, row: Row, entries: list[AddressEntry]) -> Iterator[HookEvent]:
        address = format_address(entries[0].address) if entries else ""
        before = self._leases.get(name, "")
        if address == before or is_empty(row.get("script", NOTHING)):
            return
        self._leases[name] = address
        on_router = self._names.on_router(name) or name
        link = interfaces.link(name)
        facts = self._facts(name, link.index) if address and link is not None else {}
        bound = ("bound", "1" if address else "0")
        variables = (bound, ("lease-address", address or before), ("interface", on_router), *facts.items())
        yield HookEvent(f"dhcp-client:{on_router}", row["script"], variables)

    def _connection(self, interfaces: Interfaces, name: str, usable: tuple[AddressEntry, ...]) -> Iterator[HookEvent]:
        """Yield the events of a PPP connection, which is up while its interface has an address."""
        rows = [(path, row) for path, row in self._storage.hooked() if self._is_of_connection(path, row, name)]
        is_up = bool(usable)
        if is_up == (name in self._connected) or not rows:
            return
        (self._connected.add if is_up else self._connected.discard)(name)
        link = interfaces.link(name)
        variables: list[tuple[str, RouterValue]] = []
        if link is not None:
            variables.append(("interface", interface_id(link)))
        if usable:
            entry = next((entry for entry in usable if len(entry.address) == IPV4_OCTETS), usable[0])
            variables += [("local-address", format_address(entry.address))]
            variables += [("remote-address", format_address(entry.peer))] if entry.peer else []
        hook = "on-up" if is_up else "on-down"
        for _path, row in rows:
            if not is_empty(row.get(hook, NOTHING)):
                yield HookEvent(f"ppp:{self._names.on_router(name) or name}", row[hook], tuple(variables))

    def _is_of_connection(self, path: str, row: Row, name: str) -> bool:
        if to_bool(row.get("disabled", False)) is True:
            return False
        if path == PROFILES:
            return name in self._of_profile(text_of(row.get("name", NOTHING)), name)
        is_client = path.startswith("/interface/")
        return is_client and self._names.here(text_of(row.get("name", NOTHING))) == name

    def _of_profile(self, profile: str, name: str) -> set[str]:
        """Return the interfaces of a profile: of the clients in the file, or if there are none, each of pppd's."""
        clients = [row for path, row in self._storage.clients()]
        if not clients:
            return {name} if name.startswith(_PPP) else set()
        return {
            self._names.here(text_of(row.get("name", NOTHING)))
            for row in clients
            if (text_of(row.get("profile", NOTHING)) or _DEFAULT_PROFILE) == profile
        }


def _seconds(row: Row, name: str, default: float) -> float:
    value = row.get(name, NOTHING)
    if is_empty(value):
        return default
    time = to_time(value_of_word(value) if isinstance(value, str) else value)
    if not isinstance(time, Time) or not 0 < time.seconds <= _LONGEST_TIME:
        raise InvalidText(f"invalid value for argument {name}", hint="e.g. 10s, 1m")
    return time.seconds
