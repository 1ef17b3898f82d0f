"""Addresses from network interfaces and from programs, and what is never published."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, NameServer, dig
from tests.address.test_web import Service, response
from tests.cli.test_set import done
from tests.support.command import COMMAND, Result, access, dns_update
from tests.support.peer import Silent

NAMESPACE_ADDRESSES = {
    "good": ["1.2.3.4/24", "2600:1::4/64"],
    "v4only": ["1.2.3.5/24"],
    "private": ["192.168.1.1/24", "fd00::1/64"],
    "shared": ["100.64.0.1/10"],
    "twofold": ["10.0.0.1/8", "1.2.3.6/24"],
    "empty": [],
}


@pytest.fixture(scope="module")
def interfaces(network: NameServer) -> Iterator[NameServer]:
    """Give BIND's namespace network interfaces with all sorts of addresses."""
    namespace = network.namespace
    assert namespace is not None
    names = [*NAMESPACE_ADDRESSES, "off", "old", "temp", "ppp", "young"]
    for name in names:
        namespace.ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-peer")
        namespace.sysctl(f"ipv6/conf/{name}/accept_dad", "0")
        namespace.sysctl(f"ipv6/conf/{name}/addr_gen_mode", "1")  # no link-local address
        namespace.ip("link", "set", name, "up")
        if name != "young":  # where nothing is at the other end, no address gets past its duplicate detection
            namespace.ip("link", "set", f"{name}-peer", "up")
    for name, addresses in NAMESPACE_ADDRESSES.items():
        for address in addresses:
            namespace.ip("address", "add", address, "dev", name)
    namespace.ip("address", "add", "1.2.3.8/24", "dev", "off")
    namespace.ip("link", "set", "off", "down")
    namespace.ip("address", "add", "2600:2::1/64", "dev", "old", "preferred_lft", "0")
    namespace.sysctl("ipv6/conf/temp/use_tempaddr", "2")
    namespace.ip("address", "add", "2600:3::1/64", "dev", "temp", "mngtmpaddr")
    namespace.ip("address", "add", "1.2.3.7", "peer", "5.6.7.8", "dev", "ppp")
    namespace.sysctl("ipv6/conf/young/accept_dad", "1")
    namespace.ip("address", "add", "2600:4::1/64", "dev", "young")
    yield network
    for name in names:
        namespace.ip("link", "delete", name)


def publish(server: NameServer, name: str, *words: str) -> Result:
    assert server.namespace is not None
    return dns_update(*access(server), f"name={name}", "ttl=60", *words, prefix=server.namespace.prefix)


def published(server: NameServer, name: str) -> list[str]:
    lines = dig(server, f"{name}.example.com", "A") + dig(server, f"{name}.example.com", "AAAA")
    return [line.split()[-1] for line in lines]


@pytest.mark.parametrize(
    ("source", "addresses"),
    [
        ("interface:good", ["1.2.3.4", "2600:1::4"]),
        ("interface:good/ipv4", ["1.2.3.4"]),
        ("interface:good/ipv6", ["2600:1::4"]),
        ("interface:v4only", ["1.2.3.5"]),
        ("interface:ppp", ["1.2.3.7"]),  # not 5.6.7.8, the peer's
        ("interface:twofold", ["1.2.3.6"]),
        ("interface:temp", ["2600:3::1"]),  # not the temporary one, which the kernel made of it
        ("prefix:good+::5", ["2600:1::5"]),
        ("prefix:good+::1:0:0:0:5/48", ["2600:1:0:1::5"]),
        ("prefix:temp+::5,interface:v4only", ["1.2.3.5", "2600:3::5"]),
        ("interface:v4only,2001:db8::1", ["1.2.3.5", "2001:db8::1"]),
        ("interface:v4only,interface:good/ipv6", ["1.2.3.5", "2600:1::4"]),
        ("[/ip address get [find interface=good] address]", ["1.2.3.4"]),
        ("[/ipv6 address get [find interface=good] address]", ["2600:1::4"]),
    ],
)
def test_an_interfaces_address(interfaces: NameServer, source: str, addresses: list[str], unique_name: str) -> None:
    done(publish(interfaces, unique_name, f"address={source}"))
    assert published(interfaces, unique_name) == addresses


