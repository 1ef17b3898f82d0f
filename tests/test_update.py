from collections.abc import Callable

import dns.message
import dns.update
import pytest

from dns_update.errors import InvalidText, UsageError
from dns_update.message import Question
from dns_update.rr.record import Record
from dns_update.update import Update, name_in_zone
from dns_update.wire.codes import META_TYPES, Opcode, RRClass, RRType, rrtype_from_text
from dns_update.wire.name import ROOT, Name

ZONE = Name.from_text("example.com")
HOME = Name.from_text("home.example.com")
UPDATE = Update(ZONE)
ADDRESS = b"\xc0\0\2\1"
OTHER = b"\xc0\0\2\2"

Act = Callable[[], object]

# Types without RRsets: by RFC 2136, sections 3.2.3 and 3.4.1.2, servers answer FORMERR to them.
NO_RRSET = ["AXFR", "IXFR", "MAILA", "MAILB", "TSIG", "TKEY", "OPT"]


def test_the_zone_section_holds_the_zone_as_soa() -> None:
    """RFC 2136, section 2.3."""
    message = Update("example.com").to_message()
    assert message.opcode == Opcode.UPDATE
    assert message.question == (Question(ZONE, RRType.SOA, RRClass.IN),)
    assert (message.answer, message.authority, message.additional) == ((), (), ())
    assert (message.flags, message.rcode, message.message_id) == (0, 0, 0)


def test_prerequisites_and_changes_have_sections_of_their_own() -> None:
    message = UPDATE.delete_name("a").require_present("b").to_message()
    assert message.answer == (Record(Name.from_text("b.example.com"), RRType.ANY, RRClass.ANY, 0, b""),)
    assert message.authority == (Record(Name.from_text("a.example.com"), RRType.ANY, RRClass.ANY, 0, b""),)


# RFC 2136, section 2.4: class, type, TTL and rdata of each prerequisite.


def test_rrset_exists_value_independent() -> None:
    update = UPDATE.require_rrset("home", "A")
    assert update.prerequisites == (Record(HOME, RRType.A, RRClass.ANY, 0, b""),)


def test_rrset_exists_value_dependent() -> None:
    update = UPDATE.require_rrset_equal("home", "A", "192.0.2.1", "192.0.2.2")
    assert update.prerequisites == (
        Record(HOME, RRType.A, RRClass.IN, 0, ADDRESS),
        Record(HOME, RRType.A, RRClass.IN, 0, OTHER),
    )


def test_rrset_does_not_exist() -> None:
    update = UPDATE.require_no_rrset("home", "A")
    assert update.prerequisites == (Record(HOME, RRType.A, RRClass.NONE, 0, b""),)


def test_name_is_in_use() -> None:
    update = UPDATE.require_present("home")
    assert update.prerequisites == (Record(HOME, RRType.ANY, RRClass.ANY, 0, b""),)


def test_name_is_not_in_use() -> None:
    update = UPDATE.require_absent("home")
    assert update.prerequisites == (Record(HOME, RRType.ANY, RRClass.NONE, 0, b""),)


# RFC 2136, section 2.5: class, type, TTL and rdata of each change.


def test_add_to_an_rrset() -> None:
    update = UPDATE.add("home", 300, "A", "192.0.2.1", OTHER)
    assert update.changes == (
        Record(HOME, RRType.A, RRClass.IN, 300, ADDRESS),
        Record(HOME, RRType.A, RRClass.IN, 300, OTHER),
    )


def test_delete_an_rrset() -> None:
    assert UPDATE.delete_rrset("home", "A").changes == (Record(HOME, RRType.A, RRClass.ANY, 0, b""),)


def test_delete_all_rrsets_of_a_name() -> None:
    assert UPDATE.delete_name("home").changes == (Record(HOME, RRType.ANY, RRClass.ANY, 0, b""),)


def test_delete_a_record_of_an_rrset() -> None:
    update = UPDATE.delete("home", "A", "192.0.2.1", OTHER)
    assert update.changes == (
        Record(HOME, RRType.A, RRClass.NONE, 0, ADDRESS),
        Record(HOME, RRType.A, RRClass.NONE, 0, OTHER),
    )


def test_replace_deletes_the_rrset_and_then_adds() -> None:
    update = UPDATE.replace("home", 300, "A", "192.0.2.1")
    assert update == UPDATE.delete_rrset("home", "A").add("home", 300, "A", "192.0.2.1")
    assert [record.rrclass for record in update.changes] == [RRClass.ANY, RRClass.IN]


def test_what_depends_on_the_zones_class_has_it() -> None:
    update = Update(ZONE, rrclass=RRClass.CH).add("a", 1, "TXT", "x").require_rrset_equal("a", "TXT", "x")
    update = update.delete("a", "TXT", "x").delete_rrset("a", "TXT").require_no_rrset("a", "TXT")
    assert update.to_message().question[0].rrclass == RRClass.CH
    assert [record.rrclass for record in update.changes] == [RRClass.CH, RRClass.NONE, RRClass.ANY]
    assert [record.rrclass for record in update.prerequisites] == [RRClass.CH, RRClass.NONE]


