"""ACME tokens: what is one, at which name it goes, and where aliases lead; waiting, with both clients."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update import AsyncClient, Client
from dns_update.client.acme import challenge_name, check_token, present_token, wait_for_tokens
from dns_update.client.aliases import followed
from dns_update.client.everywhere import name_servers
from dns_update.errors import InvalidText, NameNotFound, NotEverywhere, UsageError, ZoneNotFound
from dns_update.transport import Server
from dns_update.wire.name import Name
from lab import Bind, LabKey, NameServer, Zone
from tests.cli.test_set import SERVERS
from tests.client.servers import key_of

TOKEN = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
_CHAIN = "".join(f"long{i} CNAME long{i + 1}\n" for i in range(9))


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("example.com", "_acme-challenge.example.com"),
        ("*.example.com", "_acme-challenge.example.com"),
        ("www.example.com.", "_acme-challenge.www.example.com"),
        ("_acme-challenge.example.com", "_acme-challenge.example.com"),
    ],
)
def test_the_name_of_a_challenge(domain: str, name: str) -> None:
    assert challenge_name(Name.from_text(domain)) == Name.from_text(name)


@given(st.binary(min_size=32, max_size=32))
def test_every_digest_in_base64url_is_a_token(octets: bytes) -> None:
    check_token(base64.urlsafe_b64encode(octets).decode().rstrip("="))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "token",
        f"{TOKEN}=",
        TOKEN[:-1],
        f"{TOKEN}o",
        TOKEN.replace("-", "+"),
        TOKEN.replace("_", "/"),
        f" {TOKEN[1:]}",
        f"{TOKEN[:-1]}p",  # bits that the digest does not have
        f"{TOKEN[:-1]}\N{LATIN SMALL LETTER O WITH STROKE}",
    ],
)
def test_what_is_not_a_token(token: str) -> None:
    with pytest.raises(InvalidText, match="is not a token of a dns-01 challenge"):
        check_token(token)


@pytest.fixture(scope="module")
def aliases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    records = f"""\
one CNAME two
two CNAME end.example.net.
circle CNAME circle2
circle2 CNAME circle
*.wild CNAME end.example.net.
moved DNAME example.net.
{_CHAIN}"""
    zones = [Zone("example.com", records=records), Zone("example.net")]
    with Bind(tmp_path_factory.mktemp("aliases"), zones=zones, keys=[LabKey.generate()]) as server:
        yield server


def _client(server: NameServer) -> Client:
    """Return a client for which the server is also the resolver."""
    own = Server(server.host, server.port)
    return Client(own, key=key_of(server.keys[0]), port=server.port, resolvers=(own,))


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("one.example.com", "end.example.net"),
        ("end.example.net", "end.example.net"),
        ("none.example.com", "none.example.com"),
        ("x.wild.example.com", "x.wild.example.com"),
        ("x.moved.example.com", "x.example.net"),
        ("long3.example.com", "long9.example.com"),
    ],
)
def test_where_aliases_lead(aliases: NameServer, name: str, end: str) -> None:
    found = _client(aliases).run(lambda transaction: followed(transaction, Name.from_text(name)))
    assert found == Name.from_text(end)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("circle.example.com", "goes in a circle: circle.example.com -> circle2.example.com -> circle.example.com"),
        ("long0.example.com", "has more than 7 steps: long0.example.com -> long1.example.com -> "),
    ],
)
def test_aliases_that_lead_nowhere(aliases: NameServer, name: str, says: str) -> None:
    with pytest.raises(NameNotFound, match=says) as caught:
        _client(aliases).run(lambda transaction: followed(transaction, Name.from_text(name)))
    assert caught.value.exit_status == 8


def test_a_name_that_no_server_holds(aliases: NameServer) -> None:
    with pytest.raises(ZoneNotFound) as caught:
        _client(aliases).run(lambda transaction: followed(transaction, Name.from_text("home.example.org")))
    assert "does not have home.example.org either" in caught.value.hint
    assert isinstance(caught.value.failures[-1], ZoneNotFound)


def test_a_name_in_a_zone_that_its_server_does_not_hold(aliases: NameServer) -> None:
    name, zone = Name.from_text("home.example.org"), Name.from_text("example.org")
    with pytest.raises(ZoneNotFound, match="does not hold home"):
        _client(aliases).run(lambda transaction: followed(transaction, name, zone))


def test_the_name_servers_of_a_zone(aliases: NameServer) -> None:
    client = _client(aliases)
    shown = client.show("example.com", "NS", zone="example.com")
    (found,) = client.run(lambda transaction: name_servers(transaction, shown.zone, shown.server))
    assert (str(found.host), found.addresses) == ("ns.example.com", ("127.0.0.1",))


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_waiting_with_the_asyncio_client(server: NameServer, unique_name: str) -> None:
    name = Name.from_text(f"_acme-challenge.{unique_name}.example.com")

    async def present() -> tuple[str, ...]:
        own = Server(server.host, server.port)
        client = AsyncClient(own, key=key_of(server.keys[0]), port=server.port)
        outcome = await client.run(lambda transaction: present_token(transaction, name, TOKEN))
        shown = await client.run(lambda transaction: wait_for_tokens(transaction, outcome, TOKEN, seconds=30))
        other = TOKEN[::-1][:-1] + "A"
        with pytest.raises(NotEverywhere) as caught:
            await client.run(lambda transaction: wait_for_tokens(transaction, outcome, TOKEN, other, seconds=0))
        assert caught.value.lacking == ("ns.example.com",)
        return tuple([str(each.host) for each in shown])

    assert asyncio.run(present()) == ("ns.example.com",)


def test_an_outcome_of_something_else_cannot_be_waited_for(aliases: NameServer) -> None:
    client = _client(aliases)
    outcome = client.show("one.example.com", "CNAME")._replace(name=None)
    with pytest.raises(UsageError, match="not an outcome of present_token"):
        client.run(lambda transaction: wait_for_tokens(transaction, outcome, TOKEN, seconds=0))


def test_nothing_is_sent_for_what_is_not_a_token(tmp_path: Path) -> None:
    def logged(line: str) -> None:
        (tmp_path / "log").write_text(line, encoding="utf-8")

    client = Client("127.0.0.1:1", log=logged)
    with pytest.raises(InvalidText):
        client.run(lambda transaction: present_token(transaction, Name.from_text("x.example.com"), "token"))
    assert not (tmp_path / "log").exists()
