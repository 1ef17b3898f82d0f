"""Updates as values: a zone, the prerequisites and the changes, one method per paragraph of RFC 2136."""

from __future__ import annotations

from dns_update import errors
from dns_update.message import Message, Question
from dns_update.rr.record import MAX_TTL, Record, check_rdata, rdata_from_text
from dns_update.value import Value
from dns_update.wire import codes
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, parse_cidr
from dns_update.wire.name import Name, parse_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from typing import Literal, TypeAlias

    Requirement: TypeAlias = Literal["any", "existing", "absent"]
    """What must be so before a change: what it is about is there, or is not (RFC 2136, section 2.4)."""

_ADDRESS_TYPES = (codes.RRType.A, codes.RRType.AAAA)


class Update(Value):
    """What to change in one zone, and under which conditions; all of it happens, or nothing (RFC 2136, section 3.7).

    Every method returns a new Update and leaves the old one as it was. Names are `Name`s, or texts: relative to the
    zone, `@` for the zone itself, or a full name inside the zone. Types are numbers or
    mnemonics. Values are texts in presentation form, or octets of rdata; those of A and AAAA may also be addresses of
    the standard library's `ipaddress`.

    Every method raises InvalidText for a text that is not a name, a type or a value of that type, and UsageError for
    any other wrong argument. Either is the caller's mistake, and nothing has been sent.
    """

    zone: Name
    rrclass: int
    prerequisites: tuple[Record, ...]
    changes: tuple[Record, ...]

    def __init__(
        self,
        zone: Name | str,
        *,
        rrclass: int | str = codes.RRClass.IN,
        prerequisites: tuple[Record, ...] = (),
        changes: tuple[Record, ...] = (),
    ) -> None:
        """Start with these records; the class is a number or a mnemonic. Raises what the methods raise."""
        if prerequisites != () or changes != ():
            for what, records in (("prerequisites", prerequisites), ("changes", changes)):
                if not isinstance(records, tuple) or not all(isinstance(record, Record) for record in records):
                    raise errors.UsageError(f"{what} are a tuple of Records", hint="the methods of Update make them")
        self._store(zone=zone_of(zone), rrclass=rrclass_of(rrclass), prerequisites=prerequisites, changes=changes)

    def require_rrset(self, name: Name | str, rrtype: int | str) -> Update:
        """RRset exists, whatever its values (RFC 2136, section 2.4.1).

        Raises UsageError for a type that has no RRsets in a zone, e.g. ANY.
        """
        return self._require(Record(self._name(name), zone_type_of(rrtype), codes.RRClass.ANY, 0, b""))

    def require_rrset_equal(
        self, name: Name | str, rrtype: int | str, *values: str | bytes | IPv4Address | IPv6Address
    ) -> Update:
        """RRset exists and has exactly these values, at least one (section 2.4.2).

        Raises InvalidText for a value that is not of this type, UsageError if no value is given.
        """
        return self._require(*self._records(name, 0, rrtype, self.rrclass, values))

    def require_no_rrset(self, name: Name | str, rrtype: int | str) -> Update:
        """RRset does not exist (section 2.4.3).

        Raises UsageError for a type that has no RRsets in a zone.
        """
        return self._require(Record(self._name(name), zone_type_of(rrtype), codes.RRClass.NONE, 0, b""))

    def require_present(self, name: Name | str) -> Update:
        """Name is in use: it has at least one record (section 2.4.4).

        Raises InvalidText for a text that is not a name.
        """
        return self._require(Record(self._name(name), codes.RRType.ANY, codes.RRClass.ANY, 0, b""))

    def require_absent(self, name: Name | str) -> Update:
        """Name is not in use (section 2.4.5).

        Raises InvalidText for a text that is not a name.
        """
        return self._require(Record(self._name(name), codes.RRType.ANY, codes.RRClass.NONE, 0, b""))

    def add(
        self, name: Name | str, ttl: int, rrtype: int | str, *values: str | bytes | IPv4Address | IPv6Address
    ) -> Update:
        """Add to an RRset (section 2.5.1); `ttl` in seconds, 0 to 2**31 - 1.

        Raises InvalidText for a value that is not of this type and for a wrong TTL, UsageError if no value is given.
        """
        check_ttl(ttl)
        return self._change(*self._records(name, ttl, rrtype, self.rrclass, values))

    def delete_rrset(self, name: Name | str, rrtype: int | str) -> Update:
        """Delete an RRset (section 2.5.2).

        Raises UsageError for a type that has no RRsets in a zone.
        """
        return self._change(Record(self._name(name), zone_type_of(rrtype), codes.RRClass.ANY, 0, b""))

    def delete_name(self, name: Name | str) -> Update:
        """Delete all RRsets of a name (section 2.5.3).

        Raises InvalidText for a text that is not a name.
        """
        return self._change(Record(self._name(name), codes.RRType.ANY, codes.RRClass.ANY, 0, b""))

    def delete(self, name: Name | str, rrtype: int | str, *values: str | bytes | IPv4Address | IPv6Address) -> Update:
        """Delete single records of an RRset (section 2.5.4).

        Raises InvalidText for a value that is not of this type, UsageError if no value is given.
        """
        return self._change(*self._records(name, 0, rrtype, codes.RRClass.NONE, values))

    def replace(
        self, name: Name | str, ttl: int, rrtype: int | str, *values: str | bytes | IPv4Address | IPv6Address
    ) -> Update:
        """Make an RRset have exactly these values: delete it and add them, in the same message.

        Raises what `add` raises.
        """
        owner = self._name(name)
        return self.delete_rrset(owner, rrtype).add(owner, ttl, rrtype, *values)

    def to_message(self) -> Message:
        """Return the message to send (section 2); its ID is 0 until it is encoded for sending."""
        return Message(
            opcode=codes.Opcode.UPDATE,
            question=(Question(self.zone, codes.RRType.SOA, self.rrclass),),
            answer=self.prerequisites,
            authority=self.changes,
        )

    def _require(self, *records: Record) -> Update:
        return self._with(self.prerequisites + records, self.changes)

    def _change(self, *records: Record) -> Update:
        return self._with(self.prerequisites, self.changes + records)

    def _with(self, prerequisites: tuple[Record, ...], changes: tuple[Record, ...]) -> Update:
        """Return this update with other records; not through `__init__`, which would check each of them again."""
        update = Update.__new__(Update)
        update._store(zone=self.zone, rrclass=self.rrclass, prerequisites=prerequisites, changes=changes)  # noqa: SLF001 - of its own class
        return update

    def _name(self, name: Name | str) -> Name:
        return name if isinstance(name, Name) else name_in_zone(name, self.zone)

    def _records(
        self, name: Name | str, ttl: int, rrtype: int | str, rrclass: int, values: tuple[object, ...]
    ) -> list[Record]:
        """Return a record for each value."""
        number = zone_type_of(rrtype)
        owner = self._name(name)
        if not values:  # nothing would be added, deleted or required, without notice
            raise errors.UsageError("no value is given", hint="delete_rrset and require_no_rrset take none")
        return [Record(owner, number, rrclass, ttl, rdata_of(number, value, self.rrclass)) for value in values]


