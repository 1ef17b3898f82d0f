"""BIND's address match lists: whether a client, by its address or its key, is in one; pure.

The first element that matches decides. A list inside another one, by its name or in braces, matches only if it allows:
what it denies is no match (`dns_acl_match` in BIND).
"""

from __future__ import annotations

from collections.abc import Callable

from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.networks import is_in_network, is_loopback
from dns_update.server_config.source import as_name
from dns_update.value import Value
from dns_update.wire.name import Name

_MAX_DEPTH = 20  # of lists in lists; BIND refuses a list that has itself in it


class Peer(Value):
    """Who asks: an address, the key that signs, and the server's own address; None for what is not known or not there.

    A key that the server does not know does not count.
    """

    client: bytes | None
    key: Name | None
    server: bytes | None


class Match(Value):
    """What a list says: whether it allows, None if no element matches; the deciding element.

    It is not certain if an earlier element may match, too: that depends on an address that is not known.
    """

    allows: bool | None
    element: Statement | None
    is_certain: bool


class MatchList(Value):
    """A list's elements, and how to find other lists by their names."""

    elements: tuple[Statement, ...]
    acl: Callable[[str], Statement | None]

    def match(self, peer: Peer, depth: int = 0) -> Match:
        """Return what the list says of a peer."""
        is_certain = True
        for element in self.elements:
            matches = self._matches(element, peer, depth)
            if matches is None:
                is_certain = False
            elif matches:
                return Match(not is_negative(element), element, is_certain)
        return Match(None, None, is_certain)

    def keys(self, depth: int = 0) -> tuple[str, ...]:
        """Return the names of all keys that the list and the lists in it allow."""
        found: dict[str, None] = {}
        for element in self.elements:
            inner = self._inner(element)
            if is_negative(element) or depth > _MAX_DEPTH:
                continue
            if inner is not None:
                found.update(dict.fromkeys(inner.keys(depth + 1)))
            elif is_key(element):
                found[_words(element)[1]] = None
        return tuple(found)

    def _matches(self, element: Statement, peer: Peer, depth: int) -> bool | None:
        inner = self._inner(element)
        if inner is not None and depth < _MAX_DEPTH:
            match = inner.match(peer, depth + 1)
            return match.allows is True if match.is_certain else None
        if is_key(element):
            return peer.key is not None and as_name(_words(element)[1]) == peer.key
        return _address_matches(" ".join(_words(element)), peer)

    def _inner(self, element: Statement) -> MatchList | None:
        """Return the list that an element means; None if it is an address or a key."""
        if element.blocks:
            return MatchList(element.block, self.acl)
        words = _words(element)
        found = self.acl(words[0]) if len(words) == 1 else None
        return None if found is None else MatchList(found.block, self.acl)


def is_negative(element: Statement) -> bool:
    """Return whether an element denies what it matches; `none` is the same as `!any`."""
    return element.word(0).startswith("!") != (_words(element) == ("none",))


def is_key(element: Statement) -> bool:
    """Return whether an element is a key."""
    words = _words(element)
    return len(words) > 1 and words[0].lower() == "key"


def _words(element: Statement) -> tuple[str, ...]:
    """Return the words of an element without its exclamation mark."""
    first, *others = element.words or ("",)
    words = (first.removeprefix("!"), *others)
    return words if words[0] else words[1:]


def _address_matches(text: str, peer: Peer) -> bool | None:
    """Return whether a built-in list or a network has the peer's address; None if that is not known."""
    name = text.lower()
    if name in ("any", "none"):
        return True
    if peer.client is None:
        return None
    if name in ("localhost", "localnets"):
        return True if is_loopback(peer.client) or peer.client == peer.server else None
    return is_in_network(peer.client, text)
