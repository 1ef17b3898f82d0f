"""Knot DNS, as a lab server."""

from dataclasses import dataclass
from typing import ClassVar

from lab.key import LabKey, write_private
from lab.server import NameServer, find_program
from lab.zone import Zone

_UPDATE_ACL = "lab-update"


@dataclass(eq=False, kw_only=True)
class Knot(NameServer):
    """knotd; `policy`, `options` and `extra` are lines of knot.conf, with its indentation."""

    program: ClassVar[str] = "knotd"
    package: ClassVar[str] = "knot"

    def _prepare(self) -> None:
        for zone in self.zones:
            if zone.type == "primary":
                (self.directory / zone.file_name).write_text(zone.text, encoding="utf-8")

    def _command(self) -> list[str]:
        configuration = write_private(self.directory / "knot.conf", self._configuration())
        return [find_program(self.program, self.package), "--config", str(configuration)]

    def _configuration(self) -> str:
        listen = ", ".join(f"{address}@{self.port}" for address in self.addresses)
        return f"""\
server:
    listen: [{listen}]
    rundir: "{self.directory}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
{self.options}
log:
  - target: stdout
    any: info
database:
    storage: "{self.directory}"
{self._key_section()}
{self._acl_section()}
{self.extra}
zone:
{"".join(self._zone_block(zone) for zone in self.zones)}
"""

    def _key_section(self) -> str:
        keys = (*self.keys, *self.readonly_keys)
        return "key:\n" + "".join(_key_block(key) for key in keys) if keys else ""

    def _acl_section(self) -> str:
        names = ", ".join(key.name for key in self.keys)
        return f"acl:\n  - id: {_UPDATE_ACL}\n    key: [{names}]\n    action: update\n" if self.keys else ""

    def _zone_block(self, zone: Zone) -> str:
        return f"""\
  - domain: {zone.name}
    storage: "{self.directory}"
    file: "{zone.file_name}"
{self._policy(zone)}
{zone.extra}
"""

    def _policy(self, zone: Zone) -> str:
        if zone.policy or zone.type != "primary" or not self.keys:
            return zone.policy
        return f"    acl: {_UPDATE_ACL}"


def _key_block(key: LabKey) -> str:
    return f"  - id: {key.name}\n    algorithm: {key.algorithm}\n    secret: {key.secret}\n"
