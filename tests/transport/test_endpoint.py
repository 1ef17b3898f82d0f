import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.transport import DNS_PORT, Endpoint, Server, port_from_text


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        (Endpoint("192.0.2.1"), "192.0.2.1"),
        (Endpoint("192.0.2.1", 5353), "192.0.2.1:5353"),
        (Endpoint("2001:db8::1"), "2001:db8::1"),
        (Endpoint("2001:db8::1", 5353), "[2001:db8::1]:5353"),
        (Endpoint("fe80::1%eth0", 5353), "[fe80::1%eth0]:5353"),
    ],
)
def test_the_text_of_an_endpoint_is_what_dns_server_takes(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text
    server = Server.from_text(text)
    assert (server.host, server.port, server.is_address) == (endpoint.address, endpoint.port, True)


def test_an_endpoint_knows_its_family_and_the_port_of_dns() -> None:
    assert Endpoint("::1").is_ipv6
    assert not Endpoint("127.0.0.1").is_ipv6
    assert Endpoint("127.0.0.1").port == DNS_PORT == 53


def test_endpoints_are_values() -> None:
    assert Endpoint("::1", 53) == Endpoint("::1")
    assert len({Endpoint("::1"), Endpoint("::1", 53), Endpoint("::1", 54)}) == 2
    with pytest.raises(AttributeError):
        Endpoint("::1").port = 54  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.1", Server("192.0.2.1")),
        ("192.0.2.1:5353", Server("192.0.2.1", 5353)),
        ("2001:DB8:0::1", Server("2001:db8::1")),
        ("[2001:db8::1]", Server("2001:db8::1")),
        ("[2001:db8::1]:5353", Server("2001:db8::1", 5353)),
        ("fe80::1%eth0", Server("fe80::1%eth0")),
        ("ns.example.com", Server("ns.example.com")),
        ("ns.example.com.", Server("ns.example.com.")),
        ("ns:5353", Server("ns", 5353)),
        ("1.example", Server("1.example")),
    ],
)
def test_a_server_is_read(text: str, server: Server) -> None:
    assert Server.from_text(text) == server


@pytest.mark.parametrize(
    "text",
    [
        "", ":", ":53", "ns:", "ns:0", "ns:65536", "ns:x", "ns:53:53", "ns:-1", "ns:+1", "ns:5 3", "ns:\u0665",
        "192.0.2", "192.0.2.256", "192.0.2.1:", "1", "1.2.3.4.5", "ns.\u0661",
        "[", "[]", "[ns]", "[ns]:53", "[192.0.2.1]:53", "[::1", "[::1]53", "[::1]:", "[::1]:x", "::1]", "[::1]:53:53",
        ":::", "1:2", "2001:db8::1::", "a..b", "a b", "ns:000000000000000053x", "fe80::1%", "[::1%]:53",
        ".", "@", ".:53", "@:53", "192.0.2.1%lo", "ns%lo", "fe80::1", "[fe80::1]:53", "FEBF:ffff::", "[::1]:0",
    ],
)  # fmt: skip
def test_a_wrong_server_is_refused(text: str) -> None:
    with pytest.raises(InvalidText):
        Server.from_text(text)


@pytest.mark.parametrize("port", [0, -1, 65536, 70000])
def test_a_server_has_a_port_that_is_one(port: int) -> None:
    with pytest.raises(InvalidText, match=f"^{port} is not a port$"):
        Server("ns.example.com", port)


@pytest.mark.parametrize(("text", "hint"), [("fe80::1", "fe80::1%eth0"), ("", "ns.example.com"), ("@", "host name")])
def test_a_refused_server_gets_a_hint(text: str, hint: str) -> None:
    with pytest.raises(InvalidText) as caught:
        Server.from_text(text)
    assert hint in caught.value.hint


def test_a_unique_local_or_neighbouring_address_needs_no_zone() -> None:
    for text in ("fd00::1", "fec0::1", "fe7f::1"):
        assert Server.from_text(text) == Server(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        *(
            (f"{host}{mark}16159", "write HOST:PORT")
            for host in ("127.0.0.1", "ns.example.com", "2001:db8::1")
            for mark in "@#"
        ),
        ("fe80::1%eth0@53", "write HOST:PORT"),
        ("bücher.example@53", "write HOST:PORT"),
        *((f"ns{mark}example", "an IP address or a host name") for mark in " !$&'()*+,/;=?~\\\"\t\n\0"),
        ("@ns", "an IP address or a host name"),
        ("http//ns.example.com", "an IP address or a host name"),
        ("http://ns.example.com", "an IP address or a host name"),
        ("https://192.0.2.1:443", "an IP address or a host name"),
        ("b\\252cher.example", "an IP address or a host name"),
        ("ü b.example", "international domain name"),
    ],
)
def test_what_has_other_characters_than_a_host_name_is_no_host(text: str, hint: str) -> None:
    with pytest.raises(InvalidText) as caught:
        Server.from_text(text)
    assert hint in f"{caught.value.text}: {caught.value.hint}"


@pytest.mark.parametrize("text", ["A-1.Example.COM", "_dns.example", "a_b", "xn--bcher-kva.example", "-a-"])
def test_letters_digits_hyphens_and_underscores_make_a_host_name(text: str) -> None:
    assert Server.from_text(text) == Server(text)


def test_an_international_host_is_what_the_resolver_takes() -> None:
    assert Server.from_text("bücher.example:5353") == Server("xn--bcher-kva.example", 5353)


@pytest.mark.parametrize(
    ("host", "is_address"), [("192.0.2.1", True), ("::1", True), ("ns", False), ("1.example", False)]
)
def test_a_server_knows_whether_its_host_is_an_address(host: str, *, is_address: bool) -> None:
    assert Server(host).is_address == is_address


def test_the_default_port_stands_in_where_the_text_has_none() -> None:
    assert Server.from_text("ns", 5353) == Server("ns", 5353)
    assert Server.from_text("[::1]", 5353) == Server("::1", 5353)
    assert Server.from_text("ns:53", 5353) == Server("ns", 53)


@pytest.mark.parametrize(
    "server",
    [
        Server("ns.example.com"),
        Server("ns.example.com", 5353),
        Server("192.0.2.1", 5353),
        Server("2001:db8::1"),
        Server("2001:db8::1", 5353),
        Server("fe80::1%eth0", 5353),
    ],
    ids=str,
)
def test_the_text_of_a_server_reads_as_that_server(server: Server) -> None:
    assert Server.from_text(str(server)) == server


@given(st.text() | st.text(alphabet="[]:%.0159af", max_size=30))
def test_any_text_is_a_server_or_refused(text: str) -> None:
    try:
        server = Server.from_text(text)
    except InvalidText:
        return
    assert 0 < server.port <= 65535
    assert Server.from_text(str(server)) == server


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("53", 53), ("65535", 65535)])
def test_a_port_is_read(text: str, port: int) -> None:
    assert port_from_text(text) == port


@pytest.mark.parametrize(
    "text", ["", "0", "65536", "-1", "+1", " 1", "1_0", "\u0661", "99999999", "000053" + "0" * 5000]
)
def test_a_wrong_port_is_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="is not a port"):
        port_from_text(text)


@given(st.text(alphabet="0123456789", max_size=12))
def test_any_digits_are_a_port_or_refused(text: str) -> None:
    try:
        port = port_from_text(text)
    except InvalidText:
        return
    assert 0 < port <= 65535
    assert port == int(text)
