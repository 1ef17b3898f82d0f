"""The key that the options name: `-y`, `-k` or `-l`. A key that cannot be had ends the run before anything is sent."""

from __future__ import annotations

from dns_update.auth import Key, keys_from_text, read_private_file
from dns_update.errors import InvalidText, UsageError
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.nsupdate import Fatal, shown_path
from dns_update.nsupdate.commands import key_of
from dns_update.nsupdate.options import SESSION_KEY_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.nsupdate.options import Settings

_KEY_FILE = "the file named by -k"  # where its path may be a secret
_PARTS = 2  # of `name:secret`; with the algorithm before them, three


def key_of_settings(settings: Settings, say: Callable[[str], None]) -> Key | None:
    """Return the key, None if no option names one; raises Fatal. `say` takes lines for people."""
    if settings.key is not None:
        return _from_argument(settings.key)
    path = settings.key_file
    if settings.local:
        path = path or SESSION_KEY_FILE
        return _from_statements(path, f"can't read key from {shown_path(path, _KEY_FILE)}", say)
    if path is None:
        return None
    from dns_update.auth.kfile import key_from_pair, pair_of  # noqa: PLC0415 - only with -k

    stem = shown_path(path, "").removesuffix(".private").removesuffix(".key").removesuffix(".")
    complaint = f"could not read key from {stem}.{{private,key}}" if stem else f"could not read key from {_KEY_FILE}"
    pair = pair_of(path)
    if pair is None:
        return _from_statements(path, complaint, say)
    try:
        key = key_from_pair(*pair, warn=say)
    except UsageError as error:
        raise _fatal(complaint, error) from error
    say(f"{pair[1]}: Use of K* file pairs for HMAC is deprecated")
    return key


def _from_argument(text: str) -> Key:
    parts = text.split(":", _PARTS)
    if len(parts) < _PARTS or not all(parts):
        raise Fatal("key option must specify [hmac:]keyname:secret")
    try:
        return key_of(":".join(parts[:-1]), parts[-1])
    except InvalidText as error:
        raise Fatal(error.text) from error


def _from_statements(path: str, complaint: str, say: Callable[[str], None]) -> Key:
    """Return the first key of a file in named.conf's language; `say` takes a warning of who can read it."""
    called = shown_path(path, _KEY_FILE)
    try:
        keys = keys_from_text(read_private_file(path, called, warn=say), called)
    except InvalidText as error:
        if error.text.startswith("unknown algorithm "):
            raise Fatal(error.text.replace("algorithm", "key type", 1)) from error
        raise _fatal(complaint, error) from error
    except UsageError as error:
        raise _fatal(complaint, error) from error
    if not keys:
        raise Fatal(f"{complaint}: {called} holds no key")
    return keys[0]


def _fatal(complaint: str, error: UsageError) -> Fatal:
    hint = f" ({rendered(error.hint, COMMAND_LINE)})" if error.hint else ""
    return Fatal(f"{complaint}: {error}{hint}")
