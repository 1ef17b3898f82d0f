"""What the real servers of Debian write when they do not start, or do not load a zone, is recognised.

What they write about updates is in `tests/doctor/test_broken_setups.py`.
"""

import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from dns_update.wire.name import Name
from lab import Bind, Knot, NameServer, PowerDns, Zone
from lab.errors import ServerFailed
from lab.server import find_program
from tests.server_log.concern import OURS, causes
from tests.support.broken.servers import KEY
from tests.support.command import access, in_process

_SECRET = 'algorithm hmac-sha256; secret "c2VjcmV0IHNlY3JldCBzZWNyZXQ=";'
_ZONE = "type primary; file"
_ANY = "allow-update { any; };"
_SOA = "$TTL 300\n@ SOA ns h 1 2 3 4 5\n"
_LINE = ("name=home", "address=192.0.2.9", "ttl=60", "diagnose=no")
_RIGHT = f"{_SOA}@ NS ns\nns A 192.0.2.1\n"


@contextmanager
def taken_port(host: str) -> Iterator[int]:
    """Hold a port of a host, for UDP and TCP."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
        stream.bind((host, 0))
        stream.listen()
        datagram.bind(stream.getsockname())
        yield stream.getsockname()[1]


def log_of(server: NameServer) -> str:
    """Return the log of a server that is to fail."""
    with pytest.raises(ServerFailed), server:
        pass
    return server.log


# It does not start


@pytest.mark.parametrize(
    ("extra", "cause"),
    [
        (f'zone a.test {{ {_ZONE} "z"; {_ANY} }}; zone b.test {{ {_ZONE} "z"; {_ANY} }};', "file-shared"),
        ('key home { algorithm hmac-sha256; secret "no Base64!"; };', "bad-secret"),
        ("options2 { };", "unknown-option"),
        (f'zone a.test {{ {_ZONE} "z" }}', "syntax"),
        ("key home { algorithm hmac-sha257; secret c2VjcmV0; };", "unknown-algorithm"),
        ("key home { secret c2VjcmV0; };", "key-incomplete"),
        (f"key home {{ {_SECRET} }}; key home {{ {_SECRET} }};", "key-twice"),
        (f'zone a.test {{ {_ZONE} "z"; }}; zone a.test {{ {_ZONE} "z"; }};', "zone-twice"),
        ("view inside { };", "views-and-zones"),
        (f'zone a.test {{ {_ZONE} "z"; dnssec-policy none-such; }};', "policy-missing"),
        ("zone a.test { type primary; };", "no-file"),
        (f'zone a.test {{ {_ZONE} "z"; allow-update {{ any; }}; update-policy local; }};', "both-policies"),
        (f'zone a.test {{ {_ZONE} "z"; allow-update {{ none-such; }}; }};', "acl-missing"),
        ('include "/proc/nonexistent/keys";', "file-missing"),
    ],
)  # fmt: skip
def test_bind_does_not_take_its_configuration(extra: str, cause: str, tmp_path: Path) -> None:
    log = log_of(Bind(tmp_path / "server", extra=extra))
    assert causes(log) == ["did-not-start", cause]
    assert causes(log + "all zones loaded\n") == []


def test_bind_has_an_option_of_an_older_version(tmp_path: Path) -> None:
    assert causes(log_of(Bind(tmp_path / "server", options="dnssec-enable yes;")))[-1] == "old-option"


def test_bind_cannot_enter_its_directory(tmp_path: Path) -> None:
    class Lost(Bind):
        def _configuration(self) -> str:
            return super()._configuration().replace(f'directory "{self.directory}"', 'directory "/proc/nonexistent"')

    assert causes(log_of(Lost(tmp_path / "server")))[-1] in ("directory", "file-missing")


def test_a_damaged_journal_ends_bind(tmp_path: Path) -> None:
    server = Bind(tmp_path / "server")
    server.prepare()
    (server.directory / "example.com.zone.jnl").write_bytes(b";BIND LOG V9\n\0\0\0\0" + b"x" * 200)
    (server.directory / f"{Zone('example.com').file_name}.jnl").write_bytes(b";BIND LOG V9\n\0\0\0\0" + b"x" * 200)
    assert causes(log_of(server))[:1] == ["crashed"]


@pytest.mark.parametrize("kind", [Knot, PowerDns])
def test_another_program_has_the_port(kind: type[Knot | PowerDns], tmp_path: Path) -> None:
    host = "127.0.0.2"  # the lab looks after the ports of 127.0.0.1
    with taken_port(host) as port:
        log = log_of(kind(tmp_path / "server", listen_v6=False, host=host, port=port))
    assert "port-in-use" in causes(log)


def test_another_program_has_a_port_of_bind(tmp_path: Path) -> None:
    with taken_port("127.0.0.1") as port:
        server = Bind(tmp_path / "server", listen_v6=False, options=f"listen-on port {port} {{ 127.0.0.1; }};")
        with suppress(ServerFailed), server:  # it has another port, and the lab may see that it answers there
            pass
    assert causes(server.log.partition("all zones loaded")[0]) == ["port-in-use"]


@pytest.mark.parametrize(
    ("extra", "cause"),
    [
        ("key:\n  - id: home\n    algorithm: hmac-sha256\n    secret: abc\n", "bad-secret"),
        ("key:\n  - id: home\n    algorithm: hmac-sha257\n    secret: YWJj\n", "unknown-algorithm"),
        ("key:\n  - id: home\n    algorithm: hmac-sha256\n", "key-incomplete"),
        ("acl:\n  - id: x\n    key: none-such\n    action: update\n", "reference-missing"),
        ("none-such:\n  - id: x\n", "unknown-option"),
        ("zone:\n  - domain: a.test\n  - domain: a.test\n", "written-twice"),
        ("include: /proc/nonexistent\n", "file-missing"),
        ("key:\n  - id: home\n\talgorithm: hmac-sha256\n", "syntax"),
        ("key:\n  - id: home\n     algorithm: hmac-sha256\n", "syntax"),
        ("acl:\n  - id: x\n    action: none-such\n", "value-wrong"),
    ],
)
def test_knot_does_not_take_its_configuration(extra: str, cause: str, tmp_path: Path) -> None:
    assert causes(log_of(Knot(tmp_path / "server", extra=extra))) == [cause]


def test_knot_has_a_user_who_is_not_there(tmp_path: Path) -> None:
    assert causes(log_of(Knot(tmp_path / "server", options="    user: none-such\n"))) == ["user-unknown"]


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ("none-such=x", "unknown-option"),
        ("receiver-threads=x", "value-wrong"),
        ("launch=none-such", "backend-missing"),
        ("launch=", "no-backend"),
        ("gsqlite3-database=/proc/nonexistent/db", "database-missing"),
        ("setuid=none-such", "user-unknown"),
        ("include-dir=/proc/nonexistent", "directory-missing"),
    ],
)
def test_powerdns_does_not_start(options: str, cause: str, tmp_path: Path) -> None:
    assert cause in causes(log_of(_Late(tmp_path / "server", extra=options)))


class _Late(PowerDns):
    """PowerDNS whose wrong settings are not there yet when its data are written."""

    def _prepare(self) -> None:
        extra, self.extra = self.extra, ""
        super()._prepare()
        self.extra = extra


def test_powerdns_has_something_else_as_its_database(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not a database\n" * 100)
    assert "database-not-one" in causes(log_of(_Late(tmp_path / "server", extra=f"gsqlite3-database={other}")))


def test_powerdns_has_a_database_without_tables(tmp_path: Path) -> None:
    other = tmp_path / "other"
    with closing(sqlite3.connect(other)) as database, database:
        database.execute("CREATE TABLE others (id)")
    log = log_of(_Late(tmp_path / "server", extra=f"gsqlite3-database={other}\nzone-cache-refresh-interval=60"))
    assert "tables-of-another-version" in causes(log)


# It cannot carry out an update


def test_bind_may_not_write_a_journal(tmp_path: Path) -> None:
    """The path, whatever its name, is in one line, and the zone in the next."""
    journal = 'journal "/sys/db.jnl";'  # even root cannot create it
    with Bind(tmp_path / "server", keys=[KEY], zones=[Zone("example.com", extra=journal)]) as server:
        assert in_process("set", *access(server, KEY), *_LINE).status == 9
        assert causes(server.log, OURS._replace(key=None)) == ["journal-not-writable"]


def test_knot_may_not_write_a_journal(tmp_path: Path) -> None:
    class WithoutJournal(Knot):
        def _configuration(self) -> str:
            return super()._configuration().replace("database:\n", "database:\n    journal-db: /proc/journal\n")

    with WithoutJournal(tmp_path / "server", keys=[KEY]) as server:
        assert in_process("set", *access(server, KEY), *_LINE).status == 9
        assert causes(server.log)[0] in ("journal-not-writable", "not-carried-out")


def test_the_journal_of_knot_is_full(tmp_path: Path) -> None:
    usage = "    acl: lab-update\n    zonefile-sync: -1\n    journal-max-usage: 40K"
    with Knot(tmp_path / "server", keys=[KEY], zones=[Zone("example.com", policy=usage)]) as server:
        statuses = set()
        for letter in "abcdefgh":
            value = " ".join([f'"{letter * 250}"'] * 60)
            words = [*access(server, KEY), "name=home", "type=TXT", f"value={value}", "ttl=60", "diagnose=no"]
            statuses.add(in_process("set", *words).status)
        assert statuses == {0, 9}
        assert causes(server.log) == ["journal-full"]


# It does not load a zone

_BROKEN = {
    "no-ns": _SOA,
    "no-soa": "",
    "ns-without-address": f"{_SOA}@ NS ns\n",
    "zone-file-wrong": f"{_RIGHT}www A 192.0.2.256\n",
}
_OTHER_MISTAKES = {
    "cname": f"{_RIGHT}ns CNAME x\n",
    "type": f"{_RIGHT}x AX 1\n",
    "name": f"{_RIGHT}a_b A 192.0.2.1\n",
    "end": f"{_RIGHT}x A\n",
}


@pytest.fixture(scope="module")
def bind_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start BIND with a zone for each mistake, and return its log."""
    directory = tmp_path_factory.mktemp("bind")
    blocks = ['zone missing.test { type primary; file "/proc/nonexistent/missing"; };']
    for name, text in (_BROKEN | _OTHER_MISTAKES).items():
        (directory / name).write_text(text)
        blocks.append(f'zone {name}.test {{ type primary; file "{directory / name}"; }};')
    with Bind(directory / "server", extra="\n".join(blocks)) as server:
        yield server.log


