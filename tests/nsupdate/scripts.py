"""Reads the corpus: scripts in the nsupdate language, grouped by subject in `corpus/*.txt`.

A script begins at a line `=== NAME`. The lines `| FIELD: VALUE` below it say how it is run and compared. The rest, up
to the next `===` and without blank lines at its end, is what the program reads. Unless `start` says otherwise, two
lines come before it: `server {server} {port}` and `zone {zone}`. Lines that begin with `== ` are comments.

Both sides fill the placeholders, listed in `twins.py`; `{tab}`, `{space}` and `{nothing}` make invisible text visible.
"""

import re
import shlex
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

DIRECTORY = Path(__file__).parent / "corpus"

_BLOCK = re.compile(r"^=== ", re.MULTILINE)
_REMARK = re.compile(r"^== .*\n", re.MULTILINE)
_FIELD = "| "

_STARTS = {
    "zone": "server {server} {port}\nzone {zone}\n",
    "server": "server {server} {port}\n",
    "nothing": "",
}
_POLICIES = {
    "any": "allow-update { any; };",
    "key": "allow-update { key ddns-key; };",
    "none": "allow-update { none; };",
}


class Text(Enum):
    """How closely the two programs must agree in their standard output and standard error."""

    EXACT = "exact"
    """Every word of every line, but for what differs between two runs of one program (see `twins.py`)."""

    PHRASES = "phrases"
    """The phrases that scripts look for (`twins.PHRASES`), all and in order; and one is silent where the other is."""

    ANY = "any"
    """That something is said, or nothing."""


class Input(Enum):
    """Where the script is read from."""

    PIPE = "pipe"
    FILE = "file"


class Location(Enum):
    """Where the servers are."""

    MACHINE = "machine"
    """On ports of their own; scripts name them."""

    NAMESPACE = "namespace"
    """On port 53 of a network namespace, where they are the system's resolver."""


@dataclass(frozen=True)
class Better:
    """A deliberate difference: why ours does another thing, and which.

    Attributes:
        reason: what is better about it.
        versions: those of the real program that it applies to ("< 9.20", see `lab.versions`); with any other, both do
            the same. Empty for all.
        status: the exit status of ours.
        says: what ours says, on either stream; empty if it is silent, None if it does not matter.
        keeps_zone: whether the zone is as it was; otherwise it is as the real program leaves it.
        adds: a record that ours leaves there and the real program does not, with placeholders; empty if none.

    """

    reason: str
    versions: str
    status: int
    says: str | None
    keeps_zone: bool
    adds: str


@dataclass(frozen=True)
class Script:
    """A script of the corpus, and how it is run and compared.

    Attributes:
        name: its name, which is its zone's first label, too.
        subject: the name of its file without number and suffix.
        body: what is read, with placeholders.
        arguments: the words of the command line, with placeholders.
        policy: who may update its zones: any, key (`{key}` only), or none.
        text: how outputs are compared.
        source: pipe or file.
        place: where the servers are.
        better: the deliberate difference, if there is one.

    """

    name: str
    subject: str
    body: str
    arguments: tuple[str, ...]
    policy: str
    text: Text
    source: Input
    place: Location
    better: Better | None

    @property
    def zone(self) -> str:
        """The name of its zone."""
        return f"{self.name}.test"

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that it is given: its own, and those whose placeholders it uses."""
        return (self.zone, *(name for mark, name in self.further.items() if self._mentions(mark)))

    @property
    def further(self) -> dict[str, str]:
        """The names of further zones, by placeholder."""
        return {"{other}": f"{self.name}.other", "{child}": f"child.{self.zone}"}

    @property
    def policy_clause(self) -> str:
        """The policy in named.conf's words."""
        return _POLICIES[self.policy]

    def _mentions(self, mark: str) -> bool:
        return mark in self.body or any(mark in word for word in self.arguments)


def load() -> list[Script]:
    """Return the corpus, file by file."""
    return [script for path in sorted(DIRECTORY.glob("*.txt")) for script in _read(path)]


def _read(path: Path) -> list[Script]:
    subject = path.stem.partition("-")[2]
    _, *blocks = _BLOCK.split(_REMARK.sub("", path.read_text(encoding="utf-8")))
    return [_script(subject, block) for block in blocks]


def _script(subject: str, block: str) -> Script:
    name, _, rest = block.partition("\n")
    fields: dict[str, str] = {}
    while rest.startswith(_FIELD):
        line, _, rest = rest.partition("\n")
        field, _, value = line.removeprefix(_FIELD).partition(": ")
        fields[field] = value
    body = rest.rstrip("\n") + "\n" if rest.strip("\n") else ""
    script = Script(
        name=name,
        subject=subject,
        body=_STARTS[fields.pop("start", "zone")] + body,
        arguments=tuple(shlex.split(fields.pop("arguments", ""))),
        policy=fields.pop("policy", "any"),
        text=Text(fields.pop("text", "phrases")),
        source=Input(fields.pop("input", "pipe")),
        place=Location(fields.pop("place", "machine")),
        better=_better(fields),
    )
    if fields:
        raise ValueError(f"{name}: unknown fields {sorted(fields)}")
    return script


def _better(fields: dict[str, str]) -> Better | None:
    if "better" not in fields:
        return None
    return Better(
        reason=fields.pop("better"),
        versions=fields.pop("versions", ""),
        status=int(fields.pop("status", "0")),
        says=fields.pop("says", None),
        keeps_zone=fields.pop("zone", "") == "unchanged",
        adds=fields.pop("adds", ""),
    )
