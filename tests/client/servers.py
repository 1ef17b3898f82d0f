"""A Client for a lab server."""

import base64

from dns_update.auth import Key
from dns_update.client import Client
from dns_update.exchange import Policy
from lab import LabKey, NameServer


def key_of(key: LabKey) -> Key:
    return Key(key.name, base64.b64decode(key.secret), key.algorithm)


def client_of(server: NameServer, *addresses: str, policy: Policy | None = None) -> Client:
    """Return a client with the server's first key, for these addresses if given, instead of the server's own."""
    own = f"{server.host}:{server.port}"
    return Client(*(addresses or (own,)), key=key_of(server.keys[0]), policy=policy)
