"""Sentences that name properties: each front door (command line, configuration, Python) spells these in its own way.

A sentence is a template. `{zone}` names a property, `{require:existing}` a property with a value. Any other `{field}`
is filled with a value that is given by name:

```
>>> hint = Hint("give {zone:{found}}, or leave {name} out", found="example.com")
>>> hint.rendered(COMMAND_LINE)
'give zone=example.com, or leave name= out'
>>> hint.rendered(TOML)
'give zone = "example.com", or leave name out'
```
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


class Door:
    """A front door: how it writes a property alone, and with a value."""

    __slots__ = ("_alone", "_names", "_valued", "_whole", "name")

    def __init__(
        self, name: str, alone: str, valued: str, names: Mapping[str, str], whole: Mapping[str, str] | None = None
    ) -> None:
        """Set two formats, with `{name}` and `{value}`, and the names of the properties that have another name here.

        `whole` are those whose name and value have one word here, as `name=value`.
        """
        self.name = name
        self._alone = alone
        self._valued = valued
        self._names = names
        self._whole = whole or {}

    def spelled(self, prop: str, value: str = "") -> str:
        """Return a property of the command line as it is written here, with a value if one is given."""
        name = self._names.get(prop, prop)
        if f"{prop}={value}" in self._whole:
            return self._whole[f"{prop}={value}"]
        if not value:
            return self._alone.format(name=name)
        if "." in name:  # a function of the library
            return f"{name}({self._literal(value)})"
        return self._valued.format(name=name, value=self._literal(value))

    def _literal(self, value: str) -> str:
        if self is COMMAND_LINE or self is NSUPDATE:
            return value
        truth = _TRUTH.get(value)
        if truth is not None:
            return truth if self is TOML else truth.capitalize()
        return value if value.isdecimal() else f'"{value}"'


_TRUTH = {"yes": "true", "no": "false"}

COMMAND_LINE = Door("command line", "{name}=", "{name}={value}", {})
TOML = Door(
    "configuration",
    "{name}",
    "{name} = {value}",
    {
        "dns-server": "servers",
        "key": "secret",
        "key-encoding": "encoding",
        "key-file": "file",
        "key-name": "name",
        "query-server": "query-servers",
        "update-server": "servers",
    },
)
PYTHON = Door(
    "Python",
    "{name}",
    "{name}={value}",
    {
        "address": "values",
        "allow-private": "allow_private",
        "check-names": "check_names",
        "class": "rrclass",
        "dns-server": "servers",
        "key": "secret",
        "key-encoding": "encoding",
        "key-file": "Key.from_file",
        "key-name": "name",
        "ptr-zone": "ptr_zone",
        "query-server": "query_servers",
        "tls-ca": "ca",
        "tls-cert": "certificate",
        "tls-hostname": "hostname",
        "tls-key": "private_key",
        "tls-pin": "pins",
        "tls-verify": "verify",
        "type": "rrtype",
        "update-server": "update_servers",
        "value": "values",
    },
    {"auth=gss": "key=GssKey()"},
)
NSUPDATE = Door(
    "nsupdate",
    "{name}",
    "{name} {value}",
    {
        "dns-server": "server",
        "query-server": "server",
        "update-server": "server",
        "key": "-y",
        "key-file": "-k",
        "ccache": "KRB5CCNAME",
        "key-name": "the key's name",
        "keytab": "KRB5_CLIENT_KTNAME",
        "retries": "-r",
        "tls-ca": "-A",
        "tls-cert": "-E",
        "tls-hostname": "-H",
        "tls-key": "-K",
    },
    {"auth=gss": "-g", "transport=tcp": "-v", "transport=tls": "-S", "tls-verify=no": "-O"},
)
DOORS = (COMMAND_LINE, TOML, PYTHON, NSUPDATE)

PROPERTIES = frozenset((
    "address", "algorithm", "allow-private", "auth", "ccache", "check-names", "class", "dns-server", "file", "key",
    "key-encoding", "key-file", "key-name", "keytab", "name", "password", "principal", "ptr", "ptr-zone",
    "query-server", "realm", "require", "retries", "socket", "tls-ca", "tls-cert", "tls-hostname", "tls-key",
    "tls-pin", "tls-verify", "transport", "ttl", "type", "update-server", "value", "verify", "zone",
))  # fmt: skip
"""The properties that such sentences name, as the command line writes them."""


class Hint(str):
    """A sentence, mostly what to do next. As a plain text it is for Python; `rendered` writes it for another door."""

    __slots__ = ("_others", "_template", "_values")
    _template: str
    _values: Mapping[str, object]
    _others: Mapping[Door, str]

    def __new__(cls, template: str, *, command_line: str = "", toml: str = "", **values: object) -> Self:
        """Make one of a template and the values of its fields.

        If a door needs other words, and not only another spelling, `command_line` or `toml` is its own template.
        """
        others = {door: text for door, text in ((COMMAND_LINE, command_line), (TOML, toml)) if text}
        hint = super().__new__(cls, template.format_map(_TemplateFields(PYTHON, values)))
        hint._template = template
        hint._values = values
        hint._others = others
        return hint

    @classmethod
    def of(cls, template: str, values: Mapping[str, object]) -> Self:
        """Make one of a template and the values of its fields."""
        return cls(template, **{"command_line": "", "toml": "", **values})  # type: ignore[arg-type]

    def rendered(self, door: Door) -> str:
        """Return the sentence as a door writes it."""
        return self._others.get(door, self._template).format_map(_TemplateFields(door, self._values))

    def __reduce__(self) -> tuple[object, ...]:
        texts = [self._others.get(door, "") for door in (COMMAND_LINE, TOML)]
        return _restored, (type(self), self._template, *texts, dict(self._values))


def _restored(kind: type[Hint], template: str, command_line: str, toml: str, values: dict[str, object]) -> Hint:
    return kind(template, command_line=command_line, toml=toml, **values)


def rendered(sentence: str, door: Door) -> str:
    """Return a sentence as a door writes it; one that names no properties is the same for all."""
    return sentence.rendered(door) if isinstance(sentence, Hint) else sentence


class _TemplateFields:
    """What the fields of a template mean, for `str.format_map`."""

    def __init__(self, door: Door, values: Mapping[str, object]) -> None:
        self._door = door
        self._values = values

    def __getitem__(self, field: str) -> object:
        if field in PROPERTIES:
            return _HintProperty(self._door, field)
        value = self._values[field]
        return rendered(value, self._door) if isinstance(value, str) else value


class _HintProperty:
    """A property in a template; what follows its colon is its value."""

    def __init__(self, door: Door, name: str) -> None:
        self._door = door
        self._name = name

    def __format__(self, value: str) -> str:
        return self._door.spelled(self._name, value)
