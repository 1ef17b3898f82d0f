"""The agent as a process, on a machine of its own: a network namespace with interfaces and, on port 53, a real BIND."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab import Bind, LabKey, Namespace, Zone, dig
from tests.address.conftest import add_pair
from tests.support.command import COMMAND, Result, dns_update
from tests.support.traffic import Reader
from tests.support.waiting import DEADLINE, eventually

_FAULTS = ("this is a bug in dns-update", "Traceback", "Task was destroyed", "never retrieved", "never awaited")
_NOBODY_THERE = 4  # what `dns-update status` ends with


FROM_WAN = '[[records]]\nname = "home"\nzone = "example.com"\naddress = "interface:wan"\n'
FROM_WAN_IPV4 = '[[records]]\nname = "home"\nzone = "example.com"\naddress = "interface:wan/ipv4"\n'
"""The record of most tests: a name that follows an interface."""

BEACON = '[[records]]\nname = "beacon"\nzone = "example.com"\naddress = "interface:lan/ipv4"\n'
"""A second name. Once it has changed, the agent has also seen all earlier changes of other interfaces."""


def program(library: Path | None = None) -> list[str]:
    """Return the words that start the command; with `library`, as a module, because the script ignores PYTHONPATH."""
    if library is None:
        return [str(COMMAND)]
    return ["env", f"PYTHONPATH={library}", sys.executable, "-P", "-m", "dns_update"]


class Agent:
    """A running `dns-update agent`; leaving the context ends it. Its lines are read from a pipe as they come.

    With `library`, it imports from that directory before all others. `command` is another command that stays, too.
    """

    def __init__(
        self,
        prefix: Sequence[str],
        *words: str,
        env: dict[str, str] | None = None,
        library: Path | None = None,
        command: str = "agent",
    ) -> None:
        self._command = [*prefix, *program(library), command, *words]
        self._env = env or {}
        self._lines: list[str] = []
        self._passed = 0  # lines up to the one last waited for
        self._more = threading.Condition()
        self._is_over = False

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ | self._env
        )
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        assert not any(fault in self.text for fault in _FAULTS), self.text

    @property
    def lines(self) -> list[str]:
        """All lines so far."""
        with self._more:
            return list(self._lines)

    @property
    def text(self) -> str:
        """All lines so far, as one text."""
        return "\n".join(self.lines)

    def wait_for_line(self, pattern: str) -> re.Match[str]:
        """Return the match of the next line in which the pattern is found, after the one last waited for."""
        deadline = time.monotonic() + DEADLINE
        with self._more:
            while True:
                for place in range(self._passed, len(self._lines)):
                    if (match := re.search(pattern, self._lines[place])) is not None:
                        self._passed = place + 1
                        return match
                left = deadline - time.monotonic()
                shown = "\n".join(self._lines)
                assert left > 0, f"no line has {pattern!r}:\n{shown}"
                assert not self._is_over, f"it has ended, and no line has {pattern!r}:\n{shown}"
                self._more.wait(left)

    def reload(self) -> None:
        """Have it read its configuration again; returns at once."""
        self.process.send_signal(signal.SIGHUP)

    def terminate(self, seconds: float = DEADLINE) -> int:
        """Ask it to end, and return its status once it has; raises TimeoutExpired."""
        self.process.terminate()
        status = self.process.wait(seconds)
        self._thread.join()
        return status

    def kill(self) -> None:
        """End it by SIGKILL, if it runs."""
        self.process.kill()
        self.process.wait()
        self._thread.join()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                with self._more:
                    self._lines.append(line.rstrip("\n"))
                    self._more.notify_all()
        with self._more:
            self._is_over = True
            self._more.notify_all()


@dataclass
class Machine:
    """Where agents run: interfaces `wan` and `lan`, up and without addresses; BIND at 127.0.0.1 with example.com.

    Attributes:
        directory: where configurations, keys, sockets and histories are.
        namespace: the network of it all.
        server: BIND, which knows `key` and lets it change everything, and `reader`, which may change nothing.

    """

    directory: Path
    namespace: Namespace
    server: Bind
    key: LabKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.server.keys[0]
        self.key.write(self.directory / "key")

    # The network

    def add(self, address: str, interface: str = "wan", *words: str) -> None:
        """Give an interface an address."""
        self.namespace.ip("address", "add", address, "dev", interface, *words)

    def remove(self, address: str, interface: str = "wan") -> None:
        """Take an address from an interface."""
        self.namespace.ip("address", "delete", address, "dev", interface)

    def light_beacon(self, address: str = "9.9.9.1") -> None:
        """Return once the agent has seen all changes of the interfaces so far; it must have the BEACON's record."""
        self.add(f"{address}/24", "lan")
        self.wait_for(address, "beacon")
        self.remove(f"{address}/24", "lan")

    # The zone

    def data(self, name: str = "home", rrtype: str = "A") -> str:
        """Return the data of a name in the zone, sorted, with blanks between, as dig shows it."""
        return " ".join(sorted(line.split(maxsplit=4)[4] for line in dig(self.server, f"{name}.example.com", rrtype)))

    def wait_for(self, data: str, name: str = "home", rrtype: str = "A", agent: Agent | None = None) -> None:
        """Return once a name has these data in the zone."""
        eventually(lambda: self.data(name, rrtype), lambda found: found == data, lambda: agent.text if agent else "")

    @property
    def serial(self) -> int:
        """The zone's serial, which BIND raises by one with each update that changes anything."""
        return int(dig(self.server, "example.com", "SOA")[0].split()[6])

    def change(self, *words: str) -> None:
        """Change the zone as another client, with the arguments of `dns-update`."""
        done = self.command(*words, "zone=example.com", "dns-server=127.0.0.1", f"key-file={self.directory}/key")
        assert done.status == 0, done.stderr

    def reader(self, rrtype: str = "A", name: str = "home") -> Reader:
        """Return a reader that asks for a name a thousand times a second."""
        return Reader(self.namespace, f"{name}.example.com", rrtype)

    # Agents

    def configure(  # noqa: PLR0913 - what tests differ in
        self,
        records: str = FROM_WAN,
        *,
        agent: str = "",
        server: str = "",
        address: str = '"127.0.0.1"',
        key: str = "",
        name: str = "agent",
    ) -> Path:
        """Write a configuration, with a socket and a history named like its file; return its path.

        By default nothing happens by time alone: the interval is an hour.
        """
        settings = {"interval": "1h", "poll": "1h", "hold-down": "0s"}
        given = "".join(f'{word} = "{value}"\n' for word, value in settings.items() if f"{word} =" not in agent)
        key = key or f'file = "{self.directory}/key"'
        patience = "" if "timeout" in server else "timeout = 0.5\nretries = 3\n"
        path = self.directory / f"{name}.toml"
        places = f'socket = "{self.directory}/{name}.sock"\nhistory = "{self.directory}/{name}.db"\n'
        places = "".join(f"{line}\n" for line in places.splitlines() if f"{line.split()[0]} =" not in agent)
        path.write_text(
            f"[agent]\n{places}{given}{agent}\n[keys.main]\n{key}\n"
            f'[servers.main]\naddress = {address}\nkey = "main"\n{patience}{server}\n'
            f'[zones."example.com"]\nservers = ["main"]\nttl = 60\n{records}'
        )
        return path

    def agent(self, configuration: Path, *words: str, env: dict[str, str] | None = None) -> Agent:
        """Return an agent that is not started yet."""
        return Agent(self.namespace.prefix, f"config={configuration}", *words, env=env)

    def once(self, configuration: Path) -> Result:
        """Run `agent --once` to its end."""
        return self.command("agent", "--once", f"config={configuration}")

    def command(self, *words: str) -> Result:
        """Run a command on the machine."""
        return dns_update(*words, prefix=self.namespace.prefix)

    def status(self, name: str = "agent") -> dict[str, Any]:
        """Return what `dns-update status` says about the agent, once it answers."""
        socket = f"socket={self.directory}/{name}.sock"
        done = eventually(lambda: self.command("status", "--json", socket), lambda done: done.status != _NOBODY_THERE)
        return done.json

    def history(self, name: str = "agent") -> list[dict[str, Any]]:
        """Return what `dns-update history` says, the oldest first."""
        done = self.command("history", "--json", f"file={self.directory}/{name}.db")
        assert done.status == 0, done.stderr
        attempts: list[dict[str, Any]] = done.json["attempts"]
        return attempts


@contextmanager
def machine_at(
    directory: Path, *, clock_offset: str | None = None, records: str = "", policy: str = ""
) -> Iterator[Machine]:
    """Give a machine whose server has this clock, and these records and this policy for example.com at first."""
    keys, readers = [LabKey.generate("ddns-key")], [LabKey.generate("reader")]
    with Namespace() as namespace:
        add_pair(namespace, "wan", "isp")
        add_pair(namespace, "lan", "switch")
        zones = [Zone("example.com", records=records, policy=policy)]
        server = Bind(
            directory / "bind",
            zones=zones,
            keys=keys,
            readonly_keys=readers,
            namespace=namespace,
            port=53,
            clock_offset=clock_offset,
        )
        with server:
            yield Machine(directory, namespace, server)
