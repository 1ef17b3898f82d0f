"""The address that the world sees: for `/ip cloud` and for `/tool fetch`, from a source that the user allows."""

from __future__ import annotations

from collections.abc import Callable

from dns_update.errors import DnsUpdateError, UsageError
from dns_update.routeros.machine.failure_texts import ExplainedFailure
from dns_update.wire.inet import IPV4_OCTETS, format_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.address import Source

_HINT = "public-address=dns: (or another address source, e.g. https://...) allows this machine to ask for it"


class PublicAddress:
    """Asks the sources once for each use; without any, a use is a failure that says how to allow it."""

    def __init__(self, sources: tuple[Source, ...], say: Callable[[str], None]) -> None:
        self._sources = sources
        self._say = say

    def address(self, *, is_ipv6: bool = False) -> str:
        """Return the address; empty if there is none of the family. Raises ExplainedFailure."""
        if not self._sources:
            error = UsageError("the script asks for the public address, and public-address= is not given", hint=_HINT)
            self._say(f"{error}: {_HINT}")
            raise ExplainedFailure("failure: no source of the public address is allowed", error)
        from dns_update.address import find_addresses  # not for a script without it

        try:
            found = find_addresses(self._sources, allow_private=False, log=self._say)
        except DnsUpdateError as error:
            self._say(str(error))
            raise ExplainedFailure("failure: the public address is not known", error) from error
        texts = [format_address(address) for address in found if (len(address) != IPV4_OCTETS) == is_ipv6]
        return texts[0] if texts else ""
