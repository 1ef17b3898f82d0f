"""How far a bulk run is, as a bar on a terminal; needs the package rich."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from dns_update.cli.progress import BAR_INTERVAL, Progress


class BarProgress(Progress):
    """Draws a bar with rate, failures and time left on standard error; it is gone at the end."""

    interval = BAR_INTERVAL

    def __init__(self, total: int, console: Console | None = None) -> None:
        """Start drawing."""
        super().__init__(total)
        columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
        self._bar = Bar(*columns, console=console or Console(stderr=True), transient=True, auto_refresh=False)
        self._task = self._bar.add_task(self.text(), total=total)
        self._bar.start()

    def tell(self) -> None:
        """Draw the bar again."""
        self._bar.update(self._task, completed=self.done, description=self.text(), refresh=True)

    def close(self) -> None:
        """Remove the bar."""
        self._bar.stop()
