"""Hickory DNS, as a lab server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from lab.certificates import Certificate
from lab.port import IPV6
from lab.server import NameServer, find_program
from lab.zone import Zone


@dataclass(eq=False, kw_only=True)
class Hickory(NameServer):
    """hickory-dns; `policy` and `extra` are lines of a zone's table in its TOML, `options` of the main table.

    Attributes:
        private_keys: those of the key pairs that may update every zone without a `policy` of its own, by algorithm, in
            PKCS #8 with the public key. Hickory makes their KEY records from them, with the zone's name.

    """

    private_keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    program: ClassVar[str] = "hickory-dns"
    package: ClassVar[str] = "hickory-dns"

    def _prepare(self) -> None:
        for zone in self.zones:
            (self.directory / zone.file_name).write_text(zone.text, encoding="utf-8")
        for algorithm, private_key in self.private_keys.items():
            path = self._key_path(algorithm)
            path.touch(0o600)
            path.write_bytes(private_key)

    def _command(self) -> list[str]:
        configuration = self.directory / "named.toml"
        configuration.write_text(self._configuration(), encoding="utf-8")
        return [find_program(self.program, self.package), "-q", "-c", str(configuration), "-z", str(self.directory)]

    def _configuration(self) -> str:
        zones = "".join(self._zone_table(zone) for zone in self.zones)
        return f"""\
listen_addrs_ipv4 = {[address for address in self.addresses if address != IPV6]}
listen_addrs_ipv6 = {[address for address in self.addresses if address == IPV6]}
listen_port = {self.port}
directory = "{self.directory}"
{self.options}
{zones}
{self.extra}
"""

    def _zone_table(self, zone: Zone) -> str:
        return f"""\
[[zones]]
zone = "{zone.name}"
zone_type = "{zone.type.title()}"
file = "{zone.file_name}"
allow_axfr = true
{zone.extra}
{zone.policy or self._policy(zone)}
"""

    def _policy(self, zone: Zone) -> str:
        return journal(zone.name) + "".join(
            f"""\
[[zones.keys]]
key_path = "{self._key_path(algorithm)}"
algorithm = "{algorithm.upper()}"
is_zone_update_auth = true
"""
            for algorithm in self.private_keys
        )

    def _key_path(self, algorithm: str) -> Path:
        return self.directory / f"{algorithm}.pk8"


def journal(zone: str) -> str:
    """Return the policy of a zone that can be updated, and that has no keys yet."""
    return f"""\
enable_dnssec = true
[zones.stores]
type = "sqlite"
zone_file_path = "{Zone(zone).file_name}"
journal_file_path = "{zone}.journal"
allow_update = true
"""


def encrypted(port: int, certificate: Certificate) -> str:
    """Return the options for TLS at a port; it then also speaks QUIC and HTTPS, at ports that the kernel chooses."""
    return f"""\
tls_listen_port = {port}
quic_listen_port = 0
https_listen_port = 0
[tls_cert]
path = "{certificate.certificate}"
cert_type = "pem"
private_key = "{certificate.key}"
private_key_type = "pkcs8"
endpoint_name = "ns.example.com"
"""
