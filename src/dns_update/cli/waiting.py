"""On a terminal, a server that is silent is named while it is waited for."""

from __future__ import annotations

import signal

from dns_update.cli import talk
from dns_update.exchange import Exchange, Reply, Transmission, UnverifiedReply
from dns_update.transport import Endpoint
from dns_update.transport.blocking import BlockingTransport

SILENCE = 2.0  # seconds after which a person asks what is going on


def name_server(endpoint: Endpoint) -> None:
    """Say on standard error which server is waited for."""
    talk(f"waiting for {endpoint}: no answer for {SILENCE:g} s")


class Wait:
    """The wait for a server, as a context: it is named once if it is silent. Only a process's main thread may use this.

    A signal ends the silence, because the system waits for connections, too.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def __enter__(self) -> None:
        self._handler = signal.signal(signal.SIGALRM, lambda _number, _frame: name_server(self._endpoint))
        self._timer = signal.setitimer(signal.ITIMER_REAL, SILENCE)

    def __exit__(self, *_reason: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._handler)
        signal.setitimer(signal.ITIMER_REAL, *self._timer)


class NamingTransport(BlockingTransport):
    """Carries exchanges as usual, and names a server on standard error that has not answered for a while."""

    def carry(
        self, exchange: Exchange, endpoint: Endpoint, attempt: Transmission | None = None
    ) -> Reply | UnverifiedReply:
        """Do as BlockingTransport does."""
        with Wait(endpoint):
            return super().carry(exchange, endpoint, attempt)
