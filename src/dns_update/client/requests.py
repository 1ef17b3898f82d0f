"""What users ask for: set, delete, show, send; each made of steps (see `steps`), with an Outcome."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.steps import Pause
from dns_update.client.transaction import Place, Site
from dns_update.errors import quoted
from dns_update.message import Message
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.host_names import check_owner, check_targets
from dns_update.update import (
    Update,
    address_of,
    check_ttl,
    name_in_zone,
    rdata_of,
    rrclass_of,
    rrtype_of,
    zone_of,
    zone_type_of,
)
from dns_update.value import Value, setters
from dns_update.wire.codes import (
    Rcode,
    RRClass,
    RRType,
    is_zone_type,
    rcode_to_text,
    rrtype_to_text,
)
from dns_update.wire.inet import IPV4_OCTETS
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from ipaddress import IPv4Address, IPv6Address

    from dns_update.client.steps import Steps
    from dns_update.client.transaction import Records, Request, Transaction
    from dns_update.exchange import Reply
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint

    Data = Mapping[int, tuple[bytes, ...]]

REQUIREMENTS = ("any", "existing", "absent")
_SINGLE = (RRType.CNAME, RRType.SOA, RRType.DNAME)  # of these a name has one record (RFC 1034, 3.6.2; RFC 6672, 2.4)
_FIRST_PAUSE = 0.05  # seconds before what may be late is looked for again; each further one is twice as long
_PREREQUISITE_FAILED = (Rcode.NXDOMAIN, Rcode.YXDOMAIN, Rcode.NXRRSET, Rcode.YXRRSET)


class Target(Value):
    """The name that a request is about, as the user wrote it; the zone, if it was given; the class."""

    __slots__ = ("name", "rrclass", "zone")
    name: Name | str
    zone: Name | None
    rrclass: int

    def __init__(self, name: Name | str, zone: Name | str | None = None, rrclass: int | str = RRClass.IN) -> None:
        """Take them; raises UsageError for a zone that is none, and for a class that no zone has."""
        _target_name(self, name)
        _target_zone(self, None if zone is None else zone_of(zone))
        _target_rrclass(self, rrclass_of(rrclass))

    @property
    def owner(self) -> Name:
        """The name in full; raises UsageError, InvalidText for a text that is no name."""
        if self.zone is None:
            owner = self.name if isinstance(self.name, Name) else Name.from_text(self.name)
            if len(owner.labels) < 2:  # noqa: PLR2004 - a name of one label is relative to something
                raise errors.UsageError(
                    f"{str(self.name)!r} is not a full name", hint=errors.Hint("give {zone}, or the name in full")
                )
            return owner
        owner = self.name if isinstance(self.name, Name) else name_in_zone(self.name, self.zone)
        if not owner.is_within(self.zone):
            raise errors.UsageError(f"{owner} is not in {self.zone}", hint="give the zone that holds the name")
        return owner

    def data(
        self, values: Iterable[str | bytes | IPv4Address | IPv6Address], rrtype: int | str | None
    ) -> dict[int, tuple[bytes, ...]]:
        """Return values by their type: rdata of `rrtype`; where that is None, addresses, for A and AAAA.

        A value is a text in presentation form or octets. The type of no values is there, with none. Raises UsageError.
        """
        if rrtype is not None:
            number = zone_type_of(rrtype)
            return {number: tuple([rdata_of(number, value, self.rrclass) for value in values])}
        data: dict[int, tuple[bytes, ...]] = {}
        for value in values:
            address = address_of(value)
            number = RRType.A if len(address) == IPV4_OCTETS else RRType.AAAA
            data[number] = (*data.get(number, ()), address)
        return data


_target_name, _target_rrclass, _target_zone = setters(Target)


class Outcome(Value):
    """The result of a request that a server carried out.

    `before` and `after` are the records of the RRsets concerned as the server gave them; None where it was not asked.
    An update whose `after` was read back is `verified`: it is what was wanted. What was `read_unsigned` is not, for the
    server does not accept the key for queries, and anybody may have answered. `seconds` is the time that the whole
    request took. `notes` are sentences that the user should read. `failures` are those of the servers tried before.
    """

    __slots__ = ("after", "before", "failures", "name", "notes", "rcode", "read_unsigned", "seconds", "server", "zone")
    server: Endpoint
    zone: Name
    name: Name | None
    rcode: int
    before: tuple[Record, ...] | None
    after: tuple[Record, ...] | None
    seconds: float
    notes: tuple[str, ...]
    failures: tuple[errors.DnsUpdateError, ...]
    read_unsigned: bool

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
        failures: tuple[errors.DnsUpdateError, ...] = (),
        read_unsigned: bool = False,
    ) -> None:
        _set_server(self, server)
        _set_zone(self, zone)
        _set_name(self, name)
        _set_rcode(self, rcode)
        _set_before(self, before)
        _set_after(self, after)
        _set_seconds(self, seconds)
        _set_notes(self, notes)
        _set_failures(self, failures)
        _set_read_unsigned(self, read_unsigned)

    @property
    def verified(self) -> bool:
        """Whether what was asked for was read back from the server, in signed answers if there is a key."""
        return self.after is not None and not self.read_unsigned

    @property
    def changed(self) -> bool | None:
        """Whether the records were others before; None where that was not asked."""
        if self.before is None or self.after is None:
            return None
        return set(self.before) != set(self.after)

    def taking(self, seconds: float) -> Outcome:
        """Return this outcome with the time that the request took."""
        return Outcome(
            server=self.server,
            zone=self.zone,
            name=self.name,
            rcode=self.rcode,
            before=self.before,
            after=self.after,
            seconds=seconds,
            notes=self.notes,
            failures=self.failures,
            read_unsigned=self.read_unsigned,
        )


(
    _set_after,
    _set_before,
    _set_failures,
    _set_name,
    _set_notes,
    _set_rcode,
    _set_read_unsigned,
    _set_seconds,
    _set_server,
    _set_zone,
) = setters(Outcome)


class Delivery:
    """Sends the update of one request to one server after the other, and knows whether one of them may have done it."""

    def __init__(self, transaction: Transaction, *, verify: bool) -> None:
        """Prepare to read back what was sent, if `verify`."""
        self._dialogue = transaction
        self._verify = verify
        self.may_be_done = False  # whether a server may have carried out what was sent, though no answer says so

    async def carry_out(
        self, site: Site, update: Update, read_back: Callable[[], Steps[Records]]
    ) -> tuple[Reply, Records | None]:
        """Send the update and judge the answer; return it, and what was read back (None if nothing was)."""
        message = update.to_message()
        self._dialogue.has_sent_update = True
        try:
            reply = await self._dialogue.ask(site.endpoint, message)
        except errors.NoResponse as error:
            self.may_be_done |= error.may_have_arrived
            raise
        except errors.ReplyNotTrusted:
            self.may_be_done = True
            raise
        self.may_be_done |= reply.tries > 1
        if reply.message.rcode != Rcode.NOERROR:
            refusal = self._dialogue.refusal(reply, site.endpoint, message)
            if isinstance(refusal, errors.PermissionDenied):
                from dns_update.client.readback import explain_refusal  # noqa: PLC0415 - only when something is wrong

                await explain_refusal(site, update, refusal)
            if not self.may_be_done or reply.message.rcode not in _PREREQUISITE_FAILED:
                raise refusal
            return reply, await self._own_work(reply, refusal, read_back)
        return reply, (await self._read_back(read_back) if self._verify else None)

    async def _own_work(
        self, reply: Reply, refusal: errors.DnsUpdateError, read_back: Callable[[], Steps[Records]]
    ) -> Records:
        """Return what stands, if it is what was wanted; raise the refusal otherwise.

        An earlier try, here or elsewhere, may have been carried out, and only its answer lost: then it is our own work
        that the prerequisite stumbles over.
        """
        notes = tuple(self._dialogue.notes)
        try:
            after = await read_back()
        except errors.DnsUpdateError:
            self._dialogue.notes[:] = notes
            raise refusal from None
        self._dialogue.notes.append(
            f"an earlier try had no answer, and this one {rcode_to_text(reply.message.rcode)}; but everything stands "
            "as wanted, so the earlier one was carried out"
        )
        return after

    async def _read_back(self, read_back: Callable[[], Steps[Records]]) -> Records | None:
        """Read back; again and again for a while, as long as what was asked for may just be late."""
        left, pause = self._dialogue.patience, _FIRST_PAUSE
        notes = tuple(self._dialogue.notes)
        while True:
            try:
                return await read_back()
            except errors.NotApplied as error:
                self._dialogue.notes[:] = notes  # what was noted of that look is out of date at the next
                if not error.may_come or left <= 0:
                    raise
                if pause == _FIRST_PAUSE:
                    self._dialogue.log(f"{error.server} does not show the change yet; looking for up to {left:g} s")
            except errors.DnsUpdateError as error:
                self._dialogue.notes.append(f"it could not be read back: {error}")
                return None
            await Pause(min(pause, left))
            left -= pause
            pause *= 2


async def set_records(  # noqa: PLR0913 - what a user may say of it
    transaction: Transaction,
    target: Target,
    data: Data,
    *,
    ttl: int | None,
    require: str,
    verify: bool,
    compare: bool,
    check_names: bool,
) -> Outcome:
    """Make the RRset of each type in `data` have exactly the values given, all in one message.

    `ttl` in seconds; None keeps the TTL that stands, and takes that of the zone's SOA record where none does.
    `require` is `any`, `existing` or `absent`, and speaks of the name. `compare` looks first in any case, so that the
    outcome tells what was there `before`. `check_names` refuses what is no host name where one belongs.
    """
    _check_requirement(require)
    _check_values(target, data, check_names=check_names)
    if ttl is not None:
        check_ttl(ttl)
    place = await locate(transaction, target)
    _announce(transaction, place)
    delivery = Delivery(transaction, verify=verify)

    async def at(endpoint: Endpoint) -> Outcome:
        site = Site(transaction, endpoint, place)
        before, ttls = None, dict.fromkeys(data, ttl or 0)
        if ttl is None:
            from dns_update.client.readback import standing  # noqa: PLC0415 - the shortest way needs no reading

            before, ttls = await standing(site, data)
        elif compare:
            from dns_update.client.readback import shown  # noqa: PLC0415 - as above

            before = await shown(site, data)
        update = Update(place.zone, rrclass=place.rrclass)
        if require == "existing":
            update = update.require_present(place.owner)
        elif require == "absent":
            update = update.require_absent(place.owner)
        for rrtype, values in data.items():
            if rrtype == RRType.NS and place.owner == place.zone:
                update = update.add(place.owner, ttls[rrtype], rrtype, *values)
                update = await _without_other_name_servers(site, update, values)
            else:
                update = update.replace(place.owner, ttls[rrtype], rrtype, *values)

        def read_back() -> Steps[Records]:
            from dns_update.client.readback import after_set  # noqa: PLC0415 - as above

            return after_set(site, data, ttls)

        reply, after = await delivery.carry_out(site, update, read_back)
        return outcome_at(site, reply.message.rcode, before, after)

    return await transaction.at_first_server(at)


async def delete_records(  # noqa: PLR0913 - as above
    transaction: Transaction, target: Target, data: Data, *, require: str, verify: bool, compare: bool
) -> Outcome:
    """Remove the records in `data`: for a type without values its whole RRset; with no types, the whole name.

    `require=existing` speaks of the values, of the RRsets where none are given, or of the name where no types are;
    `absent` is a UsageError. `compare` is as for `set_records`.
    """
    _check_requirement(require)
    if require == "absent":
        raise errors.UsageError(
            "what is to be absent cannot be deleted", hint=errors.Hint("use {require:existing}, or leave {require} out")
        )
    place = await locate(transaction, target)
    if not data and place.owner == place.zone:
        raise errors.UsageError(
            f"this would remove every record at {place.zone} itself",
            hint=errors.Hint("say which: {type:A}, or {address}, or {value}"),
        )
    _announce(transaction, place)
    delivery = Delivery(transaction, verify=verify)
    update = _deletion(place, data, require)
    before: Records | None = None

    async def at(endpoint: Endpoint) -> Outcome:
        site = Site(transaction, endpoint, place)

        def read_back() -> Steps[Records]:
            from dns_update.client.readback import after_delete  # noqa: PLC0415 - only if it is to be read back

            return after_delete(site, data)

        nonlocal before
        if not delivery.may_be_done:
            if require == "existing":
                from dns_update.client.readback import check_existing  # noqa: PLC0415 - as above

                await check_existing(site, data)
            if compare:
                from dns_update.client.readback import shown  # noqa: PLC0415 - as above

                before = await shown(site, data or (RRType.ANY,))
        reply, after = await delivery.carry_out(site, update, read_back)
        return outcome_at(site, reply.message.rcode, before, after)

    return await transaction.at_first_server(at)


def _deletion(place: Place, data: Data, require: str) -> Update:
    update = Update(place.zone, rrclass=place.rrclass)
    if require == "existing":
        update = update if data else update.require_present(place.owner)
        for rrtype in data:
            update = update.require_rrset(place.owner, rrtype)
    update = update if data else update.delete_name(place.owner)
    for rrtype, values in data.items():
        update = update.delete(place.owner, rrtype, *values) if values else update.delete_rrset(place.owner, rrtype)
    return update


def _check_requirement(require: str) -> None:
    if require not in REQUIREMENTS:
        raise errors.UsageError(f"require cannot be {quoted(str(require))}", hint=f"one of {', '.join(REQUIREMENTS)}")


def _check_values(target: Target, data: Data, *, check_names: bool) -> None:
    if not any(data.values()):
        raise errors.UsageError("no value is given that the name shall have", hint="delete removes what stands")
    for rrtype in data:
        if not is_zone_type(rrtype):
            raise errors.UsageError(f"there are no RRsets of type {rrtype_to_text(rrtype)} in a zone")
    for rrtype in _SINGLE:
        if len(set(data.get(rrtype, ()))) > 1:
            raise errors.UsageError(f"a name has one {rrtype_to_text(rrtype)} record; {len(data[rrtype])} are given")
    for rrtype, values in data.items() if check_names else ():
        check_owner(target.owner, rrtype, target.rrclass)
        check_targets(target.owner, rrtype, values, target.rrclass)


async def show_records(transaction: Transaction, target: Target, rrtypes: Iterable[int]) -> Outcome:
    """Return what the authoritative server holds at a name, of these types, in `after`; raises NameNotFound."""
    place = await locate(transaction, target)

    async def at(endpoint: Endpoint) -> Outcome:
        site = Site(transaction, endpoint, place)
        found: dict[Record, None] = {}
        for rrtype in rrtypes:
            records, reply = await site.look(rrtype)
            found |= dict.fromkeys(records)
        if not found and reply.message.rcode == Rcode.NXDOMAIN:
            raise transaction.refusal(reply, endpoint, Message.query(place.owner, rrtype, place.rrclass))
        return outcome_at(site, reply.message.rcode, None, tuple(found))

    return await transaction.at_first_server(at)


async def send_update(transaction: Transaction, update: Update) -> Outcome:
    """Send an update as it stands; raises the Refusal that the server's answer means."""
    if not isinstance(update, Update):
        raise errors.UsageError(f"an Update can be sent, not {type(update).__name__}")
    if not transaction.servers:
        await _choose_primary_of(transaction, update.zone, update.rrclass)

    async def at(endpoint: Endpoint) -> Outcome:
        transaction.has_sent_update = True
        reply = await transaction.ask_for(endpoint, update.to_message())
        site = Site(transaction, endpoint, Place(update.zone, update.zone, update.rrclass))
        return outcome_at(site, reply.message.rcode, None, None)

    return await transaction.at_first_server(at)


