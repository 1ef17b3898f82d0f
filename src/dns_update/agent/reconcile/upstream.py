"""Where updates are sent: the client, its servers, and their health."""

from __future__ import annotations

from collections.abc import Hashable

from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.client.aio import AsyncClient
from dns_update.transport import Server
from dns_update.wire.name import Name


class Upstream:
    """A client, its servers, and their health; records that are sent in the same way share one."""

    __slots__ = ("client", "health", "patience", "servers")

    def __init__(self, client: AsyncClient, servers: tuple[Server, ...], health: ServerHealth, patience: float) -> None:
        """Send by `client`; without `servers`, each zone's primary is asked. `patience`: seconds for one server."""
        self.client = client
        self.servers = servers
        self.health = health
        self.patience = patience

    def servers_for(self, zone: Name | None) -> tuple[Hashable, ...]:
        """Return the servers of a zone as ServerHealth knows them: without a list, the zone in place of its primary.

        Empty if the zone itself must be found.
        """
        return self.servers or (() if zone is None else (zone,))
