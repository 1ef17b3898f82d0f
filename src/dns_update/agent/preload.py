"""All that an agent may need in its life, to be loaded at its start.

What is loaded later may be another version's by then, since the package was upgraded meanwhile; or it is not to be had,
since no file can be opened any more.
"""

from __future__ import annotations

from importlib import import_module

OURS = (
    "address.command",
    "address.interface",
    "address.special_purpose",
    "address.resolver",
    "address.kernel.snapshot",
    "address.web",
    "agent.output.control",
    "auth.secret_sources",
    "auth.kfile",
    "client.discovery",
    "client.readback",
    "client.reply_errors",
    "errors.classes",
    "routeros.expression",
    "transport.blocking",
    "transport.failures",
    "transport.sockets",
    "transport.tcp",
    "transport.udp",
    "rr.generic",
    "rr.layouts",
    "rr.printer",
    "rr.rare",
    "rr.scanner",
    "rr.special_layouts",
    "rr.svcb",
    "rr.uri_template",
    "rr.zone_file",
)
OTHERS = (
    *("binascii", "datetime", "difflib", "grp", "shlex", "sqlite3", "ssl", "struct", "urllib.parse", "idna"),
    # Codecs: of host names in certificates, of the head of web answers, of characters that cannot be printed.
    *("encodings.idna", "encodings.latin_1", "encodings.iso8859_1", "encodings.unicode_escape"),
)
LEFT_OUT = ("dns", "dns_update.rr.with_dnspython", "importlib")
"""dnspython is large, and what a configuration needs of it is loaded as that is read; Python itself has the other."""


def load() -> None:
    """Load it; raises ImportError and OSError."""
    for name in OTHERS:
        import_module(name)
    for name in OURS:
        import_module(f"dns_update.{name}")
