"""GSS-TSIG in every command, the agent and the library, against a real BIND and an MIT KDC."""

import asyncio
import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from dns_update import AsyncClient, BulkOptions, Client, GssKey, GssSettings, Wish
from dns_update.auth.gss import ContextKey, KeptContext
from dns_update.auth.tkey import Negotiation
from dns_update.auth.tsig import Tsig
from dns_update.errors import KerberosError, KeyRejected, ZoneNotFound, causes
from dns_update.exchange import Exchange, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import Endpoint, gssapi
from dns_update.transport.aio import AsyncioTransport
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import Opcode, Rcode
from dns_update.wire.name import Name
from lab import NameServer, dig
from lab.port import IPV4
from tests.support.command import COMMAND, Result, dns_update, in_process
from tests.support.documents import Document
from tests.support.kerberos import PASSWORD, Realm, at_another_time
from tests.support.peer import closed_port

PAGE = Document.read(Path(__file__).resolve().parent.parent.parent / "docs" / "kerberos.md")
NSUPDATE = COMMAND.with_name("dns-nsupdate")


def run(realm: Realm, *own: str) -> Result:
    return in_process(*own, *realm.where)


def shown(realm: Realm, name: str, rrtype: str = "A") -> list[str]:
    return sorted(line.rpartition(" ")[2] for line in dig(realm.server, f"{name}.example.test", rrtype))


def client(realm: Realm, settings: GssSettings | None = None) -> Client:
    key = GssKey(settings or GssSettings(ccache=str(realm.ccache)))
    return Client(IPV4, port=realm.server.port, key=key)


# Where tickets come from


