"""Whether a server has the zone, where its answers say little: it refuses, or resolves names for others, too."""

from pathlib import Path

import pytest

from lab import Bind, Knot, LabKey, PowerDns, Zone
from lab.others import Dnsdist, Unbound
from tests.doctor.diagnoses.told import told_by_set
from tests.support.broken.servers import ANY, KEY, OTHER, line, zones
from tests.support.peer import closed_port

_ELSEWHERE = "127.0.0.9"  # where queries come from that are refused; the lab asks from 127.0.0.1
_DEAD = f"{{ 127.0.0.1 port {closed_port()}; }}"


class Recursive(Bind):
    """BIND that has zones, and resolves names for everybody."""

    def _configuration(self) -> str:
        return super()._configuration().replace("recursion no;", "recursion yes; allow-recursion { any; };")


# Queries are refused, and updates taken


def test_knot_refuses_queries_by_its_module_queryacl(tmp_path: Path) -> None:
    zone = Zone("example.com", policy="    acl: [of-test]\n    module: mod-queryacl/of-test")
    module = "mod-queryacl:\n  - id: of-test\n    address: [127.0.0.1/32, ::1/128]\n"
    extra = f"  - id: of-test\n    key: [home]\n    action: update\n{module}"
    with Knot(tmp_path / "server", keys=[OTHER], readonly_keys=[KEY], zones=[zone], extra=extra) as server:
        told = told_by_set(line(server, tmp_path, KEY, "ttl=", f"local-address={_ELSEWHERE}"))
    assert told.cause == "queries-refused"
    assert "key home is accepted and may make this change" in told.text
    assert "zone=example.com, ttl=300 and verify=no do without queries" in told.text
    assert "mod-queryacl in knot.conf" in told.text


def test_knot_that_refuses_queries_and_updates_is_not_said_to_take_them(tmp_path: Path) -> None:
    zone = Zone("example.com", policy="    semantic-checks: off\n    module: mod-queryacl/of-test")
    module = "mod-queryacl:\n  - id: of-test\n    address: [127.0.0.1/32, ::1/128]\n"
    with Knot(tmp_path / "server", keys=[OTHER], readonly_keys=[KEY], zones=[zone], extra=module) as server:
        told = told_by_set(line(server, tmp_path, KEY, "ttl=", f"local-address={_ELSEWHERE}"))
    assert told.status in (5, 8)  # versions of Knot differ in what they answer to a signed query
    assert told.cause != "queries-refused"
    assert "may make this change" not in told.text


@pytest.mark.parametrize(("key", "who"), [(KEY, "key home"), (None, "this machine's address")])
def test_a_proxy_refuses_queries_and_lets_updates_through(key: LabKey | None, who: str, tmp_path: Path) -> None:
    refused = "AndRule({NotRule(OpcodeRule(DNSOpcode.Update)), NetmaskGroupRule(elsewhere)})"
    rules = (
        "elsewhere = newNMG()",
        f'elsewhere:addMask("{_ELSEWHERE}/32")',
        f"addAction({refused}, RCodeAction(DNSRCode.REFUSED))",
    )
    policy = "allow-update { key home; 127.0.0.1; };"
    with (
        Bind(tmp_path / "server", readonly_keys=[KEY], zones=zones(policy)) as server,
        Dnsdist(tmp_path / "dnsdist", upstream=server, options="\n".join(rules)) as proxy,
    ):
        told = told_by_set(line(proxy, tmp_path, key, "ttl=", f"local-address={_ELSEWHERE}"))
    assert told.cause == "queries-refused"
    assert f"{who} is accepted and may make this change" in told.text
    assert "verify=no" in told.text


# The server has a zone below the one that is given


@pytest.mark.parametrize("kind", [Bind, Recursive])
def test_the_zone_of_the_name_is_below_the_one_that_is_given(kind: type[Bind], tmp_path: Path) -> None:
    options = f"forwarders {_DEAD}; forward only;"
    own = [Zone("dyn.example.com", policy=ANY)]
    with kind(tmp_path / "server", readonly_keys=[KEY], zones=own, options=options) as server:
        told = told_by_set(line(server, tmp_path, KEY, name="home.dyn"))
    assert (told.status, told.cause) == (8, "other-zone")
    assert "has home.dyn.example.com in the zone dyn.example.com, and no zone example.com" in told.text
    assert "zone=dyn.example.com name=home.dyn.example.com" in told.text


# The server resolves names, too, and cannot resolve this one


