"""Scripts for nsupdate as a plan: files of its commands, and shell scripts that feed it.

The commands are read by the same reader that `dns-nsupdate` uses. Where an address is in a script, there may be a
variable or a command of the shell: an origin of addresses takes its place.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from math import prod

from dns_update.auth import Key
from dns_update.errors import InvalidText, UsageError, quoted
from dns_update.migration import origins
from dns_update.migration.draft import Draft
from dns_update.migration.plan import IPV4, IPV6, AddressOrigin, Choices, MovedKey, MovedRecord, MovePlan
from dns_update.migration.shell import ShellCommand, ShellScript
from dns_update.migration.shell_words import UNKNOWN, ShellLine, Unknown, Unknowns
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.command_reader import COMMAND_WORDS, command_from_line
from dns_update.nsupdate.commands import (
    Addition,
    ClassCommand,
    Deletion,
    KeyCommand,
    LeaseCommand,
    LocalCommand,
    NsupdateCommand,
    Plain,
    Prerequisite,
    ServerCommand,
    TtlCommand,
    ZoneCommand,
)
from dns_update.nsupdate.keys import key_from_options
from dns_update.nsupdate.lexer import Lexer
from dns_update.nsupdate.options import LOCAL_HOST, SESSION_KEY_FILE, NsupdateOptions, options_from_words
from dns_update.transport import DNS_PORT
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType, rrtype_to_text
from dns_update.wire.name import Name

_PROGRAM = re.compile(r"(?:\S*/)?(?:k|dns-)?nsupdate")
_WRAPPERS = ("timeout", "env", "sudo", "ionice", "flock", "su", "dns-update", "chroot", "-u", "-n")
_FAMILIES = {RRType.A: IPV4, RRType.AAAA: IPV6}
_MOST_LINES = 1 << 14  # of all iterations of all loops; names by the thousand are written by programs
_SINGLE_QUOTED = re.compile(r"'[^']*'")
_VARIABLE = re.compile(r"(?<!\\)\$[{\w]")
_WRITE_IT_OUT = "write the value out in the script, and import it again"
_FIXED_DATA = 'add [[records]] with name =, type = "{type}" and value = for data that the agent should keep'


def plan_from_nsupdate(text: str, choices: Choices) -> MovePlan:
    """Return the plan of nsupdate's commands, or of a shell script that feeds them to nsupdate.

    What cannot be moved becomes a remark; raises UsageError only for a text that is too long to be a set-up.
    """
    draft = Draft(text, choices.identity)
    if is_plain(draft.text):
        lines = [ShellLine(line, number) for number, line in enumerate(draft.text.split("\n"), 1)]
        _ScriptRun(draft, None).take((lines[:-1] if not lines[-1].text else lines), _options([]))
    else:
        _ScriptReader(draft, ShellScript(draft.text)).read()
    plan = draft.plan()
    if not plan.records and not plan.remarks:
        draft.say(
            "error", 0, "no-update", "the file adds no address", "expected lines as: update add NAME TTL A ADDRESS"
        )
        plan = draft.plan()
    return plan


def is_plain(text: str) -> bool:
    """Return whether a text has nsupdate's commands only: whether the first line with a word begins as one of them."""
    for line in text.split("\n"):
        word = Lexer(line).word().lower()
        if word and not word.startswith((";", "#")):
            return word in COMMAND_WORDS
        if word.startswith("#!"):
            return False
    return False


_GSS = 'write auth = "gss" and a keytab in [keys.NAME]'


