"""The way from question to question: what the line gives is not asked; what fails may be answered again, or kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar, cast

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.snapshot import read_interfaces
from dns_update.auth import Algorithm, Key
from dns_update.cli import talk
from dns_update.cli.init_asking import agrees, ask
from dns_update.cli.init_files import refuse_existing, shared_key
from dns_update.cli.init_tries import Tries, error_of, show
from dns_update.cli.key_generate import DEFAULT_ALGORITHM, beside, new_key, server_ending
from dns_update.cli.key_input import whole_path
from dns_update.client.discovery import ZoneFound
from dns_update.commandline.properties import Options
from dns_update.doctor.checklist import Step
from dns_update.errors import NoAddress, UsageError
from dns_update.keys.assignment import check_plain
from dns_update.setup import prompts
from dns_update.setup.answers import Answers
from dns_update.setup.prompts import MAKE, Offer, SetupQuestion, address_offers
from dns_update.wire.name import Name

T = TypeVar("T")
_KEPT = "Enter goes on with it all the same; or give another answer"


class Conversation:
    """Settles one answer after the other; `asks` says whether there is somebody who answers.

    `key_file` is where the key will be: if that file exists, it is the key.
    """

    def __init__(self, options: Options, tries: Tries, key_file: str, *, asks: bool) -> None:
        self._options = options
        self._tries = tries
        self._key_file = key_file
        self._asks = asks

    def answers(self) -> Answers:
        """Return all answers; raises UsageError at the end of the input, KeyboardInterrupt after Ctrl-C.

        Where nobody is asked, it raises the error of the first try that fails.
        """
        options = self._options
        servers = self._servers()
        owners = self._owners()
        zone, servers = self._zone_and_servers(owners, servers)
        sources = self._sources()
        key = self._key(owners, zone, servers)
        made = new_key(self._key_name(owners, zone), Algorithm.from_text(DEFAULT_ALGORITHM)) if key is None else key
        return Answers(
            servers,
            zone,
            owners,
            sources,
            made,
            is_key_made=key is None,
            server_type="" if key is not None else self._server_type(),
            ttl=options.kept_ttl,
            allow_private=self._tries.allow_private,
        )

    # One question

    def _settle(  # noqa: PLR0913 - what belongs to a question
        self,
        question: SetupQuestion,
        given: T | None,
        read: Callable[[str], T],
        attempt: Callable[[T], list[Step]],
        *,
        text_of: Callable[[T], str],
        default: str = "",
        shown: str = "",
    ) -> T:
        """Return the answer to a question: the one that is given, or what is answered, tried in either case.

        An answer that fails is the default of the same question, so that Enter goes on with it.
        """
        answer, is_default = ask(question.text, default, read, shown=shown) if given is None else (given, False)
        failed = ""
        while not (is_default and failed):
            before = len(self._tries.steps)
            failures = attempt(answer)
            self._show(self._tries.steps[before:])
            if not failures:
                break
            if not self._asks:
                raise error_of(failures[0])
            talk(_KEPT)
            failed = text_of(answer)
            answer, is_default = ask(question.text, failed, read)
        return answer

    def _show(self, steps: list[Step]) -> None:
        """Show steps; where nobody is asked, the one that failed is the error that ends all."""
        if self._options.json:
            return
        failed_only = self._options.quiet
        show(
            step
            for step in steps
            if (step.mark == "failed" or not failed_only) and (self._asks or step.mark != "failed")
        )

    # The questions

    def _servers(self) -> tuple[str, ...]:
        return self._settle(
            prompts.SERVER,
            self._options.dns_server or None,
            lambda text: cast("tuple[str, ...]", prompts.read(prompts.SERVER, text)) if text else (),
            self._tries.servers,
            text_of=",".join,
            shown="the zone's primary",
        )

    def _owners(self) -> tuple[Name, ...]:
        zone, names = self._options.zone, self._options.kept_names

        def read(text: str) -> tuple[Name, ...]:
            return prompts.owners_in(cast("tuple[str, ...]", prompts.read(prompts.NAME, text)), zone)

        given = None if names is None else prompts.owners_in(names, zone)
        return self._settle(prompts.NAME, given, read, _untried, text_of=lambda owners: ",".join(map(str, owners)))

    def _zone_and_servers(self, owners: tuple[Name, ...], servers: tuple[str, ...]) -> tuple[Name, tuple[str, ...]]:
        """Return the zone, and the servers: what is left out is offered as the SOA record has it."""
        known = self._options.zone is not None and bool(servers)
        found = None if known else self._tries.zone_of(owners[0], servers)
        zone = self._zone(owners, servers, found)
        if servers:
            return zone, servers
        primary = str(found.primary) if found is not None and found.is_primary_usable and found.zone == zone else ""
        servers = self._settle(
            prompts.SERVER,
            None,
            lambda text: cast("tuple[str, ...]", prompts.read(prompts.SERVER, text)),
            lambda answer: [*self._tries.servers(answer), *self._tries.zone(owners, zone, answer)],
            text_of=",".join,
            default=primary,
        )
        return zone, servers

    def _zone(self, owners: tuple[Name, ...], servers: tuple[str, ...], found: ZoneFound | None) -> Name:
        def read(text: str) -> Name:
            zone = cast("Name", prompts.read(prompts.ZONE, text))
            prompts.check_zone(owners, zone)
            return zone

        return self._settle(
            prompts.ZONE,
            self._options.zone,
            read,
            lambda zone: self._tries.zone(owners, zone, servers) if servers else [],
            text_of=str,
            default="" if found is None else str(found.zone),
        )

    def _sources(self) -> tuple[str, ...]:
        def read(text: str) -> tuple[str, ...]:
            sources = cast("tuple[str, ...]", prompts.read(prompts.ADDRESS, text))
            prompts.check_sources(sources)
            return sources

        default = ""
        if not self._options.kept_sources:
            offers = address_offers(_interfaces())
            _tell_offers(offers)
            default = offers[0].source
        given = self._options.kept_sources or None
        tries = self._tries
        sources = self._settle(prompts.ADDRESS, given, read, tries.sources, text_of=",".join, default=default)
        if self._asks and tries.has_failed("address") and tries.are_private(sources):
            tries.allow_private = agrees("publish an address that the Internet cannot reach?")
            before = len(tries.steps)
            if tries.allow_private:
                tries.sources(sources)
                self._show(tries.steps[before:])
        return sources

    def _key(self, owners: tuple[Name, ...], zone: Name, servers: tuple[str, ...]) -> Key | None:
        """Return the key of a file, None for one that is to be made."""
        there = os.path.lexists(self._key_file)
        path = [self._options.key_file or ""]  # of the last answer

        def read(text: str) -> Key | None:
            if text == MAKE:
                refuse_key_file(self._key_file, None)
                whole_path(self._key_file, "output=")
                self._key_name(owners, zone)
                return None
            path[0] = cast("str", prompts.read(prompts.KEY, text))
            refuse_key_file(self._key_file, path[0])
            return shared_key(path[0], self._options.key_name)

        if self._options.make_key:
            return None
        given = None if self._options.key_file is None else (read(self._options.key_file),)
        (key,) = self._settle(
            prompts.KEY,
            given,
            lambda text: (read(text),),
            lambda answer: [] if answer[0] is None else self._tries.key(owners, zone, servers, answer[0]),
            text_of=lambda _answer: path[0],
            default=self._key_file if there else MAKE,
        )
        return key

    def _key_name(self, owners: tuple[Name, ...], zone: Name) -> Name:
        """Return the name of a new key; raises UsageError if it, or what it is for, cannot be in a configuration."""
        name = self._options.key_name if self._options.key_name is not None else owners[0]
        check_plain(zone, "zone=")
        for owner in owners:
            check_plain(owner, "name=")
        check_plain(name, "key-name=")
        return name

    def _server_type(self) -> str:
        def read(text: str) -> str:
            found = str(prompts.read(prompts.SERVER_TYPE, text))
            ending = server_ending(found)
            refuse_existing([beside(self._key_file, ending)] if ending else [])
            return found

        given = self._options.server_kind or self._tries.server_type or None
        if given is None and not self._asks:
            prompts.check_server_type("")
        return self._settle(
            prompts.SERVER_TYPE,
            given,
            read,
            _untried,
            text_of=str,
        )


def refuse_key_file(path: str, given: str | None) -> None:
    """Raise UsageError if the new key file exists, unless it is the one that is given."""
    if os.path.lexists(path) and not (given is not None and is_same_file(path, given)):
        raise UsageError(
            f"{path} exists", hint="it can be the key: key-file=; or give another output=, or move it away"
        )


def is_same_file(path: str, other: str) -> bool:
    """Return whether two paths lead to one file that exists."""
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):
        return False


def _untried(_answer: object) -> list[Step]:
    return []


def _interfaces() -> Interfaces | None:
    try:
        return read_interfaces()
    except NoAddress:  # the interfaces are offers only
        return None


def _tell_offers(offers: tuple[Offer, ...]) -> None:
    talk("an address can come from:")
    width = max(len(offer.source) for offer in offers)
    for offer in offers:
        talk(f"  {offer.source:<{width}}  {offer.about}")
