import select
import subprocess
import sys
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


def test_a_thread_enters_it_and_leaves_it(namespace: Namespace) -> None:
    own, here = Path("/proc/self/ns/net").readlink(), Path("/proc/thread-self/ns/net")
    with namespace.entered():
        assert here.readlink() != own
    assert here.readlink() == own


def test_nothing_is_left_behind(namespace: Namespace) -> None:
    with Namespace() as other:
        assert Path("/run/netns", other.name).exists()
    assert not Path("/run/netns", other.name).exists()
    assert not Path("/etc/netns", other.name).exists()
    assert Path("/run/netns", namespace.name).exists()


def test_a_killed_process_leaves_no_namespace_behind(namespace: Namespace, pytestconfig: pytest.Config) -> None:
    program = (
        "import subprocess, sys; from lab import Namespace\n"
        "with Namespace() as made:\n"
        "    inside = subprocess.Popen([*made.prefix, 'cat'], stdin=subprocess.PIPE)\n"
        "    print(inside.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=pytestconfig.rootpath,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        pid = holder.stdout.readline().strip()
        before = set(Path("/run/netns").iterdir())
        namespace.ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", pid)
        with subprocess.Popen(
            [*namespace.prefix, "ip", "monitor", "link"], stdout=subprocess.PIPE, text=True
        ) as monitor:
            try:
                assert monitor.stdout is not None
                while not select.select([monitor.stdout], [], [], 0.01)[0]:  # until it listens
                    namespace.ip("link", "set", "near", "up")
                    namespace.ip("link", "set", "near", "down")
                holder.kill()
                # With the namespace its interface ends, and so does ours, which is the other end of it.
                assert any(line.startswith("Deleted") and "near" in line for line in monitor.stdout)
            finally:
                monitor.kill()
    assert set(Path("/run/netns").iterdir()) == before


def test_others_do_not_see_it(namespace: Namespace) -> None:
    first = ["nsenter", "--target", "1", "--mount", "ls", "/run/netns"]
    seen = subprocess.run(first, capture_output=True, text=True, check=False).stdout
    assert namespace.name not in seen.split()
