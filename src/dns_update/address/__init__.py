"""Where addresses come from: sources are asked, and their answers are judged; each kind of source has its own file.

`find_addresses` does all of it. It may block while a program runs, or until a name or web server answers; `may_block`
says for which sources. Two calls share nothing, so they may run in different threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dns_update.address.sources import Command, Interface, Prefix, Resolver, Web, some_of, sources_from_text
from dns_update.address.sources import Source as Source
from dns_update.errors import Hint, NoAddress
from dns_update.wire.inet import format_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address.kernel.interfaces import Interfaces
    from dns_update.process.child_guard import ChildGuard

__all__ = ["Command", "Interface", "Prefix", "Resolver", "Web", "find_addresses", "may_block", "sources_from_text"]


def may_block(source: Source) -> bool:
    """Return whether asking a source may take long: a program, or a server somewhere else.

    The others do not block: literal addresses, and what the kernel knows. Only changes of these are reported.
    """
    return isinstance(source, Resolver | Web | Command)


def find_addresses(  # noqa: PLR0913 - what is known already, and what ends programs
    sources: Iterable[Source],
    *,
    allow_private: bool,
    log: Callable[[str], None],
    interfaces: Interfaces | None = None,
    until: int | None = None,
    child_guard: ChildGuard | None = None,
) -> tuple[bytes, ...]:
    """Return the addresses that the sources give now, without repetitions: the best one of each family of each source.

    A source's addresses that cannot be reached from the Internet are refused, unless `allow_private`. If the source has
    a public address of another family, they are only logged by `log`. `interfaces` is what is known of this machine;
    without it, the kernel is asked. A program is ended early when the descriptor `until` can be read, and by
    `child_guard` if this process is killed. Raises NoAddress if any source gives none.
    """
    found: dict[bytes, None] = {}
    for source in sources:
        if isinstance(source, bytes):
            found[source] = None
        else:
            if isinstance(source, Command):
                from dns_update.address.command import address_of_command  # only needed for a program

                candidates = [address_of_command(source, until=until, child_guard=child_guard)]
            else:
                candidates = _ask(source, interfaces)
            found |= dict.fromkeys(_judged(source, candidates, log, allow_private=allow_private))
    return tuple(found)


def _judged(
    source: Interface | Prefix | Resolver | Web | Command,
    candidates: list[bytes],
    log: Callable[[str], None],
    *,
    allow_private: bool,
) -> list[bytes]:
    from dns_update.address.special_purpose import LINK_LOCAL, unreachable_because  # not needed for literals

    if allow_private:
        return _one_a_family(candidates)
    refused = {address: reason for address in candidates if (reason := unreachable_because(address)) is not None}
    public = _one_a_family([address for address in candidates if address not in refused])
    if not public:
        texts = [f"{format_address(address)} ({reason})" for address, reason in refused.items()]
        raise NoAddress(
            f"{source} has only addresses that cannot be reached from the Internet: {some_of(texts)}",
            hint=Hint(
                "; ".join([*_better_source(source, refused.values()), "{allow-private:yes} publishes such an address"])
            ),
        )
    families = set(map(len, public))
    for address, reason in refused.items():
        if len(address) not in families and reason != LINK_LOCAL:  # every interface has one of those
            log(f"{source}: {format_address(address)} is not published ({reason})")
    return public


def _better_source(source: Source, reasons: Iterable[str]) -> list[str]:
    """Return advice on where to find this machine's public address, if that can help."""
    from dns_update.address.special_purpose import CARRIER_NAT, LOOPBACK  # only when something is wrong

    if not isinstance(source, Interface) or LOOPBACK in reasons:  # an address from a prefix is another machine's
        return []
    if CARRIER_NAT in reasons:
        return [
            "the provider's NAT has the public address, and others share it: to be reachable, you need one of your own"
        ]
    return ["behind a NAT, {address:dns:} or https://... asks for the address that the world sees"]


def _ask(source: Interface | Prefix | Resolver | Web, interfaces: Interfaces | None) -> list[bytes]:
    """Return the source's addresses, the best of each family first; a kind's file is loaded when it is needed."""
    if isinstance(source, Resolver):
        from dns_update.address.resolver import addresses_of_resolver

        return addresses_of_resolver(source)
    if isinstance(source, Web):
        from dns_update.address.web import addresses_of_web

        return addresses_of_web(source)
    return _ask_kernel(source, interfaces)


def _ask_kernel(source: Interface | Prefix, interfaces: Interfaces | None) -> list[bytes]:
    from dns_update.address.interface import addresses_of_interface, addresses_of_prefix  # as above

    if interfaces is None:
        from dns_update.address.kernel.snapshot import read_interfaces  # not if they are known

        interfaces = read_interfaces()
    if isinstance(source, Interface):
        return addresses_of_interface(source, interfaces)
    return addresses_of_prefix(source, interfaces)


def _one_a_family(addresses: list[bytes]) -> list[bytes]:
    """Keep the first address of each family: the sources give the best one first."""
    return list({len(address): address for address in reversed(addresses)}.values())
