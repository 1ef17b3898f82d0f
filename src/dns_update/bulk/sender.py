"""Sends the wishes of one zone, in batches of which several are in flight; each wish gets an outcome of its own.

A message is carried out as a whole or not at all (RFC 2136, section 3.7). If the server refuses it, its halves are
sent, and so on, until only single names are refused: k of them among n cost at most about 2 k log2(n) further messages.

A message without an answer is sent again: to make an RRset have certain records twice is the same as once. Before that,
a server is looked for that answers, for as long as a restart may take. SERVFAIL may be due to another message (Knot
carries out together what arrives together), so it counts only if nothing else was in flight.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from dns_update import errors
from dns_update.bulk import (
    FAILED,
    MAX_MESSAGE_OCTETS,
    NOT_TRIED,
    REFUSED,
    UNCHANGED,
    UPDATED,
    BulkOptions,
    BulkOutcome,
    Wish,
)
from dns_update.bulk.access import Begun, BulkAccess, Carrier
from dns_update.bulk.batch import Batch, SizeLimit, Window
from dns_update.bulk.packing import PackedUpdate, Packer
from dns_update.bulk.picture import Found, has_ttl, is_as_desired
from dns_update.bulk.proof import MOST_WISHES, Proof, ns_changes
from dns_update.bulk.reading import Reader, question
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.wire.codes import Rcode, RRType

if TYPE_CHECKING:
    from dns_update.bulk import BulkState

RESTART_SECONDS = 30.0  # that a server may be away after it has answered once: BIND loads large zones in them
FIRST_PAUSE = 0.05  # seconds before a silent server is looked for again; each further pause is twice as long
LONGEST_PAUSE = 1.0
MOST_TRIES = 4  # of a message that ends its connection each time, before its size or its names are suspected
MOST_FAILURES = 16  # names that fail alone with SERVFAIL, one after the other, before the zone is given up
REFUSED_TRIES = 5  # of one name with a key for SIG(0), after the first: the server may be verifying another message
SERVFAIL_TRIES = 3  # of the same message alone
LOOKED_AT_FIRST = 1_000  # names whose records are read together before they are sent; then twice as many, and so on

_OF_CONDITIONS = (Rcode.YXDOMAIN, Rcode.YXRRSET, Rcode.NXDOMAIN, Rcode.NXRRSET)  # RFC 2136, section 3.2
_OF_THE_ZONE = (Rcode.NOTAUTH, Rcode.NOTIMP)  # what a server says that would say it to every name


F = TypeVar("F")
Read = Callable[[Reader, list[Wish]], Iterable[tuple[Wish, F | errors.DnsUpdateError]]]


class Sender:
    """Carries out the wishes of one zone; `offer` and `finish` return the outcomes that are known by then."""

    def __init__(self, access: BulkAccess, options: BulkOptions, is_stopped: Callable[[], bool] = bool) -> None:
        """Prepare; nothing is sent yet. Once `is_stopped` returns True, no silent server is waited for."""
        self._is_stopped = is_stopped
        self.begun: Begun | None = None
        self.messages = 0  # that were sent with updates
        self._access = access
        self._options = options
        self._packer = Packer(access.zone, access.rrclass)
        self._limit = SizeLimit(options.message_octets)
        self._window = Window(options.most_in_flight)
        self._proof = Proof(access) if options.verify else None
        self._carrier: Carrier | None = None
        self._reader: Reader | None = None
        self._error: errors.DnsUpdateError | None = None  # why nothing more is sent
        self._look_at = LOOKED_AT_FIRST
        self._unseen: list[Wish] = []  # to be looked at before they are sent
        self._filling = self._new_batch()
        self._queue: deque[Batch] = deque()
        self._flying: deque[tuple[Batch, PackedUpdate, object, bool]] = deque()
        self._outcomes: list[BulkOutcome] = []
        self._has_carried_out = False
        self._failures = 0  # single names that failed with SERVFAIL, in a row

    @property
    def error(self) -> errors.DnsUpdateError | None:
        """Why nothing more is sent to this zone; None if nothing is wrong with the zone as a whole."""
        return self._error

    def offer(self, wish: Wish) -> list[BulkOutcome]:
        """Take a wish, and send what fills a message."""
        if self._error is not None:
            self._settle((wish,), NOT_TRIED, self._error)
        elif wish.deletes and wish.rrtype == RRType.ANY and self._is_apex(wish):
            self._settle((wish,), NOT_TRIED, errors.UsageError(f"this would remove every record at {wish.name} itself"))
        elif self._options.skip_equal or self._must_look(wish):
            self._unseen.append(wish)
            if len(self._unseen) >= self._look_at:
                self._look()
        else:
            self._fill(wish, wish.ttl or 0)
        return self._taken()

    def finish(self) -> list[BulkOutcome]:
        """Send what is left, wait for all answers, and read back what was not read back yet."""
        self._look()
        self._flush()
        while self._flying or self._queue:
            self._pump()
            if self._flying:
                self._settle_first()
        self._prove()
        return self._taken()

    def stop(self) -> list[BulkOutcome]:
        """Send nothing more, but wait for what is in flight, and read it back."""
        for batch in (self._filling, *self._queue):
            self._settle(batch.wishes, NOT_TRIED, None)
        self._settle(self._unseen, NOT_TRIED, None)
        self._filling, self._unseen = self._new_batch(), []
        self._queue.clear()
        while self._flying:
            self._settle_first(is_last=True)
        for batch in self._queue:
            self._settle(batch.wishes, NOT_TRIED, None)
        self._queue.clear()
        self._prove()
        return self._taken()

    def close(self) -> None:
        """Close the sockets."""
        if self._carrier is not None:
            self._carrier.close()
            self._carrier = None

    # Before sending

    def _must_look(self, wish: Wish) -> bool:
        return not wish.deletes and (wish.ttl is None or self._replaces_apex_ns(wish))

    def _replaces_apex_ns(self, wish: Wish) -> bool:
        return wish.rrtype == RRType.NS and not (wish.adds or wish.deletes) and self._is_apex(wish)

    def _is_apex(self, wish: Wish) -> bool:
        return wish.owner.lower() == self._access.zone.to_canonical_wire()

    def _look(self) -> None:
        """Read what the server has of the waiting wishes; send those that are not as desired."""
        unseen, self._unseen = self._unseen, []
        self._look_at = min(2 * self._look_at, MOST_WISHES)
        if not unseen or not self._is_open():
            self._settle(unseen, NOT_TRIED, self._error)
            return
        for wish, found in self._read(unseen, Reader.read):
            if isinstance(found, errors.DnsUpdateError):
                self._settle((wish,), FAILED, found)
            elif self._options.skip_equal and is_as_desired(wish, found) and has_ttl(wish, found):
                self._settle((wish,), UNCHANGED, None)
            else:
                self._send_seen(wish, found)

    def _send_seen(self, wish: Wish, found: Found) -> None:
        ttl = wish.ttl if wish.ttl is not None else found.ttl if found.values else self._opened.ttl
        if self._replaces_apex_ns(wish):
            self._add(wish, *ns_changes(self._packer, wish, found, ttl), self._packer.condition(wish))
        else:
            self._fill(wish, ttl)

    def _read(self, wishes: list[Wish], by: Read[F]) -> Iterable[tuple[Wish, F | errors.DnsUpdateError]]:
        """Return what the server has; if it falls silent, ask again once one answers."""
        while True:
            try:
                self._reader = self._reader or Reader(self._access, self._opened)
                return by(self._reader, wishes)
            except errors.NoResponse as error:
                self._queue.extendleft(reversed(self._drained()))
                if not self._reopened():
                    return [(wish, self._error or error) for wish in wishes]

    # Filling messages and sending them

    def _fill(self, wish: Wish, ttl: int) -> None:
        self._add(wish, *self._packer.packed(wish, ttl), self._packer.condition(wish))

    def _add(self, wish: Wish, octets: bytes, count: int, condition: bytes = b"") -> None:
        room, own = self._packer.room(self._limit.octets), len(octets) + len(condition)
        if own > room and own > self._packer.room(MAX_MESSAGE_OCTETS):
            self._settle((wish,), FAILED, errors.UsageError(f"{wish.name} has more data than a message has room for"))
            return
        filling = self._filling
        if filling.octets + own > room and filling.wishes:
            self._flush()
            filling = self._filling
        filling.add(wish, octets, count, condition)

    def _new_batch(self) -> Batch:
        return Batch(may_be_done=self._options.may_be_done)

    def _flush(self) -> None:
        if self._filling.wishes:
            self._queue.append(self._filling)
            self._filling = self._new_batch()
        self._pump()

    def _pump(self) -> None:
        """Send the batches that wait, as far as the window allows; wait for answers where it does not."""
        while self._queue:
            if self._proof is not None and self._proof.is_due:
                while self._flying:  # what they change must not be read now, and asked for again at the next time
                    self._settle_first()
                self._prove()
                continue
            batch = self._queue[0]
            most = (
                1
                if self._goes_alone or batch.is_alone or (self._flying and self._flying[0][0].is_alone)
                else self._window.size
            )
            if len(self._flying) >= most:
                self._settle_first()
                continue
            if not self._is_open():
                self._give_up()
                return
            self._queue.popleft()
            self._launch(batch)

    @property
    def _goes_alone(self) -> bool:
        """Whether one message is in flight at a time: BIND verifies one by SIG(0), and refuses others."""
        key = None if self.begun is None else self.begun.key
        return key is not None and not key.is_shared

    def _launch(self, batch: Batch) -> None:
        message = batch.message(self._packer)
        if self._goes_alone:
            message = message.compressed  # Hickory DNS verifies SIG(0) over its own encoding of what it has read
        batch.tries += 1
        self.messages += 1
        joined = bool(self._flying)
        flight = self._carried.start(question(message, self._opened))
        self._flying.append((batch, message, flight, joined))

    def _is_open(self) -> bool:
        """Find a server, if there is none yet; return whether there is one."""
        if self._error is None and self.begun is None:
            try:
                self.begun = self._access.begin()
            except errors.DnsUpdateError as error:
                self._error = error
        return self._error is None

    @property
    def _opened(self) -> Begun:
        if self.begun is None:
            raise AssertionError("no server was looked for")
        return self.begun

    @property
    def _carried(self) -> Carrier:
        if self._carrier is None:
            self._carrier = self._access.carrier(self._opened.endpoint)
        return self._carrier

    # Answers

    def _settle_first(self, *, is_last: bool = False) -> None:
        """Wait for the answer to the earliest message, and judge it; `is_last`: nothing is sent again."""
        batch, message, flight, joined = self._flying.popleft()
        try:
            reply = self._carried.wait(flight)
        except errors.NoResponse as error:
            self._unanswered(batch, error, may_repeat=not is_last)
            return
        in_company = joined or bool(self._flying)
        if isinstance(reply, Reply) and not (reply.tsig and reply.tsig.error):
            self._judge(batch, reply, message, in_company=in_company)
        else:
            self._distrusted(batch, reply, message)

    def _judge(self, batch: Batch, reply: Reply, message: PackedUpdate, *, in_company: bool) -> None:
        rcode = reply.message.rcode
        if rcode == Rcode.NOERROR:
            self._window.answered()
            self._carried_out(batch)
        elif rcode == Rcode.SERVFAIL:
            self._window.failed()
            self._failed(batch, self._access.error_of(reply, message, self._opened), in_company=in_company)
        elif rcode in _OF_THE_ZONE:
            self._fail_zone(batch, REFUSED, self._access.error_of(reply, message, self._opened))
        else:
            self._window.answered()
            if rcode == Rcode.FORMERR:
                self._suspect_size(batch)
            if rcode == Rcode.REFUSED and self._takes_older_key():
                self._queue.appendleft(batch)
                return
            if rcode == Rcode.REFUSED and self._goes_alone and self._may_be_busy(batch):
                self._queue.appendleft(batch)
                return
            if rcode in _OF_CONDITIONS and batch.may_be_done:
                self._ask(batch)
                return
            error = self._error_of(reply, message) if len(batch.wishes) == 1 else None
            self._guilty(batch, REFUSED, error)

    def _error_of(self, reply: Reply, message: PackedUpdate) -> errors.DnsUpdateError:
        """Return the error that an answer about one name means."""
        return self._access.error_of(reply, Message.decode(message.encode()), self._opened)

    def _ask(self, batch: Batch) -> None:
        """Ask which wishes of a batch were carried out before their conditions were not so any more; send the rest."""
        done = {
            wish
            for wish, found in self._read(batch.wishes, Reader.read)
            if isinstance(found, Found) and is_as_desired(wish, found, self._access.rrclass)
        }
        self._settle(done, UPDATED, None)
        left = batch.without(done)
        if left.wishes:
            self._queue.appendleft(left)

    def _takes_older_key(self) -> bool:
        """Use the key's predecessor if no update was carried out yet: the server may not let the newer one do it."""
        key = self._opened.key
        if key is None or key.predecessor is None or self._has_carried_out:
            return False
        self.begun = self._opened._replace(key=key.predecessor)
        return True

    def _may_be_busy(self, batch: Batch) -> bool:
        """Wait a little before a refused batch is sent again, and return True; False if it was refused often enough.

        A server that verifies another message by SIG(0) refuses, too. The halves of a batch have further tries.
        """
        tries = REFUSED_TRIES if len(batch.wishes) == 1 else 1
        if batch.refusals >= tries:
            return False
        batch.refusals += 1
        self._access.pause(random.uniform(0, FIRST_PAUSE * 2**batch.refusals))  # noqa: S311 - it is no secret
        return True

    def _carried_out(self, batch: Batch) -> None:
        self._has_carried_out = True
        self._failures = 0
        if self._proof is None:
            self._settle(batch.wishes, UPDATED, None)
        else:
            self._proof.add(batch.wishes)

    def _distrusted(self, batch: Batch, reply: Reply | UnverifiedReply, message: PackedUpdate) -> None:
        """Judge an answer with a TSIG error, or without a valid signature.

        If the server has signed with this key before, it means that a name may not be changed with it: so say Knot by
        BADKEY, PowerDNS by an unsigned REFUSED.
        """
        error = self._access.error_of(reply, message, self._opened)
        key = self._opened.key
        if key is not None and key.algorithm.is_gss and isinstance(error, errors.KeyRejected):
            self._unanswered(batch, error, may_repeat=True)  # the server has dropped the context: negotiate anew
            return
        if self._is_in_doubt(error):
            self._carried_out(batch)
            return
        is_echo = isinstance(error, errors.Refusal) and not error.is_proven  # about names, as a signed one is
        is_about_key = isinstance(error, errors.ClocksDiffer) or not (self._opened.key_is_known or is_echo)
        if is_about_key:
            self._fail_zone(batch, REFUSED, error)
        else:
            self._window.answered()
            self._guilty(batch, REFUSED, error)

    def _is_in_doubt(self, error: errors.DnsUpdateError) -> bool:
        """Return whether reading back will show if an update was carried out: only its answer's signature is wrong."""
        return (
            self._proof is not None
            and isinstance(error, errors.ReplyNotTrusted)
            and error.cause == errors.causes.WRONG_SIGNATURE  # with GSS-TSIG only
            and error.claimed_rcode == Rcode.NOERROR
        )

    def _guilty(self, batch: Batch, state: BulkState, error: errors.DnsUpdateError | None) -> None:
        """Send the halves of a batch that was refused; a single name gets its outcome."""
        if len(batch.wishes) == 1:
            self._settle(batch.wishes, state, error)
            return
        first, second = batch.halves()
        self._queue.extendleft((second, first))

    def _suspect_size(self, batch: Batch) -> None:
        if len(batch.wishes) == 1:
            self._limit.not_the_size()
        else:
            self._limit.too_large(batch.octets)

    def _failed(self, batch: Batch, error: errors.DnsUpdateError, *, in_company: bool) -> None:
        """Judge a SERVFAIL: send the batch alone, then again, then its halves."""
        if in_company:
            batch.is_alone, batch.tries = True, 0
        elif batch.tries < SERVFAIL_TRIES and not self._failures:
            self._access.pause(FIRST_PAUSE * 2**batch.tries)
        elif len(batch.wishes) > 1:
            self._guilty(batch, FAILED, error)
            return
        else:
            self._failures += 1
            self._settle(batch.wishes, FAILED, error)
            if self._failures >= MOST_FAILURES:
                self._error = error
            return
        self._queue.appendleft(batch)

    # Silence

    def _unanswered(self, batch: Batch, error: errors.DnsUpdateError, *, may_repeat: bool) -> None:
        """Send a batch again that got no answer, once a server answers."""
        batch.may_be_done = True
        self._window.failed()
        others = self._drained()
        if not may_repeat or not self._reopened():
            for lost in (batch, *others):
                self._settle(lost.wishes, FAILED, error)
            return
        self._queue.extendleft(reversed(others))
        if batch.tries < MOST_TRIES:
            batch.is_alone = batch.tries > 1
            self._queue.appendleft(batch)
        elif len(batch.wishes) > 1:
            self._suspect_size(batch)
            self._guilty(batch, FAILED, error)
        else:
            self._settle(batch.wishes, FAILED, error)

    def _drained(self) -> list[Batch]:
        """Wait for all that is in flight; return the batches that got no answer, or one to be asked for again."""
        carrier, flying = self._carried, self._flying
        self._flying = deque()
        lost: list[Batch] = []
        answered: list[tuple[Batch, Reply, PackedUpdate]] = []
        for batch, message, flight, _joined in flying:
            try:
                reply: Reply | UnverifiedReply | None = carrier.wait(flight)
            except errors.NoResponse:
                reply = None
            if isinstance(reply, Reply) and reply.message.rcode == Rcode.NOERROR:
                answered.append((batch, reply, message))
            else:
                batch.tries -= 1  # it was not alone
                batch.may_be_done = True
                lost.append(batch)
        for batch, reply, message in answered:
            self._judge(batch, reply, message, in_company=True)
        return lost

    def _reopened(self) -> bool:
        """Look for a server that answers, for some time; return whether there is one."""
        self.close()
        self._reader = None
        pause = FIRST_PAUSE
        until = self._access.clock() + (RESTART_SECONDS if self._has_carried_out else self._opened.policy.patience)
        while True:
            try:
                self.begun = self._access.begin()
            except errors.DnsUpdateError as error:
                may_pass = isinstance(error, (errors.CommunicationError, errors.ServerFailure, errors.ZoneNotFound))
                if not may_pass or self._is_stopped() or self._access.clock() >= until:
                    self._error = error
                    return False
                self._access.pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return True

    # Outcomes

    def _prove(self) -> None:
        """Read back what was carried out."""
        if self._proof is None or not self._proof.wishes:
            return
        updated = []
        for wish, error in self._proof.proven(
            lambda wishes: self._read(wishes, Reader.read_back),
            lambda wishes: self._read(wishes, Reader.read),
            self._opened.patience,
        ):
            if error is None:
                updated.append(wish)
            else:
                self._settle((wish,), FAILED if isinstance(error, errors.CommunicationError) else REFUSED, error)
        self._settle(updated, UPDATED, None)

    def _fail_zone(self, batch: Batch, state: BulkState, error: errors.DnsUpdateError) -> None:
        """Record that the server says no to the zone as a whole, not to a name."""
        self._error = self._error or error
        self._settle(batch.wishes, state, error)

    def _give_up(self) -> None:
        """Give the wishes that wait their outcome, after the zone has failed."""
        for batch in self._queue:
            self._settle(batch.wishes, FAILED if batch.tries else NOT_TRIED, self._error)
        self._queue.clear()

    def _settle(self, wishes: Iterable[Wish], state: BulkState, error: errors.DnsUpdateError | None) -> None:
        zone, server = self._access.zone, None if self.begun is None else self.begun.endpoint
        self._outcomes += [BulkOutcome(wish, state, error, zone, server) for wish in wishes]

    def _taken(self) -> list[BulkOutcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes
