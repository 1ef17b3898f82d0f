"""Help texts, made from the table of properties and the descriptions of the commands."""

from __future__ import annotations

import textwrap

from dns_update.commandline.commands import COMMANDS, NSUPDATE_OPTIONS, OVERVIEW
from dns_update.commandline.properties import PROPERTIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dns_update.commandline.properties import Property

_COLUMN = 38
_OVERVIEW_COLUMN = 45
_OPTION_COLUMN = 27
_WIDTH = 118


def help_text(command: str) -> str:
    """Return the help of a command; the overview if the command is empty."""
    if not command:
        return OVERVIEW.replace("{commands}", "\n".join(_command_lines()))
    about = COMMANDS[command]
    if command == "nsupdate":
        from dns_update.nsupdate.help_text import COMMANDS as SCRIPT_COMMANDS  # of this command only

        script_commands = textwrap.indent(SCRIPT_COMMANDS, "  ")
        options = "\n".join(_in_columns(f"  {form}", text, _OPTION_COLUMN) for form, text in NSUPDATE_OPTIONS)
        own = about.about.replace("{commands}", script_commands).replace("{options}", options)
        return f"dns-update {about.form}\n{own}"
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
    """Return the lines of one property: its form and its help."""
    about = row.help if row.flag or row.default is None else f"{row.help} (default: {row.default})"
    return _in_columns(f"  {row.name}={row.form}", about, _COLUMN)


def _in_columns(head: str, about: str, column: int) -> str:
    """Return a head, and a text that is wrapped in the second column."""
    body = textwrap.wrap(about, _WIDTH - column)
    first = f"{head:<{column}}{body[0]}" if len(head) < column else f"{head}\n{'':<{column}}{body[0]}"
    return "\n".join([first, *(f"{'':<{column}}{line}" for line in body[1:])])
