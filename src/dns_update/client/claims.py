"""Claims: TXT records by which several agents share a name. Pure.

Each agent lists in one which addresses it has published:

    dns-update owner=router-1 203.0.113.45 2001:db8::1
"""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.client.lookup import Records
from dns_update.errors import InvalidText
from dns_update.rr.record import rdata_from_text
from dns_update.value import Value
from dns_update.wire.codes import RRType
from dns_update.wire.inet import format_address, parse_address

_CLAIM = "dns-update owner="


class Claim(Value):
    """The addresses that an owner says it has published."""

    owner: str
    addresses: frozenset[bytes]

    def to_rdata(self) -> bytes:
        """Return the rdata of the claim's TXT record."""
        words = [f"{_CLAIM}{self.owner}", *map(format_address, sorted(self.addresses, key=lambda a: (len(a), a)))]
        return rdata_from_text(RRType.TXT, " ".join(words))


def claims_in(texts: Iterable[bytes]) -> list[tuple[bytes, Claim]]:
    """Return the claims among the rdata of TXT records, each with its rdata."""
    return [(text, claim) for text in texts if (claim := _claim_of(text)) is not None]


def is_shared(records: Records, owner: str) -> bool:
    """Return whether another owner than this one has a claim among the records."""
    return any(claim.owner != owner for _rdata, claim in claims_in(r.rdata for r in records if r.rrtype == RRType.TXT))


def _claim_of(rdata: bytes) -> Claim | None:
    """Return what the rdata of a TXT record claims; None if it is not a claim."""
    text = _joined_strings(rdata)
    if not text.startswith(_CLAIM):
        return None
    owner, *words = text.removeprefix(_CLAIM).split(" ")
    try:
        return Claim(owner, frozenset(map(parse_address, words)))
    except InvalidText:
        return None


def _joined_strings(rdata: bytes) -> str:
    parts = []
    position = 0
    while position < len(rdata):
        end = position + 1 + rdata[position]
        parts.append(rdata[position + 1 : end])
        position = end
    return b"".join(parts).decode(errors="replace")
