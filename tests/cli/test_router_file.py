"""The file that describes a router: each mistake is named with its line."""

from pathlib import Path

import pytest

from dns_update.cli.router_file import LARGEST_FILE, read_router, router_from_text
from dns_update.errors import ConfigError, UsageError
from dns_update.routeros.values import text_of


def _problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        router_from_text(text, "r.toml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("identity = ", "r.toml: Invalid value"),
        ("a = " + "[" * 5000, "r.toml: its values are too deep"),
        ("\nidentiti = 'x'", "r.toml:2: unknown key 'identiti': one of identity, public_address, interfaces"),
        ("identity = ''", "r.toml:1: identity: expected a text, got ''"),
        ("identity = 7", "r.toml:1: identity: expected a text, got a number"),
        ("public_address = 'x'", "r.toml:1: public_address: expected an address, got 'x'"),
        ("public_address = 1979-05-27", "r.toml:1: public_address: expected an address, got a date"),
        ("interfaces = {}", "r.toml:1: interfaces: expected a list of tables"),
        ("interfaces = ['ether1']", "r.toml:1: interfaces: expected a list of tables"),
        ("[[interfaces]]\nrunning = true", "r.toml:1: interfaces: a row has no name"),
        (
            "[[interfaces]]\nname = 'a'\nrunning = 'yes'",
            "r.toml:3: interfaces: running: expected true or false",
        ),
        (
            "[[interfaces]]\nname = 'a'\nmtu = 1.5",
            "r.toml:3: interfaces: mtu: expected a text, a number",
        ),
        (
            "[[addresses]]\ninterface = 'a'\naddress = '192.0.2.1'",
            "r.toml:3: addresses: address: expected an address",
        ),
        ("[[addresses]]\naddress = '192.0.2.1/24'", "r.toml:1: addresses: a row has no interface"),
        ("[[dhcp]]\ninterface = 'a'\naddress = true", "r.toml:3: dhcp: address: expected an address with its prefix"),
        ("dns = 'x'", "r.toml:1: dns: expected a table, got 'x'"),
        ("[dns]\n'a.example.com' = 'x'", "r.toml:2: dns: a.example.com: expected an address, got 'x'"),
        ("[server_fails]\n'192.0.2.1' = true", "r.toml:2: server_fails: 192.0.2.1: expected a text, got true or false"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, says: str) -> None:
    (problem,) = _problems(text)
    assert problem.startswith(says)


def test_all_mistakes_are_named() -> None:
    assert [problem.partition(": ")[0] for problem in _problems("a = 1\nidentity = 1\n[[dhcp]]\n[[dhcp]]\n")] == [
        "r.toml:1", "r.toml:2", "r.toml:3", "r.toml:4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff", "is not UTF-8"), (b"#" * (LARGEST_FILE + 1), "more than 1 MiB")],
    ids=["octets", "large"],
)
def test_what_is_not_a_description_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read_router(str(path))


@pytest.mark.parametrize("path", ["/none/r.toml", "/", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(path: str) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_router(path)


def test_a_right_description_is_a_router(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(
        'interfaces = [{ name = "ether1", mtu = 1500 }]\n[server_fails]\n"192.0.2.1" = "failure: refused"\n'
    )
    menu = read_router(str(path)).menu("/interface")
    assert menu is not None
    assert [text_of(row["name"]) for row in menu.rows] == ["ether1"]
