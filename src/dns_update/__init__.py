"""dns-update: keep names in DNS zones pointing at the right addresses, by signed RFC 2136 updates.

```python
from dns_update import Client, Key, Update

with Client("192.0.2.1", key=Key.from_file("ddns.key")) as client:
    outcome = client.set("home.example.com", "203.0.113.45", ttl=300)
    client.send(Update("example.com").require_absent("new").add("new", 300, "TXT", "hello"))
```

A name is loaded when it is first used, so importing the package itself is fast.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth import Algorithm as Algorithm
    from dns_update.auth import Key as Key
    from dns_update.auth.gss import GssKey as GssKey
    from dns_update.auth.gss import GssSettings as GssSettings
    from dns_update.auth.tls_settings import TlsSettings as TlsSettings
    from dns_update.bulk import BulkOptions as BulkOptions
    from dns_update.bulk import BulkOutcome as BulkOutcome
    from dns_update.bulk import Wish as Wish
    from dns_update.client import Client as Client
    from dns_update.client.aio import AsyncClient as AsyncClient
    from dns_update.client.outcome import Outcome as Outcome
    from dns_update.errors.classes import *  # noqa: F403 - _ERRORS
    from dns_update.exchange import Policy as Policy
    from dns_update.rr.record import Record as Record
    from dns_update.transport import Endpoint as Endpoint
    from dns_update.transport import Server as Server
    from dns_update.transport.protocol import AsyncTransport as AsyncTransport
    from dns_update.transport.protocol import Transport as Transport
    from dns_update.update import Update as Update
    from dns_update.wire.name import Name as Name

_ERRORS = (  # as in `errors`, which is not loaded yet
    "ClocksDiffer", "CommunicationError", "ConfigError", "DnsUpdateError", "InvalidText", "KerberosError",
    "KeyRejected", "LocalError", "MalformedMessage", "NameExists", "NameNotFound", "NameNotInZone", "NoAddress",
    "NoResponse", "NotApplied", "NotEverywhere", "NotNow", "PartlyDone", "PermissionDenied", "Refusal",
    "ReplyNotTrusted", "ScriptFailed", "ServerFailure", "ServerNotTrusted", "UsageError", "ZoneNotFound",
)  # fmt: skip
_NAMES = {
    "auth": ("Algorithm", "Key"),
    "bulk": ("BulkOptions", "BulkOutcome", "Wish"),
    "client": ("Client",),
    "client.aio": ("AsyncClient",),
    "client.outcome": ("Outcome",),
    "errors": _ERRORS,
    "exchange": ("Policy",),
    "transport": ("Endpoint", "Server"),
    "transport.protocol": ("AsyncTransport", "Transport"),
    "auth.gss": ("GssKey", "GssSettings"),
    "auth.tls_settings": ("TlsSettings",),
    "update": ("Update",),
    "wire.name": ("Name",),
    "rr.record": ("Record",),
}
# What a request may need only later. A process that can open no more files could not load it then.
_WITH_CLIENTS = (
    *("errors.classes", "transport.failures", "client.reply_errors", "client.readback"),
    *("client.obstacles", "client.wildcards", "client.discovery"),
)
_HOMES = {name: home for home, names in _NAMES.items() for name in names}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    """Load a public name from its home (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # only when a name is asked for

    module = import_module(f"{__name__}.{home}")
    if name in ("Client", "AsyncClient"):
        for needed in _WITH_CLIENTS:
            import_module(f"{__name__}.{needed}")
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*_HOMES, "__version__"])
