"""TSIG keys and their algorithms (RFC 8945)."""

from __future__ import annotations

import binascii
import os

from dns_update import errors
from dns_update.value import Value
from dns_update.wire.codes import decimal
from dns_update.wire.name import Name

MIN_MAC_OCTETS = 10  # a truncated MAC has at least 10 octets and half the digest (RFC 8945, section 5.2.2.1)

# RFC 8945, section 6: the name on the wire, hashlib's name, octets of the whole digest.
_ALGORITHMS = {
    "hmac-md5": ("hmac-md5.sig-alg.reg.int", "md5", 16),
    "hmac-sha1": ("hmac-sha1", "sha1", 20),
    "hmac-sha224": ("hmac-sha224", "sha224", 28),
    "hmac-sha256": ("hmac-sha256", "sha256", 32),
    "hmac-sha384": ("hmac-sha384", "sha384", 48),
    "hmac-sha512": ("hmac-sha512", "sha512", 64),
}
ALGORITHMS = tuple(_ALGORITHMS)
DEFAULT_ALGORITHM = "hmac-md5"  # RouterOS's only one

ENCODINGS = ("auto", "base64", "text")
MAX_SECRET_OCTETS = 0xFFFF  # where DNS itself carries a secret, its length has 16 bits (RFC 2930, section 2.7)

_KEYS_OF_ROTATION = 2  # in a file: the newest, and the one that it replaces

_MAX_ALGORITHM_SHOWN = 24  # characters, as many as the longest right one, hmac-md5.sig-alg.reg.int
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, NoReturn


