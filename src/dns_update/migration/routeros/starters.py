"""What starts the scripts of an export: schedules, and the hooks of interfaces, leases and hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dns_update.migration.plan import IPV4, IPV6, AddressOrigin, Trigger, TriggerKind
from dns_update.migration.routeros.simulated import SimulatedRouter
from dns_update.routeros.conversions import to_bool, to_number, to_time, value_of_word
from dns_update.routeros.described import source_of
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.values import NOTHING, ItemId, Nil, RouterValue, Time, is_empty, text_of
from dns_update.value import Value

_OF_EVENT = re.compile(r'\$"?(?:interface|local-address|remote-address)\b')
"""Variables of an event that say which interface it is."""

_UP, _DOWN = ("on-up", "up-script"), ("on-down", "down-script")
EVENT_INTERFACE = "ppp0"
"""The interface of an event where the export does not say which it is."""

OF_PPP = tuple(f"/interface/{kind}-client" for kind in ("pppoe", "ppp", "l2tp", "pptp", "sstp", "ovpn"))
"""The menus whose items have a PPP profile."""

_USUAL_PROFILE = "default"
"""The profile of a PPP connection that names none."""

_NUMBERED_PROFILES = {"*0": "default", "*FFFFFFFE": "default-encryption"}
"""The profiles that every router has, as exports name them."""

_NEIGHBOUR = "198.18.0.1"
_MAC = "02:00:00:00:00:01"
_LEASED = "a host that has a lease"


class Starter(Value):
    """A script and what starts it; `variables` are those of the event, which `is_loss` if something goes down."""

    trigger: Trigger
    source: ScriptSource
    name: str
    variables: Mapping[str, RouterValue]
    is_loss: bool = False


def starters_of(router: SimulatedRouter) -> Iterator[Starter]:
    """Yield what starts a script among all that the router has stored: schedules first."""
    for row in router.stored.get("/system/scheduler", ()):
        if not _is_disabled(router, row, "on-event"):
            yield _of_schedule(router, row)
    for menu, rows in list(router.stored.items()):
        for row in rows:
            yield from _of_hooks(router, menu, row)


def scripts_left(router: SimulatedRouter) -> Iterator[Starter]:
    """Yield the stored scripts that nothing has run so far: people run them by hand."""
    for row in router.stored.get("/system/script", ()):
        name = text_of(row.get("name", NOTHING))
        if name not in router.used_scripts and "source" in row:
            yield Starter(Trigger(), source_of(row["source"]), name, {})


def _is_disabled(router: SimulatedRouter, row: Mapping[str, RouterValue], parameter: str) -> bool:
    """Return whether a router never starts the script of an item; say so."""
    if to_bool(row.get("disabled", NOTHING)) is not True:
        return False
    line = source_of(row.get(parameter, NOTHING)).file_place(0).line
    router.say("info", "no-effect", "this is disabled, so it starts nothing", line=line)
    return True


def _of_schedule(router: SimulatedRouter, row: Mapping[str, RouterValue]) -> Starter:
    event = row.get("on-event", NOTHING)
    source = router.script(text_of(event).strip()) or source_of(event)
    seconds = interval_in_seconds(row.get("interval", NOTHING))
    start = text_of(row.get("start-time", NOTHING))
    kind: TriggerKind = "interval" if seconds else "startup" if start == "startup" else "manual"
    if start == "startup" and seconds:
        text = "a router runs this for the first time one interval after its start; the agent begins at once"
        router.say("info", "startup-with-interval", text, line=source.file_place(0).line)
    return Starter(Trigger(kind, seconds, start), source, text_of(row.get("name", NOTHING)), {})


def interval_in_seconds(value: RouterValue) -> int:
    """Return an interval in seconds: 5m, 00:05:00 or 300; 0 if there is none."""
    if is_empty(value):
        return 0
    looked = value_of_word(value) if isinstance(value, str) else value
    time = looked if isinstance(looked, Time) else to_time(looked)
    if isinstance(time, Nil):
        number = to_number(looked)
        return number if isinstance(number, int) else 0
    return round(time.seconds)


def _of_hooks(router: SimulatedRouter, menu: str, row: Mapping[str, RouterValue]) -> Iterator[Starter]:
    item = text_of(row.get("name", row.get("interface", row.get("host", NOTHING))))
    for parameter in (*_UP, *_DOWN, "script", "lease-script"):
        if is_empty(row.get(parameter, NOTHING)) or menu in ("/system/script", "/system/scheduler"):
            continue
        if _is_disabled(router, row, parameter):
            continue
        event = row[parameter]
        source = router.script(text_of(event).strip()) or source_of(event)
        router.line = source.file_place(0).line
        trigger, variables = _event(router, menu, item, row, parameter)
        yield Starter(trigger, source, item, variables, is_loss=parameter in _DOWN)


def _event(
    router: SimulatedRouter, menu: str, item: str, row: Mapping[str, RouterValue], parameter: str
) -> tuple[Trigger, dict[str, RouterValue]]:
    """Return the trigger of a hook, and the variables that a router sets for it."""
    if menu == "/tool/netwatch":
        status = "down" if parameter in _DOWN else "up"
        return Trigger("host-up", item=item), {"host": text_of(row.get("host", NOTHING)), "status": status}
    if parameter == "script":
        return _lease(router, menu, text_of(row.get("interface", NOTHING)))
    if parameter == "lease-script":
        return _lease_of_a_host(router, item, text_of(row.get("interface", NOTHING)))
    is_read = _OF_EVENT.search(text_of(row[parameter])) is not None
    interface = item if menu.startswith("/interface") else _interface_of_profile(router, item, is_read=is_read)
    router.interfaces.setdefault(interface, "")
    number = list(router.interfaces).index(interface) + 1
    variables: dict[str, RouterValue] = {
        "interface": interface if menu.startswith("/interface") else ItemId(f"*{number:X}"),
        "local-address": router.stand_ins.address(AddressOrigin("interface", interface, family=IPV4)),
        "remote-address": _NEIGHBOUR,
    }
    return Trigger("interface-up", item=interface), variables


def _lease(router: SimulatedRouter, menu: str, interface: str) -> tuple[Trigger, dict[str, RouterValue]]:
    family = IPV6 if menu.startswith("/ipv6") else IPV4
    router.interfaces.setdefault(interface, "")
    lease = router.stand_ins.address(router.origin_of(interface, "dhcp-client", family))
    variables: dict[str, RouterValue] = {"bound": "1", "interface": interface}
    if family == IPV6:
        variables |= {"na-address": lease, "na-valid": "1", "pd-valid": "0"}
    else:
        variables |= {"lease-address": lease, "server-address": _NEIGHBOUR, "gateway-address": _NEIGHBOUR}
    return Trigger("lease-change", item=interface), variables


def _lease_of_a_host(router: SimulatedRouter, server: str, interface: str) -> tuple[Trigger, dict[str, RouterValue]]:
    """Return the event of a DHCP server: the address is another host's, which no agent here has."""
    variables: dict[str, RouterValue] = {"leaseBound": "1", "leaseServerName": server, "leaseActMAC": _MAC}
    variables |= {"leaseActIP": router.stand_ins.resolved(_LEASED), "lease-hostname": "host", "lease-options": NOTHING}
    return Trigger("lease-change", item=interface), variables


def _interface_of_profile(router: SimulatedRouter, profile: str, *, is_read: bool) -> str:
    """Return the interface that has a PPP profile; if there is not one, another name, with a remark if that is read."""
    profile = _NUMBERED_PROFILES.get(profile, profile)
    names = [
        text_of(row.get("name", NOTHING))
        for menu, rows in router.stored.items()
        if menu in OF_PPP
        for row in rows
        if "name" in row and (text_of(row.get("profile", NOTHING)) or _USUAL_PROFILE) == profile
    ]
    if len(names) == 1:
        return names[0]
    if not is_read:
        return EVENT_INTERFACE
    text = f"the script gets its interface from the event, and the file does not say which one has profile {profile}"
    router.say("warning", "interface-from-event", text, f"map={EVENT_INTERFACE}:NAME")
    return EVENT_INTERFACE
