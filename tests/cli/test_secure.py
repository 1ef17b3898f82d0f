"""`transport=tls` and `transport=quic` in every command that asks servers, and in the agent; against a real BIND."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.command import in_process
from tests.support.tls import SecureBind

OTHER_PIN = "A" * 43 + "="


@pytest.fixture(scope="module", name="bind", params=["by_tls", "by_quic"])
def _bind(request: pytest.FixtureRequest) -> SecureBind:
    bind: SecureBind = request.getfixturevalue(request.param)
    return bind


def test_every_command_asks_by_it_and_by_nothing_else(bind: SecureBind, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,address,ttl\nmany,192.0.2.5,60\n")
    zone, name = "zone=example.com", "name=every"
    commands: Sequence[Sequence[str]] = (
        ("set", name, zone, "address=192.0.2.1", "ttl=60"),
        ("add", name, zone, "address=192.0.2.2"),
        ("plan", name, zone, "address=192.0.2.3"),
        ("show", name, zone),
        ("list", zone),
        ("apply", str(file), zone),
        ("acme", "present", "domain=example.com", "token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", zone, "wait=0"),
        ("delete", name, zone),
    )
    for own in commands:
        done = bind.asked(*own, *([] if own[0] in {"list", "apply"} else ["debug=yes"]))
        assert done.status in {0, 20}, (own, done.stderr)
        assert {message.transport for message in done.sent} <= {bind.transport.upper()}, own
    assert (bind.shown("every"), bind.shown("many")) == ([], ["192.0.2.5"])


def test_check_is_all_green_and_says_by_what_it_asked(bind: SecureBind) -> None:
    says = f" answers by {bind.transport.upper()}"
    done = bind.asked("check", "home.example.com", "192.0.2.1", "zone=example.com", "debug=yes")
    assert (done.status, "FAILED" in done.stdout) == (0, False), done.stdout
    assert says in done.stdout
    assert {message.transport for message in done.sent if message.to == bind.at()} == {bind.transport.upper()}
    given = [f"dns-server={bind.at()}", f"transport={bind.transport}", f"tls-ca={bind.authority.certificate}"]
    done = in_process("check", *given)
    assert (done.status, says in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("own", [["check", "home.example.com"], ["check"], ["set", "home.example.com", "192.0.2.1"]])
def test_a_server_that_is_not_trusted_is_asked_nothing_more(bind: SecureBind, own: list[str]) -> None:
    given = [f"dns-server={bind.at()}", f"transport={bind.transport}", f"key-file={bind.key_file}", "zone=example.com"]
    done = in_process(*own, *given)
    assert done.status == 5, done.stdout
    said = done.stdout + done.stderr
    assert "the server's certificate is not trusted" in said
    assert "tls-pin=" in said
    assert said.count("TLS error at") == 1


def test_the_agent_takes_the_same_from_its_configuration(bind: SecureBind, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"

    def written(extra: str) -> Path:
        config.write_text(
            f"""\
[agent]
history = ""
socket = ""

[keys.own]
file = "{bind.key_file}"

[servers.main]
address = "{bind.at()}"
key = "own"
transport = "{bind.transport}"
{extra}

[[records]]
name = "agent.example.com"
zone = "example.com"
servers = ["main"]
address = "192.0.2.7"
ttl = 60
"""
        )
        return config

    ca = f'tls-ca = "{bind.authority.certificate}"'
    assert in_process("agent", "--once", f"config={written(ca)}").status == 0
    assert bind.shown("agent") == ["192.0.2.7"]
    assert in_process("set", "agent.example.com", "192.0.2.8", f"config={config}").status == 0
    assert bind.shown("agent") == ["192.0.2.8"]
    done = in_process("agent", "--once", f"config={written(f'tls-pin = [{OTHER_PIN!r}]')}")
    assert done.status == 5
    for extra, says in (
        ('tls-ca = "/nowhere.pem"', "/nowhere.pem"),
        ('tls-pin = "x"', "is not a pin"),
        ('tls-key = "client.key"', "a private key is given without its certificate"),
        ('transport-is = "x"', "transport-is"),
    ):
        done = in_process("agent", "--check", f"config={written(extra)}")
        assert (done.status, says in done.stderr) == (2, True), done.stderr
    config.write_text(written(ca).read_text().replace(f'transport = "{bind.transport}"', 'transport = "tcp"'))
    done = in_process("agent", "--check", f"config={config}")
    assert (done.status, "tls-ca is given without TLS" in done.stderr) == (2, True)
