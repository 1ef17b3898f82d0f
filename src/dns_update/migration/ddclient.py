"""ddclient.conf as a plan: the hosts with `protocol=nsupdate`; all others are for providers, and are only listed.

The language is that of ddclient 3.8 to 4.0: options are separated by commas or blanks; options without a host apply to
the hosts in the lines after them; the others apply to their own hosts only.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator

from dns_update.errors import InvalidText, UsageError, quoted
from dns_update.migration import origins
from dns_update.migration.draft import Draft, Option, SetupSection
from dns_update.migration.plan import IPV4, IPV6, AddressOrigin, Choices, MovedKey, MovedRecord, MovePlan, Trigger
from dns_update.value import Value
from dns_update.wire.codes import MAX_U32, decimal
from dns_update.wire.inet import IPV6_OCTETS, parse_address
from dns_update.wire.ttl import UNITS

_OPTION = re.compile(r"[,\s]*([a-z][\w-]*)=", re.IGNORECASE | re.ASCII)
_PASSWORD = re.compile(r"(?:^|(?<=[\s,]))((?:fw-)?password[\w-]*)\s*=\s*('[^']*'|[^'\s]\S*)")
_DELAY = re.compile(r"(\d+)\s*(s|seconds?|m|minutes?|h|hours?|d|days?)?", re.IGNORECASE | re.ASCII)
_WORD_OR_COMMA = re.compile(r"[^\s,]+|,")
_UNITS = {"": 1} | {unit: UNITS[unit] for unit in "smhd"}
_LEAST_DAEMON = 60  # seconds; ddclient's own limit
_DEFAULT_TTL = "600"
_DEFAULT_PROTOCOL = "dyndns2"
_YES = re.compile(r"y(es)?|t(rue)?|1|on", re.IGNORECASE)

# The pages that ddclient knows by a name. dyndns is the oldest; the others are in the manual of 4.0, or were in 3.x.
_PAGES = {
    "dyndns": "http://checkip.dyndns.org/",
    "freedns": "https://freedns.afraid.org/dynamic/check.php",
    "he": "https://checkip.dns.he.net/",
    "he.net": "https://checkip.dns.he.net/",
    "icanhazip": "https://icanhazip.com/",
    "ip4only.me": "https://ip4only.me/api/",
    "ip6only.me": "https://ip6only.me/api/",
    "ipify-ipv4": "https://api.ipify.org/",
    "ipify-ipv6": "https://api6.ipify.org/",
    "loopia": "https://dns.loopia.se/checkip/checkip.php",
    "myonlineportal": "https://myonlineportal.net/checkip",
    "noip-ipv4": "http://ip1.dynupdate.no-ip.com/",
    "noip-ipv6": "http://ip1.dynupdate6.no-ip.com/",
    "nsupdate.info-ipv4": "https://ipv4.nsupdate.info/myip",
    "nsupdate.info-ipv6": "https://ipv6.nsupdate.info/myip",
    "zoneedit": "https://dynamic.zoneedit.com/checkip.html",
}
_CLOSED_PAGES = ("googledomains", "dnspark")
_OFF = ("", "disabled", "no")

_OF_NSUPDATE = {"server", "zone", "ttl", "tcp", "login", "password", "host", "protocol"}
_OF_ADDRESSES = {
    f"{word}{family}{more}"
    for word, extra in {
        "use": (),
        "ip": (),
        "if": ("-skip",),
        "web": ("-skip",),
        "cmd": ("-skip",),
        "fw": ("-skip",),
    }.items()
    for family in ("", "v4", "v6")
    for more in ("", *extra)
}
_WITHOUT_MEANING_HERE = {
    "apikey", "atime", "backupmx", "cache", "curl", "custom", "daemon", "debug", "dynurl", "exec", "facility", "file",
    "force", "foreground", "fw-banlocal", "fw-login", "fw-password", "fw-ssl-validate", "max-interval", "max-warn",
    "min-error-interval", "min-interval", "mtime", "mx", "on-failure", "partner", "pid", "priority", "query", "quiet",
    "quietreply", "redirect", "retry", "root-domain", "script", "secretapikey", "ssl", "ssl-validate", "ssl_ca_dir",
    "ssl_ca_file", "static", "status", "status-ipv4", "status-ipv6", "syslog", "test", "timeout",
    "use-personal-access-token", "verbose", "warned-min-error-interval", "warned-min-interval", "web-ssl-validate",
    "wildcard", "wtime",
}  # fmt: skip
_NOT_DONE_BY_THE_AGENT = {
    "postscript": ("the agent does not run it", 'on-change = ["/path/of/program"] in [agent] does the same'),
    "mail": ("the agent sends no mail", "its log and dns-update history have what it did"),
    "mail-failure": ("the agent sends no mail", "its log and dns-update history have what failed"),
    "mail-from": ("the agent sends no mail", "its log and dns-update history have what it did"),
    "proxy": ("the agent uses no proxy: the service would see the proxy's address", ""),
}
_KNOWN = _OF_NSUPDATE | _OF_ADDRESSES | _WITHOUT_MEANING_HERE | _NOT_DONE_BY_THE_AGENT.keys()


def plan_from_ddclient(text: str, choices: Choices) -> MovePlan:
    """Return the plan of a ddclient.conf.

    What cannot be moved becomes a remark; raises UsageError only for a text that is too long to be a set-up.
    """
    draft = Draft(text, choices.identity)
    return _DdclientReader(draft, choices).read(draft.text)


class _DdclientStatement(Value):
    """A line with the lines that continue it; `starts` has the place at which each begins, `first` is its number."""

    text: str
    starts: tuple[int, ...]
    first: int

    def line(self, place: int) -> int:
        """Return the number of the line that a place is in."""
        return self.first + bisect(self.starts, place) - 1


class _DdclientReader:
    """Reads one file."""

    def __init__(self, draft: Draft, choices: Choices) -> None:
        self._draft = draft
        self._choices = choices
        self._globals: dict[str, Option] = {}

    def read(self, text: str) -> MovePlan:
        """Return the plan of the whole text."""
        hosts: list[tuple[str, int, dict[str, Option]]] = []
        for statement in self._statements(text):
            settings, words = self._settings(statement)
            if not words:
                self._globals.update(settings)
                continue
            own = self._globals | settings
            for word, key in zip(words[1:3], ("login", "password"), strict=False):
                own[key] = Option(",".join([part.value for part in word]), word[0].line)
            self._tell_of_protocol(words[0][0].line, _protocol(own))
            hosts += [(host.value, host.line, own) for host in words[0] if host.value]
        interval = self._interval()
        for host, line, of_host in hosts:
            if _protocol(of_host) == "nsupdate":
                _DdclientHost(self._draft, self._choices, of_host, line).put(host, interval)
        if not hosts:
            hint = "e.g. protocol=nsupdate, server=192.0.2.1, zone=example.com, password=/etc/home.key home.example.com"
            self._draft.say("error", 0, "no-host", "the file has no host", hint)
        return self._draft.plan()

    def _tell_of_protocol(self, line: int, protocol: str) -> None:
        if protocol != "nsupdate":
            named = quoted(protocol) if not re.fullmatch(r"[a-z0-9.-]{1,24}", protocol) else protocol
            text = f"protocol={named} sends HTTP to a provider; dns-update speaks DNS to the zone's own server"
            self._draft.say("info", line, "other-protocol", text, "keep ddclient for it")

    def _statements(self, text: str) -> Iterator[_DdclientStatement]:
        """Yield lines without comments, together with their continuations."""
        parts, starts = list[str](), [0]
        lines = text.split("\n")
        for number, raw in enumerate(lines, 1):
            line, was_commented = _without_comment(raw.replace("\r", ""))
            if was_commented:
                line = line.rstrip()
            elif line.rstrip() != line and line.rstrip().endswith("\\"):
                reason = "blanks follow the backslash, so ddclient does not continue the line"
                self._draft.say("error", number, "blank-after-backslash", reason, "remove the blanks")
                line = line.rstrip()
            parts.append(line.removesuffix("\\"))
            if line.endswith("\\") and number < len(lines):
                starts.append(starts[-1] + len(parts[-1]))
                continue
            if line.endswith("\\"):
                self._draft.say(
                    "error", number, "no-continuation", "the file ends after a backslash", "expected a line"
                )
            yield _DdclientStatement("".join(parts), tuple(starts), number + 1 - len(parts))
            parts, starts = [], [0]

    def _settings(self, statement: _DdclientStatement) -> tuple[dict[str, Option], list[list[Option]]]:
        """Return the options of a statement, and the words after them: hosts, login, password."""
        settings: dict[str, Option] = {}
        place = 0
        while found := _OPTION.match(statement.text, place):
            line = statement.line(found.start(1))
            value, place, fault = _value(statement.text, found.end())
            key = found[1].lower()
            if fault:
                self._draft.say("error", line, "unfinished", f"{key}= ends with {fault}", "close it in the same line")
            if self._is_known(key, line):
                settings[key] = Option(value.rstrip(",") if key == "password" else value, line)
        words = self._words(statement, place)
        if "host" in settings:
            given = settings["host"]
            words[:1] = [[*(words[0] if words else ()), *(Option(host, given.line) for host in given.value.split(","))]]
        return settings, words

    def _words(self, statement: _DdclientStatement, place: int) -> list[list[Option]]:
        """Return the words after the options; those with commas between them belong together."""
        words: list[list[Option]] = []
        is_joined = False
        for found in _WORD_OR_COMMA.finditer(statement.text, place):
            if found[0] == ",":
                is_joined = bool(words)
                continue
            line = statement.line(found.start())
            if "=" in found[0]:
                text = "an option is not understood: blanks around =, or a wrong name"
                self._draft.say("error", line, "not-understood", text, "expected name=value without blanks")
                return []
            if is_joined:
                words[-1].append(Option(found[0], line))
            else:
                words.append([Option(found[0], line)])
            is_joined = False
        return words

    def _is_known(self, key: str, line: int) -> bool:
        base = key.removesuffix("_env")
        if base != key and base in _KNOWN:
            text = f"the value of {base} is in an environment variable"
            hint = (
                "name the file in [keys]" if base == "password" else "write the value in the file, and import it again"
            )
            self._draft.say("error", line, "in-the-environment", text, hint)
            return False
        if key in _NOT_DONE_BY_THE_AGENT:
            what, hint = _NOT_DONE_BY_THE_AGENT[key]
            self._draft.say(
                "warning" if key in ("postscript", "proxy") else "info", line, "not-moved", f"{key}=: {what}", hint
            )
        elif key not in _KNOWN and not key.startswith(("fw", "password")):
            text = f"ddclient has no option {quoted(key)}"
            self._draft.say("warning", line, "unknown-option", text, "ddclient ignores it, and so does this import")
        return key in _KNOWN

    def _interval(self) -> tuple[Trigger, ...]:
        daemon = self._globals.get("daemon")
        if daemon is None:
            return (Trigger(),)
        found = _DELAY.fullmatch(daemon.value)
        number = decimal(found[1], MAX_U32) if found else None
        if found is None or number is None:
            self._draft.say("error", daemon.line, "bad-time", "daemon= is not a time", "e.g. daemon=300 or daemon=5m")
            return (Trigger(),)
        seconds = number * _UNITS[(found[2] or "")[:1].lower()]
        return (Trigger("interval", max(seconds, _LEAST_DAEMON)),) if seconds else (Trigger(),)


class _DdclientHost:
    """One or several hosts with the same settings, which use nsupdate."""

    def __init__(self, draft: Draft, choices: Choices, settings: dict[str, Option], line: int) -> None:
        self._draft = draft
        self._choices = choices
        self._options = SetupSection(line, settings)
        self._line = line

    def put(self, host: str, triggers: tuple[Trigger, ...]) -> None:
        """Add the records of a host."""
        owner = self._draft.owner(host, self._options.value("zone").removesuffix("."), self._line)
        if not self._options.value("zone"):
            text = "there is no zone=: the agent finds the zone by its SOA record"
            self._draft.say("info", self._line, "no-zone-given", text)
        found = self._origins(host)
        key, servers = self._key(), self._servers()
        for origin in found if owner is not None else ():
            assert owner is not None  # noqa: S101 - the line above says so, but not to mypy
            record = MovedRecord(
                *owner,
                origin,
                servers,
                key=key,
                ttl=self._draft.ttl(
                    self._options.value("ttl") or _DEFAULT_TTL, self._options.line_of("ttl"), int(_DEFAULT_TTL)
                ),
                transport="tcp" if _YES.fullmatch(self._options.value("tcp")) else "",
                triggers=triggers,
                line=self._line,
            )
            self._draft.put((record,))

    def _servers(self) -> tuple[str, ...]:
        if not self._options.value("server"):
            self._draft.no_server(self._line)
            return ()
        return self._draft.server(self._options.value("server").lower(), self._options.line_of("server"))

    def _key(self) -> MovedKey | None:
        line = self._options.line_of("login")
        program = self._options.value("login").split()
        if program and not program[0].rpartition("/")[2].endswith("nsupdate"):
            text = "login= names a program that is not nsupdate; the agent sends the updates itself"
            self._draft.say("warning", line, "own-program", text, "look at what else the program does")
        if len(program) > 1:
            text = "login= has options of nsupdate, which are not moved"
            self._draft.say(
                "warning", line, "options-of-nsupdate", text, "e.g. -p is the port in address = in [servers]"
            )
        if not self._options.value("password"):
            self._draft.unsigned(self._line)
            return None
        return self._draft.key_file(self._options.value("password"), self._options.line_of("password"))

    def _origins(self, host: str) -> list[AddressOrigin]:
        """Return the origin of each family that is wanted."""
        wanted = {f"use{family}": self._options.value(f"use{family}").lower() for family in ("", "v4", "v6")}
        both = [key for key in ("usev4", "usev6") if wanted[key] not in _OFF]
        if both and wanted["use"] not in _OFF:
            text = "use= is given with usev4= or usev6=, which count"
            self._draft.say("info", self._options.line_of("use"), "use-ignored", text)
        keys = both or [key for key in ("use",) if wanted[key] not in _OFF]
        if not keys and not any(wanted.values()):
            text = f"{host} has no use=, usev4= or usev6=: where is its address from?"
            self._draft.say("error", self._line, "no-source", text, "the record has the public address; choose another")
            return [origins.public(IPV4)]
        if not keys:
            self._draft.say("info", self._line, "disabled", f"{host} is disabled: it gets no address")
        return [origin for key in keys if (origin := self._origin(key, wanted[key])) is not None]

    def _origin(self, key: str, strategy: str) -> AddressOrigin | None:
        """Return the origin that `use=STRATEGY` and its companions say; None, with a remark, if they are wrong."""
        family = self._family(key)
        line = self._options.line_of(key)
        suffix = key.removeprefix("use")
        kind = strategy.removesuffix(suffix) if suffix else strategy
        named = f"{kind}{suffix}" if self._options.value(f"{kind}{suffix}") else kind
        value, value_line = self._options.value(named), self._options.line_of(named)
        try:
            if kind == "ip":
                return self._literal(value, value_line, family if suffix else 0)
            if kind == "if":
                return self._interface(value or ("default" if suffix else "ppp0"), value_line, family)
            if kind == "web":
                return self._page(value, value_line, family, suffix)
            if kind == "cmd":
                return self._command(value, value_line, family)
        except UsageError as error:
            self._draft.refuse(value_line, "bad-source", f"{named}= is wrong", error)
            return None
        text = f"{key}={quoted(strategy)[1:-1]} reads the page of a router, which the agent does not"
        self._draft.say(
            "warning", line, "router-page", text, "the record has the public address; choose another source"
        )
        return origins.public(family)

    def _family(self, key: str) -> int:
        is_old_ipv6 = key == "use" and bool(_YES.fullmatch(self._options.value("ipv6")))  # ddclient 3.9
        return IPV6 if key == "usev6" or is_old_ipv6 else IPV4

    def _literal(self, value: str, line: int, family: int) -> AddressOrigin:
        origin = origins.literal(value)
        if family not in (0, origin.family):
            raise InvalidText(f"{value} is not an IPv{family} address")
        if len(parse_address(value)) == IPV6_OCTETS and not family:
            self._draft.say("info", line, "aaaa", "the address makes an AAAA record")
        return origin

    def _interface(self, name: str, line: int, family: int) -> AddressOrigin:
        if name.lower() == "default" and name not in self._choices.interfaces:
            text = "the address is that of the interface of the default route, which has no name here"
            self._draft.say("warning", line, "unmapped-interface", text, "name the interface, e.g. interface:ppp0")
        return origins.interface(name, family)

    def _page(self, value: str, line: int, family: int, suffix: str) -> AddressOrigin:
        if not value or value in _CLOSED_PAGES:
            text = f"web{suffix}= names no page: the agent asks a resolver for the public address"
            self._draft.say("info", line, "public-address", text)
            return origins.public(family)
        if "://" not in value and value not in _PAGES:
            scheme = (
                "http" if self._options.value("ssl") and not _YES.fullmatch(self._options.value("ssl")) else "https"
            )
            return origins.web(f"{scheme}://{value}", family)
        return origins.web(_PAGES.get(value, value), family)

    def _command(self, value: str, line: int, family: int) -> AddressOrigin:
        if not value:
            raise InvalidText("the program is missing", hint="e.g. cmd=/usr/local/bin/my-address")
        text = "the agent takes the address from the first line that the program prints"
        self._draft.say("info", line, "first-line", text)
        return origins.command(value, family)


def _protocol(settings: dict[str, Option]) -> str:
    setting = settings.get("protocol")
    return _DEFAULT_PROTOCOL if setting is None else setting.value.lower()


def _without_comment(line: str) -> tuple[str, bool]:
    """Return a line without its comment, and whether it had one; a # within a password does not begin one."""
    found = _PASSWORD.search(line)
    start = line.find("#")
    if found is not None and found.start() < start:
        start = line.find("#", found.end())
    if found is not None and (start < 0 or found.start() < start):
        line = f"{line[: found.start()]}{found[1]}={found[2]}".ljust(found.end()) + line[found.end() :]
    return (line, False) if start < 0 else (line[:start], True)


def _value(text: str, place: int) -> tuple[str, int, str]:
    """Return the value that begins at a place, where it ends, and what is unfinished in it."""
    value, quote = [], ""
    while place < len(text):
        character = text[place]
        if character == "\\" and place + 1 < len(text):
            value.append(text[place + 1])
            place += 2
            continue
        if quote and character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif not quote and (character.isspace() or character == ","):
            break
        else:
            value.append(character)
        place += 1
    return "".join(value), place, "an open quote" if quote else ""
