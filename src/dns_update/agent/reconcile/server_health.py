"""Which server is asked first: the servers of a list in order, but those that were silent recently last. Pure.

An outage begins when a server does not answer, and ends when it does. The server is due again after a wait, which grows
each time. Then only one attempt probes it, in its place in the list, because each probe waits for the full patience,
and thousands of names must not. An urgent attempt does not probe as long as another server answers. If all servers are
silent and none is due, none is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from dns_update.errors import NoResponse


class Outage:
    """The silence of one server. `since` and `due` are on the monotonic clock."""

    __slots__ = ("due", "error", "failures", "found_by", "is_probed", "is_reported", "last_failure", "since")

    def __init__(self, error: NoResponse, found_by: object, now: float) -> None:
        """Begin an outage at `now`; `found_by` is the name whose attempt met it."""
        self.error = error
        self.found_by = found_by  # the name that met it last, and tries again when the server is due
        self.since = now
        self.last_failure = now
        self.due = now
        self.failures = 0  # in a row
        self.is_probed = False  # by an attempt under way
        self.is_reported = False  # in the log, where its end is then reported, too


class ServerHealth:
    """The outages of all servers that are asked in the same way: with the same policy, from the same address.

    A server is anything that can be silent by itself: a Server, one of its addresses, or, if a zone's primary is not
    known, the zone.
    """

    def __init__(self, seconds: Callable[[int], float]) -> None:
        """Begin without outages; `seconds` returns how long to wait after a number of failures in a row."""
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
        """Return the servers to ask now, one after the other; none if all are silent and none is due.

        Silent servers that are due count as probed until `answered`, `failed` or `not_asked` is called for them.
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
        """Record that a server has answered; return the outage that this ends, or None."""
        return self._outages.pop(server, None)

    def failed(self, server: Hashable, error: NoResponse, found_by: object, began: float, now: float) -> None:
        """Record that a server did not answer an attempt that began at `began`; `found_by` is its name.

        Many attempts may be under way when a server becomes silent; only the first of them counts as a failure.
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
        """Record that an attempt has ended without showing anything about this server."""
        outage = self._outages.get(server)
        if outage is not None:
            outage.is_probed = False

    def retry_all(self) -> None:
        """Have every server asked now, as if it had just become silent: the cause may be gone."""
        for outage in self._outages.values():
            outage.due = 0.0
            outage.failures = 0

    def due(self, servers: Sequence[Hashable], found_by: object) -> float | None:
        """Return when the first server is due whose silence this name (`found_by`) met last; None if there is none."""
        outages = [self._outages[server] for server in servers if server in self._outages]
        return min((outage.due for outage in outages if outage.found_by is found_by), default=None)
