"""The table of properties and the parser of both spellings."""

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.address import Interface
from dns_update.agent.config.settings import AgentSettings
from dns_update.cli.asking import port_of
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import PROPERTIES, Options, Property
from dns_update.commandline.readers import ttl_from_text
from dns_update.errors import UsageError
from dns_update.exchange import Policy
from dns_update.transport import DNS_PORT

COMMANDS = (
    "set", "add", "delete", "show", "plan", "apply", "list", "check", "agent", "status", "refresh", "history", "run",
    "import", "acme", "key", "init",
)  # fmt: skip

RIGHT: dict[str, tuple[str, object]] = {
    "acme": ("yes", True),
    "address": ("192.0.2.1", None),
    "agent": ("yes", True),
    "algorithm": ("hmac-sha256", None),
    "all": ("yes", True),
    "allow_private": ("yes", True),
    "auth": ("gss", "gss"),
    "ccache": ("/tmp/krb5cc_0", "/tmp/krb5cc_0"),  # noqa: S108 - not read
    "keytab": ("/etc/krb5.keytab", "/etc/krb5.keytab"),
    "password": ("secret", "secret"),
    "principal": ("host/client.example.com", "host/client.example.com"),
    "realm": ("EXAMPLE.COM", "EXAMPLE.COM"),
    "apply_to": ("/etc/bind/named.conf.local", "/etc/bind/named.conf.local"),
    "challenge": ("_acme-challenge.example.com", None),
    "challenge_ttl": ("5m", 300),
    "check": ("yes", True),
    "check_names": ("no", False),
    "config": ("/etc/other.toml", "/etc/other.toml"),
    "debug": ("yes", True),
    "list_form": ("csv", "csv"),
    "listed_types": ("A,txt", ("A", "TXT")),
    "pattern": ("*.pool", "*.pool"),
    "deletes": ("yes", True),
    "diagnose": ("no", False),
    "diff_run": ("yes", True),
    "exact": ("*.pool", "*.pool"),
    "max_delete": ("10%", (10, True)),
    "domain": ("*.example.com", None),
    "dry_run": ("yes", True),
    "fleet": ("fleet", "fleet"),
    "globals": ("/run/other.json", "/run/other.json"),
    "granted": ("home,www", ("home", "www")),
    "granted_types": ("txt", ("TXT",)),
    "hosts": ("routers.txt", "routers.txt"),
    "kept_names": ("home,www", ("home", "www")),
    "kept_sources": ("dns:", ("dns:",)),
    "kept_ttl": ("1h", 3600),
    "make_key": ("yes", True),
    "own_output": ("config.toml", "config.toml"),
    "server_kind": ("knot", "knot"),
    "service": ("no", False),
    "tries": ("no", False),
    "writes_nothing": ("yes", True),
    "key_history": ("/srv/history.db", "/srv/history.db"),
    "key_step": ("rotate", "rotate"),
    "map": ("ether1:eth0", (("ether1", "eth0"),)),
    "ptr": ("yes", True),
    "ptr_zone": ("2.0.192.in-addr.arpa", None),
    "to": ("all", "all"),
    "public_address": ("192.0.2.1", None),
    "router": ("/srv/router.toml", "/srv/router.toml"),
    "script": ("ddns-update", "ddns-update"),
    "script_file": ("/srv/ddns.rsc", "/srv/ddns.rsc"),
    "update_server": ("192.0.2.1:5353", ("192.0.2.1:5353",)),
    "query_server": ("ns.example.com", ("ns.example.com",)),
    "dns_server": ("192.0.2.1:5353", ("192.0.2.1:5353",)),
    "file": ("/srv/history.db", "/srv/history.db"),
    "identity": ("gw-north", "gw-north"),
    "json": ("yes", True),
    "key": ("secret", "secret"),
    "key_encoding": ("text", "text"),
    "key_file": ("/etc/key", "/etc/key"),
    "key_name": ("k.example.com", None),
    "keys": ("/etc/dns-update/agent.keys", "/etc/dns-update/agent.keys"),
    "known_name": ("home", "home"),
    "limit": ("all", None),
    "local_address": ("2001:DB8::1", "2001:db8::1"),
    "message_octets": ("4096", 4096),
    "name": ("home", "home"),
    "names_file": ("names.csv", "names.csv"),
    "names_form": ("zone", "zone"),
    "new_algorithm": ("hmac-md5", None),
    "once": ("yes", True),
    "online": ("yes", True),
    "output": ("agent.toml", "agent.toml"),
    "own_key_file": ("home.key", "home.key"),
    "plot": ("yes", True),
    "port": ("5353", 5353),
    "public_source": ("dns:", ("dns:",)),
    "quiet": ("yes", True),
    "report": ("report.csv", "report.csv"),
    "resume": ("yes", True),
    "require": ("absent", "absent"),
    "retries": ("7", 7),
    "rrclass": ("CH", 3),
    "rrtype": ("TXT", 16),
    "server_config": ("/etc/bind/named.conf", "/etc/bind/named.conf"),
    "server_log": ("/var/log/named.log", "/var/log/named.log"),
    "server_type": ("knot", "knot"),
    "setup": ("router.rsc", "router.rsc"),
    "since": ("1h", 3600),
    "adds": ("yes", True),
    "rrset_requirement": ("absent", "absent"),
    "skip_equal": ("yes", True),
    "socket": ("/run/other.sock", "/run/other.sock"),
    "step": ("cleanup", "cleanup"),
    "svg": ("/tmp/home.svg", "/tmp/home.svg"),  # noqa: S108 - not written
    "timeout": ("2.5", 2.5),
    "token": ("LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", ("LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo",)),
    "tls_ca": ("/etc/ssl/own.pem", "/etc/ssl/own.pem"),
    "tls_cert": ("/etc/ssl/client.pem", "/etc/ssl/client.pem"),
    "tls_hostname": ("ns.example.com", "ns.example.com"),
    "tls_key": ("/etc/ssl/client.key", "/etc/ssl/client.key"),
    "tls_pin": (f"{'A' * 43}=", (bytes(32),)),
    "tls_verify": ("no", False),
    "transport": ("tcp", "tcp"),
    "ttl": ("1h", 3600),
    "value": ("some text", ("some text",)),
    "verify": ("no", False),
    "wait": ("90s", 90),
    "watch": ("yes", True),
    "yes": ("yes", True),
    "zone": ("example.com", None),
}
"""For each attribute of Options a text that is right, and its value; None where that has a class of its own."""

