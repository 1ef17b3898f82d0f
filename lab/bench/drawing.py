"""Draws plots with matplotlib, as SVG whose text is text; `drawing.mplstyle` says how they look."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from lab.bench.plots import Panel, Plot

_STYLE = Path(__file__).with_suffix(".mplstyle")
_WIDTH, _HEIGHT = 8.0, 4.5
_MORE_HEIGHT = 2.5
"""Inches, for each row of panels after the first."""
_COLUMNS = 2
_LABELS = 3
"""In a row of the legend: more have no room."""


def draw(plot: Plot, directory: Path) -> None:
    """Write the plot to its file; the same figures give the same octets."""
    with mpl.rc_context(fname=_STYLE):
        columns = min(_COLUMNS, len(plot.panels))
        rows = -(-len(plot.panels) // columns)
        figure = Figure(figsize=(_WIDTH, _HEIGHT + _MORE_HEIGHT * (rows - 1)))
        for number, panel in enumerate(plot.panels, 1):
            _fill(figure.add_subplot(rows, columns, number), panel, plot)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="outside lower center", ncols=_LABELS if len(labels) > _LABELS + 1 else len(labels)
        )
        metadata = {"Date": None, "Creator": None, "Title": plot.about}
        figure.savefig(directory / plot.file, metadata=metadata)


def _fill(axes: Axes, panel: Panel, plot: Plot) -> None:
    for line in panel.lines:
        colour, dashes, mark = line.style
        across, up = zip(*line.points, strict=True)
        axes.plot(across, up, color=colour, linestyle=dashes, marker=mark, label=line.label)
    axes.set_xscale("log")
    if plot.is_log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    if plot.ticks:
        axes.xaxis.set_major_locator(FixedLocator(plot.ticks))
        axes.xaxis.set_minor_locator(NullLocator())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_tick))
        axis.set_minor_formatter(NullFormatter())
    axes.set(xlabel=plot.across, ylabel=plot.up, title=panel.title)


def _tick(value: float, _place: int | None = None) -> str:
    """Return a figure without an exponent."""
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
