"""Several agents, each with its own owner, at one name: each adds and removes only its own addresses."""

import threading
from functools import partial
from pathlib import Path

import pytest

from tests.support.agents import FROM_WAN_IPV4, Agent, Machine
from tests.support.traffic import Network, late
from tests.support.waiting import eventually

OURS, OURS_TOO, THEIRS, THEIRS_TOO = "9.8.7.1", "9.8.7.2", "9.9.9.1", "9.9.9.2"
OFTEN = 'interval = "1s"\nsocket = ""\n'


def configuration(machine: Machine, owner: str, *, more: str = "", address: str = '"127.0.0.1"') -> Path:
    """Return the configuration of an agent that publishes the address of `wan` (router-1) or `lan` (router-2)."""
    interface = {"router-1": "wan", "router-2": "lan"}[owner]
    record = f'{FROM_WAN_IPV4.replace("wan", interface)}owner = "{owner}"\n{more}'
    return machine.configure(record, agent=OFTEN, name=owner, address=address, server="timeout = 1\n")


def ours(machine: Machine, *, more: str = "", address: str = '"127.0.0.1"') -> Agent:
    return machine.agent(configuration(machine, "router-1", more=more, address=address))


def theirs(machine: Machine, *, more: str = "", address: str = '"127.0.0.1"') -> Agent:
    return machine.agent(configuration(machine, "router-2", more=more, address=address))


def claims(machine: Machine) -> set[str]:
    text = machine.data(rrtype="TXT").replace('" "', '"\n"')
    return set(text.replace('"', "").split("\n")) - {""}


def test_both_addresses_are_published_and_claimed(machine: Machine) -> None:
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    with ours(machine), theirs(machine) as other:
        machine.wait_for(f"{OURS} {THEIRS}", agent=other)
        assert claims(machine) == {f"dns-update owner=router-1 {OURS}", f"dns-update owner=router-2 {THEIRS}"}


def test_each_replaces_its_own_address_only(machine: Machine) -> None:
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    with ours(machine) as agent, theirs(machine) as other:
        machine.wait_for(f"{OURS} {THEIRS}", agent=other)
        with machine.reader() as reader:
            machine.remove(f"{OURS}/24")
            machine.add(f"{OURS_TOO}/24")
            machine.wait_for(f"{OURS_TOO} {THEIRS}", agent=agent)
            machine.remove(f"{THEIRS}/24", "lan")
            machine.add(f"{THEIRS_TOO}/24", "lan")
            machine.wait_for(f"{OURS_TOO} {THEIRS_TOO}", agent=other)
        assert reader.seen == [f"{OURS} {THEIRS}", f"{OURS_TOO} {THEIRS}", f"{OURS_TOO} {THEIRS_TOO}"]


def test_each_deletes_its_own_address_only(machine: Machine) -> None:
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    with ours(machine, more='on-missing = "delete"\ngrace = "0s"\n') as agent, theirs(machine) as other:
        machine.wait_for(f"{OURS} {THEIRS}", agent=other)
        machine.remove(f"{OURS}/24")
        machine.wait_for(THEIRS, agent=agent)
        assert claims(machine) == {f"dns-update owner=router-2 {THEIRS}"}


@pytest.mark.parametrize("round_trip", [0.0, 0.02], ids=["near", "far"])
def test_a_race_of_two_agents_loses_nobodys_address(machine: Machine, round_trip: float) -> None:
    """Both change twelve times, at the same moments; the network is slow, so that their messages cross."""
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    with Network(machine.namespace, late(round_trip / 2)) as network:
        address = f'"{network.address}"'
        with ours(machine, address=address), theirs(machine, address=address) as other:
            machine.wait_for(f"{OURS} {THEIRS}", agent=other)
            with machine.reader() as reader:
                flapping = [
                    threading.Thread(target=flap, args=(machine, interface, old, new))
                    for interface, old, new in (("wan", OURS, OURS_TOO), ("lan", THEIRS, THEIRS_TOO))
                ]
                for thread in flapping:
                    thread.start()
                for thread in flapping:
                    thread.join()
                machine.wait_for(f"{OURS_TOO} {THEIRS_TOO}", agent=other)
            assert all(any(a in seen.split() for a in (OURS, OURS_TOO)) for seen in reader.seen)
            assert all(any(a in seen.split() for a in (THEIRS, THEIRS_TOO)) for seen in reader.seen)
            eventually(lambda: claims(machine), lambda found: found == {
                f"dns-update owner=router-1 {OURS_TOO}", f"dns-update owner=router-2 {THEIRS_TOO}"
            })  # fmt: skip


