"""DNS over TLS to Knot, from 3.4 on: TLS 1.3 only, and a client's certificate that says what it may change."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update import Client, Key, Policy, TlsSettings
from dns_update.errors import DnsUpdateError
from lab import Knot, LabKey, dig
from lab.certificates import Authority, Certificate
from lab.port import IPV4, Port
from lab.versions import version
from lab.zone import Zone

pytestmark = pytest.mark.skipif(version("knotd") < (3, 4), reason="Knot before 3.4 has no TLS")


@dataclass(frozen=True)
class TlsKnot:
    """A running server, its port for TLS, and the files of both sides."""

    server: Knot
    port: int
    key_file: Path
    certificate: Certificate
    ours: Certificate


@pytest.fixture(scope="module", name="knot")
def _knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsKnot]:
    directory = tmp_path_factory.mktemp("tls-knot")
    authority, key, port = Authority(directory), LabKey.generate(), Port.claim_any()
    own, ours = authority.certificate("ns.example.com"), authority.certificate("client.example.com", usage="clientAuth")
    server = Knot(
        directory / "server",
        keys=[key],
        zones=[Zone("example.com"), Zone("by-certificate.example", policy="    acl: by-certificate")],
        options=f"""\
    listen-tls: {IPV4}@{port.number}
    cert-file: "{own.certificate}"
    key-file: "{own.key}"
""",
        extra=f"""\
acl:
  - id: by-certificate
    cert-key: {ours.pin}
    action: update
""",
    )
    try:
        with server:
            yield TlsKnot(server, port.number, key.write(directory / "ddns.key"), own, ours)
    finally:
        port.release()


def client(knot: TlsKnot, *, has_key: bool, is_ours: bool = False) -> Client:
    ours = {"certificate": str(knot.ours.certificate), "private_key": str(knot.ours.key)} if is_ours else {}
    tls = TlsSettings(pins=[knot.certificate.pin], **ours)  # type: ignore[arg-type]
    key = Key.from_file(str(knot.key_file)) if has_key else None
    return Client(IPV4, port=knot.port, key=key, policy=Policy(transport="tls", tls=tls))


def test_updates_go_by_tls(knot: TlsKnot) -> None:
    with client(knot, has_key=True) as by:
        for number in range(1, 4):
            by.set("home.example.com", f"192.0.2.{number}", ttl=60, zone="example.com")
        assert dig(knot.server, "home.example.com", "A")[0].endswith(" 192.0.2.3")


def test_each_update_is_read_back_although_knot_ends_some_connections_after_one(knot: TlsKnot) -> None:
    with client(knot, has_key=True) as by:
        outcomes = [by.set("home.example.com", f"192.0.2.{n}", ttl=60, zone="example.com") for n in range(1, 101)]
    assert [outcome.notes for outcome in outcomes if not outcome.verified] == []


def test_the_certificate_of_a_client_says_what_it_may_change(knot: TlsKnot) -> None:
    zone = "by-certificate.example"
    with client(knot, has_key=False, is_ours=True) as by:
        by.set(f"home.{zone}", "192.0.2.1", ttl=60, zone=zone)
    assert dig(knot.server, f"home.{zone}", "A")[0].endswith(" 192.0.2.1")
    with client(knot, has_key=False) as by, pytest.raises(DnsUpdateError) as caught:
        by.set(f"home.{zone}", "192.0.2.2", ttl=60, zone=zone)
    assert caught.value.exit_status in {7, 8}  # NOTAUTH, which may be about the zone as well
    assert dig(knot.server, f"home.{zone}", "A")[0].endswith(" 192.0.2.1")
