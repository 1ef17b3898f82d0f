"""The kernel's octets about links, addresses and default routes, read and written: rtnetlink(7). Pure: no socket here.

A netlink socket gets two kinds of messages. Those of a dump answer a request and have its sequence number and the
socket's port; they list what exists. All others are events: something came, changed or went. An event has the sequence
number and the port of the process that caused it, which may be anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct, error

from dns_update.errors import MalformedMessage
from dns_update.value import KW_ONLY, Value
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

# linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h, linux/if_link.h
NLMSG_ERROR = 2
NLMSG_DONE = 3
RTM_NEWLINK = 16
RTM_DELLINK = 17
RTM_GETLINK = 18
RTM_NEWADDR = 20
RTM_DELADDR = 21
RTM_GETADDR = 22
RTM_NEWROUTE = 24
RTM_DELROUTE = 25
RTM_GETROUTE = 26
_NLM_F_REQUEST = 0x001
_NLM_F_MULTI = 0x002
_NLM_F_DUMP_INTR = 0x010
_NLM_F_REPLACE = 0x100
_NLM_F_DUMP = 0x300
_FAMILY_OCTETS = {2: IPV4_OCTETS, 10: IPV6_OCTETS}  # AF_INET, AF_INET6
_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFA_CACHEINFO = 6
_IFA_FLAGS = 8
_IFLA_IFNAME = 3
_IFLA_EXT_MASK = 29
_IFLA_PROP_LIST = 52
_IFLA_ALT_IFNAME = 53
_SKIP_STATS = 1 << 3  # RTEXT_FILTER_SKIP_STATS: two thirds of what the kernel says about a link, and not used here
_NLA_TYPE_MASK = 0x3FFF  # the two bits above are for nesting and byte order
_RTN_UNICAST = 1
_RTA_OIF = 4
_RTA_PRIORITY = 6
_RTA_TABLE = 15
_WAYS = (5, 9, 18, 30)  # RTA_GATEWAY, RTA_MULTIPATH, RTA_VIA, RTA_NH_ID: where a route leads, besides the interface

# The multicast groups whose members get the events that are read here.
EVENT_GROUPS = (
    0x001 | 0x010 | 0x040 | 0x100 | 0x400
)  # RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE


class AddressFlag:
    """What the kernel says about an address (linux/if_addr.h)."""

    SECONDARY = 0x01  # IPv4: a further address of the subnet. IPv6: temporary (RFC 8981)
    DADFAILED = 0x08
    DEPRECATED = 0x20
    TENTATIVE = 0x40


class LinkFlag:
    """What the kernel says about a link (linux/if.h)."""

    UP = 0x1  # it is switched on
    RUNNING = 0x40  # and it can carry packets: cable, carrier or peer are there


_HEADER = Struct("=IHHII")  # length, type, flags, sequence number, port
_IFADDRMSG = Struct("=BBBBI")  # family, prefix length, flags, scope, interface index
_IFINFOMSG = Struct("=BxHiII")  # family, kind of hardware, interface index, flags, which of them changed
_RTMSG = Struct("=BBBBBBBBI")  # family, prefix lengths (to, from), TOS, table, protocol, scope, kind, flags
_CACHEINFO = Struct("=IIII")  # preferred, valid (seconds), created, updated (hundredths of a second)
_ATTRIBUTE = Struct("=HH")  # length, type
_U32 = Struct("=I")
_I32 = Struct("=i")
_ALIGNMENT = 4
FOREVER = 0xFFFFFFFF  # a lifetime without end


class AddressEntry(Value):
    """One address of the interface with the number `index`.

    `peer` is the address at the other end of a point-to-point link, else empty. `preferred` is the seconds for which it
    stays preferred, or FOREVER; `created` and `updated` are hundredths of a second since the machine started, on its
    monotonic clock.
    """

    index: int
    address: bytes
    _: KW_ONLY
    prefix_length: int = 0
    peer: bytes = b""
    flags: int = 0
    scope: int = 0
    preferred: int = FOREVER
    created: int = 0
    updated: int = 0


class LinkEntry(Value):
    """One network interface: its number, its name followed by its alternative ones, and its LinkFlags."""

    index: int
    names: tuple[str, ...]
    flags: int

    @property
    def is_up(self) -> bool:
        """Whether it is switched on."""
        return bool(self.flags & LinkFlag.UP)

    @property
    def is_running(self) -> bool:
        """Whether it can carry packets."""
        return bool(self.flags & LinkFlag.RUNNING)


class DefaultRoute(Value):
    """A route to everywhere, for addresses of 4 or 16 octets.

    `slot` is its TOS, table and metric. Another route with the same ones takes its place, or is used beside it. It
    leads by the interface with the number `index` (0: several or unknown) to `gateway`, as the kernel writes it.
    Other properties, such as its lifetime, do not make it another route.
    """

    octets: int
    slot: tuple[int, int, int] = (0, 0, 0)
    index: int = 0
    gateway: bytes = b""


KernelEntry = AddressEntry | LinkEntry | DefaultRoute


class Event(Value):
    """What exists now as `subject` says, or has ended, if it `is_gone`.

    A route that `is_replacing` has taken the place of all others of its slot.
    """

    subject: KernelEntry
    _: KW_ONLY
    is_gone: bool = False
    is_replacing: bool = False


class Datagram(Value):
    """What one datagram contained: what it `listed` of the requested dump, and `events`.

    `is_last` says that the dump ends with it; `errno` is not 0 if the kernel refused it or gave up; `is_interrupted`
    says that something changed during the dump, so entries may be missing or be there twice.
    """

    listed: tuple[KernelEntry, ...] = ()
    events: tuple[Event, ...] = ()
    _: KW_ONLY
    is_last: bool = False
    is_interrupted: bool = False
    errno: int = 0


def link_dump_request(sequence: int) -> bytes:
    """Return the request for all interfaces."""
    mask = _ATTRIBUTE.pack(_ATTRIBUTE.size + _U32.size, _IFLA_EXT_MASK) + _U32.pack(_SKIP_STATS)
    return _dump_request(RTM_GETLINK, sequence, _IFINFOMSG.pack(0, 0, 0, 0, 0) + mask)


def address_dump_request(sequence: int) -> bytes:
    """Return the request for all addresses of all interfaces."""
    return _dump_request(RTM_GETADDR, sequence, _IFADDRMSG.pack(0, 0, 0, 0, 0))


def route_dump_request(sequence: int) -> bytes:
    """Return the request for all routes; `decode` ignores all but default routes."""
    return _dump_request(RTM_GETROUTE, sequence, _RTMSG.pack(0, 0, 0, 0, 0, 0, 0, 0, 0))


def _dump_request(kind: int, sequence: int, body: bytes) -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), kind, _NLM_F_REQUEST | _NLM_F_DUMP, sequence, 0) + body


def decode(octets: bytes | memoryview, *, sequence: int, port: int) -> Datagram:
    """Read one datagram from the kernel; raises MalformedMessage.

    `sequence` is that of the dump under way, `port` its socket's.
    """
    listed: list[KernelEntry] = []
    events: list[Event] = []
    errno: int | None = None
    is_interrupted = False
    try:
        for kind, flags, *answered, body in _messages(octets):
            is_ours = answered == [sequence, port]
            is_listed = is_ours and bool(
                flags & _NLM_F_MULTI
            )  # an event that we caused would have our number, but not this flag
            is_interrupted |= is_listed and bool(flags & _NLM_F_DUMP_INTR)
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                if is_ours and errno is None:
                    errno = _errno(kind, body)
            elif is_listed and errno is None:
                listed += [event.subject for event in _events(kind, 0, body)]
            elif not is_listed:
                events += _events(kind, flags, body)
    except error as reason:  # struct's: too few octets
        raise MalformedMessage(f"a netlink message is cut off: {reason}") from reason
    return Datagram(
        tuple(listed), tuple(events), is_last=errno is not None, is_interrupted=is_interrupted, errno=errno or 0
    )


def _messages(octets: bytes | memoryview) -> Iterator[tuple[int, int, int, int, bytes]]:
    """Yield type, flags, sequence number, port and body of each message in a datagram."""
    position = 0
    while position < len(octets):
        length, kind, flags, sequence, port = _HEADER.unpack_from(octets, position)
        if length < _HEADER.size or position + length > len(octets):
            raise MalformedMessage(f"a netlink message of {length} octets at {position}")
        yield kind, flags, sequence, port, bytes(octets[position + _HEADER.size : position + length])
        position += _aligned(length)


def _errno(kind: int, body: bytes) -> int:
    """Return the errno, 0 for none; the end of a dump has one if the dump started and could not be finished."""
    if kind == NLMSG_DONE and len(body) < _I32.size:
        return 0
    code: int = _I32.unpack_from(body)[0]  # 0, or an errno below it
    return max(0, -code)


def _events(kind: int, flags: int, body: bytes) -> list[Event]:
    """Read one message as an event; a message about anything else gives none."""
    subject: KernelEntry | None = None
    is_replacing = False
    if kind in (RTM_NEWADDR, RTM_DELADDR):
        subject = _address(body)
    elif kind in (RTM_NEWLINK, RTM_DELLINK):
        subject = _link(body)
    elif kind in (RTM_NEWROUTE, RTM_DELROUTE):
        subject = _default_route(body)
        is_replacing = kind == RTM_NEWROUTE and bool(flags & _NLM_F_REPLACE)
    is_gone = kind in (RTM_DELADDR, RTM_DELLINK, RTM_DELROUTE)
    return [] if subject is None else [Event(subject, is_gone=is_gone, is_replacing=is_replacing)]


def _address(body: bytes) -> AddressEntry | None:
    """Read an address; None if it is neither IPv4 nor IPv6 (but Phonet or MCTP)."""
    family, prefix_length, flags, scope, index = _IFADDRMSG.unpack_from(body)
    attributes = dict(_attributes(body, _IFADDRMSG.size))
    peer = attributes.get(_IFA_ADDRESS, b"")
    # On a point-to-point link IFA_ADDRESS is the peer's address, IFA_LOCAL ours.
    address = attributes.get(_IFA_LOCAL) or peer
    if family not in _FAMILY_OCTETS or not address:
        return None
    if {len(address), len(peer or address)} != {_FAMILY_OCTETS[family]}:
        raise MalformedMessage(f"an address of {len(address)} octets in family {family}")
    if prefix_length > len(address) * 8:
        raise MalformedMessage(f"a prefix length of {prefix_length} in family {family}")
    if _IFA_FLAGS in attributes:  # all 32 bits; the header has room for 8
        flags = _U32.unpack_from(attributes[_IFA_FLAGS])[0]
    preferred, created, updated = FOREVER, 0, 0
    if _IFA_CACHEINFO in attributes:
        preferred, _valid, created, updated = _CACHEINFO.unpack_from(attributes[_IFA_CACHEINFO])
    return AddressEntry(
        index,
        address,
        prefix_length=prefix_length,
        peer=b"" if peer == address else peer,
        flags=flags,
        scope=scope,
        preferred=preferred,
        created=created,
        updated=updated,
    )


def _link(body: bytes) -> LinkEntry | None:
    """Read an interface; None if the message is about something else.

    A bridge reports its ports in these messages, with its own address family; leaving a bridge is RTM_DELLINK, too.
    """
    family, _hardware, index, flags, _change = _IFINFOMSG.unpack_from(body)
    if family:
        return None
    names: list[str] = []
    for kind, content in _attributes(body, _IFINFOMSG.size):
        if kind == _IFLA_IFNAME:
            names.insert(0, _name(content))
        elif kind == _IFLA_PROP_LIST:
            names += [_name(name) for inner, name in _attributes(content, 0) if inner == _IFLA_ALT_IFNAME]
    return LinkEntry(index, tuple(names), flags)


def _name(content: bytes) -> str:
    """Return an interface's name, decoded as Python decodes arguments of the command line."""
    return content.partition(b"\0")[0].decode(errors="surrogateescape")


