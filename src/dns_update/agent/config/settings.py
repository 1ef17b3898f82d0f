"""A configuration as values: the agent's settings, and those of each record. Equal texts make equal values."""

from __future__ import annotations

from dns_update.address.sources import Command, Prefix, Source
from dns_update.auth import Key
from dns_update.exchange import Policy
from dns_update.transport import Server
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import RRType
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS
from dns_update.wire.name import Name

_MINUTE = 60.0
_DAY = 86400.0
DEFAULT_GRACE = 60 * _MINUTE
_POLICY = Policy()
_BOTH = (RRType.A, RRType.AAAA)
_ONLY_A = (RRType.A,)
_ONLY_AAAA = (RRType.AAAA,)


class AgentSettings(Value, kw_only=True):
    """The settings of the agent itself, times in seconds.

    Every name is compared with the zone each `interval`; sources that must be asked are asked each `poll`; a lost
    address stays published for `hold_down`. `socket` and `history` are paths, or empty for none; attempts are kept in
    the history for `history_keep`. `on_change` and `on_failure` are programs and their arguments, or empty.
    """

    interval: float = 5 * _MINUTE
    hold_down: float = 10.0
    poll: float = 5 * _MINUTE
    socket: str = "/run/dns-update/agent.sock"
    history: str = "/var/lib/dns-update/history.db"
    history_keep: float = 90 * _DAY
    on_change: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()


class UpstreamSettings(Value):
    """How records are published: the `servers` to try in turn, with `key`, by `policy`, from `local_address`.

    Without servers, the zone's primary is asked. Without a key, messages are unsigned; without an address, any is used.
    If there are `query_servers`, they are asked what the zone has.
    """

    servers: tuple[Server, ...] = ()
    key: Key | None = None
    policy: Policy = _POLICY
    local_address: str | None = None
    query_servers: tuple[Server, ...] = ()


_UPSTREAM = UpstreamSettings()


class PairSettings(Value):
    """How the PTR records are kept that point from a name's addresses at the name.

    They are in `zone`, or in zones that are found if it is None; `reverse` are zones with servers of their own.
    """

    zone: Name | None = None
    reverse: tuple[tuple[Name, UpstreamSettings], ...] = ()


class CommonSettings(Value, kw_only=True):
    """How a name is published: the settings that most names have in common.

    `ttl` is in seconds; None keeps that of the zone's records. `owner` is empty if no other agent publishes at the
    name. When its sources lose their addresses, the name keeps its data; with `grace` only for that many seconds.
    `allow_private` allows addresses that cannot be reached from the Internet. Without `pairs`, PTR records are left
    alone. `on_change` and `on_failure` are programs and their arguments, or empty.
    """

    upstream: UpstreamSettings = _UPSTREAM
    ttl: int | None = None
    owner: str = ""
    grace: float | None = None
    allow_private: bool = False
    pairs: PairSettings | None = None
    on_change: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()


_COMMON = CommonSettings()


class RecordSettings(Value):
    """The settings of one name: where its data comes from, and how it is published.

    `name` is the owner name in full; `zone` is None if it must be found by its SOA record. Data comes from `sources`,
    or is fixed: the `values`, octets of rdata, of one `rrtype`.

    There may be thousands of these, so equal parts are shared: above all `common`, the rest of the settings.
    """

    name: Name
    zone: Name | None = None
    _: KW_ONLY
    sources: tuple[Source, ...] = ()
    rrtype: int | None = None
    values: tuple[bytes, ...] = ()
    common: CommonSettings = _COMMON

    @property
    def data(self) -> dict[int, tuple[bytes, ...]]:
        """The fixed data by its type; empty if the data comes from sources."""
        return {} if self.rrtype is None else {self.rrtype: self.values}

    @property
    def types(self) -> tuple[int, ...]:
        """The types that this record manages, in order: those that its sources can give, or that of its data."""
        if self.rrtype is not None:
            return (self.rrtype,)
        if len(self.sources) == 1:
            return _types_of(self.sources[0])
        return tuple(sorted({rrtype for source in self.sources for rrtype in _types_of(source)}))

    @property
    def identity(self) -> tuple[Name | None, Name, tuple[int, ...]]:
        """The zone (None: must be found), name and types: what identifies a record across reloads."""
        return self.zone, self.name, self.types


class Config(Value):
    """A whole configuration: the agent's settings, and the records in the order of the text, at least one."""

    agent: AgentSettings
    records: tuple[RecordSettings, ...]


def _types_of(source: Source) -> tuple[int, ...]:
    """Return the types of the addresses that a source can give: of one family, or of both if it names none."""
    if isinstance(source, bytes):
        octets: int | None = len(source)
    elif isinstance(source, Prefix):
        octets = IPV6_OCTETS
    else:
        octets = None if isinstance(source, Command) else source.octets
    if octets is None:
        return _BOTH
    return _ONLY_A if octets == IPV4_OCTETS else _ONLY_AAAA
