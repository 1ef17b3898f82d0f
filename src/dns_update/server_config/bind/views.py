"""The views, zones, keys and access lists of a BIND configuration, and what a zone inherits."""

from __future__ import annotations

from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.source import as_name
from dns_update.value import Value
from dns_update.wire.name import Name

PRIMARY = ("primary", "master")
SECONDARY = ("secondary", "slave")


class ViewScope(Value):
    """A view; without views, the only one, whose `statement` is None.

    `statements` are those of the view, `outer` those outside of all views.
    """

    statement: Statement | None
    statements: tuple[Statement, ...]
    outer: tuple[Statement, ...]

    @property
    def name(self) -> str:
        """The view's name; empty without views."""
        return "" if self.statement is None else self.statement.word(1)

    @property
    def zones(self) -> tuple[Statement, ...]:
        """The zone statements of class IN."""
        return tuple(each for each in self.statements if each.keyword == "zone" and _is_internet(each))

    @property
    def keys(self) -> tuple[Statement, ...]:
        """The keys that are known in this view."""
        own = () if self.statement is None else self.statements
        return tuple(each for each in (*own, *self.outer) if each.keyword == "key")

    def zone(self, name: Name) -> Statement | None:
        """Return the statement of a zone."""
        return next((each for each in self.zones if zone_name(each) == name), None)

    def key(self, name: Name) -> Statement | None:
        """Return the statement of a key."""
        return next((each for each in self.keys if as_name(each.word(1)) == name), None)

    def inherited(self, zone: Statement | None, *keywords: str) -> Statement | None:
        """Return the statement that counts for a zone: its own, that of the view, or that of `options`."""
        for level in (zone, self.statement, self.options):
            found = None if level is None else level.child(*keywords)
            if found is not None:
                return found
        return None

    @property
    def options(self) -> Statement | None:
        """The `options` statement."""
        return next((each for each in self.outer if each.keyword == "options"), None)

    def acl(self, name: str) -> Statement | None:
        """Return the access list with a name."""
        return next((each for each in self.outer if each.keyword == "acl" and each.word(1) == name), None)


def scopes(statements: tuple[Statement, ...]) -> tuple[ViewScope, ...]:
    """Return the views in their order; without any, the one that BIND makes."""
    views = [each for each in statements if each.keyword == "view"]
    if not views:
        return (ViewScope(None, statements, statements),)
    return tuple(ViewScope(view, view.block, statements) for view in views if _is_internet(view))


def zone_name(zone: Statement) -> Name | None:
    """Return the name of a zone."""
    return as_name(zone.word(1))


def _is_internet(statement: Statement) -> bool:
    return statement.word(2).upper() in ("", "IN")
