"""A secret in the place of a key's name, or a path in that of the secret, is refused, and not repeated."""

import base64
from pathlib import Path

import pytest

from dns_update.auth import Key, read_secret
from dns_update.errors import InvalidText, UsageError
from lab import LabKey
from lab.key import write_private
from tests.support.command import in_process

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


@pytest.mark.parametrize(
    "path",
    [
        "/etc/bind/home-key",
        "./home",
        "../keys/home",
        "~/home",
        "home.key",
        "Khome.+163+01234.private",
        "keys/knot.conf",
    ],
)
def test_a_path_as_the_secret_is_refused_and_not_repeated(path: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_secret(path)
    said = f"{caught.value} {caught.value.hint}"
    assert "looks like the path of a file" in said
    assert path not in said
    assert read_secret(path, encoding="text") == path


def test_a_file_that_exists_as_the_secret_is_refused_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "homekeys").write_text("secret")  # strict Base64, too
    for path in ("homekeys", str(tmp_path / "homekeys")):
        with pytest.raises(UsageError, match="the path of a file, which exists"):
            read_secret(path)
    assert read_secret("homekeys", encoding="base64") == "homekeys"


@pytest.mark.parametrize(
    "secret", ["/////w==", "/9j/4AAQSkZJRg==", "correct horse; battery", "a/b", "~tilde", "nul\0nul"]
)
def test_other_secrets_are_secrets(secret: str) -> None:
    assert read_secret(secret) == secret


@pytest.mark.parametrize("command", ["set", "check"])
def test_a_path_as_key_is_told_before_anything_is_sent(command: str, tmp_path: Path) -> None:
    path = LabKey.generate("home").write(tmp_path / "acme")
    words = ["dns-server=192.0.2.1", "zone=example.com", "name=home", "address=192.0.2.9", "key-name=home"]
    result = in_process(command, *words, f"key={path}")
    assert result.status == 2
    assert "key= is the secret itself; use key-file=FILE" in result.stderr
    assert str(path) not in result.stderr


def test_a_path_as_secret_in_a_configuration_is_told(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    write_private(
        config,
        '[keys.home]\nsecret = "/etc/dns-update/home.key"\n[servers.main]\naddress = "192.0.2.1"\nkey = "home"\n'
        '[zones."example.com"]\nservers = ["main"]\n[[records]]\nzone = "example.com"\nname = "home"\n'
        'address = "192.0.2.9"\n',
    )
    result = in_process("agent", "--check", f"config={config}")
    assert result.status == 2
    assert 'use file = "FILE" for a key file' in result.stderr
