"""The fields of a line about one name: owner, TTL, type, data; what is the same from line to line is read once."""

from __future__ import annotations

import re
from typing import TypeVar

from dns_update import errors
from dns_update.bulk import Wish, name_of
from dns_update.errors import quoted
from dns_update.rr.host_names import check_owner, check_targets
from dns_update.rr.record import MAX_TTL, rdata_from_text
from dns_update.update import name_in_zone
from dns_update.wire.codes import RRClass, RRType, decimal, is_zone_type, rrtype_from_text
from dns_update.wire.inet import parse_ipv4, parse_ipv6
from dns_update.wire.name import MAX_NAME_OCTETS, Name, parse_name
from dns_update.wire.ttl import seconds_from_units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.update import Requirement

MOST_CACHED = 10_000  # texts of each kind: a long file with as many zones is read more slowly, and not wrongly
PLAIN_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"  # of a host name (RFC 1123, section 2.1)
_PLAIN_LABEL = re.compile(PLAIN_LABEL).fullmatch
K = TypeVar("K")
V = TypeVar("V")
_NO_VALUES: tuple[bytes, ...] = ()
_UNKNOWN = b"", None, None
_ADDRESS_TYPES = (RRType.A, RRType.AAAA)


class Fields:
    """Reads the fields of lines, and makes wishes of them.

    `zone` is that of lines which do not name one, `ttl` their TTL in seconds; either may be None. With `adds`, the
    wishes are that the records are there beside others, with `deletes` that they go; `require` is that of all. With
    `check_names`, an owner or a target that must be a host name is refused if it is not (RFC 1123, section 2.1).
    """

    def __init__(  # noqa: PLR0913 - what lines have in common
        self,
        *,
        zone: Name | None = None,
        ttl: int | None = None,
        adds: bool = False,
        deletes: bool = False,
        require: Requirement = "any",
        check_names: bool = True,
    ) -> None:
        """Start with nothing read."""
        self.zone = zone
        self.ttl = ttl
        self.deletes = deletes
        self._adds = adds
        self._require = require
        self._check_names = check_names
        self._suffixes: dict[tuple[str, str], bytes] = {}  # what comes after the first label, in wire form
        self._alike: dict[tuple[str, str, str], tuple[bytes, Name | None, int | None]] = {}  # lines but for the label
        self._ttls: dict[str, int] = {}
        self._types: dict[str, int] = {}
        self._zones: dict[str, Name] = {}

    def wish_of_address(self, name: str, address: str, ttl: str, zone: str, line: int) -> Wish:
        """Return the wish of a line with an address; an empty text is a field that is left out. Raises InvalidText."""
        place = self.zone_of(zone) if zone else self.zone
        owner, is_plain = self._owner(name, place, zone)
        values: tuple[bytes, ...] = ()
        if not address and self.deletes:
            rrtype = self._whole_name(owner, place)
        else:
            is_ipv6 = ":" in address
            rrtype = RRType.AAAA if is_ipv6 else RRType.A
            values = (parse_ipv6(address) if is_ipv6 else parse_ipv4(address),)
        if not is_plain and self._check_names and not self.deletes:
            check_owner(name_of(owner), rrtype, RRClass.IN)
        seconds = self.ttl_of(ttl) if ttl else self.ttl
        return self.wish(owner, place, rrtype, seconds, values, line)

    def wish_of_plain(self, label: str, rest: str, address: str, ttl: str, zone: str, line: int) -> Wish:  # noqa: PLR0913, PLR0917 - the fields
        """Return the same for a name whose first label is plain, and `rest` what follows, with its dot."""
        suffix, place, seconds = self._alike.get((rest, ttl, zone), _UNKNOWN)
        if not suffix or len(suffix) + len(label) >= MAX_NAME_OCTETS:
            wish = self.wish_of_address(label + rest, address, ttl, zone, line)
            suffix = self._suffixes.get((rest, zone), b"")
            _keep(self._alike, (rest, ttl, zone), (suffix, wish.zone, wish.ttl))
            return wish
        owner = b"%c%b%b" % (len(label), label.encode("ascii"), suffix)
        if ":" in address:
            return self.wish(owner, place, RRType.AAAA, seconds, (parse_ipv6(address),), line)
        return self.wish(owner, place, RRType.A, seconds, (parse_ipv4(address),), line)

    def wish_of_data(self, name: str, rrtype: str, value: str, ttl: str, zone: str, line: int) -> Wish:  # noqa: PLR0913, PLR0917 - the fields
        """Return the wish of a line with a type and data; raises InvalidText."""
        place = self.zone_of(zone) if zone else self.zone
        owner, _is_plain = self._owner(name, place, zone)
        if not rrtype and not value and self.deletes:
            number, values = self._whole_name(owner, place), _NO_VALUES
        else:
            number = self.type_of(rrtype)
            values = _NO_VALUES if not value and self.deletes else (self.rdata(number, value),)
        seconds = self.ttl_of(ttl) if ttl else self.ttl
        return self.checked(self.wish(owner, place, number, seconds, values, line))

    def wish(  # noqa: PLR0913, PLR0917 - the fields
        self, owner: bytes, zone: Name | None, rrtype: int, ttl: int | None, values: tuple[bytes, ...], line: int
    ) -> Wish:
        """Return a wish of what was read."""
        return Wish(
            owner,
            zone,
            rrtype,
            ttl,
            values,
            adds=self._adds,
            deletes=self.deletes,
            require=self._require,
            lines=(line,),
        )

    def checked(self, wish: Wish) -> Wish:
        """Return a wish; raises InvalidText for a name that must be a host name and is not."""
        if self._check_names and not wish.deletes:
            owner = wish.name
            check_owner(owner, wish.rrtype, RRClass.IN)
            if wish.rrtype not in _ADDRESS_TYPES:
                check_targets(owner, wish.rrtype, wish.values, RRClass.IN)
        return wish

    def rdata(self, rrtype: int, value: str) -> bytes:
        """Return the octets of data in presentation form; raises InvalidText."""
        if not value:
            raise errors.InvalidText("the value is empty", hint="--delete removes what a name has")
        return rdata_from_text(rrtype, value, RRClass.IN)

    def type_of(self, text: str) -> int:
        """Return the number of a record type that a zone can hold; raises InvalidText."""
        number = self._types.get(text)
        if number is None:
            number = rrtype_from_text(text)
            if not is_zone_type(number):
                raise errors.InvalidText(f"there are no records of type {quoted(text)} in a zone")
            _keep(self._types, text, number)
        return number

    def ttl_of(self, text: str) -> int:
        """Return seconds, written as a number or with units; raises InvalidText."""
        seconds = self._ttls.get(text)
        if seconds is None:
            found = decimal(text, MAX_TTL) if text.isdecimal() else seconds_from_units(text, MAX_TTL)
            if found is None:
                raise errors.InvalidText(f"{quoted(text)} is not a TTL", hint=f"0 to {MAX_TTL} seconds, or 10m, 1h, 1d")
            seconds = found
            _keep(self._ttls, text, seconds)
        return seconds

    def zone_of(self, text: str) -> Name:
        """Return the name of a zone; raises InvalidText."""
        zone = self._zones.get(text)
        if zone is None:
            zone = Name.from_text(text)
            _keep(self._zones, text, zone)
        return zone

    def owner_of(self, text: str, zone: Name | None) -> Name:
        """Return the name that a text means, within a zone if one is known; raises InvalidText."""
        if zone is not None:
            owner = name_in_zone(text, zone)
            if not owner.is_within(zone):
                raise errors.InvalidText(f"{owner} is not in {zone}", hint="give the zone that holds the name")
            return owner
        owner, is_absolute = parse_name(text)
        if len(owner.labels) < 2 and not is_absolute:  # noqa: PLR2004 - a name of one label is relative to something
            raise errors.InvalidText(f"{quoted(text)} is not a full name", hint="give zone=, or the name in full")
        return owner

    def _owner(self, text: str, zone: Name | None, zone_text: str) -> tuple[bytes, bool]:
        """Return a name in wire form, and whether it is plain: a host name that needs no further check.

        `zone_text` is what the line says about the zone.
        """
        label, dot, rest = text.partition(".")
        rest = dot + rest  # without its dot, a name in full would seem to be relative
        if _PLAIN_LABEL(label) is None:
            return self.owner_of(text, zone).to_wire(), False
        suffix = self._suffixes.get((rest, zone_text))
        if suffix is not None and len(suffix) + len(label) < MAX_NAME_OCTETS:
            return b"%c%b%b" % (len(label), label.encode("ascii"), suffix), True
        owner = self.owner_of(text, zone).to_wire()
        if self._is_alike(rest, owner, zone):
            _keep(self._suffixes, (rest, zone_text), owner[1 + len(label) :])
        return owner, False

    @staticmethod
    def _is_alike(rest: str, owner: bytes, zone: Name | None) -> bool:
        """Return whether any plain label before `rest` makes a host name in the same place as the one in `owner`.

        It does not if the name may be the zone itself with one label, and be relative to the zone with another.
        """
        name = name_of(owner)
        if not all(_is_plain(part) for part in name.labels):
            return False
        if zone is None:
            return len(rest) > 1
        if rest in ("", "."):
            return not rest and len(zone.labels) > 1
        above, is_absolute = parse_name(rest[1:])
        return above.is_within(zone) or not (is_absolute or above == zone.parent)

    def _whole_name(self, owner: bytes, zone: Name | None) -> int:
        """Return the type of a wish that a whole name goes; raises InvalidText for the zone itself."""
        if zone is not None and owner.lower() == zone.to_canonical_wire():
            raise errors.InvalidText(
                f"this would remove every record at {zone} itself", hint="say which: give the type, or the value"
            )
        return RRType.ANY


def _is_plain(label: bytes) -> bool:
    return _PLAIN_LABEL(label.decode("ascii", "replace")) is not None


def _keep(cache: dict[K, V], key: K, content: V) -> None:
    if len(cache) >= MOST_CACHED:
        cache.clear()
    cache[key] = content
