"""Key pairs for SIG(0), as dnssec-keygen makes them."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.server import find_program

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
