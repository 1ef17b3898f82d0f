"""check-names: what is not a host name where one belongs is refused before anything is sent, unless it is allowed."""

from ipaddress import IPv4Address

import pytest

from dns_update import InvalidText
from lab import NameServer
from tests.cli.test_set import SERVERS, done, records
from tests.client.servers import client_of
from tests.support.command import access, in_process
from tests.support.peer import Silent

A = ["address=192.0.2.1"]
WRONG = [
    ["name=a1,b1", *A],
    ["name=http://x", *A],
    ["name=$host", *A],
    ["name=under_score", *A],
    ["name=-a", *A],
    ["name=a-", "address=2001:db8::1"],
    ["name=a.*", *A],
    ["name=a!", "type=A", "value=192.0.2.1"],
    ["name=_m", "type=MX", "value=10 mail.example.com"],
    ["name=m", "type=MX", "value=10 mail_1.example.com"],
    ["name=m", "type=NS", "value=ns,1.example.com"],
    ["name=_sip._udp", "type=SRV", "value=0 0 5060 $host.example.com"],
    ["name=m", "type=MX", r"value=\# 2 000a"],
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_is_not_a_host_name_is_refused_before_anything_is_sent(words: list[str]) -> None:
    with Silent() as server:
        result = in_process(f"dns-server={server.address}", "zone=example.com", "ttl=60", *words)
        assert result.status == 2
        assert server.is_untouched
    assert "host name" in result.stderr or "MX data" in result.stderr


@pytest.mark.parametrize("words", WRONG[:3], ids=" ".join)
def test_it_is_refused_without_a_zone_before_the_zone_is_looked_for(words: list[str]) -> None:
    with Silent() as server:
        result = in_process(f"dns-server={server.address}", f"{words[0]}.example.com", *words[1:])
        assert result.status == 2
        assert server.is_untouched


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    "words",
    [
        ["name=*.{}", *A],
        ["name={}-1", *A],
        ["name=1.{}", *A],
        ["name=gc._msdcs.{}", *A],
        ["name=_acme-challenge.{}", "type=TXT", "value=x"],
        ["name=_sip._udp.{}", "type=SRV", "value=0 0 5060 sip.example.net"],
        ["name=_alias.{}", "type=CNAME", "value=_target.example.net"],
        ["name={}", "type=MX", "value=0 ."],
        ["name={}", "type=PTR", "value=some_thing.example.net"],
    ],
    ids=" ".join,
)
def test_what_check_names_allows_is_set(server: NameServer, words: list[str], unique_name: str) -> None:
    done(in_process(*access(server), "ttl=60", *[word.format(unique_name) for word in words]))


@pytest.mark.parametrize("server", ["knot", "powerdns"], indirect=True)
def test_check_names_no_sends_any_name_and_it_can_be_deleted_with_the_check(
    server: NameServer, unique_name: str
) -> None:
    words = [*access(server), f"name=under_{unique_name}"]
    done(in_process(*words, *A, "ttl=60", "check-names=no"))
    assert records(server, f"under_{unique_name}", "A") == ["60 192.0.2.1"]
    done(in_process("delete", *words))
    assert records(server, f"under_{unique_name}", "A") == []


def test_the_library_has_it_as_an_argument(knot: NameServer, unique_name: str) -> None:
    with client_of(knot) as client:
        with pytest.raises(InvalidText, match="not a host name"):
            client.set(f"_{unique_name}", IPv4Address("192.0.2.1"), zone="example.com")
        client.set(f"_{unique_name}", IPv4Address("192.0.2.1"), zone="example.com", check_names=False)
    assert len(records(knot, f"_{unique_name}", "A")) == 1
