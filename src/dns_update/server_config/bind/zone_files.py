"""Findings about a dynamic zone's files: named must write a journal, mostly beside the zone file."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from dns_update.server_config.bind.journal import examine_journal
from dns_update.server_config.bind.private_keys import examine_private_keys
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.disk import disk_fault
from dns_update.server_config.finding import Findings
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.server_user import READ, SEARCH, WRITE, Identity, running_as, user_named
from dns_update.server_config.zone_check import first_fault

_DEFAULTS = (Path("/etc/default/named"), Path("/etc/default/bind9"), Path("/etc/sysconfig/named"))
_USER_OPTION = re.compile(r"""^[ \t]*OPTIONS=[^\n]*?-u[ \t]*([\w-]+)""", re.MULTILINE)
STANDARD_CONFIGURATIONS = ("/etc/bind/named.conf", "/etc/named.conf")


_LIMITS = ("max-records", "max-records-per-type", "max-types-per-name")

_APPARMOR_SWITCH = Path("/sys/module/apparmor/parameters/enabled")
_APPARMOR_PROFILES = (Path("/etc/apparmor.d/usr.sbin.named"), Path("/etc/apparmor.d/local/usr.sbin.named"))
_APPARMOR_RULE = re.compile(r"^[ \t]*(?:owner[ \t]+)?(/[^\s*]*)\*{1,2}[ \t]+([a-z]+)", re.MULTILINE)


def examine_files(found: Findings, scope: ViewScope, zone: Statement, path: str, intended: IntendedUpdate) -> None:
    """Add what keeps named from writing the journal and from signing; `path` is the main configuration."""
    file = zone.child("file")
    if file is None:
        return
    directory = Path("" if scope.options is None else scope.options.setting("directory"))
    user = named_user(path)
    _limits(found, scope, zone)
    _signing(found, scope, zone, directory, user)
    inline = scope.inherited(zone, "inline-signing")  # then an update changes a copy that is not signed
    is_inline = inline is not None and inline.word(1).lower() in ("yes", "true", "1")
    if intended.dnskeys and not is_inline and all(each.keyword != "key-store" for each in scope.outer):
        given = scope.inherited(zone, "key-directory")
        keys = directory / ("" if given is None else given.word(1))
        examine_private_keys(found, intended, given or zone, keys, user)
    zone_file = directory / file.word(1)
    if not zone_file.is_absolute():  # relative to the directory that named is started in
        return
    _zone_file(found, file, zone_file, user)
    if not found.has_fault:
        form = scope.inherited(zone, "masterfile-format")
        format_options = () if form is None else ("-f", form.word(1))
        words = (*format_options, "-w", str(directory), str(intended.zone), str(zone_file))
        _checked(found, file, zone_file, first_fault("named-checkzone", words, zone_file))
    journal = directory / (zone.setting("journal") or f"{file.word(1)}.jnl")
    _journal(found, zone.child("journal") or file, journal, user)
    examine_journal(found, file, zone_file, journal)


def _checked(found: Findings, file: Statement, path: Path, fault: str) -> None:
    if fault:
        found.fault("zone-file-wrong", file.place, file=str(path), fault=fault)


def _limits(found: Findings, scope: ViewScope, zone: Statement) -> None:
    for name in _LIMITS:
        limit = scope.inherited(zone, name)
        if limit is not None and limit.word(1) != "0":  # 0 is none
            found.remark("limit", limit.place, setting=name, limit=limit.word(1))


def _zone_file(found: Findings, file: Statement, path: Path, user: Identity | None) -> None:
    if not os.path.lexists(path) and path.parent.is_dir():
        found.fault("zone-file-missing", file.place, file=str(path))
    elif user is not None and user.lacks(path, READ):
        found.fault("zone-file-unreadable", file.place, file=str(path), user=user.name)


def _journal(found: Findings, statement: Statement, journal: Path, user: Identity | None) -> None:
    directory = journal.resolve().parent
    root = "" if user is None else user.root
    of_disk = disk_fault(directory, root) or disk_fault(journal, root)
    if of_disk:
        found.fault(of_disk, statement.place, directory=str(directory), unit="named")
        return
    if user is not None and user.lacks(directory, WRITE | SEARCH):
        locked = directory
    elif user is not None and user.lacks(journal, WRITE):
        locked = journal
    elif _is_confined(directory):
        found.fault("apparmor", statement.place, directory=str(directory))
        return
    else:
        return
    mode = f"{locked.stat().st_mode & 0o7777:o}"
    found.fault(
        "journal-not-writable", statement.place, path=str(locked), user=user.name, mode=mode, journal=str(journal)
    )


def named_user(path: str) -> Identity | None:
    """Return the user that named runs as with a configuration: the running one's, or that of its start options."""
    is_standard = path in STANDARD_CONFIGURATIONS

    def is_ours(words: list[str]) -> bool:
        given = words[words.index("-c") + 1] if "-c" in words[:-1] else ""
        return Path(given).resolve() == Path(path).resolve() if given else is_standard

    user = running_as("named", is_ours)
    if user is not None or not is_standard:
        return user
    for defaults in _DEFAULTS:
        with suppress(OSError):
            option = _USER_OPTION.search(defaults.read_text(errors="replace"))
            if option is not None:
                return user_named(option[1])
    return None


def _signing(found: Findings, scope: ViewScope, zone: Statement, directory: Path, user: Identity | None) -> None:
    old = scope.inherited(zone, "auto-dnssec")
    if old is not None and old.word(1).lower() != "off":
        found.remark("auto-dnssec", old.place)
    policy = scope.inherited(zone, "dnssec-policy")
    is_signed = old is not None or (policy is not None and policy.word(1).lower() not in ("none", "insecure"))
    given = scope.inherited(zone, "key-directory")
    keys = directory / ("" if given is None else given.word(1))
    reason = given or policy or old
    if is_signed and reason is not None and user is not None and user.lacks(keys, READ | WRITE | SEARCH):
        found.fault("key-directory", reason.place, directory=str(keys), user=user.name)


def _is_confined(directory: Path) -> bool:
    """Return whether AppArmor's profile of named does not let it write in a directory."""
    texts = []
    with suppress(OSError):
        if not _APPARMOR_SWITCH.read_text().startswith("Y"):
            return False
        texts = [profile.read_text() for profile in _APPARMOR_PROFILES if profile.exists()]
    rules = [rule for text in texts for rule in _APPARMOR_RULE.findall(text)]
    return bool(rules) and not any("w" in rights and f"{directory}/".startswith(place) for place, rights in rules)
