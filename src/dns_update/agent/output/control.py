"""The agent's Unix socket, server and client: one line of JSON is the request, one line of JSON the answer.

The answer to `{"command": "status"}` is a `StatusAnswer`; `watch` gets one at once, and one each time that something in
it has changed. `refresh`, perhaps with a `name` in full, has every name, or this one, checked now; the answer is a
`RefreshAnswer`. An answer `{"error": TEXT}` says what is wrong with the request. The types are in answer_types.py.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import select
import socket
import stat
import struct
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol

from dns_update.errors import Hint, NoResponse, NotNow, UsageError, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.agent.output.answer_types import RefreshAnswer


SOCKET_MODE = 0o660  # the agent's group may ask
MAX_REQUEST = 4096  # octets; a request has about twenty
LOCK_SECONDS = 10.0  # to wait for another agent that starts in the same directory; it needs a millisecond
_LOCK_INTERVAL = 0.01
_UCRED = struct.Struct("@iII")  # asm-generic/socket.h, struct ucred: pid, uid, gid
MAX_CLIENTS = 64  # at once: clients must not use up the file descriptors that servers need
CLIENT_SECONDS = 10.0  # for a whole conversation; ten thousand names take a tenth of a second
MAX_WATCHERS = 4  # at once: each costs 25 ms a second with ten thousand names
LOOK_SECONDS = 1.0  # between two looks for changes, while a client watches
ITEMS_A_WRITE = 100  # of a list, before the agent does its other work: 1 ms
ASK_SECONDS = 15.0  # the client's time limit: somewhat more than the agent's
MAX_ANSWER = 1 << 28  # octets: a million names; an agent does not send more


class AgentAnswers(Protocol):
    """What an agent answers."""

    def status(self) -> Mapping[str, Any]:
        """Return a StatusAnswer; see `serve`."""

    def refresh(self, name: str | None) -> int:
        """Check all names now, or only one, given in full; return how many these are."""

    def marks(self) -> object:
        """Return a value that differs whenever the status of a name has changed."""


class ControlServer:
    """The agent's side of the socket; made by `serve`."""

    def __init__(self, path: str, answers: AgentAnswers) -> None:
        self._path = path
        self._answers = answers
        self._watchers = 0
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self._identity: tuple[int, int] | None = None

    async def listen(self) -> None:
        """Begin to listen; raises UsageError and NotNow, as `serve` says."""
        listener = await _listener(self._path)
        self._identity = _identity(self._path)
        self._server = await asyncio.start_unix_server(self._accept, sock=listener, limit=MAX_REQUEST)

    async def close(self) -> None:
        """Stop listening, end all conversations, remove the socket."""
        # Before the listener is closed: until then no agent takes over the path, and no other file gets the inode.
        with suppress(OSError):
            if _identity(self._path) == self._identity:
                os.unlink(self._path)
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin a conversation, in a task of ours.

        Of a task that asyncio starts itself, some versions of Python tell too late that it failed (3.11.2), or say that
        it failed when it was cancelled (3.12.1).
        """
        if len(self._clients) >= MAX_CLIENTS:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._clients[task] = writer
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        writer = self._clients.pop(task)
        writer.transport.abort()  # data that the client does not read must not stay in memory
        mistake = None if task.cancelled() else task.exception()
        if mistake is not None:
            what = "a client could not be answered"
            task.get_loop().call_exception_handler({"message": what, "exception": mistake})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(CLIENT_SECONDS) as limit:
                await self._converse(reader, writer, limit)
        except (OSError, TimeoutError):
            pass  # only the client is affected

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: asyncio.Timeout
    ) -> None:
        try:
            line = await reader.readline()
        except ValueError:  # longer than MAX_REQUEST
            line = b""
        request = _object_of(line) or {}
        command = request.get("command")
        if command == "status":
            await _write_object(writer, self._answers.status())
        elif command == "refresh":
            await _write_object(writer, self._refreshed(request))
        elif command == "watch" and self._watchers < MAX_WATCHERS:
            await self._let_watch(reader, writer, limit)
        else:
            await _write_object(writer, {"error": _fault_of(command)})
        writer.close()
        await writer.wait_closed()

    def _refreshed(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        name = request.get("name")
        if name is not None and not isinstance(name, str):
            return {"error": "the name is not a string"}
        answer: RefreshAnswer = {"refreshed": self._answers.refresh(name)}
        return answer

    async def _let_watch(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: asyncio.Timeout
    ) -> None:
        """Write the status now, and each time it has changed, until the client leaves or says anything."""
        left = asyncio.ensure_future(reader.read(1))
        self._watchers += 1
        try:
            told: object = left  # which no mark is
            while not left.done():
                marks = self._answers.marks()
                if marks != told:
                    limit.reschedule(asyncio.get_running_loop().time() + CLIENT_SECONDS)
                    await _write_object(writer, self._answers.status())
                    told = marks
                limit.reschedule(None)
                await asyncio.wait((left,), timeout=LOOK_SECONDS)
        finally:
            self._watchers -= 1
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)


async def serve(path: str, answers: AgentAnswers) -> ControlServer:
    """Answer on a Unix socket at `path`, until the returned server is closed.

    If a StatusAnswer has iterators in place of lists, an answer about ten thousand names is not held
    in memory, and the loop does other work between the items; the iterators must allow changes meanwhile.

    Raises UsageError if another agent answers there, if the path exists and is not a socket, or if the socket cannot be
    made; NotNow if it may be possible later. A socket that a killed agent left is replaced.
    """
    server = ControlServer(path, answers)
    try:
        await server.listen()
    except asyncio.CancelledError:
        await server.close()
        raise
    return server


def ask(path: str, command: str, *, seconds: float = ASK_SECONDS, **words: object) -> dict[str, Any]:
    """Ask the agent that listens at `path`, and return its answer; blocks for at most `seconds`.

    `words` are further members of the request.

    Raises NoResponse if no agent listens or it does not answer; UsageError if the caller may not ask it, if it does not
    know the command, or if it is not an agent.
    """
    deadline = time.monotonic() + seconds
    with _asking(path, {"command": command} | words, seconds) as connection:
        line = _read_line(connection, deadline)
    return _checked(path, line)


def watch(path: str, *, seconds: float = ASK_SECONDS) -> Iterator[dict[str, Any] | None]:
    """Yield the status of the agent that listens at `path` at once, and each time it has changed.

    None is yielded if nothing has changed for a second, so that what is shown can be kept up to date. Raises what `ask`
    raises; NoResponse when the agent ends.
    """
    with _asking(path, {"command": "watch"}, seconds) as connection:
        is_first = True
        while True:
            if not is_first and not select.select((connection,), (), (), LOOK_SECONDS)[0]:
                yield None
                continue
            is_first = False
            line = _read_line(connection, time.monotonic() + seconds)
            if not line:
                raise NoResponse("the agent has ended", hint="see its log", endpoint=path)
            yield _checked(path, line)


@contextmanager
def _asking(path: str, request: Mapping[str, object], seconds: float) -> Iterator[socket.socket]:
    """Connect to the agent at `path` and send a request; raises NoResponse and UsageError for an OSError."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(seconds)
            connection.connect(path)
            connection.sendall(json.dumps(request).encode() + b"\n")
            yield connection
    except OSError as error:
        raise _unanswered(path, error, seconds) from error


