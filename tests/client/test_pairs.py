"""`ptr`: no PTR record is ever without its address, whatever fails in between; nobody else's change is undone.

After each message that a client sends, all PTR records and the addresses of the names that they point at are read: so
every state that the servers were in is seen.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.message
import dns.query
import dns.reversename
import pytest

from dns_update.client import Client
from dns_update.client.aio import AsyncClient
from dns_update.errors import (
    DnsUpdateError,
    NameNotFound,
    NoResponse,
    NotApplied,
    PartlyDone,
    ReplyNotTrusted,
    ServerFailure,
    UsageError,
    ZoneNotFound,
)
from dns_update.errors.hints import COMMAND_LINE, Hint
from dns_update.exchange import Exchange, Policy, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import Endpoint, Server
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import Opcode
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone
from tests.client.servers import key_of
from tests.support.forwarder import Forwarder

KEY = LabKey.generate("ddns-key", "hmac-sha256")
OLD, NEW, THIRD, OTHER = "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"
OLD6, NEW6 = "2001:db8::1", "2001:db8::2"
CLOSED = "203.0.113.1"  # in a reverse zone that the key may not change
ALL = (OLD, NEW, THIRD, OTHER, OLD6, NEW6, CLOSED)
REFUSING = {Bind: "allow-update { none; };", Knot: "    journal-content: changes"}
UPDATES = Opcode.UPDATE


@dataclass
class Watched(BlockingTransport):
    """A transport that looks at all PTR records after each message, and calls a hook before each update."""

    server: NameServer
    before_update: Callable[[int], None] = lambda _number: None
    updates: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def carry(self, exchange: Exchange, endpoint: Endpoint, *_others: object) -> Reply | UnverifiedReply:
        message = message_of(exchange)
        if message.opcode == UPDATES and message.authority:
            self.before_update(len(self.updates) + 1)
            self.updates.append(str(message.question[0].name))
        try:
            return super().carry(exchange, endpoint)
        finally:
            check_pointers(self.server)


def message_of(exchange: Exchange) -> Message:
    return exchange._message  # noqa: SLF001 - the transport needs only its octets


def ask(server: NameServer, name: str, rrtype: str) -> set[str]:
    """Return what a server has at a name, as texts."""
    query = dns.message.make_query(name, rrtype)
    answer = dns.query.udp(query, server.host, 10, server.port)
    return {str(rdata) for rrset in answer.answer for rdata in rrset if rrset.rdtype == query.question[0].rdtype}


def pointers(server: NameServer, address: str) -> set[str]:
    return ask(server, dns.reversename.from_address(address).to_text(), "PTR")


def addresses(server: NameServer, label: str) -> set[str]:
    owner = f"{label}.example.com"
    return ask(server, owner, "A") | ask(server, owner, "AAAA")


def check_pointers(server: NameServer) -> None:
    for address in ALL:
        rrtype = "AAAA" if ":" in address else "A"
        for name in pointers(server, address):
            assert address in ask(server, name, rrtype), f"{address} has PTR {name}, which has another address"


ZONES = ("example.com", "2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa")


@pytest.fixture(scope="module", name="server", params=[Bind, Knot], ids=["bind", "knot"])
def _server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    kind = request.param
    closed = [Zone("113.0.203.in-addr.arpa", policy=REFUSING[kind])]
    stuck = "1 PTR stuck.closed.example."
    closed.append(Zone("closed.example", policy=REFUSING[kind], records=f"stuck A {OTHER}"))
    zones = [*map(Zone, ZONES), *closed]
    zones[1] = Zone(ZONES[1], records=stuck.replace("1 PTR", "4 PTR"))
    with kind(tmp_path_factory.mktemp("pairs"), keys=[KEY], zones=zones, listen_v6=False) as server:
        yield server


@dataclass
class Site:
    """A server, a client that is watched, and a name that is `OLD` before, with its PTR record."""

    server: NameServer
    label: str

    def client(self, before_update: Callable[[int], None] = lambda _number: None) -> tuple[Client, Watched]:
        transport = Watched(self.server, before_update)
        address = f"127.0.0.1:{self.server.port}"
        return Client(address, key=key_of(KEY), transport=transport), transport

    def set(self, *values: str, **how: object) -> list[str]:
        client, transport = self.client()
        outcome = client.set(self.label, *values, zone="example.com", ttl=60, ptr=True, **how)  # type: ignore[arg-type]
        assert outcome.verified
        assert all(each.verified for each in outcome.reverse)
        return transport.updates

    def foreign(self, *values: str) -> None:
        """Add records as another program would."""
        Client(f"127.0.0.1:{self.server.port}", key=key_of(KEY)).add(self.label, *values, zone="example.com", ttl=60)

    @property
    def pointer(self) -> str:
        return f"{self.label}.example.com."

    def has(self, *values: str) -> bool:
        """Return whether the name has these addresses, and all of them, and no others, have its PTR record."""
        at = {each for each in ALL if self.pointer in pointers(self.server, each)}
        return addresses(self.server, self.label) == set(values) == at


@pytest.fixture(name="site")
def _site(server: NameServer, unique_name: str) -> Iterator[Site]:
    site = Site(server, unique_name)
    site.set(OLD)
    assert site.has(OLD)
    yield site
    owner = f"127.0.0.1:{server.port}"
    client = Client(owner, key=key_of(KEY))
    client.delete(unique_name, zone="example.com")
    for address in ALL[:-1]:
        name = dns.reversename.from_address(address).to_text()
        client.delete(name, site.pointer, rrtype="PTR")


@pytest.mark.parametrize(
    ("values", "updates"),
    [
        ((OLD,), []),
        ((NEW,), [ZONES[0], ZONES[1], ZONES[0]]),
        ((OLD, NEW), [ZONES[0], ZONES[1]]),
        ((OLD, NEW6), [ZONES[0], ZONES[2]]),
        ((NEW, NEW6), [ZONES[0], ZONES[1], ZONES[2], ZONES[0]]),
        ((NEW, THIRD, OLD6), [ZONES[0], ZONES[1], ZONES[2], ZONES[0]]),
    ],
    ids=["same", "other", "one-more", "other-family", "both-families", "several"],
)
def test_a_change_of_addresses(site: Site, values: tuple[str, ...], updates: list[str]) -> None:
    assert site.set(*values) == updates
    assert site.has(*values)
    assert site.set(*values) == []


def test_a_missing_pointer_is_made(site: Site) -> None:
    Client(f"127.0.0.1:{site.server.port}", key=key_of(KEY)).delete("1", zone=ZONES[1], rrtype="PTR")
    assert site.set(OLD) == [ZONES[1]]
    assert site.has(OLD)


def test_an_address_that_is_added(site: Site) -> None:
    client, transport = site.client()
    outcome = client.add(site.label, NEW, zone="example.com", ptr=True)
    assert transport.updates == [ZONES[0], ZONES[1]]
    assert [str(each.name) for each in outcome.reverse] == ["2.2.0.192.in-addr.arpa"]
    assert site.has(OLD, NEW)


@pytest.mark.parametrize("arguments", [(), (OLD,)], ids=["whole-name", "address"])
def test_what_is_deleted_loses_its_pointer_first(site: Site, arguments: tuple[str, ...]) -> None:
    client, transport = site.client()
    outcome = client.delete(site.label, *arguments, zone="example.com", ptr=True)
    assert transport.updates == [ZONES[1], ZONES[0]]
    assert outcome.changed
    assert site.has()


def test_a_whole_name_goes_with_all_its_records(site: Site) -> None:
    other = Client(f"127.0.0.1:{site.server.port}", key=key_of(KEY))
    other.set(site.label, "text", rrtype="TXT", zone="example.com")
    client, _transport = site.client()
    client.delete(site.label, zone="example.com", ptr=True)
    assert ask(site.server, f"{site.label}.example.com", "TXT") == set()


def test_pointers_of_other_names_are_left_and_said(site: Site) -> None:
    client, transport = site.client()
    outcome = client.set(site.label, OTHER, zone="example.com", ptr=True)
    note = f"PTR stuck.closed.example. of {OTHER} (4.2.0.192.in-addr.arpa) is about another name, and is left as it is"
    assert outcome.notes == (note,)
    assert pointers(site.server, OTHER) == {site.pointer, "stuck.closed.example."}
    gone = client.delete(site.label, zone="example.com", ptr=True)
    assert note in gone.notes
    assert pointers(site.server, OTHER) == {"stuck.closed.example."}
    assert transport.updates.count(ZONES[1]) == 2


def test_a_dry_run_sends_nothing(site: Site) -> None:
    client, transport = site.client()
    outcome = client.set(site.label, NEW, zone="example.com", ptr=True, dry_run=True)
    assert transport.updates == []
    assert [each.changed for each in outcome.whole] == [True, True, True]
    assert site.has(OLD)


def test_the_asyncio_client_does_the_same(site: Site) -> None:
    async def changed() -> None:
        async with AsyncClient(f"127.0.0.1:{site.server.port}", key=key_of(KEY)) as client:
            await client.set(site.label, NEW, zone="example.com", ptr=True)

    asyncio.run(changed())
    assert site.has(NEW)


# Failures


def test_a_reverse_zone_that_refuses_undoes_the_address(site: Site) -> None:
    client, transport = site.client()
    with pytest.raises(DnsUpdateError) as caught:
        client.set(site.label, CLOSED, zone="example.com", ptr=True)
    assert caught.value.exit_status in {5, 7}  # Knot says so of the key
    assert caught.value.notes[-1] == "what was changed before in example.com is undone"
    refused = 2 if isinstance(caught.value, ReplyNotTrusted) else 1  # Knot from 3.4 on: then undoing it is tried, too
    assert transport.updates == [ZONES[0], *["113.0.203.in-addr.arpa"] * refused, ZONES[0]]
    assert site.has(OLD)


def test_the_second_of_two_reverse_zones_undoes_the_first(site: Site) -> None:
    client, _transport = site.client()
    with pytest.raises(DnsUpdateError) as caught:
        client.set(site.label, NEW, CLOSED, NEW6, zone="example.com", ptr=True)
    assert caught.value.notes[-1].endswith(" is undone")
    assert site.has(OLD)


def test_a_name_that_cannot_go_keeps_its_pointer(site: Site) -> None:
    client, transport = site.client()
    with pytest.raises(DnsUpdateError) as caught:
        client.delete("stuck.closed.example", zone="closed.example", ptr=True)
    assert caught.value.notes[-1] == "what was changed before in 2.0.192.in-addr.arpa is undone"
    assert transport.updates == [ZONES[1], "closed.example", ZONES[1]]
    assert pointers(site.server, OTHER) == {"stuck.closed.example."}


def test_a_change_of_another_program_before_is_not_overwritten(site: Site) -> None:
    client, _transport = site.client(lambda number: site.foreign(THIRD) if number == 1 else None)
    with pytest.raises(NameNotFound) as caught:
        client.set(site.label, NEW, zone="example.com", ptr=True)
    assert caught.value.hint == "another program changes it at the same time; try again"
    assert addresses(site.server, site.label) == {OLD, THIRD}
    assert pointers(site.server, NEW) == set()


def test_a_change_of_another_program_in_between_is_not_undone(site: Site) -> None:
    client, _transport = site.client(lambda number: site.foreign(THIRD) if number == 3 else None)
    with pytest.raises(PartlyDone) as caught:
        client.set(site.label, NEW, zone="example.com", ptr=True)
    owner = f"{site.label}.example.com"
    assert f"It could not be undone: another program has changed {owner} since. Now: {owner} has A " in str(
        caught.value
    )
    assert caught.value.exit_status == 10
    assert addresses(site.server, site.label) == {OLD, NEW, THIRD}
    assert pointers(site.server, NEW) == set()
    assert site.pointer in pointers(site.server, OLD)


def test_an_alias_gets_no_address_and_so_no_pointer(site: Site) -> None:
    client, transport = site.client()
    other = Client(f"127.0.0.1:{site.server.port}", key=key_of(KEY))
    other.delete(site.label, zone="example.com")
    other.delete("1", site.pointer, rrtype="PTR", zone=ZONES[1])
    other.set(site.label, "target.example.com.", rrtype="CNAME", zone="example.com", ttl=60)
    for verify in (True, False):
        with pytest.raises(NotApplied):
            client.set(site.label, NEW, zone="example.com", ptr=True, verify=verify)
    assert transport.updates == [ZONES[0]] * 2
    with pytest.raises(NotApplied):
        client.set(site.label, NEW, zone="example.com", ptr=True, dry_run=True)
    other.delete(site.label, zone="example.com")


@pytest.mark.parametrize("require", ["existing", "absent"])
@pytest.mark.parametrize("values", [(OLD,), (NEW,)], ids=["same", "other"])
def test_conditions(site: Site, require: str, values: tuple[str, ...]) -> None:
    label = site.label if require == "absent" else f"{site.label}-new"
    client, transport = site.client()
    with pytest.raises(DnsUpdateError) as caught:
        client.set(label, *values, zone="example.com", ptr=True, require=require)  # type: ignore[arg-type]
    assert caught.value.exit_status == 8
    assert len(transport.updates) <= 1
    assert site.has(OLD)


@dataclass
class Split:
    """A server for the name's zone, and another one for the reverse zone, at `reverse`."""

    forward: NameServer
    reverse: NameServer


