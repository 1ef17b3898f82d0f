"""What came of a request, in words or as JSON."""

from __future__ import annotations

from dns_update.cli import OutputLost, put, talk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.client.requests import Outcome

DONE = "update successful"


def conclude(outcome: Outcome, command: str, done: str, *, as_json: bool) -> int:
    """Say what came of a request that was carried out, in the words of `done`, and return the exit status."""
    if as_json:
        from dns_update.cli.as_json import outcome_text  # noqa: PLC0415 - only if it is asked for

        try:
            put(outcome_text(outcome, command))
        except OutputLost as lost:
            if command == "show":  # its data is its only result; after the others, the zone is as it should be
                raise
            talk(f"note: {lost}")
        else:
            return 0
    if command == "show":
        put("".join(f"{record.to_text()}\n" for record in outcome.after or ()))
    else:
        talk(done)
    if outcome.notes:
        _talk_notes(outcome)
    return 0


def _talk_notes(outcome: Outcome) -> None:
    from dns_update.errors.hints import COMMAND_LINE, rendered  # noqa: PLC0415 - most outcomes have no notes

    for note in outcome.notes:
        talk(f"note: {rendered(note, COMMAND_LINE)}")
