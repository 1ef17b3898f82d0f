"""What a server has of many names: by questions, or by a transfer of the zone where that is cheaper."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from dns_update import errors
from dns_update.bulk import Wish, name_of
from dns_update.bulk.access import Access, Begun, Carrier
from dns_update.exchange import TCP, Exchange, Policy, Reply
from dns_update.message import Message
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import KEPT_BY_SERVER, Rcode, RRClass, RRType

QUESTIONS_IN_FLIGHT = 64  # on one TCP connection; a server reads them as fast as it answers
TRANSFER_GAIN = 8  # records of a transfer that cost as much as one question
_ADDRESS_TYPES = (RRType.A, RRType.AAAA)
LEAST_FOR_TRANSFER = 32  # names: fewer are asked for one by one, however small the zone may be


Shown = dict[tuple[bytes, int], tuple[Any, ...]]
"""By owner, in lower case and wire form, and type: the TTL in seconds, and then each value."""


class Found(Value):
    """The records of a wish's name and type, as a server shows them: TTL in seconds, and rdata in canonical form.

    If the type is ANY, each value has the two octets of its type before it.
    """

    ttl: int
    values: frozenset[bytes]


NOTHING = Found(0, frozenset())


def is_as_desired(wish: Wish, found: Found, rrclass: int = RRClass.IN) -> bool:
    """Return whether what was found is what the wish asks for; TTLs are not compared."""
    wanted = frozenset([_canonical(wish.rrtype, value, rrclass) for value in wish.values])
    if not wish.deletes:
        return wanted == found.values
    return not (wanted & found.values if wanted else found.values)


def _canonical(rrtype: int, rdata: bytes, rrclass: int) -> bytes:
    """Return rdata in canonical form; most is addresses, which have only one."""
    return rdata if rrtype in _ADDRESS_TYPES else canonical_rdata(rrtype, rdata, rrclass)


def has_ttl(wish: Wish, found: Found) -> bool:
    """Return whether the records have the TTL that the wish asks for, if it does."""
    return wish.deletes or wish.ttl is None or wish.ttl == found.ttl


class Reader:
    """Reads what one server has in one zone."""

    def __init__(self, access: Access, begun: Begun) -> None:
        """Prepare to read from the server that `begun` names."""
        self._access = access
        self._begun = begun
        self._may_transfer = True
        self._least = 0  # records that the zone has at least, as far as a transfer has shown it

    def read(self, wishes: list[Wish]) -> Iterable[tuple[Wish, Found | errors.DnsUpdateError]]:
        """Return each wish with what the server has of it, or why that is not known; raises CommunicationError."""
        is_cheap = len(wishes) >= LEAST_FOR_TRANSFER and len(wishes) * TRANSFER_GAIN > self._least
        found = self._by_transfer(wishes) if self._may_transfer and is_cheap else None
        if found is None:
            return list(self._by_questions(wishes))
        return _compared(wishes, found)

    def _by_transfer(self, wishes: list[Wish]) -> Shown | None:
        """Return what a transfer of the zone shows; None if there is none, or it would cost more than questions."""
        wanted = {(wish.owner.lower(), wish.rrtype) for wish in wishes}
        names = {owner for owner, rrtype in wanted if rrtype == RRType.ANY}
        types = {rrtype for _owner, rrtype in wanted}
        found: Shown = {}
        left = len(wanted) * TRANSFER_GAIN
        records = self._access.transferred()
        try:
            for record in records:
                left -= 1
                if left < 0:
                    self._least = len(wanted) * TRANSFER_GAIN
                    return None
                if record.rrtype not in types and not names:
                    continue
                owner = record.name.to_canonical_wire()
                value = _canonical(record.rrtype, record.rdata, self._access.rrclass)
                if (owner, record.rrtype) in wanted:
                    _show(found, (owner, record.rrtype), record.ttl, value)
                if owner in names and record.rrtype not in KEPT_BY_SERVER:
                    _show(found, (owner, RRType.ANY), record.ttl, record.rrtype.to_bytes(2) + value)
        except errors.DnsUpdateError:
            self._may_transfer = False  # the server does not allow it, or not to the end: questions tell as much
            return None
        finally:
            close = getattr(records, "close", None)
            if close is not None:
                close()
        return found

    def _by_questions(self, wishes: list[Wish]) -> Iterator[tuple[Wish, Found | errors.DnsUpdateError]]:
        carrier = self._access.carrier(self._begun.endpoint)
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
            return wish, errors.ZoneNotFound(
                f"{self._begun.endpoint} answers for {query.question[0].name} without authority",
                hint="the name may be below a delegation, whose own servers have its records",
                endpoint=self._begun.endpoint,
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
                value = _canonical(record.rrtype, record.rdata, self._access.rrclass)
                values.add(record.rrtype.to_bytes(2) + value if asked.rrtype == RRType.ANY else value)
        return Found(ttl, frozenset(values))


def _show(found: Shown, key: tuple[bytes, int], ttl: int, value: bytes) -> None:
    """Add a value; most RRsets have one, and a tuple is the smallest that holds it."""
    before = found.get(key)
    found[key] = (ttl, value) if before is None else (*before, value)


def _compared(wishes: list[Wish], found: Shown) -> Iterator[tuple[Wish, Found]]:
    for wish in wishes:
        shown = found.get((wish.owner.lower(), wish.rrtype))
        yield wish, NOTHING if shown is None else Found(shown[0], frozenset(shown[1:]))


def question(message: Message, begun: Begun) -> Exchange:
    """Return the exchange by which a message goes to the server, over TCP."""
    policy = Policy(begun.policy.timeout, begun.policy.retries, TCP)
    key = begun.key if begun.key_is_known or message.opcode else None
    return Exchange(message, key, policy, begun.endpoint)
