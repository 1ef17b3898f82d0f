"""Results of an examination, made by hand: servers and names."""

from typing import Literal

from dns_update.auth import Key
from dns_update.client.locate import LocatedTarget
from dns_update.client.plan import Desired, plan
from dns_update.client.probe import UNKNOWN, Access, Denial
from dns_update.doctor.comparison import Comparison
from dns_update.doctor.examination import NameAtServer, NameExamination, ServerExamination
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import DnsUpdateError, PermissionDenied
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import Name
from tests.client.replies import ADDRESS, SOA, ZONE

FIRST, SECOND = Endpoint("192.0.2.53"), Endpoint("192.0.2.54")
DESIRED = Desired({RRType.A: (ADDRESS,)})


def server(
    endpoint: Endpoint = FIRST,
    *,
    insight: Literal["record", "key", "unknown"] = UNKNOWN,
    key: Key | None = None,
    error: DnsUpdateError | None = None,
    notes: tuple[str, ...] = (),
) -> ServerExamination:
    """Return a server that has shown its zone, or failed."""
    access = None if error is not None else Access(SOA, insight)
    return ServerExamination(ZONE, endpoint, key, access, error, notes)


def owner_of(label: str) -> Name:
    return Name.from_text(f"{label}.example.com")


def subject(desired: Desired | None = DESIRED, label: str = "home", *rrtypes: int) -> Subject:
    return Subject(owner_of(label), Destination(ZONE), rrtypes or (RRType.A,), desired)


def comparison(*current: Record, desired: Desired = DESIRED, label: str = "home") -> Comparison:
    """Return the comparison at a server that has these records."""
    update = plan(LocatedTarget(ZONE, owner_of(label), RRClass.IN), desired, current, 60)
    return Comparison(current, () if update is None else update.changes)


def right_records(label: str = "home") -> tuple[Record, ...]:
    return (Record(owner_of(label), RRType.A, RRClass.IN, 60, ADDRESS),)


def name_at(*servers: ServerExamination, label: str = "home") -> NameExamination:
    """Return a name that is right at all of these servers."""
    at_servers = [NameAtServer(one, comparison(*right_records(label), label=label)) for one in servers]
    return NameExamination(subject(DESIRED, label), tuple(at_servers))


def denial(*rrtypes: int) -> Denial:
    return Denial(rrtypes, PermissionDenied("192.0.2.53 refuses", hint="grant it", endpoint="192.0.2.53"))
