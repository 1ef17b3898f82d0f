"""docs/servers.md, made of the cells that runs have found; docs/servers.json keeps them, by server and version."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.servers_table.others import OTHERS
from lab.servers_table.programs import PROGRAMS
from lab.servers_table.reasons import YES
from lab.servers_table.run import BOTH, SIGNATURES, TRANSPORTS, Cell, Cells
from lab.servers_table.stories import RULES, STORIES

DOCS = Path(__file__).parents[2] / "docs"
CELLS, PAGE = DOCS / "servers.json", DOCS / "servers.md"

_INTRODUCTION = """\
# Servers

What each name server does with the requests of dns-update. No cell is written by hand: every server of the table was
started, with the same zones and keys, and asked; Samba has the zone of its domain, and users in place of keys. The
tests ask those that the machine has again, and compare. `python -m lab.servers_table`, as root, makes the page anew;
servers of other versions keep their columns.

A number leads to the reason below the table.
"""
_WAYS_ARE = """\
Each request of the first table was also sent by every transport, signed as there, and with every signature, by UDP; and
by some of both. `yes` says that all of them go as in the first table; `yes, but` that all others do, and the note has
those that do not. If already the first one does not go, the others were not sent: `no`.
"""
_AS_EXPECTED = "as it should"  # of a story that does not go by the plain way
_NOT_ASKED = "not asked yet"  # a new row, and a version that another machine has
_WAYS = {
    "udp": "UDP", "tcp": "TCP", "tls": "TLS (port 853)", "quic": "QUIC (port 853)", "none": "no signature, by address",
    **{algorithm: algorithm for algorithm in SIGNATURES[1:]}, "gss": "GSS-TSIG (Kerberos)",
}  # fmt: skip
_WORDS = {story.__name__: (story.__doc__ or "").removesuffix(".") for story in STORIES}


def read_cells() -> dict[str, Cells]:
    """Return what is known, by server and version: "BIND 9.18"."""
    known: dict[str, Cells] = json.loads(CELLS.read_text("utf-8"))
    return known


def write(known: Mapping[str, Cells]) -> None:
    """Write both files."""
    CELLS.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", "utf-8")
    PAGE.write_text(page_of(known), "utf-8")


def page_of(known: Mapping[str, Cells]) -> str:
    """Return the page."""
    columns = sorted(known, key=lambda name: (list(PROGRAMS).index(name.rpartition(" ")[0]), name))
    first = _table(
        "Requests, by UDP, signed with HMAC-SHA256; to Hickory, with Ed25519; to Samba, with a Kerberos ticket",
        _WORDS,
        columns,
        known,
    )
    ways = (
        ("Transports", {way: _WAYS[way] for way in TRANSPORTS}),
        ("Signatures", {way: _WAYS[way] for way in SIGNATURES}),
        ("Transports with other signatures", {way: ", ".join(_WAYS[part] for part in way.split()) for way in BOTH}),
    )
    tables = "".join(_table(title, rows, columns, known) for title, rows in ways)
    return f"{_INTRODUCTION}{first}\n## Ways\n\n{_WAYS_ARE}{_rules()}{tables}\n{OTHERS}"


def _rules() -> str:
    """Return which requests are not sent in some ways, and why."""
    lines = [f"- {rule.words}: {_named([story.__name__ for story in rule.stories])}\n" for rule in RULES]
    return "\nNot sent, as they make no sense:\n\n" + "".join(lines)


def _named(stories: Sequence[str]) -> str:
    return "; ".join(f'"{_WORDS[story]}"' for story in stories)


def _table(title: str, rows: Mapping[str, str], columns: Sequence[str], known: Mapping[str, Cells]) -> str:
    notes: list[str] = []

    def shown(cell: Cell) -> str:
        if cell == YES:
            return YES
        note = cell if isinstance(cell, str) else _note(cell)
        if note not in notes:
            notes.append(note)
        return f"{_head(cell)} ({notes.index(note) + 1})"

    lines = [
        f"| {words} | {' | '.join(shown(known[column].get(row, _NOT_ASKED)) for column in columns)} |"
        for row, words in rows.items()
    ]
    head = f"| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}\n"
    below = "".join(f"{number}. {note}\n" for number, note in enumerate(notes, 1))
    return f"\n## {title}\n\n{head}" + "\n".join(lines) + "\n" + (f"\n{below}" if below else "")


def _head(cell: Cell) -> str:
    """Return the first word of a cell that is not a yes."""
    if isinstance(cell, str):
        return "-" if cell in {rule.words for rule in RULES} else "no"
    return "in part" if STORIES[0].__name__ in cell else "yes, but"


def _note(cell: Mapping[str, str]) -> str:
    """Return which stories go otherwise in a way, and why; those of one reason together."""
    reasons: dict[str, list[str]] = {}
    for story, words in cell.items():
        reasons.setdefault(words, []).append(story)
    return ". ".join(f"{_AS_EXPECTED if words == YES else words}: {_named(each)}" for words, each in reasons.items())
