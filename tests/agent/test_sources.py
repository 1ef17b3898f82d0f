"""The sources: none is given up, whatever it raises, and none is asked by two pollers at once."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

import pytest

from dns_update.address import sources_from_text
from dns_update.agent import sources as module
from dns_update.agent.bugs import Bugs
from dns_update.agent.config.settings import AgentSettings
from dns_update.agent.desired import SourceState
from dns_update.agent.output.log import DEBUG, Log
from dns_update.agent.sources import Sources
from dns_update.errors import NoAddress

if TYPE_CHECKING:
    from dns_update.agent.desired import SourceKey

SECONDS = 30  # after which what is awaited will never come
ADDRESS = bytes([1, 2, 3, 4])
PROGRAM = (sources_from_text("command:true")[0], False)
INTERFACE = (sources_from_text("interface:lo")[0], False)
SETTINGS = AgentSettings(interval=0.01, poll=0.01, hold_down=0.0)


class Lines(Log):
    """A log that keeps its lines."""

    def __init__(self) -> None:
        super().__init__(descriptor=-1)
        self.lines: list[str] = []

    def write(self, priority: int, line: str) -> None:
        if priority < DEBUG:
            self.lines.append(line)


class Story:
    """Running sources; their reports are collected."""

    def __init__(self) -> None:
        self.log = Lines()
        self.bugs = Bugs(self.log)
        self.sources = Sources(self.hear, lambda: None, self.log, self.bugs)
        self.told: list[set[SourceState]] = []
        self.refusals = 0  # how often a report fails
        self.news = asyncio.Event()

    def hear(self, states: set[SourceState]) -> None:
        self.news.set()
        if states and self.refusals:
            self.refusals -= 1
            raise ZeroDivisionError("a mistake of ours")
        if states:
            self.told.append(set(states))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not is_so():
                self.news.clear()
                await self.news.wait()


def tell(story: Callable[[Story], Coroutine[object, object, None]]) -> None:
    async def run() -> None:
        it = Story()
        await story(it)
        await it.sources.close()

    asyncio.run(run())


@pytest.fixture
def asked() -> list[object]:
    """Return which sources were asked, in their order."""
    return []


@pytest.fixture
def failures(asked: list[object], monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Return the exceptions that sources raise, one after the other; after these, they give an address."""
    raised: list[Exception] = []

    def find(sources: list[object], **_how: object) -> tuple[bytes, ...]:
        asked.extend(sources)
        if raised:
            raise raised.pop(0)
        return (ADDRESS,)

    monkeypatch.setattr(module, "find_addresses", find)
    return raised


UNEXPECTED = [ValueError("of negative size"), OSError(24, "Too many open files"), MemoryError(), ImportError("gone")]


@pytest.mark.parametrize("key", [PROGRAM, INTERFACE], ids=["program", "kernel"])
@pytest.mark.parametrize("mistake", UNEXPECTED, ids=lambda mistake: type(mistake).__name__)
def test_a_source_that_raises_whatever_is_asked_again(
    failures: list[Exception], key: "SourceKey", mistake: Exception
) -> None:
    async def story(it: Story) -> None:
        failures[:] = [mistake] * 3
        it.sources.follow([key])
        await it.sources.start(SETTINGS)
        await it.until(lambda: it.sources.state(key).addresses(4) == (ADDRESS,))
        assert not failures

    tell(story)


@pytest.mark.parametrize("key", [PROGRAM, INTERFACE], ids=["program", "kernel"])
def test_what_a_source_raised_is_shown(failures: list[Exception], key: "SourceKey") -> None:
    async def story(it: Story) -> None:
        failures[:] = [ZeroDivisionError("a mistake of ours")] * 1000
        it.sources.follow([key])
        await it.sources.start(SETTINGS)
        await it.until(lambda: it.sources.state(key).reading is not None)
        (shown,) = it.sources.status(0.0)
        error = (
            "cannot be asked: this is a bug in dns-update: ZeroDivisionError: a mistake of ours (test_sources.py, line "
        )
        assert error in str(shown["error"])
        assert it.sources.is_settled

    tell(story)


@pytest.mark.usefixtures("failures")
def test_a_source_for_which_there_is_no_thread_is_asked_later(
    asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that got no thread is not asked by the next thread that starts."""
    start, refusals = threading.Thread.start, [RuntimeError("can't start new thread")] * 3

    def start_later(thread: threading.Thread) -> None:
        if refusals:
            raise refusals.pop()
        start(thread)

    async def story(it: Story) -> None:
        it.sources.follow([PROGRAM])
        monkeypatch.setattr(module, "growing", lambda _failures, _poll, _random: 0.01)
        await it.sources.start(AgentSettings(poll=3600.0, hold_down=0.0))
        await it.until(lambda: it.sources.state(PROGRAM).reading is not None)
        reading = it.sources.state(PROGRAM).reading
        assert reading is not None
        assert "cannot be asked: can't start new thread" in reading.error
        await it.until(lambda: it.sources.state(PROGRAM).addresses(4) == (ADDRESS,))
        assert len(asked) == 1

    monkeypatch.setattr(threading.Thread, "start", start_later)
    tell(story)


@pytest.mark.parametrize("key", [PROGRAM, INTERFACE], ids=["program", "kernel"])
@pytest.mark.usefixtures("failures")
def test_what_nobody_took_is_told_again(key: "SourceKey") -> None:
    async def story(it: Story) -> None:
        it.refusals = 3
        it.sources.follow([key])
        await it.sources.start(SETTINGS)
        await it.until(lambda: it.told == [{it.sources.state(key)}])
        assert "ZeroDivisionError: a mistake of ours" in str(it.bugs.last)

    tell(story)


@pytest.mark.usefixtures("failures")
def test_reloads_while_it_starts_do_not_have_a_source_asked_by_two() -> None:
    """One reload removes the source, the next one adds it again."""

    async def story(it: Story) -> None:
        it.sources.follow([PROGRAM])
        starting = asyncio.create_task(it.sources.start(SETTINGS))
        await asyncio.sleep(0)
        for keys in ([], [PROGRAM], [], [PROGRAM, INTERFACE]):
            it.sources.follow(keys)
            it.sources.configure(SETTINGS)
        await starting
        await asyncio.sleep(0)
        asking = [
            task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__qualname__", "") == "_Poller._run"
        ]
        assert len(asking) == 1

    tell(story)


def test_a_bug_in_a_source_that_failed_before_is_said(failures: list[Exception]) -> None:
    """Other failures of a polled source are logged only once, whatever their texts are."""

    async def story(it: Story) -> None:
        failures[:] = [NoAddress("nobody answers"), NoAddress("no answer"), ZeroDivisionError("a mistake of ours")]
        it.sources.follow([PROGRAM])
        await it.sources.start(SETTINGS)
        await it.until(lambda: it.sources.state(PROGRAM).addresses(4) == (ADDRESS,))
        silence, bug, end = it.log.lines
        assert silence == "No address: nobody answers"
        assert bug.startswith("'true' cannot be asked: this is a bug in dns-update: ZeroDivisionError")
        assert end == "'true' gives 1.2.3.4"

    tell(story)
