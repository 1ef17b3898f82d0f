"""The agent and its servers: stopped, silent, slow, lossy, refusing, with a wrong clock; the name becomes right."""

import random
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, inet_aton, socket

import pytest

from lab import Bind, LabKey, Zone
from lab.namespace import Namespace
from tests.address.conftest import add_pair
from tests.address.inside import inside
from tests.support.agents import BEACON, FROM_WAN, FROM_WAN_IPV4, Agent, Machine, machine_at
from tests.support.traffic import Fate, Network, Unlucky, late, lost, unharmed
from tests.support.waiting import eventually

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"
SIX = "2600:9::1"
OFTEN = 'interval = "1s"\n'
IMPATIENT = "timeout = 0.1\nretries = 0\n"
QUICK = "timeout = 0.1\nretries = 3\n"
PATIENCE = 2  # seconds
UPDATE = 5  # the opcode
MESSAGES = 6  # of an update: the question and its answer, the update and its answer, the second look and its answer


def replace(machine: Machine, old: str, new: str) -> None:
    machine.remove(f"{old}/24")
    machine.add(f"{new}/24")


def wait_for_failure(agent: Agent, why: str = "No answer") -> None:
    agent.wait_for_line(f"update failed: home.example.com: {why}")


def test_a_server_that_is_stopped_and_started(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(agent=OFTEN)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.server.stop()
            replace(machine, ONE, TWO)
            wait_for_failure(agent)
            machine.server.start()
            machine.wait_for(TWO, agent=agent)
        assert reader.seen == [ONE, TWO]
        agent.wait_for_line("home.example.com is right again")
        assert agent.text.count("update failed") == 1


def test_a_server_that_hangs(machine: Machine) -> None:
    """It receives all messages, and answers them when it continues."""
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(agent=OFTEN, server=IMPATIENT)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.server.pause()
            replace(machine, ONE, TWO)
            wait_for_failure(agent)
            replace(machine, TWO, THREE)
            machine.server.resume()
            machine.wait_for(THREE, agent=agent)
        assert reader.never_missed_it
        assert reader.seen[-1] == THREE


@pytest.mark.parametrize("fault", ["route", "link"])
def test_a_server_that_cannot_be_reached_for_a_while(machine: Machine, tmp_path: Path, fault: str) -> None:
    with Namespace() as outside:
        add_pair(machine.namespace, "uplink", "provider")
        machine.namespace.ip("link", "set", "provider", "netns", outside.name)
        outside.ip("link", "set", "provider", "up")
        outside.ip("address", "add", "9.0.0.53/24", "dev", "provider")
        outside.ip("address", "add", "9.1.0.53/32", "dev", "lo")
        machine.add("9.0.0.1/24", "uplink")
        route = ("9.1.0.53", "via", "9.0.0.53")
        machine.namespace.ip("route", "add", *route)
        keys, options = [machine.key], "listen-on port 53 { 9.1.0.53; };"
        with Bind(tmp_path / "outside", keys=keys, options=options, namespace=outside, port=53) as server:
            far = Machine(tmp_path, outside, server)
            machine.add(f"{ONE}/24")
            configuration = machine.configure(address='"9.1.0.53"', agent=OFTEN, server=QUICK)
            with machine.agent(configuration) as agent:
                far.wait_for(ONE, agent=agent)
                with far.reader() as reader:
                    if fault == "route":
                        machine.namespace.ip("route", "delete", *route)
                    else:
                        machine.namespace.ip("link", "set", "uplink", "down")
                    replace(machine, ONE, TWO)
                    wait_for_failure(agent)
                    if fault == "link":
                        machine.namespace.ip("link", "set", "uplink", "up")
                    machine.namespace.ip("route", "replace", *route)
                    far.wait_for(TWO, agent=agent)
                assert reader.seen == [ONE, TWO]


@pytest.mark.parametrize("event", ["link", "route"])
def test_who_waits_for_an_answer_asks_again_when_the_network_comes_up(machine: Machine, event: str) -> None:
    """The server has five minutes to answer, and the first message was lost."""
    machine.add(f"{ONE}/24")
    asked = []

    def silent(message: bytes, _is_answer: bool) -> float | None:
        asked.append(message)
        return None

    with Network(machine.namespace, silent) as network:
        how = "timeout = 300\nretries = 0\n"
        with machine.agent(machine.configure(address=f'"{network.address}"', server=how)) as agent:
            eventually(lambda: len(asked), bool, lambda: agent.text)
            network.fate = unharmed
            if event == "link":
                machine.namespace.ip("link", "set", "switch", "down")
                machine.namespace.ip("link", "set", "switch", "up")
            else:
                machine.namespace.ip("route", "add", "default", "via", "9.8.7.254")
            machine.wait_for(ONE, agent=agent)


class Restless:
    """The fate of a network where an unrelated link comes up at each message."""

    def __init__(self, namespace: Namespace, fate: Fate) -> None:
        self.count = 0
        self._namespace = namespace
        self._fate = fate

    def __call__(self, message: bytes, is_answer: bool) -> float | None:
        self.count += 1
        for state in ("down", "up"):
            self._namespace.ip("link", "set", "switch", state)
        return self._fate(message, is_answer)


@pytest.mark.parametrize("fate", [lost, late(0.1)], ids=["silent", "slow"])
def test_links_that_come_up_all_the_time_keep_no_try_from_its_end(machine: Machine, fate: Fate) -> None:
    """After the silent server comes another one, which is asked once an attempt has waited for the first."""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace) as network:
        address = f'["{network.address}", "127.0.0.1"]' if fate is lost else f'"{network.address}"'
        with machine.agent(machine.configure(address=address, server="timeout = 1\nretries = 1\n")) as agent:
            agent.wait_for_line(f"{ONE}( added)? at {network.address}")
            network.fate = restless = Restless(machine.namespace, fate)
            with machine.reader() as reader:
                for old, new in ((ONE, TWO), (TWO, THREE)):
                    replace(machine, old, new)
                    machine.wait_for(new, agent=agent)
            assert reader.seen == [ONE, TWO, THREE]
            assert restless.count > 1


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_server_that_is_slow(machine: Machine, transport: str) -> None:
    machine.add(f"{ONE}/24")
    with Network(machine.namespace, late(0.1)) as network:
        how = f'timeout = 5\nretries = 0\ntransport = "{transport}"\n'
        with machine.agent(machine.configure(address=f'"{network.address}"', server=how)) as agent:
            machine.wait_for(ONE, agent=agent)
            with machine.reader() as reader:
                replace(machine, ONE, TWO)
                replace(machine, TWO, THREE)
                machine.wait_for(THREE, agent=agent)
            assert reader.never_missed_it
            assert "update failed" not in agent.text


