"""Reads the words of a command line as properties and values.

RouterOS writes `name=value`, GNU `--name value` or `--name=value`; they may be mixed. Some properties may be written
without their names: `run FILE`, `set NAME ADDRESS`.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.commandline.properties import ROWS, Options, Property, is_flag, is_secret, positional_row, row_of
from dns_update.commandline.readers import EXPRESSIONS, TRUTHS, may_be_nameless
from dns_update.errors import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_HELP_OPTIONS = ("--help", "-h")
HELP_WORDS = (*_HELP_OPTIONS, "help", "?")
_MENU = "[/"  # how an expression of RouterOS begins that is a word by itself: the address in `set NAME ADDRESS`
_NO = "no-"  # before the name of a flag
_DOMAINS = ("domain", "key-name", "name", "zone")  # properties whose reader takes any characters
NAMELESS = "="
"""In place of a property's name, for a word that has none; no name has this character."""


class CommandLine:
    """The properties in the words after the command; `options` raises the errors in them.

    So the flags are known even if the line cannot be carried out: its error may have to be JSON, and a request for
    help must be answered. A word that is the value of a property is never taken for a flag.
    """

    def __init__(self, words: Sequence[str], *, is_routers: bool = False) -> None:
        self.is_routers = is_routers  # whether it is the line of a router, with `/tool dns-update` before it
        self.wants_help = words[0] in HELP_WORDS if words else False
        self._given: list[tuple[str, str]] = []
        self._error: errors.UsageError | None = None
        self._sound: int | None = None  # how many of the properties are before the error
        self._flag_is_open = False  # the last word was a flag without a value
        rest = iter(words[1:] if self.wants_help else words)
        for word in rest:
            if word in _HELP_OPTIONS:
                self.wants_help = True
                continue
            try:
                self._given.append(self._split(word, rest))
            except errors.UsageError as error:
                if self._error is None:
                    self._error, self._sound = error, len(self._given)

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """The properties before the first wrong word, as pairs of name and text; a word without a name has `=`."""
        return tuple(self._given[: self._sound])

    def text(self, name: str) -> str | None:
        """Return the first text given for a property, valid or not; None if the property is left out."""
        return next((value for given, value in self._given if given == name), None)

    def has(self, flag: str) -> bool:
        """Return whether a flag is set: `json` or `debug`."""
        return any(name == flag and TRUTHS.get(value) for name, value in self._given)

    def take_word(self, is_kept: Callable[[str], bool]) -> str:
        """Remove the first word if it is not a property, as in `plan delete name=home`; return it, or an empty text.

        Flags may be before it, as in `plan --json delete name=home`. A word that `is_kept` stays.
        """
        place = next((place for place, (name, _text) in enumerate(self.given) if not is_flag(name)), None)
        if place is None or self._given[place][0] != NAMELESS or is_kept(self._given[place][1]):
            return ""
        if self._sound is not None:
            self._sound -= 1
        return self._given.pop(place)[1]

    def put_before(self, name: str, text: str) -> None:
        """Give a property as if it were the first one on the line."""
        self._given.insert(0, (name, text))
        if self._sound is not None:
            self._sound += 1

    def options(self, command: str) -> Options:
        """Return what the properties mean to a command; raises UsageError for the first wrong word."""
        given: dict[str, object] = {}
        follows_secret = False
        for place, (name, text) in enumerate(self._given[: self._sound]):
            row = positional_row(command, given) if name == NAMELESS else row_of(name, command)
            if name == NAMELESS:
                is_first = all(is_flag(before) for before, _text in self._given[:place])
                if row is None or follows_secret or not may_be_nameless(row.name, text, is_first=is_first):
                    from dns_update.commandline.mistakes import unexpected  # only when something is wrong

                    raise unexpected(text, command, follows_secret=follows_secret)
                self._given[place] = (row.name, text)
            if row is None:
                from dns_update.commandline.mistakes import unknown_property  # as above

                raise unknown_property(name, command, follows_secret=follows_secret)
            follows_secret = follows_secret or row.secret
            value = _read(row, text)
            if row.attribute in given:
                value = _joined(row, given[row.attribute], value)
            given[row.attribute] = value
        if self._error is not None:
            raise self._error
        return Options(given)

    def _split(self, word: str, rest: Iterator[str]) -> tuple[str, str]:
        """Return name and value of the property that begins with `word`, taking further words if they belong to it."""
        if word.startswith(_MENU):
            return NAMELESS, _with_brackets_closed("address", word, rest)
        is_gnu = word.startswith("--")
        name, equals, value = word.removeprefix("--").partition("=")
        follows_flag, self._flag_is_open = self._flag_is_open, False
        if not equals:
            if follows_flag and word in TRUTHS:  # `--json yes`
                name, value = self._given.pop()[0], word
            elif not is_gnu:
                return NAMELESS, word
            elif is_flag(name):
                value, self._flag_is_open = "yes", True
            elif _is_negated(name):
                name, value = name.removeprefix(_NO), "no"
            else:
                value = _next_value(name, rest)
        return name, _with_brackets_closed(name, value, rest)


