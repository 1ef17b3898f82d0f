"""Finds problems and notes in an examination; as data, without sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from dns_update.client.lookup import Records
from dns_update.client.probe import Denial
from dns_update.doctor.comparison import Comparison, Obstacle
from dns_update.doctor.examination import Examination, NameAtServer, NameExamination, ServerExamination
from dns_update.doctor.server_kind import POWERDNS, ServerKind, kind_of
from dns_update.errors import SOME_FAILED, DnsUpdateError, NotApplied, PermissionDenied, ZoneNotFound
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.name import Name

NameState: TypeAlias = Literal["failing", "unknown", "differs", "right"]
STATES: tuple[NameState, ...] = ("failing", "unknown", "differs", "right")  # the worst first


# What is wrong


class RequestFailed(Value):
    """A server, a source or a request about a name failed; the error says why, and where."""

    error: DnsUpdateError
    name: Name | None = None

    @property
    def cause(self) -> str:
        """The code of what happened."""
        return self.error.cause

    @property
    def server(self) -> str:
        """The endpoint as text; empty if there is none."""
        return self.error.server

    @property
    def exit_status(self) -> int:
        """The exit status of the error."""
        return self.error.exit_status


class UpdateBlocked(Value):
    """A server would not add the desired data at a name, because of other records there.

    If it `is_refused`, the server says so, as PowerDNS does; others answer NOERROR.
    """

    cause = "update-blocked"
    endpoint: Endpoint
    name: Name
    obstacle: Obstacle
    current: Records
    is_refused: bool = False

    @property
    def error(self) -> type[DnsUpdateError]:
        """The class of the error that an update gets."""
        return PermissionDenied if self.is_refused else NotApplied

    @property
    def exit_status(self) -> int:
        """The exit status of that error."""
        return self.error.exit_status

    @property
    def server(self) -> str:
        """The endpoint as text."""
        return str(self.endpoint)


class ServersDisagree(Value):
    """Two servers of a zone have different data at a name."""

    cause = "servers-disagree"
    exit_status = NotApplied.exit_status
    name: Name
    first: NameAtServer
    second: NameAtServer

    @property
    def server(self) -> str:
        """The endpoint of the second server as text."""
        return str(self.second.server.endpoint)


Problem: TypeAlias = RequestFailed | UpdateBlocked | ServersDisagree


# What to know although nothing is wrong


class DeniedForLater(Value):
    """A server would refuse to change types that are not desired now."""

    name: Name
    denial: Denial


class DataNotShown(Value):
    """A server does not show the data of a name; prerequisites were used to find out whether it is right."""

    error: ZoneNotFound


class Remark(Value):
    """A sentence that a server's transaction, or a source, left for the user."""

    text: str


Note: TypeAlias = DeniedForLater | DataNotShown | Remark


# In all results


def problems(examination: Examination) -> Iterator[Problem]:
    """Yield all problems: of servers, then of sources, then of names."""
    for error in examination.unresolved:
        yield RequestFailed(error)
    for server in examination.servers:
        if server.error is not None:
            yield RequestFailed(server.error)
    for answer in examination.sources:
        if answer.error is not None:
            yield RequestFailed(answer.error)
    for name in examination.names:
        yield from problems_of(name)


def notes(examination: Examination) -> Iterator[Note]:
    """Yield all notes, in the same order."""
    for server in examination.servers:
        yield from map(Remark, server.notes)
    for answer in examination.sources:
        yield from map(Remark, answer.remarks)
    for name in examination.names:
        yield from notes_of(name)


def exit_status(found: Sequence[Problem]) -> int:
    """Return 0 without problems, the status of all problems if it is the same, otherwise 10."""
    statuses = {problem.exit_status for problem in found}
    return statuses.pop() if len(statuses) == 1 else SOME_FAILED if statuses else 0


# In the results of one name


def state_of(name: NameExamination) -> NameState:
    """Return the state of a name; a problem of a whole server is not a failure of the name."""
    if next(problems_of(name), None) is not None:
        return "failing"
    comparison = name.first_comparison
    if name.subject.desired is None or comparison is None:
        return "unknown"
    return "differs" if comparison.changes else "right"


def problems_of(name: NameExamination) -> Iterator[Problem]:
    """Yield the problems of a name itself, without those of a whole server."""
    owner = name.subject.name
    if name.error is not None:
        yield RequestFailed(name.error, owner)
    for one in name.at_servers:
        endpoint, comparison = one.server.endpoint, one.comparison
        if one.error is not None:
            yield RequestFailed(one.error, owner)
        if one.denial is not None and is_needed(name, one.denial):
            yield RequestFailed(one.denial.error, owner)
        if comparison is not None and comparison.hidden is not None:
            yield RequestFailed(comparison.hidden, owner)
        elif comparison is not None and comparison.obstacle is not None:
            is_refused = kind_at(one.server).program == POWERDNS and comparison.obstacle.is_alias
            yield UpdateBlocked(endpoint, owner, comparison.obstacle, comparison.current, is_refused)
    yield from _disagreements(name)


def notes_of(name: NameExamination) -> Iterator[Note]:
    """Yield the notes on a name: changes that are not permitted and not needed now, and data that is not shown."""
    for one in name.at_servers:
        yield from notes_at(one, name)


def notes_at(one: NameAtServer, name: NameExamination) -> Iterator[Note]:
    """Yield the notes on a name at one of its servers."""
    if one.denial is not None and not is_needed(name, one.denial):
        yield DeniedForLater(name.subject.name, one.denial)
    if one.comparison is not None and one.comparison.unread is not None and one.comparison.hidden is None:
        yield DataNotShown(one.comparison.unread)


def kind_at(server: ServerExamination) -> ServerKind:
    """Return which program a server is, as far as the examination shows it."""
    if server.surroundings is not None:
        return server.surroundings.kind
    return kind_of(b"" if server.access is None else server.access.version)


def is_needed(name: NameExamination, denial: Denial) -> bool:
    """Return whether a denied change is needed now; it may be, if it is not known what is desired."""
    desired = name.subject.desired
    return desired is None or not set(desired.rrtypes).isdisjoint(denial.rrtypes)


def _disagreements(name: NameExamination) -> Iterator[ServersDisagree]:
    """Yield a problem for each server whose data differs from that of the first; TTLs may differ."""
    shown = [(one, one.comparison) for one in name.at_servers if one.comparison is not None]
    for one, comparison in shown[1:]:
        first, first_comparison = shown[0]
        if _data(comparison) != _data(first_comparison):
            yield ServersDisagree(name.subject.name, first, one)


def _data(comparison: Comparison) -> set[tuple[int, bytes]]:
    return {(record.rrtype, canonical_rdata(record.rrtype, record.rdata)) for record in comparison.current}
