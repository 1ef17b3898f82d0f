"""Servers that take no updates, as lab servers: NSD, and Unbound, dnsmasq and dnsdist in front of another one."""

from dataclasses import dataclass
from typing import ClassVar

from lab.server import NameServer, find_program


@dataclass(eq=False, kw_only=True)
class Nsd(NameServer):
    """NSD; `options` are lines of its server block."""

    program: ClassVar[str] = "nsd"
    package: ClassVar[str] = "nsd"

    def _prepare(self) -> None:
        for zone in self.zones:
            (self.directory / zone.file_name).write_text(zone.text, encoding="utf-8")

    def _command(self) -> list[str]:
        (self.directory / "nsd.conf").write_text(self._configuration(), encoding="utf-8")
        return [find_program(self.program, self.package), "-d", "-c", f"{self.directory}/nsd.conf"]

    def _configuration(self) -> str:
        zones = "".join(f"zone:\n  name: {zone.name}\n  zonefile: {zone.file_name}\n" for zone in self.zones)
        listen = "".join(f"  ip-address: {address}@{self.port}\n" for address in self.addresses)
        return f"""\
server:
{listen}  zonesdir: "{self.directory}"
  pidfile: ""
  xfrdfile: "{self.directory}/xfrd"
  zonelistfile: "{self.directory}/zones"
  xfrdir: "{self.directory}"
  username: ""
  server-count: 1
{self.options}
remote-control:
  control-enable: no
{zones}"""


@dataclass(eq=False, kw_only=True)
class Unbound(NameServer):
    """Unbound, which gets its zones from `upstream`; `options` are lines of its server block."""

    upstream: NameServer

    program: ClassVar[str] = "unbound"
    package: ClassVar[str] = "unbound"

    def _prepare(self) -> None:
        pass

    def _command(self) -> list[str]:
        (self.directory / "unbound.conf").write_text(self._configuration(), encoding="utf-8")
        return [find_program(self.program, self.package), "-d", "-c", f"{self.directory}/unbound.conf"]

    def _configuration(self) -> str:
        upstream = f"{self.upstream.host}@{self.upstream.port}"
        zones = "".join(f"stub-zone:\n  name: {zone.name}\n  stub-addr: {upstream}\n" for zone in self.zones)
        listen = "".join(f"  interface: {address}@{self.port}\n" for address in self.addresses)
        return f"""\
server:
{listen}  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{self.directory}"
  pidfile: ""
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
  num-threads: 1
{self.options}
remote-control:
  control-enable: no
{zones}"""


@dataclass(eq=False, kw_only=True)
class Dnsmasq(NameServer):
    """dnsmasq, which forwards to `upstream`; `options` are words of its command line."""

    upstream: NameServer

    program: ClassVar[str] = "dnsmasq"
    package: ClassVar[str] = "dnsmasq-base"

    def _prepare(self) -> None:
        pass

    def _command(self) -> list[str]:
        upstream = f"{self.upstream.host}#{self.upstream.port}"
        listen = [f"--listen-address={address}" for address in self.addresses]
        own = ["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces"]
        own += ["--user=root", "--pid-file=", f"--port={self.port}", f"--server={upstream}", *listen]
        return [find_program(self.program, self.package), *own, *self.options.split()]


@dataclass(eq=False, kw_only=True)
class Dnsdist(NameServer):
    """dnsdist, which passes messages on to `upstream`; `options` are lines of its configuration."""

    upstream: NameServer

    program: ClassVar[str] = "dnsdist"
    package: ClassVar[str] = "dnsdist"

    def _prepare(self) -> None:
        pass

    def _command(self) -> list[str]:
        (self.directory / "dnsdist.lua").write_text(self._configuration(), encoding="utf-8")
        executable = find_program(self.program, self.package)
        return [executable, "--supervised", "--disable-syslog", "-C", f"{self.directory}/dnsdist.lua"]

    def _configuration(self) -> str:
        places = [f"[{a}]:{self.port}" if ":" in a else f"{a}:{self.port}" for a in self.addresses]
        listen = "".join(f'addLocal("{place}")\n' for place in places)
        # Its security poll would send queries to the Internet.
        return f"""\
setSecurityPollSuffix("")
{listen}newServer({{address="{self.upstream.host}:{self.upstream.port}", healthCheckMode="up"}})
{self.options}
"""
