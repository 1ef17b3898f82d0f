"""Each answer of a set-up is tried at once, as `check` does it; the steps are shown, and kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from dns_update.address.sources import Source, sources_from_text
from dns_update.agent.bugs import text_of
from dns_update.auth import Key
from dns_update.cli import write_talk
from dns_update.cli.check_report import step_lines
from dns_update.cli.loop import carry_out, unless_interrupted
from dns_update.cli.request import ADDRESS_TYPES
from dns_update.cli.tracing import CountingTransports
from dns_update.client.aio import AsyncClient
from dns_update.client.discovery import ZoneFound, find_zone
from dns_update.client.locate import Target
from dns_update.client.plan import Desired
from dns_update.commandline.properties import Options
from dns_update.doctor.checklist import Line, Step, source_steps, steps_of
from dns_update.doctor.examiner import examine
from dns_update.doctor.greeting import greet_each
from dns_update.doctor.server_kind import BIND, KNOT, POWERDNS
from dns_update.doctor.source_answers import SourceAnswer, SourceQuestion, ask_sources
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import DnsUpdateError
from dns_update.exchange import Policy
from dns_update.transport import Server
from dns_update.wire.codes import RRClass
from dns_update.wire.name import Name

_SERVER_TYPES = {BIND: "bind", KNOT: "knot", POWERDNS: "powerdns"}
_OF_ZONE = ("zone", "record", "name servers")  # what an unsigned look at a zone shows; its key is tried later
_OF_KEY = ("key", "clock", "update", "record")
_LINE = Line(gives_zone=True, gives_server=True, gives_key=True, gives_data=True)


class Tries:
    """Tries answers, unless check=no; `steps` are all that were made, `server_type` what the server shows itself to be.

    With `allow_private`, a source may give an address that the Internet cannot reach.

    Each try returns the steps that failed.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._transports = CountingTransports(options)
        self._addresses: tuple[bytes, ...] = ()
        self.allow_private = options.allow_private
        self.steps: list[Step] = []
        self.server_type = ""

    def servers(self, servers: Sequence[str]) -> list[Step]:
        """Ask each server whether it is there, and which program it is."""
        if not self._options.tries or not servers:
            return []
        transport = self._transports.new(None)
        try:
            work = greet_each([Server.from_text(server) for server in servers], transport, RRClass.IN)
            return self._done(carry_out(unless_interrupted(work)))
        finally:
            transport.close()

    def zone_of(self, owner: Name, servers: Sequence[str]) -> ZoneFound | None:
        """Return the zone that holds a name, and its primary; None if the servers, or else the resolvers, do not say.

        It is an offer only, so a failure is not one of the set-up.
        """
        if not self._options.tries:
            return None
        transport = self._transports.new(None)
        client = AsyncClient(*servers, transport=transport, policy=self._policy())
        try:
            return carry_out(unless_interrupted(client.run(lambda transaction: find_zone(transaction, owner))))
        except DnsUpdateError:
            return None
        finally:
            transport.close()

    def zone(self, owners: Iterable[Name], zone: Name, servers: Sequence[str]) -> list[Step]:
        """Look at the zone at its servers, and at what the names have there."""
        if not self._options.tries:
            return []
        steps = self._examined(owners, self._destination(zone, servers, None), None)
        return self._done([step for step in steps if step.topic in _OF_ZONE or _is_about_server(step)])

    def sources(self, sources: Iterable[str]) -> list[Step]:
        """Ask each source for the address that it gives now."""
        self._addresses = tuple(source for source in _sources_in(sources) if isinstance(source, bytes))
        if not self._options.tries:
            return []
        answers = _answers(sources, allow_private=self.allow_private)
        self._addresses += tuple(address for answer in answers for address in answer.addresses)
        return self._done(list(source_steps(answers)))

    def has_failed(self, topic: str) -> bool:
        """Return whether the last step about a topic has failed."""
        last = next((step for step in reversed(self.steps) if step.topic == topic), None)
        return last is not None and last.mark == "failed"

    def are_private(self, sources: Sequence[str]) -> bool:
        """Return whether the sources give addresses, but one that the Internet cannot reach."""
        if not self._options.tries or self.allow_private:
            return False
        private = _answers(sources, allow_private=True)
        if any(answer.error is not None for answer in private):
            return False
        return any(answer.error is not None for answer in _answers(sources, allow_private=False))

    def key(self, owners: Iterable[Name], zone: Name, servers: Sequence[str], key: Key) -> list[Step]:
        """Try whether the servers accept the key, and let it make the change."""
        if not self._options.tries:
            return []
        data = Target("@", zone).data(dict.fromkeys(self._addresses), None)
        desired = Desired(data, self._options.kept_ttl) if data else None
        steps = self._examined(owners, self._destination(zone, servers, key), desired)
        return self._done([step for step in steps if step.topic in _OF_KEY or _is_about_server(step)])

    def _destination(self, zone: Name, servers: Sequence[str], key: Key | None) -> Destination:
        return Destination(zone, tuple(Server.from_text(server) for server in servers), key, self._policy())

    def _policy(self) -> Policy:
        return Policy(self._options.timeout, self._options.retries)

    def _examined(self, owners: Iterable[Name], destination: Destination, desired: Desired | None) -> list[Step]:
        """Examine the names, and return the steps, each once: several names have the zone's in common."""
        rrtypes = desired.types if desired is not None else ADDRESS_TYPES
        subjects = [Subject(owner, destination, rrtypes, desired) for owner in owners]
        seen = carry_out(unless_interrupted(examine(subjects, transport=self._transports.new, thorough=True)))
        for server in seen.servers:
            program = "" if server.surroundings is None else server.surroundings.kind.program
            self.server_type = self.server_type or _SERVER_TYPES.get(program, "")
        return list(dict.fromkeys(step for name in seen.names for step in steps_of(seen, name, _LINE)))

    def _done(self, steps: list[Step]) -> list[Step]:
        self.steps += steps
        return [step for step in steps if step.mark == "failed"]


def _sources_in(texts: Iterable[str]) -> list[Source]:
    return [source for text in texts for source in sources_from_text(text)]


def _answers(texts: Iterable[str], *, allow_private: bool) -> list[SourceAnswer]:
    """Ask the sources that are not addresses themselves."""
    sources = [source for source in _sources_in(texts) if not isinstance(source, bytes)]
    questions = [SourceQuestion(source, allow_private) for source in sources]
    return list(carry_out(unless_interrupted(ask_sources(questions, text_of))).values())


def _is_about_server(step: Step) -> bool:
    return step.mark == "failed" and step.topic in ("server", "servers", "zone")


def show(steps: Iterable[Step]) -> None:
    """Print steps on standard error, as `check` prints them on standard output."""
    write_talk("".join(f"{line}\n" for step in steps for line in step_lines(step, sys.stderr)))


def error_of(step: Step) -> DnsUpdateError:
    """Return a failed step as the error that ends a set-up without a terminal."""
    error = DnsUpdateError(step.text, hint=step.hint)
    error.explanation, error.cause, error.exit_status = step.explanation, step.cause, step.exit_status
    return error
