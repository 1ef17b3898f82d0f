"""Every value of a global variable survives in JSON; anything else in JSON is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.routeros.described import Router
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.machine.globals_file import from_json, to_json
from dns_update.routeros.values import (
    NIL,
    NOTHING,
    Address,
    Code,
    IpPrefix,
    ItemId,
    ScriptText,
    Time,
    array_of,
    type_of,
)

if TYPE_CHECKING:
    from dns_update.routeros.values import RouterValue

_NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1)
_ADDRESSES = st.binary(min_size=4, max_size=4).map(Address) | st.binary(min_size=16, max_size=16).map(Address)
# Octets of an export that are not UTF-8 are lone surrogates.
_TEXTS = st.text(st.characters() | st.sampled_from("\udc80\udcff"), max_size=20)
_SIMPLE = st.one_of(
    st.booleans(),
    _NUMBERS,
    _TEXTS,
    _NUMBERS.map(Time),
    _ADDRESSES,
    st.tuples(_ADDRESSES, st.integers(0, 32)).map(lambda pair: IpPrefix(*pair)),
    st.integers(0, 1 << 40).map(lambda number: ItemId(f"*{number:X}")),
    st.sampled_from([NIL, NOTHING]),
)
_VALUES = st.recursive(
    _SIMPLE,
    lambda inner: st.builds(
        lambda items, named: array_of(tuple(items), named),
        st.lists(inner, max_size=4),
        st.dictionaries(_TEXTS, inner, max_size=4),
    ),
    max_leaves=12,
)


def _survived(value: RouterValue) -> RouterValue:
    return from_json(json.loads(json.dumps(to_json(value))))


@given(_VALUES)
def test_every_value_survives_with_its_type(value: RouterValue) -> None:
    survived = _survived(value)
    assert survived == value
    assert type_of(survived) == type_of(value)


@pytest.mark.parametrize(
    ("body", "call"),
    [
        (":return ($1 + 1)", "[$f 41]"),
        (':local x $1\n  # a comment with }\n  :return ($x . "")', "[$f 42]"),
        (":return [$g $1]", "[$f 42]"),
        ("", "42"),
    ],
)
def test_a_function_survives(body: str, call: str) -> None:
    router_wide: dict[str, RouterValue] = {}
    define = f":global g do={{ :return $1 }}\n:global f do={{ :global g\n {body}\n}}"
    Evaluator(Router(), router_wide).run(define)
    kept = {name: _survived(value) for name, value in router_wide.items()}
    assert isinstance(kept["f"], Code)
    router = Router()
    Evaluator(router, kept).run(f":global f\n:put {call}")
    assert router.lines == ["42"]


def test_a_script_is_kept_as_its_text() -> None:
    from dns_update.routeros.source import ScriptSource

    survived = _survived(ScriptText(ScriptSource.of_file(":put 1")))
    assert (survived, type(survived)) == (":put 1", str)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        1.5,
        1 << 63,
        [],
        {},
        {"ip": "x"},
        {"ip": 1},
        {"ip": "1.2"},
        {"prefix": "1.2.3.4"},
        {"prefix": "1.2.3.4/99"},
        {"time": "1s"},
        {"time": 1 << 80},
        {"array": {}, "named": {}},
        {"array": [None], "named": {}},
        {"array": []},
        {"code": ":put ("},
        {"other": "x"},
    ],
)
def test_what_no_value_is_kept_as_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidText):
        from_json(wrong)  # type: ignore[arg-type]


def test_arrays_that_are_too_deep_are_refused() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = {"array": [deep], "named": {}}
    with pytest.raises(InvalidText):
        from_json(deep)
