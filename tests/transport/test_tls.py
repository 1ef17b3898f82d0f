"""DNS over TLS: whom a connection is with, and what each failure means, against a real BIND."""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import dns_update
from dns_update import (
    AsyncClient,
    Client,
    Key,
    NoResponse,
    Outcome,
    Policy,
    Server,
    ServerNotTrusted,
    TlsSettings,
    UsageError,
)
from dns_update.auth.tls_settings import pin_from_text
from dns_update.bulk import BulkOptions, Wish
from dns_update.errors import causes
from dns_update.message import Message
from dns_update.transfer import Transfer
from dns_update.transport import Endpoint, openssl
from dns_update.transport.aio import AsyncioTransport
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.memory import MemoryTransport
from dns_update.transport.tls import TlsClient, TlsConnection, public_key_of, untrusted
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name
from lab.certificates import Certificate
from lab.port import IPV4
from tests.client.replies import NS, SOA, Scripted, reply
from tests.support.relay import Relay
from tests.support.tls import EXPIRED, HOST, RIGHT, WANTS_OURS, WITHOUT_NAMES, SecureBind, tls_bind

OTHER_PIN = "A" * 43 + "="


@pytest.fixture(scope="module", name="bind")
def _bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureBind]:
    with tls_bind(tmp_path_factory.mktemp("tls")) as bind:
        yield bind


def policy(bind: SecureBind, /, **settings: object) -> Policy:
    given: dict[str, object] = {"ca": str(bind.authority.certificate)} | settings
    return Policy(timeout=3.0, transport="tls", tls=TlsSettings(**given))  # type: ignore[arg-type]


def client(bind: SecureBind, port: str = RIGHT, /, **settings: Any) -> Client:  # noqa: ANN401 - of all kinds
    return Client(bind.at(port), key=Key.from_file(str(bind.key_file)), policy=policy(bind, **settings))


def updated(by: Client, address: str, name: str = "home") -> object:
    with by:
        return by.set(f"{name}.example.com", address, ttl=60, zone="example.com").after


def connections(bind: SecureBind) -> int:
    """Return how many connections to the port with the right certificate are open."""
    port = f":{bind.ports[RIGHT]}"
    listed = subprocess.run(["ss", "-Htn", "state", "established"], check=True, capture_output=True, text=True).stdout
    return sum(line.split()[3].endswith(port) for line in listed.splitlines())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"hostname": HOST},
        {"hostname": HOST.upper()},
        {"ca": None, "pins": ["THE PIN"]},
        {"ca": None, "pins": [OTHER_PIN, "sha256/THE PIN"]},
        {"pins": ["THE PIN"]},
        {"ca": None, "verify": False},
    ],
    ids=str,
)
def test_the_right_server_gets_the_update(bind: SecureBind, settings: dict[str, object]) -> None:
    if "pins" in settings:
        pins = settings["pins"]
        assert isinstance(pins, list)
        settings = settings | {"pins": [pin.replace("THE PIN", bind.certificate.pin) for pin in pins]}
    with client(bind, **settings) as by:
        by.delete("home.example.com", zone="example.com")
        assert by.set("home.example.com", "192.0.2.1", ttl=60, zone="example.com").after


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
def test_the_wrong_server_gets_nothing(bind: SecureBind, port: str, settings: dict[str, object], cause: str) -> None:
    sent: list[str] = []
    key = Key.from_file(str(bind.key_file))
    transport = BlockingTransport(trace=lambda direction, *_rest: sent.append(direction))
    by = Client(bind.at(port), key=key, policy=policy(bind, **settings), transport=transport)
    with pytest.raises(ServerNotTrusted) as caught:
        updated(by, "192.0.2.99")
    assert (caught.value.cause, caught.value.exit_status, sent) == (cause, 5, [])
    assert not caught.value.may_have_arrived
    assert caught.value.hint


