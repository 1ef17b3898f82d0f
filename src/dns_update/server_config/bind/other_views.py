"""Another view of BIND that would accept the update, if the request reached it."""

from __future__ import annotations

from dns_update.server_config.bind.permission import examine_permission
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.bind.zones import examine_type
from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.intended_update import IntendedUpdate


def examine_other_views(
    found: Findings, intended: IntendedUpdate, scope: ViewScope, zone: Statement, others: tuple[ViewScope, ...]
) -> bool:
    """Add that another view accepts the update, and this one does not; return whether that is so.

    `zone` is what the view `scope`, which answers the client, has of the zone.
    """
    if intended.signer is None or scope.statement is None or _accepts(intended, scope, zone):
        return False
    for other in others:
        own = other.zone(intended.zone)
        if own is not None and own != zone and _accepts(intended, other, own):
            found.fault("granted-in-other-view", _place_of_clients(scope.statement), view=scope.name, other=other.name)
            return True
    return False


def _accepts(intended: IntendedUpdate, scope: ViewScope, zone: Statement) -> bool:
    """Return whether a view takes the update, as far as the zone's type and its statements say."""
    tried = Findings("bind", intended)
    if not examine_type(tried, zone, scope):
        return False
    examine_permission(tried, intended, scope, zone)
    return not tried.has_fault


def examine_copies(
    found: Findings, intended: IntendedUpdate, scope: ViewScope, zone: Statement, others: tuple[ViewScope, ...]
) -> None:
    """Add that other views have a zone of the same name and of their own, which the update does not change."""
    copies = [
        other.name
        for other in others
        if (own := other.zone(intended.zone)) is not None and own != zone and own.child("in-view") is None
    ]
    if scope.statement is not None and copies and not found.has_fault:
        found.remark("zone-in-other-views", zone.place, view=scope.name, others=", ".join(copies))


def _place_of_clients(view: Statement) -> Place:
    return (view.child("match-clients", "match-destinations") or view).place
