"""What the words of `dns-update key` are given: key files, names, paths, and the texts of other files."""

from __future__ import annotations

import os
import re

from dns_update.auth import Key
from dns_update.auth.named_conf import key_statements
from dns_update.auth.private_file import called_in_errors, read_private_file
from dns_update.client.locate import Target
from dns_update.commandline.properties import Options
from dns_update.errors import Hint, UsageError
from dns_update.errors.classes import unusable_file
from dns_update.keys.assignment import check_plain
from dns_update.value import Value
from dns_update.wire.name import Name

_LARGEST = 1 << 24  # octets of a configuration, or of a list of hosts
_PLAIN_PATH = re.compile(r"[\w/.,+@%~-]+")


class KeyFile(Value):
    """A key file as it was read: its path, how errors call it, its text, and its keys in their order."""

    path: str
    called: str
    text: str
    keys: tuple[Key, ...]

    def key_named(self, name: Name) -> Key:
        """Return a key by its name; raises UsageError."""
        for key in self.keys:
            if key.name == name:
                return key
        raise UsageError(
            f"{self.called} holds no key named {name}", hint=f"it has {', '.join(str(key.name) for key in self.keys)}"
        )


def read_key_file(options: Options, step: str) -> KeyFile:
    """Return the key file of a line; raises UsageError if there is none, or if it has no key."""
    path = options.own_key_file
    if path is None:
        raise UsageError(f"key {step} needs a key file", hint=f"for example: dns-update key {step} home.key")
    called = called_in_errors(path, "the key file")
    text = read_private_file(path, called)
    keys = tuple(key for key, _start, _end in key_statements(text, called))
    if not keys:
        raise UsageError(f"{called} holds no key", hint='expected: key "name" { algorithm ...; secret "..."; };')
    return KeyFile(path, called, text, keys)


def owners_of(options: Options) -> tuple[Name, ...]:
    """Return the names that a key may change, in full; raises UsageError."""
    if options.granted and options.zone is None:
        raise UsageError("zone= is missing", hint=Hint("{zone:example.com} is the zone that holds the names"))
    owners = tuple(Target(text, options.zone).owner for text in options.granted or ())
    for owner in owners:
        check_plain(owner, "name=")
    return tuple(dict.fromkeys(owners))


def text_in(path: str, name: str, what: str, *, encoding: str = "utf-8", newline: str | None = None) -> str:
    """Return the text of the file that a property names, and that should be `what`; raises UsageError."""
    try:
        with open(path, encoding=encoding, newline=newline) as file:  # it may be /dev/stdin
            text = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise unusable_file(f"{name}=: cannot read {path}", error, "it is not a text") from error
    if len(text) > _LARGEST:
        raise UsageError(f"{name}=: {path} is too large for {what}")
    return text


def whole_path(path: str, what: str) -> str:
    """Return an absolute path; raises UsageError for one that cannot be written in every server's configuration."""
    whole = os.path.abspath(path)  # links stay as they are
    if not _PLAIN_PATH.fullmatch(whole):
        raise UsageError(
            f"{what} has a character that cannot be written in every server's configuration",
            hint="use letters, digits, and -_.,+@%~",
        )
    return whole
