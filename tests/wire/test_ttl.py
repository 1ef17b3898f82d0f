"""Times with units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.wire.ttl import UNITS, seconds_from_units

MOST = 2**31 - 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("10m", 600),
        ("1h30m", 5400),
        ("30m1H", 5400),
        ("1w2d3h4m5s", 788645),
        ("1d1d", 172800),
        ("3550W", 2147040000),
    ],
)
def test_units_are_added_in_any_order_and_case(text: str, seconds: int) -> None:
    assert seconds_from_units(text, MOST) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "60", "m", "1h30", "1.5h", "-1h", "1y", "1 h", "\N{ARABIC-INDIC DIGIT ONE}h", "3551w", "4000000000s", "h1"],
)
def test_what_is_not_such_a_time(text: str) -> None:
    assert seconds_from_units(text, MOST) is None


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from("smhdw")), min_size=1, max_size=5))
def test_it_is_the_sum(parts: list[tuple[int, str]]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in parts)
    assert seconds_from_units(text, 2**60) == sum(number * UNITS[unit] for number, unit in parts)
