"""What users ask for: set, delete, show, send; each a generator of steps (see `dialogue`) that ends in an Outcome."""

from __future__ import annotations

from dns_update.client.dialogue import Place, Site
from dns_update.errors import DnsUpdateError, NoAnswer, NotApplied, UsageError, ZoneNotFound
from dns_update.update import Update, name_in_zone
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRClass, RRType, rrtype_from_text
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, parse_cidr
from dns_update.wire.message import Message
from dns_update.wire.name import Name
from dns_update.wire.record import canonical_rdata, rdata_from_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dns_update.client.dialogue import Dialogue, Records, Steps
    from dns_update.exchange import Reply
    from dns_update.transport import Endpoint
    from dns_update.wire.record import Record

    Data = Mapping[int, tuple[bytes, ...]]

_PREREQUISITE_FAILED = (Rcode.NXDOMAIN, Rcode.YXDOMAIN, Rcode.NXRRSET, Rcode.YXRRSET)


class Target(Value):
    """The name that a request is about, as the user wrote it; the zone, if it was given; the class."""

    __slots__ = ("name", "rrclass", "zone")
    name: str
    zone: Name | None
    rrclass: int

    def __init__(self, name: str, zone: Name | str | None = None, rrclass: int = RRClass.IN) -> None:
        self._fill(name=name, zone=Name.from_text(zone) if isinstance(zone, str) else zone, rrclass=rrclass)

    def data(self, values: Iterable[str | bytes], rrtype: int | str | None) -> dict[int, tuple[bytes, ...]]:
        """Return values by their type: rdata of `rrtype`; where that is None, addresses, for A and AAAA.

        A value is a text in presentation form or octets. The type of no values is there, with none. Raises UsageError.
        """
        if rrtype is not None:
            number = rrtype_from_text(rrtype) if isinstance(rrtype, str) else rrtype
            texts_read = (rdata_from_text(number, v, self.rrclass) if isinstance(v, str) else v for v in values)
            return {number: tuple(texts_read)}
        data: dict[int, tuple[bytes, ...]] = {}
        for value in values:
            address = parse_cidr(value) if isinstance(value, str) else value
            if len(address) not in (IPV4_OCTETS, IPV6_OCTETS):
                raise UsageError(f"an address has 4 or 16 octets, not {len(address)}", hint="or give rrtype")
            number = RRType.A if len(address) == IPV4_OCTETS else RRType.AAAA
            data[number] = (*data.get(number, ()), address)
        return data


