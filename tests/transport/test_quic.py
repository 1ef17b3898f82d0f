"""DNS over QUIC: streams, whom a connection is with, and what each failure means; a real BIND carries updates out."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID

from dns_update import AsyncClient, Client, Key, NoResponse, Policy, ServerNotTrusted, TlsSettings, UsageError
from dns_update.auth.tsig import sign
from dns_update.bulk import BulkOptions, Wish
from dns_update.errors import DnsUpdateError, causes
from dns_update.exchange import Exchange
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.quic import QuicClient, QuicLink
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name
from lab import dig
from lab.port import IPV4
from tests.support.doq import (
    ALERTS,
    ALERTS_ODDLY,
    BUSY,
    CLOSES,
    CUTS,
    OF_HTTP,
    RESETS,
    SILENT,
    WANTS_ANY,
    WITH_ID,
    DoqBind,
    doq_bind,
)
from tests.support.tls import EXPIRED, HOST, RIGHT, WANTS_OURS, WITHOUT_NAMES

OTHER_PIN = "A" * 43 + "="


@pytest.fixture(scope="module", name="bind")
def _bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoqBind]:
    with doq_bind(tmp_path_factory.mktemp("quic")) as bind:
        yield bind


def policy(bind: DoqBind, /, timeout: float = 3.0, **settings: object) -> Policy:
    given: dict[str, object] = {"ca": str(bind.authority.certificate)} | settings
    return Policy(timeout=timeout, transport="quic", tls=TlsSettings(**given))  # type: ignore[arg-type]


def client(bind: DoqBind, port: str = RIGHT, /, **settings: Any) -> Client:  # noqa: ANN401 - of all kinds
    return Client(bind.at(port), key=Key.from_file(str(bind.key_file)), policy=policy(bind, **settings))


def updated(by: Client, address: str, name: str = "home") -> object:
    with by:
        return by.set(f"{name}.example.com", address, ttl=60, zone="example.com").after


def by_asyncio(bind: DoqBind, port: str, address: str, **settings: object) -> object:
    async def work() -> object:
        key = Key.from_file(str(bind.key_file))
        async with AsyncClient(bind.at(port), key=key, policy=policy(bind, **settings)) as by:  # type: ignore[arg-type]
            return (await by.set("home.example.com", address, ttl=60, zone="example.com")).after

    return asyncio.run(work())


def ways(bind: DoqBind, port: str, address: str, **settings: object) -> Iterator[Any]:
    """Return an update by each shell, to be called."""
    yield lambda: updated(client(bind, port, **settings), address)
    yield lambda: by_asyncio(bind, port, address, **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"hostname": HOST},
        {"hostname": f"{HOST.upper()}."},
        {"ca": None, "pins": ["THE PIN"]},
        {"ca": None, "pins": [OTHER_PIN, "sha256/THE PIN"]},
        {"pins": ["THE PIN"]},
        {"ca": None, "verify": False},
    ],
    ids=str,
)
def test_the_right_server_gets_the_update(bind: DoqBind, settings: dict[str, object]) -> None:
    if "pins" in settings:
        pins = settings["pins"]
        assert isinstance(pins, list)
        settings = settings | {"pins": [pin.replace("THE PIN", bind.certificate.pin) for pin in pins]}
    with client(bind, **settings) as by:
        by.delete("home.example.com", zone="example.com")
        assert by.set("home.example.com", "192.0.2.1", ttl=60, zone="example.com").after
    assert dig(bind.server, "home.example.com", "A")[0].endswith(" 192.0.2.1")


@pytest.mark.parametrize(
    ("port", "settings", "cause"),
    [
        (RIGHT, {"ca": None}, causes.CERTIFICATE_NOT_TRUSTED),
        (RIGHT, {"hostname": "other.example.com"}, causes.CERTIFICATE_OF_ANOTHER_NAME),
        (RIGHT, {"hostname": "127.0.0.2"}, causes.CERTIFICATE_OF_ANOTHER_NAME),
        (RIGHT, {"ca": None, "pins": [OTHER_PIN]}, causes.WRONG_PIN),
        (RIGHT, {"pins": [OTHER_PIN]}, causes.WRONG_PIN),
        (EXPIRED, {}, causes.CERTIFICATE_OUT_OF_DATE),
        (WITHOUT_NAMES, {"hostname": "nameless.example.com"}, causes.CERTIFICATE_OF_ANOTHER_NAME),
    ],
    ids=str,
)
def test_the_wrong_server_gets_nothing(bind: DoqBind, port: str, settings: dict[str, object], cause: str) -> None:
    before = list(bind.seen[port].messages), list(bind.seen[port].connections)
    for way in ways(bind, port, "192.0.2.99", **settings):
        with pytest.raises(ServerNotTrusted) as caught:
            way()
        assert (caught.value.cause, caught.value.exit_status) == (cause, 5)
        assert not caught.value.may_have_arrived
        assert caught.value.hint
    # The server has not even seen the end of the handshake, which would carry a certificate of ours.
    assert (bind.seen[port].messages, bind.seen[port].connections) == before


def test_a_certificate_of_a_client_is_none_of_a_server(bind: DoqBind) -> None:
    check = QuicClient(policy(bind).tls or TlsSettings()).check
    ours = x509.load_pem_x509_certificate(bind.ours.certificate.read_bytes())
    with pytest.raises(OSError, match="is not one of a server"):
        check.run((ours,), "client.example.com")
    with pytest.raises(OSError, match="has shown no certificate"):
        check.run((), "client.example.com")


@pytest.mark.parametrize("raw", [None, b"\x30\x03\x06\x01"], ids=["none", "malformed"])
def test_a_certificate_need_not_say_what_it_is_for(raw: bytes | None, tmp_path: Path) -> None:
    """One that says it in a form that nobody can read is for nothing."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    if raw is not None:
        purpose = x509.UnrecognizedExtension(ExtensionOID.EXTENDED_KEY_USAGE, raw)
        made = made.add_extension(purpose, critical=False)
    own = made.sign(key, hashes.SHA256())
    path = tmp_path / "own.pem"
    path.write_bytes(own.public_bytes(Encoding.PEM))
    check = QuicClient(TlsSettings(ca=str(path))).check
    if raw is None:
        check.run((own,), HOST)
        return
    with pytest.raises(OSError, match="not trusted"):
        check.run((own,), HOST)


