"""A secret in the place of a key's name is refused, and not repeated."""

import base64

import pytest

from dns_update.auth import Key
from dns_update.errors import InvalidText

SECRETS = [base64.b64encode(bytes(range(100, 100 + octets))).decode() for octets in (16, 20, 28, 32, 64)]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_as_the_name_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(InvalidText) as caught:
        Key.from_secret(secret, "ddns-key", "hmac-sha256")
    said = f"{caught.value} {caught.value.hint}"
    assert "a secret is in the place of the name" in said
    assert secret[:8] not in said


@pytest.mark.parametrize("name", ["ddns-key", "home.example.com.", "a=", "bmFtZQ==", "not/base64/at/all/in/any/case="])
def test_other_names_are_names(name: str) -> None:
    assert str(Key.from_secret(name, "c2VjcmV0", "hmac-sha256").name) == name.rstrip(".")