class Outcome(Value):
    """The result of a request that a server carried out.

    `before` and `after` are the records of the RRsets concerned as the server gave them; None where it was not asked.
    An update whose `after` was read back is `verified`: it is what was wanted. `seconds` is the time that the whole
    request took. `notes` are sentences that the user should read. `failures` are those of the servers tried before.
    """

    __slots__ = ("after", "before", "failures", "name", "notes", "rcode", "seconds", "server", "zone")
    server: Endpoint
    zone: Name
    name: Name | None
    rcode: int
    before: tuple[Record, ...] | None
    after: tuple[Record, ...] | None
    seconds: float
    notes: tuple[str, ...]
    failures: tuple[DnsUpdateError, ...]

    def __init__(  # noqa: PLR0913 - a result has this many parts
        self,
        *,
        server: Endpoint,
        zone: Name,
        name: Name | None = None,
        rcode: int = 0,
        before: tuple[Record, ...] | None = None,
        after: tuple[Record, ...] | None = None,
        seconds: float = 0.0,
        notes: tuple[str, ...] = (),
        failures: tuple[DnsUpdateError, ...] = (),
    ) -> None:
        self._fill(
            server=server,
            zone=zone,
            name=name,
            rcode=rcode,
            before=before,
            after=after,
            seconds=seconds,
            notes=notes,
            failures=failures,
        )

    @property
    def verified(self) -> bool:
        """Whether what was asked for was read back from the server."""
        return self.after is not None

    @property
    def changed(self) -> bool | None:
        """Whether the records were others before; None where that was not asked."""
        if self.before is None or self.after is None:
            return None
        return set(self.before) != set(self.after)

    def taking(self, seconds: float) -> Outcome:
        """Return this outcome with the time that the request took."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return Outcome(**fields | {"seconds": seconds})


def set_records(  # noqa: PLR0913 - what a user may say of it
    dialogue: Dialogue, target: Target, data: Data, *, ttl: int | None, require: str, verify: bool
) -> Steps[Outcome]:
    """Make the RRset of each type in `data` have exactly the values given, all in one message.

    `ttl` in seconds; None keeps the TTL that stands, and takes that of the zone's SOA record where none does.
    `require` is `any`, `existing` or `absent`, and speaks of the name.
    """
    place = yield from _locate(dialogue, target)
    _announce(dialogue, place)

    def at(endpoint: Endpoint) -> Steps[Outcome]:
        site = Site(dialogue, endpoint, place)
        before, ttls = None, dict.fromkeys(data, ttl or 0)
        if ttl is None:
            from dns_update.client.readback import standing  # noqa: PLC0415 - the shortest way needs no reading

            before, ttls = yield from standing(site, data)
        update = Update(place.zone, rrclass=place.rrclass)
        if require == "existing":
            update = update.require_present(place.owner)
        elif require == "absent":
            update = update.require_absent(place.owner)
        for rrtype, values in data.items():
            if rrtype == RRType.NS and place.owner == place.zone:
                update = update.add(place.owner, ttls[rrtype], rrtype, *values)
                update = yield from _without_other_name_servers(site, update, values)
            else:
                update = update.replace(place.owner, ttls[rrtype], rrtype, *values)

        def read_back() -> Steps[Records]:
            from dns_update.client.readback import after_set  # noqa: PLC0415 - as above

            return after_set(site, data, ttls)

        reply, after = yield from _carry_out(site, update, read_back, verify=verify)
        return _outcome(site, reply, before, after)

    return (yield from dialogue.at_first_server(at))


def delete_records(dialogue: Dialogue, target: Target, data: Data, *, require: str, verify: bool) -> Steps[Outcome]:
    """Remove the records in `data`: for a type without values its whole RRset; with no types, the whole name.

    `require=existing` speaks of the RRsets, or of the name where none are given; `absent` is a UsageError.
    """
    if require == "absent":
        raise UsageError("require=absent makes no sense with delete", hint="use require=existing, or leave it out")
    place = yield from _locate(dialogue, target)
    if not data and place.owner == place.zone:
        raise UsageError(
            f"this would remove every record at {place.zone} itself", hint="say which: type=A, or address=, or value="
        )
    _announce(dialogue, place)
    update = Update(place.zone, rrclass=place.rrclass)
    if require == "existing":
        update = update if data else update.require_present(place.owner)
        for rrtype in data:
            update = update.require_rrset(place.owner, rrtype)
    update = update if data else update.delete_name(place.owner)
    for rrtype, values in data.items():
        update = update.delete(place.owner, rrtype, *values) if values else update.delete_rrset(place.owner, rrtype)

    def at(endpoint: Endpoint) -> Steps[Outcome]:
        site = Site(dialogue, endpoint, place)

        def read_back() -> Steps[Records]:
            from dns_update.client.readback import after_delete  # noqa: PLC0415 - only if it is to be read back

            return after_delete(site, data)

        reply, after = yield from _carry_out(site, update, read_back, verify=verify)
        return _outcome(site, reply, None, after)

    return (yield from dialogue.at_first_server(at))


def show_records(dialogue: Dialogue, target: Target, rrtypes: Iterable[int]) -> Steps[Outcome]:
    """Return what the authoritative server holds at a name, of these types, in `after`; raises NameNotFound."""
    place = yield from _locate(dialogue, target)

    def at(endpoint: Endpoint) -> Steps[Outcome]:
        site = Site(dialogue, endpoint, place)
        found: dict[Record, None] = {}
        for rrtype in rrtypes:
            records, reply = yield from site.look(rrtype)
            found |= dict.fromkeys(records)
        if not found and reply.message.rcode == Rcode.NXDOMAIN:
            raise dialogue.refusal(reply, endpoint, Message.query(place.owner, rrtype, place.rrclass))
        return _outcome(site, reply, None, tuple(found))

    return (yield from dialogue.at_first_server(at))


def send_update(dialogue: Dialogue, update: Update) -> Steps[Outcome]:
    """Send an update as it stands; raises the Refusal that the server's answer means."""
    if not dialogue.servers:
        yield from _choose_primary_of(dialogue, update.zone, update.rrclass)

    def at(endpoint: Endpoint) -> Steps[Outcome]:
        reply = yield from dialogue.ask_for(endpoint, update.to_message())
        return _outcome(Site(dialogue, endpoint, Place(update.zone, update.zone, update.rrclass)), reply, None, None)

    return (yield from dialogue.at_first_server(at))


