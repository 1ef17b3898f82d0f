"""docs/servers.md, made of the cells that runs have found; docs/servers.json keeps them, by server and version."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.servers_table.behaviours import STORIES
from lab.servers_table.programs import PROGRAMS
from lab.servers_table.run import SIGNATURES, TRANSPORTS, YES, Cells

DOCS = Path(__file__).parents[2] / "docs"
CELLS, PAGE = DOCS / "servers.json", DOCS / "servers.md"

_INTRODUCTION = """\
# Servers

What each name server does with the requests of dns-update. Nothing here is written by hand: every server of the table
was started, with the same zones and keys, and asked; Samba has the zone of its domain, and users in place of keys. The
tests ask those that the machine has again, and compare. `python -m lab.servers_table`, as root, makes the page anew;
servers of other versions keep their columns.

A number in place of a yes leads to the reason below the table.
"""
_NOT_ASKED = "not asked yet"  # a new row, and a version that another machine has
_WAYS = {
    "udp": "UDP", "tcp": "TCP", "tls": "TLS (port 853)", "quic": "QUIC (port 853)", "none": "no signature, by address",
    **{algorithm: algorithm for algorithm in SIGNATURES[1:]}, "gss": "GSS-TSIG (Kerberos)",
}  # fmt: skip


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
    stories = {story.__name__: (story.__doc__ or "").removesuffix(".") for story in STORIES}
    tables = (
        ("Requests, by UDP, signed with HMAC-SHA256; to Samba, with a Kerberos ticket", stories),
        ("Transports", {row: _WAYS[row] for row in TRANSPORTS}),
        ("Signatures", {row: _WAYS[row] for row in SIGNATURES}),
    )
    return _INTRODUCTION + "".join(_table(title, rows, columns, known) for title, rows in tables)


def _table(title: str, rows: Mapping[str, str], columns: Sequence[str], known: Mapping[str, Cells]) -> str:
    notes: list[str] = []

    def shown(cell: str) -> str:
        if cell == YES:
            return YES
        if cell not in notes:
            notes.append(cell)
        return f"no ({notes.index(cell) + 1})"

    lines = [
        f"| {words} | {' | '.join(shown(known[column].get(row, _NOT_ASKED)) for column in columns)} |"
        for row, words in rows.items()
    ]
    head = f"| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}\n"
    below = "".join(f"{number}. {note}\n" for number, note in enumerate(notes, 1))
    return f"\n## {title}\n\n{head}" + "\n".join(lines) + "\n" + (f"\n{below}" if below else "")
