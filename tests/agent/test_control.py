"""The agent's socket: requests are answered, and no client disturbs the agent or another client."""

import asyncio
import fcntl
import json
import os
import select
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dns_update.agent.output import control as module
from dns_update.agent.output.control import ask, serve
from dns_update.errors import DnsUpdateError, NoResponse, NotNow, UsageError
from tests.support.fixed_answers import FixedAnswers

_DEADLINE = 60.0  # seconds after which what is awaited will never come
ANSWER = {"agent": {"pid": 7, "config": "ü"}, "records": [{"name": "home.example.com"}], "sources": []}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.sock"


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a busy machine enough time."""
    monkeypatch.setattr(module, "CLIENT_SECONDS", _DEADLINE)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, _DEADLINE))


@asynccontextmanager
async def serving(path: Path, answer: Callable[[], Mapping[str, Any]] = lambda: ANSWER) -> AsyncIterator[None]:
    server = await serve(str(path), FixedAnswers(answer))
    try:
        yield
    finally:
        await server.close()


async def asked(path: Path, command: str = "status") -> dict[str, Any]:
    return await asyncio.to_thread(ask, str(path), command, seconds=_DEADLINE)


async def said(path: Path, octets: bytes) -> bytes:
    """Send octets without an end of file; return everything that comes back."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(octets)
    answer = await reader.read()
    writer.close()
    return answer


# Question and answer


def test_a_question_is_answered(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            assert await asked(path) == ANSWER
            assert await asked(path) == ANSWER

    run(work())
    assert not path.exists()


def test_one_line_of_json_each_way(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            answer = await said(path, b'{"command": "status"}\n')
            assert answer.count(b"\n") == 1
            assert answer.endswith(b"\n")
            assert json.loads(answer) == ANSWER

    run(work())


@pytest.mark.parametrize("count", [0, 1, module.ITEMS_A_WRITE, module.ITEMS_A_WRITE + 1, 10_000])
def test_an_iterator_is_answered_as_a_list(path: Path, count: int) -> None:
    records = [{"name": f"name-{number}.example.com"} for number in range(count)]

    async def work() -> None:
        async with serving(path, lambda: {"records": iter(records), "sources": iter(()), "agent": {}}):
            assert await asked(path) == {"records": records, "sources": [], "agent": {}}

    run(work())


def test_a_long_answer_lets_the_agent_do_its_other_work(path: Path) -> None:
    others = 0

    def records() -> Iterator[dict[str, object]]:
        for number in range(10 * module.ITEMS_A_WRITE):
            if number % module.ITEMS_A_WRITE == 0:
                asyncio.get_running_loop().call_soon(other_work)
            yield {"others": others}

    def other_work() -> None:
        nonlocal others
        others += 1

    async def work() -> None:
        async with serving(path, lambda: {"records": records()}):
            answer = await asked(path)
        assert answer["records"][-1] == {"others": 9}

    run(work())


def test_a_refresh_is_for_all_names_or_for_one(path: Path) -> None:
    async def work() -> None:
        answers = FixedAnswers(lambda: ANSWER)
        server = await serve(str(path), answers)
        assert await asked(path, "refresh") == {"refreshed": 3}
        assert json.loads(await said(path, b'{"command": "refresh", "name": "a.b"}\n')) == {"refreshed": 3}
        wrong = json.loads(await said(path, b'{"command": "refresh", "name": 1}\n'))
        assert wrong == {"error": "the name is not a string"}
        assert answers.refreshed == [None, "a.b"]
        await server.close()

    run(work())


def test_who_watches_is_told_at_once_and_at_each_change(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)

    async def work() -> None:
        number = 0
        answers = FixedAnswers(lambda: {"number": number})
        server = await serve(str(path), answers)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"command": "watch"}\n')
        assert json.loads(await reader.readline()) == {"number": 0}
        number = 1  # which is not a change that the marks show
        number = answers.mark = 2
        assert json.loads(await reader.readline()) == {"number": 2}
        writer.write(b"x")  # whoever says anything more is let go
        assert await reader.read() == b""
        writer.close()
        await server.close()

    run(work())


def test_a_watcher_stays_longer_than_a_question_may_take(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(module, "CLIENT_SECONDS", 0.5)

    async def work() -> None:
        answers = FixedAnswers(lambda: ANSWER)
        server = await serve(str(path), answers)
        (reader, writer), (mute, other) = [await asyncio.open_unix_connection(path) for _ in range(2)]
        writer.write(b'{"command": "watch"}\n')
        assert json.loads(await reader.readline()) == ANSWER
        assert await mute.read() == b""  # the one that asked nothing is let go
        answers.mark = 1
        assert json.loads(await reader.readline()) == ANSWER
        writer.close()
        other.close()
        await server.close()

    run(work())


def test_there_is_a_limit_to_watchers_and_a_place_is_free_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WATCHERS", 1)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)

    async def work() -> None:
        async with serving(path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b'{"command": "watch"}\n')
            await reader.readline()
            refused = json.loads(await said(path, b'{"command": "watch"}\n'))
            assert refused == {"error": "too many clients watch already"}
            assert await asked(path) == ANSWER
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b'{"command": "watch"}\n')
            assert json.loads(await reader.readline()) == ANSWER
            writer.close()

    run(work())


def test_closing_lets_watchers_go(path: Path) -> None:
    async def work() -> None:
        server = await serve(str(path), FixedAnswers(lambda: ANSWER))
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"command": "watch"}\n')
        await reader.readline()
        await server.close()
        assert await reader.read() == b""
        writer.close()

    run(work())


