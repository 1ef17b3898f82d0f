"""BIND's update-policy: which rule decides about a key, a name and a type; pure.

The rules are tried in order, and the first whose identity, name and types all match decides; if none does, the update
is refused (`dns_ssutable_checkrules` in BIND).
"""

from __future__ import annotations

from dns_update import errors
from dns_update.server_config.bind.principals import KERBEROS_RULES, OF_TARGETS, host_of
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.source import as_name
from dns_update.value import Value
from dns_update.wire.codes import RRType, rrtype_from_text
from dns_update.wire.inet import reverse_name
from dns_update.wire.name import Name

SESSION_KEY = Name.from_text("local-ddns")
"""The key that named makes for `update-policy local`, unless `session-keyname` gives it another name."""

_NOT_BY_DEFAULT = (RRType.NS, RRType.SOA, RRType.RRSIG, RRType.NSEC, 50)
"""The types that a rule without types does not cover; 50 is NSEC3."""

_BY_ADDRESS = ("tcp-self", "6to4-self")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    PolicyOutcome = Literal[
        "granted",
        "denied",
        "unknown",
        "some-types",
        "type-missing",
        "default-types",
        "name-missing",
        "key-missing",
        "unsigned",
    ]


class RequestedChange(Value):
    """What a rule is asked about: the key that signs, the name and the type that are changed, and the client."""

    key: Name | None
    owner: Name
    rrtype: int
    client: bytes | None


class Decision(Value):
    """What the policy says, and the rule that decides or comes nearest; None if no rule is near."""

    outcome: PolicyOutcome
    rule: PolicyRule | None


class PolicyRule(Value):
    """One rule, with the zone that it is in."""

    statement: Statement
    zone: Name

    @property
    def grants(self) -> bool:
        """Whether it grants what it matches."""
        return self.statement.keyword == "grant"

    @property
    def identity(self) -> str:
        """The key, or the pattern of keys, that it is about."""
        return self.statement.word(1)

    @property
    def kind(self) -> str:
        """The rule type, e.g. subdomain."""
        return self.statement.word(2).lower()

    @property
    def name(self) -> Name | None:
        """The name that it is about."""
        return self.zone if self.kind == "zonesub" else as_name(self.statement.word(3))

    @property
    def types(self) -> tuple[str, ...]:
        """The types that it lists."""
        return self.statement.words[3 if self.kind == "zonesub" else 4 :]

    def asks_others(self, change: RequestedChange) -> bool:
        """Return whether it depends on what is not known here: another program, or the data of the records."""
        if self.kind in OF_TARGETS:  # of other types, it is a rule like krb5-subdomain and ms-subdomain
            is_about_data = change.rrtype in (RRType.PTR, RRType.SRV, RRType.ANY)
            return is_about_data and self.has_identity(change) and self.has_name(change) and self.has_type(change)
        return self.kind == "external"

    def has_identity(self, change: RequestedChange) -> bool:
        """Return whether its identity is that of the change."""
        if self.kind in KERBEROS_RULES:
            host = None if change.key is None else host_of(change.key, self.identity, KERBEROS_RULES[self.kind])
            return host is not None
        identity = as_name(self.identity)
        if self.kind in _BY_ADDRESS:
            own = _reverse(change)
            return identity is not None and own is not None and _is_like(own, identity)
        return identity is not None and change.key is not None and _is_like(change.key, identity)

    def has_name(self, change: RequestedChange) -> bool:
        """Return whether it covers the name that is changed."""
        owner, key, name = change.owner, change.key, self.name
        if self.kind in ("self", "selfsub", "selfwild"):
            return key is not None and _COVERS[self.kind](owner, key)
        if self.kind in KERBEROS_RULES and "self" in self.kind and self.kind not in OF_TARGETS:
            host = None if key is None else host_of(key, self.identity, KERBEROS_RULES[self.kind])
            return host is not None and _COVERS["selfsub" if self.kind.endswith("sub") else "self"](owner, host)
        if self.kind in _BY_ADDRESS:
            return owner == _reverse(change)
        return name is not None and self.kind in _COVERS and _COVERS[self.kind](owner, name)

    def has_type(self, change: RequestedChange) -> bool:
        """Return whether it covers the type that is changed."""
        numbers = tuple(map(_type_number, self.types))
        if not numbers:
            return change.rrtype not in _NOT_BY_DEFAULT
        return RRType.ANY in numbers or change.rrtype in numbers


def rules(policy: Statement, zone: Name) -> tuple[PolicyRule, ...]:
    """Return the rules of an update-policy statement."""
    return tuple(PolicyRule(each, zone) for each in policy.block if each.keyword in ("grant", "deny"))


def is_local(policy: Statement) -> bool:
    """Return whether a policy is `update-policy local`."""
    return policy.word(1).lower() == "local"


def decided(policy: tuple[PolicyRule, ...], change: RequestedChange) -> Decision:
    """Return what the rules say of a change; if it is refused, which of them comes nearest to granting it."""
    nearest = Decision("key-missing" if change.key is not None else "unsigned", None)
    unknown: dict[bool, PolicyRule] = {}
    for rule in policy:
        if rule.asks_others(change):
            unknown.setdefault(rule.grants, rule)
        elif rule.has_identity(change):
            decision = _of_rule(rule, change)
            if decision.outcome in ("granted", "denied"):
                other = unknown.get(not rule.grants)
                return decision if other is None else Decision("unknown", other)
            if _RANK[decision.outcome] > _RANK[nearest.outcome] and rule.grants:
                nearest = decision
    return nearest if True not in unknown else Decision("unknown", unknown[True])


_RANK = {"key-missing": 0, "unsigned": 0, "name-missing": 1, "default-types": 2, "type-missing": 2, "some-types": 3}


def _of_rule(rule: PolicyRule, change: RequestedChange) -> Decision:
    if not rule.has_name(change):
        return Decision("name-missing", rule)
    if not rule.has_type(change):
        if change.rrtype == RRType.ANY:  # each record that the name has is checked
            return Decision("some-types", rule)
        return Decision("type-missing" if rule.types else "default-types", rule)
    return Decision("granted" if rule.grants else "denied", rule)


def _is_like(name: Name, identity: Name) -> bool:
    return _is_below_wildcard(name, identity) if identity.labels[:1] == (b"*",) else name == identity


def _is_below_wildcard(name: Name, wildcard: Name) -> bool:
    return name != wildcard.parent and name.is_within(wildcard.parent)


def _is_below(name: Name, key: Name) -> bool:
    return name != key and name.is_within(key)


_COVERS = {
    "name": Name.__eq__,
    "subdomain": Name.is_within,
    "zonesub": Name.is_within,
    "wildcard": _is_below_wildcard,
    "self": Name.__eq__,
    "selfsub": Name.is_within,
    "selfwild": _is_below,
    "krb5-subdomain": Name.is_within,
    "ms-subdomain": Name.is_within,
    "krb5-subdomain-self-rhs": Name.is_within,
    "ms-subdomain-self-rhs": Name.is_within,
}


def _reverse(change: RequestedChange) -> Name | None:
    return None if change.client is None else Name.from_text(reverse_name(change.client))


def _type_number(text: str) -> int:
    """Return the number of a type in a rule, which may have a limit of records: `TXT(1)`; -1 for an unknown one."""
    try:
        return rrtype_from_text(text.partition("(")[0])
    except errors.InvalidText:
        return -1
