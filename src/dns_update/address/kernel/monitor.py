"""Watches the interfaces and addresses of this machine: the kernel reports every change to an asyncio loop.

The socket is subscribed before the dump, so that no change is lost between the two. If the kernel had to drop events,
or if a message cannot be read, the socket is closed, and everything starts again with another one.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from errno import ENOBUFS
from typing import Protocol

from dns_update.address.kernel.dump import Dump
from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.netlink import EVENT_GROUPS, DefaultRoute, Event, LinkEntry
from dns_update.address.kernel.snapshot import LARGEST_DATAGRAM
from dns_update.errors import MalformedMessage, NoAddress, NotNow

_KERNEL = (0, 0)
_SO_RCVBUFFORCE = 33  # asm-generic/socket.h; beyond the machine's limit, with the privilege for it
RECEIVE_OCTETS = 4 << 20  # room for a few thousand events, until the loop has time for them
_BURST = 500  # datagrams read in one go; a few milliseconds
_QUICK = 5  # dumps started again at once; if so many were interrupted, the next one waits
_PAUSE = 1.0  # seconds it waits


class KernelMonitor(Protocol):
    """Reports changes of this machine's addresses: a Monitor, except in tests."""

    interfaces: Interfaces

    async def open(self, *, waits_out_shortage: bool = False) -> None:
        """Begin, and report all interfaces."""

    def close(self) -> None:
        """Report nothing more."""


