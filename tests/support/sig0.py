"""Key pairs for SIG(0), as dnssec-keygen makes them, and a BIND that has the KEY records of some."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.bind import Bind
from lab.port import IPV4, Port
from lab.server import find_program
from lab.versions import version
from lab.zone import Zone

CHECKS_SIG0 = (9, 20)
"""BIND 9.18 from 9.18.28 on ignores SIG(0), and has none of its options."""

KEYGEN = {
    "rsasha256": ("RSASHA256", "-b", "2048"),
    "rsasha512": ("RSASHA512", "-b", "2048"),
    "ecdsap256sha256": ("ECDSAP256SHA256",),
    "ecdsap384sha384": ("ECDSAP384SHA384",),
    "ed25519": ("ED25519",),
}


@dataclass(frozen=True)
class Pair:
    """The files of a pair."""

    key: Path
    private: Path

    @property
    def stem(self) -> Path:
        """What both paths have in common."""
        return self.key.with_suffix("")

    @property
    def tag(self) -> int:
        """The key tag that is in the name."""
        return int(self.key.stem.rpartition("+")[2])

    @property
    def record(self) -> str:
        """The KEY record."""
        return next(line for line in self.key.read_text("ascii").splitlines() if not line.startswith(";"))

    @property
    def given(self) -> str:
        """The pair as key-file= takes it."""
        return f"key-file={self.private}"

    @property
    def secrets(self) -> list[str]:
        """The texts that must be seen nowhere: the fields of the private key, without those that are public."""
        lines = [line.partition(": ") for line in self.private.read_text("ascii").splitlines()]
        public = ("Private-key-format", "Algorithm", "Modulus", "PublicExponent", "Created", "Publish", "Activate")
        return [value for name, _, value in lines if name not in public]


def keygen(directory: Path, name: str, algorithm: str = "ed25519") -> Pair:
    """Make a pair in a directory of its own."""
    own = directory / f"{name}-{algorithm}"
    own.mkdir(parents=True)
    words = [find_program("dnssec-keygen", "bind9-utils"), "-q", "-T", "KEY", "-n", "HOST", "-K", str(own)]
    done = subprocess.run([*words, "-a", *KEYGEN[algorithm], name], capture_output=True, text=True, check=True)
    stem = done.stdout.strip()
    return Pair(own / f"{stem}.key", own / f"{stem}.private")


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
