"""The log of a run: what scripts and the tool write, kept for `/log print`, and passed on to standard error."""

from __future__ import annotations

from collections.abc import Callable

from dns_update.routeros.values import ItemId
from dns_update.routeros.world import ID, Menu
from dns_update.value import Value

MOST_ENTRIES = 1000  # a router keeps as many in its memory


class LogEntry(Value):
    """An entry: its time as text, its topics with commas between, its message."""

    time: str
    topics: str
    message: str


class Logbook:
    """Keeps the newest entries. Threads may share it."""

    def __init__(self, write: Callable[[LogEntry], None], time_text: Callable[[], str]) -> None:
        """Call `write` with each entry; `time_text` gives its time."""
        self._write = write
        self._time_text = time_text
        self.entries: list[LogEntry] = []

    def add(self, topics: str, message: str) -> None:
        """Add an entry."""
        entry = LogEntry(self._time_text(), topics, message)
        self.entries.append(entry)
        del self.entries[:-MOST_ENTRIES]
        self._write(entry)

    def menu(self) -> Menu:
        """Return the menu `/log`."""
        return Menu(
            tuple(
                [
                    {ID: ItemId(f"*{number:X}"), "time": entry.time, "topics": entry.topics, "message": entry.message}
                    for number, entry in enumerate(tuple(self.entries), 1)
                ]
            )
        )
