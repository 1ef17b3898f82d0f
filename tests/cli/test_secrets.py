"""The secret: where it is read from, how its text is read, every algorithm; and that nobody sees it."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, Knot, LabKey, NameServer, PowerDns
from lab.key import write_private
from lab.versions import is_within
from tests.cli.test_set import SERVERS, done, records
from tests.support.command import Result, at, dns_update, in_process, key_file

TYPED = "dGVzdC1zZWNyZXQtMTIz"
"""Strict Base64, and a text as well: nobody but the server knows which of them it is."""
RAW = "correct horse; battery staple"
"""A text that is no Base64."""

AS_TEXT = LabKey("as-text", "hmac-sha256", base64.b64encode(TYPED.encode()).decode())
AS_BASE64 = LabKey("as-base64", "hmac-sha256", TYPED)
FROM_RAW = LabKey("from-raw", "hmac-sha256", base64.b64encode(RAW.encode()).decode())

TRUNCATED = [
    "hmac-md5-80", "hmac-md5-128", "hmac-sha1-80", "hmac-sha1-96", "hmac-sha1-160", "hmac-sha224-112",
    "hmac-sha224-224", "hmac-sha256-128", "hmac-sha256-192", "hmac-sha256-256", "hmac-sha384-192", "hmac-sha384-384",
    "hmac-sha512-256", "hmac-sha512-384", "hmac-sha512-512",
]  # fmt: skip


@pytest.fixture(scope="module", params=[Bind, Knot, PowerDns])
def holder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield a server that holds the typed secret in both readings."""
    kind: type[NameServer] = request.param
    with kind(tmp_path_factory.mktemp("holder"), keys=[AS_TEXT, AS_BASE64, FROM_RAW]) as server:
        yield server


def update(server: NameServer, name: str, key: LabKey, secret: str, *words: str) -> Result:
    access = (at(server), "zone=example.com", f"key-name={key.name}", f"algorithm={key.algorithm}", f"key={secret}")
    return dns_update(*access, f"name={name}", "address=192.0.2.1", "ttl=60", *words)


def test_the_reading_that_the_server_accepts_is_found_and_told(holder: NameServer, unique_name: str) -> None:
    result = done(update(holder, unique_name, AS_TEXT, TYPED))
    assert records(holder, unique_name, "A") == ["60 192.0.2.1"]
    assert len(result.notes) == 1
    assert "read as raw text, not as Base64" in result.notes[0]
    assert "key-encoding=text" in result.notes[0]
    assert TYPED not in result.stderr


def test_the_note_is_in_the_object_too(holder: NameServer, unique_name: str) -> None:
    notes = done(update(holder, unique_name, AS_TEXT, TYPED, "--json")).json["notes"]
    assert len(notes) == 1
    assert "key-encoding=text" in notes[0]


def test_each_request_that_follows_uses_the_reading_found(holder: NameServer, unique_name: str) -> None:
    result = done(update(holder, unique_name, AS_TEXT, TYPED, "require=absent", "--debug"))
    assert len(result.notes) == 1
    last = max(number for number, message in enumerate(result.sent) if message.opcode == "UPDATE")
    # A secret in the wrong reading would have been found out by TCP.
    assert {(message.opcode, message.transport) for message in result.sent[last + 1 :]} == {("QUERY", "UDP")}


@pytest.mark.parametrize("key", [AS_TEXT, AS_BASE64], ids=["text", "base64"])
def test_both_readings_do_where_the_ttl_is_asked_for_first(holder: NameServer, key: LabKey, unique_name: str) -> None:
    words = (at(holder), "zone=example.com", f"key-name={key.name}", "algorithm=hmac-sha256", f"key={TYPED}")
    result = done(dns_update(*words, f"name={unique_name}", "address=192.0.2.1"))
    assert records(holder, unique_name, "A") == ["3600 192.0.2.1"]
    assert len(result.notes) == (1 if key is AS_TEXT else 0)


@pytest.mark.parametrize(
    ("key", "secret", "words"),
    [
        (AS_BASE64, TYPED, []),
        (AS_BASE64, TYPED, ["key-encoding=auto"]),
        (AS_BASE64, TYPED, ["key-encoding=base64"]),
        (AS_TEXT, TYPED, ["key-encoding=text"]),
        (AS_TEXT, AS_TEXT.secret, []),
        (FROM_RAW, RAW, []),
        (FROM_RAW, RAW, ["key-encoding=text"]),
        (FROM_RAW, FROM_RAW.secret, []),
    ],
)
def test_the_first_reading_is_right_and_nothing_is_noted(
    holder: NameServer, key: LabKey, secret: str, words: list[str], unique_name: str
) -> None:
    result = done(update(holder, unique_name, key, secret, *words))
    assert result.notes == []
    assert records(holder, unique_name, "A") == ["60 192.0.2.1"]


