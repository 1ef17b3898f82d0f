"""How a server is authenticated over TLS, and how this client authenticates itself; nothing here needs `ssl`."""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HANDSHAKE_SECONDS = 5.0  # a plain port of BIND reads the handshake as a length, and waits for the octets
PIN_OCTETS = 32
_PIN_HINT = "the Base64 of the SHA-256 of the server's public key, 44 characters, as knotd logs it at its start"


class TlsSettings(Value):
    """What is expected of the servers of `transport=tls`, and what is shown to them.

    `ca` is the path of a file with certificates, in PEM, of those who may have signed the server's; None are the
    system's. `hostname` is the name that the server's certificate must have; None is the name by which the server was
    given, or its address. `pins` are SHA-256 digests of public keys (SPKI, RFC 7858, section 4.2): one must be the
    server's. If only pins are given, they are enough, and the certificate may be of anybody. `certificate` and
    `private_key` are the paths of PEM files that authenticate this client; a key may be in the file of the
    certificate. Without `verify`, the server may be anybody: messages are only hidden from who just listens.
    """

    ca: str | None
    hostname: str | None
    pins: tuple[bytes, ...]
    certificate: str | None
    private_key: str | None
    verify: bool

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        *,
        ca: str | None = None,
        hostname: str | None = None,
        pins: Sequence[bytes | str] = (),
        certificate: str | None = None,
        private_key: str | None = None,
        verify: bool = True,
    ) -> None:
        """Check what goes together; a pin may be its 32 octets or Base64. Raises UsageError, InvalidText."""
        if private_key is not None and certificate is None:
            raise errors.UsageError(
                "a private key is given without its certificate", hint=errors.Hint("give {tls-cert}, too")
            )
        if not verify and (ca is not None or hostname is not None or pins):
            raise errors.UsageError(
                "it is said whom the server must be, and that it is not verified",
                hint=errors.Hint("leave {tls-verify:no} out, or {tls-ca}, {tls-hostname} and {tls-pin}"),
            )
        self._store(
            ca=ca,
            hostname=hostname,
            pins=tuple([pin_from_text(pin) if isinstance(pin, str) else _checked_pin(pin) for pin in pins]),
            certificate=certificate,
            private_key=private_key,
            verify=verify,
        )

    @property
    def by_property(self) -> dict[str, object]:
        """The settings by the names of their properties."""
        return {
            "tls-ca": self.ca,
            "tls-hostname": self.hostname,
            "tls-pin": self.pins,
            "tls-cert": self.certificate,
            "tls-key": self.private_key,
            "tls-verify": self.verify,
        }

    @property
    def checks_certificate(self) -> bool:
        """Whether the certificate must be signed by somebody who is trusted, and be of the right name."""
        return self.verify and (not self.pins or self.ca is not None or self.hostname is not None)


def pin_from_text(text: str) -> bytes:
    """Return the octets of a pin; raises InvalidText."""
    from binascii import Error, a2b_base64  # most commands have no pin

    try:
        return _checked_pin(a2b_base64(text.removeprefix("sha256/"), strict_mode=True))
    except (Error, ValueError):
        raise errors.InvalidText(f"{quoted(text)} is not a pin", hint=_PIN_HINT) from None


def _checked_pin(pin: bytes) -> bytes:
    if len(pin) != PIN_OCTETS:
        raise errors.InvalidText(f"a pin has {PIN_OCTETS} octets, not {len(pin)}", hint=_PIN_HINT)
    return pin
