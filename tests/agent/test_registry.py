"""The names and upstreams after a reload: equal ones are kept, similar ones share parts, others are removed."""

from dns_update.agent.config.load import config_from_text
from dns_update.agent.config.settings import Config
from dns_update.agent.desired import SourceState
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.registry import Registry
from dns_update.transport.aio import AsyncioTransport
from tests.support.mock_agent import configuration, record

Changes = list[tuple[str | None, str | None]]


class Transports:
    """Makes transports, and counts them."""

    def __init__(self) -> None:
        self.made: list[str | None] = []

    def __call__(self, local_address: str | None) -> AsyncioTransport:
        self.made.append(local_address)
        return AsyncioTransport()


def config(*records: str, server: str = "timeout = 1") -> Config:
    text = configuration("".join(records), server=f'{server}\n[servers.other]\naddress = "192.0.2.2"\ntimeout = 1')
    return config_from_text(text, "config.toml", is_private=True)


def registry(transports: Transports | None = None) -> Registry:
    state = SourceState(started=0.0)
    return Registry(config(record()).agent, lambda _key: state, transports or Transports(), lambda: 0.5)


def changes(it: Registry, new: Config) -> Changes:
    """Apply a configuration, and return the changes by their names' first labels."""

    def label(managed: ManagedName | None) -> str | None:
        return None if managed is None else str(managed.settings.name).partition(".")[0]

    return [(label(gone), label(added)) for gone, added in it.apply(new, 0.0)]


def test_names_come_change_and_go_and_the_others_stay_as_they_are() -> None:
    it = registry()
    assert changes(it, config(record("a"), record("b"), record("c"))) == [(None, "a"), (None, "b"), (None, "c")]
    before = list(it.names)
    assert changes(it, config(record("d"), record("b", more="ttl = 5"), record("a"))) == [
        (None, "d"),
        ("b", "b"),
        ("c", None),
    ]
    assert [str(managed.settings.name).partition(".")[0] for managed in it.names] == ["d", "b", "a"]
    assert list(it.names)[2] is before[0]


def test_names_that_are_sent_alike_share_an_upstream_also_after_a_reload() -> None:
    transports = Transports()
    it = registry(transports)
    changes(it, config(record("a"), record("b"), record("c", more='servers = ["other"]')))
    a, b, c = (managed.upstream for managed in it.names)
    assert a is b
    assert c is not a
    assert c.health is a.health
    changes(it, config(record("n"), record("a")))
    assert {id(managed.upstream) for managed in it.names} == {id(a)}
    assert transports.made == [None]
    assert len(it.healths) == 1


def test_servers_that_are_waited_for_otherwise_have_a_health_of_their_own() -> None:
    it = registry()
    changes(it, config(record("a"), record("b", more='servers = ["other"]'), server="timeout = 2"))
    a, b = (managed.upstream for managed in it.names)
    assert a.health is not b.health
    assert len(it.healths) == 2


def test_an_upstream_that_no_name_uses_any_more_is_forgotten() -> None:
    it = registry()
    changes(it, config(record("a"), server="timeout = 2"))
    (a,) = it.names
    changes(it, config(record("b", more='servers = ["other"]'), server="timeout = 2"))
    assert list(it.healths) != [a.upstream.health]
    assert len(it.healths) == 1
