"""The bounded reader: every field of every message is read through it, and never past its end."""

from __future__ import annotations

from dns_update import errors
from dns_update.wire.name import MAX_LABEL_OCTETS, MAX_NAME_OCTETS, Name

MAX_POINTERS = 127  # in one name: as many as it can have labels; a longer chain only costs time
POINTER = 0xC0  # the two top bits that mark a compression pointer (RFC 1035, section 4.1.4)
_POINTER_OCTETS = 2


class Cursor:
    """A position in `data` that moves forward and never passes `end`.

    Compression pointers may lead anywhere before the name that holds them, since they count from the message's
    first octet. Every method raises MalformedMessage if too few octets are left.
    """

    __slots__ = ("_end", "_names", "data", "position")

    def __init__(
        self, data: bytes, position: int = 0, end: int | None = None, names: dict[int, Name] | None = None
    ) -> None:
        self.data = data
        self.position = position
        self._end = len(data) if end is None else end
        # Names that were read, by where they start: most pointers lead to one of them.
        self._names = {} if names is None else names

    @property
    def remaining(self) -> int:
        """The number of octets left."""
        return self._end - self.position

    def take(self, length: int) -> bytes:
        """Return the next `length` octets."""
        start = self.position  # not _advance, for speed: each record is read by this method
        end = start + length
        if end > self._end:
            raise _cut_off(start, length, self._end)
        self.position = end
        return self.data[start:end]

    def u8(self) -> int:
        """Return the next octet as a number."""
        return self.data[self._advance(1)]

    def u16(self) -> int:
        """Return the next two octets as a number."""
        start = self._advance(2)
        return self.data[start] << 8 | self.data[start + 1]

    def u32(self) -> int:
        """Return the next four octets as a number."""
        return int.from_bytes(self.take(4))

    def window(self, length: int) -> Cursor:
        """Return a cursor over the next `length` octets and step over them; `finish` it when it has been read."""
        start = self._advance(length)
        return Cursor(self.data, start, self.position, self._names)

    def finish(self) -> None:
        """Raise MalformedMessage unless every octet has been read."""
        if self.position < self._end:
            raise errors.MalformedMessage(f"{self.remaining} octets too many at offset {self.position}")

    def name(self) -> Name:
        """Return the domain name at this position, following compression pointers (RFC 1035, section 4.1.4).

        A pointer must lead to a place before the labels that it follows. So each one goes further back, and there can
        be no loop.
        """
        data, start = self.data, self.position
        after = start + _POINTER_OCTETS
        if after > self._end:
            return self._read_name()
        length = data[start]
        if length >= POINTER:
            target = (length - POINTER) << 8 | data[start + 1]
            known = self._names.get(target)
            if known is None:
                known = self._names[target] = self._read_name()
            else:
                self.position = after
            return known
        name = self._names[start] = self._one_label(start, length) or self._read_name()
        return name

    def _one_label(self, start: int, length: int) -> Name | None:
        """Return a name of one label and a pointer; None for any other, or if it may be too long or loop.

        Most names in a transfer of a zone are such, and this takes half of the time.
        """
        pointer = start + 1 + length
        if length > MAX_LABEL_OCTETS or pointer + _POINTER_OCTETS > self._end or self.data[pointer] < POINTER:
            return None
        target = (self.data[pointer] - POINTER) << 8 | self.data[pointer + 1]
        above = self._names.get(target)
        if target >= start or not length:
            return None
        if above is None:
            self.position = pointer
            above = self.name()
        if len(above.labels) * (1 + MAX_LABEL_OCTETS) + 2 + length > MAX_NAME_OCTETS:
            self.position = start
            return None
        self.position = pointer + _POINTER_OCTETS
        return Name((self.data[start + 1 : pointer], *above.labels))

    def pass_over(self, octets: bytes, name: Name) -> bool:
        """Skip these octets, which begin with that name, if they are at this position; return whether they are.

        The name above it, which is mostly the zone, is then known too, so pointers to it need not be followed.
        """
        start, end = self.position, self.position + len(octets)
        if self.data[start:end] != octets or end > self._end or not octets:
            return False
        self._names[start] = name
        if name.labels:
            self._names[start + 1 + octets[0]] = name.parent
        self.position = end
        return True

    def _read_name(self) -> Name:
        labels: list[bytes] = []
        octets = 1  # the root's
        data, position, end = self.data, self.position, self._end
        first_octet_of_run = position
        after = 0  # the first pointer: this cursor goes on there
        pointers = 0
        while True:
            if position >= end:
                raise _cut_off(position, 1, end)
            length = data[position]
            if length & POINTER == POINTER:
                pointers += 1
                after = after or position + _POINTER_OCTETS
                position = first_octet_of_run = _target(data, position, end, first_octet_of_run, pointers)
                known = self._names.get(position)
                if known is not None:
                    labels += known.labels
                    octets += sum(map(len, known.labels)) + len(known.labels)
                    if octets > MAX_NAME_OCTETS:
                        raise _overlong()
                    break
                end = len(data)
                continue
            if length & POINTER:
                raise errors.MalformedMessage(f"label type {length >> 6:#04b} is not known")
            position += 1
            if not length:
                break
            octets += 1 + length
            if octets > MAX_NAME_OCTETS:
                raise _overlong()
            if length > end - position:
                raise _cut_off(position, length, end)
            labels.append(data[position : position + length])
            position += length
        self.position = after or position
        return Name(tuple(labels))

    def _advance(self, length: int) -> int:
        start = self.position
        if length > self._end - start:
            raise _cut_off(start, length, self._end)
        self.position = start + length
        return start


def _target(data: bytes, position: int, end: int, limit: int, count: int) -> int:
    """Return where the compression pointer at `position` leads; the `count`th of its name must lead before `limit`."""
    if count > MAX_POINTERS:
        raise errors.MalformedMessage(f"a name of more than {MAX_POINTERS} compression pointers")
    if end - position < _POINTER_OCTETS:
        raise _cut_off(position, _POINTER_OCTETS, end)
    target = (data[position] & ~POINTER) << 8 | data[position + 1]
    if target >= limit:
        raise errors.MalformedMessage(f"compression pointer to {target} does not lead backwards")
    return target


def _overlong() -> errors.MalformedMessage:
    return errors.MalformedMessage(f"a name of more than {MAX_NAME_OCTETS} octets")


def _cut_off(start: int, length: int, end: int) -> errors.MalformedMessage:
    return errors.MalformedMessage(f"it ends at {end}, where {length} octets from {start} were expected")
