"""PowerDNS with its SQLite backend, or with its bind backend, as a lab server."""

import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lab.errors import ServerFailed
from lab.key import write_private
from lab.server import NameServer, find_program
from lab.zone import Zone

_SCHEMA = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")
_PDNSUTIL_DEADLINE = 10


@dataclass(eq=False, kw_only=True)
class PowerDns(NameServer):
    """pdns_server; `options` and `extra` are lines of pdns.conf. A zone must not have `policy` or `extra`.

    Without `keys` it accepts unsigned updates from loopback, unlike the other servers of the lab.

    Attributes:
        dnsupdate: whether the server accepts updates at all; by default PowerDNS does not.

    """

    dnsupdate: bool = True

    program: ClassVar[str] = "pdns_server"
    package: ClassVar[str] = "pdns-server"

    @property
    def _database(self) -> Path:
        return self.directory / "zones.sqlite3"

    @property
    def _backend(self) -> str:
        return f"launch=gsqlite3\ngsqlite3-database={self._database}\ngsqlite3-pragma-synchronous=0"

    def execute(self, statement: str, *values: str) -> None:
        """Carry out an SQL statement on the database, e.g. for metadata; it shows at once."""
        with closing(sqlite3.connect(self._database)) as database, database:
            database.execute(statement, values)

    def _prepare(self) -> None:
        unfit = [zone.name for zone in self.zones if zone.policy or zone.extra or zone.type != "primary"]
        if unfit:
            raise ValueError(f"PowerDNS keeps no policy or block for a zone: {', '.join(unfit)}")
        self._create_database()
        self._configure()
        for zone in self.zones:
            self._load(zone)
        self._import_keys()

    def _command(self) -> list[str]:
        self._configure()
        return [find_program(self.program, self.package), "--config-dir=."]

    def _configure(self) -> None:
        write_private(self.directory / "pdns.conf", self._configuration())

    def _create_database(self) -> None:
        if not _SCHEMA.exists():
            raise ServerFailed(f"{_SCHEMA}: not found; apt-get install pdns-backend-sqlite3")
        write_private(self._database, "")  # it will contain the keys, and SQLite's other files get its mode
        with closing(sqlite3.connect(self._database)) as database:
            database.executescript(_SCHEMA.read_text(encoding="utf-8"))

    def _load(self, zone: Zone) -> None:
        path = self.directory / zone.file_name
        path.write_text(zone.text, encoding="utf-8")
        pdnsutil = find_program("pdnsutil", self.package)
        command = [pdnsutil, "--config-dir=.", "load-zone", zone.name, str(path)]
        result = subprocess.run(
            command, cwd=self.directory, capture_output=True, text=True, timeout=_PDNSUTIL_DEADLINE, check=False
        )
        if result.returncode != 0:
            raise ServerFailed(f"pdnsutil could not load {zone.name}:\n{result.stdout}{result.stderr}")

    def _import_keys(self) -> None:
        """Write the keys into the database, not with pdnsutil, whose arguments every process could read."""
        with closing(sqlite3.connect(self._database)) as database, database:
            for key in (*self.keys, *self.readonly_keys):
                row = (key.name, key.algorithm, key.secret)
                database.execute("INSERT INTO tsigkeys (name, algorithm, secret) VALUES (?, ?, ?)", row)
            for key in self.keys:
                database.execute(
                    "INSERT INTO domainmetadata (domain_id, kind, content)"
                    " SELECT id, 'TSIG-ALLOW-DNSUPDATE', ? FROM domains",
                    (key.name,),
                )

    def _configuration(self) -> str:
        # The caches would hide an update from the next query; the security poll would send queries to the Internet.
        return f"""\
{self._backend}
local-address={", ".join(self.addresses)}
local-port={self.port}
socket-dir=.
daemon=no
guardian=no
write-pid=no
disable-syslog=yes
receiver-threads=1
distributor-threads=1
dnsupdate={"yes" if self.dnsupdate else "no"}
allow-dnsupdate-from=127.0.0.0/8,::1
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
zone-metadata-cache-ttl=0
security-poll-suffix=
{self.options}
{self.extra}
"""


@dataclass(eq=False, kw_only=True)
class PowerDnsBind(PowerDns):
    """PowerDNS with its bind backend, which reads zone files and cannot write; keys are in a database beside them."""

    @property
    def _backend(self) -> str:
        return f"launch=bind\nbind-config={self.directory}/named.conf\nbind-dnssec-db={self._database}"

    def _prepare(self) -> None:
        blocks = [f'zone "{zone.name}" {{ type master; file "{zone.file_name}"; }};\n' for zone in self.zones]
        for zone in self.zones:
            (self.directory / zone.file_name).write_text(zone.text, encoding="utf-8")
        options = f'options {{ directory "{self.directory}"; }};\n'
        (self.directory / "named.conf").write_text(options + "".join(blocks), encoding="utf-8")
        self._configure()
        command = [find_program("pdnsutil", self.package), "--config-dir=.", "create-bind-db", str(self._database)]
        subprocess.run(command, cwd=self.directory, capture_output=True, timeout=_PDNSUTIL_DEADLINE, check=True)
        for key in self.keys:
            values = key.name, key.algorithm, key.secret
            self.execute("INSERT INTO tsigkeys (name, algorithm, secret) VALUES (?, ?, ?)", *values)
