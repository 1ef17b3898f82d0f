"""A server as the stories of the table see it: one way to it, by a transport and a signature, and its zones."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dns_update import Client, Key, Policy, TlsSettings
from lab.key import LabKey
from lab.server import NameServer

ZONE, CLOSED, NARROW, OPEN = "example.com", "closed.example", "narrow.example", "open.example"
"""A zone that the key may change; that it may not; of which it may change one name; that needs no key."""
KEYS = "keys.example"  # the zone of the KEY records


@dataclass(frozen=True)
class Site:
    """One way to a server."""

    server: NameServer
    key: Key | None
    transport: str = "udp"
    port: int = 0
    tls: TlsSettings | None = None
    zone: str = ZONE

    @cached_property
    def client(self) -> Client:
        """A client that goes this way."""
        return self._client(self.key)

    def with_unknown_key(self) -> Client:
        """Return a client whose key the server does not know."""
        return self._client(_key(LabKey.generate("unknown")))

    def with_wrong_secret(self) -> Client:
        """Return a client that has another secret for the key."""
        assert self.key is not None  # noqa: S101 - only asked of sites with a key
        return self._client(_key(LabKey.generate(str(self.key.name))))

    def _client(self, key: Key | None) -> Client:
        policy = Policy(timeout=5.0, transport=self.transport, tls=self.tls)  # type: ignore[arg-type]
        return Client(self.server.host, port=self.port or self.server.port, key=key, policy=policy)


@dataclass(frozen=True)
class Program:
    """A running server: its name and version, and the ways that lead to it."""

    name: str
    version: str
    plain: Site
    transports: Mapping[str, Site] = field(default_factory=dict)
    signatures: Mapping[str, Site] = field(default_factory=dict)


def _key(key: LabKey) -> Key:
    return Key(key.name, base64.b64decode(key.secret), key.algorithm)
