"""The permission probe: what servers say about what a key may change, and that it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dns_update.client import Client
from dns_update.client.locate import LocatedTarget
from dns_update.client.lookup import ZoneView
from dns_update.client.outcome import outcome_at
from dns_update.client.probe import BY_KEY, BY_RECORD, UNKNOWN, Access, denials, explore, unmeetable
from dns_update.errors import ClocksDiffer, KeyRejected, PermissionDenied, ReplyNotTrusted, ServerFailure, ZoneNotFound
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.transport.memory import MemoryTransport
from dns_update.update import Update
from dns_update.wire.codes import Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name
from lab import Bind, Knot, LabKey, Zone, dig
from lab.versions import knot_says_badkey
from tests.client.replies import SOA, ZONE, record, reply
from tests.client.servers import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dns_update.auth import Key
    from dns_update.client.lookup import Records
    from dns_update.client.outcome import Outcome
    from dns_update.client.probe import Denial
    from dns_update.client.transaction import Transaction
    from dns_update.transport.memory import SentMessage
    from lab import NameServer

ADDRESS, ADDRESS6 = "192.0.2.9", "2001:db8::9"
GRANTS = """update-policy {
    grant "ddns-key" name home.example.com. A;
    grant "ddns-key" name both.example.com. A AAAA;
    grant "ddns-key" wildcard *.free.example.com. ANY;
};"""


def changes(name: str, *rrtypes: str, zone: Name = ZONE) -> Records:
    """Return the changes that give a name a value of each of these types."""
    data = {"A": ADDRESS, "AAAA": ADDRESS6, "TXT": "hello"}
    update = Update(zone)
    for rrtype in rrtypes:
        update = update.replace(name, 60, rrtype, data[rrtype])
    return update.changes


class Asker:
    """Probes a server."""

    def __init__(self, client: Client, endpoint: Endpoint, zone: Name = ZONE) -> None:
        self._client = client
        self._endpoint = endpoint
        self._zone = zone
        self.access: Access | None = None

    @classmethod
    def at(cls, server: NameServer, key: LabKey | Key | None, zone: Name = ZONE) -> Asker:
        signer = key_of(key) if isinstance(key, LabKey) else key
        return cls(Client(f"{server.host}:{server.port}", key=signer), Endpoint(server.host, server.port), zone)

    def explore(self) -> Access:
        """Return what the server shows of the zone."""

        async def request(transaction: Transaction) -> Outcome:
            site = self._site(transaction)
            self.access = await explore(site)
            return outcome_at(site, Rcode.NOERROR, None, None)

        self._client.run(request)
        assert self.access is not None
        return self.access

    def denials(self, *parts: Records) -> list[Denial | None]:
        """Return which changes of each part would be refused."""
        access = self.explore()
        found: list[Denial | None] = []

        async def request(transaction: Transaction) -> Outcome:
            site = self._site(transaction)
            found.extend(await denials(site, access, parts))
            return outcome_at(site, Rcode.NOERROR, None, None)

        self._client.run(request)
        return found

    def _site(self, transaction: Transaction) -> ZoneView:
        return ZoneView(transaction, self._endpoint, LocatedTarget(self._zone, self._zone, RRClass.IN))


def only(found: Sequence[Denial | None]) -> Denial:
    (denial,) = found
    assert denial is not None
    return denial


def contents(server: NameServer, *names: str) -> list[str]:
    """Return the zone's SOA record, with its serial, and the records at these names."""
    asked = [("example.com", "SOA")] + [(f"{name}.example.com", t) for name in names for t in ("A", "AAAA", "TXT")]
    return [line for name, rrtype in asked for line in dig(server, name, rrtype)]


@pytest.fixture(scope="module")
def granting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    """BIND that lets the key change some names, and some of their types."""
    zones = [Zone("example.com", policy=GRANTS, records="home A 192.0.2.1\nhome TXT old\nn9.free A 192.0.2.1")]
    with Bind(tmp_path_factory.mktemp("granting"), zones=zones, keys=[LabKey.generate()]) as server:
        yield server