def with_command_first(words: list[str], commands: Sequence[str]) -> list[str]:
    """Return a line's words with its command first, if only options are before it: `--json show name=home`."""
    place = 0
    while place < len(words) and words[place].startswith("--"):
        name, equals, _value = words[place].removeprefix("--").partition("=")
        if name not in ROWS and not _is_negated(name):
            return words
        place += 1
        takes_next = name in ROWS and not equals and place < len(words)
        if takes_next and (not is_flag(name) or words[place] in TRUTHS):
            place += 1
    if place < len(words) and words[place] in commands:
        return [words[place], *words[:place], *words[place + 1 :]]
    return words


def _is_negated(name: str) -> bool:
    """Return whether an option is `--no-FLAG`."""
    return name.startswith(_NO) and name not in ROWS and is_flag(name.removeprefix(_NO))


def _next_value(name: str, rest: Iterator[str]) -> str:
    """Return the word after `--NAME`, which is its value; raises UsageError if it is missing."""
    following = next(rest, None)
    if name in ROWS and (following is None or _is_next_property(following, name)):
        from dns_update.commandline.mistakes import without_value  # only when something is wrong

        raise without_value(name, following)
    return following or ""


def _is_next_property(word: str, name: str) -> bool:
    """Return whether the word after `--NAME` is not its value, but the next property; only data may look like one."""
    following, equals, _value = word.removeprefix("--").partition("=")
    if following not in ROWS:
        return False
    begins_secret = bool(equals) and is_secret(following)
    is_gnu = word.startswith("--")
    return begins_secret and is_gnu if name == "value" else begins_secret or is_gnu


def _with_brackets_closed(name: str, value: str, rest: Iterator[str]) -> str:
    """Rejoin the words of a RouterOS expression in brackets, which a shell has split."""
    if not value.startswith(EXPRESSIONS.get(name, ())):
        return value
    first = value  # the others are not shown: one may be the secret
    while value.count("[") > value.count("]"):
        following = next(rest, None)
        if following is None:
            raise errors.UsageError(f"{name}=: {quoted(first)} has a bracket that is not closed")
        value += f" {following}"
    return value


def _read(row: Property, text: str) -> object:
    try:
        value = row.read(text)
    except errors.InvalidText as error:
        from dns_update.commandline.mistakes import around, holds_secret  # as above

        text_shown = error.text
        if holds_secret(text):
            text_shown = "the value is not valid; it is not shown, because it may contain a secret"
        raise errors.UsageError(f"{row.name}=: {text_shown}", hint=around(text) or error.hint) from error
    if row.name in _DOMAINS and not (text[:1].isalnum() and text[-1:].isalnum()):
        from dns_update.commandline.mistakes import around  # as above

        hint = around(text)
        if hint:
            raise errors.UsageError(f"{row.name}=: {quoted(text)} is not a domain name", hint=hint)
    return value


def _joined(row: Property, first: object, second: object) -> object:
    if not isinstance(first, tuple) or not isinstance(second, tuple) or not row.repeatable:
        raise errors.UsageError(f"{row.name}= is given twice", hint="it takes one value")
    return first + second
