"""Real servers that a test reconfigures while they run, as their administrator would: by rndc, knotc and pdnsutil."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import Bind, Knot, LabKey, NameServer, Namespace, PowerDns, Zone
from lab.port import Port
from tests.support.command import Result, at, dns_update, given, in_process

KINDS = ("bind", "knot", "powerdns")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Site:
    """A server with a key for home.example.com, made by `key generate`; its tools find its own configuration.

    `key_file` is the client's, `apply_to` the configuration that grants the key.
    """

    kind: str
    server: NameServer
    key_file: Path
    apply_to: Path
    tools: Path
    namespace: Namespace | None = None

    def run(self, *words: str, stdin: str = "") -> Result:
        """Run dns-update with the server's tools in its path."""
        prefix = [] if self.namespace is None else self.namespace.prefix
        return dns_update(*words, env=self.env, prefix=prefix, stdin=stdin)

    def set(self, address: str, *words: str) -> Result:
        """Point the granted name at an address."""
        return self.run("set", *self.client_words, "name=home", f"address={address}", "ttl=60", *words)

    def key(self, step: str, *words: str) -> Result:
        """Run `key` for the key's file."""
        return self.within("key", step, str(self.key_file), f"server-type={self.kind}", *words)

    def within(self, *words: str) -> Result:
        """Do as `run`, but within the test if there is no namespace, so that it counts for coverage."""
        return in_process(*words, env=self.env) if self.namespace is None else self.run(*words)

    @property
    def env(self) -> dict[str, str]:
        """The path in which the server's tools are."""
        return {"PATH": f"{self.tools}:{_PATH}"}

    @property
    def client_words(self) -> tuple[str, str, str]:
        """What a client's line needs to reach the zone with the key."""
        return at(self.server), "zone=example.com", f"key-file={self.key_file}"

    @property
    def asked(self) -> tuple[str, str, str]:
        """The properties by which `revoke` tries the key."""
        return at(self.server), "zone=example.com", "name=home"

    @property
    def applied(self) -> tuple[str, str]:
        """The properties that change the server's configuration without asking."""
        return f"apply-to={self.apply_to}", "yes=yes"


@contextmanager
def site_of(kind: str, directory: Path, namespace: Namespace | None = None) -> Iterator[Site]:
    """Start a server with a new key."""
    port = 53 if namespace is not None else 0
    if kind == "powerdns":
        key = LabKey.generate("home.example.com")
        server: NameServer = PowerDns(directory / "server", keys=[key], namespace=namespace, port=port)
        key.write(directory / "home.key")
        site = Site(kind, server, directory / "home.key", directory / "server", directory / "tools", namespace)
        site.tools.mkdir()
        with server:
            yield site
        return
    given("key", "generate", str(directory / "home.key"), "name=home", "zone=example.com", f"server-type={kind}")
    grant = Zone("example.com", policy=_policy(kind))
    claim = Port.claim_any()
    extra = rndc_statements(directory, claim.number) if kind == "bind" else ""
    extra += f'include "{directory}/home.key";\n' if kind == "bind" else f'include: "{directory}/home.knot"\n'
    maker = Bind if kind == "bind" else Knot
    server = maker(directory / "server", zones=[grant], extra=extra, namespace=namespace, port=port)
    apply_to = directory / ("server/named.conf" if kind == "bind" else "home.knot")
    site = Site(kind, server, directory / "home.key", apply_to, directory / "tools", namespace)
    write_tools(kind, directory, site.tools)
    try:
        with server:
            yield site
    finally:
        claim.release()


def _policy(kind: str) -> str:
    if kind == "bind":
        return 'update-policy {\n        grant "home.example.com" name "home.example.com" A AAAA;\n    };'
    return "    acl: [home.example.com]"


def rndc_statements(directory: Path, port: int) -> str:
    """Return the statements by which a named takes commands at a port, and write the configuration of rndc."""
    key = LabKey.generate("rndc-key")
    rndc = f'{key.bind_clause()}options {{ default-key "rndc-key"; default-server 127.0.0.1; default-port {port}; }};\n'
    path = directory / "rndc.conf"
    path.touch(0o600)
    path.write_text(rndc, encoding="utf-8")
    return f'{key.bind_clause()}controls {{ inet 127.0.0.1 port {port} allow {{ any; }} keys {{ "rndc-key"; }}; }};\n'


def write_tools(kind: str, directory: Path, tools: Path) -> None:
    """Write programs that run the server's own with the configuration in a directory."""
    configuration = directory / "server" / ("named.conf" if kind == "bind" else "knot.conf")
    lines = {
        "named-checkconf": f'"$@" {shlex.quote(str(configuration))}',
        "rndc": f'-c {shlex.quote(str(directory / "rndc.conf"))} "$@"',
        "knotc": f'-c {shlex.quote(str(configuration))} "$@"',
    }
    tools.mkdir()
    for name, words in lines.items():
        program = shutil.which(name, path=_PATH)
        tool = tools / name
        tool.write_text(f"#!/bin/sh\nexec {program} {words}\n", encoding="utf-8")
        tool.chmod(0o755)
