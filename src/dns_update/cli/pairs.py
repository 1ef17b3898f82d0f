"""`ptr=yes`: how the reverse zones are reached, by the properties and the configuration; and what is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dns_update.cli.defaults import path_of, with_configuration
from dns_update.cli.everywhere import put_with_servers, shown_everywhere
from dns_update.cli.request import client_of, find_configuration
from dns_update.cli.result import conclude
from dns_update.client import Client
from dns_update.client.locate import RdataByType, Target
from dns_update.client.outcome import Outcome
from dns_update.client.reverse import PairWish, with_pairs
from dns_update.client.reverse_zones import ReverseSettings
from dns_update.client.settings import ClientSettings
from dns_update.client.transaction import Request
from dns_update.commandline.properties import Options
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name


def arguments(options: Options) -> dict[str, Any]:
    """Return the arguments of `Client.set` and its like; raises UsageError."""
    return {"ptr": True, "ptr_zone": options.ptr_zone, "reverse": _reverse_settings(options)}


def deletion(options: Options, target: Target, data: RdataByType) -> Request[Outcome]:
    """Return the request that removes addresses, or a whole name, and the PTR records of these addresses."""
    wish = PairWish(
        verb="delete",
        target=target,
        data=data,
        ttl=None,
        require=options.require,
        verify=bool(options.verify),
        dry_run=options.dry_run,
        ptr_zone=options.ptr_zone,
        reverse=_reverse_settings(options),
    )
    return lambda transaction: with_pairs(transaction, wish)


def _reverse_settings(options: Options) -> ReverseSettings | None:
    """Return how a reverse zone is reached that has a table in the configuration; None if there is no configuration."""
    path = path_of(options, find_configuration())
    if path is None:
        return None
    own = Options({name: value for name, value in options.unconfigured.given.items() if name != "zone"})

    def settings_of(name: Name) -> ClientSettings | None:
        found = with_configuration(own, "delete", path, options.ptr_zone or name, RRType.PTR)
        return client_of(found).settings if "zone" in found.given else None

    return settings_of


def conclude_everywhere(  # noqa: PLR0913, PLR0917 - what a change consists of
    client: Client, outcome: Outcome, command: str, options: Options, rrtypes: Iterable[int], done: str
) -> int:
    """Report an outcome, and wait until all name servers of each zone show its part of the change."""
    if not options.json:
        conclude(outcome, command, options, done)
    shown = shown_everywhere(client, outcome, options, rrtypes)
    for reverse in outcome.reverse:
        shown |= shown_everywhere(client, reverse, options, (RRType.PTR,))
    if options.json:
        put_with_servers(outcome, command, shown)
    return 0
