"""Where a request takes place: the name that it is about, and the zone and the server found for it."""

from __future__ import annotations

from dns_update import errors
from dns_update.update import address_of, name_in_zone, rdata_of, rrclass_of, zone_of, zone_type_of
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.inet import IPV4_OCTETS
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from ipaddress import IPv4Address, IPv6Address
    from typing import TypeAlias

    from dns_update.client.transaction import Transaction
    from dns_update.transport import Endpoint

RdataByType: TypeAlias = "Mapping[int, tuple[bytes, ...]]"
"""The rdata of the RRsets of one name."""


class Target(Value):
    """The name that a request is about, as the user wrote it; the zone, if it was given; the class."""

    name: Name | str
    zone: Name | None
    rrclass: int

    def __init__(self, name: Name | str, zone: Name | str | None = None, rrclass: int | str = RRClass.IN) -> None:
        """Check the arguments; raises UsageError for a zone that is not one, and for a class that no zone has."""
        self._store(name=name, zone=None if zone is None else zone_of(zone), rrclass=rrclass_of(rrclass))

    @property
    def owner(self) -> Name:
        """The name in full; raises UsageError, InvalidText for a text that is not a name."""
        if self.zone is None:
            owner = self.name if isinstance(self.name, Name) else Name.from_text(self.name)
            if len(owner.labels) < 2:  # noqa: PLR2004 - a name of one label is relative to something
                raise errors.UsageError(
                    f"{str(self.name)!r} is not a full name", hint=errors.Hint("give {zone}, or the name in full")
                )
            if owner.folded[-1] == b"arpa":
                from dns_update.rr.reverse_names import refuse_address  # few names are reverse ones

                refuse_address(owner, None)
            return owner
        owner = self.name if isinstance(self.name, Name) else name_in_zone(self.name, self.zone)
        if not owner.is_within(self.zone):
            raise errors.UsageError(f"{owner} is not in {self.zone}", hint="give the zone that holds the name")
        return owner

    def data(
        self, values: Iterable[str | bytes | IPv4Address | IPv6Address], rrtype: int | str | None
    ) -> dict[int, tuple[bytes, ...]]:
        """Return values by their type: rdata of `rrtype`, or addresses, for A and AAAA, if it is None.

        A value is a text in presentation form or octets. Without values, `rrtype` is there with none. Raises
        UsageError.
        """
        if rrtype is not None:
            number = zone_type_of(rrtype)
            return {number: tuple([rdata_of(number, value, self.rrclass) for value in values])}
        data: dict[int, tuple[bytes, ...]] = {}
        for value in values:
            address = address_of(value)
            number = RRType.A if len(address) == IPV4_OCTETS else RRType.AAAA
            data[number] = (*data.get(number, ()), address)
        return data


class LocatedTarget(Value):
    """The name that a request is about, once its zone is known: the zone, the owner name in full, the class."""

    zone: Name
    owner: Name
    rrclass: int


async def locate(transaction: Transaction, target: Target) -> LocatedTarget:
    """Return zone and owner name, and set the transaction's servers; only what was not given is looked up."""
    owner = target.owner
    if target.zone is not None:
        await ensure_servers(transaction, target.zone, target.rrclass)
        return LocatedTarget(target.zone, owner, target.rrclass)
    zone = await _choose_primary(transaction, owner, target.rrclass)
    return LocatedTarget(zone, owner, target.rrclass)


async def _choose_primary(transaction: Transaction, name: Name, rrclass: int) -> Name:
    """Find the zone that holds `name`; its primary becomes the server, unless the user gave one."""
    from dns_update.client.discovery import find_zone  # not needed if zone and server are given
    from dns_update.transport import Server

    found = await find_zone(transaction, name, rrclass)
    if not transaction.servers or transaction.query_servers == ():
        if not found.is_primary_usable:
            what = f"{found.primary} as the primary, which is not a host to send updates to"
            raise errors.ZoneNotFound(
                f"the SOA record of {found.zone} names {what if found.primary.labels else 'no primary'}",
                hint=errors.Hint("give {dns-server} with the server that has the zone"),
            )
        primary = (Server(str(found.primary), transaction.port),)
        transaction.servers = transaction.servers or primary
        if transaction.query_servers == ():
            transaction.query_servers = primary
        transaction.primary_of = found.zone
    return found.zone


async def ensure_servers(transaction: Transaction, zone: Name, rrclass: int) -> None:
    """Find the primary of a zone that the user named, if no server is known; raises ZoneNotFound for no zone."""
    is_known = transaction.servers and transaction.query_servers != ()
    found = zone if is_known else await _choose_primary(transaction, zone, rrclass)
    if found != zone:
        raise errors.ZoneNotFound(
            f"{zone} is not a zone, but a name in {found}", hint=errors.Hint("{zone:{found}}", found=found)
        )


async def choose_reader(transaction: Transaction, target: LocatedTarget) -> None:
    """Choose the first of the query servers that has the zone, if there are such servers.

    Raises the most useful of their errors if none has it: then no update should be sent, since it cannot be read back.
    """
    if transaction.query_servers is None or transaction.query_endpoint is not None:
        return
    from dns_update.client.lookup import ZoneView  # for such servers only

    async def at(endpoint: Endpoint) -> Endpoint:
        view = ZoneView(transaction, endpoint, LocatedTarget(target.zone, target.zone, target.rrclass))
        if not await view.read(RRType.SOA):
            raise view.no_zone()
        return endpoint

    transaction.query_endpoint = await transaction.at_first_server(at, transaction.query_servers)
