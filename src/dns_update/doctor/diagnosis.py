"""A diagnosis: the cause of a failure, as data, found by asking the server; `diagnose` is the one way to it.

The error says what happened. The questions that follow tell apart what the same answer may mean: each cause has its
code, and `diagnosis_texts` its sentences. Nothing is changed at the server, and no update is sent that it could carry
out.
"""

from __future__ import annotations

from dns_update.errors import DnsUpdateError, NoResponse
from dns_update.exchange import QUIC
from dns_update.update import Update
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import RRClass, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dns_update.auth import Key
    from dns_update.client.lookup import Records
    from dns_update.doctor.questions import Questions
    from dns_update.doctor.server_kind import ServerKind
    from dns_update.transport import Server
    from dns_update.wire.name import Name


class Case(Value):
    """What failed: a request about a name, and the changes that it makes, or may make.

    `zone` is None if it is not known. `transport` is what carried it. `host` is the server's name, or how it was found;
    empty if it was given by its address.
    """

    owner: Name
    zone: Name | None
    key: Key | None
    changes: Records = ()
    _: KW_ONLY
    transport: str = "udp"
    host: str = ""

    @property
    def types(self) -> str:
        """The types of the changes, as texts."""
        return " ".join(dict.fromkeys(rrtype_to_text(change.rrtype) for change in self.changes))

    @property
    def octets(self) -> int:
        """About how large the update is, without a signature."""
        return len(Update(self.owner, changes=self.changes).to_message().encode())

    @property
    def added(self) -> Records:
        """The records that would be added."""
        return tuple([change for change in self.changes if change.rrclass not in (RRClass.ANY, RRClass.NONE)])


BY_SOA = "the zone's primary by its SOA record"
"""How a server was found that was not given."""


def only_host(servers: Sequence[Server]) -> str:
    """Return how the one server was found, if not by its address; empty if more servers are given."""
    if not servers:
        return BY_SOA
    return servers[0].host if len(servers) == 1 and not servers[0].is_address else ""


class Diagnosis(Value):
    """The cause of a failure, a code of `diagnosis_texts`, the server's program, and what its sentences name.

    `instead` is the name to change in the place of the one that was asked for, and its zone; None if there is none.
    """

    cause: str
    kind: ServerKind
    details: Mapping[str, object]
    instead: tuple[Name, Name] | None = None


class Examined(Value):
    """A case with a zone that the server has, and the server's program: what most diagnoses begin with."""

    questions: Questions
    case: Case
    zone: Name
    kind: ServerKind

    def found(self, cause: str, **details: object) -> Diagnosis:
        """Return a diagnosis of this case."""
        return diagnosis_of(self.questions, self.case, self.kind, cause, zone=self.zone, **details)


def diagnosis_of(
    questions: Questions, case: Case, kind: ServerKind, cause: str, *, zone: Name | None = None, **details: object
) -> Diagnosis:
    """Return a diagnosis with the details that every sentence may name."""
    key, address = case.key, questions.endpoint.address
    common = {
        "server": questions.endpoint,
        "host_address": address,
        "port": questions.endpoint.port,
        "at_port": f"[{address}]:PORT" if ":" in address else f"{address}:PORT",
        "of_zone": zone if zone is not None else case.zone,
        "owner": case.owner,
        "types": case.types,
        "of_key": key.identity if key is not None else "KEY",
        "account": key.identity.partition("@")[0] if key is not None else "ACCOUNT",
        "credential": key.called if key is not None else "this machine's address",
        "with_key": f"with {key.called}" if key is not None else "without a key",
        "current_algorithm": key.algorithm.text if key is not None else "",
        "named": f" ({case.host})" if case.host else "",
        "program": kind.program or "the server",
        "in_brackets": f" ({kind.program})" if kind.program else "",
        "or_primary": "",
        "ip_version": "IPv6" if questions.endpoint.is_ipv6 else "IPv4",
    }
    if case.host == BY_SOA:
        common["by_soa"] = "yes"
    return Diagnosis(cause, kind, common | details)


async def diagnose(questions: Questions, case: Case, error: DnsUpdateError) -> Diagnosis | None:
    """Return the cause of a failure at the server that the questions go to; None if no more is known than the error.

    It takes at most `questions.SECONDS`. Nothing is raised: no diagnosis must hide the error.
    """
    from dns_update.doctor.diagnoses.dispatch import cause_of  # it imports this module
    from dns_update.doctor.questions import OutOfTime
    from dns_update.errors.tls import is_about_tls

    if is_about_tls(error.cause):  # it says all, and questions would get no further
        return None
    if isinstance(error, NoResponse) and questions.encrypted_by == QUIC:  # neither UDP nor TCP says more about it
        return None
    questions.has_answered = not isinstance(error, NoResponse)
    try:
        return await cause_of(questions, case, error)
    except (OutOfTime, DnsUpdateError):
        return None
