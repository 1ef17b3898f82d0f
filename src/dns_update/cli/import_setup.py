"""`dns-update import`: move the set-up of another program to the agent's configuration."""

from __future__ import annotations

import os
from pathlib import Path

from dns_update.agent.config.load import read_config
from dns_update.auth.private_file import called_in_errors
from dns_update.cli import put, talk
from dns_update.cli.as_json import head, object_text
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.errors import ConfigError, UsageError, quoted
from dns_update.errors.classes import unusable_file
from dns_update.keys.files import OPEN_MODE, write_new_files
from dns_update.migration.agent_toml import key_file_text, toml_from_plan
from dns_update.migration.ddclient import plan_from_ddclient
from dns_update.migration.nsupdate_script import plan_from_nsupdate
from dns_update.migration.openwrt import plan_from_openwrt
from dns_update.migration.origins import possible_name
from dns_update.migration.plan import Choices, ImportRemark, MovedRecord, MovePlan, ordered
from dns_update.migration.recognise import recognised
from dns_update.migration.routeros.importer import import_of
from dns_update.routeros.machine.names import checked_names
from dns_update.routeros.machine.script_file import STANDARD_INPUT

DONE, PARTLY = 0, 10
_PLANS = {"ddclient": plan_from_ddclient, "nsupdate": plan_from_nsupdate, "openwrt": plan_from_openwrt}
_LARGEST_FILE = 1 << 24  # octets: larger than any export, smaller than a memory
_FORMS = "dns-update import router.rsc output=agent.toml"


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises UsageError."""
    options = line.options("import")
    if options.setup is None:
        raise UsageError("file= is missing", hint=f"for example: {_FORMS}")
    if options.keys is not None and options.output is None:
        raise UsageError("keys= is given without output=", hint=f"e.g. {_FORMS}")
    text = _text_of(options.setup)
    kind = recognised(text, options.setup)
    if options.diff_run and kind != "routeros":
        raise UsageError("diff-run= is only for scripts of RouterOS", hint="leave it out")
    choices = _choices(options)
    whole = import_of(text) if kind == "routeros" else None
    plan = whole.plan if whole is not None else _PLANS[kind](text, choices)
    choices, plan = _with_possible_names(choices, plan)
    if options.diff_run and whole is not None and plan.records:
        from dns_update.cli.import_difference import compare  # most imports are not compared

        return compare(options, whole, choices)
    key_file = _key_file(options)
    toml = toml_from_plan(plan, choices, origin=options.setup, key_file=key_file)
    status = DONE if plan.understood == "yes" else PARTLY
    if not options.json:
        _tell(options.setup, plan, is_quiet=options.quiet)
    if options.output is not None and plan.records:
        status = _write(options.output, toml, key_file, plan, is_quiet=options.quiet) or status
    if options.json:
        put(object_text({"kind": kind} | head("import", status) | _fields(options, plan, toml)))
    elif options.output is None and plan.records:
        _print(toml, key_file, plan, is_quiet=options.quiet)
    return status


def _text_of(path: str) -> str:
    """Return the text of a file, or of standard input; octets that are not UTF-8 stay in it, as lone surrogates."""
    shown = "standard input" if path == STANDARD_INPUT else called_in_errors(path, "the file")
    try:
        with Path("/dev/stdin" if path == STANDARD_INPUT else path).open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)  # of a pipe or a device, nobody knows the size
    except (OSError, ValueError) as error:
        raise unusable_file(f"cannot read {shown}", error) from error
    if len(content) > _LARGEST_FILE:
        raise UsageError(f"{shown} is too large for a set-up", hint=f"at most {_LARGEST_FILE} octets")
    if b"\0" in content:
        raise UsageError(
            f"{shown} is not a text", hint="a backup of a router is not one; its export is: /export file=NAME"
        )
    return content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _choices(options: Options) -> Choices:
    identity = options.identity or os.uname().nodename.partition(".")[0]
    return Choices(dict(checked_names(options.map).pairs), identity, ",".join(options.public_source) or "dns:")


def _with_possible_names(choices: Choices, plan: MovePlan) -> tuple[Choices, MovePlan]:
    """Return both with other names for the interfaces that cannot be called so here, and remarks that say so."""
    names = dict(choices.interfaces)
    remarks: set[ImportRemark] = set()
    for record in plan.records:
        name = record.origin.interface
        if name in choices.interfaces or possible_name(name) == name:
            continue
        names[name] = possible_name(name)
        text = f"this machine cannot have an interface called {quoted(name)}; the import calls it {names[name]}"
        remarks.add(ImportRemark(record.line, "warning", "interface-name", text, "map= gives it another name"))
    return (
        Choices(names, choices.identity, choices.public_address),
        MovePlan(plan.records, ordered({*plan.remarks, *remarks})),
    )


def _key_file(options: Options) -> str:
    """Return the path of the file for the keys: beside the configuration, whose path the agent may read anywhere."""
    if options.keys is not None:
        return str(Path(options.keys).absolute())
    beside = Path(options.output or "agent.toml").absolute()
    return str(beside.with_suffix(".keys"))


def _write(output: str, toml: str, key_file: str, plan: MovePlan, *, is_quiet: bool) -> int:
    """Write the configuration and the keys, and read both as the agent does; return the exit status.

    Raises UsageError if a file exists or cannot be written.
    """
    keys = key_file_text(record.key for record in plan.records if record.key is not None)
    write_new_files(({key_file: keys} if keys else {}) | {output: toml}, {output: OPEN_MODE})
    try:
        read_config(output)
    except ConfigError as error:
        for problem in error.lines():
            talk(problem)
        talk(f"{output} is written, and must be corrected there")
        return error.exit_status
    names = len({record.name for record in plan.records})
    if not is_quiet:
        talk(f"{output}: {names} name{'s' * (names != 1)}; next: dns-update agent --check config={output}")
    return DONE


def _print(toml: str, key_file: str, plan: MovePlan, *, is_quiet: bool) -> None:
    put(toml)
    keys = {record.key for record in plan.records if record.key is not None and record.key.secret}
    if keys and not is_quiet:
        count = "1 key is" if len(keys) == 1 else f"{len(keys)} keys are"
        talk(f"{count} not printed; output=agent.toml writes the configuration, and the keys to {key_file}")


def _tell(setup: str, plan: MovePlan, *, is_quiet: bool) -> None:
    """Say what there is to know of the set-up; if `is_quiet`, only what was not understood."""
    for remark in plan.remarks:
        if remark.severity == "error" or not is_quiet:
            talk(f"{setup}: {_with_severity(remark)}")
    if not plan.records:
        talk(f"{setup}: no name to keep right was found")


def _with_severity(remark: ImportRemark) -> str:
    where = f"line {remark.line}: " if remark.line else ""
    return f"{where}{remark.severity}: {remark.text}{f'; {remark.hint}' if remark.hint else ''}"


def _fields(options: Options, plan: MovePlan, toml: str) -> dict[str, object]:
    return {
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
