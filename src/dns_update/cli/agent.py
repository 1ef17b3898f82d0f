"""`dns-update agent`: keep names right, all the time."""

from __future__ import annotations

import gc
import os
import signal
import time

from dns_update.agent.config.settings import Config
from dns_update.cli import talk
from dns_update.cli.loop import carry_out
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options, variable_of
from dns_update.commandline.readers import path_from_text
from dns_update.errors import ConfigError, UsageError

_COLLECTED_AFTER = (20_000, 20, 50)  # new objects: ten thousand names make many, and hardly any are garbage in a cycle


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises UsageError."""
    options = line.options("agent")
    if options.online and not options.check:
        raise UsageError("online= is given without check=", hint="dns-update agent --check --online")
    if options.json and not options.online:
        raise UsageError("json= is given without online=", hint="dns-update agent --check --online --json")
    if options.quiet and options.debug:
        raise UsageError("quiet= and debug= are both given", hint="leave one of them out")
    if not options.check and not options.once:
        _prepare_for_signals()
    path = configuration_path(options)
    if options.check:
        from dns_update.cli.configuration_check import check_configuration  # not for the agent itself

        return check_configuration(path, options, online=options.online)
    from dns_update.agent.config.load import read_config  # not for a line that is wrong

    try:
        config = read_config(path)
    except ConfigError as error:
        for problem in error.lines():
            talk(problem)
        return error.exit_status
    return _keep_right(config, path, options)


def configuration_path(options: Options) -> str:
    """Return the path of the configuration, whether it is there or not."""
    from dns_update.cli.request import CONFIGURATION, SYSTEM, find_configuration  # as above

    given = options.config or os.environ.get(variable_of("config"))
    return path_from_text(given) if given else find_configuration() or f"{SYSTEM}/{CONFIGURATION}"


def _keep_right(config: Config, path: str, options: Options) -> int:
    """Run the agent until it is stopped, or once; return the exit status."""
    from dns_update.agent.config.load import read_config  # loaded already
    from dns_update.agent.output.log import DEBUG, INFO, WARNING, Log  # not for --check
    from dns_update.agent.service import Agent
    from dns_update.process.systemd import Notifier

    if not options.once:
        from dns_update.agent.preload import load  # not for one round

        load()
    gc.freeze()  # what is loaded now stays; only newer objects are collected
    gc.set_threshold(*_COLLECTED_AFTER)
    gc.enable()
    threshold = WARNING if options.quiet else DEBUG if options.debug else INFO
    log = Log(threshold=threshold, clock=None if options.once else time.time)
    agent = Agent(config, path, lambda: read_config(path), log, Notifier.from_environment())
    if options.once:
        return carry_out(agent.once())
    carry_out(agent.run())
    return 0


def _prepare_for_signals() -> None:
    """Hold back SIGHUP and SIGUSR1 until the agent handles them; let SIGTERM end a container's first process.

    The kernel does not end such a process by a signal for which it has no handler.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP, signal.SIGUSR1))
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(0))  # nothing that must be closed is open yet
