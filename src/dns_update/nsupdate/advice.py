"""Why an update failed, for a person at a terminal: nsupdate itself says only the response code."""

from __future__ import annotations

import time

from dns_update.auth import Key
from dns_update.client import Client
from dns_update.client.reply_errors import distrust_of, refusal_of
from dns_update.client.steps import Ask
from dns_update.doctor.diagnosis import Case, diagnose
from dns_update.doctor.diagnosis_texts import explain
from dns_update.doctor.questions import Questions
from dns_update.errors import DnsUpdateError
from dns_update.errors.hints import NSUPDATE, rendered
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.wire.codes import Rcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 3  # updates of a run that are looked into: a script with a wrong key fails a thousand times


class Adviser:
    """Looks for the cause of failed updates, and writes it by `say`; of a server and a key once for each answer."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._seen: set[tuple[Endpoint, Key | None, int]] = set()

    def advise(self, sent: tuple[Endpoint, Message, Key | None], reply: Reply | UnverifiedReply) -> None:
        """Write why the server has not carried out an update, if it did not."""
        asked = Ask(*sent)
        rcode = reply.message.rcode if isinstance(reply, Reply) else reply.rcode
        is_done = isinstance(reply, Reply) and rcode == Rcode.NOERROR
        if not is_done and not self._is_told(asked, rcode):
            error = refusal_of(reply, asked) if isinstance(reply, Reply) else distrust_of(reply, asked)
            self._tell(asked, error)

    def advise_on_silence(self, sent: tuple[Endpoint, Message, Key | None], error: DnsUpdateError) -> None:
        """Write why a server did not answer."""
        asked = Ask(*sent)
        if not self._is_told(asked, -1):
            self._tell(asked, error)

    def _is_told(self, asked: Ask, rcode: int) -> bool:
        """Return whether this was told already; otherwise it will be now."""
        kind = asked.endpoint, asked.key, rcode
        if kind in self._seen or len(self._seen) == _MOST:
            return True
        self._seen.add(kind)
        return False

    def _tell(self, asked: Ask, error: DnsUpdateError) -> None:
        """Ask the server why, and write what was found; Ctrl-C ends the questions alone."""
        message = asked.message
        zone = message.question[0]
        owner = message.authority[0].name if message.authority else zone.name
        case = Case(owner, zone.name, asked.key, message.authority)
        questions = Questions(asked.endpoint, zone.rrclass, time.time())
        try:
            found = Client(key=asked.key).run(lambda _transaction: diagnose(questions, case, error))
        except KeyboardInterrupt:
            return
        if found is not None:
            explain(error, found)
            self._say(f"; cause: {rendered(error.explanation, NSUPDATE)}")
            self._say(f"; hint: {rendered(error.hint, NSUPDATE)}")
