from pathlib import Path

import pytest

from dns_update.server_config.bind.journal import journal_serials, soa_serial
from lab import LabKey
from tests.server_config.asked import accepts, asked, faults, intended, key_of
from tests.server_config.bind.configured import Configured, zone

POLICY = "update-policy { grant dd zonesub; };"


@pytest.mark.parametrize(("serial", "is_right"), [(1, True), (2, True), (3, False), (4_000_000_000, False)])
def test_a_zone_file_that_was_changed_beside_its_journal(tmp_path: Path, serial: int, is_right: bool) -> None:
    keys = [LabKey.generate("dd")]
    text = zone("probe", "") + zone("example.com", POLICY)
    server = Configured(tmp_path, readonly_keys=keys, extra=text, files=("example.com.",))
    asked_for = intended("example.com", "home.example.com", key=key_of(keys[0]))
    with server:
        assert accepts(server, asked_for)
    file = tmp_path / "example.com.zone"
    file.write_text(
        file.read_text().replace(" 1 3600", f" ( ; the serial is 9\n {serial} 3600").replace(" 300", " 300 )")
    )
    found = asked(tmp_path / "named.conf", asked_for)
    assert faults(found) == ([] if is_right else ["journal-out-of-sync"])
    with server:
        assert accepts(server, asked_for) is is_right


@pytest.mark.parametrize("content", [b"", b"no journal" * 9, None])
def test_what_is_in_the_place_of_a_journal_and_is_none(tmp_path: Path, content: bytes | None) -> None:
    keys = [LabKey.generate("dd")]
    text = zone("probe", "") + zone("example.com", POLICY)
    server = Configured(tmp_path, readonly_keys=keys, extra=text, files=("example.com.",))
    asked_for = intended("example.com", "home.example.com", key=key_of(keys[0]))
    journal = tmp_path / "example.com.zone.jnl"
    if content is None:
        journal.mkdir()
    else:
        journal.write_bytes(content)
    with server:
        assert faults(asked(tmp_path / "named.conf", asked_for)) == ["journal-wrong"]
        assert not accepts(server, asked_for)


def test_what_is_not_a_journal_or_a_zone_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b";BIND LOG V9.2\n".ljust(64, b"\0"))
    (tmp_path / "z").write_text("$TTL 1\n@ SOA a")
    assert journal_serials(tmp_path / "j") is None
    assert journal_serials(tmp_path / "z") is None
    assert journal_serials(tmp_path / "missing") is None
    assert soa_serial(tmp_path / "j") is None
    assert soa_serial(tmp_path / "z") is None
    assert soa_serial(tmp_path / "missing") is None
