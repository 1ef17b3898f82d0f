"""The addresses of a network interface, and those made from its prefix: what the kernel knows."""

from __future__ import annotations

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.netlink import AddressEntry
from dns_update.address.sources import Interface, Prefix, some_of
from dns_update.errors import NoAddress
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

_LINK_BITS = 64  # of an IPv6 address that say which link it is on (RFC 4291, section 2.5.4)
_LINK_LOCAL = bytes.fromhex("fe80")  # RFC 4291, section 2.5.6


def addresses_of_interface(source: Interface, interfaces: Interfaces) -> list[bytes]:
    """Return the interface's addresses of the families asked for, the best of each family first.

    kernel/interfaces.py says which are usable and which are best. Raises NoAddress if the interface does not exist, is
    switched off, or has none.
    """
    usable = _usable(source.name, interfaces)
    addresses = [entry.address for entry in usable if source.octets in (None, len(entry.address))]
    if not addresses:
        family = {IPV4_OCTETS: "IPv4 ", IPV6_OCTETS: "IPv6 "}.get(source.octets or 0, "")
        raise NoAddress(f"interface {source.name} has no usable {family}address", hint="ip address shows them")
    return addresses


def addresses_of_prefix(source: Prefix, interfaces: Interfaces) -> list[bytes]:
    """Return the addresses made of the interface's prefixes and the host part, the best prefix first.

    The prefixes are those of the interface's usable IPv6 addresses, except link-local ones. An address with a longer
    prefix gives none: it says nothing about other hosts on the link (DHCPv6 assigns /128). Raises NoAddress if the
    interface does not exist, is switched off, or has no such address.
    """
    own = [entry for entry in _usable(source.name, interfaces) if _is_of_a_prefix(entry)]
    longest = max(source.length, _LINK_BITS)
    addresses = [_joined(entry.address, source) for entry in own if entry.prefix_length <= longest]
    if not addresses:
        lengths = sorted({entry.prefix_length for entry in own})
        has = f"only {some_of([f'/{length}' for length in lengths])}" if lengths else "no usable IPv6 address"
        raise NoAddress(
            f"interface {source.name} has no IPv6 prefix of {longest} bits: {has}",
            hint="a delegated prefix is on the interface it is used on, the LAN's; ip -6 address shows them",
        )
    return list(dict.fromkeys(addresses))


def _usable(name: str, interfaces: Interfaces) -> tuple[AddressEntry, ...]:
    link = interfaces.link(name)
    if link is None:
        raise NoAddress(f"there is no interface {name}", hint=f"there are {some_of(interfaces.names)}")
    if not link.is_up:
        raise NoAddress(f"interface {name} is switched off", hint=f"ip link set {name} up switches it on")
    return interfaces.usable(name)


def _is_of_a_prefix(entry: AddressEntry) -> bool:
    return len(entry.address) == IPV6_OCTETS and not entry.address.startswith(_LINK_LOCAL)


def _joined(address: bytes, source: Prefix) -> bytes:
    host_bits = IPV6_OCTETS * 8 - source.length
    prefix = int.from_bytes(address) >> host_bits << host_bits
    return (prefix | int.from_bytes(source.host)).to_bytes(IPV6_OCTETS)
