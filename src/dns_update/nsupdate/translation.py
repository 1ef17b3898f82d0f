"""Translates commands to the records of an update message (RFC 2136, sections 2.4 and 2.5)."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.nsupdate import hint_of
from dns_update.nsupdate.checks import check_iterations, check_names, check_svcb
from dns_update.nsupdate.commands import Addition, Deletion, Prerequisite
from dns_update.rr.bind_line import rdata_from_fields
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import ROOT

LEASE_OPTION = 2  # the EDNS(0) option of RFC 9664
EDNS_OCTETS = 1232  # the largest UDP answer that we accept: one of this size is not fragmented


class Checks(Value, kw_only=True):
    """Which checks are applied to additions; the defaults are BIND's."""

    names: bool = True
    svcb: bool = True


def prerequisite_record(command: Prerequisite, rrclass: int) -> Record:
    """Return the record that expresses a prerequisite in a zone of class `rrclass`; raises InvalidText."""
    if not command.must_exist:
        return Record(command.name, command.rrtype, RRClass.NONE, 0, b"")
    if not command.data:
        return Record(command.name, command.rrtype, RRClass.ANY, 0, b"")
    rdata = _rdata(command, rrclass)
    return Record(command.name, command.rrtype, command.rrclass or rrclass, 0, rdata)


def deletion_record(command: Deletion, rrclass: int) -> Record:
    """Return the record that deletes a name, an RRset or a record; raises InvalidText."""
    if not command.data:
        return Record(command.name, command.rrtype, RRClass.ANY, 0, b"")
    return Record(command.name, command.rrtype, RRClass.NONE, 0, _rdata(command, rrclass))


def addition_record(command: Addition, rrclass: int, default_ttl: int, checks: Checks) -> Record:
    """Return the record to add, checked; raises InvalidText."""
    ttl = default_ttl if command.ttl is None else command.ttl
    if command.rrclass == RRClass.NONE:  # sent unchanged: the server says what is wrong
        rrclass = RRClass.NONE
    record = Record(command.name, command.rrtype, rrclass, ttl, _rdata(command, rrclass))
    if checks.names:
        check_names(record)
    if checks.svcb:
        check_svcb(record)
    check_iterations(record)
    return record


def lease_record(seconds: tuple[int, ...]) -> Record:
    """Return the OPT record that asks for a lease; the second number, if any, is the time for KEY records."""
    times = b"".join(time.to_bytes(4) for time in seconds)
    return Record(ROOT, RRType.OPT, EDNS_OCTETS, 0, LEASE_OPTION.to_bytes(2) + len(times).to_bytes(2) + times)


def _rdata(command: Prerequisite | Deletion | Addition, rrclass: int) -> bytes:
    if command.rrclass == RRClass.NONE:
        rrclass = RRClass.NONE
    try:
        return rdata_from_fields(command.rrtype, command.data, rrclass)
    except InvalidText as error:
        hint = f" ({hint_of(error)})" if error.hint else ""
        raise InvalidText(f"invalid rdata format: {error.text}{hint}") from error
