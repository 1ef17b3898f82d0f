"""What `set`, `add`, `delete` and `show` have in common: from properties to a request, and from its outcome to text."""

from __future__ import annotations

import os

from dns_update import errors
from dns_update.auth import DEFAULT_ALGORITHM, Algorithm, Key, read_secret
from dns_update.cli import OutputLost, is_watched, put, talk, write_talk
from dns_update.cli.asking import policy_of
from dns_update.client import Client
from dns_update.client.locate import RdataByType, Target
from dns_update.client.outcome import Outcome, success_text
from dns_update.client.requests import add_records, set_records
from dns_update.client.settings import check_read_back
from dns_update.commandline.properties import ALL, VARIABLES, Options
from dns_update.exchange import TransportName
from dns_update.transport import Endpoint, Server
from dns_update.transport.blocking import BlockingTransport
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.inet import reverse_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Literal

    from dns_update.commandline.line import CommandLine

_OF_GSS = ("realm", "principal", "keytab", "ccache", "password")
ADDRESS_TYPES = (RRType.A, RRType.AAAA)
CONFIGURATION = "dns-update/config.toml"  # in a user's directory of configurations, or the system's
SYSTEM = "/etc"


def options_of(line: CommandLine, command: str) -> Options:
    """Return the properties of a line; what it leaves out comes from the environment and the configuration, if any.

    Raises UsageError.
    """
    options = with_defaults(line.options(command), command, is_routers=line.is_routers)
    _check_ptr(options)
    if "wait" in options.given and options.verify != ALL and not options.query_server:
        raise errors.UsageError("wait= is given without verify=all", hint="give both, or none; or query-server=")
    if line.text("query-server") is not None:
        _check_that_it_reads(options, command)
    return options


def _check_ptr(options: Options) -> None:
    """Raise UsageError for ptr-zone= without ptr=, and for ptr= with what has no address."""
    if not options.ptr:
        if options.ptr_zone is not None:
            raise errors.UsageError("ptr-zone= is given without ptr=yes", hint="give both, or none")
        return
    if options.rrtype is not None and (options.value or options.rrtype not in ADDRESS_TYPES):
        raise errors.UsageError(
            "ptr= goes with addresses, not with type= and value=", hint="give address=, or leave ptr= out"
        )
    if options.rrclass != RRClass.IN:
        raise errors.UsageError("ptr= goes with addresses of the class IN", hint="leave class= out")


def _check_that_it_reads(options: Options, command: str) -> None:
    """Raise UsageError for a query-server= that would be asked nothing."""
    if command not in ("set", "add", "delete") or options.verify or options.dry_run or options.zone is None:
        return
    if options.require != "existing" if command == "delete" else options.ttl is not None:
        raise errors.UsageError(
            "query-server= is given, and nothing would be read there", hint="leave it out, or verify=no"
        )


def with_defaults(options: Options, command: str, *, is_routers: bool) -> Options:
    """Return properties with those that the environment and the configuration add, if any; raises UsageError."""
    configuration = find_configuration() if options.config is None else options.config
    if configuration is None and not any(name.startswith(VARIABLES) for name in os.environ):
        return options
    from dns_update.cli.defaults import completed  # only if there may be some

    return completed(options, command, configuration, is_routers=is_routers)


def find_configuration() -> str | None:
    """Return the path of the configuration, the user's or else the system's; None if there is none."""
    home = os.environ.get("HOME")
    own = os.environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    for directory in (own, SYSTEM):
        if directory.startswith("/"):
            path = f"{directory}/{CONFIGURATION}"
            try:
                os.stat(path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError):
                pass  # it may be there: whoever reads it says why it cannot
            return path
    return None


