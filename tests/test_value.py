import copy
import importlib
import pickle
from collections.abc import Iterator

import pytest

from dns_update.value import Value, setters


class Point(Value):
    __slots__ = ("x", "y")
    x: int
    y: int

    def __init__(self, x: int, y: int) -> None:
        self._fill(x=x, y=y)


class Place(Value):
    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int) -> None:
        self._fill(x=x, y=y)


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
        point.x = 3
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


def test_setters_fill_the_slots_in_their_order() -> None:
    point = Point(1, 2)
    set_x, set_y = setters(Point)
    set_x(point, 3)
    set_y(point, 4)
    assert point == Point(3, 4)


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
