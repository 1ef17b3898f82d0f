"""What an update says that it has changed, and `quiet=yes`, which says nothing but failures."""

import pytest

from dns_update.message import Message
from dns_update.transport.memory import MemoryTransport
from dns_update.wire.codes import Rcode, RRType
from lab import NameServer
from tests.cli.test_set import SERVERS, done, records
from tests.client.replies import NS, Scripted, record, said
from tests.support.command import Result, access, at, given, in_process
from tests.support.peer import Relay, Silent, closed_port, is_update

ONE, TWO = "192.0.2.1", "192.0.2.2"


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_set_says_what_was_there_if_it_has_read_that(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    full = f"update successful: {unique_name}.example.com"
    assert done(in_process(*name, f"address={ONE}")).lines[-1] == f"{full} A {ONE} added"
    assert done(in_process(*name, f"address={TWO}")).lines[-1] == f"{full} A {ONE} -> {TWO}"
    assert done(in_process(*name, f"address={TWO}")).lines[-1] == f"{full} A {TWO} unchanged"
    assert done(in_process("delete", *name, "type=A")).lines[-1] == f"{full} A {TWO} deleted"
    given(*name, f"address={TWO}")
    assert done(in_process("delete", *name)).lines[-1] == f"{full} deleted"


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_set_with_a_ttl_says_what_was_there_too(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}", "ttl=60"]
    full = f"update successful: {unique_name}.example.com"
    assert done(in_process(*name, f"address={ONE}")).lines[-1] == f"{full} A {ONE} added"
    assert done(in_process(*name, f"address={TWO}")).lines[-1] == f"{full} A {ONE} -> {TWO}"
    assert done(in_process(*name, f"address={TWO}")).lines[-1] == f"{full} A {TWO} unchanged"


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_what_a_wildcard_gave_before_a_set_with_a_ttl_was_not_there(server: NameServer, unique_name: str) -> None:
    name = f"any.{unique_name}"
    given(*access(server), f"name=*.{unique_name}", f"address={ONE}", "ttl=60")
    words = [*access(server), f"name={name}", "ttl=60", f"address={ONE}"]
    said = [done(in_process(*words)).lines[-1] for _ in range(2)]
    assert said == [f"update successful: {name}.example.com A {ONE} {change}" for change in ("added", "unchanged")]


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (["ttl=60", "verify=no"], ["UPDATE"]),
        (["verify=no"], ["QUERY", "QUERY", "UPDATE"]),  # the TTL, and whether a wildcard gave it
        (["ttl=60", "quiet=yes"], ["UPDATE", "QUERY"]),
        (["ttl=60"], ["QUERY", "QUERY", "UPDATE", "QUERY"]),
        ([], ["QUERY", "QUERY", "UPDATE", "QUERY"]),
        (["ttl=60", "dry-run=yes"], ["QUERY", "QUERY"]),
    ],
    ids=" ".join,
)
def test_the_name_is_read_before_only_to_say_it(
    words: list[str], messages: list[str], bind: NameServer, unique_name: str
) -> None:
    given(*access(bind), f"name={unique_name}", f"address={ONE}", "ttl=60")
    with Relay(bind) as relay:
        name = (f"dns-server={relay.address}", *access(bind)[1:], f"name={unique_name}")
        result = in_process(*name, f"address={TWO}", *words)
        assert ["UPDATE" if is_update(request) else "QUERY" for request in relay.requests] == messages
    is_said = messages[0] == "QUERY" and messages[-2:] == ["UPDATE", "QUERY"]
    line = f"update successful{f': {unique_name}.example.com A {ONE} -> {TWO}' if is_said else ''}"
    assert [text for text in result.lines if text.startswith("update successful")] == (
        [line] if "UPDATE" in messages and "quiet=yes" not in words else []
    )


