"""`dns-update acme`: tokens beside tokens, aliases, the wait for a late name server, and what is refused."""

import contextlib
import re
import signal
import string
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from dns_update.cli.hook_arguments import as_properties
from lab import Bind, LabKey, NameServer, Namespace, Zone
from tests.address.inside import entered
from tests.cli.test_set import SERVERS, done, records
from tests.support.command import COMMAND, Result, access, given, in_process, key_file
from tests.support.peer import Relay, is_update
from tests.support.terminal import Screen, converse

TOKEN = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
OTHER = "gfj9XqRg85nMBoG0-vjCyGQGBWSVIPxI-i_X336eUOQ"
THIRD = "--j9XqRg85nMBoG0-vjCyGQGBWSVIPxI-i_X336eUOQ"
_DEADLINE = 60  # seconds; what has not come by then will never come


def _at(server: NameServer) -> list[str]:
    """Return what finds the server, and its name servers at the same port."""
    return [*access(server), f"port={server.port}"]


def _tokens(server: NameServer, label: str) -> list[str]:
    return sorted(re.sub(r'^60 "(.*)"$', r"\1", text) for text in records(server, f"_acme-challenge.{label}", "TXT"))


# One server


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_tokens_of_a_domain_and_its_wildcard_come_and_go_alone(server: NameServer, unique_name: str) -> None:
    domain, name = f"{unique_name}.example.com", f"_acme-challenge.{unique_name}.example.com"
    first = done(in_process("acme", "present", f"domain={domain}", f"token={TOKEN}", *_at(server)))
    assert first.lines == [
        f"updating zone: example.com: updating RR set for _acme-challenge.{unique_name}",
        f'update successful: {name} TXT "{TOKEN}" added',
        f"{name}: the one name server of example.com shows it",
    ]
    done(in_process("acme", "present", f"domain=*.{domain}", f"token={OTHER}", *_at(server)))
    assert _tokens(server, unique_name) == sorted([TOKEN, OTHER])
    again = done(in_process("acme", "present", f"domain={domain}", f"token={OTHER}", *_at(server)))
    assert again.lines[1].endswith("unchanged")
    removed = done(in_process("acme", "cleanup", f"domain={domain}", f"token={TOKEN}", *_at(server)))
    assert removed.lines[-1] == f'update successful: {name} TXT "{TOKEN}" deleted'
    assert _tokens(server, unique_name) == [OTHER]
    missing = done(in_process("acme", "cleanup", f"domain={domain}", f"token={TOKEN}", *_at(server)))
    assert missing.lines[-1].startswith(f"update successful: {name} TXT")
    assert _tokens(server, unique_name) == [OTHER]


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["present", "domain={}", f"token={TOKEN}"], {}),
        (["present", "--domain", "{}", "--token", TOKEN], {}),
        (["ttl=60", "present", "_acme-challenge.{}", TOKEN], {}),
        (["present", "_acme-challenge.{}.", TOKEN], {}),
        (["present", "name=_acme-challenge.{}", f"token={TOKEN}"], {}),
        (["deploy_challenge", "{}", "file", TOKEN], {}),
        (["present"], {"CERTBOT_DOMAIN": "{}", "CERTBOT_VALIDATION": TOKEN}),
    ],
    ids=["properties", "options", "acme.sh", "lego", "name", "dehydrated", "certbot"],
)
def test_each_client_is_understood(
    bind: NameServer, words: list[str], env: Mapping[str, str], unique_name: str
) -> None:
    domain = f"{unique_name}.example.com"
    words = [word.format(domain) for word in words]
    done(in_process("acme", *words, *_at(bind), env={name: text.format(domain) for name, text in env.items()}))
    assert _tokens(bind, unique_name) == [TOKEN]


def test_the_environment_gives_what_is_left_out(bind: NameServer, unique_name: str) -> None:
    server, zone, key = access(bind)
    environment = {"DNS_UPDATE_KEY_FILE": key.partition("=")[2], "DNS_UPDATE_DNS_SERVER": server.partition("=")[2]}
    words = [f"domain={unique_name}.example.com", f"token={TOKEN}", zone, f"port={bind.port}"]
    done(in_process("acme", "present", *words, env=environment))
    assert _tokens(bind, unique_name) == [TOKEN]


