"""Principals as hosts of a realm; `test_kerberos.py` asks the real named about each rule type."""

import pytest

from dns_update.server_config.bind.principals import host_of
from dns_update.wire.name import Name


@pytest.mark.parametrize(
    ("principal", "realm", "host"),
    [
        ("host/c.example.test@EXAMPLE.TEST", "EXAMPLE.TEST", "c.example.test"),
        ("host/c.example.test@EXAMPLE.TEST", "EXAMPLE.TEST.", "c.example.test"),
        ("host/c.example.test@EXAMPLE.TEST", "example.test", None),
        ("http/c.example.test@EXAMPLE.TEST", "EXAMPLE.TEST", None),
        ("user@EXAMPLE.TEST", "EXAMPLE.TEST", None),
        ("a.tsig.key", "tsig.key", None),
    ],
)
def test_a_host_of_the_realm_has_a_form_of_its_own(principal: str, realm: str, host: str | None) -> None:
    expected = None if host is None else Name.from_text(host)
    assert host_of(Name.from_text(principal), realm, "krb5") == expected


def test_active_directory_writes_a_host_without_its_domain() -> None:
    signer = Name.from_text("CLIENT$@EXAMPLE.TEST")
    assert host_of(signer, "EXAMPLE.TEST", "ms") == Name.from_text("client.example.test")
    assert host_of(Name.from_text("user@EXAMPLE.TEST"), "EXAMPLE.TEST", "ms") is None
