"""Kerberos credentials in the place of a key, and the contexts that they negotiate with servers: GSS-TSIG (RFC 3645).

A GssKey says whose tickets are used. It signs nothing: with each server, it negotiates a context, whose ContextKey
signs and verifies by GetMIC and VerifyMIC. What those sign is what TSIG signs (RFC 3645, section 2.2; RFC 8945). The
GSS-API itself is in `transport/gssapi.py`, the negotiation in `client/gss.py`.
"""

from __future__ import annotations

import os

from dns_update import errors
from dns_update.auth import Algorithm, Key
from dns_update.auth.private_file import check_private_file
from dns_update.auth.tsig import Signer
from dns_update.errors import quoted
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Protocol

    class Context(Protocol):
        """An established context of the GSS-API, as far as signatures need it."""

        @property
        def principal(self) -> str:
            """Who has it on this side."""

        def mic(self, octets: bytes) -> bytes:
            """Return the signature of octets; raises KerberosError."""

        def is_mic(self, octets: bytes, mic: bytes) -> bool:
            """Return whether it is the other side's signature of octets."""


_NAME = Name((b"gss-tsig",))
_SERVICE_SEPARATOR, _REALM_SEPARATOR = "/", "@"
_FILE = "FILE:"
_OTHER_CACHES = ("DIR:", "KEYRING:", "KCM:", "MEMORY:", "API:")


class GssAlgorithm(Algorithm):
    """The algorithm gss-tsig; its signatures are never cut."""

    @property
    def is_gss(self) -> bool:
        """Whether signatures are made by a negotiated context: always."""
        return True

    @property
    def is_truncated(self) -> bool:
        """Whether only a part of the MAC is sent: never."""
        return False


_ALGORITHM = GssAlgorithm("gss-tsig", _NAME, "", MAX_U16)  # as many octets as a MAC can have: no MAC is cut


class GssSettings(Value):
    """Whose Kerberos tickets sign updates, and from where they come. All can be left out.

    `realm` is the realm of the servers, `EXAMPLE.COM`; None is that of the own principal. `principal` is who signs:
    `user`, `host/client.example.com` or `CLIENT$`, with or without `@REALM`; None is whose the tickets or the keytab
    are. Tickets are got with the keys in `keytab`, a path, or with `password`, or they are in the credentials cache
    `ccache`, a path or another name that Kerberos knows. With none of these, they are in the user's own cache, as
    kinit leaves them there. The repr shows no password.
    """

    realm: str | None
    principal: str | None
    keytab: str | None
    ccache: str | None
    password: str | None

    def __init__(
        self,
        *,
        realm: str | None = None,
        principal: str | None = None,
        keytab: str | None = None,
        ccache: str | None = None,
        password: str | None = None,
    ) -> None:
        """Check what goes together, and that nobody else can read the files; raises UsageError."""
        sources = {"a keytab": keytab, "a credentials cache": ccache, "a password": password}
        given = [name for name, source in sources.items() if source is not None]
        if len(given) > 1:
            raise errors.UsageError(
                f"{given[0]} and {given[1]} are both given", hint="tickets come from one of them: leave the other out"
            )
        if password is not None and principal is None:
            raise errors.UsageError(
                "a password is given without a principal",
                hint=errors.Hint("say whose it is by {principal}"),
            )
        if password == "":
            raise errors.UsageError("the password is empty")
        self._store(
            realm=None if realm is None else _checked_realm(realm),
            principal=None if principal is None else _in_realm(_checked_principal(principal), realm),
            keytab=None if keytab is None else _checked_file(keytab, "the keytab", must_exist=True),
            ccache=None if ccache is None else _checked_file(ccache, "the credentials cache", must_exist=False),
            password=password,
        )

    def __repr__(self) -> str:
        if not hasattr(self, "password"):
            return "GssSettings(password=<hidden>)"  # for a debugger, after __init__ raised
        shown = [f"{name}={getattr(self, name)!r}" for name in ("realm", "principal", "keytab", "ccache")]
        return f"GssSettings({', '.join(shown)}, password={'None' if self.password is None else '<hidden>'})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("GssSettings cannot be pickled, since the pickle might contain a password")


def _checked_realm(realm: object) -> str:
    if not isinstance(realm, str) or not realm.isprintable() or not realm.strip() or set(realm) & set("@/ "):
        raise errors.InvalidText(f"{quoted(str(realm))} is not a Kerberos realm", hint="e.g. EXAMPLE.COM")
    return realm


def _checked_principal(principal: object) -> str:
    text = str(principal)
    name, at, realm = text.rpartition(_REALM_SEPARATOR)
    is_one = text.isprintable() and " " not in text and (name if at else realm) and (realm or not at)
    is_one = is_one and _REALM_SEPARATOR not in name.replace("\\@", "")
    if not isinstance(principal, str) or not is_one:
        raise errors.InvalidText(
            f"{quoted(text)} is not a Kerberos principal",
            hint="e.g. host/client.example.com@EXAMPLE.COM; the realm may be left out",
        )
    return text


def _in_realm(principal: str, realm: str | None) -> str:
    """Return a principal that is written without a realm with that of the servers, if it is given."""
    return principal if realm is None or _REALM_SEPARATOR in principal else f"{principal}{_REALM_SEPARATOR}{realm}"


