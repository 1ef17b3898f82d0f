"""What the doctor gets from a configuration; no source and no server is asked."""

import pytest

from dns_update.address.sources import Command, Interface
from dns_update.agent.config.settings import AgentSettings, CommonSettings, Config, RecordSettings, UpstreamSettings
from dns_update.agent.try_out import questions_of, subjects_of
from dns_update.client.plan import Desired
from dns_update.doctor.source_answers import SourceAnswer, SourceQuestion
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import NoAddress
from dns_update.exchange import Policy
from dns_update.rr.record import rdata_from_text
from dns_update.transport import Server
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

HOME, ZONE = Name.from_text("home.example.com"), Name.from_text("example.com")
ONE, SIX = parse_address("192.0.2.1"), parse_address("2001:db8::1")
WAN, PROGRAM = Interface("wan", None), Command("my-address")


def config(*records: RecordSettings) -> Config:
    return Config(AgentSettings(), records)


def desired(record: RecordSettings, answer: SourceAnswer) -> Desired | None:
    """Return the data that a record with one source should have after this answer."""
    (subject,) = subjects_of(config(record), {SourceQuestion(answer.source): answer})
    return subject.desired


def failed(source: Interface | Command) -> SourceAnswer:
    return SourceAnswer(source, error=NoAddress("there is no such interface"))


def test_a_record_is_a_subject_with_its_destination() -> None:
    servers, policy = (Server("192.0.2.53"),), Policy(timeout=1.0)
    upstream = UpstreamSettings(servers, None, policy, "127.0.0.1")
    record = RecordSettings(
        HOME, ZONE, sources=(ONE,), common=CommonSettings(upstream=upstream, owner="router-1", ttl=60)
    )
    (subject,) = subjects_of(config(record), {})
    destination = Destination(ZONE, servers, None, policy, "127.0.0.1")
    assert subject == Subject(HOME, destination, (RRType.A,), Desired({RRType.A: (ONE,)}, 60, "router-1"), "router-1")
    assert subject.updated_types == (RRType.A, RRType.TXT)


def test_fixed_data_is_desired() -> None:
    text = rdata_from_text(RRType.TXT, "hello")
    (subject,) = subjects_of(
        config(RecordSettings(HOME, rrtype=RRType.TXT, values=(text,), common=CommonSettings(ttl=60))), {}
    )
    assert (subject.rrtypes, subject.desired) == ((RRType.TXT,), Desired({RRType.TXT: (text,)}, 60))
    assert subject.destination.zone is None


def test_the_answer_of_a_source_is_desired() -> None:
    assert desired(RecordSettings(HOME, sources=(WAN,)), SourceAnswer(WAN, (ONE, SIX))) == Desired(
        {RRType.A: (ONE,), RRType.AAAA: (SIX,)}
    )


def test_a_family_that_a_source_lacks_is_left_alone() -> None:
    assert desired(RecordSettings(HOME, sources=(WAN,)), SourceAnswer(WAN, (ONE,))) == Desired({RRType.A: (ONE,)})


def test_nothing_is_desired_where_the_only_source_fails() -> None:
    assert desired(RecordSettings(HOME, sources=(WAN,)), failed(WAN)) is None


def test_nothing_is_removed_where_one_source_of_several_fails() -> None:
    assert desired(RecordSettings(HOME, sources=(WAN, ONE)), failed(WAN)) == Desired({RRType.A: (ONE,)}, only_adds=True)


@pytest.mark.parametrize(("source", "gone"), [(WAN, Desired({RRType.A: (), RRType.AAAA: ()})), (PROGRAM, None)])
def test_what_is_missing_is_deleted_at_once_without_grace_if_the_source_knows(
    source: Interface | Command, gone: Desired | None
) -> None:
    record = RecordSettings(HOME, sources=(source,), common=CommonSettings(grace=0.0))
    assert desired(record, failed(source)) == gone


def test_what_is_missing_is_not_deleted_within_its_grace() -> None:
    record = RecordSettings(HOME, sources=(WAN,), common=CommonSettings(grace=60.0))
    assert desired(record, failed(WAN)) is None


def test_each_policy_about_private_addresses_has_its_own_answer() -> None:
    records = [
        RecordSettings(HOME, sources=(WAN, ONE), common=CommonSettings(allow_private=lenient))
        for lenient in (False, True)
    ]
    strict, lenient = questions = questions_of(config(*records))
    assert questions == [SourceQuestion(WAN), SourceQuestion(WAN, allow_private=True)]
    answers = {strict: failed(WAN), lenient: SourceAnswer(WAN, (SIX,))}
    assert [subject.desired for subject in subjects_of(config(*records), answers)] == [
        Desired({RRType.A: (ONE,)}, only_adds=True),
        Desired({RRType.A: (ONE,), RRType.AAAA: (SIX,)}),
    ]
