"""The results of an examination: for each server, each address source, and each name at each of its servers."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.client.lookup import Records
from dns_update.client.probe import Access, Denial
from dns_update.doctor.comparison import Comparison
from dns_update.doctor.diagnosis import Diagnosis
from dns_update.doctor.source_answers import SourceAnswer
from dns_update.doctor.subject import Subject
from dns_update.doctor.surroundings import Surroundings
from dns_update.errors import DnsUpdateError
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.name import Name


class ServerExamination(Value):
    """A zone at one of its servers, asked with one key.

    `access` is what the server showed of the zone and the key; None if the examination did not get that far. `error` is
    why the server could not be examined, or not completely. `key` has the reading of its secret that the server
    accepts. `notes` are sentences that the user should read. `surroundings` are there if they were asked for.
    `query_endpoint` is the server that showed the zone, if that is another one.
    """

    zone: Name
    endpoint: Endpoint
    key: Key | None = None
    access: Access | None = None
    error: DnsUpdateError | None = None
    notes: tuple[str, ...] = ()
    surroundings: Surroundings | None = None
    query_endpoint: Endpoint | None = None


class NameAtServer(Value):
    """One name at one server: its records there, and whether the key may change them.

    `comparison` is None if its records could not be found out; `error` says why, unless the whole server failed.
    `denial` is what the server would refuse to change; `forecast` is what may keep it from carrying that
    out. `present` are all records of the name, if they were asked for.
    """

    server: ServerExamination
    comparison: Comparison | None = None
    denial: Denial | None = None
    error: DnsUpdateError | None = None
    present: Records = ()
    forecast: Diagnosis | None = None


class NameExamination(Value):
    """One name at each of its servers, in the order in which an update tries them.

    `error` is why its servers are not known.
    """

    subject: Subject
    at_servers: tuple[NameAtServer, ...] = ()
    error: DnsUpdateError | None = None

    @property
    def first_comparison(self) -> Comparison | None:
        """The comparison at the first server that has one; this server would get the update."""
        return next((one.comparison for one in self.at_servers if one.comparison is not None), None)


class Examination(Value):
    """All results; `unresolved` are the errors of servers whose host names have no address."""

    servers: tuple[ServerExamination, ...] = ()
    sources: tuple[SourceAnswer, ...] = ()
    names: tuple[NameExamination, ...] = ()
    unresolved: tuple[DnsUpdateError, ...] = ()
