"""The agent's texts use the words of its configuration, not those of the command line."""

import re

from dns_update.commandline.properties import PROPERTIES
from lab import LabKey
from tests.support.agents import FROM_WAN_IPV4, Machine
from tests.support.waiting import eventually

OF_RECORDS = sorted(re.escape(prop.name) for prop in PROPERTIES if "set" in prop.commands)
SPELLED = re.compile(rf"(?<![\w.-])({'|'.join(OF_RECORDS)})=")


def test_the_log_and_the_status_speak_as_the_configuration_does(machine: Machine) -> None:
    machine.add("10.0.0.1/8")
    machine.add("9.9.9.1/24", "lan")
    lan = FROM_WAN_IPV4.replace("wan", "lan").replace("home", "other")
    unknown = LabKey.generate("nobody").write(machine.directory / "unknown")
    with machine.agent(machine.configure(FROM_WAN_IPV4 + lan, key=f'file = "{unknown}"')) as agent:
        agent.wait_for_line("allow-private = true publishes such an address")
        agent.wait_for_line(r"BADKEY.*\(compare name and algorithm of the key with")
        status = eventually(machine.status, lambda found: found["records"][1]["last_error"] is not None)
        assert status["records"][1]["last_error"]["hint"].startswith("compare name and algorithm of the key")
        assert not SPELLED.search(f"{agent.text} {status}")