def _default_route(body: bytes) -> DefaultRoute | None:
    """Read a route; None if it is not a default route, or if it drops packets ("unreachable")."""
    family, to_length, _from_length, tos, table, _protocol, _scope, kind, _flags = _RTMSG.unpack_from(body)
    if family not in _FAMILY_OCTETS or to_length or kind != _RTN_UNICAST:
        return None
    attributes = dict(_attributes(body, _RTMSG.size))

    def number(attribute: int, otherwise: int) -> int:
        return _U32.unpack_from(attributes[attribute])[0] if attribute in attributes else otherwise

    return DefaultRoute(
        _FAMILY_OCTETS[family],
        (tos, number(_RTA_TABLE, table), number(_RTA_PRIORITY, 0)),
        number(_RTA_OIF, 0),
        b"".join(attributes.get(kind, b"") for kind in _WAYS),
    )


def _attributes(body: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each attribute from `position` on."""
    while position + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, position)
        if length < _ATTRIBUTE.size or position + length > len(body):
            raise MalformedMessage(f"a netlink attribute of {length} octets at {position}")
        yield kind & _NLA_TYPE_MASK, body[position + _ATTRIBUTE.size : position + length]
        position += _aligned(length)


def _aligned(length: int) -> int:
    return -(-length // _ALIGNMENT) * _ALIGNMENT
