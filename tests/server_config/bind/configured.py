"""named with zone statements that a test writes, e.g. in views; `probe` must be in the view of unsigned clients."""

from dataclasses import dataclass
from pathlib import Path

from lab import Bind, Zone

PROBE = Zone("probe")


@dataclass(eq=False, kw_only=True)
class Configured(Bind):
    """named whose zones are all in `extra`; their files, e.g. `example.com.zone`, are in its directory."""

    files: tuple[str, ...] = ()
    zones: tuple[Zone, ...] = (PROBE,)

    def _prepare(self) -> None:
        super()._prepare()
        for name in self.files:
            zone = Zone(name)
            (self.directory / zone.file_name).write_text(zone.text)

    def _zone_block(self, _zone: Zone) -> str:
        return ""


def zone(name: str, text: str) -> str:
    """Return the statement of a primary."""
    return f'zone "{name}" {{ type primary; file "{name}.zone"; {text} }};\n'


def written(directory: Path, text: str) -> Path:
    """Return a configuration that no server runs with."""
    path = directory / "named.conf"
    path.write_text(text)
    return path
