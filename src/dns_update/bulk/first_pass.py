"""The first pass over a file: every line is checked before anything is sent; then its wishes, RRset by RRset.

Lines of one RRset that follow each other make one wish. If they are apart, the first pass finds that out, and what they
ask for is put together when the last of them is read. What is kept of a long file are numbers only: a hash of each name
and type. Two names with the same hash are only looked at more closely.
"""

from __future__ import annotations

from collections.abc import Iterator

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.csv_lines import CsvReader
from dns_update.bulk.fields import Fields
from dns_update.bulk.names_file import LineReader, NamesFile
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.wire.codes import KEPT_BY_SERVER, SINGLE_RECORD_TYPES, RRType, rrtype_to_text

MOST_KEPT = 100_000  # wishes: a file with fewer of them is not read again, and they take about 35 MiB
LEFT_OUT = (*KEPT_BY_SERVER, RRType.SOA, 50, 51, 65534)  # NSEC3, NSEC3PARAM, and what BIND notes about keys
"""Types of records that a server keeps by itself: they are not sent."""
MOST_PROBLEMS = 1000  # that are kept: a file of another form has one in each line


class Problems:
    """What is wrong with lines: the first of them in words, and how many there are."""

    def __init__(self, shown: str) -> None:
        """Start with none; `shown` is the name of the file."""
        self.count = 0
        self.found: list[tuple[int, str, str]] = []
        self._shown = shown

    def add(self, line: int, what: str, hint: str = "") -> None:
        """Record what is wrong with a line."""
        self.count += 1
        if len(self.found) < MOST_PROBLEMS:
            # Files are for the command line, so a hint names properties in its way.
            self.found.append((line, f"{self._shown}:{line}: {what}", rendered(hint, COMMAND_LINE)))

    def check(self) -> None:
        """Raise ConfigError if anything is wrong."""
        if self.found:
            error = errors.ConfigError([(text, hint) for _line, text, hint in sorted(self.found)])
            if self.count > len(self.found):
                error.problems += (f"and {self.count - len(self.found):,} more",)
            raise error


class CheckedFile:
    """A file whose lines are all right; `left_out` is the number of records that are not sent.

    `also` are wishes that come after those of the file.
    """

    def __init__(self, source: NamesFile, fields: Fields, form: str | None = None) -> None:
        """Read the file, and check it; raises ConfigError with all wrong lines, UsageError if it cannot be read."""
        self.also: list[Wish] = []
        self.left_out = 0
        self._count = 0
        self._source = source
        self._fields = fields
        self._form = form or source.form()
        self._problems = Problems(source.shown)
        self._pieces: dict[int, int] = {}  # how many wishes there are of an RRset, if more than one, by its hash
        self._aliases: dict[int, int] = {}  # the lines of names with a CNAME, by the hash of the name
        self._kept: list[Wish] | None = []
        self._first_pass()
        self._second_look()
        self._problems.check()

    @property
    def count(self) -> int:
        """How many wishes there are."""
        return self._count + len(self.also)

    def wishes(self) -> Iterator[Wish]:
        """Yield the wish of each RRset; raises UsageError if the file has changed."""
        yield from self._own()
        yield from self.also

    def _own(self) -> Iterator[Wish]:
        if not self._pieces:
            yield from self._parts()
            return
        waiting: dict[tuple[bytes, int], list[Wish]] = {}
        left = dict(self._pieces)
        for wish in self._parts():
            key = (wish.owner.lower(), wish.rrtype)
            number = hash(key)
            if number not in left:
                yield wish
                continue
            waiting.setdefault(key, []).append(wish)
            left[number] -= 1
            if not left[number]:
                for first, *others in [waiting.pop(each) for each in list(waiting) if hash(each) == number]:
                    run = _Run(first)
                    for other in others:
                        run.add(other, None)
                    yield run.joined()

    def _first_pass(self) -> None:
        seen: set[int] = set()
        for wish in self._runs(self._problems):
            self._count += 1
            if self._kept is not None:
                self._kept.append(wish)
                if len(self._kept) > MOST_KEPT:
                    self._kept = None
            owner = wish.owner.lower()
            number = hash((owner, wish.rrtype))
            if number in seen:
                self._pieces[number] = self._pieces.get(number, 1) + 1
                self._count -= 1
            seen.add(number)
            if wish.rrtype == RRType.CNAME and not wish.deletes:
                self._aliases[hash(owner)] = wish.lines[0]

    def _second_look(self) -> None:
        """Look closely at RRsets whose lines are apart, and at names that have a CNAME beside something else."""
        if not self._pieces and not self._aliases:
            return
        together: dict[tuple[bytes, int], list[Wish]] = {}
        for wish in self._parts(quietly=True):
            owner = wish.owner.lower()
            if hash((owner, wish.rrtype)) in self._pieces:
                together.setdefault((owner, wish.rrtype), []).append(wish)
            alias = self._aliases.get(hash(owner)) if self._aliases and wish.rrtype != RRType.CNAME else None
            if alias is not None:
                self._problems.add(
                    wish.lines[0],
                    f"{wish.name} has a CNAME in line {alias}, and cannot have {rrtype_to_text(wish.rrtype)}, too",
                    "a CNAME is the only record of its name (RFC 1034, section 3.6.2)",
                )
        for first, *others in together.values():
            run = _Run(first)
            for wish in others:
                run.add(wish, self._problems)

    def _parts(self, *, quietly: bool = False) -> Iterator[Wish]:
        """Yield the wishes again."""
        if self._kept is not None:
            return iter(self._kept)
        return self._runs(Problems(self._source.shown) if quietly else None)

    def _runs(self, problems: Problems | None) -> Iterator[Wish]:
        """Yield a wish for each run of lines about one RRset; record wrong lines."""
        held: Wish | None = None
        run: _Run | None = None
        self.left_out = 0
        for wish in _each(self._source, self._source.reader(self._fields, self._form), problems):
            if wish.rrtype in LEFT_OUT and not wish.deletes:
                self.left_out += 1
                continue
            # Of equal case only: what differs in it is put together like lines that are apart.
            if held is not None and wish.rrtype == held.rrtype and wish.owner == held.owner:
                run = run or _Run(held)
                run.add(wish, problems)
                continue
            if held is not None:
                yield held if run is None else run.joined()
            held, run = wish, None
        if held is not None:
            yield held if run is None else run.joined()