def test_what_is_asked_for_keeps_its_order() -> None:
    update = UPDATE.add("b", 1, "A", ADDRESS).delete_name("a").add("a", 1, "A", ADDRESS)
    assert [str(record.name) for record in update.changes] == ["b.example.com", "a.example.com", "a.example.com"]


@pytest.mark.parametrize(
    ("text", "zone", "name"),
    [
        ("home", "example.com", "home.example.com."),
        ("a.b", "example.com", "a.b.example.com."),
        ("@", "example.com", "example.com."),
        ("example.com", "example.com", "example.com."),
        ("example.com.", "example.com", "example.com."),
        ("home.example.com", "example.com", "home.example.com."),
        ("home.example.com.", "example.com", "home.example.com."),
        ("HOME.Example.COM", "example.com", "HOME.Example.COM."),
        ("home.example", "example.com", "home.example.example.com."),
        ("notexample.com", "example.com", "notexample.com.example.com."),
        ("com", "example.com", "com.example.com."),
        ("home.", "example.com", "home."),
        ("home.example.org.", "example.com", "home.example.org."),
        (r"a\.example.com", "example.com", r"a\.example.com.example.com."),
        (r"a\.", "example.com", r"a\..example.com."),
        (r"a\\.", "example.com", r"a\\."),
        ("*", "example.com", "*.example.com."),
        ("home", ".", "home."),
        (".", "example.com", "."),
    ],
)
def test_a_name_is_relative_to_the_zone_unless_it_lies_within_and_never_doubled(
    text: str, zone: str, name: str
) -> None:
    assert name_in_zone(text, Name.from_text(zone)).to_text() == name
    assert Update(zone).delete_name(text).changes[0].name.to_text() == name


def test_a_name_as_a_value_is_taken_as_it_is() -> None:
    assert UPDATE.delete_name(Name.from_text("home")).changes[0].name == Name.from_text("home")
    assert UPDATE.delete_name(ROOT).changes[0].name == ROOT


@pytest.mark.parametrize("text", ["", "a..b", "a" * 64, "a.\u2603", "a b", "x." * 122 + "x"])
def test_a_wrong_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidText):
        UPDATE.delete_name(text)


def test_every_method_returns_a_new_update_and_leaves_the_old_one() -> None:
    update = UPDATE.require_absent("a").add("a", 1, "A", ADDRESS)
    before = (update.prerequisites, update.changes)
    longer = [
        update.require_rrset("b", "A"),
        update.require_rrset_equal("b", "A", ADDRESS),
        update.require_no_rrset("b", "A"),
        update.require_present("b"),
        update.require_absent("b"),
        update.add("b", 1, "A", ADDRESS),
        update.delete_rrset("b", "A"),
        update.delete_name("b"),
        update.delete("b", "A", ADDRESS),
        update.replace("b", 1, "A", ADDRESS),
    ]
    assert (update.prerequisites, update.changes) == before
    assert len({update, *longer}) == len(longer) + 1
    assert all(len(other.prerequisites + other.changes) > 2 for other in longer)


def test_an_update_cannot_be_altered() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        UPDATE.changes = ()  # type: ignore[misc]


def test_updates_are_equal_by_what_they_say() -> None:
    one = Update("example.com").add("home", 1, "A", "192.0.2.1")
    other = Update("EXAMPLE.com").add("HOME.example.com.", 1, RRType.A, ADDRESS)
    assert one == other
    assert hash(one) == hash(other)
    assert one != Update("example.com").add("home", 2, "A", "192.0.2.1")
    assert one != Update("example.com", rrclass=RRClass.CH)


@pytest.mark.parametrize("ttl", [0, 1, 2**31 - 1])
def test_a_ttl_within_its_range_is_taken(ttl: int) -> None:
    assert UPDATE.add("home", ttl, "A", ADDRESS).changes[0].ttl == ttl


@pytest.mark.parametrize("ttl", [-1, 2**31, 2**32])
def test_a_ttl_outside_its_range_is_refused(ttl: int) -> None:
    with pytest.raises(InvalidText, match="TTL"):
        UPDATE.add("home", ttl, "A", ADDRESS)
    with pytest.raises(InvalidText, match="TTL"):
        UPDATE.replace("home", ttl, "A", ADDRESS)


@pytest.mark.parametrize("rrtype", [0, RRType.OPT, *META_TYPES, 65536, -1])
def test_a_type_that_cannot_stand_in_a_zone_cannot_be_added(rrtype: int) -> None:
    with pytest.raises(UsageError):
        UPDATE.add("home", 1, rrtype, b"x")


