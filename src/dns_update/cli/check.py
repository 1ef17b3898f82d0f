"""`dns-update check`: the doctor finds what is wrong with a line, a configuration or a running agent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from time import time

from dns_update.address.sources import Source
from dns_update.agent.bugs import text_of
from dns_update.auth import Key
from dns_update.cli.agent import configuration_path
from dns_update.cli.asking import policy_of, query_servers_of, servers_of
from dns_update.cli.check_report import CheckReport
from dns_update.cli.loop import carry_out, unless_interrupted
from dns_update.cli.request import ADDRESS_TYPES, data_of, key_of, options_of
from dns_update.cli.target import target_of
from dns_update.cli.tracing import CountingTransports
from dns_update.client.locate import Target
from dns_update.client.plan import Desired
from dns_update.client.requests import check_values
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.doctor.checklist import Line, Step, failed, not_carried_out, steps_of, unmet_requirement
from dns_update.doctor.examiner import examine
from dns_update.doctor.source_answers import SourceAnswer, SourceQuestion, ask_sources
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import Hint, UsageError
from dns_update.wire.codes import RRClass
from dns_update.wire.name import Name

_OF_LINES = (
    "address",
    "auth",
    "dns-server",
    "key",
    "key-file",
    "key-name",
    "server-config",
    "server-log",
    "value",
    "zone",
)  # not of a whole configuration


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    given = line.options("check")
    if given.quiet and given.debug:
        raise UsageError("quiet= and debug= are both given", hint="leave one of them out")
    if given.rrclass != RRClass.IN:
        raise UsageError("check works with the class IN only", hint="leave class= out")
    if given.agent:
        from dns_update.cli.configuration_check import check_agent  # not for a line

        return check_agent(given)
    if given.name is None and given.rrtype is None and not any(line.text(name) for name in _OF_LINES):
        from dns_update.cli.configuration_check import check_configuration  # as above

        return check_configuration(_path_that_exists(given), given, online=True)
    return _report(_check_line(line, given), given)


def _path_that_exists(options: Options) -> str:
    """Return the path of the configuration; raises UsageError if none is given, and none is where it is looked for."""
    path = configuration_path(options)
    if options.config is None and not os.path.lexists(path):
        hint = Hint("for example: dns-update check {name:home} {zone:example.com}, or with config=FILE")
        raise UsageError(f"nothing is given to check, and there is no configuration {path}", hint=hint)
    return path


# One line


def _check_line(line: CommandLine, given: Options) -> CheckReport:
    """Check what a line says; without a name, the zone, or only the server."""
    if given.name is None and not (given.rrtype is not None and given.address):
        return _check_without_name(given)
    options = options_of(line, "check")
    target = target_of(options, "check")
    transports = CountingTransports(options)
    work = _examined(options, target, transports)
    steps = carry_out(unless_interrupted(work))
    return CheckReport(steps, transports.count, target.owner.to_text())


async def _examined(options: Options, target: Target, transports: CountingTransports) -> list[Step]:
    """Examine the name that a line is about, and return the steps."""
    key = key_of(options)
    destination = _destination(options, target.zone, key)
    answers = await ask_sources(_questions(options), text_of)
    data = _data(options, target, answers)
    rrtypes = tuple(data) if data else (options.rrtype,) if options.rrtype is not None else ADDRESS_TYPES
    desired = _desired(data, options.ttl)
    if any(data.values()):
        check_values(target, data, check_names=False)
    subject = Subject(target.owner, destination, rrtypes, desired)
    since = time()
    seen = await examine([subject], answers.values(), transport=transports.new, thorough=True)
    gives_data = bool(options.address or options.value or options.ttl == 0)
    line = Line(target.zone is not None, bool(options.update_server or options.dns_server), key is not None, gives_data)
    names = _refused_by_set(target, data) if options.check_names else ()
    unmet = list(unmet_requirement(seen.names[0], options.require))
    steps = [*names, *steps_of(seen, seen.names[0], line), *unmet, *(() if unmet else not_carried_out(seen.names[0]))]
    if options.server_config is not None or options.server_log is not None:
        from dns_update.cli.check_configuration import on_server  # only if it is asked for

        steps = on_server(steps, options, seen.names[0], key, since)
    return steps


def _desired(data: dict[int, tuple[bytes, ...]], ttl: int | None) -> Desired | None:
    """Return what the name should have; None if the line does not say. With ttl=0, `set` deletes."""
    if ttl == 0:
        return Desired(dict.fromkeys(data or ADDRESS_TYPES, ()))
    return Desired(data, ttl) if any(data.values()) else None


def _refused_by_set(target: Target, data: Mapping[int, tuple[bytes, ...]]) -> Iterator[Step]:
    """Yield a note if `set` sends such a name only if it is told to."""
    if any(data.values()):
        try:
            check_values(target, data, check_names=True)
        except UsageError as error:
            yield Step("name", "note", f"set refuses it: {error}", hint=error.hint)


def _destination(options: Options, zone: Name | None, key: Key | None) -> Destination:
    return Destination(
        zone, servers_of(options), key, policy_of(options), options.local_address, query_servers_of(options)
    )


def _questions(options: Options) -> list[SourceQuestion]:
    return [
        SourceQuestion(source, options.allow_private) for source in options.address if not isinstance(source, bytes)
    ]


def _data(
    options: Options, target: Target, answers: Mapping[SourceQuestion, SourceAnswer]
) -> dict[int, tuple[bytes, ...]]:
    """Return the data that the line asks for, with the addresses that its sources gave; none if one gave none."""
    if not _questions(options):
        return dict(data_of(options, target, allow_private=options.allow_private))
    if any(answer.error is not None for answer in answers.values()):
        return {}
    found = [a for source in options.address for a in _addresses(source, options, answers)]
    return dict(target.data(dict.fromkeys(found), None))


def _addresses(source: Source, options: Options, answers: Mapping[SourceQuestion, SourceAnswer]) -> Sequence[bytes]:
    if isinstance(source, bytes):
        return (source,)
    return answers[SourceQuestion(source, options.allow_private)].addresses


# Without a name


def _check_without_name(options: Options) -> CheckReport:
    """Check what a line without a name gives: its key, and the zone or the server."""
    transports = CountingTransports(options)
    steps: list[Step] = []
    try:
        key = key_of(options)
    except UsageError as error:
        return CheckReport([failed("key", error)], 0, "")
    if options.zone is not None:
        steps += carry_out(unless_interrupted(_zone_examined(options, options.zone, key, transports)))
    elif options.dns_server:
        steps += carry_out(unless_interrupted(_servers_asked(options, transports)))
    if options.zone is None and not options.dns_server:
        hint = Hint("give {zone}, or {dns-server}")
        steps.append(Step("server", "left out", "neither a zone nor a server is given, so none was asked", hint=hint))
    if key is not None and options.zone is None:
        size = "" if key.is_negotiated else f", {key.bits} bits"
        steps.append(Step("key", "ok", f"{key.identity} ({key.algorithm.text}{size}) can be read"))
    steps.append(Step("name", "left out", "no name is given, so no change of one was tried", hint=Hint("give {name}")))
    if options.server_config is not None or options.server_log is not None:
        from dns_update.cli.check_configuration import on_server_of_zone  # as above

        steps = on_server_of_zone(steps, options)
    return CheckReport(steps, transports.count, str(options.zone or ""))


async def _zone_examined(options: Options, zone: Name, key: Key | None, transports: CountingTransports) -> list[Step]:
    subject = Subject(zone, _destination(options, zone, key), (), None)
    seen = await examine([subject], transport=transports.new, thorough=True)
    line = Line(gives_zone=True, gives_server=bool(options.dns_server), gives_key=key is not None, gives_data=True)
    return [step for step in steps_of(seen, seen.names[0], line) if step.topic != "record"]


async def _servers_asked(options: Options, transports: CountingTransports) -> list[Step]:
    """Ask each server what it is: without a zone, nothing else can be asked."""
    from dns_update.doctor.greeting import greet_each  # as above

    transport = transports.new(options.local_address)
    servers = servers_of(options)
    steps = await greet_each(servers, transport, RRClass.IN, policy_of(options))
    transport.close()
    return [*steps, Step("zone", "left out", "no zone is given, so none was asked for", hint=Hint("give {zone}"))]


def _report(report: CheckReport, options: Options) -> int:
    """Print a report, and return the exit status."""
    if options.json:
        report.put_json()
    else:
        report.tell(quiet=options.quiet)
    return report.exit_status
