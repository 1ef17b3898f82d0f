"""Updates as values: a zone, the prerequisites and the changes, one method per paragraph of RFC 2136."""

from __future__ import annotations

from dns_update.errors import InvalidText, UsageError
from dns_update.value import Value
from dns_update.wire.codes import (
    Opcode,
    RRClass,
    RRType,
    is_zone_type,
    rrclass_to_text,
    rrtype_from_text,
    rrtype_to_text,
)
from dns_update.wire.message import Message, Question
from dns_update.wire.name import Name, parse_name
from dns_update.wire.record import MAX_TTL, Record, check_rdata, rdata_from_text


class Update(Value):
    """What to change in one zone, and under which conditions; all of it happens, or nothing (RFC 2136, section 3.7).

    Every method returns a new Update and leaves the old one as it was. Names are `Name`s, or texts: relative to the
    zone, `@` for the zone itself, and a full name inside the zone is understood as such. Types are numbers or
    mnemonics. Values are texts in presentation form, or octets of rdata.
    """

    __slots__ = ("changes", "prerequisites", "rrclass", "zone")
    zone: Name
    rrclass: int
    prerequisites: tuple[Record, ...]
    changes: tuple[Record, ...]

    def __init__(
        self,
        zone: Name | str,
        *,
        rrclass: int = RRClass.IN,
        prerequisites: tuple[Record, ...] = (),
        changes: tuple[Record, ...] = (),
    ) -> None:
        if not 0 < rrclass < RRClass.NONE:
            raise UsageError(f"{rrclass_to_text(rrclass)} is not the class of a zone")
        self._fill(
            zone=Name.from_text(zone) if isinstance(zone, str) else zone,
            rrclass=rrclass,
            prerequisites=prerequisites,
            changes=changes,
        )

    def require_rrset(self, name: Name | str, rrtype: int | str) -> Update:
        """RRset exists, whatever its values (RFC 2136, section 2.4.1)."""
        return self._require(Record(self._name(name), _type(rrtype), RRClass.ANY, 0, b""))

    def require_rrset_equal(self, name: Name | str, rrtype: int | str, *values: str | bytes) -> Update:
        """RRset exists and has exactly these values, one at least (section 2.4.2)."""
        number = _type(rrtype)
        owner = self._name(name)
        return self._require(*(Record(owner, number, self.rrclass, 0, r) for r in self._rdatas(number, values)))

    def require_no_rrset(self, name: Name | str, rrtype: int | str) -> Update:
        """RRset does not exist (section 2.4.3)."""
        return self._require(Record(self._name(name), _type(rrtype), RRClass.NONE, 0, b""))

    def require_present(self, name: Name | str) -> Update:
        """Name is in use: it has at least one record (section 2.4.4)."""
        return self._require(Record(self._name(name), RRType.ANY, RRClass.ANY, 0, b""))

    def require_absent(self, name: Name | str) -> Update:
        """Name is not in use (section 2.4.5)."""
        return self._require(Record(self._name(name), RRType.ANY, RRClass.NONE, 0, b""))

    def add(self, name: Name | str, ttl: int, rrtype: int | str, *values: str | bytes) -> Update:
        """Add to an RRset (section 2.5.1); `ttl` in seconds, 0 to 2**31 - 1."""
        check_ttl(ttl)
        number = _type(rrtype)
        owner = self._name(name)
        return self._change(*(Record(owner, number, self.rrclass, ttl, r) for r in self._rdatas(number, values)))

    def delete_rrset(self, name: Name | str, rrtype: int | str) -> Update:
        """Delete an RRset (section 2.5.2)."""
        return self._change(Record(self._name(name), _type(rrtype), RRClass.ANY, 0, b""))

    def delete_name(self, name: Name | str) -> Update:
        """Delete all RRsets of a name (section 2.5.3)."""
        return self._change(Record(self._name(name), RRType.ANY, RRClass.ANY, 0, b""))

    def delete(self, name: Name | str, rrtype: int | str, *values: str | bytes) -> Update:
        """Delete single records of an RRset (section 2.5.4)."""
        number = _type(rrtype)
        owner = self._name(name)
        return self._change(*(Record(owner, number, RRClass.NONE, 0, r) for r in self._rdatas(number, values)))

    def replace(self, name: Name | str, ttl: int, rrtype: int | str, *values: str | bytes) -> Update:
        """Make an RRset have exactly these values: delete it and add them, in the same message."""
        owner = self._name(name)
        return self.delete_rrset(owner, rrtype).add(owner, ttl, rrtype, *values)

    def to_message(self) -> Message:
        """Return the message to send (section 2); its ID is 0 until it is encoded for sending."""
        return Message(
            opcode=Opcode.UPDATE,
            question=(Question(self.zone, RRType.SOA, self.rrclass),),
            answer=self.prerequisites,
            authority=self.changes,
        )

    def _require(self, *records: Record) -> Update:
        prerequisites = self.prerequisites + records
        return Update(self.zone, rrclass=self.rrclass, prerequisites=prerequisites, changes=self.changes)

    def _change(self, *records: Record) -> Update:
        changes = self.changes + records
        return Update(self.zone, rrclass=self.rrclass, prerequisites=self.prerequisites, changes=changes)

    def _name(self, name: Name | str) -> Name:
        return name_in_zone(name, self.zone) if isinstance(name, str) else name

    def _rdatas(self, rrtype: int, values: tuple[str | bytes, ...]) -> list[bytes]:
        if not values:  # nothing would be added, deleted or required, and nobody would notice
            raise UsageError("no value is given", hint="delete_rrset and require_no_rrset take none")
        return [rdata_of(rrtype, value, self.rrclass) for value in values]


def rdata_of(rrtype: int, value: object, rrclass: int) -> bytes:
    """Return the octets of a value that is a text in presentation form or octets; raises UsageError for any other."""
    if isinstance(value, str):
        return rdata_from_text(rrtype, value, rrclass)
    if not isinstance(value, bytes):
        raise UsageError(f"a value is a text or octets, not {type(value).__name__}")
    check_rdata(rrtype, value, rrclass)
    return value


def check_ttl(ttl: int) -> None:
    """Raise InvalidText for what is no number of seconds that a TTL can be (RFC 2181, section 8)."""
    if not isinstance(ttl, int) or isinstance(ttl, bool):
        raise InvalidText(f"a TTL is a number of seconds, not {type(ttl).__name__}")
    if not 0 <= ttl <= MAX_TTL:
        raise InvalidText(f"the TTL {ttl} is not within 0 to {MAX_TTL}")


def name_in_zone(text: str, zone: Name) -> Name:
    """Return the name that a user means by `text` within `zone`.

    `@` is the zone. A trailing dot makes it absolute. Without one it is relative, unless it is a full name inside the
    zone already: `home.example.com` in `example.com` is never doubled. Raises InvalidText.
    """
    if text == "@":
        return zone
    name, is_absolute = parse_name(text)
    return name if is_absolute or name.is_within(zone) else name.below(zone)


def _type(rrtype: int | str) -> int:
    number = rrtype_from_text(rrtype) if isinstance(rrtype, str) else rrtype
    if not is_zone_type(number):
        raise UsageError(f"there are no RRsets of type {rrtype_to_text(number)} in a zone")
    return number
