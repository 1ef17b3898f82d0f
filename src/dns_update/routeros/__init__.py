"""RouterOS's properties: one table from which come the parser of both spellings, the help text and the near misses.

RouterOS writes `name=value`, GNU `--name value` or `--name=value`; they may be mixed.
"""

from __future__ import annotations

import os

from dns_update import errors
from dns_update.auth import Algorithm
from dns_update.errors import quoted
from dns_update.rr.record import MAX_TTL, utf8
from dns_update.transport import Server, port_from_text
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType, decimal, is_zone_type, rrclass_from_text, rrtype_from_text
from dns_update.wire.inet import format_address, parse_address, parse_cidr, reverse_name
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from dataclasses import KW_ONLY

    from dns_update.address import Source

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
MAX_TIMEOUT = 3600.0  # seconds for one try; who waits longer than an hour has mistyped
MAX_RETRIES = 100

# How RouterOS's expressions begin, where they can stand. An IPv6 address of a server has brackets, too.
_EXPRESSIONS = {"address": ("[",), "dns-server": ("[:resolve", "[/"), "name": ("[/",)}


class Property(Value):
    """One property: its name, the form of its value, which commands take it, its help, and how its text is read.

    A `repeatable` one may be given several times; the value of a `secret` one is never shown; a `flag` needs no value
    in the GNU spelling.
    """

    name: str
    form: str
    commands: tuple[str, ...]
    help: str
    read: Callable[[str], object]
    _: KW_ONLY
    repeatable: bool = False
    secret: bool = False
    flag: bool = False

    @property
    def attribute(self) -> str:
        """The name of the attribute of Options that holds the value."""
        return self.name.replace("-", "_")


class Options:
    """The values of all properties of one command line; what was left out has its default."""

    def __init__(self) -> None:
        self.address: tuple[Source, ...] = ()
        self.dns_server: tuple[str, ...] = ()
        self.key: str | None = None
        self.key_name: Name | None = None
        self.name: str | None = None
        self.ttl: int | None = None
        self.zone: Name | None = None
        self.algorithm: Algorithm | None = None
        self.key_file: str | None = None
        self.key_encoding = "auto"
        self.type: int | None = None
        self.value: tuple[str, ...] = ()
        self.require = "any"
        self.verify = True
        self.allow_private = False
        self.check_names = True
        self.transport = "udp"
        self.port = 53
        self.timeout = 3.0
        self.retries = 3
        self.local_address: str | None = None
        # `class` is a keyword of Python; `setattr` does not mind, and neither does this.
        self.__dict__["class"] = RRClass.IN
        self.json = False
        self.debug = False

    @property
    def compare(self) -> bool:
        """Whether what stood before is of interest: an object tells what has changed."""
        return self.json and self.verify

    @property
    def rrclass(self) -> int:
        """The value of the property `class`."""
        number: int = self.__dict__["class"]
        return number


def ttl_from_text(text: str) -> int:
    """Return seconds, written as a number, with units as in `1h30m` (w, d, h, m, s), or as RouterOS's `1d00:05:00`.

    Raises InvalidText.
    """
    total, digits = 0, ""
    for character in _in_units(text):
        if character.isdecimal():
            digits += character
            continue
        number = decimal(digits, MAX_TTL)
        if number is None or character not in SECONDS:
            raise _not_a_ttl(text)
        total += number * SECONDS[character]
        digits = ""
    if not text or digits or total > MAX_TTL:
        raise _not_a_ttl(text)
    return total


def _in_units(text: str) -> str:
    """Return a time with a unit after each number, where it is plain seconds or has RouterOS's clock, `1d00:05:00`."""
    if text.isdecimal():
        return f"{text}s"
    hours, *rest = text.lower().rsplit(":", 2)
    return f"{hours}h{rest[0]}m{rest[1]}s" if len(rest) == 2 else text.lower()  # noqa: PLR2004 - minutes and seconds


