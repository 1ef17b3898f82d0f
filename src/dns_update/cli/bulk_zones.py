"""The zone, the TTL and the access of each name of a file: from the line, the configuration, or by asking."""

from __future__ import annotations

from typing import Any

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.cli.defaults import path_of, with_configuration
from dns_update.cli.request import client_of, find_configuration
from dns_update.client.bulk_access import ZoneAccess, ZoneFinder
from dns_update.commandline.properties import Options
from dns_update.value import Value
from dns_update.wire.name import Name


class FoundZone(Value):
    """A zone, what the line and the configuration say about it, and the access to it."""

    options: Options
    access: ZoneAccess


class Zones:
    """Finds the place of each name; each zone is looked up once, and its key read once."""

    def __init__(self, options: Options, command: str) -> None:
        """Prepare; raises UsageError for a key that cannot be read, if the line gives one."""
        self._options = options
        self._command = command
        self._path = path_of(options, find_configuration())
        self._places: dict[Name, FoundZone] = {}
        self._found: dict[bytes, Name | errors.DnsUpdateError] = {}  # by the name above, in wire form and lower case
        self._finder: ZoneFinder | None = None
        self._last: tuple[Name | None, Any] = (None, None)  # mostly that of the next name, too
        if self._path is None:
            self._finder = ZoneFinder(client_of(options))

    def located(self, wish: Wish) -> Wish:
        """Return a wish with its zone, and with the TTL that the configuration has for it; raises DnsUpdateError."""
        ttl = wish.ttl
        if wish.zone is not None and (ttl is not None or wish.deletes):
            return wish
        zone = wish.zone if wish.zone is not None else self._zone_of(wish)
        if ttl is None and not wish.deletes:
            ttl = self.place(zone).options.ttl
        if zone is wish.zone and ttl == wish.ttl:
            return wish
        return wish._replace(zone=zone, ttl=ttl)

    def access_of(self, wish: Wish) -> ZoneAccess:
        """Return the access to the zone of a wish; raises DnsUpdateError."""
        zone = wish.zone if wish.zone is not None else self._zone_of(wish)
        if zone is not self._last[0]:
            self._last = (zone, self.place(zone).access)
        access: ZoneAccess = self._last[1]
        return access

    def place(self, zone: Name) -> FoundZone:
        """Return the place of a zone; raises UsageError."""
        place = self._places.get(zone)
        if place is None:
            options = self._options
            if self._path is not None:
                options = with_configuration(options, self._command, self._path, zone, None)
            place = self._places[zone] = FoundZone(options, ZoneAccess(client_of(options), zone))
        return place

    def _zone_of(self, wish: Wish) -> Name:
        """Return the zone of a name whose line has none, by the configuration or by its SOA record."""
        above = wish.owner[1 + wish.owner[0] :].lower()
        found = self._found.get(above)
        if found is None:
            try:
                found = self._looked_up(wish)
            except errors.DnsUpdateError as error:
                found = error
            self._found[above] = found
        if isinstance(found, errors.DnsUpdateError):
            raise found
        return found

    def _looked_up(self, wish: Wish) -> Name:
        if self._path is not None:
            options = with_configuration(self._options, self._command, self._path, wish.name, None)
            if options.zone is not None:
                return options.zone
            self._finder = self._finder or ZoneFinder(client_of(options))
        if self._finder is None:
            raise AssertionError("there is a configuration or a finder")
        return self._finder.zone_of(wish)
