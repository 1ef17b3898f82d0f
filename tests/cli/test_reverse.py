"""`address=ADDRESS type=PTR`: the name is the one that the address has for reverse look-ups."""

from collections.abc import Iterator

import pytest

from lab import Bind, LabKey, NameServer, Zone, dig
from tests.cli.test_set import done
from tests.support.command import access, in_process
from tests.support.peer import Silent

_ZONES = ("113.0.203.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa")
NAMES = {
    "203.0.113.4": "4.113.0.203.in-addr.arpa",
    "203.0.113.5/24": "5.113.0.203.in-addr.arpa",
    "2001:db8::5": f"5.{'0.' * 23}{_ZONES[1]}",
}


@pytest.fixture(scope="module")
def reverse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    key = LabKey.generate("ddns-key", "hmac-sha256")
    with Bind(tmp_path_factory.mktemp("reverse"), zones=[Zone(zone) for zone in _ZONES], keys=[key]) as server:
        yield server


def _data(server: NameServer, name: str) -> list[str]:
    return [line.split()[-1] for line in dig(server, name, "PTR")]


@pytest.mark.parametrize("address", NAMES)
@pytest.mark.parametrize("with_zone", [True, False], ids=["zone", "found"])
def test_an_address_is_set_and_deleted(address: str, with_zone: bool, reverse: NameServer) -> None:
    server, zone, key = access(reverse, zone=next(z for z in _ZONES if NAMES[address].endswith(z)))
    words = [server, key, f"address={address}", "type=PTR", *([zone] if with_zone else [])]
    result = done(in_process("set", *words, "value=home.example.com", "ttl=60"))
    assert "updating zone" in result.stderr
    assert _data(reverse, NAMES[address]) == ["home.example.com."]
    done(in_process("delete", *words))
    assert _data(reverse, NAMES[address]) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["name=x", "address=203.0.113.4", "value=a.example"], "name= and address= are both given with type=PTR"),
        (["address=203.0.113.4,203.0.113.5", "value=a.example"], "type=PTR takes one address"),
        (["address=interface:lo", "value=a.example"], "type=PTR takes one address"),
        (["address=203.0.113.4"], "type= is given without value="),
        (["address=203.0.113.4", "value=a_b.example"], "a_b.example is not a host name"),
        (["address=198.51.100.4", f"zone={_ZONES[0]}", "value=a.example"], "is not in"),
        (["value=a.example"], "name= is missing"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_sent(words: list[str], says: str) -> None:
    with Silent() as server:
        result = in_process(f"dns-server={server.address}", "type=PTR", *words)
        assert server.is_untouched
    assert result.status == 2
    assert says in result.stderr
