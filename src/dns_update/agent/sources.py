"""The address sources: the kernel reports changes, the others are asked from time to time; within asyncio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from random import random as system_random

from dns_update.address import Command, find_addresses, may_block
from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.monitor import KernelMonitor, Monitor
from dns_update.address.sources import spelled
from dns_update.agent.bugs import Bugs, text_of
from dns_update.agent.clock import SYSTEM_CLOCK, Clock, since_boot
from dns_update.agent.config.settings import AgentSettings
from dns_update.agent.desired import Reading, SourceKey, SourceState
from dns_update.agent.output.log import INFO, WARNING, Log
from dns_update.agent.reconcile.backoff import growing, jittered
from dns_update.errors import NoAddress
from dns_update.errors.hints import TOML, rendered
from dns_update.process.child_guard import ChildGuard
from dns_update.wire.inet import format_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.agent.output.answer_types import SourceStatus

MAX_ASKED = 16  # sources asked at once, each in a thread; one may take half a minute to answer


class Sources:
    """Keeps the state of every source that a record follows, and reports when the addresses that count change."""

    def __init__(  # noqa: PLR0913 - what differs in tests
        self,
        changed: Callable[[set[SourceState]], None],
        network_up: Callable[[], None],
        log: Log,
        bugs: Bugs,
        child_guard: ChildGuard | None = None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        random: Callable[[], float] = system_random,
        monitor: Callable[..., KernelMonitor] = Monitor,
    ) -> None:
        """Call `changed` with the sources whose addresses changed, and `network_up` when failed requests may succeed.

        If `changed` raises an exception, it is called again later. `child_guard` ends the programs of sources if this
        process is killed. `monitor` makes the kernel monitor.
        """
        self._changed = changed
        self._clock = clock
        self._random = random
        self._bugs = bugs
        self._untold: set[SourceState] = set()  # `changed` must still be called with these
        self._unread: set[SourceKey] = set()  # the kernel could not be asked about these
        self._failures = 0  # in a row, of `changed` or of a reading
        self._again: float | None = None  # when to try again, on the monotonic clock
        self._network_up = network_up
        self._log = log
        self._states: dict[SourceKey, SourceState] = {}
        self._child_guard = child_guard
        self._threads: ThreadPoolExecutor | None = None
        self._pollers: dict[SourceKey, _Poller] = {}
        self._leaving: set[asyncio.Task[None]] = set()  # of removed pollers with a program that must still end
        self._settings: AgentSettings | None = None
        self._is_open = False
        self._monitor = monitor(self._kernel_changed, self._kernel_up, refused=self._kernel_refused)
        self._timer: asyncio.TimerHandle | None = None

    def follow(self, keys: Iterable[SourceKey]) -> None:
        """Follow exactly these sources; literal addresses are ignored."""
        followed = dict.fromkeys(key for key in keys if not isinstance(key[0], bytes))  # in the configuration's order
        for key in self._states.keys() - followed.keys():
            del self._states[key]
            if key in self._pollers:
                self._leave(self._pollers.pop(key))
            self._log.forget(key)
        new = [key for key in followed if key not in self._states]
        now = self._clock.monotonic()
        self._states |= {key: SourceState(started=now, knows_absence=not may_block(key[0])) for key in new}
        if self._is_open:
            self._begin(new)

    def state(self, key: SourceKey) -> SourceState:
        """Return the state of a followed source."""
        return self._states[key]

    async def start(self, settings: AgentSettings, *, waits_out_shortage: bool = False) -> None:
        """Begin, and return once the kernel has listed its addresses; raises NoAddress if it does not.

        With `waits_out_shortage`, a temporary lack of open files or memory is logged, and the start waits for its end.
        """
        self._settings = settings
        await self._monitor.open(waits_out_shortage=waits_out_shortage)
        self._is_open = True
        self._begin(self._states.keys())

    def configure(self, settings: AgentSettings) -> None:
        """Continue with other settings."""
        self._settings = settings

    async def close(self) -> None:
        """Stop, and end the programs that are being asked. Threads that ask other sources are not waited for."""
        self._is_open = False
        self._monitor.close()
        if self._timer is not None:
            self._timer.cancel()
        for poller in self._pollers.values():
            self._leave(poller)
        self._pollers.clear()
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _leave(self, poller: _Poller) -> None:
        task = poller.close()
        if task is not None:
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    @property
    def is_settled(self) -> bool:
        """Whether every source has given a reading."""
        return all(state.reading is not None for state in self._states.values())

    def failing(self, now: float) -> set[SourceState]:
        """Return the sources that are failing at `now` (monotonic)."""
        return {state for state in self._states.values() if state.is_failing(now)}

    def ask_all(self) -> None:
        """Ask all sources that the kernel does not report on, now."""
        for poller in self._pollers.values():
            poller.ask()

    def status(self, booted: float) -> Iterator[SourceStatus]:
        """Yield what `dns-update status` shows of each source; `booted` is the time of boot by the wall clock."""
        for (source, allow_private), state in list(self._states.items()):
            reading = state.reading
            yield {
                "source": spelled(source) + (" (allow-private)" if allow_private else ""),
                "addresses": [] if reading is None else list(map(format_address, reading.addresses)),
                "error": None if reading is None else reading.error or None,
                "checked": None if reading is None else reading.checked + booted,
            }

    def _begin(self, keys: Collection[SourceKey]) -> None:
        table = self._monitor.interfaces
        for key in keys:
            if may_block(key[0]):
                if self._threads is None:
                    self._threads = ThreadPoolExecutor(MAX_ASKED)
                self._pollers[key] = _Poller(key, self._take, self._poll_seconds, self._threads, self._child_guard)
        self._take_all({key: _read(key, table, clock=self._clock) for key in keys if not may_block(key[0])})

    def _kernel_changed(self, table: Interfaces, names: frozenset[str]) -> None:
        """Read the sources of these interfaces; also ask the others, because there may be a new default route."""
        keys = [key for key in self._states if not may_block(key[0]) and getattr(key[0], "name", "") in names]
        self._take_all({key: _read(key, table, clock=self._clock) for key in keys})
        self.ask_all()

    def _kernel_refused(self, error: NoAddress) -> None:
        self._log.warning(f"{error.text}; trying again every second")

    def _kernel_up(self) -> None:
        self.ask_all()
        self._network_up()

    def _take(self, key: SourceKey, reading: Reading) -> None:
        self._take_all({key: reading})

    def _take_all(self, readings: dict[SourceKey, Reading]) -> None:
        """Give each reading to its source, and report all changes at once."""
        if self._settings is None or not self._is_open:
            return
        now = self._clock.monotonic()
        changed = set()
        for key, reading in readings.items():
            if key in self._states and self._states[key].hear(reading, now, self._settings.hold_down):
                changed.add(self._states[key])
            self._say(key, reading)
            if not may_block(key[0]):
                (self._unread.add if reading.is_mistaken else self._unread.discard)(key)
        self._tell(changed)

    def _tell(self, changed: set[SourceState]) -> None:
        """Report the sources that changed, and those whose report failed before."""
        self._untold |= changed
        try:
            self._changed(self._untold)
        except Exception as mistake:  # noqa: BLE001 - a bug of ours must neither end the agent nor lose an address
            self._bugs.note(mistake, "what sources say could not be processed")
        else:
            self._untold = set()
        if not self._untold and not self._unread:
            self._failures, self._again = 0, None
        elif self._again is None:
            self._failures += 1
            self._again = self._clock.monotonic() + self._poll_seconds(self._failures)
        self._arm()

    def _say(self, key: SourceKey, reading: Reading) -> None:
        """Log what is new about a source; of one that is polled, only the first error, as its text may vary."""
        if not reading.error:
            line = f"{key[0]!s} gives {', '.join(map(format_address, reading.addresses))}"
            self._log.changed(key, reading.addresses, line, INFO)
            return
        is_alike = may_block(key[0]) and not reading.is_mistaken
        if not self._log.changed(key, is_alike or reading.error, reading.error, WARNING):
            self._log.debug(reading.error)

    def _arm(self) -> None:
        """Have the loop wake us when a hold-down ends, or to try a failed step again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.monotonic()
        ticks = [state.next_tick for state in self._states.values()]
        ticks += [state.fails_from for state in self._states.values() if not state.is_failing(now)]
        first = min((tick for tick in (*ticks, self._again) if tick is not None), default=None)
        if first is not None:
            self._timer = asyncio.get_running_loop().call_at(first, self._tick)

    def _tick(self) -> None:
        now = self._clock.monotonic()
        changed = {state for state in self._states.values() if state.tick(now)}
        unread, self._unread = self._unread & self._states.keys(), set()
        self._again = None
        self._untold |= changed
        self._take_all({key: _read(key, self._monitor.interfaces, clock=self._clock) for key in unread})

    def _poll_seconds(self, failures: int) -> float:
        assert self._settings is not None  # noqa: S101 - start() has set it
        poll = self._settings.poll
        return growing(failures, poll, self._random) if failures else jittered(poll, self._random)


