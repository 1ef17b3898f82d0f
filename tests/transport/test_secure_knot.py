"""DNS over TLS and QUIC to Knot, from 3.4 on, beside knsupdate; it may want a certificate of the client, or QUIC."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update import Client, Key, NoResponse, Policy, ServerNotTrusted, TlsSettings
from dns_update.bulk import BulkOptions, Wish
from dns_update.errors import DnsUpdateError, causes
from dns_update.exchange import TransportName
from lab import Knot, LabKey, dig
from lab.certificates import Authority, Certificate
from lab.port import IPV4, Port
from lab.versions import version
from lab.zone import Zone
from tests.support.command import in_process

pytestmark = pytest.mark.skipif(version("knotd") < (3, 4), reason="Knot before 3.4 has neither")
OTHER_PIN = "A" * 43 + "="


@dataclass(frozen=True)
class SecureKnot:
    """A running server, its ports by what they speak, and the files of both sides."""

    server: Knot
    ports: Mapping[TransportName, int]
    key_file: Path
    authority: Certificate
    certificate: Certificate
    ours: Certificate


@pytest.fixture(scope="module", name="knot")
def _knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKnot]:
    directory = tmp_path_factory.mktemp("secure-knot")
    authority, key, tls, quic = Authority(directory), LabKey.generate(), Port.claim_any(), Port.claim_any()
    own, ours = authority.certificate("ns.example.com"), authority.certificate("client.example.com", usage="clientAuth")
    server = Knot(
        directory / "server",
        keys=[key],
        zones=[
            Zone("example.com", policy="    acl: [lab-update, lab-transfer]"),
            Zone("by-certificate.example", policy="    acl: by-certificate"),
            Zone("by-quic.example", policy="    acl: by-quic"),
        ],
        options=f"""\
    listen-tls: {IPV4}@{tls.number}
    listen-quic: {IPV4}@{quic.number}
    cert-file: "{own.certificate}"
    key-file: "{own.key}"
""",
        extra=f"""\
acl:
  - id: by-certificate
    cert-key: {ours.pin}
    action: update
  - id: lab-transfer
    key: {key.name}
    action: transfer
  - id: by-quic
    protocol: quic
    action: update
