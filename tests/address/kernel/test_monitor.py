"""Watching the kernel, in a namespace of its own: every change is reported, whatever happens in between."""

import asyncio
import errno
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from dns_update.address.kernel.dump import Dump
from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.monitor import Monitor
from dns_update.address.kernel.netlink import Datagram, Event
from dns_update.address.kernel.snapshot import read_interfaces
from dns_update.errors import MalformedMessage, NoAddress
from dns_update.wire.inet import format_address
from lab import Namespace
from tests.address.conftest import add_pair
from tests.address.inside import run_inside

MANY = 2000


def texts(interfaces: Interfaces, name: str = "lan") -> list[str]:
    return [format_address(entry.address) for entry in interfaces.usable(name)]


class Told:
    """A running monitor, and what it has reported so far: `calls` has the names of each call, or "up"."""

    def __init__(self, *, receive_octets: int = 1 << 20) -> None:
        self.calls: list[object] = []
        self.watch = Monitor(self._changed, lambda: self._note("up"), receive_octets=receive_octets)
        self._called = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.watch.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.watch.close()

    def texts(self, name: str = "lan") -> list[str]:
        return texts(self.watch.interfaces, name)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once a condition holds that a call makes true."""
        while not holds():
            self._called.clear()
            await self._called.wait()

    async def addresses(self, *expected: str, name: str = "lan") -> None:
        """Return once an interface has these addresses, the first being the best."""
        await self.until(lambda: self.texts(name) == list(expected))

    def _changed(self, interfaces: Interfaces, names: frozenset[str]) -> None:
        assert interfaces is self.watch.interfaces
        self._note(names)

    def _note(self, call: frozenset[str] | str) -> None:
        self.calls.append(call)
        self._called.set()


Story = Callable[[Told], Coroutine[object, object, None]]


def watch(namespace: Namespace, story: Story, *, receive_octets: int = 1 << 20) -> Told:
    """Run a story while the namespace is watched; return what was reported."""

    async def run() -> Told:
        async with Told(receive_octets=receive_octets) as told:
            await story(told)
        return told

    return run_inside(namespace, run)


def test_what_is_there_at_first_is_told_at_once(namespace: Namespace) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")

    async def story(told: Told) -> None:
        assert told.calls == [{"lan", "lo"}]
        assert told.texts() == ["1.2.3.4"]

    watch(namespace, story)


def test_a_machine_without_addresses_is_told_too(has_namespaces: None) -> None:  # noqa: ARG001 - it skips
    async def story(told: Told) -> None:
        assert told.calls == [frozenset()]
        assert told.watch.interfaces.names == ("lo",)

    with Namespace() as namespace:
        namespace.ip("link", "set", "lo", "down")
        watch(namespace, story)


def test_addresses_come_change_and_go(namespace: Namespace) -> None:
    async def story(told: Told) -> None:
        namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
        await told.addresses("1.2.3.4")
        namespace.ip("address", "add", "2600:1::1/64", "dev", "lan")
        await told.addresses("2600:1::1", "1.2.3.4")
        namespace.ip("address", "change", "2600:1::1/64", "dev", "lan", "preferred_lft", "0")
        await told.addresses("1.2.3.4")
        namespace.ip("address", "change", "2600:1::1/64", "dev", "lan", "preferred_lft", "forever")
        await told.addresses("2600:1::1", "1.2.3.4")
        namespace.ip("address", "delete", "1.2.3.4/24", "dev", "lan")
        await told.addresses("2600:1::1")

    assert watch(namespace, story).calls == [{"lo"}, *[{"lan"}] * 5]


def test_a_preferred_lifetime_that_runs_out_is_told_by_the_kernel(namespace: Namespace) -> None:
    async def story(told: Told) -> None:
        namespace.ip("address", "add", "2600:1::1/64", "dev", "lan", "preferred_lft", "1", "valid_lft", "100")
        await told.addresses("2600:1::1")
        await told.addresses()

    watch(namespace, story)


def test_a_prefix_that_is_announced_with_less_is_no_longer_the_best(namespace: Namespace) -> None:
    for prefix in ("2600:1", "2600:2"):
        namespace.ip("address", "add", f"{prefix}::1/64", "dev", "lan", "preferred_lft", "3600", "valid_lft", "7200")

    async def story(told: Told) -> None:
        best = told.texts()[0]
        (other,) = set(told.texts()) - {best}
        namespace.ip("address", "change", f"{best}/64", "dev", "lan", "preferred_lft", "600", "valid_lft", "7200")
        await told.addresses(other, best)

    watch(namespace, story)


def test_a_link_goes_down_and_up(namespace: Namespace) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")

    async def story(told: Told) -> None:
        namespace.ip("link", "set", "lan", "down")
        await told.addresses()
        namespace.ip("link", "set", "lan", "up")
        await told.until(lambda: told.texts() == ["1.2.3.4"] and "up" in told.calls)
        told.calls.clear()
        namespace.ip("link", "set", "peer", "down")  # the cable is pulled out: no address goes
        namespace.ip("link", "set", "peer", "up")
        await told.until(lambda: "up" in told.calls)
        assert told.texts() == ["1.2.3.4"]

    watch(namespace, story)


def test_a_link_is_renamed_and_gets_other_names(namespace: Namespace) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")

    async def story(told: Told) -> None:
        namespace.ip("link", "set", "lan", "down")
        await told.addresses()
        namespace.ip("link", "set", "lan", "name", "wan")
        namespace.ip("link", "set", "wan", "up")
        await told.addresses("1.2.3.4", name="wan")
        assert told.watch.interfaces.link("lan") is None
        namespace.ip("link", "property", "add", "dev", "wan", "altname", "uplink")
        await told.addresses("1.2.3.4", name="uplink")

    watch(namespace, story)


def test_a_link_is_deleted(namespace: Namespace) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")

    async def story(told: Told) -> None:
        namespace.ip("link", "delete", "lan")
        await told.until(lambda: told.watch.interfaces.link("lan") is None)

    assert watch(namespace, story).calls[-1] == {"lan", "peer"}  # the other end of the cable disappears with it


def test_a_link_without_an_address_is_told_of_too(namespace: Namespace) -> None:
    """The reason why an interface has no address differs each time."""

    async def story(told: Told) -> None:
        namespace.ip("link", "set", "lan", "down")
        await told.until(lambda: told.calls[-1] == {"lan"})
        told.calls.clear()
        namespace.ip("link", "delete", "lan")
        await told.until(lambda: {"lan", "peer"} in told.calls)
        told.calls.clear()
        namespace.ip("link", "add", "lan", "type", "veth", "peer", "name", "peer")
        await told.until(lambda: {"lan", "peer"} in told.calls)

    watch(namespace, story)


def test_a_link_moves_to_another_namespace_and_back(namespace: Namespace) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")

    async def story(told: Told) -> None:
        namespace.ip("link", "set", "lan", "netns", other.name)
        await told.addresses()
        assert told.watch.interfaces.link("lan") is None
        other.ip("link", "set", "lan", "netns", namespace.name)
        namespace.ip("link", "set", "lan", "up")
        namespace.ip("address", "add", "5.6.7.8/24", "dev", "lan")
        await told.addresses("5.6.7.8")

    with Namespace() as other:
        watch(namespace, story)


def test_a_link_that_leaves_a_bridge_keeps_its_addresses(namespace: Namespace) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
    namespace.ip("link", "add", "bridge", "type", "bridge")

    async def story(told: Told) -> None:
        namespace.ip("link", "set", "lan", "master", "bridge")
        namespace.ip("link", "set", "lan", "nomaster")
        namespace.ip("address", "add", "5.6.7.8/24", "dev", "peer")
        await told.addresses("5.6.7.8", name="peer")
        assert told.texts() == ["1.2.3.4"]

    watch(namespace, story)


def test_a_default_route_is_a_sign_that_the_network_is_up(namespace: Namespace) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")

    async def story(told: Told) -> None:
        namespace.ip("route", "add", "9.9.9.0/24", "via", "1.2.3.1")
        namespace.ip("route", "add", "default", "via", "1.2.3.1")
        await told.until(lambda: "up" in told.calls)

    assert watch(namespace, story).calls == [{"lan", "lo"}, "up"]


REFRESHED = {
    "IPv4": ("route", "replace", "default", "via", "1.2.3.1", "dev", "lan", "metric", "100"),
    "IPv6": ("-6", "route", "replace", "default", "via", "fe80::1", "dev", "lan", "metric", "100", "expires", "1800"),
}


async def told_anew(told: Told, namespace: Namespace, number: int) -> None:
    """Return once everything so far is reported; use another number each time."""
    address = f"5.6.7.{number}"
    namespace.ip("address", "add", f"{address}/32", "dev", "peer")
    await told.until(lambda: address in told.texts("peer"))


@pytest.mark.parametrize("family", REFRESHED)
def test_a_default_route_that_is_only_refreshed_is_no_sign(namespace: Namespace, family: str) -> None:
    """At each router advertisement, and at each renewal of a lease, the same route is set again."""
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
    namespace.ip(*REFRESHED[family])

    async def story(told: Told) -> None:
        for _ in range(3):  # it existed before
            namespace.ip(*REFRESHED[family])
        await told_anew(told, namespace, 1)
        assert "up" not in told.calls
        namespace.ip(*(word.replace("replace", "delete") for word in REFRESHED[family][:-2]))
        namespace.ip(*REFRESHED[family])  # and now it is a new one
        await told.until(lambda: "up" in told.calls)
        told.calls.clear()
        namespace.ip(*REFRESHED[family])
        await told_anew(told, namespace, 2)
        assert "up" not in told.calls

    watch(namespace, story)


@pytest.mark.parametrize("family", REFRESHED)
def test_a_default_route_by_another_router_is_a_sign_each_time(namespace: Namespace, family: str) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
    namespace.ip(*REFRESHED[family])
    other = [word.replace("1.2.3.1", "1.2.3.2").replace("fe80::1", "fe80::2") for word in REFRESHED[family]]

    async def story(told: Told) -> None:
        for words in (other, REFRESHED[family], other):
            namespace.ip(*words)
            await told.until(lambda: "up" in told.calls)
            told.calls.clear()

    watch(namespace, story)


@pytest.mark.parametrize(
    ("family", "loss"),
    [("IPv4", "address"), ("IPv4", "link"), ("IPv4", "interface"), ("IPv6", "link"), ("IPv6", "interface")],
)
def test_a_default_route_that_went_without_a_word_is_a_sign_when_it_is_back(
    namespace: Namespace, loss: str, family: str
) -> None:
    """The kernel does not report IPv4 routes that go with an address or a link."""
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
    namespace.ip(*REFRESHED[family])

    async def story(told: Told) -> None:
        if loss == "address":
            namespace.ip("address", "delete", "1.2.3.4/24", "dev", "lan")
        elif loss == "link":
            namespace.ip("link", "set", "lan", "down")
            namespace.ip("link", "set", "lan", "up")
            await told.until(lambda: "up" in told.calls)
        else:
            namespace.ip("link", "delete", "lan")
            add_pair(namespace, "lan", "peer")
            await told.until(lambda: "up" in told.calls)
        if loss != "link":
            namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
        await told_anew(told, namespace, 2)
        told.calls.clear()
        namespace.ip(*REFRESHED[family])
        await told.until(lambda: "up" in told.calls)

    watch(namespace, story)


@pytest.mark.parametrize("family", REFRESHED)
def test_after_a_loss_of_events_default_routes_are_known_again(
    namespace: Namespace, tmp_path: Path, family: str
) -> None:
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "peer")
    flood = _batch(tmp_path, "add")

    async def story(told: Told) -> None:
        namespace.ip(*(word.replace("lan", "peer") for word in REFRESHED[family]))
        namespace.ip("-batch", flood)  # and the loop does not run meanwhile
        await told.until(lambda: len(told.texts()) == MANY and "up" in told.calls)
        assert told.watch.losses > 0
        told.calls.clear()
        namespace.ip(*(word.replace("lan", "peer") for word in REFRESHED[family]))
        await told_anew(told, namespace, 1)
        assert "up" not in told.calls

    watch(namespace, story, receive_octets=1 << 16)


def test_what_comes_together_is_told_once(namespace: Namespace, tmp_path: Path) -> None:
    batch = tmp_path / "batch"
    lines = [f"address add 1.2.3.{number}/24 dev {name}\n" for number in range(1, 20) for name in ("lan", "peer")]
    batch.write_text("".join(lines), encoding="ascii")

    async def story(told: Told) -> None:
        namespace.ip("-batch", str(batch))  # and the loop does not run meanwhile
        await told.until(lambda: len(told.calls) > 1)
        assert len(told.texts()) == len(told.texts("peer")) == 19

    assert watch(namespace, story).calls == [{"lo"}, {"lan", "peer"}]


def test_an_address_renewed_while_nobody_looks_is_not_told(namespace: Namespace) -> None:
    """A DHCP client may remove an address and add it again."""
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")

    async def story(told: Told) -> None:
        namespace.ip("address", "delete", "1.2.3.4/24", "dev", "lan")
        namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan", "valid_lft", "600", "preferred_lft", "600")
        namespace.ip("address", "change", "1.2.3.4/24", "dev", "lan", "valid_lft", "900", "preferred_lft", "900")
        namespace.ip("address", "add", "5.6.7.8/24", "dev", "peer")
        await told.addresses("5.6.7.8", name="peer")

    assert watch(namespace, story).calls == [{"lan", "lo"}, {"peer"}]


def _batch(tmp_path: Path, action: str) -> str:
    path = tmp_path / action
    lines = [f"address {action} 9.{number >> 8}.{number & 255}.1/32 dev lan\n" for number in range(MANY)]
    path.write_text("".join(lines), encoding="ascii")
    return str(path)


def test_events_that_the_kernel_had_no_room_for_are_made_up_for(namespace: Namespace, tmp_path: Path) -> None:
    flood = _batch(tmp_path, "add")

    async def story(told: Told) -> None:
        assert told.watch.losses == 0
        namespace.ip("-batch", flood)  # and the loop does not run meanwhile
        await told.until(lambda: len(told.texts()) == MANY and "up" in told.calls)
        assert told.watch.losses > 0
        namespace.ip("address", "add", "1.2.3.4/24", "dev", "peer")
        await told.addresses("1.2.3.4", name="peer")

    watch(namespace, story, receive_octets=1)


def test_what_goes_while_events_are_lost_is_not_kept(namespace: Namespace, tmp_path: Path) -> None:
    namespace.ip("-batch", _batch(tmp_path, "add"))
    namespace.ip("address", "add", "5.6.7.8/24", "dev", "peer")
    flood = _batch(tmp_path, "delete")

    async def story(told: Told) -> None:
        assert len(told.texts()) == MANY
        namespace.ip("-batch", flood)
        namespace.ip("link", "delete", "peer")
        await told.until(lambda: told.watch.losses > 0 and not told.texts("peer"))
        assert told.texts() == []
        assert told.watch.interfaces.names == ("lo",)

    watch(namespace, story, receive_octets=1)


@pytest.mark.parametrize("quick", [0, 5], ids=["taken as it is", "begun anew"])
@pytest.mark.parametrize("receive_octets", [1, 1 << 22], ids=["little room", "much room"])
def test_a_table_begun_amid_changes_is_right_in_the_end(
    namespace: Namespace, tmp_path: Path, receive_octets: int, quick: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dumps are interrupted, and events come between their pieces."""
    monkeypatch.setattr("dns_update.address.kernel.monitor._QUICK", quick)
    monkeypatch.setattr("dns_update.address.kernel.monitor._PAUSE", 0.01)

    async def run() -> None:
        change = await asyncio.create_subprocess_exec("ip", "-n", namespace.name, "-batch", _batch(tmp_path, "add"))
        async with Told(receive_octets=receive_octets) as told:
            assert await change.wait() == 0
            await told.until(lambda: len(told.texts()) == MANY)
            asked = read_interfaces()
            assert told.watch.interfaces.usable("lan") == asked.usable("lan")
            assert told.watch.interfaces.names == asked.names

    run_inside(namespace, run)


