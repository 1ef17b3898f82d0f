"""Permissions made at random, always the same ones: what is foretold is what the real named does."""

import random
from collections.abc import Iterator

import pytest

from dns_update.server_config import bind
from dns_update.server_config.bind.canonical import read_configuration
from lab import Bind, LabKey, Zone
from tests.server_config.asked import accepts, codes, faults, intended, key_of

KEYS = ("dd", "other", "host.example", "x.host.example")
ADDRESSES = ("127.0.0.1", "127.0.0.0/8", "192.0.2.0/24", "any", "none", "localhost", "localnets", "::1", "10/8")
IDENTITIES = (*KEYS, "*", "*.example", "*.host.example")
TYPES = ("", " A", " A AAAA", " TXT", " ANY", " A TXT", " TXT(2)")
ACLS = "acl a1 { key dd; 10/8; }; acl a2 { !a1; any; }; acl a3 { !key other; 127.0.0.1; };"
ZONES = 80
QUESTIONS = 4


class Maker:
    """Makes permissions for zones, and questions about them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same each time, and no secret

    def element(self, depth: int = 0) -> str:
        negation = self.random.choice(("", "", "!"))
        kind = self.random.random()
        if kind < 0.25:
            return f"{negation}key {self.random.choice(KEYS[:2])};"
        if kind < 0.55:
            return f"{negation}{self.random.choice(ADDRESSES)};"
        if kind < 0.7 or depth == 2:
            return f"{negation}{self.random.choice(('a1', 'a2', 'a3'))};"
        return f"{negation}{{ {self.several(lambda: self.element(depth + 1))} }};"

    def rule(self, zone: str) -> str:
        identity = self.random.choice(IDENTITIES)
        names = {
            "name": self.random.choice((f"home.{zone}", f"x.home.{zone}", zone)),
            "subdomain": self.random.choice((f"home.{zone}", zone, "example")),
            "wildcard": self.random.choice((f"*.{zone}", f"*.home.{zone}")),
            "zonesub": "",
            "self": identity,
            "selfsub": identity,
            "selfwild": identity,
            "tcp-self": ".",
        }
        kind = self.random.choice(tuple(names))
        action = self.random.choice(("grant", "grant", "grant", "deny"))
        return f"{action} {identity} {kind} {names[kind]}{self.random.choice(TYPES)};"

    def zone(self, number: int) -> Zone:
        name = f"z{number}.{self.random.choice(('example', 'example', 'host.example'))}"
        if self.random.random() < 0.5:
            return Zone(name, policy=f"allow-update {{ {self.several(self.element)} }};")
        return Zone(name, policy=f"update-policy {{ {self.several(lambda: self.rule(name))} }};")

    def several(self, make: object) -> str:
        assert callable(make)
        return " ".join(make() for _ in range(self.random.randint(1, 4)))


@pytest.fixture(scope="module")
def made() -> tuple[Maker, list[Zone]]:
    maker = Maker(1)
    return maker, [maker.zone(number) for number in range(ZONES)]


@pytest.fixture(scope="module")
def server(made: tuple[Maker, list[Zone]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    keys = [LabKey.generate(name) for name in KEYS]
    with Bind(tmp_path_factory.mktemp("random"), zones=made[1], readonly_keys=keys, extra=ACLS) as server:
        yield server


def test_random_permissions(server: Bind, made: tuple[Maker, list[Zone]], monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(server.directory / "named.conf")
    statements = read_configuration(path)
    monkeypatch.setattr(bind, "read_configuration", lambda _path: statements)  # once is enough
    maker, zones = made
    decided = 0
    for zone in zones * QUESTIONS:
        key = maker.random.choice((*server.readonly_keys, None))
        owner = maker.random.choice((f"home.{zone.name}", f"y.x.home.{zone.name}", zone.name))
        types = maker.random.choice(("A", "AAAA", "TXT", "A TXT", "NS"))
        asked_for = intended(zone.name, owner, types, None if key is None else key_of(key))
        found = bind.examine(path, asked_for, rndc=("not-a-program",))
        if "allow-update-not-known" not in codes(found):
            decided += 1
            assert accepts(server, asked_for) is (not faults(found)), (zone.policy, owner, types, key)
    assert decided > ZONES
