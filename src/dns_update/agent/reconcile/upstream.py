"""How records are sent: by which client, to which servers; and the tries that are made of it, each in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dns_update.agent.reconcile.reconcile import reconcile
from dns_update.agent.reconcile.witness import Witness
from dns_update.client.aio import carry_out
from dns_update.errors import NoResponse
from dns_update.transport import Endpoint, Server

if TYPE_CHECKING:
    from collections.abc import Coroutine, Hashable, Sequence

    from dns_update.agent.reconcile.server_health import Outage, ServerHealth
    from dns_update.client.aio import AsyncClient
    from dns_update.client.plan import Desired
    from dns_update.client.requests import Outcome, Target
    from dns_update.client.steps import Steps
    from dns_update.client.transaction import Transaction
    from dns_update.errors import DnsUpdateError
    from dns_update.wire.name import Name


class Upstream:
    """A client, its servers, and whose turn it is; records that are sent alike share one."""

    __slots__ = ("client", "patience", "servers", "turns")

    def __init__(self, client: AsyncClient, servers: tuple[Server, ...], turns: ServerHealth, patience: float) -> None:
        """Take them; without servers, each zone's primary is found. `patience` in seconds, for one server."""
        self.client = client
        self.servers = servers
        self.turns = turns
        self.patience = patience

    def places(self, zone: Name | None) -> tuple[Hashable, ...]:
        """Return who has a turn for a zone: the servers; or the zone, for whoever is its primary.

        Nobody has if the zone is to be found, too.
        """
        return self.servers or (() if zone is None else (zone,))

    def begin(self, zone: Name | None, by: object, now: float, *, is_urgent: bool) -> Try | None:
        """Return a try at those whose turn it is; None if nobody is to be asked now. `by` is whoever tries."""
        places = self.places(zone)
        order = self.turns.order(places, now, is_urgent=is_urgent)
        return None if places and not order else Try(self, order, by, now, is_urgent=is_urgent)


class Try:
    """One try, begun at `began` on the monotonic clock. It ends with `succeeded`, `failed` or `called_off`."""

    __slots__ = ("_by", "_is_urgent", "_order", "_way", "_witness", "began", "places")

    def __init__(
        self, way: Upstream, order: tuple[Hashable, ...], by: object, began: float, *, is_urgent: bool
    ) -> None:
        self._way = way
        self._order = order
        self._by = by
        self._is_urgent = is_urgent
        self._witness = Witness()
        self.began = began
        self.places = order  # whose silence, or its end, this try may show: with the addresses of host names

    @property
    def update_sent_to(self) -> Endpoint | None:
        """Where the last update was sent, whatever came of it; None if none was."""
        return self._witness.update_sent_to

    @property
    def is_update_astray(self) -> bool:
        """Whether a copy of an update may be under way, of which no answer has told."""
        return self._witness.is_update_astray

    def run(self, target: Target, wanted: Desired) -> Coroutine[None, None, Outcome]:
        """Make a name right, when it is awaited; raises DnsUpdateError."""

        def request(transaction: Transaction) -> Steps[Outcome]:
            if self._order is not self._way.servers:
                transaction.servers = tuple(place for place in self._order if isinstance(place, Server))
            transaction.in_turn = self._in_turn
            return self._witness.watch(reconcile(transaction, target, wanted))

        return carry_out(self._way.client, request)

    def succeeded(self, outcome: Outcome, now: float) -> list[tuple[Hashable, Outage]]:
        """Take note of who answered; return the servers whose silence has ended, and it."""
        if not outcome.failures and not self._way.turns.knows_silence:
            return []
        return self._note(str(outcome.server), outcome.failures, now)

    def failed(self, error: DnsUpdateError, now: float) -> list[tuple[Hashable, Outage]]:
        """Take note of who answered, and of who did not; return as above."""
        return self._note("", (error, *error.failures), now)

    def called_off(self) -> None:
        """Take note that nothing came of it."""
        for place in self.places:
            self._way.turns.left(place)

    def _in_turn(self, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        """Sort the addresses of a host: who was silent of late comes last. If all were, it is the host's turn still."""
        self.places = tuple(dict.fromkeys((*self.places, *endpoints)))
        order = self._way.turns.order(endpoints, self.began, is_urgent=self._is_urgent)
        return tuple(dict.fromkeys((*(place for place in order if isinstance(place, Endpoint)), *endpoints)))

    def _note(self, answered: str, failures: Sequence[DnsUpdateError], now: float) -> list[tuple[Hashable, Outage]]:
        ended = []
        for place in self.places:
            silence = self._silence_at(place, failures)
            if self._has_answered(place, answered, failures):
                over = self._way.turns.heard(place)
                ended += [] if over is None else [(place, over)]
            elif silence is not None:
                self._way.turns.unheard(place, silence, self._by, self.began, now)
            else:
                self._way.turns.left(place)
        return ended

    def _has_answered(self, place: Hashable, answered: str, failures: Sequence[DnsUpdateError]) -> bool:
        spots = [answered] if answered else []
        spots += [failure.server for failure in failures if not isinstance(failure, NoResponse)]
        return any(self._is_at(place, spot) for spot in spots)

    def _silence_at(self, place: Hashable, failures: Sequence[DnsUpdateError]) -> NoResponse | None:
        return next((f for f in failures if isinstance(f, NoResponse) and self._is_at(place, f.server)), None)

    def _is_at(self, place: Hashable, spot: str) -> bool:
        if isinstance(place, Endpoint):
            return spot == str(place)
        return self._witness.is_at(place, spot) if isinstance(place, Server) else True
