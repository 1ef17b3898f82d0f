import importlib
import pickle
import pkgutil
import re

import pytest

import dns_update
from dns_update import errors
from dns_update.errors import (
    ClocksDiffer,
    DnsUpdateError,
    InvalidText,
    KeyRejected,
    MalformedMessage,
    NoAddress,
    NoResponse,
    PermissionDenied,
    Refusal,
    ReplyNotTrusted,
    UsageError,
    classes,
    one_line,
    quoted,
)

_LINE = re.compile(r"^(?P<indent>[│ ]*)(?:[├└]── )?(?P<name>[A-Z]\w+) *(?P<status>\d+)?(?:  .*|$)")
_INDENT = 4  # columns for each step into the tree


class Drawn:
    """One class as drawn in the docstring."""

    def __init__(self, name: str, parent: str, status: int | None) -> None:
        self.name = name
        self.parent = parent
        self.status = status

    def __repr__(self) -> str:
        return self.name


def _picture() -> list[Drawn]:
    text = (errors.__doc__ or "").split("```")[1]
    drawn: list[Drawn] = []
    path: list[str] = []
    for line in text.strip().splitlines():
        match = _LINE.match(line)
        assert match is not None, f"not understood: {line}"
        depth = len(match["indent"]) // _INDENT + ("── " in line)
        path[depth:] = [match["name"]]
        status = int(match["status"]) if match["status"] else None
        drawn.append(Drawn(match["name"], path[depth - 1] if depth else "Exception", status))
    return drawn


def _subclasses(root: type[DnsUpdateError]) -> set[type[DnsUpdateError]]:
    return {root}.union(*(_subclasses(child) for child in root.__subclasses__()))


def test_the_picture_is_read_whole() -> None:
    drawn = _picture()
    assert [d.parent for d in drawn if d.name == "InvalidText"] == ["UsageError"]
    assert len(drawn) == len((errors.__doc__ or "").split("```")[1].strip().splitlines())


@pytest.mark.parametrize("drawn", _picture(), ids=repr)
def test_a_drawn_class_stands_below_its_drawn_parent(drawn: Drawn) -> None:
    bases = [base.__name__ for base in getattr(errors, drawn.name).__bases__]
    assert bases[0] == drawn.parent


@pytest.mark.parametrize("drawn", [d for d in _picture() if d.status is not None], ids=repr)
def test_a_drawn_class_has_its_drawn_exit_status(drawn: Drawn) -> None:
    assert getattr(errors, drawn.name).exit_status == drawn.status


def test_every_error_of_the_package_is_drawn() -> None:
    for module in pkgutil.walk_packages(dns_update.__path__, "dns_update."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {cls for cls in _subclasses(DnsUpdateError) if cls.__module__.startswith("dns_update")}
    assert {cls.__name__ for cls in ours} == {drawn.name for drawn in _picture()}
    assert {cls.__module__ for cls in ours} == {classes.__name__}


def test_a_class_is_found_where_the_tree_is_drawn() -> None:
    assert errors.NotApplied is classes.NotApplied
    with pytest.raises(AttributeError, match=r"module 'dns_update\.errors' has no attribute 'NoSuchError'"):
        _ = errors.NoSuchError


def test_the_whole_tree_is_listed_and_imported_by_a_star() -> None:
    names = {drawn.name for drawn in _picture()}
    assert names <= set(dir(errors))
    found: dict[str, object] = {}
    exec("from dns_update.errors import *", found)  # noqa: S102 - no function may hold it
    assert {name: getattr(errors, name) for name in names}.items() <= found.items()


def test_every_class_that_is_raised_has_an_exit_status_of_its_own() -> None:
    """1 means a bug in dns-update, so no error that is raised on purpose may have it."""
    abstract = {"DnsUpdateError", "CommunicationError", "Refusal"}
    raised = [cls for cls in _subclasses(DnsUpdateError) if cls.__name__ not in abstract]
    assert raised
    assert all(cls.exit_status > 1 for cls in raised)


def test_every_class_is_exported_by_the_package() -> None:
    """It lists them itself: importing it loads nothing, not even that list."""
    named = {name for name in dns_update.__all__ if hasattr(classes, name)}
    assert named == set(errors.CLASSES) == {drawn.name for drawn in _picture()}
    assert all(getattr(dns_update, name) is getattr(errors, name) for name in named)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UsageError("no"), "no"),
        (InvalidText("'x' is no name"), "'x' is no name"),
        (NoAddress("interface ppp0 has none"), "No address: interface ppp0 has none"),
        (NoResponse("timed out", endpoint="192.0.2.1"), "No answer from 192.0.2.1: timed out"),
        (ReplyNotTrusted("it is not signed"), "TSIG error: Reply not trusted: it is not signed"),
        (MalformedMessage("cut off"), "Malformed message: cut off"),
        (KeyRejected("BADKEY", tsig_error=17), "TSIG error: Server rejected: BADKEY"),
        (ClocksDiffer("by 400 s"), "TSIG error: Server rejected: by 400 s"),
        (PermissionDenied("home A"), "Permission denied: home A"),
    ],
)
def test_the_text_starts_with_the_first_words(error: DnsUpdateError, text: str) -> None:
    assert str(error) == text


def test_an_error_keeps_what_it_was_given() -> None:
    error = KeyRejected("BADKEY", tsig_error=17, rcode=9, hint="look at the name", endpoint="ns.example.com")
    assert (error.text, error.tsig_error, error.rcode) == ("BADKEY", 17, 9)
    assert (error.hint, error.server, error.failures) == ("look at the name", "ns.example.com", ())


def test_an_error_has_no_hint_and_no_server_unless_given() -> None:
    error = Refusal("no")
    assert (error.hint, error.server, error.rcode) == ("", "", 0)


def test_a_wrong_text_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="no name"):
        raise InvalidText("no name")


def test_an_error_comes_back_from_a_pickle_whole() -> None:
    error = KeyRejected("no such key", tsig_error=17, hint="look", endpoint="192.0.2.1", rcode=9)
    error.failures = (NoResponse("in time", endpoint="192.0.2.2", may_have_arrived=True),)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(again), str(again), vars(again) | {"failures": ()}) == (
        KeyRejected, str(error), vars(error) | {"failures": ()},
    )  # fmt: skip
    assert vars(again.failures[0]) == vars(error.failures[0])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "''"),
        ("home", "'home'"),
        ("it's", '"it\'s"'),
        ("two\nlines", r"'two\nlines'"),
        ("x" * 60, f"'{'x' * 60}'"),
        ("x" * 61, f"'{'x' * 60}'..."),
        ("x" * 300, f"'{'x' * 60}'..."),
        ("\n" * 300, f"'{chr(92)}n" + f"{chr(92)}n" * 59 + "'..."),
    ],
    ids=["empty", "plain", "quote", "line end", "60", "61", "300", "300 line ends"],
)
def test_what_somebody_wrote_is_quoted_on_one_line_and_shortened(text: str, shown: str) -> None:
    assert quoted(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("b\u00fccher \u202e", "b\u00fccher \\u202e"),
    ],
)
def test_what_a_server_sent_is_shown_on_one_line_without_control_characters(text: str, shown: str) -> None:
    assert one_line(text) == shown
