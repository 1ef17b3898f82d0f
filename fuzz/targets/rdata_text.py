"""Rdata of every type: from text, and from any octets to text; the first octet chooses the type."""

from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_from_text, rdata_to_text
from dns_update.wire.codes import RR_TYPES, RRClass
from fuzz.expect import expect, text_of

_TYPES = tuple(RR_TYPES.values())


def _seed(mnemonic: str, text: str) -> bytes:
    return bytes([_TYPES.index(RR_TYPES[mnemonic])]) + text.encode()


SEEDS = (
    _seed("A", "192.0.2.1"),
    _seed("AAAA", "2001:db8::1"),
    _seed("AAAA", "::ffff:192.0.2.1"),
    _seed("TXT", '"one" two "th\\"ree"'),
    _seed("TXT", "v=DMARC1; p=none"),
    _seed("MX", "10 mail.example.com."),
    _seed("SRV", "0 5 5060 sip.example.com."),
    _seed("CAA", '0 issue "ca.example.net; account=1"'),
    _seed("CNAME", "a\\.b.example.com"),
    _seed("SVCB", "1 . alpn=h2,h3 port=443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 ech=AAAA key65000=x"),
    _seed("HTTPS", "0 www.example.com."),
    _seed("NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:a@example.com!" .'),
    _seed("SOA", "ns.example.com. admin.example.com. 1 3600 900 604800 300"),
    _seed("SSHFP", "4 2 " + "ab" * 32),
    _seed("TLSA", "3 1 1 " + "cd" * 32),
    _seed("LOC", "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m"),
    _seed("APL", "1:192.0.2.0/24 !2:2001:db8::/32"),
    _seed("CERT", "PKIX 1 8 AAAA"),
    _seed("DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
    _seed("RRSIG", "A 8 2 300 20300101000000 20200101000000 1 example.com. AAAA"),
    _seed("NSEC", "b.example.com. A MX RRSIG NSEC TYPE1234"),
    _seed("NSEC3PARAM", "1 0 12 aabbccdd"),
    _seed("HIP", "2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cI"),
    _seed("IPSECKEY", "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
    _seed("AMTRELAY", "10 0 1 203.0.113.15"),
    _seed("WKS", "192.0.2.1 tcp smtp http"),
    _seed("EUI48", "00-00-5e-00-53-2a"),
    _seed("GPOS", "-32.6882 116.8652 10.0"),
    _seed("URI", '10 1 "https://example.com/"'),
    _seed("NULL", "\\# 3 616263"),
    _seed("TSIG", "hmac-sha256. 1 300 0 1 0 0"),
    _seed("TKEY", "gss-tsig. 1 2 3 0 4 AAAA"),
)


def check(data: bytes) -> None:
    """Read rdata from the text after the first octet; then write the same octets, as rdata, to text."""
    rrtype = _TYPES[(data[0] if data else 0) % len(_TYPES)]
    text, octets = text_of(data[1:]), data[1:]
    rdata_to_text(rrtype, octets)
    canonical = canonical_rdata(rrtype, octets)
    expect("the canonical form of rdata is its own", holds=canonical_rdata(rrtype, canonical) == canonical)
    rdata_to_text(rrtype, octets, RRClass.CH)
    rdata_to_text(rrtype, rdata_from_text(rrtype, text))
