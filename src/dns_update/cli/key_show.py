"""`dns-update key show`: what a key file has, without the secrets; what the keys may do."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from dns_update.auth import Key
from dns_update.cli import put, talk
from dns_update.cli.as_json import error_fields, head, object_text
from dns_update.cli.key_access import NO, YES, KeyAccess, Permission, access_of
from dns_update.cli.key_input import KeyFile, owners_of, read_key_file
from dns_update.cli.key_usage import usage_fields, usage_in, usage_text
from dns_update.cli.table import lined_up
from dns_update.commandline.properties import Options
from dns_update.doctor.weak_secrets import weakness_of
from dns_update.errors import UsageError, one_line
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.keys.fingerprint import fingerprint_of
from dns_update.keys.statement import days_in
from dns_update.value import Value

OLD_DAYS = 180  # a key is older then than most people who have left with a copy of it are missed
_DAY_SECONDS = 86_400
_HEAD = ("NAME", "ALGORITHM", "LENGTH", "AGE", "FINGERPRINT")
_KEYS_OF_ROTATION = 2


class _Shown(Value):
    """A key as it is shown: its age in days, and whether its file says when it was made; why its secret is weak."""

    key: Key
    days: int
    is_age_known: bool
    weakness: str

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint; None for a weak secret, which could be found by it."""
        return None if self.weakness else fingerprint_of(self.key)


def show(options: Options) -> int:
    """Show the keys of a file, and return the exit status: that of the first server which does not accept one."""
    file = read_key_file(options, "show")
    owners_of(options)
    keys = file.keys if options.key_name is None else (file.key_named(options.key_name),)
    if options.dns_server and options.zone is None:
        raise UsageError("dns-server= is given without zone=", hint="zone= is what the key may change there")
    shown = list(_shown(file, keys))
    accesses = [] if options.zone is None else [access_of(key, options) for key in keys]
    status = next((error.exit_status for access in accesses for error in access.errors), 0)
    if options.json:
        put(object_text(_fields(file, shown, accesses, status, options)))
        return status
    _print(file, shown, accesses, options)
    return status


def _shown(file: KeyFile, keys: Sequence[Key]) -> Iterator[_Shown]:
    days = days_in(file.text, file.called)
    today = datetime.fromtimestamp(time.time(), UTC).date()
    for key in keys:
        made = _date(days.get(key.name, ""))
        age = _file_age(file.path) if made is None else (today - made).days
        yield _Shown(key, max(age, 0), made is not None, weakness_of(key))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file_age(path: str) -> int:
    """Return for how many days a file has not been changed: its keys may be older, and are not newer."""
    try:
        return int((time.time() - os.stat(path).st_mtime) // _DAY_SECONDS)
    except OSError:
        return 0


def _warnings(file: KeyFile, shown: Sequence[_Shown]) -> Iterator[str]:
    for each in shown:
        name = each.key.name
        if each.weakness:
            yield (
                f"the secret of key {name} {each.weakness}: it can be guessed from one signed message; "
                "dns-update key generate makes another key"
            )
        if each.days > OLD_DAYS:
            yield f"key {name} is {each.days} days old: dns-update key rotate {file.called} replaces it"


def _print(file: KeyFile, shown: Sequence[_Shown], accesses: Sequence[KeyAccess], options: Options) -> None:
    rows = [_HEAD, *(_row(each) for each in shown)]
    put("".join(f"{line}\n" for line in lined_up(rows)))
    if accesses:
        tables = [list(_access_rows(each.key, access)) for each, access in zip(shown, accesses, strict=True)]
        lines = lined_up([("KEY", "SERVER", "MAY CHANGE", "TYPE", ""), *(row for table in tables for row in table)])
        put("\n" + "".join(f"{line}\n" for line in lines))
    for error in (error for access in accesses for error in access.errors):
        talk(one_line(str(error)))
        if error.hint:
            talk(one_line(f"hint: {rendered(error.hint, COMMAND_LINE)}"))
    for warning in _warnings(file, shown):
        talk(f"warning: {warning}")
    if len(shown) == _KEYS_OF_ROTATION and not options.quiet:
        newer, older = shown[0].key.name, shown[1].key.name
        talk(usage_text(usage_in(options.key_history, older, newer), older, newer, options.key_history))


def _row(each: _Shown) -> tuple[str, ...]:
    age = f"{each.days} day{'s' * (each.days != 1)}" + ("" if each.is_age_known else " or more")
    bits = f"{len(each.key.secret) * 8} bits"
    return str(each.key.name), each.key.algorithm.text, bits, age, each.fingerprint or "(weak)"


def _access_rows(key: Key, access: KeyAccess) -> Iterator[tuple[str, ...]]:
    for permission in access.permissions:
        place = "any other name" if permission.owner is None else str(permission.owner)
        yield str(key.name), permission.server, place, permission.rrtype, _allowed(permission)


def _allowed(permission: Permission) -> str:
    if permission.owner is None and permission.allowed == YES:
        return "yes: a narrower grant would be enough for most uses"
    return permission.allowed


def _fields(
    file: KeyFile, shown: Sequence[_Shown], accesses: Sequence[KeyAccess], status: int, options: Options
) -> dict[str, object]:
    fields = head("key", status, step="show") | {
        "file": file.path,
        "keys": [
            _key_fields(each) | ({"access": _access_fields(accesses[place])} if accesses else {})
            for place, each in enumerate(shown)
        ],
        "warnings": list(_warnings(file, shown)),
    }
    if len(shown) == _KEYS_OF_ROTATION:
        newer, older = shown[0].key.name, shown[1].key.name
        fields["usage"] = usage_fields(usage_in(options.key_history, older, newer))
    return fields


def _key_fields(each: _Shown) -> dict[str, object]:
    return {
        "name": str(each.key.name),
        "algorithm": each.key.algorithm.text,
        "bits": len(each.key.secret) * 8,
        "age_days": each.days,
        "age_known": each.is_age_known,
        "fingerprint": each.fingerprint,
        "weakness": each.weakness or None,
    }


def _access_fields(access: KeyAccess) -> dict[str, object]:
    permissions = [
        {
            "server": permission.server,
            "name": None if permission.owner is None else str(permission.owner),
            "type": permission.rrtype,
            "allowed": {YES: True, NO: False}.get(permission.allowed),
        }
        for permission in access.permissions
    ]
    return {"permissions": permissions, "errors": [error_fields(error) for error in access.errors]}
