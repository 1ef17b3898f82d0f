"""What is wrong with a key, where more than the key is wrong, or the server says less than it could."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone
from lab.others import Dnsdist
from tests.doctor.diagnoses.told import told_by_set
from tests.support.broken.servers import KEY, OTHER, bind, line, secret_line

_AHEAD = "+20m"
_SERVERS = [Bind, Knot, PowerDns]
Server = type[Bind] | type[Knot] | type[PowerDns]


def with_wrong_clock(kind: Server, directory: Path, key: LabKey = KEY) -> NameServer:
    return kind(directory / "server", keys=[key], clock_offset=_AHEAD)


# The clocks differ, and the key is wrong, too: what is wrong with the key must not hide behind the clock


@pytest.mark.parametrize("kind", _SERVERS)
def test_another_algorithm_is_found_although_the_clocks_differ(kind: Server, tmp_path: Path) -> None:
    with with_wrong_clock(kind, tmp_path) as server:
        told = told_by_set(line(server, tmp_path, LabKey("home", "hmac-sha512", KEY.secret)))
    assert (told.status, told.cause) == (5, "other-algorithm")
    assert "the server has key home with hmac-sha256, not with hmac-sha512" in told.text
    assert "algorithm=hmac-sha256" in told.text


@pytest.mark.parametrize("kind", _SERVERS)
def test_another_key_name_is_found_although_the_clocks_differ(kind: Server, tmp_path: Path) -> None:
    with with_wrong_clock(kind, tmp_path, LabKey("home.example.com", "hmac-sha256", KEY.secret)) as server:
        told = told_by_set(line(server, tmp_path))
    assert (told.status, told.cause) == (5, "other-key-name")
    assert "key-name=home.example.com" in told.text


@pytest.mark.parametrize("kind", _SERVERS)
def test_another_reading_of_the_secret_is_found_although_the_clocks_differ(kind: Server, tmp_path: Path) -> None:
    with with_wrong_clock(kind, tmp_path) as server:
        told = told_by_set(secret_line(server, tmp_path, f'"{KEY.secret}"'))
    assert (told.status, told.cause) == (5, "secret-without-quotes")
    assert KEY.secret not in told.text


def test_a_proxy_that_answers_updates_is_found_although_the_clocks_differ(tmp_path: Path) -> None:
    rule = "addAction(OpcodeRule(DNSOpcode.Update), RCodeAction(DNSRCode.REFUSED))"
    with (
        with_wrong_clock(Bind, tmp_path) as server,
        Dnsdist(tmp_path / "dnsdist", upstream=server, options=rule) as proxy,
    ):
        told = told_by_set(line(proxy, tmp_path))
    assert (told.status, told.cause) == (5, "answered-between")
    assert "by something in front of the server" in told.text


def test_a_refusal_beside_a_clock_that_differs_is_not_blamed_on_the_key(tmp_path: Path) -> None:
    """Behind dnsdist, one server takes the updates, and another one, whose clock is wrong, the queries."""
    with (
        ExitStack() as stack,
        Bind(tmp_path / "other", keys=[OTHER], readonly_keys=[KEY], clock_offset=_AHEAD) as of_queries,
    ):
        of_updates = bind(stack, tmp_path, "allow-update { none; };")
        server = f'newServer({{address="{of_updates.host}:{of_updates.port}", pool="updates", healthCheckMode="up"}})'
        rule = f'{server}\naddAction(OpcodeRule(DNSOpcode.Update), PoolAction("updates"))'
        with Dnsdist(tmp_path / "dnsdist", upstream=of_queries, options=rule) as proxy:
            told = told_by_set(line(proxy, tmp_path))
    assert (told.status, told.cause) == (7, "")
    assert "Permission denied: " in told.text


# A signature that is too short


@pytest.mark.parametrize("kind", _SERVERS)
def test_a_server_that_wants_the_whole_mac(kind: Server, tmp_path: Path) -> None:
    with kind(tmp_path / "server", keys=[KEY]) as server:
        told = told_by_set(line(server, tmp_path, LabKey("home", "hmac-sha256-128", KEY.secret)))
    assert (told.status, told.cause) == (5, "other-algorithm")
    assert "the server has key home with hmac-sha256, not with hmac-sha256-128" in told.text


def test_another_secret_is_found_although_the_mac_is_short(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[KEY]) as server:
        told = told_by_set(line(server, tmp_path, LabKey("home", "hmac-sha256-128", OTHER.secret)))
    assert (told.status, told.cause) == (5, "secret-differs")
    assert "only the secret is another one there" in told.text


# The name


def test_a_key_of_the_name_with_the_zone_and_another_secret(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey("home.example.com", "hmac-sha256", OTHER.secret)]) as server:
        told = told_by_set(line(server, tmp_path))
    assert (told.status, told.cause) == (5, "other-key-name-and-secret")
    assert "no key home; it has one of the name home.example.com, with another secret" in told.text


def test_a_windows_server_knows_no_key_of_ours(tmp_path: Path) -> None:
    """BIND plays it: of both, an unknown key gets BADKEY, and an unsigned update REFUSED."""
    zone = Zone("example.com", policy="allow-update { none; };")
    version = 'version "Microsoft DNS 10.0.17763 (4563004D)";'
    with Bind(tmp_path / "server", readonly_keys=[KEY], zones=[zone], options=version) as server:
        told = told_by_set(line(server, tmp_path, LabKey.generate("unknown")))
    assert (told.status, told.cause) == (5, "kerberos-only")
    assert "auth=gss" in told.text
