"""Keys: those that the options `-y`, `-k` and `-l` name, and the forms of a key in an argument or a `key` command."""

from __future__ import annotations

from dns_update.auth import DEFAULT_ALGORITHM, Algorithm, Key
from dns_update.auth.named_conf import keys_from_text
from dns_update.auth.private_file import read_private_file
from dns_update.errors import InvalidText, UsageError, causes
from dns_update.nsupdate import Fatal, hint_of, shown, shown_path
from dns_update.nsupdate.options import SESSION_KEY_FILE, NsupdateOptions
from dns_update.rr.scanner import octet_name
from dns_update.wire.codes import decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


_KEY_FILE = "the file named by -k"  # in place of a path that may be a secret
_PARTS = 2  # of `name:secret`; with the algorithm before them, three


def key_from_options(options: NsupdateOptions, warn: Callable[[str], None]) -> Key | None:
    """Return the key; None if no option names one. `warn` takes lines. Raises Fatal if the key cannot be read."""
    if options.key is not None:
        return _from_argument(options.key)
    path = options.key_file
    if options.local:
        path = path or SESSION_KEY_FILE
        return _from_statements(path, f"can't read key from {shown_path(path, _KEY_FILE)}", warn)
    if path is None:
        return None
    from dns_update.auth.kfile import key_from_pair, pair_of  # only with -k

    stem = shown_path(path, "").removesuffix(".private").removesuffix(".key").removesuffix(".")
    complaint = f"could not read key from {stem}.{{private,key}}" if stem else f"could not read key from {_KEY_FILE}"
    pair = pair_of(path)
    if pair is None:
        return _from_statements(path, complaint, warn)
    try:
        key = key_from_pair(*pair, warn=warn)
    except UsageError as error:
        raise _fatal(complaint, error) from error
    if key.is_shared:
        warn(f"{pair[1]}: Use of K* file pairs for HMAC is deprecated")
    return key


def key_from_text(name_and_algorithm: str, secret: str) -> Key:
    """Return the key of `[ALGORITHM:]NAME` and a secret in Base64; raises InvalidText, which never shows the secret."""
    algorithm, colon, name = name_and_algorithm.partition(":")
    signer = _algorithm(algorithm) if colon else DEFAULT_ALGORITHM
    try:
        owner = octet_name(name if colon else algorithm)
    except InvalidText as error:
        raise InvalidText("could not parse key name") from error
    try:
        return Key.from_secret(owner, "".join(secret.split()), signer, encoding="base64")
    except UsageError:
        # The name is not shown: if the user mixed up the fields, it is the secret.
        raise InvalidText("could not create key: bad base64 encoding") from None


def _algorithm(text: str) -> str:
    """Return the algorithm as `Algorithm` reads it: the bits of a truncated MAC are rounded up to whole octets."""
    whole, dash, bits = text.rpartition("-")
    try:
        algorithm = Algorithm.from_text(whole if dash and bits.isdecimal() else text)
    except InvalidText:
        raise InvalidText(f"unknown key type '{shown(text)}'") from None
    most = algorithm.mac_octets * 8
    if algorithm.text == text.lower() or not bits.isdecimal():
        return algorithm.text
    number = decimal(bits, most)
    if number == 0:
        return algorithm.text
    try:
        return Algorithm.from_text(f"{algorithm.text}-{-(-(number or most + 8) // 8) * 8}").text
    except InvalidText:
        raise InvalidText(f"digest-bits out of range [{max(80, most // 2)}..{most}]") from None


def _from_argument(text: str) -> Key:
    parts = text.split(":", _PARTS)
    if len(parts) < _PARTS or not all(parts):
        raise Fatal("key option must specify [hmac:]keyname:secret")
    try:
        return key_from_text(":".join(parts[:-1]), parts[-1])
    except InvalidText as error:
        raise Fatal(error.text) from error


def _from_statements(path: str, complaint: str, warn: Callable[[str], None]) -> Key:
    """Return the first key of a file in named.conf's language; `warn` takes a line if other users can read the file."""
    called = shown_path(path, _KEY_FILE)
    try:
        keys = keys_from_text(read_private_file(path, called, warn=warn), called)
    except UsageError as error:
        if isinstance(error, InvalidText) and error.cause == causes.UNKNOWN_ALGORITHM:
            complaint = f"unknown key type '{error.subject or '...'}'\n{complaint}"
        raise _fatal(complaint, error) from error
    if not keys:
        raise Fatal(f"{complaint}: {called} holds no key")
    return keys[0]


def _fatal(complaint: str, error: UsageError) -> Fatal:
    hint = f" ({hint_of(error)})" if error.hint else ""
    return Fatal(f"{complaint}: {error}{hint}")
