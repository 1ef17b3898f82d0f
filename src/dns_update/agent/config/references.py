"""Reads keys, servers and zones: the tables that records refer to, and what they mean together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from dns_update.agent.config.positions import Path
from dns_update.agent.config.readers import ConfigProblems, Table, near_miss, read_table
from dns_update.agent.config.schema import (
    KEY,
    SERVER,
    SERVER_HINTS,
    ZONE,
    ZONE_HINTS,
    servers_from_text,
    zone_from_text,
)
from dns_update.agent.config.settings import UpstreamSettings
from dns_update.auth import DEFAULT_ALGORITHM, Key, read_secret
from dns_update.auth.private_file import is_special
from dns_update.auth.secret_sources import path_of_credential
from dns_update.errors import UsageError, quoted
from dns_update.errors.hints import TOML, rendered
from dns_update.exchange import ENCRYPTED, QUIC, TLS, Policy
from dns_update.transport import ENCRYPTED_PORT, Server
from dns_update.value import Value
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth.tls_settings import TlsSettings

_ELSEWHERE = ("@", "env:", "credential:")
_CREDENTIAL = "credential:"
_TICKETS = ("keytab", "ccache", "password")
_OF_GSS = ("realm", "principal", *_TICKETS)


class ServerTable(Value):
    """The settings of a table of [servers]; `key` is the name of a table."""

    addresses: tuple[Server, ...]
    key: str | None
    policy: Policy
    local_address: str | None


class ZoneTable(Value):
    """The settings that records of a zone share; `path` is that of this table.

    `servers`, `query_servers` and `key` are names of tables.
    """

    name: Name
    path: Path = ()
    servers: tuple[str, ...] = ()
    query_servers: tuple[str, ...] = ()
    key: str | None = None
    ttl: int | None = None


class References:
    """The keys, servers and zones of a document; mistakes go to `problems`.

    `document` has the tables by kind and name; `file` is its path. It may have a literal secret only if it
    `is_private`. Without `reads_keys`, the secrets of keys are not read, and upstreams have no key: `key` reads one.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        problems: ConfigProblems,
        file: str,
        *,
        is_private: bool,
        reads_keys: bool = True,
    ) -> None:
        self._document = document
        self._problems = problems
        self._file = file
        self._is_private = is_private
        self._reads_files = reads_keys
        self._policy = Policy()
        self._upstreams: dict[tuple[tuple[str, ...], str | None, tuple[str, ...]], UpstreamSettings | None] = {}
        self._untabled: dict[Name, ZoneTable] = {}
        self._reverse: tuple[tuple[Name, UpstreamSettings], ...] | None = None
        self._key_tables = {name: self._key_table(path, content) for name, path, content in self._tables("keys")}
        self._keys = {name: self.key(name) for name in self._key_tables if reads_keys}
        self._servers = {name: self._server(path, content) for name, path, content in self._tables("servers")}
        self._zones: dict[tuple[bytes, ...], ZoneTable] = {}  # by the labels of their names in lower case
        for name, path, content in self._tables("zones"):
            self._read_zone(name, path, content)

    def zone(self, name: Name) -> ZoneTable:
        """Return the table of a zone, which may be empty; always the same object for the same zone."""
        return self._zones.get(name.folded) or self._untabled.setdefault(name, ZoneTable(name))

    def zone_that_holds(self, name: Name) -> ZoneTable | None:
        """Return the table of the longest zone that contains the name; None if there is none."""
        labels = name.folded
        for depth in range(len(labels) + 1):
            zone = self._zones.get(labels[depth:])
            if zone is not None:
                return zone
        return None

    def key_name(self, servers: tuple[str, ...], key: str | None) -> str | None:
        """Return the table of the key for these servers: the one that is named, or else that of the first server."""
        tables = (self._servers[name] for name in servers if name in self._servers)
        return key if key is not None else next((table.key for table in tables), None)

    @property
    def reverse_zones(self) -> tuple[tuple[Name, UpstreamSettings], ...]:
        """The reverse zones that have a table, each with its settings; always the same object."""
        if self._reverse is None:
            found = [
                (zone.name, self.upstream(zone.servers, zone.key, zone.path, zone.query_servers))
                for zone in self._zones.values()
                if zone.name.labels and zone.name.folded[-1] == b"arpa"
            ]
            self._reverse = tuple([(name, upstream) for name, upstream in found if upstream is not None])
        return self._reverse

    @property
    def only_zone(self) -> Name | None:
        """The zone of the only table of [zones]; None if there are none or several."""
        return next(iter(self._zones.values())).name if len(self._zones) == 1 else None

    def upstream(
        self, servers: tuple[str, ...], key: str | None, path: Path, query_servers: tuple[str, ...] = ()
    ) -> UpstreamSettings | None:
        """Return the settings for these servers, this key and these query servers; None if there is a mistake.

        Always the same object for the same names. `path` is the table that names them.
        """
        chosen = servers, key, query_servers
        if chosen not in self._upstreams:
            joined = self._join(servers, key, path)
            self._upstreams[chosen] = joined and self._with_readers(joined, servers, query_servers, path)
        return self._upstreams[chosen]

    def check_references(self, given: Mapping[str, Any], path: Path) -> None:
        """Record which names in `key` and `servers` have no table, or are listed twice."""
        if "key" in given:
            self._check_key(given["key"], (*path, "key"))
        for key in ("servers", "query-servers"):
            self._check_servers(given.get(key) or (), (*path, key))

    def _check_servers(self, names: tuple[str, ...], path: Path) -> None:
        known = self._document.get("servers", {})
        for place, name in enumerate(names):
            if name not in known:
                hint = _meant(near_miss(name, known), "servers", known)
                self._problems.add((*path, place), f"there is no server {quoted(name)}", hint)
            elif name in names[:place]:
                self._problems.add((*path, place), f"the server {quoted(name)} is listed twice")

    def _check_key(self, name: str, path: Path) -> None:
        known = self._document.get("keys", {})
        if name not in known:
            near = near_miss(name, known)
            shown = (
                f"there is no key {quoted(name)}"
                if near
                else "there is no such key; it is not shown, because it may be a secret"
            )
            self._problems.add(path, shown, _meant(near, "keys", known))

    def _tables(self, kind: str) -> Iterable[tuple[str, Path, Table]]:
        for name, content in self._document.get(kind, {}).items():
            if isinstance(content, dict):
                yield name, (kind, name), content
            else:
                self._problems.add_unshown((kind, name), f"expected tables [{kind}.NAME], got a key", "")

    def _key_table(self, path: Path, content: Table) -> Mapping[str, Any] | None:
        given = read_table(content, path, KEY, self._problems, holds_secret=True)
        return given if self._is_complete(path, content) and given.keys() == content.keys() else None

    def key(self, name: str) -> Key | None:
        """Return the key of a table, with its secret read now; None if there is a mistake."""
        given = self._key_tables.get(name)
        if given is None:
            return None
        beside = os.path.dirname(self._file) or "."
        try:
            if given.get("auth") == "gss":
                return _gss_key(given, beside)
            return _key_from_file(given, beside) if "file" in given else _key_from_secret(name, given, beside)
        except UsageError as error:
            at = next(key for key in (*_TICKETS, "auth", "file", "secret") if key in given)
            self._problems.add(("keys", name, at), rendered(error.text, TOML), rendered(error.hint, TOML))
            return None

    def _is_complete(self, path: Path, content: Table) -> bool:
        """Return whether there is exactly one secret, in a place where it is allowed."""
        count = len(self._problems.found)
        of_gss = [key for key in _OF_GSS if key in content]
        if content.get("auth") == "gss":
            self._check_gss(path, content)
            return len(self._problems.found) == count
        for key in of_gss:
            self._problems.add((*path, key), f'{key} is given without auth = "gss"', "give both, or none")
        beside_file = [key for key in ("secret", "algorithm", "encoding") if key in content and "file" in content]
        for key in beside_file:
            self._problems.add((*path, key), f"{key} and file are both given", "the file has all of it")
        secret = content.get("secret")
        if of_gss:
            pass
        elif "secret" not in content and "file" not in content:
            self._problems.add(path, "the secret is missing", 'secret = "@FILE", or file = "FILE" for a key file')
        else:
            self._check_readers(path, "secret", secret)
        return len(self._problems.found) == count

    def _check_gss(self, path: Path, content: Table) -> None:
        """Record what a table with Kerberos credentials must not have."""
        for key in ("secret", "file", "name", "algorithm", "encoding"):
            if key in content:
                self._problems.add((*path, key), f'{key} and auth = "gss" are both given', "a ticket needs no key")
        self._check_readers(path, "password", content.get("password"))

    def _check_readers(self, path: Path, key: str, secret: object) -> None:
        """Record a problem if a secret is in this file, and others can read it."""
        if isinstance(secret, str) and not self._is_private and not secret.startswith(_ELSEWHERE):
            import shlex  # only when something is wrong

            command = f"chmod o-rw {shlex.quote(self._file)}"
            hint = f"run: {command}; or say where it is: @FILE, env:NAME, credential:NAME"
            self._problems.add((*path, key), f"there is a {key} here, and others can read or write this file", hint)

    def _server(self, path: Path, content: Table) -> ServerTable:
        given = read_table(content, path, SERVER, self._problems, hints=SERVER_HINTS)
        self.check_references(given, path)
        if "address" not in content:
            self._problems.add(path, "the address is missing", 'e.g. address = "192.0.2.1", or "ns.example.com:5353"')
        policy = self._policy_of(path, given)
        addresses = tuple(server for servers in given.get("address", ()) for server in servers)
        if policy.is_encrypted and addresses:
            written = content["address"]
            texts = written if isinstance(written, list) else [written]
            addresses = tuple(server for text in texts for server in servers_from_text(str(text), ENCRYPTED_PORT))
        return ServerTable(addresses, given.get("key"), policy, given.get("local-address"))

    def _policy_of(self, path: Path, given: Mapping[str, Any]) -> Policy:
        how = {key: given[key] for key in ("timeout", "retries", "transport") if key in given}
        of_tls = [key for key in given if key.startswith("tls-")]
        if how.get("transport") not in ENCRYPTED:
            for key in of_tls:
                self._problems.add((*path, key), f"{key} is given without TLS or QUIC", 'transport = "tls", or "quic"')
            return Policy(**how) if how else self._policy
        if how["transport"] == TLS and not of_tls:
            return Policy(**how)
        from dns_update.auth.tls_settings import TlsSettings  # for TLS and QUIC only

        try:
            how["tls"] = TlsSettings(
                ca=given.get("tls-ca"),
                hostname=given.get("tls-hostname"),
                pins=tuple(pin for pins in given.get("tls-pin", ()) for pin in pins),
                certificate=given.get("tls-cert"),
                private_key=given.get("tls-key"),
                verify=given.get("tls-verify", True),
            )
            if self._reads_files:
                _check_files(how["transport"], how["tls"])
        except UsageError as error:
            self._problems.add((*path, *(of_tls or ["transport"])[:1]), error.text, rendered(error.hint, TOML))
        return Policy(**how)

    def _read_zone(self, text: str, path: Path, content: Table) -> None:
        count = len(self._problems.found)
        given = read_table(content, path, ZONE, self._problems, hints=ZONE_HINTS)
        self.check_references(given, path)
        try:
            name = zone_from_text(text)
        except UsageError as error:
            self._problems.add_error(path, error)
            return
        if name.folded in self._zones:
            self._problems.add(path, f"the zone {name} has a table already")
            return
        apart = given.get("query-servers", ())
        zone = ZoneTable(name, path, given.get("servers", ()), apart, given.get("key"), given.get("ttl"))
        self._zones[name.folded] = zone
        if len(self._problems.found) == count:
            self.upstream(zone.servers, zone.key, path, apart)

    def _join(self, names: tuple[str, ...], key: str | None, path: Path) -> UpstreamSettings | None:
        """Combine tables of servers; except for their addresses, they must have the same settings."""
        tables = [self._servers[name] for name in names if name in self._servers]
        if not tables:
            return UpstreamSettings((), self._known_key(key), self._policy)
        first = tables[0]
        for name, table in zip(names, tables, strict=False):
            if key is None and table.key != first.key:
                what, hint = "have different keys", 'choose one here: key = "NAME"'
            elif (table.policy, table.local_address) != (first.policy, first.local_address):
                what, hint = (
                    "differ in more than address and key",
                    "servers of one record need the same transport, timeout, retries and local-address",
                )
            else:
                continue
            both = f"the servers {quoted(names[0])} and {quoted(name)}"
            self._problems.add((*path, "servers"), f"{both} {what}", hint)
            return None
        servers = tuple(server for table in tables for server in table.addresses)
        own = self._known_key(first.key if key is None else key)
        return UpstreamSettings(servers, own, first.policy, first.local_address)

    def _with_readers(
        self, joined: UpstreamSettings, servers: tuple[str, ...], names: tuple[str, ...], path: Path
    ) -> UpstreamSettings | None:
        """Return settings with the addresses of query servers; messages go to these in the same way."""
        tables = [self._servers[name] for name in names if name in self._servers]
        for name, table in zip(names, tables, strict=False) if servers else ():
            if (table.policy, table.local_address) != (joined.policy, joined.local_address):
                self._problems.add(
                    (*path, "query-servers"),
                    f"the servers {quoted(servers[0])} and {quoted(name)} differ in more than address and key",
                    "servers of one record need the same transport, timeout, retries and local-address",
                )
                return None
        if not tables:
            return joined
        if not servers:
            joined = joined._replace(policy=tables[0].policy, local_address=tables[0].local_address)
        return joined._replace(query_servers=tuple([server for table in tables for server in table.addresses]))

    def _known_key(self, name: str | None) -> Key | None:
        return None if name is None else self._keys.get(name)


