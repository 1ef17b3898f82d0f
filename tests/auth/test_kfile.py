"""K* pairs: the form of BIND's dnssec-keygen for HMAC keys, which is deprecated but still in use."""

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
        (KEY, PRIVATE.replace("163", "5"), "algorithm 5 is not known for SIG(0)"),
        (KEY, PRIVATE.replace("163", "x"), "not the private half"),
        (KEY, PRIVATE.replace("Private-key-format", "Format"), "not the private half"),
        (KEY, PRIVATE.replace("Key:", "K:"), "has no Key: line"),
        (KEY, PRIVATE.replace("Key: c2", "Key: !!"), "{private}: the secret is not strict, padded Base64"),
        (KEY, PRIVATE.replace(BASE64, ""), "{private}: the secret is empty"),
        (KEY, PRIVATE + f"Key: {BASE64}\n", "{private} has a second Key: line"),
        (KEY, PRIVATE + "algorithm: 157\n", "{private} has a second Algorithm: line"),
        (KEY, PRIVATE.replace("AAA=", "?"), "{private} has a wrong Bits: line"),
        (KEY, PRIVATE.replace("AAA=", BASE64), "{private} has a wrong Bits: line"),
        (KEY, PRIVATE.replace("AAA=", "AAg="), "wrong length of the MAC in {private}"),
        ("; nothing\n", PRIVATE, "{key} holds no KEY record"),
        ("", PRIVATE, "{key} holds no KEY record"),
        (BASE64, PRIVATE, "{key} holds no KEY record"),
        (f"{BASE64} x y z", PRIVATE, "{key} holds no KEY record"),
        (KEY.replace(" KEY ", " DNSKEY "), PRIVATE, "{key} holds no KEY record"),
        (KEY.replace("home-key", BASE64[:36] + ".."), PRIVATE, "{key}: the key's name is not a domain name"),
        (KEY.replace("home-key.", "@"), PRIVATE, "{key}: @ is the zone, not a key's name"),
        (KEY.replace("home-key.", "."), PRIVATE, "{key}: the root is not a key's name"),
    ],
)
def test_a_broken_pair_is_refused(key: str, private: str, said: str, tmp_path: Path) -> None:
    paths = pair(tmp_path, key, private)
    with pytest.raises(UsageError) as caught:
        key_from_pair(*paths)
    assert said.format(key=paths[0], private=paths[1]) in str(caught.value)
    assert "key-encoding" not in caught.value.hint
    assert all(BASE64[start : start + 8] not in str(caught.value) + caught.value.hint for start in range(32))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_and_either_line_end_do_no_harm(mark: str, ending: str, tmp_path: Path) -> None:
    key, private = (mark + text.replace("\n", ending) for text in (KEY, PRIVATE))
    assert key_from_pair(*pair(tmp_path, key, private)) == key_from_pair(*pair(tmp_path))


@pytest.mark.parametrize(
    "record",
    [
        f"home-key. 3600 IN KEY 512 3 163 {BASE64}",
        f"home-key. IN 3600 key 512 3 163 {BASE64}",
        f"home-key\tKEY\t512 3 163 {BASE64} ; id = 12345",
    ],
)
def test_a_key_record_is_found_with_ttl_and_class_or_without(record: str, tmp_path: Path) -> None:
    assert key_from_pair(*pair(tmp_path, record)) == key_from_pair(*pair(tmp_path))


def test_blanks_within_the_secret_do_not_count(tmp_path: Path) -> None:
    spaced = PRIVATE.replace(BASE64, f"{BASE64[:8]} {BASE64[8:]}")
    assert key_from_pair(*pair(tmp_path, private=spaced)) == key_from_pair(*pair(tmp_path))


@pytest.mark.parametrize("index", [0, 1])
def test_a_half_that_others_may_read_is_refused(index: int, tmp_path: Path) -> None:
    paths = pair(tmp_path)
    Path(paths[index]).chmod(0o644)
    with pytest.raises(UsageError, match="can be read or written by others"):
        key_from_pair(*paths)
    warnings: list[str] = []
    assert key_from_pair(*paths, warnings.append).name.labels == (b"home-key",)
    assert [paths[index] in warning for warning in warnings] == [True]
