"""Findings about the file of an SQLite database, in which pdns_server must write."""

from __future__ import annotations

import re
from pathlib import Path

from dns_update.server_config.disk import disk_fault
from dns_update.server_config.finding import Findings
from dns_update.server_config.powerdns.settings import Settings
from dns_update.server_config.server_user import READ, SEARCH, WRITE, Identity, running_as, user_named

_STANDARD_DIRECTORY = "/etc/powerdns"
_PLACE_OF_CONFIGURATION = re.compile(r"--config-dir=(.+)")


def examine_database_file(found: Findings, settings: Settings, path: str) -> None:
    """Add what keeps pdns_server from writing in its database; `path` is the configuration."""
    setting = settings.last("gsqlite3-database")
    if setting is None:
        return
    file = Path(setting.value).resolve()
    user = pdns_user(settings, path)
    of_disk = disk_fault(file.parent, "" if user is None else user.root) or disk_fault(file)
    if of_disk:
        found.fault(of_disk, setting.place, directory=str(file.parent), unit="pdns")
    elif user is not None and user.lacks(file, READ | WRITE):
        found.fault("database-not-writable", setting.place, path=str(file), user=user.name)
    elif user is not None and user.lacks(file.parent, WRITE | SEARCH):  # SQLite makes a journal beside it
        found.fault("database-not-writable", setting.place, path=str(file.parent), user=user.name)


def pdns_user(settings: Settings, path: str) -> Identity | None:
    """Return the user of the running pdns_server with a configuration, or the one that `setuid` names."""

    def is_ours(words: list[str]) -> bool:
        given = next((match[1] for word in words if (match := _PLACE_OF_CONFIGURATION.match(word))), "")
        return Path(given or _STANDARD_DIRECTORY).resolve() == Path(path).resolve().parent

    setuid = settings.last("setuid")
    return running_as("pdns_server", is_ours) or (user_named(setuid.value) if setuid is not None else None)
