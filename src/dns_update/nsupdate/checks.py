"""What an addition is checked for before it is sent: host names (check-names), SVCB parameters, NSEC3 iterations."""

from __future__ import annotations

from dns_update.errors import InvalidText, MalformedMessage
from dns_update.wire.codes import MAX_U16, RRClass, RRType, decimal
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.wire.record import Record

MAX_NSEC3_ITERATIONS = 50  # BIND treats a zone with more as unsigned

_HOST = "host"
_MAILBOX = "mailbox"

_NSEC3 = 50
_NSEC3PARAM = 51
_A6 = 38
_IPV6_BITS = 128
_SVCB = 64
_HTTPS = 65

# Types whose owner must be a host name. A, AAAA, A6 and MX records may have a wildcard for one, too.
_HOST_OWNERS = {RRType.A: True, RRType.AAAA: True, RRType.MX: True, _A6: True, 11: False}

# Types with names in their rdata: the octets before the first one, and what each must be.
_NAMES = {
    RRType.NS: (0, (_HOST,)),
    RRType.SOA: (0, (_HOST, _MAILBOX)),
    RRType.PTR: (0, (_HOST,)),
    14: (0, (_MAILBOX, _MAILBOX)),  # MINFO
    RRType.MX: (2, (_HOST,)),
    17: (0, (_MAILBOX,)),  # RP
    18: (2, (_HOST,)),  # AFSDB
    21: (2, (_HOST,)),  # RT
    RRType.SRV: (6, (_HOST,)),
    _SVCB: (2, (_HOST,)),
    _HTTPS: (2, (_HOST,)),
    66: (5, (_HOST,)),  # DSYNC
}
# Elsewhere a PTR record may point at anything.
_REVERSE = tuple(map(Name.from_text, ("in-addr.arpa", "ip6.arpa", "ip6.int")))
_MICROSOFT = (b"gc", b"_msdcs")  # Active Directory's global catalogue has A and AAAA records there

_ALPHANUMERIC = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_HOST_OCTETS = _ALPHANUMERIC + b"-"
_BASE32HEX = frozenset(b"0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUV")
_PRINTABLE = range(0x21, 0x7F)

_ALPN = 1  # keys of SvcParams (RFC 9460, section 14.3.2; RFC 9461, section 5)
_DOHPATH = 7
_HTTP = (b"h2", b"h3")


def check_names(record: Record) -> None:
    """Refuse host names that are none (RFC 952; RFC 1123, section 2.1), as BIND's check-names does.

    Raises InvalidText in nsupdate's words.
    """
    owner, rrtype = record.name, record.rrtype
    if not _may_own(owner, rrtype, record.rrclass):
        raise InvalidText(f"check-names failed: bad owner '{owner}'")
    if rrtype == RRType.PTR and not any(owner.is_within(zone) for zone in _REVERSE):
        return
    if rrtype == _A6:
        offset, kinds = _a6_name(record.rdata)
    elif rrtype in _NAMES and not _is_alias(record):
        offset, kinds = _NAMES[rrtype]
    else:
        return
    cursor = Cursor(record.rdata, min(offset, len(record.rdata)))
    for kind in kinds:
        try:
            name = cursor.name()
        except MalformedMessage as error:  # octets given as such, in which there is no name
            raise InvalidText(f"invalid rdata format: {error.text}") from error
        if not (is_host(name) if kind == _HOST else is_mailbox(name)):
            raise InvalidText(f"check-names failed: bad name '{name}'")


def check_svcb(record: Record) -> None:
    """Refuse a SVCB record that no client of encrypted DNS can use (RFC 9461); raises InvalidText.

    The alias form has no parameters. Below a `_dns` label an ALPN is needed, and one of HTTP needs a DOHPATH.
    """
    if record.rrtype != _SVCB:
        return
    try:
        priority, parameters = _svcb(record.rdata)
    except MalformedMessage as error:
        raise InvalidText(f"check-svcb failed: {error.text}") from error
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
    """Refuse a NSEC3PARAM record with more iterations than BIND follows (RFC 9276); raises InvalidText."""
    if record.rrtype == _NSEC3PARAM and int.from_bytes(record.rdata[2:4]) > MAX_NSEC3_ITERATIONS:
        raise InvalidText(f"NSEC3PARAM has excessive iterations (> {MAX_NSEC3_ITERATIONS})")


def is_host(name: Name) -> bool:
    """Tell whether each label is of letters, digits and inner hyphens; the root's name is a host name, too."""
    return all(map(_is_host_label, name.labels))


def is_mailbox(name: Name) -> bool:
    """Tell whether the first label can be a mailbox (RFC 1035, section 8), and the rest is a host name."""
    return all(octet in _PRINTABLE for octet in b"".join(name.labels[:1])) and is_host(name.parent)


def _a6_name(rdata: bytes) -> tuple[int, tuple[str, ...]]:
    """Return what `_NAMES` has for other types: an A6 record's name stands behind the address, or is not there."""
    length = min(rdata[0], _IPV6_BITS) if rdata else 0
    return 1 + (_IPV6_BITS - length + 7) // 8, (_HOST,) if length else ()


def _is_alias(record: Record) -> bool:
    """Tell whether a SVCB or HTTPS record is of the alias form, which may point at anything."""
    return record.rrtype in (_SVCB, _HTTPS) and record.rdata[:2] == b"\0\0"


def _is_host_label(label: bytes) -> bool:
    return label[0] in _ALPHANUMERIC and label[-1] in _ALPHANUMERIC and not label.translate(None, _HOST_OCTETS)


def _may_own(owner: Name, rrtype: int, rrclass: int) -> bool:
    if rrtype == _NSEC3:
        return _is_hash(owner.labels[0]) if owner.labels else False
    if rrtype not in _HOST_OWNERS or is_host(owner):
        return True
    if rrtype in (RRType.A, RRType.AAAA) and rrclass == RRClass.IN and owner.folded[:2] == _MICROSOFT:
        return is_host(Name(owner.labels[2:]))
    return _HOST_OWNERS[rrtype] and owner.labels[:1] == (b"*",) and is_host(owner.parent)


def _is_hash(label: bytes) -> bool:
    """Tell whether a label is whole octets in the Base32 of RFC 5155, section 3.3."""
    return all(octet in _BASE32HEX for octet in label) and len(label) % 8 not in (1, 3, 6)


def _is_dns_service(owner: Name) -> bool:
    """Tell whether the owner is `_dns.NAME` or `_PORT._dns.NAME`."""
    labels = owner.folded
    first = labels[0].decode("latin-1") if labels else ""
    if first[:1] == "_" and first[1:2].isdecimal():
        has_port = decimal(first[1:], MAX_U16) is not None and (first[1] != "0" or first == "_0")
        return has_port and labels[1:2] == (b"_dns",)
    return first == "_dns"


def _svcb(rdata: bytes) -> tuple[int, dict[int, bytes]]:
    """Return priority and parameters of a SVCB record (RFC 9460, section 2.2); raises MalformedMessage."""
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
