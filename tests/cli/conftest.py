"""Servers that several modules of tests ask."""

from collections.abc import Iterator

import pytest

from tests.support.doq import DoqBind, doq_bind
from tests.support.tls import SecureBind, tls_bind


@pytest.fixture(scope="session")
def by_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureBind]:
    """Return a server of DNS over TLS."""
    with tls_bind(tmp_path_factory.mktemp("tls")) as bind:
        yield bind


@pytest.fixture(scope="session")
def by_quic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoqBind]:
    """Return a server of DNS over QUIC."""
    with doq_bind(tmp_path_factory.mktemp("quic")) as bind:
        yield bind
