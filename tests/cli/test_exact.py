"""`apply ... exact=`: names that match and are not in the file go, but never more than the limit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, Zone, dig
from tests.support.command import Result, access, at, in_process, key_file
from tests.support.waiting import eventually

KEY = LabKey.generate("bulk", "hmac-sha256")
RECORDS = "\n".join(f"host-{n}.pool A 192.0.2.{n}" for n in range(20)) + '\nwww A 192.0.2.200\nhost-1.pool TXT "x"'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NameServer]:
    zones = [Zone("example.com", records=RECORDS), Zone("closed.example", extra="allow-transfer { none; };")]
    with Bind(tmp_path / "bind", keys=[KEY], zones=zones) as running:
        yield running


def run(server: NameServer, tmp_path: Path, kept: int, *words: str, command: str = "apply") -> Result:
    rows = "".join(f"host-{n}.pool,192.0.2.{n},3600\n" for n in range(kept))
    (tmp_path / "names.csv").write_text(f"name,address,ttl\n{rows}")
    return in_process(command, str(tmp_path / "names.csv"), *access(server), *words)


def names(server: NameServer) -> set[str]:
    lines = in_process("list", *access(server), "format=csv").stdout.splitlines()[1:]
    return {line.split(",")[0].removesuffix(".example.com.") for line in lines}


def test_names_of_a_pattern_that_are_not_in_the_file_go(server: NameServer, tmp_path: Path) -> None:
    plan = run(server, tmp_path, 15, "exact=*.pool", command="plan")
    assert plan.stdout.splitlines() == [f"- host-{n}.pool.example.com. 3600 A 192.0.2.{n}" for n in range(15, 20)]
    result = run(server, tmp_path, 15, "exact=*.pool.example.com")
    assert result.status == 0, result.stderr
    assert names(server) == {"example.com.", "ns", "www", *(f"host-{n}.pool" for n in range(15))}
    assert dig(server, "host-1.pool.example.com", "TXT")  # other types of a name in the file stay


def test_of_the_whole_zone_the_zone_itself_and_its_name_servers_stay(server: NameServer, tmp_path: Path) -> None:
    assert run(server, tmp_path, 18, "exact=zone").status == 0
    assert names(server) == {"example.com.", "ns", *(f"host-{n}.pool" for n in range(18))}


@pytest.mark.parametrize(("limit", "kept"), [("max-delete=4", 15), ("max-delete=24%", 15), ("max-delete=0", 19)])
def test_beyond_the_limit_nothing_is_sent(server: NameServer, tmp_path: Path, limit: str, kept: int) -> None:
    before = dig(server, "example.com", "SOA")
    result = run(server, tmp_path, kept, "exact=*.pool", limit)
    assert result.status == 2
    assert f"would remove {20 - kept} of 20 names, more than {limit} allows; nothing was sent" in result.stderr
    assert dig(server, "example.com", "SOA") == before
    assert run(server, tmp_path, kept, "exact=*.pool", "max-delete=25%").status == 0


def test_the_usual_limit_is_a_hundred(tmp_path: Path) -> None:
    records = "\n".join(f"h{n} A 192.0.2.1" for n in range(101))
    with Bind(tmp_path / "bind", keys=[KEY], zones=[Zone("example.com", records=records)]) as server:
        result = run(server, tmp_path, 0, "exact=h*")
        assert "exact=h* would remove 101 of 101 names, more than max-delete=100 allows" in result.stderr
        assert run(server, tmp_path, 0, "exact=h*", "max-delete=101").status == 0
        assert names(server) == {"example.com.", "ns"}


@pytest.fixture
def walkable(tmp_path: Path) -> Iterator[NameServer]:
    """Start a server that allows no transfer of a zone which it signs with NSEC."""
    records = RECORDS + '\n*.pool TXT "any"\n\\000\\255.pool TXT "odd"\nzzz A 192.0.2.9\nchild NS ns.example.net.'
    zone = Zone(
        "example.com", records=records, extra="allow-transfer { none; }; dnssec-policy default; inline-signing no;"
    )
    with Bind(tmp_path / "bind", keys=[KEY], zones=[zone]) as running:
        eventually(lambda: dig(running, "zzz.example.com", "NSEC"), bool)
        yield running


def test_without_transfers_the_names_of_a_signed_zone_are_found_one_by_one(
    walkable: NameServer, tmp_path: Path
) -> None:
    plan = run(walkable, tmp_path, 15, "exact=zone", command="plan")
    assert plan.status == 20, plan.stderr
    gone = {line.split()[1].removesuffix(".example.com.") for line in plan.stdout.splitlines() if line[0] == "-"}
    assert gone == {"www", "zzz", "child", "*.pool", "\\000\\255.pool", *(f"host-{n}.pool" for n in range(15, 20))}
    assert run(walkable, tmp_path, 15, "exact=zone").status == 0
    assert not dig(walkable, "host-17.pool.example.com", "A")
    assert dig(walkable, "host-14.pool.example.com", "A")
    assert not dig(walkable, "www.example.com", "A")
    assert dig(walkable, "ns.example.com", "A")


def test_a_zone_that_cannot_be_read(server: NameServer, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("name,address\n")
    words = (at(server), "zone=closed.example", key_file(server), "exact=zone")
    result = in_process("apply", str(tmp_path / "names.csv"), *words)
    assert result.status == 7
    assert "refuses to transfer closed.example" in result.stderr