class _Poller:
    """Asks one source again and again, in a thread, because it may be slow."""

    def __init__(
        self,
        key: SourceKey,
        take: Callable[[SourceKey, Reading], None],
        seconds: Callable[[int], float],
        threads: ThreadPoolExecutor,
        child_guard: ChildGuard | None,
    ) -> None:
        self._key = key
        self._take = take
        self._seconds = seconds
        self._threads = threads
        self._child_guard = child_guard
        self._is_due = asyncio.Event()
        self._question: object = None  # the last one that was given to the threads
        self._asked: Future[Reading] | None = None
        self._until: int | None = None  # ends the program, if it is one
        self._is_closing = False
        self._task = asyncio.get_running_loop().create_task(self._run())

    def ask(self) -> None:
        """Ask now; if the source is being asked, ask once more afterwards."""
        self._is_due.set()

    def close(self) -> asyncio.Task[None] | None:
        """Stop asking; return a task to wait for if a program is being asked and must end first."""
        self._is_closing = True
        is_asked = self._asked is not None and not self._asked.cancel() and not self._asked.done()
        if self._until is None or not is_asked:
            self._task.cancel()
            return None
        os.eventfd_write(self._until, 1)
        return self._task

    async def _run(self) -> None:
        failures = 0
        try:
            while not self._is_closing:
                self._is_due.clear()
                reading = await self._ask()
                if self._is_closing:
                    break
                failures = failures + 1 if reading.error else 0
                try:
                    self._take(self._key, reading)
                except Exception as mistake:  # noqa: BLE001 - a bug of ours must not end the interest in a source
                    failures += 1
                    what = f"what {self._key[0]!s} gives could not be processed"
                    asyncio.get_running_loop().call_exception_handler({"message": what, "exception": mistake})
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._seconds(failures)):
                        await self._is_due.wait()
        finally:
            if self._until is not None:
                os.close(self._until)

    async def _ask(self) -> Reading:
        # Not in the loop's own threads: they resolve host names of servers, which must not wait for slow sources.
        self._question = question = object()
        try:
            if self._until is None and isinstance(self._key[0], Command):
                self._until = os.eventfd(0, os.EFD_CLOEXEC)
            self._asked = self._threads.submit(self._read_unless_given_up, question)
        except (OSError, RuntimeError) as error:  # no descriptor, no thread
            self._question = None
            return _unasked(self._key, str(error))
        return await asyncio.wrap_future(self._asked)

    def _read_unless_given_up(self, question: object) -> Reading:
        """Ask, in a thread, unless the question was given up because no thread could be started."""
        if question is not self._question:
            return _unasked(self._key, "given up")
        return _read(self._key, until=self._until, child_guard=self._child_guard)


def _read(
    key: SourceKey,
    table: Interfaces | None = None,
    *,
    clock: Clock = SYSTEM_CLOCK,
    until: int | None = None,
    child_guard: ChildGuard | None = None,
) -> Reading:
    """Ask one source; any failure is returned as a reading, too."""
    source, allow_private = key
    remarks: list[str] = []
    try:
        addresses = find_addresses(
            [source],
            allow_private=allow_private,
            log=remarks.append,
            interfaces=table,
            until=until,
            child_guard=child_guard,
        )
    except NoAddress as error:
        return Reading((), clock.boot(), str(error) + (f" ({rendered(error.hint, TOML)})" if error.hint else ""))
    except Exception as mistake:  # noqa: BLE001 - a bug of ours must not end the interest in a source
        return _unasked(key, text_of(mistake))
    return Reading(addresses, clock.boot())


def _unasked(key: SourceKey, reason: str) -> Reading:
    """Return the reading of a source that could not be asked because of an error on our side."""
    return Reading((), since_boot(), f"{key[0]!s} cannot be asked: {reason}", is_mistaken=True)
