"""The servers of the table, each started with the same zones and keys, and with all transports that it has."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from dns_update import Key, TlsSettings
from dns_update.auth.sig0 import PairKey
from lab.bind import Bind
from lab.certificates import Authority, Certificate
from lab.hickory import Hickory, encrypted, journal
from lab.key import LabKey
from lab.knot import Knot
from lab.others import Dnsdist
from lab.pairs import CHECKS_SIG0, KEYGEN, Pair, keygen
from lab.port import IPV4, Port
from lab.powerdns import PowerDns
from lab.server import NameServer, is_there
from lab.servers_table.realm import HOST, USER, realm
from lab.servers_table.reasons import HICKORY, YADIFA
from lab.servers_table.samba import SAMBA, SAMBA_BIND, samba, samba_bind
from lab.servers_table.site import (
    ALGORITHMS,
    CLOSED,
    KEYS,
    NARROW,
    OPEN,
    SECONDARY,
    ZONE,
    Program,
    Site,
    key_of,
    lab_keys,
)
from lab.versions import version
from lab.yadifa import Yadifa
from lab.zone import Zone

_KNOT_WITH_TLS = (3, 4)
_SAYS_SECONDARY = (4, 8)
_KEEPS_NOTHING = "setMaxTCPClientThreads(1)\nsetTCPDownstreamMaxIdleTime(0)"
"""PowerDNS hangs up when it refuses a key, and dnsdist would lose the next query on a connection that it has kept."""
_NO_FILES = "template:\n  - id: default\n    zonefile-sync: -1\n"
_AT_ONCE = 0.1
"""Seconds to wait for YADIFA to say that it does not have a zone or GSS-TSIG, which it never does."""
_PAIRS_OF_HICKORY = ("ed25519", "ecdsap256sha256", "ecdsap384sha384")
"""The first is the usual one. Debian's Hickory reads no private keys of RSA, and makes all KEY records from these."""
_ED25519_V2 = bytes.fromhex("3051020101300506032b657004220420"), bytes.fromhex("812100")
"""Before the two keys of a pair, in PKCS #8 with the public key (RFC 8410, section 10.3)."""
_DOWN = 1
"""A port of nobody, where the primary of a secondary zone would be."""


def _pairs(directory: Path) -> dict[str, Pair]:
    """Return a key pair for each algorithm of SIG(0) that this BIND checks; none if it ignores SIG(0)."""
    if version("named") < CHECKS_SIG0:
        return {}
    return {algorithm: keygen(directory, f"{algorithm}.{KEYS}", algorithm) for algorithm in KEYGEN}


@contextmanager
def bind(directory: Path) -> Iterator[Program]:
    """Start BIND, with a port for TLS, and a KDC of its realm."""
    keys = lab_keys()
    pairs = _pairs(directory / "pairs")
    names = [*(key.name for key in keys), *(f"{algorithm}.{KEYS}" for algorithm in pairs), USER]
    grants = " ".join(f'grant "{name}" zonesub ANY;' for name in names)
    narrow = " ".join(f'grant "{name}" name mine.{NARROW} A;' for name in names)
    zones = [
        Zone(ZONE, policy=f"update-policy {{ {grants} }};"),
        Zone(CLOSED, policy="update-policy { deny * zonesub; };"),
        Zone(NARROW, policy=f"update-policy {{ {narrow} }};"),
        Zone(OPEN, policy=f"allow-update {{ {IPV4}; }};"),
        Zone(
            KEYS, policy="update-policy { deny * zonesub; };", records="\n".join(each.record for each in pairs.values())
        ),
    ]
    down = f"primaries {{ {IPV4} port {_DOWN}; }}; allow-update-forwarding {{ any; }}; masterfile-format text;"
    zones.append(_secondary(directory / "bind", down))
    with _certified(directory) as (port, own), realm(directory) as (host, ticket):
        server = Bind(
            directory / "bind",
            zones=zones,
            readonly_keys=keys,
            options=f'listen-on port {port} tls own {{ {IPV4}; }}; tkey-gssapi-keytab "{host}";',
            extra=f'tls own {{ cert-file "{own.certificate}"; key-file "{own.key}"; }};',
        )
        with server:
            program = _program("BIND", _numbers("named", 2), server, keys, {"tls": (port, own)})
            yield _with_keys(program, {name: Key.from_file(pair.private) for name, pair in pairs.items()}, ticket)


