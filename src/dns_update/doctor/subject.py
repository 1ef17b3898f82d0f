"""What to examine: names, the data that each should have, and where its updates go."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.client.aio import AsyncClient
from dns_update.client.plan import Desired
from dns_update.exchange import Policy
from dns_update.transport import Server
from dns_update.transport.protocol import AsyncTransport
from dns_update.value import Value
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name

_POLICY = Policy()


class Destination(Value):
    """Where the updates of names go: a zone, its servers, and how they are asked.

    `zone` is None if it must be found by its SOA record. Without `servers`, the zone's primary is asked. Messages are
    signed with `key` (None: unsigned), and sent from `local_address` (None: any). The zone is read at
    `query_servers`, or at its primary if there are none; None: where updates go.
    """

    zone: Name | None
    servers: tuple[Server, ...] = ()
    key: Key | None = None
    policy: Policy = _POLICY
    local_address: str | None = None
    query_servers: tuple[Server, ...] | None = None

    def client(self, servers: tuple[Server, ...], key: Key | None, transport: AsyncTransport) -> AsyncClient:
        """Return a client that sends updates to `servers`, with this key."""
        apart = self.query_servers
        return AsyncClient(
            *(servers if apart is None else ()),
            update_servers=() if apart is None else servers,
            query_servers=apart or (),
            key=key,
            policy=self.policy,
            transport=transport,
        )


class Subject(Value):
    """One name to examine.

    `rrtypes` are the types of the data that may be published at the name; `desired` is what it should have now (None:
    not known). With an `owner`, a TXT record says which part of the data is that owner's.
    """

    name: Name
    destination: Destination
    rrtypes: tuple[int, ...]
    desired: Desired | None
    owner: str = ""

    @property
    def updated_types(self) -> tuple[int, ...]:
        """The types that an update of the name may ever change."""
        return (*self.rrtypes, RRType.TXT) if self.owner else self.rrtypes
