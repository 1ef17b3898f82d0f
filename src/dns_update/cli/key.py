"""`dns-update key`: which of its words is meant, and which properties each of them takes."""

from __future__ import annotations

from dns_update.cli.defaults import completed
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options, row_of
from dns_update.errors import UsageError

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
