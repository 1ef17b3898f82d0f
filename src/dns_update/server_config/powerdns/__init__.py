"""PowerDNS: what pdns.conf and the database say about an update."""

from __future__ import annotations

import re

from dns_update import errors
from dns_update.auth import Algorithm, decoded_base64
from dns_update.process.capture import captured, found_program
from dns_update.server_config.finding import ConfigFinding, Findings, Place
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.keys import fault_of, nearest_name
from dns_update.server_config.networks import is_in_network
from dns_update.server_config.other_zones import listed, other_zone
from dns_update.server_config.powerdns.database import CHANGING, Database, StoredKey, file_options, open_database
from dns_update.server_config.powerdns.files import examine_database_file
from dns_update.server_config.powerdns.listening import examine_listening
from dns_update.server_config.powerdns.settings import Settings, read_settings
from dns_update.server_config.wording import the_keys
from dns_update.wire.name import Name

_CHECK_SECONDS = 10
_DEFAULT_FROM = "127.0.0.0/8,::1"
_WRITABLE = ("gsqlite3", "gmysql", "gpgsql", "godbc", "lmdb")  # lmdb from 5.0 on
_LATER = "lmdb"
_UNKNOWN_SETTING = re.compile(r"unknown setting '([^']*)'")


def examine(path: str, intended: IntendedUpdate) -> tuple[ConfigFinding, ...]:
    """Return the findings about an update in a configuration of PowerDNS, and in its database.

    Raises UsageError, and ConfigError for a configuration that pdns_server would not load.
    """
    found = Findings("powerdns", intended)
    main = Place(path)
    settings = read_settings(path)
    _refuse_mistakes(settings, path)
    if intended.silent_at is not None:
        examine_listening(found, intended.silent_at, settings, main)
    _switches(found, settings, main)
    examine_database_file(found, settings, path)
    database = open_database(path) if settings.values("launch") else None
    if database is None:
        found.also(add_meta="pdnsutil add-meta")
        found.remark("database-not-asked", main)
        _addresses(found, intended, settings, (), main)
        return found.all()
    found.also(**{name.replace("-", "_"): database.command(name) for name in CHANGING})
    _key(found, intended, database, main)
    if _zone(found, intended, settings, database, main) and settings.last("lua-dnsupdate-policy-script") is None:
        _addresses(found, intended, settings, database.metadata(intended.zone, "ALLOW-DNSUPDATE-FROM"), main)
        _signature(found, intended, settings, database, main)
    return found.all()


def _refuse_mistakes(settings: Settings, path: str) -> None:
    """Raise ConfigError for a setting that PowerDNS does not know: it would not start."""
    program, options = found_program("pdns_server"), file_options(path)
    if program is None or options is None:
        return
    try:
        result = captured((program, "--config=check", *options), _CHECK_SECONDS)
    except OSError:
        return
    unknown = None if result is None else _UNKNOWN_SETTING.search(result.errors + result.output)
    wrong = None if unknown is None else settings.last(unknown[1].lower())
    if wrong is not None:
        raise errors.ConfigError(
            [(f"{wrong.place}: PowerDNS does not know the setting {wrong.name}", "correct it, or remove the line")]
        )


def _switches(found: Findings, settings: Settings, main: Place) -> None:
    """Add what the settings say of updates as a whole."""
    switch = settings.last("dnsupdate")
    if not settings.is_on("dnsupdate", "no"):
        found.fault("dnsupdate-off", main if switch is None else switch.place)
    policy = settings.last("lua-dnsupdate-policy-script")
    if policy is not None and policy.value:
        found.remark("lua-policy", policy.place, script=policy.value)
    backends = tuple(each.partition(":")[0] for each in settings.values("launch"))
    launch = settings.last("launch")
    place = main if launch is None else launch.place
    if not backends:
        found.fault("no-backend", place)
    elif not set(backends).intersection(_WRITABLE):
        found.fault("backend", place, backends=", ".join(backends))
    elif set(backends).intersection(_WRITABLE) == {_LATER}:
        found.remark("backend-later", place)


