"""The keys of a plan, in BIND's form, in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from dns_update.errors import UsageError
from dns_update.errors.classes import NotNow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns_update.migration.plan import MovedKey

_MODE_OF_SECRETS = 0o600
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
    written: list[str] = []
    path = ""
    try:
        for path, text in texts.items():
            mode = _MODE_OF_SECRETS if path == secret else _MODE
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            written.append(path)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
    except BaseException as error:
        for each in written:
            Path(each).unlink()
        if isinstance(error, FileExistsError):
            raise UsageError(f"{path} exists", hint="give another path, or move the file away") from error
        if isinstance(error, OSError):
            kind = NotNow if NotNow.is_why(error) else UsageError
            raise kind(f"cannot write {path}: {error.strerror}") from error
        raise
