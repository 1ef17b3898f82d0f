"""Access lists made at random, always the same ones: what is foretold is what the real knotd does."""

import random
from pathlib import Path

import pytest

from dns_update.server_config import knot
from dns_update.server_config.knot.configuration import read_configuration
from lab import Knot, LabKey, Zone
from tests.server_config.asked import accepts, faults, intended, key_of

KEYS = ("dd", "other", "host.example")
ADDRESSES = ("127.0.0.1", "10.0.0.0/8", "127.0.0.0-127.1.1.1", "::1", "192.0.2.1")
REMOTES = """\
remote:
  - id: r1
    address: 127.0.0.1
    key: dd
  - id: r2
    address: 127.0.0.1
  - id: r3
    address: 192.0.2.1
    key: other
acl:
"""
RULES = 40
ZONES = 60
QUESTIONS = 5


class Maker:
    """Makes rules."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same each time, and no secret

    def some(self, choices: tuple[str, ...], most: int = 2) -> str:
        return f"[ {', '.join(self.random.sample(choices, self.random.randint(1, most)))} ]"

    def maybe(self, chance: float, item: str, value: str) -> str:
        return f"    {item}: {value}\n" if self.random.random() < chance else ""

    def rule(self, name: str) -> str:
        deny = self.maybe(0.25, "deny", "on")
        sender = self.maybe(0.25, "remote", self.some(("r1", "r2", "r3"))) or (
            self.maybe(0.4, "address", self.some(ADDRESSES)) + self.maybe(0.75, "key", self.some(KEYS))
        )
        actions = self.random.choice(("update", "update", "[ update, transfer ]", "notify"))
        action = self.maybe(0.7 if deny else 1, "action", actions)
        types = self.maybe(0.3, "update-type", self.some(("A", "AAAA", "TXT")))
        return f"  - id: {name}\n{sender}{action}{types}{self.owner()}{deny}"

    def owner(self) -> str:
        kind = self.random.choice(("", "", "", "name", "zone", "key"))
        if not kind:
            return ""
        match = self.maybe(0.6, "update-owner-match", self.random.choice(("sub-or-equal", "equal", "sub")))
        names = self.maybe(1, "update-owner-name", self.some(("home", "x.home", "host.example.")))
        return f"    update-owner: {kind}\n{match}{names if kind == 'name' else ''}"


def test_random_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(1)
    names = tuple(f"a{number}" for number in range(RULES))
    rules = "".join(map(maker.rule, names))
    zones = [Zone(f"z{number}.example", policy=f"    acl: {maker.some(names, 4)}") for number in range(ZONES)]
    keys = [LabKey.generate(name) for name in KEYS]
    with Knot(tmp_path, zones=zones, readonly_keys=keys, extra=REMOTES + rules) as server:
        path = str(tmp_path / "knot.conf")
        configuration = read_configuration(path)
        monkeypatch.setattr(knot, "read_configuration", lambda _path: configuration)  # once is enough
        monkeypatch.setattr(knot, "examine_status", lambda *_arguments: None)
        for zone in zones * QUESTIONS:
            key = maker.random.choice((*keys, None))
            owner = maker.random.choice((f"home.{zone.name}", f"y.x.home.{zone.name}", zone.name))
            types = maker.random.choice(("A", "AAAA", "TXT", "A TXT", "ANY"))
            asked_for = intended(zone.name, owner, types, None if key is None else key_of(key))
            found = knot.examine(path, asked_for)
            assert accepts(server, asked_for) is (not faults(found)), (zone.policy, owner, types)
