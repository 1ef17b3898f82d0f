"""Find out whether a key may change records, by updates that no server can carry out.

Such an update has the real records, and requires both that the zone's apex is in use and that it is not (RFC 2136,
sections 2.4.4 and 2.4.5). One of the two always fails, and an update with a failed prerequisite changes nothing
(section 3.2.5). The response code shows the rest. A server that checks permissions first, as Knot does and BIND from
9.18.11 on, refuses what is not permitted, and otherwise reports the failed prerequisite. A server that checks the
prerequisites first, as RFC 2136 says (section 3.3) and BIND up to 9.18.10 does, never reaches permissions. PowerDNS
checks zone and key first, and names last, if it has a policy for them.

An update with a record outside the zone shows which kind a server is: by section 3.4.1 such a record is checked after
the prerequisites, so a server that answers NOTZONE has checked the records before. Knot also checks permissions first,
but that record only later, and PowerDNS checks only that record; these two are recognised by their version, if they
report it.

No record is sent before the server has shown, by an update without any, that it obeys prerequisites at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from dns_update.client.lookup import Records, ZoneView
from dns_update.client.steps import Ask
from dns_update.errors import (
    DnsUpdateError,
    KeyRejected,
    PermissionDenied,
    Refusal,
    ReplyNotTrusted,
    ServerFailure,
    ZoneNotFound,
)
from dns_update.exchange import UDP, Reply
from dns_update.message import Message
from dns_update.rr.record import Record, soa_serial
from dns_update.update import Update
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import Opcode, Rcode, RRClass, RRType, rrtype_to_text, tsig_error_to_text
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Insight = Literal["record", "key", "unknown"]

# What it means that a probe is not refused.
BY_RECORD: Insight = "record"  # the key may change these records
BY_KEY: Insight = "key"  # the key may change the zone; a policy for names, if the server has one, is not known
UNKNOWN: Insight = "unknown"  # nothing: the server may check permissions only after the prerequisites

_VERSION_SECONDS = 1.0  # BIND drops what asks for its version often; it is not worth waiting for
_UNMET = (Rcode.NXDOMAIN, Rcode.YXDOMAIN)  # section 3.2.5: the answers to two prerequisites that contradict each other
_OUTSIDE = Name.from_text("outside.invalid")  # in no zone (RFC 6761, section 6.4)
_VERSION = Name.from_text("version.bind")  # RFC 4892, section 2


Rejection: TypeAlias = KeyRejected | ReplyNotTrusted | ZoneNotFound
"""How Knot answers if it does not permit an update: as if it did not know the key; without one, the zone."""


class Access(Value):
    """What a server has shown of a zone, and of what a key may do there.

    `soa` is the zone's SOA record. `insight` says what it means that a probe is not refused: BY_RECORD, BY_KEY or
    UNKNOWN. With `is_closed`, the server refuses every update with this key; `rejection` is then its answer, if it
    rejects the key, like Knot, instead of the update. `version` is the rdata of the version that it reports, if it was
    asked.
    """

    soa: Record
    insight: Insight
    _: KW_ONLY
    is_closed: bool = False
    rejection: Rejection | None = None
    version: bytes = b""

    @property
    def serial(self) -> int:
        """The zone's serial at this server (RFC 1035, section 3.3.13)."""
        return soa_serial(self.soa.rdata)


class Denial(Value):
    """The types of a name that the server would not let the key change, and its answer, as an update would get it."""

    rrtypes: tuple[int, ...]
    error: Refusal | ReplyNotTrusted


def is_unmet(rcode: int) -> bool:
    """Return whether an rcode says that the prerequisites of such an update are not met (RFC 2136, section 3.2.5)."""
    return rcode in _UNMET


def unmeetable(update: Update) -> Update:
    """Return an update that no server carries out: it requires that the apex is in use, and that it is not."""
    return update.require_present(update.zone).require_absent(update.zone)


