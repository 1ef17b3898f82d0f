"""Secrets outside the `key` property: in a file, in the environment, in systemd's credentials.

A user may write a secret by mistake where a file's or variable's name belongs: no error repeats a text that may be one.
"""

from __future__ import annotations

import os

from dns_update.auth.private_file import called_in_errors, read_private_file
from dns_update.errors import Hint, UsageError

_USE = "use {key-file:{called}}"
_ASCII_BLANKS = " \t\r\n\f\v"


def secret_from(source: str, beside: str | None = None) -> str:
    """Return the secret that `@FILE`, `env:NAME` or `credential:NAME` means; raises UsageError.

    `beside` is explained at `path_of_credential`.
    """
    if source.startswith("@"):
        return _from_file(source.removeprefix("@"))
    if source.startswith("env:"):
        return _from_environment(source.removeprefix("env:"))
    return _from_credentials(source.removeprefix("credential:"), beside)


def _from_file(path: str) -> str:
    path = os.path.expanduser(path)  # a shell does so at the beginning of a word only
    called = called_in_errors(path, "the secret's file")
    content = read_private_file(path, called)
    words = content.lower()
    if "{" in words and "secret" in words and "algorithm" in words:
        raise UsageError(
            f"{called} is a key file, not a bare secret",
            hint=Hint("Key.from_file reads it", command_line=_USE, toml=_USE, called=called),
        )
    return _only_line(content, called)


def _from_environment(name: str) -> str:
    secret = os.environ.get(name)
    if not secret:
        shown = repr(name) if _is_plain(name) else "named after env:"
        raise UsageError(f"the environment variable {shown} is not set or empty")
    return secret.removesuffix("\n").removesuffix("\r")


def path_of_credential(name: str, beside: str | None = None) -> str:
    """Return the path of one of systemd's credentials; raises UsageError.

    If systemd has set no directory for them, it is a file in the directory `beside`, that of the configuration which
    names it.
    """
    shown = f" {name!r}" if _is_plain(name) else ""
    directory = os.environ.get("CREDENTIALS_DIRECTORY") or beside
    if not directory:
        raise UsageError(
            f"there is no credential{shown}: CREDENTIALS_DIRECTORY is not set",
            hint="systemd sets it for a unit with LoadCredential=",
        )
    if "/" in name or not name:
        raise UsageError("the text after credential: is not a credential's name")
    return f"{directory}/{name}"


def _from_credentials(name: str, beside: str | None) -> str:
    path = path_of_credential(name, beside)
    called = path if _is_plain(name) else f"the credential in {path.removesuffix(f'/{name}')}"
    return _only_line(read_private_file(path, called), called)


def _only_line(content: str, called: str) -> str:
    """Return the one line that is not blank, without the blanks around it."""
    lines = [stripped for line in content.split("\n") if (stripped := line.strip(_ASCII_BLANKS))]
    if not lines:
        raise UsageError(f"{called} is empty")
    if len(lines) > 1:
        raise UsageError(f"{called} holds {len(lines)} lines; one secret is expected")
    return lines[0]


def _is_plain(name: str) -> bool:
    """Return whether a name has only letters, digits, `_`, `.`, `-`, and no digit first: others may be secrets."""
    letters = name.replace("_", "a").replace(".", "0").replace("-", "0")
    return letters.isascii() and letters.isalnum() and letters[0].isalpha()
