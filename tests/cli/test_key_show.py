"""`dns-update key show`: what a key file has, without secrets; what is wrong with its keys; what they may do."""

from __future__ import annotations

import base64
import os
import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dns_update.agent.output.history import OK, History, HistoryRow
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone
from lab.key import write_private
from tests.cli.test_key_generate import expect_one_mistake
from tests.support.command import Result, at, in_process
from tests.support.peer import Silent

RANDOM = LabKey.generate("home.example.com")
OTHER = LabKey.generate("home-2026-11-30.example.com", "hmac-md5")


def made(key: LabKey, days: int) -> str:
    """Return a key's text as of a day in the past."""
    day = (datetime.now(UTC) - timedelta(days)).strftime("%Y-%m-%d")
    return f"# made {day} by dns-update\n{key.bind_clause()}"


def shown(directory: Path, text: str, *words: str) -> Result:
    """Show a file with a text, and check that no secret of it is in the output."""
    result = in_process("key", "show", str(write_private(directory / "home.key", text)), *words)
    for key in (RANDOM, OTHER):
        assert key.secret not in result.stdout + result.stderr
        assert base64.b64decode(key.secret).hex() not in result.stdout + result.stderr
    return result


def test_a_key_has_a_name_an_algorithm_a_length_an_age_and_a_fingerprint(tmp_path: Path) -> None:
    result = shown(tmp_path, made(RANDOM, 12))
    head, line = result.stdout.splitlines()
    assert head.split() == ["NAME", "ALGORITHM", "LENGTH", "AGE", "FINGERPRINT"]
    assert line.split()[:6] == ["home.example.com", "hmac-sha256", "256", "bits", "12", "days"]
    assert len(line.split()[6]) == len("1f0c-93ab-77d2-0e41")
    assert (result.status, result.stderr) == (0, "")
    (key,) = shown(tmp_path, made(RANDOM, 12), "--json").json["keys"]
    assert (key["fingerprint"], key["age_days"], key["age_known"]) == (line.split()[6], 12, True)


def test_without_a_day_in_the_file_the_age_is_at_least_that_of_the_file(tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", RANDOM.bind_clause())
    then = time.time() - 200 * 86_400
    os.utime(path, (then, then))
    result = in_process("key", "show", str(path))
    assert "200 days or more" in result.stdout
    assert result.lines == [f"warning: key home.example.com is 200 days old: dns-update key rotate {path} replaces it"]


@pytest.mark.parametrize(("days", "is_old"), [(180, False), (181, True), (-1, False)])
def test_a_key_of_more_than_180_days_is_old(days: int, tmp_path: Path, *, is_old: bool) -> None:
    result = shown(tmp_path, made(RANDOM, days))
    assert [line.startswith("warning: key home.example.com is 181 days old") for line in result.lines] == [
        True
    ] * is_old


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (base64.b64encode(b"0123456789abcde").decode(), "has 120 bits, fewer than 128"),
        (base64.b64encode(b"correct horse battery staple").decode(), "is made of words"),
        ("DAopyf1mhCbFVZw7pgmNPBoLUq8wEUT7UuPoLENP2HY=", "is the example of a manual"),
    ],
)
def test_a_weak_secret_is_warned_of_and_has_no_fingerprint(secret: str, why: str, tmp_path: Path) -> None:
    key = LabKey("weak", "hmac-sha256", secret)
    result = shown(tmp_path, made(key, 1))
    assert result.stdout.splitlines()[1].endswith("(weak)")
    assert result.lines[0].startswith(f"warning: the secret of key weak {why}: it can be guessed")
    fields = shown(tmp_path, made(key, 1), "--json").json
    assert (fields["keys"][0]["fingerprint"], fields["keys"][0]["weakness"]) == (None, why)
    assert secret not in str(fields)


# The older of two keys


def recorded(directory: Path, *rows: tuple[str, str]) -> str:
    """Return the path of a history with a change for each pair of a server and a key's name."""
    history = History(str(directory / "history.db"), 1e9, lambda _line: None)
    for number, (server, key_name) in enumerate(rows):
        row = HistoryRow(
            when=1_796_000_000.0 + number, name="home.example.com", zone="example.com", types=("A",), before="",
            after="",
            server=server, key_name=key_name, outcome=OK, message="", seconds=0.0,
        )  # fmt: skip
        history.add(row)
    history.close()
    return f"history={directory / 'history.db'}"