@pytest.mark.parametrize(
    ("key", "secret", "words"),
    [
        (AS_TEXT, TYPED, ["key-encoding=base64"]),
        (AS_BASE64, TYPED, ["key-encoding=text"]),
        (FROM_RAW, TYPED, []),
        (AS_TEXT, RAW, []),
        (AS_TEXT, RAW, ["key-encoding=text"]),
    ],
)
def test_a_reading_that_is_forced_or_that_does_not_help_ends_with_5(
    holder: NameServer, key: LabKey, secret: str, words: list[str], unique_name: str
) -> None:
    result = update(holder, unique_name, key, secret, *words)
    assert result.status == 5
    assert result.failure.startswith("TSIG error:")
    assert secret not in result.stderr
    assert records(holder, unique_name, "A") == []


def test_a_secret_wrong_in_both_readings_says_that_both_were_tried(bind: NameServer) -> None:
    result = update(bind, "home", bind.keys[0], TYPED)
    assert result.status == 5
    assert "BADSIG" in result.failure
    assert "read as Base64 and as raw text" in result.failure


def test_a_forced_reading_is_the_only_one_tried(bind: NameServer) -> None:
    both = update(bind, "home", bind.keys[0], TYPED, "--debug", "transport=tcp", "diagnose=no")
    forced = update(bind, "home", bind.keys[0], TYPED, "key-encoding=base64", "--debug", "transport=tcp", "diagnose=no")
    assert (len(both.updates), len(forced.updates)) == (2, 1)


@pytest.mark.parametrize("secret", ["c2VjcmV0!", "c2VjcmV0c2VjcmV0c2Vjcg", " c2VjcmV0", "c2Vj cmV0"])
def test_what_is_not_strict_base64_cannot_be_forced_to_be(bind: NameServer, secret: str) -> None:
    result = update(bind, "home", bind.keys[0], secret, "key-encoding=base64")
    assert result.status == 2
    assert secret.strip() not in result.stderr


@pytest.mark.parametrize("secret", ["[not-closed", "[", "a=b", "--key", "x,y", " blank "])
def test_a_raw_secret_may_have_any_characters(secret: str, unique_name: str, tmp_path: Path) -> None:
    key = LabKey("odd", "hmac-sha256", base64.b64encode(secret.encode()).decode())
    with Bind(tmp_path / "server", keys=[key]) as server:
        done(update(server, unique_name, key, secret, "--debug"))
        wrong = update(server, unique_name, LabKey("unknown", "hmac-sha256", key.secret), secret)
    assert wrong.status == 5
    assert len(secret) == 1 or secret not in wrong.stderr


# Where it comes from


@pytest.fixture
def sources(bind: NameServer, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """Put the secret where the test's parameter says; return what `key=` takes, and the environment."""
    secret = bind.keys[0].secret
    path = write_private(tmp_path / "secret", secret + request.param[1])
    return {
        "literal": (secret, {}),
        "file": (f"@{path}", {}),
        "env": ("env:DDNS_SECRET", {"DDNS_SECRET": secret + request.param[1]}),
        "credential": ("credential:secret", {"CREDENTIALS_DIRECTORY": str(tmp_path)}),
    }[request.param[0]]


@pytest.mark.parametrize(
    "sources",
    [(source, end) for source in ("literal", "file", "env", "credential") for end in ("", "\n", "\r\n")],
    indirect=True,
    ids=lambda param: f"{param[0]}-{param[1]!r}",
)
def test_the_secret_from_every_source(bind: NameServer, sources: tuple[str, dict[str, str]], unique_name: str) -> None:
    text, environment = sources
    words = [at(bind), "zone=example.com", f"name={unique_name}", "address=192.0.2.1", "ttl=60"]
    words += [f"key-name={bind.keys[0].name}", "algorithm=hmac-sha256", f"key={text}"]
    result = done(dns_update(*words, env=environment))
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]
    assert result.notes == []


def test_several_keys_in_one_file_are_told_apart_by_key_name(
    bind: NameServer, unique_name: str, tmp_path: Path
) -> None:
    path = write_private(tmp_path / "keys", LabKey.generate("other").bind_clause() + bind.keys[0].bind_clause())
    words = [at(bind), "zone=example.com", f"name={unique_name}", "address=192.0.2.1", "ttl=60", f"key-file={path}"]
    done(dns_update(*words, f"key-name={bind.keys[0].name}"))
    assert dns_update(*words, "key-name=other").status == 5


