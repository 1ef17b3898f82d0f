"""Delivery: send an update to a server, judge its answer, and read the change back."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.settings import check_read_back
from dns_update.client.steps import Pause, Steps
from dns_update.client.transaction import Transaction
from dns_update.exchange import Reply
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import Rcode, rcode_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_PAUSE = 0.05  # seconds before a change that may be late is read again; each further pause is twice as long
_LONGEST_PAUSE = 5.0  # seconds, as for all name servers
PREREQUISITE_FAILED = (Rcode.NXDOMAIN, Rcode.YXDOMAIN, Rcode.NXRRSET, Rcode.YXRRSET)


class Delivery(Value, kw_only=True):
    """Sends the update of one request to one server after the other, and reads the change back, if `verify`.

    Raises UsageError for a key whose updates must be read back, if they are not.
    """

    transaction: Transaction
    verify: bool

    def __post_init__(self) -> None:
        """Check that the result of an update does not depend on an answer that nothing proves."""
        check_read_back(self.transaction.newest_key, verify=self.verify)

    async def carry_out(
        self, view: ZoneView, update: Update, read_back: Callable[[], Steps[Records]]
    ) -> tuple[int, Records | None]:
        """Send the update and judge the answer; return its rcode, and the records read back (None if none were)."""
        message = update.to_message()
        try:
            reply = await self.transaction.ask(view.update_endpoint, message)
        except errors.ReplyNotTrusted as error:
            if not self.verify or error.cause != errors.causes.WRONG_SIGNATURE:
                raise
            return Rcode.NOERROR, await self._in_doubt(error, read_back)
        if reply.message.rcode == Rcode.NOERROR:
            return Rcode.NOERROR, (await self._read_back(read_back) if self.verify else None)
        refusal = self.transaction.refusal(reply, view.update_endpoint, message)
        if isinstance(refusal, errors.PermissionDenied):
            from dns_update.client.obstacles import explain_refusal  # only when something is wrong

            await explain_refusal(view, update, refusal)
        if not self.transaction.is_update_astray or reply.message.rcode not in PREREQUISITE_FAILED:
            raise refusal
        return reply.message.rcode, await self._own_work(reply, refusal, read_back)

    async def _in_doubt(self, error: errors.ReplyNotTrusted, read_back: Callable[[], Steps[Records]]) -> Records:
        """Return the records if they are as desired; raise the error about the answer's signature otherwise.

        Such an error is of GSS-TSIG only: there are servers whose signature is always wrong.
        """
        try:
            after = await read_back()
        except errors.NotApplied as other:
            error.notes = (*error.notes, f"it was read back: {other.text}")
            raise error from None
        except errors.DnsUpdateError as other:
            error.notes = (*error.notes, f"it could not be read back: {other}")
            raise error from None
        self.transaction.notes.append(f"{error.text}; it was: the records were read back, and are as desired")
        return after

    async def _own_work(
        self, reply: Reply, refusal: errors.DnsUpdateError, read_back: Callable[[], Steps[Records]]
    ) -> Records:
        """Return the current records, if they are as desired; raise the refusal otherwise.

        An earlier try, here or at another server, may have been carried out, and only its answer was lost: then the
        prerequisite fails because of our own change.
        """
        notes = tuple(self.transaction.notes)
        try:
            after = await read_back()
        except errors.DnsUpdateError:
            self.transaction.notes[:] = notes
            raise refusal from None
        self.transaction.notes.append(
            f"an earlier try had no answer, and this one got {rcode_to_text(reply.message.rcode)}; but the records are "
            "as desired, so the earlier one was carried out"
        )
        return after

    async def _read_back(self, read_back: Callable[[], Steps[Records]]) -> Records | None:
        """Read the change back; repeat this for a while if the change may just be late."""
        left, pause = self.transaction.read_patience, _FIRST_PAUSE
        notes = tuple(self.transaction.notes)
        while True:
            try:
                return await read_back()
            except errors.NotApplied as error:
                self.transaction.notes[:] = notes  # the notes of this reading will be out of date at the next one
                if not error.may_come or left <= 0:
                    raise
                if pause == _FIRST_PAUSE:
                    self.transaction.log(
                        f"{error.server} does not show the change yet; reading it again for up to {left:g} s"
                    )
            except errors.DnsUpdateError as error:
                self.transaction.notes.append(f"it could not be read back: {error}")
                return None
            await Pause(min(pause, left))
            left -= pause
            pause = min(pause * 2, _LONGEST_PAUSE)
