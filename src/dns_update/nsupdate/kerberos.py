"""GSS-TSIG in a session: the credentials of the user, and messages signed by contexts that are negotiated with them."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.auth.gss import GssSettings
from dns_update.client.gss import asked, context_key, gss_key
from dns_update.client.steps import Ask, ReadClock, RequestStep, drive, finished
from dns_update.errors import UsageError
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.nsupdate import Fatal, hint_of
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def credentials_for(realm: str | None) -> Key:
    """Return the credentials in the user's own cache, for servers in a realm; raises Fatal."""
    try:
        return gss_key(GssSettings(realm=realm))
    except UsageError as error:
        raise Fatal(f"{error}: {hint_of(error)}" if error.hint else str(error)) from error


class ContextSession(Value):
    """How messages are signed with such credentials: `send` sends one message, and `clock` is the monotonic clock."""

    send: Callable[[Ask], Reply | UnverifiedReply]
    clock: Callable[[], float]

    def negotiate(self, ask: Ask) -> None:
        """Negotiate a context for a message, unless there is one; raises KerberosError, ReplyNotTrusted, NoResponse."""
        finished(drive(context_key(ask), self._perform))

    def asked(self, ask: Ask) -> Reply | UnverifiedReply:
        """Send a message, and return the answer; raises as `negotiate`."""
        return finished(drive(asked(ask), self._perform))

    async def _perform(self, step: RequestStep) -> object:
        if isinstance(step, Ask):
            return self.send(step)
        if isinstance(step, ReadClock):
            return self.clock()
        return step.begin(None)  # type: ignore[union-attr]  # negotiating has no other steps
