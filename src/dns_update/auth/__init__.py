"""Who signs: TSIG keys, their algorithms, and their secrets, from properties, files, the environment and systemd."""

from __future__ import annotations

import binascii
import os
import stat

from dns_update import errors
from dns_update.errors import quoted
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

ENCODINGS = ("auto", "base64", "text")
MAX_SECRET_OCTETS = 0xFFFF  # where DNS itself carries a secret, its length has 16 bits (RFC 2930, section 2.7)

# Where containers have their secrets: whoever started one has put them there, as files that all in it can read.
SECRETS_OF_CONTAINERS = ("/run/secrets", "/var/run/secrets")
_MAX_KEY_FILE_OCTETS = 1 << 20  # a whole named.conf fits; /dev/zero does not
_MAX_ALGORITHM_SHOWN = 24  # characters; the longest that is right, hmac-md5.sig-alg.reg.int, has as many
_NOT_SHOWN = "a relative path starts from the current directory; this one is not shown, for it may be a secret"
_ENDINGS = (".conf", ".key", ".private", ".secret", ".tsig", ".txt")  # of files with keys; no Base64 has a dot
_DESCRIPTORS = ("/dev/stdin", "/dev/fd/", "/proc/")  # where a pipe has no name of its own, as a shell's <(...)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn


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

    @classmethod
    def from_text(cls, text: str) -> Algorithm:
        """Read `hmac-sha256`, its truncated form `hmac-sha256-128` (bits of the MAC), or hmac-md5's name on the wire.

        A truncated form keeps the whole form's name on the wire, as BIND does. Raises InvalidText, which repeats the
        text only if it is much like an algorithm: anything else may be a secret in the wrong place.
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
    """A name, an algorithm and a secret that a server shares.

    Its repr never shows the secret, and it cannot be pickled, for the secret would stand in the pickle. `Key.from_file`
    and `Key.from_secret` make one; the class itself takes the secret's octets, 1 to 65535. Raises UsageError.

    `other_reading` is the key that the same secret would be, were it written the other way (Base64 or raw text), when
    its text can be read both ways; None otherwise. `reading` names this key's way: `base64` or `text`.
    """

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
        if reading not in ENCODINGS[1:]:
            raise errors.UsageError("a secret is read as base64 or text", hint="reading says how this one was")
        if other_reading is not None and not isinstance(other_reading, Key):
            raise errors.UsageError(f"the other reading is a Key, not {type(other_reading).__name__}")
        self._store(
            name=_key_name(name),
            secret=_checked(secret),
            algorithm=_algorithm(algorithm),
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
        if encoding not in ENCODINGS:
            raise errors.UsageError("this is not an encoding of a secret", hint=f"one of {', '.join(ENCODINGS)}")
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
        decoded = _decode_base64(raw)
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
        """Read a key from a file in BIND's `key "name" { algorithm ...; secret "..."; };` form.

        `name` chooses among several keys; it may be left out if the file has only one. Everything else in the file
        (comments, other statements, an `include` too) is passed over. Raises UsageError for a file that is missing,
        unreadable, readable by others, owned by another user than root and us, or without such a key.
        """
        try:
            path = os.fsdecode(path)
        except TypeError:
            raise errors.UsageError(f"the key file is a path, not {type(path).__name__}") from None
        called = called_in_errors(path, "the key file")
        keys = keys_from_text(read_private_file(path, called, ours=True), called)
        if not keys:
            raise errors.UsageError(
                f"{called} holds no key", hint='expected: key "name" { algorithm ...; secret "..."; };'
            )
        names = ", ".join(str(key.name) for key in keys)
        if name is None:
            if len(keys) > 1:
                raise errors.UsageError(
                    f"{called} holds several keys: {names}", hint=errors.Hint("choose one by {key-name}")
                )
            return keys[0]
        wanted = _key_name(name)
        for key in keys:
            if key.name == wanted:
                return key
        raise errors.UsageError(f"{called} holds no key named {wanted}", hint=f"it has {names}")

    def __repr__(self) -> str:
        if not hasattr(self, "algorithm"):
            return "Key(secret=<hidden>)"  # its __init__ has raised, and a debugger shows it
        return f"Key(name={str(self.name)!r}, algorithm={self.algorithm.text!r}, secret=<hidden>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Key is not pickled, for its secret would stand in the pickle: read it where it is needed")


def read_secret(source: str) -> str:
    """Return the secret that a `key` property means.

    `@FILE` is a file's one line, `env:NAME` a variable of the environment, `credential:NAME` a systemd credential,
    anything else is the secret itself. ASCII blanks around a file's or credential's secret are dropped, and one line
    end behind a variable's. Raises UsageError, which shows neither a secret nor what may be one.
    """
    if not source.startswith(("@", "env:", "credential:")):
        return source
    from dns_update.auth.secret_sources import secret_from  # noqa: PLC0415 - a key file needs none of it

    return secret_from(source)


def read_private_file(
    path: str, called: str = "", *, ours: bool = False, warn: Callable[[str], None] | None = None
) -> str:
    """Return a text file's content, without a byte order mark; refuse one that others may read or write.

    Others are all but owner and group. With `ours`, a file is refused too if its owner, who may always write to it, is
    neither root nor the user that we run as. What is below /run/secrets or /var/run/secrets may be another user's, and
    others may read it. With `warn`, which takes a line for people, a file is not refused for what others may do with
    it. `called` is what errors call the file, where its path may be a secret.

    A named pipe is refused, since perhaps nobody ever writes to it; /dev/stdin, a shell's `<(...)` and devices are
    read to their end. Raises UsageError, which names the `chmod` or `chown` to run.
    """
    called = called or called_in_errors(path, "the key file")
    try:
        with open(path, "rb", opener=open_at_once) as file:
            _refuse_unsafe(os.fstat(file.fileno()), path, called, ours=ours, warn=warn)
            os.set_blocking(file.fileno(), True)
            content = file.read(_MAX_KEY_FILE_OCTETS + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        if isinstance(error, OSError) and errors.NotNow.is_why(error):
            raise errors.NotNow(f"cannot read {called}: {reason}") from None
        raise errors.UsageError(f"cannot read {called}: {reason}", hint="" if path in called else _NOT_SHOWN) from None
    if len(content) > _MAX_KEY_FILE_OCTETS:
        raise errors.UsageError(f"{called} is too large to be a key")
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise errors.UsageError(f"{called} is not a text file") from None


def is_open_to_others(status: os.stat_result, path: str) -> bool:
    """Return whether others than owner and group can read or write a regular file, and no container has it so."""
    others = status.st_mode & (stat.S_IROTH | stat.S_IWOTH)
    if not stat.S_ISREG(status.st_mode) or not others:
        return False
    return bool(others & stat.S_IWOTH) or not _is_secret_of_container(path)


def _is_secret_of_container(path: str) -> bool:
    places = tuple(f"{os.path.realpath(place)}/" for place in SECRETS_OF_CONTAINERS)  # /var/run is a link to /run
    return os.path.realpath(path).startswith(places)


def called_in_errors(path: str, otherwise: str) -> str:
    """Return a path as errors show it; `otherwise` if it may be a secret that somebody gave in a path's place.

    That is so if neither the path is there, nor the first directory in it (Base64 has slashes, too), and it does not
    end as files with keys do.
    """
    root = path[: len(path) - len(path.lstrip("/"))]
    first, slash, _ = path.removeprefix(root).partition("/")
    is_path = path.endswith(_ENDINGS) or os.path.lexists(path) or (slash and os.path.lexists(root + first))
    if not path or is_path:
        return path if path.isprintable() and path else quoted(path)
    return otherwise


def keys_from_text(text: str, source: str) -> list[Key]:
    """Return the keys of a text in named.conf's language; `source` names it in errors.

    It is read as BIND reads it, but that the semicolon behind a key may be missing, and a secret without quotes may
    have slashes: ISC's dhcpd.conf has such keys. Only `key` statements are looked at, and only those outside of others,
    as `view`. Raises UsageError, which names the line, and repeats no word but the name of a key that is right and an
    algorithm that nearly is: any other may be a part of a secret.
    """
    words = _Words(text, source)
    lines: dict[Name, int] = {}
    keys = []
    while word := words.take():
        if word.lower() != "key":
            words.pass_over(word)
            continue
        start = words.start
        key = _read_key(words)
        if key.name in lines:
            raise words.fault(f"there is a key {key.name} in line {lines[key.name]} already", start)
        lines[key.name] = words.line(start)
        keys.append(key)
    return keys


def secret_in_file(where: str, text: str) -> bytes:
    """Return the secret that stands in a file, at `where`, as Base64; raises UsageError.

    As in BIND, blanks and line ends within it do not count.
    """
    if not text:
        raise errors.UsageError(f"{where}: the secret is empty")
    decoded = _decode_base64(text.translate(_NO_BLANKS).encode(errors="replace"))
    if decoded is None:
        raise errors.UsageError(
            f"{where}: the secret is not strict, padded Base64", hint="copy it again, with its last ="
        )
    return decoded


def key_in_file(where: str, name: str, secret: bytes, algorithm: Algorithm) -> Key:
    """Return the key whose name stands in a file, at `where`; raises UsageError, which does not repeat it."""
    try:
        owner = Name.from_text(name)
    except errors.InvalidText:
        raise errors.UsageError(f"{where}: the key's name is not a domain name") from None
    try:
        return Key(owner, secret, algorithm)
    except errors.UsageError as error:
        raise errors.UsageError(f"{where}: {error.text}", hint=error.hint) from None


_PUNCTUATION = "{};"
_COMMENT_ENDS = {"#": "\n", "//": "\n", "/*": "*/"}
_WORD_ENDS = '{};"#'
_NO_BLANKS = dict.fromkeys(map(ord, " \t\r\n"))


class _Words:
    """A text in named.conf's language, taken word by word; `start` is where the last one stands."""

    __slots__ = ("position", "source", "start", "text")

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.position = self.start = 0

    def take(self) -> str:
        """Return the next word, brace, semicolon, or quoted string (with its first quote); "" at the end."""
        self._skip_blanks_and_comments()
        text, start = self.text, self.position
        self.start = start
        if text.startswith('"', start):
            return self._take_quoted()
        end = start + 1
        if text[start:end] not in _PUNCTUATION:
            while end < len(text) and not text[end].isspace() and text[end] not in _WORD_ENDS:
                if text[end] == "/" and text[end : end + 2] in _COMMENT_ENDS:
                    break
                end += 1
        self.position = min(end, len(text))
        return text[start:end]

    def pass_over(self, word: str) -> None:
        """Read on to the end of the statement that begins with `word`: a semicolon, or its block's last brace."""
        opened = []
        previous = ""
        while word:
            if word == "{":
                opened.append(self.start)
            elif word == "}":
                if not opened:
                    raise self.fault("this brace closes nothing")
                opened.pop()
            if not opened and word in _PUNCTUATION:
                return
            if not opened and word.lower() == "key" and previous.startswith('"'):
                raise self.fault("there is no semicolon before this key")
            previous, word = word, self.take()
        if opened:
            raise self.fault("this brace is never closed", opened[0])

    def line(self, start: int) -> int:
        """Return the number of a line, from 1 on."""
        return self.text.count("\n", 0, start) + 1

    def where(self, start: int) -> str:
        """Return the source and the line, as errors begin."""
        return f"{self.source}, line {self.line(start)}"

    def fault(self, what: str, start: int | None = None) -> errors.UsageError:
        """Return the error for what is wrong at `start`, or at the last word."""
        return errors.UsageError(f"{self.where(self.start if start is None else start)}: {what}")

    def _take_quoted(self) -> str:
        """Return a quoted string, in which a backslash before a quote makes it a part of the string."""
        text, end, is_escaped = self.text, self.start, True
        while is_escaped:
            end = text.find('"', end + 1)
            if end < 0:
                raise self.fault("a quoted string has no end")
            first_backslash = end
            while text[first_backslash - 1] == "\\":
                first_backslash -= 1
            is_escaped = (end - first_backslash) % 2 == 1
        self.position = end + 1
        return text[self.start : end].replace('\\"', '"')

    def _skip_blanks_and_comments(self) -> None:
        text = self.text
        while self.position < len(text):
            self.start = self.position
            character = text[self.position]
            if character.isspace():
                self.position += 1
                continue
            mark = character if character == "#" else text[self.position : self.position + 2]
            if mark not in _COMMENT_ENDS:
                return
            end = _COMMENT_ENDS[mark]
            found = text.find(end, self.position + len(mark))
            if found < 0 and end == "*/":
                raise self.fault("a comment has no end")
            self.position = len(text) if found < 0 else found + len(end)


