"""The configuration that answers make is one that the agent takes, whatever they are."""

from __future__ import annotations

from pathlib import Path

import pytest  # noqa: TC002 - hypothesis reads the annotations
from hypothesis import given
from hypothesis import strategies as st

from dns_update.agent.config.load import config_from_text
from dns_update.auth import Key
from dns_update.setup.answers import Answers, configuration_text, key_file_beside, key_file_text
from dns_update.wire.name import Name

DAY = "2026-11-30"
KEY = Key("home-key", bytes(range(32)), "hmac-sha256")
SOURCES = (
    "interface:ppp0",
    "interface:ppp0/ipv4,dns:/ipv6",
    "dns:",
    "prefix:br0+::5",
    "192.0.2.7",
    "command:/bin/echo '\"\\'",
)
NAMES = ("home.example.com", "example.com", "*.example.com", "under_score.example.com", 'a\\"b.example.com')


def answers(**changed: object) -> Answers:
    plain: dict[str, object] = {
        "servers": ("192.0.2.1",),
        "zone": Name.from_text("example.com"),
        "owners": (Name.from_text("home.example.com"),),
        "sources": ("interface:ppp0",),
        "key": KEY,
    }
    return Answers(**(plain | changed))  # type: ignore[arg-type]


def test_the_key_file_is_the_one_that_the_service_loads() -> None:
    assert key_file_beside("/etc/dns-update/config.toml") == "/etc/dns-update/home.key"
    assert key_file_beside("/srv/branch.toml") == "/srv/branch.key"
    assert key_file_beside("/srv/branch") == "/srv/branch.key"


@given(
    servers=st.lists(st.sampled_from(["192.0.2.1", "[2001:db8::1]:5353", "ns.example.com"]), min_size=1, unique=True),
    owners=st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
    sources=st.lists(st.sampled_from(SOURCES), min_size=1, unique=True),
    ttl=st.none() | st.integers(1, 2**31 - 1),
    allow_private=st.booleans(),
)
def test_the_agent_takes_it(  # noqa: PLR0913 - what answers have
    tmp_path_factory: pytest.TempPathFactory,
    servers: list[str], owners: list[str], sources: list[str], ttl: int | None, *, allow_private: bool,
) -> None:  # fmt: skip
    directory = tmp_path_factory.getbasetemp()
    made = answers(
        servers=tuple(servers), owners=tuple(map(Name.from_text, owners)), sources=tuple(sources), ttl=ttl,
        allow_private=allow_private,
    )  # fmt: skip
    path = directory / "config.toml"
    key_file = Path(key_file_beside(str(path)))
    key_file.write_text(key_file_text(made, DAY), encoding="utf-8")
    key_file.chmod(0o600)
    config = config_from_text(configuration_text(made, str(key_file)), str(path), is_private=False)
    assert [record.name for record in config.records] == list(made.owners)
    for record in config.records:
        assert record.common.upstream.key == KEY
        assert [str(server) for server in record.common.upstream.servers] == servers
        assert (record.common.ttl, record.common.allow_private) == (ttl, allow_private)
        assert str(record.zone) == "example.com"


def test_the_day_is_only_that_of_a_key_that_is_made() -> None:
    assert DAY in key_file_text(answers(is_key_made=True), DAY)
    assert "made" not in key_file_text(answers(), DAY)
