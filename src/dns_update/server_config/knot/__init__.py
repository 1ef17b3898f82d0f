"""Knot DNS: what knot.conf says about an update."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.server_config.finding import ConfigFinding, Findings, Place
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.keys import fault_of, nearest_name
from dns_update.server_config.knot.configuration import Configuration, read_configuration
from dns_update.server_config.knot.entries import Entry
from dns_update.server_config.knot.listening import examine_listening
from dns_update.server_config.knot.permission import examine_permission
from dns_update.server_config.knot.status import examine_status
from dns_update.server_config.knot.zone_files import examine_files
from dns_update.server_config.other_zones import listed, other_zone
from dns_update.server_config.source import as_name


def examine(path: str, intended: IntendedUpdate) -> tuple[ConfigFinding, ...]:
    """Return the findings about an update in a configuration of Knot.

    Raises UsageError, and ConfigError for a configuration that knotd would not load.
    """
    found = Findings("knot", intended)
    main = Place(path)
    configuration = read_configuration(path)
    if intended.silent_at is not None:
        examine_listening(found, intended.silent_at, configuration)
    zone = _zone(found, intended, configuration, main)
    if zone is None:
        _key(found, intended, configuration, main)
        return found.all()
    permission = Findings("knot", intended)
    _key(permission, intended, configuration, main)
    examine_permission(permission, intended, configuration, zone)
    if not _is_closed_secondary(found, configuration, zone, permission):
        found.take(permission)
    examine_files(found, configuration, zone, path)
    examine_status(found, intended, zone, path)
    return found.all()


def _zone(found: Findings, intended: IntendedUpdate, configuration: Configuration, main: Place) -> Entry | None:
    zones = [(name, entry) for entry in configuration.section("zone") if (name := as_name(entry.id)) is not None]
    zone = configuration.named("zone", intended.zone)
    if zone is None:
        parents = [pair for pair in zones if pair[0].labels and intended.zone.is_within(pair[0])]
        if parents:
            name, parent = max(parents, key=lambda pair: len(pair[0].labels))
            found.fault("zone-parent", parent.place, parent=str(name))
        elif (other := other_zone(intended, [name for name, _entry in zones])) is not None:
            found.fault(other.code, main, other=str(other.name))
        else:
            found.fault("zone-missing", main, zones=listed([name for name, _entry in zones]))
        return None
    for name, below in zones:
        if name != intended.zone and name.is_within(intended.zone) and intended.owner.is_within(name):
            found.fault("zone-below", below.place, below=str(name))
    return zone


def _is_closed_secondary(found: Findings, configuration: Configuration, zone: Entry, permission: Findings) -> bool:
    """Add that the server is a secondary of the zone; return whether it accepts no update to pass on.

    Then the primary is what the update must go to, and what keeps this server from taking it does not matter.
    """
    masters = configuration.of_zone(zone, "master")
    if not masters:
        return False
    remotes = [each for item in masters for value in item.values for each in _remotes(configuration, value)]
    primaries = ", ".join(f"{name} ({address})" if address else name for name, address in remotes)
    if permission.has_fault:
        first = next((address for _name, address in remotes if address), "ADDRESS")
        found.fault("secondary", masters[0].place, primaries=primaries, first=first)
        return True
    found.remark("secondary-forwards", masters[0].place, primaries=primaries)
    return False


def _remotes(configuration: Configuration, name: str) -> Iterator[tuple[str, str]]:
    """Yield each remote of a name, which may be that of a group, and its first address as `dns-server` takes it."""
    group = configuration.entry("remotes", name)
    for member in (name,) if group is None else group.values("remote"):
        remote = configuration.entry("remote", member)
        address, _at, port = "".join(() if remote is None else remote.values("address")[:1]).partition("@")
        host = f"[{address}]" if ":" in address and port else address
        yield member, f"{host}:{port}" if port else host


def _key(found: Findings, intended: IntendedUpdate, configuration: Configuration, main: Place) -> None:
    signer = intended.signer
    if signer is None:
        return
    key = configuration.named("key", signer)
    if key is None:
        known = [each.id for each in configuration.section("key")]
        similar = nearest_name(signer, known)
        entry = next((each for each in configuration.section("key") if each.id.lower() == similar), None)
        if entry is not None:
            found.fault("key-similar", entry.place, similar=similar)
        else:
            found.fault("key-unknown", main, known=", ".join(known) or "none")
        return
    code = fault_of(intended, key.value("algorithm"), key.value("secret"))
    if code:
        differs = key.item("algorithm" if code == "key-algorithm" else "secret") or key.items[0]
        found.fault(code, differs.place, other=key.value("algorithm"))
    else:
        found.right("key-right", key.place)