def test_addresses_that_flap_faster_than_the_server_answers(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with (
        Network(machine.namespace, late(0.03)) as network,
        machine.agent(machine.configure(address=f'"{network.address}"', server="timeout = 5\n")) as agent,
    ):
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            for _ in range(20):
                replace(machine, ONE, TWO)
                replace(machine, TWO, ONE)
            replace(machine, ONE, THREE)
            machine.wait_for(THREE, agent=agent)
        assert reader.never_missed_it


def test_an_answer_later_than_our_patience(machine: Machine) -> None:
    """Each try ends before its answer comes, and the answer then belongs to no try."""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace, late(0.15)) as network:
        configuration = machine.configure(address=f'"{network.address}"', server=IMPATIENT, agent=OFTEN)
        with machine.agent(configuration) as agent:
            wait_for_failure(agent)
            network.fate = unharmed
            machine.wait_for(ONE, agent=agent)


@pytest.mark.parametrize("patience", [QUICK, IMPATIENT], ids=["asked again", "given up"])
@pytest.mark.parametrize("number", range(MESSAGES))
def test_a_message_that_is_lost(machine: Machine, number: int, patience: str) -> None:
    """Whichever message is lost, the change is made once, and is once in the log, the history and a program's run."""
    changed = machine.directory / "changed"
    record = f"""on-change = ["sh", "-c", "echo $DNS_UPDATE_BEFORE to $DNS_UPDATE_AFTER >>{changed}"]\n"""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace) as network:
        configuration = machine.configure(
            FROM_WAN_IPV4 + record, address=f'"{network.address}"', server=patience, agent=OFTEN
        )
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, agent=agent)
            agent.wait_for_line("update successful")
            serial = machine.serial
            network.fate = unlucky = Unlucky(number)
            with machine.reader() as reader:
                replace(machine, ONE, TWO)
                agent.wait_for_line(f"update successful: home.example.com .*{TWO}( added)? at")
            assert reader.seen == [ONE, TWO]
            assert unlucky.count > number
            assert machine.serial == serial + 1
            if patience == QUICK:
                assert "update failed" not in agent.text
            attempts = eventually(machine.history, lambda attempts: attempts[-1]["after"] == f"A {TWO}")
            done = [attempt for attempt in attempts if attempt["outcome"] == "ok"]
            assert [(attempt["before"], attempt["after"]) for attempt in done] == [
                ("", f"A {ONE}"),
                (f"A {ONE}", f"A {TWO}"),
            ]
            eventually(changed.read_text, lambda text: text == f"to A {ONE}\nA {ONE} to A {TWO}\n")


