"""The part of a check that reads the server's configuration, on the server's own machine."""

from __future__ import annotations

import socket

from dns_update.auth import Key
from dns_update.doctor.checklist import Step
from dns_update.doctor.configuration import configuration_steps
from dns_update.doctor.examination import NameExamination
from dns_update.errors import KeyRejected, PermissionDenied, ReplyNotTrusted, ZoneNotFound
from dns_update.server_config import Question
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

_REFUSALS = (KeyRejected, PermissionDenied, ReplyNotTrusted, ZoneNotFound)


def steps_of_configuration(path: str, name: NameExamination, key: Key | None) -> list[Step]:
    """Return the steps that the configuration at `path` makes for a name that was examined."""
    subject = name.subject
    server = name.at_servers[0].server if name.at_servers else None
    zone = _zone(name)
    if zone is None:
        return [Step("configuration", "left out", f"{path} was not read: the zone is not known")]
    endpoint = None if server is None else server.endpoint
    rrtypes = subject.rrtypes or (RRType.ANY,)
    client = None if endpoint is None else _own_address(endpoint)
    at = None if endpoint is None else parse_address(endpoint.address.partition("%")[0])
    question = Question(zone, subject.name, rrtypes, key=key, client=client, server=at)
    return list(configuration_steps(path, question, is_refused=_is_refused(name)))


def _is_refused(name: NameExamination) -> bool:
    """Return whether the first server answers that it does not know the zone or the key, or that it refuses."""
    first = name.at_servers[0] if name.at_servers else None
    denied = None if first is None or first.denial is None else first.denial.error
    errors = [error for error in (name.error, first and first.server.error, denied) if error is not None]
    return any(isinstance(error, _REFUSALS) for error in errors)


def _zone(name: NameExamination) -> Name | None:
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
