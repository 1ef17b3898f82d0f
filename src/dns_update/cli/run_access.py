"""Where an update of a script goes, and how: what its line leaves out has the defaults of `dns-update set`."""

from __future__ import annotations

from dns_update.cli.asking import policy_of, port_of
from dns_update.cli.request import check_families, key_of, with_defaults
from dns_update.cli.target import target_of
from dns_update.commandline.properties import Options
from dns_update.routeros.machine.updates import ResolvedUpdate
from dns_update.routeros.world import UpdateRequest
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

_COMMAND = "set"  # what the tool does


def access_of(request: UpdateRequest, is_traced: bool, *, config: str | None = None) -> ResolvedUpdate:  # noqa: FBT001 - FindAccess
    """Return where an update goes, and how; raises UsageError.

    With a zone in its line, its name is relative to that, as on a router. Without, the name is read as `set` reads it.
    `config` is the path of the configuration, None for the usual one. If messages are traced, the origin of each value
    is said.
    """
    given: dict[str, object] = {"address": (parse_address(request.address),)}  # so that no other one is looked up
    if is_traced:
        given["debug"] = True
    if config is not None:
        given["config"] = config
    if request.zone:
        given["zone"] = Name.from_text(request.zone)
        given["name"] = request.owner
    elif request.name:
        given["name"] = request.name
    if request.server:
        given["dns_server"] = (request.server,)
    if request.key:
        given["key"] = request.key
    if request.key_name:
        given["key_name"] = Name.from_text(request.key_name)
    if request.ttl is not None:
        given["ttl"] = request.ttl
    options = with_defaults(Options(given), _COMMAND, is_routers=True)
    check_families(options)
    return ResolvedUpdate(
        target_of(options, _COMMAND, is_routers=True),
        options.dns_server,
        key_of(options),
        options.ttl,
        port_of(options),
        policy_of(options),
        options.local_address,
    )
