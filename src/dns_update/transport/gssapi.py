"""How the GSS-API is reached: MIT Kerberos' C library (RFC 2744), by ctypes; the only file that loads it.

The package gssapi wraps the same functions, and importing it takes 30 to 50 ms, longer than a whole update by
`nsupdate -g`; it would also have to be compiled by whoever installs it with pip. ctypes and the library take 2 ms, and
the library comes with Debian's bind9-dnsutils, curl and ssh.

To begin a context may take as long as the KDC needs to answer; all else here is done at once.
"""

from __future__ import annotations

import ctypes
import os

from dns_update import errors
from dns_update.errors.kerberos import kerberos_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth.gss import GssSettings

LIBRARY = "libgssapi_krb5.so.2"

_COMPLETE, _CONTINUE = 0, 1
_IS_ERROR = 0xFFFF0000  # the other bits of a major status are remarks (RFC 2744, section 3.9.1)
_INDEFINITE = 0xFFFFFFFF
_INITIATE = 1
_OF_MECHANISM = 2
_MUTUAL, _REPLAY, _INTEGRITY = 2, 4, 32
_FLAGS = _MUTUAL | _REPLAY | _INTEGRITY
_NEEDED = _MUTUAL | _INTEGRITY

# Major statuses that say enough (RFC 2744, section 3.9.1).
_NO_CREDENTIALS, _EXPIRED = 7 << 16, 11 << 16

# Minor statuses of MIT Kerberos: the numbers of its error table "krb5", which begins here, and one of another table.
# They are those of the mechanism Kerberos: if the same error comes from SPNEGO, the library gives it another number.
_KRB5 = -1765328384
_CAUSES = {
    39756032: errors.causes.NOT_IN_CACHE,
    _KRB5 + 1: errors.causes.PRINCIPAL_DISABLED,  # expired
    _KRB5 + 12: errors.causes.PRINCIPAL_DISABLED,  # refused by the KDC's policy
    _KRB5 + 18: errors.causes.PRINCIPAL_DISABLED,  # locked
    _KRB5 + 23: errors.causes.PRINCIPAL_DISABLED,  # its password has expired
    _KRB5 + 6: errors.causes.PRINCIPAL_UNKNOWN,
    _KRB5 + 7: errors.causes.SERVICE_UNKNOWN,
    _KRB5 + 24: errors.causes.WRONG_PASSWORD,  # preauthentication failed
    _KRB5 + 31: errors.causes.WRONG_PASSWORD,  # decrypt integrity check failed
    _KRB5 + 32: errors.causes.TICKET_EXPIRED,
    _KRB5 + 33: errors.causes.TICKET_NOT_YET_VALID,
    _KRB5 + 37: errors.causes.CLOCK_SKEW,
    _KRB5 + 68: errors.causes.REALM_UNKNOWN,
    _KRB5 + 148: errors.causes.CLOCK_SKEW,  # in the KDC's reply
    _KRB5 + 154: errors.causes.REALM_UNKNOWN,
    _KRB5 + 156: errors.causes.KDC_UNREACHABLE,
    _KRB5 + 220: errors.causes.KDC_UNREACHABLE,
    _KRB5 + 141: errors.causes.NO_TICKET,
    _KRB5 + 193: errors.causes.NO_TICKET,
    _KRB5 + 194: errors.causes.NO_TICKET,
    _KRB5 + 195: errors.causes.NO_TICKET,
    _KRB5 + 199: errors.causes.NO_TICKET,
    _KRB5 + 181: errors.causes.NOT_IN_KEYTAB,
}


class _Oid(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint32), ("elements", ctypes.c_char_p))


class _OidSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_size_t), ("elements", ctypes.POINTER(_Oid)))


class _Buffer(ctypes.Structure):
    _fields_ = (("length", ctypes.c_size_t), ("value", ctypes.c_void_p))


class _StoreElement(ctypes.Structure):
    _fields_ = (("key", ctypes.c_char_p), ("value", ctypes.c_char_p))