def flap(machine: Machine, interface: str, old: str, new: str) -> None:
    for before, after in ((old, new), (new, old)) * 6 + ((old, new),):
        machine.remove(f"{before}/24", interface)
        machine.add(f"{after}/24", interface)


def test_two_agents_that_start_at_once_at_a_name_that_is_not_there(machine: Machine) -> None:
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    with Network(machine.namespace, late(0.05)) as network:
        address = f'"{network.address}"'
        with ours(machine, address=address), theirs(machine, address=address) as other:
            machine.wait_for(f"{OURS} {THEIRS}", agent=other)


def test_an_address_that_both_publish_stays_until_both_have_gone(machine: Machine) -> None:
    shared = "9.9.9.9"
    machine.add(f"{shared}/32")
    machine.add(f"{shared}/32", "lan")
    with ours(machine) as agent, theirs(machine) as other, machine.reader() as reader:
        eventually(lambda: len(claims(machine)), lambda count: count == 2, lambda: other.text)
        machine.remove(f"{shared}/32")
        machine.add(f"{OURS}/24")
        machine.wait_for(f"{OURS} {shared}", agent=agent)
        machine.remove(f"{shared}/32", "lan")
        machine.add(f"{THEIRS}/24", "lan")
        machine.wait_for(f"{OURS} {THEIRS}", agent=other)
    assert reader.seen[-3:] == [shared, f"{OURS} {shared}", f"{OURS} {THEIRS}"]


def test_what_somebody_without_a_claim_has_added_stays(machine: Machine) -> None:
    machine.change("set", "name=home", "address=9.7.7.7", "ttl=60")
    machine.change("set", "name=home", "type=TXT", "value=v=spf1 -all", "ttl=60")
    machine.add(f"{OURS}/24")
    with ours(machine) as agent:
        machine.wait_for(f"9.7.7.7 {OURS}", agent=agent)
        machine.remove(f"{OURS}/24")
        machine.add(f"{OURS_TOO}/24")
        machine.wait_for(f"9.7.7.7 {OURS_TOO}", agent=agent)
    assert "v=spf1 -all" in claims(machine)


def test_killed_and_started_again_it_removes_what_it_published_before(machine: Machine) -> None:
    """The claim in the zone is what it remembers."""
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    with theirs(machine) as other:
        with ours(machine):
            machine.wait_for(f"{OURS} {THEIRS}", agent=other)
        machine.remove(f"{OURS}/24")
        machine.add(f"{OURS_TOO}/24")
        with ours(machine) as heir:
            machine.wait_for(f"{OURS_TOO} {THEIRS}", agent=heir)


def test_what_others_remove_is_added_again(machine: Machine) -> None:
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    with ours(machine), theirs(machine) as other:
        machine.wait_for(f"{OURS} {THEIRS}", agent=other)
        machine.change("delete", "name=home")
        machine.wait_for(f"{OURS} {THEIRS}", agent=other)
        eventually(lambda: len(claims(machine)), lambda count: count == 2)


def test_owners_with_ttls_of_their_own_do_not_fight(machine: Machine) -> None:
    machine.add(f"{OURS}/24")
    machine.add(f"{THEIRS}/24", "lan")
    both = {"router-1": ("wan", 60), "router-2": ("lan", 120)}
    files = [
        machine.configure(
            f'{FROM_WAN_IPV4.replace("wan", interface)}owner = "{owner}"\nttl = {ttl}\n',
            agent='interval = "1s"\n',
            name=owner,
        )
        for owner, (interface, ttl) in both.items()
    ]
    with machine.agent(files[0]) as agent, machine.agent(files[1]):
        machine.wait_for(f"{OURS} {THEIRS}", agent=agent)
        look_again(machine, *both)
        serial = machine.serial
        for _ in range(2):
            look_again(machine, *both)
        assert machine.serial == serial, agent.text


def look_again(machine: Machine, *agents: str) -> None:
    """Return once each agent has checked its name once more."""
    for name in agents:
        last = checked(machine, name)
        eventually(partial(checked, machine, name), last.__lt__)


def checked(machine: Machine, name: str) -> float:
    """Return when an agent last checked its name; 0 for never."""
    return max((p["checked"] for p in machine.status(name)["records"][0]["published"]), default=0.0)
