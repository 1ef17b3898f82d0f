"""Every error that dns-update raises, as a tree by whose fault it is; each knows its first words and its exit status.

```
DnsUpdateError
├── LocalError              the caller's mistake, found before anything was sent
│   ├── UsageError          2  a wrong property, argument, name, number, record or key file
│   │   ├── InvalidText     2  a text that is not of the form that its kind demands
│   │   └── ConfigError     2  a configuration of the agent that is wrong
│   └── NoAddress           3  an address source gave no address that may be published
├── Silence                 nobody answered, or nobody who can be believed
│   ├── NoAnswer            4  no server answered in time, or the network said that none will
│   └── ReplyNotTrusted     5  only an unsigned or wrongly signed answer came to a signed request
├── MalformedMessage        9  bytes that are no DNS message; the sender's fault
└── Refusal                 the server answered and said no
    ├── KeyRejected         5  TSIG BADKEY, BADSIG or BADTRUNC
    ├── ClocksDiffer        6  TSIG BADTIME
    ├── PermissionDenied    7  REFUSED
    ├── ZoneNotFound        8  NOTAUTH without a TSIG error; no authority; no SOA record to be found
    ├── NameNotInZone       8  NOTZONE
    ├── NameNotFound        8  NXDOMAIN or NXRRSET
    ├── NameExists          8  YXDOMAIN or YXRRSET
    ├── NotApplied          8  NOERROR, and yet something else stands in the zone
    └── ServerFailure       9  SERVFAIL, FORMERR, NOTIMP and the rest
```

The leaves below Refusal are loaded when one is first asked for: most runs meet none.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns_update.errors.refusals import ClocksDiffer as ClocksDiffer
    from dns_update.errors.refusals import KeyRejected as KeyRejected
    from dns_update.errors.refusals import NameExists as NameExists
    from dns_update.errors.refusals import NameNotFound as NameNotFound
    from dns_update.errors.refusals import NameNotInZone as NameNotInZone
    from dns_update.errors.refusals import NotApplied as NotApplied
    from dns_update.errors.refusals import PermissionDenied as PermissionDenied
    from dns_update.errors.refusals import ServerFailure as ServerFailure
    from dns_update.errors.refusals import ZoneNotFound as ZoneNotFound

__all__ = [
    "ClocksDiffer",
    "ConfigError",
    "DnsUpdateError",
    "InvalidText",
    "KeyRejected",
    "LocalError",
    "MalformedMessage",
    "NameExists",
    "NameNotFound",
    "NameNotInZone",
    "NoAddress",
    "NoAnswer",
    "NotApplied",
    "PermissionDenied",
    "Refusal",
    "ReplyNotTrusted",
    "ServerFailure",
    "Silence",
    "UsageError",
    "ZoneNotFound",
    "quoted",
]

SOME_FAILED = 10  # the exit status where many things were tried and did not all fail alike; no one error has it
MAX_QUOTED = 60  # characters: enough to know a text again, and the error stays one line


def quoted(text: str) -> str:
    """Return what somebody wrote as an error shows it: in quotes, on one line, shortened."""
    return repr(text) if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]!r}..."


class DnsUpdateError(Exception):
    """The root of the tree; catch it to catch everything that this package raises on purpose.

    `text` says what happened, `hint` what to do next (it may be empty), `server` with whom it happened (it may be
    empty). `first_words` and `exit_status` belong to the class. Where several servers were tried, `failures` are those
    of the others. `notes` are sentences about the way there that the user should read.
    """

    first_words = ""
    exit_status = 1
    failures: tuple[DnsUpdateError, ...] = ()
    notes: tuple[str, ...] = ()

    def __init__(self, text: str, *, hint: str = "", server: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint
        self.server = server

    def __str__(self) -> str:
        return f"{self.first_words} {self.text}" if self.first_words else self.text

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[DnsUpdateError], args: tuple[object, ...], state: dict[str, object]) -> DnsUpdateError:
    """Return the error that was pickled or copied; not through `__init__`, for each class has one of its own."""
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

    Where it is one of several in a list, `place` tells which, from 0 on.
    """

    place: int | None = None


class ConfigError(UsageError):
    """A configuration that is wrong; its text is the first problem, and how many there are more.

    `problems` are all of them in the order of their lines, each one line that begins `FILE:LINE: `.
    """

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        """Take texts and hints, one pair at least."""
        (first, hint), *others = problems
        super().__init__(f"{first} (and {len(others)} more)" if others else first, hint=hint)
        pairs = [(first, hint), *others]
        self.problems = tuple(f"{what}: {to_do}" if to_do else what for what, to_do in pairs)


class NoAddress(LocalError):
    """An address source gave no address that may be published."""

    first_words = "No address:"
    exit_status = 3


class Silence(DnsUpdateError):
    """Nobody answered, or nobody who can be believed."""


class NoAnswer(Silence):
    """No answer came in time, or the network said that none will come.

    `may_have_arrived` tells whether the server may have got the message all the same, and done what it says.
    """

    exit_status = 4

    def __init__(self, text: str, *, hint: str = "", server: str = "", may_have_arrived: bool = False) -> None:
        super().__init__(text, hint=hint, server=server)
        self.first_words = f"No answer from {server}:"
        self.may_have_arrived = may_have_arrived


class ReplyNotTrusted(Silence):
    """Only unsigned or wrongly signed answers came to a signed request (RFC 8945, section 5.3)."""

    first_words = "TSIG error: Reply not trusted:"
    exit_status = 5


class MalformedMessage(DnsUpdateError):
    """Bytes that are no DNS message (RFC 1035, section 4); the fault of whoever sent them."""

    first_words = "Malformed message:"
    exit_status = 9


class Refusal(DnsUpdateError):
    """The server answered and said no; `rcode` is its response code.

    One that `is_final` speaks of what the zone holds: every other server of the zone would say the same.
    """

    is_final = False

    def __init__(self, text: str, *, hint: str = "", server: str = "", rcode: int = 0) -> None:
        super().__init__(text, hint=hint, server=server)
        self.rcode = rcode


def __getattr__(name: str) -> object:
    """Load a leaf below Refusal (PEP 562)."""
    if name not in __all__:  # what of it is not here is a leaf
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from dns_update.errors import refusals  # noqa: PLC0415 - only when a server has said no

    return getattr(refusals, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