def test_a_network_that_loses_a_third_of_all_messages(machine: Machine) -> None:
    dice = random.Random(136)  # noqa: S311 - no secret

    def unsure(_message: bytes, _is_answer: bool) -> float | None:
        return None if dice.random() < 1 / 3 else 0.0

    machine.add(f"{ONE}/24")
    with Network(machine.namespace, unsure) as network:
        configuration = machine.configure(address=f'"{network.address}"', server=QUICK, agent=OFTEN)
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, agent=agent)
            with machine.reader() as reader:
                for old, new in ((ONE, TWO), (TWO, THREE), (THREE, ONE), (ONE, TWO)):
                    replace(machine, old, new)
                    machine.wait_for(new, agent=agent)
            assert reader.seen == [ONE, TWO, THREE, ONE, TWO]


def test_a_key_without_permission_gets_it_later(machine: Machine) -> None:
    """The log has it once, with what would permit it; a reload tries at once what is otherwise tried rarely."""
    key = machine.server.readonly_keys[0]
    configuration = machine.configure(key=f'file = "{key.write(machine.directory / "reader")}"', agent=OFTEN)
    machine.add(f"{ONE}/24")
    with machine.agent(configuration) as agent:
        wait_for_failure(agent, 'Permission denied: .*grant "reader" name home.example.com. A')
        assert machine.status()["records"][0]["state"] == "failing"
        machine.server.stop()
        machine.server.keys, machine.server.readonly_keys = [machine.key, key], []
        machine.server.start()
        agent.reload()
        machine.wait_for(ONE, agent=agent)
        agent.wait_for_line("home.example.com is right again")
        assert agent.text.count("update failed") == 1


def test_a_clock_that_is_wrong_and_is_set(has_namespaces: None, tmp_path: Path) -> None:  # noqa: ARG001 - it skips
    with machine_at(tmp_path, clock_offset="+10m") as machine:
        machine.add(f"{ONE}/24")
        with machine.agent(machine.configure(agent=OFTEN)) as agent:
            wait_for_failure(agent, r"TSIG error: .*BADTIME: the clocks differ by (599|60\d) s")
            machine.server.stop()
            machine.server.clock_offset = None
            machine.server.start()
            machine.wait_for(ONE, agent=agent)


def test_what_stands_in_the_way_and_is_removed(has_namespaces: None, tmp_path: Path) -> None:  # noqa: ARG001 - it skips
    """BIND answers NOERROR and does nothing if the name has a CNAME."""
    with machine_at(tmp_path, records="home CNAME elsewhere.example.net.") as machine:
        machine.add(f"{ONE}/24")
        with machine.agent(machine.configure(agent=OFTEN)) as agent:
            wait_for_failure(agent, "Update not applied: .*CNAME elsewhere.example.net")
            machine.change("delete", "name=home", "type=CNAME")
            machine.wait_for(ONE, agent=agent)


