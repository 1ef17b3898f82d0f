"""Rdata in the form of nsupdate's lines, of every type, in several classes; the first two octets choose both."""

from dns_update.rr.bind_line import rdata_from_fields
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_to_text
from dns_update.wire.codes import RR_TYPES, RRClass
from fuzz.expect import expect, text_of

_TYPES = tuple(RR_TYPES.values())
_CLASSES = (RRClass.IN, RRClass.IN, RRClass.IN, RRClass.CH, RRClass.HS, RRClass.NONE)
_MOST = 65535  # octets: what the length before rdata can say


def _seed(mnemonic: str, text: str) -> bytes:
    return bytes([_TYPES.index(RR_TYPES[mnemonic]), 0]) + text.encode("utf-8", "surrogateescape")


SEEDS = (
    _seed("A", "192.0.2.1"),
    _seed("A", "\\# 4 c0000201"),
    _seed("TXT", 'one "two \\"three\\" \\200" \udcff'),
    _seed("CNAME", "a\\.b\\032c.\udcff.example"),
    _seed("SOA", "ns.example. admin.example. 1 1h 2w3d 604800 5m"),
    _seed("MX", "10 mail.example."),
    _seed("CAA", '0 issue "ca.example; a=\\195"'),
    _seed("NAPTR", '100 10 "u" "E2U+sip" "!^(a|b[^]-c[:alpha:]]{2,3})*$!sip:\\\\1@example!i" .'),
    _seed("URI", '10 1 "https://example.com/"'),
    _seed("DOA", '1 2 3 "text/plain; x" AQID'),
    _seed("NXT", "a.b A 5 SIG"),
    _seed("A6", "64 ::1 a.b"),
    _seed("ATMA", "39.246f.00"),
    _seed("SINK", "8 0 2 AQID"),
    _seed("LOC", "52 22 23.001 N 4 53 32.5 W -2.00m 0.01m 90000000m 10m"),
    _seed("DS", "1 RSASHA256 SHA-256 " + "ab" * 32),
    _seed("DNSKEY", "ZONE|KSK DNSSEC ED25519 AQID"),
    _seed("KEY", "0xc000 3 8"),
    _seed("RRSIG", "A 8 2 300 20300229000000 1577836800 1 example.com. AAAA"),
    _seed("SIG", "A 8 2 300 20300228235960 20200101000000 1 example.com. AAAA"),
    _seed("NSEC", "b.example. A MX TYPE1234"),
    _seed("NSEC3", "SHA-1 0 10 aabb 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR A"),
    _seed("NSEC3PARAM", "1 0 0 -"),
    _seed("ZONEMD", "1 1 240 " + "ab" * 12),
    _seed("TLSA", "3 1 1 ab cd"),
    _seed("SSHFP", "4 2 " + "ab" * 32),
    _seed("CERT", "PKIX 1 RSASHA256 AQID"),
    _seed("EUI64", "0-1-2-3-4-5-6-ff"),
    _seed("L64", "10 2001:db8:1:0"),
    _seed("APL", "1:192.0.2.0/24 !2:2001:db8::/32"),
    _seed("HIP", "2 2001 AQID a.b c.d"),
    _seed("IPSECKEY", "10 3 2 a.b AQID"),
    _seed("AMTRELAY", "10 1 2 2001:db8::1"),
    _seed("NSAP", "0x47.0005"),
    _seed("WKS", "192.0.2.1 TCP smtp 80"),
    _seed("X25", "311061700956"),
    _seed("SVCB", '1 a. mandatory=alpn,port alpn="f\\\\\\\\oo\\\\,bar,h2" port=1 ech=AAT+DQAA dohpath=/q{?dns,x:3}'),
    _seed("HTTPS", "1 . ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=::1 no-default-alpn key667=\\200 key1=\\002h2"),
)


def check(data: bytes) -> None:
    """Read rdata from the text after the first two octets; write the result as text."""
    rrtype = _TYPES[(data[0] if data else 0) % len(_TYPES)]
    rrclass = _CLASSES[(data[1] if len(data) > 1 else 0) % len(_CLASSES)]
    rdata = rdata_from_fields(rrtype, text_of(data[2:]).replace("\n", " "), rrclass)
    expect("rdata fits into a record", holds=len(rdata) <= _MOST)
    rdata_to_text(rrtype, rdata, rrclass)
    canonical = canonical_rdata(rrtype, rdata, rrclass)
    expect("the canonical form has as many octets", holds=len(canonical) == len(rdata))
