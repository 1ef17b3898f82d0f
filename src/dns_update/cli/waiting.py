"""On a terminal, a server that is silent is named while it is waited for."""

from __future__ import annotations

import signal

from dns_update.cli import talk
from dns_update.transport.blocking import BlockingTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.exchange import Exchange, Reply, Transmission, UnverifiedReply
    from dns_update.transport import Endpoint

SILENCE = 2.0  # seconds after which a person asks what is going on


class NamingTransport(BlockingTransport):
    """Carries exchanges as usual, and names a server on standard error that has not answered for a while."""

    def carry(
        self, exchange: Exchange, endpoint: Endpoint, attempt: Transmission | None = None
    ) -> Reply | UnverifiedReply:
        """Do as BlockingTransport does; a signal ends the silence, because the system waits for connections, too."""
        before = signal.signal(
            signal.SIGALRM, lambda _number, _frame: talk(f"waiting for {endpoint}: no answer for {SILENCE:g} s")
        )
        timer = signal.setitimer(signal.ITIMER_REAL, SILENCE)
        try:
            return super().carry(exchange, endpoint, attempt)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            signal.setitimer(signal.ITIMER_REAL, *timer)