@pytest.fixture(scope="module")
def narrow_knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knot]:
    """Knot that lets the key change one name's A records."""
    acl = """acl:
  - id: narrow
    key: ddns-key
    action: update
    update-owner: name
    update-owner-match: equal
    update-owner-name: [home.example.com.]
    update-type: [A]
"""
    zones = [Zone("example.com", policy="    acl: narrow", records="home A 192.0.2.1")]
    with Knot(tmp_path_factory.mktemp("narrow"), zones=zones, keys=[LabKey.generate()], extra=acl) as server:
        yield server


# What can never be carried out


def test_what_is_probed_is_under_a_condition_that_contradicts_itself() -> None:
    message = unmeetable(Update(ZONE, changes=changes("home", "A"))).to_message()
    assert [(r.name, r.rrtype, r.rrclass) for r in message.answer] == [
        (ZONE, RRType.ANY, RRClass.ANY),
        (ZONE, RRType.ANY, RRClass.NONE),
    ]
    assert message.authority == changes("home", "A")


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_nothing_is_changed(server: NameServer, unique_name: str) -> None:
    before = contents(server, unique_name, "ns")
    asker = Asker.at(server, server.keys[0])
    deletion = Update(ZONE).delete_name("ns").changes
    parts = [changes(unique_name, "A", "AAAA", "TXT"), changes("ns", "A"), deletion]
    assert asker.denials(*parts) == [None, None, None]
    assert contents(server, unique_name, "ns") == before


def test_nothing_is_changed_where_something_is_refused(granting: Bind) -> None:
    before = contents(granting, "home", "both", "n9.free")
    parts = [changes(name, "A", "AAAA", "TXT") for name in ("home", "both", "n9.free")]
    assert len(Asker.at(granting, granting.keys[0]).denials(*parts)) == 3
    assert contents(granting, "home", "both", "n9.free") == before


# What each server shows


@pytest.mark.parametrize(
    ("server", "insight"), [("bind", BY_RECORD), ("knot", BY_RECORD), ("powerdns", BY_KEY)], indirect=["server"]
)
def test_what_it_means_that_a_probe_is_not_refused(server: NameServer, insight: str) -> None:
    access = Asker.at(server, server.keys[0]).explore()
    assert (access.insight, access.is_closed) == (insight, False)
    assert access.serial == int(contents(server)[0].split()[6])


def test_bind_is_known_without_its_version(tmp_path: Path, unique_name: str) -> None:
    keys = [LabKey.generate()]
    with Bind(tmp_path, keys=keys, options="version none;") as server:
        asker = Asker.at(server, keys[0])
        assert asker.explore().insight == BY_RECORD
        assert asker.denials(changes(unique_name, "A")) == [None]


def test_bind_tells_name_by_name_and_type_by_type(granting: Bind) -> None:
    parts = [
        changes("home", "A"),
        changes("home", "A", "AAAA", "TXT"),
        changes("both", "A", "AAAA"),
        changes("other", "A", "AAAA"),
        changes("n1.free", "A", "TXT"),
    ]
    found = Asker.at(granting, granting.keys[0]).denials(*parts)
    assert [None if denial is None else denial.rrtypes for denial in found] == [
        None,
        (RRType.AAAA, RRType.TXT),
        None,
        (RRType.A, RRType.AAAA),
        None,
    ]


def test_the_grant_that_is_missing_is_named(granting: Bind) -> None:
    denial = only(Asker.at(granting, granting.keys[0]).denials(changes("home", "A", "AAAA")))
    where = f"{granting.host}:{granting.port}"
    assert isinstance(denial.error, PermissionDenied)
    expected = f"Permission denied: {where} refuses to change home.example.com AAAA with key ddns-key"
    assert str(denial.error) == expected
    assert 'grant "ddns-key" name home.example.com. AAAA;' in denial.error.hint
    assert denial.error.server == where