ROUTEROS = {"address", "dns-server", "key", "key-name", "name", "ttl", "zone"}


def attribute(prop: Property) -> str:
    return prop.attribute


def content(options: Options, prop: Property) -> object:
    return getattr(options, prop.attribute)


def word_of(prop: Property) -> str:
    return f"{prop.name}={RIGHT[prop.attribute][0]}"


def test_the_table_and_this_test_know_the_same_properties() -> None:
    assert sorted(prop.attribute for prop in PROPERTIES) == sorted(RIGHT)


def test_the_seven_of_routeros_are_there() -> None:
    assert {prop.name for prop in PROPERTIES if "set" in prop.commands} >= ROUTEROS


@pytest.mark.parametrize("prop", PROPERTIES, ids=attribute)
def test_every_property_has_all_that_help_and_parser_need(prop: Property) -> None:
    assert prop.help
    assert prop.help[0].islower()
    assert prop.form
    assert set(prop.commands) <= set(COMMANDS)
    assert prop.commands
    assert prop.name == prop.name.lower()
    assert getattr(Options, prop.attribute) is prop


@pytest.mark.parametrize("prop", PROPERTIES, ids=attribute)
def test_what_mypy_is_told_of_a_value_may_be_none_where_there_is_no_default(prop: Property) -> None:
    annotation = Options.__annotations__[prop.attribute]
    if prop.repeatable:
        assert annotation.startswith("tuple[")
    elif prop.default is None:
        assert annotation.endswith(" | None")
    else:
        assert "None" not in annotation or prop.name == "limit"


@pytest.mark.parametrize("prop", PROPERTIES, ids=attribute)
def test_of_one_name_a_command_has_one_property_and_all_are_written_alike(prop: Property) -> None:
    same = [other for other in PROPERTIES if other.name == prop.name]
    commands = [command for other in same for command in other.commands]
    assert len(commands) == len(set(commands))
    assert {(other.flag, other.secret, other.repeatable) for other in same} == {
        (prop.flag, prop.secret, prop.repeatable)
    }


@pytest.mark.parametrize("prop", [prop for prop in PROPERTIES if prop.default is not None], ids=attribute)
def test_a_default_is_written_as_a_user_would_write_it(prop: Property) -> None:
    assert prop.default is not None
    written = CommandLine([f"{prop.name}={prop.default}"]).options(prop.commands[0])
    assert content(written, prop) == content(Options(), prop)


def test_the_defaults_that_agent_and_library_have_too_are_the_same() -> None:
    options, agent, policy = Options(), AgentSettings(), Policy()
    assert (options.socket, options.file) == (agent.socket, agent.history)
    assert (options.timeout, options.retries, options.transport) == (policy.timeout, policy.retries, policy.transport)
    assert (options.port, port_of(options)) == (None, DNS_PORT)


def test_options_are_immutable() -> None:
    options = CommandLine(["ttl=60"]).options("set")
    for name in ("ttl", "retries", "other"):
        with pytest.raises(AttributeError):
            setattr(options, name, 1)
    assert (options.ttl, options.retries) == (60, 3)


def test_only_the_secret_is_secret() -> None:
    assert [prop.name for prop in PROPERTIES if prop.secret] == ["key", "password"]


def spellings(name: str, text: str) -> list[list[str]]:
    return [[f"{name}={text}"], [f"--{name}={text}"], [f"--{name}", text]]


EACH = [(prop, command) for prop in PROPERTIES for command in prop.commands]


def of_command(each: object) -> str:
    return each.attribute if isinstance(each, Property) else str(each)


