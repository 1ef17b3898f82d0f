"""OpenWrt's configuration language."""

import pytest

from dns_update.migration.uci import Section, sections_from_text


def read(text: str) -> tuple[list[Section], list[int]]:
    wrong: list[int] = []
    return sections_from_text(text, lambda line, _what, _expected: wrong.append(line)), wrong


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a", "a"),
        ("'a b'", "a b"),
        ('"a b"', "a b"),
        ("'a'\\''b'", "a'b"),
        ('"a\\"b\\\\"', 'a"b\\'),
        ("'a\\b'", "a\\b"),
        ("a\\ b", "a b"),
        ("a'b'\"c\"", "abc"),
        ("''", ""),
        ("a#b", "a#b"),
        ("'a' # c", "a"),
    ],
)
def test_values_are_quoted_as_in_a_shell(written: str, value: str) -> None:
    sections, wrong = read(f"config x 'y'\n  option o {written}\n")
    assert [section.options["o"].value for section in sections] == [value]
    assert wrong == []


def test_an_option_counts_as_often_as_the_last_one_says_and_a_list_has_its_first_value() -> None:
    ((section,), wrong) = read("config x\noption o 1\noption o 2\nlist l a\nlist l b\n")
    assert (section.value("o"), section.line_of("o"), section.value("l"), section.line_of("none")) == ("2", 3, "a", 1)
    assert wrong == []


@pytest.mark.parametrize(
    "line", ["option a", "option a 'b", 'option a "b', "option a b c", "b", "config", "option a b\\"]
)
def test_a_wrong_line_is_told(line: str) -> None:
    assert read(f"config x\n{line}\n")[1] == [2]


def test_options_shown_by_uci_belong_to_their_sections() -> None:
    sections, wrong = read(
        "ddns.a=service\nddns.@service[1]=service\nddns.@service[1].o='v'\nddns.a.o='w x'\nddns.c.o='x'\n"
    )
    assert [(section.name, section.value("o"), section.line) for section in sections] == [
        ("a", "w x", 1),
        ("@service[1]", "v", 2),
    ]
    assert wrong == []