# What the clients offer to programs: arguments as a program has them, checked, become a request.


def set_request(  # noqa: PLR0913 - the arguments of Client.set
    name: Name | str,
    values: Iterable[str | bytes | IPv4Address | IPv6Address],
    *,
    rrtype: int | str | None,
    zone: Name | str | None,
    ttl: int | None,
    require: str,
    verify: bool,
    compare: bool,
    check_names: bool,
    rrclass: int | str,
) -> Request[Outcome]:
    """Return the request that `Client.set` describes; raises UsageError."""
    target = Target(name, zone, rrclass)
    data = target.data(values, rrtype)
    return lambda transaction: set_records(
        transaction, target, data, ttl=ttl, require=require, verify=verify, compare=compare, check_names=check_names
    )


def delete_request(  # noqa: PLR0913 - the arguments of Client.delete
    name: Name | str,
    values: Iterable[str | bytes | IPv4Address | IPv6Address],
    *,
    rrtype: int | str | None,
    zone: Name | str | None,
    require: str,
    verify: bool,
    compare: bool,
    rrclass: int | str,
) -> Request[Outcome]:
    """Return the request that `Client.delete` describes; raises UsageError."""
    target = Target(name, zone, rrclass)
    data = target.data(values, rrtype)
    return lambda transaction: delete_records(
        transaction, target, data, require=require, verify=verify, compare=compare
    )