def test_several_challenges_of_dehydrated_and_tokens_like_options(bind: NameServer, unique_name: str) -> None:
    domain = f"{unique_name}.example.com"
    challenges = [domain, "file1", TOKEN, f"*.{domain}", "file2", THIRD, f"www.{domain}", "file3", OTHER]
    done(in_process("acme", "deploy_challenge", *challenges, *_at(bind)))
    assert _tokens(bind, unique_name) == sorted([TOKEN, THIRD])
    assert _tokens(bind, f"www.{unique_name}") == [OTHER]
    done(in_process("acme", "cleanup", f"_acme-challenge.{domain}.", THIRD, *_at(bind)))
    assert _tokens(bind, unique_name) == [TOKEN]
    done(in_process("acme", "clean_challenge", *challenges, *_at(bind)))
    assert _tokens(bind, unique_name) == _tokens(bind, f"www.{unique_name}") == []


@pytest.mark.parametrize(
    "words",
    [
        ["this_hookscript_is_broken__dehydrated_is_working_fine__please_ignore_unknown_hooks_in_your_script"],
        ["exit_hook", "error=text", "--debug"],
        ["deploy_cert", "example.com", "/etc/key.pem", "--", "1"],
    ],
)
def test_other_hooks_of_dehydrated_do_nothing(words: list[str]) -> None:
    assert in_process("acme", *words) == Result(0, "", "")


def test_a_dry_run_says_where_the_token_would_go(bind: NameServer, unique_name: str) -> None:
    words = [f"domain={unique_name}.example.com", f"token={TOKEN}", *_at(bind)]
    result = in_process("acme", "present", *words, "dry-run=yes")
    assert (result.status, result.stdout) == (20, f'+ _acme-challenge.{unique_name} 60 TXT "{TOKEN}"\n')
    assert _tokens(bind, unique_name) == []
    as_json = in_process("acme", "present", *words, "dry-run=yes", "--json")
    assert (as_json.status, as_json.json["exit_status"], as_json.json["changes"][0]["changed"]) == (20, 20, True)
    assert in_process("acme", "cleanup", *words, "dry-run=yes").status == 0


def test_the_result_as_json(bind: NameServer, unique_name: str) -> None:
    words = [f"domain={unique_name}.example.com", f"token={TOKEN}", *_at(bind), "--json"]
    present = in_process("acme", "present", *words, "ttl=5m")
    assert (present.status, present.stderr) == (0, "")
    assert {name: present.json[name] for name in ("command", "step", "status", "dry_run")} == {
        "command": "acme",
        "step": "present",
        "status": "ok",
        "dry_run": False,
    }
    (change,) = present.json["changes"]
    assert [(each["ttl"], each["data"]) for each in change["after"]] == [(300, f'"{TOKEN}"')]
    assert present.json["name_servers"] == [{"host": "ns.example.com", "addresses": ["127.0.0.1"]}]
    removed = in_process("acme", "cleanup", *words).json
    assert (removed["step"], removed["changes"][0]["after"], removed["name_servers"]) == ("cleanup", [], [])


def test_quiet_and_no_wait(bind: NameServer, unique_name: str) -> None:
    words = [f"domain={unique_name}.example.com", f"token={TOKEN}", *_at(bind)]
    assert in_process("acme", "present", *words, "quiet=yes") == Result(0, "", "")
    assert "name server" not in done(in_process("acme", "present", *words, "wait=0")).stderr


def test_a_wrong_secret_ends_with_5_and_adds_nothing(bind: NameServer, unique_name: str) -> None:
    wrong = key_file(bind, LabKey.generate(bind.keys[0].name))
    words = [f"domain={unique_name}.example.com", f"token={TOKEN}", *access(bind)[:2], wrong]
    result = in_process("acme", "present", *words)
    assert (result.status, _tokens(bind, unique_name)) == (5, [])
    assert result.failure.startswith("TSIG error: Server rejected:")


def test_a_key_that_may_not_ends_with_7_and_adds_nothing(bind: NameServer, unique_name: str) -> None:
    words = [f"domain={unique_name}.example.com", f"token={TOKEN}", *access(bind, bind.readonly_keys[0])]
    result = in_process("acme", "present", *words)
    assert (result.status, _tokens(bind, unique_name)) == (7, [])
    assert f'grant "reader" name _acme-challenge.{unique_name}.example.com. TXT;' in result.hint


