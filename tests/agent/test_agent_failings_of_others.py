"""Known faults of other agents: each situation is repeated here with a real server, and must not cause a fault."""

from pathlib import Path

import pytest

from lab import Bind, LabKey
from lab.namespace import Namespace
from tests.address.conftest import add_pair
from tests.support.agents import BEACON, FROM_WAN, FROM_WAN_IPV4, Agent, Machine
from tests.support.traffic import Network, Reader, Unlucky, late, lost, unharmed
from tests.support.waiting import eventually

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"
SIX, OTHER_SIX = "2600:9::1", "2600:a::1"
IMPATIENT = "timeout = 0.1\nretries = 0\n"


def wait_until_it_is_tried_again(agent: Agent) -> None:
    """Return when the server was found silent; after that comes another attempt."""
    agent.wait_for_line("update failed: home.example.com: No answer")


def test_an_update_that_failed_is_not_taken_for_done(machine: Machine) -> None:
    """A cache was written although the update failed; later the address was 'unchanged'."""
    with Network(machine.namespace, lost) as network:
        configuration = machine.configure(address=f'"{network.address}"', server=IMPATIENT, agent='interval = "1s"\n')
        machine.add(f"{ONE}/24")
        with machine.agent(configuration) as agent:
            wait_until_it_is_tried_again(agent)
            network.fate = unharmed
            machine.wait_for(ONE, agent=agent)
            agent.wait_for_line("home.example.com is right again")