@pytest.mark.parametrize(
    "source",
    [
        "ccache={ccache}",
        "keytab={keytab}",
        "keytab=FILE:{keytab} principal=user",
        "keytab={keytab} principal=user@EXAMPLE.TEST realm=EXAMPLE.TEST",
        "principal=pw password=@{password}",
        "principal=pw password=env:PASSWORD_OF_PW",
    ],
)
def test_a_ticket_comes_from_a_cache_a_keytab_or_a_password(
    source: str, realm: Realm, unique_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = tmp_path / "password"
    password.touch(0o600)
    password.write_text(f"{PASSWORD}\n", "ascii")
    monkeypatch.setenv("PASSWORD_OF_PW", PASSWORD)
    words = source.format(ccache=realm.ccache, keytab=realm.keytab(), password=password).split()
    done = run(realm, "set", f"name={unique_name}", "192.0.2.1", "ttl=60", "auth=gss", *words)
    assert (done.status, done.notes) == (0, []), done.stderr
    assert shown(realm, unique_name) == ["192.0.2.1"]


def test_the_users_own_cache_is_the_default(realm: Realm, unique_name: str) -> None:
    env = {"KRB5CCNAME": str(realm.ccache)}
    done = dns_update("set", f"name={unique_name}", "192.0.2.1", "ttl=60", "auth=gss", *realm.where, env=env)
    assert (done.status, shown(realm, unique_name)) == (0, ["192.0.2.1"]), done.stderr


def test_without_spnego_it_is_plain_kerberos(realm: Realm, unique_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.gssapi.SPNEGO", gssapi.KERBEROS)
    with client(realm) as own:
        assert own.set(f"{unique_name}.example.test", "192.0.2.1", zone="example.test", ttl=60).verified
    monkeypatch.setattr("dns_update.transport.gssapi.SPNEGO", gssapi._oid(b"\x2a\x03"))  # noqa: SLF001 - of nothing
    with client(realm) as own:
        assert own.set(f"{unique_name}.example.test", "192.0.2.2", zone="example.test", ttl=60).verified


# The rules of update-policy


@pytest.mark.parametrize(
    ("principal", "name", "allowed"),
    [
        ("host/client.example.test", "client", True),  # krb5-self
        ("host/client.example.test", "anything.sub", True),  # krb5-subdomain
        ("host/client.example.test", "elsewhere", False),
        ("CLIENT$", "client", True),  # ms-self
        ("CLIENT$", "elsewhere", False),
        ("user", "elsewhere", True),  # by its name
        ("other", "elsewhere", False),
    ],
)
def test_the_servers_policy_decides_by_the_principal(principal: str, name: str, realm: Realm, *, allowed: bool) -> None:
    in_process("delete", f"name={name}", "type=A", *realm.where, *realm.ticket)
    words = [f"name={name}", "192.0.2.7", "ttl=60", "auth=gss", f"keytab={realm.keytab(principal)}"]
    done = run(realm, "set", *words)
    if allowed:
        assert (done.status, shown(realm, name)) == (0, ["192.0.2.7"]), done.stderr
        return
    assert (done.status, shown(realm, name)) == (7, [])
    assert f"refuses to change {name}.example.test A with principal {principal}@EXAMPLE.TEST" in done.failure
    assert f'grant "{principal}@EXAMPLE.TEST" name {name}.example.test. A;' in done.hint


# Every door


def test_add_delete_show_plan_and_acme(realm: Realm, unique_name: str) -> None:
    name = f"name={unique_name}"
    assert run(realm, "set", name, "192.0.2.1", "ttl=60", *realm.ticket).status == 0
    assert run(realm, "add", name, "192.0.2.2", *realm.ticket).status == 0
    assert run(realm, "show", name, *realm.ticket).stdout.count(" A ") == 2
    assert run(realm, "plan", name, "192.0.2.3", *realm.ticket).status == 20
    assert run(realm, "delete", name, "192.0.2.1", *realm.ticket).status == 0
    assert shown(realm, unique_name) == ["192.0.2.2"]
    token = ["token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", "wait=0"]
    done = run(realm, "acme", "present", f"domain={unique_name}.example.test", *token, *realm.ticket)
    assert (done.status, len(shown(realm, f"_acme-challenge.{unique_name}", "TXT"))) == (0, 1), done.stderr


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_each_transport_carries_it(transport: str, realm: Realm, unique_name: str) -> None:
    port = realm.tls_port if transport == "tls" else realm.server.port
    words = [f"dns-server={IPV4}:{port}", "zone=example.test", f"transport={transport}"]
    words += ["tls-verify=no"] if transport == "tls" else []
    done = in_process("set", f"name={unique_name}", "192.0.2.1", "ttl=60", "debug=yes", *words, *realm.ticket)
    assert (done.status, shown(realm, unique_name)) == (0, ["192.0.2.1"]), done.stderr
    how = {message.transport for message in done.sent}
    assert how == ({"UDP", "TCP"} if transport == "udp" else {transport.upper()})
    assert [message.transport for message in done.updates] == [transport.upper()]


def test_many_names(realm: Realm, unique_name: str, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    rows = "".join(f"{unique_name}-{number},192.0.2.5,60\n" for number in range(300))
    file.write_text(f"name,address,ttl\n{rows}", "ascii")
    done = run(realm, "apply", str(file), "message-size=1024", *realm.ticket)
    assert done.status == 0, done.stderr
    assert shown(realm, f"{unique_name}-299") == ["192.0.2.5"]


def test_nsupdate_does_the_same(realm: Realm, unique_name: str) -> None:
    script = f"server {IPV4} {realm.server.port}\nzone example.test\n"
    script += f"update add {unique_name}.example.test 60 A 192.0.2.1\nsend\n"
    script += f"update add {unique_name}.example.test 60 A 192.0.2.2\nsend\n"
    env = {"KRB5CCNAME": str(realm.ccache)}
    done = subprocess.run(
        [NSUPDATE, "-g"], input=script, capture_output=True, text=True, check=False, env=os.environ | env
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert shown(realm, unique_name) == ["192.0.2.1", "192.0.2.2"]


def dns_nsupdate(script: str, *words: str, env: dict[str, str] | None = None) -> Result:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        return in_process("nsupdate", *words, file.name, env=env)


def bind_nsupdate(script: str, *words: str, env: dict[str, str] | None = None) -> Result:
    done = subprocess.run(
        ["nsupdate", *words], input=script, capture_output=True, text=True, check=False, env=os.environ | (env or {})
    )
    return Result(done.returncode, done.stdout, done.stderr)


# What can go wrong


_ROWS = PAGE.table("What can go wrong")
_USER, _PW = "auth=gss ccache={ccache}", "auth=gss principal=pw"
_CASES = {
    "no ticket in the user's cache": "auth=gss",
    "the ticket in the cache is that of another principal": f"{_USER} principal=other",
    "the principal is not in the keytab": "auth=gss keytab={keytab} principal=other",
    "the password is wrong": f"{_PW} password=wrong",
    "the keytab is older than the key at the KDC": "auth=gss keytab={renewed} principal=renewed",
    "the KDC does not know the principal": "auth=gss principal=nobody password=wrong",
    "the account is locked": "auth=gss principal=locked password=wrong",
    "the KDC does not know the server": f"{_USER} zone=foreign.invalid",
    "the realm of the server is wrong": f"{_USER} realm=ELSEWHERE.INVALID",
    "the realm of the principal is not known": "auth=gss principal=user@NOWHERE.INVALID password=wrong",
    "the KDC does not answer": "auth=gss keytab={keytab}",
    "the ticket has expired": _USER,
    "this machine's clock is behind, with a ticket that was used before": "auth=gss ccache={used}",
    "this machine's clock is ahead, with a ticket that was used before": "auth=gss ccache={used}",
    "this machine's clock is behind, with a keytab": "auth=gss keytab={keytab}",
    "this machine's clock is ahead, with a keytab": "auth=gss keytab={keytab}",
    "the server has no key of its principal": f"{_USER} zone=keyless.test",
    "the server does not negotiate keys": f"{_USER} dns-server=127.0.0.1:{{without_gss}}",
}


def _environment(what: str, realm: Realm, directory: Path) -> Mapping[str, str]:
    if what == "the KDC does not answer":
        configuration = directory / "krb5.conf"
        text = realm.kdc.configuration.read_text("ascii")
        configuration.write_text(text.replace(f":{realm.kdc.port}", f":{closed_port()}"), "ascii")
        return {"KRB5_CONFIG": str(configuration)}
    offset = "+11h" if "expired" in what else "-20m" if "behind" in what else "+20m" if "ahead" in what else ""
    return at_another_time(offset) if offset else {}


@pytest.mark.parametrize("row", _ROWS, ids=[row[0] for row in _ROWS])
def test_what_the_page_says_of_failures(row: list[str], realm: Realm, tmp_path: Path) -> None:
    what, says, status, cause = row
    files = {"ccache": realm.ccache, "keytab": realm.keytab(), "renewed": realm.keytab("renewed")}
    files |= {"used": realm.used_ccache}
    given = _CASES[what].format(**files, without_gss=realm.without_gss.port).split()
    names = {word.partition("=")[0] for word in given}
    given += [word for word in realm.where if word.partition("=")[0] not in names]
    environment = _environment(what, realm, tmp_path)
    carry_out = dns_update if "FAKETIME" in environment else in_process
    done = carry_out("set", "name=wrong", "192.0.2.1", "ttl=60", "--json", *given, env=environment)
    assert done.status == int(status), done.stdout
    error = done.json["error"]
    assert (error["cause"], says.strip("`") in error["message"]) == (cause.strip("`"), True), error
    assert error["hint"]
    assert "wrong " not in error["message"].replace("wrong.", "")  # no password
    assert shown(realm, "wrong") == []


def test_the_page_has_all_failures() -> None:
    assert {row[0] for row in _ROWS} == set(_CASES)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("auth=gss key=c2VjcmV0 key-name=k", "auth=gss and key= are both given"),
        ("auth=gss key-file=/etc/hostname", "auth=gss and key-file= are both given"),
        ("realm=EXAMPLE.TEST", "realm= is given without auth=gss"),
        ("keytab=/etc/hostname", "keytab= is given without auth=gss"),
        ("password=secret-word", "password= is given without auth=gss"),
        ("auth=kerberos", "one of key, gss"),
        ("auth=gss password=secret-word", "a password is given without a principal"),
        ("auth=gss principal=pw password=@/nowhere.txt", "cannot read /nowhere.txt"),
        ("auth=gss principal=pw password=env:NOT_SET", "the environment variable 'NOT_SET' is not set"),
        ("auth=gss keytab={keytab} ccache={ccache}", "a keytab and a credentials cache are both given"),
        ("auth=gss keytab=/nowhere.keytab", "cannot read the keytab /nowhere.keytab: No such file"),
        ("auth=gss keytab={open}", "can be read or written by others"),
        ("auth=gss ccache={open}", "can be read or written by others"),
        ("auth=gss realm=a@b", "'a@b' is not a Kerberos realm"),
        ("auth=gss principal=@EXAMPLE.TEST", "'@EXAMPLE.TEST' is not a Kerberos principal"),
        ("auth=gss principal=a@b@c", "'a@b@c' is not a Kerberos principal"),
    ],
)
def test_wrong_values_are_told_in_one_line(given: str, says: str, realm: Realm, tmp_path: Path) -> None:
    readable = tmp_path / "open"
    readable.write_bytes(realm.keytab().read_bytes())
    readable.chmod(0o644)
    words = given.format(keytab=realm.keytab(), ccache=realm.ccache, open=readable).split()
    done = in_process("set", "name=wrong", "192.0.2.1", "zone=example.test", "dns-server=127.0.0.1:9", *words)
    assert (done.status, done.stderr.count("\n"), done.stdout) == (2, 1, ""), done.stderr
    assert says in done.stderr
    assert "secret-word" not in done.stderr


def test_a_missing_library_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.gssapi.LIBRARY", "libgssapi_krb5.so.no")
    monkeypatch.setattr("dns_update.transport.gssapi._loaded", [])
    done = in_process("set", "name=wrong", "192.0.2.1", "zone=example.test", "dns-server=127.0.0.1:9", "auth=gss")
    assert (done.status, done.stderr.count("\n")) == (2, 1)
    assert "apt-get install libgssapi-krb5-2" in done.stderr


def test_variables_of_the_environment_count_for_kerberos_or_for_a_key(
    realm: Realm, unique_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DNS_UPDATE_AUTH", "gss")
    monkeypatch.setenv("DNS_UPDATE_KEYTAB", str(realm.keytab()))
    assert run(realm, "set", f"name={unique_name}", "192.0.2.1", "ttl=60").status == 0
    monkeypatch.setenv("DNS_UPDATE_KEY_FILE", "/nowhere.key")
    assert run(realm, "set", f"name={unique_name}", "192.0.2.2", "ttl=60", *realm.ticket).status == 0
    monkeypatch.delenv("DNS_UPDATE_KEY_FILE")
    assert "given without key-name=" in run(realm, "set", f"name={unique_name}", "192.0.2.3", "key=c2VjcmV0").stderr


def test_check_tries_the_ticket(realm: Realm) -> None:
    done = run(realm, "check", "name=home", "192.0.2.1", *realm.ticket)
    assert done.status == 0, done.stdout
    assert (
        "principal user@EXAMPLE.TEST has a ticket for DNS/ns.example.test@EXAMPLE.TEST, which the server accepts "
        "(GSS-TSIG)"
    ) in done.stdout
    assert "principal user@EXAMPLE.TEST may change home.example.test A" in done.stdout
    done = run(realm, "check", "name=home", "192.0.2.1", "auth=gss")
    assert (done.status, "FAILED  key            Kerberos error: there is no Kerberos ticket" in done.stdout) == (
        5,
        True,
    )
    done = run(realm, "check", "name=home", "192.0.2.1", "auth=gss", f"keytab={realm.keytab('other')}")
    assert (done.status, 'grant "other@EXAMPLE.TEST" name home.example.test. A;' in done.stdout) == (7, True)
    done = in_process("check", "auth=gss", f"keytab={realm.keytab()}")
    assert "can be read" in done.stdout


def test_check_reads_what_the_configuration_lets_a_principal_do(realm: Realm, tmp_path: Path) -> None:
    words = ["check", "name=home", "192.0.2.1", "auth=gss", f"keytab={realm.keytab('other')}"]
    done = run(realm, *words, f"server-config={realm.server.directory / 'named.conf'}")
    assert done.status == 7
    assert "FAILED  configuration  update-policy has no rule for the principal other@EXAMPLE.TEST" in done.stdout
    assert 'add the rule: grant "other@EXAMPLE.TEST" name home.example.test. A;' in done.stdout
    knot = tmp_path / "knot.conf"
    knot.write_text("server:\n    listen: 127.0.0.1@5300\n")
    assert "is read from BIND's configuration only" in run(realm, *words, f"server-config={knot}").stdout
    neither = run(realm, *words, f"server-config={tmp_path / 'none'}")
    assert "FAILED  configuration" in neither.stdout


def test_in_active_directory_the_accounts_group_is_named_first(realm: Realm, tmp_path: Path) -> None:
    words = ["check", "name=elsewhere", "192.0.2.1", "auth=gss", f"keytab={realm.keytab('CLIENT$')}"]
    advice = "samba-tool group addmembers DnsAdmins CLIENT$"
    outside = run(realm, *words).stdout
    assert f"If the zone is Active Directory's (Samba's BIND9_DLZ), run instead: {advice}" in outside
    controllers = ["name=_ldap._tcp.dc._msdcs", "type=SRV"]
    log = tmp_path / "log"
    log.write_text(
        r"samba_dlz: disallowing update of signer=CLIENT\$\@EXAMPLE.TEST name=elsewhere.example.test type=A error=no"
    )
    added = run(realm, "set", *controllers, "value=0 100 389 ns.example.test.", "ttl=60", *realm.ticket)
    try:
        assert added.status == 0, added.stderr
        inside = run(realm, *words).stdout
        logged = run(realm, *words, f"server-log={log}").stdout
    finally:
        run(realm, "delete", *controllers, *realm.ticket)
    assert f"next: mostly the account is not in the group DnsAdmins: {advice};" in inside
    assert "next: see what the server's log says, below" in logged
    assert "FAILED  server log     the server wrote: samba_dlz: disallowing update" in logged
    assert f"next: run: {advice} (" in logged


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_servers_without_gss_say_so_in_their_own_ways(server: NameServer, realm: Realm) -> None:
    words = [f"dns-server={server.host}:{server.port}", "zone=example.com", *realm.ticket]
    done = in_process("set", "name=n", "192.0.2.9", "ttl=60", "--json", *words)
    assert (done.status, done.json["error"]["cause"]) == (5, causes.NO_GSS), done.stdout
    script = f"server {server.host} {server.port}\nzone example.com\nupdate add n.example.com 60 A 192.0.2.9\nsend\n"
    env = {"KRB5CCNAME": str(realm.ccache)}
    ours, theirs = dns_nsupdate(script, "-g", env=env), bind_nsupdate(script, "-g", env=env)
    assert (ours.status, len(_lines(ours))) == (theirs.status, 1)
    if server.program != "knotd":  # which answers NXDOMAIN to nsupdate, whose names of keys are in the zone
        assert _lines(ours) == _lines(theirs)


def test_a_wrong_signature_is_rejected_and_sent_once_more_by_another_context(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, made = gssapi.Initiator.mic, list[bytes]()

    def wrong(context: gssapi.Initiator, octets: bytes) -> bytes:
        made.append(right(context, octets))
        return made[-1][:-1] + bytes([made[-1][-1] ^ 1])

    with client(realm) as own:
        own.show("ns.example.test", "A", zone="example.test")
        monkeypatch.setattr(gssapi.Initiator, "mic", wrong)
        with pytest.raises(KeyRejected) as caught:
            own.set("n.example.test", "192.0.2.9", zone="example.test", ttl=60, verify=False)
    assert (caught.value.tsig_error, len(made) >= 2) == (Rcode.BADSIG, True)
    assert "finds the signature of principal user@EXAMPLE.TEST wrong" in caught.value.text


def test_a_key_that_the_server_forgets_at_once_is_an_error(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    def under_another_name(negotiation: Negotiation, _context: object, now: float) -> KeptContext:
        negotiation.key = ContextKey(Name.from_text("unknown.tkey"), negotiation.key.context)
        return KeptContext(negotiation.key, now + 60, "")

    monkeypatch.setattr("dns_update.client.gss._kept", under_another_name)
    with client(realm) as own, pytest.raises(KeyRejected) as caught:
        own.set("n.example.test", "192.0.2.9", zone="example.test", ttl=60, verify=False)
    assert caught.value.tsig_error == Rcode.BADKEY
    assert "does not know the key that it has just agreed on" in caught.value.text


# Contexts that are lost or end


def test_a_context_that_the_server_has_lost_is_negotiated_anew(realm: Realm, unique_name: str) -> None:
    name = f"{unique_name}.example.test"
    key = GssKey(GssSettings(ccache=str(realm.ccache)))
    with Client(IPV4, port=realm.server.port, key=key) as own:
        own.set(name, "192.0.2.1", zone="example.test", ttl=60)
        (first,) = key.contexts.values()
        _restart(realm)
        own.set(name, "192.0.2.2", zone="example.test", ttl=60)
        (second,) = key.contexts.values()
        assert first.key.name != second.key.name
        _restart(realm)
        wishes = [Wish.from_text(f"{unique_name}-{n}.example.test", "192.0.2.5", ttl=60) for n in range(50)]
        outcomes = list(own.apply(wishes, BulkOptions(message_octets=1024)))
    assert {outcome.state for outcome in outcomes} == {"updated"}
    assert shown(realm, unique_name) == ["192.0.2.2"]


def _restart(realm: Realm) -> None:
    """Restart BIND without the contexts, which it keeps in a file if it is ended in order."""
    realm.server.stop()
    for kept in realm.server.directory.glob("*.tsigkeys"):
        kept.unlink()
    realm.server.start()


class _LateTransport(BlockingTransport):
    """Its clock can be set forward."""

    ahead = 0.0

    @staticmethod
    def clock() -> float:
        return BlockingTransport.clock() + _LateTransport.ahead


def test_a_context_is_renewed_before_the_server_drops_it(
    realm: Realm, unique_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{unique_name}.example.test"
    key = GssKey(GssSettings(keytab=str(realm.keytab())))
    transport = _LateTransport()
    with Client(IPV4, port=realm.server.port, key=key, transport=transport) as own:
        own.set(name, "192.0.2.1", zone="example.test", ttl=60)
        (first,) = key.contexts.values()
        lifetime = first.renew_at - transport.clock()
        assert 0 < lifetime < 10 * 3600 + 300
        monkeypatch.setattr(_LateTransport, "ahead", lifetime - 30)
        own.set(name, "192.0.2.2", zone="example.test", ttl=60)
        assert list(key.contexts.values()) == [first]
        monkeypatch.setattr(_LateTransport, "ahead", lifetime + 1)
        own.set(name, "192.0.2.3", zone="example.test", ttl=60)
        assert list(key.contexts.values()) != [first]


def test_a_repeated_message_is_refused(realm: Realm, unique_name: str) -> None:
    sent: list[bytes] = []

    def trace(direction: str, _endpoint: object, transport: str, octets: bytes) -> None:
        if direction == "sent" and transport == "udp" and Message.decode(octets).opcode == Opcode.UPDATE:
            sent.append(octets)

    key = GssKey(GssSettings(ccache=str(realm.ccache)))
    with Client(IPV4, port=realm.server.port, key=key, transport=BlockingTransport(None, trace)) as own:
        own.set(f"{unique_name}.example.test", "192.0.2.1", zone="example.test", ttl=60)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as repeating:
        repeating.settimeout(5)
        repeating.connect((IPV4, realm.server.port))
        repeating.send(sent[0])
        answer = Message.decode(repeating.recv(65535))
    assert answer.signature is not None
    tsig = Tsig.from_rdata(answer.signature.record.rdata)
    assert (answer.rcode, tsig.error, tsig.mac) == (Rcode.NOTAUTH, Rcode.BADSIG, b"")


def test_the_owner_of_the_signature_is_never_compressed(realm: Realm, unique_name: str) -> None:
    key = GssKey(GssSettings(ccache=str(realm.ccache)))
    seen: list[bytes] = []
    transport = BlockingTransport(None, lambda _direction, _endpoint, _transport, octets: seen.append(octets))
    with Client(IPV4, port=realm.server.port, key=key, transport=transport) as own:
        own.set(f"{unique_name}.example.test", "192.0.2.1", zone="example.test", ttl=60)
    (kept,) = key.contexts.values()
    messages = [(octets, Message.decode(octets)) for octets in seen]
    updates = [octets for octets, message in messages if message.is_change and not message.is_response]
    assert updates
    assert all(kept.key.name.to_wire() + b"\0\xfa\0\xff" in octets for octets in updates)


# The agent


def test_the_agent_signs_with_a_keytab(realm: Realm, unique_name: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f"""\
[agent]
history = ""
socket = ""

[keys.host]
auth = "gss"
keytab = "{realm.keytab()}"

[servers.main]
address = "{IPV4}:{realm.server.port}"
key = "host"

[zones."example.test"]
servers = ["main"]

[[records]]
names = ["{unique_name}.example.test", "{unique_name}-2.example.test"]
address = "192.0.2.7"
ttl = 60
""",
        "ascii",
    )
    done = in_process("agent", "--once", f"config={config}")
    assert (done.status, shown(realm, unique_name)) == (0, ["192.0.2.7"]), done.stderr
    assert in_process("set", f"{unique_name}.example.test", "192.0.2.8", f"config={config}").status == 0
    done = in_process("agent", "--check", "--online", f"config={config}")
    assert (done.status, "user@EXAMPLE.TEST" in done.stdout) == (0, True), done.stdout + done.stderr
    text = config.read_text("ascii")
    for place, says in (
        ('secret = "c2VjcmV0"', 'secret and auth = "gss" are both given'),
        ('realm = "a b"', "is not a Kerberos realm"),
        ('ccache = "/nowhere"', "a keytab and a credentials cache are both given"),
        ('password = "plain"\nprincipal = "pw"', "there is a password here, and others can read"),
    ):
        config.write_text(text.replace('auth = "gss"', f'auth = "gss"\n{place}'), "ascii")
        done = in_process("agent", "--check", f"config={config}")
        assert (done.status, says in done.stderr) == (2, True), done.stderr
        assert "plain" not in done.stderr
    config.write_text(text.replace('auth = "gss"\n', ""), "ascii")
    done = in_process("agent", "--check", f"config={config}")
    assert (done.status, 'keytab is given without auth = "gss"' in done.stderr) == (2, True), done.stderr


# nsupdate


@pytest.mark.parametrize("principal", ["host/client.example.test", "CLIENT$", "user", "other"])
def test_both_programs_may_do_the_same(principal: str, realm: Realm) -> None:
    ticket = realm.kdc.ticket(f"both-{principal.replace('/', '-')}", principal, realm.keytab(principal))
    env = {"KRB5CCNAME": str(ticket)}
    for name in ("client", "any.sub", "elsewhere"):
        script = f"server {IPV4} {realm.server.port}\nzone example.test\nupdate delete {name}.example.test A\nsend\n"
        ours = dns_nsupdate(script, "-g", env=env)
        theirs = bind_nsupdate(script, "-g", env=env)
        assert (ours.status, ours.stderr) == (theirs.status, theirs.stderr), name


def test_no_ticket_is_in_the_output(realm: Realm, unique_name: str) -> None:
    words = ["auth=gss", "principal=pw", f"password={PASSWORD}"]
    done = run(realm, "set", f"name={unique_name}", "192.0.2.1", "ttl=60", "debug=yes", *words)
    assert (done.status, done.stderr.count("[not shown]")) == (0, 2), done.stderr
    script = f"server {IPV4} {realm.server.port}\nzone example.test\n"
    script += f"update add {unique_name}.example.test 60 A 192.0.2.2\nsend\n"
    debugged = dns_nsupdate(script, "-g", "-d", env={"KRB5CCNAME": str(realm.ccache)})
    outgoing = debugged.stdout.partition("Outgoing update query:")[2]
    assert (debugged.status, "opcode: UPDATE" in outgoing.partition("Reply")[0]) == (0, True)
    for output in (done.stdout + done.stderr, debugged.stdout + debugged.stderr):
        assert re.findall("[A-Za-z0-9+/]{60,}", output) == []
        assert PASSWORD not in output


def test_nsupdate_says_why_there_is_no_key(realm: Realm, unique_name: str) -> None:
    script = f"server {IPV4} {realm.server.port}\nzone example.test\n"
    script += f"update add {unique_name}.example.test 60 A 192.0.2.1\nsend\n"
    ours, theirs = dns_nsupdate(script, "-g"), bind_nsupdate(script, "-g")
    assert (ours.status, theirs.status, shown(realm, unique_name)) == (2, 2, [])
    assert ours.stderr.startswith("tkey query failed: GSSAPI error: there is no Kerberos ticket")
    assert theirs.stderr.startswith("tkey query failed: GSSAPI error: ")


@pytest.mark.parametrize(
    ("server", "zone"),
    [
        ("without_gss", "example.test"),  # it refuses TKEY
        ("server", "keyless.test"),  # it does not accept the ticket
        ("server", "elsewhere.test"),  # it has no such zone
        ("server", "inside.example.test"),  # which is no zone
        ("none", "example.test"),
    ],
)
def test_nsupdates_run_ends_in_the_same_way_if_there_is_no_key(
    server: str, zone: str, realm: Realm, unique_name: str
) -> None:
    port = closed_port() if server == "none" else getattr(realm, server).port
    script = f"server {IPV4} {port}\nzone {zone}\n"
    for number in (1, 2):
        script += f"update add {unique_name}.{zone} 60 A 192.0.2.{number}\nsend\n"
    env = {"KRB5CCNAME": str(realm.ccache)}
    ours, theirs = dns_nsupdate(script, "-g", env=env), bind_nsupdate(script, "-g", env=env)
    assert theirs.status != 0
    assert (ours.status, ours.stdout, _lines(ours)) == (theirs.status, theirs.stdout, _lines(theirs))


def _lines(done: Result) -> list[str]:
    """Return the lines of what a program said, without spaces at their ends."""
    return [line.rstrip() for line in done.stderr.splitlines()]


def test_nsupdates_debugging_output_says_why_no_key_is_negotiated(realm: Realm, unique_name: str) -> None:
    script = f"server {IPV4} {realm.without_gss.port}\nzone example.test\n"
    script += f"update add {unique_name}.example.test 60 A 192.0.2.1\nsend\n"
    done = dns_nsupdate(script, "-g", "-d", env={"KRB5CCNAME": str(realm.ccache)})
    *before, failure, cause, hint = done.stderr.splitlines()
    assert {"Reply from SOA query:", "Found zone name: example.test", "The primary is: ns.example.test"} <= {*before}
    assert (done.status, failure) == (1, "response to GSS-TSIG query was unsuccessful (REFUSED)")
    assert cause.startswith("; cause: it does not negotiate keys by GSS-TSIG")
    assert hint.startswith("; hint: BIND needs tkey-gssapi-keytab")


def test_nsupdates_own_commands_for_kerberos(realm: Realm, unique_name: str) -> None:
    env = {"KRB5CCNAME": str(realm.ccache)}
    for number, words in enumerate(("gsstsig", "oldgsstsig", "realm EXAMPLE.TEST\ngsstsig", "realm\ngsstsig")):
        script = f"{words}\nserver {IPV4} {realm.server.port}\n"
        script += f"update add {unique_name}.example.test 60 A 192.0.2.{number + 1}\nsend\n"
        done = dns_nsupdate(script, env=env)
        assert (done.status, done.stderr) == (0, ""), words
    assert len(shown(realm, unique_name)) == 4
    script = f"realm ELSEWHERE.INVALID\nserver {IPV4} {realm.server.port}\nzone example.test\n"
    done = dns_nsupdate(f"{script}update add {unique_name}.example.test 60 A 192.0.2.9\nsend\n", "-g", env=env)
    assert (done.status, "the realm ELSEWHERE.INVALID" in done.stderr) == (2, True)


# The library


def test_a_client_keeps_one_context(realm: Realm, unique_name: str) -> None:
    name = f"{unique_name}.example.test"
    key = GssKey(GssSettings(keytab=str(realm.keytab())))
    with Client(IPV4, port=realm.server.port, key=key) as own:
        assert own.set(name, "192.0.2.1", zone="example.test", ttl=60).verified
        (first,) = key.contexts.values()
        assert own.set(name, "192.0.2.2", zone="example.test", ttl=60).verified
        assert list(key.contexts.values()) == [first]
    assert key.called == "principal user@EXAMPLE.TEST"


class _CountingTransport(AsyncioTransport):
    """It counts the messages that it carries."""

    carried = 0

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        self.carried += 1
        return await super().carry(exchange, endpoint)


def test_tasks_share_a_failure_to_negotiate(realm: Realm) -> None:
    key, transport = GssKey(GssSettings(ccache=str(realm.ccache))), _CountingTransport(None)

    async def many() -> list[object]:
        async with AsyncClient(IPV4, port=realm.without_gss.port, key=key, transport=transport) as own:
            names = [f"n{number}.example.test" for number in range(10)]
            sets = (own.set(name, "192.0.2.9", zone="example.test", ttl=60) for name in names)
            return list(await asyncio.gather(*sets, return_exceptions=True))

    results = asyncio.run(many())
    assert {result.cause for result in results if isinstance(result, KerberosError)} == {causes.NO_GSS}
    assert (len(results), len({id(result) for result in results})) == (10, 10)
    assert transport.carried == 2  # the question for the server's name, and the one try to negotiate


def test_a_zone_that_is_not_there_says_nothing_of_another_one(realm: Realm, unique_name: str) -> None:
    with client(realm) as own:
        with pytest.raises(ZoneNotFound):
            own.set("n.example.net", "192.0.2.9", zone="example.net", ttl=60)
        assert own.set(f"{unique_name}.example.test", "192.0.2.9", zone="example.test", ttl=60).verified


def test_a_kdc_that_is_silent_is_not_waited_for_long(
    realm: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dns_update.client.gss.KDC_SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((IPV4, 0))
        configuration = tmp_path / "krb5.conf"
        text = realm.kdc.configuration.read_text("ascii")
        configuration.write_text(text.replace(f":{realm.kdc.port}", f":{silent.getsockname()[1]}"), "ascii")
        monkeypatch.setenv("KRB5_CONFIG", str(configuration))
        key = GssKey(GssSettings(keytab=str(realm.keytab())))
        with pytest.raises(KerberosError) as caught:
            Client(IPV4, port=realm.server.port, key=key).set(
                "n.example.test", "192.0.2.9", zone="example.test", ttl=60
            )
        assert caught.value.cause == causes.KDC_UNREACHABLE

        async def by_task() -> None:
            other = AsyncClient(IPV4, port=realm.server.port, key=key)
            await other.set("n.example.test", "192.0.2.9", zone="example.test", ttl=60)

        with pytest.raises(KerberosError) as caught:
            asyncio.run(by_task())
        assert caught.value.cause == causes.KDC_UNREACHABLE


def test_tasks_share_one_context(realm: Realm, unique_name: str) -> None:
    key = GssKey(GssSettings(ccache=str(realm.ccache)))

    async def many() -> None:
        async with AsyncClient(IPV4, port=realm.server.port, key=key) as own:
            names = [f"{unique_name}-{number}.example.test" for number in range(20)]
            await asyncio.gather(*(own.set(name, "192.0.2.9", zone="example.test", ttl=60) for name in names))

    asyncio.run(many())
    assert len(key.contexts) == 1
    assert shown(realm, f"{unique_name}-19") == ["192.0.2.9"]