@pytest.mark.parametrize("fate", [lost, None], ids=["silent", "not there"])
def test_the_second_server_does_what_the_first_does_not(machine: Machine, fate: Fate | None) -> None:
    machine.add(f"{ONE}/24")
    with Network(machine.namespace, fate or unharmed) as network:
        first = network.address if fate is not None else "127.0.0.1:1"
        configuration = machine.configure(
            FROM_WAN + BEACON, address=f'["{first}", "127.0.0.1"]', server=IMPATIENT, agent=OFTEN
        )
        with machine.agent(configuration) as agent, machine.reader(name="home") as reader:
            machine.wait_for(ONE, agent=agent)
            machine.wait_for(ONE, agent=agent)
            for old, new in ((ONE, TWO), (TWO, THREE)):
                replace(machine, old, new)
                machine.wait_for(new, agent=agent)
            agent.wait_for_line(f"No answer from {first}.*; used 127.0.0.1 instead")
            machine.light_beacon()
            assert agent.text.count(f"No answer from {first}") == 1  # not once for each name
        assert reader.seen in ([ONE, TWO, THREE], ["", ONE, TWO, THREE])


def test_two_silent_servers_are_said_once_and_not_by_turns(machine: Machine) -> None:
    """The server that is asked last, and so fails last, differs each time."""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace, lost) as one, Network(machine.namespace, lost, port=5301) as two:
        addresses = f'["{one.address}", "{two.address}"]'
        with machine.agent(machine.configure(FROM_WAN_IPV4, address=addresses, server=IMPATIENT, agent=OFTEN)) as agent:
            eventually((machine.directory / "agent.db").exists, bool, lambda: agent.text)
            failed = eventually(
                machine.history, lambda rows: len({row["server"] for row in rows}) == 2, lambda: agent.text
            )
            assert {row["outcome"] for row in failed} == {"NoResponse"}
            assert agent.text.count("update failed") == 1
            (line,) = (line for line in agent.lines if "update failed" in line)
            assert f"No answer from {one.address}: " in line
            assert f"No answer from {two.address}: " in line
            one.fate = two.fate = unharmed
            agent.wait_for_line("home.example.com is right again")


def test_a_silent_server_beside_one_that_refuses_is_said_once_though_a_third_does_it(
    machine: Machine, tmp_path: Path
) -> None:
    """The silent one is asked only now and then; in both cases, the refusal of the other is not new."""
    machine.add(f"{ONE}/24")
    asked = []

    def silent(message: bytes, _is_answer: bool) -> float | None:
        asked.append(message)
        return None

    second = Bind(tmp_path / "second", keys=[LabKey.generate("other")], namespace=machine.namespace, port=5353)
    with Network(machine.namespace, silent) as network, second:
        addresses = f'["{network.address}", "127.0.0.1:5353", "127.0.0.1"]'
        patience = "timeout = 0.5\nretries = 0\n"
        configuration = machine.configure(FROM_WAN_IPV4, address=addresses, server=patience, agent=OFTEN)
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, agent=agent)
            for number in (2, 3):
                eventually(lambda: len(asked), number.__le__, lambda: agent.text)
                machine.change("set", "name=home", f"address={THREE}")
                machine.wait_for(ONE, agent=agent)
            assert agent.text.count("BADKEY") == 1
            assert agent.text.count("No answer") == 1


def test_the_first_server_answers_again(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with Network(machine.namespace) as network:
        configuration = machine.configure(address=f'["{network.address}", "127.0.0.1"]', server=IMPATIENT, agent=OFTEN)
        with machine.agent(configuration) as agent:
            agent.wait_for_line(f"{ONE}( added)? at {network.address}")
            for old, new in ((ONE, TWO), (TWO, THREE)):
                network.fate = lost
                agent.wait_for_line(f"No answer from {network.address}.*; used 127.0.0.1 instead")
                network.fate = unharmed
                agent.wait_for_line(f"{network.address} answers again")
                replace(machine, old, new)
                agent.wait_for_line(f"{new}( added)? at {network.address}")


@pytest.mark.parametrize("why", ["Permission denied", "TSIG error: .*BADKEY", "Zone not found"])
def test_a_second_server_that_refuses_does_not_keep_the_first_from_being_tried_again(
    machine: Machine, tmp_path: Path, why: str
) -> None:
    """Secondaries that do not forward updates refuse like this. A permanent error is tried again only after an hour."""
    zone = Zone("example.net" if why == "Zone not found" else "example.com", policy="allow-update { none; };")
    keys = [LabKey.generate("another-key")] if "BADKEY" in why else [machine.key]
    machine.add(f"{ONE}/24")
    with Bind(tmp_path / "second", zones=[zone], keys=keys, namespace=machine.namespace, port=5353):
        configuration = machine.configure(address='["127.0.0.1", "127.0.0.1:5353"]', agent=OFTEN)
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, agent=agent)
            machine.server.stop()
            replace(machine, ONE, TWO)
            line = agent.wait_for_line(f"update failed: home.example.com: {why}").string
            assert "; No answer from 127.0.0.1: " in line
            machine.server.start()
            machine.wait_for(TWO, agent=agent)
            agent.wait_for_line("home.example.com is right again")
            assert agent.text.count("update failed") == 1


