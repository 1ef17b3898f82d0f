"""A run of nsupdate: its state, and what each command does to it."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.errors import InvalidText
from dns_update.nsupdate import Fatal, commands
from dns_update.nsupdate.command_reader import command_from_line
from dns_update.nsupdate.options import LOCAL_HOST, NsupdateOptions
from dns_update.nsupdate.pending import Checks, PendingUpdate
from dns_update.nsupdate.sender import ScriptSender
from dns_update.nsupdate.talk import MESSAGES, MORE, Talk
from dns_update.transport import Endpoint
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.nsupdate.network import Network
    from dns_update.nsupdate.soa_search import ZoneServers

_OF_THE_UPDATE = (commands.Addition, commands.Deletion, commands.Prerequisite)


class Session:
    """Reads lines, one after the other, and carries them out.

    A `send` clears the pending update. It keeps the zone, servers, key, TTL, default class and checks.
    """

    def __init__(self, options: NsupdateOptions, key: Key | None, network: Network, talk: Talk) -> None:
        """Begin with the settings of the options; `key` is the key that they name."""
        self._options = options
        self._network = network
        self._talk = talk
        self._sender = ScriptSender(options, network, talk)
        self._pending = PendingUpdate()
        self._key = key
        self._gss: bool = options.gss
        self._realm: str | None = None
        self._proved: object = None  # the zone and servers that have shown their SOA record last, for GSS-TSIG
        self._credentials: Key | None = None  # for GSS-TSIG, with the contexts that they have negotiated
        self._zone: Name | None = None
        self._servers: Sequence[Endpoint] | None = None
        if options.local:
            self._servers = tuple(Endpoint(a, options.port) for a in LOCAL_HOST if network.may_use(a))

    @property
    def status(self) -> int:
        """The exit status, once all updates are settled: 2 if any failed, otherwise 0."""
        return 2 if self._sender.has_failed else 0

    def take(self, line: str) -> bool:
        """Carry out a line; return False for `quit`, otherwise True. Afterwards, updates may still be under way.

        Raises InvalidText for a syntax error, and Fatal if the run cannot continue; all updates are then settled.
        """
        try:
            command = command_from_line(line, has_ttl=self._pending.default_ttl is not None)
            if isinstance(command, _OF_THE_UPDATE):
                self._pending.add(command)
                return True
            if isinstance(command, commands.Plain):
                return self._plain(command.word)
            self._set(command)
        except (InvalidText, Fatal):
            self.settle()
            raise
        return True

    def settle(self) -> None:
        """Wait for the answers to all updates, and print the outcomes.

        Call it before waiting for another line, because its writer may want to see them, and after the last line.
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
            self._talk.put_message("Outgoing update query:", self._pending.to_message(self._zone))
        elif word == "answer" and self._sender.answer is not None:
            self._talk.put_message("Answer:", self._sender.answer)
        elif word == "debug":
            self._talk.debug = MORE if self._talk.debug else MESSAGES
        elif word == "gsstsig":
            self._gss = True
        elif word in ("help", "version"):
            from dns_update.nsupdate.help_text import COMMANDS, VERSION  # on request

            self._talk.put(f"{VERSION}:\n{COMMANDS}" if word == "help" else f"{VERSION}\n")
        return word != "quit"

    def _set(self, command: commands.NsupdateCommand) -> None:
        if isinstance(command, commands.ServerCommand):
            self._set_servers(command)
        elif isinstance(command, commands.LocalCommand):
            self._set_source(command)
        elif isinstance(command, commands.ZoneCommand):
            self._zone = command.zone
        elif isinstance(command, commands.ClassCommand):
            self._pending.default_class = command.rrclass
        elif isinstance(command, commands.TtlCommand):
            self._pending.default_ttl = command.seconds
        elif isinstance(command, commands.LeaseCommand):
            self._pending.lease = command.seconds
        elif isinstance(command, commands.RealmCommand):
            self._realm = command.realm
            self._credentials = None
        elif isinstance(command, commands.KeyCommand):
            self._key = command.key
            self._gss = False
        elif isinstance(command, commands.CheckCommand):
            checks = self._pending.checks
            names = command.wanted if command.subject == "names" else checks.names
            svcb = command.wanted if command.subject == "svcb" else checks.svcb
            self._pending.checks = Checks(names=names, svcb=svcb)

    def _set_servers(self, command: commands.ServerCommand) -> None:
        if self._options.local:
            raise InvalidText("cannot reset server in localhost-only mode")
        port = self._options.port if command.port is None else command.port
        self._servers = tuple(Endpoint(address, port) for address in self._network.addresses(command.host))

    def _set_source(self, command: commands.LocalCommand) -> None:
        if not self._network.may_use(command.address):
            raise InvalidText(f"invalid address {command.address}")
        self.settle()
        self._network.send_from(command.address, command.port)

    def _send(self) -> None:
        """Send the pending update, and clear it whatever the outcome is."""
        try:
            if self._zone is None and self._pending.is_empty:
                self.settle()
                self._sender.answer = None
            else:
                self._deliver()
        finally:
            self._pending.clear()

    def _deliver(self) -> None:
        zone, servers = self._zone, self._servers
        if zone is None or servers is None or self._must_prove(zone, servers):
            found = self._find_zone_and_servers()
            if found is None:
                return
            if self._gss:
                self._proved = zone, servers
            zone, servers = zone if zone is not None else found.zone, found.servers
        self._sender.send(self._pending.to_message(zone), servers, self._gss_key() if self._gss else self._key)

    def _must_prove(self, zone: Name, servers: Sequence[Endpoint]) -> bool:
        """Return whether the zone's SOA record is wanted from its servers, as nsupdate wants it for GSS-TSIG."""
        return self._gss and self._proved != (zone, servers)

    def _find_zone_and_servers(self) -> ZoneServers | None:
        from dns_update.nsupdate.soa_search import SoaSearch  # most scripts name both

        name = self._zone if self._zone is not None else self._pending.first_name
        finder = SoaSearch(self._options, self._network, self._sender, self._talk)
        key = None if self._gss else self._key
        return finder.find(name, self._pending.rrclass, self._servers, key, is_zone=self._zone is not None)

    def _gss_key(self) -> Key:
        """Return the credentials of the user who runs this, in the place of a key; raises Fatal."""
        if self._credentials is None:
            from dns_update.nsupdate.kerberos import credentials_for  # for GSS-TSIG only

            self._credentials = credentials_for(self._realm)
        return self._credentials
