"""BIND, as a lab server."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lab.key import write_private
from lab.port import IPV6
from lab.server import NameServer, find_program
from lab.versions import version
from lab.zone import Zone

_NO_LOCK_FILE = (9, 20)
"""The first version without a lock file, which does not know the option either."""

_APPARMOR_SWITCH = Path("/sys/module/apparmor/parameters/enabled")
"""Contains Y if AppArmor is active; on Debian it confines /usr/sbin/named to its own directories."""


@dataclass(eq=False, kw_only=True)
class Bind(NameServer):
    """named; `policy`, `options` and `extra` are lines of named.conf."""

    program: ClassVar[str] = "named"
    package: ClassVar[str] = "bind9"

    def _prepare(self) -> None:
        for zone in self.zones:
            if zone.type == "primary":
                (self.directory / zone.file_name).write_text(zone.text, encoding="utf-8")

    def _command(self) -> list[str]:
        configuration = write_private(self.directory / "named.conf", self._configuration())
        return [self._executable(), "-g", "-n", "1", "-c", str(configuration)]

    def _executable(self) -> str:
        """Return named, or a copy of it if AppArmor would deny the installed one access to the lab's directory."""
        installed = find_program(self.program, self.package)
        if not _APPARMOR_SWITCH.exists() or not _APPARMOR_SWITCH.read_text(encoding="ascii").startswith("Y"):
            return installed
        copy = self.directory / self.program
        if not copy.exists():
            shutil.copy(installed, copy)
        return str(copy)

    def _configuration(self) -> str:
        keys = "".join(key.bind_clause() for key in (*self.keys, *self.readonly_keys))
        zones = "".join(self._zone_block(zone) for zone in self.zones)
        # Without `controls {}` and the paths, all named processes would use the same files and port 953.
        # `reuseport no`: two servers that got the same port must not silently share its queries.
        return f"""\
{keys}
controls {{}};
options {{
    directory "{self.directory}";
    pid-file none;
    {"lock-file none;" if version(self.program) < _NO_LOCK_FILE else ""}
    allow-transfer {{ any; }};
    session-keyfile "{self.directory}/session.key";
    listen-on port {self.port} {{ {f"{self.host};" if self.host != IPV6 else "none;"} }};
    listen-on-v6 port {self.port} {{ {f"{IPV6};" if IPV6 in self.addresses else "none;"} }};
    reuseport no;
    recursion no;
    dnssec-validation no;
    empty-zones-enable no;
    notify no;
    querylog no;
    max-cache-size 2m;
{self.options}
}};
{zones}
{self.extra}
"""

    def _zone_block(self, zone: Zone) -> str:
        return f"""\
zone "{zone.name}" {{
    type {zone.type};
    file "{zone.file_name}";
    {self._policy(zone)}
    {zone.extra}
}};
"""

    def _policy(self, zone: Zone) -> str:
        if zone.policy or zone.type != "primary" or not self.keys:
            return zone.policy
        grants = " ".join(f'grant "{key.name}" zonesub ANY;' for key in self.keys)
        return f"update-policy {{ {grants} }};"