def _check_files(transport: str, settings: TlsSettings) -> None:
    """Raise UsageError if the files of TLS cannot be used, or if the library for QUIC is needed and missing."""
    if transport == QUIC:
        import dns_update.transport.quic_aio
        import dns_update.transport.quic_socket  # noqa: F401 - an agent loads at its start what it needs later
        from dns_update.transport.quic import check_files as check  # with aioquic
    else:
        from dns_update.transport.tls import check_files as check
    check(settings)


def _meant(near: str, kind: str, known: Iterable[str]) -> str:
    if near:
        return f"did you mean {near}?"
    names = ", ".join(known)
    return f"the tables [{kind}.NAME] are: {names}" if names else f"there is no table [{kind}.NAME]"


def _key_from_secret(table: str, given: Mapping[str, Any], beside: str) -> Key:
    """Return the key of a table with a secret, or with the place of a secret."""
    if given["secret"].startswith("@"):
        _refuse_pipe(os.path.expanduser(given["secret"].removeprefix("@")))  # as read_secret does
    encoding = given.get("encoding", "auto")
    secret = read_secret(given["secret"], beside, encoding)
    return Key.from_secret(given.get("name", table), secret, given.get("algorithm", DEFAULT_ALGORITHM), encoding)


def _key_from_file(given: Mapping[str, Any], beside: str) -> Key:
    path: str = given["file"]
    if path.startswith(_CREDENTIAL):
        path = path_of_credential(path.removeprefix(_CREDENTIAL), beside)
    _refuse_pipe(path)
    return Key.from_file(path, given.get("name"))


def _gss_key(given: Mapping[str, Any], beside: str) -> Key:
    """Return the Kerberos credentials of a table."""
    from dns_update.auth.gss import GssSettings  # for these credentials only, with all that is needed later
    from dns_update.client import gss_replies as _gss_replies  # noqa: F401 - loaded now: see agent/preload.py
    from dns_update.client.gss import gss_key

    password = given.get("password")
    if password is not None and password.startswith("@"):
        _refuse_pipe(os.path.expanduser(password.removeprefix("@")))
    keytab = given.get("keytab")
    if keytab is not None and keytab.startswith(_CREDENTIAL):
        keytab = path_of_credential(keytab.removeprefix(_CREDENTIAL), beside)
    return gss_key(
        GssSettings(
            realm=given.get("realm"),
            principal=given.get("principal"),
            keytab=keytab,
            ccache=given.get("ccache"),
            password=None if password is None else read_secret(password, beside, "text"),
        )
    )


def _refuse_pipe(path: str) -> None:
    """Raise UsageError for a file that may never end: the agent reads it at each reload, and must not hang."""
    if is_special(path):
        raise UsageError("the file is not a regular one", hint="a pipe or device may never end")
