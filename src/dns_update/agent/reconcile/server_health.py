"""Which server is asked first: those of a list in its order, but one that was silent of late comes last. Pure.

An outage begins when a server does not answer, and ends when it does. The server is due again after a while, each time
a longer one. Then one attempt probes it in its place in the list, and only one: each waits for a server as long as its
patience goes, and thousands of names must not. An urgent attempt leaves that to others as long as some server answers.
If all are silent and none is due, none is asked.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from dns_update.errors import NoResponse


class Outage:
    """The silence of one server. `since` and `due` are on the monotonic clock."""

    __slots__ = ("due", "error", "failures", "found_by", "is_probed", "is_reported", "last_failure", "since")

    def __init__(self, error: NoResponse, found_by: object, now: float) -> None:
        """Begin now."""
        self.error = error
        self.found_by = found_by  # which name met it last, and is to try again when the server is due
        self.since = now
        self.last_failure = now
        self.due = now
        self.failures = 0  # in a row
        self.is_probed = False  # by an attempt under way
        self.is_reported = False  # to people, who then want to hear of its end, too


class ServerHealth:
    """The outages of all servers that are asked in the same way: with the same patience, from the same address.

    A server is whatever can be silent by itself: a Server, one address of it, or, where it is not known who a zone's
    primary is, the zone.
    """

    def __init__(self, seconds: Callable[[int], float]) -> None:
        """Begin with no outage; `seconds` says how long to leave a server alone after so many failures in a row."""
        self._seconds = seconds
        self._outages: dict[Hashable, Outage] = {}

    @property
    def has_outages(self) -> bool:
        """Whether any server is silent."""
        return bool(self._outages)

    def outages(self) -> Iterator[tuple[Hashable, Outage]]:
        """Yield each silent server with its outage."""
        yield from list(self._outages.items())

    def outage_of(self, server: Hashable) -> Outage | None:
        """Return a server's outage; None if it answers, as far as is known."""
        return self._outages.get(server)

    def order(self, servers: Sequence[Hashable], now: float, *, is_urgent: bool) -> tuple[Hashable, ...]:
        """Return which servers to ask now, one after the other; none, if all are silent and none is due.

        The silent ones among them that are due are probed until `answered`, `failed` or `not_asked` is called for them.
        """
        if not self._outages:
            return tuple(servers)
        silent = {server: self._outages[server] for server in servers if server in self._outages}
        some_answer = len(silent) < len(servers)
        due = {server for server, outage in silent.items() if outage.due <= now and not outage.is_probed}
        if some_answer and is_urgent:
            due.clear()
        for server in due:
            silent[server].is_probed = True
        first = [server for server in servers if server not in silent or server in due]
        last = [server for server in silent if server not in due] if some_answer else []
        return (*first, *last)

    def answered(self, server: Hashable) -> Outage | None:
        """Record that a server has answered; return the outage that this ends."""
        return self._outages.pop(server, None)

    def failed(self, server: Hashable, error: NoResponse, found_by: object, began: float, now: float) -> None:
        """Record that a server did not answer an attempt begun at `began`, and which name met that.

        Many attempts may be under way when a server falls silent, and their ends say nothing new.
        """
        outage = self._outages.get(server)
        if outage is None:
            outage = self._outages[server] = Outage(error, found_by, now)
        elif began < outage.last_failure:
            return
        outage.error, outage.found_by, outage.last_failure = error, found_by, now
        outage.failures += 1
        outage.due = now + self._seconds(outage.failures)
        outage.is_probed = False

    def not_asked(self, server: Hashable) -> None:
        """Record that an attempt has ended and shown nothing about this server."""
        outage = self._outages.get(server)
        if outage is not None:
            outage.is_probed = False

    def retry_all(self) -> None:
        """Have every server asked now, as if it had just fallen silent: what hindered it may be gone."""
        for outage in self._outages.values():
            outage.due = 0.0
            outage.failures = 0

    def due(self, servers: Sequence[Hashable], found_by: object) -> float | None:
        """Return when the first of those servers is due whose silence this name met last; None if there is none."""
        outages = [self._outages[server] for server in servers if server in self._outages]
        return min((outage.due for outage in outages if outage.found_by is found_by), default=None)
