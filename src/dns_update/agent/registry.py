"""The names that the agent manages, and where their updates are sent; adapted to each new configuration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence

from dns_update.address.sources import are_literal
from dns_update.agent.config.settings import AgentSettings, Config, RecordSettings, UpstreamSettings
from dns_update.agent.config.shared_values import SharedValues
from dns_update.agent.desired import SourceKey, SourceState
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.reconcile.backoff import growing
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.client.aio import AsyncClient
from dns_update.transport.aio import AsyncioTransport


class Registry:
    """The names, their upstreams, the health of their servers, and the transports that all of them share."""

    def __init__(
        self,
        settings: AgentSettings,
        state_of: Callable[[SourceKey], SourceState],
        transport: Callable[[str | None], AsyncioTransport],
        random: Callable[[], float],
    ) -> None:
        """Begin without names. `state_of` returns the state of a source; `transport` makes one for a local address."""
        self.settings = settings
        self.names: Sequence[ManagedName] = ()  # in the order of the configuration
        self._state_of = state_of
        self._new_transport = transport
        self._random = random
        self._upstreams: dict[Hashable, Upstream] = {}
        self._healths: dict[Hashable, ServerHealth] = {}
        self._transports: dict[str | None, AsyncioTransport] = {}
        self._last_upstream: tuple[UpstreamSettings, Upstream] | None = None

    @property
    def healths(self) -> Collection[ServerHealth]:
        """The health of all servers, one for each way to ask them."""
        return self._healths.values()

    def apply(self, config: Config, boot: float) -> Iterator[tuple[ManagedName | None, ManagedName | None]]:
        """Apply a configuration; yield each removed name (or None) with the new name in its place (or None).

        Names with equal settings stay as they are. `boot` is the present, in seconds since boot.
        """
        self.settings = config.agent
        self._last_upstream = None
        old = {managed.settings.identity: managed for managed in self.names}
        self.names = names = list[ManagedName]()
        upstreams, self._upstreams = self._upstreams, {}
        healths, self._healths = self._healths, {}
        shared = SharedValues[tuple[SourceState | bytes, ...]]()
        for settings in config.records:
            known = old.pop(settings.identity, None) if old else None  # hashing ten thousand names takes long
            upstream = self._upstream(settings.common.upstream, upstreams, healths)
            if known is not None and known.settings == settings:
                names.append(known)
                continue
            new = ManagedName(settings, upstream, self._sources(settings, shared), boot)
            names.append(new)
            yield known, new
        for gone in old.values():
            yield gone, None

    def retry_servers(self) -> None:
        """Have every server asked, even if it was silent before."""
        for health in self._healths.values():
            health.retry_all()

    def renew_transports(self) -> None:
        """Have new sockets made: open ones may be bound to an address that is gone."""
        for transport in self._transports.values():
            transport.renew()

    def close(self) -> None:
        """Close the transports."""
        for transport in self._transports.values():
            transport.close()

    def _sources(
        self, settings: RecordSettings, shared: SharedValues[tuple[SourceState | bytes, ...]]
    ) -> tuple[SourceState | bytes, ...]:
        if are_literal(settings.sources):
            return settings.sources
        private = settings.common.allow_private
        own = [one if isinstance(one, bytes) else self._state_of((one, private)) for one in settings.sources]
        return shared.of(tuple(own))

    def _upstream(
        self, settings: UpstreamSettings, upstreams: dict[Hashable, Upstream], healths: dict[Hashable, ServerHealth]
    ) -> Upstream:
        """Return the upstream of a record, from `upstreams` if it is there, because an attempt may be using it."""
        # Records share their settings, and comparing these is cheaper than hashing them ten thousand times.
        if self._last_upstream is not None and self._last_upstream[0] is settings:
            return self._last_upstream[1]
        asked_alike = settings.policy, settings.local_address
        if asked_alike not in self._healths:
            self._healths[asked_alike] = healths.get(asked_alike) or ServerHealth(self._seconds_of_silence)
        if settings not in self._upstreams:
            new = upstreams.get(settings) or self._new_upstream(settings, self._healths[asked_alike])
            self._upstreams[settings] = new
        self._last_upstream = settings, self._upstreams[settings]
        return self._upstreams[settings]

    def _new_upstream(self, settings: UpstreamSettings, health: ServerHealth) -> Upstream:
        transport = self._transports.get(settings.local_address)
        if transport is None:
            transport = self._transports[settings.local_address] = self._new_transport(settings.local_address)
            transport.keep_open()
        client = AsyncClient(
            *settings.servers,
            query_servers=settings.query_servers,
            key=settings.key,
            policy=settings.policy,
            transport=transport,
        )
        return Upstream(client, settings.servers, health, settings.policy.patience)

    def _seconds_of_silence(self, failures: int) -> float:
        return growing(failures, self.settings.interval, self._random)
