"""The machines that agents run on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agents import Machine, machine_at


@pytest.fixture
def machine(has_namespaces: None, tmp_path: Path) -> Iterator[Machine]:  # noqa: ARG001 - it skips
    """Return a machine of the test's own, with BIND on it; no agent runs yet."""
    with machine_at(tmp_path) as made:
        yield made
