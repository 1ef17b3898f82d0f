"""The properties that a command line leaves out: from the environment, or from the configuration.

The command line is above the environment, which is above the configuration. Each property is looked up by itself; but
the key of the configuration is used as a whole or not at all, and what it says about its servers (transport, timeouts,
local address) goes with them.
"""

from __future__ import annotations

import os

from dns_update import errors
from dns_update.cli import talk
from dns_update.cli.target import target_of
from dns_update.commandline.properties import RECURRING, Options, Property, row_of, variable_of
from dns_update.wire.codes import RRClass
from dns_update.wire.inet import format_address
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dns_update.agent.config.one_name import Finding, OneName

_OF_TSIG = ("key", "key_file", "key_name", "algorithm", "key_encoding")
_OF_GSS = ("auth", "realm", "principal", "keytab", "ccache", "password")
_TICKETS = ("keytab", "ccache", "password")
_OF_KEYS = (*_OF_TSIG, *_OF_GSS)
_APART = ("update_server", "query_server")
_NEEDS_ADDRESS = ("set", "check")  # to the other commands, it has a meaning that there is none
_WITH_PTR = ("set", "add", "delete")
_KEEPS_TTL = ("add", "acme")
"""What is added gets the TTL of what is there; another one would change that. A token is of use for minutes, and the
TTL of a zone is that of names which stay."""
_NO_FILE = "/dev/null"


def completed(options: Options, command: str, configuration: str | None, *, is_routers: bool) -> Options:
    """Return the properties of a line with those that environment and configuration add; raises UsageError.

    `configuration` is the path of the usual one, None if there is none. With --debug, the origin of each is said.
    """
    options = with_environment(options, command)
    path = path_of(options, configuration)
    if path is None:
        return options
    owner = target_of(options, command, is_routers=is_routers).owner
    return with_configuration(options, command, path, owner, options.rrtype)


def with_environment(options: Options, command: str) -> Options:
    """Return the properties of a line with those that the environment adds; raises UsageError."""
    given = dict(options.given)
    for row in _rows_to_look_up(options, command):
        text = os.environ.get(variable_of(row.name))
        if text:
            given[row.attribute] = _read(row, text)
            if options.debug:
                talk(f"{row.name}={'...' if row.secret else text}: from {variable_of(row.name)}")
    return Options(given)


def path_of(options: Options, configuration: str | None) -> str | None:
    """Return the path of the configuration to use, of which `configuration` is the usual one; None if there is none."""
    path = configuration if options.config is None else options.config
    return None if path == _NO_FILE or options.rrclass != RRClass.IN else path


def _rows_to_look_up(options: Options, command: str) -> Iterator[Property]:
    """Yield the rows of the properties whose variables count: those that are left out, and make sense with the others.

    A key file has all of a key, and `key=` is another place of the secret than a key file. Kerberos needs no key, and
    tickets come from one place.
    """
    hidden = (*_hidden_by(options), *_hidden_servers(options))
    for name in RECURRING:
        row = row_of(name, command)
        if row is not None and row.attribute not in options.given and row.attribute not in hidden:
            yield row


def _hidden_servers(options: Options) -> tuple[str, ...]:
    """Return the properties of servers that would contradict what is given."""
    if "dns_server" in options.given:
        return _APART
    return ("dns_server",) if all(attribute in options.given for attribute in _APART) else ()


def _hidden_by(options: Options) -> tuple[str, ...]:
    """Return the attributes whose variables do not count, because of what the line says about the key."""
    if "key_file" in options.given:
        return _OF_KEYS
    if any(name in options.given for name in _OF_GSS):
        tickets = _TICKETS if any(name in options.given for name in _TICKETS) else ()
        return (*_OF_TSIG, *tickets)
    return ("key_file", *_OF_GSS) if "key" in options.given else ()


def _read(row: Property, text: str) -> object:
    """Return the value of a variable; raises UsageError."""
    variable = variable_of(row.name)
    try:
        value = row.read(text)
    except errors.InvalidText as error:
        from dns_update.commandline.mistakes import holds_secret  # only when something is wrong

        is_shown = not row.secret and not holds_secret(text)
        what = error.text if is_shown else "the value is not valid; it is not shown, because it may contain a secret"
        raise errors.UsageError(f"{variable}: {what}", hint=error.hint) from error
    if row.name == "ttl" and value == 0:
        raise errors.UsageError(
            f"{variable}: the TTL is 0, which deletes", hint="1 or more; ttl=0 is for the command line"
        )
    return value


def with_configuration(options: Options, command: str, path: str, owner: Name, rrtype: int | None) -> Options:
    """Return the properties with those that the configuration has for a name; raises UsageError.

    `rrtype` is the type that is changed, None for addresses.
    """
    from dns_update.agent.config.one_name import OneName  # tomllib and more, only if there is a configuration

    zone = options.zone if options.zone is not None and owner.is_within(options.zone) else None
    name = OneName(path, owner, zone, rrtype)
    found = _settings(name, options, command)
    key = None if any(attribute in options.given for attribute in _OF_KEYS) else _key(name)
    if options.debug:
        for attribute, finding in found.items():
            talk(f"{_written(attribute, finding.content)}: from {name.origin(finding.path)}")
        if key is not None:
            talk(f"key {key.content.name}: from {name.origin(key.path)}")
    contents = {attribute: finding.content for attribute, finding in found.items()}
    return Options({**contents, **options.given}, None if key is None else key.content, options)


def _key(name: OneName) -> Finding | None:
    """Return the key that the configuration has for the name; raises ConfigError."""
    try:
        return name.key()
    except errors.ConfigError as error:  # for a user who may read the configuration, but not the key
        error.hint = error.hint or f"key-file=FILE is another key; config={_NO_FILE} does without the configuration"
        raise


def _settings(name: OneName, options: Options, command: str) -> dict[str, Finding]:
    """Return what the configuration has for the properties that are left out, by attribute."""
    found = {} if "dns_server" in options.given else name.upstream()
    for attribute in _hidden_servers(options):
        found.pop(attribute, None)
    for attribute, finding in (("zone", name.zone()), ("ttl", None if command in _KEEPS_TTL else name.ttl())):
        if finding is not None:
            found[attribute] = finding
    if command in _NEEDS_ADDRESS and not options.address and options.rrtype is None and not options.value:
        found |= name.addresses()
    if command in _WITH_PTR:
        found |= name.pairs()
    return {attribute: finding for attribute, finding in found.items() if attribute not in options.given}


def _written(attribute: str, content: object) -> str:
    """Return a property as a command line has it; but sources of addresses in words, without secrets in them."""
    name = getattr(Options, attribute).name
    if attribute == "address" and isinstance(content, tuple):
        parts = [format_address(part) if isinstance(part, bytes) else str(part) for part in content]
        return f"{name} ({', '.join(parts)})"
    if isinstance(content, tuple):
        return f"{name}={','.join(content)}"
    if isinstance(content, bool):
        return f"{name}={'yes' if content else 'no'}"
    return f"{name}={content:g}" if isinstance(content, float) else f"{name}={content}"
