"""The table of properties and the parser of both spellings."""

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.address import Interface
from dns_update.errors import UsageError
from dns_update.routeros import PROPERTIES, Line, Options, Property, ttl_from_text

COMMANDS = ("set", "delete", "show")

RIGHT: dict[str, tuple[str, object]] = {
    "address": ("192.0.2.1", None),
    "algorithm": ("hmac-sha256", None),
    "allow-private": ("yes", True),
    "check-names": ("no", False),
    "class": ("CH", 3),
    "debug": ("yes", True),
    "dns-server": ("192.0.2.1:5353", None),
    "json": ("yes", True),
    "key": ("secret", "secret"),
    "key-encoding": ("text", "text"),
    "key-file": ("/etc/key", "/etc/key"),
    "key-name": ("k.example.com", None),
    "local-address": ("2001:DB8::1", "2001:db8::1"),
    "name": ("home", None),
    "port": ("5353", 5353),
    "require": ("absent", "absent"),
    "retries": ("7", 7),
    "timeout": ("2.5", 2.5),
    "transport": ("tcp", "tcp"),
    "ttl": ("1h", 3600),
    "type": ("TXT", 16),
    "value": ("some text", ("some text",)),
    "verify": ("no", False),
    "zone": ("example.com", None),
}
"""For each property a text that is right, and what it is read as; None where that is a value of its own kind."""

ROUTEROS = {"address", "dns-server", "key", "key-name", "name", "ttl", "zone"}


def by_name(prop: Property) -> str:
    return prop.name


def content(options: Options, prop: Property) -> object:
    return getattr(options, prop.attribute)


def test_the_table_and_this_test_know_the_same_properties() -> None:
    assert {prop.name for prop in PROPERTIES} == set(RIGHT)
    assert len(PROPERTIES) == len(RIGHT)


def test_the_seven_of_routeros_are_there() -> None:
    assert {prop.name for prop in PROPERTIES} >= ROUTEROS


@pytest.mark.parametrize("prop", PROPERTIES, ids=by_name)
def test_every_property_has_all_that_help_and_parser_need(prop: Property) -> None:
    assert prop.help
    assert prop.help[0].islower()
    assert prop.form
    assert set(prop.commands) <= set(COMMANDS)
    assert prop.commands
    assert hasattr(Options(), prop.attribute)
    assert prop.name == prop.name.lower()


@pytest.mark.parametrize("name", [name for name in vars(Options()) if not name.startswith("_")])
def test_every_option_has_a_property(name: str) -> None:
    assert name in {prop.attribute for prop in PROPERTIES}


def test_only_the_secret_is_secret() -> None:
    assert [prop.name for prop in PROPERTIES if prop.secret] == ["key"]


def spellings(name: str, text: str) -> list[list[str]]:
    return [[f"{name}={text}"], [f"--{name}={text}"], [f"--{name}", text]]


@pytest.mark.parametrize("prop", PROPERTIES, ids=by_name)
def test_both_spellings_mean_the_same(prop: Property) -> None:
    text, expected = RIGHT[prop.name]
    forms = spellings(prop.name, text)
    if prop.flag:  # `--json yes` would be the flag and a word
        forms[-1] = [f"--{prop.name}"]
    contents = [content(Line(words).options(prop.commands[0]), prop) for words in forms]
    assert contents[0] == contents[1] == contents[2]
    assert contents[0] != content(Options(), prop)
    if expected is not None:
        assert contents[0] == expected


@pytest.mark.parametrize("prop", PROPERTIES, ids=by_name)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_its_own_properties_only(prop: Property, command: str) -> None:
    words = [f"{prop.name}={RIGHT[prop.name][0]}"]
    if command in prop.commands:
        Line(words).options(command)
    else:
        with pytest.raises(UsageError, match=f"{prop.name}= has no meaning for {command}"):
            Line(words).options(command)


@pytest.mark.parametrize("prop", PROPERTIES, ids=by_name)
def test_twice_is_an_error_unless_the_property_is_repeatable(prop: Property) -> None:
    words = [f"{prop.name}={RIGHT[prop.name][0]}"] * 2
    if prop.repeatable:
        several = content(Line(words).options(prop.commands[0]), prop)
        assert isinstance(several, tuple)
        assert len(several) == 2
    else:
        with pytest.raises(UsageError, match=f"{prop.name}= is given twice"):
            Line(words).options(prop.commands[0])


