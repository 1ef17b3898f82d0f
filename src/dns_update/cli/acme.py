"""`dns-update acme`: the hooks of ACME clients, which prove control of a domain by a TXT record."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from dns_update.cli import put, talk
from dns_update.cli.as_json import head, object_text, outcome_fields
from dns_update.cli.defaults import path_of, with_configuration, with_environment
from dns_update.cli.everywhere import WaitProgress
from dns_update.cli.plan import WOULD_CHANGE
from dns_update.cli.request import client_of, find_configuration
from dns_update.cli.result import Advised, conclude
from dns_update.client import Client
from dns_update.client.acme import add_tokens, challenge_name, delete_tokens, token_rdata, wait_for_tokens
from dns_update.client.aliases import Aliases, alias_of
from dns_update.client.everywhere import NameServer
from dns_update.client.locate import Target
from dns_update.client.outcome import Outcome
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.commandline.readers import domain_from_text, token_from_text
from dns_update.errors import InvalidText, UsageError
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import Name

_EXAMPLE = "for example: dns-update acme present domain=example.com token=... key-file=acme.key"


class Challenge(Value):
    """A name that gets tokens, and the tokens."""

    name: Name
    tokens: tuple[str, ...]


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError.

    dehydrated calls its hook for more than challenges, and newer versions for what older ones do not have; the names of
    its hooks have an underscore.
    """
    if line.take_word(lambda word: "_" not in word):
        return 0
    options = with_environment(line.options("acme"), "acme")
    if options.step is None:
        raise UsageError("acme needs a word, present or cleanup", hint=_EXAMPLE)
    challenges = challenges_of(options, os.environ)
    carry_out = _present if options.step == "present" else _clean_up
    with ExitStack() as open_clients:
        access = _Clients(options, open_clients)
        return carry_out([_destination(challenge, access) for challenge in challenges], options)


def challenges_of(options: Options, environment: Mapping[str, str]) -> list[Challenge]:
    """Return which names get which tokens, as the properties say or certbot's environment; raises UsageError."""
    names, tokens = _names(options, environment), _tokens(options, environment)
    if len(names) == 1:
        return [Challenge(names[0], tokens)]
    if len(names) != len(tokens):
        raise UsageError(
            f"domain= is given {len(names)} times, and token= {len(tokens)} times",
            hint="each domain has a token of its own, in the same order",
        )
    challenges: dict[Name, tuple[str, ...]] = {}
    for name, token in zip(names, tokens, strict=True):
        challenges[name] = (*challenges.get(name, ()), token)  # a domain and its wildcard have the same name
    return [Challenge(name, its_own) for name, its_own in challenges.items()]


def _names(options: Options, environment: Mapping[str, str]) -> tuple[Name, ...]:
    if options.challenge is not None:
        if options.domain:
            raise UsageError("name= and domain= are both given", hint="domain=example.com is enough")
        return (options.challenge,)
    if options.domain:
        return tuple([challenge_name(domain) for domain in options.domain])
    text = environment.get("CERTBOT_DOMAIN")
    if text is None:
        raise UsageError("domain= is missing", hint=f"{_EXAMPLE}; certbot gives it as CERTBOT_DOMAIN")
    try:
        return tuple([challenge_name(domain) for domain in domain_from_text(text)])
    except InvalidText as error:
        raise UsageError(f"CERTBOT_DOMAIN: {error.text}", hint=error.hint) from error


def _tokens(options: Options, environment: Mapping[str, str]) -> tuple[str, ...]:
    if options.token:
        return options.token
    text = environment.get("CERTBOT_VALIDATION")
    if text is None:
        raise UsageError("token= is missing", hint=f"{_EXAMPLE}; certbot gives it as CERTBOT_VALIDATION")
    try:
        return token_from_text(text)
    except InvalidText as error:
        raise UsageError(f"CERTBOT_VALIDATION: {error.text}", hint=error.hint) from error


class _Clients:
    """Clients for the servers of names: as the line and the environment say, or else the configuration, for each name.

    The name that an alias leads to is mostly in another zone, with other servers and another key. The alias itself is
    asked for at the servers of its own zone, with that zone's key: a hidden primary, or a view for one key, may have an
    alias that the public does not see.
    """

    def __init__(self, options: Options, open_clients: ExitStack) -> None:
        self._options = options
        self._path = path_of(options, find_configuration())
        self._open_clients = open_clients
        self._found: dict[Name, tuple[Options, Client]] = {}

    def to(self, name: Name) -> tuple[Options, Client]:
        """Return the properties for a name, and a client that has them; raises UsageError."""
        if name not in self._found:
            options = self._options
            if self._path is not None:
                options = with_configuration(options, "acme", self._path, name, RRType.TXT)
            self._found[name] = options, self._client(options)
        return self._found[name]

    def alias_of(self, name: Name) -> Name | None:
        """Return what a name is an alias of; None if it is not an alias."""
        zone = self._options.zone
        return self.to(name)[1].run(lambda transaction: alias_of(transaction, name, zone))

    def _client(self, options: Options) -> Client:
        """Return the client of another name with the same settings, or a new one."""
        for other, client in self._found.values():
            if (other.given, other.configured_key) == (options.given, options.configured_key):
                return client
        return self._open_clients.enter_context(client_of(options))