@pytest.mark.parametrize(
    ("port", "kind", "cause", "arrived"),
    [
        (OF_HTTP, NoResponse, causes.NO_QUIC, False),
        (CLOSES, NoResponse, causes.CONNECTION_RESET, True),
        (BUSY, NoResponse, causes.CONNECTION_RESET, True),
        (RESETS, NoResponse, causes.CONNECTION_RESET, True),
        (CUTS, NoResponse, causes.CONNECTION_RESET, True),
        (WITH_ID, NoResponse, causes.CONNECTION_RESET, True),
        (WANTS_OURS, ServerNotTrusted, causes.OWN_CERTIFICATE, True),
        (WANTS_ANY, ServerNotTrusted, causes.OWN_CERTIFICATE, True),
        (ALERTS, NoResponse, causes.TLS_FAILED, True),
        (ALERTS_ODDLY, NoResponse, causes.TLS_FAILED, True),
    ],
)
def test_each_failure_has_its_cause(
    bind: DoqBind, port: str, kind: type[DnsUpdateError], cause: str, *, arrived: bool
) -> None:
    started = time.monotonic()
    with client(bind, port) as by, pytest.raises(kind) as caught:
        by.delete("home.example.com", zone="example.com", verify=False)
    assert (caught.value.cause, getattr(caught.value, "may_have_arrived", None)) == (cause, arrived)

    async def work() -> None:
        key = Key.from_file(str(bind.key_file))
        async with AsyncClient(bind.at(port), key=key, policy=policy(bind)) as other:
            await other.delete("home.example.com", zone="example.com", verify=False)

    with pytest.raises(kind) as caught:
        asyncio.run(work())
    assert caught.value.cause == cause
    assert time.monotonic() - started < 12.0, "a time-out was waited for"


