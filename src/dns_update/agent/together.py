"""Many names that change at once: their updates go together in large messages, as those of `apply` do.

This only sends. Each name then has an attempt of its own, which reads it, and reports what came of the update. So
whatever goes wrong here costs time and nothing else: a name that the server refuses, that got no answer, or that was
not sent has an attempt that makes it right by itself, or fails for a reason of its own.

A message is carried out as a whole or not at all (RFC 2136, section 3.7). If the server refuses it, its halves are
sent, and so on; a single name that is refused is left to its own attempt.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence

from dns_update.agent.clock import Clock
from dns_update.agent.contact import Contact
from dns_update.agent.desired import DesiredAt
from dns_update.agent.managed_name import Change, Doubt, ManagedName, Sent
from dns_update.agent.plans import Plans
from dns_update.agent.reconcile.backoff import RARELY
from dns_update.agent.reconcile.server_health import Outage
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.agent.scheduler import MANY
from dns_update.bulk import BulkOptions, Wish
from dns_update.bulk.batch import BatchOf, SizeLimit, Window
from dns_update.bulk.packing import PackedUpdate, Packer
from dns_update.client.locate import ensure_servers
from dns_update.client.plan import Desired
from dns_update.client.transaction import Transaction
from dns_update.errors import (
    DnsUpdateError,
    KeyRejected,
    NameNotInZone,
    NoResponse,
    PermissionDenied,
    ServerFailure,
    causes,
)
from dns_update.exchange import Reply
from dns_update.wire.codes import Rcode, RRClass, RRType
from dns_update.wire.name import Name

MOST_FAILURES = 16  # messages in a row, or single refused names before the first success: it is not due to some names
OPTIONS = BulkOptions(most_in_flight=8)  # fewer than of `apply`: here each message has a connection of its own

_TYPES = {RRType.A, RRType.AAAA}
_OF_SOME_NAMES = (PermissionDenied, NameNotInZone, KeyRejected, ServerFailure)
"""What a server may say because of one of the names: Knot says BADKEY of a name that the key may not change."""


class Together:
    """Says which names may be changed together, and sends their updates."""

    def __init__(
        self,
        plans: Plans,
        call_off: Callable[[ManagedName], None],
        cancelled: Callable[[Sent], None],
        recovered: Callable[[list[tuple[Hashable, Outage]], ManagedName], None],
        clock: Clock,
    ) -> None:
        """Send what `plans` has, and the updates that need no reading.

        Call `call_off` with each name before it has a new update, which may be later than one that is not reported.

        Each update that is cancelled is handed to `cancelled`, and the servers that recovered to `recovered`.
        """
        self._plans = plans
        self._call_off = call_off
        self._cancelled = cancelled
        self._recovered = recovered
        self._clock = clock
        self._useless: dict[Upstream, float] = {}  # until when its servers are not sent many names together

    def groups(self, names: Sequence[ManagedName]) -> list[list[ManagedName]]:
        """Return those of the names that may be changed together, those of each zone and upstream in one list.

        These are all that have a plan, and the others if they are many; a few are not to wait for anything.
        """
        planned, unread = _Groups(), _Groups()
        for managed in names:
            if managed in self._plans:
                planned.add(managed)
            elif len(names) < MANY:
                self._plans.leave_out((managed,))
            elif _can_join(managed):
                unread.add(managed)
        groups = [*planned.values(), *(group for group in unread.values() if len(group) >= MANY)]
        now = self._clock.monotonic()
        for group in groups:
            if self._useless.get(group[0].upstream, now) > now:
                self._plans.leave_out(group)
        return [group for group in groups if self._useless.get(group[0].upstream, now) <= now]

    def hope_again(self, upstream: Upstream) -> None:
        """Have many names sent together to these servers again: one of them has recovered."""
        self._useless.pop(upstream, None)

    async def attempt(self, names: Sequence[ManagedName]) -> None:
        """Send the updates of such a group, as far as that helps."""
        for managed in names:
            self._call_off(managed)
        sending = _Sending(names, self._plans, self._recovered, self._clock)
        try:
            await sending.run()
        finally:
            for sent in sending.cancel():
                self._cancelled(sent)
        self._plans.leave_out([managed for managed in names if managed.doubt is None or managed.doubt.sent is None])
        if sending.is_useless:
            self._useless[names[0].upstream] = self._clock.monotonic() + RARELY


class _Groups(dict[tuple[Upstream, Name | None], list[ManagedName]]):
    """Names by the servers that they are sent to, and by their zone."""

    def add(self, managed: ManagedName) -> None:
        self.setdefault((managed.upstream, managed.settings.zone), []).append(managed)


def _can_join(managed: ManagedName) -> bool:
    """Return whether a name's update needs no reading before it.

    That is so if the name was right before, so that nothing is in the way of its records, and only the addresses of its
    sources have changed. The current TTL, or a claim of another owner, would have to be read.
    """
    desired = managed.desired
    return (
        desired is not None
        and desired.ttl is not None
        and not desired.owner
        and not desired.only_adds
        and managed.done is not None
        and managed.settings.zone is not None
        and (managed.error is None or isinstance(managed.error, NoResponse))
        and managed.is_urgent
        and _TYPES.issuperset(desired.types)
    )


class _Update(Contact):
    """One message with the changes of many names."""

    def __init__(self, batch: BatchOf[Change], order: tuple[Hashable, ...], began: float, started: float) -> None:
        """Prepare to send to the servers in this order; the changes were wanted since `started`."""
        super().__init__(batch.wishes[0][0], order, began, is_urgent=True)
        self.batch = batch
        self._started = started

    async def run(self, zone: Name, message: PackedUpdate) -> Reply:
        """Send it to the first server that takes it; raises DnsUpdateError."""

        async def request(transaction: Transaction) -> Reply:
            await ensure_servers(transaction, zone, RRClass.IN)
            return await transaction.at_first_server(lambda endpoint: transaction.ask_for(endpoint, message))

        return await self.ask(request)

    def succeeded(self, now: float) -> list[tuple[Hashable, Outage]]:
        """Record that a server carried it out; return the servers that recovered, with their outages."""
        self._keep_doubt(now)
        return self._note([self.update_sent_to], now)

    def failed(self, error: DnsUpdateError, now: float) -> list[tuple[Hashable, Outage]]:
        """Record why it was not carried out, as far as is known; return the same as `succeeded`."""
        if self.is_update_astray:
            self._keep_doubt(now)
        failures = (error, *error.failures)
        return self._note([one.endpoint for one in failures if not isinstance(one, NoResponse)], now)

    def cancelled(self, now: float) -> Sent | None:
        """Record that it was cancelled; return it if it was sent."""
        self._note([], now)
        return self._keep_doubt(now, is_reported=True) if self.update_sent_to is not None else None

    def _note(self, answered: Sequence[object], now: float) -> list[tuple[Hashable, Outage]]:
        """Record which servers answered; a silent one may answer smaller messages, as only attempts can show."""
        return self.record(answered, (), now) if self.managed.upstream.health.has_outages else []

    def _keep_doubt(self, now: float, *, is_reported: bool = False) -> Sent | None:
        """Have each name read by its own attempt."""
        server = self.update_sent_to
        if server is None:
            return None
        sent = Sent(self.batch.wishes, server, self._started)
        unreported = None if is_reported else sent
        recheck_at = now + self.managed.upstream.patience if self.is_update_astray else None
        alike = Doubt(is_outcome_unknown=True, recheck_at=recheck_at, sent=unreported)
        for managed, _desired in self.batch.wishes:
            if recheck_at is None and managed.recheck_at is not None:
                managed.doubt = Doubt(is_outcome_unknown=True, recheck_at=managed.recheck_at, sent=unreported)
            else:
                managed.doubt = alike
        return sent


class _Sending:
    """Sends the changes of one group, several messages at a time."""

    def __init__(
        self,
        names: Iterable[ManagedName],
        plans: Plans,
        recovered: Callable[[list[tuple[Hashable, Outage]], ManagedName], None],
        clock: Clock,
    ) -> None:
        self.is_useless = False  # no answer came to the first messages
        self._names = deque(names)
        self._plans = plans
        self._recovered = recovered
        self._clock = clock
        self._started = clock.monotonic()
        self._upstream = self._names[0].upstream
        self._zone = self._names[0].settings.zone or Name(())
        self._packer = Packer(self._zone, RRClass.IN)
        self._limit = SizeLimit(OPTIONS.message_octets)
        self._window = Window(OPTIONS.most_in_flight)
        self._next: tuple[Change, bytes, int] | None = None  # a name that the last message had no room for
        self._halves: deque[BatchOf[Change]] = deque()
        self._flying: dict[asyncio.Task[Reply], _Update] = {}
        self._is_over = False
        self._has_succeeded = False
        self._failures = 0  # of the server, in a row
        self._refused_alone = 0

    async def run(self) -> None:
        """Send all of them, unless that turns out not to help."""
        try:
            while self._send() or self._flying:
                done, _others = await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    self._judge(self._flying.pop(task), task)
        finally:
            for task in self._flying:
                task.cancel()

    def cancel(self) -> list[Sent]:
        """Record that the messages in flight were cancelled; return those that were sent."""
        now = self._clock.monotonic()
        updates = [update.cancelled(now) for update in self._flying.values()]
        return [sent for sent in updates if sent is not None]

    def _send(self) -> bool:
        """Send as many messages as the window allows; return whether any was sent."""
        sent = False
        while not self._is_over and len(self._flying) < self._window.size:
            batch = self._halves.popleft() if self._halves else self._filled()
            if not batch.wishes:
                break
            now = self._clock.monotonic()
            servers = self._upstream.servers_for(self._zone)
            order = self._upstream.health.order(servers, now, is_urgent=True)
            if servers and not order:
                self._is_over = True
                break
            update = _Update(batch, order, now, self._started)
            work = update.run(self._zone, batch.message(self._packer))
            self._flying[asyncio.get_running_loop().create_task(work)] = update
            sent = True
        return sent

    def _filled(self) -> BatchOf[Change]:
        """Return a message with the next names."""
        batch = BatchOf[Change]()
        room = self._packer.room(self._limit.octets)
        while (packed := self._next or self._packed()) is not None:
            change, octets, count = self._next = packed
            if batch.wishes and batch.octets + len(octets) > room:
                break
            batch.add(change, octets, count)
            self._next = None
        return batch

    def _packed(self) -> tuple[Change, bytes, int] | None:
        """Return the next name with its records; None if there is none."""
        now = self._clock.monotonic()
        while self._names:
            managed = self._names.popleft()
            if managed.is_out_of_date:
                managed.refresh(DesiredAt(now))
            desired, changes = managed.desired, self._plans.take(managed)
            if desired is not None and changes is not None:
                return (managed, desired), *self._packer.packed_changes(changes)
            if desired is not None and desired.ttl is not None and _can_join(managed):
                return (managed, desired), *self._changed(managed, desired, desired.ttl)
        return None

    def _changed(self, managed: ManagedName, desired: Desired, ttl: int) -> tuple[bytes, int]:
        """Return the records that give a name the RRsets that it did not have before."""
        before = {} if managed.done is None or managed.done.ttl != ttl else managed.done.data
        owner, parts, count = managed.settings.name.to_wire(), [], 0
        for rrtype, values in desired.rrsets:
            if before.get(rrtype) != values:
                octets, records = self._packer.packed(Wish(owner, self._zone, rrtype, ttl, values), ttl)
                parts.append(octets)
                count += records
        return b"".join(parts), count

    def _judge(self, update: _Update, task: asyncio.Task[Reply]) -> None:
        now, error = self._clock.monotonic(), task.exception()
        if error is None:
            self._window.answered()
            self._has_succeeded = True
            self._failures = 0
            recovered = update.succeeded(now)
        elif isinstance(error, DnsUpdateError):
            recovered = update.failed(error, now)
            self._failed(update.batch, error)
        else:
            raise error
        self._recovered(recovered, update.managed)

    def _failed(self, batch: BatchOf[Change], error: DnsUpdateError) -> None:
        """Send the halves of a message that may have failed because of some of its names, or of its size."""
        if isinstance(error, ServerFailure):
            self._failures += 1
            self._window.failed()
            if error.rcode == Rcode.FORMERR:
                self._limit.too_large(batch.octets)
        else:
            self._window.answered()
        self._refused_alone += len(batch.wishes) == 1
        is_in_vain = not self._has_succeeded and self._refused_alone >= MOST_FAILURES
        if not isinstance(error, _OF_SOME_NAMES) or self._failures >= MOST_FAILURES or is_in_vain:
            self._is_over = True
            self.is_useless |= error.cause == causes.TIMED_OUT and not self._has_succeeded
        elif len(batch.wishes) > 1:
            self._halves.extendleft(reversed(batch.halves()))
