"""A key pair for SIG(0) as text: BIND's two files, the KEY record for a zone, and what else named.conf needs."""

from __future__ import annotations

import binascii
from collections.abc import Mapping

from dns_update.auth.sig0 import PairKey
from dns_update.keys.assignment import Assignment, Piece
from dns_update.keys.bind import grant_lines

_TTL = 3600  # seconds, of the KEY record: no client looks it up
HOST = 512  # the flag of a host's key (RFC 2535, section 3.1.2), as dnssec-keygen -n HOST sets it
DNSSEC = 3  # the protocol (section 3.1.3)
_QUOTA = "sig0checks-quota 10;\n"  # more than there are machines that send at a time


def rdata_of(number: int, public: bytes) -> bytes:
    """Return the rdata of the KEY record of a public key, by the number of its algorithm."""
    return HOST.to_bytes(2) + bytes((DNSSEC, number)) + public


def stem_of(key: PairKey) -> str:
    """Return what the names of both files have in common, e.g. `Khome.example.com.+015+12345`."""
    return f"K{str(key.name).lower()}.+{key.number:03}+{key.tag:05}"


def record_of(key: PairKey, ttl: int | None = None) -> str:
    """Return the KEY record, for a zone or the `.key` file."""
    flags, public = int.from_bytes(key.rdata[:2]), binascii.b2a_base64(key.rdata[4:], newline=False).decode()
    shown = "" if ttl is None else f"{ttl} "
    return f"{key.name}. {shown}IN KEY {flags} {key.rdata[2]} {key.number} {public}\n"


def private_text(key: PairKey, fields: Mapping[str, bytes], made: str) -> str:
    """Return the text of the `.private` file; `made` is the time as `20261130120000`, in UTC."""
    lines = [f"{name}: {binascii.b2a_base64(octets, newline=False).decode()}" for name, octets in fields.items()]
    times = [f"{what}: {made}" for what in ("Created", "Publish", "Activate")]
    head = ("Private-key-format: v1.3", f"Algorithm: {key.number} ({key.algorithm.text.upper()})")
    return "".join(f"{line}\n" for line in (*head, *lines, *times))


def pieces_for(assignment: Assignment, key: PairKey) -> tuple[Piece, ...]:
    """Return what BIND needs: the KEY record in a zone, and the rules of the zone that is updated."""
    grants = "".join(f"    {line}\n" for line in grant_lines(assignment))
    return (
        Piece(f"the zone that holds {key.name}; it may be any zone of the server", record_of(key, _TTL)),
        Piece(f'named.conf, in the block of zone "{assignment.zone}"', f"update-policy {{\n{grants}}};\n"),
        Piece("named.conf, in options: by default, BIND verifies one message at a time, and refuses others", _QUOTA),
    )
