"""`dns-update acme` with a configuration: each zone that is asked, or gets a token, has its own servers and key."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from lab import Bind, LabKey, Zone, dig
from tests.cli.test_acme import TOKEN
from tests.cli.test_set import done
from tests.support.command import Result, access, at, given, in_process, key_file
from tests.support.peer import Relay, Silent, is_update

_SECRET = "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"
_FILE = """\
[keys.domain]
file = "{directory}/domain.key"

[keys.tokens]
file = "{directory}/tokens.key"

[servers.main]
address = "{server}"
local-address = "127.0.0.3"

[zones."company.test"]
servers = ["main"]
key = "domain"
ttl = 7777

[zones."tokens.test"]
servers = ["main"]
key = "tokens"
ttl = 7777
"""


class _Place:
    """A domain whose challenges are an alias in the zone for tokens, and a configuration for both zones."""

    def __init__(self, directory: Path, server: Bind, label: str) -> None:
        self.server = server
        self.directory = directory / "dns-update"
        self.path = self.directory / "config.toml"
        self.domain = f"{label}.company.test"
        self.end = f"{label}.tokens.test"
        self.words = (f"domain={self.domain}", f"token={TOKEN}")
        self.alias = f"_acme-challenge.{self.domain} is an alias of {self.end}"
        self.directory.mkdir()
        for key in server.keys:
            key.write(self.directory / f"{key.name}.key")
        self.write(_FILE.format(directory=self.directory, server=f"{server.host}:{server.port}"))
        alias = (f"name=_acme-challenge.{label}", "type=CNAME", f"value={self.end}", "ttl=60")
        given(*access(server, zone="company.test"), *alias)

    def write(self, text: str) -> None:
        self.text = text
        self.path.write_text(text, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        assert old in self.text
        self.write(self.text.replace(old, new))

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Result:
        """Run the hook with the configuration, and with the port of the zones' name servers."""
        variables = {"XDG_CONFIG_HOME": str(self.directory.parent)} | dict(env or {})
        return in_process("acme", *words, f"port={self.server.port}", env=variables)

    def tokens(self, name: str) -> list[str]:
        """Return TTL and data of the TXT records of a name."""
        return [" ".join(line.split()[1::3]) for line in dig(self.server, name, "TXT")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    keys = [LabKey.generate("domain"), LabKey.generate("tokens")]
    zones = [
        Zone(
            "company.test",
            policy='update-policy { grant "domain" zonesub ANY; };',
            extra='allow-query { 127.0.0.1; ::1; key "domain"; };',  # so the hook, from its own address, must sign
        ),
        Zone("tokens.test", policy='update-policy { grant "tokens" zonesub TXT; };'),
    ]
    with Bind(tmp_path_factory.mktemp("delegating"), zones=zones, keys=keys) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, server: Bind, unique_name: str) -> _Place:
    return _Place(tmp_path, server, unique_name)


@pytest.fixture
def silent() -> Iterator[Silent]:
    with Silent() as peer:
        yield peer


def test_a_domain_and_a_token_are_a_whole_line_also_behind_an_alias(place: _Place) -> None:
    present = done(place.run("present", *place.words))
    assert present.lines == [
        place.alias,
        f"updating zone: tokens.test: updating RR set for {place.end.partition('.')[0]}",
        f'update successful: {place.end} TXT "{TOKEN}" added',
        f"{place.end}: the one name server of tokens.test shows it",
    ]
    assert place.tokens(place.end) == [f'60 "{TOKEN}"']  # the TTL of a zone is not that of its tokens
    done(place.run("cleanup", *place.words))
    assert place.tokens(place.end) == []


def test_a_domain_without_an_alias_has_its_own_servers_and_key(place: _Place) -> None:
    name = f"_acme-challenge.www.{place.domain}"
    done(place.run("present", f"domain=www.{place.domain}", f"token={TOKEN}", "wait=0"))
    assert place.tokens(name) == [f'60 "{TOKEN}"']
    done(place.run("cleanup", f"domain=www.{place.domain}", f"token={TOKEN}"))
    assert place.tokens(name) == []


def test_each_of_several_domains_has_its_own_key(place: _Place) -> None:
    both = ("present", f"domain=www.{place.domain}", f"token={TOKEN}", *place.words, "wait=0")
    assert len(done(place.run(*both)).lines) == 5
    assert place.tokens(f"_acme-challenge.www.{place.domain}") == place.tokens(place.end) == [f'60 "{TOKEN}"']


def test_debug_says_where_each_value_came_from(place: _Place) -> None:
    result = done(place.run("cleanup", *place.words, "--debug", env={"DNS_UPDATE_RETRIES": "2"}))
    server, path = f"{place.server.host}:{place.server.port}", place.path
    assert [line for line in result.lines if ": from " in line or line == place.alias] == [
        "retries=2: from DNS_UPDATE_RETRIES",
        f'dns-server={server}: from {path}:12: [zones."company.test"] servers',
        f"local-address=127.0.0.3: from {path}:9: [servers.main] local-address",
        f'zone=company.test: from {path}:11: [zones."company.test"]',
        f"key domain: from {path}:1: [keys.domain]",
        f'dns-server={server}: from {path}:17: [zones."tokens.test"] servers',
        f"local-address=127.0.0.3: from {path}:9: [servers.main] local-address",
        f'zone=tokens.test: from {path}:16: [zones."tokens.test"]',
        f"key tokens: from {path}:4: [keys.tokens]",
        place.alias,
    ]


