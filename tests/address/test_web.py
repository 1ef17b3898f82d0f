"""Web services that echo the address, and those that do anything else."""

import base64
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Self

import pytest

from dns_update.address import Web, find_addresses, sources_from_text
from dns_update.address import web as module
from dns_update.address.web import LARGEST_ANSWER, LARGEST_BODY, addresses_of_web
from dns_update.errors import NoAddress
from dns_update.wire.inet import format_address
from lab import Namespace
from tests.address.inside import inside
from tests.support.peer import Silent, closed_port

SECRET = "s3cret-t0ken"
OK = "200 OK"


class Service:
    """A web server on loopback; `answer` says, for a request's path, what octets it sends."""

    def __init__(
        self,
        answer: Callable[[str], bytes],
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        *,
        is_end_signed: bool = False,
    ) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.requests.append((self.path, dict(self.headers.items())))
                self.wfile.write(answer(self.path))
                if is_end_signed:
                    self.connection.unwrap()

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's name
                """Say nothing."""

        class Server(HTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

            def handle_error(self, request: object, client_address: object) -> None:
                """Say nothing: the tests have clients that close the connection."""

        self._server = Server((host, 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._host = f"[{host}]" if ":" in host else host

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        number: int = self._server.server_address[1]
        return number

    @property
    def authority(self) -> str:
        return f"{self._host}:{self.port}"


def response(body: str = "", *headers: str, status: str = OK, length: int | None = None) -> bytes:
    octets = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(octets) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + octets


def asked(text: str) -> list[str]:
    """Return the answer of the service at a URL."""
    (source,) = sources_from_text(text)
    assert isinstance(source, Web)
    return [format_address(address) for address in addresses_of_web(source)]


def refused(text: str) -> str:
    with pytest.raises(NoAddress) as caught:
        asked(text)
    return caught.value.text


def refused_answer(octets: bytes) -> str:
    """Return why an answer is refused, without the text before the reason."""
    with Service(lambda _path: octets) as service:
        text = refused(f"http://{service.authority}/")
    start = f"http://{service.authority} gave no address: over IPv4: "
    assert text.startswith(start)
    return text.removeprefix(start)


@pytest.mark.parametrize(
    "body",
    [
        "1.2.3.4",
        "1.2.3.4\n",
        "  1.2.3.4\r\n",
        "\ufeff1.2.3.4",
        "1.2.3.4\nHave a nice day.\n",
        "<html><head><title>Current IP Check</title></head><body>Current IP Address: 1.2.3.4</body></html>",
        '{"ip":"1.2.3.4","v6":"2600:1::1","version":"10.11.12"}',
        "Your address is 1.2.3.4. You came from 1.2.3.4.",
        "IP:1.2.3.4",
        "1.2.3.4:54321",
        "ip_address:1.2.3.4:54321.",
        "::ffff:1.2.3.4",
        "client=[::FFFF:1.2.3.4]:54321",
        "1.2.3.4 (::ffff:1.2.3.4, seen at 12:30:59 from 00:16:3e:01:02:03)",
        "ip=1.2.3.4\nts=1700000000.123\nhttp=http/1.1\n",
        "1.2.3.4" + " " * (LARGEST_BODY - 7),
    ],
)
def test_the_one_address_in_an_answer_is_taken(body: str) -> None:
    with Service(lambda _path: response(body)) as service:
        assert asked(f"http://{service.authority}/") == ["1.2.3.4"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the answer has no IPv4 addresses"),
        ("no address here", "the answer has no IPv4 addresses"),
        ("2600:1::1", "the answer has no IPv4 addresses"),
        ("1.2.3.4.5 1.2.3 1.2.3.256 x1.2.3.4 1.2.3.4x 01.2.3.4", "the answer has no IPv4 addresses"),
        ("1.2.3.4:65536 1.2.3.4:x 1:1.2.3.4 IP:1.2.3", "the answer has no IPv4 addresses"),
        ("IP:1.2.3.4 1.2.3.5:80", "the answer has several IPv4 addresses"),
        ("1.2.3.4 or 1.2.3.5", "the answer has several IPv4 addresses"),
        ("1.2.3.4" + " " * LARGEST_BODY, "the answer has more than 4096 octets"),
    ],
)
def test_no_address_and_several_are_refused(body: str, reason: str) -> None:
    assert refused_answer(response(body)) == reason


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (response("1.2.3.4", status="404 Not Found"), "the answer has status 404"),
        (response("1.2.3.4", status="201 Created"), "the answer has status 201"),
        (response("1.2.3.4", status="500 1.2.3.4"), "the answer has status 500"),
        (response("1.2.3.4", status="304 Not Modified"), "the answer has status 304"),
        (response("1.2.3.4", length=8), "the answer is cut off"),
        (response("1.2.3.4", length=-7), "the answer does not say where it ends"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 8x\r\n\r\n1.2.3.4", "the answer does not say where it ends"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n1.2.3.4", "the answer does not say where it ends"),
        (b"1.2.3.4", "the answer is not HTTP (BadStatusLine)"),
        (b"", "remote end closed connection without response"),
        (b"HTTP/1.1 two hundred\r\n\r\n1.2.3.4", "the answer is not HTTP (BadStatusLine)"),
        (b"HTTP/1.1 200 OK\r\n" + b"x" * 70000, "the answer is not HTTP (LineTooLong)"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000, "the answer is not HTTP (HTTPException)"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n1.2.3.4",
            "the answer is not HTTP (IncompleteRead)",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-7\r\n1.2.3.4", "the answer is not HTTP (ValueError)"),
    ],
)
def test_what_is_no_whole_good_answer_is_refused(octets: bytes, reason: str) -> None:
    assert refused_answer(octets) == reason


def test_an_answer_in_chunks_is_put_together() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n1.2\r\n4\r\n.3.4\r\n0\r\n\r\n"
    with Service(lambda _path: chunks) as service:
        assert asked(f"http://{service.authority}/") == ["1.2.3.4"]


def test_an_answer_may_end_with_the_connection() -> None:
    with Service(lambda _path: b"HTTP/1.0 200 OK\r\n\r\n1.2.3.4") as service:
        assert asked(f"http://{service.authority}/") == ["1.2.3.4"]


def test_the_request_is_what_a_plain_client_sends() -> None:
    with Service(lambda _path: response("1.2.3.4")) as service:
        asked(f"http://me:{SECRET}%21@{service.authority}/my/ip?format=text")
    ((path, headers),) = service.requests
    assert path == "/my/ip?format=text"
    assert base64.b64decode(headers.pop("Authorization").removeprefix("Basic ")).decode() == f"me:{SECRET}!"
    assert headers == {
        "Host": service.authority,
        "User-Agent": "dns-update",
        "Accept": "text/plain, */*;q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def test_a_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with Service(lambda _path: response("1.2.3.4")) as service:
        assert asked(f"http://{service.authority}/") == ["1.2.3.4"]


def test_an_ipv6_service_gives_an_ipv6_address() -> None:
    with Service(lambda _path: response("2600:1::1 or 1.2.3.4"), "::1") as service:
        assert asked(f"http://{service.authority}/") == ["2600:1::1"]


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the host "both" mean this machine, over both families."""
    ask = socket.getaddrinfo

    def answer(host: bytes, port: int, *, family: int, type: int) -> list[object]:  # noqa: A002 - socket's name
        if host == b"both":
            host = b"::1" if family == socket.AF_INET6 else b"127.0.0.1"
        return list(ask(host, port, family=family, type=type))

    monkeypatch.setattr("dns_update.address.web.socket.getaddrinfo", answer)


@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize(
    ("fragment", "addresses"),
    [("", ["1.2.3.4"]), ("#ipv4", ["1.2.3.4"]), ("#ipv6", None)],
)
def test_a_service_with_one_family_is_content_with_it(fragment: str, addresses: list[str] | None) -> None:
    with Service(lambda _path: response("1.2.3.4")) as service:
        url = f"http://both:{service.port}/{fragment}"
        if addresses is not None:
            assert asked(url) == addresses
        else:
            assert refused(url) == f"http://both:{service.port} gave no address: over IPv6: connection refused"


@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize(
    ("fragment", "addresses"),
    [("", ["1.2.3.4", "2600:1::1"]), ("#ipv4", ["1.2.3.4"]), ("#ipv6", ["2600:1::1"])],
)
def test_a_service_is_asked_over_each_family_it_has(
    fragment: str, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        Service(lambda _path: response("1.2.3.4")) as ipv4,
        Service(lambda _path: response("2600:1::1"), "::1") as ipv6,
    ):
        ask = socket.getaddrinfo
        ports = {socket.AF_INET: ipv4.port, socket.AF_INET6: ipv6.port}
        monkeypatch.setattr(
            "dns_update.address.web.socket.getaddrinfo",
            lambda host, _port, *, family, type: ask(host, ports[family], family=family, type=type),  # noqa: A006
        )
        assert asked(f"http://both/{fragment}") == addresses


def test_if_an_address_of_the_host_is_dead_the_next_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Service(lambda _path: response("1.2.3.4")) as service:
        places = [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port)) for port in (closed_port(), service.port)]
        monkeypatch.setattr("dns_update.address.web.socket.getaddrinfo", lambda *_, **_kinds: places)
        assert asked("http://example.com/#ipv4") == ["1.2.3.4"]


def test_a_closed_port_is_said() -> None:
    text = refused(f"http://127.0.0.1:{closed_port()}/")
    assert text == f"http://127.0.0.1:{closed_port()} gave no address: over IPv4: connection refused"


def test_a_host_that_is_not_there_is_said() -> None:
    text = refused("https://none.invalid/")
    assert text.startswith("https://none.invalid gave no address: over IPv4: ")
    assert "; over IPv6: " in text


# Redirects.


def redirecting(*places: str, last: bytes | None = None) -> Callable[[str], bytes]:
    """Answer the path /0 with a redirect to the first place, /1 with one to the second, and so on."""

    def answer(path: str) -> bytes:
        number = int(path.strip("/"))
        if number == len(places):
            return response("1.2.3.4") if last is None else last
        return response("5.6.7.8", f"Location: {places[number]}", status="302 Found")

    return answer


def test_redirects_are_followed() -> None:
    with Service(redirecting("/1", "2", "./3#x")) as service:
        assert asked(f"http://{service.authority}/0") == ["1.2.3.4"]
        assert [path for path, _ in service.requests] == ["/0", "/1", "/2", "/3"]


def test_redirects_without_end_are_not() -> None:
    with Service(redirecting("/1", "/2", "/3", "/4")) as service:
        assert refused(f"http://{service.authority}/0").endswith("it redirects more than 3 times")
        assert [path for path, _ in service.requests] == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize("place", ["ftp://example.com/", "file:///etc/passwd", "", "http://a b/", "http://[::1/"])
def test_a_redirect_to_nowhere_is_refused(place: str) -> None:
    with Service(redirecting(place)) as service:
        assert refused(f"http://{service.authority}/0").endswith("it redirects to something that is not a web address")


def test_a_password_goes_to_its_own_server_only() -> None:
    with Service(redirecting("/1")) as other, Service(redirecting("/1", f"http://{other.authority}/1")) as service:
        assert asked(f"http://me:{SECRET}@{service.authority}/0") == ["1.2.3.4"]
    assert ["Authorization" in headers for _, headers in service.requests] == [True, True]
    assert ["Authorization" in headers for _, headers in other.requests] == [False]


def test_what_a_redirect_says_is_not_shown() -> None:
    with Service(redirecting(f"ftp://{SECRET}/")) as service:
        assert SECRET not in refused(f"http://me:{SECRET}@{service.authority}/0?{SECRET}")


# Time.


def test_a_service_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.address.web.WEB_SECONDS", 0.1)
    with Silent() as peer:
        assert refused(f"http://{peer.address}/").endswith("over IPv4: no whole answer within 0.1 s")


def test_a_service_that_answers_octet_by_octet_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each octet comes in time, but the whole answer never does."""
    monkeypatch.setattr("dns_update.address.web.WEB_SECONDS", 0.3)
    done = threading.Event()

    def trickle(listening: socket.socket) -> None:
        with listening.accept()[0] as connection:
            while not done.wait(0.02):
                try:
                    connection.send(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=trickle, args=(listening,))
        thread.start()
        text = refused(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        done.set()
        thread.join()
    assert text.endswith("over IPv4: no whole answer within 0.3 s")


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate for 127.0.0.1 and its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lab"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {path} -out {path}.crt"
    subprocess.run(command.split(), check=True, capture_output=True)
    with path.open("a", encoding="ascii") as file:
        file.write(Path(f"{path}.crt").read_text(encoding="ascii"))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the system trust the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")


@pytest.mark.usefixtures("trusted")
def test_a_service_with_a_trusted_certificate_is_believed(tls: ssl.SSLContext) -> None:
    with Service(lambda _path: response("1.2.3.4"), tls=tls) as service:
        assert asked(f"https://{service.authority}/") == ["1.2.3.4"]


def test_a_service_with_an_unknown_certificate_is_not(tls: ssl.SSLContext) -> None:
    with Service(lambda _path: response("1.2.3.4"), tls=tls) as service:
        text = refused(f"https://me:{SECRET}@{service.authority}/")
        assert text.endswith("over IPv4: certificate not trusted: self-signed certificate")
    assert service.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_not_trusted(tls: ssl.SSLContext) -> None:
    with Service(lambda _path: response("1.2.3.4"), tls=tls) as service:
        text = refused(f"https://localhost:{service.port}/#ipv4")
    assert "certificate not trusted: Hostname mismatch" in text


@pytest.mark.usefixtures("trusted")
def test_a_redirect_from_https_to_http_is_refused(tls: ssl.SSLContext) -> None:
    with Service(redirecting("/1")) as plain, Service(redirecting(f"http://{plain.authority}/1"), tls=tls) as service:
        text = refused(f"https://{service.authority}/0")
    assert text.endswith("it redirects from https to http, where anyone could answer")
    assert plain.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_redirect_from_http_to_https_is_followed(tls: ssl.SSLContext) -> None:
    with (
        Service(redirecting("/1"), tls=tls) as service,
        Service(lambda _path: redirecting(f"https://{service.authority}/1")("/0")) as plain,
    ):
        assert asked(f"http://{plain.authority}/0") == ["1.2.3.4"]


def test_a_private_address_is_refused_as_from_every_source() -> None:
    with Service(lambda _path: response("192.168.1.1")) as service, pytest.raises(NoAddress, match="private-use"):
        find_addresses(sources_from_text(f"http://{service.authority}/"), allow_private=False, log=pytest.fail)


@pytest.mark.usefixtures("trusted")
def test_an_answer_whose_end_nobody_has_signed_may_be_cut_off(tls: ssl.SSLContext) -> None:
    """The address may have been 1.2.3.45."""
    with Service(lambda _path: b"HTTP/1.0 200 OK\r\n\r\n1.2.3.4", tls=tls) as service:
        assert refused(f"https://{service.authority}/").endswith("over IPv4: the answer is cut off")


@pytest.mark.usefixtures("trusted")
def test_an_answer_whose_end_is_signed_is_whole(tls: ssl.SSLContext) -> None:
    with Service(lambda _path: b"HTTP/1.0 200 OK\r\n\r\n1.2.3.4", tls=tls, is_end_signed=True) as service:
        assert asked(f"https://{service.authority}/") == ["1.2.3.4"]


# Redirects to other servers.


@pytest.mark.parametrize("place", ["10.0.0.1 (private-use)", "169.254.169.254 (link-local)"])
def test_a_service_of_this_machine_sends_us_no_further_than_to_this_machine(place: str) -> None:
    with Service(redirecting(f"http://{place.partition(' ')[0]}/")) as service:
        text = refused(f"http://{service.authority}/0")
    assert text.endswith(f"it redirects to {place}, and has no such address itself")


PUBLIC, SIX = "9.8.7.1", "2600:9::1"


@pytest.mark.parametrize(
    ("home", "place", "kind"),
    [
        (PUBLIC, "127.0.0.1", "loopback"),
        (PUBLIC, "192.168.7.1", "private-use"),
        (SIX, "::1", "loopback"),
        (SIX, "fd00::1", "unique-local"),
        ("192.168.7.1", "127.0.0.1", "loopback"),
    ],
)
def test_no_service_sends_us_to_servers_that_the_world_cannot_reach(
    namespace: Namespace, home: str, place: str, kind: str
) -> None:
    namespace.ip("link", "set", "lo", "up")
    for address in (f"{PUBLIC}/32", "192.168.7.1/32"):
        namespace.ip("address", "add", address, "dev", "lo")
    for address in (f"{SIX}/128", "fd00::1/128"):  # usable at once
        namespace.ip("address", "add", address, "dev", "lo", "nodad")

    def ask() -> tuple[str, list[tuple[str, dict[str, str]]]]:
        with (
            Service(lambda _path: response("1.2.3.4"), place) as other,
            Service(redirecting(f"http://{other.authority}/"), home) as service,
        ):
            return refused(f"http://{service.authority}/0"), other.requests

    text, requests = inside(namespace, ask)
    assert text.endswith(f"it redirects to {place} ({kind}), and has no such address itself")
    assert requests == []


# Answers without end.


def endless(start: bytes, more: bytes) -> str:
    """Return why an endless answer is refused, without the text before the reason."""

    def pour(listening: socket.socket) -> None:
        with listening.accept()[0] as connection:
            connection.recv(4096)
            try:
                connection.sendall(start)
                while True:
                    connection.sendall(more)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=pour, args=(listening,))
        thread.start()
        text = refused(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()
    return text.partition(": over IPv4: ")[2]


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = [
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    (CHUNKED + b"7\r\n1.2.3.4\r\n0\r\n", b"trailer: x\r\n" * 1000),
    (CHUNKED + b"-1\r\n1.2.3.4", b" " * 10_000),
]


# http.client of Python 3.14.8 counts interim answers and trailers itself, and gives up earlier than we do.
COUNTED = sys.version_info >= (3, 14)
GIVEN_UP = "the answer is not HTTP (HTTPException)"


def reasons(ours: str, start: bytes) -> set[str]:
    """Return the right reasons to refuse an endless answer: ours, and that of a Python which counts its parts."""
    is_chunk = start == ENDLESS[-1][0]
    return {ours, GIVEN_UP} if COUNTED and not is_chunk else {ours}


@pytest.mark.parametrize(("start", "more"), ENDLESS, ids=["head", "trailer", "chunk"])
def test_an_answer_without_end_is_not_read_to_the_end(start: bytes, more: bytes) -> None:
    assert endless(start, more) in reasons(f"the answer has more than {LARGEST_ANSWER} octets", start)


@pytest.mark.parametrize(("start", "more"), ENDLESS, ids=["head", "trailer", "chunk"])
def test_an_answer_without_end_has_its_time(start: bytes, more: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WEB_SECONDS", 0.2)
    monkeypatch.setattr(module, "LARGEST_ANSWER", 1 << 40)
    assert endless(start, more) in reasons("no whole answer within 0.2 s", start)
