"""Zones that the server signs (DNSSEC) stay valid through updates: delv validates them with the zone's own key."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dns_update import Client, Key, Wish
from lab import Bind, Knot, LabKey, NameServer, Zone, dig
from lab.port import IPV4
from lab.server import find_program
from tests.support.waiting import eventually

_SIGNS_KEYS = "257"  # the flags of a key that signs the keys of the zone (RFC 4034, section 2.1.1)
SIGNED: Mapping[str, tuple[type[Bind | Knot], Mapping[str, Any]]] = {
    "BIND, inline signing": (Bind, {"extra": "dnssec-policy default; inline-signing yes;"}),
    "BIND, signed in place": (Bind, {"extra": "dnssec-policy default; inline-signing no;"}),
    "Knot": (Knot, {"policy": "    dnssec-signing: on\n    acl: lab-update"}),
}


@pytest.fixture(scope="module", name="server", params=SIGNED)
def _server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    kind, zone = SIGNED[request.param]
    key = LabKey.generate()
    if kind is Bind:
        zone = {**zone, "policy": f'update-policy {{ grant "{key.name}" zonesub ANY; }};'}
    directory = tmp_path_factory.mktemp("signed")
    with kind(directory, keys=[key], zones=[Zone("example.com", **zone)]) as server:
        eventually(lambda: dig(server, "ns.example.com", "RRSIG"), bool)
        yield server


@pytest.fixture(name="client")
def _client(server: NameServer) -> Client:
    key = server.keys[0]
    return Client(f"{IPV4}:{server.port}", key=Key.from_secret(key.name, key.secret, key.algorithm))


def said_by_delv(server: NameServer, anchors: Path, name: str, rrtype: str) -> str:
    """Return what delv says of an answer, which it validates with the keys in a file."""
    delv = find_program("delv", "bind9-dnsutils")
    at = [f"@{IPV4}", "-p", str(server.port), "-a", str(anchors), "+root=example.com"]
    done = subprocess.run([delv, *at, f"{name}.example.com", rrtype], check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


def anchors_of(server: NameServer, directory: Path) -> Path:
    """Write the zone's own keys as delv reads them."""
    keys = [line.split(" IN DNSKEY ", 1)[1].split() for line in dig(server, "example.com", "DNSKEY")]
    lines = "".join(
        f'    example.com. static-key {flags} {protocol} {algorithm} "{"".join(key)}";\n'
        for flags, protocol, algorithm, *key in keys
        if flags == _SIGNS_KEYS
    )
    path = directory / "anchors"
    path.write_text(f"trust-anchors {{\n{lines}}};\n")
    return path


def wait_until_valid(server: NameServer, directory: Path, name: str, rrtype: str = "A") -> str:
    """Return what delv says once it takes the answer about a name for validated: records, or that there are none."""
    anchors = anchors_of(server, directory)
    return eventually(lambda: said_by_delv(server, anchors, name, rrtype), lambda said: "fully validated" in said)


def test_what_is_set_added_and_deleted_is_validated(server: NameServer, client: Client, tmp_path: Path) -> None:
    with client:
        client.set("home.example.com", "192.0.2.1", ttl=60, zone="example.com")
        assert "192.0.2.1" in wait_until_valid(server, tmp_path, "home")
        client.set("home.example.com", "192.0.2.2", "2001:db8::2", ttl=60, zone="example.com")
        client.add("home.example.com", "192.0.2.3", zone="example.com")
        assert "192.0.2.3" in wait_until_valid(server, tmp_path, "home")
        assert "2001:db8::2" in wait_until_valid(server, tmp_path, "home", "AAAA")
        client.delete("home.example.com", zone="example.com")
        assert "192.0.2." not in wait_until_valid(server, tmp_path, "home")


def test_many_names_at_once_are_validated(server: NameServer, client: Client, tmp_path: Path) -> None:
    wishes = [Wish.from_text(f"many{n}", f"192.0.2.{n}", zone="example.com", ttl=60) for n in range(1, 101)]
    with client, closing(client.apply(wishes)) as outcomes:
        assert {(outcome.state, outcome.error) for outcome in outcomes} == {("updated", None)}
    for number in (1, 50, 100):
        assert f"192.0.2.{number}" in wait_until_valid(server, tmp_path, f"many{number}")
    assert "192.0.2." not in wait_until_valid(server, tmp_path, "nothing")


def test_nothing_is_valid_by_another_key(server: NameServer, tmp_path: Path) -> None:
    """Were the signatures not looked at, the tests above could not fail."""
    anchors = anchors_of(server, tmp_path)
    text = anchors.read_text()
    place = text.index('"') + 20
    anchors.write_text(text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :])
    assert "fully validated" not in said_by_delv(server, anchors, "ns", "A")
