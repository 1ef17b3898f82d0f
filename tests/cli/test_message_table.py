"""Every row of the message table of product.md, against the real server that gives it."""

import importlib
import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from lab.versions import knot_says_badkey
from tests.support.command import Result, access, at, dns_update, key_file
from tests.support.peer import Relay, Silent, closed_port

HERE = "tests.cli.test_message_table"
SEND = "tests.client.test_send"

ROWS = {
    "NOTAUTH + BADKEY": (
        f"{HERE}.test_badkey_says_unknown_or_known_with_another_algorithm",
        f"{HERE}.test_badkey_of_a_key_that_knot_does_not_permit",
    ),
    "NOTAUTH + BADSIG": (f"{HERE}.test_badsig_says_that_the_secret_differs",),
    "NOTAUTH + BADTIME": (f"{HERE}.test_badtime_tells_both_times_and_the_limit",),
    "unsigned or wrongly signed reply to a signed request": (
        f"{HERE}.test_an_unsigned_refusal_of_powerdns_is_not_believed",
        f"{HERE}.test_an_unsigned_notauth_of_knot_is_not_believed",
        f"{HERE}.test_an_unsigned_notauth_of_knot_may_be_about_the_key",
    ),
    "NOTAUTH, no TSIG error": (
        f"{HERE}.test_notauth_says_that_the_server_is_not_authoritative",
        f"{HERE}.test_a_zone_that_the_server_does_not_hold_is_told_as_such_where_the_ttl_is_asked_for_first",
    ),
    "NOTZONE": (f"{SEND}.test_notzone_is_name_not_in_zone",),
    "NXDOMAIN / NXRRSET from require=existing": (
        f"{HERE}.test_require_existing_of_a_name_that_is_not_there",
        f"{SEND}.test_a_prerequisite_that_does_not_hold_is_told_by_its_rcode",
    ),
    "YXDOMAIN / YXRRSET from require=absent": (
        f"{HERE}.test_require_absent_of_a_name_that_is_there",
        f"{SEND}.test_a_prerequisite_that_does_not_hold_is_told_by_its_rcode",
    ),
    "REFUSED": (
        f"{HERE}.test_refused_names_key_name_and_type_and_the_grant",
        f"{HERE}.test_the_grant_line_printed_makes_bind_allow_it",
        f"{HERE}.test_refused_by_a_secondary_that_does_not_forward",
    ),
    "applied nothing (read-back differs)": (
        f"{HERE}.test_an_address_beside_a_cname_is_not_applied_and_the_hint_helps",
        f"{HERE}.test_a_cname_beside_an_address_is_not_applied_and_the_hint_helps",
        f"{HERE}.test_the_last_ns_at_the_apex_stays_and_that_is_told",
    ),
    "no answer": (
        f"{HERE}.test_a_closed_port_is_told_at_once_by_icmp",
        f"{HERE}.test_silence_tells_tries_transport_and_seconds",
    ),
    "SERVFAIL, FORMERR, NOTIMP": (
        f"{HERE}.test_servfail_of_a_secondary_whose_primary_is_down",
        f"{HERE}.test_formerr_unsigned",
        f"{HERE}.test_formerr_signed_by_powerdns",
        f"{HERE}.test_notimp_of_knot_for_another_class",
    ),
}
"""Row of the table to the tests that show it."""

badkey_of_knot = pytest.mark.skipif(not knot_says_badkey(), reason="Knot from 3.4 on: an unsigned NOTAUTH instead")
unsigned_notauth_of_knot = pytest.mark.skipif(knot_says_badkey(), reason="Knot before 3.4: BADKEY instead")


def raw(*words: str) -> Result:
    """Run the command without the doctor's advice: these are the texts for what is on the wire, true for any server."""
    return dns_update(*words, "diagnose=no")


OLD_AND_NEW = ("address=192.0.2.9", "ttl=60")


