"""Findings about who may update a zone of Knot: its access lists."""

from __future__ import annotations

from dns_update.server_config.finding import Findings
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.knot.configuration import Configuration
from dns_update.server_config.knot.entries import Entry
from dns_update.server_config.knot.rules import Rules, Verdict
from dns_update.server_config.wording import the_keys

_ABOUT_THE_SENDER = ("key", "unsigned", "only-unsigned")


def examine_permission(found: Findings, intended: IntendedUpdate, configuration: Configuration, zone: Entry) -> None:
    """Add whether the zone accepts the update, and if not, which rule comes nearest and what of it does not match."""
    items = configuration.of_zone(zone, "acl")
    names = [value for item in items for value in item.values]
    entries = [entry for name in names if (entry := configuration.entry("acl", name)) is not None]
    if not entries:
        found.fault("no-acl", zone.place)
        return
    rules = Rules(configuration, intended)
    verdicts = [rules.verdict(entry) for entry in entries]
    deciding = next((each for each in verdicts if not each.obstacles), None)
    if deciding is None:
        _refused(found, zone, verdicts)
    elif deciding.denies:
        _denied(found, deciding.rule)
    elif all(each.is_certain for each in verdicts[: verdicts.index(deciding) + 1]):
        found.right("allowed", deciding.rule.place, acl=deciding.rule.id)
    else:
        found.remark("acl-address-not-known", deciding.rule.place, acl=deciding.rule.id)


def _denied(found: Findings, rule: Entry) -> None:
    deny = rule.item("deny")
    if deny is None:
        found.fault("acl-action", rule.place, acl=rule.id, listed="none")
    else:
        found.fault("acl-denies", deny.place, acl=rule.id)


def _refused(found: Findings, zone: Entry, verdicts: list[Verdict]) -> None:
    """Add what is wrong with the rule that comes nearest: one for this key, and with the fewest obstacles."""
    granting = [each for each in verdicts if _may_be_meant(each)]
    if not granting:
        found.fault("no-acl-for-updates", zone.place, acls=", ".join(each.rule.id for each in verdicts))
        return
    lacks_key = (each for each in granting if each.obstacles == ("only-unsigned",))  # else it would permit the update
    keyed = min(granting, key=lambda each: (_is_for_others(each), len(each.obstacles)))
    nearest = next(lacks_key, keyed) if "action" in keyed.obstacles else keyed
    if _is_for_others(nearest):
        keys = tuple(dict.fromkeys(key for each in granting for key in each.rule.values("key")))
        code = next(each for each in nearest.obstacles if each in _ABOUT_THE_SENDER)
        listed = the_keys(keys) if code == "unsigned" else ", ".join(keys) or "none"
        found.fault(f"acl-{code}", nearest.rule.place, acl=nearest.rule.id, keys=listed)
        if "address" in nearest.obstacles:  # an acl takes what has both
            _obstacle(found, nearest.rule, "address")
        return
    for obstacle in nearest.obstacles:
        if obstacle != "algorithm":  # that is said of the key itself
            _obstacle(found, nearest.rule, obstacle)


def _may_be_meant(verdict: Verdict) -> bool:
    """Return whether a rule is one for updates, or for this sender; a key in one for NOTIFY would change that."""
    return not verdict.denies and not ("action" in verdict.obstacles and _is_for_others(verdict))


def _is_for_others(verdict: Verdict) -> bool:
    return not set(_ABOUT_THE_SENDER).isdisjoint(verdict.obstacles)


def _obstacle(found: Findings, rule: Entry, obstacle: str) -> None:
    item = {"address": "address", "action": "action", "type": "update-type", "owner": "update-owner-name"}[obstacle]
    remote = rule.item("remote") if obstacle == "address" else None
    written = remote or rule.item(item) or rule.item("update-owner") or rule.items[0]
    listed = ", ".join(rule.values(item))
    code = "acl-remote-address" if remote is not None else f"acl-{obstacle}"
    match = rule.value("update-owner-match") or "sub-or-equal"
    kind = rule.value("update-owner")
    found.fault(code, written.place, acl=rule.id, listed=listed or kind or "none", match=match)
