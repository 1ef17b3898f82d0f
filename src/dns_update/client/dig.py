"""Messages in the form in which dig prints them. No message has a secret in it, so neither has this."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from dns_update.auth.tsig import Tsig
from dns_update.errors import MalformedMessage
from dns_update.wire.codes import (
    Flag,
    Opcode,
    RRType,
    opcode_to_text,
    rcode_to_text,
    rrclass_to_text,
    rrtype_to_text,
)

if TYPE_CHECKING:
    from dns_update.wire.message import Message
    from dns_update.wire.record import Record

_SECTIONS = {
    Opcode.UPDATE: ("ZONE", "PREREQUISITE", "UPDATE", "ADDITIONAL"),
}
_QUERY_SECTIONS = ("QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL")


def message_to_text(message: Message) -> str:
    """Return a message as lines in dig's form."""
    names = _SECTIONS.get(message.opcode, _QUERY_SECTIONS)
    sections = (message.answer, message.authority, message.additional)
    signatures = 0 if message.signature is None else 1
    counts = [len(message.question), *map(len, sections)]
    counts[3] += signatures
    totals = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True))
    opcode = opcode_to_text(message.opcode)
    lines = [
        f";; ->>HEADER<<- opcode: {opcode}, status: {rcode_to_text(message.rcode)}, id: {message.message_id}",
        f";; flags:{''.join(_flags(message.flags))}; {totals}",
        f";; {names[0]} SECTION:",
    ]
    lines += [
        f";{q.name.to_text()}\t\t{rrclass_to_text(q.rrclass)}\t{rrtype_to_text(q.rrtype)}" for q in message.question
    ]
    for name, records in zip(names[1:], sections, strict=True):
        if records:
            lines += ["", f";; {name} SECTION:", *map(_record_line, records)]
    if message.signature is not None:
        lines += ["", ";; TSIG PSEUDOSECTION:", _tsig_line(message.signature.record)]
    return "\n".join(lines) + "\n"


def _flags(flags: int) -> list[str]:
    return [f" {name.lower()}" for name, bit in vars(Flag).items() if name.isupper() and flags & bit]


def _record_line(record: Record) -> str:
    # The empty rdata of prerequisites and deletes stays empty (RFC 2136, section 2.4 and 2.5).
    data = record.data_text() if record.rdata else ""
    fixed = (record.name.to_text(), str(record.ttl), rrclass_to_text(record.rrclass), rrtype_to_text(record.rrtype))
    return "\t".join((*fixed, data)).rstrip()


def _tsig_line(record: Record) -> str:
    try:
        tsig = Tsig.from_rdata(record.rdata)
    except MalformedMessage as error:
        return f"; {error}"
    mac = base64.b64encode(tsig.mac).decode()
    other = f" {base64.b64encode(tsig.other).decode()}" if tsig.other else ""
    fields = (
        f"{tsig.algorithm.to_text()} {tsig.time_signed} {tsig.fudge} {len(tsig.mac)} {mac}".rstrip(),
        f"{tsig.original_id} {rcode_to_text(tsig.error)} {len(tsig.other)}{other}",
    )
    owner = f"{record.name.to_text()}\t{record.ttl}\t{rrclass_to_text(record.rrclass)}\t{rrtype_to_text(RRType.TSIG)}"
    return f"{owner}\t{' '.join(fields)}"