def is_update(message: bytes) -> bool:
    """Return whether a message is a request with opcode UPDATE (RFC 2136, section 2.2)."""
    return message[2] >> 3 == UPDATE


def test_who_was_silent_is_not_waited_for_at_the_next_change(machine: Machine) -> None:
    """The first change waits for the first server, and later ones do not."""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace, lost) as network:
        patience = f"timeout = {PATIENCE}\nretries = 0\n"
        addresses = f'["{network.address}", "127.0.0.1"]'
        with machine.agent(machine.configure(FROM_WAN_IPV4, address=addresses, server=patience)) as agent:
            agent.wait_for_line(f"No answer from {network.address}.*; used 127.0.0.1 instead")
            for old, new in ((ONE, TWO), (TWO, THREE), (THREE, ONE)):
                replace(machine, old, new)
                agent.wait_for_line(f"{new}( added)? at 127.0.0.1")
                (server,) = machine.status()["silent_servers"]
                assert server["server"] == network.address
                assert f"No answer from {network.address}" in server["error"]
            # An attempt that had waited for it would have taken longer; that it is probed meanwhile delays no name.
            assert all(row["seconds"] < PATIENCE for row in machine.history()[1:])
            shown = machine.command("status", f"socket={machine.directory}/agent.sock").stdout
            assert f"{network.address}  " in shown.partition("SILENT SERVER")[2]
            network.fate = unharmed
            agent.wait_for_line(f" dns-update: {network.address} answers again$")
            replace(machine, ONE, TWO)
            agent.wait_for_line(f"{TWO}( added)? at {network.address}")
            assert machine.status()["silent_servers"] == []
            assert agent.text.count("No answer") == 1


def states(machine: Machine) -> list[str]:
    """Return the state of each name, whatever the exit status of `dns-update status` is."""
    shown = machine.command("status", "--json", f"socket={machine.directory}/agent.sock").json
    return [record["state"] for record in shown["records"]]


def test_many_names_whose_server_dies_are_said_once_and_wait_for_no_turn(machine: Machine) -> None:
    """There are more names than are tried at once; each alone would wait for the server, and so would another zone."""
    count = 300
    machine.add(f"{ONE}/24")
    records = "".join(FROM_WAN_IPV4.replace("home", f"h{number}") for number in range(count))
    records += BEACON.replace('"interface:lan/ipv4"', '"interface:lan/ipv4"\nservers = ["other"]')
    patient = f'{OFTEN}hold-down = "1h"\n'  # for the beacon, which has no address at most times
    with Network(machine.namespace) as network:
        how = 'timeout = 0.5\nretries = 0\n[servers.other]\naddress = "127.0.0.1"\nkey = "main"\n'
        configuration = machine.configure(records, address=f'"{network.address}"', server=how, agent=patient)
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, f"h{count - 1}", agent=agent)
            # One that is being compared again, as each is every second, has been right before.
            eventually(lambda: states(machine), lambda seen: seen.count("right") + seen.count("changing") == count)
            network.fate = lost
            agent.wait_for_line(
                rf"update failed: h\d+.example.com: No answer from {network.address}: .*"
                rf"; {count - 1} other names are affected, too"
            )
            replace(machine, ONE, TWO)
            eventually(lambda: states(machine), lambda seen: seen.count("failing") == count)
            machine.light_beacon()
            assert agent.text.count("No answer") == 1
            assert machine.command("status", f"socket={machine.directory}/agent.sock").status == 4
            network.fate = unharmed
            agent.wait_for_line(rf"h\d+.example.com and {count - 1} more are right again")
            machine.wait_for(TWO, f"h{count - 1}", agent=agent)
            assert agent.text.count("right again") == 1
            assert agent.text.count("No answer") == 1


