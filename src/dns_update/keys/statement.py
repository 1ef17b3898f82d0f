"""The text of a key file: `key` statements in BIND's form, each after a comment with the day of its making."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dns_update.auth import Key
from dns_update.auth.named_conf import key_statements
from dns_update.keys.assignment import base64_of
from dns_update.wire.name import Name

_MADE = re.compile(r"^# made (\d{4}-\d\d-\d\d) by dns-update\n\Z", re.MULTILINE)  # directly above a statement
_END = re.compile(r"[ \t]*;?[ \t]*\n?")


def key_text(keys: Iterable[Key], day: str) -> str:
    """Return the statements of keys that were made on a day, written as in `2026-11-30`."""
    return "".join(
        f"# made {day} by dns-update\n"
        f'key "{key.name}" {{\n\talgorithm {key.algorithm.text};\n\tsecret "{base64_of(key)}";\n}};\n'
        for key in keys
    )


def days_in(text: str, source: str) -> dict[Name, str]:
    """Return the day on which each key of a file was made, by its name, as far as the file has it.

    Raises UsageError for a text that is not one of named.conf's language; `source` names it.
    """
    days = {}
    for key, start, _end in key_statements(text, source):
        made = _MADE.search(text[:start])
        if made is not None:
            days[key.name] = made[1]
    return days


def without_key(text: str, name: Name, source: str) -> str:
    """Return a file's text without a key and its comment; unchanged if the key is not in it. Raises as `days_in`."""
    for key, start, end in key_statements(text, source):
        if key.name == name:
            made = _MADE.search(text[:start])
            begin = start if made is None else made.start()
            after = _END.match(text, end)
            return text[:begin] + text[end if after is None else after.end() :]
    return text
