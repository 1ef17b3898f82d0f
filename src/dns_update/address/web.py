"""The address from which our requests reach a web service: it answers with that address.

A proxy that the environment names is not used: the service would see the proxy's address instead of ours.
"""

from __future__ import annotations

import binascii
import re
import socket
from http.client import HTTPException, HTTPResponse
from io import BufferedIOBase, BufferedReader, RawIOBase
from time import monotonic

from dns_update.address.families import FAMILIES, NotToldError, ask_families
from dns_update.address.sources import Web
from dns_update.address.special_purpose import unreachable_because
from dns_update.errors import InvalidText
from dns_update.transport import seconds_left
from dns_update.transport.sockets import words_of
from dns_update.wire.codes import MAX_U16, decimal
from dns_update.wire.inet import IPV4_OCTETS, parse_address, parse_told_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class WebAnswer(Protocol):
        """All that HTTPResponse asks of a socket."""

        def makefile(self, mode: str, /) -> BufferedIOBase:
            """Return a file of what arrives."""


WEB_SECONDS = 10  # for one family, with all redirects
MOST_REDIRECTS = 3
LARGEST_BODY = 4096  # an address has at most 45 octets; the rest is for the page around it
LARGEST_ANSWER = 1 << 18  # octets, with the head; http.client itself may read without end
_OK = 200
_REDIRECTS = (301, 302, 303, 307, 308)
_SOCKET_FAMILIES = {IPV4_OCTETS: socket.AF_INET}
_WORD = re.compile(r"[\w.:%]+")
_LABEL = re.compile(r"(?![0-9a-f]{1,4}$)[a-z]\w*", re.IGNORECASE)  # but not a group of an IPv6 address


def addresses_of_web(source: Web) -> list[bytes]:
    """Return the addresses that the service reports, asked over each family.

    The answer must have status 200 and exactly one address of the family that the request used, in at most 4 KiB; text
    or markup around it does not matter. Redirects are followed, but not from https to http, nor to addresses that
    cannot be reached from the Internet (private, loopback) unless the service itself has one of that kind. Each family
    takes at most 10 s, without the time of the system's resolver. Raises NoAddress.
    """
    return ask_families(source, lambda octets: _ask(source, octets))


def _ask(source: Web, octets: int) -> bytes:
    """Return our address of one family; raises NotToldError."""
    deadline = monotonic() + WEB_SECONDS
    place = source
    try:
        addresses = _addresses_of(source, octets)
        kinds = {_kind_of(address) for address in addresses}
        for _ in range(MOST_REDIRECTS + 1):
            with _connected(place, addresses, deadline) as connection:
                connection.settimeout(seconds_left(deadline))
                connection.sendall(_request(place))
                answer = read_answer(_Deadlined(connection, deadline), place, octets)
            if isinstance(answer, bytes):
                return answer
            place, addresses = answer, _open_to(kinds, _addresses_of(answer, octets))
    except TimeoutError as error:
        raise NotToldError(f"no whole answer within {WEB_SECONDS} s") from error
    except OSError as error:
        raise NotToldError(_reason_of(error)) from error
    raise NotToldError(f"it redirects more than {MOST_REDIRECTS} times")


def read_answer(answer: WebAnswer, place: Web, octets: int) -> bytes | Web:
    """Return the address of one family in an answer of `place`, or where that sends us on to.

    Raises NotToldError for any answer that has neither, and whatever `answer` raises.
    """
    try:
        with HTTPResponse(answer, method="GET") as response:  # type: ignore[arg-type] # it need not be a socket
            response.begin()
            if response.status in _REDIRECTS:
                return _redirected(place, response.headers.get("Location", ""))
            return _address_in(_body(response), octets)
    except OSError:  # one error of http.client, for a closed connection, is of both classes
        raise
    except (HTTPException, ValueError) as error:  # ValueError: e.g. a chunk of negative size
        raise NotToldError(f"the answer is not HTTP ({type(error).__name__})") from error


def _addresses_of(place: Web, octets: int) -> list[tuple[Any, ...]]:
    """Return a host's addresses of one family, as a socket takes them; raises OSError."""
    family = _SOCKET_FAMILIES.get(octets, socket.AF_INET6)
    places = socket.getaddrinfo(place.host.encode(), place.port, family=family, type=socket.SOCK_STREAM)
    return [entry[4] for entry in places]


def _kind_of(address: tuple[Any, ...]) -> str | None:
    """Return why an address cannot be reached from the Internet, None if it can."""
    return unreachable_because(parse_address(address[0].partition("%")[0]))


