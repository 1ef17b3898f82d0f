"""Which server a configuration is for, by its content, or by its name."""

from __future__ import annotations

import re
from pathlib import Path

from dns_update import errors
from dns_update.server_config.source import read_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.server_config.finding import ServerProgram

_COMMENTS = re.compile(r"/\*.*?\*/|(?:#|//)[^\n]*", re.DOTALL)
_BIND = re.compile(
    r"^[ \t]*(?:options|logging|controls|trusted-keys|managed-keys|trust-anchors)\s*\{"
    r"|^[ \t]*(?:zone|view|key|acl|include|masters|primaries|dnssec-policy)\s+\"?[^\s:=]*\s*[^\n:=]*[{;]",
    re.MULTILINE,
)
_KNOT = re.compile(
    r"^(?:server|zone|template|acl|remote|remotes|key|log|database|keystore|submission|policy|control|statistics|include"
    r"|mod-[a-z]+|module|xdp|dnskey-sync|external)[ \t]*:",
    re.MULTILINE,
)
_POWERDNS = re.compile(r"^[ \t]*[a-z0-9-]+[ \t]*\+?=", re.MULTILINE)
_OTHER_PROGRAMS = {  # whose files look like those of Knot or PowerDNS, and what only they have
    "NSD": r"(?:zonefile|zonesdir|zonelistfile|request-xfr|provide-xfr|ip-address)[ \t]*:",
    "Unbound": r"(?:(?:forward|stub|auth|local)-zone|local-data|access-control)[ \t]*:",
    "dnsmasq": r"(?:dhcp-[a-z]+|listen-address|auth-zone|auth-server|server|interface)[ \t]*=",
    "PowerDNS Recursor": r"(?:forward-zones(?:-recurse)?|hint-file|allow-from)[ \t]*\+?=",
}
_BY_NAME: tuple[tuple[str, ServerProgram], ...] = (("named", "bind"), ("knot", "knot"), ("pdns", "powerdns"))

_SEND = "send the updates to the zone's primary, if that is BIND, Knot DNS or PowerDNS, and give its configuration"
_HINT = "give named.conf of BIND, knot.conf of Knot, or pdns.conf of PowerDNS"


def recognised(path: str) -> ServerProgram:
    """Return the server that a file configures; raises UsageError if it cannot be read, or is for none of the three."""
    text = _COMMENTS.sub("", read_source(path).text)
    if _BIND.search(text):
        return "bind"
    for program, setting in _OTHER_PROGRAMS.items():
        if re.search(rf"^[ \t]*{setting}", text, re.MULTILINE):
            raise errors.UsageError(f"{path} is the configuration of {program}, which takes no updates", hint=_SEND)
    if _KNOT.search(text):
        return "knot"
    if _POWERDNS.search(text):
        return "powerdns"
    name = Path(path).name.lower()
    for beginning, server in _BY_NAME:
        if beginning in name and not text.strip():
            return server
    raise errors.UsageError(
        f"{path} is not the configuration of a name server",
        hint=_HINT,
    )
