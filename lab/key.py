"""A TSIG key for one lab."""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class LabKey:
    """A key's name, its algorithm as BIND spells it ("hmac-sha256"), and its secret in Base64."""

    name: str
    algorithm: str
    secret: str = field(repr=False)

    @classmethod
    def generate(cls, name: str = "ddns-key", algorithm: str = "hmac-sha256") -> Self:
        """Make a random secret, as long as the algorithm's digest."""
        digest = hashlib.new(algorithm.split("-")[1])
        return cls(name, algorithm, base64.b64encode(secrets.token_bytes(digest.digest_size)).decode())

    def bind_clause(self) -> str:
        """Return the key as named.conf, nsupdate -k and dig -k read it."""
        return f'key "{self.name}" {{ algorithm {self.algorithm}; secret "{self.secret}"; }};\n'

    def write(self, path: Path) -> Path:
        """Write the clause to a file that only its owner reads; return the path."""
        return write_private(path, self.bind_clause())


def write_private(path: Path, text: str) -> Path:
    """Write a file with mode 0600, set before the text is written; return the path."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
    return path
