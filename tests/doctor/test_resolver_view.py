"""A zone that this machine's resolver, and so others, see at another server, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.doctor import resolver_view
from dns_update.errors import UsageError
from dns_update.transport import Server
from lab import Bind, Namespace, Zone
from lab.server import NameServer
from tests.support.broken.servers import KEY, Resolver, line
from tests.support.command import in_process

SERVED = ("moved.test", "newer.test", "same.test", "private.test")
"""Zones of the server; its resolver has the first three, too."""


class Newer(Resolver):
    """A resolver with a zone of a higher serial."""

    def _prepare(self) -> None:
        super()._prepare()
        path = self.directory / "newer.test.zone"
        path.write_text(path.read_text().replace(" 1 3600", " 7 3600"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, has_namespaces: None) -> Iterator[NameServer]:  # noqa: ARG001
    """Return a server at an address that others reach, too, beside a resolver at 127.0.0.1."""
    seen = [Zone("moved.test", primary="ns.elsewhere.test."), Zone("newer.test"), Zone("same.test"), Zone("test")]
    with Namespace() as namespace:
        namespace.ip("address", "add", "192.0.2.1/32", "dev", "lo")
        own = [Zone(name) for name in SERVED]
        directory = tmp_path_factory.mktemp("seen")
        with (
            Bind(
                directory / "server", keys=[KEY], zones=own, namespace=namespace, port=53, host="192.0.2.1",
                listen_v6=False,
            ) as server,
            Newer(directory / "resolver", zones=seen, namespace=namespace, port=53, listen_v6=False),
        ):  # fmt: skip
            yield server


def checked(server: NameServer, zone: str, directory: Path) -> str:
    assert server.namespace is not None
    words = line("192.0.2.1", directory, KEY, f"zone={zone}")
    with server.namespace.entered():
        result = in_process("check", *words)
    assert result.status == 0, result.stdout
    return result.stdout


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        ("moved.test", "sees moved.test with serial 1 and the primary ns.elsewhere.test; 192.0.2.1 has serial 1"),
        ("newer.test", "sees newer.test with serial 7 and the primary ns.newer.test; 192.0.2.1 has serial 1"),
        ("private.test", "finds no zone private.test: others do not see its names"),
        ("same.test", ""),
    ],
)
def test_what_the_resolver_sees_of_a_zone(
    server: NameServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, says: str
) -> None:
    monkeypatch.setattr(resolver_view, "system_resolvers", lambda: (Server("127.0.0.1"),))
    said = checked(server, zone, tmp_path)
    assert says in said
    assert ("note    resolver" in said) is bool(says)


def test_without_a_resolver_nothing_is_said(
    server: NameServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable() -> tuple[Server, ...]:
        raise UsageError("cannot read /etc/resolv.conf")

    monkeypatch.setattr(resolver_view, "system_resolvers", unreadable)
    assert "note    resolver" not in checked(server, "moved.test", tmp_path)


def test_a_resolver_that_does_not_answer_or_is_none_says_nothing(
    server: NameServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("127.0.0.2", "192.0.2.1"):
        monkeypatch.setattr(resolver_view, "system_resolvers", lambda address=address: (Server(address),))
        assert "note    resolver" not in checked(server, "moved.test", tmp_path)
