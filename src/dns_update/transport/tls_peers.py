"""What a transport knows of the servers that it speaks TLS with: names that were resolved, sessions to resume."""

from __future__ import annotations

from dns_update.auth.tls_settings import TlsSettings

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
        self._clients: dict[TlsSettings, TlsClient] = {}

    def resolved(self, host: str, addresses: Iterable[str]) -> None:
        """Record the addresses of a host: the certificate at one of them must be for this name."""
        self._names.update(dict.fromkeys(addresses, host))

    def connection(self, endpoint: Endpoint, settings: TlsSettings | None) -> TlsConnection:
        """Return the TLS layer of a connection to a server; raises UsageError for files that cannot be used."""
        return self.prepared(settings or _DEFAULT).connection(endpoint, self._names.get(endpoint.address))

    def prepared(self, settings: TlsSettings) -> TlsClient:
        """Return what all connections with these settings have in common; raises UsageError as `connection` does."""
        client = self._clients.get(settings)
        if client is None:
            from dns_update.transport.tls import TlsClient  # with `ssl`, 21 ms

            client = self._clients[settings] = TlsClient(settings)
        return client