def _locate(dialogue: Dialogue, target: Target) -> Steps[Place]:
    """Return zone and owner name, and see to it that the dialogue has servers; asks only for what was left out."""
    if target.zone is not None:
        owner = name_in_zone(target.name, target.zone)
        if not owner.is_within(target.zone):
            raise UsageError(f"{owner} is not in {target.zone}", hint="give the zone that holds the name")
        if not dialogue.servers:
            yield from _choose_primary_of(dialogue, target.zone, target.rrclass)
        return Place(target.zone, owner, target.rrclass)
    owner = Name.from_text(target.name)
    if len(owner.labels) < 2:  # noqa: PLR2004 - a name of one label is relative to something
        raise UsageError(f"{target.name!r} is not a full name", hint="give the zone by zone=, or the name in full")
    zone = yield from _choose_primary(dialogue, owner, target.rrclass)
    return Place(zone, owner, target.rrclass)


def _choose_primary(dialogue: Dialogue, name: Name, rrclass: int) -> Steps[Name]:
    """Find the zone that holds `name`; its primary becomes the server, unless the user gave one."""
    from dns_update.client.discovery import find_zone  # noqa: PLC0415 - not needed where zone and server are given
    from dns_update.transport import Server  # noqa: PLC0415

    found = yield from find_zone(dialogue, name, rrclass)
    if not dialogue.servers:
        dialogue.servers = (Server(str(found.primary), dialogue.port),)
    return found.zone


def _choose_primary_of(dialogue: Dialogue, zone: Name, rrclass: int) -> Steps[None]:
    """Find the primary of a zone that the user named; raises ZoneNotFound if that is no zone but a name inside one."""
    found = yield from _choose_primary(dialogue, zone, rrclass)
    if found != zone:
        raise ZoneNotFound(f"{zone} is not a zone, but a name in {found}", hint=f"zone={found}")


def _announce(dialogue: Dialogue, place: Place) -> None:
    dialogue.log(f"updating zone: {place.zone}: updating RR set for {place.owner.relative_to(place.zone)}")


def _carry_out(
    site: Site, update: Update, read_back: Callable[[], Steps[Records]], *, verify: bool
) -> Steps[tuple[Reply, Records | None]]:
    """Send the update and judge the answer; return it, and what was read back (None if it was not, or could not be)."""
    dialogue, endpoint = site.dialogue, site.endpoint
    message = update.to_message()
    reply = yield from dialogue.ask(endpoint, message)
    if reply.message.rcode != Rcode.NOERROR:
        refusal = dialogue.refusal(reply, endpoint, message)
        # An earlier try, here or at another address, may have been carried out, and only its answer lost: then it is
        # our own work that the prerequisite stumbles over.
        was_tried = reply.tries > 1 or any(isinstance(failure, NoAnswer) for failure in dialogue.failures)
        if not was_tried or reply.message.rcode not in _PREREQUISITE_FAILED:
            raise refusal
        try:
            after = yield from read_back()
        except DnsUpdateError:
            raise refusal from None
        return reply, after
    if not verify:
        return reply, None
    try:
        return reply, (yield from read_back())
    except NotApplied:
        raise
    except DnsUpdateError as error:
        dialogue.notes.append(f"it could not be read back: {error}")
        return reply, None


def _without_other_name_servers(site: Site, update: Update, values: tuple[bytes, ...]) -> Steps[Update]:
    """Delete the apex NS records that are not among `values`, one by one and behind the adds.

    A server ignores the deletion of that RRset as a whole, and of its last record (RFC 2136, section 3.4.2.4).
    """
    records = yield from site.read(RRType.NS)
    wanted = {canonical_rdata(RRType.NS, value) for value in values}
    stale = [
        record.rdata
        for record in records
        if record.rrtype == RRType.NS and canonical_rdata(RRType.NS, record.rdata) not in wanted
    ]
    return update.delete(site.place.owner, RRType.NS, *stale) if stale else update


def _outcome(site: Site, reply: Reply, before: Records | None, after: Records | None) -> Outcome:
    return Outcome(
        server=site.endpoint,
        zone=site.place.zone,
        name=site.place.owner,
        rcode=reply.message.rcode,
        before=before,
        after=after,
        notes=tuple(site.dialogue.notes),
        failures=tuple(site.dialogue.failures),
    )
