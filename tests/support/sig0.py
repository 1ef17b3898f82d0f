"""A BIND that has the KEY records of some key pairs for SIG(0)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.bind import Bind
from lab.pairs import CHECKS_SIG0, KEYGEN, Pair, keygen
from lab.port import IPV4, Port
from lab.versions import version
from lab.zone import Zone


def with_text(pair: Pair, directory: Path, *, key: str | None = None, private: str | None = None) -> Pair:
    """Return a copy of a pair with other texts."""
    copy = Pair(directory / pair.key.name, directory / pair.private.name)
    copy.key.write_text(pair.key.read_text("ascii") if key is None else key, "ascii")
    copy.private.touch(0o600)
    copy.private.write_text(pair.private.read_text("ascii") if private is None else private, "ascii")
    return copy


@dataclass(frozen=True)
class Sig0Bind:
    """A running server, the pairs whose KEY records it has, by algorithm, and one that it does not know."""

    server: Bind
    tls_port: int
    pairs: Mapping[str, Pair]
    unknown: Pair
    impostor: Pair
    """Of the same name as that of ed25519, with another private key."""

    @property
    def pair(self) -> Pair:
        """The pair of ed25519, which may change everything in example.com."""
        return self.pairs["ed25519"]

    @property
    def where(self) -> list[str]:
        """The server and the zone, for a command."""
        return [f"dns-server={self.server.host}:{self.server.port}", "zone=example.com"]


@contextmanager
def sig0_bind(directory: Path, clock_offset: str | None = None) -> Iterator[Sig0Bind]:
    """Start a server with its default quota: it verifies one message at a time.

    Each key may change all of example.com, in narrow.example only A at `mine`, and everybody all of
    open.example: there, the signature does not matter to BIND 9.18.
    """
    pairs = {algorithm: keygen(directory, f"{algorithm}.keys.example", algorithm) for algorithm in KEYGEN}
    names = [f"{algorithm}.keys.example" for algorithm in KEYGEN]
    records = "\n".join(pair.record for pair in pairs.values())
    whole = " ".join(f"grant {name} zonesub ANY;" for name in names)
    narrow = " ".join(f"grant {name} name mine.narrow.example A;" for name in names)
    zones = [
        Zone("keys.example", records=records, policy="update-policy { deny * zonesub; };"),
        Zone("example.com", policy=f"update-policy {{ {whole} }};"),
        Zone("open.example", policy="allow-update { any; };"),
        Zone("narrow.example", policy=f"update-policy {{ {narrow} }};"),
    ]
    port = Port.claim_any()
    listens = f"listen-on port {port.number} tls ephemeral {{ {IPV4}; }};"
    unknown = keygen(directory, "unknown.keys.example")
    impostor = keygen(directory / "impostor", "ed25519.keys.example")
    try:
        with Bind(directory / "server", zones=zones, options=listens, clock_offset=clock_offset) as server:
            yield Sig0Bind(server, port.number, pairs, unknown, impostor)
    finally:
        port.release()


def checks_sig0() -> bool:
    """Return whether this machine's named checks SIG(0)."""
    return version("named") >= CHECKS_SIG0
