"""The update that a script builds until it sends it: commands as records (RFC 2136, sections 2.4 and 2.5)."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.message import Message, Question
from dns_update.nsupdate import hint_of
from dns_update.nsupdate.checks import check_iterations, check_names, check_svcb
from dns_update.nsupdate.commands import Addition, Deletion, Prerequisite
from dns_update.rr.bind_line import rdata_from_fields
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import Opcode, RRClass, RRType, rrclass_to_text
from dns_update.wire.name import ROOT, Name

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


class PendingUpdate:
    """Prerequisites and changes, a lease, and the class that the first record sets; `clear` removes these.

    `default_class`, `default_ttl` and `checks` are for the records that follow, in this update and in later ones.
    """

    def __init__(self) -> None:
        self.default_class: int = RRClass.IN
        self.default_ttl: int | None = None
        self.checks = Checks()
        self.lease: tuple[int, ...] = ()
        self._class: int | None = None  # until something sets it
        self._prerequisites: list[Record] = []
        self._changes: list[Record] = []
        self._last_zone_section: tuple[Question, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it has no records."""
        return not self._changes and not self._prerequisites

    @property
    def rrclass(self) -> int:
        """The class of the message: the first that a record names, otherwise the default, which is then kept."""
        if self._class is None:
            self._class = self.default_class
        return self._class

    @property
    def first_name(self) -> Name:
        """The name whose zone is searched: that of the first change, otherwise that of the first prerequisite.

        A DS record belongs to the zone above its name (RFC 4034, section 5), so the search begins at the parent.
        """
        if not self._changes:
            return self._prerequisites[0].name
        first = self._changes[0]
        return first.name.parent if first.rrtype == RRType.DS else first.name

    def add(self, command: Addition | Deletion | Prerequisite) -> None:
        """Add the record of a command; raises InvalidText."""
        if command.rrclass is not None:
            self._agree_on_class(command.rrclass)
        if isinstance(command, Addition):
            self._changes.append(addition_record(command, self.rrclass, self.default_ttl or 0, self.checks))
        elif isinstance(command, Deletion):
            self._changes.append(deletion_record(command, self.rrclass))
        else:
            self._prerequisites.append(prerequisite_record(command, self.rrclass))

    def to_message(self, zone: Name | None) -> Message:
        """Return the message for a zone; with None, when no zone is known yet, the zone section is empty."""
        return Message(
            opcode=Opcode.UPDATE,
            question=() if zone is None else self._zone_section(zone),
            answer=tuple(self._prerequisites),
            authority=tuple(self._changes),
            additional=(lease_record(self.lease),) if self.lease else (),
        )

    def clear(self) -> None:
        """Begin the next update."""
        self._class = None
        self.lease = ()
        self._prerequisites.clear()
        self._changes.clear()

    def _agree_on_class(self, rrclass: int) -> None:
        """Give the message the first class that a record names; NONE is ignored, and ANY is an error."""
        if rrclass == RRClass.NONE:
            return
        if rrclass == RRClass.ANY or self._class not in (None, rrclass):
            raise InvalidText(f"class mismatch: {rrclass_to_text(rrclass)}")
        self._class = rrclass

    def _zone_section(self, zone: Name) -> tuple[Question, ...]:
        """Return the zone section; if it is equal to the last one, the same object, which is fastest to compare."""
        (last,) = self._last_zone_section or (None,)
        if last is None or last.name is not zone or last.rrclass != self.rrclass:
            self._last_zone_section = (Question(zone, RRType.SOA, self.rrclass),)
        return self._last_zone_section