class Monitor:
    """Keeps `interfaces` up to date, and reports when they change.

    `changed` is called in the loop, with the interfaces and the names of those that changed: the usable addresses or
    their order, or the interface appeared, disappeared, or was switched on or off. It is called once for changes that
    came together, and the first time with all interfaces that have usable addresses.
    `network_up` is called, after that, when a link can now carry packets, when a default route appears, or when either
    may have happened unseen: a good moment to repeat what has failed. Exceptions of both go to the loop's exception
    handler; `changed` is called again after a pause.
    `refused`, if given, is called with the error when the kernel gives no socket. After each pause it is tried again,
    and `refused` is not called again before a try succeeds.
    """

    def __init__(
        self,
        changed: Callable[[Interfaces, frozenset[str]], None],
        network_up: Callable[[], None],
        *,
        refused: Callable[[NoAddress], None] | None = None,
        receive_octets: int = RECEIVE_OCTETS,
    ) -> None:
        """Prepare; `open` starts it. `receive_octets` is the room for events until the loop has time for them."""
        self.interfaces = Interfaces()
        self.losses = 0  # how often events were lost, or could not be read
        self._changed = changed
        self._network_up = network_up
        self._refused = refused
        self._receive_octets = receive_octets
        self._reported: dict[str, tuple[bool, tuple[tuple[bytes, int], ...]]] = {}
        self._unreported: frozenset[str] = frozenset()  # names for which `changed` raised an exception
        self._is_up_due = False
        self._is_whole = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._kernel: socket.socket | None = None
        self._dump = Dump(0, most_interruptions=0)
        self._opened: asyncio.Future[None] | None = None
        self._waits_out_shortage = False
        self._is_refused = False  # whether the last try to get a socket failed
        self._timer: asyncio.TimerHandle | None = None
        self._failures = 0  # in a row
        self._buffer = bytearray(LARGEST_DATAGRAM)

    async def open(self, *, waits_out_shortage: bool = False) -> None:
        """Start watching, and return when the interfaces are known and `changed` was called with them.

        No privilege is needed. Raises NoAddress if the kernel refuses. With `waits_out_shortage`, a temporary lack,
        e.g. of open files or memory, is not an error: it tries until it succeeds.
        """
        self._loop = asyncio.get_running_loop()
        self._opened = self._loop.create_future()
        self._waits_out_shortage = waits_out_shortage
        self._resubscribe()
        await self._opened

    def close(self) -> None:
        """Stop watching; no callback is called after this."""
        self._unsubscribe()
        if self._opened is not None:
            self._opened.cancel()
        self._loop = None

    def _subscribe(self) -> None:
        self._kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        _make_room(self._kernel, self._receive_octets)
        self._kernel.bind((0, EVENT_GROUPS))
        self._running.add_reader(self._kernel, self._read)
        self._begin_dump()

    def _unsubscribe(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._kernel is not None:
            self._running.remove_reader(self._kernel)
            self._kernel.close()
            self._kernel = None

    def _start_again(self, error: OSError | MalformedMessage) -> None:
        """Replace the socket by another one: at once, or after a pause if several tries failed."""
        self._unsubscribe()
        self.losses += 1
        self._failures += 1
        self._is_up_due = True
        if self._failures <= _QUICK:
            self._resubscribe()
        elif not self._has_given_up(error):
            self._timer = self._running.call_later(_PAUSE, self._resubscribe)

    def _resubscribe(self) -> None:
        self._timer = None
        try:
            self._subscribe()
        except OSError as error:
            self._unsubscribe()
            if not self._has_given_up(error):
                self._timer = self._running.call_later(_PAUSE, self._resubscribe)
                if self._refused is not None and not self._is_refused:
                    self._refused(_not_told(error))
                self._is_refused = True
        else:
            self._is_refused = False

    def _has_given_up(self, error: OSError | MalformedMessage) -> bool:
        """Let `open` fail with an error, if it still waits and the error will not pass; return whether it fails.

        An overflow of events is an error that passes.
        """
        opening = self._opening
        if opening is None:
            return False
        if isinstance(error, OSError):
            is_waited_out = self._waits_out_shortage and NotNow.is_why(error)
            if is_waited_out or error.errno == ENOBUFS:
                return False
        opening.set_exception(_not_told(error))
        return True

    def _begin_dump(self) -> None:
        """Start a dump of everything."""
        self._timer = None
        self._dump = Dump(self._open_socket.getsockname()[0], most_interruptions=_QUICK, has_routes=True)
        self._request()

    def _request(self) -> None:
        request = self._dump.request()
        if request is not None:
            self._open_socket.sendto(request, _KERNEL)

    def _take_dump(self) -> None:
        """Send the dump's next request, or take its result as our interfaces."""
        if self._dump.interfaces is None:
            self._request()
            return
        self.interfaces = self._dump.interfaces
        self.interfaces.touch(self._reported)
        self._is_whole = True
        if self._dump.is_doubtful:
            self._timer = self._running.call_later(_PAUSE, self._dump_again)
        else:
            self._failures = 0

    def _dump_again(self) -> None:
        try:
            self._begin_dump()
        except OSError as error:
            self._start_again(error)

    @property
    def _opening(self) -> asyncio.Future[None] | None:
        """The future that `open` waits for; None if it does not wait."""
        return None if self._opened is None or self._opened.done() else self._opened

    @property
    def _running(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None  # noqa: S101 - open() has set it
        return self._loop

    @property
    def _open_socket(self) -> socket.socket:
        assert self._kernel is not None  # noqa: S101 - without it there is no reader and no timer
        return self._kernel

    def _read(self) -> None:
        """Read and apply what has come, and report it."""
        try:
            for _ in range(_BURST):
                self._read_datagram()
        except BlockingIOError:
            pass
        except (OSError, MalformedMessage) as error:  # mostly ENOBUFS: the kernel had no room for an event
            self._start_again(error)
        except Exception as mistake:  # noqa: BLE001 - a bug of ours must not end the watch
            _report_bug(mistake)
            self._start_again(MalformedMessage(f"{type(mistake).__name__}: {mistake}"))
        self._report()

    def _read_datagram(self) -> None:
        octets, sender = self._open_socket.recvfrom_into(self._buffer)
        if sender[0] == _KERNEL[0]:
            self._take(memoryview(self._buffer)[:octets])

    def _take(self, octets: memoryview) -> None:
        now = self._running.time()
        datagram = self._dump.receive(octets, now=now)
        for event in datagram.events:
            self._note(event)
            self.interfaces.apply(event, now=now)
        if datagram.is_last:
            self._take_dump()

    def _note(self, event: Event) -> None:
        """Note whether the network may have come up."""
        subject = event.subject
        if isinstance(subject, LinkEntry) and subject.is_running and not event.is_gone:
            before = self.interfaces.link_of(subject.index)
            self._is_up_due |= before is None or not before.is_running
        elif isinstance(subject, DefaultRoute) and not event.is_gone:
            self._is_up_due |= not self.interfaces.has_route(subject)

    def _report(self) -> None:
        """Call the callbacks, if there is anything to report."""
        if not self._is_whole:
            return
        changed = self._unreported | {name for name in self.interfaces.take_touched() if self._has_changed(name)}
        if changed or self._opening is not None:
            self._unreported = frozenset() if self._call(self._changed, self.interfaces, changed) else changed
        if (opening := self._opening) is not None:
            opening.set_result(None)
        is_complete = self._dump.interfaces is not None
        if self._is_up_due and is_complete and self._loop is not None:  # None if the callback closed us
            self._is_up_due = False
            self._call(self._network_up)

    def _call(self, callback: Callable[..., None], *arguments: object) -> bool:
        """Call a callback, and return whether it succeeded; if not, everything starts again after a pause."""
        try:
            callback(*arguments)
        except Exception as mistake:  # noqa: BLE001 - a bug of ours must not end the watch
            _report_bug(mistake)
            if self._loop is not None:
                self._unsubscribe()
                self._timer = self._loop.call_later(_PAUSE, self._resubscribe)
            return False
        return True

    def _has_changed(self, name: str) -> bool:
        """Return whether an interface or its usable addresses differ from the last report; record their state."""
        link = self.interfaces.link(name)
        if link is None:
            return self._reported.pop(name, None) is not None
        usable = tuple((entry.address, entry.prefix_length) for entry in self.interfaces.usable(name))
        before, self._reported[name] = self._reported.get(name), (link.is_up, usable)
        return before != self._reported[name] and (self._opening is None or bool(usable))


def _report_bug(mistake: Exception) -> None:
    context = {"message": "could not process what the kernel reported", "exception": mistake}
    asyncio.get_running_loop().call_exception_handler(context)


def _make_room(kernel: socket.socket, octets: int) -> None:
    try:
        kernel.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, octets)
    except PermissionError:
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)


def _not_told(error: OSError | MalformedMessage) -> NoAddress:
    reason = error.text if isinstance(error, MalformedMessage) else error.strerror or str(error)
    return NoAddress(
        f"the kernel does not report address changes: {reason}",
        hint="in a systemd unit, RestrictAddressFamilies= must have AF_NETLINK",
    )
