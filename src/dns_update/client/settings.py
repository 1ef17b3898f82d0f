"""ClientSettings: what all requests of a client have in common."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Key
from dns_update.exchange import Exchange, Policy
from dns_update.transport import DNS_PORT, ENCRYPTED_PORT, Endpoint, Server, check_port
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dns_update.client.steps import Ask


class ClientSettings(Value):
    """What all requests of a client have in common; `Client` says what each part is.

    A server with a known address is an Endpoint: it is checked once for all requests. Updates go to `servers`; what a
    zone has is read at `query_servers`. None of either is the zone's primary, and None in place of `query_servers` is
    where updates go. `query_wait` is how long a change may be late at the query servers, in seconds; None: as long as
    one server is waited for.
    """

    servers: tuple[Server | Endpoint, ...]
    query_servers: tuple[Server | Endpoint, ...] | None
    key: Key | None
    port: int
    policy: Policy
    resolvers: tuple[Server, ...] | None
    log: Callable[[str], None]
    query_wait: float | None

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        servers: Iterable[Server | str] = (),
        *,
        update_servers: Iterable[Server | str] = (),
        query_servers: Iterable[Server | str] = (),
        key: Key | None = None,
        port: int | None = None,
        policy: Policy | None = None,
        resolvers: tuple[Server, ...] | None = None,
        log: Callable[[str], None] | None = None,
        query_wait: float | None = None,
    ) -> None:
        """Check the arguments; raises InvalidText for a server or port that is not one, UsageError for a wrong type."""
        if port is not None:
            check_port(port)
        if key is not None and not isinstance(key, Key):
            raise errors.UsageError(
                f"key is a Key, not {type(key).__name__}", hint="Key.from_file and Key.from_secret make one"
            )
        if policy is not None and not isinstance(policy, Policy):
            raise errors.UsageError(f"policy is a Policy, not {type(policy).__name__}", hint="e.g. Policy(timeout=2.0)")
        policy = policy if policy is not None else Policy()
        if port is None:
            port = ENCRYPTED_PORT if policy.is_encrypted else DNS_PORT
        if resolvers is not None:
            _check_resolvers(resolvers)
        if log is not None and not callable(log):
            raise errors.UsageError(f"log is called with lines, and {type(log).__name__} cannot be called")
        given = servers, update_servers, query_servers
        both, updated, queried = [tuple([_checked_server(server, port) for server in each]) for each in given]
        if both and updated and queried:
            raise errors.UsageError(
                "updates and queries have servers of their own, so no others are asked",
                hint=errors.Hint("leave {dns-server} out, or one of {update-server} and {query-server}"),
            )
        if query_wait is not None:
            _check_seconds(query_wait)
        self._store(
            servers=updated or both,
            query_servers=queried or (both if updated else None),
            key=key,
            port=port,
            policy=policy,
            resolvers=resolvers,
            log=log if log is not None else lambda _line: None,
            query_wait=query_wait,
        )

    def exchange(self, ask: Ask) -> Exchange:
        """Return the exchange that an `Ask` is about."""
        return Exchange(ask.message, ask.key, ask.policy or self.policy, ask.endpoint, fudge=ask.fudge, ahead=ask.ahead)


def check_read_back(key: Key | None, *, verify: bool) -> None:
    """Raise UsageError if updates with a key are not read back although no answer to them is signed (SIG(0))."""
    if key is not None and not key.is_shared and not verify:
        raise errors.UsageError(
            f"with key {key.name} (SIG(0)) no answer is signed, so an update must be read back",
            hint=errors.Hint("leave {verify:no} out"),
        )


def _checked_server(server: object, port: int) -> Server | Endpoint:
    if isinstance(server, str):
        server = Server.from_text(server, port)
    if not isinstance(server, Server):
        raise errors.UsageError(f"a server is a Server or a text, not {type(server).__name__}")
    return Endpoint(server.host, server.port) if server.is_address else server


def _check_seconds(seconds: object) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        raise errors.UsageError("query_wait is a number of seconds", hint="e.g. 120.0; 0 reads once")


def _check_resolvers(resolvers: object) -> None:
    if not isinstance(resolvers, tuple) or not all(isinstance(resolver, Server) for resolver in resolvers):
        raise errors.UsageError("resolvers is a tuple of Servers", hint='e.g. (Server("192.0.2.53"),)')
    if not resolvers:
        raise errors.UsageError("resolvers is empty", hint="None means those of the system")


def check_transport(local_address: str | None, transport: object) -> None:
    """Raise UsageError for an address to send from together with a transport, and for a transport that is a text."""
    if transport is None:
        return
    if isinstance(transport, str):
        raise errors.UsageError(
            "transport is an object that carries messages, not str",
            hint=f"policy=Policy(transport={transport!r}) chooses UDP or TCP",
        )
    if local_address is not None:
        raise errors.UsageError(
            "local_address and transport are both given", hint="a transport chooses the address that it sends from"
        )