class _Run:
    """Wishes of one RRset, and the line in which each of their records was first."""

    def __init__(self, first: Wish) -> None:
        self._pieces = [first]
        self._lines = dict.fromkeys(_records_of(first), first.lines[0])

    def add(self, wish: Wish, problems: Problems | None) -> None:
        """Add a wish; record what contradicts the earlier ones."""
        self._pieces.append(wish)
        records = _records_of(wish)
        if problems is not None:
            self._compare(wish, records, problems)
        for record in records:
            self._lines.setdefault(record, wish.lines[0])

    def joined(self) -> Wish:
        """Return one wish for all."""
        first = self._pieces[0]
        values = tuple(dict.fromkeys(value for piece in self._pieces for value in piece.values))
        ttl = next((piece.ttl for piece in self._pieces if piece.ttl is not None), None)
        lines = tuple(line for piece in self._pieces for line in piece.lines)
        return first._replace(ttl=ttl, values=values, lines=lines)

    def _compare(self, wish: Wish, records: list[bytes], problems: Problems) -> None:
        first, line = self._pieces[0], wish.lines[0]
        what = f"{wish.name} {rrtype_to_text(wish.rrtype)}"
        before = next((self._lines[record] for record in records if record in self._lines), None)
        if before is not None:
            problems.add(line, f"this repeats line {before}: {what}", "remove one of the lines")
        elif first.ttl != wish.ttl:
            problems.add(
                line,
                f"{what} has TTL {_shown(wish.ttl)} here, and {_shown(first.ttl)} in line {first.lines[0]}",
                "the records of an RRset have one TTL (RFC 2181, section 5.2)",
            )
        elif first.zone != wish.zone:
            problems.add(line, f"{what} is in {wish.zone} here, and in {first.zone} in line {first.lines[0]}")
        elif wish.rrtype in SINGLE_RECORD_TYPES and not wish.deletes:
            problems.add(line, f"{what} contradicts line {first.lines[0]}", "a name has one record of this type")


def _each(source: NamesFile, reader: LineReader, problems: Problems | None) -> Iterator[Wish]:
    """Yield the wish of each line; record wrong lines, or raise their errors if there is nothing to record them in."""
    read = reader.read
    number = 0
    for number, text in source.lines():
        try:
            wishes = read(text, number)
        except errors.UsageError as error:
            if problems is None:
                raise
            problems.add(number, error.text, error.hint)
            if isinstance(reader, CsvReader) and not reader.has_header:
                return  # without it, no line has a meaning
            continue
        yield from wishes
    try:
        yield from reader.finish()
    except errors.UsageError as error:
        if problems is None:
            raise
        problems.add(number, error.text, error.hint)


def _records_of(wish: Wish) -> list[bytes]:
    """Return the rdata of a wish in canonical form; one empty text for a wish that all records go."""
    return [canonical_rdata(wish.rrtype, value) for value in wish.values] or [b""]


def _shown(ttl: int | None) -> str:
    return "none" if ttl is None else str(ttl)