class _ScriptReader:
    """Finds out which lines of a script reach nsupdate, with which options, and takes them."""

    def __init__(self, draft: Draft, script: ShellScript) -> None:
        self._draft = draft
        self._script = script
        self._left = _MOST_LINES

    def read(self) -> None:
        """Take the whole script."""
        for number, expected in self._script.mistakes:
            text = f"the script ends early: expected {expected}"
            self._draft.say("error", number, "unfinished", text, "look at the quotes")
        waiting: list[ShellLine] = []
        for command in self._script.commands:
            words = _nsupdate_words(command, self._script.unknowns)
            if words is None:
                printed = command.printed()
                waiting += printed if command.is_fed else [line for line in printed if _is_understood(line.text)]
            elif waiting or command.lines:
                self._take_run(words, command.number, [*waiting, *command.lines])
                waiting = []
            elif words and "/" in words[-1] and not words[-1].startswith("-") and not UNKNOWN.search(words[-1]):
                text = "nsupdate gets its commands from another file, or from its user"
                self._draft.say("warning", command.number, "other-file", text, "import that file, too")
        relevant = [line for line in waiting if Lexer(line.text).word().lower() in COMMAND_WORDS]
        if any(_is_understood(line.text) for line in relevant):
            self._take_run([], 0, relevant)

    def _take_run(self, words: Sequence[str], number: int, lines: Sequence[ShellLine]) -> None:
        """Take the lines of a run, in each iteration of the loops around it; not of those with too many."""
        unknowns = self._script.unknowns
        found = dict.fromkeys(UNKNOWN.findall("".join([*words, *(line.text for line in lines)])))
        loops = {character: unknowns[character].values for character in found if unknowns[character].values}
        count = len(lines) * prod(map(len, loops.values()))
        if count > self._left:
            loops, count = {}, 0
        self._left -= count
        for values in product(*loops.values()):
            table = str.maketrans(dict(zip(loops, values, strict=True)))
            options = self._options([word.translate(table) for word in words], number)
            run = [ShellLine(line.text.translate(table), line.number) for line in lines]
            _ScriptRun(self._draft, unknowns, number).take(run, options)

    def _options(self, words: Sequence[str], number: int) -> NsupdateOptions:
        try:
            return _options(words)
        except Fatal:
            text = "the options of nsupdate are not understood, and are left out"
            self._draft.say("error", number, "bad-options", text, "compare them with nsupdate's manual")
            return _options([])


def _options(words: Sequence[str]) -> NsupdateOptions:
    options = options_from_words(words)
    if isinstance(options, str):  # -V and the like print something, and end
        raise Fatal(options)
    return options


def _nsupdate_words(command: ShellCommand, unknowns: Unknowns) -> list[str] | None:
    """Return the arguments of nsupdate; None if the command runs another program."""
    for place, word in enumerate(command.words):
        if place and command.program not in _WRAPPERS:
            return None
        named = unknowns[word].text if len(word) == 1 and UNKNOWN.match(word) else word
        if _PROGRAM.fullmatch(word) or (named != word and "nsupdate" in named.lower()):
            arguments = command.words[place + 1 :]
            return [part for each in arguments for part in (each.split() if each.startswith("-") else [each])]
    return None


def _is_understood(text: str) -> bool:
    """Return whether a line that a script prints is one of nsupdate's commands: it could be for the user."""
    if not Lexer(text).word():
        return False
    try:
        command_from_line(text, has_ttl=True)
    except InvalidText:
        return False
    return True


class _ScriptChange(Value):
    """An addition, and the number of its line."""

    command: Addition
    number: int