@contextmanager
def knot(directory: Path) -> Iterator[Program]:
    """Start Knot DNS, from 3.4 on with a port for TLS, and one for QUIC."""
    keys = lab_keys()
    has_tls = version("knotd") >= _KNOT_WITH_TLS
    names = ", ".join(key.name for key in keys)
    zones = [
        Zone(ZONE, policy="    acl: all-keys"),
        Zone(CLOSED, policy="    semantic-checks: off"),
        Zone(NARROW, policy="    acl: one-name"),
        Zone(OPEN, policy="    acl: by-address"),
        _secondary(directory / "knot", "    master: down\n    acl: [all-keys, by-address]"),
    ]
    acls = (
        f"  - id: all-keys\n    key: [{names}]\n    action: [update, transfer]\n"
        f"  - id: one-name\n    key: [{names}]\n    action: update\n    update-type: [A]\n"
        f"    update-owner: name\n    update-owner-name: [mine.{NARROW}.]\n"
        f"  - id: by-address\n    address: {IPV4}\n    action: [update, transfer]\n"
    )
    with _certified(directory) as (port, own):
        listens = (
            f"    listen-tls: {IPV4}@{port}\n    listen-quic: {IPV4}@{port}\n"
            f'    cert-file: "{own.certificate}"\n    key-file: "{own.key}"\n'
        )
        encrypted = dict.fromkeys(("tls", "quic"), (port, own)) if has_tls else {}
        server = Knot(
            directory / "knot",
            zones=zones,
            readonly_keys=keys,
            options=listens if has_tls else "",
            extra=f"remote:\n  - id: down\n    address: {IPV4}@{_DOWN}\nacl:\n{acls}{_NO_FILES}",
        )
        with server, realm(directory) as (_host, ticket):
            yield _with_keys(_program("Knot DNS", _numbers("knotd", 2), server, keys, encrypted), {}, ticket)


@contextmanager
def powerdns(directory: Path) -> Iterator[Program]:
    """Start PowerDNS."""
    keys = lab_keys()
    with _powerdns(directory, keys) as server, realm(directory) as (_host, ticket):
        yield _with_keys(_program("PowerDNS", _numbers("pdns_server", 2), server, keys, {}), {}, ticket)


@contextmanager
def powerdns_behind_dnsdist(directory: Path) -> Iterator[Program]:
    """Start PowerDNS, and dnsdist before it, which speaks TLS."""
    keys = lab_keys()
    with _powerdns(directory, keys) as upstream, _certified(directory) as (port, own):
        tls = f'addTLSLocal("{IPV4}:{port}", "{own.certificate}", "{own.key}")\n{_KEEPS_NOTHING}'
        server = Dnsdist(directory / "dnsdist", upstream=upstream, options=tls)
        with server, realm(directory) as (_host, ticket):
            name, encrypted = "PowerDNS behind dnsdist", {"tls": (port, own)}
            yield _with_keys(_program(name, _numbers("pdns_server", 2), server, keys, encrypted), {}, ticket)


@contextmanager
def yadifa(directory: Path) -> Iterator[Program]:
    """Start YADIFA."""
    keys = lab_keys()
    names = ",".join(f"key {key.name}" for key in keys)
    zones = [
        Zone(ZONE, policy=f"    allow-update {names}"),
        Zone(CLOSED, policy="    allow-update none"),
        Zone(NARROW, policy=f"    allow-update {names}"),
        Zone(OPEN, policy=f"    allow-update {IPV4}"),
        Zone(
            SECONDARY,
            type="secondary",
            policy=f"    allow-update-forwarding {names},{IPV4}\n    primary {IPV4} port {_DOWN}",
        ),
    ]
    server = Yadifa(directory / "yadifa", zones=zones, readonly_keys=keys)
    with server, realm(directory) as (_host, ticket):
        program = _program(YADIFA, _numbers("yadifad", 2), server, keys, {}, patience=_AT_ONCE)
        negotiating = replace(program.plain, key=ticket, timeout=_AT_ONCE)
        yield replace(program, ways={**program.ways, "gss": negotiating})


@contextmanager
def hickory(directory: Path) -> Iterator[Program]:
    """Start Hickory DNS, with a port for TLS."""
    pairs = {each: Key.from_file(keygen(directory / "pairs", ZONE, each).private) for each in _PAIRS_OF_HICKORY}
    zones = [Zone(ZONE), Zone(CLOSED, policy=journal(CLOSED))]
    zones.append(Zone(SECONDARY, type="secondary", policy=journal(SECONDARY)))
    with _certified(directory) as (port, own), realm(directory) as (_host, ticket):
        server = Hickory(
            directory / "hickory",
            zones=zones,
            private_keys={algorithm: _pkcs8(key) for algorithm, key in pairs.items()},
            options=encrypted(port, own),
        )
        with server:
            usual = pairs[_PAIRS_OF_HICKORY[0]]
            numbers = _numbers("hickory-dns", 2)
            program = _program(
                HICKORY, numbers, server, lab_keys(), {"tls": (port, own)}, usual=usual, narrow=ZONE, open_zone=ZONE
            )
            yield _with_keys(program, pairs, ticket)