def test_what_others_change_is_noticed(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    machine.add(f"{SIX}/64")
    with machine.agent(machine.configure(agent='interval = "1s"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.change("set", "name=home", f"address={THREE}")
        machine.wait_for(ONE, agent=agent)
        machine.change("delete", "name=home", "type=AAAA")
        machine.wait_for(SIX, rrtype="AAAA", agent=agent)
        machine.change("delete", "name=home")
        machine.wait_for(ONE, agent=agent)
        machine.wait_for(SIX, rrtype="AAAA", agent=agent)


def test_a_ttl_that_others_change_is_noticed(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(agent='interval = "1s"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.change("set", "name=home", f"address={ONE}", "ttl=999")
        eventually(lambda: machine.command("show", "name=home", "zone=example.com", "dns-server=127.0.0.1").stdout,
                   lambda text: " 60 " in text, lambda: agent.text)  # fmt: skip


def test_a_failure_is_not_called_a_success(machine: Machine) -> None:
    key = machine.server.readonly_keys[0].write(machine.directory / "reader")
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(key=f'file = "{key}"')) as agent:
        agent.wait_for_line("update failed: home.example.com: Permission denied: 127.0.0.1 refuses to change home")
        assert "update successful" not in agent.text
        eventually(machine.history, bool)
        assert {attempt["outcome"] for attempt in machine.history()} == {"PermissionDenied"}
        status = machine.status()
        assert [(record["state"], record["published"]) for record in status["records"]] == [("failing", [])]
    assert machine.data() == ""


def test_a_name_that_is_missing_is_made_once(machine: Machine) -> None:
    """Such names were looked up again and again, for ever."""
    machine.add(f"{ONE}/24")
    serial = machine.serial
    with Network(machine.namespace, Unlucky()) as network:
        configuration = machine.configure(FROM_WAN_IPV4 + BEACON, address=f'"{network.address}"')
        with machine.agent(configuration) as agent:
            machine.wait_for(ONE, agent=agent)
            machine.light_beacon()
            assert machine.serial == serial + 2


def test_after_a_fail_over_the_message_is_signed_once(machine: Machine, tmp_path: Path) -> None:
    """Some agents sign the signed message again, with a second TSIG record; every server answers FORMERR."""
    machine.add(f"{ONE}/24")
    stranger = LabKey.generate("another-key")
    with Bind(tmp_path / "stranger", keys=[stranger], namespace=machine.namespace, port=5353) as first:
        assert first.port == 5353
        with machine.agent(machine.configure(address='["127.0.0.1:5353", "127.0.0.1:53"]')) as agent:
            machine.wait_for(ONE, agent=agent)
            agent.wait_for_line("update successful: home.example.com .*9.8.7.1( added)? at 127.0.0.1$")


def test_the_log_blames_the_server_that_failed(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with Network(machine.namespace, lost) as network:
        configuration = machine.configure(address=f'["{network.address}", "127.0.0.1"]', server=IMPATIENT)
        with machine.agent(configuration) as agent:
            agent.wait_for_line("update successful: home.example.com .*9.8.7.1( added)? at 127.0.0.1$")
            blamed = agent.wait_for_line("No answer")
            assert f"No answer from {network.address}" in blamed.string
            eventually(machine.history, bool)
            assert [attempt["server"] for attempt in machine.history()] == ["127.0.0.1"]


def test_temporary_addresses_are_not_published(machine: Machine) -> None:
    machine.namespace.sysctl("ipv6/conf/wan/use_tempaddr", "2")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        agent.wait_for_line("interface wan has no usable address")
        machine.add(f"{SIX}/64", "wan", "mngtmpaddr", "valid_lft", "3600", "preferred_lft", "1800")
        machine.wait_for(SIX, rrtype="AAAA", agent=agent)
        assert "temporary" in machine.namespace.read("address", "show", "dev", "wan")
        with machine.reader("AAAA") as reader:
            machine.light_beacon()
        assert reader.seen == [SIX]


def test_tentative_addresses_are_not_published(machine: Machine) -> None:
    machine.namespace.sysctl("ipv6/conf/wan/accept_dad", "1")
    machine.namespace.sysctl("ipv6/conf/wan/dad_transmits", "100")  # a second each
    machine.add(f"{SIX}/64", "wan", "nodad")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(SIX, rrtype="AAAA", agent=agent)
        with machine.reader("AAAA") as reader:
            machine.add(f"{OTHER_SIX}/64")
            machine.remove(f"{SIX}/64")
            machine.light_beacon()
            assert "tentative" in machine.namespace.read("address", "show", "dev", "wan")
            assert reader.seen == [SIX]
            machine.add("2600:b::1/64", "wan", "nodad")
            machine.wait_for("2600:b::1", rrtype="AAAA", agent=agent)
        assert reader.seen == [SIX, "2600:b::1"]


def test_of_two_prefixes_one_is_published(machine: Machine) -> None:
    """While a network is renumbered, both prefixes exist, and the old one is deprecated."""
    machine.add(f"{SIX}/64", "wan", "valid_lft", "7200", "preferred_lft", "0")
    machine.add(f"{OTHER_SIX}/64", "wan", "valid_lft", "7200", "preferred_lft", "3600")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(OTHER_SIX, rrtype="AAAA", agent=agent)
        with machine.reader("AAAA") as reader:
            machine.namespace.ip("address", "change", f"{SIX}/64", "dev", "wan", "preferred_lft", "0", "valid_lft", "9")
            machine.light_beacon()
        assert reader.seen == [OTHER_SIX]


def test_an_address_that_comes_late_is_noticed(machine: Machine) -> None:
    """IPv6 came by SLAAC after IPv4, and was not noticed for hours."""
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure()) as agent, machine.reader() as reader:
        machine.wait_for(ONE, agent=agent)
        machine.add(f"{SIX}/64", "wan", "valid_lft", "7200", "preferred_lft", "3600")
        machine.wait_for(SIX, rrtype="AAAA", agent=agent)
    assert reader.seen in ([ONE], ["", ONE])


@pytest.mark.parametrize(
    ("address", "why"),
    [("192.168.1.2", "private-use"), ("100.64.1.2", "carrier-grade NAT"), ("169.254.1.2", "link-local"),
     ("fd00::2", "unique"), ("fe80::2", "link-local")],
)  # fmt: skip
def test_addresses_that_the_world_cannot_reach_are_not_published(machine: Machine, address: str, why: str) -> None:
    prefix = "64" if ":" in address else "24"
    machine.add(f"{address}/{prefix}")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        agent.wait_for_line(f"interface wan has only addresses that cannot be reached from the Internet.*{why}")
        machine.light_beacon()
        assert machine.data() == machine.data(rrtype="AAAA") == ""
        machine.configure(FROM_WAN + "allow-private = true\n" + BEACON)
        agent.reload()
        machine.wait_for(address, rrtype="AAAA" if ":" in address else "A", agent=agent)


def test_a_private_address_in_place_of_a_public_one_is_not_published(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN + BEACON)) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            machine.add("100.64.0.9/24")
            machine.remove(f"{ONE}/24")
            agent.wait_for_line("carrier-grade NAT")
            machine.light_beacon()
        assert reader.seen == [ONE]


def test_a_detection_that_fails_deletes_nothing(machine: Machine) -> None:
    said = machine.directory / "said"
    said.write_text(f"{ONE}\n")
    records = f'[[records]]\nname = "home"\nzone = "example.com"\naddress = "command:cat {said}"\n'
    with machine.agent(machine.configure(records + BEACON, agent='poll = "1s"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            said.unlink()
            agent.wait_for_line("cat.* failed with status 1")
            machine.light_beacon()
            said.write_text("<html>503 Service Unavailable</html>\n")
            eventually(lambda: machine.status()["sources"], lambda all_: "printed no address" in str(all_))
            machine.light_beacon("9.9.9.2")
            said.write_text(f"{TWO}\n")
            machine.wait_for(TWO, agent=agent)
        assert reader.seen == [ONE, TWO]


def test_a_detection_that_fails_deletes_nothing_even_where_what_is_missing_is_deleted(machine: Machine) -> None:
    """A failure of a program does not mean that there is no address."""
    said = machine.directory / "said"
    said.write_text(f"{ONE}\n")
    record = f'[[records]]\nname = "home"\nzone = "example.com"\naddress = "command:cat {said}"\n'
    record += 'on-missing = "delete"\ngrace = "0s"\n'
    with machine.agent(machine.configure(record + BEACON, agent='poll = "1s"\ninterval = "1s"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        with machine.reader() as reader:
            said.unlink()
            agent.wait_for_line("cat.* failed with status 1")
            machine.light_beacon()
            checked = machine.status()["records"][0]["published"][0]["checked"]
            eventually(machine.status, lambda s: s["records"][0]["published"][0]["checked"] > checked)
        assert reader.seen == [ONE]


def test_an_agent_started_before_the_network_is_up_does_not_wait_long_afterwards(
    machine: Machine, tmp_path: Path
) -> None:
    """The interval here is an hour, and the server is beyond a link that is not up yet."""
    with Namespace() as outside:
        add_pair(machine.namespace, "uplink", "provider")
        machine.namespace.ip("link", "set", "uplink", "down")
        machine.namespace.ip("link", "set", "provider", "netns", outside.name)
        outside.ip("link", "set", "provider", "up")
        outside.ip("address", "add", "9.0.0.53/24", "dev", "provider")
        keys, options = [machine.key], "listen-on port 53 { 9.0.0.53; };"
        with Bind(tmp_path / "outside", keys=keys, options=options, namespace=outside, port=53) as server:
            far = Machine(tmp_path, outside, server)
            records = FROM_WAN_IPV4.replace("wan", "uplink")
            records += '[[records]]\nname = "fixed"\nzone = "example.com"\naddress = "192.0.2.1"\n'
            with machine.agent(machine.configure(records, address='"9.0.0.53"')) as agent:
                agent.wait_for_line("update failed: fixed.example.com: No answer from 9.0.0.53")
                machine.namespace.ip("link", "set", "uplink", "up")
                machine.add("9.0.0.1/24", "uplink")
                far.wait_for("192.0.2.1", "fixed", agent=agent)
                far.wait_for("9.0.0.1", agent=agent)


def test_no_secret_is_in_an_argument_the_environment_the_log_or_the_status(machine: Machine) -> None:
    secret = machine.server.readonly_keys[0].secret
    held = machine.directory / "secret"
    held.write_text(secret)
    held.chmod(0o600)
    key = f'name = "reader"\nalgorithm = "hmac-sha256"\nsecret = "@{held}"'
    machine.add(f"{ONE}/24")
    configuration = machine.configure(key=key, agent=f'on-change = ["{machine.directory}/changed"]\n')
    with machine.agent(configuration, "debug=yes") as agent:
        agent.wait_for_line("update failed")
        configuration.write_text(configuration.read_text().replace("secret =", "secre ="))
        agent.reload()
        agent.wait_for_line("the configuration stays as it was")
        process = Path(f"/proc/{agent.process.pid}")
        seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        assert secret.encode() not in seen
        assert secret not in agent.text
        assert secret not in str(machine.status())
        eventually(machine.history, bool)
        assert secret not in str(machine.history())


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ddns-key", "BADSIG: the secret of key ddns-key differs from the server's"),
        ("dns-key", "BADKEY: key dns-key is unknown there, or known with another algorithm"),
    ],
)
def test_a_key_that_is_wrong_is_said_to_be_wrong_in_what(
    machine: Machine,
    name: str,
    line: str,
) -> None:
    key = LabKey.generate(name).write(machine.directory / "wrong")
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN + BEACON, key=f'file = "{key}"')) as agent:
        agent.wait_for_line(f"update failed: home.example.com: TSIG error: Server rejected: .*{line}.*\\(.+\\)")
        machine.add("9.9.9.1/24", "lan")
        # The second name has the same key, and fails in the same way; the log has said so.
        records = eventually(lambda: machine.status()["records"], lambda r: r[1]["state"] == "failing")
        assert [record["last_error"]["exit_status"] for record in records] == [5, 5]
        assert agent.text.count("update failed") == 1
        assert "; 1 other name is affected, too" in agent.text


def test_a_dhcp_renewal_sends_nothing(machine: Machine) -> None:
    """The client removes the address and adds it again; some agents send two updates for that."""
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN + BEACON, agent='hold-down = "1h"\n')) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.light_beacon()
        serial = machine.serial
        with machine.reader() as reader:
            for _ in range(5):
                machine.remove(f"{ONE}/24")
                machine.add(f"{ONE}/24")
            machine.light_beacon("9.9.9.2")
        assert machine.serial == serial + 1
        assert reader.seen == [ONE]


def test_a_reader_sees_a_name_that_is_removed_and_added_in_two_messages(machine: Machine) -> None:
    """Some agents do this; the tests here need a reader that sees it."""
    machine.change("set", "name=home", f"address={ONE}", "ttl=60")
    with machine.reader() as reader:
        machine.change("delete", "name=home", "type=A")
        machine.change("set", "name=home", f"address={TWO}", "ttl=60")
        eventually(lambda: reader.seen[-1], lambda seen: seen == TWO)
    assert reader.seen == [ONE, "", TWO]


def test_the_name_never_vanishes_between_two_messages(machine: Machine) -> None:
    """Both families change, twenty times; a reader of each always sees an address."""
    machine.add("9.8.1.1/24")
    machine.add(f"{SIX}/64")
    with machine.agent(machine.configure()) as agent:
        machine.wait_for("9.8.1.1", agent=agent)
        with machine.reader() as reader, machine.reader("AAAA") as other_reader:
            for number in range(2, 22):
                machine.add(f"9.8.{number}.1/24")
                machine.remove(f"9.8.{number - 1}.1/24")
                machine.add(f"2600:9::{number}/64")
                machine.remove(f"2600:9::{number - 1}/64")
            machine.wait_for("9.8.21.1", agent=agent)
            machine.wait_for("2600:9::21", rrtype="AAAA", agent=agent)
        assert reader.never_missed_it
        assert other_reader.never_missed_it


def test_of_ipv4_and_ipv6_both_are_tried_until_both_are_right(machine: Machine) -> None:
    """One of the two failed, the other one worked, and so the agent did not try again."""
    machine.add(f"{ONE}/24")
    machine.add(f"{SIX}/64")
    with Network(machine.namespace) as network:
        configuration = machine.configure(address=f'"{network.address}"', server=IMPATIENT, agent='interval = "1s"\n')
        with machine.agent(configuration) as agent, machine.reader() as reader, Reader(
            machine.namespace, "home.example.com", "AAAA"
        ) as other_reader:  # fmt: skip
            machine.wait_for(ONE, agent=agent)
            network.fate = lost
            machine.remove(f"{ONE}/24")
            machine.add(f"{TWO}/24")
            machine.add(f"{OTHER_SIX}/64")
            machine.remove(f"{SIX}/64")
            wait_until_it_is_tried_again(agent)
            network.fate = late(0.01)
            machine.wait_for(TWO, agent=agent)
            machine.wait_for(OTHER_SIX, rrtype="AAAA", agent=agent)
        assert reader.seen[-2:] == [ONE, TWO]
        assert other_reader.seen[-2:] == [SIX, OTHER_SIX]
