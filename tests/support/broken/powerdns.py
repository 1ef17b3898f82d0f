"""PowerDNS in the way of an update."""

import socket
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import Bind, LabKey, PowerDns
from lab.key import write_private
from lab.port import IPV6
from lab.powerdns import PowerDnsBind
from lab.versions import is_within
from tests.support.broken.servers import ANY, KEY, OTHER, SECRET, line, mount_read_only, powerdns, secret_line, zones
from tests.support.broken.set_up import Words, broken
from tests.support.peer import closed_port


@dataclass(eq=False, kw_only=True)
class PowerDnsElsewhere(PowerDns):
    """PowerDNS with its database in a directory of its own, which a second start leaves as it is."""

    is_prepared: bool = False

    @property
    def _database(self) -> Path:
        return self.directory / "database" / "zones.sqlite3"

    def _prepare(self) -> None:
        if not self.is_prepared:
            self._database.parent.mkdir()
            super()._prepare()


@broken("PowerDNS: dnsupdate is off", "powerdns-updates-off", "dnsupdate=yes")
def powerdns_updates_off(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDns(directory / "pdns", keys=[KEY], dnsupdate=False)), directory)


@broken("PowerDNS: allow-dnsupdate-from leaves the client out", "powerdns-updates-off", "allow-dnsupdate-from")
def powerdns_address_not_allowed(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory, options="allow-dnsupdate-from=192.0.2.0/24"), directory)


@broken("PowerDNS: TSIG-ALLOW-DNSUPDATE names another key", "powerdns-key-not-allowed", "TSIG-ALLOW-DNSUPDATE home")
def powerdns_key_not_allowed(stack: ExitStack, directory: Path) -> Words:
    server = PowerDns(directory / "pdns", keys=[OTHER], readonly_keys=[KEY])
    return line(stack.enter_context(server), directory)


@broken("PowerDNS does not know the key", "key-not-accepted", "pdnsutil list-tsig-keys")
def powerdns_unknown_key(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, LabKey.generate("unknown"))


@broken("PowerDNS has another secret", "key-not-accepted", "pdnsutil list-tsig-keys")
def powerdns_another_secret(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, LabKey("home", "hmac-sha256", OTHER.secret))


@broken("PowerDNS has the key with another algorithm", "other-algorithm", "algorithm=hmac-sha256")
def powerdns_another_algorithm(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, LabKey("home", "hmac-sha512", KEY.secret))


@broken("PowerDNS: the secret has quotes", "secret-without-quotes", "quotes")
def powerdns_secret_in_quotes(stack: ExitStack, directory: Path) -> Words:
    return secret_line(powerdns(stack, directory), directory, f'"{SECRET}"')


@broken("the clock of PowerDNS is 20 minutes ahead", "clock", "ahead of", "NTP")
def powerdns_clock_ahead(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDns(directory / "pdns", keys=[KEY], clock_offset="+20m")), directory)


@broken("the clock of PowerDNS is an hour behind", "clock", "behind")
def powerdns_clock_behind(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDns(directory / "pdns", keys=[KEY], clock_offset="-1h")), directory)


@broken("PowerDNS: no key is given", "key-needed", "key-file=")
def powerdns_without_key(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, None)


@broken("PowerDNS: the zone is the host's own name", "other-zone", "zone=example.com")
def powerdns_zone_is_a_name(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, KEY, "zone=home.example.com", "name=home.example.com")


@broken("PowerDNS: a Lua policy refuses", "powerdns-ignored", "lua-dnsupdate-policy-script", only_by_update=True)
def powerdns_policy(stack: ExitStack, directory: Path) -> Words:
    script = write_private(directory / "policy.lua", "function updatepolicy(input)\n  return false\nend\n")
    return line(powerdns(stack, directory, options=f"lua-dnsupdate-policy-script={script}"), directory)


@broken("PowerDNS does not have the zone", "no-zone", "has no zone example.org")
def powerdns_unknown_zone(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory, KEY, "zone=example.org")


@broken(
    "PowerDNS: the zone's ALLOW-DNSUPDATE-FROM leaves the client out", "powerdns-updates-off", "ALLOW-DNSUPDATE-FROM"
)
def powerdns_zone_address(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory, options="allow-dnsupdate-from=")
    rule = "INSERT INTO domainmetadata (domain_id, kind, content) SELECT id, 'ALLOW-DNSUPDATE-FROM', ? FROM domains"
    server.execute(rule, "192.0.2.0/24")
    return line(server, directory)


@broken("PowerDNS: the zone is a secondary, and its primary is silent", "updates-dropped", "pdnsutil show-zone")
def powerdns_secondary(stack: ExitStack, directory: Path) -> Words:
    silent = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
    server = powerdns(stack, directory, options="distributor-threads=4")  # one waits for the primary
    server.execute("UPDATE domains SET type = 'SLAVE', master = ?", f"127.0.0.1:{silent.getsockname()[1]}")
    return line(server, directory)


