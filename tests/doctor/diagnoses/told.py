"""What `set` tells of a failure."""

from dataclasses import dataclass

from tests.support.command import in_process


@dataclass(frozen=True)
class Told:
    """The exit status, the code of the cause (empty if none is told), and all that is said."""

    status: int
    cause: str
    text: str


def told_by_set(words: list[str]) -> Told:
    """Return what `set` with these properties tells; it must fail."""
    result = in_process("set", *words, "json=yes")
    error = result.json["error"]
    said = [error["message"], error["explanation"], error["hint"]]
    return Told(result.status, error["diagnosis"] or "", "\n".join(filter(None, said)))