def _not_a_ttl(text: str) -> errors.InvalidText:
    return errors.InvalidText(f"{quoted(text)} is not a TTL", hint=f"0 to {MAX_TTL} seconds, or 10m, 1h, 1d")


def _address(text: str) -> object:
    if text.startswith(_EXPRESSIONS["address"]):
        from dns_update.routeros.expression import source_from_expression  # noqa: PLC0415 - in routers' lines only

        text = source_from_expression(text)
    try:
        return (parse_cidr(text),)
    except errors.InvalidText:
        from dns_update.address import sources_from_text  # noqa: PLC0415 - most often it is an address as it stands

        return sources_from_text(text)


def _servers(text: str) -> tuple[str, ...]:
    if text.startswith(_EXPRESSIONS["dns-server"]):
        from dns_update.routeros.expression import host_from_expression  # noqa: PLC0415 - as above

        text = host_from_expression(text)
    servers = tuple(part.strip() for part in text.split(","))
    for server in servers:
        Server.from_text(server)
    return servers


def _name(text: str) -> str:
    if not text:
        raise errors.InvalidText("a domain name cannot be empty", hint="write @ for the zone itself")
    if text.startswith(_EXPRESSIONS["name"]):
        from dns_update.routeros.expression import name_from_expression  # noqa: PLC0415 - as above

        text = name_from_expression(text)
    if text != "@":
        Name.from_text(text)
    return text


def _full_name(text: str) -> Name:
    if text == "@":
        raise errors.InvalidText("'@' stands for the zone in name=, and for nothing here", hint="as example.com")
    return Name.from_text(text)


def _type(text: str) -> int:
    rrtype = rrtype_from_text(text)
    if not is_zone_type(rrtype) and text.upper() != "ANY":
        raise errors.InvalidText(f"{quoted(text)} is not a type that a zone can hold")
    return rrtype


def _class(text: str) -> int:
    rrclass = rrclass_from_text(text)
    if rrclass in (0, RRClass.ANY, RRClass.NONE):
        raise errors.InvalidText(f"{quoted(text)} is not a zone's class", hint="IN, CH or HS")
    return rrclass


def _timeout(text: str) -> float:
    is_number = text.isascii() and text.replace(".", "", 1).isdecimal()
    seconds = float(text) if is_number else 0.0
    if not 0 < seconds <= MAX_TIMEOUT:
        raise errors.InvalidText(
            f"{quoted(text)} is not a time", hint=f"seconds above 0, up to {MAX_TIMEOUT:.0f}, as 2.5"
        )
    return seconds


def _retries(text: str) -> int:
    retries = decimal(text, MAX_RETRIES)
    if retries is None:
        raise errors.InvalidText(f"{quoted(text)} is not a number of retries", hint=f"0 to {MAX_RETRIES}")
    return retries


def _own_address(text: str) -> str:
    return format_address(parse_address(text))


def _text(text: str) -> str:
    if not text:
        raise errors.InvalidText("the value is empty")
    utf8(text)
    return text


def path_from_text(text: str) -> str:
    """Return a path, which may begin with a home, as in `~/home.key`; raises InvalidText.

    A shell puts the home in its place at the beginning of a word only, and not in `key-file=~/home.key`.
    """
    path = _text(text)
    return os.path.expanduser(path) if path.startswith("~") else path  # noqa: PTH111 - pathlib costs 4 ms


