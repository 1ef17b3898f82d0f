"""The agent and the kernel: addresses and links come, change and go, and the name in a real zone follows."""

import time
from functools import partial
from operator import ne

import pytest

from tests.address.conftest import add_pair
from tests.support.agents import BEACON, FROM_WAN, FROM_WAN_IPV4, Machine
from tests.support.waiting import eventually

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"
SIX, OTHER_SIX = "2600:9::1", "2600:a::1"


def test_an_address_that_appears_is_published(machine: Machine) -> None:
    with machine.agent(machine.configure()) as agent:
        agent.wait_for_line("interface wan has no usable address")
        machine.add(f"{ONE}/24")
        machine.wait_for(ONE, agent=agent)
        agent.wait_for_line("update successful: home.example.com .*9.8.7.1( added)? at")
    assert machine.data(rrtype="AAAA") == ""


def test_an_address_that_was_there_before_is_published(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    machine.add(f"{SIX}/64")
    with machine.agent(machine.configure()) as agent:
        machine.wait_for(ONE, agent=agent)
        assert machine.data(rrtype="AAAA") == SIX


def test_several_names_of_one_record_follow_each_by_itself(machine: Machine) -> None:
    names = FROM_WAN_IPV4.replace('name = "home"', 'names = ["home", "www"]')
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(names)) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.wait_for(ONE, name="www", agent=agent)
        assert [record["name"] for record in machine.status()["records"]] == ["home.example.com", "www.example.com"]
        machine.configure(names.replace(', "www"', ""))
        agent.reload()
        agent.wait_for_line("reloaded .*: managing 1 name")
        machine.add(f"{TWO}/25")
        machine.remove(f"{ONE}/24")
        machine.wait_for(TWO, agent=agent)
        assert machine.data("www") == ONE


def test_what_is_right_already_is_not_touched(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN + BEACON)
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.light_beacon()
    serial = machine.serial
    with machine.agent(configuration) as agent:
        machine.light_beacon("9.9.9.2")
        assert machine.serial == serial + 1


def test_an_address_in_place_of_another(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure()) as agent:
        machine.wait_for(ONE, agent=agent)
        serial = machine.serial
        with machine.reader() as reader:
            machine.add(f"{TWO}/25")
            machine.remove(f"{ONE}/24")
            machine.wait_for(TWO, agent=agent)
        assert reader.never_missed_it
        assert reader.seen == [ONE, TWO]
        assert machine.serial == serial + 1


def test_an_address_that_is_gone_stays_published(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.remove(f"{ONE}/24")
            agent.wait_for_line("interface wan has no usable address")
            machine.light_beacon()
        assert reader.seen == [ONE]


def test_the_program_for_failures_runs_once_when_a_source_has_lost_its_address(machine: Machine) -> None:
    failed = machine.directory / "failed"
    says = "$DNS_UPDATE_NAME $DNS_UPDATE_OUTCOME $DNS_UPDATE_BEFORE: $DNS_UPDATE_MESSAGE"
    program = f"""on-failure = ["sh", "-c", "echo {says} >>{failed}"]\n"""
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4 + BEACON, agent='hold-down = "1s"\n' + program)) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.light_beacon()
        machine.remove(f"{ONE}/24")
        why = "No address: interface wan has no usable IPv4 address"
        said = f"home.example.com NoAddress A {ONE}: {why}"
        eventually(lambda: failed.read_text() if failed.exists() else "", lambda text: said in text, lambda: agent.text)
        machine.add("fe80::9/64")  # the source is read again
        machine.light_beacon("9.9.9.2")
        machine.add(f"{ONE}/24")
        agent.wait_for_line("interface wan gives 9.8.7.1")
        machine.remove(f"{ONE}/24")
        eventually(failed.read_text, lambda text: text.count("home.example.com NoAddress") == 2, lambda: agent.text)


