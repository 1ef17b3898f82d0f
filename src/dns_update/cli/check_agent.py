"""The check of a running agent: what it says of its names, and its configuration."""

from __future__ import annotations

from dns_update.cli import talk
from dns_update.cli.configuration_check import check_configuration
from dns_update.cli.status import answer_of
from dns_update.commandline.properties import Options

_MOST_NAMES = 10  # that fail; the rest is in `dns-update status`


def check_agent(options: Options) -> int:
    """Check the agent that listens at the socket, and its configuration; return the exit status."""
    answer = answer_of(options.socket)
    agent, records = answer["agent"], answer["records"]
    failing = [record for record in records if record["state"] == "failing"]
    if not options.json and not options.quiet:
        talk(f"agent {agent['pid']} runs with {agent['config']}: {len(records)} names, {len(failing)} failing")
        for record in failing[:_MOST_NAMES]:
            error = record["last_error"] or {}
            talk(f"{record['name']} fails: {error.get('message', 'status name= says more')}")
        if agent["last_reload_error"]:
            talk(f"it could not read its configuration at the last reload: {agent['last_reload_error']}")
    return check_configuration(agent["config"], options, online=True)
