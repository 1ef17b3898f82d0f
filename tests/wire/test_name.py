import struct

import dns.exception
import dns.name
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dns_update.errors import InvalidText, UsageError
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import MAX_NAME_OCTETS, ROOT, Name, encode_labels
from tests.strategies import ZONE, names, names_in_zone

# Text as it is written, the name's octets, and its text as it is printed.
VECTORS = [
    (".", "00", "."),
    ("com", "03 636f6d 00", "com."),
    ("com.", "03 636f6d 00", "com."),
    ("home.example.com", "04 686f6d65 07 6578616d706c65 03 636f6d 00", "home.example.com."),
    ("Home.Example", "04 486f6d65 07 4578616d706c65 00", "Home.Example."),
    ("*.home", "01 2a 04 686f6d65 00", "*.home."),
    ("_sip._tcp", "04 5f736970 04 5f746370 00", "_sip._tcp."),
    ("@", "01 40 00", r"\@."),
    (r"a\.b", "03 612e62 00", r"a\.b."),
    (r"a\.", "02 612e 00", r"a\.."),
    (r"\097b", "02 6162 00", "ab."),
    (r"a\032b", "03 612062 00", r"a\032b."),
    (r"\000\255", "02 00ff 00", r"\000\255."),
    (r"a\\b", "03 615c62 00", r"a\\b."),
    (r"\$\"\;\(\)\@", "06 24223b282940 00", r"\$\"\;\(\)\@."),
    (r"\x", "01 78 00", "x."),
]
TOO_LONG_LABEL = "a" * 64
LONGEST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])  # 255 octets
WRONG = [
    "",
    "..",
    ".a",
    "a..b",
    "a..",
    r"a\...",
    r"\...",
    TOO_LONG_LABEL,
    r"\097" * 64,
    LONGEST + "d",
    "a." * 128,
    r"\256",
    r"\999",
    r"\1",
    r"\12",
    r"\1a2",
    r"a.\25",
    "a\\",
    "\\",
    "a\\\\\\",
    "a b",
    " a",
    "a ",
    "a\tb",
    "a\n",
    r"a\.b c",
    "☃.example",
    "a\u2024b",
    "\udcff",
]


def oracle_labels(text: str) -> tuple[bytes, ...] | None:
    """Return dnspython's reading of an absolute name, or None if it refuses it."""
    try:
        return dns.name.from_text(text, origin=dns.name.root).labels[:-1]
    except (dns.exception.DNSException, ValueError, struct.error):  # the last from dnspython 2.3, for \\333
        return None


def our_labels(text: str) -> tuple[bytes, ...] | None:
    try:
        return Name.from_text(text).labels
    except InvalidText:
        return None


@pytest.mark.parametrize(("text", "octets", "printed"), VECTORS)
def test_text_becomes_octets_and_is_printed(text: str, octets: str, printed: str) -> None:
    name = Name.from_text(text)
    assert name.to_wire() == bytes.fromhex(octets)
    assert name.to_text() == printed


@pytest.mark.parametrize(("octets", "printed"), [(octets, printed) for _, octets, printed in VECTORS])
def test_octets_become_a_name(octets: str, printed: str) -> None:
    assert Cursor(bytes.fromhex(octets)).name().to_text() == printed


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidText):
        Name.from_text(text)


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_text_is_refused_below_an_origin_too(text: str) -> None:
    with pytest.raises(InvalidText):
        Name.from_text(text, origin=ZONE)


def test_an_empty_text_is_no_name_whatever_it_is_for() -> None:
    with pytest.raises(InvalidText, match="a domain name cannot be empty") as caught:
        Name.from_text("")
    assert not caught.value.hint  # @, the zone itself, is not another way to write this zone


@pytest.mark.parametrize("text", ["\udcff", "a.\udcff\udcfe", "bücher.\udc80"])
def test_octets_that_are_not_utf_8_are_said_to_be_that(text: str) -> None:
    with pytest.raises(InvalidText, match=r"^the text is not UTF-8$"):
        Name.from_text(text)