def _read_key(words: _Words) -> Key:
    """Read what follows the word `key`: a name, and `{ algorithm A; secret "S"; }`."""
    start = words.start
    name = words.take()
    if name in ("", '"', *_PUNCTUATION):
        raise words.fault("the key has no name", start)
    if words.take() != "{":
        raise words.fault("the key's name is not followed by a brace", start)
    fields = _read_fields(words, start)
    missing = {"algorithm", "secret"} - fields.keys()
    if missing:
        raise words.fault(f"the key has no {' and no '.join(sorted(missing))}", start)
    algorithm, place = fields["algorithm"]
    try:
        signer = Algorithm.from_text(algorithm)
    except errors.InvalidText as error:
        located = errors.InvalidText(f"{error.text} in {words.where(place)}", hint=error.hint, cause=error.cause)
        located.subject = error.subject
        raise located from None
    text, place = fields["secret"]
    secret = secret_in_file(words.where(place), text)
    return key_in_file(words.where(start), name.removeprefix('"'), secret, signer)


def _read_fields(words: _Words, start: int) -> dict[str, tuple[str, int]]:
    """Read a key's fields up to the closing brace; return each value, and where it stands."""
    fields: dict[str, tuple[str, int]] = {}
    while (field := words.take().lower()) != "}":
        if not field:
            raise words.fault("the key has no closing brace", start)
        if field not in ("algorithm", "secret"):
            raise words.fault("a key has an algorithm and a secret, nothing else")
        if field in fields:
            raise words.fault(f"the key has a second {field}")
        value = words.take()
        if value in ("", *_PUNCTUATION):
            raise words.fault(f"there is nothing behind {field}")
        fields[field] = value.removeprefix('"'), words.start
        if words.take() != ";":
            raise words.fault(f"there is no semicolon behind the {field}", fields[field][1])
    return fields