def test_the_repeatable_ones() -> None:
    assert {prop.name for prop in PROPERTIES if prop.repeatable} == {"address", "dns-server", "value"}


@pytest.mark.parametrize("prop", PROPERTIES, ids=by_name)
def test_a_near_miss_suggests_the_property(prop: Property) -> None:
    if len(prop.name) < 4:
        return
    missed = prop.name[:-1] + "x"
    with pytest.raises(UsageError) as caught:
        Line([f"{missed}=1"]).options(prop.commands[0])
    assert caught.value.hint.startswith("did you mean ")


def test_a_near_miss_suggests_only_what_the_command_takes() -> None:
    with pytest.raises(UsageError) as caught:
        Line(["tll=1"]).options("show")
    assert "ttl" not in caught.value.hint


def test_defaults() -> None:
    options = Line([]).options("set")
    assert vars(options) == vars(Options())
    assert (options.require, options.verify, options.transport, options.port) == ("any", True, "udp", 53)
    assert (options.ttl, options.zone, options.key, options.rrclass) == (None, None, None, 1)


def test_values_keep_equals_signs_and_commas() -> None:
    assert Line(["type=TXT", "value=a=b,c"]).options("set").value == ("a=b,c",)
    assert Line(["key==="]).options("set").key == "=="


def test_a_value_may_look_like_an_option() -> None:
    assert Line(["--key", "--secret"]).options("set").key == "--secret"


@pytest.mark.parametrize(("text", "seconds"), [("2.5", 2.5), ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("3600", 3600.0)])
def test_a_timeout_is_read(text: str, seconds: float) -> None:
    assert Line([f"timeout={text}"]).options("set").timeout == seconds


def test_order_of_repeated_values_is_kept() -> None:
    assert Line(["value=b", "--value", "a", "--value=c"]).options("set").value == ("b", "a", "c")
    assert Line(["dns-server=b,a", "dns-server=c"]).options("set").dns_server == ("b", "a", "c")


@pytest.mark.parametrize(
    "words",
    [
        ["address=[/ip address get [find interface=ppp0] address]", "ttl=60"],
        ["address=[/ip", "address", "get", "[find", "interface=ppp0]", "address]", "ttl=60"],
        ["--address=[/ip", "address", "get", "[find", "interface=ppp0]", "address]", "ttl=60"],
        ["--address", "[/ip", "address", "get", "[find", "interface=ppp0]", "address]", "ttl=60"],
    ],
)
def test_a_bracketed_expression_is_put_together_again(words: Sequence[str]) -> None:
    options = Line(words).options("set")
    assert options.address == (Interface("ppp0", 4),)
    assert options.ttl == 60


@pytest.mark.parametrize("name", ["key", "value", "name", "key-file"])
def test_brackets_elsewhere_are_plain_characters(name: str) -> None:
    options = Line([f"{name}=[x", "ttl=60"]).options("set")
    assert options.ttl == 60


@given(st.lists(st.text(max_size=12), max_size=6), st.sampled_from(COMMANDS))
def test_whatever_the_words_only_a_usage_error_comes_out(words: list[str], command: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(Line(words).options(command), Options)


@given(
    st.lists(
        st.tuples(st.sampled_from([prop.name for prop in PROPERTIES]), st.text(max_size=20), st.integers(0, 2)),
        max_size=4,
    )
)
def test_whatever_the_values_only_a_usage_error_comes_out(items: list[tuple[str, str, int]]) -> None:
    words = [word for name, text, form in items for word in spellings(name, text)[form]]
    with contextlib.suppress(UsageError):
        assert isinstance(Line(words).options("set"), Options)


@given(st.integers(0, 2**31 - 1))
def test_every_ttl_is_read_as_a_number(seconds: int) -> None:
    assert ttl_from_text(str(seconds)) == seconds


@given(st.integers(0, 99), st.integers(0, 6), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_every_ttl_is_read_with_units(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    total = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds
    assert ttl_from_text(f"{weeks}w{days}d{hours}h{minutes}m{seconds}s") == total