@pytest.mark.parametrize("which", ["none", "of nobody"])
def test_a_server_that_wants_a_certificate_of_ours_may_have_got_the_message(bind: SecureBind, which: str) -> None:
    ours = {} if which == "none" else {
        "certificate": str(bind.ours_of_nobody.certificate), "private_key": str(bind.ours_of_nobody.key)
    }  # fmt: skip
    by = client(bind, WANTS_OURS, **ours)
    with pytest.raises(ServerNotTrusted) as caught, by:
        by.delete("nothing.example.com", zone="example.com", verify=False)
    assert caught.value.cause == causes.OWN_CERTIFICATE
    assert caught.value.may_have_arrived


def test_a_certificate_of_ours_is_shown(bind: SecureBind) -> None:
    ours = {"certificate": str(bind.ours.certificate), "private_key": str(bind.ours.key)}
    updated(client(bind, WANTS_OURS, **ours), "192.0.2.3")


def test_a_port_that_speaks_no_tls_is_told_as_such(bind: SecureBind, monkeypatch: pytest.MonkeyPatch) -> None:
    # BIND takes the first octets of a handshake for the length of a message, and waits for the rest.
    monkeypatch.setattr("dns_update.transport.tls_stream.HANDSHAKE_SECONDS", 0.3)
    monkeypatch.setattr("dns_update.transport.stream_aio.HANDSHAKE_SECONDS", 0.3)
    for carried_out in (_by_blocking, _by_asyncio):
        with pytest.raises(NoResponse) as caught:
            carried_out(bind, bind.server.port)
        assert (caught.value.cause, caught.value.may_have_arrived) == (causes.NO_TLS, False)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\x0c" + bytes(12)], ids=str)
