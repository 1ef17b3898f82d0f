"""Other keys that a user may have meant: what people write for a secret is found again in what the server has."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.auth import ALGORITHMS, Key
from dns_update.doctor.other_keys import READINGS, with_other_algorithms, with_other_names, with_other_readings
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
SECRET = bytes(range(32))
BASE64 = base64.b64encode(SECRET).decode()


def key_of(written: str) -> Key:
    return Key.from_secret("home", written, "hmac-sha256")


@pytest.mark.parametrize(
    ("written", "reading"),
    [
        (f'"{BASE64}"', "without-quotes"),
        (f"'{BASE64}'", "without-quotes"),
        (f"{BASE64};", "without-quotes"),
        (f'"{BASE64}";', "without-quotes"),
        (f"{BASE64[:20]} {BASE64[20:]}", "without-quotes"),
        (f'secret "{BASE64}";', "without-quotes"),
        (f"secret {BASE64}", "without-statement"),
        (f"Key: {BASE64}", "without-statement"),
        (f"hmac-sha256:home:{BASE64}", "without-name"),
        (f"home:{BASE64}", "without-name"),
        (BASE64.rstrip("="), "padded"),
        (base64.urlsafe_b64encode(b"\xfb\xff" * 16).decode(), "url-safe"),
        (SECRET.hex(), "hexadecimal"),
        (base64.b64encode(BASE64.encode()).decode(), "decoded-again"),
        (base64.b64encode(f"{BASE64}\n".encode()).decode(), "without-quotes"),
    ],
)
def test_what_was_written_is_read_as_it_was_meant(written: str, reading: str) -> None:
    meant = b"\xfb\xff" * 16 if reading == "url-safe" else SECRET
    found = [other.reading for other in with_other_readings(key_of(written)) if other.key.secret == meant]
    assert found == [reading]


@given(st.binary(min_size=1, max_size=60))
def test_no_reading_is_tried_twice_nor_the_one_that_was_given(secret: bytes) -> None:
    key = Key("home", secret, "hmac-sha256")
    others = list(with_other_readings(key))
    secrets = [other.key.secret for other in others]
    assert len(set(secrets)) == len(secrets)
    assert secret not in secrets
    assert {other.reading for other in others} <= set(READINGS)


def test_every_other_algorithm_is_tried_and_a_truncated_one_whole_first() -> None:
    key = Key("home", SECRET, "hmac-sha256-128")
    found = [other.key.algorithm.text for other in with_other_algorithms(key)]
    assert found[0] == "hmac-sha256"
    assert sorted(found) == sorted(ALGORITHMS)


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("home", ["home.example.com"]),
        ("my-home.example.com", ["my-home.example.com.example.com", "my-home", "my_home.example.com"]),
        ("my_home.dyn", ["my_home.dyn.example.com", "my_home", "my_home.example.com", "my-home.dyn"]),
    ],
)
def test_spellings_of_a_name_are_tried_once_each_and_no_name_that_was_not_given(name: str, others: list[str]) -> None:
    found = [str(other.key.name) for other in with_other_names(Key(name, SECRET, "hmac-sha256"), ZONE)]
    assert found == others


def test_a_name_that_gets_too_long_with_the_zone_is_left_out() -> None:
    long = ".".join(["a" * 60] * 4)
    assert list(with_other_names(Key(long, SECRET, "hmac-sha256"), ZONE))