def _open_to(kinds: set[str | None], addresses: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the addresses to which a service with addresses of these kinds may redirect; raises NotToldError if none.

    Otherwise a service could make us send requests to servers on this machine and in its network.
    """
    allowed = [address for address in addresses if _kind_of(address) in {None, *kinds}]
    if not allowed:
        raise NotToldError(
            f"it redirects to {addresses[0][0]} ({_kind_of(addresses[0])}), and has no such address itself"
        )
    return allowed


def _connected(place: Web, addresses: list[tuple[Any, ...]], deadline: float) -> socket.socket:
    connection = _first_that_connects(addresses, deadline)
    if place.scheme == "http":
        return connection
    import ssl  # 12 ms, not needed for http:

    context = ssl.create_default_context()
    # An answer that is cut off is an error, since its end is not authenticated (RFC 8446, section 6.1). Python has
    # OpenSSL (from 3.0 on) ignore that.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    with connection:
        connection.settimeout(seconds_left(deadline))
        return context.wrap_socket(connection, server_hostname=place.host, suppress_ragged_eofs=False)


def _first_that_connects(addresses: list[tuple[Any, ...]], deadline: float) -> socket.socket:
    """Connect to the first address that can be reached; each gets its share of the time."""
    failure: OSError = TimeoutError()
    for done, address in enumerate(addresses):
        connection = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds_left(deadline) / (len(addresses) - done))
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _request(place: Web) -> bytes:
    lines = [
        f"GET {place.target} HTTP/1.1",
        f"Host: {place.authority}",
        "User-Agent: dns-update",
        "Accept: text/plain, */*;q=0.5",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if place.credentials:
        lines.append(f"Authorization: Basic {binascii.b2a_base64(place.credentials, newline=False).decode()}")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _body(response: HTTPResponse) -> str:
    if response.status != _OK:
        raise NotToldError(f"the answer has status {response.status}")
    if _has_unknown_end(response):
        raise NotToldError("the answer does not say where it ends")
    body = response.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise NotToldError(f"the answer has more than {LARGEST_BODY} octets")
    if response.length:  # fewer octets came than announced: a part of an address is another address
        raise NotToldError("the answer is cut off")
    return body.decode(errors="replace")


def _has_unknown_end(response: HTTPResponse) -> bool:
    """Return whether an answer gives its length in a way that cannot be read (RFC 9112, section 6.3)."""
    if response.chunked:
        return False
    return "Transfer-Encoding" in response.headers or (response.length is None and "Content-Length" in response.headers)


def _address_in(body: str, octets: int) -> bytes:
    """Return the one address in a text; raises NotToldError."""
    addresses = {address for word in _WORD.findall(body) if (address := _address_of(word)) is not None}
    fitting = {address for address in addresses if len(address) == octets}
    if len(fitting) != 1:
        count = "several" if fitting else "no"
        raise NotToldError(f"the answer has {count} {FAMILIES[octets]} addresses")
    return fitting.pop()


def _address_of(word: str) -> bytes | None:
    """Return the address in a word, e.g. `IP:192.0.2.1` or `192.0.2.1:54321`; None if there is none."""
    word = word.rstrip(".:")  # the end of a sentence
    label, _, unlabelled = word.partition(":")
    texts = [word, unlabelled] if _LABEL.fullmatch(label) else [word]
    for text in texts:
        try:
            return parse_told_address(text)
        except InvalidText:
            continue
    address, _, port = texts[-1].partition(":")
    return _address_of(address) if decimal(port, MAX_U16) is not None else None


def _redirected(place: Web, location: str) -> Web:
    """Return the target of a redirect; user and password are sent only to the server that they are for."""
    from urllib.parse import urljoin  # rarely needed

    if not location:
        raise NotToldError("it redirects to something that is not a web address")
    try:
        following = Web.from_text(urljoin(f"{place}{place.target}", location).partition("#")[0])
    except ValueError as error:  # InvalidText is one, too
        raise NotToldError("it redirects to something that is not a web address") from error
    if place.scheme == "https" and following.scheme != "https":
        raise NotToldError("it redirects from https to http, where anyone could answer")
    is_same_server = (following.scheme, following.authority) == (place.scheme, place.authority)
    credentials = place.credentials if is_same_server else b""
    return Web(following.scheme, following.host, following.port, following.target, credentials=credentials)


def _reason_of(error: OSError) -> str:
    if getattr(error, "reason", "") == "UNEXPECTED_EOF_WHILE_READING":
        return "the answer is cut off"
    certificate = getattr(error, "verify_message", "")  # ssl.SSLCertVerificationError's
    return f"certificate not trusted: {certificate}" if certificate else words_of(error)


class _Deadlined(RawIOBase):
    """A socket that is read until a deadline, up to a size: a socket's own timeout starts again with every octet."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._room = LARGEST_ANSWER

    def makefile(self, _mode: str) -> BufferedReader:
        """Return it as the file that HTTPResponse needs."""
        return BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # RawIOBase's may be any buffer; this is what is given
        self._connection.settimeout(seconds_left(self._deadline))
        octets = self._connection.recv_into(buffer)
        self._room -= octets
        if self._room < 0:
            raise NotToldError(f"the answer has more than {LARGEST_ANSWER} octets")
        return octets
