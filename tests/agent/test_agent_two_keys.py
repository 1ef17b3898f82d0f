"""An agent whose key file has two keys: the older one is used where it must be, with one warning, and recorded."""

from __future__ import annotations

from dns_update.auth.named_conf import keys_from_text
from lab import LabKey
from lab.key import write_private
from tests.support.agents import Machine

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"


def test_a_key_is_replaced_while_the_agent_runs(machine: Machine) -> None:
    """The server does not have the newer key: two changes, one warning; `key rotate` then knows what was used."""
    newer = LabKey.generate("ddns-key-2026-11-30")
    path = write_private(machine.directory / "two.key", newer.bind_clause() + machine.key.bind_clause())
    machine.add(f"{ONE}/24")
    configuration = machine.configure(key=f'file = "{path}"')
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.remove(f"{ONE}/24")
        machine.add(f"{TWO}/24")
        machine.wait_for(TWO, agent=agent)
        agent.wait_for_line(f"127.0.0.1 does not accept key {newer.name}, so the older key ddns-key was used")
        assert agent.terminate() == 0
        assert agent.text.count("does not accept key") == 1
        assert newer.secret not in agent.text
    assert {row["key_name"] for row in machine.history()} == {"ddns-key"}
    history = f"history={machine.directory}/agent.db"
    asked = machine.command("key", "rotate", str(path), history)
    assert f"whether key ddns-key is still used is not known: {machine.directory}/agent.db" in asked.stderr
    assert len(keys_from_text(path.read_text(encoding="utf-8"), "f")) == 2


def test_the_newer_key_is_recorded_once_the_server_has_it(machine: Machine) -> None:
    older = LabKey.generate("ddns-key-2026-01-01")
    path = write_private(machine.directory / "two.key", machine.key.bind_clause() + older.bind_clause())
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(key=f'file = "{path}"')) as agent:
        machine.wait_for(ONE, agent=agent)
        assert agent.terminate() == 0
        assert "does not accept key" not in agent.text
    shown = machine.command("key", "show", str(path), f"history={machine.directory}/agent.db")
    assert f"key {older.name} is used no more (not in this history)" in shown.stderr
