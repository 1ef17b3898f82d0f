"""Many names at once: what is wanted of each, and what became of it, as values."""

from __future__ import annotations

from dns_update import errors
from dns_update.update import address_of, check_ttl, name_in_zone, rdata_of, zone_of, zone_type_of
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.inet import IPV4_OCTETS
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from typing import Final, Literal, TypeAlias

    from dns_update.transport import Endpoint
    from dns_update.update import Requirement

    BulkState: TypeAlias = Literal["updated", "unchanged", "refused", "failed", "not-tried"]

UPDATED: Final = "updated"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"
FAILED: Final = "failed"
NOT_TRIED: Final = "not-tried"
STATES: tuple[BulkState, ...] = (UPDATED, UNCHANGED, REFUSED, FAILED, NOT_TRIED)
"""What may become of a wish; `BulkOutcome` says what each means."""
DONE: tuple[BulkState, ...] = (UPDATED, UNCHANGED)

ANY, EXISTING, ABSENT = REQUIREMENTS = ("any", "existing", "absent")
"""What must be so before a wish is carried out: its RRset is there, or is not; for the type ANY, its name."""

MAX_MESSAGE_OCTETS = 65535  # RFC 1035, section 4.2.2
MIN_MESSAGE_OCTETS = 1024  # a name of 255 octets, some data, and the signature


class Wish(Value):
    """What one RRset of a name should be; `from_text` makes one from texts.

    `owner` is the name in full, in its uncompressed wire form. `zone` is None if it is to be looked up. `ttl` is in
    seconds; None keeps the current one. `values` are octets of rdata. With `adds`, the RRset keeps its other records.
    With `deletes`, these records go; without values, the whole RRset; with the type ANY, the whole name (RFC 2136,
    sections 2.5.2 to 2.5.4). `require` is one of `REQUIREMENTS`. `lines` are the lines of a file that say so.
    """

    owner: bytes
    zone: Name | None
    rrtype: int
    ttl: int | None
    values: tuple[bytes, ...]
    _: KW_ONLY
    adds: bool = False
    deletes: bool = False
    require: Requirement = "any"
    lines: tuple[int, ...] = ()

    @classmethod
    def from_text(  # noqa: PLR0913 - what a wish consists of
        cls,
        name: Name | str,
        *values: str | bytes | IPv4Address | IPv6Address,
        rrtype: int | str | None = None,
        zone: Name | str | None = None,
        ttl: int | None = None,
        adds: bool = False,
        deletes: bool = False,
        require: Requirement = "any",
    ) -> Wish:
        """Return the wish that a name has exactly these values, with `adds` these too, or that with `deletes` they go.

        `name` is a full name, or one relative to `zone`. `values` are those of `Client.set`: addresses, all of one
        family, or data of `rrtype` in presentation form. `ttl` is in seconds. With `deletes`, the values may be left
        out, and the type, too. `require`: the RRset must be `existing` or `absent`. Raises UsageError, InvalidText.
        """
        place = None if zone is None else zone_of(zone)
        owner = name if isinstance(name, Name) else Name.from_text(name) if place is None else name_in_zone(name, place)
        if place is not None and not owner.is_within(place):
            raise errors.UsageError(f"{owner} is not in {place}", hint="give the zone that holds the name")
        if ttl is not None:
            check_ttl(ttl)
        if adds and deletes:
            raise errors.UsageError(f"{owner} is both to be added to and to be deleted", hint="make one wish for each")
        if require not in REQUIREMENTS or (deletes and require == ABSENT):
            raise errors.UsageError(
                f"require cannot be {require!r} here", hint="one of any, existing; and absent, unless deletes is given"
            )
        if not values and not deletes:
            raise errors.UsageError(f"no value is given for {owner}", hint="deletes=True removes what it has")
        number, data = _typed(values, rrtype)
        return cls(owner.to_wire(), place, number, ttl, data, adds=adds, deletes=deletes, require=require)

    @property
    def name(self) -> Name:
        """The owner name as a value."""
        return name_of(self.owner)


def name_of(owner: bytes) -> Name:
    """Return the name that has this uncompressed wire form."""
    labels, position = [], 0
    while octets := owner[position]:
        labels.append(owner[position + 1 : position + 1 + octets])
        position += 1 + octets
    return Name(tuple(labels))


def _typed(values: tuple[object, ...], rrtype: int | str | None) -> tuple[int, tuple[bytes, ...]]:
    """Return a type, and values as its rdata; addresses have the type of their family."""
    if rrtype is not None:
        number = zone_type_of(rrtype)
        return number, tuple(dict.fromkeys(rdata_of(number, value, RRClass.IN) for value in values))
    if not values:
        return RRType.ANY, ()
    data = tuple(dict.fromkeys(map(address_of, values)))
    if len({len(address) for address in data}) > 1:
        raise errors.UsageError("the addresses are of both families", hint="make one wish for each family")
    return RRType.A if len(data[0]) == IPV4_OCTETS else RRType.AAAA, data


class BulkOptions(Value, kw_only=True):
    """How to carry out many wishes.

    With `verify`, what was changed is read back. With `skip_equal`, each name is read first, and is not sent if it is
    as desired. `message_octets` is the largest message that is sent, 1024 to 65535. `most_in_flight` is how many
    messages to one server may be without an answer. With `may_be_done`, an earlier run may have carried out some of
    the wishes: then one that requires what is not so is looked at, and is done if it is as desired.
    """

    verify: bool = True
    skip_equal: bool = False
    may_be_done: bool = False
    message_octets: int = 8192  # of 4, 8, 16, 32 and 64 KiB, BIND is fastest with this (`make bench`)
    most_in_flight: int = 32  # Knot is 8 times as fast as with 1, BIND a quarter slower (`make bench`)

    def __post_init__(self) -> None:
        """Raise UsageError for a number that is out of range or of a wrong type."""
        for what, number, least, most in (
            ("message_octets", self.message_octets, MIN_MESSAGE_OCTETS, MAX_MESSAGE_OCTETS),
            ("most_in_flight", self.most_in_flight, 1, 32),
        ):
            if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
                raise errors.UsageError(f"{what} is a number from {least} to {most}, not {number!r}")


class BulkOutcome(Value):
    """What became of a wish.

    `state` is one of `STATES`: `updated`: the server carried it out; `unchanged`: the name was as desired, and nothing
    was sent; `refused`: the server said no, or ignored it in silence; `failed`: no answer came, or the server failed;
    `not-tried`: it was not sent, because something else failed before. `error` says why, for all but the first two.
    """

    wish: Wish
    state: BulkState
    error: errors.DnsUpdateError | None = None
    zone: Name | None = None
    server: Endpoint | None = None

    @property
    def is_done(self) -> bool:
        """Whether the zone is as desired."""
        return self.state in DONE
