"""Answers of web services: an address of the requested family, a redirect, or an error."""

import contextlib
from io import BytesIO

from dns_update.address.families import NotToldError
from dns_update.address.sources import Web
from dns_update.address.web import read_answer
from dns_update.wire.inet import IPV4_OCTETS
from fuzz.expect import expect

PLACE = Web("https", "example.com", 443, "/ip", credentials=b"me:secret")

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

SEEDS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n1.2.3.4",
    b"HTTP/1.0 200 OK\r\n\r\n<p>Your address is 1.2.3.4.</p>",
    _CONTINUE + b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7;x=y\r\n1.2.3.4\r\n0\r\na: b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-7\r\n1.2.3.4",
    b"HTTP/1.1 302 Found\r\nLocation: https://example.net/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 307 Temporary Redirect\r\nLocation: ../x?y#z\r\n\r\n",
)


class _Answer:
    """Octets that were received."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def makefile(self, _mode: str, /) -> BytesIO:
        return BytesIO(self._octets)


def check(data: bytes) -> None:
    """Read one answer."""
    with contextlib.suppress(NotToldError, ConnectionError):
        told = read_answer(_Answer(data), PLACE, IPV4_OCTETS)
        if isinstance(told, Web):
            expect("https does not lead to http", holds=told.scheme == "https")
            is_same = told.authority == PLACE.authority
            expect("a password stays with its server", holds=is_same or not told.credentials)
        else:
            expect("an address is of the family", holds=len(told) == IPV4_OCTETS)
