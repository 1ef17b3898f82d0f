"""The names of a zone whose server allows no transfer, found by single questions, if the zone is signed.

Each NSEC record names the next name of the zone in the canonical order (RFC 4034, section 4.1.1), and the last one the
zone itself. A zone that is not signed, or is signed with NSEC3, cannot be walked.
"""

from __future__ import annotations

from collections.abc import Iterator

from dns_update import errors
from dns_update.bulk.access import Begun, BulkAccess, Carrier
from dns_update.bulk.reading import question
from dns_update.exchange import Reply
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.wire.codes import RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name


def walked(access: BulkAccess, refusal: errors.Refusal) -> Iterator[Record]:
    """Yield the NS records of the zone itself, then a record of type ANY for each name, without data.

    Raises `refusal`, the answer to the request for a transfer, if the zone has no NSEC records; MalformedMessage if
    they lead out of the zone, or back; and what a question may raise.
    """
    begun = access.begin()
    carrier = access.carrier(begun.query_endpoint)
    name = access.zone
    try:
        yield from _asked(access, begun, carrier, name, RRType.NS)
        while True:
            record = next(_asked(access, begun, carrier, name, RRType.NSEC), None)
            if record is None:
                raise refusal
            yield record._replace(rrtype=RRType.ANY, rdata=b"")
            following = Cursor(record.rdata).name()
            if following == access.zone:
                return
            if not (name < following and following.is_within(access.zone)):
                raise errors.MalformedMessage(f"the NSEC record of {name} names {following}, which is not after it")
            name = following
    finally:
        carrier.close()


def _asked(access: BulkAccess, begun: Begun, carrier: Carrier, name: Name, rrtype: int) -> Iterator[Record]:
    """Yield the records of one type that a name has; raises DnsUpdateError."""
    query = Message.query(name, rrtype, access.rrclass)
    reply = carrier.wait(carrier.start(question(query, begun)))
    if not isinstance(reply, Reply) or reply.message.rcode:
        raise access.error_of(reply, query, begun)
    for record in reply.message.answer:
        if record.rrtype == rrtype and record.name == name:
            yield record
