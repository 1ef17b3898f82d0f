"""A run of nsupdate: what outlives a line, and what each command does to it."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.message import Message, Question
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.commands import (
    HELP,
    Addition,
    CheckCommand,
    ClassCommand,
    Deletion,
    KeyCommand,
    LeaseCommand,
    LocalCommand,
    Plain,
    Prerequisite,
    ServerCommand,
    TtlCommand,
    ZoneCommand,
    command_of,
)
from dns_update.nsupdate.sender import LOCAL_HOST, Sender, first_name
from dns_update.nsupdate.talk import MESSAGES, MORE
from dns_update.nsupdate.translation import (
    Checks,
    addition_record,
    deletion_record,
    lease_record,
    prerequisite_record,
)
from dns_update.transport import Endpoint
from dns_update.wire.codes import Opcode, RRClass, RRType, rrclass_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.auth import Key
    from dns_update.nsupdate.commands import Command
    from dns_update.nsupdate.network import Network
    from dns_update.nsupdate.options import Settings
    from dns_update.nsupdate.talk import Talk
    from dns_update.rr.record import Record
    from dns_update.wire.name import Name

_OF_THE_MESSAGE = (Addition, Deletion, Prerequisite)


class Session:
    """Takes lines, one after the other, and carries them out.

    Zone, servers, key, TTL, default class and checks outlive a `send`. The pending message does not, nor its lease and
    the class that its first record set.
    """

    def __init__(self, settings: Settings, key: Key | None, network: Network, talk: Talk) -> None:
        """Start with what the options say; `key` is the one that they name."""
        self._settings = settings
        self._network = network
        self._talk = talk
        self._sender = Sender(settings, network, talk)
        self._key = key
        self._gss = settings.gss
        self._zone: Name | None = None
        self._servers: Sequence[Endpoint] | None = self._local_servers() if settings.local else None
        self._default_class: int = RRClass.IN
        self._class: int | None = None  # of the pending message, once something has set it
        self._ttl: int | None = None
        self._lease: tuple[int, ...] = ()
        self._checks = Checks()
        self._last_zone_section: tuple[Question, ...] = ()
        self._prerequisites: list[Record] = []
        self._changes: list[Record] = []

    @property
    def status(self) -> int:
        """The exit status, once all is settled: 2 if any update failed."""
        return 2 if self._sender.has_failed else 0

    def take(self, line: str) -> bool:
        """Carry out a line; return False for `quit`. What was sent may be under way still, until it must be settled.

        Raises InvalidText for a syntax error, and Fatal where no going on is possible; all is settled then.
        """
        try:
            command = command_of(line, has_ttl=self._ttl is not None)
            if isinstance(command, _OF_THE_MESSAGE):
                self._add_to_message(command)
                return True
            if isinstance(command, Plain):
                return self._plain(command.word)
            self._set(command)
        except (InvalidText, Fatal):
            self.settle()
            raise
        return True

    def settle(self) -> None:
        """Wait for the answers to all that was sent, and say what came of it.

        To be called before waiting for another line, whose writer may want to know, and behind the last one.
        """
        self._sender.settle()

    def _plain(self, word: str) -> bool:
        if word == "send":
            self._send()
            return True
        if not word:  # a comment
            return True
        self.settle()
        if word == "show":
            self._talk.put_message("Outgoing update query:", self._message(self._zone))
        elif word == "answer" and self._sender.answer is not None:
            self._talk.put_message("Answer:", self._sender.answer)
        elif word == "debug":
            self._talk.debug = MORE if self._talk.debug else MESSAGES
        elif word == "gsstsig":
            self._gss = True
        elif word in ("help", "version"):
            from dns_update import __version__  # noqa: PLC0415 - on request

            version = f"nsupdate {__version__} (dns-update)"
            self._talk.put(f"{version}:\n{HELP}" if word == "help" else f"{version}\n")
        return word != "quit"

    def _set(self, command: Command) -> None:
        if isinstance(command, ServerCommand):
            self._set_servers(command)
        elif isinstance(command, LocalCommand):
            if not self._network.may_use(command.address):
                raise InvalidText(f"invalid address {command.address}")
            self.settle()
            self._network.send_from(command.address, command.port)
        elif isinstance(command, ZoneCommand):
            self._zone = command.zone
        elif isinstance(command, ClassCommand):
            self._default_class = command.rrclass
        elif isinstance(command, TtlCommand):
            self._ttl = command.seconds
        elif isinstance(command, LeaseCommand):
            self._lease = command.seconds
        elif isinstance(command, KeyCommand):
            self._key = command.key
            self._gss = False
        elif isinstance(command, CheckCommand):
            names = command.wanted if command.subject == "names" else self._checks.names
            svcb = command.wanted if command.subject == "svcb" else self._checks.svcb
            self._checks = Checks(names=names, svcb=svcb)

    def _set_servers(self, command: ServerCommand) -> None:
        if self._settings.local:
            raise InvalidText("cannot reset server in localhost-only mode")
        port = self._settings.port if command.port is None else command.port
        self._servers = tuple(Endpoint(address, port) for address in self._network.addresses(command.host))

    def _local_servers(self) -> tuple[Endpoint, ...]:
        return tuple(Endpoint(a, self._settings.port) for a in LOCAL_HOST if self._network.may_use(a))

    def _add_to_message(self, command: Addition | Deletion | Prerequisite) -> None:
        if command.rrclass is not None:
            self._agree_on_class(command.rrclass)
        rrclass = self._message_class()
        if isinstance(command, Addition):
            self._changes.append(addition_record(command, rrclass, self._ttl or 0, self._checks))
        elif isinstance(command, Deletion):
            self._changes.append(deletion_record(command, rrclass))
        else:
            self._prerequisites.append(prerequisite_record(command, rrclass))

    def _agree_on_class(self, rrclass: int) -> None:
        """Let the first class that a record names be the whole message's; NONE says nothing, ANY is no zone's."""
        if rrclass == RRClass.NONE:
            return
        if rrclass == RRClass.ANY or self._class not in (None, rrclass):
            raise InvalidText(f"class mismatch: {rrclass_to_text(rrclass)}")
        self._class = rrclass

    def _message_class(self) -> int:
        if self._class is None:
            self._class = self._default_class
        return self._class

    def _message(self, zone: Name | None) -> Message:
        """Return the message for a zone; None leaves the zone section empty, as long as no zone is known."""
        return Message(
            opcode=Opcode.UPDATE,
            question=() if zone is None else self._zone_section(zone, self._message_class()),
            answer=tuple(self._prerequisites),
            authority=tuple(self._changes),
            additional=(lease_record(self._lease),) if self._lease else (),
        )

    def _zone_section(self, zone: Name, rrclass: int) -> tuple[Question, ...]:
        """Return the section, the same one as last time if it can be: that is the quickest to compare."""
        (last,) = self._last_zone_section or (None,)
        if last is None or last.name is not zone or last.rrclass != rrclass:
            self._last_zone_section = (Question(zone, RRType.SOA, rrclass),)
        return self._last_zone_section

    def _send(self) -> None:
        """Send what is pending, and forget it, whatever comes of it."""
        try:
            if self._zone is not None or self._changes or self._prerequisites:
                self._refuse_what_is_not_there_yet()
                self._deliver()
            else:
                self.settle()
                self._sender.answer = None
        finally:
            self._class = None
            self._lease = ()
            self._prerequisites.clear()
            self._changes.clear()

    def _deliver(self) -> None:
        zone, servers = self._zone, self._servers
        if zone is None or servers is None:
            first = zone if zone is not None else first_name(self._changes, self._prerequisites)
            place = self._sender.find(first, self._message_class(), servers, self._key, is_zone=zone is not None)
            if place is None:
                return
            zone, servers = zone if zone is not None else place.zone, place.servers
        self._sender.send(self._message(zone), servers, self._key)

    def _refuse_what_is_not_there_yet(self) -> None:
        if self._gss:
            raise Fatal("GSS-TSIG is not there yet: use a TSIG key (-k, -y or the command key)")
        if self._settings.tls:
            raise Fatal("TLS is not there yet: without -S, -A, -E, -K, -H and -O everybody on the way can read along")
