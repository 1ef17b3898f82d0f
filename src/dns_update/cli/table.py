"""Rows of text in aligned columns, safe for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dns_update.errors import one_line


def lined_up(rows: Sequence[Sequence[str]], widths: list[int] | None = None) -> Iterator[str]:
    """Yield a line for each row, with aligned columns; the last column may have any width.

    `widths` are those of rows that were printed before; they grow if these rows need more.
    """
    shown = [[one_line(cell) for cell in row] for row in rows]
    room = widths if widths is not None else [0] * (len(shown[0]) - 1)
    for column, width in enumerate(room):
        room[column] = max(width, *(len(row[column]) for row in shown))
    for row in shown:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, room, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()
