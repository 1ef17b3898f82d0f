"""What is between us and the server: answers that it changes, TLS that nobody speaks, a view that the key selects."""

from contextlib import ExitStack
from pathlib import Path

from lab import Bind, Zone
from tests.support.broken.servers import ANY, KEY, bind, line, views
from tests.support.command import in_process
from tests.support.forwarder import Forwarder


def test_answers_that_something_on_the_way_changes(tmp_path: Path) -> None:
    """So routers do that rewrite addresses."""
    with ExitStack() as stack:
        server = bind(stack, tmp_path, ANY, records="home A 192.0.2.1\n")
        rewritten = Forwarder(
            server,
            lambda _by, _message: False,
            lambda _request, answer: answer.replace(bytes([192, 0, 2, 1]), bytes([10, 0, 0, 1])),
        )
        result = in_process("check", *line(stack.enter_context(rewritten).address, tmp_path))
    assert result.status == 5
    assert "something on the way changes answers" in result.stdout
    assert "DNS ALG" in result.stdout


def test_tls_at_a_port_that_speaks_none(tmp_path: Path) -> None:
    with ExitStack() as stack:
        words = line(bind(stack, tmp_path, ANY), tmp_path, KEY, "transport=tls", "timeout=0.3")
        result = in_process("check", *words)
    assert result.status == 4
    assert "answers in clear, and nothing there speaks TLS" in result.stdout
    assert "otherwise leave transport=tls out" in result.stdout


def test_a_key_that_selects_a_view_of_its_own_changes_what_nobody_else_sees(tmp_path: Path) -> None:
    own = views(tmp_path, ("inside", "key home;", "example.com", ANY), ("outside", "any;", "example.com", "notify no;"))
    with Bind(tmp_path / "bind", zones=[], readonly_keys=[KEY], extra=own) as server:
        words = line(server, tmp_path)
        before = in_process("check", *words)
        assert in_process("set", *words).status == 0
        after = in_process("check", *words)
    assert "has two zones" not in before.stdout  # they have the same serial
    assert "it shows serial 2 to the key, and 1 without it. The key selects a view" in after.stdout
    assert "(in-view in named.conf)" in after.stdout


def test_a_rule_for_some_types_does_not_let_the_whole_name_be_deleted(tmp_path: Path) -> None:
    policy = 'update-policy { grant "home" name home.example.com. A TXT; };'
    own = [Zone("example.com", policy=policy, records="home A 192.0.2.1\nhome AAAA 2001:db8::1\n")]
    with Bind(tmp_path / "bind", zones=own, readonly_keys=[KEY]) as server:
        words = [word for word in line(server, tmp_path) if not word.startswith(("address=", "ttl="))]
        result = in_process("delete", *words)
        as_json = in_process("delete", *words, "json=yes").json
    assert result.status == 7
    assert as_json["error"]["diagnosis"] == "whole-name-denied"
    assert "may change A TXT at home.example.com, and not delete all types of the name at once" in result.stderr
    assert 'grant "home" name home.example.com. ANY;' in result.hint
