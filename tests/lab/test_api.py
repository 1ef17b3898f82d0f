from __future__ import annotations

from lab.api import reference, signature_of


def test_keyword_only_parameters_are_marked() -> None:
    def function(self: object, one: int, *, two: int = 2, three: str) -> None: ...

    assert signature_of(function) == "(one: int, *, two: int = 2, three: str)"


def test_what_follows_gathered_values_is_keyword_only_anyway() -> None:
    def function(*values: str, ttl: int) -> None: ...

    assert signature_of(function) == "(*values: str, ttl: int)"


def test_a_long_signature_has_the_mark_on_a_line_of_its_own() -> None:
    def function(one_of_two_parameters_with_long_names: int, *, the_other_of_these_two_parameters: int) -> str:
        return str(one_of_two_parameters_with_long_names + the_other_of_these_two_parameters)

    assert signature_of(function).splitlines()[2] == "    *,"


def test_the_reference_shows_what_is_keyword_only() -> None:
    page = reference()
    assert "Update(\n    zone: Name | str,\n    *,\n" in page
    assert "Outcome(\n    *,\n" in page