@pytest.mark.parametrize("test", [test for tests in ROWS.values() for test in tests])
def test_the_table_of_rows_names_tests_that_exist(test: str) -> None:
    module, _, name = test.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def expect(result: Result, first_words: str, status: int, server: NameServer | str) -> None:
    """Check the beginning of the failure, the exit status, and that the text names the server."""
    address = server if isinstance(server, str) else f"{server.host}:{server.port}"
    assert result.failure.startswith(first_words), result.stderr
    assert result.status == status
    assert address in result.failure
    assert result.hint
    assert result.stdout == ""


def unlike(key: LabKey, *, name: str = "", algorithm: str = "", secret: str = "") -> LabKey:
    return LabKey(name or key.name, algorithm or key.algorithm, secret or key.secret)


ANOTHER_SECRET = LabKey.generate().secret


@pytest.mark.parametrize("server", ["bind", pytest.param("knot", marks=badkey_of_knot)], indirect=True)
@pytest.mark.parametrize("wrong", [{"name": "another-key"}, {"algorithm": "hmac-sha512"}], ids=["name", "algorithm"])
def test_badkey_says_unknown_or_known_with_another_algorithm(
    server: NameServer, wrong: dict[str, str], unique_name: str
) -> None:
    key = unlike(server.keys[0], **wrong)
    result = raw(*access(server, key), f"name={unique_name}", *OLD_AND_NEW)
    expect(result, "TSIG error: Server rejected:", 5, server)
    assert f"BADKEY: key {key.name} is unknown there, or known with another algorithm than {key.algorithm}" in (
        result.failure
    )
    assert "key-name=" in result.hint
    assert "algorithm=" in result.hint
    assert dig(server, f"{unique_name}.example.com", "A") == []


@badkey_of_knot
def test_badkey_of_a_key_that_knot_does_not_permit(knot: NameServer, unique_name: str) -> None:
    result = raw(*access(knot, knot.readonly_keys[0]), f"name={unique_name}", *OLD_AND_NEW)
    expect(result, "TSIG error: Server rejected:", 5, knot)
    assert "Knot DNS says the same of a key that it does not permit to do this" in result.hint


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_badsig_says_that_the_secret_differs(server: NameServer, unique_name: str) -> None:
    key = unlike(server.keys[0], secret=ANOTHER_SECRET)
    result = raw(*access(server, key), f"name={unique_name}", *OLD_AND_NEW)
    expect(result, "TSIG error: Server rejected:", 5, server)
    assert f"BADSIG: the secret of key {key.name} differs from the server's" in result.failure
    assert "secret" in result.hint
    assert dig(server, f"{unique_name}.example.com", "A") == []


_CLOCKS = re.compile(
    r"BADTIME: the clocks differ by (?P<seconds>\d+) s \(server (?P<server>.+ UTC), here (?P<here>.+ UTC)\); "
    r"the limit is 300 s$"
)


@pytest.mark.parametrize("kind", [Bind, Knot])
@pytest.mark.parametrize(("offset", "sign"), [("+10m", 1), ("-10m", -1)])
def test_badtime_tells_both_times_and_the_limit(kind: type[NameServer], offset: str, sign: int, tmp_path: Path) -> None:
    with kind(tmp_path / "server", keys=[LabKey.generate()], clock_offset=offset) as server:
        result = dns_update(*access(server), "name=home", *OLD_AND_NEW)
        expect(result, "TSIG error: Server rejected:", 6, server)
        told = _CLOCKS.search(result.failure)
        assert told, result.failure
        apart = (_time(told["server"]) - _time(told["here"])).total_seconds()
        assert int(told["seconds"]) == sign * apart
        assert 570 < sign * apart < 900  # ten minutes, and room for a machine that is slow
        assert "NTP" in result.hint
        assert dig(server, "home.example.com", "A") == []


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [{"name": "another-key"}, {"algorithm": "hmac-sha512"}, {"secret": ANOTHER_SECRET}],
    ids=["name", "algorithm", "secret"],
)
def test_an_unsigned_refusal_of_powerdns_is_not_believed(
    powerdns: NameServer, wrong: dict[str, str], unique_name: str
) -> None:
    result = raw(*access(powerdns, unlike(powerdns.keys[0], **wrong)), f"name={unique_name}", *OLD_AND_NEW)
    _expect_distrust(result, powerdns)
    assert dig(powerdns, f"{unique_name}.example.com", "A") == []


