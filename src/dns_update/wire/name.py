"""Domain names: immutable, absolute, compared without regard to case, ordered canonically."""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.value import Value

MAX_LABEL_OCTETS = 63  # RFC 1035, section 2.3.4
MAX_NAME_OCTETS = 255  # the same, length octets and the root's included

_ESCAPED = frozenset(b'."();@$\\')
_PRINTABLE = range(0x21, 0x7F)


class Name(Value):
    """An absolute domain name; `labels` are its octet strings from left to right, without the root's empty one.

    Make one with `Name.from_text`. Equality and hash ignore the case of ASCII letters (RFC 4343); order is the
    canonical one (RFC 4034, section 6.1).
    """

    labels: tuple[bytes, ...]

    @classmethod
    def from_text(cls, text: str, origin: Name | None = None) -> Name:
        r"""Read a name in presentation form, with its `\.` and `\DDD` escapes (RFC 1035, section 5.1).

        Without a trailing dot it is relative to `origin`, or absolute if there is none; `@` alone is `origin`, `.`
        alone the root. Raises InvalidText for an empty or overlong label or name, UsageError for anything but a text.
        """
        if text == "@" and origin is not None:
            return origin
        name, is_absolute = parse_name(text)
        return name if is_absolute or origin is None else name.below(origin)

    @property
    def folded(self) -> tuple[bytes, ...]:
        """The labels in lower case."""
        return tuple([label.lower() for label in self.labels])

    @property
    def parent(self) -> Name:
        """The name without its leftmost label; the root is its own parent."""
        return Name(self.labels[1:])

    def below(self, origin: Name) -> Name:
        """Return this name followed by `origin`; raises InvalidText if that is longer than a name may be."""
        labels = self.labels + origin.labels
        octets = sum(map(len, labels)) + len(labels) + 1
        if octets > MAX_NAME_OCTETS:
            text = self.to_text()
            raise errors.InvalidText(
                f"{quoted(text)} makes a name of {octets} octets; at most {MAX_NAME_OCTETS} are allowed",
                cause=errors.causes.NAME_TOO_LONG,
            )
        return Name(labels)

    def is_within(self, zone: Name) -> bool:
        """Return whether this name is `zone` or is below it."""
        depth = len(zone.labels)
        tail = self.labels[len(self.labels) - depth :] if depth <= len(self.labels) else ()
        return tail == zone.labels or (len(tail) == depth and Name(tail).folded == zone.folded)

    def to_text(self) -> str:
        """Return the presentation form, with a trailing dot."""
        return "".join(_label_to_text(label) + "." for label in self.labels) or "."

    def relative_to(self, zone: Name) -> str:
        """Return the name as a zone file has it: `@` for the zone, relative below it, absolute outside it."""
        if not self.is_within(zone):
            return self.to_text()
        own = self.labels[: len(self.labels) - len(zone.labels)]
        return ".".join(map(_label_to_text, own)) or "@"

    def to_wire(self) -> bytes:
        """Return the octets, uncompressed."""
        return encode_labels(self.labels) + b"\0"

    def to_canonical_wire(self) -> bytes:
        """Return the octets in lower case and uncompressed, as signatures cover them (RFC 4034, section 6.2)."""
        return self.to_wire().lower()  # a length octet is at most 63, below "A"

    def __str__(self) -> str:
        """Return the form for people: without the trailing dot, except for the root."""
        return self.to_text().removesuffix(".") or "."

    def __repr__(self) -> str:
        return f"Name({self.to_text()!r})" if hasattr(self, "labels") else "Name()"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Name):
            return NotImplemented
        if self.labels == other.labels:
            return True
        return len(self.labels) == len(other.labels) and self.folded == other.folded

    def __hash__(self) -> int:
        return hash(b".".join(self.labels).lower())  # cheaper than that of `folded`, and equal if that is

    def __lt__(self, other: Name) -> bool:
        return self.folded[::-1] < other.folded[::-1]


ROOT = Name(())


