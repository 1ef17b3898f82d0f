"""Who signs: TSIG keys, their algorithms, and their secrets, from properties, files, the environment and systemd."""

from __future__ import annotations

import binascii
import os
import stat

from dns_update.errors import InvalidText, UsageError
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
DEFAULT_ALGORITHM = "hmac-md5"  # RouterOS's only one

_READABLE_BY_OTHERS = stat.S_IROTH | stat.S_IWOTH
_MAX_KEY_FILE_OCTETS = 1 << 20  # a whole named.conf fits; /dev/zero does not


class Algorithm(Value):
    """A TSIG algorithm: how users write it, its name on the wire, the hash, and the octets of MAC that are sent."""

    __slots__ = ("digest", "mac_octets", "text", "wire_name")
    text: str
    wire_name: Name
    digest: str
    mac_octets: int

    def __init__(self, text: str, wire_name: Name, digest: str, mac_octets: int) -> None:
        self._fill(text=text, wire_name=wire_name, digest=digest, mac_octets=mac_octets)

    @classmethod
    def from_text(cls, text: str) -> Algorithm:
        """Read `hmac-sha256`, its truncated form `hmac-sha256-128` (bits of the MAC), or hmac-md5's name on the wire.

        A truncated form keeps the whole form's name on the wire, as BIND does. Raises InvalidText.
        """
        folded = text.lower().removesuffix(".").replace("hmac-md5.sig-alg.reg.int", "hmac-md5")
        whole, dash, bits = folded.rpartition("-")
        if folded not in _ALGORITHMS and whole in _ALGORITHMS and dash:
            return cls._truncated(whole, bits, folded)
        if folded not in _ALGORITHMS:
            raise InvalidText(f"unknown algorithm {text!r}", hint="one of " + ", ".join(_ALGORITHMS))
        wire_name, digest, octets = _ALGORITHMS[folded]
        return cls(folded, Name.from_text(wire_name), digest, octets)

    @classmethod
    def _truncated(cls, whole: str, bits: str, text: str) -> Algorithm:
        wire_name, digest, octets = _ALGORITHMS[whole]
        least = max(MIN_MAC_OCTETS, octets // 2)
        allowed = range(least * 8, octets * 8 + 1, 8)
        if bits.startswith("0") or decimal(bits, allowed[-1]) not in allowed:
            raise InvalidText(
                f"{text!r} has a wrong length of the MAC",
                hint=f"{whole} can be cut to {allowed[0]}, {allowed[1]}, ... {allowed[-1]} bits",
            )
        return cls(text, Name.from_text(wire_name), digest, int(bits) // 8)


class Key(Value):
    """A name, an algorithm and a secret that a server shares. Its repr never shows the secret.

    `other_reading` is the key that the same secret would be, were it written the other way (Base64 or raw text), when
    its text can be read both ways; None otherwise. `reading` names this key's way: `base64` or `text`.
    """

    __slots__ = ("algorithm", "name", "other_reading", "reading", "secret")
    name: Name
    algorithm: Algorithm
    secret: bytes
    reading: str
    other_reading: Key | None

    def __init__(
        self,
        name: Name | str,
        secret: bytes,
        algorithm: Algorithm | str,
        *,
        reading: str = "base64",
        other_reading: Key | None = None,
    ) -> None:
        if not secret:
            raise UsageError(f"the secret of key {name} is empty")
        self._fill(
            name=Name.from_text(name) if isinstance(name, str) else name,
            secret=secret,
            algorithm=Algorithm.from_text(algorithm) if isinstance(algorithm, str) else algorithm,
            reading=reading,
            other_reading=other_reading,
        )

    @classmethod
    def from_secret(
        cls,
        name: Name | str,
        secret: str,
        algorithm: Algorithm | str = DEFAULT_ALGORITHM,
        encoding: str = "auto",
    ) -> Key:
        """Make a key of a secret's text.

        `encoding` is `base64` (BIND's form), `text` (the text itself, as UTF-8, is the secret) or `auto`: Base64 if
        it is strictly that, with the text in `other_reading`; the text itself otherwise. Raises UsageError.
        """
        try:
            raw = secret.encode()
        except UnicodeEncodeError:
            raise InvalidText(
                f"the secret of key {name} is not UTF-8", hint="key-encoding=base64 takes any octets"
            ) from None
        if encoding == "text":
            return cls(name, raw, algorithm, reading="text")
        decoded = _decode_base64(raw)
        if decoded is not None:
            as_text = cls(name, raw, algorithm, reading="text") if encoding == "auto" else None
            return cls(name, decoded, algorithm, other_reading=as_text)
        if encoding == "base64":
            raise UsageError(f"the secret of key {name} is not strict, padded Base64", hint="key-encoding=text if raw")
        return cls(name, raw, algorithm, reading="text")

    @classmethod
    def from_file(cls, path: str, name: Name | str | None = None) -> Key:
        """Read a key from a file in BIND's `key "name" { algorithm ...; secret "..."; };` form.

        `name` chooses among several keys; it may be left out if the file has only one. Everything else in the file
        (comments, other statements) is passed over. Raises UsageError for a file that is missing, unreadable, readable
        by others, or without such a key.
        """
        keys = keys_from_text(read_private_file(path), path)
        if not keys:
            raise UsageError(f"{path} holds no key", hint='expected: key "name" { algorithm ...; secret "..."; };')
        if name is None:
            if len(keys) > 1:
                names = ", ".join(str(key.name) for key in keys)
                raise UsageError(f"{path} holds several keys: {names}", hint="choose one by key-name=")
            return keys[0]
        wanted = Name.from_text(name) if isinstance(name, str) else name
        for key in keys:
            if key.name == wanted:
                return key
        raise UsageError(f"{path} holds no key named {wanted}", hint=f"it has {', '.join(str(k.name) for k in keys)}")

    def __repr__(self) -> str:
        return f"Key(name={str(self.name)!r}, algorithm={self.algorithm.text!r}, secret=<hidden>)"


def read_secret(source: str) -> str:
    """Return the secret that a `key` property means.

    `@FILE` is a file's content, `env:NAME` a variable of the environment, `credential:NAME` a systemd credential,
    anything else is the secret itself. One line end behind it is dropped. Raises UsageError.
    """
    if source.startswith("@"):
        secret = read_private_file(source[1:])
        if "{" in secret and "secret" in secret:
            raise UsageError(f"{source[1:]} is a key file, not a bare secret", hint=f"use key-file={source[1:]}")
    elif source.startswith("env:"):
        secret = _from_environment(source.removeprefix("env:"))
    elif source.startswith("credential:"):
        secret = _from_credentials(source.removeprefix("credential:"))
    else:
        return source
    return secret.removesuffix("\n").removesuffix("\r")


def read_private_file(path: str) -> str:
    """Return a text file's content, refusing one that others than owner and group may read or write.

    Raises UsageError, which names the `chmod` to run.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs 4 ms on the one-shot path
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode) and mode & _READABLE_BY_OTHERS:
                raise UsageError(f"{path} can be read or written by others", hint=f"run: chmod o-rw {path}")
            content = file.read(_MAX_KEY_FILE_OCTETS + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UsageError(f"cannot read {path!r}: {reason}") from error
    if len(content) > _MAX_KEY_FILE_OCTETS:
        raise UsageError(f"{path} is too large to be a key")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a text file") from None


def keys_from_text(text: str, source: str) -> list[Key]:
    """Return the keys of a text in named.conf's language; `source` names it in errors. Raises UsageError."""
    tokens = _tokens(text, source)
    keys = []
    depth = 0
    for token in tokens:
        if token == "key" and depth == 0:  # noqa: S105 - a keyword
            keys.append(_read_key(_unquoted(next(tokens, "")), tokens, source))
        elif token == "{":  # noqa: S105
            depth += 1
        elif token == "}":  # noqa: S105
            depth -= 1
    return keys


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def _read_key(name: str, tokens: Iterator[str], source: str) -> Key:
    """Read the body of one key statement: `{ algorithm A; secret "S"; }`."""
    fields: dict[str, str] = {}
    if next(tokens, "") != "{":
        raise UsageError(f"{source}: key {name!r} is not followed by a brace")
    for token in tokens:
        if token == "}":  # noqa: S105 - punctuation
            break
        if token in ("algorithm", "secret"):
            fields[token] = _unquoted(next(tokens, ""))
    else:
        raise UsageError(f"{source}: key {name!r} has no closing brace")
    missing = {"algorithm", "secret"} - fields.keys()
    if missing:
        raise UsageError(f"{source}: key {name!r} has no {' and no '.join(sorted(missing))}")
    return Key.from_secret(name, fields["secret"], fields["algorithm"], encoding="base64")


_PUNCTUATION = "{};"
_COMMENT_STARTS = {"#": "\n", "//": "\n", "/*": "*/"}


def _tokens(text: str, source: str) -> Iterator[str]:
    """Cut named.conf's language into words, punctuation and quoted strings (with their first quote); skip comments."""
    position = 0
    while position < len(text):
        character = text[position]
        comment_end = _COMMENT_STARTS.get(character) or _COMMENT_STARTS.get(text[position : position + 2])
        if character.isspace():
            position += 1
        elif comment_end:
            start = position + 1 if comment_end == "\n" else position + len("/*")
            position = _behind(comment_end, text, start)
        elif character == '"':
            end = text.find('"', position + 1)
            if end < 0:
                raise UsageError(f"{source}: a quoted string has no end")
            yield text[position:end]
            position = end + 1
        elif character in _PUNCTUATION:
            yield character
            position += 1
        else:
            start = position
            while position < len(text) and not text[position].isspace() and text[position] not in '{};"':
                position += 1
            yield text[start:position]


def _unquoted(token: str) -> str:
    return token.removeprefix('"')


def _behind(mark: str, text: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _decode_base64(text: bytes) -> bytes | None:
    """Return what strict, padded, canonical Base64 stands for, or None."""
    try:
        decoded = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    return decoded if decoded and binascii.b2a_base64(decoded, newline=False) == text else None


def _from_environment(name: str) -> str:
    secret = os.environ.get(name)
    if not secret:
        raise UsageError(f"the environment variable {name!r} is not set or empty")
    return secret


def _from_credentials(name: str) -> str:
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise UsageError(
            f"there is no credential {name!r}: CREDENTIALS_DIRECTORY is not set",
            hint="systemd sets it for a unit with LoadCredential=",
        )
    if "/" in name or not name:
        raise UsageError(f"{name!r} is not a credential's name")
    return read_private_file(f"{directory}/{name}")
