"""What a script does, found by running it: what it sends where, when it sends nothing, what a failure changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from dns_update.migration.plan import AddressOrigin, ChangeCheck, Servers
from dns_update.migration.routeros import static_reading
from dns_update.migration.routeros.explorer import OWN_ERROR, Explorer
from dns_update.migration.routeros.simulated import OLD_ADDRESS, OLD_ADDRESS_V6, SimulatedRouter, nothing_fails
from dns_update.migration.routeros.starters import Starter
from dns_update.routeros import syntax
from dns_update.routeros.remarks import ScriptError
from dns_update.routeros.syntax import Script
from dns_update.routeros.values import RouterValue, text_of
from dns_update.routeros.world import UpdateRequest
from dns_update.value import Value

UpdateIdentity = tuple[str, object, str]
"""What makes two updates one: the name, where the address comes from, the zone."""

_MOST_CONDITIONS = 40
_MOST_COMMANDS = 20_000
"""Those of all runs with a condition turned round."""

_MOST_SERVERS = 20


class ObservedUpdate(Value):
    """A name that a script updates: the request as it sends it first, and the servers in their order."""

    request: UpdateRequest
    origin: AddressOrigin
    servers: tuple[str, ...]
    servers_used: Servers


class Behaviour(Value):
    """What a script does: what it sends, and how it finds out whether it must."""

    sent: tuple[ObservedUpdate, ...]
    change_check: ChangeCheck
    only_if_running: bool


def meant_name(request: UpdateRequest) -> str:
    """Return the full name that a request means, without a dot at its end.

    A router doubles a name with its zone, and takes "@" as a name.
    """
    name, zone = request.name.strip("."), request.zone.strip(".")
    if name == "@":
        return zone
    if not zone or f".{name}".lower().endswith(f".{zone}".lower()):
        return name
    return f"{name}.{zone}" if name else zone


class _ObservedRun(Value):
    """One run of a script: what it sent, what a router remembers of it, and what was seen of its conditions."""

    requests: tuple[UpdateRequest, ...]
    memory: Mapping[str, RouterValue]
    files: Mapping[str, str]
    resolved: frozenset[str]
    explorer: Explorer


class ObservedScript:
    """A script that is run again and again, each time on the same router in another state."""

    def __init__(self, router: SimulatedRouter, starter: Starter) -> None:
        self._router = router
        self._starter = starter
        self._script = router.tree(starter.source)
        self._stored = router.stored

    def behaviour(self) -> Behaviour | None:
        """Return what the script does; None if it sends nothing."""
        first = self._run()
        stored = self._router.stored
        try:
            return self._behaviour(first)
        finally:
            self._router.stored = stored

    def kept(self) -> Mapping[str, RouterValue]:
        """Return the global variables that the script leaves if it sends nothing; nothing is said of it."""
        told, stored = set(self._router.remarks), self._router.stored
        run = self._run() if static_reading.sets_globals(self._script) else None
        self._router.remarks, self._router.stored = told, stored
        return run.memory if run is not None and not run.requests else {}

    def _behaviour(self, first: _ObservedRun) -> Behaviour | None:
        hidden = self._turned(first)
        if not first.requests and not hidden:
            return None
        change_check = self._change_check(first) if first.requests else "none"
        sent = tuple(self._grouped([*first.requests, *hidden]))
        for script in first.explorer.scripts.values():
            static_reading.say_what_is_not_needed(self._router, script)
        return Behaviour(sent, change_check, bool(first.requests) and self._is_only_if_running())

    def _run(
        self,
        *,
        after: _ObservedRun | None = None,
        turned: frozenset[int] = frozenset(),
        fails: Callable[[UpdateRequest], bool] = nothing_fails,
        goes_on: bool = False,
    ) -> _ObservedRun:
        """Run the script once, with what a router remembers from an earlier run."""
        self._router.restart(after.files if after is not None else None)
        self._router.fails = fails
        self._router.stored = self._stored
        names = dict(self._router.names)
        router_wide = dict(self._router.kept if after is None else after.memory)
        explorer = Explorer(self._router, router_wide, turned, goes_on=goes_on)
        try:
            explorer.run(self._starter.source, name=self._starter.name, variables=self._starter.variables)
        except ScriptError as error:
            if error.command != OWN_ERROR and all(taken for _, taken in self._router.sent):
                line = error.file_place.line
                self._router.say("error", "not-understood", f"the script ends here: {error.message}", line=line)
        requests = tuple([request for request, _ in self._router.sent])
        self._router.names = names  # which a script can look at after it has changed them
        return _ObservedRun(requests, router_wide, self._router.files, frozenset(self._router.resolved), explorer)

    def _turned(self, first: _ObservedRun) -> list[UpdateRequest]:
        """Return what is sent only if a condition is the other way round than at first."""
        known = set(map(self._identity, first.requests))
        names = set(map(meant_name, first.requests))
        hidden: list[UpdateRequest] = []
        seen = dict(first.explorer.conditions)
        waiting = [frozenset([offset]) for offset in seen] if static_reading.can_update(self._script) else []
        for turned in islice(_emptied(waiting), self._most_runs(first)):
            told = set(self._router.remarks)
            run = self._run(turned=turned)
            new = run.explorer.conditions.keys() - seen.keys()  # those behind the condition that is turned
            waiting += [turned | {offset} for offset in sorted(new)]
            seen |= run.explorer.conditions
            line = max(seen[offset] for offset in turned)
            found = [request for request in run.requests if self._identity(request) not in known]
            if not found:
                self._router.remarks = told  # what there is to say of a branch that sends nothing does not matter
                continue
            known.update(map(self._identity, found))
            hidden += [request for request in found if meant_name(request) not in names]
            some = ", ".join(dict.fromkeys(map(meant_name, found)))
            text = f"it depends on this condition what is sent for {some}"
            self._router.say("error", "not-understood", text, "check what the agent should do there", line=line)
        return hidden

    @staticmethod
    def _most_runs(first: _ObservedRun) -> int:
        return min(_MOST_CONDITIONS, _MOST_COMMANDS // max(first.explorer.count, 1))

    def _identity(self, request: UpdateRequest) -> UpdateIdentity:
        return meant_name(request), self._router.stand_ins.origin(request.address), request.zone

    # How it finds out whether it must send

    def _change_check(self, first: _ObservedRun) -> ChangeCheck:
        if self._asks_zone(first):
            return "dns"
        if not self._run(after=first).requests:
            self._check_order(first)
            return "memory"
        if self._compares(first):
            return "memory-broken"
        kind = self._starter.trigger.kind
        return "event" if kind in ("lease-change", "interface-up", "host-up") else "none"

    def _asks_zone(self, first: _ObservedRun) -> bool:
        """Return whether the script sends nothing if the zone has the address already."""
        names = {meant_name(request).lower(): request.address for request in first.requests}
        if not names.keys() & {name.lower().rstrip(".") for name in first.resolved}:
            return False
        self._router.names = dict.fromkeys(names)
        self._run()  # the name does not exist yet: this finds an error that is not caught
        self._router.names = dict(names)
        is_silent = not self._run().requests
        self._router.names = {name: OLD_ADDRESS_V6 if ":" in text else OLD_ADDRESS for name, text in names.items()}
        return is_silent

    def _check_order(self, first: _ObservedRun) -> None:
        """Find out whether the address is remembered although the update failed."""
        failed = self._run(fails=lambda _request: True)
        if self._run(after=failed).requests:
            return
        new = [name for name, value in first.memory.items() if value != self._router.kept.get(name)]
        name = next((name for name in new if text_of(first.memory[name])), "")
        text = f"{name} is set even if the update fails, which is not sent again then; the agent tries it again"
        self._router.say(
            "warning", "memory-before-update", text, line=_line_in(first, static_reading.line_of_value, name)
        )

    def _compares(self, first: _ObservedRun) -> bool:
        """Return whether the script compares the address with one that it means to remember; say why it cannot."""
        addresses = {request.address for request in first.requests}
        found = False
        for left, left_text, right, right_text in first.explorer.comparisons:
            for text, other, other_text in ((left_text, right, right_text), (right_text, left, left_text)):
                if text.partition("/")[0] in addresses and not other_text and isinstance(other, syntax.Variable):
                    found = True
                    self._say_why(first, other)
        return found

    def _say_why(self, first: _ObservedRun, variable: syntax.Variable) -> None:
        line = _line_in(first, static_reading.line_of_local, variable.name)
        if line:
            text = f"{variable.name} is a :local and is empty at every run; the import sends on change only"
            self._router.say("warning", "local-forgets", text, f":global {variable.name}", line=line)

    def _is_only_if_running(self) -> bool:
        self._router.is_running = False
        is_silent = not self._run().requests
        self._router.is_running = True
        return is_silent

    # What it sends where

    def _grouped(self, requests: list[UpdateRequest]) -> Iterator[ObservedUpdate]:
        groups: dict[UpdateIdentity, list[UpdateRequest]] = {}
        for request in requests:
            groups.setdefault(self._identity(request), []).append(request)
        fallbacks = self._fallbacks(requests)
        for identity, group in groups.items():
            origin = self._router.stand_ins.origin(group[0].address)
            if origin is None:
                self._say_host(group[0])
                continue
            servers = list(dict.fromkeys(request.server for request in group))
            later = [server for server in fallbacks.get(identity, ()) if server not in servers]
            used: Servers = "all" if len(servers) > 1 else "first-success" if later else "one"
            if used == "all":
                text = "the script updates each of these servers; the agent updates the first one that answers"
                self._router.say("info", "all-servers", text, line=group[0].place.line)
            names = tuple([self._server(server) for server in (*servers, *later) if server])
            yield ObservedUpdate(group[0], origin, names, used)

    def _fallbacks(self, requests: list[UpdateRequest]) -> dict[UpdateIdentity, list[str]]:
        """Return the servers that are tried for each name if those before take nothing, in their order."""
        order = self._tried(requests, {request.owner for request in requests})
        missing = [request for request in requests if self._identity(request) not in order]
        for request in missing[:_MOST_SERVERS]:  # a script may end at the first name that no server takes
            order |= self._tried(requests, {request.owner})
        return order

    def _tried(self, requests: list[UpdateRequest], owners: set[str]) -> dict[UpdateIdentity, list[str]]:
        """Return the servers that are tried for these names if none of them takes one."""
        failing = frozenset((request.owner, request.server) for request in requests if request.owner in owners)
        order: dict[UpdateIdentity, list[str]] = {}

        def fails(request: UpdateRequest) -> bool:
            return (request.owner, request.server) in failing

        for _ in range(_MOST_SERVERS):
            run = self._run(fails=fails, goes_on=True)
            tried = [request for request in self._not_given_up(run) if request.owner in owners]
            order = {}
            for request in tried:
                order.setdefault(self._identity(request), []).append(request.server)
            reached = failing | {(request.owner, request.server) for request in tried}
            if reached == failing:
                break
            failing = reached
        return order

    def _not_given_up(self, run: _ObservedRun) -> Iterator[UpdateRequest]:
        """Yield what a script tries; for a name whose failure ends it, nothing after that."""
        given_up: set[UpdateIdentity] = set()
        for number, request in enumerate(run.requests):
            if self._identity(request) not in given_up:
                yield request
            failed = run.explorer.given_up.get(number, ())
            given_up.update([self._identity(run.requests[each]) for each in failed])

    def _server(self, address: str) -> str:
        meaning = self._router.stand_ins.meaning(address)
        return meaning if isinstance(meaning, str) else address

    def _say_host(self, request: UpdateRequest) -> None:
        host = self._router.stand_ins.meaning(request.address)
        text = f"the address is that of {host}, which the agent cannot look up"
        hint = "write a command: source that prints it"
        self._router.say("error", "not-understood", text, hint, line=request.place.line)


def _emptied(waiting: list[frozenset[int]]) -> Iterator[frozenset[int]]:
    """Yield and remove the first of a list, which may grow, until it is empty."""
    while waiting:
        yield waiting.pop(0)


def _line_in(run: _ObservedRun, line_of: Callable[[Script, str], int], name: str) -> int:
    """Return the line of a name in the first of the scripts that ran that has it; 0 if none does."""
    return next(filter(None, [line_of(script, name) for script in run.explorer.scripts.values()]), 0)
