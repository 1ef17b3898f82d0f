"""GSS-TSIG: a key is negotiated with a server before the first message to it, kept, and negotiated anew (RFC 3645).

An `Ask` with a GssKey leads here. The server's principal is DNS/HOST, where HOST is the primary in the SOA record of
the zone that the message is about, as in `nsupdate -g`. One context is kept for each server. It is replaced before the
ticket ends or the server drops it, and if the server does not know it any more.
"""

from __future__ import annotations

import os
import time
from _thread import allocate_lock, start_new_thread
from copy import copy

from dns_update import errors
from dns_update.auth.gss import GssKey, GssSettings, KeptContext, NotNegotiated
from dns_update.auth.tkey import Negotiation
from dns_update.client.steps import Ask, ReadClock, answered
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport.gssapi import Credentials, Initiator, library
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from dns_update.auth import Key
    from dns_update.auth.gss import ContextKey
    from dns_update.transport import Endpoint

_EARLY = 0.1  # of its lifetime: so long before its end a context is replaced
_EARLIEST = 60.0  # seconds: never longer before its end
KDC_SECONDS = 15.0  # to wait for the KDCs together; the library alone waits for up to a minute
_FAILURE_SECONDS = 1.0  # for which a failure is not tried again: reading a name before an update ignores it
_LOST = (Rcode.BADKEY, Rcode.BADSIG)  # what a server says that has dropped a context


def gss_key(settings: GssSettings) -> GssKey:
    """Return the credentials that settings name, in the place of a key; raises UsageError if the library is missing."""
    library()
    return GssKey(settings)


class CallToKdc(Value):
    """The step that calls a function which may wait for a KDC; the answer is what it returns, or its KerberosError.

    It runs in a thread of its own: the library cannot be interrupted, and may wait for a minute.
    """

    function: Callable[[], Any]

    def __await__(self) -> Generator[CallToKdc, Any, Any]:
        return answered((yield self))

    def begin(self, _transport: object) -> object:
        """Perform it."""
        results: list[object] = []
        ended = allocate_lock()
        ended.acquire()

        def work() -> None:
            results.append(self._result())
            ended.release()

        start_new_thread(work, ())
        return _checked(results[0]) if ended.acquire(timeout=KDC_SECONDS) else _no_kdc()

    async def begin_async(self, _transport: object) -> object:
        """Perform it within an asyncio loop."""
        import asyncio  # loaded already

        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def end(result: object) -> None:
            if not ended.done():
                ended.set_result(result)

        def work() -> None:
            result = self._result()
            if not loop.is_closed():
                loop.call_soon_threadsafe(end, result)

        start_new_thread(work, ())
        try:
            return _checked(await asyncio.wait_for(ended, KDC_SECONDS))
        except TimeoutError:
            return _no_kdc()

    def _result(self) -> object:
        try:
            return self.function()
        except BaseException as error:  # noqa: BLE001 - it is raised by who waits
            return error


def _checked(result: object) -> object:
    """Return what a function returned, or its error if it is one of the request; raise any other."""
    if isinstance(result, BaseException) and not isinstance(result, errors.DnsUpdateError):
        raise result
    return result


def _no_kdc() -> errors.KerberosError:
    from dns_update.errors.kerberos import kerberos_error  # only when something is wrong

    return kerberos_error(f"in {KDC_SECONDS:g} s", errors.causes.KDC_UNREACHABLE)