def _checked(path: str, line: bytes) -> dict[str, Any]:
    """Return the answer in a line; raises UsageError if it is not one."""
    answer = _object_of(line)
    if answer is None:
        raise UsageError(
            f"what answers at {path} is not an agent of dns-update", hint=Hint("{socket:PATH} names the agent's socket")
        )
    if "error" in answer:
        text = str(answer["error"])  # from whatever listens there
        text = text if text.isprintable() else quoted(text)
        raise UsageError(f"the agent at {path} says: {text}", hint="is it of another version?")
    return answer


# The agent's side


def _identity(path: str) -> tuple[int, int]:
    """Return the device and inode of a file, which identify it as long as it exists; raises OSError."""
    status = os.stat(path)
    return status.st_dev, status.st_ino


async def _listener(path: str) -> socket.socket:
    """Return a socket that listens at `path`; raises UsageError and NotNow."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        async with _directory_lock(path):  # two agents that start at once would remove each other's socket
            _remove_stale(path)
            listener.bind(path)
            # No client can connect before `listen`, so the mode is set in time.
            os.chmod(path, SOCKET_MODE)
            listener.listen()
    except (OSError, ValueError) as error:
        listener.close()
        raise _unmade(path, error) from error
    except BaseException:  # UsageError, NotNow, or a cancellation
        listener.close()
        raise
    return listener


def _unmade(path: str, error: OSError | ValueError) -> UsageError | NotNow:
    reason = error.strerror if isinstance(error, OSError) else None
    what = f"the agent's socket {path} cannot be made: {reason or error}"
    without = 'socket = "" disables it'
    if isinstance(error, OSError) and NotNow.is_why(error):
        return NotNow(what, hint=without)
    return UsageError(what, hint=f"its directory must exist and be writable (systemd: RuntimeDirectory=); {without}")


@asynccontextmanager
async def _directory_lock(path: str) -> AsyncIterator[None]:
    """Lock the directory of a path against other agents; the kernel unlocks it when this process ends."""
    directory = os.path.dirname(path) or "."
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _is_locked(descriptor):
            if time.monotonic() > deadline:
                raise NotNow(
                    f"{directory} has been locked by another process for more than {LOCK_SECONDS:g} s",
                    hint=f"perhaps another agent hangs while it starts; to find it: fuser {directory}",
                )
            await asyncio.sleep(_LOCK_INTERVAL)
        yield
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    """Lock a file if no other process has; return whether we have the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_stale(path: str) -> None:
    """Remove a socket at which no agent answers; raises UsageError if one does, or if it is not a socket."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise UsageError(f"{path} exists and is not a socket", hint='choose another: socket = "PATH" in [agent]')
    running = "another agent is running"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(0)  # BlockingIOError means an agent with a full queue
        try:
            connection.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            with suppress(FileNotFoundError):
                os.unlink(path)
            return
        except BlockingIOError:
            pass
        else:
            pid = _listening_process(connection)
            running += f", process {pid}" if pid else ""
    raise UsageError(f"{running}: it answers at {path}", hint=f"ask it: dns-update status socket={path}")


def _listening_process(connection: socket.socket) -> int:
    """Return the process at the other end of a connection; 0 if it is not visible, e.g. in a container (unix(7))."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid: int = _UCRED.unpack(credentials)[0]
    return pid


