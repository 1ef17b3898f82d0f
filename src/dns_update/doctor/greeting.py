"""What a server is, asked without a zone: whether it answers, and which program it is; within asyncio."""

from __future__ import annotations

import time
from collections.abc import Iterable

from dns_update.client.aio import AsyncClient
from dns_update.client.steps import Ask
from dns_update.client.transaction import Transaction
from dns_update.doctor.checklist import Step, failed
from dns_update.doctor.diagnosis import Case, diagnose
from dns_update.doctor.diagnosis_texts import explain
from dns_update.doctor.questions import Questions
from dns_update.doctor.server_kind import ServerKind, kind_of, version_of
from dns_update.errors import DnsUpdateError, NoResponse
from dns_update.exchange import Policy
from dns_update.message import Message
from dns_update.transport import Endpoint, Server
from dns_update.transport.protocol import AsyncTransport
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name

_ROOT = Name(())
_CHECK = "check the server's address, that it runs, and that no firewall drops UDP and TCP to its port"


async def greet(server: Server, transport: AsyncTransport, rrclass: int, policy: Policy | None = None) -> list[Step]:
    """Return the steps of a server without a zone; raises NoResponse if it answers by none of the transports."""
    client = AsyncClient(server, transport=transport, policy=policy)

    async def request(transaction: Transaction) -> list[Step]:
        return await transaction.at_first_server(lambda endpoint: _asked(endpoint, rrclass, policy))

    return await client.run(request)


async def greet_each(
    servers: Iterable[Server], transport: AsyncTransport, rrclass: int, policy: Policy | None = None
) -> list[Step]:
    """Return the steps of servers without a zone; one that does not answer is a step that has failed."""
    steps: list[Step] = []
    for server in servers:
        try:
            steps += await greet(server, transport, rrclass, policy)
        except DnsUpdateError as error:
            steps.append(failed("server", error))
    return steps


async def _asked(endpoint: Endpoint, rrclass: int, policy: Policy | None) -> list[Step]:
    questions = Questions(endpoint, rrclass, time.time(), policy)
    query = Message.query(_ROOT, RRType.SOA, rrclass)
    if policy is not None and policy.is_encrypted:
        await Ask(endpoint, query, None)  # the error that it raises says why there is no answer
        kind = kind_of(await version_of(questions))
        return [Step("server", "ok", f"{endpoint}{_program(kind)} answers by {policy.transport.upper()}")]
    by_udp, by_tcp = await questions.ask(query), await questions.ask(query, transport="tcp")
    if by_udp.is_silent and by_tcp.is_silent:
        error = NoResponse("neither by UDP nor by TCP", endpoint=endpoint, cause=by_udp.cause, hint=_CHECK)
        found = await diagnose(questions, Case(_ROOT, _ROOT, None), error)
        if found is not None:
            explain(error, found)
        raise error
    kind = kind_of(await version_of(questions))
    return [_step(endpoint, kind, udp=not by_udp.is_silent, tcp=not by_tcp.is_silent)]


def _step(endpoint: Endpoint, kind: ServerKind, *, udp: bool, tcp: bool) -> Step:
    transports = " and ".join([name for name, works in (("UDP", udp), ("TCP", tcp)) if works])
    return Step("server", "ok" if udp and tcp else "note", f"{endpoint}{_program(kind)} answers by {transports}")


def _program(kind: ServerKind) -> str:
    return f" ({kind})" if kind.program else ""