def test_a_whole_named_conf_can_be_the_key_file(bind: NameServer, unique_name: str) -> None:
    words = [at(bind), "zone=example.com", f"name={unique_name}", "address=192.0.2.1", "ttl=60"]
    done(dns_update(*words, f"key-file={bind.directory / 'named.conf'}", f"key-name={bind.keys[0].name}"))


def test_a_key_name_is_compared_without_regard_to_case(bind: NameServer, unique_name: str) -> None:
    key = LabKey(bind.keys[0].name.upper(), bind.keys[0].algorithm, bind.keys[0].secret)
    done(update(bind, unique_name, key, key.secret))


# Algorithms


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    "algorithm", ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"]
)
def test_every_algorithm(server: NameServer, algorithm: str, unique_name: str) -> None:
    key = next(key for key in server.keys if key.algorithm == algorithm)
    done(update(server, unique_name, key, key.secret))
    words = [at(server), "zone=example.com", f"name={unique_name}", "address=192.0.2.2", "ttl=60"]
    done(dns_update(*words, key_file(server, key)))
    assert records(server, unique_name, "A") == ["60 192.0.2.2"]


def test_hmac_md5_is_the_default_beside_key_as_on_routeros(bind: NameServer, unique_name: str) -> None:
    key = next(key for key in bind.keys if key.algorithm == "hmac-md5")
    words = [at(bind), "zone=example.com", f"name={unique_name}", "address=192.0.2.1", f"key-name={key.name}"]
    done(dns_update(*words, f"key={key.secret}"))


@pytest.mark.parametrize("spelling", ["HMAC-SHA256", "hmac-sha256.", "Hmac-Sha256"])
def test_an_algorithm_is_written_in_any_case(spelling: str, bind: NameServer, unique_name: str) -> None:
    words = [at(bind), "zone=example.com", f"name={unique_name}", "address=192.0.2.1", f"algorithm={spelling}"]
    done(dns_update(*words, f"key-name={bind.keys[0].name}", f"key={bind.keys[0].secret}"))


@pytest.fixture(scope="module")
def truncating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """BIND with a key for each truncated form."""
    keys = [LabKey.generate(f"{algorithm}-key", algorithm) for algorithm in TRUNCATED]
    with Bind(tmp_path_factory.mktemp("truncating"), keys=keys) as server:
        yield server


@pytest.mark.parametrize("algorithm", TRUNCATED)
def test_every_truncated_form_against_bind(truncating: NameServer, algorithm: str, unique_name: str) -> None:
    key = next(key for key in truncating.keys if key.algorithm == algorithm)
    words = [at(truncating), "zone=example.com", f"name={unique_name}", "address=192.0.2.1", "ttl=60"]
    result = done(dns_update(*words, key_file(truncating, key), "--debug"))
    octets = int(algorithm.rpartition("-")[2]) // 8
    assert f" 300 {octets} " in result.stderr  # the fudge, then the length of our MAC
    assert records(truncating, unique_name, "A") == ["60 192.0.2.1"]


def test_a_mac_shorter_than_the_server_takes_is_told(bind: NameServer) -> None:
    key = LabKey(bind.keys[0].name, "hmac-sha256-128", bind.keys[0].secret)
    result = update(bind, "home", key, key.secret)
    assert result.status == 5
    assert result.failure.startswith("TSIG error: Server rejected:")
    assert "BADTRUNC" in result.failure
    assert "hmac-sha256-128" in result.failure


@pytest.mark.parametrize(
    ("server", "words"),
    [
        pytest.param(
            "knot",
            "give algorithm=hmac-sha256;",
            marks=pytest.mark.skipif(
                is_within("knotd", ">= 3.5"), reason="a query with a short MAC ends knotd 3.5.8 by SIGSEGV"
            ),
        ),
        ("powerdns", "the server has key ddns-key with hmac-sha256, not with hmac-sha256-128"),
    ],
    indirect=["server"],
)
def test_a_server_that_takes_no_short_mac_is_not_said_to_have_another_secret(server: NameServer, words: str) -> None:
    key = LabKey(server.keys[0].name, "hmac-sha256-128", server.keys[0].secret)
    result = update(server, "home", key, key.secret)
    assert result.status == 5
    assert words in result.stderr


# Words behind the secret

