"""Names in reverse zones in which somebody wrote an address as it is, and not as RFC 1035, section 3.5 turns it."""

from __future__ import annotations

from dns_update import errors
from dns_update.wire.inet import IPV4_OCTETS, parse_address, reverse_name
from dns_update.wire.name import Name

_IPV4 = Name.from_text("in-addr.arpa")
_IPV6 = Name.from_text("ip6.arpa")
_MOST_NUMBERS = IPV4_OCTETS + 1  # below in-addr.arpa: a zone of RFC 2317 may have a number as its name, too


def refuse_address(owner: Name, zone: Name | None) -> None:
    """Raise UsageError if the part of a name that is below its reverse zone is a whole address.

    Without the zone, it is one if more numbers are below in-addr.arpa than an address has.
    """
    if zone is not None and zone.is_within(_IPV6) and owner.is_within(zone):
        relative = owner.labels[: len(owner.labels) - len(zone.labels)]
        if len(relative) == 1 and b":" in relative[0]:
            _refuse_if_address(owner, zone, relative[0].decode("ascii", "replace"))
    elif owner.is_within(_IPV4) and (zone is None or (zone != _IPV4 and owner.is_within(zone))):
        above = _IPV4 if zone is None else zone
        relative = owner.labels[: len(owner.labels) - len(above.labels)]
        is_whole = len(relative) == IPV4_OCTETS if zone is not None else len(relative) > _MOST_NUMBERS
        if is_whole and all(label.isdigit() for label in relative):
            _refuse_if_address(owner, zone, ".".join(label.decode() for label in relative[:IPV4_OCTETS]))


def _refuse_if_address(owner: Name, zone: Name | None, text: str) -> None:
    """Raise UsageError if a text is an address; it may be in the order of the reverse zone."""
    try:
        address = parse_address(text)
    except errors.InvalidText:
        return
    right = [Name.from_text(reverse_name(each)) for each in (address, address[::-1])]
    above = zone if zone is not None else Name(owner.labels[IPV4_OCTETS:])
    found = next((name for name in right if name.is_within(above)), right[0])
    raise errors.UsageError(
        f"{owner} is not the reverse name of an address: the zone's numbers are in it twice",
        hint=errors.Hint("{name:{found}}", found=found),
    )