@pytest.fixture(name="split", params=[Bind, Knot], ids=["bind", "knot"])
def _split(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Split]:
    kind = request.param
    reverse_zone = [Zone("2.0.192.in-addr.arpa")]
    with (
        kind(tmp_path / "forward", keys=[KEY], zones=[Zone("example.com")], listen_v6=False) as forward,
        kind(tmp_path / "reverse", keys=[KEY], zones=reverse_zone, listen_v6=False) as reverse,
    ):
        yield Split(forward, reverse)


class Interfering(BlockingTransport):
    """Calls a hook before each update."""

    def __init__(self, before_update: Callable[[Endpoint], None]) -> None:
        super().__init__()
        self._before_update = before_update

    def carry(self, exchange: Exchange, endpoint: Endpoint, *_others: object) -> Reply | UnverifiedReply:
        message = message_of(exchange)
        if message.opcode == UPDATES and message.authority:
            self._before_update(endpoint)
        return super().carry(exchange, endpoint)


def set_at(
    split: Split,
    reverse_port: int,
    before_update: Callable[[Endpoint], None] = lambda _endpoint: None,
    policy: Policy | None = None,
) -> None:
    reverse = Client(f"127.0.0.1:{reverse_port}", key=key_of(KEY), policy=policy).settings
    transport = Interfering(before_update)
    client = Client(f"127.0.0.1:{split.forward.port}", key=key_of(KEY), transport=transport)
    client.set("home", NEW, zone="example.com", ttl=60, ptr=True, ptr_zone=ZONES[1], reverse=lambda _name: reverse)


