"""Lines of CSV (RFC 4180) with a header: `name,address[,ttl][,zone]`, or `name,type,value[,ttl][,zone]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.fields import PLAIN_LABEL, Fields
from dns_update.errors import quoted

COLUMNS = ("name", "address", "type", "value", "ttl", "zone")
FORMS = "name,address[,ttl][,zone] or name,type,value[,ttl][,zone]"

# Nearly all lines of a long file are of this form: what matches needs no quotes, no trimming and no look at its name.
_PLAIN = {
    "name": rf"({PLAIN_LABEL})((?:\.[A-Za-z0-9_.-]*)?)",
    "address": r"([0-9A-Fa-f.:]+)",
    "ttl": r"([0-9]*)",
    "zone": r"([A-Za-z0-9_.-]*)",
}
_GROUPS = {"name": ("label", "rest")}
_FIELDS = ("label", "rest", "address", "ttl", "zone")


def is_header(text: str) -> bool:
    """Return whether a line can be the header: one of its columns is `name`."""
    return "name" in _columns(text)


class CsvReader:
    """Makes wishes of lines; the first line is the header."""

    def __init__(self, fields: Fields) -> None:
        """Start before the header."""
        self._fields = fields
        self._fields_of: Callable[[list[str]], tuple[str, ...]] = tuple
        self._plain: Callable[[str], re.Match[str] | None] = re.compile("(?!)").fullmatch
        self._groups: tuple[int, ...] = ()
        self._count = 0
        self._has_addresses = False

    @property
    def has_header(self) -> bool:
        """Whether the header was read."""
        return bool(self._count)

    def read(self, text: str, line: int) -> Sequence[Wish]:
        """Return the wish of a line, none for the header and for an empty line; raises InvalidText."""
        if (plain := self._plain(text)) is not None:
            label, rest, address, ttl, zone = plain.group(*self._groups)
            return (self._fields.wish_of_plain(label, rest, address, ttl, zone, line),)
        if not self._count:
            self._read_header(text)
            return ()
        cells = text.split(",") if '"' not in text else _split(text)
        if len(cells) != self._count:
            if not text.strip():
                return ()
            raise errors.InvalidText(
                f"there are {len(cells)} columns, and {self._count} in the header",
                hint='a value with a comma is written in "quotes", and a quote in it twice',
            )
        if " " in text or "\t" in text:
            cells = [cell.strip() for cell in cells]
        cells.append("")  # for each column that the header does not have
        name, address, rrtype, value, ttl, zone = self._fields_of(cells)
        if self._has_addresses:
            return (self._fields.wish_of_address(name, address, ttl, zone, line),)
        return (self._fields.wish_of_data(name, rrtype, value, ttl, zone, line),)

    def finish(self) -> Sequence[Wish]:
        """Return nothing: each line is whole."""
        return ()

    def _read_header(self, text: str) -> None:
        columns = _columns(text)
        unknown = [column for column in columns if column not in COLUMNS]
        if unknown:
            raise errors.InvalidText(f"the column {quoted(unknown[0])} is not known", hint=f"the header is {FORMS}")
        if len(set(columns)) < len(columns):
            raise errors.InvalidText("a column is there twice", hint=f"the header is {FORMS}")
        self._has_addresses = "address" in columns
        if self._has_addresses and ("type" in columns or "value" in columns):
            raise errors.InvalidText("address cannot be there with type and value", hint=f"the header is {FORMS}")
        if not self._fields.deletes and not self._has_addresses and not {"type", "value"} <= set(columns):
            raise errors.InvalidText("there is no column address, nor type and value", hint=f"the header is {FORMS}")
        if "value" in columns and "type" not in columns:
            raise errors.InvalidText("the column value needs the column type", hint=f"the header is {FORMS}")
        self._count = len(columns)
        self._fields_of = itemgetter(*[columns.index(each) if each in columns else len(columns) for each in COLUMNS])
        if self._has_addresses and "name" in columns:
            left_out = [column for column in _PLAIN if column not in columns]
            self._plain = re.compile(",".join(_PLAIN[column] for column in columns) + "()" * len(left_out)).fullmatch
            names = [field for column in (*columns, *left_out) for field in _GROUPS.get(column, (column,))]
            self._groups = tuple([1 + names.index(field) for field in _FIELDS])


def _columns(text: str) -> list[str]:
    return [column.strip().lower() for column in text.split(",")]


def _split(text: str) -> list[str]:
    """Return the cells of a line that has quotes; raises InvalidText."""
    import csv  # most lines need none

    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise errors.InvalidText(
            f"this is not a line of CSV: {error}", hint="a quote in a value is written twice"
        ) from error
    return rows[0] if rows else []
