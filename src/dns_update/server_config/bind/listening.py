"""Findings about where named listens: `listen-on`, `listen-on-v6` and `port`."""

from __future__ import annotations

from dns_update.server_config.bind.match_lists import MatchList, Peer
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.finding import Findings, Place
from dns_update.server_config.intended_update import SilentPlace
from dns_update.server_config.listening import Listener, examine_listeners

_IPV4_OCTETS = 4
_DNS_PORT = 53


def examine_listening(found: Findings, silent: SilentPlace, scope: ViewScope, main: Place) -> None:
    """Add that named does not listen where it was asked."""
    setting = "listen-on" if len(silent.address) == _IPV4_OCTETS else "listen-on-v6"
    options = scope.options
    usual = None if options is None else options.child("port")
    statements = [] if options is None else [each for each in options.block if each.keyword == setting]
    listeners = [_listener(each, usual, silent.address, scope) for each in statements if not _is_encrypted(each)]
    if not statements:  # then it listens at every address
        place = main if usual is None else usual.place
        listeners = [Listener(_port(usual), place)]
    examine_listeners(found, silent, listeners, setting)


def _listener(statement: Statement, usual: Statement | None, address: bytes, scope: ViewScope) -> Listener:
    match = MatchList(statement.block, scope.acl).match(Peer(address, None, address))
    own = statement if statement.word(1).lower() == "port" else None
    port = _port(usual) if own is None else int(own.word(2))
    return Listener(port, statement.place, match.allows is True)


def _port(statement: Statement | None) -> int:
    return _DNS_PORT if statement is None else int(statement.word(1))


def _is_encrypted(statement: Statement) -> bool:
    """Return whether a statement is for DNS over TLS or HTTPS."""
    words = [word.lower() for word in statement.words]
    return "tls" in words or "http" in words
