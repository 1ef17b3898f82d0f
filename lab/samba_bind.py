"""BIND as the DNS server of a Samba domain, whose zones it has by Samba's module for it (BIND9_DLZ)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lab.bind import Bind
from lab.errors import ServerFailed
from lab.samba import Samba
from lab.zone import Zone

_MODULE = "*/samba/bind9/dlz_bind9_18.so"
"""That of 9.18, which 9.20 takes, too."""


@dataclass(eq=False, kw_only=True)
class SambaBind(Bind):
    """named in the namespace of a domain that runs already; the domain's own DNS server keeps port 53.

    It changes the domain: from then on, the tickets for its DNS server are those of an account that named has.
    """

    domain: Samba
    zones: Sequence[Zone] = (Zone("ad.test"),)
    modules: ClassVar[Path] = Path("/usr/lib")

    def _prepare(self) -> None:
        self.domain.give_to_bind()

    def _command(self) -> list[str]:
        return ["env", f"SMB_CONF_PATH={self.domain.configuration}", *super()._command()]

    def _configuration(self) -> str:
        self.options = f'tkey-gssapi-keytab "{self.domain.keytab_of_bind}";'
        self.extra = f'dlz "AD DNS Zone" {{ database "dlopen {self._module()}"; }};'
        return super()._configuration()

    def _zone_block(self, zone: Zone) -> str:  # noqa: ARG002 - the module has them all
        return ""

    def _module(self) -> Path:
        found = next(self.modules.glob(_MODULE), None)
        if found is None:
            raise ServerFailed("Samba's module for BIND: not found; apt-get install samba-libs")
        return found
