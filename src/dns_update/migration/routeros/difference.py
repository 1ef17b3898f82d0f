"""A script and what it was moved to, run side by side: the same router in several states, and what each makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from dns_update.errors import UsageError
from dns_update.migration.plan import IPV4, IPV6, AddressOrigin
from dns_update.migration.routeros.importer import Import
from dns_update.migration.routeros.simulated import IDENTITY
from dns_update.migration.routeros.stand_ins import StandIns
from dns_update.migration.routeros.starters import Starter
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.remarks import ScriptError, ScriptSyntaxError
from dns_update.routeros.values import RouterValue
from dns_update.routeros.world import UpdateRequest
from dns_update.value import Value
from dns_update.wire.name import Name

Zone = dict[tuple[str, str], str]
"""The addresses by the full name, in lower case and without a dot at its end, and the type."""
Published = Callable[["RouterState"], Zone]
"""What the configuration would publish in a state of the router."""


class RouterState(Value):
    """A router at one moment: the addresses of its interfaces by name and family, with prefix; its public address.

    An address that is missing is lost. `failing` are servers that take no update.
    """

    about: str
    addresses: Mapping[tuple[str, int], str]
    public_address: str
    identity: str
    failing: tuple[str, ...] = ()

    def address(self, origin: AddressOrigin) -> str:
        """Return the address of an origin, without its prefix; empty if it is lost."""
        if origin.kind == "literal":
            return origin.detail
        if origin.kind == "public-address":
            return self.public_address
        return self.addresses.get((origin.interface, origin.family), "").partition("/")[0]


class Difference(Value):
    """What differs in a state: the name and type, and what the script and the import have made of it; empty for none.

    `error` is what ended the script in this state; empty if nothing did.
    """

    about: str
    name: str
    type: str
    by_script: str
    by_import: str
    error: str


def states_of(whole: Import, identity: str) -> tuple[RouterState, ...]:
    """Return states to try an import in, one after the other."""
    names = dict.fromkeys([*whole.router.interfaces, *[record.origin.interface for record in whole.plan.records]])
    servers = tuple(dict.fromkeys(server for record in whole.plan.records for server in record.servers))

    def state(about: str, number: int, length: int = 24, *, failing: tuple[str, ...] = ()) -> RouterState:
        addresses: dict[tuple[str, int], str] = {}
        for index, name in enumerate(names, 1):
            if number and name:
                addresses[name, IPV4] = f"203.0.113.{16 * index + number}/{length}"
                addresses[name, IPV6] = f"2001:db8:{index}::{number}/64"
        public = f"198.51.100.{number}" if number else ""
        return RouterState(about, addresses, public, identity, failing)

    return (
        state("at first", 1),
        state("nothing has changed", 1),
        state("other addresses", 2),
        state("the addresses are lost", 0),
        state("they are back", 2),
        state("other addresses, with a prefix of 32 bits", 3, 32),
        state("other addresses, with a prefix of 8 bits", 4, 8),
        state("other addresses, and the first server takes no update", 5, failing=servers[:1]),
        state("all servers take updates again", 5),
    )


def differences(whole: Import, states: Iterable[RouterState], published: Published) -> Iterator[Difference]:
    """Yield what differs after each state between what the script has updated and what the import publishes.

    An update with the address that the name has already makes no difference.
    """
    script = _ComparedScript(whole)
    moved: Zone = {}
    for state in states:
        error = script.run(state)
        moved |= {key: address for key, address in published(state).items() if not _is_silent(whole, state, *key)}
        for name, rrtype in sorted(script.zone.keys() | moved.keys()):
            pair = script.zone.get((name, rrtype), ""), moved.get((name, rrtype), "")
            if pair[0] != pair[1]:
                yield Difference(state.about, name, rrtype, *pair, error)


def _is_silent(whole: Import, state: RouterState, name: str, rrtype: str) -> bool:
    """Return whether a name has servers, and none of them takes an update in a state."""
    for record in whole.plan.records:
        if (_canonical(record.name.replace(IDENTITY, state.identity)), record.type) == (name, rrtype):
            return bool(record.servers) and set(record.servers) <= set(state.failing)
    return False


class _StateAddresses(StandIns):
    """The addresses of a state, in place of made-up ones; those of hosts whose names are resolved stay made up."""

    def __init__(self, state: RouterState) -> None:
        super().__init__()
        self._state = state

    def address(self, origin: AddressOrigin) -> str:
        return self._state.address(origin)

    def with_prefix(self, origin: AddressOrigin) -> str:
        return self._state.addresses.get((origin.interface, origin.family), "")


class _ComparedScript:
    """The scripts of an import, run on its router in one state after the other, and the zone that they make."""

    def __init__(self, whole: Import) -> None:
        self.zone: Zone = {}
        self._whole = whole
        self._router = whole.router
        self._stand_ins = whole.router.stand_ins
        self._router_wide = dict(whole.router.kept)
        self._files: dict[str, str] = dict.fromkeys(whole.router.file_names, "")

    def run(self, state: RouterState) -> str:
        """Run all that starts a script in a state; return the errors that ended one."""
        self._router.change(_StateAddresses(state), state.identity)
        self._router.names = dict.fromkeys(record.name.lower() for record in self._whole.plan.records)
        self._router.names |= {name: address for (name, _), address in self.zone.items()}
        self._router.fails = lambda request: self._server(request) in state.failing
        stored = self._router.stored
        errors = [self._evaluate(self._whole.body, state)]
        self._router.stored = stored  # which has what the body adds already
        are_lost = not state.addresses
        errors += [self._evaluate(each, state) for each in self._whole.starters if are_lost or not each.is_loss]
        return "; ".join(dict.fromkeys(filter(None, errors)))

    def _evaluate(self, starter: Starter, state: RouterState) -> str:
        self._router.restart(self._files)
        try:
            Evaluator(self._router, self._router_wide).run(
                starter.source, name=starter.name, variables=self._variables(starter, state)
            )
        except (ScriptError, ScriptSyntaxError) as error:
            return str(error)
        finally:
            self._files = self._router.files
            for request, is_taken in self._router.sent:
                if is_taken:
                    self.zone[full_name(request), request.type] = request.address
        return ""

    def _server(self, request: UpdateRequest) -> str:
        """Return the server of an update: its host name, if the script has resolved that."""
        meaning = self._router.stand_ins.meaning(request.server)
        return meaning if isinstance(meaning, str) else request.server

    def _variables(self, starter: Starter, state: RouterState) -> dict[str, RouterValue]:
        """Return the variables of an event, with the addresses of the state in place of stand-ins."""
        variables: dict[str, RouterValue] = {}
        is_lost = False
        for name, value in starter.variables.items():
            meaning = self._stand_ins.meaning(value) if isinstance(value, str) else None
            if isinstance(meaning, AddressOrigin):
                variables[name] = state.address(meaning)
                is_lost = not variables[name]
            else:
                variables[name] = value
        return variables | ({"bound": "0"} if is_lost and "bound" in variables else {})


def full_name(request: UpdateRequest) -> str:
    """Return the name that a request updates, as the zone has it; @ is the zone, as everywhere in dns-update."""
    return _canonical(request.zone if request.name == "@" else request.owner)


def _canonical(name: str) -> str:
    try:
        return Name.from_text(name).to_text().rstrip(".").lower()
    except UsageError:
        return name.rstrip(".").lower()  # of a script only: the import leaves such names out