class Astray:
    """The fate of a network that delays the first update with these octets."""

    def __init__(self, octets: bytes) -> None:
        self.copy = b""
        self._octets = octets

    def __call__(self, message: bytes, is_answer: bool) -> float | None:
        if is_answer or self.copy or not is_update(message) or self._octets not in message:
            return 0.0
        self.copy = message
        return None


@pytest.mark.parametrize("ending", ["asked again", "called off"])
def test_an_older_update_that_comes_after_a_newer_one_is_mended(machine: Machine, ending: str) -> None:
    """The interval is an hour. A copy of an update is delayed in the network, and arrives after a newer one is done."""
    machine.add(f"{ONE}/24")
    patience = "timeout = 1\nretries = 3\n" if ending == "asked again" else "timeout = 4\nretries = 0\n"
    with Network(machine.namespace) as network:
        configuration = machine.configure(FROM_WAN_IPV4, address=f'"{network.address}"', server=patience)
        with machine.agent(configuration) as agent:
            agent.wait_for_line(f"{ONE}( added)? at")
            network.fate = astray = Astray(inet_aton(TWO))
            with machine.reader() as reader:
                replace(machine, ONE, TWO)
                eventually(lambda: astray.copy, bool, lambda: agent.text)
                if ending == "asked again":
                    agent.wait_for_line(f"{TWO}( added)? at")
                replace(machine, TWO, THREE)
                agent.wait_for_line(f"{THREE}( added)? at")
                eventually(lambda: reader.seen[-1], lambda last: last == THREE, lambda: agent.text)
                with inside(machine.namespace, lambda: socket(AF_INET, SOCK_DGRAM)) as late_one:
                    late_one.sendto(astray.copy, ("127.0.0.1", 53))
                agent.wait_for_line(f"{THREE}( added)? at")
                eventually(lambda: reader.seen[-1], lambda last: last == THREE, lambda: agent.text)
            assert reader.seen[-3:] == [THREE, TWO, THREE]
            assert "update failed" not in agent.text


class Unanswered:
    """The fate of a network that loses the first answer to an update, and nothing else."""

    def __init__(self) -> None:
        self.has_lost_it = False

    def __call__(self, message: bytes, is_answer: bool) -> float | None:
        if self.has_lost_it or not is_answer or message[2] >> 3 & 15 != UPDATE:
            return 0.0
        self.has_lost_it = True
        return None


@pytest.mark.parametrize("by", ["another address", "a reload", "SIGTERM"])
def test_an_update_whose_try_is_called_off_is_in_the_history(machine: Machine, by: str) -> None:
    """The server has carried it out, and the agent no longer waits for the answer."""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace) as network:
        way = {"address": f'"{network.address}"', "server": "timeout = 300\nretries = 0\n"}
        with machine.agent(machine.configure(FROM_WAN_IPV4, **way)) as agent:
            agent.wait_for_line(f"{ONE}( added)? at")
            network.fate = Unanswered()
            replace(machine, ONE, TWO)
            machine.wait_for(TWO, agent=agent)
            if by == "a reload":
                machine.configure(FROM_WAN_IPV4 + 'on-missing = "delete"\n', **way)
                agent.reload()
                agent.wait_for_line("reloaded")
            elif by == "another address":
                replace(machine, TWO, THREE)
                agent.wait_for_line(f"{THREE}( added)? at")
            assert agent.terminate() == 0
    rows = [(row["before"], row["after"] or row["wanted"], row["outcome"]) for row in machine.history()]
    assert rows[:2] == [("", f"A {ONE}", "ok"), (f"A {ONE}", f"A {TWO}", "CalledOff")]
    assert rows[2:] == ([(f"A {TWO}", f"A {THREE}", "ok")] if by == "another address" else [])
    called_off = machine.history()[1]
    assert (called_off["server"], called_off["key_name"]) == (network.address, "ddns-key")
    assert called_off["zone"] == "example.com"
    assert "the server may have carried out the update" in called_off["message"]