@pytest.mark.parametrize(
    "forwarding",
    [f"zone example.org {{ type forward; forward only; forwarders {_DEAD}; }};", ""],
    ids=["only this zone", "no zone"],
)
@pytest.mark.parametrize(("zone", "cause"), [("zone=example.org", "no-zone"), ("zone=", "no-zone-of-name")])
def test_a_zone_that_cannot_be_resolved_is_not_said_to_be_not_loaded(
    forwarding: str, zone: str, cause: str, tmp_path: Path
) -> None:
    options = "" if forwarding else f"forwarders {_DEAD}; forward only;"
    own = [*zones(ANY), Zone("invalid")] if forwarding else zones(ANY)  # what the doctor compares with is answered
    with Recursive(tmp_path / "server", readonly_keys=[KEY], zones=own, extra=forwarding, options=options) as server:
        told = told_by_set(line(server, tmp_path, KEY, zone, name="home.example.org"))
    assert (told.status, told.cause) == (8, cause)
    assert "in any case not for this machine" in told.text
    assert "check the spelling" in told.text


def test_a_resolver_that_finds_no_such_zone_is_told_to_be_a_resolver(tmp_path: Path) -> None:
    with (
        Bind(tmp_path / "upstream", readonly_keys=[KEY]) as upstream,
        Unbound(tmp_path / "unbound", upstream=upstream) as server,
    ):
        told = told_by_set(line(server, tmp_path, KEY, "zone=exampel.com"))
    assert told.cause == "is-resolver"
    assert "is a resolver (Unbound" in told.text
    assert "dns-server= must be a server of the zone itself" in told.text


def test_a_reverse_zone_that_the_server_has_in_no_order(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", readonly_keys=[KEY], zones=[Zone("3.0.192.in-addr.arpa", policy=ANY)]) as server:
        words = ["zone=192.0.2.in-addr.arpa", "address=", "type=PTR", "value=home.example.com."]
        told = told_by_set(line(server, tmp_path, KEY, *words, name="9"))
    assert (told.status, told.cause) == (8, "no-zone")
    assert "has no zone 192.0.2.in-addr.arpa" in told.text


# A zone that is not loaded, and what only looks like one


def test_a_server_that_answers_nothing_is_not_said_to_lack_the_zone_alone(tmp_path: Path) -> None:
    with PowerDns(tmp_path / "server", keys=[KEY]) as server:
        server.execute("ALTER TABLE records RENAME TO gone")
        told = told_by_set(line(server, tmp_path))
    assert (told.status, told.cause) == (9, "")
    assert "Server failure: " in told.text


def test_a_zone_that_is_not_loaded_beside_recursion_and_is_only_guessed(tmp_path: Path) -> None:
    missing = f'zone "example.net" {{ type primary; file "missing"; {ANY} }};'
    with Recursive(tmp_path / "server", readonly_keys=[KEY], zones=zones(ANY), extra=missing) as server:
        told = told_by_set(line(server, tmp_path, KEY, "zone=", name="home.example.net"))
    assert (told.status, told.cause) == (8, "no-zone-of-name")


@pytest.mark.parametrize("key", [KEY, None, LabKey.generate("unknown")], ids=["key", "no key", "unknown key"])
def test_a_zone_that_is_not_loaded_beside_recursion(key: LabKey | None, tmp_path: Path) -> None:
    missing = f'zone "example.net" {{ type primary; file "missing"; {ANY} }};'
    with Recursive(tmp_path / "server", readonly_keys=[KEY], zones=zones(ANY), extra=missing) as server:
        told = told_by_set(line(server, tmp_path, key, "zone=example.net"))
    assert told.cause == "zone-not-loaded"
    assert "is configured for example.net, and has not loaded it" in told.text


def test_a_proxy_that_answers_updates_for_a_zone_that_is_not_loaded(tmp_path: Path) -> None:
    """Then nothing tells that zone from one that a resolver cannot resolve."""
    missing = f'zone "example.net" {{ type primary; file "missing"; {ANY} }};'
    rule = "addAction(OpcodeRule(DNSOpcode.Update), RCodeAction(DNSRCode.REFUSED))"
    rule += "\ngetServer(0):setUp()"  # its own test asks for a name that this server cannot resolve
    with (
        Recursive(tmp_path / "server", readonly_keys=[KEY], zones=zones(ANY), extra=missing) as server,
        Dnsdist(tmp_path / "dnsdist", upstream=server, options=rule) as proxy,
    ):
        told = told_by_set(line(proxy, tmp_path, None, "zone=example.net"))
    assert (told.status, told.cause) == (7, "no-zone")
