from __future__ import annotations

import copy
import importlib
import inspect
import pickle
from typing import TYPE_CHECKING

import pytest

from dns_update.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from dataclasses import KW_ONLY


class Point(Value):
    x: int
    y: int


class Place(Value):
    x: int
    y: int


class Painted(Point):
    colour: str = "red"
    _: KW_ONLY
    width: int
    is_dashed: bool = False

    def __post_init__(self) -> None:
        if self.width < 0:
            raise ValueError("width")


class Named(Value, kw_only=True):
    first: str
    last: str = ""


class Parsed(Value):
    x: int
    y: int

    def __init__(self, text: str) -> None:
        x, y = text.split()
        self._store(x=int(x), y=int(y))


def test_values_with_equal_fields_are_equal_and_hash_alike() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert len({Point(1, 2), Point(1, 2), Point(2, 1)}) == 2


@pytest.mark.parametrize("other", [Point(1, 3), Point(0, 2), Place(1, 2), (1, 2), None])
def test_a_value_differs_from_other_fields_and_other_classes(other: object) -> None:
    assert Point(1, 2) != other
    assert other != Point(1, 2)


def test_a_field_cannot_be_set() -> None:
    point = Point(1, 2)
    with pytest.raises(AttributeError, match="Point is immutable: make a new one instead of setting x"):
        point.x = 3  # type: ignore[misc]
    assert point == Point(1, 2)


def test_a_field_cannot_be_deleted() -> None:
    point = Point(1, 2)
    with pytest.raises(AttributeError, match="Point is immutable: x cannot be deleted"):
        del point.x
    assert point == Point(1, 2)


def test_a_field_that_was_not_declared_cannot_be_added() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        Point(1, 2).z = 3


def test_the_repr_names_every_field() -> None:
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"


def test_a_copy_is_the_value_itself() -> None:
    point = Point(1, 2)
    assert copy.copy(point) is point
    assert copy.deepcopy([point])[0] is point


def test_a_value_comes_back_from_a_pickle() -> None:
    assert pickle.loads(pickle.dumps([Point(1, 2)])) == [Point(1, 2)]  # noqa: S301 - our own


def test_fields_may_be_given_by_name_and_left_out_where_they_have_a_default() -> None:
    painted = Painted(1, 2, width=3)
    assert painted == Painted(y=2, x=1, width=3, colour="red", is_dashed=False) == Painted(1, 2, "red", width=3)
    assert repr(painted) == "Painted(x=1, y=2, colour='red', width=3, is_dashed=False)"


def test_a_field_that_was_inherited_counts_as_its_own() -> None:
    assert Painted(1, 2, width=3) != Painted(2, 2, width=3)
    assert pickle.loads(pickle.dumps(Painted(1, 2, width=3))) == Painted(1, 2, width=3)  # noqa: S301 - our own


WRONG: list[tuple[Callable[[], Value], str]] = [
    (lambda: Point(1), "'y'"),  # type: ignore[call-arg]
    (lambda: Point(1, 2, 3), "4 were given"),  # type: ignore[call-arg]
    (lambda: Point(1, y=2, x=3), "multiple values for argument 'x'"),  # type: ignore[misc]
    (lambda: Point(1, 2, z=3), "'z'"),  # type: ignore[call-arg]
    (lambda: Point(1, z=3), "'z'"),  # type: ignore[call-arg]
    (lambda: Painted(1, 2, "red", 3), "5 positional|5 were given"),  # type: ignore[call-arg]
    (lambda: Painted(1, 2), "'width'"),  # type: ignore[call-arg]
    (lambda: Named("a", "b"), "3 were given"),  # type: ignore[call-arg]
    (lambda: Named(last="b"), "'first'"),  # type: ignore[call-arg]
]


@pytest.mark.parametrize(("wrong", "says"), WRONG)
def test_wrong_arguments_are_refused_as_those_of_any_function(wrong: Callable[[], Value], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        wrong()


def test_the_fields_are_checked_when_they_are_stored() -> None:
    with pytest.raises(ValueError, match="width"):
        Painted(1, 2, width=-1)


def test_a_class_may_make_its_fields_of_other_arguments() -> None:
    assert (Parsed("1 2").x, Parsed("1 2").y) == (1, 2)


def test_a_class_that_is_used_much_goes_on_as_it_began() -> None:
    """After a number of uses it stores its fields by another function."""
    painted = [Painted(number, 2, width=number) for number in range(300)]
    assert [(one.x, one.y, one.colour, one.width, one.is_dashed) for one in painted] == [
        (number, 2, "red", number, False) for number in range(300)
    ]
    assert len({Parsed(f"{number} 2") for number in range(300)}) == 300
    assert [Named(first=str(number)).last for number in range(300)] == [""] * 300
    with pytest.raises(ValueError, match="width"):
        Painted(1, 2, width=-1)
    with pytest.raises(TypeError, match="'width'"):
        Painted(1, 2)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (Point, "(x: 'int', y: 'int') -> 'None'"),
        (Painted, "(x: 'int', y: 'int', colour: 'str' = 'red', *, width: 'int', is_dashed: 'bool' = False) -> 'None'"),
        (Named, "(*, first: 'str', last: 'str' = '') -> 'None'"),
        (Parsed, "(text: 'str') -> 'None'"),
    ],
)
def test_python_shows_the_parameters(kind: type[Value], parameters: str) -> None:
    assert str(inspect.signature(kind)) == parameters


def test_a_value_that_was_not_filled_has_a_repr_all_the_same() -> None:
    """Its `__init__` has raised, and a debugger or a traceback with locals shows it."""
    for kind in _kinds_below(Value):
        assert repr(kind.__new__(kind)).startswith(kind.__name__)


def _kinds_below(kind: type[Value]) -> Iterator[type[Value]]:
    for name in (
        "agent.config.settings",
        "agent.config.references",
        "agent.desired",
        "auth",
        "address",
        "nsupdate.options",
    ):
        importlib.import_module(f"dns_update.{name}")
    for below in kind.__subclasses__():
        yield below
        yield from _kinds_below(below)