def target_of(options: Options, command: str, *, is_routers: bool = False) -> Target:
    """Return the name that the request is about; raises UsageError.

    With type=PTR, the name may be made from an address. In a router's line without a name, it is the zone's name.
    """
    name = options.name
    if _has_address_for_name(options):
        name = _name_of_address(options)
    elif name is None and is_routers and options.zone is not None and options.rrtype is None:
        name = "@"
    if name is None:
        example = f"for example: dns-update {command} name=home zone=example.com ..."
        raise errors.UsageError("name= is missing", hint=f"{example}; all about it: dns-update --help")
    return Target(name, options.zone, options.rrclass)


def _has_address_for_name(options: Options) -> bool:
    return options.rrtype == RRType.PTR and bool(options.address)


def _name_of_address(options: Options) -> str:
    """Return the name that an address has for reverse look-ups; raises UsageError."""
    if options.name is not None:
        raise errors.UsageError(
            "name= and address= are both given with type=PTR", hint="the address makes the name, value= is the host"
        )
    address = options.address[0]
    if len(options.address) > 1 or not isinstance(address, bytes):
        raise errors.UsageError(
            "type=PTR takes one address, not a source of addresses", hint="e.g. address=203.0.113.45"
        )
    return reverse_name(address)


def data_of(options: Options, target: Target, *, allow_private: bool) -> RdataByType:
    """Return the data that address=, or type= and value=, give: values by type, which may be empty.

    Raises UsageError for wrong combinations, NoAddress if a source gives none.
    """
    _check_combination(options)
    if options.rrtype is None:
        return target.data(_addresses(options, allow_private=allow_private), None)
    try:
        return target.data(options.value, options.rrtype)
    except errors.InvalidText as error:
        raise errors.UsageError(f"value=: {error.text}", hint=error.hint) from error


def change(client: Client, command: Literal["set", "add"], options: Options, target: Target, data: RdataByType) -> int:
    """Carry out a `set` or an `add`, and return the exit status; raises DnsUpdateError."""
    _check_data(data, command)
    values = [value for values in data.values() for value in values]
    how: dict[str, Any] = {
        "rrtype": options.rrtype,
        "zone": target.zone,
        "ttl": options.ttl,
        "require": options.require,
        "verify": bool(options.verify),
        # `add` also learns from it what it must not replace.
        "compare": bool(options.verify) if command == "add" else is_compared(options),
        "check_names": options.check_names,
        "dry_run": options.dry_run,
        "rrclass": target.rrclass,
        **_of_pairs(options),
    }
    if options.to == ALL:
        from dns_update.cli.all_servers import change_all  # only if it is asked for

        request = add_records if command == "add" else set_records
        at_one = lambda transaction: request(transaction, target.name, *values, **how)  # noqa: E731
        return change_all(client, command, options, target, data, at_one)
    method = client.add if command == "add" else client.set
    with Advised(client, options, target, data, command):
        outcome = method(target.name, *values, **how)
    return conclude_changed(client, outcome, command, options, data)


def _of_pairs(options: Options) -> Mapping[str, Any]:
    """Return the arguments of a request that make it keep PTR records, too; none if it is not asked for."""
    if not options.ptr:
        return {}
    from dns_update.cli.pairs import arguments  # only if it is asked for

    return arguments(options)


def conclude_changed(  # noqa: PLR0913, PLR0917 - what a change consists of
    client: Client, outcome: Outcome, command: str, options: Options, rrtypes: Iterable[int], done: str = ""
) -> int:
    """Report the outcome of a change of these types, wait for all name servers if asked for, and return the status."""
    if options.verify != ALL or outcome.dry_run:
        return conclude(outcome, command, options, done)
    if outcome.reverse:
        from dns_update.cli.pairs import conclude_everywhere  # as below

        return conclude_everywhere(client, outcome, command, options, rrtypes, done)
    from dns_update.cli.everywhere import put_with_servers, shown_everywhere  # only if it is asked for

    if options.json:
        put_with_servers(outcome, command, shown_everywhere(client, outcome, options, rrtypes))
        return 0
    status = conclude(outcome, command, options, done)
    shown_everywhere(client, outcome, options, rrtypes)
    return status


