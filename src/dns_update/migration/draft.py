"""A plan in the making: checks names, servers and times as the agent does, and collects records and remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dns_update.errors import UsageError
from dns_update.errors.hints import TOML, rendered
from dns_update.migration.plan import ImportRemark, MovedKey, MovedRecord, MovePlan, ordered
from dns_update.nsupdate import shown
from dns_update.rr.host_names import check_owner
from dns_update.rr.record import MAX_TTL
from dns_update.transport import Server, port_from_text
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType, decimal
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.remarks import Severity

MAX_CHARACTERS = 1 << 18  # thousands of names; what is longer is not a set-up but a log, an image, or an attack
IDENTITY = "{identity}"
"""The place in a name where the name of the machine belongs."""

_NOT_TEXT = re.compile("[\\ud800-\\udfff]")  # octets that are not UTF-8, as Python passes them on (PEP 383)
_WRITE_IN_FULL = "write the name in full, and the zone that holds it"


class Option(Value):
    """The value of an option, and its line."""

    value: str
    line: int


class SetupSection(Value):
    """The options of a part of a set-up by name, and the line at which the part begins."""

    line: int
    options: dict[str, Option]

    def value(self, name: str, default: str = "") -> str:
        """Return the value of an option; an empty one counts as none."""
        option = self.options.get(name)
        return default if option is None or not option.value else option.value

    def line_of(self, name: str) -> int:
        """Return the line of an option; that of the part if it has none."""
        option = self.options.get(name)
        return self.line if option is None else option.line


class Draft:
    """Records and remarks, until `plan` returns them; `identity` is the name of this machine, `text` the set-up.

    What of the text is not UTF-8 is replaced, with a remark.

    A record that sets a name again takes the place of the earlier one. What is wrong becomes a remark; nothing is
    raised, except by `__init__`: UsageError for a text that is too long to be a set-up.
    """

    def __init__(self, text: str, identity: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise UsageError(
                f"the file has {len(text)} characters, which is too many for a set-up", hint=f"at most {MAX_CHARACTERS}"
            )
        self._identity = identity
        self._records: dict[tuple[Name, int], Sequence[MovedRecord]] = {}
        self._remarks: set[ImportRemark] = set()
        self.text = _NOT_TEXT.sub("\ufffd", text.removeprefix("\ufeff"))
        found = _NOT_TEXT.search(text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            self.say("error", line, "not-utf-8", "the file is not UTF-8", "convert it, e.g. by iconv")

    def plan(self) -> MovePlan:
        """Return what was collected; the records in the order in which their names first appeared."""
        records = [record for records in self._records.values() for record in records]
        if any(record.origin.kind in ("interface", "service") for record in records):
            hint = "add allow-private = true to the record if that is what you want"
            text = "the agent does not publish a private address that it gets from an interface or a service"
            self.say("info", 0, "private-addresses", text, hint)
        return MovePlan(tuple(records), ordered(self._remarks))

    def put(self, records: Sequence[MovedRecord]) -> None:
        """Add the records that give one name its addresses of one family."""
        first = records[0]
        key = (Name.from_text(first.name), first.origin.family)
        for replaced in self._records.get(key, ())[:1]:
            if replaced == first:
                break  # a loop around the script
            text = f"{first.name} {first.type} is set again in line {first.line}, which counts"
            self.say("warning", replaced.line, "set-twice", text, "remove one of the two")
        self._records[key] = records

    def say(self, severity: Severity, line: int, code: str, text: str, hint: str = "") -> None:
        """Add a remark; the name of this machine takes its place in the texts."""
        text, hint = text.replace(IDENTITY, self._identity), hint.replace(IDENTITY, self._identity)
        self._remarks.add(ImportRemark(line, severity, code, text, hint))

    def refuse(self, line: int, code: str, what: str, error: UsageError) -> None:
        """Add what an error says of `what` as a remark."""
        self.say("error", line, code, f"{what}: {rendered(error.text, TOML)}", rendered(error.hint, TOML))

    def owner(self, written: str, zone: str, line: int) -> tuple[str, str] | None:
        """Return the full name that is meant, and its zone ("" if that is not known), both without the dot at the end.

        `written` is absolute for the program that is replaced. Returns None, with a remark, for what is not a name in
        the zone.
        """
        try:
            name = Name.from_text(written.replace(IDENTITY, self._identity))
            apex = Name.from_text(zone) if zone else None
        except UsageError as error:
            self.refuse(line, "bad-name", "this is not a name", error)
            return None
        if not name.labels:
            self.say("error", line, "bad-name", "the root has no addresses", _WRITE_IN_FULL)
            return None
        if apex is not None and not apex.labels:
            apex = None
        full = written.removesuffix(".")
        if apex is None and len(name.labels) == 1:
            self.say("error", line, "no-zone", f"{full} is not a full name, and there is no zone", _WRITE_IN_FULL)
            return None
        if apex is not None and not name.is_within(apex):
            if len(name.labels) != 1:
                self.say("error", line, "not-in-zone", f"{full} is not in the zone {apex}", _WRITE_IN_FULL)
                return None
            self.say("warning", line, "relative-name", f"{full} is taken as {full}.{apex}", _WRITE_IN_FULL)
            full, name = f"{full}.{apex}", name.below(apex)
        self._check_host_name(name, line)
        return full, "" if apex is None else str(apex)

    def _check_host_name(self, name: Name, line: int) -> None:
        try:
            check_owner(name, RRType.A, RRClass.IN)
        except UsageError as error:
            text = f"the agent does not accept the name: {rendered(error.text, TOML)}"
            self.say("error", line, "not-a-host-name", text, "add check-names = false to the record")

    def server(self, written: str, line: int) -> tuple[str, ...]:
        """Return a server as the agent writes it; none, with a remark, if it is not one.

        A port is after a colon, or after a blank as for nsupdate.
        """
        host, _, port = written.strip().partition(" ")
        try:
            server = Server.from_text(host)
            if port.strip():
                server = Server(server.host, port_from_text(port.strip()))
        except UsageError as error:
            self.refuse(line, "bad-server", "this is not a server", error)
            return ()
        return (str(server),)

    def ttl(self, written: str, line: int, default: int | None) -> int | None:
        """Return a TTL in seconds; the default, with a remark, if it is not one."""
        ttl = decimal(written, MAX_TTL)
        if ttl is None:
            hint = f"a number of seconds, at most {MAX_TTL}"
            self.say("error", line, "bad-ttl", "the TTL is not a number of seconds", hint)
            return default
        if ttl == 0:
            self.say("warning", line, "ttl-0", "the TTL is 0, which the agent does not accept: it becomes 1")
        return ttl or 1

    def key_file(self, path: str, line: int) -> MovedKey | None:
        """Return the key in a file; None, with a remark, if the agent cannot read such a file."""
        if not path or "\0" in path:
            self.say("error", line, "no-key", "there is no key file", 'name it: file = "/etc/dns-update/home.key"')
            return None
        if "/" not in path and ("." not in path or shown(path) != path):
            text = "the path of the key file is expected, and this may be a secret, so it is not moved"
            self.say("error", line, "not-a-path", text, "put the key into a file of its own, and name that in [keys]")
            return None
        if path.startswith("~"):
            text = "the key file is in the home directory of the user who runs the agent"
            self.say("warning", line, "relative-path", text, "write the whole path in [keys]")
        elif not path.startswith("/"):
            text = "the path of the key file is relative, and depends on where the agent is started"
            self.say("warning", line, "relative-path", text, "write the whole path in [keys]")
        return MovedKey("", file=path)

    def algorithm_assumed(self, line: int) -> None:
        """Add the remark for a key without an algorithm."""
        text = "the key has no algorithm: nsupdate takes hmac-md5, while knsupdate takes hmac-sha256"
        self.say("warning", line, "default-algorithm", text, "compare it with the server's key statement")

    def unsigned(self, line: int) -> None:
        """Add the remark for updates without a key."""
        text = "there is no key, so the updates are not signed"
        self.say("warning", line, "no-key", text, "add the key of the zone: key = in [zones] and a table in [keys]")

    def no_server(self, line: int) -> None:
        """Add the remark for updates without a server."""
        text = "no server is given: the agent takes the primary of the zone's SOA record"
        self.say("info", line, "no-server", text)
