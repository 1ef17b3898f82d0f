"""Files with keys in the form of another program: the error says what to give instead, and not the secret."""

import base64
from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.errors import UsageError
from dns_update.errors.hints import COMMAND_LINE, rendered
from lab.key import write_private

SECRET = base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\n", "it is empty"),
        ("error: invalid parameter: acme_key\n", "it has the error message of a program"),
        ("tsig-keygen: unknown algorithm\n", "it has the error message of a program"),
        (f"{SECRET}\n", "give it by key=@FILE, with key-name= and algorithm="),
        (f"hmac-sha256:home:{SECRET}", "nsupdate -y"),
        (f"home:{SECRET}", "nsupdate -y"),
        (f"key:\n  - id: home\n    algorithm: hmac-sha256\n    secret: {SECRET}\n", "in Knot's form"),
        (f"dns_rfc2136_name = home.\ndns_rfc2136_secret = {SECRET}\n", "dns_rfc2136_secret as key="),
        (f"Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: {SECRET}\n", "from its line Key:, key="),
        (f"home. IN KEY 512 3 163 {SECRET}\n", "as key=, the Base64 at its end"),
        (
            f"Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: {SECRET}\n",
            "one half of a key pair for SIG(0)",
        ),
        (f"; a zone-signing key\nexample.com. IN DNSKEY 256 3 13 {SECRET}\n", "a DNSSEC key"),
        ('{"key": "x"}', 'expected: key "name" { algorithm ...; secret "..."; };'),
    ],
)
def test_a_file_in_another_form_is_recognised(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no key") as caught:
        Key.from_file(write_private(tmp_path / "file", text))
    hint = rendered(caught.value.hint, COMMAND_LINE)
    assert says in hint
    assert SECRET not in f"{caught.value} {hint}"
