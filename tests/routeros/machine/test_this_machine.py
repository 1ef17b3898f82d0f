"""What each command of a router does on this machine: carried out, answered with the Linux way, or refused."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dns_update.address.kernel import snapshot
from dns_update.errors import InvalidText, NoAddress
from dns_update.routeros.described import Router
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.machine import pinging
from dns_update.routeros.machine.events import RouterHooks
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.on_linux import ANSWERS, answer_to
from dns_update.routeros.machine.schedule import Schedule
from dns_update.routeros.machine.this_machine import Machine, MachineSettings
from dns_update.routeros.remarks import ScriptError, ScriptSyntaxError
from tests.routeros.machine.fakes import FakeOutside, entry, interfaces_of, link, machine_with

if TYPE_CHECKING:
    from dns_update.routeros.values import RouterValue

_PUBLIC = MachineSettings(InterfaceNames(), (bytes([203, 0, 113, 9]), bytes.fromhex("20010db8" + "00" * 11 + "09")))


def _ran(script: str, settings: MachineSettings | None = None) -> tuple[Machine, FakeOutside]:
    machine, outside = machine_with(settings)
    Evaluator(machine, {}).run(script)
    return machine, outside


def _failed(script: str, settings: MachineSettings | None = None) -> tuple[str, list[str]]:
    machine, outside = machine_with(settings)
    with pytest.raises(ScriptError) as caught:
        Evaluator(machine, {}).run(script)
    return caught.value.message, outside.said


# What is refused


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("/tool generate random length=0", "value of length out of range"),
        ("/tool generate random length=5000", "value of length out of range"),
        ("/tool generate random", "value of length out of range"),
        ("/tool generate key length=32", "bad command name key"),
        ("/ping", "missing value(s) of argument(s) address"),
        ("/ping -x", "missing value(s) of argument(s) address"),
        ("/ping 127.0.0.1 count=0", "value of count out of range"),
        ("/ping 127.0.0.1 count=many", "value of count out of range"),
        ("/system reboot", "failure: /system reboot is not done here"),
        ("/tool e-mail send to=a@example.com", "failure: /tool/e-mail send is not done here"),
        ('/tool fetch url="https://example.com/?ip=1" keep-result=no', "failure: no other service is told"),
        ("/tool fetch url=https://example.com http-method=put", "failure: no other service is told"),
        ("/tool fetch url=https://example.com http-data=x output=user", "failure: no other service is told"),
        ('/tool fetch url="https://example.com/nic/update?hostname=a&MyIP=1" output=user', "no other service is told"),
        ("/file remove none", "no such item"),
        ("/no such-menu blink", "bad command name blink"),
        ("/no/such/menu print", "bad command name menu"),
        ("/system script add name=a source=x; /system script add name=a source=y", "item with this name already"),
        ("/system script remove none", "no such item"),
        ("/system scheduler set none interval=5m", "no such item"),
        ("/system scheduler enable [find name=none]; /system scheduler enable none", "no such item"),
        (":resolve x.example.com type=mx", "input does not match any value of type"),
    ],
)
def test_what_cannot_be_done_fails_with_a_text(script: str, text: str) -> None:
    assert text in _failed(script)[0]


@pytest.mark.parametrize("script", ["/ip cloud get public-address", "/tool fetch url=https://example.com output=user"])
def test_without_a_source_the_public_address_is_refused_and_the_way_to_allow_it_is_told(script: str) -> None:
    message, said = _failed(f":put [{script}]")
    assert message == "failure: no source of the public address is allowed"
    (line,) = [line for line in said if "public-address=dns:" in line]
    assert line.startswith("the script asks for the public address")


# What is answered


@pytest.mark.parametrize(
    ("script", "menu"),
    [
        ("/system ntp client\nset enabled=yes primary-ntp=time.google.com", "/system/ntp/client set"),
        ("/ip route add dst-address=192.0.2.0/24 gateway=10.0.0.1", "/ip/route add"),
        ("/ip firewall filter add chain=forward action=accept", "/ip/firewall/filter add"),
        ("/ip firewall nat add chain=srcnat", "/ip/firewall/nat add"),
        ("/system identity set name=x", "/system/identity set"),
        ("/interface bridge add name=bridge", "/interface/bridge add"),
        ("/system logging add topics=wireguard action=memory", "/system/logging add"),
    ],
)
def test_what_changes_a_router_is_answered_once_and_the_script_goes_on(script: str, menu: str) -> None:
    _, outside = _ran(f"{script}\n{script}\n:put done")
    (line,) = outside.said
    assert line.startswith(f"note: {menu} changes a router, not this machine; here: ")
    assert outside.lines == ["done"]


def test_what_is_left_out_of_an_export_is_one_line() -> None:
    script = "/ip pool add name=a\n/ip pool add name=b\n/routing table add name=x\n/queue simple set a"
    machine, outside = _ran(script)
    machine.tell_left_out()
    machine.tell_left_out()
    (line,) = outside.said
    menus = "/ip/pool add, /routing/table add, /queue/simple set"
    assert line == f"note: left out, because this machine has its own configuration for it: {menus}"


def test_each_answer_can_be_the_first_that_fits() -> None:
    for answer in ANSWERS:
        verbs = answer.verbs or ("anything",)
        assert answer in [answer_to(answer.menu, verb) for verb in verbs], answer
        assert answer.instead


# What is done


def test_a_secret_is_random_and_base64_if_its_length_allows_it() -> None:
    _, outside = _ran(":local s [/tool generate random length=32]\n:put [:len $s]")
    assert outside.lines == ["9" * 32, "32"]
    assert outside.said == []
    _, outside = _ran("/tool generate random length=33")
    assert "not Base64" in outside.said[0]


@pytest.mark.parametrize("topics", ["dns,debug", "debug,dns", "dns"])
def test_logging_of_dns_is_debug(topics: str) -> None:
    machine, _ = _ran(f"/system logging add topics={topics} action=memory")
    assert machine.sender.is_tracing == ("debug" in topics)


def test_the_public_address_is_that_of_the_source() -> None:
    script = (
        ":put [/ip cloud get public-address]\n"
        ':put ([/tool fetch url="https://ipv6.example.com" as-value output=user]->"data")\n'
        '/tool fetch url="https://example.com/ip" mode=https dst-path=ip.txt\n'
        ":put [/file get [find name=ip.txt] contents]\n/file remove ip.txt\n:put [:len [/file find]]"
    )
    _, outside = _ran(script, _PUBLIC)
    assert outside.lines == ["203.0.113.9", "2001:db8::9", "203.0.113.9", "0"]
    assert len([line for line in outside.said if "fetch gives the public address" in line]) == 1


def test_what_is_set_for_the_cloud_needs_no_public_address() -> None:
    _, outside = _ran("/ip cloud set ddns-enabled=yes\n:put [/ip cloud get ddns-enabled]")
    assert outside.lines == ["no"]
    _, outside = _ran("/ip cloud print", _PUBLIC)
    assert outside.lines == ["public-address=203.0.113.9 ddns-enabled=no status=updated"]


def test_a_kernel_that_does_not_answer_is_a_failure_of_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise NoAddress("the kernel does not list addresses")

    monkeypatch.setattr(snapshot, "read_interfaces", refused)
    assert _failed(":put [/interface find]")[0] == "failure: the interfaces are not known"


def test_a_described_server_fails_in_a_dry_run_as_it_says() -> None:
    chosen = MachineSettings(
        InterfaceNames(), is_dry=True, router=Router({"server_fails": {"192.0.2.3": "failure: refused"}})
    )
    update = "/tool dns-update zone=example.com name=a address=192.31.1.1 dns-server="
    machine, outside = _ran(f":onerror e in={{ {update}192.0.2.3 }} do={{ :put $e }}\n{update}192.0.2.1", chosen)
    assert outside.lines == ["failure: refused"]
    assert [sent.result for sent in machine.sender.updates] == ["failure: refused", "dry-run"]


def test_menus_are_this_machine_s(monkeypatch: pytest.MonkeyPatch) -> None:
    interfaces = interfaces_of(link(2, "eth0"), entry(2, "203.0.113.45/24"), entry(2, "2001:db8::5/64"))
    monkeypatch.setattr(snapshot, "read_interfaces", lambda: interfaces)
    chosen = MachineSettings(InterfaceNames((("ether1", "eth0"),)))
    script = (
        ":put [/ip address get [find interface=ether1] address]\n"
        ":put [/ipv6 address get [find interface=ether1] address]\n"
        ":put [/interface get ether1 running]\n"
        ":put [/interface ethernet get [find default-name=eth0] name]\n"
        ":put [/ip dhcp-client get [find interface=ether1] address]\n"
    )
    _, outside = _ran(script, chosen)
    assert outside.lines == ["203.0.113.45/24", "2001:db8::5/64", "true", "ether1", "203.0.113.45/24"]


def test_a_script_may_be_given_to_a_dhcp_client_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    interfaces = interfaces_of(link(2, "eth0"), entry(2, "203.0.113.45/24"))
    monkeypatch.setattr(snapshot, "read_interfaces", lambda: interfaces)
    script = '/ip dhcp-client set [find interface=eth0] script=":put 1"\n/ip dhcp-client set 0 add-default-route=yes'
    machine, _ = _ran(script)
    ((path, row),) = machine.storage.hooked()
    assert (path, row["interface"], row["script"], row["add-default-route"]) == (
        "/ip/dhcp-client", "eth0", ":put 1", "yes",
    )  # fmt: skip


def test_stored_rows_are_changed_and_removed() -> None:
    script = (
        "/system scheduler add name=a interval=5m on-event=x\n/system scheduler add name=b interval=5m on-event=x\n"
        "/system scheduler set [find name=a] interval=10m\n/system scheduler disable b\n"
        "/system scheduler print\n/system scheduler remove [find name=a]\n:put [:len [/system scheduler find]]"
    )
    _, outside = _ran(script)
    assert "name=a interval=10m" in outside.lines[0].replace("disabled=false ", "")
    assert "disabled=true" in outside.lines[1]
    assert outside.lines[2] == "1"


def test_the_log_is_printed_by_a_condition_and_has_topics() -> None:
    machine, outside = _ran(':log info "one"\n:log error "two"\n/log print where message~"^t" and topics~"error"')
    assert [(line.topics, line.message) for line in outside.entries] == [
        ("script,info", "one"),
        ("script,error", "two"),
    ]
    assert len(outside.lines) == 1
    assert outside.lines[0].endswith(" script,error two")
    assert machine.puts == outside.lines


def test_a_described_router_replaces_this_machine() -> None:
    state: dict[str, RouterValue | object] = {
        "identity": "branch-7",
        "public_address": "203.0.113.7",
        "interfaces": [{"name": "ether1"}],
        "addresses": [{"interface": "ether1", "address": "203.0.113.45/24"}],
        "dns": {"office.example.com": "203.0.113.9"},
    }
    script = (
        ":put [/system identity get name]\n:put [/ip cloud get public-address]\n"
        ":put [/ip address get [find interface=ether1] address]\n:put [:resolve office.example.com]"
    )
    _, outside = _ran(script, MachineSettings(InterfaceNames(), router=Router(state)))
    assert outside.lines == ["branch-7", "203.0.113.7", "203.0.113.45/24", "203.0.113.9"]


def test_a_described_router_that_has_names_has_no_others() -> None:
    chosen = MachineSettings(InterfaceNames(), router=Router({"dns": {}}))
    assert _failed(":resolve localhost", chosen)[0] == "failure: dns name does not exist"


def test_what_was_done_is_forgotten_except_the_log() -> None:
    update = "/tool dns-update dns-server=192.0.2.1 zone=example.com name=a address=192.0.2.5"
    machine, _ = _ran(f":put $x\n:log info y\n{update}", MachineSettings(InterfaceNames(), is_dry=True))
    assert machine.puts
    assert machine.remarks
    assert machine.sender.updates
    machine.forget()
    assert (machine.puts, machine.remarks, machine.sender.updates) == ([], [], [])
    assert machine.logbook.entries


def test_a_remark_is_told_once_and_those_for_routers_not_at_all() -> None:
    script = (
        ":for i from=1 to=2 do={ :put $nowhere }\n"
        "/tool dns-update dns-server=2001:db8::1 name=a zone=example.com address=2001:db8::2"
    )
    machine, outside = _ran(script, MachineSettings(InterfaceNames(), is_dry=True))
    assert [line for line in outside.said if "nowhere" in line] == [
        "warning: a.rsc: line 1, column 30: nowhere is not declared here; it is empty"
    ]
    assert "router-would-refuse" in [remark.code for remark in machine.remarks]
    assert not any("a router takes" in line for line in outside.said)


def test_the_clock_and_the_host_s_name_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Host:
        nodename = "router.example.net"

    monkeypatch.setattr("os.uname", Host)
    _, outside = _ran(":put [/system identity get name]\n:put [:len [/system clock get time]]")
    assert outside.lines == ["router", "8"]


# Anything at all


_MENUS = st.sampled_from(
    [
        "/system script", "/system scheduler", "/tool netwatch", "/ip dhcp-client", "/ppp profile", "/file", "/log",
        "/interface pppoe-client", "/interface", "/ip address", "/ip cloud", "/system identity", "/tool",
        "/system clock", "/tool generate", "/", "/system logging", "/ip firewall nat",
    ]
)  # fmt: skip
_VERBS = st.sampled_from(
    ["add", "set", "remove", "enable", "disable", "find", "get", "print", "run", "random", "fetch", "ping", "generate"]
)
_VALUES = st.sampled_from(
    [
        "a", "*1", "0", "1", "-1", "", '""', "[find]", "[find name=a]", "$x", "$y", "[:nothing]", "({1;2})", "5m",
        "1.2.3.4", '"\\C3"', "yes", "name", "random", "127.0.0.1", "count-only", "as-value",
        '([:toarray "a,b"])', "[:parse x]",
    ]
)  # fmt: skip
_NAMES = st.sampled_from(
    [
        "name", "source", "interval", "on-event", "interface", "script", "numbers", "disabled", "address", "count",
        "length", "url", "topics", "output", "dst-path", "keep-result", "host", "value-name", "number",
    ]
)  # fmt: skip
_COMMANDS = st.builds(
    lambda menu, verb, unnamed, named: " ".join([menu, verb, *unnamed, *[f"{n}={v}" for n, v in named]]),
    _MENUS,
    _VERBS,
    st.lists(_VALUES, max_size=2),
    st.lists(st.tuples(_NAMES, _VALUES), max_size=3),
)


@settings(max_examples=600)
@given(st.lists(_COMMANDS, max_size=6))
def test_whatever_is_commanded_a_script_ends_well_or_with_an_error_of_its_own(commands: list[str]) -> None:
    interfaces = interfaces_of(link(2, "a"), entry(2, "203.0.113.45/24"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "read_interfaces", lambda: interfaces)
        patch.setattr(pinging, "pings_answered", lambda _host, count: count)
        machine, _ = machine_with(_PUBLIC)
        for command in commands:
            with suppress(ScriptError, ScriptSyntaxError):
                Evaluator(machine, {}).run(f":local x {{1;2}}; :local y [:toarray x]\n{command}")
        hooks = RouterHooks(machine.storage, InterfaceNames(), lambda _name, _index: {})
        assert all(event.entry for event in hooks.events(interfaces, frozenset(["a"])))
        for row in machine.storage.rows("/system/scheduler"):
            with suppress(InvalidText):
                Schedule.from_row(row)
        with suppress(InvalidText):
            hooks.watches()
