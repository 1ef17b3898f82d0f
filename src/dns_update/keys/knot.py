"""A key in Knot's configuration: what to add for a new one, and a configuration with a successor, or without a key.

Knot's configuration is read line by line here, in the form that `pieces_for` and most people write: a section's name at
the left edge, its items indented, each beginning with a hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from dns_update.auth import Key
from dns_update.errors import InvalidText, UsageError
from dns_update.keys.assignment import Assignment, Grant, Piece, base64_of
from dns_update.value import Value
from dns_update.wire.name import Name

_WITH_RULES = ("zone", "template")
_SECTION = re.compile(r"([a-z-]+):")
_ITEM = re.compile(r"[ \t]+-[ \t]")
_ID = re.compile(r"[ \t]+(?:-[ \t]+)?id:[ \t]*(\S+)")
_KEYS = re.compile(r"([ \t]+(?:-[ \t]+)?key:[ \t]*)(\[[^\]\n]*\]|[^\s#\[]+)(.*)", re.DOTALL)
_RULES = re.compile(r"([ \t]+(?:-[ \t]+)?acl:[ \t]*)(\[[^\]\n]*\]|[^\s#\[]+)(.*)", re.DOTALL)


def pieces_for(assignments: Sequence[Assignment], included: str) -> tuple[Piece, ...]:
    """Return what knot.conf needs for new keys whose file, that of `file_text`, is `included`; all are for one zone."""
    zone = assignments[0].zone
    rules = ", ".join(rule for assignment in assignments for rule, _grant in _rules(assignment))
    return (
        Piece("knot.conf, before the zones", f'include: "{included}"\n'),
        Piece(f"knot.conf, in the item of zone {zone}", f"    acl: [{rules}]\n"),
    )


def file_text(assignments: Sequence[Assignment]) -> str:
    """Return the text of the file that knot.conf includes: the keys, with their secrets, and what they may change."""
    keys = "".join(_key_item(assignment.key) for assignment in assignments)
    rules = "".join(
        f"  - id: {rule}\n"
        f"    key: {assignment.key.name}\n"
        "    action: update\n"
        f"    update-type: [{', '.join(grant.types)}]\n"
        "    update-owner: name\n"
        "    update-owner-match: equal\n"
        f"    update-owner-name: {grant.owner}.\n"
        for assignment in assignments
        for rule, grant in _rules(assignment)
    )
    return f"key:\n{keys}\nacl:\n{rules}" if rules else f"key:\n{keys}"


def with_successor(text: str, old: Key, new: Key, source: str) -> str:
    """Return a configuration in which the successor may do what a key may: it is beside the key in each rule.

    If the key itself is in this text, so is the successor. Raises UsageError, which names the `source`, if the text has
    nothing of the key.
    """
    items = []
    for item in _items(text):
        if item.section == "acl":
            changed = _with_key(item.text, old.name, new.name)
        elif item.section == "key" and _is_of(item, old.name):
            changed = _key_item(new) + item.text
        else:
            changed = item.text
        items.append(changed)
    return _checked("".join(items), text, old.name, source)


def without(text: str, name: Name, source: str) -> str:
    """Return a configuration without a key.

    A rule that was for this key alone is removed, because it would be for everyone then, and so is what refers to it in
    this text. Raises UsageError as `with_successor`.
    """
    items, removed = [], list[str]()
    for item in _items(text):
        if item.section == "key" and _is_of(item, name):
            continue
        left = _without_key(item.text, name) if item.section == "acl" else item.text
        if not left:
            removed.append(_id_of(item))
        items.append(_KeyItem(item.section, left))
    changed = [_without_rules(item.text, removed) if item.section in _WITH_RULES else item.text for item in items]
    return _checked("".join(changed), text, name, source)


class _KeyItem(Value):
    """Lines of a configuration: an item of a section, or what is between items."""

    section: str
    text: str


def _items(text: str) -> Iterator[_KeyItem]:
    section, lines = "", list[str]()
    for line in text.splitlines(keepends=True):
        begins = _SECTION.match(line)
        if begins is not None or _ITEM.match(line) or not line.strip():
            if lines:
                yield _KeyItem(section, "".join(lines))
            lines = []
        section = begins[1] if begins is not None else section
        lines.append(line)
    if lines:
        yield _KeyItem(section, "".join(lines))


def _id_of(item: _KeyItem) -> str:
    return next((found[1] for found in map(_ID.match, item.text.splitlines()) if found is not None), "").strip("\"'")


def _is_of(item: _KeyItem, name: Name) -> bool:
    return _is_name(_id_of(item), name)


def _is_name(text: str, name: Name) -> bool:
    try:
        return Name.from_text(text.strip("\"' ")) == name
    except InvalidText:
        return False


def _names_in(line: re.Match[str]) -> list[str]:
    return [name.strip() for name in line[2].strip("[]").split(",") if name.strip()]


def _with_key(item: str, old: Name, new: Name) -> str:
    lines = []
    for line in item.splitlines(keepends=True):
        keys = _KEYS.match(line)
        names = [] if keys is None else _names_in(keys)
        if keys is not None and any(_is_name(name, old) for name in names):
            lines.append(f"{keys[1]}[{', '.join([str(new), *names])}]{keys[3]}")
        else:
            lines.append(line)
    return "".join(lines)


def _without_key(item: str, name: Name) -> str:
    """Return an acl's item without a key; empty if it was for this key alone."""
    lines = []
    for line in item.splitlines(keepends=True):
        left = _line_without(_KEYS, line, lambda each: _is_name(each, name))
        if not left:
            return ""
        lines.append(left)
    return "".join(lines)


def _without_rules(item: str, removed: Sequence[str]) -> str:
    """Return the item of a zone or a template without references to rules that were removed."""
    return "".join(
        _line_without(_RULES, line, lambda each: each.strip("\"'") in removed)
        for line in item.splitlines(keepends=True)
    )


def _line_without(form: re.Pattern[str], line: str, is_removed: Callable[[str], bool]) -> str:
    """Return a line with a list without some of its parts; empty if no part is left."""
    found = form.match(line)
    names = [] if found is None else _names_in(found)
    left = [each for each in names if not is_removed(each)]
    if found is None or len(left) == len(names):
        return line
    if not left:
        return ""
    return f"{found[1]}{left[0] if len(left) == 1 else '[' + ', '.join(left) + ']'}{found[3]}"


def _checked(changed: str, text: str, name: Name, source: str) -> str:
    if changed == text:
        raise UsageError(
            f"{source} has neither a rule for key {name} nor the key itself",
            hint="apply-to= is the file with the key and its acl",
        )
    return changed


def _rules(assignment: Assignment) -> Iterator[tuple[str, Grant]]:
    """Yield the identifier of each rule, and what it grants: one for each name, since a rule has one list of types."""
    for number, grant in enumerate(assignment.grants, 1):
        yield str(assignment.key.name) + (f"-{number}" if number > 1 else ""), grant


def _key_item(key: Key) -> str:
    return f"  - id: {key.name}\n    algorithm: {key.algorithm.text}\n    secret: {base64_of(key)}\n"
