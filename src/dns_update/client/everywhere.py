"""Whether all name servers of a zone show a change: those in its NS records, asked in turn until each one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dns_update import errors
from dns_update.client.locate import LocatedTarget
from dns_update.client.lookup import ZoneView
from dns_update.client.outcome import Outcome
from dns_update.client.steps import Ask, Pause, ReadClock, Resolve
from dns_update.client.transaction import Transaction
from dns_update.exchange import Reply
from dns_update.message import Message
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import is_after, soa_serial
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth import Key
    from dns_update.exchange import Policy

_FIRST_PAUSE = 0.5  # seconds before the name servers are asked again; each further pause is longer by half
_LONGEST_PAUSE = 5.0  # seconds: the servers are not ours alone
_NONE = -1  # in the place of a serial
_MUST_TELL = (
    "{of_server} must notify it (its NS record, or also-notify in BIND; notify in Knot; pdnsutil set-kind ZONE MASTER "
    "in PowerDNS), and let it transfer the zone; and it must be a secondary there, not a primary of its own (in BIND, "
    "rndc zonestatus ZONE shows its type); the logs of both say more"
)
_DONE = (Rcode.NOERROR, Rcode.NXDOMAIN)


class NameServer(Value):
    """A name server of a zone: the host name in its NS record, and the host's addresses."""

    host: Name
    addresses: tuple[str, ...]


class LackingServer(Value):
    """Why a name server does not show a change, as far as its SOA record shows: in words, and what to do."""

    server: NameServer
    why: str
    remedy: str


class Wanted(Value):
    """What each name server should show: for each type the rdata at a name, in canonical form.

    With `is_all`, that is all that there may be; no rdata means that there should be none. `what` is that in words, and
    `made` how it came about.
    """

    name: Name
    data: Mapping[int, frozenset[bytes]]
    is_all: bool = True
    what: str = "the change"
    made: str = "made"

    @classmethod
    def after(cls, outcome: Outcome, rrtypes: Mapping[int, object]) -> Wanted:
        """Return that each shows what the server of an outcome had of these types after the change."""
        if outcome.name is None or outcome.after is None:
            raise errors.UsageError("the outcome does not say what there was after the change")
        data: dict[int, set[bytes]] = {rrtype: set() for rrtype in rrtypes}
        for record in outcome.after:
            if record.name == outcome.name and record.rrtype in data:
                data[record.rrtype].add(canonical_rdata(record.rrtype, record.rdata))
        return cls(outcome.name, {rrtype: frozenset(values) for rrtype, values in data.items()})

    def is_shown(self, message: Message, rrtype: int) -> bool:
        """Return whether an answer with authority shows it."""
        if message.rcode not in _DONE or not message.is_authoritative:
            return False
        found = {
            canonical_rdata(rrtype, record.rdata)
            for record in message.answer
            if record.rrtype == rrtype and record.name == self.name
        }
        return found == self.data[rrtype] if self.is_all else found >= self.data[rrtype]