# Reading arguments.


def zone_of(zone: Name | str) -> Name:
    """Return a zone's name, given as a Name or a text; raises UsageError, InvalidText for a text that is not a name."""
    if isinstance(zone, Name):
        return zone
    if zone == "@":
        raise errors.UsageError("'@' is not a zone name here", hint="write the zone in full, e.g. example.com")
    return Name.from_text(zone)


def rrclass_of(rrclass: object) -> int:
    """Return the number of a zone's class, given as a number or a mnemonic; raises UsageError."""
    number = codes.rrclass_from_text(rrclass) if isinstance(rrclass, str) else rrclass
    if not isinstance(number, int):
        raise _wrong("a class is a number or a mnemonic", number)
    if not 0 < number < codes.RRClass.NONE:
        raise errors.UsageError(f"{rrclass} is not the class of a zone", hint="IN, CH or HS")
    return number


def rrtype_of(rrtype: object) -> int:
    """Return the number of a record type, given as a number or a mnemonic; raises UsageError."""
    number = codes.rrtype_from_text(rrtype) if isinstance(rrtype, str) else rrtype
    if not isinstance(number, int):
        raise _wrong("a type is a number or a mnemonic", number)
    if not 0 < number <= codes.MAX_U16:
        raise errors.UsageError(f"{number} is not a record type", hint=f"1 to {codes.MAX_U16}, or a mnemonic")
    return number


