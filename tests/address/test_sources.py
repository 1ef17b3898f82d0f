"""Address sources as users write them, and what is made of what they give."""

import pytest

from dns_update.address import Command, Interface, find_addresses, sources_from_text
from dns_update.errors import DnsUpdateError, InvalidText, NoAddress
from dns_update.wire.inet import parse_address

SECRET = "s3cret-t0ken"  # noqa: S105 - nobody's


def told(error: DnsUpdateError) -> str:
    return f"{error}: {error.hint}"


def refused(text: str) -> str:
    with pytest.raises(InvalidText) as caught:
        sources_from_text(text)
    return told(caught.value)


def found(*sources: bytes | Command | Interface) -> tuple[bytes, ...]:
    return find_addresses(sources, allow_private=False, log=pytest.fail)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("203.0.113.45", (b"\xcb\0\x71\x2d",)),
        ("203.0.113.45/24", (b"\xcb\0\x71\x2d",)),
        (" 192.0.2.1 , 192.0.2.2 ", (b"\xc0\0\2\1", b"\xc0\0\2\2")),
        ("interface:ppp0", (Interface("ppp0"),)),
        ("interface:ppp0/ipv4, interface:eth0.5/ipv6", (Interface("ppp0", 4), Interface("eth0.5", 16))),
        ("interface:fifteen-octets-", (Interface("fifteen-octets-"),)),
        ("command:/bin/x 'a b', c", (Command("/bin/x 'a b', c"),)),
        ("192.0.2.1,command:x a,b", (b"\xc0\0\2\1", Command("x a,b"))),
    ],
)
def test_sources_are_read(text: str, sources: tuple[object, ...]) -> None:
    assert sources_from_text(text) == sources


@pytest.mark.parametrize(
    "text",
    [
        "2001:db8::1,2001:db8::1",
        "2001:db8::1,2001:DB8:0:0::1",
        "2001:db8::1/64,2001:db8::0.0.0.1",
        "2001:db8::1, 2001:db8::1",
    ],
)
def test_an_address_written_twice_is_published_once(text: str) -> None:
    assert found(*sources_from_text(text)) == (parse_address("2001:db8::1"),)


def test_a_source_that_gives_an_address_written_too_publishes_it_once() -> None:
    assert found(*sources_from_text("1.2.3.4,command:echo 1.2.3.4")) == (b"\1\2\3\4",)