def test_what_is_no_text_is_no_name() -> None:
    for wrong in (5, None, b"example.com", b""):
        with pytest.raises(UsageError, match="a domain name is a Name or a text, not "):
            Name.from_text(wrong)  # type: ignore[arg-type]


def test_the_longest_label_and_the_longest_name_are_taken() -> None:
    assert len(Name.from_text(LONGEST).to_wire()) == MAX_NAME_OCTETS
    assert len(Name.from_text("a." * 127).to_wire()) == MAX_NAME_OCTETS
    assert len(Name.from_text(r"\097" * 63).labels[0]) == 63


def test_a_name_that_is_too_long_only_below_its_origin_is_refused() -> None:
    assert Name.from_text(LONGEST, origin=ROOT) == Name.from_text(LONGEST)
    with pytest.raises(InvalidText, match="267 octets"):
        Name.from_text(LONGEST, origin=ZONE)
    assert Name.from_text(LONGEST + ".", origin=ZONE) == Name.from_text(LONGEST)


def test_the_error_for_a_long_name_does_not_repeat_all_of_it() -> None:
    with pytest.raises(InvalidText) as caught:
        Name.from_text("a." * 5000)
    assert len(caught.value.text) < 200


@pytest.mark.parametrize(
    ("text", "absolute"),
    [
        ("home", "home.example.com."),
        ("home.", "home."),
        ("a.b", "a.b.example.com."),
        ("@", "example.com."),
        (".", "."),
        (r"\@", r"\@.example.com."),
        (r"a\.", r"a\..example.com."),
        (r"a\\.", r"a\\."),
    ],
)
def test_a_relative_text_is_completed_by_the_origin(text: str, absolute: str) -> None:
    assert Name.from_text(text, origin=ZONE).to_text() == absolute


@given(st.text(alphabet=r"ab.\0129-*_;()$", max_size=20) | st.text(alphabet=r".\a3", max_size=300))
@example(r"\.")
@example("a.\\")
def test_dnspython_reads_the_same_names_and_refuses_the_same_texts(text: str) -> None:
    if text:  # dnspython reads the empty text as the origin
        assert our_labels(text) == oracle_labels(text)


@pytest.mark.parametrize("text", [text for text, _, _ in VECTORS if text != "@"])
def test_dnspython_reads_the_vectors_as_we_do(text: str) -> None:
    assert our_labels(text) == oracle_labels(text)


@given(names)
def test_the_text_of_a_name_reads_as_that_name(name: Name) -> None:
    assert Name.from_text(name.to_text()).labels == name.labels
    assert Name.from_text(str(name)).labels == name.labels


@given(names)
def test_the_octets_of_a_name_read_as_that_name(name: Name) -> None:
    cursor = Cursor(name.to_wire())
    assert cursor.name().labels == name.labels
    assert cursor.remaining == 0


@given(names)
def test_dnspython_has_the_same_octets_and_reads_our_text(name: Name) -> None:
    theirs = dns.name.Name([*name.labels, b""])
    assert theirs.to_wire() == name.to_wire()
    assert dns.name.from_text(name.to_text()) == theirs
    assert Name.from_text(theirs.to_text()).labels == name.labels


@given(names_in_zone)
def test_a_relative_text_reads_as_its_name(name: Name) -> None:
    assert Name.from_text(name.relative_to(ZONE), origin=ZONE).labels == name.labels


def test_a_name_outside_the_zone_stays_absolute_in_its_relative_form() -> None:
    assert Name.from_text("example.org").relative_to(ZONE) == "example.org."
    assert ZONE.relative_to(ZONE) == "@"
    assert Name.from_text("a.b.example.com").relative_to(ZONE) == "a.b"


def test_the_form_for_people_has_no_trailing_dot() -> None:
    assert str(ZONE) == "example.com"
    assert str(ROOT) == "."
    assert str(Name.from_text(r"a\.")) == r"a\."


