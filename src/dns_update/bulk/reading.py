"""What a server has of many names: by questions, or by a transfer of the zone where that is cheaper."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

from dns_update import errors
from dns_update.bulk import Wish, name_of
from dns_update.bulk.access import Begun, BulkAccess, Carrier
from dns_update.bulk.picture import Found, Picture, canonical
from dns_update.exchange import TCP, UDP, Exchange, Reply
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.wire.codes import KEPT_BY_SERVER, Opcode, Rcode, RRType

QUESTIONS_IN_FLIGHT = 64  # on one TCP connection; a server reads them as fast as it answers
TRANSFER_GAIN = 8  # records of a transfer that cost as much as one question
LEAST_FOR_TRANSFER = 32  # names: fewer are asked for one by one, however small the zone may be


class Reader:
    """Reads what one server has in one zone."""

    def __init__(self, access: BulkAccess, begun: Begun) -> None:
        """Prepare to read from the server that `begun` names."""
        self._access = access
        self._begun = begun
        self._serial = begun.serial  # of the version after which changes were not read yet
        self._may_transfer = True
        self._knows_changes = True
        self._least = 0  # records that the zone has at least, as far as a transfer has shown it

    def read(self, wishes: list[Wish]) -> Iterable[tuple[Wish, Found | errors.DnsUpdateError]]:
        """Return each wish with what the server has of it, or why that is not known; raises CommunicationError."""
        if self._may_transfer and len(wishes) * TRANSFER_GAIN > max(self._least, LEAST_FOR_TRANSFER * TRANSFER_GAIN):
            picture = self._transferred(wishes, None)
            if picture is not None:
                return map(picture.found_of, wishes)
        return list(self._by_questions(wishes))

    def read_back(self, wishes: list[Wish]) -> Iterable[tuple[Wish, Found | errors.DnsUpdateError | None]]:
        """Do as `read` for what the server has carried out since the last time; None: it is as desired.

        The changes of the zone since then show most of it, however large the zone is.
        """
        may_transfer = self._may_transfer and self._knows_changes and len(wishes) >= LEAST_FOR_TRANSFER
        picture = self._transferred(wishes, self._serial) if may_transfer else None
        if picture is None:
            return self.read(wishes)
        self._serial = picture.serial
        shown: list[tuple[Wish, None]] = []
        rest: list[Wish] = []
        for wish in wishes:
            if picture.shows(wish):
                shown.append((wish, None))
            else:
                rest.append(wish)
        return chain(shown, map(picture.found_of, rest) if picture.is_whole else self.read(rest) if rest else ())

    def _transferred(self, wishes: list[Wish], since: int | None) -> Picture | None:
        """Return what a transfer shows; None if there is none, or it would cost more than questions."""
        picture = Picture(wishes, self._access.rrclass, since)
        most = len(wishes) * TRANSFER_GAIN
        records = self._access.transferred(since)
        try:
            for number, record in enumerate(records):
                if number == most:
                    if picture.is_whole:
                        self._least, self._knows_changes = most, since is None and self._knows_changes
                    return None
                picture.take(record)
        except errors.DnsUpdateError:
            self._may_transfer = False  # the server does not allow it, or not to the end: questions tell as much
            return None
        finally:
            close = getattr(records, "close", None)
            if close is not None:
                close()
        return picture

    def _by_questions(self, wishes: list[Wish]) -> Iterator[tuple[Wish, Found | errors.DnsUpdateError]]:
        carrier = self._access.carrier(self._begun.query_endpoint)
        try:
            yield from self._asked(carrier, wishes)
        finally:
            carrier.close()

    def _asked(self, carrier: Carrier, wishes: list[Wish]) -> Iterator[tuple[Wish, Found | errors.DnsUpdateError]]:
        flying: deque[tuple[Wish, Message, object]] = deque()
        for wish in wishes:
            if len(flying) >= QUESTIONS_IN_FLIGHT:
                yield self._answer(carrier, *flying.popleft())
            query = Message.query(name_of(wish.owner), wish.rrtype, self._access.rrclass)
            flying.append((wish, query, carrier.start(question(query, self._begun))))
        while flying:
            yield self._answer(carrier, *flying.popleft())

    def _answer(
        self, carrier: Carrier, wish: Wish, query: Message, flight: object
    ) -> tuple[Wish, Found | errors.DnsUpdateError]:
        reply = carrier.wait(flight)
        if not isinstance(reply, Reply) or reply.message.rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
            return wish, self._access.error_of(reply, query, self._begun)
        if not reply.message.is_authoritative:
            delegation = self._found(query, reply.message.authority)  # its NS records are in this zone, too
            if delegation.values:
                return wish, delegation
            return wish, errors.ZoneNotFound(
                f"{self._begun.query_endpoint} answers for {query.question[0].name} without authority",
                hint="the name may be below a delegation, whose own servers have its records",
                endpoint=self._begun.query_endpoint,
                is_delegated=True,
            )
        return wish, self._found(query, reply.message.answer)

    def _found(self, query: Message, records: Iterable[Record]) -> Found:
        asked = query.question[0]
        ttl, values = 0, set()
        for record in records:
            is_of_type = record.rrtype == asked.rrtype or (
                asked.rrtype == RRType.ANY and record.rrtype not in KEPT_BY_SERVER
            )
            if is_of_type and record.name == asked.name:
                ttl = record.ttl
                value = canonical(record.rrtype, record.rdata, self._access.rrclass)
                values.add(record.rrtype.to_bytes(2) + value if asked.rrtype == RRType.ANY else value)
        return Found(ttl, frozenset(values))


def question(message: Message, begun: Begun) -> Exchange:
    """Return the exchange by which a message goes to its server, over TCP or TLS."""
    policy = begun.policy
    if policy.transport == UDP:
        policy = policy._replace(transport=TCP)
    if message.opcode == Opcode.QUERY:
        return Exchange(message, begun.key if begun.query_key_is_known else None, policy, begun.query_endpoint)
    return Exchange(message, begun.key, policy, begun.endpoint)