def test_the_history_says_whether_the_older_of_two_keys_is_still_used(tmp_path: Path) -> None:
    text = made(OTHER, 1) + made(RANDOM, 30)
    old, new = RANDOM.name, OTHER.name
    assert (
        f"whether key {old} is still used is not known: there is no history"
        in shown(tmp_path, text, f"history={tmp_path / 'nowhere'}").stderr
    )
    history = recorded(tmp_path, ("192.0.2.1", old))
    assert (
        f"is not known: {tmp_path / 'history.db'} has no change with key {new} yet"
        in shown(tmp_path, text, history).stderr
    )
    recorded(tmp_path, ("192.0.2.1", new), ("192.0.2.2", old))
    assert (
        f"key {old} is still used: the last change at 192.0.2.2 was made with it"
        in shown(tmp_path, text, history).stderr
    )
    recorded(tmp_path, ("192.0.2.2", new))
    assert f"key {old} is used no more (last at 2026-11-" in shown(tmp_path, text, history).stderr
    usage = shown(tmp_path, text, history, "--json").json["usage"]
    assert (usage["state"], usage["servers_with_older"]) == ("used no more", [])


def test_a_history_that_cannot_be_read_is_said_and_the_keys_are_shown(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_text("not one")
    result = shown(tmp_path, made(OTHER, 1) + made(RANDOM, 30), f"history={tmp_path / 'history.db'}")
    assert (result.status, len(result.stdout.splitlines())) == (0, 3)
    assert "is still used is not known: history: cannot read" in result.stderr


# What the key may do

NARROW = 'update-policy { grant "home.example.com" name "home.example.com" A AAAA; grant "wide" zonesub ANY; };'
ACL = (
    "acl:\n  - id: narrow\n    key: home.example.com\n    action: update\n    update-type: [A, AAAA]\n"
    "    update-owner: name\n    update-owner-match: equal\n    update-owner-name: home.example.com.\n"
    "  - id: wide\n    key: wide\n    action: update\n"
)
WIDE = LabKey.generate("wide")


@pytest.fixture(scope="module", params=["bind", "knot"])
def telling(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield a server that shows what a key may do for each name."""
    directory = tmp_path_factory.mktemp("telling")
    if request.param == "bind":
        server: NameServer = Bind(directory, zones=[Zone("example.com", policy=NARROW)], keys=[RANDOM, WIDE])
    else:
        zone = Zone("example.com", policy="    acl: [narrow, wide]")
        server = Knot(directory, zones=[zone], readonly_keys=[RANDOM, WIDE], extra=ACL)
    with server:
        yield server


def allowed(result: Result) -> dict[object, object]:
    (key,) = result.json["keys"]
    return {(one["name"], one["type"]): one["allowed"] for one in key["access"]["permissions"]}


def test_the_server_says_what_a_narrow_key_may_do(telling: NameServer, tmp_path: Path) -> None:
    words = (at(telling), "zone=example.com", "name=home,www")
    result = shown(tmp_path, made(RANDOM, 1), *words, "--json")
    expected: dict[object, object] = {
        ("home.example.com", "A"): True,
        ("home.example.com", "AAAA"): True,
        ("home.example.com", "TXT"): False,
    }
    expected |= {("www.example.com", rrtype): False for rrtype in ("A", "AAAA", "TXT")}
    assert (result.status, allowed(result)) == (0, expected | {(None, "A"): False})
    text = shown(tmp_path, made(RANDOM, 1), *words).stdout
    row = next(line for line in text.splitlines() if "home.example.com  TXT" in line)
    assert row.split() == ["home.example.com", f"{telling.host}:{telling.port}", "home.example.com", "TXT", "no"]


def test_a_key_for_the_whole_zone_is_told_as_such(telling: NameServer, tmp_path: Path) -> None:
    result = shown(tmp_path, made(WIDE, 1), at(telling), "zone=example.com", "--json")
    assert allowed(result) == {(None, "A"): True}
    text = shown(tmp_path, made(WIDE, 1), at(telling), "zone=example.com").stdout
    assert "any other name  A     yes: a narrower grant would be enough for most uses" in text


def test_powerdns_shows_only_whether_the_key_may_change_the_zone(tmp_path: Path) -> None:
    with PowerDns(tmp_path / "server", keys=[RANDOM]) as server:
        words = (at(server), "zone=example.com", "name=home", "type=A")
        result = shown(tmp_path, made(RANDOM, 1), *words, "--json")
        assert allowed(result) == {("home.example.com", "A"): None, (None, "A"): None}
        assert "not shown" in shown(tmp_path, made(RANDOM, 1), *words).stdout


def test_a_key_that_the_server_rejects_ends_with_the_status_of_that(bind: NameServer, tmp_path: Path) -> None:
    words = (at(bind), "zone=example.com")
    result = shown(tmp_path, made(RANDOM, 1), *words)
    assert result.status == 5
    assert "said BADKEY: key home.example.com is unknown there" in result.stderr
    assert shown(tmp_path, made(RANDOM, 1), *words, "--json").json["exit_status"] == 5


# Wrong values

WRONG = {
    "": "key show needs a key file",
    "nowhere.key": "cannot read nowhere.key: No such file or directory",
    "open.key": "can be read or written by others: if it is for keys only, run: chmod o-rw open.key",
    "empty.key": "empty.key holds no key",
    "rubbish.key": "rubbish.key",
    "home.key key-name=other": "home.key holds no key named other: it has home.example.com",
    "home.key name=home": "zone= is missing",
    "home.key name=home.example.org. zone=example.com": "home.example.org is not in example.com",
    "home.key dns-server=192.0.2.1": "dns-server= is given without zone=",
    "home.key type=AXFR zone=example.com": "is not a type that a zone can hold",
    "home.key port=0 zone=example.com": "port=:",
    "home.key timeout=0 zone=example.com": "timeout=:",
    "home.key retries=x zone=example.com": "retries=:",
    "home.key transport=dtls zone=example.com": "transport=:",
    "home.key local-address=x zone=example.com": "local-address=:",
    "home.key server-type=bind": "key show does not take server-type=",
    "home.key hosts=x": "key show does not take hosts=",
    "home.key algorithm=hmac-md5": "key show does not take algorithm=",
    "home.key apply-to=x": "key show does not take apply-to=",
    "home.key other.key": "is not a property",
}


@pytest.mark.parametrize(("line", "says"), WRONG.items())
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_wrong_value_gets_one_line_and_nothing_is_sent(
    line: str, says: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_private(tmp_path / "home.key", made(RANDOM, 1))
    write_private(tmp_path / "open.key", made(RANDOM, 1)).chmod(0o644)
    write_private(tmp_path / "empty.key", "")
    write_private(tmp_path / "rubbish.key", 'key "a" { secret')
    monkeypatch.chdir(tmp_path)
    with Silent() as peer:
        words = (
            shlex.split(line)
            if "dns-server" in line or "zone=" not in line
            else [*shlex.split(line), f"dns-server={peer.address}"]
        )
        result = in_process("key", "show", *words, *(["--json"] if form == "json" else []))
        assert peer.is_untouched
    expect_one_mistake(result, says, form)


def test_the_environment_gives_what_the_line_leaves_out(bind: NameServer, tmp_path: Path) -> None:
    path = write_private(tmp_path / "home.key", bind.keys[0].bind_clause())
    env = {
        "DNS_UPDATE_KEY_FILE": str(path),
        "DNS_UPDATE_ZONE": "example.com",
        "DNS_UPDATE_DNS_SERVER": f"{bind.host}:{bind.port}",
        "DNS_UPDATE_KEY_NAME": "other",
        "DNS_UPDATE_ALGORITHM": "hmac-md5",
    }
    result = in_process("key", "show", "--json", env=env)
    assert result.status == 0, result.stderr
    assert allowed(result) == {(None, "A"): True}
