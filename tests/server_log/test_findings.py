"""Which line counts: the newest one about the update, if nothing after it says that it went well."""

import pytest

from dns_update.server_log import texts
from dns_update.server_log.findings import in_order, meaning_of
from dns_update.server_log.lines import lines_of
from tests.server_log.concern import KEY, NOW, OURS, causes, found

_CLIENT = "client @0x7f 192.0.2.9#5/key home-key: "
_UPDATING = f"{_CLIENT}updating zone 'example.com/IN': "
_FULL = f"{_UPDATING}records in zone (4) exceeds max-records (3)\n"
_DENIED = f"{_CLIENT}update 'example.com/IN' denied\n"
_ADDED = f"{_UPDATING}adding an RR at 'home.example.com' A 192.0.2.9\n"


@pytest.mark.parametrize(
    ("failure", "success", "cause"),
    [
        (_FULL, _ADDED, "zone-full"),
        ("zone example.com/IN: has no NS records\n", "zone example.com/IN: loaded serial 5\n", "no-ns"),
        ("zone example.com/IN: expired\n", "zone example.com/IN: transferred serial 5\n", "zone-expired"),
        ("named.conf:3: unknown option 'foo'\n", "all zones loaded\n", "unknown-option"),
        ("exiting (due to fatal error)\n", "reloading configuration succeeded\n", "did-not-start"),
        ("error: [example.com.] DDNS, processing failed (zone size exceeded)\n",
         "info: [example.com.] DDNS, finished, serial 1 -> 2\n", "zone-full"),
        ("info: [example.com.] zone updates frozen\n", "info: [example.com.] zone updates unfrozen\n", "zone-frozen"),
        ("Fatal error: x\n", "Done launching threads, ready to distribute questions\n", "did-not-start"),
    ],
)  # fmt: skip
def test_a_success_ends_a_failure_and_a_later_failure_counts_again(failure: str, success: str, cause: str) -> None:
    assert causes(failure) == [cause]
    assert causes(success + failure) == [cause]
    assert causes(failure + success) == []
    assert causes(failure + success + failure) == [cause]
    assert causes(failure + success.replace("example.com", "example.net")) == ([cause] if "example" in success else [])


def test_the_newest_line_with_a_reason_counts() -> None:
    first, second = "zone example.com/IN: has no NS records\n", "zone example.com/IN: has 0 SOA records\n"
    vague = "zone example.com/IN: not loaded due to errors.\n"
    assert causes(first + second + vague) == ["no-soa"]
    assert causes(vague) == ["zone-not-loaded"]


def test_the_stages_are_in_the_order_in_which_they_matter() -> None:
    assert causes(_DENIED + _FULL + "zone example.com/IN: expired\nexiting (due to fatal error)\n") == [
        "did-not-start", "zone-expired", "zone-full", "update-denied",
    ]  # fmt: skip


def test_a_path_of_any_name_is_the_zones_if_the_next_line_says_so() -> None:
    path, ours = (
        "/srv/db.1.jnl: create: permission denied\n",
        f"{_UPDATING}error: journal open failed: unexpected error\n",
    )
    assert causes(ours) == ["journal-failed"]
    assert causes(path + ours) == ["journal-not-writable"]
    assert causes(path + "another line\n" + ours) == ["journal-failed"]
    assert causes(path + ours.replace("example.com", "example.net")) == []


def test_a_denied_request_without_a_key_does_not_hide_a_failed_write() -> None:
    unsigned = _DENIED.replace("/key home-key", "")
    without_key = OURS._replace(key=None, failures=frozenset({7}))
    assert causes(unsigned, without_key) == ["update-denied"]
    assert causes(_FULL + unsigned, without_key) == ["zone-full"]
    assert causes(_FULL + _DENIED, without_key) == ["zone-full", "update-denied"]


