"""The part of a check on the server's own machine: it reads the server's configuration and its log."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from time import time

from dns_update.auth import Key
from dns_update.commandline.properties import Options
from dns_update.doctor.checklist import Step
from dns_update.doctor.configuration import OF_ANOTHER_SERVER, configuration_steps
from dns_update.doctor.diagnosis_texts import TEXTS
from dns_update.doctor.examination import NameExamination, ServerExamination
from dns_update.doctor.server_log import log_steps
from dns_update.errors import (
    DnsUpdateError,
    KeyRejected,
    NoResponse,
    PermissionDenied,
    ReplyNotTrusted,
    UsageError,
    ZoneNotFound,
)
from dns_update.server_config import IntendedUpdate, SilentPlace
from dns_update.server_config.recognise import recognised
from dns_update.server_log import Concern, read_log
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

_OF_SEVERAL = (
    "asking-refused", "cannot-forward", "cannot-forward-to", "cannot-write", "cannot-write-or-sign",
    "drops-this-address", "host-unreachable", "key-in-no-acl", "key-not-accepted", "key-unknown", "knot-refused",
    "no-zone", "not-granted", "not-listening", "not-listening-here", "perhaps-secondary", "powerdns-database",
    "powerdns-key-not-allowed", "powerdns-policy", "powerdns-updates-off", "queries-refused", "refused-in-the-end",
    "silent", "udp-stuck", "updates-dropped", "zone-closed", "zone-not-loaded",
)  # fmt: skip
"""Causes behind which the server's configuration or its log may show one of several faults."""
_OF_RULES = ("active-directory-denied", "name-denied", "type-denied", "whole-name-denied")
"""Causes whose advice is a rule, or a group, which is wrong where something else decides."""
_DECIDING = ("log-samba-access-rights",)
_BELOW = "see what the configuration says, below"
_LOG_BELOW = "see what the server's log says, below"

_REFUSALS = (KeyRejected, PermissionDenied, ReplyNotTrusted, ZoneNotFound)


def on_server(
    steps: Sequence[Step], options: Options, name: NameExamination, key: Key | None, since: float
) -> list[Step]:
    """Return the steps of a check, and those that the server's configuration and its log make for the name.

    `since` is when the check began to ask, in seconds since the epoch.
    """
    intended = _intended(name, key)
    path = options.server_config
    read = [] if path is None else _of_configuration(path, intended, name, key)
    faults = _failures(read)
    has_fault = bool(faults)
    concern = Concern(
        intended.zone,
        intended.owner,
        intended.texts["types"],
        intended.signer,
        failures=_failures(steps),
        is_negotiated=key is not None and key.is_negotiated,
        principal=intended.principal,
        since=since,
    )
    logged = _of_log(options, concern, is_known=has_fault or _is_known(steps), faults=faults)
    return led_on(steps, [*read, *logged], _BELOW if has_fault else _LOG_BELOW)


def on_server_of_zone(steps: Sequence[Step], options: Options) -> list[Step]:
    """Return the steps of a check without a name, and those that the server's log makes."""
    concern = Concern(options.zone, None, "", options.key_name, failures=_failures(steps), is_negotiated=True)
    return led_on(steps, _of_log(options, concern, is_known=False, faults=frozenset()), _LOG_BELOW)


def _of_log(options: Options, concern: Concern, *, is_known: bool, faults: frozenset[int]) -> list[Step]:
    log = read_log(concern, time(), path=options.server_log, configuration=options.server_config)
    zone = "any zone" if concern.zone is None else str(concern.zone)
    return list(log_steps(log, zone, concern.failures, is_known=is_known, faults=faults))


def _failures(steps: Iterable[Step]) -> frozenset[int]:
    """Return the exit statuses of what has failed."""
    return frozenset(step.exit_status for step in steps if step.mark == "failed")


def _is_known(steps: Iterable[Step]) -> bool:
    """Return whether something has failed, and one cause of it is known."""
    causes = [step.cause for step in steps if step.mark == "failed"]
    return any(cause in TEXTS and cause not in _OF_SEVERAL for cause in causes)


def _intended(name: NameExamination, key: Key | None) -> IntendedUpdate:
    """Return the update that a name which was examined needs."""
    subject = name.subject
    server = name.at_servers[0].server if name.at_servers else None
    refusals = _refusals(name)
    instead = next((error.instead for error in refusals if error.instead is not None), None)
    owner, zone = instead or (subject.name, _zone(name) or subject.name.parent)
    endpoint = _endpoint(name)
    rrtypes = subject.rrtypes or (RRType.ANY,)
    client = None if endpoint is None else _own_address(endpoint)
    at = None if endpoint is None else parse_address(endpoint.address.partition("%")[0])
    is_plain = not subject.destination.policy.is_encrypted  # encrypted DNS has settings of its own
    silent = _silent_at(name, endpoint, at) if endpoint is not None and at is not None and is_plain else None
    around = None if server is None else server.surroundings
    return IntendedUpdate(
        zone,
        owner,
        rrtypes,
        key=key,
        principal=_principal(key),
        client=client,
        server=at,
        silent_at=silent,
        dnskeys=() if around is None else around.dnskeys,
        is_late_elsewhere=server is not None and _is_late_elsewhere(server),
    )


