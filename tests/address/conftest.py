"""Network namespaces for the tests of what the kernel says."""

from collections.abc import Iterator

import pytest

from lab import Namespace
from tests.support.waiting import eventually


@pytest.fixture
def namespace(has_namespaces: None) -> Iterator[Namespace]:  # noqa: ARG001 - it skips
    """Return an empty namespace with a pair of Ethernet interfaces, `lan` and `peer`, both up and without addresses."""
    with Namespace() as empty:
        add_pair(empty, "lan", "peer")
        yield empty


def add_pair(namespace: Namespace, name: str, peer: str) -> None:
    """Add a pair of Ethernet interfaces, without duplicate detection and link-local addresses; wait until they run.

    The kernel finds the carrier a moment after a link is set up, and reports it as another event.
    """
    namespace.ip("link", "add", name, "type", "veth", "peer", "name", peer)
    for end in (name, peer):
        namespace.sysctl(f"ipv6/conf/{end}/accept_dad", "0")
        namespace.sysctl(f"ipv6/conf/{end}/addr_gen_mode", "1")
        namespace.ip("link", "set", end, "up")
    for end in (name, peer):
        _wait_for_carrier(namespace, end)


def _wait_for_carrier(namespace: Namespace, name: str) -> None:
    eventually(lambda: namespace.read("link", "show", "dev", name), lambda shown: "state UP" in shown)
