"""Findings about who may update a zone: allow-update and update-policy."""

from __future__ import annotations

from dns_update.server_config.bind.match_lists import Match, MatchList, Peer, is_negative
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.update_policy import (
    SESSION_KEY,
    Decision,
    PolicyRule,
    RequestedChange,
    decided,
    is_local,
    rules,
)
from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.networks import is_loopback
from dns_update.server_config.source import as_name
from dns_update.server_config.wording import the_keys
from dns_update.wire.codes import rrtype_to_text

_NO_PLACE_FOR_NAME = ("zonesub",)  # rules without a name


def examine_permission(found: Findings, intended: IntendedUpdate, scope: ViewScope, zone: Statement) -> None:
    """Add whether the zone accepts the update, and if not, what is in the way."""
    policy = zone.child("update-policy")
    if policy is not None:
        if intended.is_negotiated and intended.signer is None and not is_local(policy):
            found.remark("principal-not-known", policy.place)
        elif is_local(policy):
            _local(found, intended, scope, policy)
        else:
            _policy(found, intended, policy)
        return
    allowed = scope.inherited(zone, "allow-update")
    if allowed is None:
        found.fault("static", zone.place)
    else:
        _allow_update(found, intended, scope, zone, allowed)


def is_dynamic(scope: ViewScope, zone: Statement) -> bool:
    """Return whether named takes a primary as dynamic: it has rules for updates, and not only `none`."""
    if zone.child("update-policy") is not None:
        return True
    allowed = scope.inherited(zone, "allow-update")
    return allowed is not None and any(each.keyword != "none" for each in allowed.block)


def _allow_update(
    found: Findings, intended: IntendedUpdate, scope: ViewScope, zone: Statement, allowed: Statement
) -> None:
    elements = MatchList(allowed.block, scope.acl)
    match = elements.match(Peer(intended.client, intended.signer, intended.server))
    inherited = "" if zone.child("allow-update") is not None else "yes"
    if intended.is_negotiated and intended.signer is None and elements.keys():
        found.remark("principal-not-known", allowed.place)
    elif not match.is_certain:
        found.remark("allow-update-not-known", allowed.place, inherited=inherited)
    elif match.allows and match.element is not None:
        _allowed(found, intended, elements, match.element)
    elif all(each.keyword == "none" for each in allowed.block):
        found.fault("updates-off", allowed.place, inherited=inherited)
    else:
        _not_in_list(found, intended, elements, match, allowed)


def _allowed(found: Findings, intended: IntendedUpdate, elements: MatchList, element: Statement) -> None:
    found.right("allowed", element.place)
    without_key = elements.match(Peer(intended.client, None, intended.server))
    if without_key.allows and without_key.is_certain and without_key.element is not None:
        found.remark("allowed-by-address", without_key.element.place, element=" ".join(without_key.element.words))


def _not_in_list(
    found: Findings, intended: IntendedUpdate, elements: MatchList, match: Match, allowed: Statement
) -> None:
    keys = elements.keys()
    if match.allows is False and match.element is not None and is_negative(match.element):
        found.fault("list-denies", match.element.place, element=" ".join(match.element.words))
    elif intended.signer is None:
        found.fault("list-needs-key" if keys else "list-needs-address", allowed.place, keys=the_keys(keys))
    elif keys:
        found.fault("list-other-key", allowed.place, keys=the_keys(keys))
    else:
        found.fault("list-only-addresses", allowed.place)


def _local(found: Findings, intended: IntendedUpdate, scope: ViewScope, policy: Statement) -> None:
    options = scope.options
    name = as_name("" if options is None else options.setting("session-keyname")) or SESSION_KEY
    if intended.signer != name:
        found.fault("policy-local", policy.place, session=str(name))
    elif intended.client is not None and not is_loopback(intended.client) and intended.client != intended.server:
        found.fault("policy-local-address", policy.place, session=str(name))
    else:
        found.right("allowed", policy.place)


def _policy(found: Findings, intended: IntendedUpdate, policy: Statement) -> None:
    """Add what the rules say, once for all types that have the same answer."""
    ruled = rules(policy, intended.zone)
    answers: dict[Decision, list[int]] = {}
    for rrtype in intended.rrtypes:
        decision = decided(ruled, RequestedChange(intended.signer, intended.owner, rrtype, intended.client))
        answers.setdefault(decision, []).append(rrtype)
    for decision, rrtypes in answers.items():
        types = " ".join(map(rrtype_to_text, rrtypes))
        place = policy.place if decision.rule is None else decision.rule.statement.place
        _decision(found, decision, place, types, ruled)


def _decision(found: Findings, decision: Decision, place: Place, types: str, ruled: tuple[PolicyRule, ...]) -> None:
    rule = decision.rule
    values = {"types": types, "rule": "" if rule is None else " ".join(rule.statement.words)}
    match decision.outcome:
        case "granted":
            found.right("granted", place, **values)
        case "some-types" if rule is not None:
            found.remark("rule-for-some-types", place, listed=" ".join(rule.types), **values)
        case "unknown":
            found.remark("rule-asks-others", place, **values)
        case "key-missing":
            identities = ", ".join(dict.fromkeys(each.identity for each in ruled))
            found.fault("policy-key-missing", place, identities=identities, **values)
        case "name-missing" if rule is not None:
            found.fault("policy-name-missing", place, kind=rule.kind, name=_covered(rule), **values)
        case "type-missing" if rule is not None:
            wider = " ".join((*rule.statement.words, types))
            found.fault("policy-type-missing", place, listed=" ".join(rule.types), wider=wider, **values)
        case "default-types" if rule is not None:
            wider = " ".join((*rule.statement.words, types))
            found.fault("policy-default-types", place, wider=wider, **values)
        case outcome:
            found.fault(f"policy-{outcome}", place, **values)


def _covered(rule: PolicyRule) -> str:
    """Return the name that a rule covers, as the configuration has it."""
    if rule.kind in _NO_PLACE_FOR_NAME:
        return str(rule.zone)
    return rule.identity if rule.kind.startswith("self") else rule.statement.word(3)