def parse_name(text: str) -> tuple[Name, bool]:
    """Return the name in `text`, and whether it is absolute, i.e. ends with a dot; see `from_text`."""
    if text == ".":
        return ROOT, True
    if not isinstance(text, str):
        raise errors.UsageError(f"a domain name is a Name or a text, not {type(text).__name__}")
    if not text:
        raise errors.InvalidText("a domain name cannot be empty")
    if not text.isascii():
        text = _to_a_labels(text)
    if "\\" in text or text.split() != [text]:
        labels, is_absolute = _split_escaped(text)
    else:
        is_absolute = text.endswith(".")
        labels = text.removesuffix(".").encode("ascii").split(b".")
    if b"" in labels or len(text) > MAX_LABEL_OCTETS:  # a shorter text cannot have an overlong label
        for label in labels:
            _check_label(label, text)
        return Name(tuple(labels)).below(ROOT), is_absolute
    return Name(tuple(labels)), is_absolute


def _to_a_labels(text: str) -> str:
    """Return an international name with its labels in their xn-- form (RFC 5891, mapped as by UTS #46)."""
    import idna  # only needed for such names

    if any("\ud800" <= character <= "\udfff" for character in text):  # octets from the command line (PEP 383)
        raise errors.InvalidText("the text is not UTF-8")
    try:
        return ".".join(
            label if label.isascii() else idna.encode(label, uts46=True).decode("ascii") for label in text.split(".")
        )
    except (idna.IDNAError, UnicodeError) as error:
        raise errors.InvalidText(f"{quoted(text)} is not an international domain name: {error}") from error


def encode_labels(labels: tuple[bytes, ...]) -> bytes:
    """Return labels with their length octets, without the root label."""
    octets = b""
    for label in labels:
        octets += len(label).to_bytes() + label
    return octets


def _check_label(label: bytes, text: str) -> None:
    if not label:
        raise errors.InvalidText(
            f"{quoted(text)} has an empty label",
            hint="two dots in a row, or one at the start",
            cause=errors.causes.EMPTY_LABEL,
        )
    if len(label) > MAX_LABEL_OCTETS:
        raise errors.InvalidText(
            f"{quoted(text)} has a label of {len(label)} octets; at most {MAX_LABEL_OCTETS} are allowed",
            cause=errors.causes.LABEL_TOO_LONG,
        )


def _split_escaped(text: str) -> tuple[list[bytes], bool]:
    """Split a name with escapes into labels; the second value says whether it ends with an unescaped dot."""
    labels = [bytearray()]
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character.isspace():
            raise errors.InvalidText(f"{quoted(text)} has a blank in it", hint="write it as \\032 if it is meant")
        if character == ".":
            labels.append(bytearray())
        elif character != "\\":
            labels[-1] += character.encode("ascii")
        else:
            octet, position = _unescape(text, position)
            labels[-1].append(octet)
    absolute = len(labels) > 1 and not labels[-1]
    if absolute:
        labels.pop()
    return [bytes(label) for label in labels], absolute


def _unescape(text: str, position: int) -> tuple[int, int]:
    r"""Read what follows a backslash: three decimal digits or one character."""
    digits = text[position : position + 3]
    if digits[:1].isdecimal():
        if not (len(digits) == 3 and digits.isdecimal() and int(digits) <= 0xFF):  # noqa: PLR2004 - an octet's range
            raise errors.InvalidText(
                f"{quoted(text)} has a wrong escape",
                hint="\\DDD takes three digits, 000 to 255",
                cause=errors.causes.WRONG_ESCAPE,
            )
        return int(digits), position + 3
    if not digits:
        raise errors.InvalidText(
            f"{quoted(text)} ends within an escape", hint="\\\\ is a backslash", cause=errors.causes.UNFINISHED_ESCAPE
        )
    return ord(digits[0]), position + 1


def _label_to_text(label: bytes) -> str:
    if label.isalnum():
        return label.decode("ascii")
    return "".join(
        f"\\{octet:03d}" if octet not in _PRINTABLE else f"\\{octet:c}" if octet in _ESCAPED else chr(octet)
        for octet in label
    )
