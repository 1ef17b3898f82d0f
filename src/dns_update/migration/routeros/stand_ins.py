"""Made-up addresses for what only the router knows, and what each of them means.

A script does as it likes with an address: cuts its prefix, compares it, hands it to a function. Wherever it arrives, it
is known again by its value. The addresses are those for benchmarks (RFC 2544) and documentation (RFC 3849), which no
script sends on purpose.
"""

from __future__ import annotations

import re

from dns_update.migration.plan import IPV4, IPV6, AddressOrigin
from dns_update.routeros.conversions import to_address

_MOST_LOST = 3
"""Characters that a script may cut off too much at the end of an address, and it is known all the same."""

_ALTERNATIVE = re.compile(r"[^|]*")
_NOT_OF_NAMES = re.compile(r"\\.|\[[^\]]*\]|[\^$.*+?(){}|\\]")


class StandIns:
    """Makes stand-ins, each once for what it means."""

    def __init__(self) -> None:
        self._numbers: dict[AddressOrigin | str, int] = {}
        self._meanings: dict[str, AddressOrigin | str] = {}
        self._cut: dict[str, AddressOrigin | str] = {}

    def address(self, origin: AddressOrigin) -> str:
        """Return the address that stands in for an origin."""
        number = self._number(origin)
        return self._standing_in(origin, f"2001:db8:5af:{number:x}::77" if origin.family == IPV6 else _ipv4(number, 77))

    def with_prefix(self, origin: AddressOrigin) -> str:
        """Return the same with the prefix length that an interface's address has."""
        return f"{self.address(origin)}/{64 if origin.family == IPV6 else 24}"

    def resolved(self, name: str) -> str:
        """Return the address that stands in for what a host name resolves to."""
        return self._standing_in(name, _ipv4(self._number(name), 177))

    def _standing_in(self, meaning: AddressOrigin | str, text: str) -> str:
        if text not in self._meanings:
            self._meanings[text] = meaning
            for lost in range(1, _MOST_LOST + 1):
                # What is left may be another address: 198.18.1 is 198.0.18.1.
                self._cut.setdefault(text[:-lost], meaning)
                self._cut.setdefault(str(to_address(text[:-lost])), meaning)
        return text

    def _number(self, meaning: AddressOrigin | str) -> int:
        return self._numbers.setdefault(meaning, len(self._numbers) + 1)

    def meaning(self, text: str) -> AddressOrigin | str | None:
        """Return what an address stands in for: its origin, or a host's name; None if the script has it itself.

        An address whose end was cut off is known, too.
        """
        return self._meanings.get(text) or self._cut.get(text)

    def are_in(self, text: str) -> bool:
        """Return whether a text has one of the addresses in it."""
        return any(address in text for address in self._meanings)

    def origin(self, address: str) -> AddressOrigin | None:
        """Return the origin of an address that is sent: what it stands in for, or a literal; None for a host's."""
        meaning = self.meaning(address)
        if meaning is None:
            return AddressOrigin("literal", detail=address, family=IPV6 if ":" in address else IPV4)
        return meaning if isinstance(meaning, AddressOrigin) else None


def is_like_one(address: str) -> bool:
    """Return whether an address is of those that are made up: a script may have computed it from one."""
    return address.startswith(("198.18.", "198.19.", "2001:db8:5af:"))


def _ipv4(number: int, last: int) -> str:
    """Return one of the addresses of 198.18.0.0/15; two digits or three at the end, as most addresses have."""
    return f"198.{18 + number // 256 % 2}.{number % 256}.{last + number // 512}"


def name_that_fits(pattern: str) -> str:
    """Return an interface's name that a regular expression finds: its first alternative, without what is no letter."""
    first = _ALTERNATIVE.match(pattern)
    return _NOT_OF_NAMES.sub("", first[0] if first else "").strip() or "wan"