def zone_type_of(rrtype: object) -> int:
    """Do as `rrtype_of`, but raise UsageError also for a type that has no RRsets in a zone."""
    number = rrtype_of(rrtype)
    if not codes.is_zone_type(number):
        raise errors.UsageError(f"there are no RRsets of type {codes.rrtype_to_text(number)} in a zone")
    return number


def rdata_of(rrtype: int, value: object, rrclass: int) -> bytes:
    """Return the octets of a value: a text in presentation form, octets, or, for A and AAAA, an `ipaddress` address.

    Raises UsageError for anything else.
    """
    if isinstance(value, str):
        return rdata_from_text(rrtype, value, rrclass)
    octets = getattr(value, "packed", value) if rrtype in _ADDRESS_TYPES else value
    if not isinstance(octets, bytes):
        raise _wrong("a value is a text or octets", value)
    check_rdata(rrtype, octets, rrclass)
    return octets


def address_of(value: object) -> bytes:
    """Return the octets of an address: 4 or 16 octets, a text, or one of the standard library's `ipaddress`.

    Raises UsageError for anything else.
    """
    if isinstance(value, str):
        return parse_cidr(value)
    octets = getattr(value, "packed", value)
    if not isinstance(octets, bytes):
        raise _wrong("an address is a text, octets or of the module ipaddress", value)
    if len(octets) not in (IPV4_OCTETS, IPV6_OCTETS):
        raise errors.UsageError(f"an address has 4 or 16 octets, not {len(octets)}", hint="or give rrtype")
    return octets


def _wrong(what: str, given: object) -> errors.UsageError:
    """Return the error for a value of the wrong type."""
    several = isinstance(given, list | tuple | set | frozenset)
    hint = "give several as arguments of their own: *values" if several else ""
    return errors.UsageError(f"{what}, not {type(given).__name__}", hint=hint)


def check_ttl(ttl: int) -> None:
    """Raise InvalidText for anything but a number of seconds that a TTL can be (RFC 2181, section 8)."""
    if not isinstance(ttl, int) or isinstance(ttl, bool):
        raise errors.InvalidText(f"a TTL is a number of seconds, not {type(ttl).__name__}")
    if not 0 <= ttl <= MAX_TTL:
        raise errors.InvalidText(f"the TTL {ttl} is not within 0 to {MAX_TTL}")


def name_in_zone(text: str, zone: Name) -> Name:
    """Return the name that a user means by `text` within `zone`.

    `@` is the zone. A name with a trailing dot is absolute. Without the dot it is relative, unless it is already a full
    name inside the zone: `home.example.com` in `example.com` is never doubled. Raises InvalidText; and UsageError for
    an address in a reverse zone, which has another name there.
    """
    if text == "@":
        return zone
    if text == "":
        raise errors.InvalidText("a domain name cannot be empty", hint="write @ for the zone itself")
    name, is_absolute = parse_name(text)
    owner = placed_name(name, zone, is_absolute=is_absolute)
    if zone.labels and zone.folded[-1] == b"arpa":
        from dns_update.rr.reverse_names import refuse_address  # few zones are reverse ones

        refuse_address(owner, zone)
    return owner


def placed_name(name: Name, zone: Name, *, is_absolute: bool) -> Name:
    """Return the name within `zone` that a user means by one already parsed; see `name_in_zone`. Raises InvalidText."""
    return name if is_absolute or name.is_within(zone) else name.below(zone)