@hypothesis.given(st.text(string.ascii_letters + string.digits + "-_", min_size=43, max_size=43))
def test_every_token_is_understood_after_a_name(token: str) -> None:
    name = "_acme-challenge.example.com."
    assert as_properties(["present", name, token, "wait=0"]) == [
        "present",
        f"name={name}",
        f"token={token}",
        "wait=0",
    ]
    assert as_properties(["a=b", "deploy_challenge", "example.com", "file", token, "wait=0"]) == [
        "present",
        "a=b",
        "domain=example.com",
        f"token={token}",
        "wait=0",
    ]


# Several servers


@dataclass
class _Zones:
    """A namespace with the primary of example.com, which is the resolver, too, and a secondary, which is never told.

    A third server is the primary of acme.test, and tells the first one, its secondary, about each change.
    """

    namespace: Namespace
    primary: Bind
    secondary: Bind

    def command(self, *words: str) -> list[str | Path]:
        return [*self.namespace.prefix, COMMAND, "acme", *words, key_file(self.primary)]

    def run(self, *words: str) -> Result:
        with entered(self.namespace):
            return in_process("acme", *words, key_file(self.primary))

    def transfer(self) -> None:
        """Let the secondary transfer the zone from the beginning."""
        self.secondary.stop()
        (self.secondary.directory / self.secondary.zones[0].file_name).unlink(missing_ok=True)
        self.secondary.start()


@pytest.fixture(scope="module")
def zones(has_namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Zones]:  # noqa: ARG001
    directory = tmp_path_factory.mktemp("zones")
    keys = [LabKey.generate()]
    both = "@ NS ns2\nns2 A 127.0.0.2\nns2 AAAA 2001:db8::2"  # which cannot be reached
    no_address, by_glue = "@ NS gone.example.com.", "@ NS ns.sub\nsub NS ns.sub\nns.sub A 127.0.0.1"
    half = f"{no_address}\n{by_glue}"
    alias = Zone("example.net", records="_acme-challenge CNAME token.acme.test.")
    notified = "notify explicit; also-notify { 127.0.0.1; }; notify-source 127.0.0.3;"
    served = {
        "127.0.0.3": [Zone("acme.test", records="ns A 127.0.0.3", extra=notified)],
        "127.0.0.1": [
            Zone("example.com", records=both),
            alias,
            Zone("half.test", records=half, extra="check-integrity no;"),
            _copy("acme.test", "127.0.0.3"),
        ],
        "127.0.0.2": [_copy("example.com", "127.0.0.1")],
    }
    with Namespace() as namespace, contextlib.ExitStack() as running:
        lab: dict[str, Bind] = {}
        for host, its_own in served.items():
            namespace.ip("address", "replace", f"{host}/32", "dev", "lo")
            server = Bind(directory / host, zones=its_own, keys=keys, namespace=namespace, port=53, listen_v6=False)
            server.host = host
            lab[host] = running.enter_context(server)
        yield _Zones(namespace, lab["127.0.0.1"], lab["127.0.0.2"])


def _copy(name: str, primary: str) -> Zone:
    return Zone(name, type="secondary", extra=f"primaries {{ {primary}; }};")


def _lines_until(process: subprocess.Popen[str], mark: str) -> list[str]:
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line.rstrip("\n"))
        if mark in line:
            return lines
    raise AssertionError(lines)


def _waiting(zones: _Zones, unique_name: str) -> subprocess.Popen[str]:
    """Start a command that waits for the secondary, and return once it does."""
    words = ["present", f"domain={unique_name}.example.com", f"token={TOKEN}", f"wait={_DEADLINE}"]
    process = subprocess.Popen(zones.command(*words), stderr=subprocess.PIPE, text=True)
    lines = _lines_until(process, "waiting for")
    assert re.search(r"waiting for ns2\.example\.com to show it, for up to \d+ s$", lines[-1])
    return process


def test_a_late_name_server_is_waited_for(zones: _Zones, unique_name: str) -> None:
    process = _waiting(zones, unique_name)
    zones.transfer()
    _stdout, stderr = process.communicate(timeout=_DEADLINE)
    assert process.returncode == 0
    name = f"_acme-challenge.{unique_name}.example.com"
    assert stderr.splitlines()[-1] == f"dns-update: {name}: all 2 name servers of example.com show it"
    assert _tokens(zones.secondary, unique_name) == [TOKEN]


