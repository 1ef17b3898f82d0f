"""Zone transfers by both clients: from real servers, compared with dig and dnspython, and from servers that lie."""

import asyncio
import base64
import itertools
import subprocess
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing, closing
from pathlib import Path

import dns.name
import dns.query
import dns.tsig
import dns.zone
import pytest

from dns_update import (
    AsyncClient,
    Client,
    DnsUpdateError,
    Key,
    KeyRejected,
    MalformedMessage,
    NoResponse,
    PermissionDenied,
    Policy,
    Record,
    ReplyNotTrusted,
    Server,
    UsageError,
    ZoneNotFound,
)
from dns_update.auth.tsig import Tsig, sign
from dns_update.errors import causes
from dns_update.message import Message
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.wire.codes import Rcode, RRClass, RRType
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from tests.client.replies import NS, SOA, record, reply
from tests.client.servers import key_of
from tests.support.peer import closed_port
from tests.support.stream_server import Script, StreamServer, framed

HOSTS = 600  # with their texts more than one message has room for
RECORDS = "\n".join(
    f'host-{number} A 192.0.2.{number % 256}\nhost-{number} TXT "{"x" * 100}"' for number in range(HOSTS)
)
KEYS = [LabKey.generate("ddns-key", "hmac-sha256"), LabKey.generate("other-key", "hmac-sha256")]
_BY_TCP = Policy(timeout=5, retries=0, transport="tcp")


def _bind(directory: Path) -> NameServer:
    permission = f'allow-transfer {{ key "{KEYS[0].name}"; }};'
    return Bind(directory, keys=KEYS, zones=[Zone("example.com", records=RECORDS, extra=permission)])


def _knot(directory: Path) -> NameServer:
    acl = f"acl:\n  - id: transfer\n    key: {KEYS[0].name}\n    action: transfer\n"
    zone = Zone("example.com", records=RECORDS, policy="    acl: [lab-update, transfer]")
    return Knot(directory, keys=KEYS, zones=[zone], extra=acl)


def _powerdns(directory: Path) -> NameServer:
    return PowerDns(directory, keys=KEYS, zones=[Zone("example.com", records=RECORDS)], options="allow-axfr-ips=")


