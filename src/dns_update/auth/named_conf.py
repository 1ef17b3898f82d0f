"""The `key` statements of a text in named.conf's language, read as BIND reads them."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Algorithm, Key, decoded_base64
from dns_update.wire.name import Name

_PUNCTUATION = "{};"
_COMMENT_ENDS = {"#": "\n", "//": "\n", "/*": "*/"}
_WORD_ENDS = '{};"#'
_NO_BLANKS = dict.fromkeys(map(ord, " \t\r\n"))


def keys_from_text(text: str, source: str) -> list[Key]:
    """Return the keys of a text in named.conf's language; `source` names it in errors.

    It is read as BIND reads it, except that the semicolon after a key may be missing, and that a secret without quotes
    may have slashes: ISC's dhcpd.conf has such keys. Only `key` statements are read, and only those that are not inside
    others, e.g. `view`. Raises UsageError, which names the line. It repeats only the names of keys that are right, and
    an algorithm that is nearly right: any other word may be a part of a secret.
    """
    return [key for key, _start, _end in key_statements(text, source)]


def key_statements(text: str, source: str) -> list[tuple[Key, int, int]]:
    """Return the keys of such a text with the places where their statements begin and end, without the semicolon."""
    words = Words(text, source)
    lines: dict[Name, int] = {}
    keys = []
    while word := words.take():
        if word.lower() != "key":
            words.pass_over(word)
            continue
        start = words.start
        key = _read_key(words)
        if key.name in lines:
            raise words.fault(f"there is a key {key.name} in line {lines[key.name]} already", start)
        lines[key.name] = words.line(start)
        keys.append((key, start, words.position))
    return keys


def secret_in_file(where: str, text: str) -> bytes:
    """Return the secret that a file has as Base64, at `where`; raises UsageError.

    As in BIND, blanks and line ends within it are ignored.
    """
    if not text:
        raise errors.UsageError(f"{where}: the secret is empty")
    decoded = decoded_base64(text.translate(_NO_BLANKS).encode(errors="replace"))
    if decoded is None:
        raise errors.UsageError(
            f"{where}: the secret is not strict, padded Base64", hint="copy it again, with its last ="
        )
    return decoded


def key_in_file(where: str, name: str, secret: bytes, algorithm: Algorithm) -> Key:
    """Return the key whose name is in a file, at `where`; raises UsageError, which does not repeat the name."""
    try:
        owner = Name.from_text(name)
    except errors.InvalidText:
        raise errors.UsageError(f"{where}: the key's name is not a domain name") from None
    try:
        return Key(owner, secret, algorithm)
    except errors.UsageError as error:
        raise errors.UsageError(f"{where}: {error.text}", hint=error.hint) from None


class Words:
    """A text in named.conf's language, read word by word; `start` is the position of the last one."""

    __slots__ = ("position", "source", "start", "text")

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.position = self.start = 0

    def take(self) -> str:
        """Return the next word, brace, semicolon, or quoted string (with its first quote); "" at the end."""
        self._skip_blanks_and_comments()
        text, start = self.text, self.position
        self.start = start
        if text.startswith('"', start):
            return self._take_quoted()
        end = start + 1
        if text[start:end] not in _PUNCTUATION:
            while end < len(text) and not text[end].isspace() and text[end] not in _WORD_ENDS:
                if text[end] == "/" and text[end : end + 2] in _COMMENT_ENDS:
                    break
                end += 1
        self.position = min(end, len(text))
        return text[start:end]

    def pass_over(self, word: str) -> None:
        """Read on to the end of the statement that begins with `word`: a semicolon, or its block's last brace."""
        opened = []
        previous = ""
        while word:
            if word == "{":
                opened.append(self.start)
            elif word == "}":
                if not opened:
                    raise self.fault("this brace closes nothing")
                opened.pop()
            if not opened and word in _PUNCTUATION:
                return
            if not opened and word.lower() == "key" and previous.startswith('"'):
                raise self.fault("there is no semicolon before this key")
            previous, word = word, self.take()
        if opened:
            raise self.fault("this brace is never closed", opened[0])

    def line(self, start: int) -> int:
        """Return the number of a line, from 1 on."""
        return self.text.count("\n", 0, start) + 1

    def where(self, start: int) -> str:
        """Return the source and the line, with which errors begin."""
        return f"{self.source}, line {self.line(start)}"

    def fault(self, what: str, start: int | None = None) -> errors.UsageError:
        """Return the error for what is wrong at `start`, or at the last word."""
        return errors.UsageError(f"{self.where(self.start if start is None else start)}: {what}")

    def _take_quoted(self) -> str:
        """Return a quoted string; a quote after a backslash is part of the string."""
        text, end, is_escaped = self.text, self.start, True
        while is_escaped:
            end = text.find('"', end + 1)
            if end < 0:
                raise self.fault("a quoted string has no end")
            first_backslash = end
            while text[first_backslash - 1] == "\\":
                first_backslash -= 1
            is_escaped = (end - first_backslash) % 2 == 1
        self.position = end + 1
        return text[self.start : end].replace('\\"', '"')

    def _skip_blanks_and_comments(self) -> None:
        text = self.text
        while self.position < len(text):
            self.start = self.position
            character = text[self.position]
            if character.isspace():
                self.position += 1
                continue
            mark = character if character == "#" else text[self.position : self.position + 2]
            if mark not in _COMMENT_ENDS:
                return
            end = _COMMENT_ENDS[mark]
            found = text.find(end, self.position + len(mark))
            if found < 0 and end == "*/":
                raise self.fault("a comment has no end")
            self.position = len(text) if found < 0 else found + len(end)


def _read_key(words: Words) -> Key:
    """Read what follows the word `key`: a name, and `{ algorithm A; secret "S"; }`."""
    start = words.start
    name = words.take()
    if name in ("", '"', *_PUNCTUATION):
        raise words.fault("the key has no name", start)
    if words.take() != "{":
        raise words.fault("the key's name is not followed by a brace", start)
    fields = _read_fields(words, start)
    missing = {"algorithm", "secret"} - fields.keys()
    if missing:
        raise words.fault(f"the key has no {' and no '.join(sorted(missing))}", start)
    algorithm, place = fields["algorithm"]
    try:
        signer = Algorithm.from_text(algorithm)
    except errors.InvalidText as error:
        located = errors.InvalidText(f"{error.text} in {words.where(place)}", hint=error.hint, cause=error.cause)
        located.subject = error.subject
        raise located from None
    text, place = fields["secret"]
    secret = secret_in_file(words.where(place), text)
    return key_in_file(words.where(start), name.removeprefix('"'), secret, signer)


def _read_fields(words: Words, start: int) -> dict[str, tuple[str, int]]:
    """Read a key's fields up to the closing brace; return each value and its position."""
    fields: dict[str, tuple[str, int]] = {}
    while (field := words.take().lower()) != "}":
        if not field:
            raise words.fault("the key has no closing brace", start)
        if field not in ("algorithm", "secret"):
            raise words.fault("a key has an algorithm and a secret, nothing else")
        if field in fields:
            raise words.fault(f"the key has a second {field}")
        value = words.take()
        if value in ("", *_PUNCTUATION):
            raise words.fault(f"there is no value after {field}")
        fields[field] = value.removeprefix('"'), words.start
        if words.take() != ";":
            raise words.fault(f"there is no semicolon after the {field}", fields[field][1])
    return fields
