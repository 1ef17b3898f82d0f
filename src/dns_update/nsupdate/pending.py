"""The update that a script builds line by line, until it sends it."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.message import Message, Question
from dns_update.nsupdate.commands import Addition, Deletion, Prerequisite
from dns_update.nsupdate.translation import Checks, addition_record, deletion_record, lease_record, prerequisite_record
from dns_update.rr.record import Record
from dns_update.wire.codes import Opcode, RRClass, RRType, rrclass_to_text
from dns_update.wire.name import Name


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
