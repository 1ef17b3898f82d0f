"""The classes of the errors, from the root of the tree to its leaves."""

from __future__ import annotations

import errno

_MOST_PROBLEMS = 50  # are shown; one mistake in a script may cause a hundred thousand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class DnsUpdateError(Exception):
    """The root of the tree; catch it to catch every error that this package raises on purpose.

    `cause` is a code for what happened (see `dns_update.errors.causes`), `endpoint` the server concerned: an Endpoint,
    a Server, a text for anything else, or None. These two are its `identity`. The rest is for people: `text` says what
    happened, `hint` what to do next. A hint may be empty; a Hint names properties in the way of each front door.
    `first_words` and `exit_status` belong to the class. If several servers were tried, `failures` are the errors of the
    others. `notes` are further sentences that the user should read; some are Hints. If the doctor has found out why it
    happened, `diagnosis` is a code for that, and `explanation` a sentence; `instead` is the name to change in the place
    of the one that was asked for, and its zone. `at_resolver` says that the endpoint is a resolver, which was only
    asked where to send. `part` is what failed of a request that has several parts, e.g. in several zones.
    """

    cause = ""
    first_words = ""
    exit_status = 1
    failures: tuple[DnsUpdateError, ...] = ()
    notes: tuple[str, ...] = ()
    diagnosis = ""
    explanation = ""
    instead: tuple[Any, Any] | None = None  # of names, which are of a floor above
    at_resolver = False
    part: object = None

    def __init__(self, text: str, *, hint: str = "", endpoint: object = None, cause: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint
        self.endpoint = endpoint
        if cause:
            self.cause = cause

    def __init_subclass__(cls) -> None:
        """Give a class its own cause: its name in lower case, with hyphens."""
        super().__init_subclass__()
        if "cause" not in cls.__dict__:
            cls.cause = "".join([f"-{c.lower()}" if c.isupper() else c for c in cls.__name__]).lstrip("-")

    @property
    def server(self) -> str:
        """The endpoint as text; empty if there is none."""
        return "" if self.endpoint is None else str(self.endpoint)

    @property
    def identity(self) -> tuple[str, str]:
        """The cause and the endpoint, which two reports of one error have in common."""
        return self.cause, self.server

    def __str__(self) -> str:
        return f"{self.first_words}: {self.text}" if self.first_words else self.text

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[DnsUpdateError], args: tuple[object, ...], state: dict[str, object]) -> DnsUpdateError:
    """Return the error that was pickled or copied; not through `__init__`, since each class has its own."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class LocalError(DnsUpdateError):
    """The caller's mistake; nothing was sent."""

    exit_status = 2


class UsageError(LocalError):
    """A wrong property, argument, combination, file or key."""


class InvalidText(UsageError, ValueError):
    """A text that is not a name, number, address or record of the form that was asked for.

    If it is one of several in a list, `place` is its index, from 0 on. `subject` is the wrong part of the text, if the
    cause is about a part and that may be shown.
    """

    place: int | None = None
    subject: str = ""


class ConfigError(UsageError):
    """A wrong configuration; its text is the first problem, and how many more there are.

    `problems` are all of them in the order of their lines; each is one line that begins `FILE:LINE: `.
    """

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        """Make one of pairs of a text and a hint, at least one pair."""
        (first, hint), *others = problems
        super().__init__(f"{first} (and {len(others)} more)" if others else first, hint=hint)
        pairs = [(first, hint), *others]
        self.problems = tuple(f"{what}: {to_do}" if to_do else what for what, to_do in pairs)

    def lines(self, most: int = _MOST_PROBLEMS) -> tuple[str, ...]:
        """Return the first `most` problems, and a line that says how many more there are."""
        more = len(self.problems) - most
        return (*self.problems[:most], f"and {more:,} more") if more > 0 else self.problems


class NoAddress(LocalError):
    """An address source gave no address that may be published."""

    first_words = "No address"
    exit_status = 3


class ScriptFailed(DnsUpdateError):
    """A RouterOS script ended with an error that nothing in it caught.

    `exit_status` is that of the error which caused it, e.g. of an update that failed; 2 if the script itself is wrong.
    """

    exit_status = 2


class NotNow(DnsUpdateError):
    """A lack on this machine that may pass: no room, open files or memory, or a lock that is taken."""

    exit_status = 11

    @staticmethod
    def is_why(error: OSError) -> bool:
        """Return whether an error of the operating system reports such a lack."""
        return error.errno in _PASSING


_PASSING = (
    errno.EAGAIN, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ENOSPC,
)  # fmt: skip


def unusable_file(what: str, error: Exception, otherwise: str = "not a path", *, hint: str = "") -> UsageError | NotNow:
    """Return the error for a file that cannot be used: `what`, and the system's reason; `otherwise` if it has none."""
    if not isinstance(error, OSError):
        return UsageError(f"{what}: {otherwise}", hint=hint)
    kind = NotNow if NotNow.is_why(error) else UsageError
    return kind(f"{what}: {error.strerror}", hint=hint)


class CommunicationError(DnsUpdateError):
    """No answer came, or none that can be trusted."""


