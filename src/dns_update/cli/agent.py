"""`dns-update agent`: keep names right, all the time."""

from __future__ import annotations

import gc

from dns_update.cli import put, talk
from dns_update.cli.words import HELP, text_from, values_of
from dns_update.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from typing import Any, TypeVar

    T = TypeVar("T")

_COLLECTED_AFTER = (20_000, 20, 50)  # new objects: ten thousand names make many, and hardly any are garbage in a cycle
DEFAULT_CONFIG = "/etc/dns-update/agent.toml"

HELP_TEXT = """\
dns-update agent [PROPERTY=VALUE...]

Keeps names right: the kernel tells it of every change of address, it compares with what the zone's own server says,
and mends what differs, in one atomic message a name. It runs until SIGTERM; SIGHUP has it read its configuration anew.
docs/agent.md takes you from nothing to a running service.

Properties (each also as --name value):
  config=FILE                         the configuration; /etc/dns-update/agent.toml is the default
  check=yes|no                        read the configuration, say what is wrong with it, and do nothing else
  once=yes|no                         make every name right once, and end: for cron and hooks. The exit status is 0 if
                                      all are right, that of the failure if all failed alike, else 10
  debug=yes|no                        say more

A small configuration:
  [keys.home]
  file = "/etc/dns-update/home.key"

  [servers.main]
  address = "192.0.2.1"
  key = "home"

  [zones."example.com"]
  servers = ["main"]

  [[records]]
  name = "home.example.com"
  address = "interface:ppp0"

Examples:
  # is the configuration right?
  dns-update agent --check
  # in the foreground, with a configuration of one's own
  dns-update agent config=agent.toml
  # once, from cron or a hook
  dns-update agent --once
"""


def run(words: Sequence[str]) -> int:
    """Carry out a command line, and return the exit status; raises UsageError."""
    if any(word in HELP for word in words):
        put(HELP_TEXT)
        return 0
    values = values_of("agent", words, {"config": text_from}, ("check", "once", "debug"))
    path = str(values.get("config", DEFAULT_CONFIG))
    from dns_update.agent.config import read_config  # noqa: PLC0415 - behind the words' own errors

    try:
        config = read_config(path)
    except ConfigError as error:
        for problem in error.problems:
            talk(problem)
        return error.exit_status
    if values.get("check"):
        count = len(config.records)
        talk(f"{path} is right: {count} {'record' if count == 1 else 'records'}")
        return 0

    from dns_update.agent.log import DEBUG, INFO, Log  # noqa: PLC0415 - not for --check
    from dns_update.agent.loop import Agent  # noqa: PLC0415
    from dns_update.agent.notify import Notifier  # noqa: PLC0415

    gc.freeze()  # what has been loaded stays; what comes and goes from now on is collected
    gc.set_threshold(*_COLLECTED_AFTER)
    gc.enable()
    log = Log(threshold=DEBUG if values.get("debug") else INFO)
    agent = Agent(config, path, lambda: read_config(path), log, Notifier.from_environment())
    if values.get("once"):
        return _carry_out(agent.once())
    _carry_out(agent.run())
    return 0


def _carry_out(work: Coroutine[Any, Any, T]) -> T:
    """Run the loop until the work is done. Threads that still ask a source are not waited for."""
    import asyncio  # noqa: PLC0415 - 34 ms, for the agent only

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
