"""RouterOS's expression for an interface's address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.routeros.expression import host_from_expression, name_from_expression, source_from_expression

ADDRESS = "[/ip address get [find interface=ether1] address]"


@pytest.mark.parametrize(
    ("expression", "source"),
    [
        (ADDRESS, "interface:ether1/ipv4"),
        ("[/ip address get [find interface=pppoe-out1] address]", "interface:pppoe-out1/ipv4"),
        ('[/ip address get [find interface="ether1"] address]', "interface:ether1/ipv4"),
        ("[/ip address get [find where interface=ether1] address]", "interface:ether1/ipv4"),
        ("[/ip address get [/ip address find interface=ether1] address]", "interface:ether1/ipv4"),
        ("[/ip address get [/ip address find where interface=ether1] address]", "interface:ether1/ipv4"),
        ("[/ip/address get [find interface=ether1] address]", "interface:ether1/ipv4"),
        ("[/ipv6 address get [find interface=ether1] address]", "interface:ether1/ipv6"),
        ("[/ipv6/address get [find interface=ether1] address]", "interface:ether1/ipv6"),
        ("[/ip/address/get [find interface=ether1] address]", "interface:ether1/ipv4"),
        ("[/ip/address/get [/ip/address/find interface=ether1] address]", "interface:ether1/ipv4"),
        ("[/ip address get [find interface=ether1] value-name=address]", "interface:ether1/ipv4"),
        ("[/ipv6/address/get [find where interface=ether1] address]", "interface:ether1/ipv6"),
        ("[ /ip  address get [ find interface=ether1 ] address ]", "interface:ether1/ipv4"),
        ("[/ip address get value-name=address [find interface=ether1]]", "interface:ether1/ipv4"),
        ("[/ip address get [find interface=ether1 disabled=no] address]", "interface:ether1/ipv4"),
        ("[/ip address get [find !disabled interface=ether1 invalid=no] address]", "interface:ether1/ipv4"),
        (f'[:pick {ADDRESS} 0 [:find {ADDRESS} "/"]]', "interface:ether1/ipv4"),
        (f"[:pick {ADDRESS} 0 [:find {ADDRESS} /]]", "interface:ether1/ipv4"),
    ],
)
def test_the_address_of_an_interface(expression: str, source: str) -> None:
    assert source_from_expression(expression) == source


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "[]",
        "[[",
        "]",
        "/ip address get [find interface=ether1] address",
        "[/ip address get [find interface=ether1] network]",
        "[/ip address get [find interface=ether1] address",
        "[/ip address get [find interface=ether1] address] x",
        "[/ip address get [find comment=wan] address]",
        "[/ip address get [find interface=ether1 disabled=yes] address]",
        "[/ip address get [find interface=ether1 dynamic=yes] address]",
        f'[:pick {ADDRESS} 1 [:find {ADDRESS} "/"]]',
        f'[:pick {ADDRESS} 0 [:find {ADDRESS} "."]]',
        f'[:pick {ADDRESS} 0 [:find {ADDRESS.replace("ether1", "ether2")} "/"]]',
        f"[:pick {ADDRESS} 0 3]",
        f"[:pick {ADDRESS}]",
        '[:pick 0 [:find "/"]]',
        "[/ip address get [find] address]",
        "[/ip address get 0 address]",
        "[/ip address set [find interface=ether1] address]",
        "[/ip dhcp-client get [find interface=ether1] address]",
        "[/ip route get [find interface=ether1] address]",
        "[/ip/address/set [find interface=ether1] address]",
        "[/system identity get name]",
        "[:resolve example.com]",
        "[$wanAddress]",
    ],
)
def test_everything_else_is_told_to_be_beyond_us(expression: str) -> None:
    with pytest.raises(InvalidText, match="cannot be evaluated outside a router") as caught:
        source_from_expression(expression)
    assert "interface:NAME" in caught.value.hint


@given(st.text(alphabet='[]/ipv6 adresgtfnwhm="0', max_size=60))
def test_whatever_the_text_only_invalid_text_comes_out(text: str) -> None:
    try:
        source = source_from_expression(text)
    except InvalidText:
        return
    assert source.startswith("interface:")


@pytest.mark.parametrize(
    "text", ['[:resolve "ns1.example.com"]', "[:resolve ns1.example.com]", "[ :resolve ns1.example.com ]"]
)
def test_the_server_that_is_resolved_is_a_host(text: str) -> None:
    assert host_from_expression(text) == "ns1.example.com"


@pytest.mark.parametrize(
    "text", ["[:resolve]", "[:resolve a b]", "[:resolve a server=192.0.2.1]", "[/ip dns get servers]"]
)
def test_other_servers_are_beyond_us(text: str) -> None:
    with pytest.raises(InvalidText, match="cannot be evaluated outside a router"):
        host_from_expression(text)


@pytest.mark.parametrize(
    "text", ["[/system identity get]", "[/system identity print]", "[/system identity get name", "[/x]"]
)
def test_other_names_are_beyond_us(text: str) -> None:
    with pytest.raises(InvalidText, match="cannot be evaluated outside a router"):
        name_from_expression(text)