def test_what_fails_now_is_preferred() -> None:
    badkey = "client @0x7f 192.0.2.9#5: request has invalid signature: TSIG home-key: tsig verify failure (BADKEY)\n"
    assert causes(badkey + _DENIED) == ["update-denied"]
    assert causes(badkey + _DENIED, OURS._replace(failures=frozenset({5}))) == ["signed-with-unknown-key"]


def test_a_check_is_about_its_first_request_and_not_about_the_ones_that_it_tries_afterwards() -> None:
    lines = "".join(
        f"2026-12-01T11:59:{second}Z Packet for 'example.com' denied: Signature with TSIG key 'home-key' {says}\n"
        for second, says in (
            ("10", "does not match the expected algorithm (hmac-md5 / hmac-sha1)"),
            ("20", "failed to validate"),
            ("21", "does not match the expected algorithm (hmac-sha256 / hmac-sha512)"),
        )
    )
    assert causes(lines) == ["signed-with-another-algorithm"]
    assert causes(lines, OURS._replace(since=NOW - 39.5)) == ["signed-with-another-secret"]


def test_without_a_key_lines_about_any_key_count() -> None:
    """On the server's machine, the sender's key may not be at hand; unsigned requests are ours then, too."""
    assert causes(_DENIED, OURS._replace(key=None)) == ["update-denied"]
    unsigned = "UPDATE (5) from 192.0.2.9 for example.com: TSIG key required, but packet does not contain key.\n"
    assert causes(unsigned, OURS._replace(key=None)) == ["key-needed"]
    assert causes(unsigned) == []
    assert causes(unsigned, OURS._replace(key=None, is_negotiated=True)) == []
    assert causes(_DENIED, OURS._replace(key=KEY, is_negotiated=True)) == ["update-denied"]


def test_without_a_zone_only_what_is_about_the_server_counts() -> None:
    concern = OURS._replace(zone=None, owner=None)
    assert causes(_FULL + "zone example.com/IN: expired\nnamed.conf:3: unknown option 'foo'\n", concern) == [
        "unknown-option"
    ]


def test_several_logs_are_read_in_the_order_of_their_times() -> None:
    one = list(lines_of("2026-12-01T11:00:00Z a\nwithout a time\n2026-12-01T11:20:00Z c\n", "one", NOW))
    two = list(lines_of("2026-12-01T11:10:00Z b\n2026-12-01T11:30:00Z d\n", "two", NOW))
    assert [line.text for line in in_order([two, one])] == ["a", "without a time", "b", "c", "d"]


def test_the_values_of_a_finding_are_those_of_its_line() -> None:
    (finding,) = found(_FULL)
    assert finding.values["most"] == "3"
    assert finding.values["client"] == "192.0.2.9"
    assert len({finding, finding}) == 1


def test_the_meaning_of_one_line() -> None:
    meaning = meaning_of("/etc/bind/named.conf:3: unknown option 'foo'", OURS)
    assert meaning is not None
    assert meaning.values["option"] == "foo"
    assert meaning_of("all zones loaded", OURS) is None
    assert meaning_of("nothing of a server", OURS) is None


def test_advice_for_a_principal_names_it_as_it_is_written() -> None:
    line = r"client 192.0.2.9#5/key host/h.example.com\@EXAMPLE.COM: update 'example.com/IN' denied"
    unsigned = "client 192.0.2.9#5: update 'example.com/IN' denied"
    concern = OURS._replace(is_negotiated=True, principal="host/h.example.com@EXAMPLE.COM")
    (finding,) = found(f"{line}\n{unsigned}", concern)
    assert 'grant "host/h.example.com@EXAMPLE.COM" name home.example.com. A;' in texts(finding)[1]
    line = r"samba_dlz: disallowing update of signer=dns-pc\@EXAMPLE.COM name=home.example.com type=A error=denied"
    (finding,) = found(line, concern)
    assert "addmembers DnsAdmins dns-pc (" in texts(finding)[1]
