"""What `check` says of set-ups in which nothing is wrong: no failed step, no note, and the right program."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import Bind, Knot, PowerDns, Zone
from lab.others import Dnsdist
from tests.support.broken.servers import ANY, KEY, bind, knot, line, powerdns, views, zones
from tests.support.broken.set_up import Words
from tests.support.command import dns_update, given, in_process
from tests.support.forwarder import Forwarder

Start = Callable[[ExitStack, Path], Words]


def bind_rule_for_the_name(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, 'update-policy { grant "home" name home.example.com. A; };'), directory)


def bind_by_address(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, "allow-update { 127.0.0.1; };"), directory, None)


def bind_signed(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, f"{ANY} dnssec-policy default; inline-signing yes;"), directory)


def bind_zone_in_the_view_of_the_key(stack: ExitStack, directory: Path) -> Words:
    own = views(directory, ("inside", "key home;", "example.com", ANY), ("outside", "any;", "example.net", ""))
    return line(stack.enter_context(Bind(directory / "bind", zones=[], readonly_keys=[KEY], extra=own)), directory)


def bind_limited_rate(stack: ExitStack, directory: Path) -> Words:
    limit = "rate-limit { responses-per-second 2; window 5; };"
    return line(stack.enter_context(Bind(directory / "bind", keys=[KEY], options=limit)), directory)


def bind_says_little(stack: ExitStack, directory: Path) -> Words:
    options = "minimal-any yes; minimal-responses yes; version none;"
    return line(stack.enter_context(Bind(directory / "bind", keys=[KEY], options=options)), directory)


def bind_behind_dnsdist(stack: ExitStack, directory: Path) -> Words:
    server = Dnsdist(directory / "dnsdist", upstream=bind(stack, directory, ANY))
    return line(stack.enter_context(server), directory)


def bind_wildcard(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, ANY), directory, name="*.dyn")


def bind_zone_left_out(stack: ExitStack, directory: Path) -> Words:
    return line(bind(stack, directory, ANY), directory, KEY, "zone=", name="home.example.com")


def powerdns_with_key(stack: ExitStack, directory: Path) -> Words:
    return line(powerdns(stack, directory), directory)


def powerdns_by_address(stack: ExitStack, directory: Path) -> Words:
    return line(stack.enter_context(PowerDns(directory / "powerdns")), directory, None)


def knot_rule_for_the_name(stack: ExitStack, directory: Path) -> Words:
    acl = "    key: [home]\n    action: update\n    update-owner: name\n    update-owner-name: [home]\n"
    return line(knot(stack, directory, f"{acl}    update-type: [A]\n"), directory)


def knot_signed(stack: ExitStack, directory: Path) -> Words:
    zone = Zone("example.com", policy="    dnssec-signing: on\n    acl: lab-update")
    return line(stack.enter_context(Knot(directory / "knot", keys=[KEY], zones=[zone])), directory)


HEALTHY: list[Start] = [
    bind_rule_for_the_name,
    bind_by_address,
    bind_signed,
    bind_zone_in_the_view_of_the_key,
    bind_limited_rate,
    bind_says_little,
    bind_behind_dnsdist,
    bind_wildcard,
    bind_zone_left_out,
    powerdns_with_key,
    powerdns_by_address,
    knot_rule_for_the_name,
    knot_signed,
]


@pytest.mark.parametrize("start", HEALTHY, ids=lambda start: start.__name__)
def test_nothing_is_wrong(start: Start, tmp_path: Path) -> None:
    with ExitStack() as stack:
        words = start(stack, tmp_path)
        before = in_process("check", *words)
        done = dns_update("set", *words)
        after = in_process("check", *words)
    assert done.status == 0, done.stderr
    for said, summary in (
        (before, "\nwhat was tried is right; only an update shows whether "),
        (after, "nothing is wrong; "),
    ):
        assert said.status == 0, said.stdout
        assert summary in said.stdout
    program = start.__name__.partition("_")[0]
    assert {"bind": "(BIND", "knot": "(Knot DNS", "powerdns": "(PowerDNS"}[program] in before.stdout


def test_a_key_for_which_updates_need_none_is_told(tmp_path: Path) -> None:
    with ExitStack() as stack:
        said = in_process("check", *line(bind(stack, tmp_path, "allow-update { 127.0.0.1; key home; };"), tmp_path))
    assert said.status == 0
    assert "without a key, too" in said.stdout


def test_a_secondary_that_passes_updates_on_is_not_open_to_everybody(tmp_path: Path) -> None:
    """BIND gets passed-on updates by TCP, where it looks at the key only for the records of an update."""
    with ExitStack() as stack:
        primary = Bind(tmp_path / "primary", readonly_keys=[KEY], zones=zones(ANY), listen_v6=False)
        stack.enter_context(primary)
        primaries = f"primaries {{ 127.0.0.1 port {primary.port}; }};"
        zone = Zone("example.com", type="secondary", policy="allow-update-forwarding { any; };", extra=primaries)
        secondary = Bind(tmp_path / "secondary", readonly_keys=[KEY], zones=[zone], host="::1", port=primary.port)
        words = line(stack.enter_context(secondary), tmp_path)
        said = in_process("check", *words)
        unsigned = dns_update("set", *[word for word in words if not word.startswith("key-file=")], "json=yes")
    assert said.status == 0
    assert "without a key, too" not in said.stdout
    assert unsigned.json["error"]["diagnosis"] == "key-needed"


def test_a_server_that_answers_by_tcp_alone_is_not_said_to_answer_by_udp(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(Bind(tmp_path / "bind", keys=[KEY]))
        forwarder = stack.enter_context(Forwarder(server, lambda by, _message: by == "udp"))
        said = in_process("check", *line(forwarder.address, tmp_path, KEY, "transport=tcp"))
    assert said.status == 0
    assert "answers by TCP\n" in said.stdout


def test_a_secondary_that_is_late_is_not_taken_for_the_primary(tmp_path: Path) -> None:
    with ExitStack() as stack:
        primary = Bind(tmp_path / "primary", keys=[KEY], listen_v6=False)
        stack.enter_context(primary)
        primaries = f"primaries {{ 127.0.0.1 port {primary.port}; }};"
        zone = Zone("example.com", type="secondary", extra=primaries)
        secondary = Bind(tmp_path / "secondary", readonly_keys=[KEY], zones=[zone], host="::1", port=primary.port)
        words = line(stack.enter_context(secondary), tmp_path)
        given(*line(primary, tmp_path))
        said = in_process("check", *words)
    note = f"ns.example.com (127.0.0.1) has serial 2, newer than here: [::1]:{primary.port} has not got the last change"
    assert note in said.stdout


def test_a_name_that_is_delegated_is_not_said_to_be_refused(tmp_path: Path) -> None:
    with ExitStack() as stack:
        own = zones(records="lab NS ns.example.net.\n")
        server = stack.enter_context(PowerDns(tmp_path / "powerdns", keys=[KEY], zones=own))
        said = in_process("check", *line(server, tmp_path, name="host.lab"))
    assert said.status == 8
    assert "FAILED  record         Zone not found: host.lab.example.com lies in lab.example.com" in said.stdout
    assert "next: give dns-server=ns.example.net zone=lab.example.com" in said.stdout
    assert "Permission denied" not in said.stdout
