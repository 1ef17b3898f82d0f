"""How servers are asked, by the properties of a command line: transport, patience, whom the server must be."""

from __future__ import annotations

from dns_update import errors
from dns_update.cli import talk
from dns_update.commandline.properties import Options
from dns_update.exchange import ENCRYPTED, QUIC, Policy
from dns_update.transport import DNS_PORT, ENCRYPTED_PORT, Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth.tls_settings import TlsSettings


def policy_of(options: Options) -> Policy:
    """Return the policy; raises UsageError for properties of TLS that do not go together, or without it.

    Raises it, too, if the transport is `quic` and its library is not installed.
    """
    if options.transport == QUIC:
        import dns_update.transport.quic  # noqa: F401 - before anything is sent, by whichever transport
    return Policy(options.timeout, options.retries, options.transport, _tls_of(options))


def port_of(options: Options) -> int:
    """Return the port of servers that are given without one."""
    return options.port or (ENCRYPTED_PORT if options.transport in ENCRYPTED else DNS_PORT)


def servers_of(options: Options) -> tuple[Server, ...]:
    """Return the servers that get updates, as far as they are given; raises UsageError."""
    return _servers(options.update_server or options.dns_server, options)


def query_servers_of(options: Options) -> tuple[Server, ...] | None:
    """Return the servers that are asked what a zone has, as `Destination` takes them; raises UsageError."""
    if options.query_server:
        return _servers(options.query_server, options)
    return _servers(options.dns_server, options) if options.update_server else None


def _servers(texts: tuple[str, ...], options: Options) -> tuple[Server, ...]:
    return tuple([Server.from_text(text, port_of(options)) for text in texts])


def _tls_of(options: Options) -> TlsSettings | None:
    given = [name for name in _TLS if name.replace("-", "_") in options.given]
    if options.transport not in ENCRYPTED:
        if given:
            raise errors.UsageError(
                f"{given[0]}= is given without transport=tls or transport=quic", hint="give both, or none"
            )
        return None
    from dns_update.auth.tls_settings import TlsSettings  # most updates need it not

    settings = TlsSettings(
        ca=options.tls_ca,
        hostname=options.tls_hostname,
        pins=options.tls_pin,
        certificate=options.tls_cert,
        private_key=options.tls_key,
        verify=options.tls_verify,
    )
    if not settings.verify and not (options.quiet or options.json):
        talk("note: with tls-verify=no, whoever answers is taken for the server")
    return settings


_TLS = ("tls-ca", "tls-hostname", "tls-pin", "tls-cert", "tls-key", "tls-verify")
