"""The checks of an addition before it is sent: host names (check-names), SVCB parameters, NSEC3 iterations."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.rr.host_names import may_own, wrong_name
from dns_update.rr.record import Record
from dns_update.wire.codes import MAX_U16, RR_TYPES, RRClass, decimal
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

MAX_NSEC3_ITERATIONS = 50  # BIND treats a zone with more as unsigned

_ALPN = 1  # keys of SvcParams (RFC 9460, section 14.3.2; RFC 9461, section 5)
_DOHPATH = 7
_HTTP = (b"h2", b"h3")


def check_names(record: Record) -> None:
    """Raise InvalidText, in nsupdate's words, where a host name is needed and the name is not one (check-names)."""
    if not may_own(record.name, record.rrtype, record.rrclass):
        raise InvalidText(f"check-names failed: bad owner '{record.name}'")
    wrong = wrong_name(record)
    if wrong is not None:
        raise InvalidText(f"check-names failed: bad name '{wrong}'")


def check_svcb(record: Record) -> None:
    """Raise InvalidText for an SVCB record that no client of encrypted DNS can use (RFC 9461).

    The alias form must have no parameters. Below a `_dns` label, an ALPN is needed; an ALPN of HTTP needs a DOHPATH.
    """
    if record.rrtype != RR_TYPES["SVCB"] or record.rrclass != RRClass.IN:
        return
    priority, parameters = _svcb(record.rdata)
    if priority == 0 and parameters:
        raise InvalidText("check-svcb failed: alias form has SvcParams")
    if not _is_dns_service(record.name):
        return
    if _ALPN not in parameters:
        raise InvalidText("check-svcb failed: no ALPN")
    protocols = _protocols(parameters[_ALPN])
    if _DOHPATH not in parameters and any(protocol in _HTTP for protocol in protocols):
        raise InvalidText("check-svcb failed: no DOHPATH")


def check_iterations(record: Record) -> None:
    """Raise InvalidText for an NSEC3PARAM record with more iterations than BIND follows (RFC 9276)."""
    if record.rrtype == RR_TYPES["NSEC3PARAM"] and int.from_bytes(record.rdata[2:4]) > MAX_NSEC3_ITERATIONS:
        raise InvalidText(f"NSEC3PARAM has excessive iterations (> {MAX_NSEC3_ITERATIONS})")


def _is_dns_service(owner: Name) -> bool:
    """Return whether the owner is `_dns.NAME` or `_PORT._dns.NAME`."""
    labels = owner.folded
    first = labels[0].decode("latin-1") if labels else ""
    if first[:1] == "_" and first[1:2].isdecimal():
        has_port = decimal(first[1:], MAX_U16) is not None and (first[1] != "0" or first == "_0")
        return has_port and labels[1:2] == (b"_dns",)
    return first == "_dns"


def _svcb(rdata: bytes) -> tuple[int, dict[int, bytes]]:
    """Return the priority and the parameters of an SVCB record (RFC 9460, section 2.2)."""
    cursor = Cursor(rdata)
    priority = cursor.u16()
    cursor.name()
    parameters = {}
    while cursor.remaining:
        key = cursor.u16()
        parameters[key] = cursor.take(cursor.u16())
    return priority, parameters


def _protocols(octets: bytes) -> list[bytes]:
    cursor = Cursor(octets)
    protocols = []
    while cursor.remaining:
        protocols.append(cursor.take(cursor.u8()))
    return protocols