PROGRAMS: Mapping[str, Callable[[Path], AbstractContextManager[Program]]] = {
    "BIND": bind,
    "Knot DNS": knot,
    YADIFA: yadifa,
    "PowerDNS": powerdns,
    "PowerDNS behind dnsdist": powerdns_behind_dnsdist,
    HICKORY: hickory,
    SAMBA: samba,
    SAMBA_BIND: samba_bind,
}
OF_ONE_RELEASE = {HICKORY: "hickory-dns"}
"""The program of each server that only one of the two releases has."""


def here() -> dict[str, Callable[[Path], AbstractContextManager[Program]]]:
    """Return the servers that this machine's release has."""
    return {
        name: start for name, start in PROGRAMS.items() if name not in OF_ONE_RELEASE or is_there(OF_ONE_RELEASE[name])
    }


@contextmanager
def _powerdns(directory: Path, keys: list[LabKey]) -> Iterator[PowerDns]:
    zones = [Zone(name) for name in (ZONE, CLOSED, NARROW, OPEN, SECONDARY)]
    role = "secondary" if version("pdns_server") >= _SAYS_SECONDARY else "slave"
    options = f"{role}=yes\nforward-dnsupdate=yes"
    with PowerDns(directory / "pdns", zones=zones, readonly_keys=keys, options=options) as server:
        server.execute("UPDATE domains SET type = 'SLAVE', master = ? WHERE name = ?", f"{IPV4}:{_DOWN}", SECONDARY)
        allowed = {ZONE: keys, NARROW: keys, CLOSED: [LabKey.generate("nobody")]}
        for zone, its_keys in allowed.items():
            for key in its_keys:
                server.execute(
                    "INSERT INTO domainmetadata (domain_id, kind, content) SELECT id, kinds.column1, ? FROM domains,"
                    " (VALUES ('TSIG-ALLOW-DNSUPDATE'), ('TSIG-ALLOW-AXFR')) AS kinds WHERE name = ?",
                    key.name,
                    zone,
                )
        yield server


@contextmanager
def _certified(directory: Path) -> Iterator[tuple[int, Certificate]]:
    """Yield a port that is kept free, and a certificate for the server there."""
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        port = Port.claim_any()
        stack.callback(port.release)
        yield port.number, Authority(directory).certificate(HOST)


def _secondary(directory: Path, block: str) -> Zone:
    """Return a zone whose primary is down, and that is there as it was transferred before."""
    zone = Zone(SECONDARY, type="secondary", extra=block)
    directory.mkdir(parents=True)
    (directory / zone.file_name).write_text(zone.text, "utf-8")
    return zone


def _program(  # noqa: PLR0913 - the last one can be left out
    name: str,
    numbers: str,
    server: NameServer,
    keys: list[LabKey],
    encrypted: Mapping[str, tuple[int, Certificate]],
    *,
    patience: float = 5.0,
    usual: Key | None = None,
    narrow: str = NARROW,
    open_zone: str = OPEN,
) -> Program:
    by_algorithm = {key.algorithm: key_of(key) for key in keys}
    plain = Site(server, usual or by_algorithm[keys[0].algorithm], patience=patience, narrow=narrow)
    ways = plain.unencrypted
    for transport, (port, own) in encrypted.items():
        ways[transport] = replace(plain, transport=transport, port=port, tls=TlsSettings(pins=[own.pin]))
    ways["none"] = replace(plain, key=None, zone=open_zone)
    ways |= {algorithm: replace(plain, key=by_algorithm[algorithm]) for algorithm in ALGORITHMS}
    return Program(name, numbers, plain, ways)


def _with_keys(program: Program, pairs: Mapping[str, Key], ticket: Key) -> Program:
    """Add signatures by key pairs, and by a ticket."""
    more = {name: replace(program.plain, key=key) for name, key in {**pairs, "gss": ticket}.items()}
    return replace(program, ways={**program.ways, **more})


def _numbers(program: str, count: int) -> str:
    return ".".join(map(str, version(program)[:count]))


def _pkcs8(key: Key) -> bytes:
    """Return the private key of a pair as Hickory reads it: with the public key."""
    assert isinstance(key, PairKey)  # noqa: S101 - for the type
    if key.algorithm.text != "ed25519":
        return key.secret
    before_private, before_public = _ED25519_V2
    return before_private + key.secret[-32:] + before_public + key.rdata[4:]