def test_a_reverse_zone_elsewhere(split: Split) -> None:
    set_at(split, split.reverse.port)
    assert addresses(split.forward, "home") == {NEW}
    assert pointers(split.reverse, NEW) == {"home.example.com."}


def test_a_reverse_server_that_is_down_lets_nothing_be_sent(split: Split) -> None:
    split.reverse.stop()
    with pytest.raises(NoResponse) as caught:
        set_at(split, split.reverse.port)
    assert caught.value.server == f"127.0.0.1:{split.reverse.port}"
    assert addresses(split.forward, "home") == set()


def test_a_reverse_server_that_ends_in_between_undoes_the_address(split: Split) -> None:
    def stop_reverse(endpoint: Endpoint) -> None:
        if endpoint.port == split.reverse.port:
            split.reverse.stop()

    with pytest.raises(NoResponse) as caught:
        set_at(split, split.reverse.port, stop_reverse)
    assert caught.value.notes[-1] == "what was changed before in example.com is undone"
    assert addresses(split.forward, "home") == set()


def test_a_reverse_server_that_is_silent_keeps_the_address_because_it_may_have_the_pointer(split: Split) -> None:
    with Forwarder(split.reverse, lambda _transport, message: message[2] >> 3 & 0xF == UPDATES) as silent:
        with pytest.raises(PartlyDone) as caught:
            set_at(split, silent.port, policy=Policy(timeout=1.0, retries=0))
        assert f"{silent.address}: no answer in time" in str(caught.value)
    assert "Now: home.example.com has A 192.0.2.2; 2.2.0.192.in-addr.arpa has no PTR" in str(caught.value)
    assert addresses(split.forward, "home") == {NEW}