def test_the_kernel_has_the_addresses_that_must_not_be_chosen(interfaces: NameServer) -> None:
    assert interfaces.namespace is not None
    flags = {"old": "deprecated", "temp": "temporary", "young": "tentative"}
    for name, flag in flags.items():
        # Were they not there, the tests of them would show nothing.
        assert flag in interfaces.namespace.read("-6", "address", "show", "dev", name)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("interface:old", "interface old has no usable address"),
        ("interface:young", "interface young has no usable address"),
        ("interface:empty", "interface empty has no usable address"),
        ("interface:empty/ipv4", "interface empty has no usable IPv4 address"),
        ("interface:v4only/ipv6", "interface v4only has no usable IPv6 address"),
        ("interface:missing", "there is no interface missing"),
        ("interface:private/ipv4", "192.168.1.1 (private"),
        ("interface:private/ipv6", "fd00::1 (unique-local"),
        ("interface:shared", "100.64.0.1 (carrier-grade NAT, 100.64.0.0/10"),
        ("interface:lo/ipv4", "127.0.0.1 (loopback"),
        ("interface:lo/ipv6", "::1 (loopback"),
        ("[/ip address get [find interface=missing] address]", "there is no interface missing"),
        ("interface:good,interface:missing", "there is no interface missing"),
        ("interface:off", "interface off is switched off"),
        ("prefix:missing+::5", "there is no interface missing"),
        ("prefix:v4only+::5", "interface v4only has no IPv6 prefix of 64 bits: no usable IPv6 address"),
        ("prefix:old+::5", "interface old has no IPv6 prefix of 64 bits: no usable IPv6 address"),
        ("prefix:private+::5", "only addresses that cannot be reached from the Internet: fd00::5 (unique"),
        ("dns:", "dns: gave no address: over IPv4: network is unreachable"),
        ("https://me:s3cret@example.com/", "https://example.com gave no address: over IPv4: "),
    ],
)
def test_without_a_usable_address_nothing_is_sent_and_nothing_removed(
    interfaces: NameServer, source: str, reason: str, unique_name: str
) -> None:
    done(publish(interfaces, unique_name, "address=192.0.2.1,2001:db8::1"))
    result = publish(interfaces, unique_name, f"address={source}", "--debug")
    assert result.status == 3
    assert result.failure.startswith("No address:")
    assert reason in result.failure
    assert "s3cret" not in result.failure
    assert result.sent == []
    assert published(interfaces, unique_name) == ["192.0.2.1", "2001:db8::1"]


@pytest.mark.parametrize(
    ("source", "beginning"),
    [
        ("interface:private", "behind a NAT, address=dns: or https"),
        ("interface:shared", "the provider's NAT has the public address, and others share it"),
        ("interface:lo", "allow-private=yes"),
        ("prefix:private+::5", "allow-private=yes"),  # of another machine: the world sees it by another address
    ],
)
def test_to_publish_what_nobody_can_reach_is_the_last_advice(
    interfaces: NameServer, source: str, beginning: str, unique_name: str
) -> None:
    hint = publish(interfaces, unique_name, f"address={source}").hint
    assert hint.startswith(beginning)
    assert hint.endswith("allow-private=yes publishes such an address")


def test_the_hint_names_the_interfaces_that_there_are(interfaces: NameServer, unique_name: str) -> None:
    hint = publish(interfaces, unique_name, "address=interface:missing").hint
    assert "good" in hint
    assert "v4only" in hint


@pytest.mark.parametrize(
    ("source", "addresses"),
    [
        ("interface:private", ["192.168.1.1", "fd00::1"]),
        ("interface:shared", ["100.64.0.1"]),
        ("interface:lo", ["127.0.0.1", "::1"]),
    ],
)
def test_allow_private_publishes_them_all_the_same(
    interfaces: NameServer, source: str, addresses: list[str], unique_name: str
) -> None:
    result = publish(interfaces, unique_name, f"address={source}")
    assert result.status == 3
    assert "allow-private=yes" in result.hint
    done(publish(interfaces, unique_name, f"address={source}", "allow-private=yes"))
    assert published(interfaces, unique_name) == addresses


# dns: and http:


