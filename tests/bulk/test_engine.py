"""Many names at once, against real servers: every name gets the outcome that the zone shows."""

import asyncio
import math
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from dns_update import AsyncClient, BulkOptions, BulkOutcome, Client, UsageError, Wish
from dns_update.bulk.sender import Sender
from dns_update.client.bulk_access import ZoneFinder
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from tests.client.servers import client_of, key_of
from tests.support.peer import closed_port

KEY = LabKey.generate("bulk-key", "hmac-sha256")


def records_of(server: NameServer, zone: str = "example.com") -> dict[tuple[str, str], set[str]]:
    """Return what a transfer shows, by name and type."""
    found: dict[tuple[str, str], set[str]] = {}
    for record in client_of(server).transfer(zone):
        name, _ttl, _class, rrtype, data = record.to_text().split(" ", 4)
        found.setdefault((name.removesuffix(f".{zone}."), rrtype), set()).add(data)
    return found


def hosts(count: int, prefix: str = "host", ttl: int | None = 60) -> list[Wish]:
    return [
        Wish.from_text(f"{prefix}-{n}", f"192.0.{n // 256}.{n % 256}", zone="example.com", ttl=ttl)
        for n in range(count)
    ]


def states(outcomes: list[BulkOutcome]) -> Counter[str]:
    return Counter(outcome.state for outcome in outcomes)


def _made(kind: type[NameServer], directory: Path) -> NameServer:
    """Return a server that lets the key change and transfer the zone."""
    records = "alias CNAME target.example.net.\nsame A 192.0.2.9"
    if kind is Knot:
        acl = f"acl:\n  - id: transfer\n    key: {KEY.name}\n    action: transfer\n"
        zone = Zone("example.com", records=records, policy="    acl: [lab-update, transfer]")
        return Knot(directory, keys=[KEY], zones=[zone], extra=acl)
    return kind(directory, keys=[KEY], zones=[Zone("example.com", records=records)])