class NoResponse(CommunicationError):
    """No answer came in time, or the network said that none will come.

    `reason` is the text without the numbers of tries and seconds. `may_have_arrived` says whether the server may have
    got the message anyway, and carried it out.
    """

    exit_status = 4
    _FIRST_WORDS = "No answer from"

    def __init__(  # noqa: PLR0913 - all but the text can be left out
        self,
        text: str,
        *,
        hint: str = "",
        endpoint: object = None,
        cause: str = "",
        reason: str = "",
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(text, hint=hint, endpoint=endpoint, cause=cause)
        self.reason = reason or text
        self.first_words = f"{self._FIRST_WORDS} {self.server}"
        self.may_have_arrived = may_have_arrived


class ServerNotTrusted(NoResponse):
    """TLS: the server's certificate or key is not what was expected, or it does not accept this client's certificate.

    Nothing was sent if it is about the server. If it is about the client, `may_have_arrived` says if a message was.
    """

    exit_status = 5
    _FIRST_WORDS = "TLS error at"


class ReplyNotTrusted(CommunicationError):
    """Only unsigned or wrongly signed answers came to a signed request (RFC 8945, section 5.3).

    `claimed_rcode` is the response code of such an answer, which anyone may have sent; None if there is no message.
    """

    first_words = "TSIG error: Reply not trusted"
    exit_status = 5

    def __init__(
        self, text: str, *, hint: str = "", endpoint: object = None, cause: str = "", claimed_rcode: int | None = None
    ) -> None:
        super().__init__(text, hint=hint, endpoint=endpoint, cause=cause)
        self.claimed_rcode = claimed_rcode


class KerberosError(CommunicationError):
    """No key could be negotiated with a server by GSS-TSIG (RFC 3645): no ticket, or the server does not accept it.

    Nothing was sent that changes anything. If the server said no, `rcode` is the response code of its answer to TKEY,
    and `tkey_error` the error in its TKEY record, 0 for none; `rcode` is None if the server was not asked, or agreed.
    """

    first_words = "Kerberos error"
    exit_status = 5
    rcode: int | None = None
    tkey_error = 0


class NotEverywhere(CommunicationError):
    """A change was made, but in the time given not every name server of the zone showed it.

    `lacking` are the host names of those that did not.
    """

    first_words = "Not on every name server"
    exit_status = 4

    def __init__(
        self, text: str, *, hint: str = "", endpoint: object = None, cause: str = "", lacking: tuple[str, ...] = ()
    ) -> None:
        super().__init__(text, hint=hint, endpoint=endpoint, cause=cause)
        self.lacking = lacking


class PartlyDone(DnsUpdateError):
    """A change of several zones was made in part only, and that part could not be undone."""

    first_words = "Partly done"
    exit_status = 10


class MalformedMessage(DnsUpdateError):
    """Bytes that are not a DNS message (RFC 1035, section 4); the sender's fault."""

    first_words = "Malformed message"
    exit_status = 9


class Refusal(DnsUpdateError):
    """The server answered and said no; `rcode` is its response code.

    A refusal that `is_final` is about what the zone holds: every other server of the zone would answer the same. One
    that is not `is_proven` has only our own signature (GSS-TSIG), and need not be the server's.
    """

    is_final = False
    is_proven = True

    def __init__(self, text: str, *, hint: str = "", endpoint: object = None, rcode: int = 0) -> None:
        super().__init__(text, hint=hint, endpoint=endpoint)
        self.rcode = rcode


class KeyRejected(Refusal):
    """The server does not accept the key; `tsig_error` is 16 (BADSIG), 17 (BADKEY) or 22 (BADTRUNC)."""

    first_words = "TSIG error: Server rejected"
    exit_status = 5

    def __init__(self, text: str, *, tsig_error: int, hint: str = "", endpoint: object = None, rcode: int = 0) -> None:
        super().__init__(text, hint=hint, endpoint=endpoint, rcode=rcode)
        self.tsig_error = tsig_error


class ClocksDiffer(Refusal):
    """The server's clock and ours are further apart than the fudge (RFC 8945, section 5.2.3): BADTIME."""

    first_words = "TSIG error: Server rejected"
    exit_status = 6
    tsig_error = 18


class PermissionDenied(Refusal):
    """REFUSED: the server knows the zone and will not let us change it."""

    first_words = "Permission denied"
    exit_status = 7


class ZoneNotFound(Refusal):
    """NOTAUTH without a TSIG error, an answer without authority, or a missing SOA record.

    `is_delegated` says that the name is below a delegation of the zone, whose data the server does not show. If the
    server has that zone itself, and so answers from it, `zone_below` is its name.
    """

    first_words = "Zone not found"
    exit_status = 8
    zone_below = ""

    def __init__(
        self, text: str, *, hint: str = "", endpoint: object = None, rcode: int = 0, is_delegated: bool = False
    ) -> None:
        super().__init__(text, hint=hint, endpoint=endpoint, rcode=rcode)
        self.is_delegated = is_delegated


class NameNotInZone(Refusal):
    """NOTZONE: a name in the update is outside the zone."""

    first_words = "Name not in zone"
    exit_status = 8
    is_final = True


class NameNotFound(Refusal):
    """NXDOMAIN or NXRRSET: a name or RRset that must exist does not."""

    first_words = "Name not found"
    exit_status = 8
    is_final = True


class NameExists(Refusal):
    """YXDOMAIN or YXRRSET: a name or RRset that must not exist does."""

    first_words = "Name exists"
    exit_status = 8
    is_final = True


class NotApplied(Refusal):
    """The server said NOERROR but does not have what was asked for; or its records show that it would not.

    `may_come` says that no obstacle is known, so the change may just be late: a secondary that forwards updates shows
    them only after its next transfer from the primary.
    """

    first_words = "Update not applied"
    exit_status = 8
    is_final = True

    def __init__(self, text: str, *, hint: str = "", endpoint: object = None, may_come: bool = False) -> None:
        super().__init__(text, hint=hint, endpoint=endpoint)
        self.may_come = may_come


class ServerFailure(Refusal):
    """SERVFAIL, FORMERR, NOTIMP or a response code that has no meaning for an update."""

    first_words = "Server failure"
    exit_status = 9
