"""`verify=all`: after a change, wait until all name servers of the zone show it; and what is said meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dns_update.cli import is_watched, put, talk, write_talk
from dns_update.client import Client
from dns_update.client.everywhere import NameServer, Wanted, shown_text, wait_everywhere
from dns_update.client.outcome import Outcome
from dns_update.commandline.properties import Options
from dns_update.wire.codes import RRType

_ADDRESSES = dict.fromkeys((RRType.A, RRType.AAAA))  # of a name that had nothing, and has nothing now


class WaitProgress:
    """Shows which name servers are waited for: in one line that changes on a terminal, in a new line elsewhere."""

    def __init__(self, *, is_silent: bool) -> None:
        self._is_silent = is_silent
        self._is_terminal = is_watched()
        self._said: tuple[NameServer, ...] = ()
        self._is_open = False  # a line that will be replaced is on the terminal

    def __call__(self, lacking: tuple[NameServer, ...], left: float) -> None:
        """Show the name servers that do not show it yet, and the seconds that are left."""
        text = f"waiting for {', '.join([str(server.host) for server in lacking])} to show it, for up to {left:.0f} s"
        if self._is_silent:
            return
        if self._is_terminal:
            write_talk(f"\r\033[Kdns-update: {text}")
            self._is_open = True
        elif lacking != self._said:
            talk(text)
        self._said = lacking

    def clear(self) -> None:
        """Remove the line that changes."""
        if self._is_open:
            write_talk("\r\033[K")
        self._is_open = False

    def say(self, text: str) -> None:
        """Write a line that stays."""
        if not self._is_silent:
            talk(text)


def shown_everywhere(
    client: Client, outcome: Outcome, options: Options, rrtypes: Iterable[int]
) -> dict[NameServer, float]:
    """Return after how many seconds each name server showed what an outcome says of some types; raises DnsUpdateError.

    It is said which are waited for. Ctrl-C ends the wait, not the change, which is made.
    """
    progress = WaitProgress(is_silent=options.json or options.quiet)
    if outcome.after is None:
        progress.say("note: it could not be read back, so the zone's name servers were not asked")
        return {}
    types = dict.fromkeys(rrtypes) or dict.fromkeys(record.rrtype for record in outcome.before or ()) or _ADDRESSES
    wanted = Wanted.after(outcome, types)
    try:
        shown = client.run(
            lambda transaction: wait_everywhere(transaction, outcome, wanted, seconds=options.wait, progress=progress)
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the change was made; whether all name servers show it is not known") from None
    finally:
        progress.clear()
    progress.say(f"{_count(shown)} of {outcome.zone} {'show' if len(shown) > 1 else 'shows'} it: {shown_text(shown)}")
    return shown


def put_with_servers(outcome: Outcome, command: str, shown: Mapping[NameServer, float]) -> None:
    """Print an outcome as JSON, with the name servers and after how many seconds each showed the change."""
    from dns_update.cli.as_json import head, object_text, outcome_fields  # only if it is asked for

    servers = [
        {"host": str(server.host), "addresses": list(server.addresses), "seconds": round(seconds, 3)}
        for server, seconds in shown.items()
    ]
    put(object_text(head(command, is_ok=True) | outcome_fields(outcome, command) | {"name_servers": servers}))


def _count(shown: Mapping[NameServer, float]) -> str:
    return f"all {len(shown)} name servers" if len(shown) > 1 else "the one name server"
