"""`dns-update apply`: many names at once, from a file."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator
from contextlib import closing
from types import FrameType
from typing import Self

from dns_update import errors
from dns_update.bulk import ABSENT, ANY, NOT_TRIED, BulkOptions, BulkOutcome, Wish
from dns_update.bulk.engine import applied
from dns_update.bulk.fields import Fields
from dns_update.bulk.first_pass import CheckedFile
from dns_update.bulk.names_file import NamesFile
from dns_update.cli import INTERRUPTED, is_watched, talk
from dns_update.cli.apply_result import RunResult
from dns_update.cli.bulk_zones import Zones
from dns_update.cli.defaults import with_environment
from dns_update.cli.progress import Progress, progress_for
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import ALL, Options
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.bulk.exact import Surplus
    from dns_update.bulk.report import Report
    from dns_update.client.bulk_access import ZoneAccess

MOST_LINES = 50  # wrong lines that are shown: more do not fit a terminal, and mostly have the same reason


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = with_environment(line.options("apply"), "apply")
    _check(options)
    zones = Zones(options, "apply")
    with closing(NamesFile(options.names_file or "")) as source:
        try:
            file = CheckedFile(source, _fields(options), options.names_form)
        except errors.ConfigError as error:
            return _wrong_lines(error, options)
        if file.left_out and not options.quiet:
            talk(f"note: {file.left_out:,} records are left out that the server keeps by itself (SOA, DNSSEC)")
        file.also = _surplus(file, zones, options)
        if options.dry_run:
            from dns_update.cli.apply_plan import plan  # only if it is asked for

            return plan(file, zones, options)
        return _apply(file, zones, options)


def _check(options: Options) -> None:
    """Raise UsageError for properties that do not go together."""
    if options.names_file is None:
        raise errors.UsageError("file= is missing", hint="for example: dns-update apply names.csv zone=example.com")
    if options.verify == ALL:
        raise errors.UsageError("verify=all works with one name only", hint="verify=yes reads all names back")
    if options.ttl == 0:
        raise errors.UsageError("ttl=0 would delete", hint="delete=yes removes the names of the file")
    if options.resume and options.report is None:
        raise errors.UsageError("resume= is given without report=", hint="give the report to go on from")
    if options.dry_run and options.report is not None:
        raise errors.UsageError("a dry run has no report", hint="leave report= out")
    if options.adds and options.deletes:
        raise errors.UsageError("add= and delete= are both given", hint="run apply twice, with a file for each")
    if options.exact is not None and (options.adds or options.deletes):
        other = "delete=" if options.deletes else "add="
        raise errors.UsageError(
            f"exact= and {other} are both given", hint="exact= removes what the file does not list, so leave it out"
        )
    if options.rrset_requirement == ABSENT and options.deletes:
        raise errors.UsageError("what is deleted cannot be required to be absent", hint="use require=existing")
    if options.rrset_requirement != ANY and options.exact is not None:
        raise errors.UsageError("exact= and require= are both given", hint="exact= sets names whether they are there")


def _fields(options: Options) -> Fields:
    return Fields(
        zone=options.zone,
        ttl=options.ttl,
        adds=options.adds,
        deletes=options.deletes,
        require=options.rrset_requirement,
        check_names=options.check_names,
    )


def _wrong_lines(error: errors.ConfigError, options: Options) -> int:
    """Report each wrong line; raises the error for a result that is JSON."""
    if options.json:
        error.notes = error.problems
        raise error
    for problem in error.lines(MOST_LINES):
        talk(problem)
    talk("nothing was sent")
    return error.exit_status


def _surplus(file: CheckedFile, zones: Zones, options: Options) -> list[Wish]:
    """Return that the names go which `exact=` names and the file has not; raises DnsUpdateError."""
    if options.exact is None:
        return []
    from dns_update.bulk.exact import Limit, Surplus  # only if it is asked for

    wished: dict[Name, set[int]] = {} if options.zone is None else {options.zone: set()}
    for wish in map(zones.located, file.wishes()):
        wished.setdefault(zones.access_of(wish).zone, set()).add(hash(wish.owner.lower()))
    surplus = Surplus(options.exact)
    for zone, owners in wished.items():
        _look(surplus, zones.place(zone).access, owners)
    if not options.dry_run:
        surplus.check(Limit(*options.max_delete))
    return surplus.wishes


def _look(surplus: Surplus, access: ZoneAccess, owners: set[int]) -> None:
    """Look at the names of a zone, which a transfer shows, or else its NSEC records; raises DnsUpdateError."""
    try:
        surplus.look(access.zone, access.transferred(), owners)
    except errors.Refusal as refusal:
        from dns_update.bulk.walk import walked  # only without transfers

        surplus.look(access.zone, walked(access, refusal), owners)


class Interruption:
    """The first Ctrl-C asks to stop, which is all that it does; a second one ends the process as usual."""

    def __init__(self) -> None:
        self.was_asked = False

    def __call__(self) -> bool:
        """Return whether to stop."""
        return self.was_asked

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_reason: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self.was_asked:
            raise KeyboardInterrupt("updates that were already sent may have been carried out")
        self.was_asked = True


def _apply(file: CheckedFile, zones: Zones, options: Options) -> int:
    """Carry out a file, and return the exit status."""
    report = _report_of(options)
    is_quiet = options.quiet or options.json
    progress = progress_for(file.count, talk, is_quiet=is_quiet, is_terminal=is_watched())
    result = RunResult(file, options, progress)
    with Interruption() as stop:
        try:
            with closing(_outcomes(file, zones, options, report, result, stop)) as outcomes:
                for outcome in outcomes:
                    _take(outcome, result, report, progress)
        finally:
            progress.close()
            if report is not None:
                report.close()
    result.advise(zones)
    status = result.conclude()
    return INTERRUPTED if stop() else status


def _report_of(options: Options) -> Report | None:
    """Return the report to write, if one is asked for; raises UsageError."""
    if options.report is None:
        return None
    from dns_update.bulk.report import Report  # only if it is asked for

    return Report(options.report, resumes=options.resume)


def _outcomes(  # noqa: PLR0913, PLR0917 - what a run consists of
    file: CheckedFile, zones: Zones, options: Options, report: Report | None, result: RunResult, stop: Interruption
) -> Generator[BulkOutcome, None, None]:
    """Yield the outcomes of all wishes that an earlier run has not done."""
    failed: list[BulkOutcome] = []  # names whose zone was not found

    def left() -> Iterator[Wish]:
        for wish in file.wishes():
            try:
                located = zones.located(wish)
            except errors.DnsUpdateError as error:
                failed.append(BulkOutcome(wish, NOT_TRIED, error))
                continue
            if report is not None and report.has(located):
                result.was_done_before()
            else:
                yield located

    bulk = BulkOptions(verify=bool(options.verify), skip_equal=options.skip_equal, may_be_done=options.resume)
    if options.message_octets is not None:
        bulk = bulk._replace(message_octets=options.message_octets)
    for outcome in applied(left(), zones.access_of, bulk, stop):
        yield outcome
        if failed:
            yield from failed
            failed.clear()
    yield from failed


def _take(outcome: BulkOutcome, result: RunResult, report: Report | None, progress: Progress) -> None:
    result.add(outcome)
    progress.add(outcome.state)
    if report is not None:
        report.add(outcome)
