"""What a look at everything has shown: servers, sources and names; and what of that is wrong. Pure."""

from __future__ import annotations

from dns_update.agent.managed_name import texts_of
from dns_update.agent.wording import in_toml
from dns_update.errors import SOME_FAILED, NotApplied
from dns_update.rr.record import canonical_rdata
from dns_update.wire.codes import rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dns_update.address.sources import Source
    from dns_update.agent.config.settings import RecordSettings
    from dns_update.agent.inspection import Look
    from dns_update.auth import Key
    from dns_update.client.plan import Desired
    from dns_update.client.probe import Access, Denial
    from dns_update.errors import DnsUpdateError, NoAddress
    from dns_update.transport import Endpoint
    from dns_update.wire.name import Name

# How a name is, the worst first.
FAILING = "failing"
UNKNOWN = "unknown"
DIFFERS = "differs"
RIGHT = "right"
STATES = (FAILING, UNKNOWN, DIFFERS, RIGHT)


class Spot:
    """A zone at one of its servers, asked with one key: what was seen there, or why nothing was."""

    __slots__ = ("access", "endpoint", "error", "key", "notes", "settings", "zone")

    def __init__(self, zone: Name, endpoint: Endpoint, settings: RecordSettings) -> None:
        """Begin with nothing seen; `settings` are those of a record that is sent there."""
        self.zone = zone
        self.endpoint = endpoint
        self.settings = settings
        self.key: Key | None = settings.key
        self.access: Access | None = None
        self.error: DnsUpdateError | None = None
        self.notes: tuple[str, ...] = ()


class Heard:
    """A source that was asked: the addresses that it gave, or why it gave none, and what there is to remark of it."""

    __slots__ = ("addresses", "error", "remarks", "source")

    def __init__(self, source: Source, addresses: tuple[bytes, ...] = (), error: NoAddress | None = None) -> None:
        self.source = source
        self.addresses = addresses
        self.error = error
        self.remarks: list[str] = []


class Seen:
    """One name: what it shall have (None: no source says), and what was seen of it at each of its servers.

    `error` is why its servers are not known; `errors` are those of single servers about this name.
    """

    __slots__ = ("denials", "error", "errors", "looks", "settings", "spots", "wanted")

    def __init__(self, settings: RecordSettings, wanted: Desired | None) -> None:
        """Begin with nothing seen."""
        self.settings = settings
        self.wanted = wanted
        self.error: DnsUpdateError | None = None
        self.spots: Sequence[Spot] = ()
        self.looks: dict[Spot, Look] = {}
        self.denials: dict[Spot, Denial] = {}
        self.errors: dict[Spot, DnsUpdateError] = {}

    @property
    def first_look(self) -> Look | None:
        """What was seen at the first server that answers: where the agent would send to."""
        return next((self.looks[spot] for spot in self.spots if spot in self.looks), None)

    @property
    def state(self) -> str:
        """A word for how it is."""
        if next(self.failures(), None) is not None:
            return FAILING
        look = self.first_look
        if self.wanted is None or look is None:
            return UNKNOWN
        return DIFFERS if look.changes else RIGHT

    def is_needed(self, denial: Denial) -> bool:
        """Tell whether what is denied is needed now, or may be, as nobody knows."""
        return self.wanted is None or not set(self.wanted.rrtypes).isdisjoint(denial.rrtypes)

    def failures(self) -> Iterator[DnsUpdateError]:
        """Yield what is wrong with the name itself, and not with a whole server."""
        if self.error is not None:
            yield self.error
        for spot in self.spots:
            if spot in self.errors:
                yield self.errors[spot]
            if spot in self.denials and self.is_needed(self.denials[spot]):
                yield self.denials[spot].error
            look = self.looks.get(spot)
            if look is not None and look.obstacle is not None:
                yield look.obstacle
        yield from self._disagreements()

    def remarks(self) -> Iterator[str]:
        """Yield what is to be known of the name, and no failure, as what is not permitted and not needed now."""
        for denial in self.denials.values():
            if not self.is_needed(denial):
                types = " and ".join(map(rrtype_to_text, denial.rrtypes))
                hint = in_toml(denial.error.hint)
                yield f"there is no {types} to publish now; once there is: {denial.error} ({hint})"
        for look in self.looks.values():
            if look.remark:
                yield in_toml(look.remark)

    def _disagreements(self) -> Iterator[DnsUpdateError]:
        """Yield which servers hold something else than the first; of TTLs each may think as it likes."""
        spots = [spot for spot in self.spots if spot in self.looks]
        for spot in spots[1:]:
            first = spots[0]
            if _data(self.looks[spot]) != _data(self.looks[first]):
                yield NotApplied(
                    f"{self.settings.name} is not the same everywhere: {self._has(first)}, {self._has(spot)}",
                    hint=f"see that {spot.endpoint} gets the zone from {first.endpoint}, or take it out of servers",
                    server=str(spot.endpoint),
                )

    def _has(self, spot: Spot) -> str:
        serial = f" (serial {spot.access.serial})" if spot.access is not None else ""
        return f"{spot.endpoint} has {', '.join(texts_of(self.looks[spot].standing)) or 'nothing'}{serial}"


def _data(look: Look) -> set[tuple[int, bytes]]:
    return {(record.rrtype, canonical_rdata(record.rrtype, record.rdata)) for record in look.standing}


class Diagnosis:
    """All that was seen; `errors` are those of servers whose addresses are not known."""

    __slots__ = ("errors", "names", "sources", "spots")

    def __init__(
        self, spots: Sequence[Spot], sources: Sequence[Heard], names: Sequence[Seen], errors: Sequence[DnsUpdateError]
    ) -> None:
        self.spots = spots
        self.sources = sources
        self.names = names
        self.errors = errors

    def findings(self) -> Iterator[tuple[DnsUpdateError, Name | None]]:
        """Yield all that is wrong, each with the name that it is about, if it is about one."""
        for error in self.errors:
            yield error, None
        for spot in self.spots:
            if spot.error is not None:
                yield spot.error, None
        for heard in self.sources:
            if heard.error is not None:
                yield heard.error, None
        for seen in self.names:
            for error in seen.failures():
                yield error, seen.settings.name

    def notes(self) -> Iterator[str]:
        """Yield what is to be known, and nothing that is wrong."""
        for spot in self.spots:
            yield from map(in_toml, spot.notes)
        for heard in self.sources:
            yield from heard.remarks
        for seen in self.names:
            yield from seen.remarks()

    @property
    def exit_status(self) -> int:
        """0 if nothing is wrong, the status of all that is wrong if that is one, else 10."""
        statuses = {error.exit_status for error, _name in self.findings()}
        return statuses.pop() if len(statuses) == 1 else SOME_FAILED if statuses else 0
