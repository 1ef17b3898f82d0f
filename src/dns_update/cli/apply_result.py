"""What a bulk run came to: in words, as JSON, and as an exit status; and why a whole zone failed."""

from __future__ import annotations

from dns_update import errors
from dns_update.bulk import DONE, STATES, BulkOutcome
from dns_update.bulk.first_pass import CheckedFile
from dns_update.cli import put, talk
from dns_update.cli.bulk_zones import Zones
from dns_update.cli.progress import Progress
from dns_update.client.locate import Target
from dns_update.commandline.properties import Options
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.wire.codes import RRType, rrtype_to_text
from dns_update.wire.name import Name

MOST_SHOWN = 20  # names that failed, in words: a report has all of them
MOST_IN_JSON = 1000  # the same in JSON


class RunResult:
    """Collects the outcomes of a run: all in numbers, the first failures as they are."""

    def __init__(self, file: CheckedFile, options: Options, progress: Progress) -> None:
        """Start with none."""
        self._file = file
        self._options = options
        self._progress = progress
        self._before = 0
        self._failures: list[BulkOutcome] = []
        self._statuses: set[int] = set()
        self._good: set[Name | None] = set()  # zones in which a name was changed
        self._first: dict[Name | None, BulkOutcome] = {}  # the first failure of each zone

    def was_done_before(self) -> None:
        """Count a name that an earlier run has done."""
        self._before += 1
        self._progress.total -= 1

    def add(self, outcome: BulkOutcome) -> None:
        """Take an outcome."""
        if outcome.state in DONE:
            self._good.add(outcome.zone)
            return
        if len(self._failures) < MOST_IN_JSON:
            self._failures.append(outcome)
        if outcome.error is not None:
            self._first.setdefault(outcome.zone, outcome)
            self._statuses.add(outcome.error.exit_status)

    def advise(self, zones: Zones) -> None:
        """Find out once for each zone in which everything failed why it did, unless diagnose=no."""
        if not self._options.diagnose:
            return
        for zone, outcome in self._first.items():
            error = outcome.error
            if zone is None or zone in self._good or not isinstance(error, errors.Refusal | errors.CommunicationError):
                continue
            from dns_update.cli.advice import advise, changes_of  # only when something is wrong

            place = zones.place(zone)
            wish = outcome.wish
            data = {} if wish.rrtype == RRType.ANY else {wish.rrtype: wish.values}
            target = Target(wish.name, zone)
            changes = changes_of(target, data, "delete" if wish.deletes else "add" if wish.adds else "set")
            advise(error, place.access.client, place.options, target, changes)

    def conclude(self) -> int:
        """Say what the run came to, and return the exit status."""
        status = self._status()
        if self._options.json:
            self._put_json(status)
            return status
        told: set[int] = set()
        for outcome in self._failures[:MOST_SHOWN]:
            self._tell(outcome, told)
        failed = self._progress.done - sum(self._progress.states[state] for state in DONE)
        if failed > MOST_SHOWN:
            where = f"{self._options.report} has them all" if self._options.report else "report=FILE lists them all"
            talk(f"and {failed - MOST_SHOWN:,} more; {where}")
        if not self._options.quiet:
            talk(self._summary())
        return status

    def _tell(self, outcome: BulkOutcome, told: set[int]) -> None:
        """Write a failure; what is to be done about it only once for each error."""
        wish, error = outcome.wish, outcome.error
        why = "" if error is None else f": {error}"
        where = f" (line {', '.join(map(str, wish.lines[:3]))})" if wish.lines else ""
        talk(f"{outcome.state}: {wish.name} {_type(wish.rrtype)}{where}{why}")
        if error is None or id(error) in told:
            return
        told.add(id(error))
        if error.explanation:
            talk(f"cause: {rendered(error.explanation, COMMAND_LINE)}")
        if error.hint and (len(told) == 1 or error.explanation):
            talk(f"hint: {rendered(error.hint, COMMAND_LINE)}")

    def _summary(self) -> str:
        states = self._progress.states
        parts = [f"{states[state]:,} {state}" for state in STATES if states[state]]
        if self._before:
            parts.append(f"{self._before:,} done before")
        return f"{', '.join(parts) or 'nothing to do'}: {self._file.count:,} RRsets in {self._progress.seconds:.1f} s"

    def _status(self) -> int:
        """Return 0 if all is done, the error's status if all failed alike, else that of some failures."""
        done = sum(self._progress.states[state] for state in DONE) + self._before
        if done == self._progress.done + self._before:
            return 0
        return self._statuses.pop() if not done and len(self._statuses) == 1 else errors.SOME_FAILED

    def _put_json(self, status: int) -> None:
        from dns_update.cli.as_json import error_fields, object_text  # only if it is asked for

        failures = [
            {
                "name": outcome.wish.name.to_text(),
                "type": _type(outcome.wish.rrtype),
                "lines": outcome.wish.lines,
                "state": outcome.state,
                "error": None if outcome.error is None else error_fields(outcome.error),
            }
            for outcome in self._failures
        ]
        fields: dict[str, object] = {
            "command": "apply",
            "status": "error" if status else "ok",
            "exit_status": status,
            "rrsets": self._file.count,
            "done_before": self._before,
            "states": {state: self._progress.states[state] for state in STATES},
            "seconds": round(self._progress.seconds, 6),
            "report": self._options.report,
            "failures": failures,
        }
        put(object_text(fields))


def _type(rrtype: int) -> str:
    return "all records" if rrtype == RRType.ANY else rrtype_to_text(rrtype)
