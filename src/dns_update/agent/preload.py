"""All that an agent may need in its life, to be loaded at its start.

What is loaded later may be of another version by then, because the package was upgraded; or it cannot be loaded,
because no more files can be opened.
"""

from __future__ import annotations

from importlib import import_module

OURS = (
    "address.command",
    "address.interface",
    "address.kernel.snapshot",
    "address.resolver",
    "address.special_purpose",
    "address.web",
    "agent.output.control",
    "auth.kfile",
    "auth.secret_sources",
    "commandline.mistakes",
    "client.discovery",
    "client.obstacles",
    "client.readback",
    "client.reply_errors",
    "client.wildcards",
    "errors.classes",
    "routeros.expression",
    "rr.addresses",
    "rr.certificates",
    "rr.dnssec",
    "rr.dohpath",
    "rr.generic",
    "rr.keys",
    "rr.layouts",
    "rr.loc",
    "rr.naptr",
    "rr.obsolete",
    "rr.printer",
    "rr.reader",
    "rr.scanner",
    "rr.svcb",
    "rr.zone_file",
    "wire.ttl",
    "transport.blocking",
    "transport.failures",
    "transport.sockets",
    "transport.tcp",
    "transport.udp",
)
OTHERS = (
    *("binascii", "ctypes", "datetime", "difflib", "grp", "shlex", "sqlite3", "ssl", "struct", "urllib.parse", "idna"),
    # Codecs: of host names in certificates, of the head of web answers, of characters that cannot be printed.
    *("encodings.idna", "encodings.latin_1", "encodings.iso8859_1", "encodings.unicode_escape"),
)
LEFT_OUT = ("ctypes", "importlib")
"""Only a one-shot command adopts orphans, which takes ctypes. Python itself has the other."""


def load() -> None:
    """Load it; raises ImportError and OSError."""
    for name in OTHERS:
        import_module(name)
    for name in OURS:
        import_module(f"dns_update.{name}")
