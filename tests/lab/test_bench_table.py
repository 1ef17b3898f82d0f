"""The benchmark's tables in Markdown."""

import pytest

from lab.bench.results import Row, Task
from lab.bench.table import number, seconds_text, table, tables


@pytest.mark.parametrize(
    ("figure", "text"),
    [(None, "-"), (0.0123, "0.01"), (0.5, "0.50"), (1.0, "1.00"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346")],
)
def test_a_number_has_few_digits_and_no_exponent(figure: float | None, text: str) -> None:
    assert number(figure) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0123, "12.3 ms"), (0.999, "999 ms"), (1.0, "1.00 s"), (125.0, "125 s")]
)
def test_a_time_has_the_unit_that_makes_it_readable(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_a_table_has_the_columns_that_some_row_fills() -> None:
    task = Task(
        "1,000 names replaced",
        (
            Row(
                program="ours", names=1000, batch=192.3, octets=8192, in_flight=8, seconds=(0.1, 0.3, 0.2), mib=(21.0,)
            ),
            Row(program="theirs", names=1000, batch=100, in_flight=1, seconds=(0.2, 0.6, 0.4)),
        ),
        base="theirs",
        notes=("other: it ended with status 1",),
    )
    assert table(task) == (
        "**1,000 names replaced**, 3 runs of each\n"
        "\n"
        "| program | a message | in flight | median | worst | names/s | peak MiB | time / theirs |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        "| ours | 8,192 octets, 192 names | 8 | 200 ms | 300 ms | 5,000 | 21.0 | 0.50 |\n"
        "| theirs | 100 names | 1 | 400 ms | 600 ms | 2,500 | - | 1.00 |\n"
        "\n"
        "Not measured: other: it ended with status 1."
    )


def test_tasks_of_the_same_two_programs_share_a_table() -> None:
    pairs = [
        Task(title, (Row(program="ours", seconds=(0.001,)), Row(program="theirs", seconds=(0.002,))), base="theirs")
        for title in ("one", "other")
    ]
    assert tables(pairs) == (
        "| task, one run of each | ours | theirs | ours / theirs |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| one | 1.00 ms | 2.00 ms | 0.50 |\n"
        "| other | 1.00 ms | 2.00 ms | 0.50 |"
    )


def test_a_task_that_could_not_be_measured_says_why() -> None:
    assert table(Task("the agent", (), notes=("it needs root",))) == "**the agent**\n\nNot measured: it needs root."
