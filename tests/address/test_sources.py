"""Address sources as users write them, and how their results are judged."""

import pytest

from dns_update.address import (
    Command,
    Interface,
    Prefix,
    Resolver,
    Web,
    find_addresses,
    may_block,
    sources_from_text,
)
from dns_update.address.sources import spelled
from dns_update.errors import DnsUpdateError, InvalidText, NoAddress
from dns_update.transport import Server
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

HOST = parse_address("::5")
ME = Name.from_text("me.example")
WEB = Web("http", "example.com", 80)
SECRET = "s3cret-t0ken"


def told(error: DnsUpdateError) -> str:
    return f"{error}: {error.hint}"


def refused(text: str) -> str:
    with pytest.raises(InvalidText) as caught:
        sources_from_text(text)
    return told(caught.value)


def found(*sources: bytes | Command | Interface | Prefix | Resolver | Web) -> tuple[bytes, ...]:
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
        ("prefix:ppp0+::5", (Prefix("ppp0", HOST),)),
        ("prefix:ppp0+::5/64", (Prefix("ppp0", HOST),)),
        ("prefix:br-lan+::5/56, 192.0.2.1", (Prefix("br-lan", HOST, 56), b"\xc0\0\2\1")),
        ("prefix:a+b+::1/127", (Prefix("a+b", b"\0" * 15 + b"\1", 127),)),
        ("dns:", (Resolver(),)),
        ("dns:/ipv4,dns:/ipv6", (Resolver(octets=4), Resolver(octets=16))),
        ("dns:me.example@ns.example", (Resolver(ME, Server("ns.example")),)),
        (
            "dns:me.example@ns.example:5353/txt/ipv6",
            (Resolver(ME, Server("ns.example", 5353), is_text=True, octets=16),),
        ),
        ("dns:me.example@192.0.2.1", (Resolver(ME, Server("192.0.2.1"), octets=4),)),
        ("dns:me.example.@[2001:db8::1]:53/ipv6", (Resolver(ME, Server("2001:db8::1"), octets=16),)),
        ("http://example.com", (Web("http", "example.com", 80),)),
        ("https://example.com/a/b?c=d%2C", (Web("https", "example.com", 443, "/a/b?c=d%2C"),)),
        ("https://example.com:8443?x", (Web("https", "example.com", 8443, "/?x"),)),
        ("https://example.com/#ipv6, http://example.com/", (Web("https", "example.com", 443, octets=16), WEB)),
        ("http://192.0.2.1:8080/ip", (Web("http", "192.0.2.1", 8080, "/ip", octets=4),)),
        ("http://[2001:db8::1]/ip#ipv6", (Web("http", "2001:db8::1", 80, "/ip", octets=16),)),
        ("http://me:p%40ss@example.com/", (Web("http", "example.com", 80, credentials=b"me:p@ss"),)),
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
        ("", "an address is empty: e.g. 203.0.113.45, 2001:db8::1 or interface:ppp0"),
        (
            "192.0.2.1,,192.0.2.2",
            "an address is empty, number 2 of the list: a comma separates two addresses",
        ),
        ("192.0.2.1,", "an address is empty, number 2 of the list: a comma separates two addresses"),
        (",192.0.2.1", "an address is empty, number 1 of the list: a comma separates two addresses"),
        ("fe80::1%eth0", "'fe80::1%eth0' is not an IPv6 address for DNS, which has no zones: leave '%eth0' out"),
        ("192.0.2.1,fe80::1%25", "'fe80::1%25' is not an IPv6 address for DNS, which has no zones: leave '%25' out"),
        ("rubbish%eth0", "'rubbish%eth0' is not an IPv4 address: four numbers from 0 to 255, e.g. 203.0.113.45"),
        (
            "iface:ppp0",
            "there is no address source 'iface:': there are interface:, prefix:, dns:, http:, https: and command:",
        ),
        (
            "Interface:ppp0",
            "there is no address source 'Interface:': there are interface:, prefix:, dns:, http:, https: and command:",
        ),
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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prefix:ppp0", "'prefix:ppp0' has no host part"),
        ("prefix:", "'prefix:' has no host part"),
        ("prefix:+::5", "'prefix:+::5' names no interface"),
        ("prefix:a/b+::5", "'prefix:a/b+::5' names no interface: it has a slash"),
        ("prefix:ppp0+", "'' is not an IPv6 address"),
        ("prefix:ppp0+5", "'5' is not an IPv6 address"),
        ("prefix:ppp0+1.2.3.4", "'1.2.3.4' is not an IPv6 address"),
        ("prefix:ppp0+::", "'prefix:ppp0+::' has an empty host part"),
        ("prefix:ppp0+::5/", "'prefix:ppp0+::5/' has a wrong prefix length: 1 to 127; 64 if left out"),
        ("prefix:ppp0+::5/0", "'prefix:ppp0+::5/0' has a wrong prefix length"),
        ("prefix:ppp0+::5/128", "'prefix:ppp0+::5/128' has a wrong prefix length"),
        ("prefix:ppp0+::5/ipv6", "'prefix:ppp0+::5/ipv6' has a wrong prefix length"),
        (
            "prefix:ppp0+2001:db8::5",
            "the host part of 'prefix:ppp0+2001:db8::5' has bits in the first 64, which are the prefix",
        ),
        (
            "prefix:ppp0+::1:0:0:0:5",
            "the host part of 'prefix:ppp0+::1:0:0:0:5' has bits in the first 64, which are the prefix",
        ),
    ],
)
def test_a_wrong_prefix_is_refused_with_the_reason(text: str, says: str) -> None:
    assert refused(text).startswith(says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dns:ns.example", "'dns:ns.example' does not say which name to ask which server for"),
        ("dns:me.example@", "'dns:me.example@' does not say which name to ask which server for"),
        ("dns:@ns.example", "'dns:@ns.example' does not say which name to ask which server for"),
        ("dns:/ipv5", "'dns:/ipv5' does not say which name to ask which server for"),
        ("dns:me.example@ns/mx", "'dns:me.example@ns/mx' has '/mx': only /txt, /ipv4 and /ipv6 are possible there"),
        ("dns:me.example@ns/ipv4/txt", "'dns:me.example@ns/ipv4/txt' has '/ipv4/txt'"),
        ("dns:me.example@ns:0", "'0' is not a port"),
        ("dns:a..b@ns", "'a..b'"),
        ("dns:x@192.0.2.1/ipv6", "'dns:x@192.0.2.1/ipv6' asks for an address that 192.0.2.1 cannot see"),
        ("dns:x@2001:db8::1/ipv4", "'dns:x@2001:db8::1/ipv4' asks for an address that 2001:db8::1 cannot see"),
    ],
)
def test_a_wrong_resolver_is_refused_with_the_reason(text: str, says: str) -> None:
    assert says in refused(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http:{}", "the address source http: is a URL: e.g. https://"),
        ("https:/{}", "the address source https: is a URL"),
        ("https:///{}", "the 'https' URL names no host"),
        ("https://:{}@/", "the 'https' URL names no host"),
        ("https://user:{}@example.com:0/", "the 'https' URL has a wrong host or port"),
        ("https://user:{}@example.com:99999/", "the 'https' URL has a wrong host or port"),
        ("https://user:{}@example.com:x/", "the 'https' URL has a wrong host or port"),
        ("https://user:{}@a..b/", "the 'https' URL has a wrong host or port"),
        ("https://user:{}@[::1/", "the 'https' URL has a wrong host or port"),
        ("https://user:{}@fe80::1/", "the 'https' URL has a wrong host or port"),
        ("https://1.2.3.400/{}", "the 'https' URL has a wrong host or port"),
        ("https://example.com/{} x", "the 'https' URL has a character that a URL cannot have: write it as %XX"),
        ("https://example.com/{}\r\nHost: x", "the 'https' URL has a character that a URL cannot have"),
        ("https://example.com/{}ä", "the 'https' URL has a character that a URL cannot have"),
        ("https://example.com/#{}", "the 'https' URL has a fragment that it cannot have: #ipv4 or #ipv6"),
        ("https://192.0.2.1/{}#ipv6", "the 'https' URL has a fragment that it cannot have"),
        ("comand:x {}", "there is no address source 'comand:'"),
    ],
)
def test_a_wrong_url_is_refused_without_what_is_in_it(text: str, says: str) -> None:
    told = refused(text.format(SECRET))
    assert told.startswith(says)
    assert SECRET not in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"https://user:{SECRET}@example.com/{SECRET}?{SECRET}", "https://example.com"),
        (f"http://{SECRET}@[2001:db8::1]:8080/", "http://[2001:db8::1]:8080"),
    ],
)
def test_a_web_service_shows_its_host_and_nothing_else(text: str, shown: str) -> None:
    (source,) = sources_from_text(text)
    assert repr(source) == f"Web({shown})"
    assert str(source) == shown


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("192.0.2.1", False),
        ("interface:ppp0", False),
        ("prefix:ppp0+::5", False),
        ("dns:", True),
        ("https://example.com", True),
        ("command:x", True),
    ],
)
def test_who_may_take_his_time_is_known(text: str, *, blocks: bool) -> None:
    assert [may_block(source) for source in sources_from_text(text)] == [blocks]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "command: names no program"),
        ("  ", "command: names no program"),
        ("''", "command: names no program"),
        ("'' {}", "command: names no program"),
        ("'{}", "command: No closing quotation"),
        ("x {} \\", "command: No escaped character"),
        ("x {}\0", "command: it contains a NUL"),
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
    monkeypatch.setattr("dns_update.address.interface.addresses_of_interface", lambda _source, _interfaces: many)
    with pytest.raises(NoAddress) as caught:
        found(Interface("ppp0"))
    assert "10.0.0.0 (private-use), 10.0.0.1 (private-use)" in caught.value.text
    assert caught.value.text.endswith("and 92 more")


@pytest.mark.parametrize(
    "text",
    [
        "203.0.113.45",
        "2001:db8::1",
        "interface:ppp0",
        "interface:ppp0/ipv4",
        "interface:ppp0/ipv6",
        "prefix:br0+::5",
        "prefix:br0+::5/56",
        "dns:",
        "dns:/ipv4",
        "dns:me.example@ns.example:5353/txt/ipv6",
        "dns:me.example@192.0.2.1",
        "http://example.com",
        "https://example.com:8443#ipv6",
        "http://192.0.2.1",
        "command:/usr/local/bin/my-address",
    ],
)
def test_a_source_is_spelled_as_it_was_written(text: str) -> None:
    (source,) = sources_from_text(text)
    assert spelled(source) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"https://user:{SECRET}@example.com/{SECRET}?token={SECRET}", "https://example.com"),
        (f"command:curl -H {SECRET} example.com", "command:curl"),
        (f"command:TOKEN={SECRET} program", "command:TOKEN=..."),
    ],
)
def test_what_may_be_secret_is_not_spelled(text: str, shown: str) -> None:
    (source,) = sources_from_text(text)
    assert spelled(source) == shown