def test_an_answer_that_is_lost_is_undone_on_both_sides(split: Split) -> None:
    seen: list[bytes] = []

    def garbled(request: bytes, answer: bytes) -> bytes:
        """Let the answer to the first update come without its signature."""
        if request[2] >> 3 & 0xF == UPDATES and not seen:
            seen.append(request)
            return answer[:12]
        return answer

    with Forwarder(split.reverse, lambda *_message: False, garbled) as middle, pytest.raises(DnsUpdateError) as caught:
        set_at(split, middle.port, policy=Policy(timeout=1.0, retries=0))
    assert caught.value.notes[-1] == "what was changed before in example.com is undone"
    assert addresses(split.forward, "home") == set()
    assert pointers(split.reverse, NEW) == set()


@pytest.mark.parametrize("kind", [Bind, Knot, PowerDns], ids=["bind", "knot", "powerdns"])
def test_a_key_that_the_reverse_zone_does_not_accept(kind: type[NameServer], tmp_path: Path) -> None:
    """Some servers answer without a signature, which proves nothing; so the records are read."""
    with kind(tmp_path, keys=[KEY], zones=list(map(Zone, ZONES)), listen_v6=False) as server:
        address = f"127.0.0.1:{server.port}"
        unknown = Client(address, key=key_of(LabKey.generate("unknown"))).settings
        client = Client(address, key=key_of(KEY), transport=Watched(server))
        with pytest.raises(DnsUpdateError) as caught:
            client.set("home", NEW, zone="example.com", ttl=60, ptr=True, reverse=lambda _name: unknown)
        assert caught.value.exit_status == 5
        assert caught.value.notes[-1].startswith("what was changed before in example.com is undone")
        assert addresses(server, "home") == set()


