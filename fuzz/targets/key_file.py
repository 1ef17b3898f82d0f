"""Key files in named.conf's language, algorithms, and secrets in both readings."""

from contextlib import suppress

from dns_update.auth import MIN_MAC_OCTETS, Algorithm, Key
from dns_update.auth.named_conf import keys_from_text
from dns_update.errors import UsageError
from fuzz.expect import expect, text_of

_SHA512_OCTETS = 64

SEEDS = (
    b'key "ddns-key" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0c2VjcmV0";\n};\n',
    b"key a { secret c2VjcmV0; algorithm hmac-md5.sig-alg.reg.int.; };",
    b'# one\n// two\n/* three */ include "other.key"; options { directory "/var"; };',
    b'key "a" { algorithm hmac-sha256-128; secret "AA=="; }; key "b" { algorithm hmac-sha512-256; secret "AAA="; };',
    b"hmac-sha384-192",
    b"c2VjcmV0",
    b"a raw secret",
)


def check(data: bytes) -> None:
    """Read a text as a key file, as an algorithm, and as a secret."""
    text = text_of(data)
    with suppress(UsageError):
        for key in keys_from_text(text, "the file"):
            expect("a key has a secret", holds=bool(key.secret))
            _check_algorithm(key.algorithm)
    with suppress(UsageError):
        _check_algorithm(Algorithm.from_text(text))
    Key.from_secret("ddns-key", text)


def _check_algorithm(algorithm: Algorithm) -> None:
    expect("a MAC is neither too short nor too long", holds=MIN_MAC_OCTETS <= algorithm.mac_octets <= _SHA512_OCTETS)