def test_ctrl_c_says_that_the_token_is_there(zones: _Zones, unique_name: str) -> None:
    process = _waiting(zones, unique_name)
    process.send_signal(signal.SIGINT)
    _stdout, stderr = process.communicate(timeout=_DEADLINE)
    assert process.returncode == 130
    assert "hint: the token was added; dns-update acme cleanup removes it" in stderr
    assert _tokens(zones.primary, unique_name) == [TOKEN]


@pytest.mark.parametrize("is_silent", [False, True])
def test_a_name_server_that_stays_late_ends_with_4(zones: _Zones, is_silent: bool, unique_name: str) -> None:
    if is_silent:
        zones.secondary.stop()
    words = ["present", f"domain={unique_name}.example.com", f"token={TOKEN}", "wait=1"]
    try:
        result, as_json = zones.run(*words), zones.run(*words, "--json")
    finally:
        if is_silent:
            zones.secondary.start()
    assert result.status == as_json.status == 4
    assert result.failure.startswith(
        "Not on every name server: after 1 s, 1 of 2 name servers of example.com does not show the token at "
        f"_acme-challenge.{unique_name}.example.com: ns2.example.com (127.0.0.2, 2001:db8::2)"
    )
    assert ("start it, or remove its NS record" if is_silent else "127.0.0.1 must notify it") in result.hint
    assert (as_json.json["error"]["kind"], as_json.json["error"]["server"]) == ("NotEverywhere", "ns2.example.com")
    assert _tokens(zones.primary, unique_name) == [TOKEN]


def test_a_name_server_without_an_address_shows_nothing(zones: _Zones) -> None:
    result = zones.run("present", "domain=half.test", f"token={TOKEN}", "wait=1")
    assert result.status == 4
    assert "1 of 3 name servers of half.test does not show" in result.failure
    assert ": gone.example.com (its address is not found); shown by ns.half.test after " in result.failure


def test_progress_is_one_line_on_a_terminal(zones: _Zones, unique_name: str) -> None:
    def talk(screen: Screen) -> None:
        screen.wait_for("waiting for ns2.example.com to show it")
        screen.wait_for("waiting for")
        zones.transfer()
        screen.wait_for("show it\n")

    words = ["present", f"domain={unique_name}.example.com", f"token={TOKEN}", f"wait={_DEADLINE}"]
    with entered(zones.namespace):
        done = converse(talk, "acme", *words, key_file(zones.primary))
    assert done.status == 0
    assert done.shown.count("\r\033[Kdns-update: waiting for") >= 2
    assert "\r\033[Kdns-update: _acme-challenge" in done.shown


def test_an_alias_is_followed_to_a_zone_of_another_server(zones: _Zones) -> None:
    words = ["domain=example.net", f"token={TOKEN}", "dns-server=127.0.0.3"]
    lines = done(zones.run("present", *words)).lines
    assert [line for line in lines if "waiting" not in line] == [
        "_acme-challenge.example.net is an alias of token.acme.test",
        "updating zone: acme.test: updating RR set for token",
        f'update successful: token.acme.test TXT "{TOKEN}" added',
        "token.acme.test: the one name server of acme.test shows it",  # at both its addresses
    ]
    assert done(zones.run("cleanup", *words)).lines[-1] == f'update successful: token.acme.test TXT "{TOKEN}" deleted'


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["domain=example.org"], 8, "Zone not found: 127.0.0.1 was asked which zone holds _acme-challenge.example.org"),
        (["domain=example.org", "dns-server=127.0.0.3"], 8, "Zone not found: "),
        (["domain=example.org", "zone=example.org", "dns-server=127.0.0.3"], 8, "Zone not found: 127.0.0.3 does not"),
        (
            ["domain=example.net", "zone=example.net", "dns-server=127.0.0.1"],
            2,
            "token.acme.test is not in example.net",
        ),
    ],
)
def test_a_zone_that_cannot_be_found(zones: _Zones, words: list[str], status: int, says: str) -> None:
    result = zones.run("present", *words, f"token={TOKEN}", "--debug")
    assert result.status == status
    assert says in result.stderr
    assert result.updates == []


# Bad input


