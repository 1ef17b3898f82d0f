"""The formats of logs: when each line was written, what it says, and what of it is never shown."""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.server_log.lines import lines_of, shown
from tests.server_log.concern import NOW, causes, found

_SAYS = "zone example.com/IN: has no NS records"


@pytest.fixture(autouse=True)
def utc() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.parametrize(
    "line",
    [
        "01-Dec-2026 11:44:20.123 {}",
        "01-Dec-2026 11:44:20.123 general: error: {}",
        "2026-12-01T11:44:20.123Z {}",
        "2026-12-01T12:44:20+0100 knot1 named[123]: {}",
        "2026-12-01T06:44:20.123456-05:00 ns1 named[123]: {}",
        "Dec  1 11:44:20 ns1.example.net named[123]: {}",
        "Dec 01 11:44:20 {}",
        "bind-1  | 01-Dec-2026 11:44:20.123 {}",
        "2026-12-01 11:44:20 {}",
    ],
)
def test_a_time_is_read_in_each_format(line: str) -> None:
    (read,) = lines_of(line.format(_SAYS), "log", NOW)
    assert read.seconds == NOW - 940
    assert "11:44:20" in read.time or "12:44:20" in read.time or "06:44:20" in read.time
    assert causes(line.format(_SAYS)) == ["no-ns"]


def test_a_time_without_a_year_is_of_the_last_twelve_months() -> None:
    (read,) = lines_of("Dec 31 11:44:20 ns1 named[1]: x", "log", NOW)
    assert read.seconds is not None
    assert -366 < (read.seconds - NOW) / 86400 < 0


@pytest.mark.parametrize("line", ["99-Zzz-2026 11:44:20.123 x", "2026-99-99T99:99:99 x", "Feb 31 11:44:20 x", "x"])
def test_a_time_that_is_none_is_left_out(line: str) -> None:
    (read,) = lines_of(line, "log", NOW)
    assert read.source == "log"


def test_lines_of_other_programs_are_left_out() -> None:
    text = f"Dec  1 11:44:20 host other[5]: {_SAYS}\nDec  1 11:44:20 host (named)[6]: {_SAYS}\n"
    assert [line.text for line in lines_of(text, "log", NOW)] == [_SAYS]
    kernel = 'Dec  1 11:44:20 host kernel: [ 1.0] audit: apparmor="DENIED" operation="mknod" '
    kernel += 'profile="named" name="/srv/{}.jnl" pid=1'
    assert causes(kernel.format("example.com")) == ["apparmor"]
    assert causes(kernel.format("net")) == ["apparmor-elsewhere"]


def test_samba_writes_below_its_time() -> None:
    text = "[2026/12/01 11:44:20.1,  2] ../../source4/dns_server/dns_update.c:828(dns_server_process_update)\n"
    (finding,) = found(f"{text}  Updates disabled.\n")
    assert (finding.message.cause, finding.line.seconds) == ("samba-updates-off", NOW - 940)


def test_what_is_shown_has_no_secret_and_no_control_character() -> None:
    secret = "bm90IGEgc2VjcmV0IGZvciB5b3UgMTIzNA=="
    lines = (
        f"error: config, file 'x', line 5, item 'secret', value '{secret}' (invalid parameter)",
        f"password={secret}",
        f"bad: {secret}",
        "config, item 'secret', value 'abc'",
    )
    for line in lines:
        assert secret not in shown(line)
        assert "'abc'" not in shown(line)
    assert shown("a\x1b[31mb\tc") == r"a\x1b[31mb\tc"
    assert len(shown("x " * 500)) < 250
    path = "/var/lib/bind/zones/example.com/journals/db"
    assert path in shown(f"open: {path}: file not found")


@given(st.lists(st.text() | st.binary().map(lambda octets: octets.decode(errors="replace"))))
def test_nothing_in_a_log_is_too_strange(texts: list[str]) -> None:
    for finding in found("\n".join(texts)):
        assert finding.line.shown.isprintable()


def test_a_huge_line_ends() -> None:
    found("client x " + "updating zone 'example.com/IN': error: " * 100_000)
