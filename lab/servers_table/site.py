"""A server as the stories of the table see it: one way to it, by a transport and a signature, and its zones."""

import base64
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from dns_update import Client, GssKey, GssSettings, Key, Policy, TlsSettings
from dns_update.auth.private_key import PrivateKey
from dns_update.auth.sig0 import PairKey
from lab.key import LabKey
from lab.server import NameServer

ZONE, CLOSED, NARROW, OPEN = "example.com", "closed.example", "narrow.example", "open.example"
"""A zone that the key may change; that it may not; of which it may change one name; that needs no key."""
SECONDARY = "secondary.example"
"""A zone that the server has from a primary which is down, and for which it forwards updates."""
TTL = 300
"""Seconds, of the records that the stories make."""
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
    secondary: str = SECONDARY
    timeout: float = 5.0
    """Seconds for each try."""
    patience: float = 5.0
    """Seconds to wait, once, for an answer about a zone that is not there, if the server may not give one."""

    @cached_property
    def client(self) -> Client:
        """A client that goes this way."""
        return self._client(self.key)

    @property
    def unencrypted(self) -> "dict[str, Site]":
        """The transports that each server has."""
        return {"udp": self, "tcp": replace(self, transport="tcp")}

    @property
    def unknown_key(self) -> Key:
        """A key that the server does not know."""
        if isinstance(self.key, PairKey):
            return PairKey(f"unknown.{KEYS}", self.key.secret, self.key.rdata)
        return key_of(LabKey.generate("unknown"))

    @property
    def wrong_secret(self) -> Key:
        """The key with another secret; with Kerberos, another password."""
        if isinstance(self.key, GssKey):
            another = GssSettings(principal=self.key.settings.principal, password="another")  # noqa: S106 - a wrong one
            return GssKey(another)
        if isinstance(self.key, PairKey):
            return PairKey(self.key.name, _another_private_key(self.key.number), self.key.rdata)
        return key_of(LabKey.generate(str(self._key.name), self._key.algorithm.text))

    @property
    def key_of_another_algorithm(self) -> Key:
        """The key with another algorithm, and the same secret."""
        another = next(each for each in ALGORITHMS if each != self._key.algorithm.text)
        return Key(self._key.name, self._key.secret, another)

    @property
    def own_context(self) -> Key:
        """The key, in a client that shares nothing with the others; with Kerberos, it negotiates for itself."""
        return GssKey(self.key.settings) if isinstance(self.key, GssKey) else self._key

    @property
    def _key(self) -> Key:
        assert self.key is not None  # noqa: S101 - only asked of sites with a key
        return self.key

    def with_key(self, key: Key | None) -> Client:
        """Return a client that goes this way with another key; like the others, it is to be closed."""
        return self._client(key)

    def by_stream(self) -> Client:
        """Return a client that goes this way, but by TCP if it is UDP."""
        return replace(self, transport="tcp" if self.transport == "udp" else self.transport).client

    def patient_for(self, seconds: float) -> Client:
        """Return a client that goes this way, and waits for so long, once."""
        return self._client(self.key, timeout=seconds, retries=0)

    def _client(self, key: Key | None, *, timeout: float | None = None, retries: int = 2) -> Client:
        policy = Policy(timeout=timeout or self.timeout, retries=retries, transport=self.transport, tls=self.tls)  # type: ignore[arg-type]
        return Client(self.server.host, port=self.port or self.server.port, key=key, policy=policy)


def has_secret(key: Key | None) -> bool:
    """Return whether a key is a secret that it shares with the server: neither a pair nor a ticket."""
    return key is not None and not isinstance(key, PairKey | GssKey)


@functools.cache
def _another_private_key(number: int) -> bytes:
    """Return the DER of a private key of an algorithm, which no server knows."""
    return PrivateKey.generate(number).der


@dataclass(frozen=True)
class Program:
    """A running server: its name and version, and the ways that lead to it.

    A way is a transport, with the usual key; a signature, over UDP; or both, as "tls gss".
    """

    name: str
    version: str
    plain: Site
    ways: Mapping[str, Site] = field(default_factory=dict)

    def reached(self, way: str) -> Site | None:
        """Return the site of a way; None if the server has not got it."""
        transport, _, signature = way.partition(" ")
        if not signature or transport not in self.ways or signature not in self.ways:
            return self.ways.get(way)
        over, signed = self.ways[transport], self.ways[signature]
        return replace(signed, transport=over.transport, port=over.port, tls=over.tls)