def _is_late_elsewhere(server: ServerExamination) -> bool:
    """Return whether another name server of the zone shows another serial than this one."""
    if server.access is None or server.surroundings is None:
        return False
    return any(state.serial not in {None, server.access.serial} for state in server.surroundings.name_servers)


def _of_configuration(path: str, intended: IntendedUpdate, name: NameExamination, key: Key | None) -> list[Step]:
    """Return the steps that the configuration at `path` makes."""
    if key is not None and key.is_negotiated and not _is_of_bind(path):
        what = "what it lets a Kerberos principal do is read from BIND's configuration only"
        return [Step("configuration", "left out", what)]
    refusals = _refusals(name)
    diagnosis = next((error.diagnosis for error in refusals if error.diagnosis), "")
    is_refused = bool(refusals) and all(error.instead is None for error in refusals)
    return list(configuration_steps(path, intended, is_refused=is_refused, diagnosis=diagnosis))


def _is_of_bind(path: str) -> bool:
    """Return whether a configuration is BIND's, or cannot be recognised, which is said when it is examined."""
    try:
        return recognised(path) == "bind"
    except UsageError:
        return True


def _principal(key: Key | None) -> str:
    """Return the principal that a key signs for, with its realm; empty for another key, or if it is not known."""
    if key is None or not key.is_negotiated:
        return ""
    from dns_update.auth.gss import GssKey  # for Kerberos only

    known = (key.negotiated.principal or key.settings.principal or "") if isinstance(key, GssKey) else ""
    return known if "@" in known else ""


def led_on(steps: Sequence[Step], more: Sequence[Step], below: str) -> list[Step]:
    """Return all steps; what one says of several possible causes is replaced by `below` if `more` has the one."""
    if not any(step.mark == "failed" for step in more):
        return [*steps, *more]
    is_decided = any(step.cause in _DECIDING for step in more if step.mark == "failed")
    return [*(step._replace(hint=below) if _is_guess(step, is_decided) else step for step in steps), *more]


def _is_guess(step: Step, is_decided: bool) -> bool:  # noqa: FBT001 - of this module only
    """Return whether a step names several possible causes: of what has failed, or of what only an update would show.

    If the log says who decides (`is_decided`), advice about rules of a zone is a guess, too.
    """
    if is_decided and step.mark == "failed" and step.cause in _OF_RULES:
        return True
    return step.cause in _OF_SEVERAL if step.mark == "failed" else bool(step.unknown)


def _endpoint(name: NameExamination) -> Endpoint | None:
    """Return the first server that was asked; None if there is none. Without a zone, only the error names it."""
    if name.at_servers:
        return name.at_servers[0].server.endpoint
    return name.error.endpoint if name.error is not None and isinstance(name.error.endpoint, Endpoint) else None


def _silent_at(name: NameExamination, endpoint: Endpoint, address: bytes) -> SilentPlace | None:
    """Return where no answer of an authoritative server came from; None if the address is not one of this machine."""
    server = name.at_servers[0].server if name.at_servers else None
    error = name.error if server is None else server.error
    is_of_another = any(refusal.diagnosis in OF_ANOTHER_SERVER for refusal in _refusals(name))
    is_silent = isinstance(error, NoResponse) and (server is None or server.access is None)
    if not is_silent and not is_of_another:
        return None
    family = socket.AF_INET6 if endpoint.is_ipv6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((endpoint.address, 0))  # only an address of this machine can be bound
    except OSError:
        return None
    return SilentPlace(address, endpoint.port)


def _refusals(name: NameExamination) -> list[DnsUpdateError]:
    """Return the errors by which the first server does not know the zone or the key, or refuses."""
    first = name.at_servers[0] if name.at_servers else None
    denied = None if first is None or first.denial is None else first.denial.error
    errors = [error for error in (name.error, first and first.server.error, denied) if error is not None]
    return [error for error in errors if isinstance(error, _REFUSALS)]


def _zone(name: NameExamination) -> Name | None:
    """Return the zone of a name; None if it is not known: the configuration tells then which zones there are."""
    given = name.subject.destination.zone
    return given if given is not None else next((one.server.zone for one in name.at_servers), None)


def _own_address(endpoint: Endpoint) -> bytes | None:
    """Return the address that a server sees messages come from, if there is no NAT; None if it cannot be reached."""
    family = socket.AF_INET6 if endpoint.is_ipv6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((endpoint.address, endpoint.port))  # nothing is sent
            return parse_address(str(probe.getsockname()[0]).partition("%")[0])
    except OSError:
        return None
