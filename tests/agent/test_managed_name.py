"""What a name keeps of the records that its servers have: thousands of names are as desired, and keep nothing else."""

import pytest

from dns_update.address.sources import Interface
from dns_update.agent.config.settings import CommonSettings, RecordSettings
from dns_update.agent.desired import DesiredAt, Reading, SourceState
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.client.aio import AsyncClient
from dns_update.client.outcome import Outcome
from dns_update.client.plan import Desired
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, Server
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
HOME = Name.from_text("home.example.com")
ADDRESS, OTHER = bytes([9, 8, 7, 1]), bytes([9, 8, 7, 2])
FIRST, SECOND = Endpoint("192.0.2.1", 53), Endpoint("192.0.2.2", 53)


def managed_name(ttl: int | None = 60) -> ManagedName:
    """Return a name that should have one literal address."""
    servers = (Server(FIRST.address), Server(SECOND.address))
    upstream = Upstream(AsyncClient(*servers), servers, ServerHealth(lambda _failures: 60.0), 16.0)
    sources = (ADDRESS,)
    settings = RecordSettings(HOME, ZONE, sources=sources, common=CommonSettings(ttl=ttl))
    managed = ManagedName(settings, upstream, sources, 0.0)
    assert managed.refresh(DesiredAt(0.0))
    return managed


def record(address: bytes = ADDRESS, ttl: int = 60) -> Record:
    """Return a record of the name, with octets of its own, as if it had come from a server."""
    return Record(HOME, RRType.A, RRClass.IN, ttl, bytes([*address]))


def read(managed: ManagedName, *records: Record, server: Endpoint = FIRST, boot: float = 1.0) -> None:
    """Have an attempt end that found these records at a server."""
    managed.succeeded(Outcome(server=server, zone=ZONE, before=records, after=records), boot, began_in_doubt=False)


def test_the_address_is_kept_once() -> None:
    managed = managed_name()
    desired = managed.desired
    assert desired == Desired({RRType.A: (ADDRESS,)}, 60)
    assert desired.values[0] is managed.settings.sources


def test_a_name_that_is_as_desired_keeps_no_records() -> None:
    managed = managed_name()
    read(managed, record())
    assert managed.current is not None
    assert managed.current.content is managed.desired
    assert list(managed.seen) == [(FIRST, (record(),), 1.0)]


def test_an_address_is_shared_where_any_ttl_is_right() -> None:
    managed = managed_name(ttl=None)
    read(managed, record(ttl=7200))
    ((_server, (kept,), _checked),) = managed.seen
    assert kept == record(ttl=7200)
    assert kept.rdata is ADDRESS


@pytest.mark.parametrize(
    "records", [(), (record(OTHER),), (record(ttl=30),), (record(), record(OTHER)), (record(OTHER), record())]
)
def test_other_records_are_kept_as_they_are(records: tuple[Record, ...]) -> None:
    managed = managed_name()
    read(managed, *records)
    assert list(managed.seen) == [(FIRST, records, 1.0)]


def test_the_records_of_each_server_are_kept() -> None:
    managed = managed_name()
    assert list(managed.seen) == []
    read(managed, record(OTHER))
    read(managed, record(), server=SECOND, boot=2.0)
    assert list(managed.seen) == [(SECOND, (record(),), 2.0), (FIRST, (record(OTHER),), 1.0)]


def test_what_was_there_before_is_known_after_a_doubt() -> None:
    managed = managed_name()
    read(managed, record(OTHER))
    outcome = Outcome(server=FIRST, zone=ZONE, before=(record(),), after=(record(),))
    assert managed.succeeded(outcome, 2.0, began_in_doubt=True) == (record(OTHER),)
    assert managed.succeeded(outcome, 3.0, began_in_doubt=True) is None


def test_what_is_desired_stays_the_same_object_while_it_is_equal() -> None:
    managed = managed_name()
    before = managed.desired
    assert not managed.refresh(DesiredAt(1.0))
    assert managed.desired is before
    managed.ttl = 30
    assert managed.refresh(DesiredAt(2.0))
    assert managed.desired == Desired({RRType.A: (ADDRESS,)}, 30)


def test_names_that_follow_the_same_source_share_what_is_desired() -> None:
    state = SourceState(started=0.0)
    state.hear(Reading((ADDRESS,), 0.0), 0.0, 10.0)
    states, moment, common = (state,), DesiredAt(0.0), CommonSettings(ttl=60)
    wan = (Interface("wan", 4),)
    first, second = [
        moment.of(RecordSettings(Name.from_text(name), ZONE, sources=wan, common=common), 60, states)[0]
        for name in ("a.example.com", "b.example.com")
    ]
    assert first == Desired({RRType.A: (ADDRESS,)}, 60)
    assert second is first
    third = RecordSettings(HOME, ZONE, sources=wan, common=common)
    assert moment.of(third, 30, states)[0] == Desired({RRType.A: (ADDRESS,)}, 30)
