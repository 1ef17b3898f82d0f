"""A server as the stories of the table see it: one way to it, by a transport and a signature, and its zones."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from dns_update import Client, GssKey, GssSettings, Key, Policy, TlsSettings
from lab.key import LabKey
from lab.server import NameServer

ZONE, CLOSED, NARROW, OPEN = "example.com", "closed.example", "narrow.example", "open.example"
"""A zone that the key may change; that it may not; of which it may change one name; that needs no key."""
ALGORITHMS = ("hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")
KEYS = "keys.example"  # the zone of the KEY records


def lab_keys() -> list[LabKey]:
    """Return a key for each algorithm; the first is that of most stories."""
    first = LabKey.generate("ddns-key", "hmac-sha256")
    return [first, *(LabKey.generate(f"key-{each}", each) for each in ALGORITHMS if each != first.algorithm)]


def key_of(key: LabKey) -> Key:
    """Return a key for a client."""
    return Key(key.name, base64.b64decode(key.secret), key.algorithm)


def by_ticket(principal: str, keytab: Path) -> GssKey:
    """Return what signs with the tickets of a principal."""
    return GssKey(GssSettings(principal=principal, keytab=str(keytab)))


@dataclass(frozen=True)
class Site:
    """One way to a server."""

    server: NameServer
    key: Key | None
    transport: str = "udp"
    port: int = 0
    tls: TlsSettings | None = None
    zone: str = ZONE
    closed: str = CLOSED
    narrow: str = NARROW

    @cached_property
    def client(self) -> Client:
        """A client that goes this way."""
        return self._client(self.key)

    @property
    def unencrypted(self) -> "dict[str, Site]":
        """The transports that each server has."""
        return {"udp": self, "tcp": replace(self, transport="tcp")}

    def with_unknown_key(self) -> Client:
        """Return a client whose key the server does not know."""
        return self._client(key_of(LabKey.generate("unknown")))

    def with_wrong_secret(self) -> Client:
        """Return a client that has another secret for the key; with Kerberos, another password."""
        assert self.key is not None  # noqa: S101 - only asked of sites with a key
        if isinstance(self.key, GssKey):
            another = GssSettings(principal=self.key.settings.principal, password="another")  # noqa: S106 - a wrong one
            return self._client(GssKey(another))
        return self._client(key_of(LabKey.generate(str(self.key.name))))

    def with_own_context(self) -> Client:
        """Return a client that shares nothing with the others; with Kerberos, it negotiates for itself."""
        return self._client(GssKey(self.key.settings) if isinstance(self.key, GssKey) else self.key)

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
