"""`dns-update delete`: an address, a record, an RRset, a whole name; what is gone already."""

import pytest

from lab import NameServer, dig
from tests.cli.test_set import SERVERS, done, records
from tests.support.command import access, given, in_process
from tests.support.peer import Relay, Silent, is_update


@pytest.fixture
def full(server: NameServer, unique_name: str) -> str:
    """Give a name two A records, an AAAA record and two TXT records; return its label."""
    name = [*access(server), f"name={unique_name}", "ttl=60"]
    given(*name, "address=192.0.2.1,192.0.2.2,2001:db8::1")
    given(*name, "type=TXT", "value=one", "value=two")
    return unique_name


ALL = {"A": ["60 192.0.2.1", "60 192.0.2.2"], "AAAA": ["60 2001:db8::1"], "TXT": ['60 "one"', '60 "two"']}


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    ("named", "left"),
    [
        (["address=192.0.2.1"], {"A": ["60 192.0.2.2"]}),
        (["address=192.0.2.1/24"], {"A": ["60 192.0.2.2"]}),
        (["address=192.0.2.1,192.0.2.2"], {"A": []}),
        (["address=192.0.2.1,2001:db8::1"], {"A": ["60 192.0.2.2"], "AAAA": []}),
        (["address=192.0.2.3"], {}),
        (["type=A"], {"A": []}),
        (["type=TXT"], {"TXT": []}),
        (["type=TXT", "value=one"], {"TXT": ['60 "two"']}),
        (["type=TXT", "value=one", "value=two"], {"TXT": []}),
        (["type=TXT", "value=three"], {}),
        (["type=MX"], {}),
        ([], {"A": [], "AAAA": [], "TXT": []}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_only_what_was_named_goes(server: NameServer, named: list[str], left: dict[str, list[str]], full: str) -> None:
    result = done(in_process("delete", *access(server), f"name={full}", *named, "--debug"))
    assert len(result.updates) == 1
    assert {rrtype: records(server, full, rrtype) for rrtype in ALL} == ALL | left


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("named", [[], ["type=A"], ["address=192.0.2.1"]], ids=["name", "rrset", "address"])
def test_what_is_not_there_is_deleted_with_success(server: NameServer, named: list[str], unique_name: str) -> None:
    done(in_process("delete", *access(server), f"name={unique_name}", *named))


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("named", [[], ["type=TXT"], ["address=192.0.2.1"]], ids=["name", "rrset", "address"])
def test_require_existing_is_met_by_what_stands(server: NameServer, named: list[str], full: str) -> None:
    done(in_process("delete", *access(server), f"name={full}", *named, "require=existing"))


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_require_existing_speaks_of_the_rrset(server: NameServer, full: str) -> None:
    result = in_process("delete", *access(server), f"name={full}", "type=MX", "require=existing")
    assert result.status == 8
    assert result.failure.startswith("Name not found:")
    assert f"{full}.example.com MX" in result.failure
    assert {rrtype: records(server, full, rrtype) for rrtype in ALL} == ALL


@pytest.mark.parametrize("apex", ["@", "example.com", "EXAMPLE.COM."])
def test_all_of_the_apex_is_refused_before_anything_is_sent(apex: str) -> None:
    with Silent() as peer:
        result = in_process("delete", f"dns-server={peer.address}", "zone=example.com", f"name={apex}")
        assert result.status == 2
        assert "every record at example.com" in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert peer.is_untouched


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_one_type_at_the_apex_can_be_deleted(server: NameServer) -> None:
    done(in_process(*access(server), "name=@", "type=MX", "value=10 mail.example.net"))
    done(in_process("delete", *access(server), "name=@", "type=MX"))
    assert records(server, "@", "MX") == []
    assert len(records(server, "@", "SOA")) == 1


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("named", [[], ["type=A"], ["address=192.0.2.1"]], ids=["name", "rrset", "address"])
def test_a_wildcard_that_answers_afterwards_is_noted_and_no_failure(
    server: NameServer, named: list[str], unique_name: str
) -> None:
    above = unique_name
    given(*access(server), f"name=*.{above}", "address=192.0.2.1", "ttl=60")
    given(*access(server), f"name=below.{above}", "address=192.0.2.1", "ttl=60")
    result = done(in_process("delete", *access(server), f"name=below.{above}", *named))
    full = f"below.{above}.example.com"
    assert result.notes == [f"{full} is gone; the wildcard *.{above}.example.com now answers for it"]
    assert records(server, f"*.{above}", "A") == ["60 192.0.2.1"]


def test_a_wildcard_itself_can_be_deleted(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name=*.{unique_name}", "address=192.0.2.1", "ttl=60")
    result = done(in_process("delete", *access(bind), f"name=*.{unique_name}"))
    assert result.notes == []
    assert dig(bind, f"any.{unique_name}.example.com", "A") == []


def test_private_addresses_are_deleted_without_asking(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", "address=127.0.0.1,192.0.2.1", "ttl=60")
    done(in_process("delete", *access(bind), f"name={unique_name}", "address=interface:lo/ipv4"))
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


def test_verify_no_sends_one_message(bind: NameServer, unique_name: str) -> None:
    result = done(in_process("delete", *access(bind), f"name={unique_name}", "verify=no", "--debug"))
    assert [message.opcode for message in result.sent] == ["UPDATE"]


def test_json_tells_what_is_left(bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}"]
    given(*name, "address=192.0.2.1,192.0.2.2", "ttl=60")
    outcome = done(in_process("delete", *name, "address=192.0.2.1", "--json")).json
    assert outcome["command"] == "delete"
    assert outcome["verified"] is True
    assert [record["data"] for record in outcome["after"]] == ["192.0.2.2"]


# A delete that deletes nothing

NOTHING = [
    ([], "record"),
    (["type=A"], "A record"),
    (["type=TXT"], "TXT record"),
    (["address=192.0.2.1"], "A 192.0.2.1"),
    (["address=192.0.2.1,2001:db8::1"], "A 192.0.2.1 and no AAAA 2001:db8::1"),
    (["type=TXT", "value=one"], 'TXT "one"'),
]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    ("named", "what"), NOTHING, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_name_that_never_was_is_unchanged(server: NameServer, named: list[str], what: str, unique_name: str) -> None:
    result = done(in_process("delete", *access(server), f"name={unique_name}", *named))
    assert result.lines[-1] == f"unchanged: {unique_name}.example.com has no {what}"
    assert not [line for line in result.lines if "successful" in line]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    ("named", "what"),
    [
        (["address=192.0.2.3"], "A 192.0.2.3"),
        (["type=TXT", "value=three"], 'TXT "three"'),
        (["type=MX"], "MX record"),
    ],
    ids=["address", "value", "type"],
)
def test_what_a_name_does_not_have_is_unchanged_and_an_error_if_required(
    server: NameServer, named: list[str], what: str, full: str
) -> None:
    name = ("delete", *access(server), f"name={full}", *named)
    assert done(in_process(*name)).lines[-1] == f"unchanged: {full}.example.com has no {what}"
    required = in_process(*name, "require=existing", "--debug")
    assert required.status == 8
    assert required.failure.startswith("Name not found:")
    assert what.removesuffix(" record") in required.failure
    assert {rrtype: records(server, full, rrtype) for rrtype in ALL} == ALL


@pytest.mark.parametrize("server", ["bind"], indirect=True)
def test_one_missing_value_is_an_error_if_required_and_else_no_hindrance(server: NameServer, full: str) -> None:
    name = ("delete", *access(server), f"name={full}", "address=192.0.2.1,192.0.2.3")
    assert in_process(*name, "require=existing", "verify=no").status == 8
    assert records(server, full, "A") == ALL["A"]
    assert done(in_process(*name)).lines[-1] == f"update successful: {full}.example.com A 192.0.2.1 deleted"
    assert records(server, full, "A") == ["60 192.0.2.2"]


@pytest.mark.parametrize("server", ["bind"], indirect=True)
def test_ttl_0_deletes_and_says_so_too(server: NameServer, full: str) -> None:
    name = (*access(server), f"name={full}", "ttl=0", "address=2001:db8::1")
    assert done(in_process(*name)).lines[-1] == f"update successful: {full}.example.com AAAA 2001:db8::1 deleted"
    assert done(in_process(*name)).lines[-1] == f"unchanged: {full}.example.com has no AAAA record"


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_what_only_a_wildcard_makes_up_is_unchanged(server: NameServer, unique_name: str) -> None:
    given(*access(server), f"name=*.{unique_name}", "address=192.0.2.1", "ttl=60")
    result = done(in_process("delete", *access(server), f"name=any.{unique_name}", "address=192.0.2.1"))
    assert f"unchanged: any.{unique_name}.example.com has no A 192.0.2.1" in result.lines
    required = in_process("delete", *access(server), f"name=any.{unique_name}", "address=192.0.2.1", "require=existing")
    assert required.status == 8


def test_a_removal_that_an_earlier_try_has_made_is_not_called_unchanged(bind: NameServer, unique_name: str) -> None:
    """The first server carries it out, and its answer is lost; the second one has nothing left to remove."""
    given(*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60")
    with Relay(bind, lambda request, answer: () if is_update(request) else (answer,)) as relay:
        words = (f"dns-server={relay.address},{bind.host}:{bind.port}", *access(bind)[1:], f"name={unique_name}")
        for required in ([], ["require=existing"]):
            given(*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60")
            result = done(in_process("delete", *words, "address=192.0.2.1", "timeout=0.2", "retries=0", *required))
            assert f"update successful: {unique_name}.example.com A 192.0.2.1 deleted" in result.lines
    assert records(bind, unique_name, "A") == []
