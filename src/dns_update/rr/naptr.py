r"""NAPTR rdata, and its substitution expression.

The expression is `DELIMITER ERE DELIMITER REPLACEMENT DELIMITER [i]` (RFC 3402, section 3.2), with a POSIX extended
regular expression, and with `\1` to `\9` for its groups. BIND refuses any other; this module checks what BIND checks.
"""

from __future__ import annotations

from dns_update.errors import InvalidText, MalformedMessage
from dns_update.rr.field_kinds import NAME, STRING, U16, Field, quoted_string, take_string
from dns_update.rr.scanner import Scanner
from dns_update.wire.cursor import Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_FORBIDDEN_DELIMITERS = b"0123456789\\i\0"
_CLASSES = tuple(f":{name}:".encode() for name in
    ("alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit")
)  # fmt: skip
_MAX_BOUND = 255  # POSIX's RE_DUP_MAX
_REFERENCES = b"123456789"


def check_expression(expression: bytes) -> None:
    """Raise InvalidText for a wrong substitution expression; an empty one is valid."""
    if not expression:
        return
    if expression[0] in _FORBIDDEN_DELIMITERS or b"\0" in expression:
        raise _wrong("a digit, a backslash and the letter i cannot be the delimiter")
    parts = _parts(expression[1:], expression[0])
    if len(parts) != 3 or parts[2].strip(b"i"):  # noqa: PLR2004 - as the grammar has it
        raise _wrong("it is not of the form !EXPRESSION!REPLACEMENT!")
    pattern, replacement, _flags = parts
    if _references(replacement) > _Regexp(pattern).groups():
        raise _wrong("the replacement refers to a group that the expression does not have")


def _parts(text: bytes, delimiter: int) -> list[bytes]:
    """Split a text at the delimiters without a backslash before them; in the flags a backslash has no meaning."""
    parts = [bytearray()]
    position = 0
    while position < len(text):
        octet = text[position]
        if octet == delimiter:
            parts.append(bytearray())
        else:
            parts[-1].append(octet)
            if octet == ord("\\") and len(parts) < 3:  # noqa: PLR2004 - the third part is the flags
                position += 1
                parts[-1] += text[position : position + 1]
        position += 1
    return [bytes(part) for part in parts]


def _references(replacement: bytes) -> int:
    r"""Return the highest group that the replacement refers to, 0 for none; `\0` is an error."""
    highest = 0
    position = replacement.find(b"\\")
    while position >= 0:
        character = replacement[position + 1 : position + 2]
        if character in (b"", b"0"):
            raise _wrong("in the replacement, a backslash must be followed by a character other than 0")
        highest = max(highest, int(character) if character.isdigit() else 0)
        position = replacement.find(b"\\", position + 2)
    return highest


