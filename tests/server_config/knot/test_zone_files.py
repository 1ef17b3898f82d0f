"""Files of Knot that it needs for an update: what the configuration shows is what the real knotd does."""

from pathlib import Path

import pytest

from dns_update.server_config.knot import zone_files
from lab import Knot, LabKey, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of

KEY = LabKey.generate("dd")
ASKED = intended("example.com", "home.example.com", key=key_of(KEY))


def knot(directory: Path, extra: str) -> Knot:
    return Knot(directory, keys=[KEY], zones=[Zone("example.com", extra=extra)])


def test_a_zone_without_its_private_keys_cannot_be_signed(tmp_path: Path) -> None:
    with knot(tmp_path, "    dnssec-signing: on") as server:
        path = tmp_path / "knot.conf"
        assert faults(asked(path, ASKED)) == []
        for file in (tmp_path / "keys" / "keys").glob("*.pem"):
            file.unlink()
        assert faults(asked(path, ASKED)) == ["private-keys-missing"]
        assert not accepts(server, ASKED)


def test_a_zone_that_is_not_signed_needs_no_private_keys(tmp_path: Path) -> None:
    with knot(tmp_path, "    dnssec-signing: off") as server:
        (tmp_path / "keys" / "keys").mkdir(parents=True, exist_ok=True)
        assert faults(asked(tmp_path / "knot.conf", ASKED)) == []
        assert accepts(server, ASKED)


@pytest.mark.parametrize(("size", "is_enough"), [(152, False), (10000, True)])
def test_a_limit_of_the_zone_is_named_if_there_is_one(tmp_path: Path, size: int, *, is_enough: bool) -> None:
    with knot(tmp_path, f"    zone-max-size: {size}") as server:
        found = asked(tmp_path / "knot.conf", ASKED)
        assert "zone-max-size" in codes(found)
        assert accepts(server, ASKED) is is_enough


def test_a_full_disk_has_no_place_for_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        zone_files, "disk_fault", lambda directory, _root: "disk-full" if directory.is_relative_to(tmp_path) else ""
    )
    with knot(tmp_path, ""):
        found = asked(tmp_path / "knot.conf", ASKED)
    assert faults(found) == ["disk-full"]
