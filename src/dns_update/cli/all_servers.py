"""`to=all`: a change at every server of the list, with a result for each; the first failure gives the exit status."""

from __future__ import annotations

from dns_update import errors
from dns_update.cli import put, talk, talk_notes
from dns_update.cli.advice import advise, advise_on_part, changes_of
from dns_update.cli.as_json import error_fields, head, object_text, outcome_fields
from dns_update.cli.plan import WOULD_CHANGE, put_lines
from dns_update.client import Client
from dns_update.client.all_servers import ServerResult, at_all_servers
from dns_update.client.locate import RdataByType, Target
from dns_update.client.outcome import Outcome, success_text
from dns_update.client.transaction import Request
from dns_update.commandline.properties import ALL, Options
from dns_update.errors.hints import COMMAND_LINE, rendered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def change_all(  # noqa: PLR0913, PLR0917 - what a change consists of
    client: Client, command: str, options: Options, target: Target, data: RdataByType, request: Request[Outcome]
) -> int:
    """Carry out a request at every server, and return the exit status; raises UsageError."""
    if options.verify == ALL:
        raise errors.UsageError(
            "to=all and verify=all are both given", hint="to=all reads the change back at each server of the list"
        )
    results = client.run(lambda transaction: at_all_servers(transaction, request))
    changes = changes_of(target, data, command)
    for error in [result.error for result in results if result.error is not None and options.diagnose]:
        if error.part is not None:
            advise_on_part(error, client, options)
        elif isinstance(error, (errors.Refusal, errors.CommunicationError)):
            advise(error, client, options, target, changes)
    status = _status(results)
    if options.json:
        put(object_text(head(command, status, is_ok=status in {0, WOULD_CHANGE}) | _fields(results, command)))
        return status
    for result in results:
        _tell(result, options)
    return status


def _status(results: Sequence[ServerResult]) -> int:
    """Return the exit status: that of the first failure; for a dry run, whether something would change somewhere."""
    failed = next((result.error.exit_status for result in results if result.error is not None), 0)
    outcomes = [result.outcome for result in results if result.outcome is not None]
    would_change = any(outcome.dry_run and each.changed for outcome in outcomes for each in outcome.whole)
    return failed or (WOULD_CHANGE if would_change else 0)


def _fields(results: Sequence[ServerResult], command: str) -> dict[str, object]:
    return {"servers": [_server_fields(result, command) for result in results]}


def _server_fields(result: ServerResult, command: str) -> dict[str, object]:
    if result.outcome is not None:
        return {"status": "ok"} | outcome_fields(result.outcome, command)
    assert result.error is not None  # noqa: S101 - it is one of both
    notes = [rendered(note, COMMAND_LINE) for note in result.error.notes]
    return {"status": "error", "server": str(result.server), "error": error_fields(result.error), "notes": notes}


def _tell(result: ServerResult, options: Options) -> None:
    """Say what came of it at one server."""
    error, outcome = result.error, result.outcome
    if error is not None:
        talk(f"{result.server}: update failed: {error}")
        for what, text in (("cause", error.explanation), ("hint", error.hint)):
            if text:
                talk(f"{what}: {rendered(text, COMMAND_LINE)}")
        for note in error.notes:
            talk(f"note: {rendered(note, COMMAND_LINE)}")
    elif outcome is not None and outcome.dry_run:
        put(f"# {result.server}\n")
        put_lines(outcome)
    elif outcome is not None and not options.quiet:
        for each in outcome.whole:
            talk(f"{result.server}: {success_text(each)}")
        talk_notes(outcome)