_DOMAIN, _TOKEN = "domain=example.com", f"token={TOKEN}"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "acme needs a word, present or cleanup"),
        ([_DOMAIN, _TOKEN], "acme needs a word"),
        (["presnt", _DOMAIN, _TOKEN], "step=: 'presnt' is not a valid value: one of present, cleanup"),
        (["present"], "domain= is missing"),
        (["present", _TOKEN], "domain= is missing"),
        (["cleanup", _TOKEN], "domain= is missing"),
        (["present", _DOMAIN], "token= is missing"),
        (["cleanup", "_acme-challenge.example.com."], "token= is missing"),
        (["present", _DOMAIN, "token="], "token=: a text of 0 characters is not a token"),
        (
            ["present", _DOMAIN, "token=hello"],
            "token=: a text of 5 characters is not a token of a dns-01 challenge: a token has 43",
        ),
        (["present", _DOMAIN, f"{_TOKEN}="], "is not a token"),
        (["present", "_acme-challenge.example.com.", "hello"], "token=: a text of 5 characters is not a token"),
        (["deploy_challenge", "example.com", "file", "hello"], "token=: a text of 5 characters is not a token"),
        (["deploy_challenge", "example.com", "file"], "one of the words is not a property"),
        (["present", "domain=", _TOKEN], "domain=: "),
        (["present", "domain=com", _TOKEN], "domain=: 'com' is not a domain in full"),
        (["present", "domain=192.0.2.1", _TOKEN], "domain=: '192.0.2.1' is not a domain in full"),
        (["present", "domain=a..b", _TOKEN], "domain=: "),
        (["present", _DOMAIN, "name=_acme-challenge.example.com", _TOKEN], "name= and domain= are both given"),
        (["present", _DOMAIN, "domain=example.net", _TOKEN], "domain= is given 2 times, and token= 1 times"),
        (["present", _DOMAIN, _TOKEN, "wait=soon"], "wait=: 'soon' is not a time"),
        (["present", _DOMAIN, _TOKEN, "ttl=soon"], "ttl=: 'soon' is not a TTL"),
        (["present", _DOMAIN, _TOKEN, "value=x"], "acme does not take value="),
        (["present", _DOMAIN, _TOKEN, "--quiet", "--debug"], "quiet= and debug= are both given"),
    ],
)
def test_wrong_words_are_one_line_and_nothing_is_sent(bind: NameServer, words: list[str], says: str) -> None:
    with Relay(bind) as relay:
        result = in_process("acme", *words, f"dns-server={relay.address}", key_file(bind))
        assert relay.requests == []
    assert (result.status, result.stdout, len(result.lines)) == (2, "", 1)
    assert says in result.lines[0]


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"CERTBOT_DOMAIN": "192.0.2.1", "CERTBOT_VALIDATION": TOKEN}, "CERTBOT_DOMAIN: '192.0.2.1' is not a domain"),
        ({"CERTBOT_DOMAIN": "", "CERTBOT_VALIDATION": TOKEN}, "CERTBOT_DOMAIN: "),
        (
            {"CERTBOT_DOMAIN": "example.com", "CERTBOT_VALIDATION": "x"},
            "CERTBOT_VALIDATION: a text of 1 characters is not a token",
        ),
        ({"CERTBOT_DOMAIN": "example.com"}, "token= is missing"),
    ],
)
def test_a_wrong_environment_is_one_line(env: Mapping[str, str], says: str) -> None:
    result = in_process("acme", "present", env=env)
    assert (result.status, len(result.lines)) == (2, 1)
    assert says in result.lines[0]


@pytest.mark.parametrize("prepare", [lambda key: key.unlink(), lambda key: key.write_text("nothing", encoding="ascii")])
def test_a_wrong_key_file_sends_nothing(bind: NameServer, prepare: Callable[[Path], object]) -> None:
    key = key_file(bind)
    prepare(Path(key.removeprefix("key-file=")))
    with Relay(bind) as relay:
        result = in_process("acme", "present", _DOMAIN, _TOKEN, f"dns-server={relay.address}", key)
        assert not any(map(is_update, relay.requests))
    assert result.status == 2


def test_a_name_that_is_an_alias_by_a_wildcard_gets_its_own_record(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name=*.{unique_name}", "type=CNAME", "value=home.example.com", "ttl=60")
    done(in_process("acme", "present", f"domain={unique_name}.example.com", _TOKEN, *_at(bind)))
    assert _tokens(bind, unique_name) == [TOKEN]
