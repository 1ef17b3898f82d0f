"""From the properties of a command line to the parts of a request: the data, the client, the key."""

from __future__ import annotations

import os

from dns_update import errors
from dns_update.auth import DEFAULT_ALGORITHM, Algorithm, Key, read_secret
from dns_update.cli import is_watched, talk, write_talk
from dns_update.cli.asking import policy_of
from dns_update.cli.target import has_address_for_name
from dns_update.client import Client
from dns_update.client.locate import RdataByType, Target
from dns_update.client.settings import check_read_back
from dns_update.commandline.properties import ALL, VARIABLES, Options
from dns_update.exchange import TransportName
from dns_update.transport import Endpoint, Server
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import RRClass, RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def _check_combination(options: Options) -> None:
    has_addresses = bool(options.address) and not has_address_for_name(options)
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
