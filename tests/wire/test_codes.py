import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.wire.codes import (
    META_TYPES,
    RR_TYPES,
    Rcode,
    is_zone_type,
    opcode_to_text,
    rcode_to_text,
    rrclass_from_text,
    rrclass_to_text,
    rrtype_from_text,
    rrtype_to_text,
    tsig_error_to_text,
)

WRONG = [
    "",
    "X",
    "TYPE",
    "TYPE-1",
    "TYPE65536",
    "TYPE99999",
    "TYPE1 ",
    " A",
    "TYPE\u0661",
    "TYPE1_0",
    "1",
]


@pytest.mark.parametrize(("text", "number"), [("A", 1), ("aaaa", 28), ("Srv", 33), ("TYPE1", 1), ("type65535", 65535)])
def test_a_type_is_read_by_mnemonic_or_number_in_any_case(text: str, number: int) -> None:
    assert rrtype_from_text(text) == number


@pytest.mark.parametrize(("text", "number"), [("IN", 1), ("ch", 3), ("None", 254), ("any", 255), ("CLASS4", 4)])
def test_a_class_is_read_by_mnemonic_or_number_in_any_case(text: str, number: int) -> None:
    assert rrclass_from_text(text) == number


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_type_is_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="unknown record type"):
        rrtype_from_text(text)


@pytest.mark.parametrize("text", [text.replace("TYPE", "CLASS") for text in WRONG])
def test_a_wrong_class_is_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="unknown class"):
        rrclass_from_text(text)


@pytest.mark.parametrize("text", ["\u0131n", "N\u017fEC", "cla\u017f\u017f1", "\uff21"])
def test_a_letter_that_only_becomes_ascii_in_upper_case_is_refused(text: str) -> None:
    with pytest.raises(InvalidText):
        rrtype_from_text(text)
    with pytest.raises(InvalidText):
        rrclass_from_text(text)


def test_every_type_reads_back_from_its_text() -> None:
    assert all(rrtype_from_text(rrtype_to_text(number)) == number for number in range(65536))


def test_every_class_reads_back_from_its_text() -> None:
    assert all(rrclass_from_text(rrclass_to_text(number)) == number for number in range(65536))


@pytest.mark.parametrize("theirs", list(dns.rdatatype.RdataType), ids=lambda theirs: theirs.name)
def test_types_have_the_numbers_that_dnspython_has(theirs: dns.rdatatype.RdataType) -> None:
    mnemonic = theirs.name.replace("_", "-")
    if mnemonic in RR_TYPES:
        assert RR_TYPES[mnemonic] == theirs.value
        assert rrtype_to_text(theirs.value) == mnemonic
    else:
        assert theirs.value not in RR_TYPES.values() or mnemonic == "TYPE0"


@pytest.mark.parametrize("name", ["IN", "CH", "HS", "NONE", "ANY"])
def test_classes_have_the_numbers_that_dnspython_has(name: str) -> None:
    assert rrclass_from_text(name) == dns.rdataclass.from_text(name)


@pytest.mark.parametrize("number", [n for word, n in vars(Rcode).items() if word.isupper()])
def test_rcodes_are_named_as_dnspython_names_them(number: int) -> None:
    assert tsig_error_to_text(number) == dns.rcode.to_text(dns.rcode.Rcode(number), tsig=True)
    assert rcode_to_text(number) == dns.rcode.to_text(dns.rcode.Rcode(number))


@pytest.mark.parametrize("number", [0, 4, 5])
def test_opcodes_are_named_as_dnspython_names_them(number: int) -> None:
    assert opcode_to_text(number) == dns.opcode.to_text(dns.opcode.Opcode(number))


def test_unknown_numbers_are_named_by_their_number() -> None:
    assert rrtype_to_text(65280) == "TYPE65280"
    assert rrclass_to_text(7) == "CLASS7"
    assert rcode_to_text(11) == "RCODE11"
    assert opcode_to_text(7) == "OPCODE7"


def test_the_highest_type_is_reserved_and_can_stand_in_a_zone_all_the_same() -> None:
    assert is_zone_type(65535)


@pytest.mark.parametrize("number", [0, 41, *META_TYPES, 65536])
def test_meta_types_do_not_stand_in_a_zone(number: int) -> None:
    assert not is_zone_type(number)


@pytest.mark.parametrize(
    "mnemonic", ["A", "NS", "SOA", "TXT", "AAAA", "SVCB", "EUI64", "URI", "CAA", "DLV", "TYPE65280"]
)
def test_data_types_stand_in_a_zone(mnemonic: str) -> None:
    assert is_zone_type(rrtype_from_text(mnemonic))


@given(st.text())
def test_any_text_is_a_type_or_refused(text: str) -> None:
    try:
        number = rrtype_from_text(text)
    except InvalidText:
        return
    assert 0 <= number <= 0xFFFF