class _Regexp:
    """An extended regular expression (POSIX, XBD 9.4), read from left to right."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._position = 0
        self._groups = 0
        self._open: list[bool] = []  # for each open group, whether it may be empty
        self._has_atom = False
        self._may_repeat = False

    def groups(self) -> int:
        """Return how many groups there are; raises InvalidText if the expression is wrong."""
        while self._position < len(self._text):
            octet = self._take()
            read = _READERS.get(octet)
            if read is None:
                self._atom()
            else:
                read(self)
        if self._open or not self._has_atom:
            raise _wrong("a group has no end, or an alternative is empty")
        return self._groups

    def _take(self) -> bytes:
        octet = self._text[self._position : self._position + 1]
        self._position += 1
        return octet

    def _next(self) -> bytes:
        return self._text[self._position : self._position + 1]

    def _atom(self) -> None:
        self._has_atom = self._may_repeat = True

    def escape(self) -> None:
        """Read what follows a backslash."""
        octet = self._take()
        if not octet or (octet in _REFERENCES and int(octet) > self._groups):
            raise _wrong("a backslash at the end, or before the number of a missing group")
        self._atom()

    def anchor(self) -> None:
        """Read `^` or `$`, which cannot be repeated."""
        self._has_atom, self._may_repeat = True, False

    def repeat(self) -> None:
        """Read a sign that repeats the atom before it."""
        if not (self._has_atom and self._may_repeat):
            raise _wrong("*, +, ? and {} must follow what they repeat")
        self._may_repeat = False

    def bound(self) -> None:
        """Read `{N}`, `{N,}` or `{N,M}`; a brace before anything else is a character."""
        if not self._next().isdigit():
            self._atom()
            return
        self.repeat()
        bound, brace, _ = self._text[self._position :].partition(b"}")
        low, _, high = bound.partition(b",")
        if not (brace and low.isdigit() and (not high or high.isdigit())):
            raise _wrong("a bound is {N}, {N,} or {N,M}")
        if not int(low) <= int(high or b"%d" % _MAX_BOUND) <= _MAX_BOUND:
            raise _wrong(f"the numbers of a bound go up to {_MAX_BOUND}, and the second is not less than the first")
        self._position += len(bound) + 1

    def group(self) -> None:
        """Begin a group."""
        self._open.append(True)
        self._groups += 1
        self._has_atom = self._may_repeat = False

    def end_of_group(self) -> None:
        """End a group; if none is open, the bracket is a character."""
        if self._open and not self._has_atom and not self._open[-1]:
            raise _wrong("an alternative is empty")
        if self._open:
            self._open.pop()
        self._atom()

    def alternative(self) -> None:
        """Read `|`."""
        if not self._has_atom:
            raise _wrong("an alternative is empty")
        if self._open:
            self._open[-1] = False
        self._has_atom = self._may_repeat = False

    def bracket(self) -> None:
        """Read a set of characters to its `]`; a `]` at the beginning is a character."""
        if self._next() == b"^":
            self._take()
        start = self._position
        last = -1  # the character that may begin a range
        while self._position == start or self._next() != b"]":
            is_range = self._next() == b"-" and last >= 0
            if is_range:
                self._take()
            if not self._next():
                raise _wrong("[ has no ]")
            if is_range and self._next() == b"]":
                break  # a hyphen at the end is a character
            element = self._element(self._take())
            if is_range and element < last:
                raise _wrong("the end of a range is before its start")
            last = -1 if is_range else element
        self._take()
        self._atom()

    def _element(self, octet: bytes) -> int:
        """Read one element of a set; return its character, or -1 for a class of characters."""
        kind = self._next()
        if octet != b"[" or kind not in (b".", b"=", b":"):
            return octet[0]
        end = self._text.find(kind + b"]", self._position + 2)
        if end < 0:
            raise _wrong("[., [= or [: has no end")
        name = self._text[self._position : end + 1]
        if kind == b":" and name not in _CLASSES:
            raise _wrong(f"{name.decode(errors='replace')} is not a class of characters")
        self._position = end + 2
        return name[1] if kind == b"." else -1


_READERS: dict[bytes, Callable[[_Regexp], None]] = {
    b"\\": _Regexp.escape, b"[": _Regexp.bracket, b"{": _Regexp.bound, b"(": _Regexp.group,
    b")": _Regexp.end_of_group, b"|": _Regexp.alternative, b"^": _Regexp.anchor, b"$": _Regexp.anchor,
    b"*": _Regexp.repeat, b"+": _Regexp.repeat, b"?": _Regexp.repeat,
}  # fmt: skip


def _wrong(what: str) -> InvalidText:
    return InvalidText(f"the regular expression is wrong: {what}")


def _regexp(fields: Scanner) -> bytes:
    string = fields.string()
    check_expression(string[1:])
    return string


def _regexp_text(cursor: Cursor) -> str:
    expression = take_string(cursor)
    try:
        check_expression(expression)
    except InvalidText as error:
        raise MalformedMessage(error.text) from error
    return quoted_string(expression)


LAYOUTS = {"NAPTR": (U16, U16, STRING, STRING, Field(_regexp, _regexp_text), NAME)}