@pytest.mark.parametrize(
    ("request_line", "says"),
    [
        (b'{"command": "halt"}\n', "unknown command 'halt'; known commands: status, watch, refresh"),
        (b'{"command": 1}\n', "the request has no command; known commands: status, watch, refresh"),
        (b"{}\n", "the request has no command; known commands: status, watch, refresh"),
        (b"[]\n", "the request has no command; known commands: status, watch, refresh"),
        (b"\n", "the request has no command; known commands: status, watch, refresh"),
        (b"\xff\xfe\n", "the request has no command; known commands: status, watch, refresh"),
        (b"[" * 4000 + b"\n", "the request has no command; known commands: status, watch, refresh"),
        (b"x" * 5000 + b"\n", "the request has no command; known commands: status, watch, refresh"),
        (b"x" * 100_000, "the request has no command; known commands: status, watch, refresh"),
    ],
)
def test_a_wrong_question_is_told_so(path: Path, request_line: bytes, says: str) -> None:
    async def work() -> None:
        async with serving(path):
            assert json.loads(await said(path, request_line)) == {"error": says}
            assert await asked(path) == ANSWER

    run(work())


def test_the_asking_side_tells_what_the_agent_said(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            with pytest.raises(UsageError, match=f"the agent at {path} says: unknown command 'halt'; known"):
                await asked(path, "halt")

    run(work())


# Clients that misbehave


def test_many_clients_at_once_and_others_that_hang(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            hanging = [await asyncio.open_unix_connection(path) for _ in range(20)]
            hanging[0][1].write(b'{"command"')
            assert await asyncio.gather(*(asked(path) for _ in range(20))) == [ANSWER] * 20
            for _, writer in hanging:
                writer.close()

    run(work())


def test_a_client_that_asks_nothing_is_let_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLIENT_SECONDS", 0.01)

    async def work() -> None:
        async with serving(path):
            reader, writer = await asyncio.open_unix_connection(path)
            assert await reader.read() == b""
            writer.close()

    run(work())


@pytest.mark.parametrize("is_long", [False, True])
def test_a_client_that_does_not_read_is_let_go(path: Path, monkeypatch: pytest.MonkeyPatch, is_long: bool) -> None:
    monkeypatch.setattr(module, "CLIENT_SECONDS", 0.2)
    asked_for = 0

    def records() -> Iterator[str]:
        nonlocal asked_for
        for _ in range(1_000_000 if is_long else 300):
            asked_for += 1
            yield "x" * 1000

    async def work() -> None:
        async with serving(path, lambda: {"records": records()}):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(path))
                client.sendall(b'{"command": "status"}\n')
                client.settimeout(0)
                octets = await asyncio.to_thread(_what_is_left_after_the_end, client)
            assert octets.startswith(b'{"records":["xxx')
            assert not octets.endswith(b"\n")

    run(work())
    assert asked_for <= 10_000  # no more than fits into the buffers


def _what_is_left_after_the_end(client: socket.socket) -> bytes:
    """Read nothing until the other side has closed the connection; return what it had sent until then."""
    poll = select.poll()
    poll.register(client, 0)  # POLLHUP comes unasked
    assert poll.poll(_DEADLINE * 1000)
    pieces = []
    try:
        while piece := client.recv(1 << 20):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def test_a_client_that_leaves_in_the_middle_hurts_nobody(path: Path) -> None:
    async def work() -> None:
        async with serving(path, lambda: {"records": iter(["x" * 1000] * 10_000)}):
            for octets in (b"", b'{"comm', b'{"command": "status"}\n'):
                _, writer = await asyncio.open_unix_connection(path)
                writer.write(octets)
                writer.transport.abort()
            assert len((await asked(path))["records"]) == 10_000

    run(work())


def test_there_is_a_limit_to_clients(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CLIENTS", 2)

    async def work() -> None:
        async with serving(path):
            first = await asyncio.open_unix_connection(path)
            second = await asyncio.open_unix_connection(path)
            third_reader, third_writer = await asyncio.open_unix_connection(path)
            assert await third_reader.read() == b""
            with pytest.raises(NoResponse, match="the agent is too busy to answer"):
                await asked(path)
            first[1].write(b'{"command": "status"}\n')
            assert json.loads(await first[0].read()) == ANSWER
            assert await asked(path) == ANSWER
            for writer in (first[1], second[1], third_writer):
                writer.close()

    run(work())


def test_closing_lets_nobody_wait(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b'{"comm')
            await asked(path)  # so the other one is being served, too
        assert await reader.read() == b""
        writer.close()

    run(work())


# The socket


def test_closing_in_the_middle_of_a_conversation_is_not_a_bug(path: Path) -> None:
    """Up to Python 3.12.1, asyncio took a cancelled conversation for one that failed."""

    async def closed() -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        server = await serve(str(path), FixedAnswers(lambda: ANSWER))
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"command"')  # no line end, so the agent goes on reading
        await asked(path)  # so this one is being served, too
        await server.close()
        assert await reader.read() == b""
        writer.close()
        assert told == []

    run(closed())


def test_only_the_agents_user_and_group_may_ask(path: Path) -> None:
    async def work() -> None:
        before = os.umask(0)
        try:
            async with serving(path):
                assert stat.S_IMODE(os.stat(path).st_mode) == 0o660  # noqa: PTH116
        finally:
            os.umask(before)

    run(work())


def test_the_socket_of_a_killed_agent_is_taken_over(path: Path) -> None:
    script = "import os, signal, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen();"
    subprocess.run([sys.executable, "-c", f"{script} os.kill(os.getpid(), signal.SIGKILL)", path], check=False)
    assert path.is_socket()

    async def work() -> None:
        async with serving(path):
            assert await asked(path) == ANSWER

    run(work())


def test_a_second_agent_leaves_the_first_alone(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            with pytest.raises(
                UsageError, match=f"another agent is running, process {os.getpid()}: it answers at {path}"
            ):
                await serve(str(path), FixedAnswers(dict))
            assert await asked(path) == ANSWER

    run(work())


def test_an_agent_that_is_too_busy_to_accept_is_running_too(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        listener.bind(str(path))
        listener.listen(0)
        client.connect(str(path))
        with pytest.raises(UsageError, match="another agent is running"):
            run(_serve_in_vain(path))
        with pytest.raises(NoResponse, match="too busy"):
            ask(str(path), "status", seconds=_DEADLINE)
    assert path.is_socket()


def test_who_starts_waits_for_another_that_is_just_starting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    flock = fcntl.flock

    def noted(descriptor: int, operation: int) -> None:
        tries.append(operation)
        flock(descriptor, operation)

    async def work() -> None:
        directory = os.open(path.parent, os.O_RDONLY)
        flock(directory, fcntl.LOCK_EX)
        starting = asyncio.create_task(_serve_in_vain(path))
        while not tries:  # noqa: ASYNC110 - an event would be one of this loop, which is not there yet
            await asyncio.sleep(0)
        assert not await asyncio.to_thread(path.exists)
        os.close(directory)
        await starting

    monkeypatch.setattr(fcntl, "flock", noted)
    run(work())
    assert len(tries) > 1


def test_a_directory_that_stays_locked_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.05)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        with pytest.raises(NotNow, match=r"has been locked by another process for more than 0\.05 s"):
            run(_serve_in_vain(path))
    finally:
        os.close(directory)
    assert not path.exists()


def test_a_second_one_is_told_which_process_has_the_socket(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            with pytest.raises(UsageError, match=f"another agent is running, process {os.getpid()}: it answers at"):
                await _serve_in_vain(path)
            assert await asked(path) == ANSWER

    run(work())


def test_the_socket_of_another_that_took_the_path_over_is_left_alone(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            await asyncio.to_thread(path.unlink)
            heir = await serve(str(path), FixedAnswers(lambda: ANSWER))
        assert await asked(path) == ANSWER
        await heir.close()

    run(work())
    assert not path.exists()


async def _serve_in_vain(path: Path) -> None:
    async with serving(path):
        pass


def test_a_file_that_is_no_socket_is_left_alone(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(UsageError, match="exists and is not a socket"):
        run(_serve_in_vain(path))
    assert path.read_text() == "precious"


@pytest.mark.parametrize("name", ["no/such/directory/agent.sock", "x" * 200, "a\0b"])
def test_a_socket_that_cannot_be_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"the agent's socket .* cannot be made: "):
        run(_serve_in_vain(tmp_path / name))


def test_closing_leaves_the_socket_of_another_alone(path: Path) -> None:
    async def work() -> None:
        async with serving(path):
            os.unlink(path)  # noqa: PTH108
            other = await asyncio.start_unix_server(lambda _reader, writer: writer.close(), path)
        assert await asyncio.to_thread(path.is_socket)
        other.close()

    run(work())


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_descriptor_stays_open(path: Path) -> None:
    async def work() -> None:
        before = descriptors()
        async with serving(path):
            await said(path, b'{"command": "status"}\n')
            with pytest.raises(UsageError):
                await serve(str(path), FixedAnswers(dict))
        await asyncio.sleep(0)
        assert descriptors() == before

    run(work())


# The asking side in trouble


def failure(path: Path, *, seconds: float = _DEADLINE) -> DnsUpdateError:
    with pytest.raises(DnsUpdateError) as caught:
        ask(str(path), "status", seconds=seconds)
    return caught.value


def test_no_socket(path: Path) -> None:
    error = failure(path)
    assert str(error) == f"No answer from {path}: no agent is running: there is no such socket"
    assert "start it" in error.hint
    assert error.exit_status == 4


def test_a_socket_at_which_nobody_listens(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    error = failure(path)
    assert str(error) == f"No answer from {path}: no agent is running: nothing listens at this socket"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not ask")
def test_who_may_not_ask_is_told_who_may(path: Path) -> None:
    script = """
import os, sys
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
from dns_update.agent.output.control import ask
from dns_update.errors import UsageError
try:
    ask("agent.sock", "status")
except UsageError as error:
    print(error, error.hint, sep="|")
"""
    path.parent.chmod(0o711)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen()
        # The interpreter may live where others cannot go: its modules are imported before the change of user.
        early = "import dns_update.agent.output.control, grp\n"
        done = subprocess.run(
            [sys.executable, "-c", early + script], cwd=path.parent, capture_output=True, text=True, check=True
        )
    says = "the agent at agent.sock may not be asked: Permission denied"
    assert done.stdout == f"{says}|as root, or as a member of the group root\n"


def test_a_path_that_none_can_be(tmp_path: Path) -> None:
    error = failure(tmp_path / ("x" * 200))
    assert isinstance(error, UsageError)
    assert "AF_UNIX path too long" in str(error)


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "is not an agent"),
        (b"220 mail.example.com ESMTP\r\n", "is not an agent"),
        (b"[1]\n", "is not an agent"),
        (b'{"agent": {}', "is not an agent"),
        (b"[" * 10_000 + b"\n", "is not an agent"),
        (b"\xff\n", "is not an agent"),
    ],
)
def test_somebody_else_answers(path: Path, octets: bytes, says: str) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = Thread(target=_answer, args=(listener, octets))
        thread.start()
        error = failure(path)
        thread.join()
    assert says in str(error)


def _answer(listener: socket.socket, octets: bytes) -> None:
    with listener.accept()[0] as connection:
        connection.recv(4096)
        connection.sendall(octets)


def test_an_answer_without_end_is_not_read_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER", 10_000)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = Thread(target=_answer, args=(listener, b"x" * 20_000))
        thread.start()
        assert "is not an agent" in str(failure(path))
        thread.join()


def test_an_agent_that_is_stuck_is_given_up(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        error = failure(path, seconds=0.05)
    assert str(error) == f"No answer from {path}: the agent did not answer within 0.05 s"


def test_one_that_answers_drop_by_drop_is_given_up(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = Thread(target=_drip, args=(listener,))
        thread.start()
        error = failure(path, seconds=0.1)
        thread.join()
    assert "did not answer within 0.1 s" in str(error)


def _drip(listener: socket.socket) -> None:
    with listener.accept()[0] as connection:
        connection.recv(4096)
        try:
            while True:
                connection.send(b"x")
        except OSError:
            pass


@pytest.mark.parametrize("piece", [b"x" * 65536, b"\n" * 65536, b'{"command": "status"}\n' * 1000])
def test_a_client_that_never_stops_sending_hurts_nobody(path: Path, piece: bytes) -> None:
    def pour() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            try:
                while True:
                    client.sendall(piece)
            except OSError:
                pass  # it was let go

    async def work() -> None:
        async with serving(path):
            pouring = asyncio.create_task(asyncio.to_thread(pour))
            assert await asked(path) == ANSWER
            await pouring

    run(work())


def test_an_agent_that_never_stops_answering_is_given_up_in_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER", 1 << 60)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = Thread(target=_pour, args=(listener,))
        thread.start()
        error = failure(path, seconds=0.1)
        thread.join()
    assert "did not answer within 0.1 s" in str(error)


def _pour(listener: socket.socket) -> None:
    with listener.accept()[0] as connection:
        connection.recv(4096)
        try:
            while True:
                connection.sendall(b"[" * 65536)
        except OSError:
            pass