# Other places


def test_an_old_address_in_a_zone_of_others_is_left(site: Site) -> None:
    elsewhere = "198.51.100.1"
    other = Client(f"127.0.0.1:{site.server.port}", key=key_of(KEY))
    other.delete(site.label, zone="example.com", ptr=True)
    other.set(site.label, elsewhere, zone="example.com", ttl=60)
    resolver = Server("127.0.0.1", site.server.port)  # nobody has that zone
    transport = Watched(site.server)
    client = Client(f"127.0.0.1:{site.server.port}", key=key_of(KEY), transport=transport, resolvers=(resolver,))
    outcome = client.set(site.label, NEW, zone="example.com", ptr=True)
    assert addresses(site.server, site.label) == {NEW}
    assert outcome.notes[0].startswith(f"the PTR record of {elsewhere} was not looked for: Zone not found: ")
    with pytest.raises(ZoneNotFound) as caught:
        client.set(site.label, elsewhere, zone="example.com", ptr=True)
    assert isinstance(caught.value.hint, Hint)
    assert "ptr-zone= names it" in caught.value.hint.rendered(COMMAND_LINE)
    assert addresses(site.server, site.label) == {NEW}


def test_an_alias_of_rfc_2317_is_followed(tmp_path: Path) -> None:
    zones = [
        Zone("example.com"),
        Zone("2.0.192.in-addr.arpa", records="0-25 NS ns\n2 CNAME 2.0-25"),
        Zone("0-25.2.0.192.in-addr.arpa"),
    ]
    with Bind(tmp_path, keys=[KEY], zones=zones, listen_v6=False) as server:
        client = Client(f"127.0.0.1:{server.port}", key=key_of(KEY))
        outcome = client.set("home", NEW, zone="example.com", ptr=True)
        assert [str(each.name) for each in outcome.reverse] == ["2.0-25.2.0.192.in-addr.arpa"]
        zone = "0-25.2.0.192.in-addr.arpa"
        assert client.delete("home", zone="example.com", ptr=True, ptr_zone=zone).reverse[0].changed


