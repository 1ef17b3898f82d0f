"""The requests that both clients offer as methods: set, add, delete, show and send.

Each is called with a transaction and the arguments of the method, and its steps lead to an Outcome. `as_method` makes
it a client's method, so that the arguments and their description are written once.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.client.delivery import Delivery
from dns_update.client.locate import (
    LocatedTarget,
    RdataByType,
    Target,
    choose_reader,
    ensure_servers,
    locate,
)
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.outcome import Outcome, outcome_at
from dns_update.client.steps import Steps
from dns_update.client.transaction import Transaction
from dns_update.errors import quoted
from dns_update.message import Message
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.host_names import check_owner, check_targets
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.update import Update, check_ttl, rrtype_of, zone_type_of
from dns_update.wire.codes import SINGLE_RECORD_TYPES, Rcode, RRClass, RRType, rrtype_to_text
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address, IPv6Address
    from typing import Any, Literal, TypeVar

    from dns_update.client.reverse_zones import ReverseSettings
    from dns_update.update import Requirement

    M = TypeVar("M", bound=Callable[..., object])

_REQUIREMENTS: dict[str, Requirement] = {"any": "any", "existing": "existing", "absent": "absent"}


def as_method(request: Callable[..., Any], method: M) -> M:
    """Return a client's method with its request's docstring, named by the first word of the request's name.

    It does what `functools.wraps` does, without that import.
    """
    name = request.__name__.partition("_")[0]
    method.__name__, method.__qualname__, method.__doc__ = name, name, request.__doc__
    method.__dict__["__wrapped__"] = request  # for inspect.signature
    return method


async def set_records(  # noqa: PLR0913 - all but the name can be left out
    transaction: Transaction,
    name: Name | str,
    *values: str | bytes | IPv4Address | IPv6Address,
    rrtype: int | str | None = None,
    zone: Name | str | None = None,
    ttl: int | None = None,
    require: Literal["any", "existing", "absent"] = "any",
    verify: bool = True,
    compare: bool = False,
    check_names: bool = True,
    dry_run: bool = False,
    rrclass: int | str = RRClass.IN,
    ptr: bool = False,
    ptr_zone: Name | str | None = None,
    reverse: ReverseSettings | None = None,
) -> Outcome:
    """Make a name have exactly these addresses, or these values of one type.

    It is one atomic message (RFC 2136, section 3.7); types that are not given are not changed. `name` is relative to
    `zone`, or a full name. `values` are addresses: texts, 4 or 16 octets, or addresses of the standard library's
    `ipaddress`; with `rrtype`, a number or a mnemonic, they are rdata in presentation form or octets. `ttl` is in
    seconds; 0 is a TTL like any other (the command's `ttl=0` deletes); None keeps the TTL of the RRset, or takes that
    of the zone's SOA record if there is no RRset yet. `rrclass` is a number or a mnemonic. `require` says what must be
    true of the name before: `any` nothing, `existing` that it has records, `absent` that it has none. With `verify`,
    the records are read back from the same server. With `compare`, they are also read before the update, so that the
    outcome says what was there and whether it has `changed`. With `check_names`, the owner of an address and the target
    of MX, NS, SRV and similar records must be a host name, as BIND requires; False sends any name. With `dry_run`, the
    records are read and nothing is changed: the outcome says what the name has, and what it would have.

    With `ptr`, each address also gets a PTR record that points at the name, and those of addresses that the name loses
    are removed; PTR records of other names are left. Each zone gets messages of its own, in an order in which no PTR
    record is without its address, with the condition that nothing was changed since it was read. If one fails, the ones
    before it are undone, and if that fails, PartlyDone says what there is now. The outcome's `reverse` are those at the
    reverse names. The reverse zones are found by their SOA records, aliases of RFC 2317 are followed; `ptr_zone` is the
    one zone that has them all. They are reached like the zone of the name, or as the settings say that `reverse`
    returns for a reverse name, e.g. `lambda name: other_client.settings`.

    Raises UsageError for wrong arguments, NotApplied if the server has something else afterwards, and any other
    Refusal or CommunicationError.
    """
    target = Target(name, zone, rrclass)
    rdata = target.data(values, rrtype)
    _check(target, rdata, require, ttl, check_names=check_names)
    if ptr:
        from dns_update.client.reverse import PairWish, with_pairs  # only if it is asked for

        how = PairWish("set", target, rdata, ttl, require, verify, dry_run, ptr_zone, reverse)
        return await with_pairs(transaction, how)
    delivery = Delivery(transaction=transaction, verify=verify)
    located = await locate(transaction, target)
    if verify or compare or dry_run or ttl is None:
        await choose_reader(transaction, located)
    if not dry_run:
        _announce(transaction, located)
    before: Records | None = None
    ttls: dict[int, int] = {}

    async def at(endpoint: Endpoint) -> Outcome:
        nonlocal before, ttls
        view = ZoneView.beside(transaction, endpoint, located)
        if not transaction.is_update_astray:  # otherwise the records there now may be the result of the update
            before, ttls = await _before_set(view, rdata, ttl, compare=compare and not dry_run)
        update = await _with_replacements(view, _update_that_requires(located, require), rdata, ttls)
        if dry_run:
            return await _previewed(view, update)
        rcode, after = await delivery.carry_out(view, update, lambda: _after_set(view, rdata, ttls, only_adds=False))
        return outcome_at(view, rcode, before, after)

    return await transaction.at_first_server(at)


async def add_records(  # noqa: PLR0913 - as above
    transaction: Transaction,
    name: Name | str,
    *values: str | bytes | IPv4Address | IPv6Address,
    rrtype: int | str | None = None,
    zone: Name | str | None = None,
    ttl: int | None = None,
    require: Literal["any", "existing", "absent"] = "any",
    verify: bool = True,
    compare: bool = False,
    check_names: bool = True,
    dry_run: bool = False,
    rrclass: int | str = RRClass.IN,
    ptr: bool = False,
    ptr_zone: Name | str | None = None,
    reverse: ReverseSettings | None = None,
) -> Outcome:
    """Add these addresses, or these values of one type, to those that a name has (RFC 2136, section 2.5.1).

    The arguments are those of `set`. A `ttl` becomes that of the whole RRset, because its records have one (RFC 2181,
    section 5.2); None keeps it. A value that is there already is not an error; with `compare`, the outcome says whether
    anything has `changed`.

    Raises UsageError for wrong arguments and for a SOA record, NotApplied if the server does not have the values
    afterwards, and any other Refusal or CommunicationError. If the records were read before, and the name is an alias
    or has another CNAME or DNAME, NotApplied is raised and nothing is sent.
    """
    from dns_update.client import additions  # the other requests do without

    target = Target(name, zone, rrclass)
    rdata = target.data(values, rrtype)
    _check(target, rdata, require, ttl, check_names=check_names)
    additions.refuse_types(rdata)
    if ptr:
        from dns_update.client.reverse import PairWish, with_pairs  # only if it is asked for

        how = PairWish("add", target, rdata, ttl, require, verify, dry_run, ptr_zone, reverse)
        return await with_pairs(transaction, how)
    delivery = Delivery(transaction=transaction, verify=verify)
    located = await locate(transaction, target)
    if verify or compare or dry_run or ttl is None:
        await choose_reader(transaction, located)
    if not dry_run:
        _announce(transaction, located)
    before: Records | None = None
    ttls: dict[int, int] = {}

    async def at(endpoint: Endpoint) -> Outcome:
        nonlocal before, ttls
        view = ZoneView.beside(transaction, endpoint, located)
        if not transaction.is_update_astray:  # as above
            before, ttls = await additions.before_addition(view, rdata, ttl, compare=compare)
        update = _update_that_requires(located, require)
        update = additions.with_additions(located.owner, update, rdata, ttls, before)
        if dry_run:
            return await _previewed(view, update)
        update = additions.if_unchanged(located.owner, update, rdata, before)
        try:
            rcode, after = await delivery.carry_out(view, update, lambda: _after_set(view, rdata, ttls, only_adds=True))
        except (errors.NameExists, errors.NameNotFound) as error:
            if require == "any":  # then it is our own condition
                error.hint = "another program changes the name at the same time; try again"
            raise
        additions.note_ttls(view, before, after)
        return outcome_at(view, rcode, before, after)

    return await transaction.at_first_server(at)


async def delete_records(  # noqa: PLR0913 - as above
    transaction: Transaction,
    name: Name | str,
    *values: str | bytes | IPv4Address | IPv6Address,
    rrtype: int | str | None = None,
    zone: Name | str | None = None,
    require: Literal["any", "existing"] = "any",
    verify: bool = True,
    compare: bool = False,
    dry_run: bool = False,
    rrclass: int | str = RRClass.IN,
    ptr: bool = False,
    ptr_zone: Name | str | None = None,
    reverse: ReverseSettings | None = None,
) -> Outcome:
    """Remove these values; without values, the RRset of `rrtype`; without either, all records of the name.

    The arguments are those of `set`; with `require="existing"`, the values, the RRset or the name must exist. With
    `ptr`, the PTR records of the addresses go first.
    """
    target = Target(name, zone, rrclass)
    rdata = target.data(values, rrtype)
    if ptr:
        from dns_update.client.reverse import PairWish, with_pairs  # only if it is asked for

        how = PairWish("delete", target, rdata, None, require, verify, dry_run, ptr_zone, reverse)
        return await with_pairs(transaction, how)
    return await delete_rdata(
        transaction, target, rdata, require=require, verify=verify, compare=compare, dry_run=dry_run
    )


async def show_records(
    transaction: Transaction,
    name: Name | str,
    *rrtypes: int | str,
    zone: Name | str | None = None,
    rrclass: int | str = RRClass.IN,
) -> Outcome:
    """Return the records of `name` at the authoritative server, A and AAAA or these types, in the outcome's `after`.

    Raises NameNotFound if there is no such name, ZoneNotFound if the server answers from a zone below, and any other
    Refusal or CommunicationError.
    """
    target = Target(name, zone, rrclass)
    numbers = [rrtype_of(rrtype) for rrtype in rrtypes or (RRType.A, RRType.AAAA)]
    types = [number if number == RRType.ANY else zone_type_of(number) for number in numbers]
    located = await locate(transaction, target)

    async def at(endpoint: Endpoint) -> Outcome:
        view = ZoneView(transaction, endpoint, located)
        found: dict[Record, None] = {}
        for rrtype in types:
            records, reply = await view.look(rrtype)
            found |= dict.fromkeys(records)
        if not found and reply.message.rcode == Rcode.NXDOMAIN:
            raise transaction.refusal(reply, endpoint, Message.query(located.owner, rrtype, located.rrclass))
        return outcome_at(view, reply.message.rcode, None, tuple(found))

    return await transaction.at_first_server(at, transaction.readers)


async def send_update(transaction: Transaction, update: Update) -> Outcome:
    """Send an update as it is; nothing is read back.

    Raises the Refusal that the answer means, or a CommunicationError.
    """
    if not isinstance(update, Update):
        raise errors.UsageError(f"an Update can be sent, not {type(update).__name__}")
    if not transaction.servers:
        await ensure_servers(transaction, update.zone, update.rrclass)

    async def at(endpoint: Endpoint) -> Outcome:
        reply = await transaction.ask_for(endpoint, update.to_message())
        view = ZoneView(transaction, endpoint, LocatedTarget(update.zone, update.zone, update.rrclass))
        return outcome_at(view, reply.message.rcode, None, None)

    return await transaction.at_first_server(at)


def requirement_of(text: str) -> Requirement:
    """Return a requirement; raises UsageError for anything but one of the three texts."""
    requirement = _REQUIREMENTS.get(text) if isinstance(text, str) else None
    if requirement is None:
        raise errors.UsageError(f"require cannot be {quoted(str(text))}", hint=f"one of {', '.join(_REQUIREMENTS)}")
    return requirement


# Set and add


def _check(target: Target, rdata: RdataByType, require: Requirement, ttl: int | None, *, check_names: bool) -> None:
    """Check the arguments of `set` or `add`; raises UsageError."""
    requirement_of(require)
    check_values(target, rdata, check_names=check_names)
    if ttl is not None:
        check_ttl(ttl)


def check_values(target: Target, rdata: RdataByType, *, check_names: bool) -> None:
    """Check the data that a name is to have; raises UsageError."""
    if not any(rdata.values()):
        raise errors.UsageError("no value is given for the name", hint="to remove records, use delete")
    for rrtype in rdata:
        zone_type_of(rrtype)
    for rrtype in SINGLE_RECORD_TYPES:
        if len(set(rdata.get(rrtype, ()))) > 1:
            raise errors.UsageError(f"a name has one {rrtype_to_text(rrtype)} record; {len(rdata[rrtype])} are given")
    for rrtype, values in rdata.items() if check_names else ():
        check_owner(target.owner, rrtype, target.rrclass)
        check_targets(target.owner, rrtype, values, target.rrclass)


async def _before_set(
    view: ZoneView, rdata: RdataByType, ttl: int | None, *, compare: bool
) -> tuple[Records | None, dict[int, int]]:
    """Return the records before the update, if they are asked for, and the TTL for each type."""
    if ttl is None:
        from dns_update.client.readback import current  # not needed if a TTL is given

        return await current(view, rdata)
    before = None
    if compare:
        from dns_update.client.readback import shown  # only if it is asked for

        before = await shown(view, rdata)
    return before, dict.fromkeys(rdata, ttl)


def _update_that_requires(target: LocatedTarget, require: Requirement) -> Update:
    update = Update(target.zone, rrclass=target.rrclass)
    if require == "existing":
        return update.require_present(target.owner)
    return update.require_absent(target.owner) if require == "absent" else update


async def _with_replacements(view: ZoneView, update: Update, rdata: RdataByType, ttls: dict[int, int]) -> Update:
    owner = view.target.owner
    for rrtype, values in rdata.items():
        if rrtype == RRType.NS and owner == view.target.zone:
            update = update.add(owner, ttls[rrtype], rrtype, *values)
            update = await _without_other_name_servers(view, update, values)
        else:
            update = update.replace(owner, ttls[rrtype], rrtype, *values)
    return update


async def _without_other_name_servers(view: ZoneView, update: Update, values: tuple[bytes, ...]) -> Update:
    """Delete the apex NS records that are not among `values`, one by one and after the additions.

    A server ignores the deletion of that RRset as a whole, and of its last record (RFC 2136, section 3.4.2.4).
    """
    records = await view.read(RRType.NS)
    desired = {canonical_rdata(RRType.NS, value) for value in values}
    stale = [
        record.rdata
        for record in records
        if record.rrtype == RRType.NS and canonical_rdata(RRType.NS, record.rdata) not in desired
    ]
    return update.delete(view.target.owner, RRType.NS, *stale) if stale else update


def _after_set(view: ZoneView, rdata: RdataByType, ttls: dict[int, int], *, only_adds: bool) -> Steps[Records]:
    from dns_update.client.readback import after_set  # only if it is read back

    return after_set(view, rdata, ttls, only_adds=only_adds)


def _previewed(view: ZoneView, update: Update) -> Steps[Outcome]:
    from dns_update.client.preview import previewed  # only if it is asked for

    return previewed(view, update)


# Delete


async def delete_rdata(  # noqa: PLR0913 - as above
    transaction: Transaction,
    target: Target,
    rdata: RdataByType,
    *,
    require: Requirement,
    verify: bool,
    compare: bool,
    dry_run: bool = False,
) -> Outcome:
    """Remove rdata of several types: for a type without values its whole RRset; with no types, the whole name.

    Everything else is as for `delete_records`; `require="absent"` is a UsageError.
    """
    check_deletion(require)
    located = await locate(transaction, target)
    if not rdata and located.owner == located.zone:
        raise errors.UsageError(
            f"this would remove every record at {located.zone} itself",
            hint=errors.Hint(
                "say which: {type:A}, or {value}", command_line="say which: {type:A}, or {address}, or {value}"
            ),
        )
    if verify or compare or dry_run or require == "existing":
        await choose_reader(transaction, located)
    if not dry_run:
        _announce(transaction, located)
    delivery = Delivery(transaction=transaction, verify=verify)
    update = _deletion(located, rdata, require)
    before: Records | None = None

    async def at(endpoint: Endpoint) -> Outcome:
        nonlocal before
        view = ZoneView.beside(transaction, endpoint, located)
        if not transaction.is_update_astray:  # otherwise the records there now may be the result of the update
            if require == "existing":
                from dns_update.client.readback import check_existing  # only if it is asked for

                await check_existing(view, rdata)
            if dry_run:
                return await _previewed(view, update)
            if compare:
                from dns_update.client.readback import shown  # as above

                before = await shown(view, rdata or (RRType.ANY,))
        rcode, after = await delivery.carry_out(view, update, lambda: _after_delete(view, rdata))
        return outcome_at(view, rcode, before, after)

    return await transaction.at_first_server(at)


def check_deletion(require: Requirement) -> None:
    """Raise UsageError for a requirement that a deletion cannot have."""
    if requirement_of(require) == "absent":
        raise errors.UsageError(
            "records that must be absent cannot be deleted",
            hint=errors.Hint("use {require:existing}, or leave {require} out"),
        )


def _deletion(target: LocatedTarget, rdata: RdataByType, require: Requirement) -> Update:
    update = Update(target.zone, rrclass=target.rrclass)
    if require == "existing":
        update = update if rdata else update.require_present(target.owner)
        for rrtype in rdata:
            update = update.require_rrset(target.owner, rrtype)
    update = update if rdata else update.delete_name(target.owner)
    for rrtype, values in rdata.items():
        update = update.delete(target.owner, rrtype, *values) if values else update.delete_rrset(target.owner, rrtype)
    return update


def _after_delete(view: ZoneView, rdata: RdataByType) -> Steps[Records]:
    from dns_update.client.readback import after_delete  # only if it is read back

    return after_delete(view, rdata)


def _announce(transaction: Transaction, target: LocatedTarget) -> None:
    transaction.log(f"updating zone: {target.zone}: updating RR set for {target.owner.relative_to(target.zone)}")
