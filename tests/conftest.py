"""The real servers that tests speak to: one of each for a whole worker, started when a test first asks for it."""

import itertools
from collections.abc import Iterator

import pytest

from lab import Bind, Knot, LabKey, NameServer, PowerDns

_LABELS = itertools.count(1)


def _serve(kind: type[NameServer], factory: pytest.TempPathFactory) -> NameServer:
    return kind(factory.mktemp(kind.__name__.lower()), keys=[LabKey.generate("ddns-key", "hmac-sha256")])


@pytest.fixture(scope="session")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """BIND with example.com and one key, `bind.keys[0]`."""
    with _serve(Bind, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Knot with example.com and one key, `knot.keys[0]`."""
    with _serve(Knot, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def powerdns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """PowerDNS with example.com and one key, `powerdns.keys[0]`."""
    with _serve(PowerDns, tmp_path_factory) as server:
        yield server


@pytest.fixture
def unique_name() -> str:
    """Return a label that no other test of this worker's servers uses."""
    return f"test-{next(_LABELS)}"
