"""What the configuration says is what the real named does: every case is asked of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.wire.codes import RRType
from lab import Bind, LabKey, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of
from tests.server_config.bind.configured import written, zone

KEYS = ("dd", "other", "host.self")
RIGHT = ""


@dataclass(frozen=True)
class Case:
    """A zone's policy, an update of a name in the zone by a key, and the fault; none if the update is right."""

    policy: str
    fault: str
    key: str = "dd"
    owner: str = "home"
    types: str = "A"
    client: str = "127.0.0.1"


CASES = {
    # neither
    "static": Case(" ", "static"),
    "none": Case("allow-update { none; };", "updates-off"),
    # allow-update
    "key": Case("allow-update { key dd; };", RIGHT),
    "otherkey": Case("allow-update { key other; };", "list-other-key"),
    "twokeys": Case("allow-update { key other; key dd; };", RIGHT),
    "aclkey": Case("allow-update { nested; };", RIGHT),
    "aclother": Case("allow-update { nested; };", "list-other-key", key="other"),
    "deny": Case("allow-update { !127.0.0.1; key dd; };", "list-denies"),
    "denylater": Case("allow-update { key dd; !127.0.0.1; };", RIGHT),
    "doubled": Case("allow-update { !{ !127.0.0.1; any; }; key dd; };", RIGHT),
    "doubledenied": Case("allow-update { !{ 127.0.0.1; any; }; key dd; };", "list-denies"),
    "nonefirst": Case("allow-update { none; key dd; };", "list-denies"),
    "notnone": Case("allow-update { !none; };", RIGHT),
    "noneinside": Case("allow-update { { none; key dd; }; key other; };", "list-other-key"),
    "addresses": Case("allow-update { 192.0.2.0/24; };", "list-only-addresses"),
    "address": Case("allow-update { 127.0.0.0/8; };", RIGHT),
    "unsignedkey": Case("allow-update { key dd; };", "list-needs-key", key=""),
    "unsignedaddress": Case("allow-update { 192.0.2.1; };", "list-needs-address", key=""),
    "unsigned": Case("allow-update { localhost; };", RIGHT, key=""),
    "localnets": Case("allow-update { localnets; };", RIGHT),
    "any": Case("allow-update { any; };", RIGHT, key=""),
    # update-policy: rule types
    "zonesub": Case("update-policy { grant dd zonesub; };", RIGHT),
    "name": Case("update-policy { grant dd name home.name. A; };", RIGHT),
    "namewrong": Case("update-policy { grant dd name home.namewrong. A; };", "policy-name-missing", owner="x.home"),
    "subdomain": Case("update-policy { grant dd subdomain home.subdomain. A; };", RIGHT, owner="x.home"),
    "subwrong": Case("update-policy { grant dd subdomain home.subwrong. A; };", "policy-name-missing", owner="xhome"),
    "wildcard": Case("update-policy { grant dd wildcard *.wildcard. A; };", RIGHT, owner="a.b"),
    "wildwrong": Case("update-policy { grant dd wildcard *.h.wildwrong. A; };", "policy-name-missing", owner="h"),
    "selfwrong": Case("update-policy { grant dd self dd A; };", "policy-name-missing"),
    "self": Case("update-policy { grant *.self self *.self A; };", RIGHT, "host.self", "host"),
    "dd": Case("update-policy { grant dd selfsub dd A; };", RIGHT, owner="any"),
    "other": Case("update-policy { grant other selfwild other A; };", RIGHT, "other", "any"),
    "tcpself": Case("update-policy { grant * tcp-self . A; };", "policy-name-missing"),
    # update-policy: identities
    "nokey": Case("update-policy { grant other zonesub; };", "policy-key-missing"),
    "starkey": Case("update-policy { grant * zonesub; };", RIGHT),
    "unsignedpolicy": Case("update-policy { grant dd zonesub; };", "policy-unsigned", key=""),
    "local": Case("update-policy local;", "policy-local"),
    # update-policy: types
    "typemissing": Case("update-policy { grant dd zonesub A; };", "policy-type-missing", types="AAAA"),
    "typeany": Case("update-policy { grant dd zonesub ANY; };", RIGHT, types="NS"),
    "typedefault": Case("update-policy { grant dd zonesub; };", RIGHT, types="TXT MX"),
    "typens": Case("update-policy { grant dd zonesub; };", "policy-default-types", types="NS"),
    "typelimit": Case("update-policy { grant dd zonesub TXT(3) A; };", RIGHT, types="TXT"),
    # update-policy: order
    "denied": Case("update-policy { deny dd name home.denied.; grant dd zonesub; };", "policy-denied"),
    "deniedtype": Case("update-policy { deny dd zonesub TXT; grant dd zonesub; };", RIGHT),
    "deniedlate": Case("update-policy { grant dd zonesub; deny * zonesub; };", RIGHT),
    # a whole name
    "wholename": Case("update-policy { grant dd zonesub A; grant other zonesub TXT; };", RIGHT, types="ANY"),
    "wholenameany": Case("update-policy { grant dd zonesub ANY; };", RIGHT, types="ANY"),
    "wholenamedefault": Case("update-policy { grant dd zonesub; };", RIGHT, types="ANY"),
    # the name itself
    "checknames": Case("update-policy { grant dd zonesub; };", "check-names", owner="_x"),
    "ignored": Case("update-policy { grant dd zonesub; }; check-names ignore;", RIGHT, owner="_x"),
}
ACLS = "acl inner { key dd; }; acl nested { 192.0.2.1; { inner; }; };"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    """Return named with a zone for each case; in `options`, only allow-query is given."""
    zones = [Zone(name, policy=case.policy) for name, case in CASES.items()]
    keys = [LabKey.generate(name) for name in KEYS]
    with Bind(tmp_path_factory.mktemp("policies"), zones=zones, readonly_keys=keys, extra=ACLS) as server:
        yield server


