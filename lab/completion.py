"""Completion for bash, zsh and fish, made from the tables of commands and properties: `python -m lab.completion`.

The templates beside this file have what each shell must do; here the tables are written in its language.
"""

from collections.abc import Iterator
from pathlib import Path

from dns_update.auth import ALGORITHMS
from dns_update.commandline.command_texts import COMMANDS, NSUPDATE_OPTIONS
from dns_update.commandline.properties import PROPERTIES, Property
from dns_update.wire.codes import RR_TYPES, is_zone_type

DIRECTORY = Path(__file__).parent.parent / "completion"
_KINDS = {
    "FILE": "files", "PATH": "files", "TYPE": "types", "ALGORITHM": "algorithms", "SECRET": "secret",
    "SOURCE": "sources", "SOURCE[,SOURCE...]": "sources", "CLASS": "IN CH HS",
}  # fmt: skip
"""What a value is, by its form in the table; of a form such as `yes|no` the words themselves are offered."""
_SOURCES = ("interface:", "prefix:", "dns:", "https://", "command:")
_FILES = ("FILE",)
_STUBS = {
    "bash/dns-nsupdate": '# Made by: python -m lab.completion\n. "${BASH_SOURCE[0]%/*}/dns-update"\n',
    "fish/dns-nsupdate.fish": "# Made by: python -m lab.completion\nsource (status dirname)/dns-update.fish\n",
}
_BRIEF = ("; ", ": ", ". ", " (", ", for example")


def files() -> dict[str, str]:
    """Return the text of each file by its path in the directory."""
    return {"bash/dns-update": _bash(), "zsh/_dns-update": _zsh(), "fish/dns-update.fish": _fish(), **_STUBS}


def kind_of(row: Property) -> str:
    """Return what a property's values are: a word that the templates know, or the values; empty if neither."""
    if row.form in _KINDS:
        return _KINDS[row.form]
    return " ".join(word for word in row.form.split("|") if "|" in row.form and word.islower())


def brief(text: str) -> str:
    """Return the beginning of a description, as far as it is understood without the rest."""
    return text[: min((text.find(end) for end in _BRIEF if text.find(end) > 0), default=len(text))]


def _bash() -> str:
    names = {command: " ".join(row.name for row in rows) for command, rows in _rows().items()}
    return _filled(
        "bash",
        PROPERTIES=_lines(f"{command}) echo {text} ;;" for command, text in names.items()),
        KINDS=_lines(f"{_cases(pairs)}) echo '{kind}' ;;" for kind, pairs in _pairs().items()),
        SOURCES=" ".join(_SOURCES),
        OPTIONS=" ".join(option for option, _about in _options()),
    )


def _zsh() -> str:
    described = {
        command: "\n".join(f"                {_zsh_quoted(row.name, brief(row.help))}" for row in rows)
        for command, rows in _rows().items()
    }
    return _filled(
        "zsh",
        PROPERTIES=_lines(
            f"{command})\n            properties=(\n{text}\n            ) ;;" for command, text in described.items()
        ),
        KINDS=_lines(f"{_cases(pairs)}) kind='{kind}' ;;" for kind, pairs in _pairs().items()),
        SOURCES=" ".join(_SOURCES),
        OPTIONS=_lines((_zsh_quoted(option, about) for option, about in _options()), 16),
        COMMANDS=_lines((_zsh_quoted(name, about) for name, about in _commands()), 8),
    )


def _fish() -> str:
    rows = {
        command: " ".join(_fish_pair(row.name, brief(row.help)) for row in rows) for command, rows in _rows().items()
    }
    return _filled(
        "fish",
        PROPERTIES=_lines(
            f"case {command}\n            __dns_update_described $argv[2] $argv[3] {text}"
            for command, text in rows.items()
        ),
        KINDS=_lines(
            f"case {' '.join(_fish_quoted(pair) for pair in pairs)}\n            echo '{kind}'"
            for kind, pairs in _pairs().items()
        ),
        FISH_SOURCES=",".join(source for source in _SOURCES if source not in ("interface:", "prefix:")),
        FISH_TYPES=",".join(_types()),
        FISH_ALGORITHMS=",".join(ALGORITHMS),
        OPTIONS=" ".join(_fish_pair(option, about) for option, about in _options()),
        COMMANDS=" ".join(_fish_pair(name, about) for name, about in _commands()),
        COMMAND_LIST=" ".join(COMMANDS),
        FLAG_OPTIONS=" ".join(f"--{name}" for name in _flags()),
        FILE_OPTIONS=" ".join(f"-{letter}" for letter in _letters(takes_file=True)),
        OTHER_OPTIONS=" ".join(f"-{letter}" for letter in _letters(takes_file=False)),
        POSITIONAL=" ".join(_positional()),
    )


