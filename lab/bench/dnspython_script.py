"""Replaces the addresses of many names with dnspython, as a script that someone writes for this would.

Arguments: server, port, zone, key file (`key {}`), names a message, "udp" or "tcp", a CSV file of name, address, TTL.
It imports nothing of ours, and runs on a Python that has dnspython only.
"""

import csv
import itertools
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update

_TIMEOUT = 30.0


def main() -> None:
    """Send all names, and end with status 1 if the server refuses a message."""
    server, port, zone, key_file, batch, transport, path = sys.argv[1:]
    key = _key(Path(key_file).read_text(encoding="ascii"))
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as connection, Path(path).open(encoding="ascii", newline="") as file:
        if transport == "tcp":
            connection.connect((server, int(port)))
        connection.settimeout(0)  # dnspython waits by itself
        for rows in _batches(csv.reader(file), int(batch)):
            update = dns.update.UpdateMessage(zone, keyring=key)
            for name, address, ttl in rows:
                update.replace(name, int(ttl), "A", address)
            answer = _asked(update, connection, server, int(port), transport)
            if answer.rcode() != dns.rcode.NOERROR:
                sys.exit(f"{dns.rcode.to_text(answer.rcode())}")


def _asked(
    update: dns.update.UpdateMessage, connection: socket.socket, server: str, port: int, transport: str
) -> dns.message.Message:
    if transport == "tcp":
        return dns.query.tcp(update, server, timeout=_TIMEOUT, sock=connection)
    return dns.query.udp(update, server, timeout=_TIMEOUT, port=port, sock=connection)


def _key(text: str) -> dns.tsig.Key:
    name, algorithm, secret = re.findall(r'key "(.+)" \{ algorithm (.+); secret "(.+)"; \}', text)[0]
    return dns.tsig.Key(name, secret, algorithm)


def _batches(rows: Iterator[list[str]], size: int) -> Iterator[list[list[str]]]:
    next(rows)  # the header
    while batch := list(itertools.islice(rows, size)):
        yield batch


if __name__ == "__main__":
    main()
