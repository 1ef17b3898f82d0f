"""Findings about the private keys with which named signs the changes of a signed zone."""

from __future__ import annotations

import os
from pathlib import Path

from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.finding import Findings
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.server_user import READ, Identity
from dns_update.wire.name import Name

_ALGORITHM_AT = 3  # after the flags and the protocol (RFC 4034, section 2.1)
_LEAST_OCTETS = 4


def examine_private_keys(
    found: Findings,
    intended: IntendedUpdate,
    statement: Statement,
    directory: Path,
    user: Identity | None,
) -> None:
    """Add which DNSKEY records have no private key in a directory; `statement` is what says that it is that one.

    Without any of them, named cannot sign a change. Some may be elsewhere: a key that signs keys is often kept offline.
    """
    if not directory.is_absolute() or not os.access(directory, os.R_OK | os.X_OK):
        return
    names = [file_name(intended.zone, each) for each in intended.dnskeys if len(each) >= _LEAST_OCTETS]
    missing = [name for name in names if not (directory / name).exists()]
    there = [directory / name for name in names if name not in missing]
    common = {"directory": str(directory), "files": ", ".join(missing)}
    if not there:
        found.fault("private-keys-missing", statement.place, **common)
    elif user is not None and all(user.lacks(file, READ) for file in there):
        found.fault("private-keys-unreadable", statement.place, user=user.name, **common)
    elif missing:
        found.remark("private-keys-elsewhere", statement.place, **common)


def file_name(zone: Name, rdata: bytes) -> str:
    """Return the name that BIND's tools give to the file of a private key, e.g. Kexample.com.+013+00042.private."""
    name = str(zone).rstrip(".").lower()
    return f"K{name}.+{rdata[_ALGORITHM_AT]:03}+{key_tag(rdata):05}.private"


def key_tag(rdata: bytes) -> int:
    """Return the key tag of a DNSKEY record (RFC 4034, appendix B); the older one of RSA/MD5 is not used any more."""
    total = sum(octet << 8 if index % 2 == 0 else octet for index, octet in enumerate(rdata))
    return (total + (total >> 16)) & 0xFFFF