class _Store(ctypes.Structure):
    _fields_ = (("count", ctypes.c_uint32), ("elements", ctypes.POINTER(_StoreElement)))


def _oid(octets: bytes) -> _Oid:
    return _Oid(len(octets), octets)


SPNEGO = _oid(bytes.fromhex("2b0601050502"))  # 1.3.6.1.5.5.2
KERBEROS = _oid(bytes.fromhex("2a864886f712010202"))  # 1.2.840.113554.1.2.2
_PRINCIPAL_NAME = _oid(bytes.fromhex("2a864886f71201020201"))  # 1.2.840.113554.1.2.2.1
_BOTH = _OidSet(2, (_Oid * 2)(KERBEROS, SPNEGO))  # Kerberos first: then its own error is the one that counts
_ONLY_KERBEROS = _OidSet(1, (_Oid * 1)(KERBEROS))

_loaded: list[ctypes.CDLL] = []


def library() -> ctypes.CDLL:
    """Return the C library, loaded once; raises UsageError if it is not installed."""
    if not _loaded:
        try:
            loaded = ctypes.CDLL(LIBRARY)
        except OSError:
            raise errors.UsageError(
                f"GSS-TSIG needs MIT Kerberos' library {LIBRARY}, which is not installed",
                hint="in Debian: apt-get install libgssapi-krb5-2",
                cause=errors.causes.NO_GSS_LIBRARY,
            ) from None
        for name in _FUNCTIONS:
            getattr(loaded, name).restype = ctypes.c_uint32
        _loaded.append(loaded)
    return _loaded[0]


_FUNCTIONS = (
    *("gss_acquire_cred_from", "gss_acquire_cred_with_password", "gss_delete_sec_context", "gss_display_name"),
    *("gss_display_status", "gss_get_mic", "gss_import_name", "gss_init_sec_context", "gss_inquire_cred"),
    *("gss_release_buffer", "gss_release_cred", "gss_release_name", "gss_store_cred_into", "gss_verify_mic"),
)


class _Failed(Exception):
    """A function of the library failed."""

    def __init__(self, major: int, minor: int, mechanism: _Oid) -> None:
        is_expired = major & _IS_ERROR == _EXPIRED  # then there is no minor status
        super().__init__("" if is_expired else _words(minor, mechanism) or f"major status {major >> 16}")
        unknown = errors.causes.NO_TICKET if major & _IS_ERROR == _NO_CREDENTIALS else errors.causes.KERBEROS_FAILED
        self.cause = errors.causes.TICKET_EXPIRED if is_expired else _CAUSES.get(minor, unknown)


def _call(name: str, *arguments: object, mechanism: _Oid = KERBEROS) -> int:
    """Call a function of the library; return its major status, raise _Failed if that is an error."""
    minor = ctypes.c_uint32()
    major: int = getattr(library(), name)(ctypes.byref(minor), *arguments)
    if major & _IS_ERROR:
        raise _Failed(major, ctypes.c_int32(minor.value).value, mechanism)
    return major


def _words(minor: int, mechanism: _Oid) -> str:
    """Return what the library says about a minor status; only for people."""
    text = _Buffer()
    status, more = ctypes.c_uint32(), ctypes.c_uint32()
    failed: int = library().gss_display_status(
        ctypes.byref(status), ctypes.c_uint32(minor & _INDEFINITE), _OF_MECHANISM, ctypes.byref(mechanism),
        ctypes.byref(more), ctypes.byref(text),
    )  # fmt: skip
    return "" if failed & _IS_ERROR else errors.one_line(_taken(text).decode("utf-8", "replace"))


def _given(octets: bytes) -> _Buffer:
    """Return a buffer that has the octets, and keeps them."""
    kept = ctypes.create_string_buffer(octets, len(octets))
    buffer = _Buffer(len(octets), ctypes.cast(kept, ctypes.c_void_p))
    buffer.kept = kept
    return buffer


def _taken(buffer: _Buffer) -> bytes:
    """Return the octets of a buffer that the library has made, and release it."""
    octets = ctypes.string_at(buffer.value, buffer.length) if buffer.value else b""
    _call("gss_release_buffer", ctypes.byref(buffer))
    return octets


class _Handle:
    """A thing of the library's, which is released with this object."""

    __slots__ = ("_arguments", "_release", "value")

    def __init__(self, release: str) -> None:
        self.value = ctypes.c_void_p()
        self._release = getattr(library(), release)
        # Made now: when the interpreter ends, `__del__` finds no modules any more.
        no_token = (None,) if release == "gss_delete_sec_context" else ()
        self._arguments = (ctypes.byref(ctypes.c_uint32()), ctypes.byref(self.value), *no_token)

    def __del__(self) -> None:
        if self.value:
            self._release(*self._arguments)


def _name(text: str) -> _Handle:
    name = _Handle("gss_release_name")
    octets = _given(text.encode())
    _call("gss_import_name", ctypes.byref(octets), ctypes.byref(_PRINCIPAL_NAME), ctypes.byref(name.value))
    return name


class Credentials:
    """The credentials that settings name, taken anew from where they are for each context."""

    def __init__(self, settings: GssSettings) -> None:
        """Load the library; raises UsageError if it is missing."""
        library()
        self.settings = settings
        self._own_cache = f"MEMORY:dns-update-{os.urandom(8).hex()}"  # of tickets got with a keytab or a password

    def context_with(self, host: str, *, is_plain: bool = False) -> Initiator:
        """Return a context with the name server of this host name, not begun yet; raises KerberosError.

        It is negotiated by SPNEGO (RFC 4178), as AD wants it, or `is_plain`, which is Kerberos alone (RFC 4121).
        """
        try:
            credential = self._acquired()
            principal = _principal_of(credential)
        except _Failed as failed:
            raise self.error_of(failed) from None
        realm = self.settings.realm or principal.rpartition("@")[2]
        return Initiator(self, credential, principal, f"DNS/{host}@{realm}", KERBEROS if is_plain else SPNEGO)

    def _acquired(self) -> _Handle:
        settings = self.settings
        credential = _Handle("gss_release_cred")
        name = None if settings.principal is None else _name(settings.principal)
        wanted = None if name is None else name.value
        if settings.password is not None:
            self._log_in(wanted, settings.password)
            wanted = None  # the KDC may have written it in another way
        _call(
            "gss_acquire_cred_from", wanted, ctypes.c_uint32(_INDEFINITE), ctypes.byref(_BOTH), _INITIATE,
            self._store(), ctypes.byref(credential.value), None, None,
        )  # fmt: skip
        return credential

    def _log_in(self, principal: ctypes.c_void_p | None, password: str) -> None:
        """Get a ticket with a password, and put it into a cache of this process.

        The password is tried once only: with both mechanisms it would be twice, and a wrong one may lock an account.
        """
        credential, given = _Handle("gss_release_cred"), _given(password.encode())
        _call(
            "gss_acquire_cred_with_password", principal, ctypes.byref(given), ctypes.c_uint32(_INDEFINITE),
            ctypes.byref(_ONLY_KERBEROS), _INITIATE, ctypes.byref(credential.value), None, None,
        )  # fmt: skip
        _call(
            "gss_store_cred_into", credential.value, _INITIATE, ctypes.byref(KERBEROS), 1, 0, self._store(), None, None
        )

    def _store(self) -> object:
        """Return where tickets are, None for the user's own cache."""
        settings = self.settings
        if settings.keytab is not None:
            places = {"client_keytab": settings.keytab, "ccache": self._own_cache}
        elif settings.password is not None:
            places = {"ccache": self._own_cache}
        elif settings.ccache is not None:
            places = {"ccache": settings.ccache}
        else:
            return None
        elements = [_StoreElement(place.encode(), os.fsencode(name)) for place, name in places.items()]
        return ctypes.byref(_Store(len(elements), (_StoreElement * len(elements))(*elements)))

    def error_of(self, failed: _Failed, own: str = "", target: str = "") -> errors.KerberosError:
        """Return the error that a failure means to these credentials; `own` and `target` are the two principals."""
        cause, settings = failed.cause, self.settings
        if cause == errors.causes.NO_TICKET and settings.keytab is not None:
            cause = errors.causes.NOT_IN_KEYTAB
        elif cause == errors.causes.NO_TICKET and settings.principal is not None:
            cause = errors.causes.NOT_IN_CACHE
        elif cause == errors.causes.SERVICE_UNKNOWN and own.rpartition("@")[2] != target.rpartition("@")[2]:
            cause = errors.causes.REALM_UNKNOWN  # it is that realm's own service which the KDC does not know
        return kerberos_error(str(failed), cause, principal=own or settings.principal or "", target=target)


def _principal_of(credential: _Handle) -> str:
    """Return the name of whose credentials they are."""
    name, text = _Handle("gss_release_name"), _Buffer()
    _call("gss_inquire_cred", credential.value, ctypes.byref(name.value), None, None, None)
    _call("gss_display_name", name.value, ctypes.byref(text), None)
    return _taken(text).decode("utf-8", "replace")


class Initiator:
    """A context with one server, of which this side is the initiator."""

    def __init__(
        self, credentials: Credentials, credential: _Handle, principal: str, target: str, mechanism: _Oid
    ) -> None:
        self.principal = principal
        self.target = target
        self.is_complete = False
        self.lifetime = 0  # seconds from the last step on; 0 if it is not limited
        self._credentials = credentials
        self._credential = credential
        self._name = _name(target)
        self._mechanism = mechanism
        self._context = _Handle("gss_delete_sec_context")

    def step(self, token: bytes) -> bytes:
        """Take what the server said, nothing at first; return what to answer, nothing at the end.

        Raises KerberosError. The first step asks the KDC for a ticket for the server.
        """
        try:
            return self._stepped(token)
        except _Failed as failed:
            if token:
                raise self._error(failed) from None
        # The error of SPNEGO hides that of Kerberos, whose number says more.
        self._mechanism, self._context = KERBEROS, _Handle("gss_delete_sec_context")
        try:
            return self._stepped(token)
        except _Failed as failed:
            raise self._error(failed) from None

    def mic(self, octets: bytes) -> bytes:
        """Return the signature of octets; raises KerberosError."""
        message, made = _given(octets), _Buffer()
        try:
            _call("gss_get_mic", self._context.value, 0, ctypes.byref(message), ctypes.byref(made))
        except _Failed as failed:
            raise self._error(failed) from None
        return _taken(made)

    def is_mic(self, octets: bytes, mic: bytes) -> bool:
        """Return whether it is the server's signature of octets."""
        message, made = _given(octets), _given(mic)
        try:
            _call("gss_verify_mic", self._context.value, ctypes.byref(message), ctypes.byref(made), None)
        except _Failed:
            return False
        return True

    def _stepped(self, token: bytes) -> bytes:
        given, made = _given(token), _Buffer()
        flags, lifetime = ctypes.c_uint32(), ctypes.c_uint32()
        major = _call(
            "gss_init_sec_context", self._credential.value, ctypes.byref(self._context.value), self._name.value,
            ctypes.byref(self._mechanism), ctypes.c_uint32(_FLAGS), 0, None, ctypes.byref(given) if token else None,
            None, ctypes.byref(made), ctypes.byref(flags), ctypes.byref(lifetime), mechanism=self._mechanism,
        )  # fmt: skip
        self.is_complete = major == _COMPLETE
        self.lifetime = 0 if lifetime.value == _INDEFINITE else lifetime.value
        answer = _taken(made)
        if self.is_complete and flags.value & _NEEDED != _NEEDED:
            raise kerberos_error(
                "the server does not prove who it is, or signs nothing",
                errors.causes.TKEY_REFUSED,
                target=self.target,
            )
        return answer

    def _error(self, failed: _Failed) -> errors.KerberosError:
        return self._credentials.error_of(failed, self.principal, self.target)
