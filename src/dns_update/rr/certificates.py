"""Rdata that binds certificates, keys and fingerprints to names: CERT, OPENPGPKEY, SSHFP."""

from __future__ import annotations

from dns_update.rr.field_kinds import BASE64, U8, U16, Field, need, number_field, rest
from dns_update.rr.keys import algorithm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.rr.scanner import Scanner
    from dns_update.wire.cursor import Cursor

_U8 = 0xFF

_CERTIFICATES = {
    "PKIX": 1, "SPKI": 2, "PGP": 3, "IPKIX": 4, "ISPKI": 5, "IPGP": 6, "ACPKIX": 7, "IACPKIX": 8, "URI": 253,
    "OID": 254,
}  # fmt: skip
_FINGERPRINT_OCTETS = {1: 20, 2: 32}  # by kind; other kinds may have any number


def _fingerprint(fields: Scanner) -> bytes:
    """Read the kind of an SSHFP record's fingerprint, and as many octets as it has (RFC 4255; RFC 6594)."""
    kind = fields.number(_U8)
    if kind not in _FINGERPRINT_OCTETS and fields.is_at_end:
        return kind.to_bytes(1)
    return kind.to_bytes(1) + fields.hex(_FINGERPRINT_OCTETS.get(kind))


def _fingerprint_text(cursor: Cursor) -> str:
    kind, octets = cursor.u8(), rest(cursor)
    need(holds=len(octets) == _FINGERPRINT_OCTETS.get(kind, len(octets)), what=f"a fingerprint of {len(octets)} octets")
    return f"{kind} {octets.hex()}".rstrip()


LAYOUTS = {
    "CERT": (number_field(2, _CERTIFICATES), U16, Field(algorithm, U8.to_text), BASE64),
    "OPENPGPKEY": (BASE64,),
    "SSHFP": (U8, Field(_fingerprint, _fingerprint_text)),
}
