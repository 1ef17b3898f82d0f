"""One request at every server of a list, for sites where each has the zone as a primary; each has its own result."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.outcome import Outcome
from dns_update.client.settings import ClientSettings
from dns_update.client.steps import ReadClock
from dns_update.client.transaction import Request, Transaction
from dns_update.transport import Endpoint, Server
from dns_update.value import Value


class ServerResult(Value):
    """What came of a request at one server: an outcome, or an error."""

    server: Server | Endpoint
    outcome: Outcome | None = None
    error: errors.DnsUpdateError | None = None


async def at_all_servers(transaction: Transaction, request: Request[Outcome]) -> tuple[ServerResult, ...]:
    """Carry out a request at each server of the settings, in their order, and return the results.

    An error at one server does not keep the others from being asked. Raises UsageError if there are not several
    servers, if the zone is read elsewhere, and for an argument of the request that is wrong for the first of them.
    """
    settings = transaction.settings
    _check(settings)
    results: list[ServerResult] = []
    for server in settings.servers:
        results.append(await _at_one(transaction, settings._replace(servers=(server,)), request, is_first=not results))
        transaction.done[:] = [_text_of(each) for each in results]
    return tuple(results)


async def _at_one(
    transaction: Transaction, settings: ClientSettings, request: Request[Outcome], *, is_first: bool
) -> ServerResult:
    server = settings.servers[0]
    own = transaction.beside(settings)
    own.log = lambda line: transaction.log(f"{server}: {line}")
    began = await ReadClock()
    try:
        outcome = await request(own)
    except errors.LocalError as error:
        if is_first:
            raise
        return ServerResult(server, error=error)
    except errors.DnsUpdateError as error:
        return ServerResult(server, error=error)
    return ServerResult(server, outcome.taking(await ReadClock() - began))


def _check(settings: ClientSettings) -> None:
    """Raise UsageError if there is nothing to do at several servers."""
    if settings.query_servers is not None:
        raise errors.UsageError(
            "a change for all servers is read back at each of them",
            hint=errors.Hint("leave {query-server} and {update-server} out"),
        )
    if len(set(settings.servers)) < 2:  # noqa: PLR2004 - several
        count = len(set(settings.servers))
        raise errors.UsageError(
            f"a change for all servers needs several; {count or 'none'} is given",
            hint=errors.Hint("give them by {dns-server}"),
        )


def _text_of(result: ServerResult) -> str:
    """Return in words what is known of a server that was asked."""
    return f"{result.server} has the change" if result.error is None else f"{result.server} failed: {result.error}"
