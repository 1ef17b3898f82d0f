"""What each address source says, and has said; and which records a name should therefore have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TypeAlias

from dns_update.address.sources import Source, are_literal
from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.reconcile.backoff import HeldAddresses
from dns_update.client.plan import Desired
from dns_update.value import Value
from dns_update.wire.codes import RRType
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

SourceKey: TypeAlias = tuple[Source, bool]
"""A source, and whether it may give addresses that cannot be reached from the Internet."""

_TYPES = {IPV4_OCTETS: RRType.A, IPV6_OCTETS: RRType.AAAA}
_OCTETS = {rrtype: octets for octets, rrtype in _TYPES.items()}


class Reading(Value):
    """What a source gave: the best address of each family, or why there are none.

    `checked` is the time of the reading, in seconds since boot. With `is_mistaken`, the source could not be asked, and
    the error says nothing about it.
    """

    addresses: tuple[bytes, ...]
    checked: float
    error: str = ""
    is_mistaken: bool = False


class SourceState:
    """The state of one source: its last reading, the addresses that count, and since when a family is missing."""

    def __init__(self, *, started: float, knows_absence: bool = True) -> None:
        """Begin with no reading; `started` is now, on the monotonic clock.

        With `knows_absence`, "no address" is also an answer: the kernel knows that an interface has none, but a web
        service that is not reached says nothing.
        """
        self.knows_absence = knows_absence
        self.reading: Reading | None = None
        self.fails_from: float | None = None  # when its failure has lasted for a hold-down (monotonic)
        self._held = dict.fromkeys(_TYPES, HeldAddresses())
        self._last: dict[int, tuple[bytes, ...]] = dict.fromkeys(_TYPES, ())
        self._missing_since: dict[int, float | None] = dict.fromkeys(_TYPES, started)

    def hear(self, reading: Reading, now: float, hold_down: float) -> bool:
        """Record a reading; return whether the addresses that count have changed. The first is always a change."""
        changed = self.reading is None
        self.reading = reading
        if not reading.error:
            self.fails_from = None
        elif self.fails_from is None:
            self.fails_from = now + hold_down
        for octets in _TYPES:
            addresses = tuple(address for address in reading.addresses if len(address) == octets)
            changed |= self._take(octets, self._held[octets].heard(addresses, now, hold_down), now)
        return changed

    def tick(self, now: float) -> bool:
        """Let time pass; return whether the addresses that count have changed."""
        changes = [self._take(octets, held.at(now), now) for octets, held in self._held.items()]
        return any(changes)

    def is_failing(self, now: float) -> bool:
        """Return whether it has failed for longer than a hold-down."""
        return self.fails_from is not None and now >= self.fails_from

    @property
    def next_tick(self) -> float | None:
        """When the addresses that count will change by time alone, on the monotonic clock; None if they will not."""
        return min((held.until for held in self._held.values() if held.until is not None), default=None)

    @property
    def is_unheard(self) -> bool:
        """Whether the source never gave an address."""
        return not any(self._last.values())

    def addresses(self, octets: int) -> tuple[bytes, ...]:
        """Return the addresses of a family that count now."""
        return self._held[octets].addresses

    def last(self, octets: int) -> tuple[bytes, ...]:
        """Return the last addresses of a family that the source gave."""
        return self._last[octets]

    def missing_since(self, octets: int) -> float | None:
        """Return since when there is no address of a family, on the monotonic clock; None if there is one."""
        return self._missing_since[octets]

    def _take(self, octets: int, held: HeldAddresses, now: float) -> bool:
        changed = held.addresses != self._held[octets].addresses
        self._held[octets] = held
        if held.addresses:
            self._last[octets] = held.addresses
            self._missing_since[octets] = None
        elif self._missing_since[octets] is None:
            self._missing_since[octets] = now
        return changed


class Rule(Value):
    """How a name follows its sources, and with which `types`.

    Missing addresses are deleted after `grace` seconds; None: never.
    """

    types: tuple[int, ...]
    ttl: int | None = None
    owner: str = ""
    grace: float | None = None


def desired_of(rule: Rule, states: Sequence[SourceState | bytes], now: float) -> tuple[Desired | None, float | None]:
    """Return the records that a name should have; and when that changes if no source says anything new (None: never).

    `states` are those of the rule's sources; a literal address is its own state. A source that fails, or no longer has
    an address of a family, counts with the addresses that it gave last; if it knows absence, only until the grace time
    is over. Until then, a family without an address from any source is left alone; and if one source never gave any
    address, nothing is removed, because what it gave an earlier agent may be published. The records are None as long as
    nothing is known.
    """
    data: dict[int, tuple[bytes, ...]] = {}
    changes: list[float] = []
    only_adds = False
    for state in states:
        if not isinstance(state, bytes) and state.is_unheard:
            gone_at = _gone_at(state, IPV4_OCTETS, rule.grace)  # as of the other family: neither was ever there
            only_adds |= gone_at is None or now < gone_at
    for rrtype in rule.types:
        octets = _OCTETS[rrtype]
        parts = [_part(state, octets, rule.grace, now, changes) for state in states]
        known = [part for part in parts if part is not None]
        if known:  # most names have one source: many may share the tuple that it gave
            values = known[0] if len(known) == 1 else tuple(dict.fromkeys(chain.from_iterable(known)))
            data[rrtype] = states if are_literal(states) and states == values else values
    change = min(changes) if changes else None
    if not data:
        return None, change
    return Desired(data, rule.ttl, rule.owner, only_adds=only_adds), change


def desired_by(
    settings: RecordSettings, ttl: int | None, states: Sequence[SourceState | bytes], now: float
) -> tuple[Desired | None, float | None]:
    """Return what `desired_of` does, for a name with these settings and this TTL, whose data may be fixed."""
    if settings.rrtype is not None:
        return Desired(settings.data, ttl), None
    return desired_of(Rule(settings.types, ttl, settings.common.owner, settings.common.grace), states, now)


class DesiredAt:
    """What names should have at one moment, computed once for those with the same settings and sources."""

    def __init__(self, now: float) -> None:
        """Begin; `now` is on the monotonic clock. The names must not go away in the meantime."""
        self._now = now
        self._known: dict[tuple[int, int, int | None], tuple[Desired | None, float | None]] = {}

    def of(
        self, settings: RecordSettings, ttl: int | None, states: Sequence[SourceState | bytes]
    ) -> tuple[Desired | None, float | None]:
        """Return what `desired_by` does; names that share their common settings and states also share the result."""
        if settings.rrtype is not None or are_literal(states):
            return desired_by(settings, ttl, states, self._now)
        alike = id(settings.common), id(states), ttl
        if alike not in self._known:
            self._known[alike] = desired_by(settings, ttl, states, self._now)
        return self._known[alike]


def _part(
    state: SourceState | bytes, octets: int, grace: float | None, now: float, changes: list[float]
) -> tuple[bytes, ...] | None:
    """Return the addresses of a family from one source; None if it is not known whether there are any."""
    if isinstance(state, bytes):
        return (state,) if len(state) == octets else None
    present = state.addresses(octets)
    if present or state.missing_since(octets) is None:
        return present
    gone_at = _gone_at(state, octets, grace)
    if gone_at is not None:
        if now >= gone_at:
            return ()
        changes.append(gone_at)
    return state.last(octets) or None


def _gone_at(state: SourceState, octets: int, grace: float | None) -> float | None:
    """Return when a family counts as gone if it stays missing; None: never."""
    missing_since = state.missing_since(octets)
    if grace is None or missing_since is None or state.reading is None or not state.knows_absence:
        return None
    return missing_since + grace