def test_what_answers_something_else_speaks_no_tls(bind: SecureBind, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for carried_out in (_by_blocking, _by_asyncio):
            times = 2 if answer else 1  # it may be a mistake that passes
            with Answering(listener, answer, times), pytest.raises(NoResponse) as caught:
                carried_out(bind, listener.getsockname()[1])
            assert (caught.value.cause, caught.value.may_have_arrived) == (causes.NO_TLS, False)


def test_one_connection_carries_all_messages_and_a_closed_one_is_made_anew(bind: SecureBind) -> None:
    before = connections(bind)
    with client(bind) as by:
        for number in range(3):
            by.set("many.example.com", f"192.0.2.{number + 1}", ttl=60, zone="example.com")
        assert connections(bind) == before + 1
        bind.server.stop()
        bind.server.start()
        assert by.set("many.example.com", "192.0.2.9", ttl=60, zone="example.com").after
    assert connections(bind) == before


def _sync_set_twice(bind: SecureBind, relay: Relay, between: Callable[[], None]) -> Outcome:
    key = Key.from_file(str(bind.key_file))
    with Client(IPV4, port=relay.port, key=key, policy=policy(bind, hostname=HOST)) as by:
        by.set("cut.example.com", "192.0.2.1", ttl=60, zone="example.com")
        between()
        return by.set("cut.example.com", "192.0.2.2", ttl=60, zone="example.com")


def _async_set_twice(bind: SecureBind, relay: Relay, between: Callable[[], None]) -> Outcome:
    async def work() -> Outcome:
        key = Key.from_file(str(bind.key_file))
        async with AsyncClient(IPV4, port=relay.port, key=key, policy=policy(bind, hostname=HOST)) as by:
            await by.set("cut.example.com", "192.0.2.1", ttl=60, zone="example.com")
            between()
            return await by.set("cut.example.com", "192.0.2.2", ttl=60, zone="example.com")

    return asyncio.run(work())


@pytest.mark.parametrize("messages", [1, 2])
@pytest.mark.parametrize("set_twice", [_sync_set_twice, _async_set_twice])
def test_a_kept_connection_that_ends_when_it_is_used_is_made_anew(
    bind: SecureBind, set_twice: Callable[[SecureBind, Relay, Callable[[], None]], Outcome], messages: int
) -> None:
    with Relay(bind.ports[RIGHT]) as relay:

        def end(left: int = messages) -> None:
            """Reset the connection at the next message, and that of the next one after it."""
            if left < messages:
                relay.reset()
            if left:
                relay.at(1, lambda: end(left - 1))

        if messages == 1:
            assert set_twice(bind, relay, end).verified
        else:  # the handshake of the new one, or of the next try, fails as well: a server that takes nobody
            with pytest.raises(NoResponse) as caught:
                set_twice(bind, relay, end)
            assert caught.value.may_have_arrived


@pytest.mark.parametrize("settings", [{}, {"pins": ["THE PIN"], "ca": None}], ids=str)
def test_a_session_is_resumed_and_still_verified(
    bind: SecureBind, settings: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "pins" in settings:
        settings = settings | {"pins": [bind.certificate.pin]}
    made: list[TlsConnection] = []
    connection = TlsClient.connection

    def noted(self: TlsClient, *place: Any) -> TlsConnection:  # noqa: ANN401 - as they are
        made.append(connection(self, *place))
        return made[-1]

    monkeypatch.setattr(TlsClient, "connection", noted)
    by = client(bind, **settings)
    for number in range(1, 4):
        with by:
            by.set("again.example.com", f"192.0.2.{number}", ttl=60, zone="example.com")
    assert [each.is_resumed for each in made] == [False, True, True]


def test_asyncio_does_the_same(bind: SecureBind) -> None:
    async def work() -> None:
        key = Key.from_file(str(bind.key_file))
        async with AsyncClient(bind.at(), key=key, policy=policy(bind)) as by:
            await by.set("loop.example.com", "192.0.2.1", ttl=60, zone="example.com")
            before = connections(bind)
            await by.set("loop.example.com", "192.0.2.2", ttl=60, zone="example.com")
            assert connections(bind) == before
            several = [by.set(f"loop{n}.example.com", "192.0.2.2", ttl=60, zone="example.com") for n in range(8)]
            assert all(outcome.after for outcome in await asyncio.gather(*several))
        async with AsyncClient(bind.at(), key=key, policy=policy(bind, hostname="other.example.com")) as by:
            with pytest.raises(ServerNotTrusted, match=r"not for other\.example\.com"):
                await by.set("loop.example.com", "192.0.2.3", ttl=60, zone="example.com")

    asyncio.run(work())


def test_many_names_go_over_one_connection(bind: SecureBind) -> None:
    wishes = [Wish.from_text(f"bulk{n}", "192.0.2.7", zone="example.com", ttl=60) for n in range(500)]
    with client(bind) as by, closing(by.apply(wishes, BulkOptions(message_octets=1024))) as outcomes:
        done = list(outcomes)
    assert {(outcome.state, str(outcome.error)) for outcome in done} == {("updated", "None")}


@pytest.mark.parametrize("file", ["missing", "empty", "key", "open key", "key with a password"])
def test_files_that_cannot_be_used_are_told_before_anything_is_sent(
    bind: SecureBind, file: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.pem"
    certificate, key = bind.ours.certificate.read_text(), bind.ours.key.read_text()
    settings: dict[str, object] = {"certificate": str(bind.ours.certificate), "private_key": str(path)}
    if file == "open key":
        path.write_text(key)
        path.chmod(0o644)
    elif file == "key with a password":
        command = ["openssl", "pkey", "-aes256", "-passout", "pass:x", "-in", str(bind.ours.key), "-out", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        path.chmod(0o600)
    elif file == "key":
        path.write_text(certificate)
        path.chmod(0o600)
    else:
        settings = {"ca": str(path)}
        if file == "empty":
            path.write_text("")
    with pytest.raises(UsageError) as caught:
        updated(client(bind, **settings), "192.0.2.4")
    assert key.splitlines()[1] not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"private_key": "client.key"},
        {"verify": False, "ca": "ca.pem"},
        {"verify": False, "pins": [OTHER_PIN]},
        {"verify": False, "hostname": HOST},
        {"pins": ["x"]},
        {"pins": [b"x"]},
        {"pins": [f"{OTHER_PIN}\n"]},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        TlsSettings(**settings)  # type: ignore[arg-type]


def test_the_public_key_of_a_certificate_is_found_without_a_library(bind: SecureBind) -> None:
    der = subprocess.run(
        ["openssl", "x509", "-in", bind.certificate.certificate, "-outform", "DER"],
        check=True,
        capture_output=True,
    ).stdout
    assert sha256(public_key_of(der)).digest() == pin_from_text(bind.certificate.pin)
    for end in range(len(der) // 2):
        assert isinstance(public_key_of(der[:end]), bytes)


def _by_blocking(bind: SecureBind, port: int) -> None:
    with Client("127.0.0.1", port=port, policy=policy(bind)) as by:
        by.show("home.example.com", zone="example.com")


def _by_asyncio(bind: SecureBind, port: int) -> None:
    async def work() -> None:
        async with AsyncClient("127.0.0.1", port=port, policy=policy(bind)) as by:
            await by.show("home.example.com", zone="example.com")

    asyncio.run(work())


class Answering:
    """Answers the next connections with some octets, and closes them."""

    def __init__(self, listener: socket.socket, answer: bytes, times: int = 1) -> None:
        self._thread = threading.Thread(target=self._answer, args=(listener, answer, times))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_reason: object) -> None:
        self._thread.join()

    @staticmethod
    def _answer(listener: socket.socket, answer: bytes, times: int) -> None:
        for _ in range(times):
            connection, _address = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)


def _alert_once(listener: socket.socket, port: int) -> None:
    """Refuse the first connection by an alert, as Knot 3.4 does now and then; pass the next one on to a port."""
    refused, _address = listener.accept()
    with refused:
        refused.recv(65536)
        refused.sendall(b"\x15\x03\x03\x00\x02\x02\x0a")  # unexpected message
    client, _address = listener.accept()
    with client, socket.create_connection((IPV4, port)) as server:
        back = threading.Thread(target=_pass_on, args=(server, client))
        back.start()
        _pass_on(client, server)
        back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    while octets := source.recv(65536):
        target.sendall(octets)
    with suppress(OSError):  # the other side may be gone
        target.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("carried_out", [_by_blocking, _by_asyncio])
def test_a_handshake_that_fails_at_once_is_tried_once_more(
    bind: SecureBind, carried_out: Callable[[SecureBind, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert updated(client(bind), "192.0.2.1")  # there must be something to show
    tls = TlsSettings(ca=str(bind.authority.certificate), hostname=HOST)
    own = Policy(timeout=3.0, transport="tls", tls=tls)
    monkeypatch.setattr(f"{__name__}.policy", lambda _bind: own)
    with socket.create_server((IPV4, 0)) as listener:
        thread = threading.Thread(target=_alert_once, args=(listener, bind.ports[RIGHT]))
        thread.start()
        carried_out(bind, listener.getsockname()[1])
        thread.join()


def test_only_the_servers_of_the_zone_are_asked_by_tls() -> None:
    """Resolvers, and the other name servers of a zone, need not speak it."""

    def answer(request: Message) -> bytes:
        is_soa = request.question[0].rrtype == RRType.SOA
        return reply(request, answer=[SOA] if is_soa else (), authority=[NS])

    hosts = {"ns.example.com": ("192.0.2.1",)}
    transport = MemoryTransport(Scripted(answer, answer), hosts=hosts)
    policy = Policy(transport="tls", tls=TlsSettings(pins=[OTHER_PIN]))
    by = Client(policy=policy, transport=transport, resolvers=(Server("192.0.2.53"),))
    by.show("home.example.com", "A")
    asked = {(str(sent.endpoint), sent.transport) for sent in transport.sent}
    assert asked == {("192.0.2.53", "udp"), ("192.0.2.1:853", "tls")}


@pytest.mark.parametrize("hostname", [HOST, "other.example.com"])
def test_without_the_private_module_the_public_one_does_the_same(
    bind: SecureBind, hostname: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openssl, "IS_PRIVATE", False)
    monkeypatch.setattr(openssl, "openssl", ssl)
    by = client(bind, hostname=hostname)
    if hostname == HOST:
        assert updated(by, "192.0.2.1")
        return
    with pytest.raises(ServerNotTrusted) as caught:
        updated(by, "192.0.2.1")
    assert caught.value.cause == causes.CERTIFICATE_OF_ANOTHER_NAME


def test_tls_is_loaded_without_what_it_does_not_need() -> None:
    words = ["dns_update.transport.tls", "ssl", "socket", "enum"]
    code = f"import sys, dns_update.transport.tls; print([name for name in {words} if name in sys.modules])"
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=path_of_ours())
    assert done.stdout.strip() == "['dns_update.transport.tls']"


def path_of_ours() -> dict[str, str]:
    """Return an environment in which Python finds our package without what a site adds."""
    return {"PYTHONPATH": str(Path(dns_update.__file__).parent.parent)}


def test_a_certificate_that_was_renewed_is_read_again(bind: SecureBind, tmp_path: Path) -> None:
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"

    def write(own: Certificate, stamp: int) -> None:
        for path, source in ((certificate, own.certificate), (key, own.key)):
            path.write_bytes(source.read_bytes())
            path.chmod(0o600)
            os.utime(path, ns=(stamp, stamp))

    write(bind.ours_of_nobody, 1)
    by = client(bind, WANTS_OURS, certificate=str(certificate), private_key=str(key))
    with pytest.raises(ServerNotTrusted):
        by.show("ns.example.com", "A", zone="example.com")
    write(bind.ours, 2)
    assert by.show("ns.example.com", "A", zone="example.com").after
    by.close()
    certificate.unlink()  # it is just being replaced
    assert by.show("ns.example.com", "A", zone="example.com").after
    by.close()


def test_a_transfer_that_cannot_be_sent_is_no_response(bind: SecureBind) -> None:
    async def work() -> None:
        transport = AsyncioTransport("127.0.0.1")
        transfer = Transfer(Name.from_text("example.com"), 1, None, key=None, policy=policy(bind), server="x")
        with pytest.raises(NoResponse) as caught:
            await anext(transport.transfer(transfer, Endpoint("::1", 853)))
        assert caught.value.cause == causes.CANNOT_SEND_FROM

    asyncio.run(work())


@pytest.mark.parametrize(
    ("code", "cause", "says"),
    [
        (9, causes.CERTIFICATE_OUT_OF_DATE, "is not valid yet"),
        (10, causes.CERTIFICATE_OUT_OF_DATE, "has expired"),
        (62, causes.CERTIFICATE_OF_ANOTHER_NAME, "is not for ns.example.com"),
        (18, causes.CERTIFICATE_NOT_TRUSTED, "is not trusted: self-signed"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told_by_its_number(code: int, cause: str, says: str) -> None:
    error = untrusted(code, "self-signed", "ns.example.com")
    assert (error.cause, says in str(error)) == (cause, True)


def test_a_transfer_that_the_network_breaks_off_says_so() -> None:
    for answer, cause in (((), causes.CONNECTION_RESET), ("network is down", causes.NETWORK_ERROR)):
        transport = MemoryTransport(lambda _sent, answer=answer: answer)  # type: ignore[misc]
        transfer = Transfer(Name.from_text("example.com"), 1, None, key=None, policy=Policy(), server="ns")
        with pytest.raises(NoResponse) as caught:
            list(transport.transfer(transfer, Endpoint("192.0.2.1")))
        assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"", None),
        (b"\x15\x03\x03\x00\x02\x02\x28", causes.TLS_FAILED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", causes.NO_TLS),
    ],
    ids=["closed", "alert", "http"],
)
def test_a_handshake_that_gets_something_else(answer: bytes, cause: str | None) -> None:
    """An alert that is about no certificate, what is no TLS, and the end of the connection."""
    with socket.create_server((IPV4, 0)) as listener:

        def serve() -> None:
            for _ in range(2 if answer else 1):  # it may be a mistake that passes
                connection, _address = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        policy = Policy(timeout=5.0, retries=0, transport="tls", tls=TlsSettings(verify=False))
        with Client(Server(IPV4, listener.getsockname()[1]), policy=policy) as by, pytest.raises(NoResponse) as caught:
            by.show("home.example.com", zone="example.com")
        thread.join()
    assert cause is None or caught.value.cause == cause
    assert not caught.value.may_have_arrived
