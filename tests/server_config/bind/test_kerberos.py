"""What named.conf lets a Kerberos principal do is what the real named does: every case is asked of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update import GssKey, GssSettings
from dns_update.server_config import IntendedUpdate, texts
from lab import Bind, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended
from tests.server_config.bind.configured import written, zone
from tests.support.kerberos import Realm

RIGHT = ""
HOST = "host/client.example.test"


@dataclass(frozen=True)
class Case:
    """A zone's policy, an update of a name in the zone by a principal, and the fault; none if it is right."""

    policy: str
    fault: str = RIGHT
    principal: str = HOST
    owner: str = "client.example.test"
    types: str = "A"


CASES = {
    "example.test": Case(
        "update-policy { grant EXAMPLE.TEST krb5-self . A; grant EXAMPLE.TEST ms-selfsub . TXT; };", owner="client"
    ),
    "a.test": Case("update-policy { grant EXAMPLE.TEST krb5-self . A; };", "policy-name-missing", owner="x"),
    "static.test": Case(" ", "static", owner="x"),
    "none.test": Case("allow-update { none; };", "updates-off", owner="x"),
    "key.test": Case('allow-update { key "user@EXAMPLE.TEST"; };', principal="user", owner="x"),
    "other.test": Case('allow-update { key "user@EXAMPLE.TEST"; };', "list-other-key", owner="x"),
    "address.test": Case("allow-update { 192.0.2.1; };", "list-only-addresses", owner="x"),
    "local.test": Case("update-policy local;", "policy-local", owner="x"),
    "tsig.test": Case("update-policy { grant dd zonesub; };", "policy-key-missing", owner="x"),
    "name.test": Case('update-policy { grant "user@EXAMPLE.TEST" zonesub; };', principal="user", owner="x"),
    "hostname.test": Case(f'update-policy {{ grant "{HOST}@EXAMPLE.TEST" zonesub; }};', owner="x"),
    "type.test": Case(
        'update-policy { grant "user@EXAMPLE.TEST" zonesub TXT; };', "policy-type-missing", "user", owner="x"
    ),
    "star.test": Case("update-policy { grant * zonesub; };", principal="CLIENT$", owner="x"),
    "starrealm.test": Case("update-policy { grant *.test zonesub; };", principal="user", owner="x"),
    "krb5sub.test": Case("update-policy { grant EXAMPLE.TEST krb5-subdomain x.krb5sub.test A; };", owner="y.x"),
    "krb5user.test": Case(
        "update-policy { grant EXAMPLE.TEST krb5-subdomain krb5user.test A; };", "policy-key-missing", "user", "x"
    ),
    "realm.test": Case(
        "update-policy { grant OTHER.TEST krb5-subdomain realm.test A; };", "policy-key-missing", HOST, "x"
    ),
    "lower.test": Case(
        "update-policy { grant example.test krb5-subdomain lower.test A; };", "policy-key-missing", HOST, "x"
    ),
    "mssub.test": Case(
        "update-policy { grant EXAMPLE.TEST ms-subdomain mssub.test A; };", principal="CLIENT$", owner="x"
    ),
    "mshost.test": Case(
        "update-policy { grant EXAMPLE.TEST ms-subdomain mshost.test A; };", "policy-key-missing", owner="x"
    ),
    "rhs.test": Case("update-policy { grant EXAMPLE.TEST krb5-subdomain-self-rhs rhs.test A PTR; };", owner="x"),
    "deny.test": Case(
        'update-policy { deny EXAMPLE.TEST ms-subdomain deny.test A; grant "*" zonesub; };',
        "policy-denied",
        "CLIENT$",
        "x",
    ),
}
SELF = (  # in example.test: each rule is for a host's own name
    (HOST, "client", "A", RIGHT),
    ("CLIENT$", "client", "TXT", RIGHT),
    ("CLIENT$", "x.client", "TXT", RIGHT),
    ("CLIENT$", "x.client", "A", "policy-type-missing"),
    (HOST, "x.client", "A", "policy-name-missing"),
    ("user", "client", "A", "policy-key-missing"),
)


