"""The private keys of a signed zone, without which named cannot carry out an update."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dns_update.client import Client
from dns_update.server_config.bind.private_keys import file_name
from dns_update.wire.name import Name
from lab import Bind, Zone
from tests.server_config.asked import accepts, asked, faults, intended, key_of
from tests.support.broken.servers import ANY, KEY, line, run_tool
from tests.support.command import in_process

ALGORITHMS = ["ECDSAP256SHA256", "RSASHA256"]


@contextmanager
def signed(directory: Path, algorithm: str = ALGORITHMS[0]) -> Iterator[Bind]:
    """Start BIND with a signed zone, whose keys are in `made`, and whose key-directory, `keys`, is empty."""
    made = directory / "made"
    made.mkdir()
    (directory / "keys").mkdir()
    (directory / "zone").write_text(Zone("example.com").text, encoding="utf-8")
    for flags in ([], ["-f", "KSK"]):
        run_tool("dnssec-keygen", "-a", algorithm, *flags, "-K", str(made), "example.com")
    run_tool("dnssec-signzone", "-S", "-d", str(made), "-K", str(made), "-o", "example.com", str(directory / "zone"))
    zone = (
        f'zone example.com {{ type primary; file "{directory}/zone.signed"; key-directory "{directory}/keys"; {ANY} }};'
    )
    with Bind(directory / "bind", zones=[], readonly_keys=[KEY], extra=zone) as server:
        yield server


def dnskeys(server: Bind) -> tuple[bytes, ...]:
    with Client(f"{server.host}:{server.port}", key=key_of(KEY)) as client:
        shown = client.show("example.com", "DNSKEY", zone="example.com")
    return tuple(record.rdata for record in shown.after or ())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_files_are_named_as_dnssec_keygen_names_them(tmp_path: Path, algorithm: str) -> None:
    with signed(tmp_path, algorithm) as server:
        names = {file_name(Name.from_text("Example.com"), rdata) for rdata in dnskeys(server)}
    assert names == {path.name for path in (tmp_path / "made").glob("*.private")}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("copied", "fault", "remark"),
    [(0, "private-keys-missing", ""), (1, "", "private-keys-elsewhere"), (2, "", "")],
)
def test_named_needs_a_private_key(tmp_path: Path, copied: int, fault: str, remark: str) -> None:
    with signed(tmp_path) as server:
        asked_for = intended("example.com", "home.example.com", key=key_of(KEY))._replace(dnskeys=dnskeys(server))
        private = sorted((tmp_path / "made").glob("*.private"), key=_is_for_keys)
        for path in private[:copied]:
            path.rename(tmp_path / "keys" / path.name)
            path.with_suffix(".key").rename(tmp_path / "keys" / path.with_suffix(".key").name)
        found = asked(server.directory / "named.conf", asked_for)
        assert accepts(server, asked_for) is not bool(fault)
    assert faults(found) == ([fault] if fault else [])
    about = [each for each in found if each.code.startswith("private-keys")]
    assert [each.code for each in about] == [code for code in (fault or remark,) if code]
    for each in about:
        assert each.values["files"].split(", ") == sorted(path.name for path in private[copied:]) or copied == 0
        assert each.values["directory"] == str(tmp_path / "keys")


def _is_for_keys(path: Path) -> bool:
    """Return whether a key signs keys: its flags are 257."""
    return " 257 " in path.with_suffix(".key").read_text()


def test_a_check_names_the_keys_that_are_missing(tmp_path: Path) -> None:
    with signed(tmp_path) as server:
        config = f"server-config={server.directory / 'named.conf'}"
        without = in_process("check", *line(server, tmp_path))
        result = in_process("check", *line(server, tmp_path, KEY, config))
    assert without.status == 0
    assert "Mostly the zone's private keys (K*.private) are not in key-directory" in without.stdout
    assert result.status == 9
    assert f"{tmp_path}/keys has none of its private keys" in result.stdout
    for path in (tmp_path / "made").glob("*.private"):
        assert path.name in result.stdout
    assert "ok      configuration" not in result.stdout
