"""The engine, used without a configuration: real servers, and hosts that do not exist."""

import asyncio
from collections.abc import Iterable

import pytest

from dns_update.client.plan import Desired
from dns_update.doctor.examination import Examination
from dns_update.doctor.examiner import examine
from dns_update.doctor.findings import RequestFailed, problems, state_of
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import KeyRejected, NoResponse, PermissionDenied, UsageError
from dns_update.exchange import Policy
from dns_update.transport import Endpoint, Server
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name
from lab import LabKey, NameServer
from tests.client.servers import key_of
from tests.support.peer import Silent

ZONE = Name.from_text("example.com")
ADDRESS = parse_address("192.0.2.7")
HASTY = Policy(timeout=0.3, retries=1)
NAME_SERVER = parse_address("127.0.0.1")  # of ns.example.com


def at(*servers: NameServer | Server, key: LabKey | None = None) -> Destination:
    hosts = tuple(Server(s.host, s.port) if isinstance(s, NameServer) else s for s in servers)
    return Destination(ZONE, hosts, None if key is None else key_of(key), HASTY)


def subject(label: str, destination: Destination, address: bytes = ADDRESS) -> Subject:
    return Subject(
        Name.from_text(f"{label}.example.com"), destination, (RRType.A,), Desired({RRType.A: (address,)}, None)
    )


def examined(subjects: Iterable[Subject]) -> Examination:
    return asyncio.run(examine(subjects))


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_names_at_a_server(server: NameServer, unique_name: str) -> None:
    destination = at(server, key=server.keys[0])
    seen = examined([subject("ns", destination, NAME_SERVER), subject(unique_name, destination)])
    assert [state_of(name) for name in seen.names] == ["right", "differs"]
    assert list(problems(seen)) == []
    (one,) = seen.servers
    assert (one.zone, one.endpoint) == (ZONE, Endpoint(server.host, server.port))
    assert one.access is not None
    assert [name.at_servers[0].server is one for name in seen.names] == [True, True]


def test_a_server_is_asked_with_each_key(bind: NameServer, unique_name: str) -> None:
    keys = bind.keys[0], bind.readonly_keys[0], LabKey.generate("ddns-key")
    seen = examined(subject(unique_name, at(bind, key=key)) for key in keys)
    assert [server.error is None for server in seen.servers] == [True, True, False]
    assert [state_of(name) for name in seen.names] == ["differs", "failing", "unknown"]
    refused, rejected = [problem.error for problem in problems(seen) if isinstance(problem, RequestFailed)][::-1]
    assert isinstance(refused, PermissionDenied)
    assert isinstance(rejected, KeyRejected)


def test_a_server_that_is_silent_beside_one_that_answers(bind: NameServer, unique_name: str) -> None:
    with Silent() as silent:
        destination = at(Server("127.0.0.1", silent.port), bind, key=bind.keys[0])
        seen = examined([subject(unique_name, destination)])
    (name,) = seen.names
    assert [one.comparison is None for one in name.at_servers] == [True, False]
    assert state_of(name) == "differs"
    (problem,) = problems(seen)
    assert isinstance(problem, RequestFailed)
    assert isinstance(problem.error, NoResponse)
    assert problem.error.endpoint == seen.servers[0].endpoint


def test_a_host_without_an_address_is_one_problem_for_all_names() -> None:
    destination = at(Server("nowhere.invalid"))
    seen = examined(subject(label, destination) for label in ("a", "b"))
    assert len(seen.unresolved) == 1
    assert [name.at_servers for name in seen.names] == [(), ()]
    assert [state_of(name) for name in seen.names] == ["unknown", "unknown"]


def test_an_address_to_send_from_that_is_not_this_machines_raises(bind: NameServer) -> None:
    destination = Destination(ZONE, (Server(bind.host, bind.port),), local_address="203.0.113.99")
    with pytest.raises(UsageError, match=r"203\.0\.113\.99"):
        examined([subject("home", destination)])


def test_nothing_to_examine() -> None:
    assert examined([]) == Examination()
