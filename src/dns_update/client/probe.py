"""May a key change these records? Found out by updates that no server can carry out.

Such an update has the real records, and demands that the zone's apex is in use and that it is not (RFC 2136, sections
2.4.4 and 2.4.5). Whatever stands in the zone, one of the two fails, and an update of which a prerequisite fails changes
nothing (section 3.2.5). So what can be learnt is in the response code. A server that looks at permissions first, as
BIND does from 9.18.11 on, and Knot, refuses what is not permitted, and stumbles over the prerequisites otherwise. One
that looks at the prerequisites first, as RFC 2136 has it (section 3.3) and BIND up to 9.18.10 does, never gets to
permissions. PowerDNS looks at zone and key first, and at names last of all, if it has a policy for them.

Which kind a server is shows by an update with a record outside of the zone: section 3.4.1 has that found after the
prerequisites, and who answers NOTZONE has looked at the records before. Knot does so too, but at that only later, and
PowerDNS at nothing but that; these two are known by what they say of their version, if they do.

No record is sent before the server has shown, by an update without any, that it heeds prerequisites at all.
"""

from __future__ import annotations

from dns_update.client.steps import Ask
from dns_update.errors import DnsUpdateError, KeyRejected, PermissionDenied, Refusal, ReplyNotTrusted, ServerFailure
from dns_update.exchange import UDP, Reply
from dns_update.message import Message
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from dataclasses import KW_ONLY

    from dns_update.client.lookup import Records, ZoneView
    from dns_update.rr.record import Record

# What it means that a probe is not refused.
BY_RECORD = "record"  # the key may change these records
BY_KEY = "key"  # the key may change the zone; a policy for names, if the server has one, is not known
UNKNOWN = "unknown"  # nothing: the server may look at permissions only after the prerequisites

_UNMET = (Rcode.NXDOMAIN, Rcode.YXDOMAIN)  # section 3.2.5: what the two prerequisites give that contradict each other
_OUTSIDE = Name.from_text("outside.invalid")  # in nobody's zone (RFC 6761, section 6.4)
_VERSION = Name.from_text("version.bind")  # RFC 4892, section 2
_SERIAL = slice(-20, -16)  # of a SOA record's rdata: the first of the five numbers at its end (RFC 1035, 3.3.13)


class Access(Value):
    """What a server has shown of a zone, and of a key there.

    `soa` is the zone's SOA record. `insight` says what it means that a probe is not refused: BY_RECORD, BY_KEY or
    UNKNOWN. With `is_closed`, the server refuses any update with this key, whatever is in it; with `rejects_key`, it
    rejects the key then, as Knot does, instead of the update.
    """

    soa: Record
    insight: str
    _: KW_ONLY
    is_closed: bool = False
    rejects_key: bool = False

    @property
    def serial(self) -> int:
        """The zone's serial at this server (RFC 1035, section 3.3.13)."""
        return int.from_bytes(self.soa.rdata[_SERIAL])


class Denial(Value):
    """Which types of a name the server would not let be changed, and what it said of that."""

    rrtypes: tuple[int, ...]
    error: Refusal


def unmeetable(update: Update) -> Update:
    """Return an update that changes nothing anywhere: under the condition that the apex is in use, and is not."""
    return update.require_present(update.zone).require_absent(update.zone)


async def explore(view: ZoneView) -> Access:
    """Return what the server shows of the zone, and of the key; nothing is changed, and no record of the zone sent.

    Raises ZoneNotFound if the server has no authority, KeyRejected and ClocksDiffer for the key, ServerFailure if it
    takes no updates, and any other Refusal or CommunicationError.
    """
    zone = view.target.zone
    soa = next((record for record in await view.read(RRType.SOA, zone) if record.rrtype == RRType.SOA), None)
    if soa is None:
        raise view.no_zone()
    refusal = await _refusal(view, ())
    if refusal is not None:
        if not isinstance(refusal, PermissionDenied):
            raise refusal
        return Access(soa, BY_KEY, is_closed=True, rejects_key=_has_rejected_key(refusal))
    return Access(soa, await _insight(view))


async def denials(view: ZoneView, access: Access, parts: Sequence[Records]) -> list[Denial | None]:
    """Return for each of these parts, which are the changes of one name each, whether it would be refused.

    `access` is what `explore` has returned of the same view. It is one message as long as nothing is refused; where
    something is, halves of it find out which name, and which of its types.
    """
    if access.is_closed:
        return [Denial(_types(part), _denied(view, part, rejects_key=access.rejects_key)) for part in parts]
    refusal = await _refusal(view, [record for part in parts for record in part])
    if refusal is None:
        return [None] * len(parts)
    if len(parts) == 1:
        return [await _by_type(view, parts[0], refusal)]
    middle = len(parts) // 2
    first = await denials(view, access, parts[:middle])
    return first + await denials(view, access, parts[middle:])