def test_the_repr_shows_the_text() -> None:
    assert repr(ZONE) == "Name('example.com.')"


def test_names_are_equal_whatever_the_case_of_their_letters() -> None:
    assert Name.from_text("EXAMPLE.Com") == ZONE
    assert hash(Name.from_text("EXAMPLE.Com")) == hash(ZONE)
    assert Name.from_text("EXAMPLE.Com").to_text() == "EXAMPLE.Com."


def test_only_ascii_letters_have_a_case() -> None:
    assert Name((b"\xc4",)) != Name((b"\xe4",))
    assert Name((b"[",)) != Name((b"{",))
    assert Name((b"@",)) != Name((b"`",))


def test_a_name_is_not_equal_to_its_text() -> None:
    assert ZONE != "example.com."


@given(names)
def test_the_canonical_octets_are_those_of_dnspython(name: Name) -> None:
    assert name.to_canonical_wire() == dns.name.Name([*name.labels, b""]).to_digestable()


@pytest.mark.parametrize(
    ("name", "zone", "expected"),
    [
        ("example.com", "example.com", True),
        ("home.example.com", "example.com", True),
        ("a.b.c.example.com", "example.com", True),
        ("HOME.Example.COM", "example.com", True),
        ("example.com", "EXAMPLE.com", True),
        ("com", "example.com", False),
        ("example.org", "example.com", False),
        ("notexample.com", "example.com", False),
        ("example.com.net", "example.com", False),
        (r"a\.example.com", "example.com", False),
        ("anything", ".", True),
        (".", ".", True),
        (".", "com", False),
    ],
)
def test_a_name_is_within_its_own_and_higher_zones_only(name: str, zone: str, expected: bool) -> None:
    assert Name.from_text(name).is_within(Name.from_text(zone)) is expected


def test_a_label_that_holds_a_zones_octets_is_not_within_the_zone() -> None:
    trap = Name((b"a" + encode_labels(ZONE.labels),))
    assert trap.to_wire().endswith(ZONE.to_wire())
    assert not trap.is_within(ZONE)
    assert not trap.is_within(Name.from_text("com"))


@given(names, names)
def test_dnspython_agrees_on_what_is_within(name: Name, zone: Name) -> None:
    def theirs(ours: Name) -> dns.name.Name:
        return dns.name.Name([*ours.labels, b""])

    assert name.is_within(zone) == theirs(name).is_subdomain(theirs(zone))
    assert name.is_within(ROOT)


def test_the_parent_drops_the_leftmost_label() -> None:
    assert Name.from_text("home.example.com").parent == ZONE
    assert ROOT.parent == ROOT


def test_order_is_that_of_rfc_4034_section_6_1() -> None:
    ordered = [
        "example",
        "a.example",
        "yljkjljk.a.example",
        "Z.a.example",
        "zABC.a.EXAMPLE",
        "z.example",
        r"\001.z.example",
        "*.z.example",
        r"\200.z.example",
    ]
    backwards = [Name.from_text(text) for text in reversed(ordered)]
    assert [str(name) for name in sorted(backwards)] == ordered


@given(names, names)
def test_order_is_that_of_dnspython(first: Name, second: Name) -> None:
    assert (first < second) == (dns.name.Name([*first.labels, b""]) < dns.name.Name([*second.labels, b""]))


def test_a_name_cannot_be_altered() -> None:
    name = Name.from_text("home")
    with pytest.raises(AttributeError):
        name.labels = ()  # type: ignore[misc]


def test_a_name_goes_below_another_unless_that_is_too_long() -> None:
    assert Name.from_text("a.b").below(ZONE) == Name.from_text("a.b.example.com")
    assert ROOT.below(ZONE) == ZONE
    assert ZONE.below(ROOT) == ZONE
    with pytest.raises(InvalidText, match="267 octets"):
        Name.from_text(LONGEST).below(ZONE)
