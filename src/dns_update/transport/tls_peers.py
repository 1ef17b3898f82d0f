"""What a transport knows of the servers that it speaks TLS with: names that were resolved, sessions to resume."""

from __future__ import annotations

import os

from dns_update.auth.tls_settings import TlsSettings
from dns_update.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns_update.transport import Endpoint
    from dns_update.transport.tls import TlsClient, TlsConnection

_DEFAULT = TlsSettings()


class TlsPeers:
    """Makes the TLS layers of connections; nothing of TLS is loaded before the first one."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._names: dict[str, str] = {}  # of hosts, by their addresses
        self._clients: dict[TlsSettings, tuple[tuple[int, ...], TlsClient]] = {}

    def resolved(self, host: str, addresses: Iterable[str]) -> None:
        """Record the addresses of a host: the certificate at one of them must be for this name."""
        self._names.update(dict.fromkeys(addresses, host))

    def connection(self, endpoint: Endpoint, settings: TlsSettings | None) -> TlsConnection:
        """Return the TLS layer of a connection to a server; raises UsageError for files that cannot be used."""
        return self.prepared(settings or _DEFAULT).connection(endpoint, self._names.get(endpoint.address))

    def prepared(self, settings: TlsSettings) -> TlsClient:
        """Return what all connections with these settings have in common; raises UsageError as `connection` does."""
        stamp = _stamp(settings)
        known = self._clients.get(settings)
        if known is not None and known[0] == stamp:
            return known[1]
        from dns_update.transport.tls import TlsClient  # with OpenSSL

        try:
            client = TlsClient(settings)
        except UsageError:
            if known is None:
                raise
            return known[1]  # a file is just being replaced
        self._clients[settings] = stamp, client
        return client


def _stamp(settings: TlsSettings) -> tuple[int, ...]:
    """Return what changes when a file of the settings is replaced: certificates are renewed while an agent runs."""
    stamp = []
    for path in (settings.ca, settings.certificate, settings.private_key):
        try:
            stamp.append(0 if path is None else os.stat(path).st_mtime_ns)  # noqa: PTH116 - pathlib costs 4 ms
        except (OSError, ValueError):
            stamp.append(-1)
    return tuple(stamp)
