"""What a configuration says, as values: of the agent itself, and of each record. Equal texts make equal values."""

from __future__ import annotations

from dns_update.address.source import Command, Prefix
from dns_update.exchange import Policy
from dns_update.value import Value
from dns_update.wire.codes import RRType
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address.source import Source
    from dns_update.auth import Key
    from dns_update.transport import Server
    from dns_update.wire.name import Name

_MINUTE = 60.0
_DAY = 86400.0
_POLICY = Policy()


class AgentSettings(Value):
    """What is said of the agent itself, times in seconds.

    Everything is compared with the zone each `interval`; sources that must be asked are asked each `poll`; an address
    that is lost stays published for `hold_down`. `socket` and `history` are paths, or empty for none; what happened is
    kept for `history_keep`. `on_change` is a program and its arguments, or empty.
    """

    __slots__ = ("history", "history_keep", "hold_down", "interval", "on_change", "poll", "socket")
    interval: float
    hold_down: float
    poll: float
    socket: str
    history: str
    history_keep: float
    on_change: tuple[str, ...]

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        *,
        interval: float = 5 * _MINUTE,
        hold_down: float = 10.0,
        poll: float = 5 * _MINUTE,
        socket: str = "/run/dns-update/agent.sock",
        history: str = "/var/lib/dns-update/history.db",
        history_keep: float = 90 * _DAY,
        on_change: tuple[str, ...] = (),
    ) -> None:
        self._fill(
            interval=interval,
            hold_down=hold_down,
            poll=poll,
            socket=socket,
            history=history,
            history_keep=history_keep,
            on_change=on_change,
        )


class RecordSettings(Value):
    """What is said of one name: where its data comes from, and where it is published.

    `name` is the owner name in full; `zone` is None where it is to be found by its SOA record. Data comes from
    `sources`, or is fixed: the `values`, octets of rdata, of one `rrtype`. `ttl` in seconds; None keeps the one that
    stands. `servers` are tried in turn, with `key` (None: unsigned), by `policy`, from `local_address` (None: any);
    without servers, the zone's primary. `owner` is empty where the name is ours alone. Once its sources are without an
    address, the name keeps what it has; with `delete_when_missing` only for `grace` seconds. `allow_private` publishes
    what the world cannot reach. `on_change` is a program and its arguments, or empty.

    There may be thousands of these, so equal parts are shared.
    """

    __slots__ = (
        "allow_private",
        "delete_when_missing",
        "grace",
        "key",
        "local_address",
        "name",
        "on_change",
        "owner",
        "policy",
        "rrtype",
        "servers",
        "sources",
        "ttl",
        "values",
        "zone",
    )
    name: Name
    zone: Name | None
    sources: tuple[Source, ...]
    rrtype: int | None
    values: tuple[bytes, ...]
    ttl: int | None
    servers: tuple[Server, ...]
    key: Key | None
    policy: Policy
    local_address: str | None
    owner: str
    delete_when_missing: bool
    grace: float
    allow_private: bool
    on_change: tuple[str, ...]

    def __init__(  # noqa: PLR0913 - all but the name can be left out
        self,
        name: Name,
        zone: Name | None = None,
        *,
        sources: tuple[Source, ...] = (),
        rrtype: int | None = None,
        values: tuple[bytes, ...] = (),
        ttl: int | None = None,
        servers: tuple[Server, ...] = (),
        key: Key | None = None,
        policy: Policy = _POLICY,
        local_address: str | None = None,
        owner: str = "",
        delete_when_missing: bool = False,
        grace: float = 60 * _MINUTE,
        allow_private: bool = False,
        on_change: tuple[str, ...] = (),
    ) -> None:
        self._fill(
            name=name,
            zone=zone,
            sources=sources,
            rrtype=rrtype,
            values=values,
            ttl=ttl,
            servers=servers,
            key=key,
            policy=policy,
            local_address=local_address,
            owner=owner,
            delete_when_missing=delete_when_missing,
            grace=grace,
            allow_private=allow_private,
            on_change=on_change,
        )

    @property
    def data(self) -> dict[int, tuple[bytes, ...]]:
        """The fixed data by its type; empty where the data comes from sources."""
        return {} if self.rrtype is None else {self.rrtype: self.values}

    @property
    def types(self) -> tuple[int, ...]:
        """The types that this record keeps right, in order: those that its sources can give, or that of its data."""
        if self.rrtype is not None:
            return (self.rrtype,)
        return tuple(sorted({rrtype for source in self.sources for rrtype in _types_of(source)}))

    @property
    def identity(self) -> tuple[str, str, tuple[int, ...]]:
        """Zone (empty where it is to be found), name and types: what makes two records the same after a reload."""
        zone = "" if self.zone is None else self.zone.to_text().lower()
        return zone, self.name.to_text().lower(), self.types


class Config(Value):
    """A whole configuration: the agent's settings, and the records in the order of the text, one at least."""

    __slots__ = ("agent", "records")
    agent: AgentSettings
    records: tuple[RecordSettings, ...]

    def __init__(self, agent: AgentSettings, records: tuple[RecordSettings, ...]) -> None:
        self._fill(agent=agent, records=records)


def _types_of(source: Source) -> tuple[int, ...]:
    """Return the types of the addresses that a source can give: of one family if it says so, or of both."""
    if isinstance(source, bytes):
        octets: int | None = len(source)
    elif isinstance(source, Prefix):
        octets = IPV6_OCTETS
    else:
        octets = None if isinstance(source, Command) else source.octets
    if octets is None:
        return (RRType.A, RRType.AAAA)
    return (RRType.A if octets == IPV4_OCTETS else RRType.AAAA,)