async def explore(view: ZoneView) -> Access:
    """Return what the server shows of the zone, and of the key; it changes nothing, and sends no record of the zone.

    Raises ZoneNotFound if the server has no authority, KeyRejected and ClocksDiffer for the key, ServerFailure if it
    takes no updates, and any other Refusal or CommunicationError.
    """
    zone = view.target.zone
    soa = next((record for record in await view.read(RRType.SOA, zone) if record.rrtype == RRType.SOA), None)
    if soa is None:
        raise view.no_zone()
    refusal = await _refusal(view, ())
    if isinstance(refusal, Rejection):
        return Access(soa, BY_KEY, is_closed=True, rejection=refusal)
    if refusal is not None:
        if not isinstance(refusal, PermissionDenied):
            raise refusal
        return Access(soa, BY_KEY, is_closed=True)
    version = await _version(view)
    return Access(soa, await _insight(view, version), version=version)


async def denials(view: ZoneView, access: Access, parts: Sequence[Records]) -> list[Denial | None]:
    """Return for each part, the changes of one name, why it would be refused; None if it would not.

    `access` is what `explore` returned for the same view. If nothing is refused, one message is enough; otherwise
    halves of it find out which name, and which of its types.
    """
    if access.is_closed:
        return [Denial(_types(part), _denied(view, part, access.rejection)) for part in parts]
    refusal = await _refusal(view, [record for part in parts for record in part])
    if refusal is None:
        return [None] * len(parts)
    if len(parts) == 1:
        return [await _by_type(view, parts[0], refusal)]
    middle = len(parts) // 2
    first = await denials(view, access, parts[:middle])
    return first + await denials(view, access, parts[middle:])


async def _by_type(view: ZoneView, part: Records, refusal: Refusal | Rejection) -> Denial:
    """Return which types of a name are refused; all, if they are only refused together."""
    rrtypes = _types(part)
    refused = list[int]()
    for rrtype in rrtypes if len(rrtypes) > 1 else ():
        if await _refusal(view, [record for record in part if record.rrtype == rrtype]) is not None:
            refused.append(rrtype)
    if not refused or len(refused) == len(rrtypes):
        return Denial(rrtypes, refusal)
    rest = tuple(record for record in part if record.rrtype in refused)
    if isinstance(refusal, PermissionDenied | Rejection):
        refusal = _denied(view, rest, None if isinstance(refusal, PermissionDenied) else refusal)
    return Denial(tuple(refused), refusal)


def _types(part: Records) -> tuple[int, ...]:
    return tuple(dict.fromkeys(record.rrtype for record in part))


async def _refusal(view: ZoneView, changes: Iterable[Record]) -> Refusal | Rejection | None:
    """Probe: return why these changes would be refused, None if they would not."""
    target, transaction = view.target, view.transaction
    update = unmeetable(Update(target.zone, rrclass=target.rrclass, changes=tuple(changes)))
    message = update.to_message()
    try:
        reply = await transaction.ask(view.update_endpoint, message)
    except (KeyRejected, ReplyNotTrusted) as error:
        if transaction.is_unsigned(view.update_endpoint) or not _rejects_key(error):
            raise
        return _rejected(view, error, update.changes)
    rcode = reply.message.rcode
    if is_unmet(rcode):
        return None
    if rcode == Rcode.NOERROR:
        raise ServerFailure(
            f"{view.update_endpoint} carries out updates whose prerequisites are not met (RFC 2136, section 3.2.5)",
            hint="what the key may change cannot be found out there without changing it",
            endpoint=view.update_endpoint,
        )
    if rcode == Rcode.NOTAUTH and transaction.key is None:
        # It has shown its authority by the SOA record; Knot answers so if it does not accept unsigned updates.
        return _rejected(view, ZoneNotFound("", endpoint=view.update_endpoint), update.changes)
    return transaction.refusal(reply, view.update_endpoint, message)


