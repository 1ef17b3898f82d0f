"""Changes of several zones in an order, one message each; what was done is undone if a later one fails.

Each message has prerequisites: that the RRsets are as they were read, and, when it is undone, as it left them. So
nobody else's change is lost, neither at first nor by the undoing.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.client.delivery import PREREQUISITE_FAILED, Delivery
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.readback import after_delete, after_set
from dns_update.rr.record import Record, rdata_to_text
from dns_update.update import Update
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import Rcode, rrtype_to_text
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ELSE = "another program changes it at the same time; try again"


class RRsetChange(Value):
    """An RRset before and after a change: its rdata and its TTL, in seconds; no rdata if there is no such RRset."""

    owner: Name
    rrtype: int
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]
    ttl_before: int
    ttl: int

    @property
    def is_change(self) -> bool:
        """Whether the RRset is different afterwards."""
        return set(self.before) != set(self.after) or bool(self.after and self.ttl != self.ttl_before)

    @property
    def reversed(self) -> RRsetChange:
        """The change that undoes this one."""
        return RRsetChange(self.owner, self.rrtype, self.after, self.before, self.ttl, self.ttl_before)

    def records(self, rrclass: int, *, after: bool) -> Records:
        """Return the RRset before or after the change."""
        values, ttl = (self.after, self.ttl) if after else (self.before, self.ttl_before)
        return tuple([Record(self.owner, self.rrtype, rrclass, ttl, value) for value in values])

    def on(self, update: Update) -> Update:
        """Return an update with this change."""
        if self.after:
            return update.replace(self.owner, self.ttl, self.rrtype, *self.after)
        return update.delete_rrset(self.owner, self.rrtype)

    def required(self, update: Update) -> Update:
        """Return an update that is only carried out if the RRset is as before the change."""
        if self.before:
            return update.require_rrset_equal(self.owner, self.rrtype, *self.before)
        return update.require_no_rrset(self.owner, self.rrtype)


class Stage(Value):
    """The changes in one zone that go in one message.

    `condition` has further prerequisites. If it `removes_name`, all records of the view's name go, and it cannot be
    undone.
    """

    view: ZoneView
    changes: tuple[RRsetChange, ...]
    _: KW_ONLY
    condition: Update | None = None
    removes_name: bool = False

    @property
    def update(self) -> Update:
        """The message."""
        update = self._empty if self.condition is None else self.condition
        for change in self.changes:
            update = change.required(update)
        if self.removes_name:
            return update.delete_name(self.view.target.owner)
        for change in self.changes:
            update = change.on(update)
        return update

    @property
    def reversed(self) -> Stage:
        """The stage that undoes this one."""
        return Stage(self.view, tuple([change.reversed for change in self.changes]))

    async def carry_out(self, *, verify: bool) -> Records | None:
        """Send it, and return the records read back, None if they were not; raises what a `set` of one name raises."""
        delivery = Delivery(transaction=self.view.transaction, verify=verify)
        try:
            _reply, after = await delivery.carry_out(self.view, self.update, self._read_back)
        except (errors.NameExists, errors.NameNotFound) as error:
            if self.condition is None:  # then it is a condition of ours
                error.hint = _ELSE
            raise
        self.view.transaction.done.extend(self._texts(after=True))
        return after

    async def undo(self) -> str:
        """Undo it, whether it was carried out or not; return why that failed, empty if it did not."""
        try:
            if self.removes_name:
                lost = f"all records of {self.view.target.owner} may be gone, and cannot be restored"
                return "" if await self._is_as_before() else lost
            return await self._undone() if self.changes else ""
        except (errors.KeyRejected, errors.ReplyNotTrusted) as error:
            return "" if await self._is_shown_as_before() else str(error)
        except errors.DnsUpdateError as error:
            return str(error)

    async def _undone(self) -> str:
        transaction, endpoint = self.view.transaction, self.view.update_endpoint
        message = self.reversed.update.to_message()
        reply = await transaction.ask(endpoint, message)
        if reply.message.rcode == Rcode.NOERROR or await self._is_as_before():
            return ""
        if reply.message.rcode not in PREREQUISITE_FAILED:
            return str(transaction.refusal(reply, endpoint, message))
        return f"another program has changed {self._owners} since"

    async def current(self) -> str:
        """Return in words what its RRsets are now, as far as the server shows them."""
        texts: list[str] = []
        for change in self.changes:
            what = f"{change.owner} {rrtype_to_text(change.rrtype)}"
            try:
                found = await self._view_of(change.owner).read(change.rrtype)
            except errors.DnsUpdateError as error:
                texts.append(f"{what} is not known ({error})")
                continue
            texts.append(_text_of(change, [each.rdata for each in found if each.rrtype == change.rrtype]))
        return "; ".join(texts)

    @property
    def _empty(self) -> Update:
        return Update(self.view.target.zone, rrclass=self.view.target.rrclass)

    @property
    def _owners(self) -> str:
        return ", ".join(dict.fromkeys(str(change.owner) for change in self.changes))

    def _view_of(self, owner: Name) -> ZoneView:
        return self.view._replace(target=self.view.target._replace(owner=owner))

    def _texts(self, *, after: bool) -> list[str]:
        return [_text_of(change, change.after if after else change.before) for change in self.changes]

    async def _is_as_before(self) -> bool:
        """Return whether the RRsets are as before the change; the server itself is asked, by prerequisites alone."""
        update = self._empty
        for change in self.changes:
            update = change.required(update)
        reply = await self.view.transaction.ask(self.view.update_endpoint, update.to_message())
        return reply.message.rcode == Rcode.NOERROR

    async def _is_shown_as_before(self) -> bool:
        """Return whether queries show the RRsets as before.

        A server that does not accept the key has made no change; but PowerDNS, and Knot from 3.4 on, do not sign that.
        """
        for change in self.changes:
            try:
                found = await self._view_of(change.owner).read(change.rrtype)
            except errors.DnsUpdateError:
                return False
            if {each.rdata for each in found if each.rrtype == change.rrtype} != set(change.before):
                return False
        return True

    async def _read_back(self) -> Records:
        if self.removes_name:
            return await after_delete(self.view, {})
        found: dict[Record, None] = {}
        for change in self.changes:
            view = self._view_of(change.owner)
            if change.after:
                records = await after_set(view, {change.rrtype: change.after}, {change.rrtype: change.ttl})
            else:
                records = await after_delete(view, {change.rrtype: ()})
            found |= dict.fromkeys(records)
        return tuple(found)


async def carry_out(stages: Sequence[Stage], *, verify: bool) -> list[Records | None]:
    """Carry out stages one after the other, and return what was read back after each.

    Without `verify`, the last one is not read back; each of the others must be right before the next one begins. If one
    fails, the ones before it are undone, and its error is raised, with a note. Raises PartlyDone if one could not be
    undone: then what was done before it stays, because that may be needed by it.
    """
    results: list[Records | None] = []
    for number, stage in enumerate(stages):
        is_last = number == len(stages) - 1
        try:
            results.append(await stage.carry_out(verify=verify or not is_last))
            if results[-1] is None and not is_last:
                raise _unread(stage)
        except errors.DnsUpdateError as error:
            error.part = stage
            error.notes = tuple(dict.fromkeys((*error.notes, *stage.view.transaction.notes)))
            if number:
                await _undo(stages[:number], stage, error)
            raise
    return results


async def _undo(done: Sequence[Stage], failed: Stage, error: errors.DnsUpdateError) -> None:
    """Undo what was done before a stage failed, and that stage if it may have been carried out; raises PartlyDone."""
    for stage in [*([failed] if _may_be_done(error) else []), *reversed(done)]:
        reason = await stage.undo()
        if reason:
            now = [await each.current() for each in (*done, failed)]
            raise errors.PartlyDone(
                f"{error}. It could not be undone: {reason}. Now: {'; '.join(dict.fromkeys(now))}",
                hint="remove the cause, and run the same again: it does what is missing",
                endpoint=error.endpoint,
            ) from error
    failed.view.transaction.done.clear()
    error.notes = (*error.notes, f"what was changed before in {_zones(done)} is undone")


def _unread(stage: Stage) -> errors.NoResponse:
    return errors.NoResponse(
        "the update was accepted, but its result could not be read",
        hint="something on the path may lose or alter messages",
        endpoint=stage.view.endpoint,
        may_have_arrived=True,
    )


def _may_be_done(error: errors.DnsUpdateError) -> bool:
    """Return whether the update may have been carried out although an error says otherwise."""
    if isinstance(error, errors.NoResponse):
        return error.may_have_arrived
    return not isinstance(error, errors.Refusal) or isinstance(error, (errors.NotApplied, errors.ServerFailure))


def _zones(stages: Sequence[Stage]) -> str:
    return " and ".join(dict.fromkeys(str(stage.view.target.zone) for stage in stages))


def _text_of(change: RRsetChange, values: Sequence[bytes]) -> str:
    rrtype = rrtype_to_text(change.rrtype)
    if not values:
        return f"{change.owner} has no {rrtype}"
    return f"{change.owner} has {rrtype} {', '.join([rdata_to_text(change.rrtype, value) for value in values])}"