""",
    )
    try:
        with server:
            ports: Mapping[TransportName, int] = {"tls": tls.number, "quic": quic.number}
            yield SecureKnot(server, ports, key.write(directory / "ddns.key"), authority.root, own, ours)
    finally:
        tls.release()
        quic.release()


@pytest.fixture(name="transport", params=["tls", "quic"])
def _transport(request: pytest.FixtureRequest) -> TransportName:
    transport: TransportName = request.param
    return transport


def client(
    knot: SecureKnot, transport: TransportName = "quic", *, has_key: bool, is_ours: bool = False, pin: str = ""
) -> Client:
    ours = {"certificate": str(knot.ours.certificate), "private_key": str(knot.ours.key)} if is_ours else {}
    tls = TlsSettings(pins=[pin or knot.certificate.pin], **ours)  # type: ignore[arg-type]
    key = Key.from_file(str(knot.key_file)) if has_key else None
    return Client(IPV4, port=knot.ports[transport], key=key, policy=Policy(transport=transport, tls=tls))


def test_updates_go_by_it(knot: SecureKnot, transport: TransportName) -> None:
    name = f"by-{transport}.example.com"
    with client(knot, transport, has_key=True) as by:
        for number in range(1, 4):
            by.set(name, f"192.0.2.{number}", ttl=60, zone="example.com")
    assert dig(knot.server, name, "A")[0].endswith(" 192.0.2.3")


def test_each_update_is_read_back_although_knot_ends_some_connections_after_one(knot: SecureKnot) -> None:
    with client(knot, "tls", has_key=True) as by:
        outcomes = [by.set("read.example.com", f"192.0.2.{n}", ttl=60, zone="example.com") for n in range(1, 101)]
    assert [outcome.notes for outcome in outcomes if not outcome.verified] == []


def test_a_zone_comes_by_it(knot: SecureKnot, transport: TransportName) -> None:
    with client(knot, transport, has_key=True) as by:
        by.set("home.example.com", "192.0.2.3", ttl=60, zone="example.com")
        assert any(str(record.name) == "home.example.com" for record in by.transfer("example.com"))


def test_the_certificate_of_a_client_says_what_it_may_change(knot: SecureKnot, transport: TransportName) -> None:
    zone = "by-certificate.example"
    name = f"{transport}.{zone}"
    with client(knot, transport, has_key=False, is_ours=True) as by:
        by.set(name, "192.0.2.1", ttl=60, zone=zone)
    assert dig(knot.server, name, "A")[0].endswith(" 192.0.2.1")
    with client(knot, transport, has_key=False) as by, pytest.raises(DnsUpdateError) as caught:
        by.set(name, "192.0.2.2", ttl=60, zone=zone)
    assert caught.value.exit_status in {7, 8}  # NOTAUTH, which may be about the zone as well
    assert dig(knot.server, name, "A")[0].endswith(" 192.0.2.1")


def test_a_zone_that_is_changed_by_quic_only(knot: SecureKnot) -> None:
    zone = "by-quic.example"
    with client(knot, has_key=False) as by:
        by.set(f"home.{zone}", "192.0.2.1", ttl=60, zone=zone)
    assert dig(knot.server, f"home.{zone}", "A")[0].endswith(" 192.0.2.1")
    plain = Client(IPV4, port=knot.server.port)
    with plain as by, pytest.raises(DnsUpdateError):
        by.set(f"home.{zone}", "192.0.2.2", ttl=60, zone=zone)


def test_knsupdate_and_ours_change_the_same(knot: SecureKnot) -> None:
    script = (
        f"server {IPV4} {knot.ports['quic']}\nzone example.com\nupdate add theirs.example.com 60 A 192.0.2.7\nsend\n"
    )
    secret = knot.key_file.parent / "knsupdate.key"  # in its own form; not among the arguments
    secret.write_text(f"{knot.server.keys[0].algorithm}:{knot.server.keys[0].name}:{knot.server.keys[0].secret}\n")
    command = ["knsupdate", "--quic", f"--pin={knot.certificate.pin}", "-k", str(secret)]
    done = subprocess.run(command, input=script, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with client(knot, has_key=True) as by:
        by.set("ours.example.com", "192.0.2.7", ttl=60, zone="example.com")
        assert by.show("theirs.example.com", "A", zone="example.com").after
    shown = [dig(knot.server, f"{name}.example.com", "A")[0].split()[1:] for name in ("ours", "theirs")]
    assert shown[0] == shown[1]


def test_more_names_are_changed_than_knot_lets_streams_be_opened(knot: SecureKnot) -> None:
    wishes = [Wish.from_text(f"bulk{n}", "192.0.2.7", zone="example.com", ttl=60) for n in range(1100)]
    options = BulkOptions(message_octets=16384)
    with client(knot, has_key=True) as by, closing(by.apply(wishes, options)) as outcomes:
        assert {(outcome.state, str(outcome.error)) for outcome in outcomes} == {("updated", "None")}
    assert dig(knot.server, "bulk1099.example.com", "A")[0].endswith(" 192.0.2.7")


def test_a_connection_that_knot_has_forgotten_is_replaced(knot: SecureKnot, monkeypatch: pytest.MonkeyPatch) -> None:
    with client(knot, has_key=True) as by:
        by.set("kept.example.com", "192.0.2.1", ttl=60, zone="example.com")
        later = time.monotonic
        monkeypatch.setattr("dns_update.transport.quic_socket.time.monotonic", lambda: later() + 10.0)
        by.set("kept.example.com", "192.0.2.2", ttl=60, zone="example.com")


def test_the_wrong_key_and_a_port_of_plain_dns_are_told(knot: SecureKnot, monkeypatch: pytest.MonkeyPatch) -> None:
    with client(knot, has_key=True, pin=OTHER_PIN) as by, pytest.raises(ServerNotTrusted) as wrong:
        by.set("home.example.com", "192.0.2.9", ttl=60, zone="example.com")
    assert wrong.value.cause == causes.WRONG_PIN
    monkeypatch.setattr("dns_update.transport.quic_socket.HANDSHAKE_SECONDS", 0.5)
    plain = Client(IPV4, port=knot.server.port, policy=Policy(transport="quic"))
    with plain as by, pytest.raises(NoResponse) as caught:
        by.show("home.example.com", "A", zone="example.com")
    assert caught.value.cause == causes.NO_QUIC


def test_the_command_and_the_doctor(knot: SecureKnot) -> None:
    given = [f"dns-server={IPV4}:{knot.ports['quic']}", "transport=quic", f"tls-ca={knot.authority.certificate}"]
    given.append(f"key-file={knot.key_file}")
    done = in_process("set", "command.example.com", "192.0.2.1", "zone=example.com", "ttl=60", *given)
    assert done.status == 0, done.stderr
    done = in_process("check", "command.example.com", "192.0.2.1", "zone=example.com", *given)
    assert (done.status, "FAILED" in done.stdout) == (0, False), done.stdout
    assert " answers by QUIC" in done.stdout