def test_half_a_network_is_said_once_and_not_for_ever(machine: Machine) -> None:
    """There is no IPv6 at all, and the first server is at such an address; it is tried each second."""
    machine.add(f"{ONE}/24")
    configuration = machine.configure(address='["2600:f::53", "127.0.0.1"]', agent=OFTEN)
    with machine.agent(configuration) as agent:
        agent.wait_for_line("No answer from 2600:f::53: .*; used 127.0.0.1 instead")
        first = machine.status()["silent_servers"][0]["next_try"]
        eventually(lambda: machine.status()["silent_servers"][0]["next_try"], lambda at: at > first + 2)
        replace(machine, ONE, TWO)
        machine.wait_for(TWO, agent=agent)
        assert agent.text.count("2600:f::53") == 1


def test_half_a_network(machine: Machine) -> None:
    """IPv6 does not work: there is an address and a route, but no answer from the other end."""
    machine.add(f"{ONE}/24")
    machine.add(f"{SIX}/64", "lan")
    machine.namespace.ip("route", "add", "default", "via", "2600:9::ffff")
    configuration = machine.configure(address='["2600:f::53", "127.0.0.1"]', server=IMPATIENT)
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            replace(machine, ONE, TWO)
            machine.wait_for(TWO, agent=agent)
        assert reader.seen == [ONE, TWO]


def test_a_server_by_name_and_one_that_the_zone_names(machine: Machine) -> None:
    """The namespace's resolver is the server itself, and has no other zones."""
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(address='"ns.example.com"')) as agent:
        machine.wait_for(ONE, agent=agent)
    configuration = machine.configure()
    text = configuration.read_text().replace('servers = ["main"]', 'key = "main"')
    configuration.write_text(text)
    replace(machine, ONE, TWO)
    with machine.agent(configuration) as agent:
        machine.wait_for(TWO, agent=agent)
        agent.wait_for_line("update successful: home.example.com .*9.8.7.2( added)? at")


class FirstOneDies:
    """The fate of several networks: the one that gets the first message loses it, and all later ones."""

    def __init__(self) -> None:
        self.dead = ""
        self.lost = 0

    def at(self, host: str) -> Fate:
        """Return the fate of the network at this address."""

        def judge(_message: bytes, _is_answer: bool) -> float | None:
            self.dead = self.dead or host
            if host != self.dead:
                return 0.0
            self.lost += 1
            return None

        return judge


def test_a_server_one_of_whose_addresses_is_dead_keeps_a_change_waiting_once(machine: Machine) -> None:
    """The order does not matter: BIND returns the addresses in another one each time."""
    hosts = ("127.0.0.1", "127.0.0.2")
    machine.add(f"{ONE}/24")
    machine.change("set", "name=ns", f"address={','.join(hosts)}", "ttl=60")
    fate = FirstOneDies()
    patience = f"timeout = {PATIENCE}\nretries = 0\n"
    configuration = machine.configure(FROM_WAN_IPV4, address='"ns.example.com:5300"', server=patience)
    with (
        Network(machine.namespace, fate.at(hosts[0]), host=hosts[0]) as one,
        Network(machine.namespace, fate.at(hosts[1]), host=hosts[1]) as two,
        machine.agent(configuration) as agent,
    ):
        dead, alive = agent.wait_for_line("No answer from (.*:5300): .*; used (.*:5300) instead").groups()
        assert {dead, alive} == {one.address, two.address}
        for old, new in ((ONE, TWO), (TWO, ONE)) * 4:
            replace(machine, old, new)
            agent.wait_for_line(f"{new}( added)? at {alive}")
        assert fate.lost == 1
        assert silent_servers(machine) == [dead]
        one.fate = two.fate = unharmed
        eventually(lambda: silent_after_reload(machine, agent), lambda silent: not silent, lambda: agent.text)
        agent.wait_for_line(f" dns-update: {dead} answers again$")
        assert agent.text.count("No answer") == 1


