"""What came of a request: its outcome, as text or JSON, or its failure, with the doctor's advice."""

from __future__ import annotations

from dns_update import errors
from dns_update.cli import OutputLost, put, talk, talk_notes
from dns_update.client import Client
from dns_update.client.locate import RdataByType, Target
from dns_update.client.outcome import Outcome, success_text
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.commandline.properties import Options


class Advised(Value):
    """Within it, a failure of a request is explained by the doctor, unless diagnose=no; nothing else is different."""

    client: Client
    options: Options
    target: Target
    data: RdataByType
    command: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or not self.options.diagnose:
            return
        if isinstance(error, (errors.Refusal, errors.CommunicationError)):
            from dns_update.cli.advice import advise, advise_on_part, changes_of  # only when something is wrong

            if error.part is not None:
                advise_on_part(error, self.client, self.options)
                return
            changes = changes_of(self.target, self.data, self.command)
            advise(error, self.client, self.options, self.target, changes)


def conclude(outcome: Outcome, command: str, options: Options, done: str = "") -> int:
    """Report the outcome of a request, and return the exit status; `done` says what was done, if this is special."""
    if outcome.dry_run:
        from dns_update.cli.plan import report  # only if it is asked for

        return report(outcome, options)
    if options.json and _is_put_as_json(outcome, command):
        return 0
    if command == "show":
        put("".join(f"{record.to_text()}\n" for record in outcome.after or ()))
    elif not options.quiet:
        talk(done or success_text(outcome))
        for reverse in outcome.reverse:
            talk(success_text(reverse))
    if not options.quiet and any(each.notes for each in outcome.whole):
        talk_notes(outcome)
    return 0


def _is_put_as_json(outcome: Outcome, command: str) -> bool:
    """Print the outcome as JSON, and return whether standard output took it."""
    from dns_update.cli.as_json import outcome_text  # only if it is asked for

    try:
        put(outcome_text(outcome, command))
    except OutputLost as lost:
        if command == "show":  # its data is its only result; after the others, the zone is as it should be
            raise
        talk(f"note: {lost}")
        return False
    return True
