"""Where records are sent: by which client, to which servers, and how those servers are."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

    from dns_update.agent.reconcile.server_health import ServerHealth
    from dns_update.client.aio import AsyncClient
    from dns_update.transport import Server
    from dns_update.wire.name import Name


class Upstream:
    """A client, its servers, and their health; records that are sent in the same way share one."""

    __slots__ = ("client", "health", "patience", "servers")

    def __init__(self, client: AsyncClient, servers: tuple[Server, ...], health: ServerHealth, patience: float) -> None:
        """Send by `client`; without `servers`, each zone's primary is found. `patience` in seconds, for one server."""
        self.client = client
        self.servers = servers
        self.health = health
        self.patience = patience

    def servers_for(self, zone: Name | None) -> tuple[Hashable, ...]:
        """Return what is asked for a zone, as ServerHealth knows it: the servers, or the zone in place of its primary.

        There is none if the zone has to be found, too.
        """
        return self.servers or (() if zone is None else (zone,))