def _fault_of(command: object) -> str:
    """Return what is wrong with a command that is not carried out."""
    if command == "watch":
        return "too many clients watch already"
    what = f"unknown command {quoted(command)}" if isinstance(command, str) else "the request has no command"
    return f"{what}; known commands: status, watch, refresh"


async def _write_object(writer: asyncio.StreamWriter, fields: Mapping[str, Any]) -> None:
    """Write an object as one line of JSON, and its iterators piece by piece."""
    opening = "{"
    for key, content in fields.items():
        writer.write(f"{opening}{json.dumps(key)}:".encode())
        opening = ","
        if isinstance(content, Iterator):
            await _write_list(writer, content)
        else:
            writer.write(json.dumps(content).encode())
    writer.write(b"}\n")
    await writer.drain()


async def _write_list(writer: asyncio.StreamWriter, items: Iterator[object]) -> None:
    opening = "["
    while texts := [json.dumps(item) for _, item in zip(range(ITEMS_A_WRITE), items, strict=False)]:
        writer.write((opening + ",".join(texts)).encode())
        opening = ","
        await writer.drain()
        await asyncio.sleep(0)  # `drain` lets other tasks run only if the client reads slowly
    writer.write(b"[]" if opening == "[" else b"]")


# The asking side


def _read_line(connection: socket.socket, deadline: float) -> bytes:
    """Return the octets up to the end of the line, or all if the line has no end; raises OSError."""
    pieces = list[bytes]()
    length = 0
    while length < MAX_ANSWER:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        connection.settimeout(seconds)
        piece = connection.recv(1 << 16)
        pieces.append(piece)
        length += len(piece)
        if not piece or piece.endswith(b"\n"):
            break
    return b"".join(pieces)


def _unanswered(path: str, error: OSError, seconds: float) -> NoResponse | UsageError:
    start = Hint("start it: dns-update agent; {socket:PATH} asks one with another socket")
    if isinstance(error, FileNotFoundError):
        return NoResponse("no agent is running: there is no such socket", hint=start, endpoint=path)
    if isinstance(error, ConnectionRefusedError):
        return NoResponse("no agent is running: nothing listens at this socket", hint=start, endpoint=path)
    if isinstance(error, PermissionError):
        return UsageError(f"the agent at {path} may not be asked: {error.strerror}", hint=_permission_hint(path))
    if isinstance(error, TimeoutError):
        return NoResponse(f"the agent did not answer within {seconds:g} s", hint="see its log", endpoint=path)
    if isinstance(error, (BlockingIOError, ConnectionError)):
        return NoResponse("the agent is too busy to answer", hint="try again", endpoint=path)
    return UsageError(
        f"{path} cannot be asked: {error.strerror or error}", hint=Hint("{socket:PATH} names the agent's socket")
    )


def _permission_hint(path: str) -> str:
    try:
        import grp  # only when something is wrong

        return f"as root, or as a member of the group {grp.getgrgid(os.stat(path).st_gid).gr_name}"
    except (OSError, KeyError):
        return "as root, or as a member of the socket's group"


def _object_of(line: bytes) -> dict[str, Any] | None:
    """Return the object in a complete line of JSON; None if it is not one."""
    if not line.endswith(b"\n"):
        return None
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
