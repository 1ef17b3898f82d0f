"""Who is asked first: servers have their turn in the order of their list, but who was silent of late has it last. Pure.

A server is silent from the moment that it did not answer until it does. It is due again after a while, each time a
longer one. Then one try asks it in its place, and only one: each waits for a server as long as its patience goes, and
thousands of names must not. What is urgent leaves that to others as long as some server answers. If all are silent and
none is due, nobody is asked.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from dns_update.errors import NoResponse


class Outage:
    """The silence of one server. `since` and `due` are on the monotonic clock."""

    __slots__ = ("by", "due", "error", "failures", "is_being_asked", "is_known", "noted", "since")

    def __init__(self, error: NoResponse, by: object, now: float) -> None:
        """Begin now."""
        self.error = error
        self.by = by  # who found it last, and will look again when it is due
        self.since = now
        self.noted = now  # when it was last found silent
        self.due = now
        self.failures = 0  # in a row
        self.is_being_asked = False
        self.is_known = False  # to people, who then want to hear of its end, too


class ServerHealth:
    """The servers that are silent, for all who ask them in the same way: with this patience, from this address."""

    def __init__(self, seconds: Callable[[int], float]) -> None:
        """Begin with nothing known; `seconds` says how long to leave a server alone after so many failures in a row."""
        self._seconds = seconds
        self._silences: dict[Hashable, Outage] = {}

    @property
    def knows_silence(self) -> bool:
        """Whether any server is silent."""
        return bool(self._silences)

    def silences(self) -> Iterator[tuple[Hashable, Outage]]:
        """Yield each server that is silent, and its silence."""
        yield from list(self._silences.items())

    def silence_of(self, server: Hashable) -> Outage | None:
        """Return a server's silence; None if it answers, as far as is known."""
        return self._silences.get(server)

    def order(self, servers: Sequence[Hashable], now: float, *, is_urgent: bool) -> tuple[Hashable, ...]:
        """Return whom to ask now, one after the other; nobody, if all are silent and none is due.

        Those silent ones among them that are due are then being asked, until they are `heard`, `unheard` or `left`.
        """
        if not self._silences:
            return tuple(servers)
        silent = {server: self._silences[server] for server in servers if server in self._silences}
        answers = len(silent) < len(servers)
        due = {s for s, one in silent.items() if one.due <= now and not one.is_being_asked}
        if answers and is_urgent:
            due.clear()
        for server in due:
            silent[server].is_being_asked = True
        first = [server for server in servers if server not in silent or server in due]
        last = [server for server in silent if server not in due] if answers else []
        return (*first, *last)

    def heard(self, server: Hashable) -> Outage | None:
        """Take note of an answer; return the silence that ends."""
        return self._silences.pop(server, None)

    def unheard(self, server: Hashable, error: NoResponse, by: object, began: float, now: float) -> None:
        """Take note that a server did not answer a try begun at `began`, and who tried.

        Many tries may be under way when a server falls silent, and their ends say nothing new.
        """
        silence = self._silences.get(server)
        if silence is None:
            silence = self._silences[server] = Outage(error, by, now)
        elif began < silence.noted:
            return
        silence.error, silence.by, silence.noted = error, by, now
        silence.failures += 1
        silence.due = now + self._seconds(silence.failures)
        silence.is_being_asked = False

    def left(self, server: Hashable) -> None:
        """Take note that a try has ended without a word on this server."""
        silence = self._silences.get(server)
        if silence is not None:
            silence.is_being_asked = False

    def all_due(self) -> None:
        """Let all be asked now, as if they had just fallen silent: what hindered them may be gone."""
        for silence in self._silences.values():
            silence.due = 0.0
            silence.failures = 0

    def due(self, servers: Sequence[Hashable], by: object) -> float | None:
        """Return when the first of these servers is due that were found silent by `by`; None if there is none."""
        silences = [self._silences[server] for server in servers if server in self._silences]
        return min((silence.due for silence in silences if silence.by is by), default=None)
