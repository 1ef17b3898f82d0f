"""Help texts, made from the table of properties and the descriptions of the commands."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from dns_update.commandline.commands import COMMANDS, OVERVIEW
from dns_update.commandline.properties import PROPERTIES, Property

_COLUMN = 38
_OVERVIEW_COLUMN = 46
_WIDTH = 118


def help_text(command: str) -> str:
    """Return the help of a command; the overview if the command is empty."""
    if not command:
        return OVERVIEW.replace("{commands}", "\n".join(_command_lines()))
    about = COMMANDS[command]
    if command == "nsupdate":
        from dns_update.nsupdate.help_text import COMMANDS as SCRIPT_COMMANDS  # of this command only

        return f"dns-update {about.form}\n{about.about.replace('{commands}', textwrap.indent(SCRIPT_COMMANDS, '  '))}"
    lines = [f"dns-update {about.form}", "", about.about, "Properties (each also as --name value):"]
    lines += [_property_lines(row) for row in PROPERTIES if command in row.commands]
    lines += ["", about.more] if about.more else [""]
    lines += ["Examples:"]
    lines += [f"  # {purpose}\n  dns-update {words}" for purpose, words in about.examples]
    return "\n".join(lines) + "\n"


def _command_lines() -> Iterator[str]:
    for command in COMMANDS.values():
        yield f"{f'  dns-update {command.form}':<{_OVERVIEW_COLUMN}}{command.summary}"
    yield f"{'  dns-update COMMAND --help':<{_OVERVIEW_COLUMN}}all properties of a command, with examples"


def _property_lines(row: Property) -> str:
    """Return the lines of one property: its form, then its help, wrapped in the second column."""
    head = f"  {row.name}={row.form}"
    about = row.help if row.flag or row.default is None else f"{row.help} (default: {row.default})"
    body = textwrap.wrap(about, _WIDTH - _COLUMN)
    first = f"{head:<{_COLUMN}}{body[0]}" if len(head) < _COLUMN else f"{head}\n{'':<{_COLUMN}}{body[0]}"
    return "\n".join([first, *(f"{'':<{_COLUMN}}{line}" for line in body[1:])])
