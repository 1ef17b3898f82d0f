"""What came of a request: which server, what stood there before and after, whether that was read back."""

from __future__ import annotations

from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.errors import DnsUpdateError
    from dns_update.transport.endpoint import Endpoint
    from dns_update.wire.name import Name
    from dns_update.wire.record import Record


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
