"""What the configuration says is what the real knotd does: every case is asked of both."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dns_update.auth import Key
from lab import Knot, LabKey, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of

KEYS = ("dd", "other", "host.self")
RIGHT = ""
ACLS = """\
remote:
  - id: here
    address: [ 192.0.2.1, 127.0.0.1 ]
    key: dd
  - id: there
    address: 192.0.2.1
    key: dd
acl:
  - id: plain
    key: dd
    action: update
  - id: both
    key: [ other, dd ]
    action: [ transfer, update ]
  - id: other
    key: other
    action: update
  - id: transfer
    key: dd
    action: transfer
  - id: unsigned
    address: 127.0.0.0/8
    action: update
  - id: far
    key: dd
    address: [ 10.0.0.0/8, 192.0.2.1-192.0.2.9 ]
    action: update
  - id: near
    key: dd
    address: 127.0.0.1-127.0.0.9
    action: update
  - id: types
    key: dd
    action: update
    update-type: [ A, AAAA ]
  - id: home
    key: dd
    action: update
    update-owner: name
    update-owner-name: [ home, "abs.names." ]
  - id: exact
    key: dd
    action: update
    update-owner: name
    update-owner-match: equal
    update-owner-name: home
  - id: below
    key: dd
    action: update
    update-owner: name
    update-owner-match: sub
    update-owner-name: home
  - id: own
    key: host.self
    action: update
    update-owner: key
  - id: denied-type-without-action
    key: dd
    update-type: TXT
    deny: on
  - id: without-action
    key: dd
  - id: own-unsigned
    action: update
    update-owner: key
  - id: zone
    key: dd
    action: update
    update-owner: zone
    update-owner-match: sub
  - id: denied
    key: dd
    action: update
    deny: on
  - id: deniedtype
    key: dd
    action: update
    update-type: TXT
    deny: on
  - id: denied-all
    address: 127.0.0.0/8
    action: update
    deny: on
  - id: by-remote
    remote: here
    action: update
  - id: by-far-remote
    remote: there
    action: update
"""


@dataclass(frozen=True)
class Case:
    """A zone's items, an update of a name in the zone by a key, and the fault; none if the update is right."""

    items: str
    fault: str
    key: str = "dd"
    owner: str = "home"
    types: str = "A"


CASES = {
    "none": Case("file: none.zone", "no-acl"),
    "plain": Case("acl: plain", RIGHT),
    "templated": Case("template: with-acl", RIGHT),
    "both": Case("acl: both", RIGHT),
    "second": Case("acl: [ other, plain ]", RIGHT),
    "twice": Case("acl: other\n    acl: plain", RIGHT),
    "otherkey": Case("acl: other", "acl-key"),
    "transfer": Case("acl: transfer", "acl-action"),
    "unsigned": Case("acl: unsigned", RIGHT, key=""),
    "signed": Case("acl: unsigned", "acl-only-unsigned"),
    "signedbeside": Case("acl: [ transfer, unsigned ]", "acl-only-unsigned"),
    "needskey": Case("acl: plain", "acl-unsigned", key=""),
    "far": Case("acl: far", "acl-address"),
    "near": Case("acl: near", RIGHT),
    "types": Case("acl: types", RIGHT, types="A AAAA"),
    "type": Case("acl: types", "acl-type", types="TXT"),
    "mixed": Case("acl: types", "acl-type", types="A TXT"),
    "whole": Case("acl: types", "acl-type", types="ANY"),
    "names": Case("acl: home", RIGHT, owner="x.home"),
    "name": Case("acl: home", "acl-owner", owner="other"),
    "exact": Case("acl: exact", RIGHT),
    "exactbelow": Case("acl: exact", "acl-owner", owner="x.home"),
    "below": Case("acl: below", RIGHT, owner="x.home"),
    "belowequal": Case("acl: below", "acl-owner"),
    "self": Case("acl: own", RIGHT, key="host.self", owner="host"),
    "selfother": Case("acl: own", "acl-owner", key="host.self"),
    "noaction": Case("acl: [ denied-type-without-action, plain ]", "acl-denies"),
    "noactionatall": Case("acl: [ without-action, plain ]", "acl-action"),
    "selfunsigned": Case("acl: own-unsigned", RIGHT, key=""),
    "zone": Case("acl: zone", RIGHT),
    "denied": Case("acl: [ denied, plain ]", "acl-denies"),
    "deniedlate": Case("acl: [ plain, denied ]", RIGHT),
    "deniedtype": Case("acl: [ deniedtype, plain ]", RIGHT),
    "deniedall": Case("acl: [ denied-all, plain ]", "acl-denies"),
    "remote": Case("acl: by-remote", RIGHT),
    "remotefar": Case("acl: by-far-remote", "acl-remote-address"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knot]:
    """Return knotd with a zone for each case."""
    directory = tmp_path_factory.mktemp("acls")
    zones = [Zone(name, policy=f"    {case.items}") for name, case in CASES.items()]
    template = f'template:\n  - id: with-acl\n    storage: "{directory}"\n    acl: plain\n'
    keys = [LabKey.generate(name) for name in KEYS]
    with Knot(directory, zones=zones, readonly_keys=keys, extra=ACLS + template) as server:
        yield server


def key_named(server: Knot, name: str) -> Key | None:
    return next((key_of(key) for key in server.readonly_keys if key.name == name), None)


@pytest.mark.parametrize("name", CASES)
def test_the_configuration_foretells_what_knotd_does(server: Knot, name: str) -> None:
    case = CASES[name]
    asked_for = intended(name, f"{case.owner}.{name}", case.types, key_named(server, case.key))
    found = asked(server.directory / "knot.conf", asked_for)
    assert faults(found) == ([case.fault] if case.fault else [])
    assert accepts(server, asked_for) is (not case.fault)


def test_the_line_is_that_of_the_item(server: Knot) -> None:
    path = server.directory / "knot.conf"
    found = asked(path, intended("types", "home.types", "TXT", key=key_named(server, "dd")))
    assert found[0].source == "update-type: [ A, AAAA ]"
    assert path.read_text().splitlines()[found[0].line - 1].strip() == found[0].source


def test_without_the_address_of_the_client_a_list_may_not_decide(server: Knot) -> None:
    found = asked(server.directory / "knot.conf", intended("far", "home.far", key=key_named(server, "dd"), client=None))
    assert "acl-address-not-known" in codes(found)
    assert not faults(found)