def _key_name(name: object) -> Name:
    """Return a key's name, which a text or a Name gives."""
    if isinstance(name, str):
        name = Name.from_text(name)
    if not isinstance(name, Name):
        raise errors.UsageError("a key's name is a Name or a text")
    if name.labels == (b"@",):
        raise errors.UsageError("@ is the zone, no key's name", hint="the name is that in the server's key statement")
    if not name.labels:
        raise errors.UsageError("the root is no key's name", hint="the name is that in the server's key statement")
    return name


def _checked(secret: object) -> bytes:
    """Return a secret if it is one."""
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
    """Tell whether a text can be shown as a misspelt algorithm; others may be secrets."""
    import difflib  # noqa: PLC0415 - only when something is wrong

    is_like_one = text.startswith("hmac") or difflib.get_close_matches(text, _ALGORITHMS, 1)
    return len(text) <= _MAX_ALGORITHM_SHOWN and bool(is_like_one)


def _decode_base64(text: bytes) -> bytes | None:
    """Return what strict, padded, canonical Base64 stands for, or None."""
    try:
        decoded = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    return decoded if decoded and binascii.b2a_base64(decoded, newline=False) == text else None


def open_at_once(path: str, flags: int) -> int:
    """Open a file without waiting for a named pipe's writer; `flags` are those of `open`, O_CLOEXEC among them."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _refuse_unsafe(
    status: os.stat_result, path: str, called: str, *, ours: bool, warn: Callable[[str], None] | None
) -> None:
    """Raise UsageError for a named pipe, and for a file that others can read or write; or else tell `warn` that."""
    if stat.S_ISFIFO(status.st_mode) and not path.startswith(_DESCRIPTORS):
        raise errors.UsageError(f"{called} is a named pipe", hint="give a file, or a pipe as /dev/stdin or <(COMMAND)")
    if not stat.S_ISREG(status.st_mode):
        return
    if is_open_to_others(status, path):
        what = f"{called} can be read or written by others"
        to_do = f"if it is for keys only, run: chmod o-rw {_argument(path, called)}"
        if warn is None:
            raise errors.UsageError(what, hint=to_do)
        warn(f"warning: {what}: {to_do}")
    us = os.geteuid()
    if ours and status.st_uid not in (0, us) and not _is_secret_of_container(path):
        command = f"chown {us or 'root'} {_argument(path, called)}"
        raise errors.UsageError(
            f"{called} belongs to another user, who can change it",
            hint=f"if only you use it, run as root: {command}; otherwise use a copy of your own",
        )


def _argument(path: str, called: str) -> str:
    """Return a file as a shell takes it; FILE if it is not called by its path."""
    import shlex  # noqa: PLC0415 - only when something is wrong

    return shlex.quote(path) if called == path else "FILE"
