"""named.conf and the files that it includes, read into statements that know where they are written."""

from __future__ import annotations

import glob
from pathlib import Path

from dns_update.auth.named_conf import Words
from dns_update.server_config.finding import Place
from dns_update.server_config.source import ConfigSource, read_source
from dns_update.value import Value

_MAX_DEPTH = 50  # of blocks and of includes; no configuration has ten
_SECRET = "secret"  # noqa: S105 - the word before one


class Statement(Value):
    """A statement: the words outside its blocks, without their quotes; its blocks; where it begins.

    An element of a list, such as `!192.0.2.1;`, is a statement, too. A repr shows only the first word: others may be
    secrets.
    """

    words: tuple[str, ...]
    blocks: tuple[tuple[Statement, ...], ...]
    source: ConfigSource
    position: int

    @property
    def keyword(self) -> str:
        """The first word, in lower case."""
        return self.words[0].lower() if self.words else ""

    @property
    def block(self) -> tuple[Statement, ...]:
        """The statements of the first block; none if there is no block."""
        return self.blocks[0] if self.blocks else ()

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.source.place(self.position)

    def word(self, index: int) -> str:
        """Return a word; "" if there are fewer."""
        return self.words[index] if index < len(self.words) else ""

    def child(self, *keywords: str) -> Statement | None:
        """Return the first statement of the block that begins with one of these words."""
        return next((child for child in self.block if child.keyword in keywords), None)

    def setting(self, *keywords: str) -> str:
        """Return the word after one of these in the block; "" if there is none."""
        child = self.child(*keywords)
        return "" if child is None else child.word(1)

    def __repr__(self) -> str:
        if not hasattr(self, "position"):
            return "Statement()"  # for a debugger
        return f"Statement({self.keyword!r}, {self.source.path!r}, {self.position})"


def read_files(path: str) -> tuple[Statement, ...]:
    """Return the statements of a configuration, with those of included files where they are included.

    Raises UsageError.
    """
    return _StatementReader().file(path, 0)


def read_text(source: ConfigSource) -> tuple[Statement, ...]:
    """Return the statements of a text; includes are statements like others. Raises UsageError."""
    return _StatementReader(follows_includes=False).text(source, 0)


def read_one_file(path: str) -> tuple[Statement, ...]:
    """Return the statements of a file without those of included files; raises UsageError."""
    return read_text(read_source(path))


class _StatementReader:
    """Reads files; relative names of includes begin in the last `directory`, as in named."""

    def __init__(self, *, follows_includes: bool = True) -> None:
        self._follows_includes = follows_includes
        self._directory = Path()

    def file(self, path: str, depth: int) -> tuple[Statement, ...]:
        return self.text(read_source(path), depth)

    def text(self, source: ConfigSource, depth: int) -> tuple[Statement, ...]:
        return self._statements(Words(source.text, source.path), source, depth)

    def _statements(self, words: Words, source: ConfigSource, depth: int) -> tuple[Statement, ...]:
        """Read up to the brace that ends the block, or to the end of the text."""
        if depth > _MAX_DEPTH:
            raise words.fault("too many blocks or files inside each other")
        found: list[Statement] = []
        while (word := words.take()) and word != "}":
            if word == ";":
                continue
            statement = self._statement(word, words, source, depth)
            if statement.keyword == "directory":
                self._directory = self._directory / statement.word(1)
            if self._is_include(statement):
                found += self._included(statement.words[1], depth)
            else:
                found.append(statement)
        return tuple(found)

    def _statement(self, word: str, words: Words, source: ConfigSource, depth: int) -> Statement:
        start = words.start
        parts: list[str] = []
        blocks = []
        while word and word not in (";", "}"):
            if word == "{":
                blocks.append(self._statements(words, source, depth + 1))
            else:
                if parts and parts[0].lower() == _SECRET:
                    source.hide(words.start, words.position)
                parts.append(word.removeprefix('"'))
            word = words.take()
        if word == "}":  # the last statement of a block has no semicolon: the brace is the block's
            words.position = words.start
        return Statement(tuple(parts), tuple(blocks), source, start)

    def _is_include(self, statement: Statement) -> bool:
        is_one = statement.keyword == "include" and len(statement.words) == 2 and not statement.blocks  # noqa: PLR2004
        return is_one and self._follows_includes

    def _included(self, pattern: str, depth: int) -> list[Statement]:
        """Return the statements of the files that an include names; it may be a pattern."""
        path = str(self._directory / pattern)
        paths = sorted(glob.glob(path)) or [path]  # an absolute pattern, as C's glob reads it
        return [statement for each in paths for statement in self.file(each, depth + 1)]