class _ScriptRun:
    """What nsupdate would do with some lines; `unknowns` explains the characters for what only the shell knows."""

    def __init__(self, draft: Draft, unknowns: Unknowns | None, number: int = 0) -> None:
        self._draft = draft
        self._unknowns = unknowns
        self._number = number
        self._servers: tuple[str, ...] = ()
        self._zone = ""
        self._key: MovedKey | None = None
        self._ttl: int | None = None
        self._transport = self._local_address = ""
        self._class: int = RRClass.IN
        self._port = DNS_PORT
        self._additions: list[_ScriptChange] = []
        self._deletions: dict[tuple[Name, int], int] = {}

    def take(self, lines: Sequence[ShellLine], options: NsupdateOptions) -> None:
        """Take the lines of one run."""
        self._set_options(options)
        for line in lines:
            command = self._command(line)
            if isinstance(command, Plain):
                if command.word == "quit":
                    break
                self._plain(command.word, line.number)
            elif command is not None:
                self._take(command, line.number)
        if self._additions or self._deletions:
            number = max([change.number for change in self._additions] + list(self._deletions.values()))
            self._draft.say("warning", number, "no-send", "there is no send after this, so nsupdate sends nothing")
            self._send()

    def _set_options(self, options: NsupdateOptions) -> None:
        self._transport = "tcp" if options.tcp else ""
        self._port = options.port
        if options.local:
            self._servers = LOCAL_HOST
            self._key = self._draft.key_file(options.key_file or SESSION_KEY_FILE, self._number)
        elif options.key_file is not None and not self._is_unknown(options.key_file, self._number):
            self._key = self._draft.key_file(options.key_file, self._number)
        elif options.key is not None and not self._is_unknown(options.key, self._number):
            self._key = self._key_of_argument(options)
        if options.gss or options.tls:
            text, to_do = "GSS-TSIG and TLS are not moved", f'{_GSS}, or transport = "tls" in [servers.NAME]'
            self._draft.say("error", self._number, "not-implemented", text, to_do)

    def _key_of_argument(self, options: NsupdateOptions) -> MovedKey | None:
        assert options.key is not None  # noqa: S101 - the caller looks
        try:
            key = key_from_options(options, lambda _: None)
        except Fatal:
            text = "the key is not [ALGORITHM:]NAME:SECRET with the secret in Base64"
            self._draft.say("error", self._number, "bad-key", text, "compare it with the server's key statement")
            return None
        if options.key.count(":") == 1:
            self._draft.algorithm_assumed(self._number)
        return None if key is None else moved_key(key)

    def _command(self, line: ShellLine) -> NsupdateCommand | None:
        """Return the command of a line; None, with a remark, if it has none."""
        try:
            command = command_from_line(line.text, has_ttl=self._ttl is not None)
        except InvalidText as error:
            if not self._is_unknown(line.text, line.number):
                what = f": {error.text}" if error.text else ""
                text = f"nsupdate does not understand the line{what}"
                self._draft.say("error", line.number, "not-understood", text, "expected a command of nsupdate")
            return None
        data = command.data if isinstance(command, (Addition, Deletion)) and command.rrtype in _FAMILIES else ""
        is_whole = not self._is_unknown(line.text.rstrip().removesuffix(data), line.number)
        return command if is_whole else None

    def _is_unknown(self, text: str, number: int) -> bool:
        """Return whether a text has a part that only a run can tell; then there is a remark."""
        found = UNKNOWN.search(text)
        if found is None or self._unknowns is None:
            return False
        text = f"the value of {self._unknowns[found[0]]} is not known here"
        self._draft.say("error", number, "unknown-value", text, _WRITE_IT_OUT)
        return True

    def _plain(self, word: str, number: int) -> None:
        if word == "send":
            self._send()
        elif word == "gsstsig":
            self._draft.say("error", number, "not-implemented", "GSS-TSIG is not moved", _GSS)

    def _take(self, command: NsupdateCommand, number: int) -> None:
        if isinstance(command, Addition):
            self._additions.append(_ScriptChange(command, number))
        elif isinstance(command, Deletion):
            self._deletions[command.name, command.rrtype] = number
        elif isinstance(command, Prerequisite):
            text = "the prerequisite is not moved: the agent sets its names whether or not they exist"
            self._draft.say("error", number, "not-understood", text, "keep the script if it must depend on this")
        elif isinstance(command, LeaseCommand):
            self._draft.say("warning", number, "not-moved", "the agent asks for no lease", "records stay until removed")
        else:
            self._set(command, number)

    def _set(self, command: NsupdateCommand, number: int) -> None:
        if isinstance(command, ServerCommand):
            self._servers = self._draft.server(f"{command.host} {command.port or self._port}", number)
        elif isinstance(command, ZoneCommand):
            self._zone = str(command.zone)
        elif isinstance(command, KeyCommand):
            self._key = moved_key(command.key)
        elif isinstance(command, TtlCommand):
            self._ttl = command.seconds
        elif isinstance(command, ClassCommand):
            self._class = command.rrclass
        elif isinstance(command, LocalCommand):
            self._local_address = command.address

    def _send(self) -> None:
        """Make records of the changes since the last send."""
        groups: dict[tuple[Name, int], list[_ScriptChange]] = {}
        for change in self._additions:
            command = change.command
            if command.rrtype not in _FAMILIES or (command.rrclass or self._class) != RRClass.IN:
                kind = rrtype_to_text(command.rrtype)
                hint = _FIXED_DATA.format(type=kind)
                self._not_moved(change.number, f"the {kind} record of {command.name}", hint)
            else:
                groups.setdefault((command.name, command.rrtype), []).append(change)
        self._tell_of_deletions(frozenset(groups))
        for (name, rrtype), changes in groups.items():
            self._tell_of_replacing(name, rrtype, changes[0].number)
            records = list(self._records(changes))
            if records:
                self._draft.put(records)
        self._additions.clear()
        self._deletions.clear()

    def _not_moved(self, number: int, what: str, hint: str) -> None:
        self._draft.say("error", number, "not-understood", f"{what} is not moved, only addresses are", hint)

    def _tell_of_deletions(self, added: Collection[tuple[Name, int]]) -> None:
        """Add a remark for each deletion without an addition."""
        names = {change.command.name for change in self._additions}
        for (name, rrtype), number in self._deletions.items():
            rrtext = rrtype_to_text(rrtype)
            if name not in names:
                hint = f"dns-update delete does it once: dns-update delete name={name}"
                self._draft.say("error", number, "not-understood", f"the deletion of {name} is not moved", hint)
            elif rrtype == RRType.ANY:
                text = f"the script deletes all records of {name}; the agent leaves those of other types alone"
                self._draft.say("warning", number, "deletes-more", text)
            elif (name, rrtype) not in added:
                text = f"the script deletes {name} {rrtext}; the agent leaves that alone"
                self._draft.say("warning", number, "deletes-more", text, f"dns-update delete name={name} type={rrtext}")

    def _tell_of_replacing(self, name: Name, rrtype: int, number: int) -> None:
        if not {(name, rrtype), (name, int(RRType.ANY))} & self._deletions.keys():
            text = f"the script adds to the addresses of {name}; the agent replaces them"
            self._draft.say("warning", number, "adds-only", text, "list all addresses in address = if there are others")

    def _records(self, changes: Sequence[_ScriptChange]) -> Iterator[MovedRecord]:
        """Yield the records of a name and family."""
        last = changes[-1]
        ttl = last.command.ttl if last.command.ttl is not None else self._ttl
        moved_ttl = None if ttl is None else self._draft.ttl(str(ttl), last.number, None)
        owner = self._draft.owner(str(last.command.name), self._zone, changes[0].number)
        if owner is None:
            return
        if not self._servers:
            self._draft.no_server(changes[0].number)
        if self._key is None:
            self._draft.unsigned(changes[0].number)
        for change in changes:
            origin = self._origin(change)
            if origin is None:
                continue
            yield MovedRecord(
                *owner,
                origin,
                self._servers,
                servers_used="first-success" if len(self._servers) > 1 else "one",
                key=self._key,
                ttl=moved_ttl,
                transport=self._transport,
                local_address=self._local_address,
                line=change.number,
            )

    def _origin(self, change: _ScriptChange) -> AddressOrigin | None:
        """Return where the address of an addition is from; None, with a remark, if that cannot be said."""
        data, family = change.command.data, _FAMILIES[change.command.rrtype]
        try:
            if len(data) == 1 and UNKNOWN.match(data) and self._unknowns is not None:
                return self._of_unknown(self._unknowns[data], family, change.number)
            if UNKNOWN.search(data):
                text = "the address is made of parts that are not known here"
                hint = 'for a prefix that changes: address = "prefix:br0+::5"'
                self._draft.say("error", change.number, "unknown-value", text, hint)
                return None
            origin = origins.literal(data)
        except UsageError as error:
            self._draft.refuse(change.number, "bad-source", "the address cannot be moved", error)
            return None
        if origin.family != family:
            text = f"{data} is not an address for a record of type {rrtype_to_text(change.command.rrtype)}"
            self._draft.say("error", change.number, "bad-source", text)
            return None
        return origin

    def _of_unknown(self, unknown: Unknown, family: int, number: int) -> AddressOrigin:
        if unknown.kind != "command":
            text = f"the address is {unknown}, which the script gets from outside; the record has the public address"
            hint = 'if it is the address of an interface: address = "interface:ppp0"'
            self._draft.say("warning", number, "address-from-outside", text, hint)
            return origins.public(family)
        origin = origins.of_command(unknown.text, family)
        if origin.kind == "interface":
            text = f"the script asks for the address of {quoted(origin.interface)}; the agent follows the interface"
            self._draft.say("info", number, "interface", text)
        elif origin.kind == "public-address":
            self._draft.say("info", number, "public-address", "the script asks a resolver; the agent does, too")
        elif origin.detail.startswith("http"):
            self._draft.say("info", number, "page", "the script fetches a page; the agent finds the address in it")
        elif _VARIABLE.search(_SINGLE_QUOTED.sub("", unknown.text)):
            text = "the address is from a command with variables, which the agent does not have"
            self._draft.say("error", number, "unknown-value", text, _WRITE_IT_OUT)
        else:
            text = "the address is the first line that a command of the script prints"
            self._draft.say("warning", number, "command", text, "run it on this machine, and compare what it prints")
        return origin


def moved_key(key: Key) -> MovedKey:
    """Return a key with its secret in Base64."""
    secret = binascii.b2a_base64(key.secret, newline=False).decode()
    return MovedKey(str(key.name), secret, key.algorithm.text)
