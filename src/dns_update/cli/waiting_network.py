"""The network of an nsupdate session on a terminal: a server that is silent is named while it is waited for."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.cli.waiting import Wait
from dns_update.message import Message
from dns_update.nsupdate.network import Network, ReceivedAnswer
from dns_update.transport import Endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport.pipeline import Flight


class NamingNetwork(Network):
    """Sends as a Network does, and names a server on standard error that has not answered for a while."""

    def ask(self, message: Message, key: Key | None, endpoint: Endpoint, *, tcp: bool) -> ReceivedAnswer:
        """Do as Network does."""
        with Wait(endpoint):
            return super().ask(message, key, endpoint, tcp=tcp)

    def launch(self, flight: Flight, endpoint: Endpoint) -> bool:
        """Do as Network does; a connection may have to be made."""
        self._asked = endpoint  # until what was sent there is finished, nothing is sent to another server
        with Wait(endpoint):
            return super().launch(flight, endpoint)

    def finish(self, flight: Flight) -> ReceivedAnswer:
        """Do as Network does."""
        with Wait(self._asked):
            return super().finish(flight)

    def wait_out(self) -> None:
        """Do as Network does."""
        with Wait(self._asked):
            super().wait_out()