def show_request(
    name: Name | str, rrtypes: Iterable[int | str], *, zone: Name | str | None, rrclass: int | str
) -> Request[Outcome]:
    """Return the request that `Client.show` describes; raises UsageError."""
    target = Target(name, zone, rrclass)
    numbers = [rrtype_of(rrtype) for rrtype in rrtypes or (RRType.A, RRType.AAAA)]
    types = [number if number == RRType.ANY else zone_type_of(number) for number in numbers]
    return lambda transaction: show_records(transaction, target, types)


async def locate(transaction: Transaction, target: Target) -> Place:
    """Return zone and owner name, and see to it that the transaction has servers; asks only for what was left out."""
    owner = target.owner
    if target.zone is not None:
        if not transaction.servers:
            await _choose_primary_of(transaction, target.zone, target.rrclass)
        return Place(target.zone, owner, target.rrclass)
    zone = await _choose_primary(transaction, owner, target.rrclass)
    return Place(zone, owner, target.rrclass)


async def _choose_primary(transaction: Transaction, name: Name, rrclass: int) -> Name:
    """Find the zone that holds `name`; its primary becomes the server, unless the user gave one."""
    from dns_update.client.discovery import find_zone  # noqa: PLC0415 - not needed where zone and server are given
    from dns_update.transport import Server  # noqa: PLC0415

    found = await find_zone(transaction, name, rrclass)
    if not transaction.servers:
        if not found.is_primary_usable:
            what = f"{found.primary} as the primary, which is not a host to send updates to"
            raise errors.ZoneNotFound(
                f"the SOA record of {found.zone} names {what if found.primary.labels else 'no primary'}",
                hint=errors.Hint("{dns-server} says where its updates go"),
            )
        transaction.servers = (Server(str(found.primary), transaction.port),)
        transaction.primary_of = found.zone
    return found.zone


