"""Knot's access lists: which rule decides about an update; pure.

The rules of a zone are tried in order. The first that matches in all its parts decides (`acl_allowed` in Knot); if none
does, the update is refused.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.keys import is_other_algorithm
from dns_update.server_config.knot.configuration import Configuration
from dns_update.server_config.knot.entries import Entry
from dns_update.server_config.networks import is_in_network
from dns_update.server_config.source import as_name
from dns_update.value import Value
from dns_update.wire.codes import rrtype_from_text
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    RuleObstacle = Literal["key", "unsigned", "only-unsigned", "algorithm", "address", "action", "type", "owner"]

_TRUE = ("on", "true", "yes")


class Verdict(Value):
    """What one rule says: what of it does not match, whether it denies, and whether its addresses could be compared."""

    rule: Entry
    obstacles: tuple[RuleObstacle, ...]
    denies: bool
    is_certain: bool


class Rules(Value):
    """The rules of a zone, for one update."""

    configuration: Configuration
    intended: IntendedUpdate

    def verdict(self, rule: Entry) -> Verdict:
        """Return what a rule says of the update."""
        sources = self._sources(rule)
        obstacles = min((self._sender(addresses, keys) for addresses, keys in sources), key=len)
        actions = rule.values("action")
        has_deny = rule.value("deny").lower() in _TRUE
        if has_deny:  # such a rule matches signed updates also if it has no key
            obstacles = [each for each in obstacles if each != "only-unsigned"]
        if actions:  # without an action, Knot compares no more
            obstacles += self._of_contents(rule, actions)
        is_certain = self.intended.client is not None or not any(addresses for addresses, _keys in sources)
        return Verdict(rule, tuple(obstacles), has_deny or not actions, is_certain)

    def _of_contents(self, rule: Entry, actions: tuple[str, ...]) -> list[RuleObstacle]:
        obstacles: list[RuleObstacle] = []
        if "update" not in actions:
            obstacles.append("action")
        if not self._has_types(rule):
            obstacles.append("type")
        if not self._has_owner(rule):
            obstacles.append("owner")
        return obstacles

    def _sources(self, rule: Entry) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return the addresses and keys that a rule accepts, in pairs: its own, or one of each remote."""
        remotes = self._remotes(rule.values("remote"))
        if not remotes:
            return [(rule.values("address"), rule.values("key"))]
        return [(remote.values("address"), remote.values("key")) for remote in remotes]

    def _remotes(self, names: tuple[str, ...]) -> list[Entry]:
        """Return remotes by their names, and those of groups (`remotes`)."""
        found = []
        for name in names:
            group = self.configuration.entry("remotes", name)
            members = (name,) if group is None else group.values("remote")
            found += [each for member in members if (each := self.configuration.entry("remote", member)) is not None]
        return found

    def _sender(self, addresses: tuple[str, ...], keys: tuple[str, ...]) -> list[RuleObstacle]:
        obstacles: list[RuleObstacle] = []
        client, signer = self.intended.client, self.intended.signer
        if client is not None and addresses and not any(_is_in(client, each) for each in addresses):
            obstacles.append("address")
        if signer is None:
            return [*obstacles, "unsigned"] if keys else obstacles
        if not keys:
            return [*obstacles, "only-unsigned"]
        key = next((each for each in keys if as_name(each) == signer), None)
        if key is None:
            return [*obstacles, "key"]
        known = self.configuration.named("key", signer)
        if known is not None and is_other_algorithm(self.intended, known.value("algorithm")):
            obstacles.append("algorithm")
        return obstacles

    def _has_types(self, rule: Entry) -> bool:
        types = set(map(_type_number, rule.values("update-type")))
        return not types or types.issuperset(self.intended.rrtypes)

    def _has_owner(self, rule: Entry) -> bool:
        names = self._names(rule)
        match = _MATCHES.get(rule.value("update-owner-match") or "sub-or-equal", Name.is_within)
        return names is None or any(match(self.intended.owner, name) for name in names)

    def _names(self, rule: Entry) -> list[Name] | None:
        """Return the names that a rule covers; None for all."""
        kind = rule.value("update-owner")
        if kind == "zone":
            return [self.intended.zone]
        if kind == "key":
            return None if self.intended.signer is None else [self.intended.signer]  # without a key, Knot checks none
        texts = rule.values("update-owner-name")
        if kind != "name" or not texts:
            return None
        return [Name.from_text(text, self.intended.zone) for text in texts]


def _is_in(client: bytes, network: str) -> bool:
    return is_in_network(client, network.partition("@")[0]) is True


def _is_below(owner: Name, name: Name) -> bool:
    return owner != name and owner.is_within(name)


def _is_like(owner: Name, pattern: Name) -> bool:
    """Return whether each label is the same, or an asterisk in the pattern."""
    pairs = zip(owner.folded, pattern.folded, strict=False)
    return len(owner.labels) == len(pattern.labels) and all(like in (label, b"*") for label, like in pairs)


_MATCHES = {"sub-or-equal": Name.is_within, "equal": Name.__eq__, "sub": _is_below, "pattern": _is_like}


def _type_number(text: str) -> int:
    try:
        return rrtype_from_text(text)
    except errors.InvalidText:
        return -1
