"""ZoneView: a zone as one of its servers shows it, and what its answers say about the name of a request."""

from __future__ import annotations

from dns_update import errors
from dns_update.message import Message, Question
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRType
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from dns_update.client.locate import LocatedTarget
    from dns_update.client.transaction import Transaction
    from dns_update.exchange import Reply
    from dns_update.transport import Endpoint

Records: TypeAlias = "tuple[Record, ...]"


class ZoneView(Value):
    """A zone as one server shows it, and the name in it that the request is about.

    Its look-ups are steps of the transaction. `updates_at` is the server that gets the zone's updates, if that is not
    the one that shows it.
    """

    transaction: Transaction
    endpoint: Endpoint
    target: LocatedTarget
    updates_at: Endpoint | None = None

    @classmethod
    def beside(cls, transaction: Transaction, endpoint: Endpoint, target: LocatedTarget) -> ZoneView:
        """Return the zone as the transaction's query server shows it, if there is one; updates go to `endpoint`."""
        reader = transaction.query_endpoint
        if reader is None or reader == endpoint:
            return cls(transaction, endpoint, target)
        return cls(transaction, reader, target, endpoint)

    @property
    def update_endpoint(self) -> Endpoint:
        """The server that gets the updates of the zone."""
        return self.endpoint if self.updates_at is None else self.updates_at

    @property
    def noerror(self) -> str:
        """The beginning of a sentence about an update that was not carried out as it was answered."""
        at = "" if self.updates_at is None else f" at {self.endpoint}"
        return f"{self.update_endpoint} said NOERROR, but{at}"

    async def look(self, rrtype: int, owner: Name | None = None) -> tuple[Records, Reply]:
        """Return the records at the owner name in the answer to a query for `rrtype`, also a CNAME; and the answer.

        `owner` is another name than the target's, if given. Raises ZoneNotFound for a name below a delegation or in a
        zone below that cannot be read, for a zone that the server does not have, and for an answer without authority
        (RFC 1035, section 4.1.1): one from a cache may be out of date.
        """
        query = Message.query(self.target.owner if owner is None else owner, rrtype, self.target.rrclass)
        reply = await self.transaction.ask_for(self.endpoint, query, Rcode.NXDOMAIN)
        return await self._seen(reply, query.question[0]), reply

    async def read(self, rrtype: int, owner: Name | None = None) -> Records:
        """Do as `look`, but return only the records."""
        records, _reply = await self.look(rrtype, owner)
        return records

    def no_zone(self) -> errors.ZoneNotFound:
        """Return the error for a zone that the server does not have."""
        return errors.ZoneNotFound(
            f"{self.endpoint} has no SOA record for {self.target.zone}: it is not a zone of its own there",
            hint=errors.Hint("{zone} must be a zone that this server holds, not a name inside one"),
            endpoint=self.endpoint,
        )

    async def _seen(self, reply: Reply, asked: Question) -> Records:
        """Return the records that an answer shows for its question."""
        owner, message = asked.name, reply.message
        records = tuple([record for record in message.answer if record.name == owner])
        cut = None if records else self._zone_cut(owner, message)
        if cut is not None:
            return self._below_cut(cut, owner, asked.rrtype, message)
        if not message.is_authoritative:
            raise errors.ZoneNotFound(
                f"{self.endpoint} answers for {owner} without authority: it is a cache, or does not hold "
                f"{self.target.zone}",
                hint=errors.Hint("{dns-server} must be a server of the zone itself"),
                endpoint=self.endpoint,
            )
        zone = self._zone_in(asked, message)
        if zone is None:
            zone = await self._zone_by_soa(_in_zone(asked))
        if zone != self.target.zone:
            raise self._answered_from(zone, owner)
        return records

    def _zone_in(self, asked: Question, message: Message) -> Name | None:
        """Return the zone that an authoritative answer is from, None if it does not say.

        A server that also has the zone below answers from that one. A negative answer has the zone's SOA record (RFC
        2308, section 3), and BIND adds the NS records to others. After an alias they may be those of its target.
        """
        if asked.name == self.target.zone:
            return asked.name
        if asked.rrtype != RRType.CNAME and any(r.rrtype in (RRType.CNAME, RRType.DNAME) for r in message.answer):
            return None
        for record in message.authority:
            if record.rrtype in (RRType.SOA, RRType.NS) and asked.name.is_within(record.name):
                return record.name
        return None

    async def _zone_by_soa(self, name: Name) -> Name:
        """Return the zone that the server answers from for `name`, by its SOA record; the target's if it does not say.

        A transaction asks only once.
        """
        from dns_update.client.discovery import ask_up  # if the answer itself does not show it

        known = self.transaction.zones_at
        if (self.endpoint, name) not in known:
            try:
                zone = (await ask_up(self.transaction, self.endpoint, name, self.target.rrclass, 0)).zone
            except (errors.ZoneNotFound, errors.NoResponse):
                zone = self.target.zone
            known[self.endpoint, name] = zone
        return known[self.endpoint, name]

    def _answered_from(self, zone: Name, owner: Name) -> errors.ZoneNotFound:
        """Return the error for an answer from another zone than the target's."""
        if not zone.is_within(self.target.zone):
            return self.no_zone()
        error = errors.ZoneNotFound(
            f"{owner} lies in {zone}, a zone of its own on {self.endpoint}, which answers from there",
            hint=errors.Hint(
                "give {zone:{below}}; what {above} has there is not shown", below=zone, above=self.target.zone
            ),
            endpoint=self.endpoint,
            is_delegated=True,
        )
        error.zone_below = str(zone)
        return error

    def _zone_cut(self, owner: Name, message: Message) -> Name | None:
        """Return the delegation at or above `owner` to which a referral points (RFC 1034, section 4.3.2, step 3b)."""
        for record in message.authority:
            below_apex = record.name != self.target.zone and record.name.is_within(self.target.zone)
            if record.rrtype == RRType.NS and below_apex and owner.is_within(record.name):
                return record.name
        return None

    def _below_cut(self, cut: Name, owner: Name, rrtype: int, message: Message) -> Records:
        """Return what a referral shows of the requested data: the delegation's own NS records, and glue."""
        shown = message.additional if rrtype in (RRType.A, RRType.AAAA) else message.authority
        records = tuple(record for record in shown if record.name == owner and rrtype in (record.rrtype, RRType.ANY))
        if not records and (owner != cut or rrtype not in (RRType.NS, RRType.ANY)):
            raise errors.ZoneNotFound(
                f"{owner} lies in {cut}, which {self.endpoint} delegates and does not show",
                hint="only that zone's own servers have its records",
                endpoint=self.endpoint,
                is_delegated=True,
            )
        return records


def _in_zone(asked: Question) -> Name:
    """Return a name in the zone that has what was asked for: a DS record is in the zone above (RFC 4034, section 5)."""
    return asked.name.parent if asked.rrtype == RRType.DS else asked.name