def _load_causes(log: str, zone: str) -> list[str]:
    return causes(log, OURS._replace(zone=Name.from_text(zone)))


@pytest.mark.parametrize("cause", _BROKEN)
def test_bind_does_not_load_a_zone(cause: str, bind_log: str) -> None:
    assert _load_causes(bind_log, f"{cause}.test") == ["no-ns" if cause == "no-soa" else cause]


@pytest.mark.parametrize("name", _OTHER_MISTAKES)
def test_bind_finds_a_mistake_in_a_zone_file(name: str, bind_log: str) -> None:
    assert _load_causes(bind_log, f"{name}.test") == ["zone-file-wrong"]


def test_bind_does_not_find_a_zone_file(bind_log: str) -> None:
    assert _load_causes(bind_log, "missing.test") == ["zone-file-missing"]
    assert _load_causes(bind_log, "example.com") == []


_BROKEN_FOR_KNOT = {
    "zone-file-wrong": f"{_RIGHT}www A 192.0.2.256\n",
    "no-soa": "",
    "zone-check": f"{_RIGHT}ns CNAME x\n",
}


@pytest.fixture(scope="module")
def knot_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start Knot with a zone for each mistake, and return its log."""
    directory = tmp_path_factory.mktemp("knot")
    blocks = ["zone:\n  - domain: missing.test\n    file: /proc/nonexistent/missing\n"]
    for name, text in _BROKEN_FOR_KNOT.items():
        (directory / name).write_text(text)
        blocks.append(f"  - domain: {name}.test\n    file: {directory / name}\n")
    with Knot(directory / "server", zones=[], extra="".join(blocks)) as server:
        knotc = find_program("knotc", "knot")
        command = [knotc, "-b", "-s", str(server.directory / "knot.sock"), "zone-reload"]  # ends when each was tried
        subprocess.run(command, check=False, capture_output=True)
        yield server.log


@pytest.mark.parametrize("cause", [*_BROKEN_FOR_KNOT, "zone-file-missing"])
def test_knot_does_not_load_a_zone(cause: str, knot_log: str) -> None:
    zone = "missing.test" if cause == "zone-file-missing" else f"{cause}.test"
    assert _load_causes(knot_log, zone) == [cause]