def test_a_name_servers_answer(bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name=echo-{unique_name}", "ttl=60", "address=1.2.3.4"))
    source = f"dns:echo-{unique_name}.example.com@{bind.host}:{bind.port}"
    done(dns_update(*access(bind), f"name={unique_name}", "ttl=60", f"address={source}"))
    assert published(bind, unique_name) == ["1.2.3.4"]


def test_a_web_services_answer(bind: NameServer, unique_name: str) -> None:
    with Service(lambda _path: response("1.2.3.4\n")) as service:
        source = f"http://me:s3cret@{service.authority}/ip"
        done(dns_update(*access(bind), f"name={unique_name}", "ttl=60", f"address={source}"))
    assert published(bind, unique_name) == ["1.2.3.4"]


# command:


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return the path of an executable that tests write."""
    path = tmp_path / "my address"
    path.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    path.chmod(stat.S_IRWXU)
    return path


def _write(program: Path, *lines: str) -> str:
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    return f"address=command:'{program}'"


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["echo 1.2.3.4"], "1.2.3.4"),
        (["echo 2600:1::5"], "2600:1::5"),
        (["printf 1.2.3.4"], "1.2.3.4"),
        (["echo '  1.2.3.4  '"], "1.2.3.4"),
        (["printf '1.2.3.4\\r\\n'"], "1.2.3.4"),
        (["echo 1.2.3.4", "echo 5.6.7.8"], "1.2.3.4"),
        (["echo 1.2.3.4", "echo '<html>'"], "1.2.3.4"),
        (["echo talk >&2", "echo 1.2.3.4"], "1.2.3.4"),
    ],
)
def test_the_first_line_of_a_program(
    bind: NameServer, lines: list[str], address: str, program: Path, unique_name: str
) -> None:
    done(dns_update(*access(bind), f"name={unique_name}", "ttl=60", _write(program, *lines)))
    assert published(bind, unique_name) == [address]


def test_a_program_has_arguments_with_commas_and_quotes(bind: NameServer, unique_name: str) -> None:
    source = f'address=command:{sys.executable} -c \'print(".".join(["1","2","3","4"]))\''
    done(dns_update(*access(bind), f"name={unique_name}", "ttl=60", source))
    assert published(bind, unique_name) == ["1.2.3.4"]


def test_a_program_may_complain_though_our_own_standard_error_is_closed(
    bind: NameServer, unique_name: str, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho a warning >&2 && echo 1.2.3.9\n")
    program.chmod(0o755)
    words = [*access(bind), f"name={unique_name}", "ttl=60", f"address=command:{program}"]
    closed = ["sh", "-c", 'exec "$@" 2>&-', "sh", str(COMMAND)]
    assert subprocess.run([*closed, *words], check=False).returncode == 0
    assert published(bind, unique_name) == ["1.2.3.9"]


def test_no_shell_is_started_for_a_program(bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={unique_name}", "ttl=60", "address=192.0.2.1"))
    result = dns_update(*access(bind), f"name={unique_name}", "ttl=60", "address=command:echo $(echo 1.2.3.4)")
    assert result.status == 3
    assert published(bind, unique_name) == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["exit 1"], "failed with status 1"),
        (["echo 1.2.3.4", "exit 3"], "failed with status 3"),
        (["kill -9 $$"], "was killed by signal 9 (SIGKILL)"),
        (["true"], "printed nothing"),
        (["echo", "echo 1.2.3.4"], "printed no address"),
        (["echo rubbish"], "printed no address"),
        (["echo 300.1.1.1"], "printed no address"),
        (["printf '\\377\\376'"], "printed no address"),
        (["echo 10.0.0.1"], "10.0.0.1 (private"),
        (["echo fe80::1"], "fe80::1 (link-local"),
        (["echo 0.0.0.0"], "0.0.0.0 ("),
        (["echo ::"], ":: ("),
        (["echo 255.255.255.255"], "255.255.255.255 ("),
        (["echo 224.0.0.1"], "224.0.0.1 (multicast"),
        (["echo 203.0.113.5"], "203.0.113.5 ("),
        (["echo ::ffff:10.0.0.1"], "::ffff:a00:1 ("),
    ],
)
def test_a_program_that_gives_no_address_sends_and_removes_nothing(
    lines: list[str], reason: str, program: Path
) -> None:
    with Silent() as peer:
        words = (f"dns-server={peer.address}", "zone=example.com", "name=home", "ttl=60", "timeout=0.2", "retries=0")
        result = dns_update(*words, _write(program, *lines))
        assert result.status == 3
        assert result.failure.startswith("No address:")
        assert reason in result.failure
        assert str(program) in result.failure
        assert peer.is_untouched


def test_a_missing_program_is_named() -> None:
    with Silent() as peer:
        words = (f"dns-server={peer.address}", "zone=example.com", "name=home", "ttl=60", "timeout=0.2", "retries=0")
        result = dns_update(*words, "address=command:/no/such/program")
        assert result.status == 3
        assert "'/no/such/program' cannot be run: No such file or directory" in result.failure
        assert peer.is_untouched


def test_a_literal_is_taken_as_it_is(bind: NameServer, unique_name: str) -> None:
    done(dns_update(*access(bind), f"name={unique_name}", "ttl=60", "address=10.0.0.1,fe80::1"))
    assert published(bind, unique_name) == ["10.0.0.1", "fe80::1"]


def test_a_source_that_fails_beside_a_literal_stops_all(bind: NameServer, unique_name: str) -> None:
    assert isinstance(bind, Bind)
    done(dns_update(*access(bind), f"name={unique_name}", "ttl=60", "address=192.0.2.1"))
    result = dns_update(*access(bind), f"name={unique_name}", "ttl=60", "address=192.0.2.2,command:false")
    assert result.status == 3
    assert published(bind, unique_name) == ["192.0.2.1"]