def _choice(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise _not_possible(text, f"one of {', '.join(words)}")
        return text

    return read


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise _not_possible(text, "yes or no")
    return text == "yes"


def _not_possible(text: str, hint: str) -> errors.InvalidText:
    """Return the error for a text that is none of the words; it may be a secret in the wrong place."""
    return errors.InvalidText(f"{'that' if _may_be_secret(text) else quoted(text)} is not possible", hint=hint)


_SET = ("set",)
_CHANGE = ("set", "delete")
_ALL = ("set", "delete", "show")

PROPERTIES = (
    Property("name", "NAME", _ALL,
             "the name, relative to the zone or in full; @ is the zone itself", _name),
    Property("address", "SOURCE[,SOURCE...]", _CHANGE,
             "what the name shall point at: 203.0.113.45, 2001:db8::1, interface:ppp0 (/ipv4, /ipv6), prefix:br0+::5, "
             "dns:, https://HOST/PATH, command:PROGRAM; with type=PTR, the address whose reverse name is meant",
             _address, repeatable=True),
    Property("zone", "NAME", _ALL,
             "the zone to update; left out, it is found by its SOA record", _full_name),
    Property("dns-server", "HOST[:PORT][,...]", _ALL,
             "where to send; several are tried in order; left out, the primary in the zone's SOA record",
             _servers, repeatable=True),
    Property("key-name", "NAME", _ALL,
             "the key's name on the server; with key-file, which of its keys", _full_name),
    Property("key", "SECRET", _ALL,
             "the key's secret; better @FILE, env:NAME or credential:NAME, which no other user can see",
             _text, secret=True),
    Property("ttl", "TIME", _SET,
             "time to live: seconds, or 10m, 1h, 1d; left out, the one that stands is kept; 0 deletes the entry",
             ttl_from_text),
    Property("key-file", "FILE", _ALL,
             'a file with key "NAME" { algorithm ...; secret "..."; }; as BIND has it', path_from_text),
    Property("algorithm", "NAME", _ALL,
             "hmac-md5 (the default beside key=), hmac-sha1, -sha224, -sha256, -sha384, -sha512; hmac-sha256-128 is "
             "cut to 128 bits", Algorithm.from_text),
    Property("key-encoding", "auto|base64|text", _ALL,
             "how key= is written; auto (the default) takes strict Base64 as that, anything else as raw text",
             _choice("auto", "base64", "text")),
    Property("type", "TYPE", _ALL,
             "a record type: TXT, CNAME, MX, SRV, CAA, SVCB, TYPE65280, ...", _type),
    Property("value", "DATA", _CHANGE,
             "the data for type=, as in a zone file, names always in full; a TXT that begins with no quote is one text "
             "as it stands; repeat it for several records",
             _text, repeatable=True),
    Property("require", "any|existing|absent", _CHANGE,
             "go on only if the name exists, or does not; any is the default", _choice("any", "existing", "absent")),
    Property("verify", "yes|no", _CHANGE,
             "read the name back from the server afterwards; yes is the default", _yes_no),
    Property("allow-private", "yes|no", _SET,
             "publish an address from a source even if the world cannot reach it; no is the default", _yes_no),
    Property("check-names", "yes|no", _SET,
             "refuse what is not a host name where one belongs, as BIND does; yes is the default", _yes_no),
    Property("transport", "udp|tcp", _ALL,
             "udp (the default) changes to TCP by itself where a message is too large", _choice("udp", "tcp")),
    Property("port", "NUMBER", _ALL,
             "the servers' port, where dns-server does not say; 53 is the default", port_from_text),
    Property("timeout", "SECONDS", _ALL,
             "how long to wait for each try; 3 is the default", _timeout),
    Property("retries", "NUMBER", _ALL,
             "how many tries follow the first; 3 is the default", _retries),
    Property("local-address", "ADDRESS", _ALL,
             "the address to send from", _own_address),
    Property("class", "CLASS", _ALL,
             "the class: IN (the default), CH or HS", _class),
    Property("json", "yes|no", _ALL,
             "print the result as one JSON object on standard output", _yes_no, flag=True),
    Property("debug", "yes|no", _ALL,
             "print every message sent and received to standard error", _yes_no, flag=True),
)  # fmt: skip
_BY_NAME = {prop.name: prop for prop in PROPERTIES}

_LONGEST_SLIP = 20  # characters, somewhat more than the longest property has
_SHORTEST_SECRET = 8  # characters: whatever is shorter protects nothing, and is more likely a slip

_HELP_OPTIONS = ("--help", "-h")
HELP_WORDS = (*_HELP_OPTIONS, "help", "?")


class Line:
    """A command line's words, taken apart into properties and values; what is wrong with it waits to be asked for.

    So the flags are known even of a line that cannot be carried out: its error may have to be JSON, and who asks for
    help gets it. A word that is the value of a property is never taken for a flag.
    """

    def __init__(self, words: Sequence[str], *, is_routers: bool = False) -> None:
        """Take the words apart; in a router's line, a name that is left out is the zone's."""
        self._is_routers = is_routers
        self._given: list[tuple[str, str]] = []
        self._error: errors.UsageError | None = None
        self._sound: int | None = None  # how many of the properties stand before the error
        self._flag_is_open = False  # the last word was a flag without a value
        self.wants_help = words[0] in HELP_WORDS if words else False
        rest = iter(words[1:] if self.wants_help else words)
        for word in rest:
            if word in _HELP_OPTIONS:
                self.wants_help = True
                continue
            try:
                self._given.append(self._split(word, rest))
            except errors.UsageError as error:
                if self._error is None:
                    self._error, self._sound = error, len(self._given)

    def text(self, name: str) -> str | None:
        """Return the text that is given for a property first, right or wrong; None if it is left out."""
        return next((value for given, value in self._given if given == name), None)

    def has(self, flag: str) -> bool:
        """Tell whether a flag is set: `json` or `debug`."""
        return (flag, "yes") in self._given

    def options(self, command: str) -> Options:
        """Return what the properties say to a command; raises UsageError for the first word that is wrong."""
        given: dict[str, object] = {}
        behind_secret = False
        for name, value in self._given[: self._sound]:
            prop = _property(name, command, is_shown=not behind_secret)
            behind_secret = behind_secret or prop.secret
            content = _read(prop, value)
            if name not in given:
                given[name] = content
            elif prop.repeatable:
                given[name] = _joined(given[name], content)
            else:
                raise errors.UsageError(f"{name}= is given twice", hint="it takes one value")
        if self._error is not None:
            raise self._error
        if self._is_routers and command == "set" and "zone" in given and "type" not in given:
            given.setdefault("name", "@")
        options = Options()
        for name, content in given.items():
            several = _BY_NAME[name].repeatable and not isinstance(content, tuple)
            setattr(options, _BY_NAME[name].attribute, (content,) if several else content)
        if options.type == RRType.PTR and options.address:
            _name_by_address(options)
        return options

    def _split(self, word: str, rest: Iterator[str]) -> tuple[str, str]:
        """Return name and value of the property that starts with `word`, taking further words where they belong to it.

        The words of a RouterOS expression in brackets, which a shell has taken apart, are put together again.
        """
        is_gnu = word.startswith("--")
        name, equals, value = word.removeprefix("--").partition("=")
        follows_flag, self._flag_is_open = self._flag_is_open, False
        if not equals:
            if follows_flag and word in ("yes", "no"):  # `--json yes`
                name, value = self._given.pop()[0], word
            elif not is_gnu:
                raise self._stray(word)
            elif name in _BY_NAME and _BY_NAME[name].flag:
                value, self._flag_is_open = "yes", True
            else:
                following = next(rest, None)
                if name in _BY_NAME and (following is None or _is_next_property(following, name)):
                    raise _without_value(name, following)
                value = following or ""
        is_expression = value.startswith(_EXPRESSIONS.get(name, ()))
        while is_expression and value.count("[") > value.count("]"):
            following = next(rest, None)
            if following is None:
                raise errors.UsageError(f"{name}=: {quoted(value)} has a bracket that is not closed")
            value += f" {following}"
        return name, value

    def _stray(self, word: str) -> errors.UsageError:
        form = "they are written name=value or --name value, behind the command"
        if _may_be_secret(word):
            return _hidden()
        if any(name in _BY_NAME and _BY_NAME[name].secret for name, _value in self._given):
            return _unshown()
        if word.startswith("-") and word.lstrip("-") in _BY_NAME:
            form = f"--{word.lstrip('-')}"
        return errors.UsageError(
            f"{quoted(word)} is not a property" if word else "an empty word is no property", hint=form
        )


def _is_next_property(word: str, name: str) -> bool:
    """Tell whether the word behind `--NAME` is no value, but the next property; only data may look like one."""
    following, equals, _value = word.removeprefix("--").partition("=")
    if following not in _BY_NAME:
        return False
    is_secret = bool(equals) and _BY_NAME[following].secret
    is_gnu = word.startswith("--")
    return is_secret and is_gnu if name == "value" else is_secret or is_gnu


def _without_value(name: str, following: str | None) -> errors.UsageError:
    hint = f"--{name} {_BY_NAME[name].form}"
    if following is not None:
        option = following.partition("=")[0]
        hint += f"; a value that is itself an option's name is written --{name}={option}"
    return errors.UsageError(f"--{name} has no value", hint=hint)


def _name_by_address(options: Options) -> None:
    """Put the name that an address has for reverse look-ups in the place of the address; raises UsageError."""
    if options.name is not None:
        raise errors.UsageError(
            "name= and address= are both given with type=PTR", hint="the address makes the name, value= is the host"
        )
    address = options.address[0]
    if len(options.address) > 1 or not isinstance(address, bytes):
        raise errors.UsageError(
            "type=PTR takes one address, and no source of addresses", hint="e.g. address=203.0.113.45"
        )
    options.name, options.address = reverse_name(address), ()


def _joined(first: object, second: object) -> object:
    left = first if isinstance(first, tuple) else (first,)
    return left + (second if isinstance(second, tuple) else (second,))


def _property(name: str, command: str, *, is_shown: bool) -> Property:
    prop = _BY_NAME.get(name)
    if prop is None:
        near = _near_miss(name, command)
        if not near and not is_shown:
            raise _unshown()
        if not near and _may_be_secret(name):
            raise _hidden()
        hint = f"did you mean {near}?" if near else f"see: dns-update {command} --help"
        raise errors.UsageError(f"unknown property {quoted(name)}", hint=hint)
    if command not in prop.commands:
        raise errors.UsageError(f"{name}= has no meaning for {command}", hint=f"see: dns-update {command} --help")
    return prop


def _unshown() -> errors.UsageError:
    return errors.UsageError(
        "a word behind key= is no property; it is not shown, for it may be a part of the secret",
        hint="a secret with blanks needs quotes: 'key=...'",
    )


def _may_be_secret(word: str) -> bool:
    """Tell whether a word that is no property may be a secret whose `key=` was forgotten, and not just a slip."""
    is_plain = word.islower() and word.replace("-", "").isalpha()
    return len(word) > _LONGEST_SLIP or (len(word) >= _SHORTEST_SECRET and not is_plain)


def _hidden() -> errors.UsageError:
    return errors.UsageError(
        "there is a word that is no property; it is not shown, for it may be a secret",
        hint="properties are written name=value; a secret is key=SECRET, better key=@FILE",
    )


def _near_miss(name: str, command: str) -> str:
    import difflib  # noqa: PLC0415 - only when something is wrong

    candidates = [prop.name for prop in PROPERTIES if command in prop.commands]
    return next(iter(difflib.get_close_matches(name.lower(), candidates, 1)), "")


def _read(prop: Property, value: str) -> object:
    try:
        return prop.read(value)
    except errors.InvalidText as error:
        text = error.text
        if any(f"{secret.name}=" in value for secret in PROPERTIES if secret.secret):
            text = "that is not possible; it is not shown, for it holds what may be a secret"
        raise errors.UsageError(f"{prop.name}=: {text}", hint=error.hint) from error
