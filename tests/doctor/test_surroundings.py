"""What `check` says of the zone's other name servers: without an address, outside the zone, silent, too many."""

from __future__ import annotations

import contextlib
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab import Bind, Knot
from tests.support.broken.servers import ANY, KEY, line, zones
from tests.support.command import in_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab import NameServer

NAME_SERVERS = "name servers"


@contextlib.contextmanager
def silent_at(addresses: list[str], port: int) -> Iterator[None]:
    """Keep UDP sockets at these addresses that never answer."""
    with ExitStack() as stack:
        for address in addresses:
            listening = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            listening.bind((address, port))
        yield


def checked(server: NameServer, directory: Path) -> list[dict[str, str]]:
    """Return the steps of a check at this server."""
    steps: list[dict[str, str]] = in_process("check", *line(server, directory), "json=yes").json["steps"]
    return steps


def told(steps: list[dict[str, str]], topic: str = NAME_SERVERS) -> list[tuple[str, str, str]]:
    """Return mark, text and hint of the steps of a topic."""
    return [(step["mark"], step["text"], step["hint"] or "") for step in steps if step["topic"] == topic]


@pytest.mark.parametrize(
    ("name", "records"), [("six.example.com", "@ NS six\nsix AAAA ::1\n"), ("localhost", "@ NS localhost.\n")]
)
def test_a_name_server_that_has_the_zone(name: str, records: str, tmp_path: Path) -> None:
    with Bind(tmp_path / "server", readonly_keys=[KEY], zones=zones(ANY, records)) as server:
        steps = checked(server, tmp_path)
    ((mark, text, _hint),) = told(steps)
    assert mark == "ok"
    assert name in text
    assert text.endswith(" have serial 1")


@pytest.mark.parametrize(
    ("name", "records"), [("gone.example.com", "@ NS gone\n"), ("gone.invalid", "@ NS gone.invalid.\n")]
)
def test_a_name_server_without_an_address(name: str, records: str, tmp_path: Path) -> None:
    """Of Knot, for BIND does not load such a zone."""
    with Knot(tmp_path / "server", keys=[KEY], zones=zones(records=records)) as server:
        steps = checked(server, tmp_path)
    assert told(steps) == [
        ("ok", "ns.example.com has serial 1", ""),
        (
            "note",
            f"{name} is a name server of the zone, and has no address",
            "give it one, or remove its NS record",
        ),
    ]


def test_name_servers_that_are_silent_do_not_hide_what_else_was_seen(tmp_path: Path) -> None:
    """Each is waited for, and together they would take longer than a check may."""
    silent = [f"127.0.0.{number}" for number in range(61, 66)]
    records = "".join(f"@ NS n{number}\nn{number} A {address}\n" for number, address in enumerate(silent))
    with Bind(tmp_path / "server", readonly_keys=[KEY], zones=zones(ANY, records)) as server:
        with silent_at(silent, server.port):
            steps = checked(server, tmp_path)
        assert [text for _mark, text, _hint in told(steps, "server")] == [
            f"127.0.0.1:{server.port} (BIND {server_version(steps)}) answers by UDP and TCP"
        ]
    assert [mark for mark, _text, _hint in told(steps, "clock")] == ["ok"]
    seen = told(steps)
    assert seen[0] == ("ok", "ns.example.com has serial 1", "")
    does_not_answer = [text for _mark, text, _hint in seen if "does not answer" in text]
    not_asked = [(text, hint) for _mark, text, hint in seen if "was not asked" in text]
    assert does_not_answer[0] == "n0.example.com (127.0.0.61) is a name server of the zone, and does not answer"
    assert not_asked[-1] == (
        "n4.example.com (127.0.0.65) is a name server of the zone, and was not asked: those before it took too long",
        "check again when the others answer",
    )
    assert len(does_not_answer) + len(not_asked) == len(silent)


def server_version(steps: list[dict[str, str]]) -> str:
    text = next(step["text"] for step in steps if step["topic"] == "server")
    return text.partition("(BIND ")[2].partition(")")[0]
