"""What a transport knows of the servers that it speaks TLS or QUIC with: their names, sessions to resume."""

from __future__ import annotations

import os

from dns_update.auth.tls_settings import TlsSettings
from dns_update.errors import UsageError
from dns_update.exchange import QUIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from dns_update.exchange import TransportName
    from dns_update.transport import Endpoint
    from dns_update.transport.quic import QuicClient, QuicLink
    from dns_update.transport.tls import TlsClient, TlsConnection

    C = TypeVar("C", TlsClient, QuicClient)

_DEFAULT = TlsSettings()


class TlsPeers:
    """Makes the encrypting layers of connections; nothing of TLS or QUIC is loaded before the first one."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._names: dict[str, str] = {}  # of hosts, by their addresses
        self._clients: dict[tuple[type, TlsSettings], tuple[tuple[int, ...], object]] = {}

    def resolved(self, host: str, addresses: Iterable[str]) -> None:
        """Record the addresses of a host: the certificate at one of them must be for this name."""
        self._names.update(dict.fromkeys(addresses, host))

    def connection(self, endpoint: Endpoint, settings: TlsSettings | None) -> TlsConnection:
        """Return the TLS layer of a connection to a server; raises UsageError for files that cannot be used."""
        return self._of_tls(settings).connection(endpoint, self._names.get(endpoint.address))

    def link(self, endpoint: Endpoint, settings: TlsSettings | None, now: float) -> QuicLink:
        """Return a connection to a server by QUIC; raises UsageError as `connection` does.

        It also raises it if the library for QUIC is not installed.
        """
        return self._of_quic(settings).link(endpoint, self._names.get(endpoint.address), now)

    def prepare(self, transport: TransportName, settings: TlsSettings) -> None:
        """Read the files of the settings for a transport, `tls` or `quic`; raises UsageError as `link` does."""
        if transport == QUIC:
            self._of_quic(settings)
        else:
            self._of_tls(settings)

    def _of_tls(self, settings: TlsSettings | None) -> TlsClient:
        from dns_update.transport.tls import TlsClient  # with OpenSSL

        return self._prepared(TlsClient, settings or _DEFAULT)

    def _of_quic(self, settings: TlsSettings | None) -> QuicClient:
        from dns_update.transport.quic import QuicClient  # with aioquic

        return self._prepared(QuicClient, settings or _DEFAULT)

    def _prepared(self, kind: type[C], settings: TlsSettings) -> C:
        """Return what all connections with these settings have in common; raises UsageError as `connection` does."""
        stamp = _stamp(settings)
        known = self._clients.get((kind, settings))
        if known is not None and known[0] == stamp and isinstance(known[1], kind):
            return known[1]
        try:
            client = kind(settings)
        except UsageError:
            if known is None or not isinstance(known[1], kind):
                raise
            return known[1]  # a file is just being replaced
        self._clients[kind, settings] = stamp, client
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
