"""Draws timelines: as text for a terminal, and as SVG."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from dns_update.cli.timeline import Timeline
from dns_update.errors import one_line

FANCY = "━✗"
PLAIN = "=x"
_LEAST_COLUMNS = 20  # for the time, however narrow the terminal is
_MOMENT = "%Y-%m-%d %H:%M:%S"
_FAILED = "failed"

_WIDTH, _LABELS, _ROW, _MARGIN = 960, 260, 26, 16  # of an SVG, in its user units
_MOST_CHARACTERS = 38  # of a label, which is cut off there
_COLOURS = ("#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b")
_FAILURE_COLOUR = "#d62728"
_FONT = 'font-family="sans-serif" font-size="13"'


def plotted(timeline: Timeline, width: int, *, is_fancy: bool) -> Iterator[str]:
    """Yield the lines of a timeline for a terminal of that width; without `is_fancy`, in ASCII."""
    bar, cross = tuple(FANCY if is_fancy else PLAIN)
    labels = [one_line(lane.label) for lane in timeline.lanes]
    longest = max(map(len, [*labels, _FAILED]))
    columns = max(width - longest - 2, _LEAST_COLUMNS)
    room = max(min(longest, width - columns - 2), len(_FAILED))
    yield one_line(timeline.summary)
    for label, lane in zip(labels, timeline.lanes, strict=True):
        cells = [" "] * columns
        for span in lane.spans:
            first = timeline.place(span.start, columns)
            after = columns if span.end >= timeline.end else timeline.place(span.end, columns)
            cells[first : max(after, first + 1)] = [bar] * max(after - first, 1)
        yield f"{label[:room]:<{room}}  {''.join(cells).rstrip()}"
    if timeline.failures:
        places = {timeline.place(when, columns) for when in timeline.failures}
        marks = "".join(cross if place in places else " " for place in range(columns))
        yield f"{_FAILED:<{room}}  {marks.rstrip()}"
    begin, end = _moment(timeline.start), _moment(timeline.end)
    yield f"{'':<{room}}  {begin}{end:>{max(columns - len(begin), len(end) + 1)}}"


def svg_of(timelines: Sequence[Timeline]) -> str:
    """Return timelines as an SVG document, one below the other."""
    parts = []
    top = _MARGIN
    for timeline in timelines:
        drawn, height = _group(timeline, top)
        parts += drawn
        top += height
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}">'
    title = f"<title>{_escaped('; '.join(timeline.summary for timeline in timelines))}</title>"
    paper = f'<rect width="{_WIDTH}" height="{top}" fill="#ffffff"/>'
    return "\n".join([head, title, paper, *parts, "</svg>"]) + "\n"


def _group(timeline: Timeline, top: int) -> tuple[list[str], int]:
    """Return the elements of a timeline, and their height."""
    rows = [_text(_MARGIN, top, timeline.summary, 'font-weight="bold"')]
    for number, lane in enumerate(timeline.lanes, 1):
        y = top + number * _ROW
        rows.append(_text(_MARGIN, y, _cut(lane.label)))
        for span in lane.spans:
            x, end = _x(timeline, span.start), _x(timeline, span.end)
            tip = _escaped(f"{lane.label}: {_moment(span.start)} to {_moment(span.end)}")
            shape = f'x="{x:.1f}" y="{y + 4}" width="{max(end - x, 1.5):.1f}" height="{_ROW - 8}" rx="2"'
            colour = _COLOURS[(number - 1) % len(_COLOURS)]
            rows.append(f'<rect {shape} fill="{colour}"><title>{tip}</title></rect>')
    y = top + (len(timeline.lanes) + 1) * _ROW
    if timeline.failures:
        rows.append(_text(_MARGIN, y, _FAILED))
        for when in timeline.failures:
            place = f'cx="{_x(timeline, when):.1f}" cy="{y + _ROW // 2}" r="4"'
            rows.append(f'<circle {place} fill="{_FAILURE_COLOUR}"><title>{_FAILED}: {_moment(when)}</title></circle>')
        y += _ROW
    rows.append(_text(_LABELS, y, _moment(timeline.start), 'fill="#666666"'))
    rows.append(_text(_WIDTH - _MARGIN, y, _moment(timeline.end), 'fill="#666666" text-anchor="end"'))
    return rows, y + 2 * _ROW - top


def _x(timeline: Timeline, when: float) -> float:
    share = (when - timeline.start) / (timeline.end - timeline.start)
    return _LABELS + share * (_WIDTH - _MARGIN - _LABELS)


def _text(x: int, y: int, text: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y + _ROW - 9}" {_FONT}{" " if more else ""}{more}>{_escaped(text)}</text>'


def _cut(label: str) -> str:
    return label if len(label) <= _MOST_CHARACTERS else f"{label[: _MOST_CHARACTERS - 1]}…"


def _escaped(text: str) -> str:
    import html  # 1 ms, for pictures only

    return html.escape(one_line(text))


def _moment(when: float) -> str:
    return time.strftime(_MOMENT, time.localtime(when))
