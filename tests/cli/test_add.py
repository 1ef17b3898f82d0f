"""`dns-update add`: a second token, one more address; the TTL, and what a name can have only once."""

import pytest

from lab import NameServer
from tests.cli.test_set import SERVERS, done, records
from tests.support.command import access, given, in_process
from tests.support.peer import Relay, is_update


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_the_tokens_of_a_name_and_its_wildcard_are_there_at_the_same_time(server: NameServer, unique_name: str) -> None:
    label = f"_acme-challenge.{unique_name}"
    name, token = [*access(server), f"name={label}", "type=TXT"], f"{label}.example.com TXT"
    first = done(in_process("add", *name, "value=tokA", "ttl=60"))
    assert first.lines == [
        f"updating zone: example.com: updating RR set for {label}",
        f'update successful: {token} "tokA" added',
    ]
    second = done(in_process("add", *name, "value=tokB", "ttl=60"))
    assert second.lines[-1] == f'update successful: {token} "tokB" added'
    assert records(server, label, "TXT") == ['60 "tokA"', '60 "tokB"']
    again = done(in_process("add", *name, "value=tokB", "ttl=60"))
    assert again.lines[-1] == f'update successful: {token} "tokA", "tokB" unchanged'
    removed = done(in_process("delete", *name, "value=tokA"))
    assert removed.lines[-1] == f'update successful: {token} "tokA" deleted'
    assert records(server, label, "TXT") == ['60 "tokB"']


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ttl_left_out_is_that_of_the_rrset(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    given(*name, "address=192.0.2.1", "ttl=77")
    result = done(in_process("add", *name, "address=192.0.2.2,2001:db8::2"))
    changes = "A 192.0.2.2 added; AAAA 2001:db8::2 added"
    assert result.lines[-1] == f"update successful: {unique_name}.example.com {changes}"
    assert records(server, unique_name, "A") == ["77 192.0.2.1", "77 192.0.2.2"]
    assert records(server, unique_name, "AAAA") == ["3600 2001:db8::2"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ttl_that_is_given_changes_that_of_the_rrset_and_says_so(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    given(*name, "address=192.0.2.1", "ttl=60")
    result = done(in_process("add", *name, "address=192.0.2.2", "ttl=90"))
    assert f"update successful: {unique_name}.example.com A 192.0.2.2 added (TTL 60 -> 90)" in result.lines
    (note,) = result.notes
    assert note.startswith("A: the TTL of all records was 60 and is now 90")
    assert records(server, unique_name, "A") == ["90 192.0.2.1", "90 192.0.2.2"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["address=192.0.2.1"],
            "would not change {0} A as asked: the server has CNAME other.example.com.; nothing was",
        ),
        (["type=TXT", "value=x", "ttl=60"], "would not change {0} TXT as asked: the server has CNAME"),
        (["type=CNAME", "value=second.example.net"], "{0} has CNAME other.example.com. at "),
        (["type=CNAME", "value=second.example.net", "ttl=60", "verify=no"], "and a name has one CNAME record"),
    ],
    ids=["address", "text", "alias", "alias unverified"],
)
def test_nothing_is_sent_beside_an_alias_nor_in_its_place(
    server: NameServer, words: list[str], says: str, unique_name: str
) -> None:
    given(*access(server), f"name={unique_name}", "type=CNAME", "value=other.example.com", "ttl=60")
    with Relay(server) as relay:
        address = f"dns-server={relay.address}"
        result = in_process("add", address, *access(server)[1:], f"name={unique_name}", *words)
        assert not any(map(is_update, relay.requests))
    assert result.status == 8
    assert result.failure.startswith("Update not applied: ")
    assert says.format(f"{unique_name}.example.com") in result.failure
    assert result.hint
    assert records(server, unique_name, "CNAME") == ["60 other.example.com."]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_conditions_hold_for_additions(server: NameServer, unique_name: str) -> None:
    name = ["add", *access(server), f"name={unique_name}", "ttl=60"]
    assert in_process(*name, "address=192.0.2.1", "require=existing").status == 8
    done(in_process(*name, "address=192.0.2.1", "require=absent"))
    done(in_process(*name, "address=192.0.2.2", "require=existing"))
    assert in_process(*name, "address=192.0.2.3", "require=absent").failure.startswith("Name exists: ")
    assert records(server, unique_name, "A") == ["60 192.0.2.1", "60 192.0.2.2"]


def test_without_verification_and_with_a_ttl_one_message_is_sent(bind: NameServer, unique_name: str) -> None:
    words = [*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60", "verify=no"]
    result = done(in_process("add", *words, "--debug"))
    assert [message.opcode for message in result.sent] == ["UPDATE"]
    assert result.lines[-1] == "update successful"


def test_the_object_says_what_was_there(bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}"]
    given(*name, "address=192.0.2.1", "ttl=60")
    outcome = done(in_process("add", *name, "address=192.0.2.2", "--json")).json
    assert (outcome["command"], outcome["changed"], outcome["verified"]) == ("add", True, True)
    assert [record["data"] for record in outcome["before"]] == ["192.0.2.1"]
    assert sorted(record["data"] for record in outcome["after"]) == ["192.0.2.1", "192.0.2.2"]


def test_an_address_of_a_source_is_added_only_if_it_can_be_reached(bind: NameServer, unique_name: str) -> None:
    name = ["add", *access(bind), f"name={unique_name}", "address=interface:lo/ipv4", "ttl=60"]
    assert in_process(*name).status == 3
    done(in_process(*name, "allow-private=yes"))
    assert records(bind, unique_name, "A") == ["60 127.0.0.1"]


def test_a_refusal_is_explained_as_for_set(bind: NameServer) -> None:
    result = in_process("add", *access(bind)[:2], "name=home", "address=192.0.2.1", "ttl=60")
    assert result.status == 7
    assert result.failure.startswith("Permission denied: ")
