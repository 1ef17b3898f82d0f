"""The API reference, made from the docstrings of the public names: `python -m lab.api > docs/api.md`."""

import inspect
from collections.abc import Callable
from typing import Protocol

import dns_update

_HEADING = """\
# API reference

`python -m lab.api` makes this page from the docstrings of the public names of `dns_update`; a test compares them. For
an introduction with examples, see [library.md](library.md).
"""
_WIDTH = 90
_NOT_WRITTEN = ("self", "cls", "transaction")
"""Parameters that a caller does not give; a client's method passes `transaction` to the request itself."""
_FIRST = (
    "Client",
    "AsyncClient",
    "Update",
    "Key",
    "Algorithm",
    "Outcome",
    "Policy",
    "Transport",
    "AsyncTransport",
    "Server",
    "Endpoint",
    "Name",
    "Record",
)


def reference() -> str:
    """Return the whole page."""
    names = [name for name in dir(dns_update) if name[:1].isupper() and name != "TYPE_CHECKING"]
    errors = [name for name in names if name not in _FIRST]
    parts = [_HEADING, *map(_class, _FIRST), "## Errors\n", _fenced(_error_tree()), *map(_error, errors)]
    return "\n".join(parts)


def _public(name: str) -> type:
    kind = getattr(dns_update, name)
    if not isinstance(kind, type):
        raise TypeError(f"{name} is not a class")
    return kind


def _class(name: str) -> str:
    kind = _public(name)
    parts = [f"## {name}\n", f"{_text(kind)}\n"]
    if Protocol not in kind.__bases__:  # of which no instance is made
        parts.append(_fenced(f"{name}{signature_of(kind)}"))
        maker = vars(kind).get("__post_init__", vars(kind)["__init__"])
        if maker.__doc__:
            parts.append(f"{_text(maker)}\n")
    for member_name, member in vars(kind).items():
        if not member_name.startswith("_"):
            parts += _member(name, member_name, member)
    return "\n".join(parts)


def _member(owner: str, name: str, member: object) -> list[str]:
    if isinstance(member, property):
        return [f"### {owner}.{name}\n", f"{_text(member)}\n"]
    function = member.__func__ if isinstance(member, classmethod) else member
    if not inspect.isfunction(function):
        return []  # an attribute, described in the class's own text
    word = "await " if inspect.iscoroutinefunction(function) else ""
    call = _fenced(f"{word}{owner}.{name}{signature_of(function)}")
    text = _text(function)
    if owner == "AsyncClient" and inspect.getdoc(getattr(dns_update.Client, name, None)) == text:
        text = f"{text.splitlines()[0]}\n\nSee `Client.{name}`."
    return [f"### {owner}.{name}\n", call, f"{text}\n"]


def _error(name: str) -> str:
    kind = _public(name)
    return f"### {name}\n\n{_text(kind)}\n"


def _error_tree() -> str:
    import dns_update.errors as errors  # noqa: PLR0402 - its docstring is the picture

    return (errors.__doc__ or "").split("```")[1].strip()


def _text(thing: object) -> str:
    text = inspect.getdoc(thing)
    if not text:
        raise SystemExit(f"{thing} has no docstring")
    return text


def signature_of(function: Callable[..., object]) -> str:
    """Return a call as it is written, on one line or with one line for each parameter."""
    signature = inspect.signature(function)
    own = _parameters([p for p in signature.parameters.values() if p.name not in _NOT_WRITTEN])
    returns = "" if signature.return_annotation in (None, "None") else f" -> {signature.return_annotation}"
    line = f"({', '.join(own)}){returns}"
    return line if len(line) <= _WIDTH else "(\n    " + ",\n    ".join(own) + f",\n){returns}"


def _parameters(parameters: list[inspect.Parameter]) -> list[str]:
    """Return parameters as they are written, with a bare `*` before the keyword-only ones."""
    written: list[str] = []
    needs_mark = True
    for parameter in parameters:
        if needs_mark and parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            written.append("*")
        needs_mark = needs_mark and parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        written.append(_parameter(parameter))
    return written


def _parameter(parameter: inspect.Parameter) -> str:
    """Return one parameter; annotations are texts already (PEP 563)."""
    star = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else ""
    default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
    return f"{star}{parameter.name}: {parameter.annotation}{default}"


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```\n"


if __name__ == "__main__":
    print(reference(), end="")
