"""What a broken set-up is, and the list of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

Words = list[str]
Start = Callable[[ExitStack, Path], Words]


@dataclass(frozen=True)
class SetUp:
    """One broken set-up: how it is broken, the cause that must be found, words that its sentences must have.

    With `only_by_update`, only an update shows that it is broken, so `check` cannot know it. Another version of the
    server may answer so that the cause is `or_cause`. If `check_stops_before`, a question of `check` fails before the
    update that it would try, which fails in another way, so its exit status is not that of `set`.
    """

    name: str
    how: str
    cause: str
    says: tuple[str, ...]
    start: Start
    only_by_update: bool = False
    or_cause: str = ""
    check_stops_before: bool = False

    def is_named_by(self, cause: str) -> bool:
        """Return whether a cause is that of this set-up."""
        return cause in (self.cause, self.or_cause or self.cause)

    @contextmanager
    def started(self, directory: Path) -> Iterator[Words]:
        """Start its servers; yield the properties of a line for it."""
        with ExitStack() as stack:
            yield self.start(stack, directory)


ALL: list[SetUp] = []


def broken(
    how: str,
    cause: str,
    *says: str,
    only_by_update: bool = False,
    or_cause: str = "",
    check_stops_before: bool = False,
) -> Callable[[Start], Start]:
    """Add a function that starts a set-up to the list; its name is the set-up's."""

    def add(start: Start) -> Start:
        ALL.append(SetUp(start.__name__, how, cause, says, start, only_by_update, or_cause, check_stops_before))
        return start

    return add