UNQUOTED = [
    ["key=correct", "battery"],
    ["key=correct", "horse", "battery", "staple"],
    ["--key", "correct", "battery"],
    ["--key=correct", "battery"],
    ["key=", "YmF0dGVyeQ=="],
    ["key=correct", "YmF0dGVyeQ="],
    ["key=correct", "--battery"],
    ["key=correct", "--battery", "staple"],
    ["key=correct", "battery=staple"],
    ["key=correct", "ttl=60", "battery"],
    ["kye=correct", "battery"],
    ["--secret", "correct", "battery"],
    ["key=correct", "--battery=staple", "--json"],
    ["key=correct", "battery", "--json"],
    ["--json", "key=correct", "battery"],
    ["key=correct", "battery", "--debug"],
]
"""A shell has taken the secret apart."""


@pytest.mark.parametrize("words", UNQUOTED, ids=" ".join)
def test_no_part_of_a_secret_without_quotes_is_shown(words: list[str]) -> None:
    result = in_process("name=home", "zone=example.com", "dns-server=127.0.0.1:1", "address=192.0.2.1", *words)
    assert result.status == 2
    shown = result.stdout + result.stderr
    assert not {part for part in ("correct", "horse", "battery", "staple", "YmF0dGVyeQ") if part in shown}
    assert (result.stderr == "") == ("--json" in words)


def test_a_stray_word_behind_a_secret_gets_a_hint_about_quotes() -> None:
    result = in_process("name=home", "key-name=k", "key=correct", "battery")
    (line,) = result.lines
    assert line.startswith("unexpected text after key=; it is not shown, because it may be part of the secret: ")
    assert "needs quotes: 'key=...'" in line


@pytest.mark.parametrize("before", [[], ["key-name=k"], ["name=home", "zone=example.com"]], ids=" ".join)
@pytest.mark.parametrize(
    "words",
    [[TYPED], [f"{TYPED}=="], [f"kay:{TYPED}"], [f"--{TYPED}"], [f"--{TYPED}", "x"], ["correct.horse.battery"]],
    ids=["alone", "padded", "with a colon", "as an option", "with a value", "as text"],
)
def test_a_secret_whose_property_was_forgotten_is_not_shown(before: list[str], words: list[str]) -> None:
    result = in_process("set", *before, *words)
    assert (result.status, len(result.lines)) == (2, 1)
    is_name = not before and "." in words[0]  # so it is taken for the name, whose address is missing then
    assert ("set needs address=" if is_name else "may be a secret") in result.stderr
    assert not {part for part in (TYPED, TYPED[:8], "horse") if part in result.stderr}


@pytest.mark.parametrize(("word", "meant"), [("tll=60", "ttl"), ("--adress=192.0.2.1", "address"), ("nmae=x", "name")])
def test_a_near_miss_behind_a_secret_is_still_suggested(word: str, meant: str) -> None:
    result = in_process("key=correct", word)
    assert result.status == 2
    assert result.lines == [f"unknown property {word.strip('-').partition('=')[0]!r}: did you mean {meant}?"]


GIVEN = ["name=home", "zone=example.com", "dns-server=127.0.0.1:1", "address=192.0.2.1", "ttl=60", "key-name=k"]


@pytest.mark.parametrize("secret", [f"--key={TYPED}", f"key={TYPED}", f"--key-file={TYPED}"])
@pytest.mark.parametrize("option", ["--timeout", "--require", "--name", "--zone", "--type", "--retries"])
def test_a_secret_behind_an_option_without_its_value_is_not_taken_for_that(option: str, secret: str) -> None:
    result = in_process("set", *GIVEN, option, secret)
    assert result.status == 2
    (line,) = result.lines
    assert line.startswith(f"{option} has no value: ")
    assert TYPED not in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        [f"ttl=key={TYPED}"],
        [f"key-encoding={TYPED}"],
        [f"--json={TYPED}"],
        ["--json", f"verify={TYPED}"],
        [f"require={TYPED}"],
        [f"transport=key={TYPED}"],
        [f"address=key={TYPED}"],
        [f"type=key={TYPED}"],
        [f"retries=--key={TYPED}"],
        [f"local-address=key={TYPED}"],
    ],
    ids=lambda words: " ".join(words).replace(TYPED, "..."),
)
def test_a_secret_in_the_place_of_another_value_is_not_shown(words: list[str]) -> None:
    result = in_process(
        "set", *[word for word in GIVEN if word.partition("=")[0] != words[-1].partition("=")[0]], *words
    )
    assert result.status == 2
    assert TYPED not in result.stdout + result.stderr


