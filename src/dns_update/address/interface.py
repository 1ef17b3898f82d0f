"""The addresses of a network interface, from the kernel."""

from __future__ import annotations

import os
import socket

from dns_update.address import some_of
from dns_update.address.netlink import AddressFlag, decode, dump_request
from dns_update.errors import NoAddress
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address import Interface
    from dns_update.address.netlink import AddressEntry

_NEVER_IPV6 = AddressFlag.TENTATIVE | AddressFlag.DEPRECATED | AddressFlag.SECONDARY | AddressFlag.DADFAILED
_KERNEL = (0, 0)  # port and multicast groups; no other sender has port 0
_DUMPS = 5  # as often addresses may change while they are listed; each takes microseconds
_KERNEL_SECONDS = 5  # the kernel answers within microseconds; this ends a wait that would be for ever
_LARGEST_DATAGRAM = 1 << 16


def addresses_of_interface(source: Interface) -> list[bytes]:
    """Return the interface's addresses of the families asked for, the best of each family first.

    IPv4: primary before secondary ones. IPv6: never tentative, deprecated or temporary; those that stay preferred
    longest first. Raises NoAddress if the interface does not exist or has none.
    """
    try:
        index = socket.if_nametoindex(source.name)
    except OSError as error:
        raise NoAddress(f"there is no interface {source.name}", hint=f"there are {some_of(_names())}") from error
    entries = [entry for entry in _dump() if entry.index == index and _is_usable(entry)]
    addresses = [entry.address for entry in sorted(entries, key=_rank) if source.octets in (None, len(entry.address))]
    if not addresses:
        family = {IPV4_OCTETS: "IPv4 ", IPV6_OCTETS: "IPv6 "}.get(source.octets or 0, "")
        raise NoAddress(
            f"interface {source.name} has no usable {family}address", hint="is it up? ip address shows them"
        )
    return addresses


def _names() -> list[str]:
    return [name for _index, name in socket.if_nameindex()]


def _is_usable(entry: AddressEntry) -> bool:
    return len(entry.address) == IPV4_OCTETS or not entry.flags & _NEVER_IPV6


def _rank(entry: AddressEntry) -> tuple[bool, int, int]:
    """Sort what is to be published first to the front: by kind, by reach (scope), by time."""
    return bool(entry.flags & AddressFlag.SECONDARY), entry.scope, -entry.preferred


def _dump() -> list[AddressEntry]:
    """Return every address of every interface."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
            kernel.settimeout(_KERNEL_SECONDS)
            kernel.bind((0, 0))
            for sequence in range(1, _DUMPS + 1):
                kernel.sendto(dump_request(sequence), _KERNEL)
                entries = _read_dump(kernel, sequence)
                if entries is not None:
                    return entries
    except OSError as error:
        raise NoAddress(f"the kernel does not list addresses: {error.strerror or error}") from error
    raise NoAddress(
        f"the addresses of this machine changed each of the {_DUMPS} times that the kernel listed them",
        hint="try again once they have settled",
    )


def _read_dump(kernel: socket.socket, sequence: int) -> list[AddressEntry] | None:
    """Return the addresses of the kernel's whole answer; None if they changed while they were listed."""
    entries: list[AddressEntry] = []
    is_interrupted = False
    port = kernel.getsockname()[0]
    while True:
        octets, sender = kernel.recvfrom(_LARGEST_DATAGRAM)
        if sender != _KERNEL:
            continue
        dump = decode(octets, sequence=sequence, port=port)
        if dump.errno:
            raise OSError(dump.errno, os.strerror(dump.errno))
        entries += dump.entries
        is_interrupted = is_interrupted or dump.is_interrupted
        if dump.is_last:
            return None if is_interrupted else entries