class Algorithm(Value):
    """A TSIG algorithm: how users write it, its name on the wire, the hash, and the octets of MAC that are sent."""

    text: str
    wire_name: Name
    digest: str
    mac_octets: int

    @property
    def is_truncated(self) -> bool:
        """Whether only a part of the MAC is sent (RFC 8945, section 5.2.2.1)."""
        _wire_name, _digest, octets = _ALGORITHMS.get(self.text) or _ALGORITHMS[self.text.rpartition("-")[0]]
        return self.mac_octets < octets

    @property
    def is_of_pair(self) -> bool:
        """Whether it is one of key pairs (SIG(0)) instead of shared secrets."""
        return False

    @property
    def is_gss(self) -> bool:
        """Whether signatures are made by a context that Kerberos has negotiated (GSS-TSIG)."""
        return False

    @classmethod
    def from_text(cls, text: str) -> Algorithm:
        """Read `hmac-sha256`, its truncated form `hmac-sha256-128` (bits of the MAC), or hmac-md5's name on the wire.

        A truncated form keeps the whole form's name on the wire, as in BIND. Raises InvalidText, which repeats the text
        only if it is similar to an algorithm: anything else may be a secret in the wrong place.
        """
        if not isinstance(text, str):
            raise errors.UsageError(f"an algorithm is read from a text, not from {type(text).__name__}")
        folded = text.lower().removesuffix(".").replace("hmac-md5.sig-alg.reg.int", "hmac-md5")
        whole, dash, bits = folded.rpartition("-")
        if folded not in _ALGORITHMS and whole in _ALGORITHMS and dash:
            return cls._truncated(whole, bits, folded)
        if folded not in _ALGORITHMS:
            shown = text if _is_near_an_algorithm(folded) else ""
            error = errors.InvalidText(
                f"unknown algorithm {shown!r}" if shown else "unknown algorithm",
                hint="one of " + ", ".join(_ALGORITHMS),
                cause=errors.causes.UNKNOWN_ALGORITHM,
            )
            error.subject = shown
            raise error
        wire_name, digest, octets = _ALGORITHMS[folded]
        return cls(folded, Name.from_text(wire_name), digest, octets)

    @classmethod
    def _truncated(cls, whole: str, bits: str, text: str) -> Algorithm:
        wire_name, digest, octets = _ALGORITHMS[whole]
        least = max(MIN_MAC_OCTETS, octets // 2)
        allowed = range(least * 8, octets * 8 + 1, 8)
        if bits.startswith("0") or decimal(bits, allowed[-1]) not in allowed:
            shown = text if len(text) <= _MAX_ALGORITHM_SHOWN else f"{whole}-..."
            raise errors.InvalidText(
                f"{shown!r} has a wrong length of the MAC",
                hint=f"{whole} can be cut to {allowed[0]}, {allowed[1]}, ... {allowed[-1]} bits",
            )
        return cls(text, Name.from_text(wire_name), digest, int(bits) // 8)


class Key(Value):
    """A name, an algorithm and a secret that the server also has.

    Its repr never shows the secret, and it cannot be pickled, since the pickle would contain the secret.
    `Key.from_file` and `Key.from_secret` make one; the class itself takes the secret's octets, 1 to 65535. Raises
    UsageError.

    `reading` says how the secret's text was read: `base64` or `text` (raw). If the text can be read both ways,
    `other_reading` is the key of the other way, else None. While a key is being replaced, `predecessor` is the older
    key, else None: a client uses it at a server that does not accept this one.
    """

    name: Name
    algorithm: Algorithm
    secret: bytes
    reading: Literal["base64", "text"]
    other_reading: Key | None
    predecessor: Key | None

    def __init__(  # noqa: PLR0913 - the last three can be left out
        self,
        name: Name | str,
        secret: bytes,
        algorithm: Algorithm | str,
        *,
        reading: Literal["base64", "text"] = "base64",
        other_reading: Key | None = None,
        predecessor: Key | None = None,
    ) -> None:
        if reading not in ENCODINGS[1:]:
            raise errors.UsageError("a secret is read as base64 or text", hint="reading says how this one was")
        if other_reading is not None and not isinstance(other_reading, Key):
            raise errors.UsageError(f"the other reading is a Key, not {type(other_reading).__name__}")
        if predecessor is not None and not isinstance(predecessor, Key):
            raise errors.UsageError(f"the predecessor is a Key, not {type(predecessor).__name__}")
        self._store(
            name=_key_name(name),
            secret=_checked(secret),
            algorithm=_algorithm(algorithm),
            reading=reading,
            other_reading=other_reading,
            predecessor=predecessor,
        )

    @classmethod
    def from_secret(
        cls,
        name: Name | str,
        secret: str,
        algorithm: Algorithm | str = DEFAULT_ALGORITHM,
        encoding: Literal["auto", "base64", "text"] = "auto",
    ) -> Key:
        """Make a key from a secret's text.

        `encoding` is `base64` (BIND's form), `text` (the text itself, as UTF-8, is the secret) or `auto`: Base64 if
        it is strictly that, with the text in `other_reading`; the text itself otherwise. Raises UsageError.
        """
        if encoding not in ENCODINGS:
            raise errors.UsageError("this is not an encoding of a secret", hint=f"one of {', '.join(ENCODINGS)}")
        if str(name).endswith("="):
            from dns_update.auth.mixed_up import refuse_secret_as_name  # few names need it

            refuse_secret_as_name(str(name))
        if not isinstance(secret, str):
            raise errors.UsageError("the secret is not a text", hint="Key(name, secret, algorithm) takes its octets")
        try:
            raw = secret.encode()
        except UnicodeEncodeError:
            raise errors.InvalidText(
                "the secret is not UTF-8", hint=errors.Hint("{key-encoding:base64} takes any octets")
            ) from None
        if encoding == "text":
            return cls(name, raw, algorithm, reading="text")
        decoded = decoded_base64(raw)
        if decoded is not None:
            as_text = cls(name, raw, algorithm, reading="text") if encoding == "auto" else None
            return cls(name, decoded, algorithm, other_reading=as_text)
        if encoding == "base64":
            raise errors.UsageError(
                "the secret is not strict, padded Base64", hint=errors.Hint("{key-encoding:text} if it is raw text")
            )
        return cls(name, raw, algorithm, reading="text")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], name: Name | str | None = None) -> Key:
        """Read a key from a file in BIND's `key "name" { algorithm ...; secret "..."; };` form, or from a K* pair.

        A pair is `Kname.+algorithm+tag.key` and `.private`, as dnssec-keygen writes them: give either file, or what the
        two names have in common. The pair of a public-key algorithm signs by SIG(0) (RFC 2931), for which the library
        `cryptography` must be installed (the extra `sig0`).

        In the other form, `name` chooses among several keys; it may be left out if the file has one or two. Of two, the
        first is the newest, and the second its `predecessor`, as `dns-update key rotate` leaves them. Everything else
        in the file (comments, other statements, even an `include`) is ignored. Raises UsageError for a file that is
        missing, unreadable, readable by others, or without such a key.
        """
        from dns_update.auth.named_conf import keys_from_text  # it imports this module
        from dns_update.auth.private_file import called_in_errors, read_private_file  # for files only

        try:
            path = os.fsdecode(path)
        except TypeError:
            raise errors.UsageError(f"the key file is a path, not {type(path).__name__}") from None
        called = called_in_errors(path, "the key file")
        stem = path.removesuffix(".private").removesuffix(".key").removesuffix(".")
        if os.path.exists(f"{stem}.private"):
            from dns_update.auth.kfile import key_of_pair  # pairs are rare

            pair = key_of_pair(stem, name)
            if pair is not None:
                return pair
        text = read_private_file(path, called)
        keys = keys_from_text(text, called)
        if not keys:
            from dns_update.auth.other_formats import what_to_do  # for this failure only

            raise errors.UsageError(f"{called} holds no key", hint=what_to_do(text))
        names = ", ".join(str(key.name) for key in keys)
        if name is None:
            if len(keys) > _KEYS_OF_ROTATION:
                raise errors.UsageError(
                    f"{called} holds several keys: {names}", hint=errors.Hint("choose one by {key-name}")
                )
            return keys[0] if len(keys) == 1 else keys[0]._replace(predecessor=keys[1])
        wanted = _key_name(name)
        for key in keys:
            if key.name == wanted:
                return key
        raise errors.UsageError(f"{called} holds no key named {wanted}", hint=f"it has {names}")

    @property
    def is_shared(self) -> bool:
        """Whether the server has the same secret, and signs its answers with it (TSIG).

        It does not if the key is the private half of a pair (SIG(0), RFC 2931): then no answer is signed.
        """
        return not self.algorithm.is_of_pair

    @property
    def is_negotiated(self) -> bool:
        """Whether it stands for Kerberos credentials, by which keys are negotiated with each server (GSS-TSIG)."""
        return False

    @property
    def identity(self) -> str:
        """The name by which a server knows who signs: the key's; with Kerberos, the principal's."""
        return str(self.name)

    @property
    def called(self) -> str:
        """What it is called in sentences: "key NAME"."""
        return f"key {self.name}"

    @property
    def bits(self) -> int:
        """The size of the secret; of a key pair, that of the key as its algorithm counts it."""
        return len(self.secret) * 8

    def __repr__(self) -> str:
        if not hasattr(self, "algorithm"):
            return "Key(secret=<hidden>)"  # for a debugger, after __init__ raised
        return f"Key(name={str(self.name)!r}, algorithm={self.algorithm.text!r}, secret=<hidden>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Key cannot be pickled, since the pickle would contain its secret: read it where it is needed"
        )


