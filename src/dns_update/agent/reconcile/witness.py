"""What the steps of one try show of the network: where servers are, and whether a message went astray. Sans-IO."""

from __future__ import annotations

from dns_update.client.steps import Ask, Resolve
from dns_update.errors import NoResponse
from dns_update.exchange import Reply
from dns_update.transport import Endpoint
from dns_update.wire.codes import Opcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from dns_update.client.steps import Clock, Pause, Steps
    from dns_update.transport import Server

    T = TypeVar("T")


class Witness:
    """Watches the steps of a request, and passes them on."""

    def __init__(self) -> None:
        self._addresses: dict[str, tuple[str, ...]] = {}  # of host names
        self.update_sent_to: Endpoint | None = None  # the last one, whatever came of it
        self._is_update_under_way = False
        self._is_update_astray = False

    async def watch(self, steps: Steps[T]) -> T:
        """Do the steps, and see what comes of each."""
        try:
            step = steps.send(None)
            while True:
                if isinstance(step, Ask) and step.message.opcode == Opcode.UPDATE:
                    self._is_update_under_way = True
                    self.update_sent_to = step.endpoint
                try:
                    answer = await step
                except NoResponse as error:
                    self._note_silence(error)
                    step = steps.throw(error)
                else:
                    self._note(step, answer)
                    step = steps.send(answer)
        except StopIteration as stop:
            done: T = stop.value
            return done

    @property
    def is_update_astray(self) -> bool:
        """Whether an update was sent, or sent once more, of which no answer says that the server had it.

        A copy may still be under way. If it comes late, it undoes what was done meanwhile.
        """
        return self._is_update_astray or self._is_update_under_way

    def is_at(self, server: Server, text: str) -> bool:
        """Tell whether a place in the text of an error or an outcome is one of this server's."""
        if text == str(server):
            return True
        if server.is_address:
            return False
        addresses = self._addresses.get(server.host, ())
        return text == server.host or any(text == str(Endpoint(address, server.port)) for address in addresses)

    def _note(self, step: Ask | Resolve | Pause | Clock, answer: object) -> None:
        if isinstance(step, Resolve) and isinstance(answer, tuple):
            self._addresses[step.host] = answer
        elif self._is_update_under_way:
            self._is_update_under_way = False
            self._is_update_astray |= not isinstance(answer, Reply) or answer.tries > 1

    def _note_silence(self, error: NoResponse) -> None:
        if self._is_update_under_way:
            self._is_update_under_way = False
            self._is_update_astray |= error.may_have_arrived