async def _by_type(view: ZoneView, part: Records, refusal: Refusal) -> Denial:
    """Return which types of a name it is that are refused; all, if that is only so of them together."""
    rrtypes = _types(part)
    refused = list[int]()
    for rrtype in rrtypes if len(rrtypes) > 1 else ():
        if await _refusal(view, [record for record in part if record.rrtype == rrtype]) is not None:
            refused.append(rrtype)
    if not refused or len(refused) == len(rrtypes):
        return Denial(rrtypes, refusal)
    rest = tuple(record for record in part if record.rrtype in refused)
    if isinstance(refusal, PermissionDenied):
        refusal = _denied(view, rest, rejects_key=_has_rejected_key(refusal))
    return Denial(tuple(refused), refusal)


def _types(part: Records) -> tuple[int, ...]:
    return tuple(dict.fromkeys(record.rrtype for record in part))


async def _refusal(view: ZoneView, changes: Iterable[Record]) -> Refusal | None:
    """Probe: return why these changes would be refused, None if nothing is said against them."""
    place, transaction = view.target, view.transaction
    update = unmeetable(Update(place.zone, rrclass=place.rrclass, changes=tuple(changes)))
    message = update.to_message()
    try:
        reply = await transaction.ask(view.endpoint, message)
    except (KeyRejected, ReplyNotTrusted) as error:
        if transaction.is_unsigned(view.endpoint) or not _rejects_key(error):
            raise
        # The same key was good for a query, so it is known there.
        return _denied(view, update.changes, rejects_key=True)
    rcode = reply.message.rcode
    if rcode in _UNMET:
        return None
    if rcode == Rcode.NOERROR:
        raise ServerFailure(
            f"{view.endpoint} carries out updates whose prerequisites are not met (RFC 2136, section 3.2.5)",
            hint="what the key may change cannot be found out there without changing it",
            endpoint=view.endpoint,
        )
    if rcode == Rcode.NOTAUTH and transaction.key is None:
        # It has shown its authority by the SOA record; Knot says so of what it does not take unsigned.
        return _denied(view, update.changes, rejects_key=False)
    return transaction.refusal(reply, view.endpoint, message)


def _denied(view: ZoneView, changes: Records, *, rejects_key: bool) -> Refusal:
    """Return the error that these changes are not permitted, told as a REFUSED is."""
    place = view.target
    update = Update(place.zone, rrclass=place.rrclass, changes=changes)
    message = update.to_message()
    refused = Message(opcode=Opcode.UPDATE, question=message.question, rcode=Rcode.REFUSED)
    error = view.transaction.refusal(Reply(refused, None, UDP, 1), view.endpoint, message)
    if rejects_key and view.transaction.key is not None:
        error.rcode = Rcode.NOTAUTH
        error.hint = (
            "it takes the key for queries and rejects it for this update, as Knot does: Knot would allow it by an acl "
            f"of the zone with key: {view.transaction.key.name} and action: update"
        )
    return error


def _rejects_key(error: KeyRejected | ReplyNotTrusted) -> bool:
    """Return whether this is how Knot says that a key is not permitted: BADKEY, and from 3.4 on an unsigned NOTAUTH."""
    if isinstance(error, KeyRejected):
        return error.tsig_error == Rcode.BADKEY
    return error.claimed_rcode == Rcode.NOTAUTH


def _has_rejected_key(refusal: Refusal) -> bool:
    return refusal.rcode == Rcode.NOTAUTH


async def _insight(view: ZoneView) -> str:
    """Return what it means that this server does not refuse a probe."""
    version = await _version(view)
    if b"PowerDNS" in version:
        return BY_KEY
    if b"Knot" in version:
        return BY_RECORD
    place = view.target
    if _OUTSIDE.is_within(place.zone):  # of the root zone and its like nothing is outside
        return UNKNOWN
    update = unmeetable(Update(place.zone, rrclass=place.rrclass)).delete_rrset(_OUTSIDE, RRType.A)
    try:
        reply = await view.transaction.ask(view.endpoint, update.to_message())
    except ServerFailure:  # so BIND hides a NOTZONE, where it forwards with a key of which it knows nothing
        return UNKNOWN
    return BY_RECORD if reply.message.rcode == Rcode.NOTZONE else UNKNOWN


async def _version(view: ZoneView) -> bytes:
    """Return what the server says of its version, empty if it does not; unsigned, for Knot signs nothing in CHAOS."""
    query = Message.query(_VERSION, RRType.TXT, RRClass.CH)
    try:
        reply = await Ask(view.endpoint, query, None)
    except DnsUpdateError:
        return b""
    if not isinstance(reply, Reply):
        return b""
    return b"".join(record.rdata for record in reply.message.answer if record.rrtype == RRType.TXT)
