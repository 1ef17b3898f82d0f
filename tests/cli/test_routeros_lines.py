"""Lines as people copy them from a RouterOS router, in the spellings of its versions."""

import os

import pytest

from lab import NameServer
from tests.cli.test_set import done, records
from tests.support.command import access, at, dns_update, in_process, key_file


@pytest.mark.parametrize(
    ("ttl", "held"), [("00:05:00", "300"), ("1d00:05:00", "86700"), ("01:00:01", "3601"), ("600", "600")]
)
def test_a_ttl_may_be_a_clock(ttl: str, held: str, bind: NameServer, unique_name: str) -> None:
    done(in_process(*access(bind), f"name={unique_name}", "address=192.0.2.1", f"ttl={ttl}"))
    assert records(bind, unique_name, "A") == [f"{held} 192.0.2.1"]


OF_LO = "[/ip address get [find interface=lo] address]"


@pytest.mark.parametrize(
    "expression",
    [
        "[/ip/address/get [find interface=lo] address]",
        "[/ip address get [find interface=lo] value-name=address]",
        "[/ip address get value-name=address [find interface=lo]]",
        "[/ip address get [find where interface=lo disabled=no] address]",
        "[/ip/address/get [/ip/address/find interface=lo !disabled] address]",
        f"[:pick {OF_LO} 0 [:find {OF_LO} /]]",
    ],
)
def test_an_address_is_what_the_interface_has(expression: str, bind: NameServer, unique_name: str) -> None:
    words = f"address={expression}".split()  # as a shell parts it
    done(in_process(*access(bind), f"name={unique_name}", *words, "ttl=60", "allow-private=yes"))
    assert records(bind, unique_name, "A") == ["60 127.0.0.1"]


@pytest.mark.parametrize("expression", ['[:resolve "localhost"]', "[:resolve localhost]", "[:resolve  127.0.0.1 ]"])
def test_a_server_may_be_resolved(expression: str, bind: NameServer, unique_name: str) -> None:
    server, *rest = access(bind)
    words = [f"dns-server={expression}".replace('"', ""), f"port={bind.port}", *rest]
    done(in_process(*words[0].split(" "), *words[1:], f"name={unique_name}", "address=192.0.2.1", "ttl=60"))
    assert server.endswith(f":{bind.port}")
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


@pytest.mark.parametrize("expression", ["[/system identity get name]", "[/system/identity/get name]"])
def test_the_routers_name_is_this_machines(
    expression: str, bind: NameServer, unique_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Machine:
        nodename = f"{unique_name}.example.net"

    monkeypatch.setattr(os, "uname", Machine)
    done(in_process(*access(bind), *f"name={expression}".split(), "address=192.0.2.1", "ttl=60"))
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


@pytest.mark.parametrize("prefix", [["/tool", "dns-update"], ["/tool/dns-update"], ["tool", "dns-update", "set"]])
def test_a_routers_line_without_a_name_means_the_zone(prefix: list[str], bind: NameServer) -> None:
    done(in_process(*prefix, *access(bind), "address=192.0.2.77", "ttl=60"))
    assert records(bind, "@", "A") == ["60 192.0.2.77"]
    done(in_process("delete", *access(bind), "name=@", "type=A"))


@pytest.mark.parametrize("command", [[], ["set"], ["delete"], ["show"], ["/tool", "dns-update", "delete"]])
def test_elsewhere_a_name_that_is_left_out_is_a_mistake(command: list[str], bind: NameServer) -> None:
    words = ["type=A"] if command and command[-1] in ("delete", "show") else ["address=192.0.2.1"]
    result = in_process(*command, *access(bind), *words)
    assert (result.status, result.lines[0][:16]) == (2, "name= is missing")


@pytest.mark.parametrize(
    "line",
    [
        "/tool dns-update {server} name={name} {zone} address=192.0.2.1 ttl=00:01:00 {key}",
        "/tool/dns-update {server} name={name} {zone} \\\n    address=192.0.2.1 ttl=60 {key};",
        (
            '/tool dns-update address=[/ip/address/get [find interface="lo"] address] {server} name="{name}" '
            "{zone} {key} ttl=60 allow-private=yes"
        ),
        'dns-update {server} name={name} {zone} address="192.0.2.1" ttl=1m {key} ; ',
    ],
)
def test_a_whole_line_may_be_pasted_in_quotes(line: str, bind: NameServer, unique_name: str) -> None:
    line = line.format(server=at(bind), name=unique_name, zone="zone=example.com", key=key_file(bind))
    done(dns_update(line))
    address = "127.0.0.1" if "interface" in line else "192.0.2.1"
    assert records(bind, unique_name, "A") == [f"60 {address}"]


@pytest.mark.parametrize("rest", ['key="c2VjcmV0', "address=[/ip address key=c2VjcmV0"])
def test_a_pasted_line_that_has_no_end_is_told_and_not_shown(rest: str) -> None:
    result = in_process(f"/tool dns-update name=home zone=example.com {rest}")
    assert result.status == 2
    assert "not closed" in result.stderr
    assert "c2VjcmV0" not in result.stderr
