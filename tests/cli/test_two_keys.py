"""A key file with two keys: the newer is used, and the older one at a server that does not accept the newer."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from dns_update import AsyncClient, Client, Key
from lab import LabKey, NameServer, dig
from lab.key import write_private
from tests.support.command import COMMAND, at, in_process

SERVERS = pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
UNKNOWN = LabKey.generate("home-2026-11-30.example.com")


def both(directory: Path, newer: LabKey, older: LabKey) -> Path:
    return write_private(directory / "home.key", newer.bind_clause() + older.bind_clause())


@SERVERS
@pytest.mark.parametrize("is_known", [True, False], ids=["same name", "new name"])
def test_the_older_key_is_used_with_a_note_where_the_newer_is_not_accepted(
    server: NameServer, unique_name: str, tmp_path: Path, *, is_known: bool
) -> None:
    known = server.keys[0]
    # With the same algorithm and another secret, BIND and Knot answer BADSIG; an unknown name is BADKEY.
    newer = LabKey(server.keys[2].name, server.keys[2].algorithm, UNKNOWN.secret) if is_known else UNKNOWN
    words = at(server), "zone=example.com", f"key-file={both(tmp_path, newer, known)}", f"name={unique_name}"
    result = in_process("set", *words, "address=192.0.2.7", "ttl=60")
    assert result.status == 0, result.stderr
    (note,) = result.notes
    assert note.startswith(
        f"{server.host}:{server.port} does not accept key {newer.name}, so the older key {known.name}"
    )
    assert dig(server, f"{unique_name}.example.com", "A")[0].endswith("192.0.2.7")
    shown = in_process("show", *words, "--json")
    assert (shown.status, len(shown.json["notes"])) == (0, 1)
    assert in_process("add", *words, "address=192.0.2.8").status == 0
    assert in_process("delete", *words).status == 0
    assert dig(server, f"{unique_name}.example.com", "A") == []


@SERVERS
def test_the_newer_key_is_used_where_both_are_known(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    path = both(tmp_path, server.keys[0], server.keys[3])
    words = at(server), "zone=example.com", f"key-file={path}", f"name={unique_name}", "address=192.0.2.7"
    result = in_process("set", *words)
    assert (result.status, result.notes) == (0, [])


def test_key_name_chooses_one_of_two_and_no_other_is_tried(bind: NameServer, tmp_path: Path) -> None:
    path = both(tmp_path, UNKNOWN, bind.keys[0])
    words = at(bind), "zone=example.com", f"key-file={path}", "name=chosen", "address=192.0.2.7"
    result = in_process("set", *words, f"key-name={UNKNOWN.name}")
    assert result.status == 5
    assert f"key {UNKNOWN.name} is unknown there" in result.failure
    assert in_process("set", *words, f"key-name={bind.keys[0].name}").status == 0


def test_both_clients_of_the_library_use_the_older_key_and_say_so(bind: NameServer, tmp_path: Path) -> None:
    key = Key.from_file(both(tmp_path, UNKNOWN, bind.keys[0]))
    with Client(f"{bind.host}:{bind.port}", key=key) as client:
        outcome = client.set("two-keys", "192.0.2.7", zone="example.com")

    async def again() -> None:
        async with AsyncClient(f"{bind.host}:{bind.port}", key=key) as client:
            second = await client.set("two-keys", "192.0.2.8", zone="example.com")
            assert (str(second.signed_by), len(second.notes)) == (bind.keys[0].name, 1)

    assert (str(outcome.signed_by), len(outcome.notes)) == (bind.keys[0].name, 1)
    asyncio.run(again())


def test_dns_nsupdate_uses_the_first_key_only(bind: NameServer, tmp_path: Path) -> None:
    script = f"server {bind.host} {bind.port}\nzone example.com\nadd first-key.example.com 60 A 192.0.2.1\nsend\n"
    for keys, status in (((UNKNOWN, bind.keys[0]), 2), ((bind.keys[0], UNKNOWN), 0)):
        command = [str(COMMAND.with_name("dns-nsupdate")), "-k", str(both(tmp_path, *keys))]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
