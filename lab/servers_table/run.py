"""Runs the stories in all ways, and tells of each whether it went as expected, or why not."""

import itertools
from collections.abc import Mapping
from typing import TypeAlias
from unittest.mock import patch

from dns_update.errors import DnsUpdateError, NoResponse, causes
from lab.pairs import KEYGEN
from lab.servers_table.asking import Otherwise
from lab.servers_table.reasons import YES, Lacking, is_total, reasons_for
from lab.servers_table.site import ALGORITHMS, Program, Site
from lab.servers_table.stories import STORIES, Story, senseless

TRANSPORTS = ("udp", "tcp", "tls", "quic")
SIGNATURES = ("none", *ALGORITHMS, *KEYGEN, "gss")
BOTH = tuple(f"{transport} {signature}" for transport in ("tls", "quic") for signature in ("none", "ed25519", "gss"))
WAYS = (*TRANSPORTS, *SIGNATURES, *BOTH)
_NUMBERS = itertools.count()
_AGAIN_AT_ONCE = patch("dns_update.client.sig0._LONGEST_FIRST", 0.002)
"""What is refused with a key pair is sent again, as other clients may keep the server busy: here, there are none."""
_HANDSHAKES = 5
_NO_HANDSHAKE = (causes.NO_TLS, causes.TLS_FAILED)
"""Knot DNS 3.4 takes some new TLS connections for one that has just ended, and then the handshake fails at once."""

Cell: TypeAlias = str | Mapping[str, str]
"""YES, or the reason why not; of a way where only some stories go otherwise, these, each with YES or the reason."""
Cells: TypeAlias = Mapping[str, Cell]
"""By story, of the plain way, and by way."""


class Unexplained(AssertionError):
    """A server did otherwise than expected, and no reason is known; or the other way round."""


def cells_of(program: Program) -> dict[str, Cell]:
    """Return a server's column; raises Unexplained."""
    first = STORIES[0]
    begun = told(program, "", first, program.plain)
    if is_total(program, begun):
        plain = {story.__name__: begun for story in STORIES}
    else:
        plain = {first.__name__: begun} | {
            story.__name__: told(program, "", story, program.plain) for story in STORIES[1:]
        }
    return {**plain, **{way: _cell_of_way(program, way, plain) for way in WAYS}}


def _cell_of_way(program: Program, way: str, plain: Mapping[str, str]) -> Cell:
    """Return what is different in a way."""
    site, first = program.reached(way), STORIES[0]
    begun = told(program, way, first, site)
    if site is None or site == program.plain:
        return begun
    if begun != plain[first.__name__]:
        return begun if begun != YES else {first.__name__: YES}
    if is_total(program, begun):
        return begun
    ended = {
        story.__name__: told(program, way, story, site) for story in STORIES[1:] if senseless(story, site.key) is None
    }
    return {name: words for name, words in ended.items() if words != plain[name]} or begun


def told(program: Program, way: str, story: Story, site: Site | None) -> str:
    """Return what a story shows at a site: YES, or the reason why not; raises Unexplained.

    `way` is empty for the plain one; the site is None if the server has not got the way.
    """
    if site is not None and (words := senseless(story, site.key)) is not None:
        return words
    where = f"{program.name} {program.version}, {way or 'plain'}, {story.__name__}"
    reasons = reasons_for(program, way, story.__name__, has_way=site is not None)
    shown = _shown(story, site)
    if shown is None:
        if any(reason.words != YES for reason in reasons):
            raise Unexplained(f"{where}: it can do that, although {reasons[0].words!r}")
        return YES
    for reason in reasons:
        if reason.words != YES and isinstance(shown, reason.shown_by):
            return reason.words
    raise Unexplained(f"{where}: {_account(shown)}") from shown


def _shown(story: Story, site: Site | None) -> Exception | None:
    """Return why a story did not go as expected; None if it did."""
    if site is None:
        return Lacking("it has none")
    for _attempt in range(_HANDSHAKES):
        try:
            with site.client, _AGAIN_AT_ONCE:  # which closes its connections
                story(site, f"t{next(_NUMBERS)}")
        except (DnsUpdateError, Otherwise) as error:
            shown = error
            if not isinstance(error, NoResponse) or error.cause not in _NO_HANDSHAKE:
                return error
        else:
            return None
    return shown


def _account(error: Exception) -> str:
    """Return what is known of an error: its kind, its text, what to do about it, and the notes that it has."""
    parts = [f"{type(error).__name__}: {error}", getattr(error, "hint", ""), *getattr(error, "__notes__", ())]
    return "; ".join(str(part) for part in parts if part)
