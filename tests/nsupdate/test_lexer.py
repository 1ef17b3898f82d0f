"""The lexer: blanks and tabs separate words, and nothing else has a meaning."""

import pytest

from dns_update.nsupdate.lexer import Lexer


def words(text: str) -> list[str]:
    line = Lexer(text)
    found = []
    while word := line.word():
        found.append(word)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n", []),
        ("\r\n", []),
        (" \t \n", []),
        ("send", ["send"]),
        ("send\r\n", ["send"]),
        ("  add\tx  60\t\tA 192.0.2.1 \n", ["add", "x", "60", "A", "192.0.2.1"]),
        ('add "a b" ; c', ["add", '"a', 'b"', ";", "c"]),
        ("a\\ b", ["a\\", "b"]),
        ("add x\rgarbage", ["add", "x"]),
        ("a\vb\fc\u00a0d", ["a\vb\fc\u00a0d"]),
    ],
)
def test_blanks_and_tabs_separate_words_and_nothing_else_does(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_the_remainder_is_what_no_word_has_taken_without_the_blanks_around_it() -> None:
    line = Lexer('add x TXT \t "a  b" ; c\t\n')
    assert [line.word() for _ in range(3)] == ["add", "x", "TXT"]
    assert line.remainder() == '"a  b" ; c'
    assert (line.word(), line.remainder()) == ("", "")
