"""Examples of the library in the documents: each runs, against a real BIND; the reference matches the code."""

import re
from pathlib import Path

import pytest

import dns_update
from lab import Bind, LabKey, Zone
from lab.api import reference

_ROOT = Path(__file__).parent.parent
_DOCS = _ROOT / "docs"
_EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_KEY_FILE = re.compile(r"\w+\.key\b")
_PAGES = {
    "README.md": (_ROOT / "README.md").read_text(),
    "library.md": (_DOCS / "library.md").read_text(),
    "dns_update": dns_update.__doc__ or "",
}
_EXAMPLES = [
    pytest.param(code, id=f"{page}-{number}")
    for page, text in _PAGES.items()
    for number, code in enumerate(_EXAMPLE.findall(text), 1)
]


@pytest.mark.parametrize("code", _EXAMPLES)
def test_an_example_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = LabKey.generate()
    zone = Zone("example.com", records="ns1 A 127.0.0.1")
    with Bind(tmp_path / "bind", keys=[key], zones=[zone]) as server:
        for name in _KEY_FILE.findall(code):
            key.write(tmp_path / name)
        monkeypatch.chdir(tmp_path)
        exec(code.replace('"192.0.2.1"', f'"{server.host}:{server.port}"'), {"__name__": "example"})  # noqa: S102


def test_there_are_examples() -> None:
    assert len(_EXAMPLES) >= len(_PAGES)


def test_the_reference_is_up_to_date() -> None:
    assert (_DOCS / "api.md").read_text() == reference(), "run: python -m lab.api > docs/api.md"