def test_nothing_is_told_any_more_once_it_is_closed(namespace: Namespace) -> None:
    async def run() -> None:
        first = Told()
        await first.watch.open()
        async with Told() as second:
            namespace.ip("link", "set", "lan", "down")
            namespace.ip("address", "add", "1.2.3.4/24", "dev", "peer")
            first.watch.close()
            first.watch.close()
            await second.addresses("1.2.3.4", name="peer")
            assert first.calls == [{"lo"}]

    run_inside(namespace, run)


def test_it_may_be_closed_while_it_tells(namespace: Namespace) -> None:
    async def run() -> None:
        closed = asyncio.Event()

        def changed(_interfaces: Interfaces, names: frozenset[str]) -> None:
            if "lan" in names:
                watched.close()
                closed.set()

        watched = Monitor(changed, lambda: None)
        await watched.open()
        namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
        await closed.wait()

    run_inside(namespace, run)


def test_without_netlink_it_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_arguments: object) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(Monitor, "_subscribe", forbidden)
    with pytest.raises(NoAddress) as caught:
        asyncio.run(Told().watch.open())
    assert caught.value.text == "the kernel does not report address changes: Address family not supported by protocol"
    assert "RestrictAddressFamilies" in caught.value.hint


def _short_of_files(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let the kernel refuse a socket so many times."""
    make, left = socket.socket, times

    def refused(family: int, *arguments: int) -> socket.socket:
        nonlocal left
        left -= family == socket.AF_NETLINK
        if family == socket.AF_NETLINK and left >= 0:
            raise OSError(errno.EMFILE, "Too many open files")
        return make(family, *arguments)

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr("dns_update.address.kernel.monitor._PAUSE", 0.01)


def test_a_shortage_of_files_is_waited_out_if_wished(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    _short_of_files(monkeypatch, 3)
    namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
    refusals: list[NoAddress] = []

    async def run() -> None:
        watching = Monitor(lambda _interfaces, _names: None, lambda: None, refused=refusals.append)
        await watching.open(waits_out_shortage=True)
        assert texts(watching.interfaces, "lan") == ["1.2.3.4"]
        watching.close()

    run_inside(namespace, run)
    assert [refusal.text for refusal in refusals] == ["the kernel does not report address changes: Too many open files"]


def test_a_shortage_of_files_is_told_to_who_does_not_wait(
    namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _short_of_files(monkeypatch, 1)

    async def run() -> None:
        with pytest.raises(NoAddress, match="Too many open files"):
            await Told().watch.open()

    run_inside(namespace, run)


MALFORMED = MalformedMessage("a netlink message of 0 octets at 0")
NO_ROOM = OSError(errno.ENOBUFS, "No buffer space available")


def _unreadable(monkeypatch: pytest.MonkeyPatch, error: Exception = MALFORMED) -> Callable[[int], None]:
    """Return a function that makes so many of the next datagrams unreadable."""
    left = 0
    receive = Dump.receive

    def damaged(dump: Dump, octets: bytes, *, now: float) -> Datagram:
        nonlocal left
        left -= 1
        if left >= 0:
            raise error
        return receive(dump, octets, now=now)

    def make(number: int) -> None:
        nonlocal left
        left = number

    monkeypatch.setattr(Dump, "receive", damaged)
    monkeypatch.setattr("dns_update.address.kernel.monitor._PAUSE", 0.01)
    return make


@pytest.mark.parametrize("times", [1, 5, 9], ids=["once", "while it is quick", "until it pauses"])
def test_what_cannot_be_read_begins_all_anew(namespace: Namespace, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    damage = _unreadable(monkeypatch)

    async def story(told: Told) -> None:
        damage(times)
        namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
        await told.addresses("1.2.3.4")
        assert told.watch.losses == times

    watch(namespace, story)


def test_if_nothing_can_be_read_it_cannot_be_opened(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    _unreadable(monkeypatch)(1000)

    async def story(_told: Told) -> None:
        pytest.fail("it was opened")

    with pytest.raises(NoAddress) as caught:
        watch(namespace, story)
    assert caught.value.text == "the kernel does not report address changes: a netlink message of 0 octets at 0"


def test_to_lose_events_again_and_again_does_not_keep_it_from_opening(
    namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It will stop, and a program that starts with the machine starts amid changes."""
    _unreadable(monkeypatch, NO_ROOM)(9)

    async def story(told: Told) -> None:
        assert told.watch.losses == 9

    watch(namespace, story)


POWERLESS = """\
import asyncio
from dns_update.address.kernel.monitor import Monitor

async def main():
    told = asyncio.Event()
    def changed(interfaces, names):
        print(*sorted(names), flush=True)
        if "lan" in names:
            told.set()
    watch = Monitor(changed, lambda: None)
    await watch.open()
    await told.wait()
    watch.close()

asyncio.run(main())
"""


def test_no_privilege_is_needed_to_watch(namespace: Namespace) -> None:
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    command = [*namespace.prefix, *powerless, sys.executable, "-c", POWERLESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == "lo\n"
        namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
        assert watching.stdout.readline() == "lan\n"
    assert watching.returncode == 0


def test_a_second_pair_is_seen(namespace: Namespace) -> None:
    async def story(told: Told) -> None:
        add_pair(namespace, "wan", "isp")
        namespace.ip("address", "add", "2600:1::1/64", "dev", "wan")
        await told.addresses("2600:1::1", name="wan")

    watch(namespace, story)


# Unexpected errors


def _owned_up() -> list[object]:
    """Return the errors that the running loop's exception handler gets from now on."""
    mistakes: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: mistakes.append(context["exception"]))
    return mistakes


def test_a_bug_while_the_kernel_is_read_loses_nothing(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    bug = ZeroDivisionError("a mistake of ours")

    async def story(told: Told) -> None:
        mistakes = _owned_up()
        take = Interfaces.apply

        def apply(interfaces: Interfaces, event: Event, *, now: float) -> None:
            if not mistakes:
                raise bug
            take(interfaces, event, now=now)

        monkeypatch.setattr(Interfaces, "apply", apply)
        namespace.ip("address", "add", "1.2.3.4/24", "dev", "lan")
        await told.addresses("1.2.3.4")
        assert mistakes == [bug]

    watch(namespace, story)


def test_a_bug_of_who_is_told_loses_nothing(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a new address nor one that has gone."""
    monkeypatch.setattr("dns_update.address.kernel.monitor._PAUSE", 0.01)
    bug = ZeroDivisionError("a mistake of ours")
    told: list[list[str]] = []
    is_told = asyncio.Event()
    refusals = 0

    def changed(interfaces: Interfaces, names: frozenset[str]) -> None:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise bug
        if "lan" in names:
            told.append(texts(interfaces))
            is_told.set()

    async def story() -> None:
        nonlocal refusals
        mistakes = _owned_up()
        watching = Monitor(changed, lambda: None)
        refusals = 2
        await watching.open()
        for action, expected in (("add", ["1.2.3.4"]), ("delete", [])):
            refusals, mistakes[:] = 2, []
            is_told.clear()
            namespace.ip("address", action, "1.2.3.4/24", "dev", "lan")
            await is_told.wait()
            assert told[-1] == expected
            assert mistakes == [bug, bug]
        watching.close()

    run_inside(namespace, story)