@pytest.fixture(scope="module")
def server(realm: Realm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    """Return named with a zone for each case, whose primary has a principal in the realm."""
    zones = [Zone(name, policy=case.policy, primary="ns.example.test.") for name, case in CASES.items()]
    options = f'tkey-gssapi-keytab "{realm.kdc.directory / "dns.keytab"}";'
    with Bind(tmp_path_factory.mktemp("policies"), zones=zones, options=options) as server:
        yield server


@pytest.fixture(scope="module")
def keys(realm: Realm) -> dict[str, GssKey]:
    """Return what signs as each principal."""
    return {
        name: GssKey(GssSettings(principal=f"{name}@EXAMPLE.TEST", keytab=str(realm.keytab(name))))
        for name in (HOST, "CLIENT$", "user")
    }


def signed(key: GssKey, zone_name: str, owner: str, types: str = "A", principal: str | None = None) -> IntendedUpdate:
    asked_for = intended(zone_name, f"{owner}.{zone_name}", types, key)
    return asked_for._replace(principal=key.settings.principal if principal is None else principal)


@pytest.mark.parametrize(
    ("principal", "zone_name", "owner", "types", "fault"),
    [
        *((case.principal, name, case.owner, case.types, case.fault) for name, case in CASES.items()),
        *((principal, "example.test", owner, types, fault) for principal, owner, types, fault in SELF),
    ],
)
def test_the_configuration_foretells_what_named_does(  # noqa: PLR0913, PLR0917 - a table
    principal: str, zone_name: str, owner: str, types: str, fault: str, server: Bind, keys: dict[str, GssKey]
) -> None:
    asked_for = signed(keys[principal], zone_name, owner, types)
    found = asked(server.directory / "named.conf", asked_for)
    assert faults(found) == ([fault] if fault else [])
    assert accepts(server, asked_for) is (not fault)
    if fault in ("static", "updates-off", "policy-key-missing", "policy-name-missing"):
        remedy = next(texts(finding)[1] for finding in found if finding.severity == "fault")
        assert f'grant "{principal}@EXAMPLE.TEST" name {owner}.{zone_name}. A;' in remedy


def test_where_a_record_may_point_is_not_decided(server: Bind, keys: dict[str, GssKey]) -> None:
    found = asked(server.directory / "named.conf", signed(keys[HOST], "rhs.test", "x", "PTR"))
    assert "rule-asks-others" in codes(found)


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("update-policy { grant EXAMPLE.TEST krb5-self . A; };", "principal-not-known"),
        ('allow-update { key "user@EXAMPLE.TEST"; };', "principal-not-known"),
        ("", "static"),
        ("update-policy local;", "policy-local"),
    ],
)
def test_what_does_not_depend_on_the_principal_is_said_without_it(tmp_path: Path, policy: str, code: str) -> None:
    keytab = tmp_path / "dns.keytab"
    keytab.touch()
    options = f'options {{ tkey-gssapi-keytab "{keytab}"; }};\n'
    path = written(tmp_path, options + zone("example.test", policy))
    assert code in codes(asked(path, signed(GssKey(), "example.test", "x", principal="")))


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ("", "keytab-not-set"),
        ("options { recursion no; };", "keytab-not-set"),
        ('options { tkey-gssapi-keytab "/nonexistent/dns.keytab"; };', "keytab-missing"),
    ],
)
def test_named_needs_a_keytab(tmp_path: Path, options: str, fault: str) -> None:
    path = written(tmp_path, options + zone("example.test", "update-policy { grant * zonesub; };"))
    found = asked(path, signed(GssKey(), "example.test", "x", principal="user@EXAMPLE.TEST"))
    assert fault in faults(found)
    assert not any(code.startswith("key-") for code in codes(found))
    assert fault in faults(asked(path, signed(GssKey(), "example.org", "x", principal="user@EXAMPLE.TEST")))


@pytest.mark.parametrize(
    ("database", "code"),
    [
        ("dlopen /usr/lib/x86_64-linux-gnu/samba/bind9/dlz_bind9_18.so", "zone-in-active-directory"),
        ("dlopen /usr/lib/bind9/dlz_mysql.so", "zone-in-dlz"),
    ],
)
@pytest.mark.parametrize("zone_name", ["ad.example.test", "home.lan"])
def test_a_zone_without_a_statement_may_be_in_a_database(
    tmp_path: Path, database: str, code: str, zone_name: str
) -> None:
    text = f'dlz "AD DNS Zone" {{ database "{database}"; }};\n' + zone("example.test", "")
    found = asked(written(tmp_path, text), intended(zone_name, f"x.{zone_name}"))
    assert codes(found) == [code]
    assert "samba-tool group addmembers DnsAdmins" in texts(found[0])[1] or code == "zone-in-dlz"