def _checked_file(name: str, called: str, *, must_exist: bool) -> str:
    """Return a keytab or cache as Kerberos names it; raises UsageError if others can read it, or if it is missing."""
    if name.startswith(_OTHER_CACHES) and not must_exist:
        return name
    path = name.removeprefix(_FILE)
    if not path or "\0" in path:
        raise errors.UsageError(f"{called} is not a path")
    if must_exist or os.path.lexists(path):
        check_private_file(path, f"{called} {path if path.isprintable() else quoted(path)}")
    return f"{_FILE}{path}"


class KeptContext(Value):
    """A negotiated key, and the time on the monotonic clock from which on another one is negotiated.

    `target` is the server's principal.
    """

    key: ContextKey
    renew_at: float
    target: str


class NotNegotiated(Value):
    """Why no context could be negotiated for a zone, and when on the monotonic clock."""

    when: float
    error: errors.DnsUpdateError
    zone: Name


class Negotiated:
    """What all that negotiate with the same credentials keep from one time to the next.

    Attributes:
        contexts: by server.
        turns: locks by server, and whose they are: of the threads, or of an event loop.
        failures: by server, the last one.
        principal: who has the last context; empty before there is one.
        source: where tickets come from, once it is needed.

    """

    __slots__ = ("contexts", "failures", "principal", "source", "turns")

    def __init__(self) -> None:
        self.contexts: dict[object, KeptContext] = {}
        self.turns: dict[object, tuple[object, Any]] = {}
        self.failures: dict[object, NotNegotiated] = {}
        self.principal = ""
        self.source: object = None


class GssKey(Key):
    """Kerberos credentials in the place of a key: `Client(key=GssKey(GssSettings(...)))`.

    With each server, a context is negotiated when it is first needed (TKEY, RFC 2930, over TCP, or over TLS if that is
    the transport). It is kept as long as the key, and negotiated anew before it ends, and if the server has lost it.
    MIT Kerberos' C library must be installed: libgssapi-krb5-2 in Debian. Raises UsageError.
    """

    settings: GssSettings
    negotiated: Negotiated

    def __init__(self, settings: GssSettings | None = None) -> None:
        settings = GssSettings() if settings is None else settings
        if not isinstance(settings, GssSettings):
            raise errors.UsageError(f"settings are GssSettings, not {type(settings).__name__}")
        self._store(
            name=_NAME,
            secret=b"",
            algorithm=_ALGORITHM,
            reading="base64",
            other_reading=None,
            predecessor=None,
            settings=settings,
            negotiated=Negotiated(),
        )

    @property
    def is_negotiated(self) -> bool:
        """Whether a key must be negotiated before anything is signed: always."""
        return True

    @property
    def called(self) -> str:
        """Who signs, in words: the principal, as far as it is known."""
        principal = self.negotiated.principal or self.settings.principal
        return f"principal {principal}" if principal else "the Kerberos ticket"

    @property
    def identity(self) -> str:
        """The principal as the server knows it; "USER@REALM" before it is known."""
        return self.negotiated.principal or self.settings.principal or "USER@REALM"

    @property
    def contexts(self) -> dict[object, KeptContext]:
        """The contexts that are kept, by server."""
        return self.negotiated.contexts

    def __repr__(self) -> str:
        return f"GssKey({self.settings!r})" if hasattr(self, "settings") else "GssKey()"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class ContextKey(Key):
    """A key that was negotiated with one server; its context signs and verifies."""

    context: Context

    def __init__(self, name: Name, context: Context) -> None:
        self._store(
            name=name,
            secret=b"",
            algorithm=_ALGORITHM,
            reading="base64",
            other_reading=None,
            predecessor=None,
            context=context,
        )

    @property
    def identity(self) -> str:
        """The principal as the server knows it."""
        return self.context.principal

    @property
    def called(self) -> str:
        """Who signs, in words."""
        return f"principal {self.context.principal}"

    def __repr__(self) -> str:
        return f"ContextKey(name={str(self.name)!r})" if hasattr(self, "name") else "ContextKey()"


class ContextSigner(Signer):
    """Signs and verifies by a context; its MAC cannot be computed twice, so it is compared by the context, too."""

    __slots__ = ("_context",)

    def __init__(self, key: Key) -> None:
        if not isinstance(key, ContextKey):
            raise TypeError("such a key must first be negotiated with the server")
        super().__init__(key)
        self._context = key.context

    def mac(self, unsigned: tuple[bytes, ...], timers: bytes, error: bytes, request_mac: bytes) -> bytes:
        """Return the signature over what TSIG covers (RFC 3645, section 5)."""
        return self._context.mic(self.covered(unsigned, timers, error, request_mac))

    def check(self, mac: bytes, unsigned: tuple[bytes, ...], timers: bytes, error: bytes, request_mac: bytes) -> None:
        """Raise ReplyNotTrusted for a wrong signature, and for that of the request: refusals of Windows repeat it."""
        if mac == request_mac:
            raise errors.ReplyNotTrusted(
                "it only repeats the signature of the request, which anybody on the way can do",
                cause=errors.causes.ECHOED_SIGNATURE,
            )
        if not self._context.is_mic(self.covered(unsigned, timers, error, request_mac), mac):
            raise wrong_signature()


def wrong_signature() -> errors.ReplyNotTrusted:
    """Return the error for a reply whose signature the context does not verify."""
    return errors.ReplyNotTrusted("its signature is wrong", cause=errors.causes.WRONG_SIGNATURE)
