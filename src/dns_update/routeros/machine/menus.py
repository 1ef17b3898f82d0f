"""The menus of a router that this machine has itself: its interfaces and their addresses, as rows; pure."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.values import Address, ItemId, RouterValue
from dns_update.routeros.world import ID, Row
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address.kernel.interfaces import Interfaces
    from dns_update.address.kernel.netlink import AddressEntry, LinkEntry

LINK_LOCAL = bytes.fromhex("fe80")  # RFC 4291, section 2.5.6
_PERMANENT = 0x80  # linux/if_addr.h: IFA_F_PERMANENT, set by hand and not by DHCP or a router
_TYPES = {"ppp": "pppoe-out", "wg": "wg", "lo": "loopback", "br": "bridge", "wl": "wlan", "tun": "ovpn-out"}
"""The router's type of an interface, by how its name begins here."""


def interface_rows(interfaces: Interfaces, names: InterfaceNames) -> tuple[Row, ...]:
    """Return the rows of `/interface`."""
    return tuple([_interface(name, link) for name, link in _links(interfaces, names)])


def address_rows(interfaces: Interfaces, names: InterfaceNames, octets: int) -> tuple[Row, ...]:
    """Return the rows of `/ip address` (4 octets) or `/ipv6 address` (16), the best address of an interface first.

    Link-local addresses are left out: every interface has one, so that `find interface=` would give two.
    """
    rows = []
    for name, link in _links(interfaces, names):
        entries = [entry for entry in interfaces.usable(link.names[0]) if len(entry.address) == octets]
        rows += [_address(name, entry, number) for number, entry in enumerate(entries) if not _is_link_local(entry)]
    return tuple(rows)


def lease_rows(interfaces: Interfaces, names: InterfaceNames, configured: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows of `/ip dhcp-client`: each interface whose IPv4 address has a lifetime, or that is configured.

    `configured` are the rows that the script has added.
    """
    rows: list[Row] = []
    own = {row["interface"]: row for row in configured if "interface" in row}
    for name, link in _links(interfaces, names):
        entries = [entry for entry in interfaces.usable(link.names[0]) if len(entry.address) == IPV4_OCTETS]
        if name in own or any(not entry.flags & _PERMANENT for entry in entries):
            rows.append({**_lease(name, link, entries), **own.pop(name, {})})
    return (*rows, *own.values())


def _links(interfaces: Interfaces, names: InterfaceNames) -> Iterator[tuple[str, LinkEntry]]:
    """Yield the interfaces with their names in scripts."""
    for name in interfaces.names:
        link = interfaces.link(name)
        if link is not None and (shown := _shown(link, names)):
            yield shown, link


def _shown(link: LinkEntry, names: InterfaceNames) -> str:
    """Return the name of an interface in scripts; the map may have one of its alternative names here."""
    mapped = (router for other in link.names if (router := names.on_router(other)) != other)
    return next(mapped, link.names[0])


def interface_id(link: LinkEntry) -> ItemId:
    """Return the ID of an interface in `/interface`."""
    return ItemId(f"*{link.index:X}")


def _interface(name: str, link: LinkEntry) -> Row:
    own = link.names[0]
    kind = next((kind for start, kind in _TYPES.items() if own.startswith(start)), "ether")
    return {
        ID: interface_id(link),
        "name": name,
        "default-name": own,
        "type": kind,
        "running": link.is_up and link.is_running,
        "disabled": not link.is_up,
    }


def _address(name: str, entry: AddressEntry, number: int) -> Row:
    row: dict[str, RouterValue] = {
        ID: ItemId(f"*{entry.index << 12 | number:X}"),
        "address": f"{Address(entry.address)}/{entry.prefix_length}",
        "interface": name,
        "actual-interface": name,
        "network": str(Address(_network(entry))),
        "dynamic": not entry.flags & _PERMANENT,
        "disabled": False,
        "invalid": False,
    }
    return row | {"global": True, "link-local": False} if len(entry.address) == IPV6_OCTETS else row


def _lease(name: str, link: LinkEntry, entries: list[AddressEntry]) -> Row:
    row: dict[str, RouterValue] = {ID: interface_id(link), "interface": name, "disabled": False}
    if not entries:
        return row | {"status": "searching..."}
    return row | {"status": "bound", "address": f"{Address(entries[0].address)}/{entries[0].prefix_length}"}


def _network(entry: AddressEntry) -> bytes:
    """Return the network of an address; at a point-to-point link it is the other end, as on a router."""
    if entry.peer and entry.peer != entry.address:
        return entry.peer
    bits = len(entry.address) * 8
    mask = (1 << bits) - (1 << (bits - entry.prefix_length))
    return (int.from_bytes(entry.address) & mask).to_bytes(len(entry.address))


def _is_link_local(entry: AddressEntry) -> bool:
    return len(entry.address) == IPV6_OCTETS and entry.address[:2] == LINK_LOCAL
