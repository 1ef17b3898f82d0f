"""`dns-update agent`: keep names right, all the time."""

from __future__ import annotations

import gc
import os
import signal

from dns_update.cli import put, talk
from dns_update.cli.words import HELP, values_of
from dns_update.errors import ConfigError, UsageError
from dns_update.routeros import path_from_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from typing import Any, TypeVar

    from dns_update.agent.config.settings import Config

    T = TypeVar("T")

_COLLECTED_AFTER = (20_000, 20, 50)  # new objects: ten thousand names make many, and hardly any are garbage in a cycle
MOST_PROBLEMS = 50  # of a configuration that are printed; one slip in a script may make a hundred thousand
DEFAULT_CONFIG = "/etc/dns-update/agent.toml"

HELP_TEXT = """\
dns-update agent [PROPERTY=VALUE...]

Keeps names right: the kernel tells it of every change of address, it compares with what the zone's own server says,
and mends what differs, in one atomic message a name. It runs until SIGTERM; SIGHUP has it read its configuration anew.
docs/agent.md takes you from nothing to a running service.

Properties (each also as --name value):
  config=FILE                         the configuration; /etc/dns-update/agent.toml is the default
  check=yes|no                        read the configuration, say what is wrong with it, and do nothing else
  online=yes|no                       with check=: try it out, too. Every server, key, source and name is looked at,
                                      what the agent would send is shown, and nothing is changed. What is wrong goes to
                                      standard error. The exit status is 0 if nothing is, that of the failure if all
                                      are alike, else 10; a name that the agent would merely update is none
  json=yes|no                         with online=: print the result as one JSON object on standard output
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
  # and would it work?
  dns-update agent --check --online
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
    values = values_of("agent", words, {"config": path_from_text}, ("check", "online", "json", "once", "debug"))
    is_online, as_json = bool(values.get("online")), bool(values.get("json"))
    if is_online and not values.get("check"):
        raise UsageError("online= is given without check=", hint="dns-update agent --check --online")
    if as_json and not is_online:
        raise UsageError("json= is given without online=", hint="dns-update agent --check --online --json")
    if not values.get("check") and not values.get("once"):
        _prepare_for_signals()
    path = str(values.get("config", DEFAULT_CONFIG))
    from dns_update.agent.config.load import read_config  # noqa: PLC0415 - behind the words' own errors

    try:
        config = read_config(path)
        if values.get("check"):
            return _check(config, path, is_online=is_online, as_json=as_json)
    except ConfigError as error:
        if as_json:
            error.notes = error.problems
            raise
        for line in error.lines(MOST_PROBLEMS):
            talk(line)
        return error.exit_status
    return _keep_right(config, path, is_once=bool(values.get("once")), is_debug=bool(values.get("debug")))


def _keep_right(config: Config, path: str, *, is_once: bool, is_debug: bool) -> int:
    """Be the agent, until it is told to stop or has done it once, and return the exit status."""
    from dns_update.agent.config.load import read_config  # noqa: PLC0415 - loaded by now
    from dns_update.agent.output.log import DEBUG, INFO, Log  # noqa: PLC0415 - not for --check
    from dns_update.agent.output.systemd import Notifier  # noqa: PLC0415
    from dns_update.agent.service import Agent  # noqa: PLC0415

    if not is_once:
        from dns_update.agent.preload import load  # noqa: PLC0415 - for who stays

        load()
    gc.freeze()  # what has been loaded stays; what comes and goes from now on is collected
    gc.set_threshold(*_COLLECTED_AFTER)
    gc.enable()
    log = Log(threshold=DEBUG if is_debug else INFO)
    agent = Agent(config, path, lambda: read_config(path), log, Notifier.from_environment())
    if is_once:
        return _carry_out(agent.once())
    _carry_out(agent.run())
    return 0


def _prepare_for_signals() -> None:
    """Let what is meant for an agent at work wait until it is, and SIGTERM end us also as a container's first process.

    Such a one the kernel does not end by a signal for which it has no handler.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP, signal.SIGUSR1))
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(0))  # nothing is open yet that would be left


def _check(config: Config, path: str, *, is_online: bool, as_json: bool) -> int:
    """Say how a configuration is that could be read, and return the exit status; raises ConfigError."""
    from dns_update.agent.config.offline_check import refuse_files, warnings_about  # noqa: PLC0415 - not for --once

    refuse_files(config, path)
    warnings = list(warnings_about(config))
    if not as_json:
        count = len(config.records)
        talk(f"{path} is right: {count} {'record' if count == 1 else 'records'}")
        for warning in warnings:
            talk(f"warning: {warning}")
    return _check_online(config, path, warnings, as_json=as_json) if is_online else 0


def _check_online(config: Config, path: str, warnings: Sequence[str], *, as_json: bool) -> int:
    """Look at everything, say how it is, and return the exit status."""
    from dns_update.agent.try_out import try_out  # noqa: PLC0415 - not for --check alone
    from dns_update.cli.examination import ExaminationReport  # noqa: PLC0415
    from dns_update.errors.hints import TOML  # noqa: PLC0415

    report = ExaminationReport(_carry_out(_unless_interrupted(try_out(config))), TOML)
    if as_json:
        put(report.json_text(path, warnings))
    else:
        report.tell()
    return report.exit_status


async def _unless_interrupted(work: Coroutine[Any, Any, T]) -> T:
    """Do the work, and raise KeyboardInterrupt if SIGINT comes: here, and not wherever Python is by then.

    It might be where an exception can only be passed over.
    """
    import asyncio  # noqa: PLC0415 - 34 ms, for the agent only

    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _carry_out(work: Coroutine[Any, Any, T]) -> T:
    """Run the loop until the work is done. Threads that still ask a source are not waited for."""
    import asyncio  # noqa: PLC0415 - 34 ms, for the agent only

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