@pytest.mark.parametrize(("prop", "command"), EACH, ids=of_command)
def test_all_spellings_mean_the_same_in_every_command(prop: Property, command: str) -> None:
    text, expected = RIGHT[prop.attribute]
    forms = spellings(prop.name, text)
    if prop.flag:
        forms.append([f"--{prop.name}"] if text == "yes" else [f"--no-{prop.name}"])
    contents = [content(CommandLine(words).options(command), prop) for words in forms]
    assert contents == contents[:1] * len(forms)
    assert contents[0] != content(Options(), prop)
    if expected is not None:
        assert contents[0] == expected


@pytest.mark.parametrize("prop", PROPERTIES, ids=attribute)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_its_own_properties_only(prop: Property, command: str) -> None:
    words = [word_of(prop)]
    own = next((other for other in PROPERTIES if other.name == prop.name and command in other.commands), None)
    if own is not None:
        CommandLine([word_of(own)]).options(command)
    else:
        with pytest.raises(UsageError, match=f"{command} does not take {prop.name}="):
            CommandLine(words).options(command)


@pytest.mark.parametrize(("prop", "command"), EACH, ids=of_command)
def test_twice_is_an_error_unless_the_property_is_repeatable(prop: Property, command: str) -> None:
    words = [word_of(prop)] * 2
    if prop.repeatable:
        several = content(CommandLine(words).options(command), prop)
        assert isinstance(several, tuple)
        assert len(several) == 2
    else:
        with pytest.raises(UsageError, match=f"{prop.name}= is given twice"):
            CommandLine(words).options(command)


def test_the_repeatable_ones() -> None:
    assert {prop.name for prop in PROPERTIES if prop.repeatable} == {
        "address", "dns-server", "domain", "map", "public-address", "query-server", "tls-pin", "token", "update-server",
        "value",
    }  # fmt: skip


@pytest.mark.parametrize("prop", PROPERTIES, ids=attribute)
def test_a_near_miss_suggests_the_property(prop: Property) -> None:
    if len(prop.name) < 4:
        return
    missed = prop.name[:-1] + "x"
    with pytest.raises(UsageError) as caught:
        CommandLine([f"{missed}=1"]).options(prop.commands[0])
    assert caught.value.hint.startswith("did you mean ")


def test_a_near_miss_suggests_only_what_the_command_takes() -> None:
    with pytest.raises(UsageError) as caught:
        CommandLine(["tll=1"]).options("show")
    assert "ttl" not in caught.value.hint


def test_defaults() -> None:
    options = CommandLine([]).options("set")
    assert [content(options, prop) for prop in PROPERTIES] == [content(Options(), prop) for prop in PROPERTIES]
    assert (options.require, options.verify, options.transport, options.port) == ("any", True, "udp", None)
    assert (options.ttl, options.zone, options.key, options.rrclass) == (None, None, None, 1)


def test_values_keep_equals_signs_and_commas() -> None:
    assert CommandLine(["type=TXT", "value=a=b,c"]).options("set").value == ("a=b,c",)
    assert CommandLine(["key==="]).options("set").key == "=="


def test_a_value_may_look_like_an_option() -> None:
    assert CommandLine(["--key", "--secret"]).options("set").key == "--secret"


@pytest.mark.parametrize(("text", "seconds"), [("2.5", 2.5), ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("3600", 3600.0)])
def test_a_timeout_is_read(text: str, seconds: float) -> None:
    assert CommandLine([f"timeout={text}"]).options("set").timeout == seconds


def test_order_of_repeated_values_is_kept() -> None:
    assert CommandLine(["value=b", "--value", "a", "--value=c"]).options("set").value == ("b", "a", "c")
    assert CommandLine(["dns-server=b,a", "dns-server=c"]).options("set").dns_server == ("b", "a", "c")


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
    options = CommandLine(words).options("set")
    assert options.address == (Interface("ppp0", 4),)
    assert options.ttl == 60


@pytest.mark.parametrize("name", ["key", "value", "name", "key-file"])
def test_brackets_elsewhere_are_plain_characters(name: str) -> None:
    options = CommandLine([f"{name}=[x", "ttl=60"]).options("set")
    assert options.ttl == 60


@given(st.lists(st.text(max_size=12), max_size=6), st.sampled_from(COMMANDS))
def test_whatever_the_words_only_a_usage_error_comes_out(words: list[str], command: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(CommandLine(words).options(command), Options)


@given(
    st.lists(
        st.tuples(st.sampled_from([prop.name for prop in PROPERTIES]), st.text(max_size=20), st.integers(0, 2)),
        max_size=4,
    )
)
def test_whatever_the_values_only_a_usage_error_comes_out(items: list[tuple[str, str, int]]) -> None:
    words = [word for name, text, form in items for word in spellings(name, text)[form]]
    with contextlib.suppress(UsageError):
        assert isinstance(CommandLine(words).options("set"), Options)


@given(st.integers(0, 2**31 - 1))
def test_every_ttl_is_read_as_a_number(seconds: int) -> None:
    assert ttl_from_text(str(seconds)) == seconds


@given(st.integers(0, 99), st.integers(0, 6), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_every_ttl_is_read_with_units(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    total = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds
    assert ttl_from_text(f"{weeks}w{days}d{hours}h{minutes}m{seconds}s") == total
