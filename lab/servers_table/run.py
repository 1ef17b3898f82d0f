"""Runs the stories, and tells of each whether it went as expected, or why not."""

import itertools
from collections.abc import Callable, Iterator, Mapping

from dns_update.errors import DnsUpdateError
from lab.pairs import KEYGEN
from lab.servers_table.behaviours import STORIES, Otherwise
from lab.servers_table.programs import ALGORITHMS
from lab.servers_table.reasons import LACKS, OTHERWISE
from lab.servers_table.site import Program, Site

YES = "yes"
TRANSPORTS = ("udp", "tcp", "tls")
SIGNATURES = ("none", *ALGORITHMS, *KEYGEN)
_NUMBERS = itertools.count()

Cells = Mapping[str, str]
"""By row: YES, or the reason why not."""


class Unexplained(AssertionError):
    """A server did otherwise than expected, and no reason is known; or the other way round."""


def rows_of(program: Program) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield each row of the table, and what finds out the server's cell."""
    for story in STORIES:
        yield story.__name__, lambda story=story: cell(program, story, program.plain)  # type: ignore[misc]
    ways = {**program.transports, **program.signatures}
    for row in (*TRANSPORTS, *SIGNATURES):
        yield row, lambda row=row: cell_of_way(program, row, ways.get(row))  # type: ignore[misc]


def cell(program: Program, story: Callable[[Site, str], None], site: Site) -> str:
    """Return what a story shows; raises Unexplained."""
    reason = OTHERWISE.get((program.name, story.__name__))
    try:
        story(site, f"t{next(_NUMBERS)}")
    except (DnsUpdateError, Otherwise) as error:
        if reason is None or not isinstance(error, reason.shown_by):
            raise Unexplained(f"{program.name} {program.version}, {story.__name__}: {error}") from error
        return reason.words
    if reason is not None:
        raise Unexplained(f"{program.name} {program.version} can do {story.__name__}: {reason.words!r} is not so")
    return YES


def cell_of_way(program: Program, row: str, site: Site | None) -> str:
    """Return what the first story shows by a transport, or with a signature; raises Unexplained."""
    if site is not None:
        return cell(program, STORIES[0], site)
    reason = LACKS.get((program.name, row))
    if reason is None:
        raise Unexplained(f"{program.name} {program.version} lacks {row}, and no reason is known")
    return reason
