"""The update that is intended, of which a server's configuration is asked whether it allows it."""

from __future__ import annotations

from dns_update.auth import Algorithm, Key
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import rrtype_to_text
from dns_update.wire.inet import format_address
from dns_update.wire.name import Name

_ANY_PRINCIPAL = "USER@REALM"


class SilentPlace(Value):
    """An address of this machine, as 4 or 16 octets, and a port of it, from which no answer of the server came."""

    address: bytes
    port: int


class IntendedUpdate(Value):
    """An update: records of `rrtypes` at `owner` in `zone`; type ANY means that the whole name is deleted.

    `key` is the key that signs it, with its secret; or there are only its name and algorithm; or none, if the update is
    not signed. A key that is negotiated signs for the Kerberos `principal`, empty if that is not known. `client` is the
    address that the server sees, `server` the server's own address, both as 4 or 16 octets; None if not known.
    `silent_at` is where it was asked in vain; None if it answers, or is not asked here. `dnskeys` are the rdata of the
    zone's DNSKEY records, as the server shows them. `is_late_elsewhere` says that another name server of the zone has
    not got the last change.
    """

    zone: Name
    owner: Name
    rrtypes: tuple[int, ...]
    _: KW_ONLY
    key: Key | None = None
    key_name: Name | None = None
    principal: str = ""
    algorithm: Algorithm | None = None
    client: bytes | None = None
    server: bytes | None = None
    silent_at: SilentPlace | None = None
    dnskeys: tuple[bytes, ...] = ()
    is_late_elsewhere: bool = False

    @property
    def signer(self) -> Name | None:
        """The name of the key, or the principal as a name, as BIND compares it; None if not signed, or not known."""
        if self.is_negotiated:
            return Name.from_text(self.principal) if self.principal else None
        return self.key.name if self.key is not None else self.key_name

    @property
    def is_negotiated(self) -> bool:
        """Whether a Kerberos principal signs (GSS-TSIG)."""
        return self.key is not None and self.key.is_negotiated

    @property
    def called(self) -> str:
        """Who signs, as texts have it: the key, or the principal; empty if the update is not signed."""
        if self.is_negotiated:
            return self.principal or _ANY_PRINCIPAL
        return "" if self.signer is None else str(self.signer)

    @property
    def signing(self) -> Algorithm | None:
        """The algorithm of the key; None if it is not known."""
        return self.key.algorithm if self.key is not None else self.algorithm

    @property
    def texts(self) -> dict[str, str]:
        """The parts as texts, for sentences and for lines of configuration."""
        return {
            "zone": str(self.zone),
            "owner": str(self.owner),
            "types": " ".join(map(rrtype_to_text, self.rrtypes)),
            "key": self.called,
            "credential": f"principal {self.called}" if self.is_negotiated else f"key {self.called}",
            "algorithm": "" if self.signing is None else self.signing.text,
            "client": "" if self.client is None else format_address(self.client),
        }
