"""The part of a check that reads the server's configuration, on the server's own machine."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from dns_update.auth import Key
from dns_update.doctor.checklist import Step
from dns_update.doctor.configuration import configuration_steps
from dns_update.doctor.examination import NameExamination
from dns_update.errors import DnsUpdateError, KeyRejected, NoResponse, PermissionDenied, ReplyNotTrusted, ZoneNotFound
from dns_update.server_config import IntendedUpdate, SilentPlace
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

_OF_SEVERAL = (
    "asking-refused", "cannot-write", "cannot-write-or-sign", "key-in-no-acl", "key-not-accepted",
    "key-unknown", "knot-refused", "not-granted", "not-listening", "not-listening-here",
    "perhaps-secondary", "powerdns-key-not-allowed", "powerdns-updates-off", "zone-closed", "zone-not-loaded",
)  # fmt: skip
"""Causes behind which the server's configuration may have one of several faults."""
_BELOW = "see what the configuration says, below"

_REFUSALS = (KeyRejected, PermissionDenied, ReplyNotTrusted, ZoneNotFound)


def steps_of_configuration(path: str, name: NameExamination, key: Key | None) -> list[Step]:
    """Return the steps that the configuration at `path` makes for a name that was examined."""
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
    intended = IntendedUpdate(
        zone,
        owner,
        rrtypes,
        key=key,
        client=client,
        server=at,
        silent_at=silent,
        dnskeys=() if around is None else around.dnskeys,
    )
    diagnosis = next((error.diagnosis for error in refusals if error.diagnosis), "")
    is_refused = bool(refusals) and instead is None
    return list(configuration_steps(path, intended, is_refused=is_refused, diagnosis=diagnosis))


def led_on(steps: Sequence[Step], of_configuration: Sequence[Step]) -> list[Step]:
    """Return all steps; what a failed one says of several possible causes is replaced if the configuration has it."""
    if not any(step.mark == "failed" for step in of_configuration):
        return [*steps, *of_configuration]
    guesses = [step.mark == "failed" and step.cause in _OF_SEVERAL for step in steps]
    led = [step._replace(hint=_BELOW) if guess else step for step, guess in zip(steps, guesses, strict=True)]
    return [*led, *of_configuration]


def _endpoint(name: NameExamination) -> Endpoint | None:
    """Return the first server that was asked; None if there is none. Without a zone, only the error names it."""
    if name.at_servers:
        return name.at_servers[0].server.endpoint
    return name.error.endpoint if name.error is not None and isinstance(name.error.endpoint, Endpoint) else None


def _silent_at(name: NameExamination, endpoint: Endpoint, address: bytes) -> SilentPlace | None:
    """Return where no answer came from; None if one did, or if the address is not one of this machine."""
    server = name.at_servers[0].server if name.at_servers else None
    error = name.error if server is None else server.error
    if not isinstance(error, NoResponse) or (server is not None and server.access is not None):
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
