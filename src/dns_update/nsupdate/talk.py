"""What a run prints: data on standard output, talk on standard error, and messages if they are wanted."""

from __future__ import annotations

from dns_update.exchange import TransportName
from dns_update.message import Message
from dns_update.nsupdate.bind_words import endpoint_text
from dns_update.transport import Endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGES = 1  # `-d` and the first `debug`
MORE = 2  # `-D` and the second


class Talk:
    """Writes every text of a run; `debug` says how much is wanted: 0, MESSAGES or MORE."""

    def __init__(
        self, put: Callable[[str], None], write: Callable[[str], None], debug: int = 0, *, is_watched: bool = False
    ) -> None:
        """Write data by `put` and talk by `write`; both take whole lines with their line ends.

        `is_watched` says that a person reads the talk at a terminal.
        """
        self.put = put
        self._write = write
        self.debug = debug
        self._is_watched = is_watched
        self._announced = ""

    @property
    def is_advised(self) -> bool:
        """Whether the causes of failures are wanted: by a person, or with the messages."""
        return self._is_watched or bool(self.debug)

    def say(self, line: str) -> None:
        """Write a line of talk."""
        self._write(f"{line}\n")

    def put_message(self, heading: str, message: Message) -> None:
        """Write a message as data."""
        self.put(_text(heading, message))

    def say_message(self, heading: str, message: Message) -> None:
        """Write a message as talk, if messages are wanted."""
        if self.debug:
            self._write(_text(heading, message))

    def announce(self, heading: str) -> None:
        """Have the next message that is sent written as data under this heading, if messages are wanted."""
        self._announced = heading if self.debug else ""

    def trace(self, direction: str, endpoint: Endpoint, transport: TransportName, octets: bytes) -> None:
        """Write as much of a message on the wire as is wanted; a transport calls this."""
        if not self.debug:
            return
        if self.debug >= MORE:
            self.say(f"; {direction} {len(octets)} octets, {transport}, {endpoint_text(endpoint)}")
        if direction == "sent" and self._announced:
            from dns_update.message import Message  # only if messages are wanted

            heading, self._announced = self._announced, ""
            self.put_message(heading, Message.decode(octets))


def _text(heading: str, message: Message) -> str:
    from dns_update.client.dig import message_to_text  # only if messages are wanted

    text = message_to_text(message)
    # Each section ends with a blank line; a message without sections does not.
    end = "\n" if "SECTION:" in text else ""
    return f"{heading}\n{text}{end}"
