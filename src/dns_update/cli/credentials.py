"""The key that the properties of a command line give."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import DEFAULT_ALGORITHM, Algorithm, Key, read_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.commandline.properties import Options


def key_of(options: Options) -> Key | None:
    """Return the key, None if no property gives one; raises UsageError."""
    if options.key is not None and options.key_file is not None:
        raise errors.UsageError("key= and key-file= are both given", hint="one of them is enough")
    if options.key_file is not None:
        if options.algorithm is not None or options.key_encoding != "auto":
            raise errors.UsageError(
                "algorithm= and key-encoding= cannot be given with key-file=", hint="leave them out; the file has them"
            )
        return Key.from_file(options.key_file, options.key_name)
    if options.key is not None:
        if options.key_name is None:
            raise errors.UsageError(
                "key= is given without key-name=", hint="the server finds the secret by the key's name"
            )
        algorithm = options.algorithm if options.algorithm is not None else Algorithm.from_text(DEFAULT_ALGORITHM)
        return Key.from_secret(options.key_name, read_secret(options.key), algorithm, options.key_encoding)
    _refuse_without_secret(options)
    return None


def _refuse_without_secret(options: Options) -> None:
    """Raise UsageError for what describes a key, if there is none."""
    for name, given in (
        ("key-name", options.key_name is not None),
        ("algorithm", options.algorithm is not None),
        ("key-encoding", options.key_encoding != "auto"),
    ):
        if given:
            raise errors.UsageError(f"{name}= is given without a secret", hint="give key= or key-file=")
