"""The agent is killed at any step and started again, reloaded, asked, ended; its disk is full or broken."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from lab import LabKey
from tests.support.agents import BEACON, FROM_WAN, FROM_WAN_IPV4, Agent, Machine
from tests.support.command import COMMAND
from tests.support.traffic import Network, late, lost, unharmed
from tests.support.waiting import eventually

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"
OFTEN = 'interval = "1s"\n'
IMPATIENT = "timeout = 0.1\nretries = 0\n"
FOR_EVER = "timeout = 300\nretries = 0\n"
MESSAGES = 6  # of an update: the question and its answer, the update and its answer, the second look and its answer


def replace(machine: Machine, old: str, new: str) -> None:
    machine.remove(f"{old}/24")
    machine.add(f"{new}/24")


# Killed and started again


class Killing:
    """The fate of a network that kills an agent when the message with this number arrives, and forwards the message."""

    def __init__(self, agent: Agent, number: int) -> None:
        self._agent = agent
        self._left = number

    def __call__(self, _message: bytes, _is_answer: bool) -> float | None:
        if self._left == 0:
            self._agent.process.send_signal(signal.SIGKILL)
        self._left -= 1
        return 0.0


@pytest.mark.parametrize("number", range(MESSAGES))
def test_killed_at_each_step_of_an_update(machine: Machine, number: int) -> None:
    machine.add(f"{ONE}/24")
    with Network(machine.namespace) as network:
        configuration = machine.configure(FROM_WAN_IPV4, address=f'"{network.address}"')
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, agent=agent)
            agent.wait_for_line("update successful")
            serial = machine.serial
            with machine.reader() as reader:
                network.fate = Killing(agent, number)
                replace(machine, ONE, TWO)
                assert agent.process.wait(30) == -signal.SIGKILL
                network.fate = unharmed
                with machine.agent(configuration) as heir:
                    machine.wait_for(TWO, agent=heir)
                    eventually(machine.status, lambda status: status["records"][0]["state"] == "right")
            assert reader.seen == [ONE, TWO]
            assert machine.serial == serial + 1


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 4, 8, 16, 32])
def test_killed_some_time_after_an_address_has_changed(machine: Machine, milliseconds: int) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            replace(machine, ONE, TWO)
            time.sleep(milliseconds / 1000)  # the moment is what is tested, and nothing waits for it
            agent.kill()
            replace(machine, TWO, THREE)
            with machine.agent(configuration) as heir:
                machine.wait_for(THREE, agent=heir)
                assert machine.status()["records"][0]["wanted"] == [f"A {THREE}"]
        assert reader.seen in ([ONE, THREE], [ONE, TWO, THREE])


def test_killed_while_it_starts(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    for milliseconds in (20, 60, 100, 140):
        with machine.agent(configuration) as agent:
            time.sleep(milliseconds / 1000)  # as above
            agent.kill()
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        assert machine.status()["records"][0]["wanted"] == [f"A {ONE}"]


def test_what_changed_while_no_agent_ran_is_noticed(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        assert agent.terminate() == 0
    machine.change("set", "name=home", f"address={THREE}")
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)


# Reloaded


def test_a_reload_takes_up_what_is_new_and_lets_the_rest_alone(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        machine.wait_for(ONE, agent=agent)
        serial = machine.serial
        with machine.reader() as reader:
            machine.configure(FROM_WAN_IPV4 + FROM_WAN_IPV4.replace("home", "second"))
            agent.reload()
            machine.wait_for(ONE, "second", agent=agent)
            agent.wait_for_line("reloaded .*: managing 2 names")
            assert machine.serial == serial + 1
            replace(machine, ONE, TWO)
            machine.wait_for(TWO, "second", agent=agent)
            machine.wait_for(TWO, agent=agent)
        assert reader.seen == [ONE, TWO]
        status = machine.status()
        assert (status["agent"]["reloads"], status["agent"]["last_reload_error"]) == (1, None)


def test_a_name_that_is_no_longer_kept_stays_as_it_is(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4 + FROM_WAN_IPV4.replace("home", "second"))) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.wait_for(ONE, "second", agent=agent)
        machine.configure(FROM_WAN_IPV4)
        agent.reload()
        agent.wait_for_line("reloaded .*: managing 1 name")
        replace(machine, ONE, TWO)
        machine.wait_for(TWO, agent=agent)
        assert machine.data("second") == ONE
        assert [record["name"] for record in machine.status()["records"]] == ["home.example.com"]


def test_a_broken_configuration_leaves_the_old_one_at_work_and_is_said(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    right = configuration.read_text()
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        configuration.write_text(right.replace("ttl = 60", "tll = 60"))
        agent.reload()
        line = right.splitlines().index("ttl = 60") + 1
        agent.wait_for_line(rf"the configuration stays as it was: {configuration}:{line}: .*tll: unknown key")
        replace(machine, ONE, TWO)
        machine.wait_for(TWO, agent=agent)
        assert "tll" in machine.status()["agent"]["last_reload_error"]
        configuration.unlink()
        agent.reload()
        agent.wait_for_line("the configuration stays as it was: cannot read")
        configuration.write_text(right.replace("ttl = 60", "ttl = 120"))
        agent.reload()
        agent.wait_for_line("reloaded .*: managing 1 name")
        replace(machine, TWO, THREE)
        machine.wait_for(THREE, agent=agent)
        assert machine.status()["agent"]["last_reload_error"] is None


def test_a_broken_configuration_is_said_as_by_check(machine: Machine) -> None:
    """The log has each mistake with its line and what was probably meant, so another command is not needed."""
    configuration = machine.configure(FROM_WAN_IPV4)
    right = configuration.read_text()
    with machine.agent(configuration) as agent:
        agent.wait_for_line("No address")
        for old, new in (('key = "main"', 'key = "mian"'), ("ttl = 60", "tll = 60"), ("address", "adress")):
            configuration.write_text(configuration.read_text().replace(old, new))
        told = said_by_check(machine, configuration)
        assert len(told) > 3
        assert any("did you mean main?" in line for line in told)
        agent.reload()
        for line in told:
            agent.wait_for_line(re.escape(f"the configuration stays as it was: {line}") + "$")
        assert machine.status()["agent"]["last_reload_error"] == "; ".join(told)
        configuration.write_text(right)
        (machine.directory / "key").chmod(0o644)
        agent.reload()
        agent.wait_for_line(f"the configuration stays as it was: .*run: chmod .*{machine.directory}/key")
        configuration.write_text(f"{right}key = 1\n" + "[[records]]\n" * 100)
        agent.reload()
        agent.wait_for_line(r"the configuration stays as it was: and \d+ more$")
        assert re.search(r"; and \d+ more$", machine.status()["agent"]["last_reload_error"])


def said_by_check(machine: Machine, configuration: Path) -> list[str]:
    done = machine.command("agent", "--check", f"config={configuration}")
    assert done.status == 2
    return [line.removeprefix("dns-update: ") for line in done.stderr.splitlines()]


def test_a_shorter_interval_counts_from_the_reload_on(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.configure(FROM_WAN_IPV4, agent=OFTEN)
        agent.reload()
        agent.wait_for_line("reloaded")
        for _ in range(2):  # the first may be fixed by the reload itself
            machine.change("set", "name=home", f"address={THREE}")
            machine.wait_for(ONE, agent=agent)


def test_another_key_counts_from_the_reload_on(machine: Machine) -> None:
    wrong = LabKey.generate(machine.key.name).write(machine.directory / "wrong")
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4, key=f'file = "{wrong}"')) as agent:
        agent.wait_for_line("BADSIG")
        machine.key.write(wrong)
        agent.reload()
        machine.wait_for(ONE, agent=agent)


def test_reloads_without_end_leave_nothing_behind(machine: Machine) -> None:
    """Each with another configuration, while the server is silent."""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace, lost) as network:
        address = f'"{network.address}"'
        with machine.agent(machine.configure(FROM_WAN_IPV4, address=address, server=FOR_EVER)) as agent:
            agent.wait_for_line("interface wan gives")
            for ttl in range(70):
                machine.configure(f"{FROM_WAN_IPV4}ttl = {ttl + 1}\n", address=address, server=FOR_EVER)
                agent.reload()
                agent.wait_for_line("reloaded .*: managing 1 name")
            network.fate = unharmed
            machine.configure(FROM_WAN_IPV4, address=address)
            agent.reload()
            machine.wait_for(ONE, agent=agent)


# Asked


def test_status_and_history_of_a_running_agent(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        agent.wait_for_line("update successful")
        replace(machine, ONE, TWO)
        agent.wait_for_line("update successful")
        status = eventually(machine.status, lambda status: status["records"][0]["state"] == "right")
        (record,) = status["records"]
        assert record["wanted"] == record["published"][0]["records"] == [f"A {TWO}"]
        assert record["published"][0]["server"] == "127.0.0.1"
        assert record["key"] == "ddns-key"
        assert status["agent"]["pid"] == agent.process.pid
        assert [source["addresses"] for source in status["sources"]] == [[TWO]]
        attempts = eventually(machine.history, lambda attempts: len(attempts) == 2)
        assert [(attempt["before"], attempt["after"]) for attempt in attempts] == [
            ("", f"A {ONE}"),
            (f"A {ONE}", f"A {TWO}"),
        ]
        shown = machine.command("status", f"socket={machine.directory}/agent.sock")
        assert shown.status == 0
        assert "1 name: 1 right" in shown.stdout


def test_how_long_a_name_has_been_right_is_not_begun_anew_by_each_look(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4, agent=OFTEN)) as agent:
        agent.wait_for_line("update successful")
        first = eventually(machine.status, lambda status: bool(status["records"][0]["published"]))
        looked = first["records"][0]["published"][0]["checked"]
        later = eventually(machine.status, lambda status: status["records"][0]["published"][0]["checked"] > looked)
        assert later["records"][0]["since"] == first["records"][0]["since"]


@pytest.mark.parametrize("hours", [5, -3])
def test_a_wall_clock_that_is_set_changes_no_duration(machine: Machine, hours: int) -> None:
    machine.add(f"{ONE}/24")
    offset = machine.directory / "offset"
    offset.write_text("+0")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    env = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    with machine.agent(machine.configure(FROM_WAN_IPV4), env=env) as agent:
        machine.wait_for(ONE, agent=agent)
        before = eventually(machine.status, lambda status: status["records"][0]["state"] == "right")
        offset.write_text(f"{hours * 3600:+}")
        minute = 60 if hours > 0 else -60
        after = eventually(
            machine.status, lambda status: (status["agent"]["started"] - before["agent"]["started"]) / minute > 1
        )
    now = after["agent"]["started"] + after["agent"]["uptime"]
    record, source = after["records"][0], after["sources"][0]
    ages = [now - moment for moment in (record["since"], record["published"][0]["checked"], source["checked"])]
    assert all(0 <= age <= after["agent"]["uptime"] < 3600 for age in ages)
    assert 3000 < record["next_try"] - now < 4000


def test_an_address_that_is_missing_shows_as_held(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4, agent='hold-down = "1h"\n')) as agent:
        agent.wait_for_line("update successful")
        machine.remove(f"{ONE}/24")
        agent.wait_for_line("no usable IPv4 address")
        assert machine.status()["records"][0]["state"] == "held"


def test_a_second_agent_at_the_same_socket_is_refused(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    with machine.agent(configuration) as agent:
        agent.wait_for_line("update successful")
        second = machine.command("agent", f"config={configuration}")
        assert second.status == 2
        assert f"another agent is running, process {agent.process.pid}: it answers at" in second.stderr
        assert machine.status()["agent"]["pid"] == agent.process.pid


def those_that_have_ended(agents: list[Agent]) -> list[Agent]:
    return [agent for agent in agents if agent.process.poll() is not None]


def test_of_many_agents_that_start_at_once_at_one_socket_one_stays(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    path = machine.directory / "agent.sock"
    for _ in range(3):
        one_stays(machine, configuration, path)
        assert path.exists()  # left behind by one that was killed; the next ones take it over


def one_stays(machine: Machine, configuration: Path, path: Path) -> None:
    """Start several agents at once, check that all but one end, and kill that one."""
    with ExitStack() as stack:
        agents = [stack.enter_context(machine.agent(configuration)) for _ in range(6)]
        losers = eventually(partial(those_that_have_ended, agents), lambda ended: len(ended) == len(agents) - 1)
        (winner,) = set(agents) - set(losers)
        assert {loser.process.returncode for loser in losers} == {2}
        for loser in losers:
            loser.wait_for_line(f"another agent is running, process {winner.process.pid}: it answers at {path}")
        assert machine.status()["agent"]["pid"] == winner.process.pid
        winner.kill()


def test_agents_that_start_at_once_with_sockets_in_one_directory(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    names = [f"agent{number}" for number in range(6)]
    configurations = [machine.configure(FROM_WAN_IPV4, name=name) for name in names]
    with ExitStack() as stack:
        agents = [stack.enter_context(machine.agent(configuration)) for configuration in configurations]
        for name, agent in zip(names, agents, strict=True):
            assert machine.status(name)["agent"]["pid"] == agent.process.pid
        for name, agent in zip(names, agents, strict=True):
            assert agent.terminate() == 0
            assert not (machine.directory / f"{name}.sock").exists()


def test_the_service_manager_is_told(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    path = machine.directory / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(30)
        with machine.agent(machine.configure(FROM_WAN_IPV4), env={"NOTIFY_SOCKET": str(path)}) as agent:
            assert manager.recv(4096).startswith(b"READY=1\nSTATUS=managing 1 name")
            agent.reload()
            assert manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert manager.recv(4096).startswith(b"READY=1")
            assert agent.terminate() == 0
            assert manager.recv(4096) == b"STOPPING=1"


# Ended


@pytest.mark.parametrize("names", [1, 200])
def test_sigterm_ends_it_at_once_even_while_a_server_is_silent(machine: Machine, names: int) -> None:
    """The server has five minutes to answer. More names wait than are tried at once."""
    machine.add(f"{ONE}/24")
    records = "".join(FROM_WAN_IPV4.replace("home", f"host{number}") for number in range(names))
    asked = []

    def silent(message: bytes, _is_answer: bool) -> float | None:
        asked.append(message)
        return None

    with Network(machine.namespace, silent) as network:
        configuration = machine.configure(records, address=f'"{network.address}"', server=FOR_EVER)
        with machine.agent(configuration) as agent:
            eventually(lambda: len(asked), lambda count: count >= min(names, 64), lambda: agent.text)
            assert agent.terminate() == 0
            assert [line.partition("dns-update: ")[2] for line in agent.lines[1:]] == ["interface wan gives 9.8.7.1"]
    assert not (machine.directory / "agent.sock").exists()


def test_sigterm_ends_it_at_once_even_while_a_program_is_silent(machine: Machine) -> None:
    pid = machine.directory / "pid"
    program = machine.directory / "program"
    program.write_text(f"#!/bin/sh\necho $$ >{pid}\nexec sleep 300 2>/dev/null\n")
    program.chmod(0o700)
    records = FROM_WAN.replace("interface:wan", f"command:{program}")
    with machine.agent(machine.configure(records)) as agent:
        eventually(lambda: pid.exists() and pid.read_text(), bool, lambda: agent.text)
        assert agent.terminate() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGKILL)


def test_sigint_ends_it_too(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        agent.wait_for_line("update successful")
        agent.process.send_signal(signal.SIGINT)
        assert agent.process.wait(30) == 0


# A disk that is full or broken


@contextmanager
def tiny_disk(directory: Path) -> Iterator[Path]:
    """Mount a disk of a few pages."""
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(directory)], check=True)
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)


def test_a_full_disk_stops_no_update(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with tiny_disk(machine.directory / "disk") as disk:
        (disk / "full").write_bytes(bytes(1 << 14))
        configuration = machine.configure(FROM_WAN_IPV4, agent=f'history = "{disk}/history.db"\n')
        with machine.agent(configuration) as agent, machine.reader() as reader:
            machine.wait_for(ONE, agent=agent)
            agent.wait_for_line("history: cannot write .*; names are still kept right")
            for old, new in ((ONE, TWO), (TWO, THREE)):
                replace(machine, old, new)
                machine.wait_for(new, agent=agent)
            assert agent.text.count("history: cannot write") == 1
            assert agent.terminate() == 0
        assert reader.seen[-3:] == [ONE, TWO, THREE]


def test_a_broken_file_stops_no_update(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    history = machine.directory / "agent.db"
    history.write_bytes(b"SQLite format 3\0" + bytes(52) + b"DNSU" + b"damaged" * 1000)  # its header says whose it is
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        machine.wait_for(ONE, agent=agent)
        agent.wait_for_line("history: .* is corrupt .*; it is kept as")
        attempts = eventually(machine.history, bool)
        assert [attempt["after"] for attempt in attempts] == [f"A {ONE}"]


def test_a_file_that_cannot_be_stops_no_update(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4, agent='history = "/proc/none/history.db"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        agent.wait_for_line("history: cannot write /proc/none/history.db: No such file or directory")


def test_nobody_who_reads_the_log_stops_no_update(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        agent.wait_for_line("update successful")
        with subprocess.Popen(
            [*machine.namespace.prefix, COMMAND, "agent", f"config={machine.configure(FROM_WAN_IPV4, name='mute')}"],
            stderr=subprocess.PIPE,
        ) as mute:
            assert mute.stderr is not None
            try:
                mute.stderr.close()
                replace(machine, ONE, TWO)
                machine.wait_for(TWO, agent=agent)
                eventually(lambda: machine.status("mute")["records"][0]["state"], lambda state: state == "right")
                mute.terminate()
                assert mute.wait(30) == 0
            finally:
                mute.kill()


# Once


def test_once_makes_every_name_right_and_ends(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    done = machine.once(machine.configure(FROM_WAN))
    assert done.status == 0, done.stderr
    assert machine.data() == ONE
    serial = machine.serial
    assert machine.once(machine.configure(FROM_WAN)).status == 0
    assert machine.serial == serial


def test_once_keeps_the_history(machine: Machine) -> None:
    machine.add(ONE)
    assert machine.once(machine.configure(FROM_WAN)).status == 0
    assert [row["after"] for row in machine.history()] == [f"A {ONE}"]


def test_once_runs_the_programs_to_their_end(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    changed = machine.directory / "changed"
    program = f'on-change = ["sh", "-c", "sleep 0.3; echo $DNS_UPDATE_AFTER >{changed}"]\n'
    assert machine.once(machine.configure(FROM_WAN + program)).status == 0
    assert changed.read_text() == f"A {ONE}\n"


@pytest.mark.parametrize("source", ["interface:wan", "command:false", "interface:none", "command:/no/such/program"])
def test_once_without_an_address_ends_with_3(machine: Machine, source: str) -> None:
    done = machine.once(machine.configure(FROM_WAN.replace("interface:wan", source)))
    assert done.status == 3, done.stderr
    assert "No address" in done.stderr
    assert machine.data() == ""


def test_once_with_one_of_two_sources_publishes_what_it_knows(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    done = machine.once(machine.configure(FROM_WAN.replace("interface:wan", "interface:wan, command:false")))
    assert done.status == 0, done.stderr
    assert "No address" in done.stderr
    assert machine.data() == ONE


def test_once_without_an_answer_ends_with_4(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    assert machine.once(machine.configure(address='"127.0.0.1:1"', server=IMPATIENT)).status == 4
    with Network(machine.namespace, lost) as network:
        assert machine.once(machine.configure(address=f'"{network.address}"', server=IMPATIENT)).status == 4


def test_once_tries_no_name_again(machine: Machine) -> None:
    """One server is silent, and has a long timeout; meanwhile the name of the other would be due again and again."""
    machine.add(f"{ONE}/24")
    quick = f'{FROM_WAN_IPV4.replace("home", "quick")}servers = ["gone"]\n'
    servers = 'timeout = 2\nretries = 1\n[servers.gone]\naddress = "127.0.0.1:1"\nkey = "main"\n'
    with Network(machine.namespace, lost) as network:
        address = f'"{network.address}"'
        done = machine.once(machine.configure(FROM_WAN_IPV4 + quick, address=address, server=servers, agent=OFTEN))
    assert done.status == 4, done.stderr
    assert sorted(row["name"] for row in machine.history()) == ["home.example.com", "quick.example.com"]


def test_once_ends_though_links_come_up_all_the_time(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    quick = f'{FROM_WAN_IPV4.replace("home", "quick")}servers = ["gone"]\n'
    servers = 'timeout = 1\nretries = 1\n[servers.gone]\naddress = "127.0.0.1:1"\nkey = "main"\n'

    def restless(_message: bytes, _is_answer: bool) -> float | None:
        for state in ("down", "up"):
            machine.namespace.ip("link", "set", "switch", state)
        return None

    with Network(machine.namespace, restless) as network:
        address = f'"{network.address}"'
        assert machine.once(machine.configure(FROM_WAN_IPV4 + quick, address=address, server=servers)).status == 4
    assert sorted(row["name"] for row in machine.history()) == ["home.example.com", "quick.example.com"]


def test_once_with_a_wrong_key_ends_with_5_and_without_permission_with_7(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    wrong = LabKey.generate(machine.key.name).write(machine.directory / "wrong")
    assert machine.once(machine.configure(key=f'file = "{wrong}"')).status == 5
    reader = machine.server.readonly_keys[0].write(machine.directory / "reader")
    assert machine.once(machine.configure(key=f'file = "{reader}"')).status == 7


def test_once_with_some_names_that_fail_ends_with_10(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    done = machine.once(machine.configure(FROM_WAN + BEACON))
    assert done.status == 10, done.stderr
    assert machine.data() == ONE


def test_once_with_a_wrong_configuration_ends_with_2(machine: Machine) -> None:
    assert machine.once(machine.configure("[[records]]\nname = 3\n")).status == 2


def test_once_beside_an_agent_at_work(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN)
    with Network(machine.namespace, late(0.01)), machine.agent(configuration) as agent:
        agent.wait_for_line("update successful")
        serial = machine.serial
        assert machine.once(configuration).status == 0
        assert machine.serial == serial