async def _choose_primary_of(transaction: Transaction, zone: Name, rrclass: int) -> None:
    """Find the primary of a zone that the user named; raises ZoneNotFound if that is no zone but a name inside one."""
    found = await _choose_primary(transaction, zone, rrclass)
    if found != zone:
        raise errors.ZoneNotFound(
            f"{zone} is not a zone, but a name in {found}", hint=errors.Hint("{zone:{found}}", found=found)
        )


def _announce(transaction: Transaction, place: Place) -> None:
    transaction.log(f"updating zone: {place.zone}: updating RR set for {place.owner.relative_to(place.zone)}")


async def _without_other_name_servers(site: Site, update: Update, values: tuple[bytes, ...]) -> Update:
    """Delete the apex NS records that are not among `values`, one by one and behind the adds.

    A server ignores the deletion of that RRset as a whole, and of its last record (RFC 2136, section 3.4.2.4).
    """
    records = await site.read(RRType.NS)
    wanted = {canonical_rdata(RRType.NS, value) for value in values}
    stale = [
        record.rdata
        for record in records
        if record.rrtype == RRType.NS and canonical_rdata(RRType.NS, record.rdata) not in wanted
    ]
    return update.delete(site.place.owner, RRType.NS, *stale) if stale else update


def outcome_at(site: Site, rcode: int, before: Records | None, after: Records | None) -> Outcome:
    """Return what came of a request at the server that carried it out."""
    return Outcome(
        server=site.endpoint,
        zone=site.place.zone,
        name=site.place.owner,
        rcode=rcode,
        before=before,
        after=after,
        notes=site.transaction.notes_at(site.endpoint),
        failures=tuple(site.transaction.failures),
        read_unsigned=site.transaction.is_unsigned(site.endpoint),
    )
