"""One client in a `with` block, shared by threads."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update import Client, DnsUpdateError, Policy
from lab import NameServer
from tests.client.servers import key_of

THREADS = 6
ROUNDS = 60


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Let threads switch as often as possible, so that races occur."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def sockets() -> set[str]:
    """Return the sockets that this process has open."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:  # the descriptor of the listing itself
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


@pytest.mark.usefixtures("eager_threads")
def test_threads_share_a_client_and_its_socket(bind: NameServer) -> None:
    failures: list[DnsUpdateError] = []
    before = sockets()
    start = threading.Barrier(THREADS)
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]), policy=Policy(timeout=20, retries=0))

    def work() -> None:
        start.wait()
        for _round in range(ROUNDS):
            try:
                client.show("ns", zone="example.com")
            except DnsUpdateError as error:
                failures.append(error)

    with client:
        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(sockets() - before) == 1  # one is kept for the server, whichever thread opened it
    assert not failures
    assert sockets() <= before


@pytest.mark.usefixtures("eager_threads")
def test_a_client_that_is_closed_while_threads_use_it_leaves_no_socket(bind: NameServer, unique_name: str) -> None:
    before = sockets()
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]), policy=Policy(timeout=20, retries=0))
    failures: list[Exception] = []

    def work() -> None:
        try:
            for _round in range(ROUNDS):
                with client:
                    client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60, verify=False)
        except Exception as error:  # noqa: BLE001 - a thread's error would be lost
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sockets() <= before
