"""Each type's rdata: its text in both dialects, its octets, and its canonical form; dnspython is the oracle."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.rr.bind_line import rdata_from_fields
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_from_text, rdata_to_text
from dns_update.wire.codes import RR_TYPES, RRClass, RRType, is_zone_type, rrtype_from_text
from tests.rr.oracle import by_dnspython
from tests.rr.samples import SAMPLES

# What dnspython does not know, or writes differently.
_OTHERS_TEXTS = {
    "CERT": "PKIX 1 RSASHA256 AQID",
    "GPOS": "-32.6882 116.8652 10.0",
    "TKEY": "a.example. 1 2 3 17 AQID",
}

# The types whose names are in lower case in the canonical form (RFC 4034, section 6.2; RFC 6840, section 5.1).
_FOLDED = [
    "NS",
    "MD",
    "MF",
    "CNAME",
    "SOA",
    "MB",
    "MG",
    "MR",
    "PTR",
    "MINFO",
    "MX",
    "RP",
    "AFSDB",
    "RT",
    "SIG",
    "PX",
    "NXT",
    "NAPTR",
    "KX",
    "SRV",
    "DNAME",
    "A6",
    "RRSIG",
]

# The types with names that keep their case, since they are not on that list.
_KEPT = ["NSAP-PTR", "IPSECKEY", "NSEC", "HIP", "TALINK", "SVCB", "HTTPS", "DSYNC", "LP", "AMTRELAY"]


def _generic(rdata: bytes) -> str:
    return f"\\# {len(rdata)} {rdata.hex()}".rstrip()


@pytest.mark.parametrize("mnemonic", SAMPLES)
def test_what_is_printed_is_read_in_both_dialects(mnemonic: str) -> None:
    rrtype, text = RR_TYPES[mnemonic], SAMPLES[mnemonic]
    rdata = rdata_from_text(rrtype, text)
    assert rdata_to_text(rrtype, rdata) == text
    assert rdata_from_fields(rrtype, text) == rdata


@pytest.mark.parametrize("mnemonic", [mnemonic for mnemonic in SAMPLES if is_zone_type(RR_TYPES[mnemonic])])
def test_the_generic_form_of_what_is_printed_is_taken_in_both_dialects(mnemonic: str) -> None:
    rrtype = RR_TYPES[mnemonic]
    rdata = rdata_from_text(rrtype, SAMPLES[mnemonic])
    assert rdata_from_text(rrtype, _generic(rdata)) == rdata
    assert rdata_from_fields(rrtype, _generic(rdata)) == rdata


@pytest.mark.parametrize("mnemonic", SAMPLES)
def test_what_dnspython_prints_is_printed_the_same(mnemonic: str) -> None:
    rrtype, text = RR_TYPES[mnemonic], SAMPLES[mnemonic]
    theirs = by_dnspython(rrtype, rdata_from_text(rrtype, text))
    if theirs is not None:
        assert theirs.to_text(chunksize=0) == _OTHERS_TEXTS.get(mnemonic, text)


def test_dnspython_knows_most_of_them() -> None:
    # If it found nothing, the test above would prove little.
    known = [m for m, text in SAMPLES.items() if by_dnspython(RR_TYPES[m], rdata_from_text(RR_TYPES[m], text))]
    assert len(known) > len(SAMPLES) * 2 // 3


@pytest.mark.parametrize("mnemonic", [m for m, text in SAMPLES.items() if "example." in text and '"' not in text])
def test_names_are_folded_in_the_canonical_form_of_the_types_that_are_listed_alone(mnemonic: str) -> None:
    rrtype, text = RR_TYPES[mnemonic], SAMPLES[mnemonic]
    lower, upper = rdata_from_text(rrtype, text), rdata_from_text(rrtype, text.replace("example.", "EXAMPLE."))
    assert lower != upper
    assert canonical_rdata(rrtype, lower) == lower
    assert canonical_rdata(rrtype, upper) == (lower if mnemonic in _FOLDED else upper)
    assert mnemonic in (*_FOLDED, *_KEPT, "TKEY")


@pytest.mark.parametrize("mnemonic", [*_FOLDED, *_KEPT])
def test_the_canonical_form_of_every_type_with_names_is_dnspythons(mnemonic: str) -> None:
    rrtype = RR_TYPES[mnemonic]
    rdata = rdata_from_text(rrtype, SAMPLES[mnemonic].replace("example.", "EXAMPLE."))
    theirs = by_dnspython(rrtype, rdata)
    if theirs is not None:
        assert canonical_rdata(rrtype, rdata) == theirs.to_digestable()


def test_an_a6_record_without_a_prefix_has_no_name_to_fold() -> None:
    rdata = rdata_from_text(RR_TYPES["A6"], "0 2001:db8::4142")
    assert canonical_rdata(RR_TYPES["A6"], rdata) == rdata
    assert canonical_rdata(RR_TYPES["A6"], b"") == b""
    assert canonical_rdata(RR_TYPES["A6"], b"\xff\1A\0") == b"\xff\1A\0"


def test_a_chaosnet_address_is_compared_without_regard_to_case() -> None:
    rdata = rdata_from_text(RRType.A, "A.EXAMPLE. 17", RRClass.CH)
    assert canonical_rdata(RRType.A, rdata, RRClass.CH) == rdata_from_text(RRType.A, "a.example. 17", RRClass.CH)


def test_a_compressed_name_in_rdata_by_itself_is_malformed() -> None:
    rdata = b"\0\1\xc0\0"  # a pointer to the root label before it
    assert canonical_rdata(RRType.MX, rdata) == rdata
    assert rdata_to_text(RRType.MX, rdata) == r"\# 4 0001c000"
    with pytest.raises(InvalidText, match="not MX data"):
        rdata_from_text(RRType.MX, r"\# 4 0001c000")


_MUTATIONS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([0, 1, 2, 3, 63, 64, 0x80, 0xC0, 255])), max_size=2
)


@given(st.sampled_from(sorted(SAMPLES)), _MUTATIONS, st.integers(0, 200), st.binary(max_size=2))
def test_whatever_octets_are_printed_as_reads_as_these_octets(
    mnemonic: str, mutations: list[tuple[int, int]], kept: int, added: bytes
) -> None:
    rrtype = RR_TYPES[mnemonic]
    octets = bytearray(rdata_from_text(rrtype, SAMPLES[mnemonic]))
    for place, octet in mutations:
        octets[place % len(octets)] = octet
    rdata = bytes(octets[:kept]) + added
    text = rdata_to_text(rrtype, rdata)
    if text.startswith("\\#") or (
        mnemonic == "SVCB" and "ech" in text
    ):  # any ECH is printed, but only a valid one is read
        return
    assert rdata_from_text(rrtype, text) == rdata
    if is_zone_type(rrtype):
        assert rdata_from_text(rrtype, _generic(rdata)) == rdata


@pytest.mark.parametrize(
    ("mnemonic", "octets"),
    [
        ("AMTRELAY", "0a 04 61"),  # a relay of an unknown type
        ("APL", ""),
        ("APL", "0003 00 00"),  # an unknown family
        ("ATMA", "02 61"),  # an unknown format
        ("LOC", "01"),  # an unknown version
        ("KX", None),
    ],
)
def test_right_octets_without_a_text_are_printed_in_the_generic_form(mnemonic: str, octets: str | None) -> None:
    if octets is None:
        assert rdata_to_text(RR_TYPES[mnemonic], b"\0\1\0", RRClass.CH) == r"\# 3 000100"  # it exists only in class IN
        return
    rdata = bytes.fromhex(octets)
    assert rdata_to_text(RR_TYPES[mnemonic], rdata) == _generic(rdata)
    assert rdata_from_text(RR_TYPES[mnemonic], _generic(rdata)) == rdata


@pytest.mark.parametrize(
    ("mnemonic", "octets", "text"),
    [
        ("ATMA", "01 3132", "+12"),
        ("A6", "00" + "00" * 15 + "01", "0 ::1"),
        ("A6", "80 0161 00", "128 a."),
        ("AMTRELAY", "0a 80", "10 1 0 ."),
        ("AMTRELAY", "0a 01 c0000201", "10 0 1 192.0.2.1"),
        ("APL", "0001 00 00", "1:0.0.0.0/0"),
        ("CERT", "0009 0001 08 61", "9 1 8 YQ=="),
        ("DOA", "00000000 00000001 02 00", '0 1 2 "" -'),
        ("DSYNC", "003b 02 0035 00", "CDS 2 53 ."),
        ("IPSECKEY", "0a 00 02 61", "10 0 2 . YQ=="),
        ("IPSECKEY", "0a 02 02" + "00" * 16 + "61", "10 2 2 :: YQ=="),
        ("ISDN", "01 61", '"a"'),
        ("KEY", "c000 03 08", "49152 3 8"),
        ("LOC", "00 12 16 13 80000000 80000000 00989680", "0 0 0.000 N 0 0 0.000 E 0.00m"),
        ("LOC", "00 00 00 00 6cb02700 a69fb200 00000000",
         "90 0 0.000 S 180 0 0.000 E -100000.00m 0.00m 0.00m 0.00m"),
        ("NXT", "00", "."),
        ("SIG", "0001 08 00 00000000 ffffffff 00000000 0000 0161 00 61",
         "A 8 0 0 21060207062815 19700101000000 0 a. YQ=="),
        ("SINK", "08 00 02", "8 0 2"),
        ("SSHFP", "04 03", "4 3"),
        ("SVCB", "0000 00", "0 ."),
        ("SVCB", "0001 00 0006 0010" + "00" * 16 + "029b 0000", '1 . ipv6hint="::" key667'),
        ("SVCB", "0001 00 0005 0001 61", '1 . ech="YQ=="'),
        ("TKEY", "00 00000000 00000000 0000 0063 0000 0000", ". 0 0 0 99 0 0"),
        ("WKS", "c0000201 06", "192.0.2.1 6"),
    ],
)  # fmt: skip
def test_octets_of_less_usual_forms_are_printed(mnemonic: str, octets: str, text: str) -> None:
    assert rdata_to_text(RR_TYPES[mnemonic], bytes.fromhex(octets)) == text


@pytest.mark.parametrize(
    ("mnemonic", "octets"),
    [
        ("A", "c00002"), ("AAAA", "c0000201"), ("A6", ""), ("A6", "81 00"), ("A6", "7f 02 00"), ("A6", "40 0000"),
        ("AMTRELAY", "0a"), ("AMTRELAY", "0a 00 00"), ("AMTRELAY", "0a 01 c00002"), ("APL", "0001 21 00"),
        ("APL", "0001 20 02 0100"), ("APL", "0001 08 05 0101010101"), ("ATMA", "01"), ("ATMA", "01 61"),
        ("CAA", "00 00"), ("CAA", "00 01 2d"), ("CDS", "0000 00 00"), ("CERT", "0001 0001 08"), ("DHCID", ""),
        ("DNSKEY", "0100 03 08"), ("DNSKEY", "0100 03 fd 05"), ("DNSKEY", "0100 03 fe 03 06 01 80"),
        ("DOA", "00000000 00000001 02"), ("DS", "0001 08 01 ab"), ("EUI48", "0102030405"), ("GPOS", "00 00"),
        ("HIP", "00 02 0001 61"), ("HIP", "01 02 0000 61"), ("HIP", "01 02 0002 61 61"),
        ("IPSECKEY", "0a 04 02 61"), ("IPSECKEY", "0a 01 02 c0000201"), ("KEY", "c000 03 08 61"),
        ("L64", "000a 00"), ("LOC", "00 0a 16 13 80000000 80000000 00000000"),
        ("LOC", "00 05 16 13 80000000 80000000 00000000"), ("LOC", "00 a0 16 13 80000000 80000000 00000000"),
        ("LOC", "00 12 16 13 ffffffff 80000000 00000000"), ("NAPTR", "0000 0000 00 00 01 61 00"), ("NSAP", ""),
        ("NSEC", "00"), ("NSEC", "00 00 01 00"), ("NSEC", "00 00 00"), ("NSEC", "00 01 01 40 00 01 40"),
        ("NSEC", "00 00 21" + "01" * 33), ("NSEC3", "01 00 0000 00 01 61"), ("NSEC3", "02 00 0000 00 00"),
        ("NSEC3", "02 00 0000 00 28" + "61" * 40), ("NSEC3PARAM", "01 00 0000 01"), ("NXT", "00 80"), ("NXT", "00 00"),
        ("NXT", "00" + "01" * 17), ("OPENPGPKEY", ""), ("RKEY", "0001 03 08 61"),
        ("RRSIG", "0001 08 00 00000000 00000000 00000000 0000 0161 00 61"),
        ("RRSIG", "0001 fd 00 00000000 00000000 00000000 0000 00 05"), ("SINK", "08 00"), ("SSHFP", "04 01 00"),
        ("SVCB", "0001 00 0001 0000"), ("SVCB", "0001 00 0000 0002 0001"),
        ("SVCB", "0001 00 0003 0002 0001 0001 0003 026832"),
        ("TLSA", "03 01 01"), ("TXT", ""), ("URI", "0001 0001"), ("WKS", "c0000201 06 00"),
        ("WKS", "c0000201 06" + "01" * 8193), ("X25", "03 313233"), ("X25", "04 31323361"),
        ("ZONEMD", "00000001 01 03" + "00" * 11), ("ZONEMD", "00000001 01 01" + "00" * 12),
    ],
)  # fmt: skip
def test_octets_that_no_such_record_can_have_are_refused_in_the_generic_form(mnemonic: str, octets: str) -> None:
    rrtype, rdata = RR_TYPES[mnemonic], bytes.fromhex(octets)
    assert rdata_to_text(rrtype, rdata) == _generic(rdata)
    for read in (rdata_from_text, rdata_from_fields):
        with pytest.raises(InvalidText, match=f"these octets are not {mnemonic} data"):
            read(rrtype, _generic(rdata))


@pytest.mark.parametrize("mnemonic", ["OPT", "TSIG", "TKEY", "ANY", "AXFR", "TYPE0"])
def test_a_meta_type_has_no_generic_form(mnemonic: str) -> None:
    for read in (rdata_from_text, rdata_from_fields):
        with pytest.raises(InvalidText, match="meta type"):
            read(rrtype_from_text(mnemonic), r"\# 0")


@pytest.mark.parametrize(
    ("mnemonic", "hint"), [("TYPE65280", r"\# LENGTH HEX"), ("NULL", r"\# LENGTH HEX"), ("ANY", "")]
)
def test_a_type_without_a_text_says_how_its_data_is_written(mnemonic: str, hint: str) -> None:
    with pytest.raises(InvalidText, match="unknown class/type") as caught:
        rdata_from_text(rrtype_from_text(mnemonic), "x")
    assert hint in caught.value.hint
    assert bool(hint) == bool(caught.value.hint)


def test_no_type_needs_dnspython() -> None:
    code = """
import json
import sys
before = set(sys.modules)  # where coverage is measured, much is loaded by then
from dns_update.rr.bind_line import rdata_from_fields
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_from_text, rdata_to_text
from dns_update.wire.codes import RR_TYPES
for mnemonic, text in json.load(sys.stdin).items():
    rrtype = RR_TYPES[mnemonic]
    rdata = rdata_from_text(rrtype, text)
    assert rdata_from_fields(rrtype, text) == rdata
    assert rdata_to_text(rrtype, canonical_rdata(rrtype, rdata)) != ""
print(*set(sys.modules) - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(SAMPLES), capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "dns_update.rr.obsolete" in loaded
    assert not {name for name in loaded if name.partition(".")[0] == "dns"}