def test_data_may_begin_as_an_option_does() -> None:
    written_apart = in_process("set", "name=home", "type=TXT", "--value", f"--key={TYPED}")
    assert written_apart.lines == [
        "--value has no value: --value DATA; a value that is itself an option's name is written --value=--key"
    ]
    data = ["--value=--key=x", "--value", "key=x", "--value", "--json"]
    together = in_process("set", "name=home", "type=TXT", *data, "ttl=wrong")
    assert together.lines[0].startswith("ttl=: 'wrong' is not a TTL")


# What was found out about the secret before something else failed


@pytest.fixture(scope="module")
def forbidding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield BIND with the typed secret as text, which may change nothing."""
    with Bind(tmp_path_factory.mktemp("forbidding"), readonly_keys=[AS_TEXT], keys=[AS_BASE64]) as server:
        yield server


def test_the_reading_found_is_told_of_an_update_that_is_refused(forbidding: NameServer) -> None:
    result = update(forbidding, "home", AS_TEXT, TYPED)
    assert result.status == 7
    assert result.failure.startswith("Permission denied:")
    assert len(result.notes) == 1
    assert "key-encoding=text" in result.notes[0]


def test_the_reading_found_is_in_the_object_of_an_update_that_is_refused(forbidding: NameServer) -> None:
    result = update(forbidding, "home", AS_TEXT, TYPED, "--json")
    assert (result.status, result.stderr) == (7, "")
    assert result.json["error"]["kind"] == "PermissionDenied"
    assert ["key-encoding=text" in note for note in result.json["notes"]] == [True]


def test_the_reading_found_is_told_of_a_name_that_exists(holder: NameServer, unique_name: str) -> None:
    done(update(holder, unique_name, AS_BASE64, TYPED))
    result = update(holder, unique_name, AS_TEXT, TYPED, "require=absent")
    assert result.status == 8
    assert result.failure.startswith("Name exists:")
    assert ["key-encoding=text" in note for note in result.notes] == [True]


WORDS = [TYPED, f"{TYPED}==", f"--{TYPED}", f"--{TYPED}=x", "hunter2", "hunter2=x", "SECRET=x", "correct.horse"]


@pytest.mark.parametrize(
    "words",
    [
        *([command, word] for command in ("agent", "status", "history") for word in WORDS),
        *([*command, word] for command in ([], ["help"]) for word in (TYPED, "hunter2", "correct.horse")),
    ],
    ids=" ".join,
)
def test_a_secret_where_no_command_takes_one_is_not_shown(words: list[str]) -> None:
    result = in_process(*words)
    assert (result.status, len(result.lines)) == (2, 1)
    assert not {part for part in (TYPED, TYPED[:8], "horse", "SECRET", "hunter2") if part in result.stderr}


@pytest.mark.parametrize("command", ["agent", "status", "history"])
def test_a_secret_in_the_place_of_yes_or_no_is_not_shown(command: str) -> None:
    flag = "check" if command == "agent" else "json"
    assert TYPED not in in_process(command, f"{flag}={TYPED}").stderr


def test_a_home_stands_for_itself_at_the_beginning_of_a_path(
    bind: NameServer, unique_name: str, tmp_path: Path
) -> None:
    """As a shell does it, but that it does so at the beginning of a word only."""
    bind.keys[0].write(tmp_path / "home.key")
    (tmp_path / "home.secret").write_text(bind.keys[0].secret)
    (tmp_path / "home.secret").chmod(0o600)
    env = {"HOME": str(tmp_path)}
    words = [at(bind), "zone=example.com", f"name={unique_name}", "address=192.0.2.1", "ttl=60"]
    assert dns_update(*words, "key-file=~/home.key", env=env).status == 0
    named = [f"key-name={bind.keys[0].name}", "algorithm=hmac-sha256", "key=@~/home.secret"]
    assert dns_update(*words, *named, env=env).status == 0


@pytest.mark.parametrize("path", ["home.key", "~/none.key", "/no-such/home.secret", "keys/tsig.conf"])
def test_a_path_that_cannot_be_read_is_shown(path: str, tmp_path: Path) -> None:
    shown = path.replace("~", str(tmp_path))
    for words in ([f"key-file={path}"], ["key-name=k", f"key=@{path}"]):
        result = in_process("name=home", "zone=example.com", "address=192.0.2.1", *words, env={"HOME": str(tmp_path)})
        assert result.lines[0].startswith(f"cannot read {shown}: No such file or directory"), result.stderr
