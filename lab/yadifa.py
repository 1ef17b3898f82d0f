"""YADIFA, as a lab server."""

import grp
import os
import pwd
import signal
from dataclasses import dataclass
from typing import ClassVar

from lab.key import LabKey, write_private
from lab.server import NameServer, find_program
from lab.zone import Zone


@dataclass(eq=False, kw_only=True)
class Yadifa(NameServer):
    """yadifad; `policy` and `extra` are lines of a zone's block, `options` of the main block."""

    program: ClassVar[str] = "yadifad"
    package: ClassVar[str] = "yadifa"
    stop_signal: ClassVar[signal.Signals] = signal.SIGKILL  # after SIGTERM it takes three seconds

    def _prepare(self) -> None:
        for zone in self.zones:
            (self.directory / zone.file_name).write_text(zone.text, encoding="utf-8")

    def _command(self) -> list[str]:
        configuration = write_private(self.directory / "yadifad.conf", self._configuration())
        return [find_program(self.program, self.package), "-c", str(configuration), "--nodaemon"]

    def _configuration(self) -> str:
        listens = ",".join(f"{address} port {self.port}" for address in self.addresses)
        keys = "".join(_key_block(key) for key in (*self.keys, *self.readonly_keys))
        zones = "".join(self._zone_block(zone) for zone in self.zones)
        # With its usual journal, of a size like the zone's, it answers SERVFAIL to a large update.
        return f"""\
<main>
    daemon off
    chroot off
    uid {pwd.getpwuid(os.getuid()).pw_name}
    gid {grp.getgrgid(os.getgid()).gr_name}
    listen {listens}
    pidfile "{self.directory}/pid"
    datapath "{self.directory}"
    keyspath "{self.directory}"
    xfrpath "{self.directory}"
    logpath "{self.directory}"
    thread-count-by-address 1
    allow-transfer any
    statistics off
{self.options}
</main>
{keys}
<channels>
    errors stderr
</channels>
<loggers>
    server warning,err errors
    database warning,err errors
    system warning,err errors
</loggers>
{zones}
{self.extra}
"""

    def _zone_block(self, zone: Zone) -> str:
        names = ",".join(f"key {key.name}" for key in self.keys)
        policy = zone.policy or f"    allow-update {names or 'none'}"
        return f"""\
<zone>
    domain {zone.origin}
    type {zone.type}
    file "{zone.file_name}"
    journal-size 65536
{policy}
{zone.extra}
</zone>
"""


def _key_block(key: LabKey) -> str:
    return f"<key>\n    name {key.name}\n    algorithm {key.algorithm}\n    secret {key.secret}\n</key>\n"
