"""Finding the zone that holds a name, and the zone's primary server, by its SOA record.

The zone's own server is asked where one was named, and the system's resolvers otherwise. A negative answer carries the
zone's SOA record in its authority section (RFC 2308, section 3), so one query is enough but for aliases.
"""

from __future__ import annotations

from dns_update.client.dialogue import Dialogue, Settings
from dns_update.errors import InvalidText, NoAnswer, UsageError, ZoneNotFound
from dns_update.transport import Server
from dns_update.value import Value
from dns_update.wire.codes import Flag, Rcode, RRClass, RRType, rcode_to_text
from dns_update.wire.message import Message
from dns_update.wire.record import soa_mname

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.client.dialogue import Steps
    from dns_update.transport import Endpoint
    from dns_update.wire.name import Name
    from dns_update.wire.record import Record

RESOLV_CONF = "/etc/resolv.conf"
_GIVE_ZONE = "give the zone by zone= and its primary by dns-server="


class Found(Value):
    """A zone, and the host name of its primary (the SOA record's MNAME)."""

    __slots__ = ("primary", "zone")
    zone: Name
    primary: Name

    def __init__(self, zone: Name, primary: Name) -> None:
        self._fill(zone=zone, primary=primary)


def find_zone(dialogue: Dialogue, name: Name, rrclass: int = RRClass.IN) -> Steps[Found]:
    """Return the zone that holds `name`, as the dialogue's servers say, or the resolvers if it has none.

    Raises ZoneNotFound, or what hinders the servers from answering.
    """
    if dialogue.servers:
        return (yield from dialogue.at_first_server(lambda endpoint: _ask_up(dialogue, endpoint, name, rrclass, 0)))
    resolvers = dialogue.resolvers if dialogue.resolvers is not None else system_resolvers()
    unsigned = Dialogue(Settings(resolvers, log=dialogue.log))
    try:
        return (
            yield from unsigned.at_first_server(lambda endpoint: _ask_up(unsigned, endpoint, name, rrclass, Flag.RD))
        )
    except NoAnswer as error:
        whose = f"of {RESOLV_CONF}" if dialogue.resolvers is None else "that was named"
        error.hint = f"it is the resolver {whose}, asked which zone holds {name}; {_GIVE_ZONE}"
        raise


def system_resolvers(path: str = RESOLV_CONF, otherwise: tuple[str, ...] = ("127.0.0.1",)) -> tuple[Server, ...]:
    """Return the name servers of resolv.conf(5), those at `otherwise` if it names none; raises UsageError.

    As the C library does, what is no address of a name server is passed over.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib costs 4 ms
            lines = [line.split() for line in file]
    except FileNotFoundError:
        lines = []
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    found = [_resolver(words[1]) for words in lines if words[:1] == ["nameserver"] and len(words) > 1]
    return tuple(server for server in found if server is not None) or tuple(map(Server, otherwise))


def _resolver(text: str) -> Server | None:
    try:
        server = Server.from_text(text if ":" not in text else f"[{text}]")
    except InvalidText:
        return None
    return server if server.is_address else None


def _ask_up(dialogue: Dialogue, endpoint: Endpoint, name: Name, rrclass: int, flags: int) -> Steps[Found]:
    """Ask for the SOA record of `name`, and of its parents where an alias hides the zone."""
    candidate = name
    while True:
        query = Message.query(candidate, RRType.SOA, rrclass, flags)
        reply = yield from dialogue.ask(endpoint, query)
        message = reply.message
        if message.rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
            raise _not_told(endpoint, name, f"answered {rcode_to_text(message.rcode)}")
        is_alias = any(record.rrtype in (RRType.CNAME, RRType.DNAME) for record in message.answer)
        soa = None if is_alias else _soa_above(candidate, message.answer + message.authority)
        if soa is not None:
            return Found(soa.name, soa_mname(soa.rdata))
        if not is_alias or not candidate.labels:
            raise _not_told(endpoint, name, "knows no SOA record above it")
        candidate = candidate.parent


def _soa_above(name: Name, records: tuple[Record, ...]) -> Record | None:
    return next((record for record in records if record.rrtype == RRType.SOA and name.is_within(record.name)), None)


def _not_told(endpoint: Endpoint, name: Name, reason: str) -> ZoneNotFound:
    return ZoneNotFound(
        f"{endpoint} was asked which zone holds {name}, and {reason}",
        hint=_GIVE_ZONE,
        server=str(endpoint),
    )
