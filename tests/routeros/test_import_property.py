"""Scripts of the forms that people use, and what they are moved to, do the same in any states of a router."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from dns_update.cli.import_difference import published_by_configuration
from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.plan import IPV4, IPV6, Choices
from dns_update.migration.routeros.difference import RouterState, differences
from dns_update.migration.routeros.importer import import_of

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

IDENTITY = "branch"
INTERFACES = ("ether1", "pppoe-out1")
SERVERS = ("192.0.2.1", "192.0.2.2", "192.0.2.3")

_ADDRESSES = {
    "interface": "[/ip address get [find interface={wan}] address]",
    "interface, where": "[/ip/address/get [/ip/address/find where interface={wan} and !disabled] address]",
    "interface, first": "[/ip address get ([/ip address find interface={wan}]->0) address]",
    "IPv6": "[/ipv6 address get [find interface={wan} global] address]",
    "lease": "[/ip dhcp-client get [find interface={wan}] address]",
    "monitored": '([/interface pppoe-client monitor {wan} once as-value]->"local-address")',
    "public": "[/ip cloud get public-address]",
    "literal": '"198.51.100.9"',
}
_CUTS = (
    ':set ip [:pick $ip 0 [:find $ip "/"]]',
    ':local at [:find $ip "/"]\n:if ([:typeof $at] != "nil") do={{ :set ip [:pick $ip 0 $at] }}',
    ':for i from=([:len $ip] - 1) to=0 do={{ :if ([:pick $ip $i] = "/") do={{ :set ip [:pick $ip 0 $i] }} }}',
    ':local cut do={{ :return [:pick $1 0 [:find $1 "/"]] }}\n:set ip [$cut $ip]',
)
_UPDATE = '/tool dns-update dns-server={server} name={name} zone=example.com address=$ip key-name=k key="a2V5"{ttl}'
_ONE_SERVER = "{update}"
_FAIL_OVER = """:local done false
:foreach server in={{{servers}}} do={{
  :if (!$done) do={{
    :do {{
      {update}
      :set done true
    }} on-error={{ :log warning "$server failed" }}
  }}
}}
:if (!$done) do={{ :error "no server" }}"""
_ONE_NAME, _MANY_NAMES = "{inner}", ':foreach host in={{"home";"nas";"cam"}} do={{\n{inner}\n}}'
_ALWAYS = "{sending}"
_BY_MEMORY = ':global sent\n:if ($ip != $sent) do={{\n{sending}\n:set sent $ip\n}} else={{ :log info "unchanged" }}'
_BY_FILE = """:local sent [/file get "sent.txt" contents]
:if ($ip != $sent) do={{
{sending}
/file set "sent.txt" contents=$ip
}}"""
_BY_ZONE = """:local have ""
:do {{ :set have [:resolve "home.example.com" server=192.0.2.1{kind}] }} on-error={{ :log info "not there yet" }}
:if ([:tostr $have] != $ip) do={{
{sending}
}}"""
_SCHEDULE = "/system scheduler add name=s interval=5m on-event=push\n"
_IF_RUNNING = ":if ([/interface get [find name={wan}] running]) do={{\n{body}\n}}"


@st.composite
def scripts(draw: DrawFn) -> str:
    """Return a script of common forms."""
    wan = draw(st.sampled_from(INTERFACES))
    kind = draw(st.sampled_from(sorted(_ADDRESSES)))
    cut = draw(st.sampled_from(_CUTS)).format()
    ttl = draw(st.sampled_from(["", " ttl=300"]))
    is_failing_over, is_many = draw(st.booleans()), draw(st.booleans())
    name = "$host" if is_many else draw(st.sampled_from(["home", "[/system identity get name]"]))
    update = _UPDATE.format(server="$server" if is_failing_over else SERVERS[0], name=name, ttl=ttl)
    inner = (_FAIL_OVER if is_failing_over else _ONE_SERVER).format(update=update, servers=";".join(SERVERS))
    sending = (_MANY_NAMES if is_many else _ONE_NAME).format(inner=inner)
    checks = [_ALWAYS, _BY_MEMORY, _BY_FILE] + [_BY_ZONE] * (name == "home")
    checked = draw(st.sampled_from(checks)).format(sending=sending, kind=" type=ipv6" if kind == "IPv6" else "")
    body = f":local ip {_ADDRESSES[kind].format(wan=wan)}\n{cut}\n{checked}"
    body = (_IF_RUNNING if draw(st.booleans()) else "{body}").format(wan=wan, body=body)
    return _stored(draw(st.sampled_from(["body", "braces", "quotes", "lease"])), body, wan)


def _stored(way: str, body: str, wan: str) -> str:
    """Return the script as it is, or as an export stores it."""
    quoted = body.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\r\\n")
    match way:
        case "braces":
            return f"/system script add name=push source={{\n{body}\n}}\n{_SCHEDULE}"
        case "quotes":
            return f'{_SCHEDULE}/system script\nadd name=push source="{quoted}"\n'
        case "lease":
            return f'/ip dhcp-client\nadd interface={wan} script="{quoted}"\n'
    return body


@st.composite
def states(draw: DrawFn) -> RouterState:
    """Return a state: addresses with any prefix, or none, and servers that take no updates."""
    addresses = {}
    for number, name in enumerate(INTERFACES):
        if draw(st.booleans()) or draw(st.booleans()):
            host, length = draw(st.integers(1, 99)), draw(st.sampled_from([8, 24, 30, 32]))
            addresses[name, IPV4] = f"203.0.113.{100 * number + host}/{length}"
            addresses[name, IPV6] = f"2001:db8:{number + 1}::{host}/{draw(st.sampled_from([64, 128]))}"
    failing = draw(st.sets(st.sampled_from(SERVERS)))
    public = draw(st.sampled_from(["198.51.100.1", "198.51.100.2"]))
    return RouterState("generated", addresses, public, IDENTITY, tuple(sorted(failing)))


@settings(max_examples=300)
@given(scripts(), st.lists(states(), min_size=1, max_size=6))
def test_a_script_and_its_import_send_the_same(script: str, seen: list[RouterState]) -> None:
    whole = import_of(script)
    assert whole.plan.understood == "yes", (script, whole.plan.remarks)
    published = published_by_configuration(whole.plan, Choices({}, IDENTITY))
    assert not list(differences(whole, seen, published)), script


_CASES = (Path(__file__).parent / "cases").glob("*.rsc")
_PIECES = sorted({piece for path in _CASES for piece in re.findall(r"\w+|\W", path.read_text())})


@st.composite
def damaged(draw: DrawFn) -> str:
    """Return a script of common forms, with pieces taken away, moved, or put in from other scripts."""
    pieces = re.findall(r"\w+|\W", draw(scripts()))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(pieces) - 1))
        length = draw(st.integers(0, 4))
        pieces[at : at + length] = draw(st.lists(st.sampled_from(_PIECES), max_size=3))
        pieces = pieces or [""]
    return "".join(pieces)


@settings(max_examples=500, deadline=None)
@given(st.one_of(damaged(), st.text(max_size=200)))
def test_any_text_gives_a_plan_that_can_be_written(text: str) -> None:
    plan = import_of(text).plan
    assert all(remark.line >= 0 and remark.text for remark in plan.remarks)
    assert toml_from_plan(plan, Choices({}, IDENTITY), origin="a text", key_file="/dev/null")
