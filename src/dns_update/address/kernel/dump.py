"""Asking the kernel for all interfaces and addresses, again if anything changes meanwhile. Without I/O.

It takes two requests, one after the other, and a third for the default routes, if they are wanted. The third is never
repeated: if it was interrupted or refused, no default route counts as known.

```
dump = Dump(port)
while (interfaces := dump.interfaces) is None:
    if (request := dump.request()) is not None:
        ... send it ...
    dump.receive(octets, now=monotonic)
```

The result is not a snapshot of one moment. The kernel sends it piece by piece, and marks it if it saw a change between
two pieces. It locks nothing while it builds a piece, so the event of a deletion can come before the piece that still
has the address. So the dump also counts as interrupted if an event came with it.
"""

from __future__ import annotations

import os

from dns_update.address.kernel import netlink
from dns_update.address.kernel.interfaces import Interfaces

_REQUESTS = (netlink.link_dump_request, netlink.address_dump_request, netlink.route_dump_request)
_ADDRESSES, _ROUTES = 1, 2  # their places


class Dump:
    """The state of one dump over one netlink socket; the module's docstring says how to drive it.

    `interfaces` is None until the dump is complete. `interruptions` counts how often it was started again.
    """

    def __init__(self, port: int, *, most_interruptions: int, has_routes: bool = False) -> None:
        """Start a dump; `port` is the socket's. With `has_routes` it includes the default routes.

        After more than `most_interruptions` it is used as it is. Then `interfaces` may lack something until an event or
        the next dump, and `is_doubtful` is set.
        """
        self.interfaces: Interfaces | None = None
        self.is_doubtful = False
        self.interruptions = 0
        self._port = port
        self._most_interruptions = most_interruptions
        self._last_stage = _ROUTES if has_routes else _ADDRESSES
        self._sequence = 0
        self._stage = 0
        self._is_due = True
        self._is_interrupted = False
        self._fresh = Interfaces()

    def request(self) -> bytes | None:
        """Return the request to send now; None if there is none."""
        if not self._is_due:
            return None
        self._is_due = False
        self._sequence += 1
        return _REQUESTS[self._stage](self._sequence)

    def receive(self, octets: bytes | memoryview, *, now: float) -> netlink.Datagram:
        """Take one datagram, at `now`, seconds of the monotonic clock; return what it held.

        After the dump is complete, it goes on reading events, but does not apply them. Raises MalformedMessage, and
        OSError if the kernel refused or gave up.
        """
        datagram = netlink.decode(octets, sequence=self._sequence, port=self._port)
        if self.interfaces is None:
            self._take(datagram, now)
        return datagram

    def _take(self, datagram: netlink.Datagram, now: float) -> None:
        if datagram.errno and self._stage != _ROUTES:
            raise OSError(datagram.errno, os.strerror(datagram.errno))
        for subject in datagram.listed:
            self._fresh.apply(netlink.Event(subject), now=now)
        for event in datagram.events:
            self._fresh.apply(event, now=now)
        if self._stage == _ROUTES:
            self._is_interrupted |= datagram.is_interrupted or bool(datagram.errno or datagram.events)
        else:
            has_changed = any(
                isinstance(event.subject, netlink.AddressEntry | netlink.LinkEntry) for event in datagram.events
            )
            self._is_interrupted |= datagram.is_interrupted or has_changed
        if datagram.is_last:
            self._end_dump()

    def _end_dump(self) -> None:
        if self._stage == _ROUTES:
            if self._is_interrupted:
                self._fresh.forget_routes()
            self.interfaces = self._fresh
        elif self._is_interrupted and self.interruptions < self._most_interruptions:
            self.interruptions += 1
            self._stage, self._is_due, self._is_interrupted = 0, True, False
            self._fresh = Interfaces()
        else:
            self._end_stage()

    def _end_stage(self) -> None:
        """Go on with the next dump, if there is one."""
        if self._stage == _ADDRESSES:
            self.is_doubtful, self._is_interrupted = self._is_interrupted, False
        if self._stage == self._last_stage:
            self.interfaces = self._fresh
        else:
            self._stage, self._is_due = self._stage + 1, True
