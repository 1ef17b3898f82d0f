"""Resource records, and the text of their rdata: addresses here, other types in modules that load when needed."""

from __future__ import annotations

from dns_update import errors
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType, rrclass_to_text, rrtype_to_text
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_ipv4, parse_ipv6
from dns_update.wire.name import Name

MAX_TTL = 2**31 - 1  # RFC 2181, section 8
_SERIAL = slice(-20, -16)  # of an SOA record's rdata, which ends with five numbers of 32 bits (RFC 1035, 3.3.13)
_SERIALS = 2**32


class Record(Value):
    """One resource record: owner name, type, class, TTL in seconds, and the rdata as uncompressed octets.

    In an update's sections, class and TTL have special meanings (RFC 2136, sections 2.4 and 2.5).
    """

    name: Name
    rrtype: int
    rrclass: int
    ttl: int
    rdata: bytes

    @classmethod
    def from_text(cls, text: str) -> Record:
        r"""Read a line as `to_text` writes it: `home.example.com. 300 IN A 192.0.2.1`.

        The name is always a full one, with or without the trailing dot. TTL and class may change places, the TTL may
        have units (`5m`), and a class that is left out is IN. The data is read as the values of an Update are: names in
        it are full names, and a TXT value that does not begin with a quote is one string, as it is written. Raises
        InvalidText, UsageError for what is not a text.
        """
        if not isinstance(text, str):
            raise errors.UsageError(f"a record is read from a text, not from {type(text).__name__}")
        from dns_update.rr.record_text import record_from_text  # an update does not need it

        return record_from_text(text)

    def to_text(self) -> str:
        """Return the record as a line of a zone file."""
        fixed = f"{self.name.to_text()} {self.ttl} {rrclass_to_text(self.rrclass)} {rrtype_to_text(self.rrtype)}"
        return f"{fixed} {self.data_text()}"

    def data_text(self) -> str:
        """Return the rdata in presentation form."""
        return rdata_to_text(self.rrtype, self.rdata, data_class(self.rrclass))


def data_class(rrclass: int) -> int:
    """Return the class whose form rdata has; that of a deleted record, whose class is NONE, is taken as IN."""
    return RRClass.IN if rrclass == RRClass.NONE else rrclass


def rdata_from_text(rrtype: int, text: str, rrclass: int = RRClass.IN) -> bytes:
    r"""Return the octets of rdata in presentation form (RFC 1035, section 5.1), or in the `\# LENGTH HEX` of RFC 3597.

    Names in it are absolute, with or without the trailing dot; `@` is not a name here. A quote has a meaning only at
    the start of a string. The data of a TXT or SPF record that does not begin with a quote is one text as it is
    written, with blanks, quotes, backslashes and semicolons. Raises InvalidText.
    """
    if rrclass == RRClass.IN and rrtype == RRType.A and text[:1] != "\\":
        return parse_ipv4(text)
    if rrclass == RRClass.IN and rrtype == RRType.AAAA and text[:1] != "\\":
        return parse_ipv6(text)
    from dns_update.rr.zone_file import rdata_from_zone_text  # not needed for addresses

    return rdata_from_zone_text(rrtype, text, rrclass)


def soa_serial(rdata: bytes) -> int:
    """Return the serial number in an SOA record's rdata."""
    return int.from_bytes(rdata[_SERIAL])


def is_after(serial: int, other: int) -> bool:
    """Return whether a serial is after another one (RFC 1982, section 3.2)."""
    return 0 < (serial - other) % _SERIALS < _SERIALS // 2


def check_rdata(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> None:
    """Raise InvalidText for octets that an address record cannot have; other types are not checked."""
    wanted = {RRType.A: IPV4_OCTETS, RRType.AAAA: IPV6_OCTETS}.get(rrtype) if rrclass == RRClass.IN else None
    if wanted is not None and len(rdata) != wanted:
        raise errors.InvalidText(f"{rrtype_to_text(rrtype)} rdata has {wanted} octets, not {len(rdata)}")


def rdata_to_text(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> str:
    """Return rdata in presentation form; in the generic form of RFC 3597 if its octets do not fit its type."""
    if rrclass == RRClass.IN and (rrtype, len(rdata)) in ((RRType.A, IPV4_OCTETS), (RRType.AAAA, IPV6_OCTETS)):
        return format_address(rdata)
    from dns_update.rr.presentation import text_of_rdata  # not needed for addresses

    return text_of_rdata(rrtype, rdata, rrclass)