@broken("PowerDNS: the zone is a secondary, and its primary is down", "cannot-forward", "primary's address")
def powerdns_secondary_of_a_dead_primary(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("UPDATE domains SET type = 'SLAVE', master = ?", f"127.0.0.1:{closed_port()}")
    return line(server, directory)


@broken(
    "PowerDNS: an alias has the name",
    "alias",
    "CNAME",
    "name=www.example.com zone=example.com",
    or_cause="update-blocked",
)
def powerdns_alias_at_the_name(stack: ExitStack, directory: Path) -> Words:
    server = PowerDns(directory / "pdns", keys=[KEY], zones=zones(records="home CNAME www\n"))
    return line(stack.enter_context(server), directory)


@broken("PowerDNS: its database cannot be written", "cannot-write", "of SQLite the file", only_by_update=True)
def powerdns_read_only(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("CREATE TRIGGER no BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'read-only'); END")
    return line(server, directory)


@broken("PowerDNS: the zone is in the bind backend", "powerdns-backend", "backend cannot write", "gsqlite3")
def powerdns_bind_backend(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDnsBind(directory / "pdns", keys=[KEY])), directory)


@broken(
    "PowerDNS: the zone is new in the database, and not yet in the zone cache", "queries-refused",
    "pdns_control rediscover",
)  # fmt: skip
def powerdns_zone_not_in_cache(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory, options="zone-cache-refresh-interval=300")
    server.execute("INSERT INTO domains (name, type) VALUES ('example.net', 'MASTER')")
    own = (
        "SELECT id, 'example.net', 'SOA', 'ns.example.net h.example.net 1 2 3 4 5', 300, 1 FROM domains WHERE name = ?"
    )
    server.execute(f"INSERT INTO records (domain_id, name, type, content, ttl, auth) {own}", "example.net")
    return line(server, directory, KEY, "zone=example.net", "ttl=")


@broken(
    "PowerDNS: another program holds a lock on the database", "cannot-write", "may hold a lock on it",
    only_by_update=True,
)  # fmt: skip
def powerdns_locked_database(stack: ExitStack, directory: Path) -> Words:
    if is_within("pdns_server", ">= 4.8"):
        pytest.skip("PowerDNS waits for the lock instead of answering, which looks like a filter on the way")
    server = powerdns(stack, directory)
    other = stack.enter_context(closing(sqlite3.connect(server.directory / "zones.sqlite3", isolation_level=None)))
    other.execute("BEGIN IMMEDIATE")
    return line(server, directory)


@broken("PowerDNS: the database has the tables of an older version", "powerdns-database", "after an upgrade")
def powerdns_old_schema(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("ALTER TABLE domains RENAME COLUMN account TO old_account")
    return line(server, directory)


@broken("PowerDNS: the zone is a secondary, and forward-dnsupdate is off", "is-secondary", "dns-server=127.0.0.1:")
def powerdns_secondary_that_does_not_forward(stack: ExitStack, directory: Path) -> Words:
    primary = Bind(directory / "bind", readonly_keys=[KEY], zones=zones(ANY), listen_v6=False)
    stack.enter_context(primary)
    server = PowerDns(directory / "pdns", keys=[KEY], options="forward-dnsupdate=no", host=IPV6, port=primary.port)
    server = stack.enter_context(server)
    server.execute("UPDATE domains SET type = 'SLAVE', master = ?", f"127.0.0.1:{primary.port}")
    return line(server, directory)


@broken(
    "PowerDNS: a secondary that does not forward, of a primary that nobody knows", "powerdns-key-not-allowed",
    "pdnsutil show-zone example.com", "for a secondary, send to its primary",
)  # fmt: skip
def powerdns_secondary_of_an_unknown_primary(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory, options="forward-dnsupdate=no")
    server.execute("UPDATE domains SET type = 'SLAVE', master = '192.0.2.1'")
    return line(server, directory)


@broken("PowerDNS: the secret was stored with its quotes", "key-not-accepted", "in Base64 without quotes")
def powerdns_stored_quotes(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("UPDATE tsigkeys SET secret = ?", f'"{SECRET}"')
    return line(server, directory)


@broken("PowerDNS: the key's name was stored with a final dot", "key-not-accepted", "without a final dot")
def powerdns_stored_dot(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("UPDATE tsigkeys SET name = ?", "home.")
    return line(server, directory)


@broken(
    "PowerDNS: the zone has no SOA record",
    "queries-refused",
    "pdnsutil check-zone example.com",
    check_stops_before=True,
)
def powerdns_without_soa(stack: ExitStack, directory: Path) -> Words:
    server = powerdns(stack, directory)
    server.execute("DELETE FROM records WHERE type = ?", "SOA")
    return line(server, directory)


@broken(
    "PowerDNS: its database is on a disk that is mounted read-only", "cannot-write", "nor read-only",
    only_by_update=True,
)  # fmt: skip
def powerdns_read_only_disk(stack: ExitStack, directory: Path) -> Words:
    server = PowerDnsElsewhere(directory / "powerdns", keys=[KEY])
    with server:
        pass
    mount_read_only(stack, server.directory / "database")
    server.is_prepared = True
    return line(stack.enter_context(server), directory)


@broken(
    "PowerDNS: an NSEC record, which only the server makes", "", "makes RRSIG, NSEC and NSEC3 records itself",
    only_by_update=True,
)  # fmt: skip
def powerdns_record_of_the_signer(stack: ExitStack, directory: Path) -> Words:
    words = ["address=", "type=NSEC", "value=www.example.com. A", "timeout=0.2"]
    return line(powerdns(stack, directory), directory, KEY, *words)
