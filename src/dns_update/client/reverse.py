"""`ptr=yes`: addresses of a name, and the PTR records of these addresses that point at the name, as one wish.

Each zone gets messages of its own, in an order in which a PTR record is never without its address:

1. the name gets its new addresses, beside the old ones;
2. in the reverse zones, new addresses get their PTR records, and those of addresses that will go are removed;
3. the addresses that should go are removed.

A step without a change is left out. If one fails, those before it are undone (`stages`).
"""

from __future__ import annotations

from dns_update import errors
from dns_update.client.locate import RdataByType, Target, choose_reader, locate
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.outcome import Outcome, outcome_at
from dns_update.client.readback import check_existing, shown, zone_ttl
from dns_update.client.requests import check_deletion
from dns_update.client.reverse_zones import ReverseSettings, ReverseZones
from dns_update.client.stages import RRsetChange, Stage, carry_out
from dns_update.client.transaction import Transaction
from dns_update.client.wildcards import own_records
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_to_text
from dns_update.transport import Endpoint
from dns_update.update import Update, zone_of
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRClass, RRType, rrtype_to_text
from dns_update.wire.inet import format_address
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from dns_update.update import Requirement

ADDRESS_TYPES = (RRType.A, RRType.AAAA)


class PairWish(Value):
    """What is wanted of the addresses of a name, and so of their PTR records.

    `data` has addresses by type: what the name should have (`set`), what it should have, too (`add`), or what should go
    (`delete`): without addresses of a type all of them, without a type the whole name. `ttl` is in seconds, None keeps
    what there is. `reverse` says how the reverse zones are reached, and `ptr_zone` which one it is.
    """

    verb: Literal["set", "add", "delete"]
    target: Target
    data: RdataByType
    ttl: int | None = None
    require: Requirement = "any"
    verify: bool = True
    dry_run: bool = False
    ptr_zone: Name | str | None = None
    reverse: ReverseSettings | None = None

    @property
    def types(self) -> tuple[int, ...]:
        """The types that are changed."""
        return tuple(self.data) or ADDRESS_TYPES

    def wanted(self, rrtype: int, before: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return the addresses that the name should have of a type, if it has those `before`."""
        given = self.data.get(rrtype, ())
        if self.verb == "set":
            return tuple(dict.fromkeys(given))
        if self.verb == "add":
            return tuple(dict.fromkeys((*before, *given)))
        return tuple([each for each in before if each not in given]) if given else ()


def check_pairs(wish: PairWish) -> None:
    """Raise UsageError for a wish that is not about addresses, or not possible."""
    others = [rrtype_to_text(rrtype) for rrtype in wish.data if rrtype not in ADDRESS_TYPES]
    if others:
        raise errors.UsageError(
            f"PTR records go with addresses, not with {' '.join(others)}",
            hint=errors.Hint("leave {ptr} out, or give {address}"),
        )
    if wish.target.rrclass != RRClass.IN:
        raise errors.UsageError("PTR records go with addresses of the class IN", hint=errors.Hint("leave {class} out"))
    if wish.verb == "delete":
        check_deletion(wish.require)
    if wish.ptr_zone is not None:
        zone_of(wish.ptr_zone)


async def with_pairs(transaction: Transaction, wish: PairWish) -> Outcome:
    """Change the addresses of a name, and the PTR records of these addresses; the outcome's `reverse` has these.

    Raises UsageError for a wish that is not about addresses, PartlyDone if a step failed and those before it could not
    be undone, and otherwise what `set`, `add` or `delete` raises, with a note that these are undone.
    """
    check_pairs(wish)
    located = await locate(transaction, wish.target)
    if not wish.data and located.owner == located.zone:
        raise errors.UsageError(
            f"this would remove every record at {located.zone} itself",
            hint=errors.Hint("say which: {type:A}, or {address}"),
        )
    await choose_reader(transaction, located)

    async def at(endpoint: Endpoint) -> tuple[ZoneView, tuple[RRsetChange, ...]]:
        view = ZoneView.beside(transaction, endpoint, located)
        if wish.require == "existing" and wish.verb == "delete":
            await check_existing(view, wish.data)
        return view, await _forward_changes(view, wish)

    view, changes = await transaction.at_first_server(at)
    pairs = _Pairs(view, wish, changes)
    await pairs.read()
    return await pairs.carry_out()


class _Pairs:
    """The changes of a name's addresses, and those of the PTR records, once everything was read."""

    def __init__(self, view: ZoneView, wish: PairWish, changes: tuple[RRsetChange, ...]) -> None:
        self._view = view
        self._wish = wish
        self._changes = changes
        zone = None if wish.ptr_zone is None else zone_of(wish.ptr_zone)
        self._zones = ReverseZones(view.transaction, zone, wish.reverse)
        self._reverse: list[tuple[ZoneView, RRsetChange]] = []
        self._everything: Records | None = None  # of a name that goes as a whole

    async def read(self) -> None:
        """Read the PTR records of all addresses that are wanted, or go; and all of a name that goes as a whole."""
        if self._removes_name:
            self._everything = await shown(self._view, (RRType.ANY,))
        for change in self._changes:
            given = () if self._wish.verb == "delete" else self._wish.data.get(change.rrtype, ())
            gone = [address for address in change.before if address not in change.after]
            for address in dict.fromkeys((*given, *gone)):
                try:
                    self._reverse.append(await self._read_one(address, change))
                except errors.DnsUpdateError as error:
                    if address in change.after or not _is_elsewhere(error):
                        error.part = address
                        raise
                    note = f"the PTR record of {format_address(address)} was not looked for: {error}"
                    self._view.transaction.notes.append(note)

    async def _read_one(self, address: bytes, change: RRsetChange) -> tuple[ZoneView, RRsetChange]:
        view = await self._zones.view_of(address)
        owner = view.target.owner
        found, unshown = await own_records(view, (RRType.PTR,))
        if unshown is not None:
            raise unshown
        records = [record for record in found if record.rrtype == RRType.PTR]
        before = tuple([record.rdata for record in records])
        others = tuple([value for value in before if not _is_same(value, self._pointer)])
        is_wanted = address in change.after
        if others:
            self._view.transaction.notes.append(_others_text(owner, address, others))
        ttl_before = records[0].ttl if records else 0
        kept = before if len(others) != len(before) else (*others, self._pointer)
        after = kept if is_wanted else others
        ttl = ttl_before if records else change.ttl
        return view, RRsetChange(owner, RRType.PTR, before, after, ttl_before, ttl)

    @property
    def _pointer(self) -> bytes:
        """The rdata of a PTR record that points at the name."""
        return self._view.target.owner.to_wire()

    async def carry_out(self) -> Outcome:
        """Send what is to be changed, in order; return the outcome."""
        if self._wish.dry_run:
            from dns_update.client.preview import previewed  # only if it is asked for

            await previewed(self._view, self._whole)
            return self._outcome(self._after(), self._planned())
        transaction = self._view.transaction
        target = self._view.target
        transaction.log(f"updating zone: {target.zone}: updating RR set for {target.owner.relative_to(target.zone)}")
        stages = self._stages()
        results = await carry_out(stages, verify=self._wish.verify)
        read: dict[Name, Records | None] = {}
        for stage, records in zip(stages, results, strict=True):
            for owner in dict.fromkeys(change.owner for change in stage.changes):
                own = None if records is None else tuple([each for each in records if each.name == owner])
                read[owner] = own
        return self._outcome(self._seen(read), read)

    def _stages(self) -> list[Stage]:
        """Return the messages in their order."""
        reverse = self._reverse_stages()
        if self._removes_name:
            last = [Stage(self._view, self._changes, removes_name=True)]
            return [*self._conditions(), *reverse, *last]
        if not reverse:  # then one message is enough
            return self._forward(self._changes) or self._conditions()
        first = self._forward(tuple([_grown(change) for change in self._changes]))
        last = self._forward(tuple([_shrunk(change) for change in self._changes]), is_first=False)
        return [*(first or self._conditions()), *reverse, *last]

    def _conditions(self) -> list[Stage]:
        """Return a message without changes that tests the conditions, if there are any and no other has them."""
        return [] if self._condition is None else [Stage(self._view, (), condition=self._condition)]

    def _forward(self, changes: Sequence[RRsetChange], *, is_first: bool = True) -> list[Stage]:
        needed = tuple([change for change in changes if change.is_change])
        condition = self._condition if is_first else None
        return [Stage(self._view, needed, condition=condition)] if needed else []

    @property
    def _condition(self) -> Update | None:
        return _required(self._view, self._wish.require)

    @property
    def _removes_name(self) -> bool:
        return self._wish.verb == "delete" and not self._wish.data

    @property
    def _whole(self) -> Update:
        """The update that would do all of it in the zone of the name, for a dry run."""
        update = self._condition or Update(self._view.target.zone, rrclass=self._view.target.rrclass)
        if self._removes_name:
            return update.delete_name(self._view.target.owner)
        for change in self._changes:
            update = change.on(update)
        return update

    def _reverse_stages(self) -> list[Stage]:
        by_zone: dict[Name, list[tuple[ZoneView, RRsetChange]]] = {}
        for view, change in self._reverse:
            if change.is_change:
                by_zone.setdefault(view.target.zone, []).append((view, change))
        return [Stage(parts[0][0], tuple([change for _view, change in parts])) for parts in by_zone.values()]

    # Results

    def _seen(self, read: dict[Name, Records | None]) -> Records | None:
        """Return the addresses that the name has now: those read back, and those that no stage was about."""
        owner = self._view.target.owner
        if owner not in read:
            return self._before() if self._wish.verify else None
        seen = read[owner]
        if seen is None:
            return None
        others = [each for each in self._after() if each.rrtype not in {record.rrtype for record in seen}]
        return (*seen, *others)

    def _before(self) -> Records:
        if self._everything is not None:
            return self._everything
        rrclass = self._view.target.rrclass
        return tuple([each for change in self._changes for each in change.records(rrclass, after=False)])

    def _after(self) -> Records:
        rrclass = self._view.target.rrclass
        return tuple([each for change in self._changes for each in change.records(rrclass, after=True)])

    def _planned(self) -> dict[Name, Records | None]:
        return {change.owner: change.records(RRClass.IN, after=True) for _view, change in self._reverse}

    def _outcome(self, after: Records | None, read: dict[Name, Records | None]) -> Outcome:
        dry_run = self._wish.dry_run
        reverse = []
        for view, change in self._reverse:
            before = change.records(RRClass.IN, after=False)
            seen = read.get(change.owner, before if self._wish.verify else None)
            reverse.append(outcome_at(view, Rcode.NOERROR, before, seen, dry_run=dry_run))
        outcome = outcome_at(self._view, Rcode.NOERROR, self._before(), after, dry_run=dry_run)
        return outcome.with_reverse(tuple(reverse))


async def _forward_changes(view: ZoneView, wish: PairWish) -> tuple[RRsetChange, ...]:
    """Return the RRset of each type before and after the whole change."""
    found, unshown = await own_records(view, wish.types)
    if unshown is not None:
        raise unshown
    missing_ttl: int | None = None
    changes: list[RRsetChange] = []
    for rrtype in wish.types:
        records = [record for record in found if record.rrtype == rrtype]
        before = tuple([record.rdata for record in records])
        after = wish.wanted(rrtype, before)
        ttl = records[0].ttl if records else 0
        if wish.ttl is not None and wish.verb != "delete":
            new_ttl = wish.ttl
        elif records or not after:
            new_ttl = ttl
        else:
            missing_ttl = await zone_ttl(view) if missing_ttl is None else missing_ttl
            new_ttl = missing_ttl
        changes.append(RRsetChange(view.target.owner, rrtype, before, after, ttl, new_ttl))
    return tuple(changes)


def _grown(change: RRsetChange) -> RRsetChange:
    """Return the part of a change that adds: the RRset has the old and the new rdata afterwards."""
    both = tuple(dict.fromkeys((*change.before, *change.after)))
    if both == change.before:  # only what goes; a TTL changes with it
        return change._replace(after=both, ttl=change.ttl_before) if set(both) != set(change.after) else change
    return change._replace(after=both)


def _shrunk(change: RRsetChange) -> RRsetChange:
    """Return the part of a change that removes, after `_grown`."""
    grown = _grown(change)
    return change._replace(before=grown.after, ttl_before=grown.ttl)


def _required(view: ZoneView, require: Requirement) -> Update | None:
    update = Update(view.target.zone, rrclass=view.target.rrclass)
    if require == "existing":
        return update.require_present(view.target.owner)
    return update.require_absent(view.target.owner) if require == "absent" else None


def _is_same(value: bytes, other: bytes) -> bool:
    return canonical_rdata(RRType.PTR, value) == canonical_rdata(RRType.PTR, other)


def _is_elsewhere(error: errors.DnsUpdateError) -> bool:
    """Return whether an error says that a reverse zone is not at the servers that are asked: then it is not ours."""
    return isinstance(error, errors.ZoneNotFound) or error.at_resolver


def _others_text(owner: Name, address: bytes, others: Iterable[bytes]) -> str:
    names = ", ".join([rdata_to_text(RRType.PTR, value) for value in others])
    return f"PTR {names} of {format_address(address)} ({owner}) is about another name, and is left as it is"
