"""Findings about the zone in BIND's configuration: in which view it is, of which type, and what hides it."""

from __future__ import annotations

from dns_update.server_config.bind.match_lists import MatchList, Peer
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.views import PRIMARY, SECONDARY, ViewScope, zone_name
from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.other_zones import listed, other_zone
from dns_update.value import Value
from dns_update.wire.name import Name

_REDIRECTED = "in-view"
_SAMBA_DLZ = "dlz_bind9"  # how the names of Samba's modules begin
_ADDED_LATER = ("allow-new-zones", "catalog-zones")


class Selected(Value):
    """The view that answers the client, and whether that is certain; the other views."""

    scope: ViewScope
    is_certain: bool
    others: tuple[ViewScope, ...]


def selected(views: tuple[ViewScope, ...], intended: IntendedUpdate) -> Selected | None:
    """Return the view that BIND selects for the client: the first that matches; None if none does."""
    is_certain = True
    possible: ViewScope | None = None
    for scope in views:
        matches = _matches(scope, intended)
        if matches is None:
            is_certain = False
            possible = possible or (scope if scope.zone(intended.zone) is not None else None)
        elif matches:
            chosen = possible or scope
            return Selected(chosen, is_certain, tuple(view for view in views if view != chosen))
    if possible is not None:
        return Selected(possible, is_certain=False, others=tuple(view for view in views if view != possible))
    return None


def examine_zone(
    found: Findings, intended: IntendedUpdate, views: tuple[ViewScope, ...], main: Place
) -> Selected | None:
    """Add what there is to say about the view and the zone; return the view if the zone is in it."""
    selection = selected(views, intended)
    with_zone = [scope for scope in views if scope.zone(intended.zone) is not None]
    if not with_zone:
        _missing(found, intended, views, main)
        return None
    if selection is None:
        zone = with_zone[0].zone(intended.zone)
        found.fault("no-view", main if zone is None else zone.place, view=with_zone[0].name)
        return None
    scope = selection.scope
    if not selection.is_certain:
        names = ", ".join(view.name for view in views)
        found.remark("view-not-known", scope.statement.place if scope.statement else main, views=names, view=scope.name)
    if scope.zone(intended.zone) is None:
        _in_other_view(found, intended, scope, with_zone[0])
        return None
    _below(found, intended, scope)
    return selection


def followed(
    zone: Statement, name: Name, scope: ViewScope, others: tuple[ViewScope, ...]
) -> tuple[Statement, ViewScope]:
    """Return the zone that another view shares by `in-view`, and its view; the zone itself if it is its own."""
    view = zone.setting(_REDIRECTED)
    for other in others:
        shared = other.zone(name) if view and other.name == view else None
        if shared is not None:
            return shared, other
    return zone, scope


def examine_type(found: Findings, zone: Statement, scope: ViewScope) -> bool:
    """Add what the zone's type means; return whether it is a primary."""
    kind = zone.child("type")
    text = zone.setting("type").lower()
    if text in PRIMARY:
        return True
    place = zone.place if kind is None else kind.place
    if text not in SECONDARY:
        found.fault("zone-type", place, type=text)
        return False
    servers = zone.child("primaries", "masters")
    names = "" if servers is None else ", ".join(each.word(0) for each in servers.block)
    forwarding = scope.inherited(zone, "allow-update-forwarding")
    if forwarding is None or all(each.keyword == "none" for each in forwarding.block):
        found.fault("secondary", place, primaries=names)
    else:
        found.remark("secondary-forwards", forwarding.place, primaries=names)
    return False


def _matches(scope: ViewScope, intended: IntendedUpdate) -> bool | None:
    """Return whether a view is for this client; None if that depends on an address that is not known."""
    if scope.statement is None:
        return True
    key = intended.signer if intended.signer is not None and scope.key(intended.signer) is not None else None
    if scope.statement.setting("match-recursive-only").lower() in ("yes", "true", "1"):
        return False  # an update never asks for recursion
    results = []
    for keyword, address in (("match-clients", intended.client), ("match-destinations", intended.server)):
        statement = scope.inherited(None, keyword)
        if statement is None:
            continue
        match = MatchList(statement.block, scope.acl).match(Peer(address, key, intended.server))
        results.append(match.allows is True if match.is_certain else None)
    return False if False in results else None if None in results else True


def _missing(found: Findings, intended: IntendedUpdate, views: tuple[ViewScope, ...], main: Place) -> None:
    parents = [
        (name, zone)
        for scope in views
        for zone in scope.zones
        if (name := zone_name(zone)) is not None and name.labels and intended.zone.is_within(name)
    ]
    if parents and not _dlz(views):
        name, zone = max(parents, key=lambda pair: len(pair[0].labels))
        found.fault("zone-parent", zone.place, parent=str(name))
        return
    added = next((added for scope in views if (added := scope.inherited(None, *_ADDED_LATER)) is not None), None)
    names = [name for scope in views for zone in scope.zones if (name := zone_name(zone)) is not None]
    other = other_zone(intended, names)
    dlz = _dlz(views)
    if dlz is not None:
        is_samba = _SAMBA_DLZ in dlz.setting("database")
        found.remark("zone-in-active-directory" if is_samba else "zone-in-dlz", dlz.place, dlz=dlz.word(1))
    elif other is not None and (other.contains_owner or added is None):
        found.fault(other.code, main, other=str(other.name))
    elif added is not None:
        found.remark("zone-added-later", added.place, statement=added.keyword)
    else:
        found.fault("zone-missing", main, zones=listed(names))


def _dlz(views: tuple[ViewScope, ...]) -> Statement | None:
    """Return the statement of a database that has zones without zone statements, also below those of statements."""
    return next((each for scope in views for each in scope.statements if each.keyword == "dlz"), None)


def _in_other_view(found: Findings, intended: IntendedUpdate, scope: ViewScope, other: ViewScope) -> None:
    zone = other.zone(intended.zone)
    clients = None if other.statement is None else other.statement.child("match-clients", "match-destinations")
    place = clients or zone or other.statement
    if place is not None:
        found.fault("zone-in-other-view", place.place, view=scope.name, other=other.name)


def _below(found: Findings, intended: IntendedUpdate, scope: ViewScope) -> None:
    """Add that the name is in a zone of its own, below the one that is asked about."""
    for zone in scope.zones:
        name = zone_name(zone)
        is_below = name is not None and name != intended.zone and name.is_within(intended.zone)
        if name is not None and is_below and intended.owner.is_within(name):
            found.fault("zone-below", zone.place, below=str(name))
