"""Nothing in the package depends on how an error is worded: no code compares, cuts or searches a text by its words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "dns_update"
_WORDS = re.compile(r"[a-z]:? [A-Za-z]|^[a-z]{2,}: $")
_CUTTING = {
    "startswith", "endswith", "removeprefix", "removesuffix", "replace", "partition", "rpartition", "split", "rsplit",
    "find", "index", "count",
}  # fmt: skip
_OF_OTHERS = {
    ("server_config/knot/configuration.py", "error: "),  # a line of knotc's
}


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts by which a comparison or a method cuts or judges another text."""
    match node:
        case ast.Compare(left=left, comparators=others):
            parts = [left, *others]
        case ast.Call(func=ast.Attribute(attr=name), args=args) if name in _CUTTING:
            parts = list(args)
        case ast.MatchValue(value=value):
            parts = [value]
        case _:
            parts = []
    for part in parts:
        for inner in part.elts if isinstance(part, ast.Tuple) else [part]:
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield inner.value


def test_no_text_is_judged_by_its_words() -> None:
    found = {
        (str(module.relative_to(PACKAGE)), text)
        for module in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        for text in _texts(node)
        if _WORDS.search(text)
    }
    assert found == _OF_OTHERS
