"""BIND: what named.conf says about an update."""

from __future__ import annotations

from dns_update.rr.host_names import may_own
from dns_update.server_config.bind.canonical import read_configuration
from dns_update.server_config.bind.kerberos import examine_kerberos
from dns_update.server_config.bind.keys import examine_key
from dns_update.server_config.bind.listening import examine_listening
from dns_update.server_config.bind.match_lists import MatchList, Peer
from dns_update.server_config.bind.other_views import examine_copies, examine_other_views
from dns_update.server_config.bind.permission import examine_permission
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.status import RNDC, examine_status
from dns_update.server_config.bind.views import PRIMARY, ViewScope, scopes
from dns_update.server_config.bind.zone_files import STANDARD_CONFIGURATIONS, examine_files
from dns_update.server_config.bind.zones import examine_type, examine_zone, followed
from dns_update.server_config.finding import ConfigFinding, Findings, Place
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.wire.codes import RRClass


def examine(path: str, intended: IntendedUpdate, *, rndc: tuple[str, ...] | None = None) -> tuple[ConfigFinding, ...]:
    """Return the findings about an update in a configuration of BIND.

    `rndc` is the beginning of the command line that reaches the named with this configuration. Without it, rndc is run
    only for the system's own configuration: for another one, it would ask another named. Raises UsageError, and
    ConfigError for a configuration that named would not load.
    """
    found = Findings("bind", intended)
    main = Place(path)
    views = scopes(read_configuration(path))
    if intended.silent_at is not None:
        examine_listening(found, intended.silent_at, views[0], main)
    if intended.is_negotiated:
        examine_kerberos(found, views[0], main)
    selection = examine_zone(found, intended, views, main)
    if selection is None:
        if not intended.is_negotiated:
            examine_key(found, intended, views[0], list(views[1:]), main)
        return found.all()
    scope = selection.scope
    if not intended.is_negotiated:
        examine_key(found, intended, scope, list(selection.others), main)
    zone = scope.zone(intended.zone)
    if zone is None:
        return found.all()
    zone, owner_scope = followed(zone, intended.zone, scope, selection.others)
    is_elsewhere = examine_other_views(found, intended, owner_scope, zone, selection.others)
    if not is_elsewhere and examine_type(found, zone, owner_scope):
        examine_permission(found, intended, owner_scope, zone)
        _queries(found, intended, owner_scope, zone)
        _check_names(found, intended, owner_scope, zone)
        examine_files(found, owner_scope, zone, path, intended)
        default = RNDC if path in STANDARD_CONFIGURATIONS else ()
        examine_copies(found, intended, owner_scope, zone, selection.others)
        examine_status(found, intended, owner_scope, zone, default if rndc is None else rndc)
    return found.all()


def _check_names(found: Findings, intended: IntendedUpdate, scope: ViewScope, zone: Statement) -> None:
    """Add that BIND refuses the name as an owner of the type (check-names)."""
    if all(may_own(intended.owner, each, RRClass.IN) for each in intended.rrtypes):
        return
    setting = _setting_of_check_names(scope, zone)
    if setting is None or setting.words[-1].lower() == "fail":
        found.fault("check-names", (setting or zone).place)


def _setting_of_check_names(scope: ViewScope, zone: Statement) -> Statement | None:
    """Return the statement that counts: the zone's own, or that for primaries outside of it."""
    own = zone.child("check-names")
    outer = (each for level in (scope.statement, scope.options) if level is not None for each in level.block)
    inherited = (each for each in outer if each.keyword == "check-names" and each.word(1).lower() in PRIMARY)
    return own or next(inherited, None)


def _queries(found: Findings, intended: IntendedUpdate, scope: ViewScope, zone: Statement) -> None:
    """Add that the client may not ask for the zone's data: then named refuses its updates, too."""
    allowed = scope.inherited(zone, "allow-query")
    if allowed is None:
        return
    key = intended.signer if intended.signer is not None and scope.key(intended.signer) is not None else None
    match = MatchList(allowed.block, scope.acl).match(Peer(intended.client, key, intended.server))
    if match.is_certain and match.allows is not True:
        found.fault("query-refused", allowed.place)
