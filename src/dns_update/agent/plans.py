"""The updates of names that were read and are not right: they are sent together with those of other names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dns_update.agent.managed_name import ManagedName
from dns_update.client.plan import Desired
from dns_update.rr.record import Record


class Plans:
    """The updates that attempts have left, and the names that are left out of this.

    A name that is left out makes its next attempt to the end. So it is not put off again and again, and a change of a
    few names does not wait.
    """

    def __init__(self, are_many_due: Callable[[], bool]) -> None:
        """Begin without plans; `are_many_due` returns whether many names wait for an attempt."""
        self.are_many_due = are_many_due
        self._plans: dict[ManagedName, tuple[Desired, tuple[Record, ...]]] = {}
        self._left_out: set[ManagedName] = set()

    def __contains__(self, managed: ManagedName) -> bool:
        return managed in self._plans

    def begin(self, managed: ManagedName) -> bool:
        """Forget the plan of a name, which begins an attempt; return whether the attempt may leave its update here."""
        if self._plans:
            self._plans.pop(managed, None)
        if managed in self._left_out:
            self._left_out.discard(managed)
            return False
        return managed.settings.zone is not None

    def add(self, managed: ManagedName, desired: Desired, changes: tuple[Record, ...]) -> None:
        """Leave the changes that give a name what is desired."""
        self._plans[managed] = desired, changes

    def take(self, managed: ManagedName) -> tuple[Record, ...] | None:
        """Return the changes of a name, and forget them; None if there are none, or they are out of date."""
        desired, changes = self._plans.pop(managed, (None, ()))
        return changes if desired is not None and desired == managed.desired else None

    def leave_out(self, names: Iterable[ManagedName]) -> None:
        """Have each of these names make its next attempt to the end."""
        for managed in names:
            self._plans.pop(managed, None)
            self._left_out.add(managed)

    def forget(self, managed: ManagedName) -> None:
        """Forget a name that is no longer managed."""
        self._plans.pop(managed, None)
        self._left_out.discard(managed)
