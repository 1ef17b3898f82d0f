"""Private keys of SIG(0), by the library `cryptography`.

They are read from the fields of BIND's `.private` files and written as such, and make signatures and public keys in the
forms of DNS (RFC 3110 and 5702 for RSA, 6605 for ECDSA, 8080 for Ed25519).
"""

from __future__ import annotations

from collections.abc import Mapping

from dns_update.auth.sig0 import OTHER_FIELD, RSA_FIELDS
from dns_update.errors import UsageError
from dns_update.value import Value

try:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_der_private_key,
    )
except ImportError:
    raise UsageError(
        "a key for SIG(0) needs the Python library cryptography, which is not installed",
        hint="run: pip install 'dns-update[sig0]'; on Debian also: apt install python3-cryptography",
    ) from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypeAlias

    _Key: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_RSA = {8: SHA256, 10: SHA512}
_CURVES = {13: (ec.SECP256R1, SHA256, 32), 14: (ec.SECP384R1, SHA384, 48)}  # curve, hash, octets of a coordinate
_ED25519 = 15
_ED25519_OCTETS = 32
_RSA_BITS = 2048
_RSA_EXPONENT = 65537
_MAX_SHORT_EXPONENT = 255  # octets; the length of a longer one takes two more octets (RFC 3110, section 2)


class PrivateKey(Value):
    """A private key of an algorithm, by its number; its repr shows nothing of it."""

    number: int
    key: _Key

    @classmethod
    def from_fields(cls, number: int, fields: Mapping[str, bytes]) -> PrivateKey:
        """Make one from the octets of a `.private` file's fields; raises UsageError, which shows nothing of them."""
        try:
            return cls(number, _from_fields(number, fields))
        except KeyError as missing:
            raise UsageError(f"there is no {missing.args[0]}: line") from None
        except (ValueError, OverflowError, UnsupportedAlgorithm):
            raise UsageError("this is not a private key of its algorithm") from None

    @classmethod
    def from_der(cls, number: int, der: bytes) -> PrivateKey:
        """Make one from what `der` returned; raises UsageError."""
        try:
            key = load_der_private_key(der, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise UsageError("this is not a private key of its algorithm") from None
        if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)):
            raise UsageError("this is not a private key of its algorithm")
        return cls(number, key)

    @classmethod
    def generate(cls, number: int) -> PrivateKey:
        """Make a new key, from the system's randomness."""
        if number in _RSA:
            return cls(number, rsa.generate_private_key(_RSA_EXPONENT, _RSA_BITS))
        if number in _CURVES:
            return cls(number, ec.generate_private_key(_CURVES[number][0]()))
        return cls(number, ed25519.Ed25519PrivateKey.generate())

    @property
    def bits(self) -> int:
        """The size of the key."""
        return _ED25519_OCTETS * 8 if isinstance(self.key, ed25519.Ed25519PrivateKey) else self.key.key_size

    @property
    def der(self) -> bytes:
        """The key in DER, unencrypted (PKCS #8)."""
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> bytes:
        """The public key, as a KEY record has it after the algorithm."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            numbers = self.key.public_key().public_numbers()
            exponent = _octets(numbers.e)
            is_short = len(exponent) <= _MAX_SHORT_EXPONENT
            length = len(exponent).to_bytes(1) if is_short else b"\0" + len(exponent).to_bytes(2)
            return length + exponent + _octets(numbers.n)
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            octets = _CURVES[self.number][2]
            point = self.key.public_key().public_numbers()
            return point.x.to_bytes(octets) + point.y.to_bytes(octets)
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def __repr__(self) -> str:
        return "PrivateKey(<hidden>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key cannot be pickled: read it where it is needed")

    def signature(self, signed: bytes) -> bytes:
        """Return the signature of octets."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(signed, PKCS1v15(), _RSA[self.number]())
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            _curve, digest, octets = _CURVES[self.number]
            r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(digest())))
            return r.to_bytes(octets) + s.to_bytes(octets)
        return self.key.sign(signed)

    def fields(self) -> dict[str, bytes]:
        """Return the octets of the fields of a `.private` file, by their names there."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            own = self.key.private_numbers()
            public = own.public_numbers
            numbers = (public.n, public.e, own.d, own.p, own.q, own.dmp1, own.dmq1, own.iqmp)
            return dict(zip(RSA_FIELDS, map(_octets, numbers), strict=True))
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            octets = self.key.private_numbers().private_value.to_bytes(_CURVES[self.number][2])
        else:
            octets = self.key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return {OTHER_FIELD: octets}


def _from_fields(number: int, fields: Mapping[str, bytes]) -> _Key:
    """Return a key; raises KeyError for a missing field, ValueError for a wrong one."""
    if number in _RSA:
        n, e, d, p, q, dmp1, dmq1, iqmp = (int.from_bytes(fields[field]) for field in RSA_FIELDS)
        return rsa.RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, rsa.RSAPublicNumbers(e, n)).private_key()
    if number in _CURVES:
        return ec.derive_private_key(int.from_bytes(fields[OTHER_FIELD]), _CURVES[number][0]())
    return ed25519.Ed25519PrivateKey.from_private_bytes(fields[OTHER_FIELD])


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