class TakeTurn:
    """The step that waits until no other request negotiates with the same server; there is no answer.

    The turn ends with `end`.
    """

    def __init__(self, key: GssKey, endpoint: Endpoint) -> None:
        self._turns = key.negotiated.turns
        self._endpoint = endpoint
        self._held: Any = None

    def __await__(self) -> Generator[TakeTurn, Any, Any]:
        return answered((yield self))

    def begin(self, _transport: object) -> None:
        """Perform it."""
        lock = self._lock("threads", allocate_lock)
        lock.acquire()
        self._held = lock

    async def begin_async(self, _transport: object) -> None:
        """Perform it within an asyncio loop, whose requests take turns among themselves."""
        import asyncio  # loaded already

        lock = self._lock(asyncio.get_running_loop(), asyncio.Lock)
        await lock.acquire()
        self._held = lock

    def end(self) -> None:
        """Let the next one begin."""
        self._held.release()

    def _lock(self, owner: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - of a thread, or of a loop
        kept = self._turns.setdefault(self._endpoint, (owner, make()))
        if kept[0] is not owner:
            kept = self._turns[self._endpoint] = owner, make()
        return kept[1]


async def asked(ask: Ask) -> Reply | UnverifiedReply:
    """Do what an `Ask` with a GssKey says: sign the message by a context with the server, negotiated if it must be.

    If the server has dropped the context, negotiate anew, and send the message again. Raises KerberosError, NoResponse.
    """
    key, is_new = await context_key(ask)
    reply = await ask._replace(key=key)
    if is_new or not isinstance(reply, UnverifiedReply) or reply.tsig_error not in _LOST:
        return reply
    credentials = _credentials(ask)
    kept = credentials.contexts.get(ask.endpoint)
    if kept is not None and kept.key is key:  # unless another request has replaced it by now
        del credentials.contexts[ask.endpoint]
    key, _is_new = await context_key(ask)
    return await ask._replace(key=key)


async def negotiated_key(key: Key, endpoint: Endpoint, zone: Name, rrclass: int) -> ContextKey:
    """Return the key of a context with a server, for messages about a zone; raises as `asked`."""
    context, _is_new = await context_key(Ask(endpoint, Message.query(zone, RRType.SOA, rrclass), key))
    return context


async def context_key(ask: Ask) -> tuple[ContextKey, bool]:
    """Return the key of a context with the server of an `Ask` with a GssKey; and whether it was negotiated just now."""
    credentials = _credentials(ask)
    began = await ReadClock()
    kept = credentials.contexts.get(ask.endpoint)
    if kept is not None and began < kept.renew_at:
        return kept.key, False
    turn = TakeTurn(credentials, ask.endpoint)
    await turn
    try:
        return await _key_in_turn(credentials, ask, began), True
    finally:
        turn.end()


async def _key_in_turn(credentials: GssKey, ask: Ask, began: float) -> ContextKey:
    """Return the key that another request has negotiated, or negotiate it; raises why it could not, or just could not.

    `began` is when this request asked for it.
    """
    now = await ReadClock()
    kept = credentials.contexts.get(ask.endpoint)
    if kept is not None and now < kept.renew_at:
        return kept.key
    failure = credentials.negotiated.failures.get(ask.endpoint)
    if failure is not None and failure.when >= began - _FAILURE_SECONDS and _asked(ask).is_within(failure.zone):
        raise copy(failure.error)
    zone = Name(())  # a silent server is so for all zones
    try:
        zone, host = await _primary_of(ask)
        negotiation, context = await _negotiated(credentials, ask, host)
    except errors.ZoneNotFound:
        raise  # of other zones, it says nothing
    except errors.DnsUpdateError as error:
        if isinstance(error, errors.NoResponse):
            error.may_have_arrived = False  # the message itself was not sent
        credentials.negotiated.failures[ask.endpoint] = NotNegotiated(await ReadClock(), copy(error), zone)
        raise
    credentials.contexts[ask.endpoint] = _kept(negotiation, context, now)
    return negotiation.key


def _credentials(ask: Ask) -> GssKey:
    if not isinstance(ask.key, GssKey):
        raise TypeError("only Kerberos credentials negotiate keys")
    return ask.key


async def _negotiated(credentials: GssKey, ask: Ask, host: str) -> tuple[Negotiation, Initiator]:
    """Negotiate a key with the server; raises KerberosError, ReplyNotTrusted, NoResponse.

    A server that does not accept the ticket by SPNEGO may know Kerberos alone.
    """
    try:
        return await _negotiated_by(credentials, ask, host, is_plain=False)
    except errors.KerberosError as error:
        if error.cause != errors.causes.TICKET_REFUSED:
            raise
    return await _negotiated_by(credentials, ask, host, is_plain=True)


async def _negotiated_by(credentials: GssKey, ask: Ask, host: str, *, is_plain: bool) -> tuple[Negotiation, Initiator]:
    """Negotiate a key with the server by one mechanism; raises as `_negotiated`."""

    def begun() -> tuple[Negotiation, Initiator, Message]:
        source = credentials.negotiated.source
        if not isinstance(source, Credentials):
            source = credentials.negotiated.source = Credentials(credentials.settings)
        context = source.context_with(host, is_plain=is_plain)
        negotiation = Negotiation(context, Name((os.urandom(8).hex().encode(), b"tkey")), ask.endpoint)
        return negotiation, context, negotiation.first(now=int(time.time()))

    negotiation, context, query = await CallToKdc(begun)
    credentials.negotiated.principal = context.principal
    while query is not None:
        reply = await _unsigned(ask, query)
        query = negotiation.take(reply.message, reply.octets, now=int(time.time()))
    return negotiation, context


def _kept(negotiation: Negotiation, context: Initiator, now: float) -> KeptContext:
    """Return the key, to be replaced before the first of the two sides drops it."""
    limits = [float(seconds) for seconds in (negotiation.seconds, context.lifetime) if seconds]
    lifetime = min(limits, default=float("inf"))
    return KeptContext(negotiation.key, now + lifetime - min(_EARLIEST, lifetime * _EARLY), context.target)


def _asked(ask: Ask) -> Name:
    """Return the name that a message is about: of an update, it is the zone."""
    return ask.message.question[0].name


async def _primary_of(ask: Ask) -> tuple[Name, str]:
    """Return the zone that a message is about, and the host name of its primary, as the server's SOA record has it."""
    name, rrclass = _asked(ask), ask.message.question[0].rrclass
    while True:
        reply = await _unsigned(ask, Message.query(name, RRType.SOA, rrclass))
        for record in (*reply.message.answer, *reply.message.authority):
            if record.rrtype == RRType.SOA and name.is_within(record.name):
                return record.name, str(Cursor(record.rdata).name())
        if not name.labels:
            raise errors.ZoneNotFound(
                f"{ask.endpoint} shows no SOA record for {_asked(ask)}, which names the host whose "
                "Kerberos principal is needed",
                hint=errors.Hint("{dns-server} must be a server of the zone itself"),
                endpoint=ask.endpoint,
            )
        name = name.parent


async def _unsigned(ask: Ask, message: Message) -> Reply:
    """Return the answer to another message for the same server, without a signature; raises NoResponse."""
    reply = await Ask(ask.endpoint, message, None, policy=ask.policy)
    if isinstance(reply, UnverifiedReply):
        raise TypeError("nothing was signed that could not be verified")
    return reply
