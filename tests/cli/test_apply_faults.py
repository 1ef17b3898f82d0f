"""Nothing is lost: servers that are killed, connections that are reset, and `apply` itself killed, at random points.

Afterwards, zone and report agree, name by name. Every third round adds names that must not be there before: what was
carried out without an answer must not be taken for refused. FAULT_ROUNDS=200 makes many more rounds than `make test`
does.
"""

import csv
import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, Zone
from tests.client.servers import client_of
from tests.support.command import COMMAND, dns_update, in_process, key_file
from tests.support.relay import Relay
from tests.support.waiting import DEADLINE

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "4"))
NAMES = 2000
OCTETS = 40 * NAMES  # that a run sends at least
KEY = LabKey.generate("bulk", "hmac-sha256")


class Trial:
    """A server behind a relay, and a file of names that differs from round to round."""

    def __init__(self, server: NameServer, relay: Relay, directory: Path, turn: int) -> None:
        self.server = server
        self.relay = relay
        self.random = random.Random(turn)  # noqa: S311 - each round is the same in each run
        self.is_new = turn % 3 == 2
        self.prefix = f"new-{turn}-" if self.is_new else "host-"
        self.desired = {f"{self.prefix}{n}.example.com": f"10.{turn % 256}.{n >> 8}.{n & 255}" for n in range(NAMES)}
        self.names = directory / "names.csv"
        rows = [f"{name},{address},60\n" for name, address in self.desired.items()]
        self.random.shuffle(rows)
        self.names.write_text("name,address,ttl\n" + "".join(rows), encoding="utf-8")
        self.report = directory / "report.csv"
        self.fault = threading.Event()
        size = self.random.choice((1024, 4096, 16384))
        self.words: tuple[str, ...] = (
            "apply", str(self.names), f"dns-server=127.0.0.1:{relay.port}", "zone=example.com", key_file(server),
            "transport=tcp", f"report={self.report}", "resume=yes", f"message-size={size}", "diagnose=no",
            f"verify={'no' if turn % 2 else 'yes'}", *(("add=yes", "require=absent") if self.is_new else ()),
        )  # fmt: skip

    def expect_fault(self) -> None:
        """Have the relay set `fault` at a random point of the rest of the run."""
        self.fault.clear()
        self.relay.at(self.random.randrange(1, OCTETS), self.fault.set)

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """Run `apply`."""
        with subprocess.Popen([str(COMMAND), *self.words], stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def reported(self) -> dict[str, str]:
        """Return the last state of each name in the report."""
        if not self.report.exists():
            return {}
        with self.report.open(newline="", encoding="utf-8") as file:
            return {row["name"]: row["state"] for row in csv.DictReader(file) if row["state"]}

    def served(self) -> dict[str, str]:
        """Return the address of each name, as a transfer shows it."""
        records = client_of(self.server).transfer("example.com")
        return {str(record.name): record.data_text() for record in records if str(record.name).startswith(self.prefix)}

    def check(self) -> None:
        """Check that zone and report agree, and that all is done."""
        assert self.served() == self.desired
        assert self.reported() == dict.fromkeys(self.desired, "updated")


def _wait_for(process: subprocess.Popen[str], event: threading.Event) -> None:
    process.wait()
    event.set()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    with Bind(tmp_path_factory.mktemp("bind"), keys=[KEY], zones=[Zone("example.com")]) as running:
        yield running


@pytest.fixture
def relay(server: NameServer) -> Iterator[Relay]:
    with Relay(server.port) as relay:
        yield relay


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_server_that_is_killed_and_restarted(turn: int, server: NameServer, relay: Relay, tmp_path: Path) -> None:
    trial = Trial(server, relay, tmp_path, turn)
    trial.expect_fault()
    with trial.running() as process:
        assert trial.fault.wait(DEADLINE)
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
        server.start()
        _, stderr = process.communicate()
    assert process.returncode == 0, stderr
    trial.check()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_connections_that_are_reset(turn: int, server: NameServer, relay: Relay, tmp_path: Path) -> None:
    trial = Trial(server, relay, tmp_path, 256 + turn)
    resets = trial.random.randrange(1, 6)
    done = []

    def reset() -> None:
        done.append(1)
        relay.reset()
        if len(done) < resets:
            relay.at(trial.random.randrange(1, OCTETS // resets), reset)

    relay.at(trial.random.randrange(1, OCTETS // resets), reset)
    with trial.running() as process:
        _, stderr = process.communicate()
    assert process.returncode == 0, stderr
    assert done
    trial.check()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_apply_itself_is_killed(turn: int, server: NameServer, relay: Relay, tmp_path: Path) -> None:
    trial = Trial(server, relay, tmp_path, 512 + turn)
    for _ in range(3):
        trial.expect_fault()
        with trial.running() as process:
            end = threading.Thread(target=_wait_for, args=(process, trial.fault))
            end.start()  # it may end before the fault: the report already has most names
            assert trial.fault.wait(DEADLINE)
            process.kill()
            end.join()
        served = trial.served()
        done = {name for name, state in trial.reported().items() if state == "updated"}
        assert all(served[name] == trial.desired[name] for name in done)
    result = in_process(*trial.words)
    assert result.status == 0, result.stderr
    trial.check()


def test_a_report_that_can_not_be_written_ends_the_run(server: NameServer, relay: Relay, tmp_path: Path) -> None:
    trial = Trial(server, relay, tmp_path, 1)
    result = dns_update(*trial.words, prefix=("prlimit", "--fsize=20000"))  # as on a full disk, a write fails
    assert (result.status, result.stderr.count("cannot write")) == (11, 1), result.stderr
    served = trial.served()
    done = {name for name, state in trial.reported().items() if state == "updated"}
    assert 0 < len(done) < NAMES
    assert all(served[name] == trial.desired[name] for name in done)
    assert in_process(*trial.words).status == 0
    trial.check()


def test_a_server_that_does_not_come_back_leaves_the_rest_untried(tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", keys=[KEY], zones=[Zone("example.com")]) as server, Relay(server.port) as relay:
        trial = Trial(server, relay, tmp_path, 0)
        trial.expect_fault()
        trial.words = (*trial.words, "timeout=0.2", "retries=0")
        with trial.running() as process:
            assert trial.fault.wait(DEADLINE)
            os.kill(server.pid, signal.SIGKILL)
            server.stop()
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate()
        assert process.returncode == 130, stderr
        states = trial.reported()
        assert set(states) == set(trial.desired)
        assert set(states.values()) <= {"updated", "failed", "not-tried"}