def test_addresses_that_flap(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure()) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            for _ in range(15):
                machine.remove(f"{ONE}/24")
                machine.add(f"{TWO}/24")
                machine.remove(f"{TWO}/24")
                machine.add(f"{ONE}/24")
            machine.remove(f"{ONE}/24")
            machine.add(f"{THREE}/24")
            machine.wait_for(THREE, agent=agent)
        assert reader.never_missed_it
        assert set(reader.seen) <= {ONE, TWO, THREE}


def test_an_interface_that_goes_and_comes_back_with_another_address(machine: Machine) -> None:
    """As ppp0 does."""
    add_pair(machine.namespace, "ppp0", "bras")
    machine.add(f"{ONE}/32", "ppp0")
    records = FROM_WAN.replace("wan", "ppp0")
    with machine.agent(machine.configure(records)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.namespace.ip("link", "delete", "ppp0")
            agent.wait_for_line("No address: .*ppp0")
            add_pair(machine.namespace, "ppp0", "bras")
            machine.add(f"{TWO}/32", "ppp0")
            machine.wait_for(TWO, agent=agent)
        assert reader.seen == [ONE, TWO]


def test_ipv4_is_renumbered(machine: Machine) -> None:
    """Both addresses are there for a while; the old one counts for as long as it is there."""
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.add("9.100.0.1/24")
            machine.light_beacon()
            assert machine.data() == ONE
            machine.remove(f"{ONE}/24")
            machine.wait_for("9.100.0.1", agent=agent)
        assert reader.seen == [ONE, "9.100.0.1"]


@pytest.mark.parametrize("deprecated_first", [True, False], ids=["deprecated first", "new first"])
def test_ipv6_is_renumbered(machine: Machine, deprecated_first: bool) -> None:
    def deprecate() -> None:
        machine.namespace.ip("address", "change", f"{SIX}/64", "dev", "wan", "preferred_lft", "0")

    machine.add(f"{SIX}/64")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(SIX, rrtype="AAAA", agent=agent)
        with machine.reader("AAAA") as reader:
            if deprecated_first:
                deprecate()
                machine.light_beacon()
            machine.add(f"{OTHER_SIX}/64")
            if not deprecated_first:
                deprecate()
            machine.wait_for(OTHER_SIX, rrtype="AAAA", agent=agent)
            machine.remove(f"{SIX}/64")
            machine.light_beacon("9.9.9.2")
        assert reader.seen == [SIX, OTHER_SIX]


def test_a_delegated_prefix_is_renumbered(machine: Machine) -> None:
    records = '[[records]]\nname = "home"\nzone = "example.com"\naddress = "prefix:lan+::5"\n'
    machine.add("2600:9:0:1::1/64", "lan")
    with machine.agent(machine.configure(records)) as agent:
        machine.wait_for("2600:9:0:1::5", rrtype="AAAA", agent=agent)
        with machine.reader("AAAA") as reader:
            machine.add("2600:a:0:1::1/64", "lan")
            machine.remove("2600:9:0:1::1/64", "lan")
            machine.wait_for("2600:a:0:1::5", rrtype="AAAA", agent=agent)
        assert reader.seen == ["2600:9:0:1::5", "2600:a:0:1::5"]


def test_the_other_family_is_left_alone(machine: Machine) -> None:
    machine.change("set", "name=home", "address=2600:ffff::1", "ttl=60")
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent, machine.reader("AAAA") as reader:
        machine.wait_for(ONE, agent=agent)
        machine.remove(f"{ONE}/24")
        machine.add(f"{TWO}/24")
        machine.wait_for(TWO, agent=agent)
    assert reader.seen == ["2600:ffff::1"]


def test_an_interface_switched_off_and_on_again_changes_nothing(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.light_beacon("9.9.9.2")
        serial = machine.serial
        with machine.reader() as reader:
            machine.namespace.ip("link", "set", "wan", "down")
            agent.wait_for_line("interface wan is switched off")
            machine.namespace.ip("link", "set", "wan", "up")
            agent.wait_for_line("interface wan gives 9.8.7.1")
            machine.light_beacon()
        assert reader.seen == [ONE]
        assert machine.serial == serial + 1


def test_a_link_without_a_carrier_changes_nothing(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.light_beacon("9.9.9.2")
        serial = machine.serial
        machine.namespace.ip("link", "set", "isp", "down")
        machine.namespace.ip("link", "set", "isp", "up")
        machine.light_beacon()
        assert machine.serial == serial + 1
        assert machine.data() == ONE


def test_an_address_changed_while_the_interface_is_off(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure()) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.namespace.ip("link", "set", "wan", "down")
            machine.remove(f"{ONE}/24")
            machine.add(f"{TWO}/24")
            machine.namespace.ip("link", "set", "wan", "up")
            machine.wait_for(TWO, agent=agent)
        assert reader.seen == [ONE, TWO]


def test_a_flood_of_events_about_others(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    batch = machine.directory / "batch"
    with machine.agent(machine.configure()) as agent:
        machine.wait_for(ONE, agent=agent)
        for verb in ("add", "delete"):
            lines = [f"address {verb} 9.20.{high}.{low}/32 dev lan" for high in range(8) for low in range(1, 251)]
            batch.write_text("\n".join(lines))
            machine.namespace.ip("-batch", str(batch))
        machine.remove(f"{ONE}/24")
        machine.add(f"{TWO}/24")
        machine.wait_for(TWO, agent=agent)


def test_what_is_missing_is_deleted_only_after_its_grace_time_and_only_where_that_is_wanted(machine: Machine) -> None:
    kept = FROM_WAN_IPV4.replace("home", "kept")
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(f'{FROM_WAN_IPV4}on-missing = "delete"\ngrace = "1s"\n{kept}')) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.wait_for(ONE, "kept", agent=agent)
        with machine.reader() as reader:
            lost = time.monotonic()
            machine.remove(f"{ONE}/24")
            machine.wait_for("", agent=agent)
        assert reader.seen == [ONE, ""]
        assert reader.times[1] - lost >= 1
        assert machine.data("kept") == ONE
        machine.add(f"{TWO}/24")
        machine.wait_for(TWO, agent=agent)


@pytest.mark.parametrize("ending", ["killed", "once"])
def test_what_went_missing_while_no_agent_ran_is_deleted_after_its_grace_time(machine: Machine, ending: str) -> None:
    grace = "1s" if ending == "killed" else "0s"
    configuration = machine.configure(f'{FROM_WAN}on-missing = "delete"\ngrace = "{grace}"\n')
    machine.add(f"{ONE}/24")
    machine.add(f"{SIX}/64")
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.wait_for(SIX, rrtype="AAAA", agent=agent)
        agent.kill()
    machine.remove(f"{ONE}/24")
    machine.remove(f"{SIX}/64")
    if ending == "once":
        assert machine.once(configuration).status == 0
        assert machine.data() == machine.data(rrtype="AAAA") == ""
        return
    with machine.agent(configuration) as heir:
        machine.wait_for("", agent=heir)
        machine.wait_for("", rrtype="AAAA", agent=heir)
        machine.add(f"{TWO}/24")
        machine.wait_for(TWO, agent=heir)


def test_what_went_missing_while_no_agent_ran_stays_for_its_grace_time(machine: Machine) -> None:
    """And for ever without on-missing = "delete"."""
    kept = FROM_WAN_IPV4.replace("home", "kept")
    configuration = machine.configure(
        f'{FROM_WAN_IPV4}on-missing = "delete"\n{kept}{BEACON}', agent='interval = "1s"\n'
    )
    machine.add(f"{ONE}/24")
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.wait_for(ONE, "kept", agent=agent)
        agent.kill()
    machine.remove(f"{ONE}/24")
    with machine.agent(configuration) as heir, machine.reader() as reader, machine.reader(name="kept") as other:
        heir.wait_for_line("interface wan has no usable IPv4 address")
        machine.light_beacon()
    assert reader.seen == other.seen == [ONE]


def test_a_source_of_one_family_never_deletes_the_other(machine: Machine) -> None:
    machine.change("set", "name=home", "address=2600:ffff::1", "ttl=60")
    machine.add(f"{ONE}/24")
    with (
        machine.agent(machine.configure(FROM_WAN_IPV4 + 'on-missing = "delete"\ngrace = "0s"\n')) as agent,
        machine.reader("AAAA") as reader,
    ):
        machine.wait_for(ONE, agent=agent)
        machine.remove(f"{ONE}/24")
        machine.wait_for("", agent=agent)
    assert reader.seen == ["2600:ffff::1"]


def test_a_hold_down_precedes_the_grace_time(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    records = FROM_WAN_IPV4 + 'on-missing = "delete"\ngrace = "1s"\n'
    with machine.agent(machine.configure(records, agent='hold-down = "1s"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            lost = time.monotonic()
            machine.remove(f"{ONE}/24")
            machine.wait_for("", agent=agent)
        assert reader.times[1] - lost >= 2


def test_an_address_that_comes_back_within_its_grace_time_was_never_away(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    records = FROM_WAN_IPV4 + 'on-missing = "delete"\ngrace = "1h"\n' + BEACON
    with machine.agent(machine.configure(records)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.remove(f"{ONE}/24")
            agent.wait_for_line("no usable IPv4 address")
            machine.light_beacon()
            machine.add(f"{ONE}/24")
            machine.light_beacon("9.9.9.2")
        assert reader.seen == [ONE]


def test_what_a_program_prints_follows_the_network(machine: Machine) -> None:
    """A program cannot say when its answer changes; but if the network changes, it is asked at once."""
    said = machine.directory / "said"
    said.write_text(f"{ONE}\n")
    records = f'[[records]]\nname = "home"\nzone = "example.com"\naddress = "command:cat {said}"\n'
    with machine.agent(machine.configure(records)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            said.write_text(f"{TWO}\n")
            machine.add("9.100.0.1/24")
            machine.wait_for(TWO, agent=agent)
        assert reader.seen == [ONE, TWO]


def test_what_a_program_prints_is_asked_for_from_time_to_time(machine: Machine) -> None:
    said = machine.directory / "said"
    said.write_text(f"{ONE}\n")
    records = f'[[records]]\nname = "home"\nzone = "example.com"\naddress = "command:cat {said}"\n'
    with machine.agent(machine.configure(records, agent='poll = "1s"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        said.write_text(f"{TWO}\n")
        machine.wait_for(TWO, agent=agent)


def test_a_source_that_fails_in_other_words_each_time_is_said_once(machine: Machine) -> None:
    program, said = machine.directory / "program", machine.directory / "said"
    program.write_text(f"#!/bin/sh\ncat {said} 2>/dev/null || echo failed at $(date +%s.%N)\n")
    program.chmod(0o700)
    records = f'[[records]]\nname = "home"\nzone = "example.com"\naddress = "command:{program}"\n'

    def error() -> str | None:
        text: str | None = machine.status()["sources"][0]["error"]
        return text

    with machine.agent(machine.configure(records, agent='poll = "1s"\n')) as agent:
        agent.wait_for_line("failed at")
        for _ in range(3):
            eventually(error, partial(ne, error()), lambda: agent.text)
        said.write_text(f"{ONE}\n")
        agent.wait_for_line(f"gives {ONE}")
        said.unlink()
        agent.wait_for_line("failed at")
        eventually(error, partial(ne, error()), lambda: agent.text)
        assert [line for line in agent.lines if "failed at" in line][2:] == []


def test_a_source_that_has_not_spoken_yet_keeps_what_it_may_have_published(machine: Machine) -> None:
    """After a restart, one of two sources fails: the address in the zone may be its own."""
    machine.change("set", "name=home", f"address={ONE},{TWO}", "ttl=60")
    records = FROM_WAN_IPV4.replace('wan/ipv4"', 'wan/ipv4, command:false"')
    with machine.agent(machine.configure(records)) as agent, machine.reader() as reader:
        agent.wait_for_line("false.* failed with status 1")
        machine.add(f"{THREE}/24")
        machine.wait_for(f"{ONE} {TWO} {THREE}", agent=agent)
    assert reader.seen == [f"{ONE} {TWO}", f"{ONE} {TWO} {THREE}"]
