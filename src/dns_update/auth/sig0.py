"""Transaction signatures by the private half of a key pair: SIG(0), made for updates (RFC 2931).

The server has only the public half, in a KEY record of the key's name. The signature covers the SIG record's own rdata
without the signature, and then the message as it was before that record was added (section 3.1). No server signs its
answers like this. So there is nothing to verify, and what was changed must be read back.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Algorithm, Key
from dns_update.message import MAX_MESSAGE_OCTETS, encode_record
from dns_update.rr.record import Record
from dns_update.wire.codes import MAX_U16, RRClass, rrtype_from_text
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth.private_key import PrivateKey

WINDOW = 300  # seconds before and after now in which a signature is valid, as in BIND's nsupdate

# By the number of a KEY record (IANA's registry of DNS security algorithms).
NUMBERS = {8: "rsasha256", 10: "rsasha512", 13: "ecdsap256sha256", 14: "ecdsap384sha384", 15: "ed25519"}
ALGORITHMS = tuple(NUMBERS.values())

RSA_FIELDS = (
    *("Modulus", "PublicExponent", "PrivateExponent", "Prime1", "Prime2"),
    *("Exponent1", "Exponent2", "Coefficient"),
)
"""The fields of BIND's `.private` file that have an RSA key."""
OTHER_FIELD = "PrivateKey"
"""The field that has a key of the other algorithms."""

SIG = rrtype_from_text("SIG")
_ROOT = Name(())
_FIXED_KEY_OCTETS = 4  # of a KEY record's rdata: flags, protocol, algorithm (RFC 2535, section 3.1)
_MAY_NOT_AUTHENTICATE = 0x8000  # a flag (RFC 2535, section 3.1.2)
_PROTOCOLS = (3, 255)  # DNSSEC, and any (section 3.1.3)
_MAX_U32 = 0xFFFFFFFF
_ARCOUNT = slice(10, 12)  # where the header counts the additional records


class PairAlgorithm(Algorithm):
    """An algorithm of key pairs; its signature is never cut, and its name is not on the wire, but a number."""

    @property
    def is_of_pair(self) -> bool:
        """Whether it is one of key pairs: always."""
        return True

    @property
    def is_truncated(self) -> bool:
        """Whether only a part of the signature is sent: never."""
        return False


def pair_algorithm(text: str) -> PairAlgorithm | None:
    """Return the algorithm of key pairs that a text names, e.g. `ed25519`; None for any other text."""
    folded = text.lower()
    return PairAlgorithm(folded, _ROOT, "", 0) if folded in ALGORITHMS else None


class PairKey(Key):
    """The private half of a key pair; `rdata` is that of the KEY record which the server has.

    `Key.from_file` makes one of the two files of a pair. Its `secret` is the private key in DER (PKCS #8, RFC 5958).
    """

    rdata: bytes

    def __init__(self, name: Name | str, secret: bytes, rdata: bytes) -> None:
        """Check that the rdata is of a key for SIG(0); that it is of this secret is `pair_key`'s work.

        Raises UsageError.
        """
        number = number_in(rdata)
        plain = Key(name, secret, "hmac-sha256")  # checks the name
        self._store(
            name=plain.name,
            secret=plain.secret,
            algorithm=PairAlgorithm(NUMBERS[number], _ROOT, "", 0),
            reading="base64",
            other_reading=None,
            predecessor=None,
            rdata=rdata,
        )

    def __repr__(self) -> str:
        return f"Pair{super().__repr__()}"

    @property
    def number(self) -> int:
        """The number of the algorithm."""
        return self.rdata[3]

    @property
    def tag(self) -> int:
        """The key tag, by which a server finds the key among others of its name (RFC 4034, appendix B)."""
        return key_tag(self.rdata)

    @property
    def bits(self) -> int:
        """The size of the key, as its algorithm counts it."""
        return _private_key_of(self).bits


def number_in(rdata: bytes) -> int:
    """Return the number of the algorithm in a KEY record's rdata; raises UsageError if it cannot be used."""
    if len(rdata) <= _FIXED_KEY_OCTETS:
        raise errors.UsageError("the KEY record has no key")
    flags, protocol, number = int.from_bytes(rdata[:2]), rdata[2], rdata[3]
    if flags & _MAY_NOT_AUTHENTICATE or protocol not in _PROTOCOLS:
        raise errors.UsageError("the KEY record is not of a key that signs messages", hint="dnssec-keygen -T KEY")
    if number not in NUMBERS:
        raise errors.UsageError(
            f"algorithm {number} is not known for SIG(0)", hint="one of " + ", ".join(ALGORITHMS).upper()
        )
    return number


def key_tag(rdata: bytes) -> int:
    """Return the tag of a KEY record (RFC 4034, appendix B)."""
    total = sum(octet if index % 2 else octet << 8 for index, octet in enumerate(rdata))
    return (total + (total >> 16)) & MAX_U16


def sign(octets: bytes, key: Key, *, time_signed: int, window: int = WINDOW) -> bytes:
    """Return a message with a SIG record added.

    `octets` is an encoded message without a signature, `time_signed` the wall clock in whole seconds since 1970,
    `window` for how many seconds before and after that the signature is valid. Raises UsageError if that makes the
    message too long.
    """
    if not isinstance(key, PairKey):
        raise TypeError("only a key pair makes such a signature")
    # RFC 2931, section 3: no type covered, no labels, no TTL. Times are serial numbers (RFC 4034, section 3.1.5).
    head = b"".join((
        bytes((0, 0, key.number, 0)),
        bytes(4),
        (time_signed + window & _MAX_U32).to_bytes(4),
        (time_signed - window & _MAX_U32).to_bytes(4),
        key.tag.to_bytes(2),
        key.name.to_wire(),
    ))  # fmt: skip
    rdata = head + _private_key_of(key).signature(head + octets)
    count = int.from_bytes(octets[_ARCOUNT]) + 1
    record = encode_record(Record(_ROOT, SIG, RRClass.ANY, 0, rdata))
    signed = b"".join((octets[: _ARCOUNT.start], count.to_bytes(2), octets[_ARCOUNT.stop :], record))
    if len(signed) > MAX_MESSAGE_OCTETS:
        raise errors.UsageError(
            f"this makes a message of {len(signed)} octets, signed; at most {MAX_MESSAGE_OCTETS} are allowed",
            hint="send it in several updates",
        )
    return signed


_MAX_KEPT = 16  # a process rarely uses more keys in turn
_kept: dict[int, tuple[PairKey, PrivateKey]] = {}  # by the id() of a key, which is unique as long as it is kept here


def _private_key_of(key: PairKey) -> PrivateKey:
    """Return what signs for a key: to read its DER anew takes longer than to sign."""
    kept = _kept.get(id(key))
    if kept is None:
        from dns_update.auth.private_key import PrivateKey  # loads cryptography

        if len(_kept) >= _MAX_KEPT:
            _kept.clear()
        kept = _kept[id(key)] = key, PrivateKey.from_der(key.number, key.secret)
    return kept[1]
