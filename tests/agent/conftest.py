"""The machines that agents run on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.namespace import unavailable_because
from tests.support.agents import Machine, machine_at


@pytest.fixture(scope="session")
def has_namespaces() -> None:
    """Skip a test where no namespace can be made."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture
def machine(has_namespaces: None, tmp_path: Path) -> Iterator[Machine]:  # noqa: ARG001 - it skips
    """Return a machine of the test's own, with BIND on it; no agent runs yet."""
    with machine_at(tmp_path) as made:
        yield made
