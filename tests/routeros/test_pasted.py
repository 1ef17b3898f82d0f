"""A router's whole line in one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import UsageError
from dns_update.routeros.pasted import words_of_line


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/tool dns-update name=a", ["/tool", "dns-update", "name=a"]),
        ("  name=a \t zone=b\r\n", ["name=a", "zone=b"]),
        ("name=a;", ["name=a"]),
        ("name=a ;", ["name=a"]),
        ('key="a b" name="x"', ["key=a b", "name=x"]),
        (r'key="a\"b\\c\$d\_e\41\n"', ['key=a"b\\c$d eA\n']),
        ('key=""', ["key="]),
        ("key=\\ab", ["key=\\ab"]),
        ("name=a \\\n  zone=b", ["name=a", "zone=b"]),
        ("name=a\\\r\n    bc zone=b", ["name=abc", "zone=b"]),
        ("address=[/ip address get [find interface=a] address] x=y",
         ["address=[/ip address get [find interface=a] address]", "x=y"]),
        ('dns-server=[:resolve "ns1.example.com"]', ["dns-server=[:resolve ns1.example.com]"]),
        ("dns-server=[2001:db8::1]:53", ["dns-server=[2001:db8::1]:53"]),
    ],
)  # fmt: skip
def test_a_line_is_parted_as_the_router_parts_it(line: str, words: list[str]) -> None:
    assert words_of_line(line) == words


@given(st.text(alphabet='ab="\\[]; \n\r\t_4A', max_size=40))
def test_whatever_the_line_words_or_a_usage_error_come_out(line: str) -> None:
    try:
        assert "" not in words_of_line(f"x{line}")
    except UsageError:
        return
