"""A server that forwards updates to who knows the key, and does not know it itself: it is read without a signature."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.client import Client
from dns_update.errors import KeyRejected
from lab import Bind, LabKey, NameServer, Zone, dig
from tests.cli.test_set import SERVERS, done
from tests.client.servers import key_of
from tests.support.command import Result, at, dns_update, in_process, key_file


@pytest.fixture(scope="module")
def forwarding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield a secondary without any key, whose primary has one and notifies it; `keys` is set to the primary's."""
    key = LabKey.generate()
    with Bind(tmp_path_factory.mktemp("primary"), keys=[key], listen_v6=False) as primary:
        extra = f"primaries {{ {primary.host} port {primary.port}; }}; allow-update-forwarding {{ any; }};"
        zones = [Zone("example.com", type="secondary", extra=extra)]
        with Bind(tmp_path_factory.mktemp("secondary"), zones=zones, listen_v6=False) as server:
            primary.stop()
            told = f"notify explicit; also-notify {{ {server.host} port {server.port}; }}; notify-delay 0;"
            primary.zones = [Zone("example.com", extra=told)]
            primary.start()
            server.keys = [key]
            yield server


def said_unsigned(result: Result, server: NameServer) -> bool:
    key = f"does not accept key {server.keys[0].name} for queries"
    return any(note.startswith(f"{server.host}:{server.port} {key}") for note in result.notes)


def address_of(server: NameServer, label: str) -> list[str]:
    return [line.split()[-1] for line in dig(server, f"{label}.example.com", "A")]


@pytest.mark.parametrize("words", [[], ["ttl=60"], ["zone=example.com"], ["zone=example.com", "ttl=60"]], ids=" ".join)
def test_set_goes_through_and_says_that_it_was_read_without_a_signature(
    words: list[str], forwarding: NameServer, unique_name: str
) -> None:
    name = f"name={unique_name}.example.com"
    result = done(in_process(at(forwarding), key_file(forwarding), name, "address=192.0.2.41", *words))
    assert [line for line in result.lines if line.startswith("update successful")]
    assert said_unsigned(result, forwarding)
    assert len(result.notes) == 1
    assert address_of(forwarding, unique_name) == ["192.0.2.41"]


def test_delete_and_show_go_through_too(forwarding: NameServer, unique_name: str) -> None:
    name = (at(forwarding), key_file(forwarding), f"name={unique_name}.example.com")
    done(in_process(*name, "address=192.0.2.41", "ttl=60"))
    shown = done(in_process("show", *name))
    assert shown.stdout == f"{unique_name}.example.com. 60 IN A 192.0.2.41\n"
    assert said_unsigned(shown, forwarding)
    assert said_unsigned(done(in_process("delete", *name, "address=192.0.2.41", "require=existing")), forwarding)
    assert address_of(forwarding, unique_name) == []


def test_in_json_an_unsigned_read_is_not_verified_and_a_signed_one_is(forwarding: NameServer, unique_name: str) -> None:
    name = (key_file(forwarding), "zone=example.com", f"name={unique_name}")
    unsigned = [
        done(in_process(*words, at(forwarding), *name, "--json")).json
        for words in (["set", "address=192.0.2.41", "ttl=60"], ["show"])
    ]
    assert [(outcome["verified"], len(outcome["notes"])) for outcome in unsigned] == [(False, 1), (False, 1)]
    assert [record["data"] for record in unsigned[0]["after"]] == ["192.0.2.41"]
    assert unsigned[0]["failures"] == []


def test_a_read_with_a_key_that_the_server_has_is_signed_and_verified(bind: NameServer, unique_name: str) -> None:
    words = (at(bind), key_file(bind), f"name={unique_name}.example.com")
    result = done(in_process(*words, "address=192.0.2.41", "--json", "--debug"))
    assert result.json["verified"] is True
    assert result.json["notes"] == []
    assert result.stderr.count(";; TSIG PSEUDOSECTION") == 2 * len(result.sent)
    assert done(in_process("show", *words, "--json")).json["verified"] is True


def test_what_was_read_without_a_signature_is_asked_for_once_with_one(forwarding: NameServer, unique_name: str) -> None:
    words = (at(forwarding), key_file(forwarding), f"name={unique_name}.example.com", "address=192.0.2.41")
    result = done(in_process(*words, "--debug"))
    refused = result.stderr.count("status: NOTAUTH")
    assert refused == 2  # by UDP, and confirmed by TCP
    assert len([message for message in result.sent if message.opcode == "QUERY"]) > refused


