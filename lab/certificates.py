"""Certificates of an authority of the lab's own, made by openssl."""

import subprocess
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from lab.server import find_program

_DAYS = 30


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, as files in PEM."""

    certificate: Path
    key: Path

    @property
    def pin(self) -> str:
        """The Base64 of the SHA-256 of its public key, as `knsupdate --pin` takes it."""
        text = _openssl("x509", "-in", str(self.certificate), "-noout", "-pubkey")
        return b64encode(sha256(_openssl("pkey", "-pubin", "-outform", "DER", given=text)).digest()).decode()


@dataclass(frozen=True)
class Authority:
    """An authority, whose files are in a directory that must exist."""

    directory: Path

    @cached_property
    def root(self) -> Certificate:
        """Its own certificate."""
        made = self._files("ca")
        extensions = ("-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign")
        _openssl("req", "-x509", *_new(made), "-out", str(made.certificate), "-subj", "/CN=lab authority", *extensions)
        return made

    def certificate(
        self,
        name: str,
        alternatives: str = "DNS:{name},IP:127.0.0.1",
        *,
        expired: bool = False,
        usage: str = "serverAuth",
    ) -> Certificate:
        """Return a certificate for a host; without `alternatives`, only its subject has the name.

        `usage` is `serverAuth` or `clientAuth`.
        """
        made, root = self._files(name), self.root
        request = _openssl("req", *_new(made), "-subj", f"/CN={name}")
        extensions = self.directory / f"{name}.ext"
        names = f"subjectAltName={alternatives.format(name=name)}\n" if alternatives else ""
        extensions.write_text(f"{names}extendedKeyUsage={usage}\n", encoding="ascii")
        signed = _openssl(
            "x509", "-req", "-CA", str(root.certificate), "-CAkey", str(root.key), "-CAcreateserial",
            "-days", str(_DAYS), "-extfile", str(extensions), given=request,
            through=["faketime", f"{2 * _DAYS} days ago"] if expired else [],
        )  # fmt: skip
        made.certificate.write_bytes(signed)
        return made

    def _files(self, name: str) -> Certificate:
        return Certificate(self.directory / f"{name}.pem", self.directory / f"{name}.key")


def _new(made: Certificate) -> tuple[str, ...]:
    """Return the options that make a private key without a password."""
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(made.key))


def _openssl(*words: str, given: bytes = b"", through: Sequence[str] = ()) -> bytes:
    command = [*through, find_program("openssl", "openssl"), *words]
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout
