"""How OpenSSL is reached: the only file that imports `_ssl`.

`ssl` adds enums, sockets and methods to that C module. Importing it takes 17 ms, more than half as long as a whole
command by UDP, and nothing here needs them. `_ssl` is private to CPython, so if it has not what is used here, `ssl` is
used: it has the same in public.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl as openssl
    from typing import Any

    _CONTEXT: Any
    _NO_COMMON_NAME: int
    _WRAP: Any
    _PROTOCOLS: Any
else:
    try:
        import _ssl as openssl

        _CONTEXT = openssl._SSLContext  # noqa: SLF001 - what `ssl` makes its own of
        _NO_COMMON_NAME = openssl.HOSTFLAG_NEVER_CHECK_SUBJECT
        _WRAP, _PROTOCOLS = _CONTEXT._wrap_bio, _CONTEXT._set_alpn_protocols  # noqa: SLF001 - as above
    except (ImportError, AttributeError):
        import ssl as openssl

IS_PRIVATE = openssl.__name__ == "_ssl"
_TLS_1_2 = 0x0303  # RFC 5246, appendix A.1

CERT_NONE = openssl.CERT_NONE
CertificateError = openssl.SSLCertVerificationError
EndOfStream = openssl.SSLEOFError
Error = openssl.SSLError
MemoryBIO = openssl.MemoryBIO
TlsSession = openssl.SSLSession
WantRead = openssl.SSLWantReadError
ZeroReturn = openssl.SSLZeroReturnError


def client_context(protocol: str) -> openssl.SSLContext:
    """Return the settings of a client that speaks TLS 1.2 or newer, names one protocol (ALPN), and verifies servers.

    A server's certificate must have the name as a subjectAltName (RFC 8310, section 8.1).
    """
    if not IS_PRIVATE:
        context = openssl.SSLContext(openssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = openssl.TLSVersion.TLSv1_2
        context.hostname_checks_common_name = False
        context.set_alpn_protocols([protocol])
        return context
    private: openssl.SSLContext = _CONTEXT(openssl.PROTOCOL_TLS_CLIENT)
    private.minimum_version = _TLS_1_2  # type: ignore[assignment]
    private._host_flags |= _NO_COMMON_NAME  # type: ignore[attr-defined]  # noqa: SLF001 - as `ssl` does
    _PROTOCOLS(private, bytes([len(protocol)]) + protocol.encode("ascii"))
    return private


def layer_of(
    context: openssl.SSLContext, incoming: MemoryBIO, outgoing: MemoryBIO, name: str, session: TlsSession | None
) -> openssl.SSLObject:
    """Return the TLS layer of a connection to the server of this name, which may go on with an earlier session."""
    if IS_PRIVATE:
        layer: openssl.SSLObject = _WRAP(
            context,
            incoming,
            outgoing,
            server_side=False,
            server_hostname=name,
            session=session,
        )
        return layer
    return context.wrap_bio(incoming, outgoing, server_hostname=name, session=session)
