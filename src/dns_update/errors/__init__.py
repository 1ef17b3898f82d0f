"""Every error that dns-update raises, as a tree by whose fault it is; each knows its first words and its exit status.

```
DnsUpdateError
├── LocalError              the caller's mistake, found before anything was sent
│   ├── UsageError          2  a wrong property, argument, name, number, record or key file
│   │   ├── InvalidText     2  a text that does not have the form that its kind needs
│   │   └── ConfigError     2  a wrong configuration of the agent
│   └── NoAddress           3  an address source gave no address that may be published
├── ScriptFailed            2  a RouterOS script ended with an error; or the status of what failed in it
├── NotNow                 11  this machine lacks something for the moment: room, open files, memory, a lock
├── CommunicationError                 no answer came, or none that can be trusted
│   ├── NoResponse          4  no server answered in time, or the network said that none will
│   │   └── ServerNotTrusted 5  TLS: one side does not take the other for whom it should be
│   ├── KerberosError       5  no key could be negotiated by GSS-TSIG
│   ├── NotEverywhere       4  a change was made, and not every name server of the zone shows it in time
│   └── ReplyNotTrusted     5  only an unsigned or wrongly signed answer came to a signed request
├── PartlyDone             10  a change of several zones was made in part, and could not be undone
├── MalformedMessage        9  bytes that are not a DNS message; the sender's fault
└── Refusal                 the server answered and said no
    ├── KeyRejected         5  TSIG BADKEY, BADSIG or BADTRUNC
    ├── ClocksDiffer        6  TSIG BADTIME
    ├── PermissionDenied    7  REFUSED
    ├── ZoneNotFound        8  NOTAUTH without a TSIG error; no authority; no SOA record found
    ├── NameNotInZone       8  NOTZONE
    ├── NameNotFound        8  NXDOMAIN or NXRRSET
    ├── NameExists          8  YXDOMAIN or YXRRSET
    ├── NotApplied          8  NOERROR, but the zone has something else
    └── ServerFailure       9  SERVFAIL, FORMERR, NOTIMP and the rest
```

The classes are loaded when the first of them is used: most runs need none.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.errors import causes as causes
    from dns_update.errors.classes import *  # noqa: F403 - CLASSES
    from dns_update.errors.hints import Hint as Hint

CLASSES = (
    "ClocksDiffer", "CommunicationError", "ConfigError", "DnsUpdateError", "InvalidText", "KerberosError",
    "KeyRejected", "LocalError", "MalformedMessage", "NameExists", "NameNotFound", "NameNotInZone", "NoAddress",
    "NoResponse", "NotApplied", "NotEverywhere", "NotNow", "PartlyDone", "PermissionDenied", "Refusal",
    "ReplyNotTrusted", "ScriptFailed", "ServerFailure", "ServerNotTrusted", "UsageError", "ZoneNotFound",
)  # fmt: skip
__all__ = list(CLASSES)
__all__ += ["Hint", "causes", "one_line", "quoted"]

SOME_FAILED = 10  # the exit status if several things were tried and failed in different ways; no single error has it
MAX_QUOTED = 60  # characters: enough to recognise a text, and the error stays one line


def quoted(text: str) -> str:
    """Return a text of the user's as an error shows it: in quotes, on one line, shortened."""
    return repr(text) if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]!r}..."


def one_line(text: str) -> str:
    """Return a text as one line without control characters: a server may have sent any character."""
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text])


def __getattr__(name: str) -> object:
    """Load the classes, causes or hints when they are first used (PEP 562)."""
    from importlib import import_module  # only when something is wrong

    if name == "causes":
        return import_module(f"{__name__}.causes")
    if name == "Hint":
        return import_module(f"{__name__}.hints").Hint
    if name not in CLASSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    classes = import_module(f"{__name__}.classes")
    globals().update({each: getattr(classes, each) for each in CLASSES})
    return getattr(classes, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
