"""Which kind of set-up a text is: a RouterOS script or export, ddclient.conf, a script for nsupdate, OpenWrt's ddns."""

from __future__ import annotations

import re
from typing import Literal

from dns_update.errors import UsageError, quoted
from dns_update.migration.nsupdate_script import is_plain

Kind = Literal["routeros", "ddclient", "nsupdate", "openwrt"]

_ENOUGH = 1 << 16  # characters that are looked at; no set-up begins with more comments

_SHEBANG = re.compile(r"#![^\n]*\b(?:ba|da|a|z|k)?sh\b")
_ROUTEROS = re.compile(
    r"""^[ \t]*(?:
        \#[^\n]*\bby\ RouterOS\b
        | (?:\[[^\]\n]*@[^\]\n]*\][^>\n]*>[ \t]*)?/?tool[ /]+dns-update\b
        | \[[^\]\n]*@[^\]\n]*\][ \t]*/?tool>
        | /(?:tool|ip|ipv6|system|interface|ppp|routing|certificate|log|import|export)(?:[ /]|$)
        | :(?:local|global|if|for|foreach|while|do|put|log|set|delay|error|return|execute|resolve|parse)\b
    )""",
    re.MULTILINE | re.VERBOSE,
)
_OPENWRT = re.compile(
    r"""^(?:[ \t]*config[ \t]+['"]?(?:service|ddns)\b|package[ \t]+['"]?ddns\b|ddns\.[\w@\[\]-]+=)""", re.MULTILINE
)
_DDCLIENT = re.compile(
    r"""^[ \t]*(?:[\w-]+=[^\s,]*[ \t]*,[ \t]*)*
        (?:protocol|usev?[46]?|ifv?[46]?|webv?[46]?|cmdv?[46]?|daemon|ssl|syslog|pid|mail|mail-failure|server|login|zone)
        =(?![ \t]*["'`]?\$)""",
    re.MULTILINE | re.VERBOSE,
)
_DDCLIENT_ONLY = re.compile(
    r"^[ \t]*(?:protocol|usev?[46]?|ifv?[46]?|webv?[46]?|daemon)=|[,\s](?:protocol|use)=\w", re.MULTILINE
)
_NSUPDATE = re.compile(
    r"(?:^|[^\w.-])(?:k|dns-)?nsupdate\b|\bupdate[ \t]+(?:add|del|delete)[ \t]|^[ \t]*(?:>[ \t]*)?send\b", re.MULTILINE
)


def recognised(text: str, file_name: str = "") -> Kind:
    """Return the kind of a text; `file_name` decides only if the text does not.

    A shell script that feeds nsupdate is "nsupdate". Raises UsageError for anything else.
    """
    text = text[:_ENOUGH].removeprefix("\ufeff").replace("\r\n", "\n")
    kind = _kind_of(text) or _kind_by_name(file_name.rpartition("/")[2].lower())
    if kind is None:
        called = quoted(file_name) if file_name else "the file"
        raise UsageError(
            f"{called} is not a set-up that can be imported",
            hint="a RouterOS script or export, ddclient.conf, a script for nsupdate, or OpenWrt's /etc/config/ddns",
        )
    return kind


def _kind_of(text: str) -> Kind | None:
    kinds: tuple[tuple[Kind, bool], ...]
    is_for_nsupdate = _NSUPDATE.search(text) is not None
    if text.startswith("#!"):
        kinds = (("nsupdate", is_for_nsupdate and _SHEBANG.match(text) is not None),)
    elif is_plain(text):
        kinds = (("nsupdate", is_for_nsupdate),)
    else:
        kinds = (
            ("routeros", _ROUTEROS.search(text) is not None),
            ("openwrt", _OPENWRT.search(text) is not None),
            ("ddclient", _DDCLIENT_ONLY.search(text) is not None),
            ("nsupdate", is_for_nsupdate and not _DDCLIENT.search(text)),
            ("ddclient", _DDCLIENT.search(text) is not None),
        )
    return next((kind for kind, holds in kinds if holds), None)


def _kind_by_name(name: str) -> Kind | None:
    if name.endswith((".rsc", ".scr")):
        return "routeros"
    if "ddclient" in name:
        return "ddclient"
    if "nsupdate" in name:
        return "nsupdate"
    return "openwrt" if name == "ddns" else None
