"""`address=ADDRESS type=PTR`: the name is the one that the address has for reverse look-ups."""

from collections.abc import Iterator

import pytest

from dns_update.client.locate import Target
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


_IN_4, _IN_6 = _ZONES
_FOUR = "4.113.0.203.in-addr.arpa"


@pytest.mark.parametrize("command", ["set", "add", "delete", "show", "plan", "check"])
@pytest.mark.parametrize(
    ("name", "zone", "meant"),
    [
        ("203.0.113.4", _IN_4, _FOUR),
        ("4.113.0.203", _IN_4, _FOUR),
        (f"203.0.113.4.{_IN_4}", _IN_4, _FOUR),
        ("203.0.113.4", "203.in-addr.arpa", _FOUR),
        (f"203.0.113.4.{_IN_4}", "", _FOUR),
        (f"4.113.0.203.{_IN_4}.", "", _FOUR),
        ("198.51.100.4", _IN_4, "4.100.51.198.in-addr.arpa"),
        ("2001:db8::5", _IN_6, NAMES["2001:db8::5"]),
    ],
)
def test_an_address_as_a_name_in_a_reverse_zone_is_refused(command: str, name: str, zone: str, meant: str) -> None:
    with Silent() as server:
        words = [f"dns-server={server.address}", "type=PTR", f"name={name}", *([f"zone={zone}"] if zone else [])]
        words += ["value=home.example.com"] if command not in {"show", "delete"} else []
        result = in_process(command, *words)
        assert server.is_untouched
    assert result.status == 2
    assert "is not the reverse name of an address" in result.stderr
    assert f"name={meant}" in result.stderr


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("4.113.0.203", "in-addr.arpa"),
        ("5.128.113.0.203.in-addr.arpa", "113.0.203.in-addr.arpa"),
        ("5.128.113.0.203.in-addr.arpa", None),
        ("5", "128.113.0.203.in-addr.arpa"),
        ("1.2.3.400", "10.in-addr.arpa"),
        ("1.2.3.x", "10.in-addr.arpa"),
        ("a:b", "8.b.d.0.1.0.0.2.ip6.arpa"),
        ("203.0.113.4", "example.com"),
    ],
)
def test_names_with_numbers_are_taken_where_they_make_sense(name: str, zone: str | None) -> None:
    assert str(Target(name, zone).owner).startswith(name)


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
