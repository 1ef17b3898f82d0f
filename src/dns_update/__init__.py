"""dns-update: keep names in DNS zones pointing at the right addresses, by signed RFC 2136 updates.

What is named here is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth import Key as Key
    from dns_update.client import Client as Client
    from dns_update.client.requests import Outcome as Outcome
    from dns_update.errors import DnsUpdateError as DnsUpdateError
    from dns_update.update import Update as Update

_HOMES = {
    "Client": "dns_update.client",
    "DnsUpdateError": "dns_update.errors",
    "Key": "dns_update.auth",
    "Outcome": "dns_update.client.requests",
    "Update": "dns_update.update",
}


def __getattr__(name: str) -> object:
    """Load a public name from its home (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only when a name is asked for

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
