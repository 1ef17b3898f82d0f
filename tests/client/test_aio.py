"""AsyncClient against real servers: the same results and errors as Client's, many at once, and cancelling."""

import asyncio
import contextlib
import os
from collections.abc import Coroutine
from typing import Any, Literal

import pytest

from dns_update import AsyncClient, NameExists, NameNotFound, NoResponse, Policy, Update, UsageError
from dns_update.transport.aio import AsyncioTransport
from lab import NameServer, dig
from tests.client.servers import key_of
from tests.support.peer import Relay, Silent, closed_port

SERVERS = ["bind", "knot", "powerdns"]


def client_of(server: NameServer, *addresses: str, policy: Policy | None = None) -> AsyncClient:
    own = f"{server.host}:{server.port}"
    return AsyncClient(*(addresses or (own,)), key=key_of(server.keys[0]), policy=policy)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def addresses(server: NameServer, label: str) -> list[str]:
    return sorted(line.split()[4] for line in dig(server, f"{label}.example.com", "A"))


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_set_show_and_delete(server: NameServer, transport: Literal["udp", "tcp"], unique_name: str) -> None:
    async def work() -> None:
        client = client_of(server, policy=Policy(transport=transport))
        outcome = await client.set(unique_name, "192.0.2.1", "192.0.2.2", zone="example.com")
        assert outcome.verified
        assert addresses(server, unique_name) == ["192.0.2.1", "192.0.2.2"]
        shown = await client.show(unique_name, zone="example.com")
        assert sorted(record.data_text() for record in shown.after or ()) == ["192.0.2.1", "192.0.2.2"]
        await client.delete(unique_name, "192.0.2.1", zone="example.com")
        assert addresses(server, unique_name) == ["192.0.2.2"]
        await client.delete(unique_name, zone="example.com")
        with pytest.raises(NameNotFound):
            await client.show(unique_name, zone="example.com")

    run(work())


def test_an_update_is_sent_as_it_stands(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        client = client_of(bind)
        update = Update("example.com").require_absent(unique_name).add(unique_name, 60, "A", "192.0.2.1")
        await client.send(update)
        with pytest.raises(NameExists):
            await client.send(update)

    run(work())
    assert addresses(bind, unique_name) == ["192.0.2.1"]


def test_many_requests_are_under_way_at_once(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        client = client_of(bind)
        names = [f"{number}.{unique_name}" for number in range(50)]
        await asyncio.gather(*(client.set(name, "192.0.2.1", zone="example.com", ttl=60) for name in names))

    run(work())
    assert addresses(bind, f"49.{unique_name}") == ["192.0.2.1"]


def test_a_large_update_and_a_truncated_answer_go_by_tcp(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        values = [f"198.51.100.{number}" for number in range(100)]
        outcome = await client_of(bind).set(unique_name, *values, zone="example.com", ttl=60)
        assert len(outcome.after or ()) == 100

    run(work())


def test_a_dead_server_is_passed_over(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        dead = f"127.0.0.1:{closed_port()}"
        client = client_of(bind, dead, f"localhost:{bind.port}")
        outcome = await client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)
        assert [type(failure) for failure in outcome.failures] == [NoResponse]

    run(work())


def test_cancelling_a_request_leaves_the_client_usable(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        with Silent() as peer:
            client = client_of(bind, peer.address, f"{bind.host}:{bind.port}")
            loop = asyncio.get_running_loop()
            waiting = asyncio.create_task(client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60))
            await loop.run_in_executor(None, peer.wait_for_datagram)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        await client.set(unique_name, "192.0.2.2", zone="example.com", ttl=60)

    run(work())
    assert addresses(bind, unique_name) == ["192.0.2.2"]


def test_silence_is_no_answer_after_the_time_given(bind: NameServer) -> None:
    async def work() -> None:
        with Silent() as peer:
            client = client_of(bind, peer.address, policy=Policy(timeout=0.05, retries=1))
            with pytest.raises(NoResponse, match="2 tries by UDP"):
                await client.set("home", "192.0.2.1", zone="example.com", ttl=60)

    run(work())


def test_a_host_name_without_an_address_is_no_answer() -> None:
    async def work() -> None:
        with pytest.raises(NoResponse, match="address cannot be found"):
            await AsyncClient("no-such-host.invalid").show("home.example.com", zone="example.com")

    run(work())


def test_wrong_arguments_are_told_before_anything_is_sent() -> None:
    async def work() -> None:
        with Silent() as peer:
            client = AsyncClient(peer.address)
            with pytest.raises(UsageError):
                await client.set("home", "300.1.1.1", zone="example.com")
            assert peer.is_untouched

    run(work())


def test_a_client_is_a_context_manager_and_can_be_used_afterwards(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        async with client_of(bind) as client:
            assert isinstance(client, AsyncClient)
            await client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)
        await client.close()
        await client.set(unique_name, "192.0.2.2", zone="example.com", ttl=60)

    run(work())
    assert addresses(bind, unique_name) == ["192.0.2.2"]


def test_within_the_context_signed_requests_share_a_socket(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        client = client_of(bind)
        async with client:
            opened = _sockets()
            await client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)
            await client.set(unique_name, "192.0.2.2", zone="example.com", ttl=60)
            assert len(_sockets() - opened) == 1
        assert _sockets() <= opened

    run(work())


def test_on_a_shared_socket_each_request_has_its_own_patience(bind: NameServer) -> None:
    async def work() -> None:
        transport = AsyncioTransport()
        transport.keep_open()
        with Silent() as peer:
            key = key_of(bind.keys[0])
            patient, hasty = (
                AsyncClient(peer.address, key=key, policy=Policy(timeout, 0), transport=transport)
                for timeout in (60, 0.05)
            )
            waiting = asyncio.ensure_future(patient.show("a.example.com", zone="example.com"))
            await asyncio.to_thread(peer.wait_for_datagram)
            with pytest.raises(NoResponse, match="1 try by UDP"):
                await hasty.show("b.example.com", zone="example.com")
            assert not waiting.done()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        transport.close()

    run(work())


def _sockets() -> set[str]:
    """Return the sockets of this process, as the kernel names them."""
    names = set()
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208 - a name is all that is wanted
        with contextlib.suppress(OSError):  # the descriptor of the listing itself is gone
            names.add(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115
    return {name for name in names if name.startswith("socket:")}


def test_what_goes_wrong_within_the_context_comes_out() -> None:
    async def work() -> None:
        with pytest.raises(UsageError):
            async with AsyncClient("127.0.0.1") as client:
                await client.set("home", zone="example.com")

    run(work())


def test_messages_leave_from_the_local_address(bind: NameServer, unique_name: str) -> None:
    async def work() -> None:
        with Relay(bind) as relay:
            client = AsyncClient(relay.address, key=key_of(bind.keys[0]), local_address="127.0.0.2")
            await client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)
            assert set(relay.clients) == {"127.0.0.2"}

    run(work())
