"""An agent's side of the socket whose answers tests choose."""

from collections.abc import Callable, Mapping
from typing import Any


class FixedAnswers:
    """Answers with what a function returns; `marks` may be set, and `refreshed` has the names asked for."""

    def __init__(self, answer: Callable[[], Mapping[str, Any]]) -> None:
        self._answer = answer
        self.refreshed: list[str | None] = []
        self.mark: object = 0

    def status(self) -> Mapping[str, Any]:
        """Return the chosen answer."""
        return self._answer()

    def refresh(self, name: str | None) -> int:
        """Record the name, and pretend that three records are checked."""
        self.refreshed.append(name)
        return 3

    def marks(self) -> object:
        """Return the mark that the test has set."""
        return self.mark
