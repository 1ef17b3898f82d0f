"""Updates to a secondary that forwards them: each server that can, with a primary that notifies it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from lab.port import IPV6, loopback_addresses
from tests.support.command import Result, in_process, key_file

KEY = LabKey.generate("ddns-key", "hmac-sha256")
READER = LabKey.generate("reader", "hmac-sha256")
SECOND = IPV6  # at the same port as the primary, so that both are other servers to who reads the SOA record


def _bind(directory: Path, port: int) -> NameServer:
    extra = f"primaries {{ 127.0.0.1 port {port}; }}; allow-update-forwarding {{ any; }}; allow-notify {{ any; }};"
    zones = [Zone("example.com", type="secondary", extra=extra)]
    return Bind(directory, zones=zones, keys=[KEY], readonly_keys=[READER], host=SECOND, port=port)


def _knot(directory: Path, port: int) -> NameServer:
    extra = (
        f"remote:\n  - id: primary\n    address: 127.0.0.1@{port}\n"
        "    key: ddns-key\n"  # from 3.4 on, it signs what it forwards
        "acl:\n  - id: notified\n    address: [127.0.0.1, ::1]\n    action: notify\n"
        "  - id: forwarded\n    key: ddns-key\n    action: update\n"
    )
    policy = "    master: primary\n    acl: [notified, forwarded]\n"
    zones = [Zone("example.com", type="secondary", policy=policy)]
    return Knot(directory, zones=zones, keys=[KEY], readonly_keys=[READER], host=SECOND, port=port, extra=extra)


def _powerdns(directory: Path, port: int) -> NameServer:
    options = "secondary=yes\nforward-dnsupdate=yes\ntrusted-notification-proxy=::1\nxfr-cycle-interval=1\n"
    server = PowerDns(directory, keys=[KEY], readonly_keys=[READER], host=SECOND, port=port, options=options)
    server.prepare()
    server.execute("UPDATE domains SET type = 'SLAVE', master = ?", f"127.0.0.1:{port}")
    return server


pytestmark = pytest.mark.skipif(IPV6 not in loopback_addresses(), reason="this machine has no IPv6")


@dataclass(frozen=True)
class Forwarding:
    """A primary, and a secondary that forwards to it."""

    primary: Bind
    secondary: NameServer

    def run(self, *own: str, key: LabKey = KEY) -> Result:
        server = f"dns-server=[{SECOND}]:{self.primary.port}"
        return in_process(*own, server, "zone=example.com", key_file(self.primary, key))


@pytest.fixture(scope="module", name="forwarding", params=[_bind, _knot, _powerdns], ids=["bind", "knot", "powerdns"])
def _forwarding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forwarding]:
    make: Callable[[Path, int], NameServer] = request.param
    directory = tmp_path_factory.mktemp("forwarding")
    with Bind(directory / "primary", keys=[KEY], readonly_keys=[READER], listen_v6=False) as primary:
        notify = f"notify explicit; notify-delay 0; also-notify {{ {SECOND} port {primary.port}; }};"
        primary.stop()
        primary.zones = [Zone("example.com", extra=notify)]
        primary.start()
        with make(directory / "secondary", primary.port) as secondary:
            yield Forwarding(primary, secondary)


def test_the_change_is_made_at_the_primary_and_waited_for(forwarding: Forwarding, unique_name: str) -> None:
    owner = f"{unique_name}.example.com"
    name = f"name={unique_name}"
    done = forwarding.run("set", name, "address=192.0.2.1", "ttl=60", "--json")
    assert done.status == 0, done.stdout
    assert (done.json["verified"], done.json["changed"]) == (True, True)
    assert dig(forwarding.primary, owner, "A") == [f"{owner}. 60 IN A 192.0.2.1"]
    added = forwarding.run("add", name, "address=192.0.2.2")
    assert added.lines[-1] == f"update successful: {owner} A 192.0.2.2 added"
    assert forwarding.run("delete", name).status == 0
    assert dig(forwarding.primary, owner, "A") == dig(forwarding.secondary, owner, "A") == []


def test_it_can_be_read_at_the_primary(forwarding: Forwarding, unique_name: str) -> None:
    primary = f"query-server=127.0.0.1:{forwarding.primary.port}"
    done = forwarding.run("set", f"name={unique_name}", "address=192.0.2.1", primary)
    assert done.status == 0, done.stderr
    assert not [line for line in done.lines if "does not show the change yet" in line]


def test_a_refusal_may_be_the_primarys(forwarding: Forwarding, unique_name: str) -> None:
    done = forwarding.run("set", f"name={unique_name}", "address=192.0.2.1", "ttl=60", key=READER)
    if isinstance(forwarding.secondary, Knot | PowerDns):  # they decide themselves, before they forward
        assert done.status in {5, 7}
        assert "ns.example.com" not in done.hint
    else:
        assert done.status == 7
        assert "this is the answer of its primary, by the SOA record ns.example.com" in done.hint


def test_a_primary_that_is_down_is_named(forwarding: Forwarding, unique_name: str) -> None:
    forwarding.primary.stop()
    try:
        done = forwarding.run("set", f"name={unique_name}", "address=192.0.2.1", "ttl=60", "timeout=1", "retries=2")
    finally:
        forwarding.secondary.stop()  # a port is claimed at all addresses
        forwarding.primary.start()
        forwarding.secondary.start()
    assert done.status in {5, 9}  # Knot does not sign this answer
    assert done.cause == (
        f"[{SECOND}]:{forwarding.primary.port} is a secondary that forwards updates, and that failed: its primary "
        "(ns.example.com, by the SOA record) is down, or does not know the key"
    )