@pytest.mark.parametrize("mnemonic", NO_RRSET)
def test_a_type_that_names_no_rrset_is_refused_everywhere(mnemonic: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    acts: tuple[Act, ...] = (
        lambda: UPDATE.delete_rrset("home", rrtype),
        lambda: UPDATE.delete("home", rrtype, b"x"),
        lambda: UPDATE.replace("home", 1, rrtype, b"x"),
        lambda: UPDATE.require_rrset("home", rrtype),
        lambda: UPDATE.require_no_rrset("home", rrtype),
        lambda: UPDATE.require_rrset_equal("home", rrtype, b"x"),
    )
    for act in acts:
        with pytest.raises(UsageError):
            act()


@pytest.mark.parametrize("rrtype", [-1, 65536, 70000])
def test_a_number_that_is_no_type_is_refused_everywhere(rrtype: int) -> None:
    acts: tuple[Act, ...] = (
        lambda: UPDATE.delete_rrset("home", rrtype),
        lambda: UPDATE.delete("home", rrtype, b"x"),
        lambda: UPDATE.require_rrset("home", rrtype),
        lambda: UPDATE.require_no_rrset("home", rrtype),
        lambda: UPDATE.require_rrset_equal("home", rrtype, b"x"),
    )
    for act in acts:
        with pytest.raises(UsageError):
            act()


@pytest.mark.parametrize("rrclass", [0, -1, RRClass.ANY, RRClass.NONE, 65536, 70000])
def test_a_number_that_is_no_zones_class_is_refused(rrclass: int) -> None:
    with pytest.raises(UsageError):
        Update(ZONE, rrclass=rrclass)


def test_who_leaves_a_name_empty_is_told_how_the_zone_is_written() -> None:
    with pytest.raises(InvalidText, match="a domain name cannot be empty") as caught:
        UPDATE.delete_name("")
    assert caught.value.hint == "write @ for the zone itself"
    with pytest.raises(InvalidText) as caught:
        Update("")
    assert not caught.value.hint


def test_an_update_that_goes_on_is_still_a_value_of_its_own() -> None:
    longer = UPDATE.delete_name("a")
    assert longer == Update(ZONE, changes=longer.changes)
    assert Update(ZONE) == UPDATE


def test_an_rrset_cannot_be_required_to_have_no_values() -> None:
    """It would not be a prerequisite at all, and the update would always be carried out."""
    with pytest.raises(UsageError):
        UPDATE.require_rrset_equal("home", "A")


def test_adding_or_deleting_nothing_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="no value"):
        UPDATE.add("home", 1, "A")
    with pytest.raises(UsageError, match="no value"):
        UPDATE.delete("home", "A")


@pytest.mark.parametrize(
    ("rrtype", "value"), [("A", "192.0.2"), ("AAAA", "192.0.2.1"), ("MX", "mail"), ("NOSUCH", "x")]
)
def test_a_wrong_value_or_type_is_refused(rrtype: str, value: str) -> None:
    acts: tuple[Act, ...] = (
        lambda: UPDATE.add("home", 1, rrtype, value),
        lambda: UPDATE.delete("home", rrtype, value),
        lambda: UPDATE.require_rrset_equal("home", rrtype, value),
    )
    for act in acts:
        with pytest.raises(InvalidText):
            act()


def test_dnspython_reads_a_full_update_as_rfc_2136_means_it() -> None:
    update = (
        UPDATE.require_present("in-use")
        .require_absent("not-in-use")
        .require_rrset("home", "A")
        .require_no_rrset("home", "CNAME")
        .require_rrset_equal("home", "AAAA", "2001:db8::1", "2001:db8::2")
        .delete_name("old")
        .replace("home", 300, "A", "192.0.2.1", "192.0.2.2")
        .delete("@", "TXT", "one text")
        .add("@", 60, "MX", "10 mail.example.com")
        .add("_sip._tcp", 60, "SRV", "0 5 5060 sip.example.com")
    )
    expected = dns.update.UpdateMessage("example.com.", id=99)
    expected.present("in-use")
    expected.absent("not-in-use")
    expected.present("home", "A")
    expected.absent("home", "CNAME")
    expected.present("home", "AAAA", "2001:db8::1", "2001:db8::2")
    expected.delete("old")
    expected.replace("home", 300, "A", "192.0.2.1", "192.0.2.2")
    expected.delete("@", "TXT", '"one text"')
    expected.add("@", 60, "MX", "10 mail.example.com.")
    expected.add("_sip._tcp", 60, "SRV", "0 5 5060 sip.example.com.")
    read = dns.message.from_wire(update.to_message().encode(99))
    assert read.to_text().lower() == dns.message.from_wire(expected.to_wire()).to_text().lower()
    assert isinstance(read, dns.update.UpdateMessage)
    assert [rrset.to_text() for rrset in read.zone] == ["example.com. IN SOA"]
