import base64
import os
from pathlib import Path

import pytest

from lab import LabKey
from lab.key import write_private


@pytest.mark.parametrize(
    ("algorithm", "length"),
    [("hmac-md5", 16), ("hmac-sha1", 20), ("hmac-sha224", 28), ("hmac-sha256", 32), ("hmac-sha512", 64)],
)
def test_a_new_secret_is_as_long_as_the_digest(algorithm: str, length: int) -> None:
    key = LabKey.generate(algorithm=algorithm)
    assert len(base64.b64decode(key.secret, validate=True)) == length


def test_the_repr_keeps_the_secret() -> None:
    key = LabKey.generate()
    assert key.secret not in repr(key)


def test_the_clause_is_what_bind_reads() -> None:
    key = LabKey("ddns-key", "hmac-sha256", "c2VjcmV0")
    assert key.bind_clause() == 'key "ddns-key" { algorithm hmac-sha256; secret "c2VjcmV0"; };\n'


def test_a_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = LabKey.generate().write(tmp_path / "key")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_closed_when_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch()
    path.chmod(0o644)
    write_private(path, "new")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="utf-8") == "new"
    assert path.stat().st_uid == os.geteuid()