def test_powerdns_does_it_too(tmp_path: Path) -> None:
    with PowerDns(tmp_path, keys=[KEY], zones=list(map(Zone, ZONES)), listen_v6=False) as server:
        site = Site(server, "home")
        site.set(OLD, OLD6)
        site.set(NEW, NEW6)
        assert site.has(NEW, NEW6)
        client, transport = site.client()
        client.delete("home", zone="example.com", ptr=True)
        assert transport.updates == [ZONES[1], ZONES[2], ZONES[0]]
        assert site.has()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"rrtype": "TXT"}, "PTR records go with addresses, not with TXT"),
        ({"ptr_zone": "3.0.192.in-addr.arpa"}, "2.2.0.192.in-addr.arpa is not in 3.0.192.in-addr.arpa"),
        ({"ptr_zone": "a..b"}, "has an empty label"),
        ({"rrclass": "HS"}, "class IN"),
    ],
    ids=["type", "other-zone", "no-zone", "class"],
)
def test_wrong_arguments(site: Site, how: dict[str, str], says: str) -> None:
    client, transport = site.client()
    with pytest.raises(UsageError, match=says):
        client.set(site.label, NEW, zone="example.com", ptr=True, **how)  # type: ignore[arg-type]
    assert transport.updates == []


def test_what_must_be_absent_cannot_be_deleted(site: Site) -> None:
    client, _transport = site.client()
    with pytest.raises(UsageError, match="must be absent"):
        client.delete(site.label, zone="example.com", ptr=True, require="absent")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="remove every record at"):
        client.delete("@", zone="example.com", ptr=True)
    with pytest.raises(NameNotFound):
        client.delete(site.label, NEW, zone="example.com", ptr=True, require="existing")
    assert site.has(OLD)


def test_ctrl_c_says_what_was_done(site: Site) -> None:
    def interrupt(number: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    client, _transport = site.client(interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.set(site.label, NEW, zone="example.com", ptr=True)
    said, unknown = str(caught.value).split("; ")
    assert said == f"{site.label}.example.com has A {OLD}, {NEW}"
    assert unknown == "an update that was already sent may have been carried out"


def test_a_zone_that_cannot_be_written_undoes_the_address(tmp_path: Path) -> None:
    """BIND says SERVFAIL, which may mean anything; a message with prerequisites alone shows that nothing was done."""
    with Bind(tmp_path, keys=[KEY], zones=list(map(Zone, ZONES)), listen_v6=False) as server:
        (tmp_path / f"{ZONES[1]}.zone.jnl").mkdir()
        client = Client(f"127.0.0.1:{server.port}", key=key_of(KEY), transport=Watched(server))
        with pytest.raises(ServerFailure) as caught:
            client.set("home", NEW, zone="example.com", ttl=60, ptr=True)
        assert caught.value.notes[-1] == "what was changed before in example.com is undone"
        assert addresses(server, "home") == set()
