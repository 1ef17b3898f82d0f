"""What is wrong with a zone file, in the words of a server's own checker: `named-checkzone`, `kzonecheck`."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from dns_update.process.capture import captured, found_program

_SECONDS = 5.0
_LARGEST = 1 << 24  # octets of a file; a larger one takes too long
_ONLY_THAT = re.compile(r"not loaded due to errors|^OK$|^\s*$|^Error summary")
_WORDS_SHOWN = 200


def first_fault(checker: str, words: tuple[str, ...], file: Path) -> str:
    """Return what a checker finds wrong first in a zone file; empty if that is nothing, or if it cannot be checked.

    `words` are its arguments. A program that is not installed, or takes too long, finds nothing.
    """
    program = found_program(checker)
    with suppress(OSError):
        if program is None or file.stat().st_size > _LARGEST:
            return ""
        result = captured((program, *words), _SECONDS)
        if result is None or not result.status:
            return ""
        lines = (result.output + result.errors).splitlines()
        return next((line.strip()[:_WORDS_SHOWN] for line in lines if not _ONLY_THAT.search(line)), "")
    return ""
