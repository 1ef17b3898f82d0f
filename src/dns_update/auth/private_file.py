"""Files that hold secrets: read once, whole, and only if no one else can read or change them."""

from __future__ import annotations

import os
import stat

from dns_update import errors
from dns_update.errors import quoted

# Where containers have their secrets, put there by whoever started the container, as files that all in it can read.
SECRETS_OF_CONTAINERS = ("/run/secrets", "/var/run/secrets")
_MAX_KEY_FILE_OCTETS = 1 << 20  # a whole named.conf fits; /dev/zero does not
_KEY_FILE = "the key file"  # what errors call it if its path is not shown
_NOT_SHOWN = "a relative path starts from the current directory; this one is not shown, since it may be a secret"
_TAKES_A_PATH = (
    "{key-file} takes the path of a file; if this is the secret itself (it is not shown, since it looks like one), "
    "give {key} with it, {key-name} and {algorithm}"
)
_TAKES_A_PATH_IN_TOML = (
    "file takes a path; if this is the secret itself (it is not shown, since it looks like one), put it into a file, "
    'in key "NAME" {{ algorithm ...; secret "..."; }};'
)
ENDINGS = (".conf", ".key", ".private", ".secret", ".tsig", ".txt")  # of files with keys; no Base64 has a dot
_DESCRIPTORS = ("/dev/stdin", "/dev/fd/", "/proc/")  # where a pipe has no name of its own, e.g. a shell's <(...)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def read_private_file(path: str, called: str = "", *, warn: Callable[[str], None] | None = None) -> str:
    """Return a text file's content, without a byte order mark; refuse one that others may read or write.

    Others are all but owner and group, whoever these are: on a server, the key is mostly a file of the server's user.
    Others may read a file below /run/secrets or /var/run/secrets. With `warn`, which is called with a line for people,
    a file is read even if others can read or write it. `called` is the name for the file in errors, if its path may be
    a secret.

    A named pipe is refused, since it may never have a writer; /dev/stdin, a shell's `<(...)` and devices are read to
    their end. Raises UsageError, which names the `chmod` or `chown` to run.
    """
    called = called or called_in_errors(path, _KEY_FILE)
    try:
        with open(path, "rb", opener=open_at_once) as file:
            _refuse_unsafe(os.fstat(file.fileno()), path, called, warn=warn)
            os.set_blocking(file.fileno(), True)
            content = file.read(_MAX_KEY_FILE_OCTETS + 1)
    except (OSError, ValueError) as error:
        from dns_update.errors.classes import unusable_file  # rarely needed

        raise unusable_file(f"cannot read {called}", error, hint="" if path in called else _not_shown(called)) from None
    if len(content) > _MAX_KEY_FILE_OCTETS:
        raise errors.UsageError(f"{called} is too large to be a key")
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise errors.UsageError(f"{called} is not a text file") from None


def check_private_file(path: str, called: str) -> None:
    """Refuse a file that others can read or write, and one that cannot be read, as `read_private_file` does."""
    try:
        with open(path, "rb", opener=open_at_once) as file:
            _refuse_unsafe(os.fstat(file.fileno()), path, called, warn=None)
    except (OSError, ValueError) as error:
        from dns_update.errors.classes import unusable_file  # rarely needed

        raise unusable_file(f"cannot read {called}", error) from None


def is_open_to_others(status: os.stat_result, path: str) -> bool:
    """Return whether others can read or write a regular file, except a container's secret, which they may read."""
    others = status.st_mode & (stat.S_IROTH | stat.S_IWOTH)
    if not stat.S_ISREG(status.st_mode) or not others:
        return False
    return bool(others & stat.S_IWOTH) or not _is_secret_of_container(path)


def _is_secret_of_container(path: str) -> bool:
    places = tuple(f"{os.path.realpath(place)}/" for place in SECRETS_OF_CONTAINERS)  # /var/run is a link to /run
    return os.path.realpath(path).startswith(places)


def called_in_errors(path: str, otherwise: str) -> str:
    """Return a path as errors show it; `otherwise` if it may be a secret in the place of a path.

    That is possible if neither the path nor its first directory exists (Base64 has slashes, too), and it does not end
    as files with keys do.
    """
    root = path[: len(path) - len(path.lstrip("/"))]
    first, slash, _ = path.removeprefix(root).partition("/")
    is_path = path.endswith(ENDINGS) or os.path.lexists(path) or (slash and os.path.lexists(root + first))
    if not path or is_path:
        return path if path.isprintable() and path else quoted(path)
    return otherwise


def open_at_once(path: str, flags: int) -> int:
    """Open a file without waiting for a named pipe's writer; `flags` are those of `open`, with O_CLOEXEC."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def is_special(path: str) -> bool:
    """Return whether a file is not a regular one: to read from a pipe or a device may never end."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False  # to open it raises the error


def _refuse_unsafe(status: os.stat_result, path: str, called: str, *, warn: Callable[[str], None] | None) -> None:
    """Raise UsageError for a named pipe, and for a file that others can read or write; warn of the latter if `warn`."""
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


def _not_shown(called: str) -> str:
    """Return what to do about a file that is not there, and whose path may be a secret in its place."""
    return errors.Hint(_TAKES_A_PATH, toml=_TAKES_A_PATH_IN_TOML) if called == _KEY_FILE else _NOT_SHOWN


def _argument(path: str, called: str) -> str:
    """Return a file as an argument in a shell; FILE if its path is not shown."""
    import shlex  # only when something is wrong

    return shlex.quote(path) if called == path else "FILE"