def read_secret(source: str, beside: str | None = None, encoding: str = "auto") -> str:
    """Return the secret that a `key` property means.

    `@FILE` is a file's one line, `env:NAME` a variable of the environment, `credential:NAME` a systemd credential,
    anything else is the secret itself. Without systemd, a credential is a file in the directory `beside`, if that is
    given. ASCII blanks around a file's or credential's secret are dropped, and one line end after a variable's. Raises
    UsageError, which shows neither a secret nor a text that may be one; also for a path in the place of a secret,
    unless the `encoding` of the secret is given.
    """
    if not source.startswith(("@", "env:", "credential:")):
        if encoding == "auto":
            from dns_update.auth.mixed_up import refuse_path_as_secret  # not needed for a key file

            refuse_path_as_secret(source)
        return source
    from dns_update.auth.secret_sources import secret_from  # not needed for a key file

    return secret_from(source, beside)


def _key_name(name: object) -> Name:
    """Return a key's name, given as a text or a Name."""
    if isinstance(name, str):
        name = Name.from_text(name)
    if not isinstance(name, Name):
        raise errors.UsageError("a key's name is a Name or a text")
    if name.labels == (b"@",):
        raise errors.UsageError(
            "@ is the zone, not a key's name", hint="the name is that in the server's key statement"
        )
    if not name.labels:
        raise errors.UsageError("the root is not a key's name", hint="the name is that in the server's key statement")
    return name


def _checked(secret: object) -> bytes:
    """Return a secret; raises UsageError if it is not one."""
    if not isinstance(secret, bytes):
        raise errors.UsageError("a key's secret is bytes", hint="Key.from_secret reads a text")
    if not secret:
        raise errors.UsageError("the key's secret is empty")
    if len(secret) > MAX_SECRET_OCTETS:
        raise errors.UsageError(
            f"a secret of {len(secret)} octets is too long; at most {MAX_SECRET_OCTETS} are allowed"
        )
    return secret


def _algorithm(algorithm: object) -> Algorithm:
    if isinstance(algorithm, str):
        return Algorithm.from_text(algorithm)
    if not isinstance(algorithm, Algorithm):
        raise errors.UsageError("a key's algorithm is an Algorithm or a text")
    return algorithm


def _is_near_an_algorithm(text: str) -> bool:
    """Return whether a text can be shown as a misspelt algorithm; others may be secrets."""
    import difflib  # only when something is wrong

    is_like_one = text.startswith("hmac") or difflib.get_close_matches(text, _ALGORITHMS, 1)
    return len(text) <= _MAX_ALGORITHM_SHOWN and bool(is_like_one)


def decoded_base64(text: bytes) -> bytes | None:
    """Return the octets of strict, padded, canonical Base64; None for any other text."""
    try:
        decoded = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    return decoded if decoded and binascii.b2a_base64(decoded, newline=False) == text else None
