"""`dns-update set`, `delete` and `show`: from a line's properties to a request, and from its outcome to words."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import DEFAULT_ALGORITHM, Algorithm, Key, read_secret
from dns_update.cli import OutputLost, put, talk, write_talk
from dns_update.client import Client
from dns_update.client.locate import Target
from dns_update.client.requests import delete_rdata, requirement_of
from dns_update.exchange import Policy
from dns_update.rr.record import rdata_to_text
from dns_update.transport import Server
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import RRClass, RRType, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dns_update.client.outcome import Outcome
    from dns_update.routeros import Line, Options
    from dns_update.transport import Endpoint


_ADDRESSES = (RRType.A, RRType.AAAA)
_DONE = "update successful"


def run(command: str, line: Line) -> int:
    """Carry out `set`, `delete` or `show` with the properties in `line`, and return the exit status."""
    options = line.options(command)
    target = _target_of(options, command)
    act = {"set": _set, "delete": _delete, "show": _show}[command]
    outcome, done = act(options, target)
    return _conclude(outcome, command, done, as_json=options.json)


def _set(options: Options, target: Target) -> tuple[Outcome, str]:
    """Make a name have exactly these addresses, or this data."""
    client = _client_of(options)
    data = _given_data(options, target)
    if options.ttl == 0:  # RouterOS's rule: the entry is deleted, whatever it points at
        rrsets: dict[int, tuple[bytes, ...]] = dict.fromkeys(data or _ADDRESSES, ())
        return _deleted(client, options, target, rrsets)
    if data and not any(data.values()):
        raise errors.UsageError("type= is given without value=", hint="for example: type=TXT value=hello")
    if not data:
        raise errors.UsageError("set needs address=, or type= and value=", hint="for example: address=203.0.113.45")
    outcome = client.set(
        target.name,
        *[value for values in data.values() for value in values],
        rrtype=options.type,
        zone=target.zone,
        ttl=options.ttl,
        require=requirement_of(options.require),
        verify=options.verify,
        compare=options.compare,
        check_names=options.check_names,
        rrclass=target.rrclass,
    )
    return outcome, _DONE


def _delete(options: Options, target: Target) -> tuple[Outcome, str]:
    """Remove an address, an RRset or a whole name."""
    options.allow_private = True  # such an address may well be removed
    client = _client_of(options)
    data = _given_data(options, target)
    return _deleted(client, options, target, data)


def _deleted(
    client: Client, options: Options, target: Target, data: dict[int, tuple[bytes, ...]]
) -> tuple[Outcome, str]:
    """Remove the records in `data`; what is read back is read beforehand, too, to tell whether any were there."""
    require, verify, compare = options.require, options.verify, options.compare or options.verify
    outcome = client.run(lambda d: delete_rdata(d, target, data, require=require, verify=verify, compare=compare))
    if outcome.changed is not False:
        return outcome, _DONE
    given = [
        f"{rrtype_to_text(rrtype)} {rdata_to_text(rrtype, value, target.rrclass)}"
        for rrtype, values in data.items()
        for value in values
    ]
    named = given or [f"{rrtype_to_text(rrtype)} record" for rrtype in data] or ["record"]
    return outcome, f"unchanged: {outcome.name} has no {' and no '.join(named)}"


def _show(options: Options, target: Target) -> tuple[Outcome, str]:
    """Find out what the authoritative server holds now."""
    rrtypes = _ADDRESSES if options.type is None else (options.type,)
    outcome = _client_of(options).show(target.name, *rrtypes, zone=target.zone, rrclass=target.rrclass)
    if not outcome.after and not options.json:
        talk(f"{outcome.name} has no {' or '.join(map(rrtype_to_text, rrtypes))} record")
    return outcome, ""


def _client_of(options: Options) -> Client:
    """Return a client for the servers, with the key and the patience that the options give; raises UsageError."""
    _check_families(options)
    return Client(
        *options.dns_server,
        key=_key_of(options),
        port=options.port,
        policy=Policy(options.timeout, options.retries, options.transport),
        transport=BlockingTransport(options.local_address, _print_message if options.debug else None),
        log=_log_of(options),
    )


def _check_families(options: Options) -> None:
    """Raise UsageError if no server can be reached from local-address=, for they are all of the other IP version."""
    own = options.local_address
    if own is None or not options.dns_server:
        return
    servers = [Server.from_text(server) for server in options.dns_server]
    if all(server.is_address and (":" in server.host) != (":" in own) for server in servers):
        raise errors.UsageError(
            f"local-address={own} is not of the IP version of dns-server=", hint="both IPv4, or both IPv6"
        )


def _log_of(options: Options) -> Callable[[str], None]:
    """Return what takes lines for people: standard error, or nobody with --json, where everything is in the object."""
    return _say_nothing if options.json else talk


def _print_message(direction: str, endpoint: Endpoint, transport: str, octets: bytes) -> None:
    """Write a message that was sent or received to standard error, for --debug."""
    from dns_update.client.dig import message_to_text  # noqa: PLC0415 - only if it is asked for
    from dns_update.message import Message  # noqa: PLC0415

    preposition = "to" if direction == "sent" else "from"
    heading = f";; {direction} {len(octets)} octets {preposition} {endpoint} by {transport.upper()}"
    try:
        text = message_to_text(Message.decode(octets))
    except errors.MalformedMessage as error:
        text = f";; {error}\n"
    write_talk(f"{heading}\n{text}\n")


def _key_of(options: Options) -> Key | None:
    """Return the key that the options give, None if there is none; raises UsageError."""
    if options.key is not None and options.key_file is not None:
        raise errors.UsageError("key= and key-file= are both given", hint="one of them is enough")
    if options.key_file is not None:
        if options.algorithm is not None or options.key_encoding != "auto":
            raise errors.UsageError("algorithm= and key-encoding= stand in the key file", hint="leave them out")
        return Key.from_file(options.key_file, options.key_name)
    if options.key is not None:
        if options.key_name is None:
            raise errors.UsageError(
                "key= is given without key-name=", hint="the server finds the secret by the key's name"
            )
        algorithm = options.algorithm if options.algorithm is not None else Algorithm.from_text(DEFAULT_ALGORITHM)
        return Key.from_secret(options.key_name, read_secret(options.key), algorithm, options.key_encoding)
    for prop, given in (
        ("key-name", options.key_name is not None),
        ("algorithm", options.algorithm is not None),
        ("key-encoding", options.key_encoding != "auto"),
    ):
        if given:
            raise errors.UsageError(f"{prop}= is given without a secret", hint="give key= or key-file=")
    return None


def _target_of(options: Options, command: str) -> Target:
    """Return the name that the request is about, which every command needs; raises UsageError."""
    if options.name is None:
        example = f"for example: dns-update {command} name=home zone=example.com ..."
        raise errors.UsageError("name= is missing", hint=f"{example}; all about it: dns-update --help")
    return Target(options.name, options.zone, options.rrclass)


def _given_data(options: Options, target: Target) -> dict[int, tuple[bytes, ...]]:
    """Return the records that address=, or type= and value=, give: type to values, empty where none are.

    Raises UsageError for wrong combinations, NoAddress where a source gives none.
    """
    if options.address and (options.type is not None or options.value):
        raise errors.UsageError("address= and type= are both given", hint="address= makes A and AAAA records by itself")
    if options.value and options.type is None:
        raise errors.UsageError("value= is given without type=", hint="for example: type=TXT value=hello")
    if options.type == RRType.ANY:
        raise errors.UsageError("type=ANY is for show", hint="delete without type= removes the whole name")
    if options.address and options.rrclass != RRClass.IN:
        raise errors.UsageError("address= is for the class IN", hint="give type= and value=")
    if options.type is None:
        return target.data(_addresses(options), None)
    try:
        return target.data(options.value, options.type)
    except errors.InvalidText as error:
        raise errors.UsageError(f"value=: {error.text}", hint=error.hint) from error


def _addresses(options: Options) -> Iterable[bytes]:
    literals = [source for source in options.address if isinstance(source, bytes)]
    if len(literals) == len(options.address):
        return dict.fromkeys(literals)
    from dns_update.address import find_addresses  # noqa: PLC0415 - literals need no looking for

    return find_addresses(options.address, allow_private=options.allow_private, log=_log_of(options))


def _say_nothing(_line: str) -> None:
    """Drop a line."""


def _conclude(outcome: Outcome, command: str, done: str, *, as_json: bool) -> int:
    """Say what came of a request that was carried out, in the words of `done`, and return the exit status."""
    if as_json:
        from dns_update.cli.as_json import outcome_text  # noqa: PLC0415 - only if it is asked for

        try:
            put(outcome_text(outcome, command))
        except OutputLost as lost:
            if command == "show":  # its data is all there is to it; of the others the zone has got what was wanted
                raise
            talk(f"note: {lost}")
        else:
            return 0
    if command == "show":
        put("".join(f"{record.to_text()}\n" for record in outcome.after or ()))
    else:
        talk(done)
    for note in outcome.notes:
        talk(f"note: {note}")
    return 0
