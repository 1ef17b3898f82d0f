"""Servers as users name them: the text of a server that was read gives the same server again."""

from dns_update.transport import Server
from fuzz.expect import expect, text_of

_MAX_PORT = 65535

SEEDS = (
    b"192.0.2.1",
    b"192.0.2.1:5353",
    b"2001:db8::1",
    b"[2001:db8::1]:5353",
    b"fe80::1%eth0",
    b"[fe80::1%eth0]:53",
    b"ns.example.com",
    b"ns:5353",
    b"1.2.3",
)


def check(data: bytes) -> None:
    """Read a server."""
    server = Server.from_text(text_of(data))
    expect("a port is a port", holds=0 < server.port <= _MAX_PORT)
    expect("the text of a server reads as that server", holds=Server.from_text(str(server)) == server)
