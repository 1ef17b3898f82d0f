"""Words of commands whose properties are not in the table of RouterOS's: `name=value` and `--name value`, both."""

from __future__ import annotations

from dns_update.errors import InvalidText, UsageError, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_LONGEST_SLIP = 20  # characters, somewhat more than the longest property has

HELP = ("--help", "-h", "help", "?")


def values_of(
    command: str, words: Sequence[str], readers: Mapping[str, Callable[[str], object]], flags: Sequence[str]
) -> dict[str, object]:
    """Return the value of each property that is given, as its reader reads it; of a flag, True or False.

    Raises UsageError for what is no property, is given twice, or has no value or a wrong one.
    """
    values = dict[str, object]()
    for name, text in _pairs(words, flags):
        if name not in readers and name not in flags:
            raise _unknown(command, name, (*readers, *flags))
        if name in values:
            raise UsageError(f"{name}= is given twice", hint="it takes one value")
        try:
            values[name] = _yes_no(text) if name in flags else readers[name](text)
        except InvalidText as error:
            raise UsageError(f"{name}=: {error.text}", hint=error.hint) from error
    return values


def _pairs(words: Sequence[str], flags: Sequence[str]) -> Iterator[tuple[str, str]]:
    rest = iter(words)
    for word in rest:
        name, equals, text = word.removeprefix("--").partition("=")
        if equals:
            yield name, text
        elif not word.startswith("--"):
            raise _stray(word)
        elif name in flags:
            yield name, "yes"
        else:
            following = next(rest, None)
            if following is None:
                raise UsageError(f"--{name} has no value", hint=f"--{name} VALUE") if _is_plain(name) else _stray(name)
            yield name, following


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise InvalidText(f"{shown(text)} is not possible", hint="yes or no")
    return text == "yes"


def _unknown(command: str, name: str, names: Sequence[str]) -> UsageError:
    import difflib  # noqa: PLC0415 - only when something is wrong

    near = next(iter(difflib.get_close_matches(name.lower(), names, 1)), "")
    hint = f"did you mean {near}?" if near else f"see: dns-update {command} --help"
    return UsageError(f"unknown property {shown(name)}", hint=hint)


def _stray(word: str) -> UsageError:
    return UsageError(f"{shown(word)} is not a property", hint="they are written name=value or --name value")


def shown(word: str) -> str:
    """Return a word that is none of ours as an error shows it."""
    return quoted(word) if _is_plain(word) else "<not shown: it may be a secret>"


def _is_plain(word: str) -> bool:
    """Return whether a word may be a slip of one of ours, and hardly a secret in the wrong place."""
    letters = word.removeprefix("/").replace("-", "")  # RouterOS's menus begin with a slash
    return len(word) <= _LONGEST_SLIP and word.islower() and letters.isalpha()


def text_from(text: str) -> str:
    """Return a text that is not empty; raises InvalidText."""
    if not text:
        raise InvalidText("the value is empty")
    return text
