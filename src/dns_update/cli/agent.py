"""`dns-update agent`: keep names right, all the time."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from dns_update.agent.config.settings import Config
from dns_update.cli import put, talk
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options, variable_of
from dns_update.commandline.values import path_from_text
from dns_update.errors import ConfigError, UsageError

T = TypeVar("T")

_COLLECTED_AFTER = (20_000, 20, 50)  # new objects: ten thousand names make many, and hardly any are garbage in a cycle
MOST_PROBLEMS = 50  # of a configuration are printed; one mistake in a script may cause a hundred thousand


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
    from dns_update.agent.config.load import read_config  # not for a line that is wrong

    path = _configuration(options)
    try:
        config = read_config(path)
        if options.check:
            return _check(config, path, options)
    except ConfigError as error:
        if options.json:
            error.notes = error.problems
            raise
        for problem in error.lines(MOST_PROBLEMS):
            talk(problem)
        return error.exit_status
    return _keep_right(config, path, options)


def _configuration(options: Options) -> str:
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
        return _carry_out(agent.once())
    _carry_out(agent.run())
    return 0


def _prepare_for_signals() -> None:
    """Hold back SIGHUP and SIGUSR1 until the agent handles them; let SIGTERM end a container's first process.

    The kernel does not end such a process by a signal for which it has no handler.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP, signal.SIGUSR1))
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(0))  # nothing that must be closed is open yet


def _check(config: Config, path: str, options: Options) -> int:
    """Report on a configuration that could be read, and return the exit status; raises ConfigError."""
    _refuse_files(config, path)
    warnings = list(_warnings_about(config))
    if not options.json:
        count = len(config.records)
        if not options.quiet:
            talk(f"{path} is right: {count} {'record' if count == 1 else 'records'}")
        for warning in warnings:
            talk(f"warning: {warning}")
    return _check_online(config, path, warnings, as_json=options.json) if options.online else 0


def _refuse_files(config: Config, path: str) -> None:
    """Raise ConfigError if the history file that the configuration names is not a history."""
    from dns_update.agent.output.history import fault_of_file  # for --check only

    fault = fault_of_file(config.agent.history) if config.agent.history else ""
    if fault:
        hint = "name another file; the agent would leave this one as it is, and keep no history"
        raise ConfigError([(f"{path}: [agent] history: {config.agent.history}: {fault}", hint)])


def _warnings_about(config: Config) -> Iterator[str]:
    """Yield a line for each key whose secret can be guessed."""
    from dns_update.doctor.weak_secrets import weakness_of  # as above

    keys = {key.name: key for record in config.records if (key := record.upstream.key) is not None}
    for name, key in keys.items():
        if weakness := weakness_of(key):
            yield (
                f"the secret of key {name} {weakness}; one captured request is enough to find it: "
                "tsig-keygen makes one of 256 bits"
            )


def _check_online(config: Config, path: str, warnings: Sequence[str], *, as_json: bool) -> int:
    """Try the configuration out, report the results, and return the exit status."""
    from dns_update.agent.try_out import try_out  # not for --check alone
    from dns_update.cli.examination import ExaminationReport
    from dns_update.errors.hints import TOML

    report = ExaminationReport(_carry_out(_unless_interrupted(try_out(config))), TOML)
    if as_json:
        put(report.json_text(path, warnings))
    else:
        report.tell()
    return report.exit_status


async def _unless_interrupted(work: Coroutine[Any, Any, T]) -> T:
    """Do the work; raise KeyboardInterrupt for SIGINT here, and not wherever Python happens to be.

    In some places an exception would be ignored.
    """
    import asyncio  # 34 ms, for the agent only

    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _carry_out(work: Coroutine[Any, Any, T]) -> T:
    """Run a loop until the work is done. Threads that still ask a source are not waited for."""
    import asyncio  # 34 ms, for the agent only

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
