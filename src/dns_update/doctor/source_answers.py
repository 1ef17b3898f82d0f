"""Asks address sources, each once, and returns their answers; within asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from dns_update.address import find_addresses, may_block
from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.snapshot import read_interfaces
from dns_update.address.sources import Interface, Prefix, Source
from dns_update.address.special_purpose import unreachable_because
from dns_update.doctor.concurrently import for_each
from dns_update.errors import Hint, NoAddress
from dns_update.value import Value
from dns_update.wire.inet import IPV6_OCTETS, format_address

_MOST_NAMED = 3  # addresses of other interfaces


class SourceQuestion(Value):
    """A source to ask, and whether it may give an address that cannot be reached from the Internet."""

    source: Source
    allow_private: bool = False


class SourceAnswer(Value):
    """The answer of a source: the best address of each family, or the error why there is none; and remarks."""

    source: Source
    addresses: tuple[bytes, ...] = ()
    error: NoAddress | None = None
    remarks: tuple[str, ...] = ()


async def ask_sources(
    questions: Iterable[SourceQuestion], explain: Callable[[Exception], str]
) -> dict[SourceQuestion, SourceAnswer]:
    """Ask each source once, many at the same time, and return the answer to each question.

    An unexpected exception becomes an answer like any failure, so that the other sources are still asked; `explain`
    returns its text.
    """
    distinct = list(dict.fromkeys(questions))
    interfaces, failure = _interfaces_for(distinct)
    answers: dict[SourceQuestion, SourceAnswer] = {}

    async def ask(question: SourceQuestion) -> None:
        if may_block(question.source):
            answers[question] = await asyncio.to_thread(_ask, question, None, explain)
        elif failure is not None:
            answers[question] = SourceAnswer(question.source, error=failure)
        else:
            answers[question] = _ask(question, interfaces, explain)

    await for_each(ask, distinct)
    return {question: answers[question] for question in distinct}


def _interfaces_for(questions: Iterable[SourceQuestion]) -> tuple[Interfaces | None, NoAddress | None]:
    """Return the interfaces of this machine, or why they cannot be listed; neither if no question is about them."""
    if all(may_block(question.source) for question in questions):
        return None, None
    try:
        return read_interfaces(), None
    except NoAddress as error:
        return None, error


def _ask(question: SourceQuestion, interfaces: Interfaces | None, explain: Callable[[Exception], str]) -> SourceAnswer:
    source, remarks = question.source, list[str]()
    try:
        addresses = find_addresses(
            [source], allow_private=question.allow_private, log=remarks.append, interfaces=interfaces
        )
    except NoAddress as error:
        if interfaces is not None:
            _name_better(error, source, interfaces)
        return SourceAnswer(source, error=error, remarks=tuple(remarks))
    except Exception as mistake:  # noqa: BLE001 - a bug of ours must not keep the rest from being examined
        return SourceAnswer(source, error=NoAddress(f"{source!s} cannot be asked: {explain(mistake)}"))
    return SourceAnswer(source, addresses, remarks=tuple(remarks))


def _name_better(error: NoAddress, source: Source, interfaces: Interfaces) -> None:
    """Let the error of an interface say which other one has an address that the Internet can reach."""
    family = source.octets if isinstance(source, Interface) else IPV6_OCTETS if isinstance(source, Prefix) else None
    better = [
        f"interface:{name} has {format_address(entry.address)}"
        for name in interfaces.names
        for entry in interfaces.usable(name)
        if family in (None, len(entry.address)) and not unreachable_because(entry.address)
    ]
    if better:
        named = "; ".join(better[:_MOST_NAMED])
        error.hint = Hint("{named}; {rest}", named=named, rest=error.hint) if error.hint else named