def test_a_server_that_does_not_answer_is_waited_for_as_long_as_was_said(bind: DoqBind) -> None:
    for way in ways(bind, SILENT, "192.0.2.5", timeout=0.05):
        with pytest.raises(NoResponse) as caught:
            way()
        assert (caught.value.cause, caught.value.exit_status) == (causes.TIMED_OUT, 4)


def test_silence_and_a_closed_port_are_told_apart(bind: DoqBind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.quic_socket.HANDSHAKE_SECONDS", 0.3)
    monkeypatch.setattr("dns_update.transport.quic_aio.HANDSHAKE_SECONDS", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((IPV4, 0))
        quiet_port = silent.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as claim:
            claim.bind((IPV4, 0))
            closed_port = claim.getsockname()[1]
        for port, cause in ((quiet_port, causes.NO_QUIC), (closed_port, causes.PORT_UNREACHABLE)):
            with Client(IPV4, port=port, policy=policy(bind)) as by, pytest.raises(NoResponse) as caught:
                by.show("home.example.com", zone="example.com")
            assert (caught.value.cause, caught.value.may_have_arrived) == (cause, False)
            with pytest.raises(NoResponse) as caught:
                asyncio.run(_shown(port, policy(bind)))
            assert (caught.value.cause, caught.value.may_have_arrived) == (cause, False)


async def _shown(port: int, how: Policy) -> None:
    async with AsyncClient(IPV4, port=port, policy=how) as by:
        await by.show("home.example.com", zone="example.com")


def test_one_connection_carries_all_messages_which_have_the_id_0(bind: DoqBind) -> None:
    seen = bind.seen[RIGHT]
    before = len(seen.connections)
    seen.messages.clear()
    with client(bind) as by:
        for number in range(3):
            by.set("many.example.com", f"192.0.2.{number + 1}", ttl=60, zone="example.com")
    assert len(seen.connections) == before + 1
    assert len(seen.messages) > 3
    assert {message[:2] for message in seen.messages} == {bytes(2)}


def test_a_connection_that_was_long_quiet_is_replaced(bind: DoqBind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.transport.quic.KEPT_SECONDS", 0.0)
    seen = bind.seen[RIGHT]
    before = len(seen.connections)
    with client(bind) as by:
        for _ in range(2):
            by.show("example.com", "SOA", zone="example.com")
    assert len(seen.connections) > before + 1


@pytest.mark.parametrize("settings", [{}, {"pins": ["THE PIN"], "ca": None}], ids=str)
def test_a_session_is_resumed_without_early_data(bind: DoqBind, settings: dict[str, object]) -> None:
    if "pins" in settings:
        settings = settings | {"pins": [bind.certificate.pin]}
    seen = bind.seen[RIGHT]
    del seen.connections[:]
    by = client(bind, **settings)
    for number in range(1, 4):
        with by:
            by.set("again.example.com", f"192.0.2.{number}", ttl=60, zone="example.com")
    assert (seen.connections, seen.early) == ([False, True, True], 0)


def test_asyncio_does_the_same(bind: DoqBind) -> None:
    seen = bind.seen[RIGHT]

    async def work() -> None:
        key = Key.from_file(str(bind.key_file))
        async with AsyncClient(bind.at(), key=key, policy=policy(bind)) as by:
            await by.set("loop.example.com", "192.0.2.1", ttl=60, zone="example.com")
            before = len(seen.connections)
            await by.set("loop.example.com", "192.0.2.2", ttl=60, zone="example.com")
            assert len(seen.connections) == before
            several = [by.set(f"loop{n}.example.com", "192.0.2.2", ttl=60, zone="example.com") for n in range(4)]
            assert all(outcome.after for outcome in await asyncio.gather(*several))

    asyncio.run(work())


def test_many_names_go_over_one_connection_on_many_streams(bind: DoqBind) -> None:
    before = len(bind.seen[RIGHT].connections)
    wishes = [Wish.from_text(f"bulk{n}", "192.0.2.7", zone="example.com", ttl=60) for n in range(500)]
    with client(bind) as by, closing(by.apply(wishes, BulkOptions(message_octets=1024))) as outcomes:
        done = list(outcomes)
    assert {(outcome.state, str(outcome.error)) for outcome in done} == {("updated", "None")}
    assert len(bind.seen[RIGHT].connections) - before <= 3  # one for each pass


def test_lost_datagrams_are_sent_again(bind: DoqBind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third datagram of ours is lost, in each shell and in a pipeline."""
    outgoing, count = QuicLink.outgoing, 0

    def lossy(self: QuicLink, now: float) -> list[bytes]:
        nonlocal count
        kept = []
        for datagram in outgoing(self, now):
            count += 1
            if count % 3:
                kept.append(datagram)
        return kept

    monkeypatch.setattr(QuicLink, "outgoing", lossy)
    for way in ways(bind, RIGHT, "192.0.2.12"):
        assert way()
    wishes = [Wish.from_text(f"lossy{n}", "192.0.2.7", zone="example.com", ttl=60) for n in range(100)]
    with client(bind) as by, closing(by.apply(wishes, BulkOptions(message_octets=1024))) as outcomes:
        assert {outcome.state for outcome in outcomes} == {"updated"}


def test_what_is_not_of_the_connection_is_ignored(bind: DoqBind) -> None:
    link = QuicClient(policy(bind).tls or TlsSettings()).link(Endpoint(IPV4, 853), HOST, 0.0)
    first = link.outgoing(0.0)
    for datagram in (b"", b"\0", b"x" * 1200, first[0], first[0][:-1], b"\xc0" + bytes(1199)):
        assert link.receive(datagram, 0.001) == []
    assert not link.is_established


def test_a_zone_comes_over_one_stream(bind: DoqBind) -> None:
    with client(bind) as by:
        by.set("whole.example.com", "192.0.2.4", ttl=60, zone="example.com")
        records = list(by.transfer("example.com"))
    assert any(str(record.name) == "whole.example.com" for record in records)


def test_what_is_signed_has_the_id_0(bind: DoqBind) -> None:
    key = Key.from_file(str(bind.key_file))
    query = Message.query(Name.from_text("example.com"), RRType.SOA, 1)
    attempt = Exchange(query, key, Policy(transport="quic")).next(now=0.0, wall=1, message_id=0x1234)
    assert attempt is not None
    signed, _mac = sign(query.encode(0), key, time_signed=1)
    assert attempt.octets == b"\x12\x34" + signed[2:]


def test_an_address_to_send_from_is_used_or_refused(bind: DoqBind) -> None:
    key = Key.from_file(str(bind.key_file))
    by = Client(bind.at(), key=key, policy=policy(bind), transport=BlockingTransport("127.0.0.1"))
    assert updated(by, "192.0.2.21")
    by = Client(bind.at(), key=key, policy=policy(bind), transport=BlockingTransport("::1"))
    with pytest.raises(NoResponse) as caught:
        updated(by, "192.0.2.22")
    assert caught.value.cause == causes.CANNOT_SEND_FROM


def test_without_the_library_one_line_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['aioquic'] = None\n"
        "from dns_update.cli import main\n"
        "sys.exit(main(['set', 'home.example.com', '192.0.2.1', 'dns-server=127.0.0.1', 'transport=quic']))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "pip install 'dns-update[quic]'" in done.stderr


def test_files_that_cannot_be_used_are_told_before_anything_is_sent(bind: DoqBind) -> None:
    for settings in ({"ca": "/nowhere.pem"}, {"certificate": str(bind.ours.certificate), "private_key": "/nowhere"}):
        with pytest.raises(UsageError, match="cannot read"):
            updated(client(bind, **settings), "192.0.2.4")
