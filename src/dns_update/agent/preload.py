"""Loads, at the start, all modules that an agent may need later.

A module that is loaded later may be of another version, because the package was upgraded; or it cannot be loaded,
because no more files can be opened.
"""

from __future__ import annotations

from importlib import import_module

OURS = (
    *("address.command", "address.interface", "address.kernel.snapshot", "address.resolver"),
    *("address.special_purpose", "address.web", "agent.output.control", "auth.kfile", "auth.mixed_up"),
    *(
        "auth.other_formats",
        "auth.secret_sources",
        "client.discovery",
        "client.hidden",
        "client.obstacles",
        "client.primary_name",
        "client.readback",
        "client.sig0",
        "client.reply_errors",
        "client.wildcards",
    ),
    *(
        "agent.pairs",
        "commandline.mistakes",
        "errors.classes",
        "errors.tls",
        "routeros.expression",
    ),
    *("rr.addresses", "rr.dnssec", "rr.key_records", "rr.layouts", "rr.loc"),
    *("rr.naptr", "rr.obsolete", "rr.presentation", "rr.reverse_names", "rr.scanner", "rr.svcb", "rr.zone_file"),
    *(
        "transport.blocking",
        "transport.failures",
        "transport.sockets",
        "transport.tcp",
        "transport.tls",
        "transport.tls_stream",
    ),
    *("transport.udp", "wire.ttl"),
)
OTHERS = (
    *("binascii", "datetime", "difflib", "grp", "shlex", "sqlite3", "ssl", "struct", "urllib.parse", "idna"),
    # Codecs for host names in certificates, headers of web answers, and characters that cannot be printed.
    *("encodings.idna", "encodings.latin_1", "encodings.iso8859_1", "encodings.unicode_escape"),
)
LEFT_OUT = (
    *("ctypes", "importlib", "contextlib", "dns_update.routeros.machine.names", "dns_update.rr.record_text"),
    *("dns_update.client.transfers", "dns_update.client.acme", "dns_update.client.preview"),
    *("dns_update.client.bulk_access", "dns_update.client.bulk_aio", "dns_update.auth.private_key"),
    *("dns_update.transport.quic", "dns_update.transport.quic_aio", "dns_update.transport.quic_socket"),
    *("dns_update.transport.certificates", "dns_update.auth.gss"),
    *("dns_update.client.gss", "dns_update.client.gss_replies"),
)
"""ctypes is only for one-shot commands, which adopt orphans; the names of a router's interfaces are only for `run`.
Python has loaded importlib itself. No agent transfers a zone, has tokens of ACME challenges, applies a file of names,
shows what an update would change, or reads whole records from text. Private keys, Kerberos and QUIC need libraries that
are there only where they are used; the keys are read, and what is for Kerberos and QUIC is loaded, at the start.
"""


def load() -> None:
    """Load them; raises ImportError and OSError."""
    for name in OTHERS:
        import_module(name)
    for name in OURS:
        import_module(f"dns_update.{name}")