@pytest.fixture(scope="module", params=[_bind, _knot, _powerdns], ids=["bind", "knot", "powerdns"])
def primary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Return a server that lets the first of its keys transfer the zone, and nobody else."""
    with request.param(tmp_path_factory.mktemp("primary")) as server:
        if isinstance(server, PowerDns):
            command = ["pdnsutil", "--config-dir=.", "set-meta", "example.com", "TSIG-ALLOW-AXFR", KEYS[0].name]
            subprocess.run(command, cwd=server.directory, capture_output=True, check=True)
        yield server


def client_of(server: NameServer, key: LabKey | None = KEYS[0]) -> Client:
    return Client(f"{server.host}:{server.port}", key=None if key is None else key_of(key))


def serial_of(soa: Record) -> int:
    return int.from_bytes(soa.rdata[-20:-16])


def in_async(server: str, key: Key | None, **arguments: int) -> list[Record]:
    """Return what the asyncio client gets."""

    async def gathered() -> list[Record]:
        return [
            record async for record in AsyncClient(server, key=key, policy=_BY_TCP).transfer("example.com", **arguments)
        ]

    return asyncio.run(gathered())


def theirs(server: NameServer, rrtype: str, serial: int = 0) -> list[tuple[bytes, int, int, bytes]]:
    """Return name, type, TTL and rdata of each record that dnspython gets, one after the other as they come."""
    key = key_of(KEYS[0])
    ring = {dns.name.from_text(KEYS[0].name): dns.tsig.Key(KEYS[0].name, key.secret, KEYS[0].algorithm)}
    messages = dns.query.xfr(
        server.host, "example.com", rrtype, port=server.port, serial=serial, keyring=ring, keyname=KEYS[0].name,
        keyalgorithm=KEYS[0].algorithm, relativize=False,
    )  # fmt: skip
    return [
        (rrset.name.to_wire(), rrset.rdtype, rrset.ttl, rdata.to_wire() or b"")
        for message in messages
        for rrset in message.answer
        for rdata in rrset
    ]


def as_theirs(records: Iterable[Record]) -> list[tuple[bytes, int, int, bytes]]:
    return [(record.name.to_wire(), record.rrtype, record.ttl, record.rdata) for record in records]


# Whole zones


def test_the_whole_zone_comes_as_dig_and_dnspython_get_it(primary: NameServer) -> None:
    records = list(client_of(primary).transfer("example.com"))
    assert records[0].rrtype == RRType.SOA
    assert len(records) == len(set(records)) >= 2 * HOSTS + 3
    assert {record.to_text() for record in records} == {*dig(primary, "example.com", "AXFR", key=KEYS[0])}
    # dnspython puts the records of an RRset together, also those that are apart.
    assert sorted(as_theirs([*records, records[0]])) == sorted(theirs(primary, "AXFR"))


def test_both_clients_get_the_same(primary: NameServer) -> None:
    records = in_async(f"{primary.host}:{primary.port}", key_of(KEYS[0]))
    assert sorted(as_theirs(records)) == sorted(as_theirs(client_of(primary).transfer("example.com")))


@pytest.mark.parametrize("key", [KEYS[1], None], ids=["another key", "no key"])
def test_who_may_not_transfer_the_zone_is_told_what_would_allow_it(key: LabKey | None, primary: NameServer) -> None:
    with pytest.raises(DnsUpdateError) as caught:
        list(client_of(primary, key).transfer("example.com"))
    if isinstance(primary, Bind) or key is None:
        who = f"key {key.name}" if key is not None else "no key"
        assert isinstance(caught.value, PermissionDenied)
        assert caught.value.text == f"{primary.host}:{primary.port} refuses to transfer example.com with {who}"
    else:  # it answers as if it did not know the key
        assert caught.value.exit_status == ReplyNotTrusted.exit_status
    says = {
        Bind: "allow-transfer",
        Knot: "action: transfer",
        PowerDns: "allow-axfr-ips" if key is None else "TSIG-ALLOW",
    }
    assert says[type(primary)] in caught.value.hint or isinstance(caught.value, KeyRejected)


def test_a_zone_that_the_server_does_not_have_is_not_transferred(primary: NameServer) -> None:
    for name in ("host-1.example.com", "example.org"):
        with pytest.raises(DnsUpdateError) as caught:
            list(client_of(primary).transfer(name))
        assert caught.value.exit_status in (5, 8)


# Changes


def test_what_has_changed_turns_the_old_zone_into_the_new_one(primary: NameServer) -> None:
    client = client_of(primary)
    before = list(client.transfer("example.com"))
    client.set("changed", "192.0.2.7", zone="example.com", ttl=60)
    client.set("host-1", "192.0.2.77", zone="example.com")
    client.delete("host-2", zone="example.com")
    changes = list(client.transfer("example.com", since=serial_of(before[0])))
    after = set(client.transfer("example.com"))
    known = {*before} if changes[0].rrclass == RRClass.NONE else set()
    for change in changes:
        if change.rrclass == RRClass.NONE:
            known.remove(Record(change.name, change.rrtype, RRClass.IN, change.ttl, change.rdata))
        else:
            known.add(change)
    assert known == after
    assert in_async(f"{primary.host}:{primary.port}", key_of(KEYS[0]), since=serial_of(before[0])) == changes
    # PowerDNS has no journal, and sends the whole zone.
    assert len(changes) < HOSTS or isinstance(primary, PowerDns)


@pytest.mark.parametrize("make", [_bind, _knot], ids=["bind", "knot"])
def test_changes_come_in_the_order_in_which_dnspython_gets_them(
    make: Callable[[Path], NameServer], tmp_path: Path
) -> None:
    with make(tmp_path) as server:
        client = client_of(server)
        client.set("new", "192.0.2.7", zone="example.com", ttl=60)
        client.delete("host-1", "192.0.2.1", zone="example.com")
        changes = list(client.transfer("example.com", since=1))
        newest = [record for record in changes if record.rrtype == RRType.SOA][-1:]
        assert as_theirs([*newest, *changes, *newest]) == theirs(server, "IXFR", 1)


def test_nothing_comes_if_nothing_has_changed(primary: NameServer) -> None:
    client = client_of(primary)
    newest = serial_of(next(client.transfer("example.com")))
    assert list(client.transfer("example.com", since=newest)) == []
    assert in_async(f"{primary.host}:{primary.port}", key_of(KEYS[0]), since=newest) == []


@pytest.mark.parametrize("rcode", [Rcode.NOTIMP, Rcode.FORMERR])
def test_a_server_that_knows_no_incremental_transfers_is_asked_for_the_whole_zone(rcode: int) -> None:
    def script(request: Message, _octets: bytes) -> Iterable[bytes]:
        is_ixfr = request.question[0].rrtype == RRType.IXFR
        yield framed(reply(request, rcode) if is_ixfr else zone_reply(request))

    with StreamServer(script) as server:
        records = list(Client(server.address, policy=_BY_TCP).transfer("example.com", since=5))
        assert records == [SOA, NS]
        assert [request.question[0].rrtype for request in server.requests] == [RRType.SOA, RRType.IXFR, RRType.AXFR]


# Memory, and ends


def test_a_large_zone_needs_the_memory_of_a_message(tmp_path: Path) -> None:
    hosts = 40_000
    zone = Zone("example.com", records="\n".join(f"h{number} A 192.0.2.1" for number in range(hosts)))
    with Bind(tmp_path, keys=KEYS, zones=[zone]) as server:
        records = client_of(server).transfer("example.com")
        next(records)
        tracemalloc.start()
        try:
            count = sum(1 for _record in records)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert count == hosts + 2
    assert peak < 8_000_000  # the records together are several times that


def endless(request: Message, _octets: bytes) -> Iterable[bytes]:
    """Answer a query, and a request for a transfer with records without end."""
    if request.question[0].rrtype == RRType.SOA:
        yield framed(reply(request, answer=[SOA]))
        return
    yield framed(reply(request, answer=[SOA]))
    for number in itertools.count():
        hosts = [record(f"h-{number}-{place}.example.com", RRType.A, "192.0.2.1") for place in range(100)]
        yield framed(reply(request, answer=hosts))


def test_an_endless_transfer_needs_no_more_memory_and_ends_when_it_is_closed() -> None:
    with StreamServer(endless) as server:
        tracemalloc.start()
        try:
            with closing(Client(server.address, policy=_BY_TCP).transfer("example.com")) as records:
                assert sum(1 for _record in itertools.islice(records, 20_000)) == 20_000
                peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert server.hung_up.wait(20)
    assert peak < 8_000_000


def test_an_endless_transfer_ends_when_its_task_is_cancelled() -> None:
    async def taken(server: str) -> None:
        count = 0
        async for _record in AsyncClient(server, policy=_BY_TCP).transfer("example.com"):
            count += 1
            if count == 1000:
                current = asyncio.current_task()
                assert current is not None
                current.cancel()

    async def main(server: str) -> None:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(taken(server))

    with StreamServer(endless) as server:
        asyncio.run(main(server.address))
        assert server.hung_up.wait(20)


def test_leaving_the_loop_of_a_closing_iterator_ends_the_connection() -> None:
    async def main(server: str) -> None:
        async with aclosing(AsyncClient(server, policy=_BY_TCP).transfer("example.com")) as records:
            async for _record in records:
                break
        assert await asyncio.to_thread(peer.hung_up.wait, 20)

    with StreamServer(endless) as peer:
        asyncio.run(main(peer.address))


def zone_reply(request: Message, *more: Record) -> bytes:
    return reply(request, answer=[SOA, NS, *more, SOA] if request.question[0].rrtype != RRType.SOA else [SOA])


def answering(*parts: Iterable[Record]) -> Script:
    """Return a script whose transfer has these records in its messages, and then ends."""

    def script(request: Message, _octets: bytes) -> Iterable[bytes]:
        for part in [[SOA]] if request.question[0].rrtype == RRType.SOA else parts:
            yield framed(reply(request, answer=part))

    return script


OTHER_SOA = record("example.com", RRType.SOA, "ns.example.com. hostmaster.example.com. 2 3600 900 604800 300", 3600)


def failure_of(script: Script, *, stays: bool = False, policy: Policy = _BY_TCP) -> tuple[DnsUpdateError, int]:
    """Return the error that both clients raise, and how many records come before it."""
    found = []
    with StreamServer(script, stays=stays) as server:

        async def taken() -> int:
            count = 0
            try:
                async for _record in AsyncClient(server.address, policy=policy).transfer("example.com"):
                    count += 1
            except DnsUpdateError as error:
                found.append((error, count))
            return count

        count = 0
        try:
            for _record in Client(server.address, policy=policy).transfer("example.com"):
                count += 1
        except DnsUpdateError as error:
            found.append((error, count))
        asyncio.run(taken())
        (first, count), (second, again) = found
        assert (type(first), first.text, count) == (type(second), second.text, again)
        assert str(first.endpoint) == server.address
        return first, count


def test_a_server_that_ends_in_the_middle() -> None:
    error, count = failure_of(answering([SOA, NS], [NS]))
    assert isinstance(error, NoResponse)
    assert error.text == "the server closed the connection in the middle of the transfer, after 3 records"
    assert error.cause == causes.NETWORK_ERROR
    assert count == 3


def test_a_server_that_ends_in_the_middle_of_a_message() -> None:
    def script(request: Message, octets: bytes) -> Iterable[bytes]:
        yield from answering([SOA, NS])(request, octets)
        if request.question[0].rrtype == RRType.AXFR:
            yield b"\1\0half of it"

    error, count = failure_of(script)
    assert isinstance(error, NoResponse)
    assert "in the middle of the transfer, after 2 records" in error.text
    assert count == 2


def test_a_server_that_says_nothing_more_is_not_waited_for_longer_than_the_policy_says() -> None:
    error, count = failure_of(answering([SOA, NS]), stays=True, policy=Policy(timeout=0.2, retries=0, transport="tcp"))
    assert isinstance(error, NoResponse)
    assert error.text == "no answer in time in the middle of the transfer, after 2 records"
    assert error.cause == causes.TIMED_OUT
    assert count == 2


def test_a_server_that_lies_with_another_soa_record() -> None:
    error, count = failure_of(answering([SOA, NS], [OTHER_SOA]))
    assert isinstance(error, MalformedMessage)
    assert "the transfer of example.com ends with another SOA record than it begins with" in error.text
    assert "after 2 records" in error.text
    assert count == 2


def test_a_server_that_begins_with_something_else() -> None:
    error, count = failure_of(answering([NS, SOA]))
    assert isinstance(error, MalformedMessage)
    assert "does not begin with the zone's SOA record" in error.text
    assert count == 0


@pytest.mark.parametrize(("rcode", "kind"), [(Rcode.REFUSED, PermissionDenied), (Rcode.SERVFAIL, DnsUpdateError)])
def test_a_server_that_refuses_in_the_middle(rcode: int, kind: type[DnsUpdateError]) -> None:
    def script(request: Message, octets: bytes) -> Iterable[bytes]:
        yield from answering([SOA, NS])(request, octets)
        if request.question[0].rrtype == RRType.AXFR:
            yield framed(reply(request, rcode))

    error, count = failure_of(script)
    assert isinstance(error, kind)
    assert error.exit_status == (7 if rcode == Rcode.REFUSED else 9)
    assert count == 2


def test_a_last_message_that_is_not_signed_is_not_trusted() -> None:
    key = key_of(KEYS[0])

    def script(sent: SentMessage) -> list[bytes]:
        request = Message.decode(sent.octets)
        assert request.signature is not None
        request_mac = Tsig.from_rdata(request.signature.record.rdata).mac
        first, _mac = sign(reply(request, answer=[SOA]), key, time_signed=network.wall, request_mac=request_mac)
        return [first] if request.question[0].rrtype == RRType.SOA else [first, reply(request, answer=[NS, SOA])]

    network = MemoryTransport(script)
    records = Client("192.0.2.1", key=key, transport=network).transfer("example.com")
    assert next(records) == SOA
    with pytest.raises(ReplyNotTrusted, match=r"192\.0\.2\.1, after 1 record: the last message of the transfer is not"):
        next(records)


# Servers, and arguments


def test_the_next_server_is_tried_until_one_begins(primary: NameServer) -> None:
    client = Client(f"127.0.0.1:{closed_port()}", f"{primary.host}:{primary.port}", key=key_of(KEYS[0]))
    assert next(client.transfer("example.com")).rrtype == RRType.SOA


def test_without_a_server_the_primary_of_the_soa_record_is_asked() -> None:
    def script(sent: SentMessage) -> list[bytes]:
        return [zone_reply(Message.decode(sent.octets))]

    network = MemoryTransport(script, hosts={"ns.example.com": ("192.0.2.7",)})
    client = Client(transport=network, resolvers=(Server("192.0.2.53"),))
    assert list(client.transfer("example.com")) == [SOA, NS]
    asked = [(sent.endpoint.address, Message.decode(sent.octets).question[0].rrtype) for sent in network.sent]
    assert asked == [("192.0.2.53", RRType.SOA), ("192.0.2.7", RRType.SOA), ("192.0.2.7", RRType.AXFR)]


def test_a_server_without_an_soa_record_of_the_zone_is_not_asked_for_it() -> None:
    with StreamServer(lambda request, _octets: [framed(reply(request))]) as server:
        with pytest.raises(ZoneNotFound, match=r"has no SOA record for example\.com"):
            next(Client(server.address, policy=_BY_TCP).transfer("example.com"))
        assert [request.question[0].rrtype for request in server.requests] == [RRType.SOA]


def test_a_server_that_transfers_nothing_by_tcp_is_not_the_last_word(primary: NameServer) -> None:
    with StreamServer(answering([NS])) as liar:
        client = Client(liar.address, f"{primary.host}:{primary.port}", key=key_of(KEYS[0]), policy=_BY_TCP)
        assert next(client.transfer("example.com")).rrtype == RRType.SOA


def test_the_other_reading_of_a_secret_is_tried_and_the_log_says_so(tmp_path: Path) -> None:
    text = "c2VjcmV0c2VjcmV0c2VjcmV0"  # raw text, though it might be Base64
    lines: list[str] = []
    with Bind(tmp_path, keys=[LabKey("raw-key", "hmac-sha256", base64.b64encode(text.encode()).decode())]) as server:
        key = Key.from_secret("raw-key", text, "hmac-sha256")
        records = Client(f"{server.host}:{server.port}", key=key, log=lines.append).transfer("example.com")
        assert next(records).rrtype == RRType.SOA
    assert [line for line in lines if "was read as raw text" in line] == lines[-1:]


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"zone": "@"}, "'@' is not a zone name here"),
        ({"zone": "a..b"}, "empty label"),
        ({"zone": "example.com", "since": -1}, "-1 is not a serial number"),
        ({"zone": "example.com", "since": 4294967296}, "4294967296 is not a serial number"),
        ({"zone": "example.com", "since": "1"}, "a serial number is a number, not str"),
        ({"zone": "example.com", "since": True}, "a serial number is a number, not bool"),
        ({"zone": "example.com", "rrclass": 255}, "255 is not the class of a zone"),
    ],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_wrong_arguments_are_said_at_once(
    arguments: dict[str, object], wrong: str, kind: type[Client | AsyncClient]
) -> None:
    with pytest.raises(UsageError, match=wrong):
        kind("192.0.2.1").transfer(**arguments)  # type: ignore[arg-type]


def test_a_transport_that_carries_no_transfers_is_said() -> None:
    class Own:
        def __init__(self) -> None:
            self.network = MemoryTransport(lambda sent: [reply(Message.decode(sent.octets), answer=[SOA])])
            self.carry, self.clock = self.network.carry, self.network.clock
            self.pause, self.resolve = self.network.pause, self.network.resolve
            self.keep_open, self.close = self.network.keep_open, self.network.close

    with pytest.raises(UsageError, match="the transport Own carries no zone transfers"):
        next(Client("192.0.2.1", transport=Own()).transfer("example.com"))


@pytest.mark.parametrize("answer", [ConnectionRefusedError(), "the line is cut"])
def test_a_transfer_in_memory_can_fail(answer: OSError | str) -> None:
    def script(sent: SentMessage) -> Iterable[bytes] | OSError | str:
        request = Message.decode(sent.octets)
        return answer if request.question[0].rrtype == RRType.AXFR else [reply(request, answer=[SOA])]

    with pytest.raises(NoResponse, match=r"connection refused|the line is cut"):
        next(Client("192.0.2.1", transport=MemoryTransport(script)).transfer("example.com"))