def is_compared(options: Options) -> bool:
    """Return whether the name is read before an update, to say what this has changed: only if it is said."""
    return options.verify == ALL or (options.verify and (options.json or not options.quiet))


def _check_data(data: RdataByType, command: str) -> None:
    """Raise UsageError for a `set` or an `add` without data."""
    if not data:
        raise errors.UsageError(
            f"{command} needs address=, or type= and value=", hint="for example: address=203.0.113.45"
        )
    if not any(data.values()):
        raise errors.UsageError("type= is given without value=", hint="for example: type=TXT value=hello")


def _check_combination(options: Options) -> None:
    has_addresses = bool(options.address) and not _has_address_for_name(options)
    if has_addresses and (options.rrtype is not None or options.value):
        raise errors.UsageError("address= and type= are both given", hint="address= makes A and AAAA records by itself")
    if options.value and options.rrtype is None:
        raise errors.UsageError("value= is given without type=", hint="for example: type=TXT value=hello")
    if options.rrtype == RRType.ANY:
        raise errors.UsageError("type=ANY works with show only", hint="delete without type= removes the whole name")
    if has_addresses and options.rrclass != RRClass.IN:
        raise errors.UsageError("address= works with the class IN only", hint="give type= and value=")


def _addresses(options: Options, *, allow_private: bool) -> Iterable[bytes]:
    literals = [source for source in options.address if isinstance(source, bytes)]
    if len(literals) == len(options.address):
        return dict.fromkeys(literals)
    from dns_update.address import find_addresses  # not for literal addresses

    return find_addresses(options.address, allow_private=allow_private, log=_log_of(options))


def client_of(options: Options) -> Client:
    """Return a client for the servers, with the key and the timeouts that the options give; raises UsageError."""
    check_families(options)
    if options.quiet and options.debug:
        raise errors.UsageError("quiet= and debug= are both given", hint="leave one of them out")
    policy, transport = policy_of(options), _transport_of(options)
    if policy.tls is not None:
        transport.peers.prepare(policy.transport, policy.tls)  # a file that cannot be used is told before anything else
    key = key_of(options)
    check_read_back(key, verify=bool(options.verify))
    return Client(
        *options.dns_server,
        update_servers=options.update_server,
        query_servers=options.query_server,
        key=key,
        port=options.port,
        policy=policy,
        transport=transport,
        log=_log_of(options),
        query_wait=options.wait if "wait" in options.given else None,
    )


class Advised(Value):
    """Within it, a failure of a request is explained by the doctor, unless diagnose=no; nothing else is different."""

    client: Client
    options: Options
    target: Target
    data: RdataByType
    command: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or not self.options.diagnose:
            return
        if isinstance(error, (errors.Refusal, errors.CommunicationError)):
            from dns_update.cli.advice import advise, advise_on_part, changes_of  # only when something is wrong

            if error.part is not None:
                advise_on_part(error, self.client, self.options)
                return
            changes = changes_of(self.target, self.data, self.command)
            advise(error, self.client, self.options, self.target, changes)


def _transport_of(options: Options) -> BlockingTransport:
    trace = print_message if options.debug else None
    if options.json or options.quiet or not is_watched():
        return BlockingTransport(options.local_address, trace)
    from dns_update.cli.waiting import NamingTransport  # for people only

    return NamingTransport(options.local_address, trace)