def _denied(view: ZoneView, changes: Records, rejection: Rejection | None) -> Refusal | Rejection:
    """Return the error that these changes are not permitted, as for the rcode REFUSED, or for a `rejection`."""
    if rejection is not None:
        return _rejected(view, rejection, changes)
    target = view.target
    update = Update(target.zone, rrclass=target.rrclass, changes=changes)
    message = update.to_message()
    refused = Message(opcode=Opcode.UPDATE, question=message.question, rcode=Rcode.REFUSED)
    return view.transaction.refusal(Reply(refused, None, UDP, 1), view.update_endpoint, message)


def _rejected(view: ZoneView, error: Rejection, changes: Records) -> Rejection:
    """Return a new error like the one that the update would get, of a key that the server accepts for queries."""
    types = " ".join(map(rrtype_to_text, _types(changes)))
    change = f"{changes[0].name} {types}" if changes else str(view.target.zone)
    if isinstance(error, ZoneNotFound) or view.transaction.key is None:
        return ZoneNotFound(
            f"{view.update_endpoint} answered NOTAUTH: it has {view.target.zone}, and does not take an unsigned change "
            f"of {change}",
            hint="Knot does so if no acl of the zone permits it: it would need one with this machine's address",
            endpoint=view.update_endpoint,
            rcode=Rcode.NOTAUTH,
        )
    name = view.transaction.key.identity
    what = f"accepts {view.transaction.key.called} for queries, and not to change {change}"
    hint = f"Knot does so if no acl of the zone permits it: it would need one with key: {name} and action: update"
    if isinstance(error, KeyRejected):
        text = f"{view.update_endpoint} said {tsig_error_to_text(error.tsig_error)}: it {what}"
        return KeyRejected(
            text, tsig_error=error.tsig_error, hint=hint, endpoint=view.update_endpoint, rcode=Rcode.NOTAUTH
        )
    text = f"{view.update_endpoint} answered NOTAUTH without a signature: it {what}"
    return ReplyNotTrusted(
        text, hint=hint, endpoint=view.update_endpoint, cause=error.cause, claimed_rcode=error.claimed_rcode
    )


def _rejects_key(error: KeyRejected | ReplyNotTrusted) -> bool:
    """Return whether Knot may mean by it that a key is not permitted: BADKEY, or from 3.4 on an unsigned NOTAUTH."""
    if isinstance(error, KeyRejected):
        return error.tsig_error == Rcode.BADKEY
    return error.claimed_rcode == Rcode.NOTAUTH


async def _insight(view: ZoneView, version: bytes) -> Insight:
    """Return what it means that this server does not refuse a probe."""
    if b"PowerDNS" in version:
        return BY_KEY
    if b"Knot" in version:
        return BY_RECORD
    target = view.target
    if _OUTSIDE.is_within(target.zone):  # e.g. nothing is outside the root zone
        return UNKNOWN
    update = unmeetable(Update(target.zone, rrclass=target.rrclass)).delete_rrset(_OUTSIDE, RRType.A)
    try:
        reply = await view.transaction.ask(view.update_endpoint, update.to_message())
    except ServerFailure:  # BIND hides a NOTZONE like this if it forwards with a key that it does not know
        return UNKNOWN
    return BY_RECORD if reply.message.rcode == Rcode.NOTZONE else UNKNOWN


async def _version(view: ZoneView) -> bytes:
    """Return the version that the server reports, empty if none; unsigned, since Knot signs nothing in class CHAOS."""
    query = Message.query(_VERSION, RRType.TXT, RRClass.CH)
    try:
        once = view.transaction.policy._replace(timeout=_VERSION_SECONDS, retries=0)
        reply = await Ask(view.update_endpoint, query, None, policy=once)
    except DnsUpdateError:
        return b""
    if not isinstance(reply, Reply):
        return b""
    return b"".join(record.rdata for record in reply.message.answer if record.rrtype == RRType.TXT)
