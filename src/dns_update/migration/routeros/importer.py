"""A script or an export of RouterOS, moved: all that starts a script, each one's behaviour, and the records of both."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator

from dns_update.errors import UsageError
from dns_update.errors.hints import TOML, rendered
from dns_update.migration.plan import (
    AddressOrigin,
    ImportRemark,
    MovedKey,
    MovedRecord,
    MovePlan,
    Trigger,
    ordered,
)
from dns_update.migration.routeros.behaviour import Behaviour, ObservedScript, ObservedUpdate, meant_name
from dns_update.migration.routeros.simulated import IDENTITY, SimulatedRouter
from dns_update.migration.routeros.stand_ins import StandIns, is_like_one
from dns_update.migration.routeros.starters import EVENT_INTERFACE, OF_PPP, Starter, scripts_left, starters_of
from dns_update.migration.routeros.static_reading import can_update
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.tool import SECRET_SOURCES
from dns_update.routeros.world import UpdateRequest
from dns_update.rr.record import MAX_TTL
from dns_update.transport import Server
from dns_update.value import Value
from dns_update.wire.name import Name

_OF_SCRIPTS = ("/system/script", "/system/scheduler")
_READ_BY_US = (
    *_OF_SCRIPTS,
    *OF_PPP,
    "/system/identity",
    "/ip/dhcp-client",
    "/ipv6/dhcp-client",
    "/ppp/profile",
    "/tool/netwatch",
)
_MOST_SECTIONS = 12


class Import(Value):
    """A plan, and what it was made from: the router after all that was tried, and all that starts a script."""

    plan: MovePlan
    router: SimulatedRouter
    body: Starter
    starters: tuple[Starter, ...]


def import_of(text: str) -> Import:
    """Return what becomes of a script or an export; a text without updates gives a plan without records.

    What cannot be read, or is not understood, is an error among the remarks; nothing is raised.
    """
    router = SimulatedRouter(StandIns())
    body = Starter(Trigger(), ScriptSource.of_file(text), "", {})
    records = list(_moved(router, body))
    _say_sections(router)
    starters = list(starters_of(router))
    for starter in sorted((body, *starters), key=lambda each: each.trigger.kind != "startup"):
        router.kept.update(ObservedScript(router, starter).kept())
    for starter in starters:
        records += _moved(router, starter)
    for starter in list(scripts_left(router)):
        starters.append(starter)
        records += _moved(router, starter)
    router.say_what_is_never_reached()
    plan = MovePlan(tuple(_merged(router, records)), ordered(_told_once(router)))
    return Import(plan, router, body, tuple(starters))


def _moved(router: SimulatedRouter, starter: Starter) -> Iterator[MovedRecord]:
    """Yield the records of what a script sends."""
    told = set(router.remarks)
    behaviour = ObservedScript(router, starter).behaviour()
    if behaviour is None:
        if not can_update(router.tree(starter.source)):  # a script that does something else
            told |= router.services
            router.remarks = {each for each in router.remarks if each in told or each.code != "not-understood"}
        return
    for sent in behaviour.sent:
        line = sent.request.place.line
        if starter.is_loss:
            text = f"{meant_name(sent.request)} gets this when a line or host goes down; the agent sends nothing then"
            router.say("error", "not-understood", text, 'on-missing = "delete" removes the record then', line=line)
            continue
        record = _record(router, sent, behaviour, starter.trigger)
        if record is not None and _can_be_kept(router, record):
            yield record


def _record(
    router: SimulatedRouter, sent: ObservedUpdate, behaviour: Behaviour, trigger: Trigger
) -> MovedRecord | None:
    request, line = sent.request, sent.request.place.line
    if request.ttl == 0:
        text = "ttl=0 deletes the entry, and the agent keeps names; it deletes one that has lost its address"
        router.say("error", "not-understood", text, 'on-missing = "delete"', line=line)
        return None
    if request.ttl is not None and request.ttl > MAX_TTL:
        text = f"the longest TTL of DNS is {MAX_TTL} seconds, so that is what the import has"
        router.say("warning", "ttl-form", text, f"ttl={MAX_TTL}", line=line)
    if request.name == "@":
        text = "name=@ is the zone itself in the import; a router takes it as a name like any other"
        router.say("info", "router-would-refuse", text, line=line)
    if trigger.item == EVENT_INTERFACE and sent.origin.interface:
        trigger = Trigger(trigger.kind, item=sent.origin.interface)
    if sent.origin.kind == "literal" and is_like_one(request.address) and not router.has_text(request.address):
        text = "the script computes this address from another one, which the agent cannot do"
        router.say("error", "not-understood", text, "write a command: source that prints it", line=line)
        return None
    if sent.origin.kind == "literal":
        text = "the address is written in the script; the agent keeps the name at it"
        router.say("info", "literal-address", text, line=line)
    return MovedRecord(
        meant_name(request),
        request.zone.strip("."),
        sent.origin,
        sent.servers,
        sent.servers_used,
        _key(router, request),
        None if request.ttl is None else min(request.ttl, MAX_TTL),
        triggers=(trigger,),
        change_check=behaviour.change_check,
        only_if_running=behaviour.only_if_running,
        line=line,
    )


def _can_be_kept(router: SimulatedRouter, record: MovedRecord) -> bool:
    """Return whether the agent takes the names and servers of a record; say of each that it does not."""
    texts: list[tuple[str, Callable[[str], object], str]] = []
    texts += [("name", Name.from_text, record.name), ("zone", Name.from_text, record.zone)] if record.zone else []
    texts += [] if record.zone else [("name", _full_name, record.name)]
    texts += [("key-name", Name.from_text, record.key.name)] if record.key is not None else []
    texts += [("dns-server", Server.from_text, server) for server in record.servers]
    is_right = True
    for parameter, read, text in texts:
        try:
            read(text.replace(IDENTITY, "router"))
        except UsageError as error:
            is_right = False
            what = f"{parameter}=: {rendered(error.text, TOML)}"
            router.say("error", "not-understood", what, rendered(error.hint, TOML), line=record.line)
    return is_right


def _full_name(text: str) -> None:
    """Raise UsageError for what is not a name with a zone in it."""
    if not text or len(Name.from_text(text).labels) == 1:
        raise UsageError("it is not a full name, and no zone is given", hint="give zone=")


def _key(router: SimulatedRouter, request: UpdateRequest) -> MovedKey | None:
    if not request.key and not request.key_name:
        return None
    if not request.key or not request.key_name:
        text = "only one of key-name= and key= is given; a signature needs both"
        router.say("error", "not-understood", text, line=request.place.line)
        return None
    name = request.key_name.rstrip(".")
    if request.key.startswith(SECRET_SOURCES):
        return MovedKey(name, reference=request.key)
    return MovedKey(name, base64_secret(request.key))


def base64_secret(text: str) -> str:
    """Return a secret in Base64: strict Base64 as it is, anything else as the octets of the text."""
    try:
        if binascii.a2b_base64(text, strict_mode=True):
            return text
    except ValueError:
        pass
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def _merged(router: SimulatedRouter, records: Iterable[MovedRecord]) -> Iterator[MovedRecord]:
    """Yield one record for each name and family, with the triggers of all scripts that update it."""
    merged: dict[tuple[str, str, str], MovedRecord] = {}
    for record in records:
        identity = (record.name.lower(), record.zone.lower(), record.type)
        known = merged.get(identity)
        if known is None:
            merged[identity] = record
            continue
        if not _are_one(known.origin, record.origin):
            text = f"{record.name} gets another address here than in line {known.line}, whose address is taken"
            router.say("error", "not-understood", text, line=record.line)
        if None not in (known.key, record.key) and known.key != record.key:
            text = f"{record.name} gets another key here than in line {known.line}, whose key is taken"
            router.say("error", "not-understood", text, line=record.line)
        merged[identity] = known._replace(
            triggers=tuple(dict.fromkeys((*known.triggers, *record.triggers))),
            servers=tuple(dict.fromkeys((*known.servers, *record.servers))),
            servers_used=known.servers_used if known.servers_used != "one" else record.servers_used,
            key=known.key or record.key,
            ttl=record.ttl if known.ttl is None else known.ttl,
        )
    return iter(merged.values())


def _are_one(first: AddressOrigin, second: AddressOrigin) -> bool:
    """Return whether two origins give one address: that of a lease is the interface's."""
    of_interfaces = ("interface", "dhcp-client")
    if first.kind in of_interfaces and second.kind in of_interfaces:
        return (first.interface, first.family) == (second.interface, second.family)
    return first == second


def _say_sections(router: SimulatedRouter) -> None:
    """Say in one line which sections of an export have nothing to do with updates."""
    sections = {menu: line for menu, line in router.foreign.items() if menu not in _READ_BY_US}
    if sections and any(menu in router.stored for menu in _READ_BY_US):
        some = ", ".join(list(sections)[:_MOST_SECTIONS])
        text = (
            f"sections that have nothing to do with updates: {some}{' and others' * (len(sections) > _MOST_SECTIONS)}"
        )
        router.say("info", "section-ignored", text, line=min(sections.values()))


def _told_once(router: SimulatedRouter) -> set[ImportRemark]:
    """Return the remarks, of those on a name that is not declared the first only."""
    names: set[str] = set()
    told: set[ImportRemark] = set()
    for remark in ordered(router.remarks):
        if remark.code != "undeclared-read" or remark.text not in names:
            names.add(remark.text)
            told.add(remark)
    return told
