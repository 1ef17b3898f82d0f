"""`dns-update acme`: the hooks of ACME clients, which prove control of a domain by a TXT record."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence

from dns_update.cli import is_watched, put, talk, write_talk
from dns_update.cli.as_json import object_text, outcome_fields
from dns_update.cli.defaults import completed
from dns_update.cli.plan import WOULD_CHANGE
from dns_update.cli.request import client_of, conclude
from dns_update.client import Client
from dns_update.client.acme import NameServer, challenge_name, present_token, remove_token, wait_for_tokens
from dns_update.client.outcome import Outcome
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.commandline.values import domain_from_text, token_from_text
from dns_update.errors import InvalidText, UsageError
from dns_update.value import Value
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
    options = completed(line.options("acme"), "acme", None, is_routers=False)  # from the environment
    if options.step is None:
        raise UsageError("acme needs a word, present or cleanup", hint=_EXAMPLE)
    challenges = challenges_of(options, os.environ)
    carry_out = _present if options.step == "present" else _clean_up
    with client_of(options) as client:
        return carry_out(client, challenges, options)


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


def _clean_up(client: Client, challenges: Sequence[Challenge], options: Options) -> int:
    outcomes = [_removed(client, challenge, options) for challenge in challenges]
    return _report_json(outcomes, options) if options.json else _report(outcomes, options)


def _removed(client: Client, challenge: Challenge, options: Options) -> Outcome:
    return client.run(
        lambda transaction: remove_token(
            transaction, challenge.name, *challenge.tokens, zone=options.zone, dry_run=options.dry_run
        )
    )


def _present(client: Client, challenges: Sequence[Challenge], options: Options) -> int:
    """Add all tokens before waiting for the first of them."""
    outcomes = [_added(client, challenge, options) for challenge in challenges]
    status = 0 if options.json else _report(outcomes, options)
    servers: list[NameServer] = []
    if options.wait and not options.dry_run:
        try:
            servers = _wait(client, outcomes, challenges, options)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("the token was added; dns-update acme cleanup removes it") from None
    return _report_json(outcomes, options, servers) if options.json else status


def _added(client: Client, challenge: Challenge, options: Options) -> Outcome:
    return client.run(
        lambda transaction: present_token(
            transaction,
            challenge.name,
            *challenge.tokens,
            zone=options.zone,
            ttl=options.challenge_ttl,
            dry_run=options.dry_run,
        )
    )


def _wait(
    client: Client, outcomes: Sequence[Outcome], challenges: Sequence[Challenge], options: Options
) -> list[NameServer]:
    """Wait until all name servers show the tokens, and return them; all challenges have the same time."""
    deadline = time.monotonic() + options.wait
    progress = Progress(is_silent=options.json or options.quiet)
    found: dict[NameServer, None] = {}
    for outcome, challenge in zip(outcomes, challenges, strict=True):
        servers = _shown_everywhere(client, outcome, challenge.tokens, max(deadline - time.monotonic(), 0), progress)
        count = f"all {len(servers)} name servers" if len(servers) > 1 else "the one name server"
        progress.say(f"{outcome.name}: {count} of {outcome.zone} {'show' if len(servers) > 1 else 'shows'} it")
        found |= dict.fromkeys(servers)
    return list(found)


def _shown_everywhere(
    client: Client, outcome: Outcome, tokens: tuple[str, ...], seconds: float, progress: Progress
) -> tuple[NameServer, ...]:
    try:
        return client.run(
            lambda transaction: wait_for_tokens(transaction, outcome, *tokens, seconds=seconds, progress=progress)
        )
    finally:
        progress.clear()


class Progress:
    """Shows which name servers are waited for: in one line that changes on a terminal, in a new line elsewhere."""

    def __init__(self, *, is_silent: bool) -> None:
        self._is_silent = is_silent
        self._is_terminal = is_watched()
        self._said: tuple[NameServer, ...] = ()
        self._is_open = False  # a line that will be replaced is on the terminal

    def __call__(self, lacking: tuple[NameServer, ...], left: float) -> None:
        """Show the name servers that do not show the token yet, and the seconds that are left."""
        text = f"waiting for {', '.join([str(server.host) for server in lacking])} to show it, for up to {left:.0f} s"
        if self._is_silent:
            return
        if self._is_terminal:
            write_talk(f"\r\033[Kdns-update: {text}")
            self._is_open = True
        elif lacking != self._said:
            talk(text)
        self._said = lacking

    def clear(self) -> None:
        """Remove the line that changes."""
        if self._is_open:
            write_talk("\r\033[K")
        self._is_open = False

    def say(self, text: str) -> None:
        """Write a line that stays."""
        if not self._is_silent:
            talk(text)


def _report(outcomes: Sequence[Outcome], options: Options) -> int:
    """Report the outcomes, and return the exit status."""
    return max([conclude(outcome, "acme", options) for outcome in outcomes])


def _report_json(outcomes: Sequence[Outcome], options: Options, servers: Sequence[NameServer] = ()) -> int:
    """Print the outcomes as JSON, and return the exit status."""
    status = WOULD_CHANGE if any(outcome.dry_run and outcome.changed for outcome in outcomes) else 0
    result = {
        "command": "acme",
        "step": options.step,
        "status": "ok",
        "exit_status": status,
        "dry_run": options.dry_run,
    }
    changes = [outcome_fields(outcome, "acme") for outcome in outcomes]
    found = [{"host": str(each.host), "addresses": list(each.addresses)} for each in servers]
    put(object_text(result | {"changes": changes, "name_servers": found}))
    return status
