"""POSIX extended regular expressions: they find what Python's find, and take no more time for a bad one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.routeros.regex import matches
from dns_update.routeros.remarks import Failure


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}", "{1,}"])).map(
            lambda p: f"({p[0]}){p[1]}"
        ),
        inner.map("^({})$".format),
    )


_PATTERNS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[b-d]", "\\.", "$", "^"]), _combined, max_leaves=8
)


@given(_PATTERNS, st.text("abc.", max_size=8))
def test_it_finds_what_python_s_expressions_find(pattern: str, text: str) -> None:
    assert matches(pattern, text) == (re.search(pattern.replace("$", r"\Z"), text) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("[[:digit:]]+", "ab1", True),
        ("^[[:alpha:]_]+$", "ab_", True),
        ("[]a]", "]", True),
        ("[^]a]", "]", False),
        ("[a-]", "-", True),
        ("", "x", True),
        ("a||b", "c", True),
    ],
)
def test_forms_that_python_has_otherwise(pattern: str, text: str, *, found: bool) -> None:
    assert matches(pattern, text) is found


def test_an_expression_that_goes_back_without_end_does_not() -> None:
    assert not matches("^(a+)+$", "a" * 5000 + "b")


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "*", "a{", "a{2,1}", "a{x}", "a{²}", "[[:x:]]", "(" * 100, "(a{1000}){1000}", "a{99999}"],
)
def test_what_is_not_an_expression_is_refused(pattern: str) -> None:
    with pytest.raises(Failure, match="regular expression"):
        matches(pattern, "a")
