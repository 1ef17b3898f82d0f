"""`set` and `add`: the change that a command line asks for, and what came of it, at one server or at all of them."""

from __future__ import annotations

from dns_update import errors
from dns_update.cli.result import Advised, conclude
from dns_update.client import Client
from dns_update.client.locate import RdataByType, Target
from dns_update.client.outcome import Outcome
from dns_update.client.requests import add_records, set_records
from dns_update.commandline.properties import ALL, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Literal


def change(client: Client, command: Literal["set", "add"], options: Options, target: Target, data: RdataByType) -> int:
    """Carry out a `set` or an `add`, and return the exit status; raises DnsUpdateError."""
    _check_data(data, command)
    values = [value for values in data.values() for value in values]
    how: dict[str, Any] = {
        "rrtype": options.rrtype,
        "zone": target.zone,
        "ttl": options.ttl,
        "require": options.require,
        "verify": bool(options.verify),
        # `add` also learns from it what it must not replace.
        "compare": bool(options.verify) if command == "add" else is_compared(options),
        "check_names": options.check_names,
        "dry_run": options.dry_run,
        "rrclass": target.rrclass,
        **_of_pairs(options),
    }
    if options.to == ALL:
        from dns_update.cli.all_servers import change_all  # only if it is asked for

        request = add_records if command == "add" else set_records
        at_one = lambda transaction: request(transaction, target.name, *values, **how)  # noqa: E731
        return change_all(client, command, options, target, data, at_one)
    method = client.add if command == "add" else client.set
    with Advised(client, options, target, data, command):
        outcome = method(target.name, *values, **how)
    return conclude_changed(client, outcome, command, options, data)


def _of_pairs(options: Options) -> Mapping[str, Any]:
    """Return the arguments of a request that make it keep PTR records, too; none if it is not asked for."""
    if not options.ptr:
        return {}
    from dns_update.cli.pairs import arguments  # only if it is asked for

    return arguments(options)


def conclude_changed(  # noqa: PLR0913, PLR0917 - what a change consists of
    client: Client, outcome: Outcome, command: str, options: Options, rrtypes: Iterable[int], done: str = ""
) -> int:
    """Report the outcome of a change of these types, wait for all name servers if asked for, and return the status."""
    if options.verify != ALL or outcome.dry_run:
        return conclude(outcome, command, options, done)
    if outcome.reverse:
        from dns_update.cli.pairs import conclude_everywhere  # as below

        return conclude_everywhere(client, outcome, command, options, rrtypes, done)
    from dns_update.cli.everywhere import put_with_servers, shown_everywhere  # only if it is asked for

    if options.json:
        put_with_servers(outcome, command, shown_everywhere(client, outcome, options, rrtypes))
        return 0
    status = conclude(outcome, command, options, done)
    shown_everywhere(client, outcome, options, rrtypes)
    return status


def _check_data(data: RdataByType, command: str) -> None:
    """Raise UsageError for a `set` or an `add` without data."""
    if not data:
        raise errors.UsageError(
            f"{command} needs address=, or type= and value=", hint="for example: address=203.0.113.45"
        )
    if not any(data.values()):
        raise errors.UsageError("type= is given without value=", hint="for example: type=TXT value=hello")


def is_compared(options: Options) -> bool:
    """Return whether the name is read before an update, to say what this has changed: only if it is said."""
    return options.verify == ALL or (options.verify and (options.json or not options.quiet))
