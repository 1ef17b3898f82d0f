"""Help texts, made from the table of properties and the descriptions of the commands."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from dns_update.commandline.command_texts import COMMANDS, NSUPDATE_OPTIONS, OVERVIEW
from dns_update.commandline.properties import PROPERTIES, Property

HELP = "help"
WIDE = 118
"""Columns of a text that no terminal shows."""

_COLUMN = 38
_OVERVIEW_COLUMN = 46
_OPTION_COLUMN = 27
_SHORT_COLUMN = 12
_BOLD, _CYAN, _PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[0m"
_TABLE_ROW = re.compile(r"( +\S.*? {2,})(\S.*)")  # some words, and after a gap what they mean
_QUOTED = re.compile(r"([\"']).*?\1")
_ABOUT_HELP = """\
Prints what dns-update can do; with a command, all its properties, with examples. COMMAND --help is the same.
"""


def help_text(command: str, width: int = WIDE, *, is_styled: bool = False) -> str:
    """Return the help of a command, or of `help`; the overview if the command is empty.

    Lines have at most `width` characters, except commands that are to be copied. A text that `is_styled` has the escape
    sequences of a terminal in it.
    """
    page = _Page(width, is_styled=is_styled)
    if not command:
        return page.text(OVERVIEW.replace("{commands}", "\n".join(_command_lines(page))))
    if command == HELP:
        return page.form("help [COMMAND]") + page.text(f"\n{_ABOUT_HELP}\nCommands:\n{_summaries(page)}")
    about = COMMANDS[command]
    if command == "nsupdate":
        return page.form(about.form) + page.text(_about_nsupdate(page))
    return page.form(about.form) + page.text(f"\n{about.about}\n") + "".join(_details(page, command))


def short_help(width: int = WIDE, *, is_styled: bool = False) -> str:
    """Return what a line without any words needs to know."""
    page = _Page(width, is_styled=is_styled)
    more = "All about a command: dns-update help COMMAND. An overview: dns-update help."
    return page.text(f"Usage: dns-update COMMAND PROPERTY=VALUE...\n\nCommands:\n{_summaries(page)}\n{more}\n")


class _Page:
    """The form of a text: its width, and its style."""

    def __init__(self, width: int, *, is_styled: bool) -> None:
        self.width = width
        self._is_styled = is_styled

    def bold(self, text: str) -> str:
        """Return a text in bold, if the page is styled."""
        return f"{_BOLD}{text}{_PLAIN}" if self._is_styled else text

    def colored(self, text: str) -> str:
        """Return a text in color, if the page is styled."""
        return f"{_CYAN}{text}{_PLAIN}" if self._is_styled else text

    def form(self, form: str) -> str:
        """Return the line that shows how a command is written."""
        return self.bold(f"dns-update {form}") + "\n"

    def text(self, text: str) -> str:
        """Return a text with its paragraphs filled, its headings bold, and its indented lines as they are."""
        made: list[str] = []
        paragraph: list[str] = []
        for line in [*text.removesuffix("\n").split("\n"), ""]:
            if line and not line.startswith(" "):
                paragraph.append(line)
                continue
            made += self._filled(" ".join(paragraph))
            made += self._row(line)
            paragraph = []
        return "\n".join(made)

    def columns(self, head: str, about: str, column: int, *, bold: int = 0) -> str:
        """Return a head and a text wrapped in the second column; the first `bold` characters of the head are bold."""
        column = min(column, self.width // 2)
        body = textwrap.wrap(about, self.width - column, break_on_hyphens=False, break_long_words=False) or [""]
        indent = head[: len(head) - len(head.lstrip())]
        shown = f"{indent}{self.bold(head[len(indent) : bold])}{head[bold:]}" if bold else head
        between = " " * (column - len(head)) if len(head) < column else "\n" + " " * column
        return f"{shown}{between}" + f"\n{'':<{column}}".join(body)

    def example(self, purpose: str, command: str) -> str:
        """Return an example; a command that is wider than the page goes on after a backslash, as in a shell."""
        lines = [f"  {command}"]
        if len(lines[0]) > self.width < WIDE:
            whole = _QUOTED.sub(lambda quoted: quoted[0].replace(" ", "\0"), command)
            wrapped = textwrap.wrap(
                whole, self.width - 2, initial_indent="  ", subsequent_indent="      ", break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip
            lines = [line.replace("\0", " ") for line in wrapped]
        return f"{self.colored(f'  # {purpose}')}\n" + " \\\n".join(lines)

    def _filled(self, paragraph: str) -> list[str]:
        if not paragraph:
            return []
        lines = textwrap.wrap(paragraph, self.width, break_on_hyphens=False)
        is_heading = paragraph.endswith(":") or paragraph.startswith("Usage:")
        return [self.bold(line) for line in lines] if is_heading and len(lines) == 1 else lines

    def _row(self, line: str) -> list[str]:
        """Return a line that is as it should be, wrapped only if it is a row of a table that is wider than the page."""
        row = _TABLE_ROW.fullmatch(line)
        if row is None or len(line) <= self.width or _BOLD in line:
            return [line]
        return [self.columns(row[1].rstrip(), row[2], len(row[1]))]


def _command_lines(page: _Page) -> Iterator[str]:
    for command in COMMANDS.values():
        yield page.columns(f"  dns-update {command.form}", command.summary, _OVERVIEW_COLUMN)
    yield page.columns("  dns-update COMMAND --help", "all properties of a command, with examples", _OVERVIEW_COLUMN)


def _summaries(page: _Page) -> str:
    lines = [page.columns(f"  {name}", about.summary, _SHORT_COLUMN) for name, about in COMMANDS.items()]
    return "".join(f"{line}\n" for line in lines)


def _about_nsupdate(page: _Page) -> str:
    from dns_update.nsupdate.help_text import COMMANDS as SCRIPT_COMMANDS  # of this command only

    options = "\n".join(page.columns(f"  {form}", text, _OPTION_COLUMN) for form, text in NSUPDATE_OPTIONS)
    about = COMMANDS["nsupdate"].about.replace("{commands}", textwrap.indent(SCRIPT_COMMANDS, "  "))
    return about.replace("{options}", options)


def _details(page: _Page, command: str) -> Iterator[str]:
    """Yield a command's properties and examples."""
    yield page.bold("Properties (each also as --name value):") + "\n"
    for row in PROPERTIES:
        if command in row.commands:
            yield f"{_property_lines(page, row)}\n"
    about = COMMANDS[command]
    yield f"\n{page.text(about.more)}\n" if about.more else "\n"
    yield page.bold("Examples:") + "\n"
    for purpose, words in about.examples:
        yield f"{page.example(purpose, f'dns-update {words}')}\n"


def _property_lines(page: _Page, row: Property) -> str:
    """Return the lines of one property: its form and its help."""
    about = row.help if row.default in (None, "no") else f"{row.help} (default: {row.default})"
    return page.columns(f"  {row.name}={row.form}", about, _COLUMN, bold=2 + len(row.name))
