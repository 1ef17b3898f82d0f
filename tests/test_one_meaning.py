"""No class or alias of types has the name of another one: a name means one thing in the whole package."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "dns_update"

_KEPT = {
    "Protocol",  # typing's, which a start does not load
}


def _names(module: Path) -> Iterator[str]:
    """Yield the names of the classes and aliases that a module defines."""
    for node in ast.walk(ast.parse(module.read_text())):
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) if _is_of_type(name.lstrip("_")):
                yield name
            case _:
                pass


def _is_of_type(name: str) -> bool:
    return name[:1].isupper() and not name.isupper()


def test_a_class_or_alias_has_a_name_of_its_own() -> None:
    places = defaultdict(set)
    for module in PACKAGE.rglob("*.py"):
        for name in _names(module):
            places[name].add(str(module.relative_to(PACKAGE)))
    assert len(places) > 500
    assert {name: found for name, found in places.items() if len(found) > 1 and name not in _KEPT} == {}
