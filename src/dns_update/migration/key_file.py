"""The keys of a plan, in BIND's form, in a file that only its owner can read."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.keys import files
from dns_update.migration.plan import MovedKey

_MODE = 0o644


def key_file_text(keys: Iterable[MovedKey]) -> str:
    """Return the `key` statements of those keys whose secret is known."""
    statements = [
        f'key "{key.name}" {{\n\talgorithm {key.algorithm};\n\tsecret "{key.secret}";\n}};\n'
        for key in dict.fromkeys(keys)
        if key.secret
    ]
    return "".join(statements)


def write_new_files(texts: dict[str, str], *, secret: str) -> None:
    """Write files that must not exist yet, by their paths: all or none of them.

    The one whose path is `secret` gets mode 0600. Raises UsageError if a file exists or cannot be written, NotNow if it
    may be possible later.
    """
    files.write_new_files(texts, dict.fromkeys(texts.keys() - {secret}, _MODE))
