"""What dnspython reads as rdata, and rdata that it may accept or refuse."""

import dns.exception
import dns.rdata
from hypothesis import strategies as st

from dns_update.wire.name import Name


def by_dnspython(rrtype: int, rdata: bytes) -> dns.rdata.Rdata | None:
    """Return the rdata that dnspython reads; None if it refuses it, does not know the type, or followed pointers."""
    try:
        parsed = dns.rdata.from_wire(1, rrtype, rdata, 0, len(rdata))  # type: ignore[arg-type]
        text = parsed.to_text()
    except (dns.exception.DNSException, ValueError):
        return None
    return None if text.startswith("\\#") or parsed.to_wire() != rdata else parsed


_NAMES = st.lists(st.binary(min_size=1, max_size=8), max_size=4).map(lambda labels: Name(tuple(labels)).to_wire())
LIKE_RDATA = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda octets, names: octets + b"".join(names), st.binary(max_size=18), st.lists(_NAMES, max_size=2)),
    st.lists(st.binary(max_size=20), max_size=3).map(lambda parts: b"".join(b"%c%b" % (len(p), p) for p in parts)),
    st.builds(lambda names, octets: b"".join(names) + octets, st.lists(_NAMES, max_size=2), st.binary(max_size=20)),
)
