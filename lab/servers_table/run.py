"""Runs the stories, and tells of each whether it went as expected, or why not."""

import itertools
from collections.abc import Callable, Mapping

from dns_update.errors import DnsUpdateError
from lab.pairs import KEYGEN
from lab.servers_table.behaviours import STORIES, Otherwise
from lab.servers_table.reasons import Lacking, reason_for
from lab.servers_table.site import ALGORITHMS, Program, Site

YES = "yes"
TRANSPORTS = ("udp", "tcp", "tls", "quic")
SIGNATURES = ("none", *ALGORITHMS, *KEYGEN, "gss")
_NUMBERS = itertools.count()

Cells = Mapping[str, str]
"""By row: YES, or the reason why not."""


class Unexplained(AssertionError):
    """A server did otherwise than expected, and no reason is known; or the other way round."""


def cells_of(program: Program) -> dict[str, str]:
    """Return a server's column; raises Unexplained."""
    told = {story.__name__: cell(program, story.__name__, story, program.plain) for story in STORIES}
    ways = {**program.transports, **program.signatures}
    return told | {row: cell(program, row, STORIES[0], ways.get(row)) for row in (*TRANSPORTS, *SIGNATURES)}


def cell(program: Program, row: str, story: Callable[[Site, str], None], site: Site | None) -> str:
    """Return what a story shows at a site, which is None if the server has no such way; raises Unexplained."""
    reason, shown = reason_for(program, row), _shown(story, site)
    if shown is None:
        if reason is not None:
            raise Unexplained(f"{program.name} {program.version} can do {row}, although {reason.words!r}")
        return YES
    if reason is None or not isinstance(shown, reason.shown_by):
        raise Unexplained(f"{program.name} {program.version}, {row}: {str(shown) or 'it has none'}") from shown
    return reason.words


def _shown(story: Callable[[Site, str], None], site: Site | None) -> Exception | None:
    """Return why a story did not go as expected; None if it did."""
    if site is None:
        return Lacking()
    try:
        with site.client:  # which closes its connections
            story(site, f"t{next(_NUMBERS)}")
    except (DnsUpdateError, Otherwise) as error:
        return error
    return None