@pytest.fixture(params=[Bind, Knot, PowerDns], ids=["bind", "knot", "powerdns"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NameServer]:
    with _made(request.param, tmp_path / "server") as running:
        if isinstance(running, PowerDns):
            command = ["pdnsutil", "--config-dir=.", "set-meta", "example.com", "TSIG-ALLOW-AXFR", KEY.name]
            subprocess.run(command, cwd=running.directory, capture_output=True, check=True)
        yield running


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[NameServer]:
    """BIND that refuses 100 names, one in a hundred of 10,000."""
    denied = " ".join(f'deny "{KEY.name}" name host-{n * 97}.example.com;' for n in range(100))
    policy = f'update-policy {{ {denied} grant "{KEY.name}" zonesub ANY; }};'
    with Bind(tmp_path / "server", keys=[KEY], zones=[Zone("example.com", policy=policy)]) as running:
        yield running


@pytest.mark.parametrize("verify", [True, False])
def test_every_name_is_set_and_has_an_outcome(server: NameServer, verify: bool) -> None:
    wishes = hosts(1500)
    outcomes = list(client_of(server).apply(wishes, BulkOptions(verify=verify)))
    assert states(outcomes) == {"updated": 1500}
    assert {outcome.wish for outcome in outcomes} == set(wishes)
    found = records_of(server)
    assert all(found[f"host-{n}", "A"] == {f"192.0.{n // 256}.{n % 256}"} for n in range(1500))


def test_a_name_beside_a_cname_is_told_from_the_others(server: NameServer) -> None:
    wishes = [*hosts(50), Wish.from_text("alias", "192.0.2.1", zone="example.com", ttl=60), *hosts(50, "other")]
    outcomes = list(client_of(server).apply(wishes))
    (bad,) = [outcome for outcome in outcomes if not outcome.is_done]
    assert str(bad.wish.name) == "alias.example.com"
    assert bad.state == "refused"
    assert bad.error is not None
    assert states(outcomes)["updated"] == 100


@pytest.mark.parametrize("bad", [1, 10, 100])
def test_refused_names_are_found_by_few_further_messages(guarded: NameServer, bad: int) -> None:
    denied = {n * 97 for n in range(100)}
    left = sorted(denied)[:bad]
    wishes = [wish for n, wish in enumerate(hosts(10_000)) if n not in denied or n in left]
    client, sent = client_of(guarded), []
    for chosen in (
        [wish for wish in wishes if str(wish.name).split(".")[0] not in {f"host-{n}" for n in left}],
        wishes,
    ):
        sender = Sender(ZoneFinder(client).access_of(chosen[0]), BulkOptions(verify=False))
        outcomes = [outcome for wish in chosen for outcome in sender.offer(wish)] + sender.finish()
        sender.close()
        sent.append(sender.messages)
    assert {str(outcome.wish.name) for outcome in outcomes if outcome.state == "refused"} == {
        f"host-{n}.example.com" for n in left
    }
    assert states(outcomes) == {"updated": len(wishes) - bad, "refused": bad}
    assert sent[1] - sent[0] <= 2 * bad * math.log2(10_000) + 2


def test_names_that_are_as_desired_are_not_sent(server: NameServer) -> None:
    client = client_of(server)
    wishes = hosts(40)
    assert states(list(client.apply(wishes[:30]))) == {"updated": 30}
    serial = dig(server, "example.com", "SOA")
    outcomes = list(client.apply(wishes[:30], BulkOptions(skip_equal=True)))
    assert states(outcomes) == {"unchanged": 30}
    assert dig(server, "example.com", "SOA") == serial
    assert states(list(client.apply(wishes, BulkOptions(skip_equal=True)))) == {"unchanged": 30, "updated": 10}


def test_values_that_are_added_and_names_that_must_be_absent(server: NameServer) -> None:
    client = client_of(server)
    assert states(list(client.apply(hosts(40)))) == {"updated": 40}
    more = [Wish.from_text(f"host-{n}", "203.0.113.1", zone="example.com", ttl=60, adds=True) for n in range(40)]
    assert states(list(client.apply(more))) == {"updated": 40}
    assert states(list(client.apply(more, BulkOptions(skip_equal=True)))) == {"unchanged": 40}
    assert records_of(server)["host-7", "A"] == {"192.0.0.7", "203.0.113.1"}
    outcomes = list(client.apply([wish._replace(require="absent") for wish in hosts(50)]))
    assert states(outcomes) == {"updated": 10, "refused": 40}
    outcomes = list(client.apply([wish._replace(require="existing") for wish in hosts(60)]))
    assert states(outcomes) == {"updated": 50, "refused": 10}
    assert records_of(server)["host-7", "A"] == {"192.0.0.7"}


def test_a_ttl_that_is_left_out_is_kept_and_a_new_name_gets_that_of_the_zone(server: NameServer) -> None:
    client = client_of(server)
    list(client.apply(hosts(2, ttl=77)))
    assert states(list(client.apply(hosts(3, ttl=None)))) == {"updated": 3}
    ttls = [dig(server, f"host-{n}.example.com", "A")[0].split()[1] for n in range(3)]
    assert ttls == ["77", "77", "3600"]


def test_deletions_of_names_of_rrsets_and_of_single_records(server: NameServer) -> None:
    client = client_of(server)
    made = [
        Wish.from_text("gone", "192.0.2.1", zone="example.com", ttl=60),
        Wish.from_text("gone", "hello", rrtype="TXT", zone="example.com", ttl=60),
        Wish.from_text("half", "192.0.2.1", zone="example.com", ttl=60),
        Wish.from_text("half", "hello", rrtype="TXT", zone="example.com", ttl=60),
        Wish.from_text("one", "192.0.2.1", "192.0.2.2", zone="example.com", ttl=60),
    ]
    assert states(list(client.apply(made))) == {"updated": 5}
    deletions = [
        Wish.from_text("gone", zone="example.com", deletes=True),
        Wish.from_text("half", rrtype="TXT", zone="example.com", deletes=True),
        Wish.from_text("one", "192.0.2.1", zone="example.com", deletes=True),
        Wish.from_text("never-there", zone="example.com", deletes=True),
    ]
    assert states(list(client.apply(deletions))) == {"updated": 4}
    found = records_of(server)
    assert ("gone", "A") not in found
    assert ("gone", "TXT") not in found
    assert ("half", "A") in found
    assert ("half", "TXT") not in found
    assert found["one", "A"] == {"192.0.2.2"}


def test_the_name_servers_of_the_zone_itself(server: NameServer) -> None:
    wish = Wish.from_text("@", "ns.example.com", "ns2.example.net", rrtype="NS", zone="example.com", ttl=60)
    assert states(list(client_of(server).apply([wish]))) == {"updated": 1}
    other = Wish.from_text("@", "ns2.example.net", rrtype="NS", zone="example.com", ttl=60)
    assert states(list(client_of(server).apply([other]))) == {"updated": 1}
    assert records_of(server)["example.com.", "NS"] == {"ns2.example.net."}


def test_a_wrong_key_fails_the_zone_and_not_name_by_name(server: NameServer) -> None:
    stranger = key_of(LabKey.generate("stranger", "hmac-sha256"))
    client = Client(f"{server.host}:{server.port}", key=stranger)
    outcomes = list(client.apply(hosts(2000)))
    assert states(outcomes).keys() <= {"refused", "not-tried"}
    assert len(outcomes) == 2000
    assert {outcome.error.exit_status for outcome in outcomes if outcome.error} <= {5, 7}


def test_a_server_that_does_not_answer_leaves_every_name_untried() -> None:
    client = Client(f"127.0.0.1:{closed_port()}", key=key_of(KEY))
    outcomes = list(client.apply(hosts(30)))
    assert states(outcomes) == {"not-tried": 30}
    assert {type(outcome.error).__name__ for outcome in outcomes} == {"NoResponse"}


def test_several_zones_and_a_zone_that_is_looked_up(tmp_path: Path) -> None:
    zones = [Zone("example.com"), Zone("sub.example.com"), Zone("example.net")]
    with Bind(tmp_path / "bind", keys=[KEY], zones=zones) as server:
        names = ["a.example.com", "b.sub.example.com", "c.example.net", "example.net", "d.example.com"]
        wishes = [Wish.from_text(name, "192.0.2.7", ttl=60) for name in names]
        outcomes = list(client_of(server).apply(wishes))
        assert states(outcomes) == {"updated": 5}
        assert {str(outcome.zone) for outcome in outcomes} == {"example.com", "sub.example.com", "example.net"}
        assert all(dig(server, name, "A") for name in names)


def test_a_zone_is_not_emptied_by_its_own_name(server: NameServer) -> None:
    (outcome,) = client_of(server).apply([Wish.from_text("example.com", zone="example.com", deletes=True)])
    assert outcome.state == "not-tried"
    assert str(outcome.error) == "this would remove every record at example.com itself"
    assert ("same", "A") in records_of(server)


def test_the_asyncio_client_yields_the_same(server: NameServer) -> None:
    async def all_of() -> list[BulkOutcome]:
        client = AsyncClient(f"{server.host}:{server.port}", key=key_of(KEY))
        return [outcome async for outcome in client.apply(hosts(300))]

    assert states(asyncio.run(all_of())) == {"updated": 300}


def test_a_loop_that_is_left_or_cancelled_ends_the_work(server: NameServer) -> None:
    async def first_of() -> BulkOutcome:
        client = AsyncClient(f"{server.host}:{server.port}", key=key_of(KEY))
        async with aclosing(client.apply(hosts(5000), BulkOptions(verify=False))) as outcomes:
            return await anext(outcomes)

    async def cancelled() -> None:
        task = asyncio.ensure_future(first_of())
        await asyncio.sleep(0)  # it has begun, and waits for its thread
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert asyncio.run(first_of()).is_done
    asyncio.run(cancelled())


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"message_octets": 100}, "message_octets is a number from 1024 to 65535, not 100"),
        ({"message_octets": 65536}, "message_octets is a number from 1024 to 65535, not 65536"),
        ({"message_octets": "many"}, "message_octets is a number from 1024 to 65535, not 'many'"),
        ({"message_octets": True}, "message_octets is a number from 1024 to 65535, not True"),
        ({"most_in_flight": 0}, "most_in_flight is a number from 1 to 32, not 0"),
        ({"most_in_flight": 33}, "most_in_flight is a number from 1 to 32, not 33"),
    ],
)
def test_wrong_options(options: dict[str, Any], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        BulkOptions(**options)


@pytest.mark.parametrize(
    ("name", "values", "others", "wrong"),
    [
        ("home", ("192.0.2.1", "2001:db8::1"), {"zone": "example.com"}, "the addresses are of both families"),
        ("home", (), {"zone": "example.com"}, "no value is given for home.example.com"),
        ("home.example.net.", ("192.0.2.1",), {"zone": "example.com"}, "home.example.net is not in example.com"),
        ("home", ("192.0.2.256",), {"zone": "example.com"}, "is not an IPv4 address"),
        ("home", ("192.0.2.1",), {"adds": True, "deletes": True}, "home is both to be added to and to be deleted"),
        ("home", ("192.0.2.1",), {"require": "never"}, "require cannot be 'never' here"),
        ("home", (), {"deletes": True, "require": "absent"}, "require cannot be 'absent' here"),
        ("home", ("x",), {"zone": "example.com", "rrtype": "ANY"}, "there are no RRsets of type ANY in a zone"),
        ("home", ("192.0.2.1",), {"zone": "example.com", "ttl": -1}, "the TTL -1 is not within"),
    ],
)
def test_wrong_wishes(name: str, values: tuple[str, ...], others: dict[str, Any], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        Wish.from_text(name, *values, **others)


def test_what_is_not_a_wish() -> None:
    client = Client("127.0.0.1")
    with pytest.raises(UsageError, match="a wish is a Wish, not str"):
        list(client.apply(["home"]))  # type: ignore[list-item]
    with pytest.raises(UsageError, match="options are BulkOptions, not dict"):
        client.apply([], {})  # type: ignore[arg-type]
