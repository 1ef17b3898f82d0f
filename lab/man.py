"""The manual pages, made from the tables of commands and properties, and from the documents: `python -m lab.man`.

The properties, commands and options are those of the help texts. The chapters about the agent and its configuration are
chapters of README.md and docs/agent.md, where tests compare them with the code.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from dns_update import __version__
from dns_update.commandline.command_texts import COMMANDS, NSUPDATE_OPTIONS, OVERVIEW
from dns_update.commandline.properties import PROPERTIES, Property
from dns_update.nsupdate.help_text import COMMANDS as SCRIPT_COMMANDS
from lab.mdoc import argument, display, from_markdown, literal, prose, tagged

ROOT = Path(__file__).parent.parent
DIRECTORY = ROOT / "man"
_DATE = "November 30, 2026"  # of the last change that a person made to a page as such
_RECORDS = ("set", "delete", "show")
_SEEN_ELSEWHERE = {"agent": ("dns-update-agent", "8"), "nsupdate": ("dns-nsupdate", "1")}
_ENVIRONMENT = (
    ("COLUMNS", "The width of help texts, if standard output is a terminal."),
    ("CREDENTIALS_DIRECTORY", "Where credential:NAME is looked for, as systemd sets it for its services."),
    ("NO_COLOR", "If it is set and not empty, nothing is printed in bold or in color."),
)


def pages() -> dict[str, str]:
    """Return the text of each page by its path in the directory."""
    makers = {
        ("dns-update", "1"): _command_page,
        ("dns-nsupdate", "1"): _nsupdate_page,
        ("dns-update-agent", "8"): _agent_page,
        ("dns-update.toml", "5"): _configuration_page,
    }
    return {f"man{section}/{name}.{section}": _page(name, section, make) for (name, section), make in makers.items()}


def _page(name: str, section: str, make: Callable[[], Iterator[str]]) -> str:
    note = '.\\" Made by: python -m lab.man\n'
    return f"{note}.Dd {_DATE}\n.Dt {name.upper()} {section}\n.Os dns-update {__version__}\n" + "".join(make())


def _command_page() -> Iterator[str]:
    yield _name("dns-update", "keep names in DNS zones pointing at the right addresses")
    yield ".Sh SYNOPSIS\n" + "".join(_synopsis(command.form) for command in COMMANDS.values())
    yield ".Sh DESCRIPTION\n" + _paragraphs(OVERVIEW.partition("\n\nUsage:")[0])
    yield f".Pp\n{_paragraphs(_between(OVERVIEW, '{commands}', 'Messages go to'))}"
    yield f".Pp\n{_paragraphs('Messages go to' + _between(OVERVIEW, 'Messages go to', ' Exit status:'))}"
    yield ".Sh COMMANDS\n"
    for name in COMMANDS:
        yield f".Ss {name}\n"
        yield from _about_command(name)
    yield ".Sh PROPERTIES\nEach is also written\n.Fl \\-name Ar value .\n"
    yield tagged([_property(row) for row in PROPERTIES])
    yield f".Sh ADDRESS SOURCES\n{from_markdown(_chapter('README.md', 'Where addresses come from'))}"
    yield from _ending()
    yield _see_also(("dns-nsupdate", "1"), ("dns-update.toml", "5"), ("dns-update-agent", "8"), ("nsupdate", "1"))
    yield _standards("1034", "2136", "3007", "8945")


def _about_command(name: str) -> Iterator[str]:
    """Yield what a command does, its properties by name, and its examples."""
    if name in _SEEN_ELSEWHERE:
        page, section = _SEEN_ELSEWHERE[name]
        yield f"{prose(literal(f'{COMMANDS[name].summary}: see'))}.Xr {page} {section} .\n"
        return
    yield _paragraphs(COMMANDS[name].about)
    rows = ", ".join(row.name for row in PROPERTIES if name in row.commands)
    yield f".Pp\n{prose(literal(f'Properties: {rows}.'))}"
    yield f".Pp\nExamples:\n{_examples(name)}"


def _examples(name: str) -> str:
    return display("\n".join(f"# {about}\ndns-update {words}" for about, words in COMMANDS[name].examples))


def _nsupdate_page() -> Iterator[str]:
    about = COMMANDS["nsupdate"].about.partition("\n\n")[2]
    yield _name("dns-nsupdate", "send DNS updates as nsupdate of BIND does")
    yield f".Sh SYNOPSIS\n{_synopsis('[OPTIONS] [FILE]', '.Nm')}"
    yield f".Sh DESCRIPTION\n{_paragraphs(about.partition('Commands (')[0])}"
    yield f".Pp\n{prose(literal('dns-update nsupdate is the same program.'))}"
    yield f".Sh OPTIONS\n{tagged([(_flags(form), _sentence(text)) for form, text in NSUPDATE_OPTIONS])}"
    yield ".Sh COMMANDS\nA blank line is\n.Ic send ;\na line that starts with a semicolon is a comment.\n"
    yield display(SCRIPT_COMMANDS)
    yield ".Sh EXIT STATUS\n" + tagged([
        ("0", "Done.\n"), ("1", "A mistake in the input, or another error.\n"), ("2", "An update failed.\n"),
    ])  # fmt: skip
    yield f".Sh EXAMPLES\n{display(_dedented(about.partition('Examples:')[2]))}"
    yield _see_also(("dns-update", "1"), ("nsupdate", "1"))
    yield _standards("2136", "8945")


def _agent_page() -> Iterator[str]:
    agent = COMMANDS["agent"]
    yield _name("dns-update-agent", agent.summary)
    yield f".Sh SYNOPSIS\n{_synopsis(agent.form)}"
    yield f".Sh DESCRIPTION\n{_paragraphs(agent.about)}"
    yield ".Sh PROPERTIES\n" + tagged([_property(row, is_alone=True) for row in PROPERTIES if "agent" in row.commands])
    for title, heading in (
        ("WHAT HAPPENS WHEN", "What happens when"),
        ("THE SERVICE", "The service in detail"),
        ("WITHOUT THE SERVICE", "Without the service"),
        ("PROGRAMS", "When a name has changed: `on-change`"),
        ("SECRETS", "Where secrets are"),
    ):
        yield f".Sh {title}\n{from_markdown(_chapter('docs/agent.md', heading))}"
    yield from _ending("agent", "status", "history")
    yield f".Sh EXAMPLES\n{_examples('agent')}"
    yield f".Sh DIAGNOSTICS\n{from_markdown(_chapter('docs/agent.md', 'Troubleshooting'))}"
    yield _see_also(("dns-update", "1"), ("dns-update.toml", "5"), ("systemd.exec", "5"))


def _configuration_page() -> Iterator[str]:
    yield _name("dns-update.toml", "configuration of the agent of dns-update")
    yield f".Sh DESCRIPTION\n{from_markdown(_chapter('docs/agent.md', 'The configuration'))}"
    yield from _files("agent")
    yield _see_also(("dns-update", "1"), ("dns-update-agent", "8"))


def _name(name: str, about: str) -> str:
    return f".Sh NAME\n.Nm {name}\n.Nd {literal(about)}\n"


def _synopsis(form: str, name: str = ".Nm dns-update") -> str:
    return f"{name}\n.Ar {argument(literal(form))}\n"


def _property(row: Property, *, is_alone: bool = False) -> tuple[str, str]:
    """Return a property as an entry of a list, with the commands that it belongs to unless it `is_alone`."""
    of = "" if is_alone else f"Of {', '.join(row.commands)}."
    default = "" if row.flag or row.default is None else f"Default: {row.default}."
    text = " ".join(part for part in (_stopped(row.help), default, of) if part)
    return f"Cm {literal(row.name)}= Ns Ar {argument(literal(row.form))}", prose(literal(text))


def _flags(form: str) -> str:
    """Return options as arguments of `.It`: `-k FILE`, or `-d, -D`."""
    words = [
        f"Fl {word[1:].rstrip(',')}{' ,' if word.endswith(',') else ''}" for word in form.split() if word[0] == "-"
    ]
    arguments = [f"Ar {argument(literal(word))}" for word in form.split() if word[0] != "-"]
    return " ".join(words + arguments)


def _sentence(text: str) -> str:
    return prose(literal(_stopped(text)))


def _stopped(text: str) -> str:
    return text if text.endswith("...") else f"{text}."


def _ending(*commands: str) -> Iterator[str]:
    yield ".Sh ENVIRONMENT\n" + tagged([(f"Ev {name}", prose(literal(text))) for name, text in _ENVIRONMENT])
    yield from _files(*(commands or COMMANDS))
    yield f".Sh EXIT STATUS\n{from_markdown(_chapter('README.md', 'Exit statuses'))}"


def _files(*commands: str) -> Iterator[str]:
    """Yield the files that properties have by default."""
    rows = [row for row in PROPERTIES if {*commands} & {*row.commands} and (row.default or "").startswith("/")]
    if rows:
        yield ".Sh FILES\n" + tagged([(f"Pa {row.default}", _sentence(row.help)) for row in rows])


def _see_also(*references: tuple[str, str]) -> str:
    ordered = sorted(references, key=lambda reference: reference[::-1])
    return ".Sh SEE ALSO\n" + " ,\n".join(f".Xr {name} {section}" for name, section in ordered) + "\n"


def _standards(*numbers: str) -> str:
    return ".Sh STANDARDS\n" + "".join(f".Rs\n.%R RFC {number}\n.Re\n" for number in numbers)


def _paragraphs(text: str) -> str:
    """Return a description in plain text; indented lines are shown as they are."""
    parts = [part for part in text.strip("\n").split("\n\n") if part]
    made = [display(_dedented(part)) if part.startswith("  ") else prose(literal(part)) for part in parts]
    return "".join(
        f".Pp\n{part}" if number and not part.startswith(".Bd") else part for number, part in enumerate(made)
    )


def _dedented(text: str) -> str:
    return "\n".join(line.removeprefix("  ") for line in text.strip("\n").splitlines())


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def _chapter(path: str, heading: str) -> str:
    """Return what a document has under a heading, with its subsections."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.search(rf"^(##+) {re.escape(heading)}\n(.*?)(?=^##? |^\1 |\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise SystemExit(f"{path} has no chapter '{heading}'")
    return found[2]


if __name__ == "__main__":
    for path, text in pages().items():
        (DIRECTORY / path).parent.mkdir(parents=True, exist_ok=True)
        (DIRECTORY / path).write_text(text, encoding="utf-8")
