"""K* pairs: the form of BIND's dnssec-keygen for HMAC keys, which is deprecated and still in use."""

from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.auth.kfile import key_from_pair, pair_of
from dns_update.errors import UsageError
from lab.key import write_private

BASE64 = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ=="
KEY = f"; a comment\n\nhome-key. IN KEY 512 3 163 {BASE64}\n"
PRIVATE = f"""\
Private-key-format: v1.3
Algorithm: 163 (HMAC_SHA256)
Key: {BASE64}
Bits: AAA=
Created: 20200101000000
"""


def pair(directory: Path, key: str = KEY, private: str = PRIVATE) -> tuple[str, str]:
    stem = directory / "Khome-key.+163+12345"
    return str(write_private(Path(f"{stem}.key"), key)), str(write_private(Path(f"{stem}.private"), private))


@pytest.mark.parametrize("ending", ["", ".", ".key", ".private"])
def test_either_file_or_what_they_have_in_common_means_the_pair(ending: str, tmp_path: Path) -> None:
    paths = pair(tmp_path)
    assert pair_of(str(tmp_path / "Khome-key.+163+12345") + ending) == paths


def test_without_a_private_file_there_is_no_pair(tmp_path: Path) -> None:
    assert pair_of(str(tmp_path / "home.key")) is None


@pytest.mark.parametrize(
    ("number", "algorithm"),
    [(157, "md5"), (161, "sha1"), (162, "sha224"), (163, "sha256"), (164, "sha384"), (165, "sha512")],
)
def test_a_pair_is_a_key(number: int, algorithm: str, tmp_path: Path) -> None:
    paths = pair(tmp_path, private=PRIVATE.replace("163", str(number)))
    assert key_from_pair(*paths) == Key.from_secret("home-key", BASE64, f"hmac-{algorithm}", encoding="base64")


@pytest.mark.parametrize(("bits", "octets"), [("AIA=", 16), ("AQA=", 32), ("AAA=", 32)])
def test_bits_is_the_length_of_the_mac(bits: str, octets: int, tmp_path: Path) -> None:
    paths = pair(tmp_path, private=PRIVATE.replace("AAA=", bits))
    assert key_from_pair(*paths).algorithm.mac_octets == octets


@pytest.mark.parametrize(
    ("key", "private", "said"),
    [
        (KEY, PRIVATE.replace("163", "8"), "SIG(0), which is not there yet"),
        (KEY, PRIVATE.replace("163", "x"), "not the private half"),
        (KEY, PRIVATE.replace("Private-key-format", "Format"), "not the private half"),
        (KEY, PRIVATE.replace("Key:", "K:"), "has no Key: line"),
        (KEY, PRIVATE.replace("Key: c2", "Key: !!"), "not strict, padded Base64"),
        (KEY, PRIVATE.replace("AAA=", "?"), "has a wrong Bits: line"),
        (KEY, PRIVATE.replace("AAA=", "AAg="), "wrong length of the MAC"),
        ("; nothing\n", PRIVATE, "holds no KEY record"),
    ],
)
def test_a_broken_pair_is_refused(key: str, private: str, said: str, tmp_path: Path) -> None:
    paths = pair(tmp_path, key, private)
    with pytest.raises(UsageError) as caught:
        key_from_pair(*paths)
    assert said in str(caught.value)
    assert BASE64 not in str(caught.value)


@pytest.mark.parametrize("index", [0, 1])
def test_a_half_that_others_may_read_is_refused(index: int, tmp_path: Path) -> None:
    paths = pair(tmp_path)
    Path(paths[index]).chmod(0o644)
    with pytest.raises(UsageError, match="can be read or written by others"):
        key_from_pair(*paths)
