"""Outcome: the result of a request that a server carried out."""

from __future__ import annotations

from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from dns_update import errors
    from dns_update.client.lookup import Records, ZoneView
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint
    from dns_update.wire.name import Name

    T = TypeVar("T")

SUCCESS = "update successful"


class Outcome(Value, kw_only=True):
    """The result of a request that a server carried out.

    `before` and `after` are the records of the RRsets concerned as the server gave them; None if they were not read. An
    update whose `after` was read back is `verified`: the records are as requested. Records that were `read_unsigned` do
    not count: the server does not accept the key for queries, and anyone may have answered. `seconds` is the time that
    the whole request took. `signed_by` is the name of the key that was used last: that of the client's key, or of its
    predecessor if the server does not accept that one; None without a key. `notes` are sentences that the user should
    read. `failures` are the errors of the servers tried before. After a `dry_run`, nothing has changed, and `after` are
    the records that the name would have. `query_server` is where they were read, if not at `server`.
    `reverse` are the outcomes at the reverse names of addresses, if their PTR records are a part of the request.
    """

    @property
    def read_at(self) -> Endpoint:
        """Where the records were read."""
        return self.server if self.query_server is None else self.query_server

    server: Endpoint
    zone: Name
    name: Name | None = None
    rcode: int = 0
    before: tuple[Record, ...] | None = None
    after: tuple[Record, ...] | None = None
    seconds: float = 0.0
    signed_by: Name | None = None
    notes: tuple[str, ...] = ()
    failures: tuple[errors.DnsUpdateError, ...] = ()
    read_unsigned: bool = False
    dry_run: bool = False
    query_server: Endpoint | None = None
    reverse: tuple[Outcome, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the requested records were read back from the server, in signed answers if there is a key."""
        return self.after is not None and not self.read_unsigned and not self.dry_run

    @property
    def changed(self) -> bool | None:
        """Whether the records were different before, or would be now; None if they were not read before."""
        if self.before is None or self.after is None:
            return None
        return set(self.before) != set(self.after)

    @property
    def whole(self) -> tuple[Outcome, ...]:
        """The outcomes at the name and at reverse names."""
        return (self, *self.reverse)

    def with_reverse(self, reverse: tuple[Outcome, ...]) -> Outcome:
        """Return this outcome with those at reverse names."""
        return self._replace(reverse=reverse)

    def taking(self, seconds: float) -> Outcome:
        """Return this outcome with the time that the request took."""
        return self._replace(seconds=seconds)


def outcome_at(
    view: ZoneView, rcode: int, before: Records | None, after: Records | None, *, dry_run: bool = False
) -> Outcome:
    """Return the result of a request at the server that carried it out."""
    return Outcome(
        server=view.update_endpoint,
        query_server=None if view.updates_at is None else view.endpoint,
        zone=view.target.zone,
        name=view.target.owner,
        rcode=rcode,
        before=before,
        after=after,
        signed_by=None if view.transaction.key is None else view.transaction.key.name,
        notes=view.transaction.notes_at(view.endpoint),
        failures=tuple(view.transaction.failures),
        read_unsigned=view.transaction.is_unsigned(view.endpoint),
        dry_run=dry_run,
    )


def success_text(outcome: Outcome) -> str:
    """Return what the log says of an update that a server carried out; what it changed, if that is known."""
    if outcome.name is None or outcome.before is None or outcome.after is None:
        return SUCCESS
    from dns_update.client.changes import changes_text  # only if it is known

    changes = changes_text(outcome.name, outcome.before, outcome.after)
    return f"{SUCCESS}: {changes}" if changes else SUCCESS


def with_time(result: T, seconds: float) -> T:
    """Return the result of a request; an Outcome with the time that the request took."""
    taking: Callable[[float], T] | None = getattr(result, "taking", None)
    return result if taking is None else taking(seconds)


def interrupted_text(done: list[str]) -> str:
    """Return what may have come of a request that was interrupted after an update; `done` is what is known."""
    unknown = "an update that was already sent may have been carried out"
    return f"{'; '.join(done)}; {unknown}" if done else unknown
