"""A quote in `value=` that begins no string is a character of the text; how dig shows it is what the server holds."""

import pytest

from dns_update import Update
from lab import NameServer
from tests.cli.test_set import SERVERS, done, records
from tests.client.servers import client_of
from tests.support.command import access, in_process

VALUES = [
    ("TXT", 'key="some value"', r'"key=\"some value\""'),
    ("TXT", '{"a": "b c"}', r'"{\"a\": \"b c\"}"'),
    ("TXT", 'aaaa"bbb', r'"aaaa\"bbb"'),
    ("TXT", '"two" "strings; of it"', '"two" "strings; of it"'),
    ("HINFO", 'Intel"x" "Linux 6"', r'"Intel\"x\"" "Linux 6"'),
]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(("rrtype", "value", "held"), VALUES, ids=range(len(VALUES)))
def test_a_value_with_quotes_is_stored_as_written_and_deleted_by_the_same_words(
    server: NameServer, rrtype: str, value: str, held: str, unique_name: str
) -> None:
    words = [*access(server), f"name={unique_name}", f"type={rrtype}", f"value={value}"]
    done(in_process("set", *words, "ttl=60"))
    assert records(server, unique_name, rrtype) == [f"60 {held}"]
    done(in_process("delete", *words))
    assert records(server, unique_name, rrtype) == []


@pytest.mark.parametrize(("rrtype", "value", "held"), VALUES, ids=range(len(VALUES)))
def test_the_library_reads_them_alike(bind: NameServer, rrtype: str, value: str, held: str, unique_name: str) -> None:
    client = client_of(bind)
    client.send(Update("example.com").add(unique_name, 60, rrtype, value))
    assert records(bind, unique_name, rrtype) == [f"60 {held}"]
    client.send(Update("example.com").delete(unique_name, rrtype, value))
    assert records(bind, unique_name, rrtype) == []
