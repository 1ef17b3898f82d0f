"""What a server's configuration says about an update, as data without sentences."""

from __future__ import annotations

from collections.abc import Mapping

from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.value import KW_ONLY, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    FindingKind = Literal["fault", "remark", "right"]
    ServerProgram = Literal["bind", "knot", "powerdns"]


class Place(Value):
    """Where something is written: the file, the number of the line from 1 on, and the line with secrets hidden.

    The line's number is 0, and its text empty, if something concerns the whole file.
    """

    file: str
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class ConfigFinding(Value):
    """One finding: its code, how much it matters, where it is, and the values that its sentences need.

    A "fault" is why the update fails or will fail; a "remark" is worth knowing, or cannot be decided here; "right" says
    that something is as it must be.
    """

    code: str
    severity: FindingKind
    server: ServerProgram
    place: Place
    _: KW_ONLY
    values: Mapping[str, str]

    @property
    def file(self) -> str:
        """The file that it is about."""
        return self.place.file

    @property
    def line(self) -> int:
        """The number of the line; 0 if it concerns the whole file."""
        return self.place.line

    @property
    def source(self) -> str:
        """The line as it is written, with secrets hidden; empty if it concerns the whole file."""
        return self.place.text

    def __hash__(self) -> int:
        return hash((self.code, self.severity, self.place))


class Findings:
    """Collects the findings about one update."""

    def __init__(self, server: ServerProgram, intended: IntendedUpdate) -> None:
        self._server = server
        self._common = intended.texts
        self._found: dict[ConfigFinding, None] = {}

    def fault(self, code: str, place: Place, **values: str) -> None:
        """Add what makes the update fail."""
        self._add(code, "fault", place, values)

    def remark(self, code: str, place: Place, **values: str) -> None:
        """Add what is worth knowing."""
        self._add(code, "remark", place, values)

    def right(self, code: str, place: Place, **values: str) -> None:
        """Add what is as it must be."""
        self._add(code, "right", place, values)

    def also(self, **values: str) -> None:
        """Give all further findings these values, too."""
        self._common |= values

    def take(self, other: Findings) -> None:
        """Add the findings that another collection has."""
        self._found |= other._found

    @property
    def has_fault(self) -> bool:
        """Whether something makes the update fail."""
        return any(finding.severity == "fault" for finding in self._found)

    def all(self) -> tuple[ConfigFinding, ...]:
        """Return the findings: faults first, then remarks, then what is right."""
        order = ("fault", "remark", "right")
        return tuple(sorted(self._found, key=lambda finding: order.index(finding.severity)))

    def _add(self, code: str, severity: FindingKind, place: Place, values: Mapping[str, str]) -> None:
        values = {**self._common, **values}
        self._found[ConfigFinding(code, severity, self._server, place, values=values)] = None