def _filled(shell: str, **texts: str) -> str:
    """Return a shell's template with what is the same for all shells, and its own texts, filled in."""
    text = Path(__file__).with_name(f"completion.{shell}").read_text(encoding="utf-8")
    common = {
        "COMMANDS": " ".join(COMMANDS),
        "COMMAND_NAMES": " ".join((*COMMANDS, "help")),
        "TYPES": " ".join(_types()),
        "ALGORITHMS": " ".join(ALGORITHMS),
        "FLAGS": " ".join(_flags()),
        "NEGATABLE": " ".join(_negatable()),
        "NEGATABLE_OR": "|".join(_negatable()),
        "FILE_LETTERS": _letters(takes_file=True),
        "OTHER_LETTERS": _letters(takes_file=False),
        "POSITIONAL": "|".join(_positional()),
    }
    for name, filling in (common | texts).items():
        text = text.replace(f"@{name}@", filling)
    return text


def _lines(lines: Iterator[str], indent: int = 8) -> str:
    return "\n".join(" " * indent + line for line in lines)


def _rows() -> dict[str, list[Property]]:
    """Return the properties of each command that has any."""
    rows = {command: [row for row in PROPERTIES if command in row.commands] for command in COMMANDS}
    return {command: found for command, found in rows.items() if found}


def _pairs() -> dict[str, list[str]]:
    """Return each kind of values with the commands and properties that have it."""
    pairs: dict[str, list[str]] = {}
    for row in PROPERTIES:
        if kind := kind_of(row):
            pairs.setdefault(kind, []).extend(f"{command} {row.name}" for command in row.commands)
    return pairs


def _cases(pairs: list[str]) -> str:
    return "|".join(f'"{pair}"' for pair in pairs)


def _commands() -> list[tuple[str, str]]:
    return [*((name, brief(command.summary)) for name, command in COMMANDS.items()), ("help", "the help of a command")]


def _options() -> Iterator[tuple[str, str]]:
    """Yield each option of nsupdate, and what it is."""
    for form, about in NSUPDATE_OPTIONS:
        for word in form.split():
            if word.startswith("-"):
                yield word.rstrip(","), brief(about)


def _letters(*, takes_file: bool) -> str:
    """Return the letters of nsupdate's options with an argument, which is a file or something else."""
    forms = [form.split() for form, _about in NSUPDATE_OPTIONS]
    return "".join(
        form[0][1:] for form in forms if form[1:] and form[1][0] != "-" and (form[1] in _FILES) == takes_file
    )


def _types() -> list[str]:
    return [name for name, number in RR_TYPES.items() if is_zone_type(number)]


def _flags() -> list[str]:
    return list(dict.fromkeys(row.name for row in PROPERTIES if row.flag))


def _negatable() -> list[str]:
    """Return the flags that are set unless a line says no."""
    return list(dict.fromkeys(row.name for row in PROPERTIES if row.flag and row.default == "yes"))


def _positional() -> list[str]:
    return [command for row in PROPERTIES if row.positional and kind_of(row) == "files" for command in row.commands]


def _zsh_quoted(word: str, about: str) -> str:
    text = f"{word}:{about}".replace("'", "'\\''")
    return f"'{text}'"


def _fish_pair(word: str, about: str) -> str:
    return f"{_fish_quoted(word)} {_fish_quoted(about)}"


def _fish_quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


if __name__ == "__main__":
    for path, text in files().items():
        (DIRECTORY / path).parent.mkdir(parents=True, exist_ok=True)
        (DIRECTORY / path).write_text(text, encoding="utf-8")