def test_two_addresses_of_one_family_are_an_rrset_of_two() -> None:
    assert found(*sources_from_text("192.0.2.2,192.0.2.1,192.0.2.2")) == (b"\xc0\0\2\2", b"\xc0\0\2\1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("203.0.113.45/33", "'203.0.113.45/33' has a wrong prefix length: 0 to 32"),
        ("2001:db8::1/129", "'2001:db8::1/129' has a wrong prefix length: 0 to 128"),
        ("", "an address is empty: as 203.0.113.45, 2001:db8::1 or interface:ppp0"),
        (
            "192.0.2.1,,192.0.2.2",
            "an address is empty, number 2 of the list: a comma only stands between two addresses",
        ),
        ("192.0.2.1,", "an address is empty, number 2 of the list: a comma only stands between two addresses"),
        (",192.0.2.1", "an address is empty, number 1 of the list: a comma only stands between two addresses"),
        ("fe80::1%eth0", "'fe80::1%eth0' is not an IPv6 address for DNS, which has no zones: leave '%eth0' out"),
        ("192.0.2.1,fe80::1%25", "'fe80::1%25' is not an IPv6 address for DNS, which has no zones: leave '%25' out"),
        ("rubbish%eth0", "'rubbish%eth0' is not an IPv4 address: four numbers from 0 to 255, as 203.0.113.45"),
        ("iface:ppp0", "there is no address source 'iface:': there are interface:NAME and command:PROGRAM"),
        ("Interface:ppp0", "there is no address source 'Interface:': there are interface:NAME and command:PROGRAM"),
    ],
)
def test_a_wrong_literal_is_one_clear_line(text: str, says: str) -> None:
    assert refused(text) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("interface:", "'interface:' names no interface"),
        ("interface:/ipv4", "'interface:/ipv4' names no interface"),
        ("interface:a/b", "'interface:a/b' names no interface: it has a slash"),
        ("interface:ppp0/ipv5", "'interface:ppp0/ipv5' names no interface: it has a slash"),
        ("interface:a b", "'interface:a b' names no interface: it has a blank"),
        ("interface:eth0:1", "'interface:eth0:1' names no interface: it has a colon"),
        ("interface:eth\x000", r"'interface:eth\x000' names no interface: it has a character that cannot be printed"),
        ("interface:a\x1bb", r"'interface:a\x1bb' names no interface: it has a character that cannot be printed"),
        ("interface:\udcff", r"'interface:\udcff' names no interface: it has a character that cannot be printed"),
        ("interface:.", "'interface:.' names no interface: the kernel allows no such name"),
        ("interface:../ipv6", "'interface:../ipv6' names no interface: the kernel allows no such name"),
        (
            "interface:sixteen-octets--",
            "'interface:sixteen-octets--' names no interface: it has 16 octets, and at most 15 are possible",
        ),
        (
            "interface:" + "ä" * 8,
            f"'interface:{'ä' * 8}' names no interface: it has 16 octets, and at most 15 are possible",
        ),
    ],
)
def test_a_name_that_no_interface_can_have_is_refused_with_the_reason(text: str, says: str) -> None:
    assert refused(text).startswith(says)


def test_a_long_name_is_not_shown_whole() -> None:
    assert len(refused("interface:" + "x" * 5000)) < 250


@pytest.mark.parametrize("kind", ["https://user:{}@example.com/", "http://{}", "dns:{}", "prefix:{}", "comand:x {}"])
def test_what_is_not_there_is_refused_without_its_secret(kind: str) -> None:
    text = refused(kind.format(SECRET))
    assert kind.partition(":")[0] in text
    assert SECRET not in text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "command: names no program"),
        ("  ", "command: names no program"),
        ("''", "command: names no program"),
        ("'' {}", "command: names no program"),
        ("'{}", "command: No closing quotation"),
        ("x {} \\", "command: No escaped character"),
        ("x {}\0", "command: a NUL stands in it"),
    ],
)
def test_a_wrong_command_is_refused_without_its_arguments(line: str, says: str) -> None:
    text = refused("command:" + line.format(SECRET))
    assert text.startswith(says)
    assert SECRET not in text


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"curl -H 'Authorization: {SECRET}'", "'curl'"),
        (f"'/opt/my tools/address' {SECRET}", "'/opt/my tools/address'"),
        (f"TOKEN={SECRET} curl", "'TOKEN=...'"),
        (f"/{'x' * 100} {SECRET}", f"'/{'x' * 100}'"),
        (f"a\nb {SECRET}", "'a'"),
        (f"'a\nb' {SECRET}", r"'a\nb'"),
    ],
)
def test_a_command_shows_its_program_and_never_its_arguments(line: str, shown: str) -> None:
    assert str(Command(line)) == shown
    assert repr(Command(line)) == f"Command({shown})"


def test_commands_are_equal_if_their_arguments_are() -> None:
    assert Command("x a") == Command("x a")
    assert Command("x a") != Command("x b")


def test_a_refusal_names_a_few_of_many_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [bytes([10, 0, 0, last]) for last in range(100)]
    monkeypatch.setattr("dns_update.address.interface.addresses_of_interface", lambda _source: many)
    with pytest.raises(NoAddress) as caught:
        found(Interface("ppp0"))
    assert "10.0.0.0 (private-use), 10.0.0.1 (private-use)" in caught.value.text
    assert caught.value.text.endswith("and 92 more")
