"""Tries out a configuration with the doctor: each name should have what its sources say now; within asyncio."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from dns_update.address import may_block
from dns_update.agent.bugs import text_of
from dns_update.agent.clock import since_boot
from dns_update.agent.config.settings import Config, RecordSettings
from dns_update.agent.desired import Reading, SourceState, desired_by
from dns_update.client.plan import Desired
from dns_update.doctor.examination import Examination
from dns_update.doctor.examiner import examine
from dns_update.doctor.source_answers import SourceAnswer, SourceQuestion, ask_sources
from dns_update.doctor.subject import Destination, Subject
from dns_update.transport.aio import AsyncioTransport
from dns_update.transport.protocol import AsyncTransport


async def try_out(config: Config, transport: Callable[[str | None], AsyncTransport] = AsyncioTransport) -> Examination:
    """Examine everything that a configuration names, and return what was seen; nothing is changed.

    `transport` is that of `examine`. Raises UsageError for a local address that this machine does not have.
    """
    answers = await ask_sources(questions_of(config), text_of)
    return await examine(subjects_of(config, answers), answers.values(), transport=transport)


def questions_of(config: Config) -> list[SourceQuestion]:
    """Return the questions to the sources of all records; literal addresses need none."""
    return [
        SourceQuestion(source, record.common.allow_private)
        for record in config.records
        for source in record.sources
        if not isinstance(source, bytes)
    ]


def subjects_of(config: Config, answers: Mapping[SourceQuestion, SourceAnswer]) -> list[Subject]:
    """Return each record as a name to examine; it should have the data that an agent started now would give it."""
    states = {question: _state_after(answer) for question, answer in answers.items()}
    return [_subject_of(record, states) for record in config.records]


def _subject_of(record: RecordSettings, states: Mapping[SourceQuestion, SourceState]) -> Subject:
    to = record.common.upstream
    destination = Destination(record.zone, to.servers, to.key, to.policy, to.local_address, to.query_servers or None)
    return Subject(record.name, destination, record.types, _desired_by(record, states), record.common.owner)


def _desired_by(record: RecordSettings, states: Mapping[SourceQuestion, SourceState]) -> Desired | None:
    of_sources = [
        source if isinstance(source, bytes) else states[SourceQuestion(source, record.common.allow_private)]
        for source in record.sources
    ]
    desired, _change = desired_by(record, record.common.ttl, of_sources, time.monotonic())
    return desired


def _state_after(answer: SourceAnswer) -> SourceState:
    """Return the state of a source after its first answer, which counts at once."""
    now = time.monotonic()
    state = SourceState(started=now, knows_absence=not may_block(answer.source))
    state.hear(Reading(answer.addresses, since_boot(), str(answer.error or "")), now, 0.0)
    return state