def test_without_debug_nothing_is_said_of_the_file(place: _Place) -> None:
    assert "from" not in done(place.run("present", *place.words)).stderr
    assert done(place.run("cleanup", *place.words, "quiet=yes")) == Result(0, "", "")
    as_json = place.run("cleanup", *place.words, "--json")
    assert (as_json.stderr, as_json.json["changes"][0]["name"]) == ("", f"{place.end}.")


def test_the_record_of_the_name_counts_before_its_zone(place: _Place) -> None:
    place.change('key = "tokens"\n', 'key = "domain"\n')
    record = f'[[records]]\nname = "{place.end}"\ntype = "TXT"\nvalue = "x"\nservers = ["main"]\nkey = "tokens"\n'
    place.write(place.text + record)
    done(place.run("present", *place.words))


@pytest.mark.parametrize(
    ("words", "env"), [(("{wrong}",), {}), ((), {"DNS_UPDATE_KEY_FILE": "{wrong}"})], ids=["line", "environment"]
)
def test_a_key_of_the_line_or_the_environment_hides_those_of_the_file(
    words: Sequence[str], env: Mapping[str, str], place: _Place
) -> None:
    for key in ("domain", "tokens"):  # so they are not even read
        (place.directory / f"{key}.key").unlink()
    place.change('servers = ["main"]\nkey = "domain"\n', "")
    wrong = key_file(place.server, LabKey.generate("other"))
    words = [word.format(wrong=wrong) for word in words]
    env = {name: text.format(wrong=wrong.partition("=")[2]) for name, text in env.items()}
    result = place.run("present", f"name={place.end}", f"token={TOKEN}", *words, env=env)
    assert (result.status, place.tokens(place.end)) == (5, [])


def test_servers_of_the_line_are_used_for_the_alias_and_for_the_token(place: _Place, silent: Silent) -> None:
    place.change(f'address = "{place.server.host}:{place.server.port}"', f'address = "{silent.address}"')
    done(place.run("present", *place.words, at(place.server)))
    assert place.tokens(place.end) == [f'60 "{TOKEN}"']
    assert silent.is_untouched


def test_the_file_may_be_named_or_left_out(place: _Place, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    place.path.rename(other)
    words = ("present", *place.words, f"port={place.server.port}")
    done(in_process("acme", *words, f"config={other}"))
    done(in_process("acme", *words, env={"DNS_UPDATE_CONFIG": str(other)}))
    other.rename(place.path)
    assert place.run("present", *place.words, at(place.server), "config=/dev/null").status != 0


# Mistakes: one line, exit status 2, nothing sent.


IN_THE_FILE = {
    "[agent]\npol = 1\n": ":2: [agent] pol: unknown key: did you mean poll?",
    '[zones."example.org"]\nservers = ["man"]\n': ":2: [zones.\"example.org\"] servers[0]: there is no server 'man'",
    "= 1\n": ": not TOML:",
    f'[keys.other]\nsecret = "{_SECRET}"\n': ":2: [keys.other] secret: there is a secret here, and others can read",
}


@pytest.mark.parametrize(("text", "says"), IN_THE_FILE.items(), ids=list(IN_THE_FILE.values()))
@pytest.mark.parametrize("step", ["present", "cleanup"])
def test_a_mistake_in_the_file_is_one_line_with_its_place(
    text: str, says: str, step: str, place: _Place, silent: Silent
) -> None:
    place.write(text + place.text)
    result = place.run(step, *place.words, f"dns-server={silent.address}")
    assert (result.status, len(result.lines)) == (2, 1)
    assert result.lines[0].startswith(f"{place.path}{says}")
    assert _SECRET not in result.stderr
    assert silent.is_untouched


def test_a_file_that_is_not_there_is_one_line(silent: Silent) -> None:
    words = ("domain=example.com", f"token={TOKEN}", f"dns-server={silent.address}", "config=/nonexistent")
    result = in_process("acme", "present", *words)
    assert (result.status, result.lines) == (2, ["cannot read /nonexistent: No such file or directory"])
    assert silent.is_untouched


def test_a_key_that_cannot_be_read_is_said_before_any_token_is_added(place: _Place) -> None:
    (place.directory / "tokens.key").unlink()
    with Relay(place.server) as relay:
        place.change(f'address = "{place.server.host}:{place.server.port}"', f'address = "{relay.address}"')
        both = ("present", f"domain=www.{place.domain}", f"token={TOKEN}", *place.words)
        result = place.run(*both)
        assert not any(map(is_update, relay.requests))
    assert (result.status, len(result.lines)) == (2, 1)
    says = f"{place.path}:5: [keys.tokens] file: cannot read {place.directory}/tokens.key: No such file or directory"
    assert result.lines[0].startswith(says)
