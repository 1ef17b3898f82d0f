"""`dns-update plan`, and the result of `dry-run=yes`: the difference that an update would make."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dns_update.cli import command_named, is_name, put, talk, talk_notes
from dns_update.client.outcome import Outcome
from dns_update.commandline.line import NAMELESS, CommandLine
from dns_update.commandline.properties import Options
from dns_update.errors import UsageError, quoted

_WITH_PLAN = ("set", "add", "delete", "apply")
WOULD_CHANGE = 20  # the exit status if something would change


def run(line: CommandLine) -> int:
    """Carry out a command line as a dry run, and return the exit status; raises DnsUpdateError."""
    command = "apply" if _is_file(line) else line.take_word(is_name) or "set"
    if command not in _WITH_PLAN:
        raise _no_plan(command, line)
    if line.text("dry-run") is not None:
        raise UsageError("plan does not take dry-run=", hint="a plan is always a dry run")
    line.put_before("dry-run", "yes")
    return command_named(command)(line)


def _is_file(line: CommandLine) -> bool:
    """Return whether the line has a file of names, and not a name: it is there, and no data is given."""
    words = [text for name, text in line.given if name == NAMELESS]
    has_data = any(line.text(name) is not None for name in ("address", "type", "value"))
    return len(words) == 1 and not has_data and (words[0] == "-" or os.path.isfile(words[0]))


def _no_plan(word: str, line: CommandLine) -> UsageError:
    """Return the error for a word that is not a command with a plan."""
    from dns_update.commandline import COMMANDS  # only when something is wrong

    if word in COMMANDS:
        return UsageError(f"there is no plan for {quoted(word)}", hint="plan set, plan add, plan delete or plan FILE")
    from dns_update.commandline.mistakes import unknown_command  # as above

    return unknown_command(word, _WITH_PLAN, line, "plan ")


def report(outcome: Outcome, options: Options) -> int:
    """Print what would change, as a difference or as JSON; return the exit status."""
    status = WOULD_CHANGE if any(each.changed for each in outcome.whole) else 0
    if options.json:
        from dns_update.cli.as_json import outcome_text  # only if it is asked for

        put(outcome_text(outcome, "plan", status))
        return status
    has_lines = put_lines(outcome)
    if not options.quiet:
        if not has_lines:
            talk("nothing would change")
        talk_notes(outcome)
    return status


def put_lines(outcome: Outcome) -> bool:
    """Print what would change; return whether anything would."""
    lines = [line for each in outcome.whole for line in _lines(each, is_full=each is not outcome)]
    put("".join(lines))
    return bool(lines)


def _lines(outcome: Outcome, *, is_full: bool) -> Iterator[str]:
    """Yield a line for each record that would go, and for each that would come; `is_full` is with the name in full."""
    before, after = outcome.before or (), outcome.after or ()
    for sign, records, others in (("-", before, after), ("+", after, before)):
        for record in sorted(records, key=lambda record: (record.rrtype, record.rdata)):
            if record not in others:
                owner = record.name.to_text() if is_full else record.name.relative_to(outcome.zone)
                _name, ttl, _class, rest = record.to_text().split(" ", 3)
                yield f"{sign} {owner} {ttl} {rest}\n"