async def wait_everywhere(
    transaction: Transaction,
    outcome: Outcome,
    wanted: Wanted,
    *,
    seconds: float,
    progress: Callable[[tuple[NameServer, ...], float], None] | None = None,
) -> dict[NameServer, float]:
    """Return after how many seconds each name server of the zone showed a change, once all of them do.

    The server of `outcome`, which made the change, is asked for the name servers; it need not be one of them. They are
    asked without a key, at the client's port; if the client speaks TLS, in clear at port 53. A name server counts as
    soon as all its addresses that answer show it. `progress` is called after each round that is not the last, with the
    name servers that do not show it yet, and the seconds that are left. Raises NotEverywhere if not all show it in the
    time given.
    """
    began = await ReadClock()
    servers = lacking = await name_servers(transaction, outcome.zone, outcome.read_at)
    shown: dict[NameServer, float] = {}
    pause = _FIRST_PAUSE
    while True:
        for server in lacking:
            if await _shows(transaction, server, wanted):
                shown[server] = await ReadClock() - began
        lacking = tuple([server for server in servers if server not in shown])
        if not lacking:
            return shown
        left = began + seconds - await ReadClock()
        if left <= 0:
            states = [await _state_of(transaction, server, outcome) for server in lacking]
            raise _not_everywhere(outcome, wanted, shown, states, seconds)
        if progress is not None:
            progress(lacking, left)
        await Pause(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


async def name_servers(transaction: Transaction, zone: Name, endpoint: Endpoint) -> tuple[NameServer, ...]:
    """Return the name servers of a zone as one of its servers has them; raises ZoneNotFound if it has none."""
    view = ZoneView(transaction, endpoint, LocatedTarget(zone, zone, RRClass.IN))
    hosts = [Cursor(record.rdata).name() for record in await view.read(RRType.NS) if record.rrtype == RRType.NS]
    if not hosts:
        raise view.no_zone()
    hosts.sort(key=lambda host: host.folded[::-1])  # answers have them in any order
    return tuple([NameServer(host, await _addresses_of(view, host)) for host in hosts])


async def _addresses_of(view: ZoneView, host: Name) -> tuple[str, ...]:
    """Return the addresses of a name server, from its own zone if that is at hand; none if they are not found."""
    found: list[str] = []
    if host.is_within(view.target.zone):
        for rrtype in (RRType.A, RRType.AAAA):
            try:
                records = await view.read(rrtype, host)
            except errors.ZoneNotFound:  # it is below a delegation
                continue
            found += [record.data_text() for record in records if record.rrtype == rrtype]
    if found:
        return tuple(found)
    try:
        return await Resolve(str(host))
    except errors.NoResponse:
        return ()


async def _shows(transaction: Transaction, server: NameServer, wanted: Wanted) -> bool:
    """Return whether all addresses of a name server that answer show what is wanted, and at least one answers."""
    answers = 0
    for address in server.addresses:
        endpoint = Endpoint(address, transaction.public_port)
        for rrtype in wanted.data:
            query = Message.query(wanted.name, rrtype)
            try:
                reply = await Ask(endpoint, query, None, policy=transaction.policy.in_clear)
            except (errors.CommunicationError, errors.MalformedMessage):
                break
            if not isinstance(reply, Reply) or not wanted.is_shown(reply.message, rrtype):
                return False
            answers += 1
    return answers > 0


async def _state_of(transaction: Transaction, server: NameServer, outcome: Outcome) -> LackingServer:
    """Return what the SOA record of a name server says, compared with the one where the change was made."""
    if not server.addresses:
        return LackingServer(server, "(its address is not found)", "give it an address, or remove its NS record")
    endpoint = Endpoint(server.addresses[0], transaction.public_port)
    serial = await _serial_at(endpoint, outcome.zone, None, transaction.policy.in_clear)
    if serial is None:
        return LackingServer(server, "does not answer", "start it, or remove its NS record")
    if serial == _NONE:
        return LackingServer(
            server, "does not serve the zone", "make it a secondary of the zone, or remove its NS record"
        )
    own = await _serial_at(outcome.read_at, outcome.zone, transaction.key, transaction.policy)
    return LackingServer(server, *_compared(serial, own))


def _compared(serial: int, own: int | None) -> tuple[str, str]:
    """Return what the serial of a name server means beside that of the server with the change, and what to do."""
    if own is None or own == _NONE:
        return f"has serial {serial}", _MUST_TELL
    if own == serial:
        return f"has serial {serial}, too", "it answers from another view, or it has other data of that serial"
    has = f"has serial {serial}, and here it is {own}"
    if is_after(serial, own):
        return has, f"it takes nothing older than it has: raise the serial at {{of_server}} over {serial}"
    return has, _MUST_TELL


async def _serial_at(endpoint: Endpoint, zone: Name, key: Key | None, policy: Policy) -> int | None:
    """Return the serial of a zone at a server; None without an answer, _NONE if it does not serve the zone."""
    try:
        reply = await Ask(endpoint, Message.query(zone, RRType.SOA), key, policy=policy)
    except (errors.CommunicationError, errors.MalformedMessage):
        return None
    if not isinstance(reply, Reply) or not reply.message.is_authoritative:
        return _NONE
    soa = next((each for each in reply.message.answer if each.rrtype == RRType.SOA and each.name == zone), None)
    return _NONE if soa is None else soa_serial(soa.rdata)


def _not_everywhere(
    outcome: Outcome, wanted: Wanted, shown: Mapping[NameServer, float], lacking: list[LackingServer], seconds: float
) -> errors.NotEverywhere:
    names = ", ".join([f"{_described(state.server)} {state.why}" for state in lacking])
    others = f"; {shown_text(shown)}" if shown else ""
    return errors.NotEverywhere(
        f"after {round(seconds, 1):g} s, {len(lacking)} of {len(shown) + len(lacking)} name servers of {outcome.zone} "
        f"{'does' if len(lacking) == 1 else 'do'} not show {wanted.what} at {wanted.name}: {names}{others}",
        hint=errors.Hint(
            f"{{what}} was {{made}} at {{of_server}}. For {{host}}: {lacking[0].remedy}",
            host=lacking[0].server.host,
            what=wanted.what,
            made=wanted.made,
            of_server=outcome.server,
        ),
        endpoint=lacking[0].server.host,
        lacking=tuple([str(state.server.host) for state in lacking]),
    )


def shown_text(shown: Mapping[NameServer, float]) -> str:
    """Return in words after which times name servers showed a change."""
    times = ", ".join([f"{server.host} after {seconds:.1f} s" for server, seconds in shown.items()])
    return f"shown by {times}"


def _described(server: NameServer) -> str:
    return f"{server.host} ({', '.join(server.addresses)})" if server.addresses else str(server.host)