def test_what_is_published_is_told_of_each_server_that_was_asked(machine: Machine) -> None:
    machine.add(f"{ONE}/24")

    def published() -> dict[str, list[str]]:
        return {p["server"]: p["records"] for p in machine.status()["records"][0]["published"]}

    with Network(machine.namespace, unharmed) as network:
        both = f'["{network.address}", "127.0.0.1"]'
        with machine.agent(machine.configure(FROM_WAN_IPV4, address=both, server=IMPATIENT)) as agent:
            machine.wait_for(ONE, agent=agent)
            eventually(published, lambda found: found == {network.address: [f"A {ONE}"]})
            network.fate = lost
            replace(machine, ONE, TWO)
            machine.wait_for(TWO, agent=agent)
            two = {"127.0.0.1": [f"A {TWO}"], network.address: [f"A {ONE}"]}
            assert [*eventually(published, lambda found: found == two)] == ["127.0.0.1", network.address]
            network.fate = unharmed
            agent.wait_for_line(f"{network.address} answers again")
            both_two = {"127.0.0.1": [f"A {TWO}"], network.address: [f"A {TWO}"]}
            assert [*eventually(published, lambda found: found == both_two)] == [network.address, "127.0.0.1"]


def silent_servers(machine: Machine) -> list[str]:
    """Return the servers that are silent, as far as the agent knows."""
    return [server["server"] for server in machine.status()["silent_servers"]]


def silent_after_reload(machine: Machine, agent: Agent) -> list[str]:
    """Do the same as `silent_servers`, after a reload, which checks everything again."""
    agent.reload()
    return silent_servers(machine)


def test_a_server_whose_name_cannot_be_resolved_yet(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(address='"late.example.com"', agent=OFTEN)) as agent:
        wait_for_failure(agent, "No answer from late.example.com: its address cannot be found")
        machine.change("set", "name=late", "address=127.0.0.1", "ttl=60")
        machine.wait_for(ONE, agent=agent)


SAYS_FAILURE = "$DNS_UPDATE_OUTCOME: $DNS_UPDATE_BEFORE, $DNS_UPDATE_AFTER, $DNS_UPDATE_WANTED"


def test_the_program_for_failures_runs_once_when_a_name_begins_to_fail(machine: Machine) -> None:
    failed = machine.directory / "failed"
    program = f"""on-failure = ["sh", "-c", "echo {SAYS_FAILURE} >>{failed}"]\n"""
    machine.add(f"{ONE}/24")
    with Network(machine.namespace) as network:
        configuration = machine.configure(
            FROM_WAN_IPV4 + program,
            address=f'"{network.address}"',
            server=IMPATIENT,
            agent=f'{OFTEN}hold-down = "1m"\n',
        )
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, agent=agent)
            agent.wait_for_line("update successful")
            network.fate = lost
            replace(machine, ONE, TWO)
            wait_for_failure(agent)
            eventually(machine.history, lambda attempts: len(attempts) > 2)  # it has failed again
            network.fate = unharmed
            machine.wait_for(TWO, agent=agent)
            eventually(failed.read_text, lambda text: text == f"NoResponse: A {ONE}, , A {TWO}\n")
        known = [(row["before"], row["after"], row["wanted"]) for row in machine.history()[1:3]]
        assert known == [(f"A {ONE}", None, f"A {TWO}")] * 2


def test_the_program_for_failures_runs_again_when_a_name_fails_in_another_way(machine: Machine) -> None:
    failed = machine.directory / "failed"
    program = f"""on-failure = ["sh", "-c", "echo {SAYS_FAILURE} >>{failed}"]\n"""
    key = machine.server.readonly_keys[0].write(machine.directory / "reader")
    machine.add(f"{ONE}/24")
    with Network(machine.namespace) as network:
        network.fate = lost
        configuration = machine.configure(
            FROM_WAN_IPV4,
            address=f'"{network.address}"',
            server=IMPATIENT,
            agent=OFTEN + program,
            key=f'file = "{key}"',
        )
        with machine.agent(configuration) as agent:
            wait_for_failure(agent)
            network.fate = unharmed
            wait_for_failure(agent, "Permission denied")
            expected = f"NoResponse: , , A {ONE}\nPermissionDenied: , , A {ONE}\n"
            eventually(failed.read_text, lambda text: text == expected)
