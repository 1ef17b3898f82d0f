"""Steps: what a request needs from outside, and the one loop that performs them for both clients.

A request is an `async def` of these steps. It awaits each of them, and gets the step's answer:

    reply = await Ask(endpoint, message, key)  # a Reply or an UnverifiedReply
    addresses = await Resolve("ns.example.com")  # a tuple of texts

Nothing here needs asyncio: awaiting a step yields the step itself to the caller that drives the request. For a client
`drive` does that. It is a coroutine, too, and waits wherever the client waits to perform a step. The blocking client
performs steps without awaiting anything, so its drive runs to the end at once (`finished`), without importing asyncio.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Key
from dns_update.auth.tsig import FUDGE
from dns_update.message import Message
from dns_update.value import KW_ONLY, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator
    from typing import Any, TypeAlias, TypeVar

    from dns_update.client.gss import CallToKdc, TakeTurn
    from dns_update.client.transfers import BeginTransfer
    from dns_update.exchange import Policy, Reply, UnverifiedReply
    from dns_update.transport import Endpoint

    T = TypeVar("T")

RequestStep: TypeAlias = "Ask | Resolve | Pause | ReadClock | BeginTransfer | CallToKdc | TakeTurn"
Steps: TypeAlias = "Coroutine[RequestStep, Any, T]"
"""What calling a request returns: the steps that lead to a result."""


class Ask(Value):
    """Send a message to a server, signed if there is a key; the answer is a Reply or an UnverifiedReply.

    `policy` says how to try, if not as the client does. `fudge` is how many seconds the server's clock may be off, up
    to 65535; `ahead` is how many seconds later than now the signature says it was made. Raises NoResponse.
    """

    endpoint: Endpoint
    message: Message
    key: Key | None
    _: KW_ONLY
    policy: Policy | None = None
    fudge: int = FUDGE
    ahead: int = 0

    def __await__(self) -> Generator[Any, Reply | UnverifiedReply, Reply | UnverifiedReply]:
        if self.key is not None and self.key.is_negotiated:
            from dns_update.client.gss import asked  # for these keys only

            return answered((yield from asked(self).__await__()))
        return answered((yield self))


class Resolve(Value):
    """Find the IP addresses of a host name; the answer is a tuple of texts. Raises NoResponse."""

    host: str

    def __await__(self) -> Generator[Resolve, tuple[str, ...], tuple[str, ...]]:
        try:
            return answered((yield self))
        except (OSError, UnicodeError) as error:
            raise unresolved(self.host, error) from error


class Pause(Value):
    """Let time pass, in seconds, before going on; there is no answer."""

    seconds: float

    def __await__(self) -> Generator[Pause, None, None]:
        answered((yield self))


class ReadClock(Value):
    """Read the monotonic clock; the answer is in seconds, of use only beside another such answer."""

    def __await__(self) -> Generator[ReadClock, float, float]:
        return answered((yield self))


def answered(answer: T) -> T:
    """Return what a driver sent as the answer to a step; raise it if it is a failure."""
    if isinstance(answer, Exception):
        try:
            raise answer
        finally:
            del answer  # of which the traceback would keep it
    return answer


_EAI_AGAIN = -3  # as the C library has it: no resolver answers now
_NO_RESOLVER = (
    "no resolver answers: the line may not be up yet (ip route), or /etc/resolv.conf names none that can be reached; "
    "try again then, or give the server's IP address as {dns-server}"
)


def unresolved(host: str, error: Exception) -> errors.NoResponse:
    """Return the error for a host name whose address cannot be found."""
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    hint = _NO_RESOLVER if getattr(error, "errno", None) == _EAI_AGAIN else "check {dns-server}"
    return errors.NoResponse(
        f"its address cannot be found: {reason}",
        endpoint=host,
        cause=errors.causes.ADDRESS_NOT_FOUND,
        hint=errors.Hint(hint),
    )


async def drive(steps: Steps[T], perform: Callable[[RequestStep], Awaitable[object]]) -> T:
    """Perform each step of a request, hand it the answer, and return the request's result.

    A failure of the network is raised inside the request, which may go on with another step. Any other error, and a
    cancellation, ends the request.
    """
    try:
        step = steps.send(None)
        while True:
            try:
                answer = await perform(step)
            except (errors.NoResponse, OSError, UnicodeError) as error:
                step = steps.send(error)  # not thrown: after that, Python 3.11 traces no line of those who await
            else:
                step = steps.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        steps.close()


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, and return its result."""
    try:
        work.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    work.close()
    raise AssertionError("a step of the blocking client has waited")