def test_one_of_a_hundred_is_found(granting: Bind) -> None:
    parts = [changes(f"n{number}.free", "A") for number in range(100)]
    parts[37] = changes("elsewhere", "A")
    found = Asker.at(granting, granting.keys[0]).denials(*parts)
    assert [number for number, denial in enumerate(found) if denial is not None] == [37]


def test_a_key_that_may_change_nothing(bind: NameServer, unique_name: str) -> None:
    asker = Asker.at(bind, bind.readonly_keys[0])
    assert only(asker.denials(changes(unique_name, "A"))).rrtypes == (RRType.A,)


def test_a_zone_that_takes_no_updates_is_closed_and_no_record_is_sent_there(tmp_path: Path) -> None:
    keys = [LabKey.generate()]
    with Bind(tmp_path, zones=[Zone("example.com", policy="allow-update { none; };")], keys=keys) as server:
        asker = Asker.at(server, keys[0])
        assert asker.explore().is_closed
        denial = only(asker.denials(changes("home", "A", "TXT")))
        assert 'grant "ddns-key" name home.example.com. A TXT;' in denial.error.hint
        assert "home.example.com" not in server.log


def test_unsigned_updates_are_permitted_or_not(tmp_path: Path, bind: NameServer) -> None:
    denial = only(Asker.at(bind, None).denials(changes("home", "A")))
    assert str(denial.error).endswith("refuses to change home.example.com A with no key")
    with Bind(tmp_path, zones=[Zone("example.com", policy="allow-update { any; };")]) as server:
        assert Asker.at(server, None).denials(changes("home", "A")) == [None]


def test_knot_takes_no_unsigned_updates(knot: NameServer) -> None:
    denial = only(Asker.at(knot, None).denials(changes("home", "A")))
    assert isinstance(denial.error, ZoneNotFound)  # as an update gets it
    assert str(denial.error).endswith("does not take an unsigned change of home.example.com A")


def test_knot_tells_name_by_name_and_type_by_type(narrow_knot: Knot) -> None:
    before = contents(narrow_knot, "home", "other")
    parts = [changes("home", "A"), changes("home", "A", "AAAA"), changes("other", "A")]
    asker = Asker.at(narrow_knot, narrow_knot.keys[0])
    found = asker.denials(*parts)
    assert contents(narrow_knot, "home", "other") == before
    assert [None if denial is None else denial.rrtypes for denial in found] == [None, (RRType.AAAA,), (RRType.A,)]
    error = found[1].error if found[1] is not None else None
    assert isinstance(error, KeyRejected | ReplyNotTrusted)  # as the update itself: from 3.4 on, Knot does not sign it
    assert str(error).endswith("accepts key ddns-key for queries, and not to change home.example.com AAAA")
    assert "acl" in error.hint
    assert "key: ddns-key" in error.hint


def test_powerdns_refuses_a_key_without_permission_for_the_zone(powerdns: NameServer, unique_name: str) -> None:
    asker = Asker.at(powerdns, powerdns.readonly_keys[0])
    assert asker.explore().is_closed
    assert only(asker.denials(changes(unique_name, "A"))).rrtypes == (RRType.A,)


# Errors before permission matters


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_a_wrong_secret(server: NameServer) -> None:
    with pytest.raises(KeyRejected, match="BADSIG"):
        Asker.at(server, LabKey.generate("ddns-key")).explore()


def test_an_unknown_key(bind: NameServer) -> None:
    with pytest.raises(KeyRejected, match="BADKEY"):
        Asker.at(bind, LabKey.generate("nobody")).explore()


def test_knot_says_badkey_of_an_unknown_key_or_does_not_sign_what_it_says(knot: NameServer) -> None:
    with pytest.raises(KeyRejected if knot_says_badkey() else ReplyNotTrusted, match=r"BADKEY|NOTAUTH"):
        Asker.at(knot, LabKey.generate("nobody")).explore()


def test_powerdns_does_not_sign_what_it_says_of_a_wrong_key(powerdns: NameServer) -> None:
    with pytest.raises(ReplyNotTrusted):
        Asker.at(powerdns, LabKey.generate("ddns-key")).explore()