def _key(found: Findings, intended: IntendedUpdate, database: Database, main: Place) -> None:
    if intended.signer is None:
        return
    key = _stored(database, intended.signer)
    if key is None:
        similar = nearest_name(intended.signer, [each.name for each in database.keys])
        known = ", ".join(each.name for each in database.keys) or "none"
        found.fault("key-similar" if similar else "key-unknown", main, similar=similar, known=known)
        return
    same = [each for each in database.keys if Name.from_text(each.name) == intended.signer]
    code = _fault_of_stored(key) or fault_of(intended, key.algorithm, key.secret)
    if len(same) > 1:
        found.fault("key-twice", main, algorithms=", ".join(each.algorithm for each in same))
    elif code:
        found.fault(code, main, other=key.algorithm)
    else:
        found.right("key-right", main)


def _fault_of_stored(key: StoredKey) -> str:
    """Return what PowerDNS cannot use of a key in its database: such a key is for it as if it were not there."""
    try:
        Algorithm.from_text(key.algorithm)
    except errors.UsageError:
        return "key-stored-algorithm"
    return "key-stored-secret" if decoded_base64(key.secret.encode(errors="replace")) is None else ""


def _stored(database: Database, name: Name) -> StoredKey | None:
    return next((each for each in database.keys if Name.from_text(each.name) == name), None)


def _zone(found: Findings, intended: IntendedUpdate, settings: Settings, database: Database, main: Place) -> bool:
    """Add what there is to say about the zone; return whether it is there and takes updates itself."""
    kind = database.kind(intended.zone)
    zones = database.zones()
    show = database.command("show-zone", str(intended.zone))
    if kind is None:
        parents = [zone for zone in zones if zone.labels and intended.zone.is_within(zone)]
        parent = max(parents, key=lambda zone: len(zone.labels), default=None)
        other = other_zone(intended, zones)
        if parent is None and other is not None:
            found.fault(other.code, main, other=str(other.name))
        else:
            code = "zone-missing" if parent is None else "zone-parent"
            found.fault(code, main, parent=str(parent), show=show, zones=listed(zones))
        return False
    fault = database.fault_in(intended.zone)
    if fault:
        found.fault("zone-data", main, fault=fault)
        return False
    for below in zones:
        if below != intended.zone and below.is_within(intended.zone) and intended.owner.is_within(below):
            found.fault("zone-below", main, below=str(below))
    if kind == "native" and intended.is_late_elsewhere:
        found.remark("native", main)
    if kind not in ("secondary", "consumer"):
        return True
    forwards = settings.is_on("forward-dnsupdate", "yes") or database.metadata(intended.zone, "FORWARD-DNSUPDATE")
    if forwards:
        found.remark("secondary-forwards", main, show=show)
    else:
        setting = settings.last("forward-dnsupdate")
        found.fault("secondary", main if setting is None else setting.place, show=show)
    return bool(forwards)


def _addresses(
    found: Findings, intended: IntendedUpdate, settings: Settings, of_zone: tuple[str, ...], main: Place
) -> None:
    """Add whether the client's address is in the ranges of the settings or of the zone, which add up."""
    setting = settings.last("allow-dnsupdate-from")
    allowed = (*settings.values("allow-dnsupdate-from", _DEFAULT_FROM), *of_zone)
    place = main if setting is None else setting.place
    listed = ", ".join(allowed) or "none"
    if intended.client is None:
        found.remark("address-not-known", place, listed=listed)
    elif not any(_is_in(intended.client, each) for each in allowed):
        found.fault("address", place, listed=listed)


def _is_in(client: bytes, network: str) -> bool:
    return is_in_network(client, network) is True


def _signature(found: Findings, intended: IntendedUpdate, settings: Settings, database: Database, main: Place) -> None:
    """Add whether the zone accepts the key."""
    allowed = database.metadata(intended.zone, "TSIG-ALLOW-DNSUPDATE")
    required = settings.last("dnsupdate-require-tsig")
    is_required = settings.is_on("dnsupdate-require-tsig", "no")
    keys = the_keys(allowed)
    if intended.signer is None and allowed:
        found.fault("needs-key", main, keys=keys)
    elif intended.signer is None and is_required and required is not None:
        found.fault("requires-key", required.place)
    elif not allowed:
        found.remark("any-key" if is_required else "no-key-needed", main)
    elif intended.signer in [Name.from_text(each) for each in allowed]:
        found.right("allowed", main)
    else:
        found.fault("other-key", main, keys=keys)
