"""Where the PTR record of an address is: its reverse name, or what that is an alias of (RFC 2317), and the zone."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.aliases import followed
from dns_update.client.discovery import find_zone
from dns_update.client.locate import LocatedTarget, choose_reader, ensure_servers
from dns_update.client.lookup import ZoneView
from dns_update.client.transaction import Transaction
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.inet import reverse_name
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from dns_update.client.settings import ClientSettings

ReverseSettings: TypeAlias = "Callable[[Name], ClientSettings | None]"
"""How the zone of a reverse name is reached; None: like the zone of the name that has the address."""

_GIVE_ZONE = errors.Hint(
    "the reverse zone is looked up at {dns-server}, or by the resolvers; if it is not found, {ptr-zone} names it"
)


class ReverseZones:
    """Finds the reverse names of addresses, each in a view of its zone; zones are looked up once.

    Raises what finding a zone raises, and UsageError for a name that is not in the given zone.
    """

    def __init__(self, transaction: Transaction, zone: Name | None, settings: ReverseSettings | None) -> None:
        """Prepare to send as `settings` say, or like the transaction; `zone` is the reverse zone, if it is known."""
        self._transaction = transaction
        self._zone = zone
        self._settings = settings
        self._views: dict[Name, ZoneView] = {}

    async def view_of(self, address: bytes) -> ZoneView:
        """Return the zone of an address's reverse name as its server shows it; the name is the view's."""
        name = Name.from_text(reverse_name(address))
        transaction = self._beside(name)
        owner, zone = await self._place(transaction, name)
        if zone not in self._views:
            self._views[zone] = await _opened(self._beside(owner), zone, owner)
        view = self._views[zone]
        return view._replace(target=view.target._replace(owner=owner))

    async def _place(self, transaction: Transaction, name: Name) -> tuple[Name, Name]:
        """Return the name that has the PTR record of a reverse name, and its zone."""
        if self._zone is not None:
            return self._name_in(self._zone, name), self._zone
        try:
            owner = await followed(transaction, name)
            return owner, (await find_zone(transaction, owner)).zone
        except (errors.ZoneNotFound, errors.CommunicationError) as error:
            error.hint = _GIVE_ZONE
            raise

    @staticmethod
    def _name_in(zone: Name, name: Name) -> Name:
        """Return the reverse name within a given zone; in one of RFC 2317, its first label, as the RFC has it."""
        if name.is_within(zone):
            return name
        if zone.labels and name.is_within(zone.parent) and len(name.labels) == len(zone.labels):
            return Name((name.labels[0], *zone.labels))
        raise errors.UsageError(
            f"{name} is not in {zone}", hint=errors.Hint("leave {ptr-zone} out, and it is looked up")
        )

    def _beside(self, name: Name) -> Transaction:
        own = None if self._settings is None else self._settings(name)
        return self._transaction.beside(own)


async def _opened(transaction: Transaction, zone: Name, owner: Name) -> ZoneView:
    """Return a zone at the first of its servers that shows the name."""
    await ensure_servers(transaction, zone, RRClass.IN)
    target = LocatedTarget(zone, owner, RRClass.IN)
    await choose_reader(transaction, target)

    async def at(endpoint: Endpoint) -> ZoneView:
        view = ZoneView.beside(transaction, endpoint, target)
        await view.read(RRType.PTR)
        return view

    return await transaction.at_first_server(at)
