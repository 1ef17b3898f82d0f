"""What a machine's world needs of the process that runs it: streams, clocks, randomness, sockets; a protocol."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from dns_update.routeros.machine.logbook import LogEntry
    from dns_update.transport.blocking import BlockingTransport, Trace
else:
    Protocol = object


class Stopped(Exception):
    """The process ends, and with it each script that runs; nothing in a script catches it."""


class Outside(Protocol):
    """The process around scripts. Threads may call all methods."""

    def say(self, line: str) -> None:
        """Tell the user something, on standard error."""
        raise NotImplementedError

    def note(self, text: str) -> None:
        """Tell the user something that changes nothing, as a note."""
        raise NotImplementedError

    def put(self, text: str) -> None:
        """Print a line on standard output."""
        raise NotImplementedError

    def log(self, entry: LogEntry) -> None:
        """Pass on an entry of the log."""
        raise NotImplementedError

    def monotonic(self) -> float:
        """Return the seconds of a clock that is never set; raises Stopped if scripts are to end."""
        raise NotImplementedError

    def wall(self) -> float:
        """Return the seconds since 1970."""
        raise NotImplementedError

    def pause(self, seconds: float) -> None:
        """Wait; raises Stopped if scripts are to end."""
        raise NotImplementedError

    def random_below(self, limit: int) -> int:
        """Return a random number that nobody can guess, from 0 to below `limit`."""
        raise NotImplementedError

    def transport(self, local_address: str | None, trace: Trace | None) -> BlockingTransport:
        """Return what carries messages to servers; the arguments are those of BlockingTransport."""
        raise NotImplementedError
