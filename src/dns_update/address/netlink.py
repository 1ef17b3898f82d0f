"""The kernel's octets about addresses, read and written: rtnetlink(7). Pure: no socket here."""

from __future__ import annotations

from struct import Struct, error

from dns_update.errors import MalformedMessage
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h
NLMSG_ERROR = 2
NLMSG_DONE = 3
RTM_NEWADDR = 20
RTM_GETADDR = 22
_NLM_F_REQUEST = 0x001
_NLM_F_DUMP_INTR = 0x010
_NLM_F_DUMP = 0x300
_ADDRESS_OCTETS = {2: IPV4_OCTETS, 10: IPV6_OCTETS}  # AF_INET, AF_INET6
_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFA_CACHEINFO = 6
_IFA_FLAGS = 8


class AddressFlag:
    """What the kernel says about an address (linux/if_addr.h)."""

    SECONDARY = 0x01  # IPv4: a further address of the subnet. IPv6: temporary (RFC 8981)
    DADFAILED = 0x08
    DEPRECATED = 0x20
    TENTATIVE = 0x40


_HEADER = Struct("=IHHII")  # length, type, flags, sequence number, port
_IFADDRMSG = Struct("=BBBBI")  # family, prefix length, flags, scope, interface index
_ATTRIBUTE = Struct("=HH")  # length, type
_U32 = Struct("=I")
_I32 = Struct("=i")
_ALIGNMENT = 4
FOREVER = 0xFFFFFFFF  # a lifetime without end


class AddressEntry(Value):
    """One address of one interface; `preferred` is the seconds for which it stays preferred."""

    __slots__ = ("address", "flags", "index", "preferred", "scope")
    index: int
    address: bytes
    flags: int
    scope: int
    preferred: int

    def __init__(self, index: int, address: bytes, flags: int, scope: int, preferred: int) -> None:
        self._fill(index=index, address=address, flags=flags, scope=scope, preferred=preferred)


class Dump(Value):
    """What one datagram of an answer held.

    `is_last` tells whether the answer ends with it; `errno` is not 0 if the kernel refused or gave up; `is_interrupted`
    tells that the addresses changed while they were listed, so that the list may lack some, or have some twice.
    """

    __slots__ = ("entries", "errno", "is_interrupted", "is_last")
    entries: tuple[AddressEntry, ...]
    is_last: bool
    is_interrupted: bool
    errno: int

    def __init__(
        self, entries: tuple[AddressEntry, ...], *, is_last: bool, is_interrupted: bool = False, errno: int = 0
    ) -> None:
        self._fill(entries=entries, is_last=is_last, is_interrupted=is_interrupted, errno=errno)


def dump_request(sequence: int) -> bytes:
    """Return the request for all addresses of all interfaces."""
    length = _HEADER.size + _IFADDRMSG.size
    header = _HEADER.pack(length, RTM_GETADDR, _NLM_F_REQUEST | _NLM_F_DUMP, sequence, 0)
    return header + _IFADDRMSG.pack(0, 0, 0, 0, 0)


def decode(octets: bytes, *, sequence: int | None = None, port: int | None = None) -> Dump:
    """Read one datagram from the kernel; raises MalformedMessage.

    With `sequence`, a request's, and `port`, its socket's, only messages that answer that request are taken.
    """
    entries: list[AddressEntry] = []
    is_interrupted = False
    try:
        for kind, flags, *answered, body in _messages(octets):
            if sequence is not None and answered != [sequence, port]:
                continue
            is_interrupted = is_interrupted or bool(flags & _NLM_F_DUMP_INTR)
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                errno = _errno(kind, body)
                return Dump(tuple(entries), is_last=True, is_interrupted=is_interrupted, errno=errno)
            if kind == RTM_NEWADDR:
                entries += _entry(body)
    except error as reason:  # struct's: the octets did not suffice
        raise MalformedMessage(f"a netlink message is cut off: {reason}") from reason
    return Dump(tuple(entries), is_last=False, is_interrupted=is_interrupted)


def _messages(octets: bytes) -> Iterator[tuple[int, int, int, int, bytes]]:
    """Yield type, flags, sequence number, port and body of each message in a datagram."""
    position = 0
    while position < len(octets):
        length, kind, flags, sequence, port = _HEADER.unpack_from(octets, position)
        if length < _HEADER.size or position + length > len(octets):
            raise MalformedMessage(f"a netlink message of {length} octets at {position}")
        yield kind, flags, sequence, port, octets[position + _HEADER.size : position + length]
        position += _aligned(length)


def _errno(kind: int, body: bytes) -> int:
    """Return what went wrong; the end of a dump tells it if it was begun and cannot be finished."""
    if kind == NLMSG_DONE and len(body) < _I32.size:
        return 0
    code: int = _I32.unpack_from(body)[0]  # 0, or an errno below it
    return max(0, -code)


def _entry(body: bytes) -> tuple[AddressEntry, ...]:
    """Read one RTM_NEWADDR; what is no IPv4 or IPv6 address (Phonet, MCTP) is passed over."""
    family, _prefix_length, flags, scope, index = _IFADDRMSG.unpack_from(body)
    attributes = _attributes(body)
    # On a point-to-point link IFA_ADDRESS is the peer's, IFA_LOCAL ours.
    address = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS, b"")
    if family not in _ADDRESS_OCTETS or not address:
        return ()
    if len(address) != _ADDRESS_OCTETS[family]:
        raise MalformedMessage(f"an address of {len(address)} octets in family {family}")
    if _IFA_FLAGS in attributes:  # all 32 bits; the header has room for 8
        flags = _U32.unpack_from(attributes[_IFA_FLAGS])[0]
    preferred = _U32.unpack_from(attributes[_IFA_CACHEINFO])[0] if _IFA_CACHEINFO in attributes else FOREVER
    return (AddressEntry(index, address, flags, scope, preferred),)


def _attributes(body: bytes) -> dict[int, bytes]:
    attributes = {}
    position = _IFADDRMSG.size
    while position + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, position)
        if length < _ATTRIBUTE.size or position + length > len(body):
            raise MalformedMessage(f"a netlink attribute of {length} octets at {position}")
        attributes[kind] = body[position + _ATTRIBUTE.size : position + length]
        position += _aligned(length)
    return attributes


def _aligned(length: int) -> int:
    return -(-length // _ALIGNMENT) * _ALIGNMENT