def test_an_unsigned_refusal_of_powerdns_for_the_clock_is_not_believed(tmp_path: Path) -> None:
    with PowerDns(tmp_path / "server", keys=[LabKey.generate()], clock_offset="+10m") as server:
        result = raw(*access(server), "name=home", *OLD_AND_NEW)
        _expect_distrust(result, server)
        assert "or the clocks differ" in result.hint


def _expect_distrust(result: Result, server: NameServer) -> None:
    expect(result, "TSIG error: Reply not trusted:", 5, server)
    assert "answered REFUSED, but it is not signed; nothing in it is believed" in result.failure
    assert "PowerDNS" in result.hint
    for part in ("does not know key", "algorithm", "secret"):
        assert part in result.hint


@pytest.mark.parametrize("zone", ["example.org", "child.example.com"])
def test_an_unsigned_notauth_of_knot_is_not_believed(knot: NameServer, zone: str) -> None:
    result = raw(*access(knot, zone=zone), "name=home", *OLD_AND_NEW)
    expect(result, "TSIG error: Reply not trusted:", 5, knot)
    assert "answered NOTAUTH" in result.failure
    assert f"Knot gives this answer when it has no zone {zone}: check zone= and dns-server=" in result.hint


@unsigned_notauth_of_knot
@pytest.mark.parametrize("wrong", [{"name": "another-key"}, {"algorithm": "hmac-sha512"}, None], ids=str)
def test_an_unsigned_notauth_of_knot_may_be_about_the_key(
    knot: NameServer, wrong: dict[str, str] | None, unique_name: str
) -> None:
    key = knot.readonly_keys[0] if wrong is None else unlike(knot.keys[0], **wrong)
    result = raw(*access(knot, key), f"name={unique_name}", *OLD_AND_NEW)
    expect(result, "TSIG error: Reply not trusted:", 5, knot)
    assert f"does not know key {key.name} or its algorithm, or when no acl of the zone permits" in result.hint
    assert dig(knot, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("server", ["bind", "powerdns"], indirect=True)
@pytest.mark.parametrize("zone", ["example.org", "child.example.com"])
def test_notauth_says_that_the_server_is_not_authoritative(server: NameServer, zone: str) -> None:
    result = raw(*access(server, zone=zone), "name=home", *OLD_AND_NEW)
    expect(result, "Zone not found:", 8, server)
    assert f"is not authoritative for {zone}" in result.failure
    assert "zone=" in result.hint
    assert "dns-server=" in result.hint


def test_notauth_of_knot_to_an_unsigned_update_names_both_causes(knot: NameServer) -> None:
    result = raw(at(knot), "zone=example.com", "name=home", *OLD_AND_NEW)
    expect(result, "Zone not found:", 8, knot)
    assert "or it is Knot DNS, and takes no updates of this zone without a key" in result.hint


@pytest.mark.parametrize("server", ["bind", "powerdns"], indirect=True)
@pytest.mark.parametrize("zone", ["example.org", "child.example.com"])
def test_a_zone_that_the_server_does_not_hold_is_told_as_such_where_the_ttl_is_asked_for_first(
    server: NameServer, zone: str
) -> None:
    result = dns_update(*access(server, zone=zone), "name=home", "address=192.0.2.9")
    expect(result, "Zone not found:", 8, server)
    assert zone in result.failure


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
@pytest.mark.parametrize("command", ["set", "delete"])
def test_require_existing_of_a_name_that_is_not_there(server: NameServer, command: str, unique_name: str) -> None:
    words = [command, *access(server), f"name={unique_name}", "address=192.0.2.9", "require=existing"]
    result = dns_update(*words)
    expect(result, "Name not found:", 8, server)
    assert f"{unique_name}.example.com" in result.failure
    assert "require=existing" in result.hint
    assert dig(server, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_require_absent_of_a_name_that_is_there(server: NameServer, unique_name: str) -> None:
    assert dns_update(*access(server), f"name={unique_name}", "address=192.0.2.1").status == 0
    result = dns_update(*access(server), f"name={unique_name}", "address=192.0.2.2", "require=absent")
    expect(result, "Name exists:", 8, server)
    assert f"{unique_name}.example.com" in result.failure
    assert "require=absent" in result.hint
    assert dig(server, f"{unique_name}.example.com", "A")[0].endswith("192.0.2.1")


@pytest.mark.parametrize("server", ["bind", "powerdns"], indirect=True)
def test_refused_names_key_name_and_type_and_the_grant(server: NameServer, unique_name: str) -> None:
    result = raw(*access(server, server.readonly_keys[0]), f"name={unique_name}", "address=192.0.2.9")
    expect(result, "Permission denied:", 7, server)
    assert f"refuses to change {unique_name}.example.com A with key reader" in result.failure
    assert f'grant "reader" name {unique_name}.example.com. A;' in result.hint
    assert dig(server, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("server", ["bind", "powerdns"], indirect=True)
def test_refused_without_a_key_says_that_one_is_missing(server: NameServer, unique_name: str) -> None:
    result = dns_update(at(server), "zone=example.com", f"name={unique_name}", *OLD_AND_NEW)
    expect(result, "Permission denied:", 7, server)
    assert "with no key" in result.failure
    assert "key-name=" in result.hint


def test_refused_by_a_secondary_that_does_not_forward(bind: NameServer, tmp_path: Path) -> None:
    zone = Zone("example.com", type="secondary", extra=f"primaries {{ {bind.host} port {bind.port}; }};")
    with Bind(tmp_path / "secondary", zones=[zone], keys=bind.keys) as secondary:
        result = raw(*access(secondary), "name=home", *OLD_AND_NEW)
    expect(result, "Permission denied:", 7, secondary)
    assert "a secondary that does not forward refuses too" in result.hint


@pytest.mark.parametrize(
    "words",
    [
        ["name=home", "address=192.0.2.9"],
        ["name=home", "address=192.0.2.9,2001:db8::9"],
        ["name=@", "address=192.0.2.9"],
        ["name=*.pool", "address=192.0.2.9"],
        ["name=_acme-challenge.home", "type=TXT", "value=proof"],
        ["name=home", "type=TYPE65280", r"value=\# 2 abcd"],
        ["delete", "name=old"],
        ["delete", "name=old", "type=A"],
    ],
    ids=" ".join,
)
def test_the_grant_line_printed_makes_bind_allow_it(words: list[str], tmp_path: Path) -> None:
    key = LabKey.generate()
    records = "old A 192.0.2.1"
    with Bind(tmp_path / "first", zones=[_granting("nobody", records)], keys=[key]) as server:
        refused = dns_update(*words, *access(server))
    expect(refused, "Permission denied:", 7, server)
    policy = re.search(r"update-policy \{ .*? \};?", refused.hint)
    assert policy, refused.hint
    zone = Zone("example.com", records=records, policy=policy[0].removesuffix(";") + ";")
    with Bind(tmp_path / "second", zones=[zone], keys=[key]) as server:
        allowed = dns_update(*words, *access(server))
    assert allowed.status == 0, allowed.stderr


def _granting(key_name: str, records: str) -> Zone:
    policy = f"update-policy {{ grant {key_name} zonesub ANY; }};"
    return Zone("example.com", policy=policy, records=records)


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
@pytest.mark.parametrize("ttl", [["ttl=60"], []], ids=["ttl", "no-ttl"])
def test_an_address_beside_a_cname_is_not_applied_and_the_hint_helps(
    server: NameServer, ttl: list[str], unique_name: str
) -> None:
    name = [*access(server), f"name={unique_name}"]
    assert dns_update(*name, "type=CNAME", "value=other.example.com").status == 0
    result = dns_update(*name, "address=192.0.2.9", *ttl)
    expect(result, "Update not applied:", 8, server)
    assert "the server has CNAME other.example.com." in result.failure
    assert "a name with a CNAME has no other records" in result.hint
    _follow(result.hint, server)
    assert dns_update(*name, "address=192.0.2.9", *ttl).status == 0
    assert dig(server, f"{unique_name}.example.com", "A")[0].endswith("A 192.0.2.9")


def test_an_address_beside_a_cname_is_refused_by_powerdns_and_the_hint_says_so(
    powerdns: NameServer, unique_name: str
) -> None:
    name = [*access(powerdns), f"name={unique_name}"]
    assert dns_update(*name, "type=CNAME", "value=other.example.com").status == 0
    result = dns_update(*name, "address=192.0.2.9")
    expect(result, "Permission denied:", 7, powerdns)
    assert "is an alias of other.example.com, and nothing else can be beside a CNAME" in result.stderr
    assert "grant" not in result.hint
    _follow(result.hint, powerdns)
    assert dns_update(*name, "address=192.0.2.9").status == 0


def test_a_cname_beside_an_address_is_refused_by_powerdns_and_the_hint_says_so(
    powerdns: NameServer, unique_name: str
) -> None:
    name = [*access(powerdns), f"name={unique_name}"]
    assert dns_update(*name, "address=192.0.2.9").status == 0
    result = dns_update(*name, "type=CNAME", "value=other.example.com")
    expect(result, "Permission denied:", 7, powerdns)
    assert "a CNAME cannot be beside other records" in result.hint
    assert "grant" not in result.hint


def test_what_bind_does_not_permit_gets_its_grammar_where_no_cname_is_in_the_way(
    powerdns: NameServer, bind: NameServer, unique_name: str
) -> None:
    for server in (bind, powerdns):
        result = raw(*access(server, server.readonly_keys[0]), f"name={unique_name}", "type=CNAME", "value=x.example.")
        assert "grant" in result.hint


@pytest.mark.parametrize("kind", [Bind, Knot, PowerDns])
def test_an_alias_on_purpose_is_left_and_its_target_and_zone_are_named(kind: type[NameServer], tmp_path: Path) -> None:
    """An ACME challenge that is delegated (RFC 8555, section 8.4): the CNAME is what makes it work."""
    alias = "_acme-challenge.www CNAME www.acme.example.net.\n"
    zones = [Zone("example.com", records=alias), Zone("acme.example.net")]
    with kind(tmp_path / "server", zones=zones, keys=[LabKey.generate()]) as server:
        result = dns_update(*access(server), "name=_acme-challenge.www", "type=TXT", "value=proof", "ttl=60")
        assert ": name=www.acme.example.net zone=acme.example.net; only if the alias is not wanted" in result.hint
        words = [at(server), key_file(server), "zone=acme.example.net", "name=www.acme.example.net"]
        assert dns_update(*words, "type=TXT", "value=proof", "ttl=60").status == 0


def test_the_zone_of_a_target_elsewhere_is_not_made_up(bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}"]
    assert dns_update(*name, "type=CNAME", "value=www.example.net").status == 0
    hint = dns_update(*name, "address=192.0.2.9", "ttl=60").hint
    assert "change that name: name=www.example.net, in its own zone" in hint


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_a_cname_at_the_apex_is_told_to_be_impossible(server: NameServer) -> None:
    result = dns_update(*access(server), "name=@", "type=CNAME", "value=other.example.com", "ttl=60")
    assert "a zone's own name always has some: SOA and NS" in result.hint
    assert "delete" not in result.hint


@pytest.mark.parametrize(
    ("words", "host", "reason"),
    [
        (["type=MX", "value=10 mail_1.example.net."], "mail_1.example.net", "check-names"),
        (["type=SRV", "value=1 1 1 -sip.example.net."], "-sip.example.net", "check-names"),
        (["type=MX", "value=10 nothing.example.com."], "nothing.example.com", "check-integrity"),
    ],
)
def test_what_bind_refuses_of_any_key_is_named_as_its_log_does(
    words: list[str], host: str, reason: str, tmp_path: Path
) -> None:
    with Bind(tmp_path / "server", zones=[Zone("example.com")], keys=[LabKey.generate()]) as server:
        result = dns_update(*access(server), "name=home", *words, "ttl=60", "check-names=no")
        expect(result, "Permission denied:", 7, server)
        assert re.search(rf"{host}\b.*{reason}\)", result.cause)
        assert "grant" not in result.hint  # more rights would not help


def test_who_has_no_key_is_not_told_to_open_the_server(bind: NameServer, unique_name: str) -> None:
    hint = raw(at(bind), "zone=example.com", f"name={unique_name}", *OLD_AND_NEW).hint
    assert hint == "give a key that may change it: key-file=, or key-name= and key="


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_a_cname_beside_an_address_is_not_applied_and_the_hint_helps(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    assert dns_update(*name, "address=192.0.2.9").status == 0
    result = dns_update(*name, "type=CNAME", "value=other.example.com")
    expect(result, "Update not applied:", 8, server)
    assert "the server has A 192.0.2.9" in result.failure
    _follow(result.hint, server)
    assert dns_update(*name, "type=CNAME", "value=other.example.com").status == 0
    assert dig(server, f"{unique_name}.example.com", "CNAME")[0].endswith("CNAME other.example.com.")


def test_a_wildcards_record_does_not_stand_at_the_name(bind: NameServer, unique_name: str) -> None:
    """BIND says NOERROR to a DS record where nothing is delegated, and leaves it out."""
    wildcard = [f"name=*.{unique_name}", "address=192.0.2.33", "ttl=60"]
    assert dns_update(*access(bind), *wildcard).status == 0
    digest = "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"
    result = dns_update(*access(bind), f"name=x.{unique_name}", "type=DS", f"value={digest}", "ttl=60")
    expect(result, "Update not applied:", 8, bind)
    assert result.failure.endswith("DS is not as asked: the name has no such record")
    assert "a server keeps DS records only beside the NS records" in result.hint


def _follow(hint: str, server: NameServer) -> None:
    """Run the command that the hint tells, with the server and the key that it leaves to the reader."""
    command = shlex.split(hint[hint.index("dns-update ") :])
    assert dns_update(*command[1:], at(server), key_file(server)).status == 0


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_the_last_ns_at_the_apex_stays_and_that_is_told(server: NameServer) -> None:
    result = dns_update("delete", *access(server), "name=@", "type=NS")
    expect(result, "Update not applied:", 8, server)
    assert "the server has NS ns.example.com." in result.failure
    assert len(dig(server, "example.com", "NS")) == 1


@pytest.mark.parametrize(
    ("transport", "words"), [("udp", "port unreachable"), ("tcp", "connection refused")], ids=["udp", "tcp"]
)
def test_a_closed_port_is_told_at_once_by_icmp(transport: str, words: str) -> None:
    address = f"127.0.0.1:{closed_port()}"
    result = raw(f"dns-server={address}", "zone=example.com", "name=home", *OLD_AND_NEW, f"transport={transport}")
    expect(result, f"No answer from {address}:", 4, address)
    assert words in result.failure
    assert f"(1 try by {transport.upper()}, " in result.failure  # at once: none of the four tries is repeated
    assert "firewall" in result.hint


@pytest.mark.parametrize(("transport", "tries"), [("udp", "3 tries"), ("tcp", "1 try")])
def test_silence_tells_tries_transport_and_seconds(transport: str, tries: str, tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server:
        server.pause()
        patience = (f"transport={transport}", "timeout=0.1", "retries=2")
        result = dns_update(*access(server), "name=home", *OLD_AND_NEW, *patience)
        expect(result, f"No answer from {server.host}:{server.port}:", 4, server)
        assert re.search(rf"no answer in time \({tries} by {transport.upper()}, \d+\.\d s\)", result.failure)


def test_a_peer_that_is_no_name_server_gives_no_answer() -> None:
    with Silent() as peer:
        words = ("zone=example.com", "name=home", *OLD_AND_NEW, "timeout=0.1", "retries=0")
        result = dns_update(f"dns-server={peer.address}", *words)
        expect(result, f"No answer from {peer.address}:", 4, peer.address)
        assert "(1 try by UDP, 0.1 s)" in result.failure


def test_servfail_of_a_secondary_whose_primary_is_down(tmp_path: Path) -> None:
    key = LabKey.generate()
    with Bind(tmp_path / "primary", keys=[key]) as primary:
        extra = f"primaries {{ {primary.host} port {primary.port}; }}; allow-update-forwarding {{ any; }};"
        zone = Zone("example.com", type="secondary", extra=extra)
        with Bind(tmp_path / "secondary", zones=[zone], keys=[key]) as secondary:
            forwarded = raw(*access(secondary), "name=home", *OLD_AND_NEW, "verify=no")
            assert forwarded.status == 0, forwarded.stderr
            primary.stop()
            result = raw(*access(secondary), "name=home", *OLD_AND_NEW)
            expect(result, "Server failure:", 9, secondary)
            assert "SERVFAIL" in result.failure
            assert "a primary that it cannot forward to" in result.hint


class _Cutting(Relay):
    """Passes on requests without their last octet, which the server finds malformed."""

    def _ask(self, request: bytes) -> bytes:
        return super()._ask(request[:-1])


def test_formerr_unsigned(bind: NameServer, unique_name: str) -> None:
    with _Cutting(bind) as relay:
        words = [f"dns-server={relay.address}", "zone=example.com", f"name={unique_name}", *OLD_AND_NEW]
        result = dns_update(*words)
        expect(result, "Server failure:", 9, relay.address)
    assert "FORMERR" in result.failure
    assert "--debug" in result.hint


# SINK: a type that PowerDNS does not know.
def test_formerr_signed_by_powerdns(powerdns: NameServer, unique_name: str) -> None:
    result = dns_update(*access(powerdns), f"name={unique_name}", "type=SINK", "value=8 0 2", "ttl=60")
    expect(result, "Server failure:", 9, powerdns)
    assert "FORMERR" in result.failure


def _expect_no_blame_on_the_key(result: Result, rcode: str, server: NameServer | str) -> None:
    expect(result, "TSIG error: Reply not trusted:", 5, server)
    assert f"answered {rcode}, but it is not signed" in result.failure
    assert "does not" in result.hint  # understand the message, or know dynamic updates
    assert "before it looks at the signature" in result.hint


def test_an_unsigned_notimp_is_not_blamed_on_the_key(knot: NameServer, unique_name: str) -> None:
    result = dns_update(*access(knot), f"name={unique_name}", "ttl=60", "type=TXT", "value=x", "class=CH")
    _expect_no_blame_on_the_key(result, "NOTIMP", knot)


def test_an_unsigned_formerr_is_not_blamed_on_the_key(bind: NameServer, unique_name: str) -> None:
    with _Cutting(bind) as relay:
        result = dns_update(f"dns-server={relay.address}", *access(bind)[1:], f"name={unique_name}", *OLD_AND_NEW)
        _expect_no_blame_on_the_key(result, "FORMERR", relay.address)


def test_notimp_of_knot_for_another_class(knot: NameServer) -> None:
    result = dns_update(at(knot), "zone=example.com", "name=home", "class=CH", "type=TXT", "value=x", "ttl=60")
    expect(result, "Server failure:", 9, knot)
    assert "NOTIMP" in result.failure
    assert "does not know dynamic updates" in result.hint


CASES: list[tuple[str, Callable[[NameServer], list[str]]]] = [
    ("bind", lambda server: [*access(server, server.readonly_keys[0]), "name=home", *OLD_AND_NEW]),
    ("bind", lambda server: [*access(server), "name=x.example.org.", *OLD_AND_NEW]),
    ("knot", lambda server: [*access(server, zone="example.org"), "name=home", *OLD_AND_NEW]),
]


@pytest.mark.parametrize(("server", "words"), CASES, indirect=["server"])
def test_a_hint_and_a_failure_are_one_line_each(server: NameServer, words: Callable[[NameServer], list[str]]) -> None:
    result = raw(*words(server))
    assert result.status != 0
    assert all(line.startswith("dns-update: ") for line in result.stderr.splitlines())
    assert len(result.stderr.splitlines()) <= 3
