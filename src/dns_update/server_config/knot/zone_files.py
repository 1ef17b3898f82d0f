"""Findings about the files of a zone of Knot: knotd must write its journal, and the zone file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from dns_update.server_config.disk import disk_fault
from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.knot.configuration import Configuration
from dns_update.server_config.knot.entries import Entry
from dns_update.server_config.server_user import READ, SEARCH, WRITE, Identity, running_as, user_named
from dns_update.server_config.zone_check import first_fault

_STORAGE = "/var/lib/knot"  # the default, in Debian's package and elsewhere
_STANDARD_CONFIGURATION = "/etc/knot/knot.conf"


def examine_files(found: Findings, configuration: Configuration, zone: Entry, path: str) -> None:
    """Add what keeps knotd from reading the zone and from writing its changes."""
    user = knotd_user(configuration, path)
    _journal(found, configuration, zone, user)
    _private_keys(found, configuration, zone, user)
    limit = next(iter(configuration.of_zone(zone, "zone-max-size")), None)
    if limit is not None:
        found.remark("zone-max-size", limit.place, limit=limit.values[-1])
    file = _zone_file(configuration, zone)
    if file is None or configuration.of_zone(zone, "master"):
        return
    item = next(iter(configuration.of_zone(zone, "file") or configuration.of_zone(zone, "storage")), None)
    place = zone.place if item is None else item.place
    if not file.exists() and file.parent.is_dir() and configuration.zone_value(zone, "zonefile-load") != "none":
        found.fault("zone-file-missing", place, path=str(file))
    elif user is not None and user.lacks(file, READ):
        found.fault("zone-file-unreadable", place, path=str(file), user=user.name)
    elif fault := first_fault("kzonecheck", ("-o", zone.id, str(file)), file):
        found.fault("zone-file-wrong", place, path=str(file), fault=fault)
    elif user is not None and user.lacks(file.parent, WRITE | SEARCH):
        found.remark("zone-file-not-writable", place, path=str(file), directory=str(file.parent), user=user.name)


def knotd_user(configuration: Configuration, path: str) -> Identity | None:
    """Return the user of the running knotd with this configuration, or the one that `server: user` names."""

    def is_ours(words: list[str]) -> bool:
        given = next((after for word, after in pairwise(words) if word in ("-c", "--config")), "")
        return Path(given or _STANDARD_CONFIGURATION).resolve() == Path(path).resolve()

    user = running_as("knotd", is_ours)
    name, _colon, group = configuration.setting("server", "user").partition(":")
    return user or (user_named(name, group) if name else None)


def _private_keys(found: Findings, configuration: Configuration, zone: Entry, user: Identity | None) -> None:
    """Add that knotd has no private key to sign with, in its own keystore; another one is not looked into."""
    signing = next(iter(configuration.of_zone(zone, "dnssec-signing")), None)
    if signing is None or signing.values[-1] != "on" or configuration.section("keystore"):
        return
    storage = Path(configuration.setting("database", "storage") or _STORAGE)
    keys = storage / (configuration.setting("database", "kasp-db") or "keys") / "keys"
    if not keys.is_dir():  # none is made before the first signing, or we cannot see it
        return
    files = list(keys.glob("*.pem"))
    if not files:
        found.fault("private-keys-missing", signing.place, directory=str(keys))
    elif user is not None and (user.lacks(keys, SEARCH) or all(user.lacks(file, READ) for file in files)):
        found.fault("private-keys-unreadable", signing.place, directory=str(keys), user=user.name)


def _journal(found: Findings, configuration: Configuration, zone: Entry, user: Identity | None) -> None:
    storage = Path(configuration.setting("database", "storage") or _STORAGE)
    journal = storage / (configuration.setting("database", "journal-db") or "journal")
    place = _place_of_database(configuration) or zone.place
    for directory in (journal, storage):
        if directory.exists():
            of_disk = disk_fault(directory, "" if user is None else user.root)
            if of_disk:
                found.fault(of_disk, place, directory=str(directory), unit="knot")
            elif user is not None and user.lacks(directory, WRITE | SEARCH):
                found.fault("journal-not-writable", place, path=str(directory), user=user.name)
            return


def _place_of_database(configuration: Configuration) -> Place | None:
    items = (each.item(name) for each in configuration.section("database") for name in ("journal-db", "storage"))
    return next((item.place for item in items if item is not None), None)


def _zone_file(configuration: Configuration, zone: Entry) -> Path | None:
    """Return the path of the zone file; None if it has parts of names that are not worked out here."""
    file = (configuration.zone_value(zone, "file") or "%s.zone").replace("%s", zone.id.rstrip(".").lower())
    return None if "%" in file else Path(configuration.zone_value(zone, "storage") or _STORAGE) / file
