"""The name of a zone's primary in its SOA record that has no address: mostly a zone file lacks a final dot. Pure."""

from __future__ import annotations

from dns_update.errors import Hint, InvalidText, NoResponse
from dns_update.wire.name import Name


def without_final_dot(host: Name, zone: Name) -> Name | None:
    """Return the name that was probably meant, if a name in a zone file seems to lack its final dot; otherwise None.

    Then the zone was added to it, as in ns.example.com.example.com (RFC 1035, section 5.1).
    """
    if not zone.labels or not host.is_within(zone):
        return None
    meant = Name(host.labels[: -len(zone.labels)])
    return meant if len(meant.labels) > 1 and _ends_alike(meant, zone) else None


def _ends_alike(meant: Name, zone: Name) -> bool:
    """Return whether two names are in one top-level domain: ns.host.example.com is a usual name, too."""
    return Name(meant.labels[-1:]) == Name(zone.labels[-1:])


def explain_unknown_primary(error: NoResponse, host: str, zone: Name) -> None:
    """Let the error for a primary without an address say where its name is from, and what may be wrong with it."""
    error.hint = Hint(
        "the SOA record of {of_zone} names it as the primary: give {dns-server} with the primary, and correct the "
        "first name in that record",
        of_zone=zone,
    )
    try:
        primary = Name.from_text(host)
    except InvalidText:
        return
    if primary == zone:  # so BIND fills the zones of RFC 6303
        error.explanation = Hint(
            "the resolver answers with an empty zone of its own, {of_zone}, so that no question about private names "
            "gets out (RFC 6303)",
            of_zone=zone,
        )
        error.hint = Hint("give {dns-server} with the server that has the zone, and {zone}")
    meant = without_final_dot(primary, zone)
    if meant is not None:
        error.explanation = Hint(
            "the SOA record of {of_zone} names it as the primary; {meant} is meant, and its final dot is missing in "
            "the zone file",
            of_zone=zone,
            meant=meant,
        )
        error.hint = Hint(
            "{dns-server:{meant}} does without the record; in the zone's SOA record, write {meant}. with the dot",
            meant=meant,
        )