def key_of(options: Options) -> Key | None:
    """Return the key, None if neither a property nor the configuration gives one; raises UsageError."""
    if options.configured_key is not None:
        return options.configured_key
    if options.auth == "gss" or any(name in options.given for name in _OF_GSS):
        from dns_update.cli.kerberos import gss_key_of  # for these credentials only

        return gss_key_of(options)
    if options.key is not None and options.key_file is not None:
        raise errors.UsageError("key= and key-file= are both given", hint="one of them is enough")
    if options.key_file is not None:
        if options.algorithm is not None or options.key_encoding != "auto":
            raise errors.UsageError(
                "algorithm= and key-encoding= cannot be given with key-file=", hint="leave them out; the file has them"
            )
        return Key.from_file(options.key_file, options.key_name)
    if options.key is not None:
        if options.key_name is None:
            raise errors.UsageError(
                "key= is given without key-name=", hint="the server finds the secret by the key's name"
            )
        algorithm = options.algorithm if options.algorithm is not None else Algorithm.from_text(DEFAULT_ALGORITHM)
        secret = read_secret(options.key, encoding=options.key_encoding)
        return Key.from_secret(options.key_name, secret, algorithm, options.key_encoding)
    _refuse_without_secret(options)
    return None


def _refuse_without_secret(options: Options) -> None:
    """Raise UsageError for what describes a key, if there is none."""
    for name, given in (
        ("key-name", options.key_name is not None),
        ("algorithm", options.algorithm is not None),
        ("key-encoding", options.key_encoding != "auto"),
    ):
        if given:
            raise errors.UsageError(f"{name}= is given without a secret", hint="give key= or key-file=")


def check_families(options: Options) -> None:
    """Raise UsageError if local-address= cannot reach any server, because all are of the other IP version."""
    own = options.local_address
    if own is None:
        return
    for name, given in (
        ("dns-server", options.dns_server),
        ("update-server", options.update_server),
        ("query-server", options.query_server),
    ):
        servers = [Server.from_text(server) for server in given]
        if given and all(server.is_address and (":" in server.host) != (":" in own) for server in servers):
            raise errors.UsageError(
                f"local-address={own} and {name}= are of different IP versions", hint="both IPv4, or both IPv6"
            )


def _log_of(options: Options) -> Callable[[str], None]:
    """Return the function that takes log lines: `talk`, or one that drops them with --json or quiet=yes."""
    return (lambda _line: None) if options.json or options.quiet else talk


def print_message(direction: str, endpoint: Endpoint, transport: TransportName, octets: bytes) -> None:
    """Write a message that was sent or received to standard error, for --debug."""
    from dns_update.client.dig import message_to_text  # only if it is asked for
    from dns_update.message import Message

    preposition = "to" if direction == "sent" else "from"
    heading = f";; {direction} {len(octets)} octets {preposition} {endpoint} by {transport.upper()}"
    try:
        text = message_to_text(Message.decode(octets))
    except errors.MalformedMessage as error:
        text = f";; {error}\n"
    write_talk(f"{heading}\n{text}\n")


def conclude(outcome: Outcome, command: str, options: Options, done: str = "") -> int:
    """Report the outcome of a request, and return the exit status; `done` says what was done, if this is special."""
    if outcome.dry_run:
        from dns_update.cli.plan import report  # only if it is asked for

        return report(outcome, options)
    if options.json and _is_put_as_json(outcome, command):
        return 0
    if command == "show":
        put("".join(f"{record.to_text()}\n" for record in outcome.after or ()))
    elif not options.quiet:
        talk(done or success_text(outcome))
        for reverse in outcome.reverse:
            talk(success_text(reverse))
    if not options.quiet and any(each.notes for each in outcome.whole):
        talk_notes(outcome)
    return 0


def _is_put_as_json(outcome: Outcome, command: str) -> bool:
    """Print the outcome as JSON, and return whether standard output took it."""
    from dns_update.cli.as_json import outcome_text  # only if it is asked for

    try:
        put(outcome_text(outcome, command))
    except OutputLost as lost:
        if command == "show":  # its data is its only result; after the others, the zone is as it should be
            raise
        talk(f"note: {lost}")
        return False
    return True


def talk_notes(outcome: Outcome) -> None:
    """Write the notes of an outcome to standard error."""
    from dns_update.errors.hints import COMMAND_LINE, rendered  # most outcomes have no notes

    notes = dict.fromkeys(note for each in outcome.whole for note in each.notes)
    for note in notes:
        talk(f"note: {rendered(note, COMMAND_LINE)}")