def test_the_library_tells_it_apart(forwarding: NameServer, unique_name: str) -> None:
    client = Client(f"{forwarding.host}:{forwarding.port}", key=key_of(forwarding.keys[0]))
    outcome = client.set(f"{unique_name}.example.com", "192.0.2.41")
    assert outcome.read_unsigned
    assert not outcome.verified
    assert [record.data_text() for record in outcome.after or ()] == ["192.0.2.41"]
    without_a_key = Client(f"{forwarding.host}:{forwarding.port}").show(f"{unique_name}.example.com")
    assert not without_a_key.read_unsigned
    assert without_a_key.notes == ()


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_show_needs_no_key_that_the_server_knows_but_an_update_does(server: NameServer, unique_name: str) -> None:
    stranger = key_file(server, LabKey.generate("stranger"))
    shown = done(in_process("show", at(server), stranger, "zone=example.com", "name=ns"))
    assert shown.stdout == "ns.example.com. 3600 IN A 127.0.0.1\n"
    assert len(shown.notes) == 1
    result = in_process(at(server), stranger, f"name={unique_name}.example.com", "address=192.0.2.41")
    assert result.status == 5
    assert result.failure.startswith("TSIG error: ")
    assert result.notes == []


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_a_secret_that_differs_is_not_passed_over(server: NameServer) -> None:
    """The server has a key of that name, and would not take an update with this secret, nor pass one on."""
    result = in_process(
        "show", at(server), key_file(server, LabKey.generate("ddns-key")), "zone=example.com", "name=ns"
    )
    assert (result.status, result.stdout) == (5, "")
    with pytest.raises(KeyRejected, match="BADSIG"):
        Client(f"{server.host}:{server.port}", key=key_of(LabKey.generate("ddns-key"))).show("ns", zone="example.com")


@pytest.mark.parametrize("command", ["show", "set", "delete"])
def test_where_queries_need_a_key_the_unknown_one_is_told(command: str, tmp_path: Path) -> None:
    """And not that the query without a signature was refused."""
    closed = Zone("example.com")
    (tmp_path / closed.file_name).write_text(closed.text)
    key = LabKey.generate()
    block = f'zone "example.com" {{ type primary; file "{closed.file_name}"; allow-query {{ key {key.name}; }}; }};'
    with Bind(tmp_path, zones=[Zone("example.net")], extra=block, keys=[key], listen_v6=False) as server:
        words = (command, at(server), "name=ns.example.com", *(["address=192.0.2.41"] if command == "set" else []))
        assert done(in_process("show", at(server), key_file(server), "name=ns.example.com")).notes == []
        result = in_process(*words, key_file(server, LabKey.generate("stranger")))
    assert result.status == 5
    assert "BADKEY: key stranger is unknown there" in result.stderr


def test_what_the_primary_did_not_carry_out_is_not_blamed_on_the_key(forwarding: NameServer, unique_name: str) -> None:
    """BIND passes on no rcode that it does not expect, as the NOTAUTH that a wrong secret meets; it says SERVFAIL."""
    wrong = key_file(forwarding, LabKey.generate(forwarding.keys[0].name))
    result = in_process(at(forwarding), wrong, f"name={unique_name}.example.com", "address=192.0.2.41")
    assert result.status == 9
    assert result.failure.startswith("Server failure:")
    assert "is a secondary that forwards updates, and that failed" in result.cause


def _configure(directory: Path, server: NameServer, name: str) -> str:
    key = server.keys[0].write(directory / "key")
    path = directory / "config.toml"
    path.write_text(
        f'[keys.main]\nfile = "{key}"\n[servers.main]\naddress = "{server.host}:{server.port}"\nkey = "main"\n'
        f'[zones."example.com"]\nservers = ["main"]\n'
        f'[[records]]\nname = "{name}.example.com"\naddress = "192.0.2.41"\n'
    )
    return f"config={path}"


def test_the_agent_keeps_names_right_there(forwarding: NameServer, unique_name: str, tmp_path: Path) -> None:
    configuration = _configure(tmp_path, forwarding, unique_name)
    for said in ("update successful: ", "does not accept key"):
        result = dns_update("agent", "--once", configuration, env={"STATE_DIRECTORY": str(tmp_path)})
        assert result.status == 0, result.stderr
        assert any(said in line for line in result.lines)
        assert sum("does not accept key" in line for line in result.lines) == 1
    assert address_of(forwarding, unique_name) == ["192.0.2.41"]


def test_the_check_finds_nothing_wrong_there(forwarding: NameServer, unique_name: str, tmp_path: Path) -> None:
    result = done(in_process("agent", "--check", "--online", _configure(tmp_path, forwarding, unique_name)))
    assert any("does not accept key" in line for line in [*result.lines, *result.stdout.splitlines()])


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_the_check_finds_a_key_that_nobody_knows(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    configuration = _configure(tmp_path, server, unique_name)
    LabKey.generate("stranger").write(tmp_path / "key")
    result = in_process("agent", "--check", "--online", configuration)
    assert result.status == 5
    assert "TSIG error: " in result.stderr