def key_named(server: Bind, name: str) -> Key | None:
    return next((key_of(key) for key in server.readonly_keys if key.name == name), None)


@pytest.mark.parametrize("name", CASES)
def test_the_configuration_foretells_what_named_does(server: Bind, name: str) -> None:
    case = CASES[name]
    asked_for = intended(name, f"{case.owner}.{name}", case.types, key_named(server, case.key), case.client)
    found = asked(server.directory / "named.conf", asked_for)
    assert faults(found) == ([case.fault] if case.fault else [])
    assert accepts(server, asked_for) is (not case.fault)


def test_a_whole_name_is_deleted_type_by_type(server: Bind) -> None:
    asked_for = intended("wholename", "home.wholename", "ANY", key=key_named(server, "dd"))
    assert "rule-for-some-types" in codes(asked(server.directory / "named.conf", asked_for))
    assert accepts(server, asked_for._replace(rrtypes=(RRType.A,)))
    assert accepts(server, asked_for)
    assert accepts(server, asked_for._replace(rrtypes=(RRType.TXT,), key=key_named(server, "other")))
    assert not accepts(server, asked_for)


def test_the_line_is_that_of_the_rule(server: Bind) -> None:
    path = server.directory / "named.conf"
    found = asked(path, intended("denied", "home.denied", key=key_named(server, "dd")))
    finding = next(each for each in found if each.code == "policy-denied")
    assert finding.source == path.read_text().splitlines()[finding.line - 1].strip()
    assert finding.source == CASES["denied"].policy


def test_an_address_that_needs_no_key_is_remarked(server: Bind) -> None:
    found = asked(server.directory / "named.conf", intended("any", "home.any", key=key_named(server, "dd")))
    assert "allowed-by-address" in codes(found)


def test_without_the_address_of_the_client_a_list_may_not_decide(server: Bind) -> None:
    path = server.directory / "named.conf"
    found = asked(path, intended("deny", "home.deny", key=key_named(server, "dd"), client=None))
    assert "allow-update-not-known" in codes(found)
    assert not faults(found)


@pytest.mark.parametrize("kind", ["krb5-self", "ms-self"])
def test_no_key_of_tsig_is_a_principal_of_kerberos(tmp_path: Path, kind: str) -> None:
    key = LabKey.generate("dd")
    rule = f"update-policy {{ grant EXAMPLE.COM {kind} . A; }};"
    path = written(tmp_path, key.bind_clause() + zone("example.com", rule))
    asked_for = intended("example.com", "home.example.com", key=key_of(key))
    assert faults(asked(path, asked_for)) == ["policy-key-missing"]
