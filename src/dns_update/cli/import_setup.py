"""`dns-update import`: move the set-up of another program to the agent's configuration."""

from __future__ import annotations

import json
import os
from pathlib import Path

from dns_update.address.sources import Interface
from dns_update.agent.config.load import config_from_text, read_config
from dns_update.auth.private_file import called_in_errors
from dns_update.cli import put, talk
from dns_update.cli.agent import MOST_PROBLEMS
from dns_update.errors import ConfigError, UsageError
from dns_update.errors.classes import NotNow
from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.key_file import key_file_text, write_new_files
from dns_update.migration.plan import IPV4, IPV6, Choices, MovePlan, replaced
from dns_update.migration.routeros.importer import import_of
from dns_update.routeros.machine.names import checked_names
from dns_update.wire.inet import IPV6_OCTETS, format_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from dns_update.address.sources import Source
    from dns_update.commandline.line import CommandLine
    from dns_update.commandline.properties import Options
    from dns_update.migration.plan import ImportRemark, MovedRecord
    from dns_update.migration.routeros.difference import Difference, Published, RouterState, Zone
    from dns_update.migration.routeros.importer import Import

DONE, PARTLY = 0, 10
_LARGEST_FILE = 1 << 24  # octets: larger than any export, smaller than a memory
_FORMS = "dns-update import router.rsc output=agent.toml"


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises UsageError."""
    options = line.options("import")
    if options.setup is None:
        raise UsageError("import needs a file", hint=f"e.g. {_FORMS}")
    if options.keys is not None and options.output is None:
        raise UsageError("keys= is given without output=", hint=f"e.g. {_FORMS}")
    whole = import_of(_text_of(options.setup))
    choices = _choices(options)
    if options.diff_run and whole.plan.records:
        return _compare(options, whole, choices)
    key_file = _key_file(options)
    toml = toml_from_plan(whole.plan, choices, origin=options.setup, key_file=key_file)
    status = DONE if whole.plan.understood == "yes" else PARTLY
    if not options.json:
        _tell(options.setup, whole.plan)
    if options.output is not None and whole.plan.records:
        status = _write(options.output, toml, key_file, whole.plan) or status
    if options.json:
        put(json.dumps(_fields(options, whole.plan, toml, status), indent=2) + "\n")
    elif options.output is None and whole.plan.records:
        _print(toml, key_file, whole.plan)
    return status


def _text_of(path: str) -> str:
    """Return the text of a file; octets that are not UTF-8 stay in it, as lone surrogates."""
    shown = called_in_errors(path, "the file")
    try:
        content = Path(path).read_bytes() if Path(path).stat().st_size <= _LARGEST_FILE else None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        kind = NotNow if isinstance(error, OSError) and NotNow.is_why(error) else UsageError
        raise kind(f"cannot read {shown}: {reason}") from error
    if content is None:
        raise UsageError(f"{shown} is too large for a set-up", hint=f"at most {_LARGEST_FILE} octets")
    return content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _choices(options: Options) -> Choices:
    identity = options.identity or os.uname().nodename.partition(".")[0]
    return Choices(dict(checked_names(options.map).pairs), identity, ",".join(options.public_source) or "dns:")


def _key_file(options: Options) -> str:
    """Return the path of the file for the keys: beside the configuration, whose path the agent may read anywhere."""
    if options.keys is not None:
        return str(Path(options.keys).absolute())
    beside = Path(options.output or "agent.toml").absolute()
    return str(beside.with_suffix(".keys"))


def _write(output: str, toml: str, key_file: str, plan: MovePlan) -> int:
    """Write the configuration and the keys, and read both as the agent does; return the exit status.

    Raises UsageError if a file exists or cannot be written.
    """
    keys = key_file_text(record.key for record in plan.records if record.key is not None)
    write_new_files(({key_file: keys} if keys else {}) | {output: toml}, secret=key_file)
    try:
        read_config(output)
    except ConfigError as error:
        for problem in error.lines(MOST_PROBLEMS):
            talk(problem)
        talk(f"{output} is written, and must be corrected there")
        return error.exit_status
    names = len({record.name for record in plan.records})
    talk(f"{output}: {names} name{'s' * (names != 1)}; next: dns-update agent --check config={output}")
    return DONE


def _print(toml: str, key_file: str, plan: MovePlan) -> None:
    put(toml)
    keys = {record.key for record in plan.records if record.key is not None and record.key.secret}
    if keys:
        count = "1 key is" if len(keys) == 1 else f"{len(keys)} keys are"
        talk(f"{count} not printed; output=agent.toml writes the configuration, and the keys to {key_file}")


def _tell(setup: str, plan: MovePlan) -> None:
    for remark in plan.remarks:
        talk(f"{setup}: {_with_severity(remark)}")
    if not plan.records:
        talk(f"{setup}: no name to keep right was found")


def _with_severity(remark: ImportRemark) -> str:
    where = f"line {remark.line}: " if remark.line else ""
    return f"{where}{remark.severity}: {remark.text}{f': {remark.hint}' if remark.hint else ''}"


def _fields(options: Options, plan: MovePlan, toml: str, status: int) -> dict[str, object]:
    return {
        "command": "import",
        "status": "ok" if status == DONE else "error",
        "exit_status": status,
        "file": options.setup,
        "understood": plan.understood,
        "records": [record_fields(record) for record in plan.records],
        "remarks": [{name: getattr(remark, name) for name in type(remark).__fields__} for remark in plan.remarks],
        "configuration": toml,
        "output": options.output,
    }


def record_fields(record: MovedRecord) -> dict[str, object]:
    """Return a record without its secret."""
    origin = record.origin
    return {
        "name": record.name,
        "zone": record.zone or None,
        "type": record.type,
        "source": {"kind": origin.kind, "interface": origin.interface or None, "detail": origin.detail or None},
        "servers": list(record.servers),
        "servers_used": record.servers_used,
        "key_name": record.key.name if record.key is not None else None,
        "ttl": record.ttl,
        "when": [
            {"kind": when.kind, "seconds": when.seconds or None, "start_time": when.start_time or None,
             "item": when.item or None}
            for when in record.triggers
        ],
        "change_check": record.change_check,
        "only_if_running": record.only_if_running,
        "line": record.line or None,
    }  # fmt: skip


# Side by side


def _compare(options: Options, whole: Import, choices: Choices) -> int:
    """Run script and import over the same states, and print what differs; return the exit status."""
    from dns_update.migration.routeros.difference import differences, states_of  # most imports are not compared

    found = tuple(
        differences(whole, states_of(whole, choices.identity), published_by_configuration(whole.plan, choices))
    )
    status = PARTLY if found else DONE
    if options.json:
        shown = [{name: getattr(each, name) for name in type(each).__fields__} for each in found]
        about = {"command": "import", "status": "ok" if status == DONE else "error", "exit_status": status}
        put(json.dumps(about | {"file": options.setup, "differences": shown}, indent=2) + "\n")
        return status
    put("".join([f"{_told(each)}\n" for each in found]))
    if not found:
        talk(f"{options.setup}: script and import do the same in every state")
    return status


def published_by_configuration(plan: MovePlan, choices: Choices) -> Published:
    """Return what the configuration, read as the agent reads it, would publish in a state of the router."""
    unsigned = MovePlan(tuple([replaced(record, key=None) for record in plan.records]), ())
    toml = toml_from_plan(unsigned, choices, origin="", key_file="")  # no key file is there yet
    config = config_from_text(toml, "the import", is_private=True)
    routers_names = {moved: name for name, moved in choices.interfaces.items()}

    def published(state: RouterState) -> Zone:
        zone: Zone = {}
        for record in config.records:
            for source in record.sources:
                address = _address_in(state, source, routers_names)
                if address:
                    rrtype = "AAAA" if ":" in address else "A"
                    zone[record.name.to_text().rstrip(".").lower(), rrtype] = address
        return zone

    return published


def _address_in(state: RouterState, source: Source, routers_names: Mapping[str, str]) -> str:
    """Return the address that a source gives in a state; empty for none."""
    if isinstance(source, bytes):
        return format_address(source)
    if isinstance(source, Interface):
        name = routers_names.get(source.name, source.name)
        return state.addresses.get((name, IPV6 if source.octets == IPV6_OCTETS else IPV4), "").partition("/")[0]
    return state.public_address  # any other source stands in for a service that tells it


def _told(difference: Difference) -> str:
    script = difference.by_script or "no address"
    moved = difference.by_import or "no address"
    error = f" ({difference.error})" if difference.error else ""
    where = f"{difference.about}: {difference.name} {difference.type}"
    return f"{where}: the script leaves {script}{error}, the import {moved}"
