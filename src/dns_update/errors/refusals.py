"""What a server may mean that says no: the leaves below Refusal in the tree of errors."""

from __future__ import annotations

from dns_update.errors import Refusal


class KeyRejected(Refusal):
    """The server does not accept the key; `tsig_error` is 16 (BADSIG), 17 (BADKEY) or 22 (BADTRUNC)."""

    first_words = "TSIG error: Server rejected:"
    exit_status = 5

    def __init__(self, text: str, *, tsig_error: int, hint: str = "", server: str = "", rcode: int = 0) -> None:
        super().__init__(text, hint=hint, server=server, rcode=rcode)
        self.tsig_error = tsig_error


class ClocksDiffer(Refusal):
    """The server's clock and ours are further apart than the fudge (RFC 8945, section 5.2.3): BADTIME."""

    first_words = "TSIG error: Server rejected:"
    exit_status = 6
    tsig_error = 18


class PermissionDenied(Refusal):
    """REFUSED: the server knows the zone and will not let us change it."""

    first_words = "Permission denied:"
    exit_status = 7


class ZoneNotFound(Refusal):
    """NOTAUTH without a TSIG error, an answer without authority, or no SOA record where one was looked for.

    `is_delegated` tells that the name lies below a delegation of the zone, whose data the server does not show.
    """

    first_words = "Zone not found:"
    exit_status = 8

    def __init__(
        self, text: str, *, hint: str = "", server: str = "", rcode: int = 0, is_delegated: bool = False
    ) -> None:
        super().__init__(text, hint=hint, server=server, rcode=rcode)
        self.is_delegated = is_delegated


class NameNotInZone(Refusal):
    """NOTZONE: a name of the update lies outside its zone."""

    first_words = "Name not in zone:"
    exit_status = 8
    is_final = True


class NameNotFound(Refusal):
    """NXDOMAIN or NXRRSET: what should have been there is not."""

    first_words = "Name not found:"
    exit_status = 8
    is_final = True


class NameExists(Refusal):
    """YXDOMAIN or YXRRSET: what should not have been there is."""

    first_words = "Name exists:"
    exit_status = 8
    is_final = True


class NotApplied(Refusal):
    """The server said NOERROR and yet holds something else than was asked for.

    `may_come` tells that nothing speaks against it, so that it may just be late: a secondary that forwards updates
    shows them only after its next transfer from the primary.
    """

    first_words = "Update not applied:"
    exit_status = 8
    is_final = True

    def __init__(self, text: str, *, hint: str = "", server: str = "", may_come: bool = False) -> None:
        super().__init__(text, hint=hint, server=server)
        self.may_come = may_come


class ServerFailure(Refusal):
    """SERVFAIL, FORMERR, NOTIMP or a response code that means nothing here."""

    first_words = "Server failure:"
    exit_status = 9