def test_a_change_that_an_earlier_try_made_is_said_as_a_change(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", f"address={ONE}", "ttl=60")
    with Relay(bind, lambda request, answer: () if is_update(request) else (answer,)) as relay:
        servers = f"dns-server={relay.address},{bind.host}:{bind.port}"
        words = (servers, *access(bind)[1:], f"name={unique_name}", "timeout=0.2", "retries=0")
        result = done(in_process(*words, f"address={TWO}"))
    assert f"update successful: {unique_name}.example.com A {ONE} -> {TWO}" in result.lines


def set_at(monkeypatch: pytest.MonkeyPatch, script: Scripted) -> Result:
    """Set the address and TTL of home.example.com, at a server that a script plays."""
    monkeypatch.setattr("dns_update.cli.request.BlockingTransport", lambda *_: MemoryTransport(script))
    return done(in_process("dns-server=192.0.2.53", "zone=example.com", "name=home", f"address={ONE}", "ttl=60"))


def test_a_ttl_that_the_server_keeps_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """So does Knot 3.5, where nothing else changes."""
    kept = said(Rcode.NOERROR, record("home.example.com", RRType.A, ONE, ttl=300), authority=(NS,))
    result = set_at(monkeypatch, Scripted(said(Rcode.NOERROR), kept))
    assert result.lines[-2:] == [
        f"update successful: home.example.com A {ONE} unchanged",
        "note: A: the server has TTL 300, not 60",
    ]


@pytest.mark.parametrize("refusal", [Rcode.REFUSED, Rcode.SERVFAIL, Rcode.NOTAUTH])
def test_a_name_that_cannot_be_read_before_is_set_all_the_same(refusal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    there = said(Rcode.NOERROR, record("home.example.com", RRType.A, ONE), authority=(NS,))
    looks = iter([said(refusal), there])

    def look(query: Message) -> bytes | None:
        return next(looks)(query)

    script = Scripted(said(Rcode.NOERROR), look)
    result = set_at(monkeypatch, script)
    assert (result.lines[-1], len(script.updates), result.notes) == ("update successful", 1, [])


# Quiet

QUIET = {
    "set": ["set", f"address={ONE}"],
    "set with a ttl": ["set", f"address={ONE}", "ttl=60"],
    "add": ["add", f"address={ONE}"],
    "delete": ["delete"],
    "delete of nothing": ["delete", "type=MX"],
    "ttl=0": ["set", "ttl=0"],
}


@pytest.mark.parametrize("words", QUIET.values(), ids=QUIET)
def test_a_quiet_update_says_nothing(words: list[str], bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", f"address={TWO}", "ttl=60")
    result = in_process(words[0], *access(bind), f"name={unique_name}", *words[1:], "--quiet")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")


def test_a_quiet_update_has_no_notes(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", f"address={TWO}", "ttl=60")
    name = ["add", *access(bind), f"name={unique_name}", f"address={ONE}"]
    result = in_process(*name, "ttl=90", "quiet=yes")
    assert (result.status, result.stderr) == (0, "")
    assert in_process(*name, "ttl=60", "quiet=no").notes
    assert records(bind, unique_name, "A") == [f"60 {ONE}", f"60 {TWO}"]


def test_the_data_of_a_quiet_show_is_printed_and_nothing_else(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", f"address={ONE}", "ttl=60")
    name = ["show", at(bind), "zone=example.com", f"name={unique_name}", "quiet=yes"]
    assert in_process(*name).stdout == f"{unique_name}.example.com. 60 IN A {ONE}\n"
    empty = in_process(*name, "type=MX")
    assert (empty.status, empty.stdout, empty.stderr) == (0, "", "")


def test_a_quiet_failure_is_said_with_its_hint_and_nothing_before_it(bind: NameServer) -> None:
    result = in_process(*access(bind)[:2], "name=home", f"address={ONE}", "ttl=60", "quiet=yes")
    assert result.status == 7
    assert result.lines[0].startswith("update failed: Permission denied: ")
    assert [line.partition(": ")[0] for line in result.lines[1:]] == ["cause", "hint"]


def test_a_quiet_failure_names_every_server_that_failed() -> None:
    dead = f"127.0.0.1:{closed_port()}"
    with Silent() as silent:
        servers = f"dns-server={dead},{silent.address}"
        words = (servers, "zone=example.com", "name=home", f"address={ONE}", "ttl=60", "timeout=0.1", "retries=0")
        result = in_process(*words, "quiet=yes")
        assert result.status == 4
        assert [line for line in result.lines if line.startswith(f"No answer from {dead}: port unreachable")]
        assert result.failure.startswith(f"No answer from {silent.address}: ")
        assert not [line for line in result.lines if "updating zone" in line]
        as_object = in_process(*words, "quiet=yes", "json=yes")
    assert as_object.stderr == ""
    assert len(as_object.json["failures"]) == 1


def test_the_object_is_printed_although_it_is_quiet(bind: NameServer, unique_name: str) -> None:
    words = (*access(bind), f"name={unique_name}", f"address={ONE}", "--json", "--quiet")
    assert done(in_process(*words)).json["changed"] is True
