"""A server with a link-local address, which needs the interface behind it: `fe80::1%wan` (RFC 4007, section 11)."""

import subprocess
from collections.abc import Iterator

import pytest

from lab import Bind, LabKey, NameServer, Namespace
from lab.namespace import unavailable_because
from tests.cli.test_set import done
from tests.support.command import COMMAND, Result, dns_update, key_file

ADDRESS = "fe80::53"
INTERFACE = "wan"
SERVER = f"{ADDRESS}%{INTERFACE}"


@pytest.fixture(scope="module")
def on_the_link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    because = unavailable_because()
    if because is not None:
        pytest.skip(because)
    with Namespace(resolv_conf=f"nameserver {SERVER}\n") as namespace:
        namespace.ip("link", "add", INTERFACE, "type", "veth", "peer", "name", "lan")
        namespace.ip("link", "set", "lan", "up")
        namespace.ip("link", "set", INTERFACE, "up")
        namespace.ip("address", "add", f"{ADDRESS}/64", "dev", INTERFACE, "nodad")
        with Bind(
            tmp_path_factory.mktemp("bind"),
            keys=[LabKey.generate()],
            namespace=namespace,
            port=53,
            listen_v6=False,
            options=f"listen-on-v6 port 53 {{ {ADDRESS}; }};",
        ) as server:
            yield server


def inside(server: NameServer, *words: str) -> Result:
    assert server.namespace is not None
    return dns_update(*words, prefix=server.namespace.prefix)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_server_on_the_link_is_reached(transport: str, on_the_link: NameServer, unique_name: str) -> None:
    properties = [f"dns-server={SERVER}", "zone=example.com", f"name={unique_name}", f"transport={transport}"]
    done(inside(on_the_link, *properties, "address=192.0.2.1", "ttl=60", key_file(on_the_link)))
    shown = done(inside(on_the_link, "show", *properties, key_file(on_the_link)))
    assert shown.stdout.split() == [f"{unique_name}.example.com.", "60", "IN", "A", "192.0.2.1"]


def test_a_resolver_on_the_link_is_asked_for_what_is_left_out(on_the_link: NameServer) -> None:
    assert "ns.example.com" in done(inside(on_the_link, "show", "name=example.com", "type=NS")).stdout


@pytest.mark.parametrize("option", [[], ["-v"]], ids=["udp", "tcp"])
def test_nsupdates_server_on_the_link_is_reached(option: list[str], on_the_link: NameServer, unique_name: str) -> None:
    assert on_the_link.namespace is not None
    script = f"server {SERVER}\nzone example.com\nadd {unique_name}.example.com 60 A 192.0.2.1\nsend\n"
    command = [str(COMMAND.with_name("dns-nsupdate")), *option, "-k", key_file(on_the_link).partition("=")[2]]
    result = subprocess.run(
        [*on_the_link.namespace.prefix, *command], input=script, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_an_interface_that_is_not_there_is_told(on_the_link: NameServer) -> None:
    result = inside(
        on_the_link, "show", f"dns-server={ADDRESS}%nowhere", "zone=example.com", "name=home", "retries=0", "timeout=1"
    )
    assert result.status == 4
    assert result.lines[0].startswith(f"No answer from {ADDRESS}%nowhere: no such interface (1 try by UDP")
