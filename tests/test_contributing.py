"""CONTRIBUTING.md says where each module is tested, and no module is left out."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "dns_update"
CHAPTER = (ROOT / "CONTRIBUTING.md").read_text().partition("## Where each module is tested")[2].partition("\n## ")[0]
ROWS = [re.findall(r"`([^`]+)`", line) for line in CHAPTER.splitlines() if line.startswith("| `")]
LISTED = {name for row in ROWS for name in row if not name.startswith("tests/")}
TESTS = {name for row in ROWS for name in row if name.startswith("tests/")}
MODULES = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}


def has_its_own(module: str) -> bool:
    """Return whether a module has a test file of its name, in its package's test directory or below."""
    room = module.partition("/")[0] if "/" in module else ""
    return any((ROOT / "tests" / room).rglob(f"test_{Path(module).stem}.py"))


def test_every_module_is_tested_somewhere() -> None:
    assert {module for module in MODULES if not has_its_own(module)} == LISTED


def test_the_tests_that_are_named_exist() -> None:
    assert {name for name in TESTS if not (ROOT / name).exists()} == set()
    assert len(TESTS) > 20
