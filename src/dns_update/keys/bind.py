"""A key in BIND's configuration: what to add for a new one, and a configuration with a successor, or without a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dns_update.auth import Key
from dns_update.auth.named_conf import Words, key_statements
from dns_update.errors import InvalidText, UsageError
from dns_update.keys.assignment import Assignment, Piece
from dns_update.keys.statement import key_text, without_key
from dns_update.wire.name import Name

_EMPTY_POLICY = re.compile(r"[ \t]*update-policy\s*\{\s*\}\s*;[ \t]*\n?")


def pieces_for(assignments: Sequence[Assignment], key_file: str) -> tuple[Piece, ...]:
    """Return what named.conf needs for new keys that are in a file; all are for one zone."""
    zone = assignments[0].zone
    grants = "".join(f"    {line}\n" for assignment in assignments for line in grant_lines(assignment))
    return (
        Piece("named.conf, beside the zones", f'include "{key_file}";\n'),
        Piece(f'named.conf, in the block of zone "{zone}"', f"update-policy {{\n{grants}}};\n"),
    )


def grant_lines(assignment: Assignment) -> Iterator[str]:
    """Yield the rules of an update-policy for a key."""
    for grant in assignment.grants:
        yield f'grant "{assignment.key.name}" name "{grant.owner}" {" ".join(grant.types)};'


def with_successor(text: str, old: Key, new: Key, day: str, source: str) -> str:
    """Return a configuration in which the successor may do what a key may.

    Each `grant` of the key gets a copy for the successor, and so does the key in lists of addresses (`allow-update`).
    If the key's own statement is in this text, that of the successor is before it. Other text stays as it is. Raises
    UsageError, which names the `source`, for a text that is not of named.conf's language, and if it has nothing of the
    key.
    """
    inserted = [
        (end, f'{_indent(text, start)}{text[start:name_start]}"{new.name}"{text[name_end:end]}')
        for start, name_start, name_end, end in _uses_of(text, old.name, source)
    ]
    statements = key_statements(text, source)
    inserted += [(start, key_text([new], day)) for key, start, _end in statements if key.name == old.name]
    if not inserted:
        raise UsageError(
            f"{source} has neither a grant for key {old.name} nor the key itself",
            hint="apply-to= is the file with update-policy",
        )
    for place, addition in sorted(inserted, reverse=True):
        text = text[:place] + addition + text[place:]
    return text


def without(text: str, name: Name, source: str) -> str:
    """Return a configuration without a key and its grants; raises UsageError as `with_successor`."""
    changed = text
    for start, _identity, _after, end in reversed(list(_uses_of(text, name, source))):
        begin = start - len(_indent(text, start).lstrip("\n"))
        line_end = end + 1 if text[end : end + 1] == "\n" and text[begin - 1 : begin] in ("\n", "") else end
        changed = changed[:begin] + changed[line_end:]
    if changed != text:
        changed = _EMPTY_POLICY.sub("", changed)  # BIND allows none without a rule
    changed = without_key(changed, name, source)
    if changed == text:
        raise UsageError(
            f"{source} has neither a grant for key {name} nor the key itself",
            hint="apply-to= is the file with update-policy",
        )
    return changed


def _uses_of(text: str, name: Name, source: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield where each use of a key begins, where the key's name begins and ends, and where the use ends.

    Uses are `grant NAME ...;` in an update-policy, and `key NAME;` in a list of addresses.
    """
    words = Words(text, source)
    previous, before = "", 0
    while word := words.take():
        start = words.start
        if word.lower() not in ("grant", "key"):
            previous, before = word, start
            continue
        identity = words.take()
        name_start, name_end = words.start, words.position
        length = 1
        while (following := words.take()) not in ("", ";", "{", "}"):
            length += 1
        if following == ";" and _is_name(identity, name) and (word.lower() == "grant" or length == 1):
            yield before if previous == "!" else start, name_start, name_end, words.position
        previous = following


def _is_name(identity: str, name: Name) -> bool:
    try:
        return Name.from_text(identity.removeprefix('"')) == name
    except InvalidText:
        return False


def _indent(text: str, start: int) -> str:
    """Return a line end and the blanks before a place, if nothing else is before it in its line; else a blank."""
    line_start = text.rfind("\n", 0, start) + 1
    before = text[line_start:start]
    return f"\n{before}" if not before.strip() else " "
