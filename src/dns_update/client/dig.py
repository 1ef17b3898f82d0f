"""Messages as text, in the form of dig and nsupdate.

Messages contain no secret, so their text contains none. Kerberos tickets in them are not shown.
"""

from __future__ import annotations

import binascii

from dns_update.auth.tsig import Tsig
from dns_update.errors import MalformedMessage
from dns_update.message import Message, Question
from dns_update.rr.record import Record, rdata_to_text
from dns_update.wire import codes
from dns_update.wire.cursor import Cursor

_SECTIONS = {codes.Opcode.UPDATE: ("ZONE", "PREREQUISITE", "UPDATE", "ADDITIONAL")}
_QUERY_SECTIONS = ("QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL")
_TOTALS = {"PREREQUISITE": "PREREQ"}  # the header's shorter word

# Where each part of a record's line starts, if the parts before it leave room.
_TTL_COLUMN, _CLASS_COLUMN, _TYPE_COLUMN, _DATA_COLUMN = 24, 32, 40, 48
_TAB = 8

_TKEY = codes.rrtype_from_text("TKEY")
_TKEY_KEY = 6  # the field: after algorithm, inception, expiration, mode, error and size (RFC 2930, section 2)
_EDNS_DO = 0x8000
_LEASE_OPTION = 2


def message_to_text(message: Message) -> str:
    """Return a message as lines in dig's form; sections without records are left out."""
    names = _SECTIONS.get(message.opcode, _QUERY_SECTIONS)
    additional = tuple(record for record in message.additional if record.rrtype != codes.RRType.OPT)
    sections = []
    if message.question:
        sections.append([f";; {names[0]} SECTION:", *map(_question_line, message.question)])
    for name, records in zip(names[1:], (message.answer, message.authority, additional), strict=True):
        if records:
            sections.append([f";; {name} SECTION:", *map(_record_line, records)])
    sections += [
        [";; OPT PSEUDOSECTION:", *_edns_lines(record)]
        for record in message.additional
        if record.rrtype == codes.RRType.OPT
    ]
    if message.signature is not None:
        sections.append([";; TSIG PSEUDOSECTION:", _tsig_line(message.signature.record)])
    header = "".join(f"{line}\n" for line in _header(message, names))
    return header + "\n".join("".join(f"{line}\n" for line in section) for section in sections)


def _header(message: Message, names: tuple[str, ...]) -> tuple[str, str]:
    counts = [len(message.question), len(message.answer), len(message.authority), len(message.additional)]
    counts[3] += 0 if message.signature is None else 1
    totals = ", ".join(f"{_TOTALS.get(name, name)}: {count}" for name, count in zip(names, counts, strict=True))
    opcode = codes.opcode_to_text(message.opcode)
    return (
        f";; ->>HEADER<<- opcode: {opcode}, status: {codes.rcode_to_text(message.rcode)}, id: {message.message_id:6}",
        f";; flags:{''.join(_flags(message.flags))}; {totals}",
    )


def _flags(flags: int) -> list[str]:
    return [f" {name.lower()}" for name, bit in vars(codes.Flag).items() if name.isupper() and flags & bit]


def _question_line(question: Question) -> str:
    line = _at_column(question.name.to_text(), _CLASS_COLUMN, codes.rrclass_to_text(question.rrclass))
    return ";" + _at_column(
        line, _TYPE_COLUMN, codes.rrtype_to_text(question.rrtype)
    )  # the columns do not count the semicolon


def _record_line(record: Record) -> str:
    # The empty rdata of prerequisites and deletes stays empty (RFC 2136, section 2.4 and 2.5).
    # A record to delete has rdata of the zone's class, most likely IN; that of Hesiod is the same.
    rrclass = codes.RRClass.IN if record.rrclass in (codes.RRClass.NONE, codes.RRClass.HS) else record.rrclass
    if record.rrtype == _TKEY and record.rdata:
        return _line(record, _tkey_text(record.rdata))
    return _line(record, rdata_to_text(record.rrtype, record.rdata, rrclass) if record.rdata else "")


def _tkey_text(rdata: bytes) -> str:
    """Return the data of a TKEY record without its key, which is a ticket if the sender is a client."""
    fields = rdata_to_text(_TKEY, rdata).split(" ")
    return " ".join([*fields[:_TKEY_KEY], "[not shown]", *fields[_TKEY_KEY + 1 :]])


def _line(record: Record, data: str) -> str:
    line = _at_column(record.name.to_text(), _TTL_COLUMN, str(record.ttl))
    line = _at_column(line, _CLASS_COLUMN, codes.rrclass_to_text(record.rrclass))
    line = _at_column(line, _TYPE_COLUMN, codes.rrtype_to_text(record.rrtype))
    return _at_column(line, _DATA_COLUMN, data) if data else line


def _at_column(line: str, column: int, text: str) -> str:
    """Return the line with `text` at the column, or at the next one if the line is too long.

    The gap consists of tabs, or of one blank if no tab stop is in it.
    """
    width = len(line.expandtabs(_TAB))
    tabs = max(column, width + 1) // _TAB - width // _TAB
    gap = "\t" * tabs or " "
    return f"{line}{gap}{text}"


def _edns_lines(record: Record) -> list[str]:
    """Return what an OPT record says (RFC 6891, section 6.1): its class is a size, its TTL holds version and flags."""
    flags = " do" if record.ttl & _EDNS_DO else ""
    lines = [f"; EDNS: version: {record.ttl >> 16 & 0xFF}, flags:{flags}; udp: {record.rrclass}"]
    cursor = Cursor(record.rdata)
    try:
        while cursor.remaining:
            code = cursor.u16()
            lines.append(_option_line(code, cursor.take(cursor.u16())))
    except MalformedMessage as error:
        lines.append(f"; {error}")
    return lines


def _option_line(code: int, content: bytes) -> str:
    if code == _LEASE_OPTION and len(content) in (4, 8):  # RFC 9664, section 4
        return "; UPDATE-LEASE: " + "/".join(str(int.from_bytes(content[i : i + 4])) for i in range(0, len(content), 4))
    return f"; OPT={code}: {content.hex(' ')}"


def _tsig_line(record: Record) -> str:
    try:
        tsig = Tsig.from_rdata(record.rdata)
    except MalformedMessage as error:
        return f"; {error}"
    mac = binascii.b2a_base64(tsig.mac, newline=False).decode()
    other = f" {binascii.b2a_base64(tsig.other, newline=False).decode()}" if tsig.other else ""
    fields = (
        f"{tsig.algorithm.to_text()} {tsig.time_signed} {tsig.fudge} {len(tsig.mac)} {mac}".rstrip(),
        f"{tsig.original_id} {codes.tsig_error_to_text(tsig.error)} {len(tsig.other)}{other}",
    )
    return _line(record, " ".join(fields))