class _FoundDestination(Value):
    """Where tokens go: the name, its zone if that is known, and a client for its servers."""

    name: Name
    zone: Name | None
    client: Client
    tokens: tuple[str, ...]


def _destination(challenge: Challenge, access: _Clients) -> _FoundDestination:
    """Follow the aliases of a challenge's name."""
    aliases = Aliases(challenge.name)
    while (target := access.alias_of(aliases.end)) is not None:
        aliases.add(target)
    options, client = access.to(aliases.end)
    if not options.json and not options.quiet:
        aliases.tell(talk)
    return _FoundDestination(aliases.end, options.zone, client, challenge.tokens)


def _clean_up(destinations: Sequence[_FoundDestination], options: Options) -> int:
    outcomes = [_removed(destination, options) for destination in destinations]
    return _report_json(outcomes, options) if options.json else _report(outcomes, options)


def _removed(to: _FoundDestination, options: Options) -> Outcome:
    with _advised(to, options, "delete"):
        return to.client.run(
            lambda transaction: delete_tokens(transaction, to.name, *to.tokens, zone=to.zone, dry_run=options.dry_run)
        )


def _advised(to: _FoundDestination, options: Options, command: str) -> Advised:
    data = {RRType.TXT: tuple(map(token_rdata, to.tokens))}
    return Advised(to.client, options, Target(to.name, to.zone, RRClass.IN), data, command)


def _present(destinations: Sequence[_FoundDestination], options: Options) -> int:
    """Add all tokens before waiting for the first of them."""
    outcomes = [_added(destination, options) for destination in destinations]
    status = 0 if options.json else _report(outcomes, options)
    servers: list[NameServer] = []
    if options.wait and not options.dry_run:
        try:
            servers = _wait(outcomes, destinations, options)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("the token was added; dns-update acme cleanup removes it") from None
    return _report_json(outcomes, options, servers) if options.json else status


def _added(to: _FoundDestination, options: Options) -> Outcome:
    ttl, dry_run = options.challenge_ttl, options.dry_run
    with _advised(to, options, "add"):
        return to.client.run(
            lambda transaction: add_tokens(transaction, to.name, *to.tokens, zone=to.zone, ttl=ttl, dry_run=dry_run)
        )


def _wait(outcomes: Sequence[Outcome], destinations: Sequence[_FoundDestination], options: Options) -> list[NameServer]:
    """Wait until all name servers show the tokens, and return them; all challenges have the same time."""
    deadline = time.monotonic() + options.wait
    progress = WaitProgress(is_silent=options.json or options.quiet)
    found: dict[NameServer, None] = {}
    for outcome, destination in zip(outcomes, destinations, strict=True):
        servers = _shown_everywhere(outcome, destination, max(deadline - time.monotonic(), 0), progress)
        count = f"all {len(servers)} name servers" if len(servers) > 1 else "the one name server"
        progress.say(f"{outcome.name}: {count} of {outcome.zone} {'show' if len(servers) > 1 else 'shows'} it")
        found |= dict.fromkeys(servers)
    return list(found)


def _shown_everywhere(
    outcome: Outcome, to: _FoundDestination, seconds: float, progress: WaitProgress
) -> tuple[NameServer, ...]:
    try:
        return to.client.run(
            lambda transaction: wait_for_tokens(transaction, outcome, *to.tokens, seconds=seconds, progress=progress)
        )
    finally:
        progress.clear()


def _report(outcomes: Sequence[Outcome], options: Options) -> int:
    """Report the outcomes, and return the exit status."""
    return max([conclude(outcome, "acme", options) for outcome in outcomes])


def _report_json(outcomes: Sequence[Outcome], options: Options, servers: Sequence[NameServer] = ()) -> int:
    """Print the outcomes as JSON, and return the exit status."""
    status = WOULD_CHANGE if any(outcome.dry_run and outcome.changed for outcome in outcomes) else 0
    result = head("acme", status, is_ok=True, step=options.step) | {"dry_run": options.dry_run}
    changes = [outcome_fields(outcome, "acme") for outcome in outcomes]
    found = [{"host": str(each.host), "addresses": list(each.addresses)} for each in servers]
    put(object_text(result | {"changes": changes, "name_servers": found}))
    return status
