"""Where names must be host names, as owners and in rdata, and whether they are: BIND's check-names.

A host name consists of letters, digits and inner hyphens (RFC 952; RFC 1123, section 2.1).
"""

from __future__ import annotations

from dns_update import errors
from dns_update.rr.embedded_names import a6_prefix
from dns_update.rr.record import Record
from dns_update.wire.codes import INTERNET_TYPES, RRClass, RRType, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_HOST = "host"
_MAILBOX = "mailbox"

_NSEC3 = 50
_WKS = 11
_A6 = 38
_SVCB = 64
_HTTPS = 65

# Types whose owner must be a host name; True if it may also be a wildcard.
_HOST_OWNERS = {RRType.A: True, RRType.AAAA: True, RRType.MX: True, _A6: True, _WKS: False}

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

# Outside these zones a PTR record may point to anything.
_REVERSE = tuple(map(Name.from_text, ("in-addr.arpa", "ip6.arpa", "ip6.int")))
_MICROSOFT = (b"gc", b"_msdcs")  # Active Directory's global catalogue has A and AAAA records at such names

_ALPHANUMERIC = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_HOST_OCTETS = _ALPHANUMERIC + b"-"
_BASE32HEX = frozenset(b"0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUV")
_PRINTABLE = range(0x21, 0x7F)


def check_owner(owner: Name, rrtype: int, rrclass: int) -> None:
    """Raise InvalidText for an owner that is not the host name, wildcard or hash that the type needs."""
    if not may_own(owner, rrtype, rrclass):
        raise _not_a_host_name(owner, "owner", rrtype)


def check_targets(owner: Name, rrtype: int, values: Iterable[bytes], rrclass: int) -> None:
    """Raise InvalidText for rdata that has another name where the type needs a host name.

    Octets that contain no valid name are not checked: the server judges them.
    """
    for rdata in values:
        try:
            wrong = wrong_name(Record(owner, rrtype, rrclass, 0, rdata))
        except errors.MalformedMessage:
            continue
        if wrong is not None:
            raise _not_a_host_name(wrong, "data", rrtype)


def _not_a_host_name(name: Name, role: str, rrtype: int) -> errors.InvalidText:
    return errors.InvalidText(
        f"{name} is not a host name, as the {role} of {rrtype_to_text(rrtype)} records must be",
        hint=errors.Hint("a host name has letters, digits and inner hyphens; {check-names:no} sends any name"),
    )


def may_own(owner: Name, rrtype: int, rrclass: int) -> bool:
    """Return whether a name can own records of a type; some types need a host name, a wildcard or a hash."""
    if rrtype == _NSEC3:
        return _is_hash(owner.labels[0]) if owner.labels else False
    if rrtype not in _HOST_OWNERS or is_host(owner) or _is_without_hosts(rrtype, rrclass):
        return True
    if rrtype in (RRType.A, RRType.AAAA) and rrclass == RRClass.IN and owner.folded[:2] == _MICROSOFT:
        return is_host(Name(owner.labels[2:]))
    return _HOST_OWNERS[rrtype] and owner.labels[:1] == (b"*",) and is_host(owner.parent)


def wrong_name(record: Record) -> Name | None:
    """Return the first name in the rdata that must be a host name or mailbox and is not one; None if there is none.

    Raises MalformedMessage for octets that contain no valid name.
    """
    if record.rrtype == RRType.PTR and not any(record.name.is_within(zone) for zone in _REVERSE):
        return None
    if _is_without_hosts(record.rrtype, record.rrclass):
        return None
    if record.rrtype == _A6:
        offset, names = a6_prefix(record.rdata)
        kinds: tuple[str, ...] = (_HOST,) * names
    elif record.rrtype in _NAMES and not _is_alias(record):
        offset, kinds = _NAMES[record.rrtype]
    else:
        return None
    cursor = Cursor(record.rdata, min(offset, len(record.rdata)))
    for kind in kinds:
        name = cursor.name()
        if not (is_host(name) if kind == _HOST else is_mailbox(name)):
            return name
    return None


def _is_without_hosts(rrtype: int, rrclass: int) -> bool:
    """Return whether BIND needs no host names in records of this type because of their class."""
    if rrclass == RRClass.IN:
        return False
    return rrtype in INTERNET_TYPES or (rrtype == RRType.A and rrclass == RRClass.HS)


def is_host(name: Name) -> bool:
    """Return whether each label has only letters, digits and inner hyphens; the root is a host name, too."""
    return all(map(_is_host_label, name.labels))


def is_mailbox(name: Name) -> bool:
    """Return whether the first label can be a mailbox (RFC 1035, section 8), and the rest is a host name."""
    return all(octet in _PRINTABLE for octet in b"".join(name.labels[:1])) and is_host(name.parent)


def _is_alias(record: Record) -> bool:
    """Return whether an SVCB or HTTPS record has the alias form, which may point to anything."""
    return record.rrtype in (_SVCB, _HTTPS) and record.rdata[:2] == b"\0\0"


def _is_host_label(label: bytes) -> bool:
    return label[0] in _ALPHANUMERIC and label[-1] in _ALPHANUMERIC and not label.translate(None, _HOST_OCTETS)


def _is_hash(label: bytes) -> bool:
    """Return whether a label is whole octets in the Base32 of RFC 5155, section 3.3."""
    return all(octet in _BASE32HEX for octet in label) and len(label) % 8 not in (1, 3, 6)