def test_a_wrong_clock(tmp_path: Path) -> None:
    keys = [LabKey.generate()]
    with (
        Bind(tmp_path, keys=keys, clock_offset="+10m") as server,
        pytest.raises(ClocksDiffer, match=r"server \d{4}-.* UTC, here \d{4}-.* UTC"),
    ):
        Asker.at(server, keys[0]).explore()


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_a_name_in_a_zone_that_is_no_zone(server: NameServer) -> None:
    with pytest.raises(ZoneNotFound):
        Asker.at(server, server.keys[0], Name.from_text("ns.example.com")).explore()


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_a_server_of_other_zones(server: NameServer) -> None:
    with pytest.raises((ZoneNotFound, ReplyNotTrusted)):
        Asker.at(server, server.keys[0], Name.from_text("example.net")).explore()


# Servers that are not in the lab


class Peculiar:
    """A server that answers updates in its own way, and keeps the requests."""

    def __init__(self, answer: Callable[[Message], int], version: str = "") -> None:
        self.updates: list[Message] = []
        self._answer = answer
        self._version = version

    def __call__(self, sent: SentMessage) -> list[bytes]:
        message = Message.decode(sent.octets)
        if message.opcode == Opcode.UPDATE:
            self.updates.append(message)
            return [reply(message, self._answer(message))]
        if message.question[0].rrclass == RRClass.CH:
            told = [record("version.bind", RRType.TXT, self._version)] if self._version else []
            return [reply(message, Rcode.NOERROR if told else Rcode.REFUSED, told)]
        return [reply(message, answer=[SOA])]

    def asker(self) -> Asker:
        endpoint = Endpoint("192.0.2.53")
        return Asker(Client(str(endpoint), transport=MemoryTransport(self)), endpoint)


def prerequisites_first(_message: Message) -> int:
    return Rcode.YXDOMAIN


@pytest.mark.parametrize("version", ["", "9.18.10-1-Debian"])
def test_of_one_that_looks_at_prerequisites_first_it_is_said_that_it_tells_nothing(version: str) -> None:
    asker = Peculiar(prerequisites_first, version).asker()
    assert asker.explore().insight == UNKNOWN


def test_no_record_is_sent_to_one_that_does_not_heed_prerequisites() -> None:
    server = Peculiar(lambda _message: Rcode.NOERROR)
    with pytest.raises(ServerFailure, match="carries out updates whose prerequisites are not met"):
        server.asker().denials(changes("home", "A"))
    assert [message.authority for message in server.updates] == [()]


def test_one_that_stops_to_heed_prerequisites_is_sent_no_more() -> None:
    server = Peculiar(lambda message: Rcode.NOERROR if len(message.authority) > 2 else Rcode.YXDOMAIN)
    with pytest.raises(ServerFailure):
        server.asker().denials(changes("home", "A"), changes("other", "A"))
    assert sum(len(message.authority) > 2 for message in server.updates) == 1


def test_one_that_knows_no_updates() -> None:
    with pytest.raises(ServerFailure, match="NOTIMP"):
        Peculiar(lambda _message: Rcode.NOTIMP).asker().explore()


def test_what_is_refused_only_together_is_told_of_all_types() -> None:
    server = Peculiar(lambda message: Rcode.REFUSED if len(message.authority) > 2 else Rcode.YXDOMAIN)
    denial = only(server.asker().denials(changes("home", "A", "AAAA")))
    assert denial.rrtypes == (RRType.A, RRType.AAAA)


def test_one_name_that_the_server_cannot_digest_does_not_hide_the_others() -> None:
    bad = Name.from_text("bad.example.com")
    server = Peculiar(
        lambda message: Rcode.SERVFAIL if any(r.name == bad for r in message.authority) else Rcode.YXDOMAIN
    )
    found = server.asker().denials(changes("a", "A"), changes("bad", "A"), changes("b", "A"))
    assert found[0] is None
    assert found[2] is None
    assert found[1] is not None
    assert isinstance(found[1].error, ServerFailure)
