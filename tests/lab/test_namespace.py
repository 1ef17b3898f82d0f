import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabFailed, Namespace, dig
from lab.namespace import unavailable_because


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with Namespace() as made:
        yield made


def _output(namespace: Namespace, *command: str) -> str:
    return subprocess.run([*namespace.prefix, *command], capture_output=True, text=True, check=True).stdout


def test_it_has_loopback_and_files_of_its_own(namespace: Namespace) -> None:
    assert _output(namespace, "cat", "/etc/resolv.conf") == "nameserver 127.0.0.1\n"
    namespace.write("resolv.conf", "nameserver 127.0.0.2\n")
    assert _output(namespace, "cat", "/etc/resolv.conf") == "nameserver 127.0.0.2\n"
    assert Path("/etc/resolv.conf").read_text(encoding="utf-8") != "nameserver 127.0.0.2\n"
    assert "127.0.0.1/8" in namespace.read("address", "show", "dev", "lo")


def test_interfaces_and_settings_are_its_own(namespace: Namespace) -> None:
    namespace.ip("link", "add", "one", "type", "veth", "peer", "name", "two")
    namespace.sysctl("ipv6/conf/one/accept_dad", "2")
    assert _output(namespace, "cat", "/proc/sys/net/ipv6/conf/one/accept_dad") == "2\n"
    assert not Path("/proc/sys/net/ipv6/conf/one").exists()
    with pytest.raises(LabFailed, match=r"ip -n .* link add one"):
        namespace.ip("link", "add", "one", "type", "veth")


def test_a_server_in_it_has_port_53_and_is_not_reached_from_outside(namespace: Namespace, tmp_path: Path) -> None:
    with Bind(tmp_path / "server", namespace=namespace, port=53) as server:
        pid = server.pid
        assert len(dig(server, "example.com", "SOA")) == 1
        assert Path(f"/proc/{pid}/exe").resolve().name == "named"
        assert Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    assert not Path(f"/proc/{pid}").exists()


def test_nothing_is_left_behind(namespace: Namespace) -> None:
    with Namespace() as other:
        assert Path("/run/netns", other.name).exists()
    assert not Path("/run/netns", other.name).exists()
    assert not Path("/etc/netns", other.name).exists()
    assert Path("/run/netns", namespace.name).exists()


def test_the_namespace_of_a_process_that_was_killed_is_removed_by_the_next(namespace: Namespace) -> None:
    assert namespace.name
    killed = f"dns-update-lab-{_dead_pid()}-1"
    subprocess.run(["ip", "netns", "add", killed], check=True)
    with Namespace():
        assert not Path("/run/netns", killed).exists()


def _dead_pid() -> int:
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid
