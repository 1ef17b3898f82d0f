"""`dns-update key`: which of its words is meant, and which properties each of them takes."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.auth.named_conf import key_statements
from dns_update.auth.private_file import called_in_errors, read_private_file
from dns_update.cli.defaults import completed
from dns_update.client.locate import Target
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options, row_of
from dns_update.errors import Hint, UsageError
from dns_update.errors.classes import unusable_file
from dns_update.keys.assignment import check_plain
from dns_update.value import Value
from dns_update.wire.name import Name

_LARGEST = 1 << 24  # octets of a configuration, or of a list of hosts
_FORMS = "for example: dns-update key generate name=home zone=example.com server-type=bind"
_COMMON = ("step", "key-file", "zone", "name", "type", "key-name", "dns-server", "server-type", "json", "quiet")
_ASKING = ("port", "timeout", "retries", "transport", "local-address", "acme")
_APPLYING = ("apply-to", "yes", "history")
_TAKEN = {
    "generate": (*_COMMON, "algorithm", "acme", "hosts", "output"),
    "show": (*_COMMON, *_ASKING, "history"),
    "rotate": (*_COMMON, "algorithm", "acme", *_APPLYING),
    "revoke": (*_COMMON, *_ASKING, *_APPLYING),
}
_NOT_TAKEN = {"show": ("server-type",), "rotate": ("key-name", "dns-server"), "revoke": ("history",)}


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = line.options("key")
    step = options.key_step
    if step is None:
        raise UsageError("key needs a word: generate, show, rotate or revoke", hint=_FORMS)
    _refuse_foreign(step, options)
    if step == "generate":
        from dns_update.cli.key_generate import generate  # one word, one import

        return generate(options)
    options = _with_environment(options)
    if step == "show":
        from dns_update.cli.key_show import show

        return show(options)
    if step == "rotate":
        from dns_update.cli.key_rotate import rotate

        return rotate(options)
    from dns_update.cli.key_revoke import revoke

    return revoke(options)


def _refuse_foreign(step: str, options: Options) -> None:
    taken = {*_TAKEN[step]} - {*_NOT_TAKEN.get(step, ())}
    for attribute in options.given:
        name = getattr(Options, attribute).name
        if name not in taken:
            raise UsageError(f"key {step} does not take {name}=", hint="see: dns-update key --help")


def _with_environment(options: Options) -> Options:
    """Return the properties with those that the environment has; a key's name only goes with the file beside it."""
    found = dict(completed(options, "key", None, is_routers=False).given)
    for name in ("key-name", "algorithm"):
        row = row_of(name, "key")
        if row is not None and row.attribute not in options.given:
            found.pop(row.attribute, None)
    return Options(found)


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
