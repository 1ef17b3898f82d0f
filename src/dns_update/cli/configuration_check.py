"""The check of a whole configuration, also of a running agent: what its text says, and, online, whether it works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dns_update.agent.config.settings import Config
from dns_update.cli import put, talk
from dns_update.cli.loop import carry_out, transport_for, unless_interrupted
from dns_update.commandline.properties import Options
from dns_update.errors import ConfigError

_MOST_NAMES = 10  # of an agent that fail; the rest is in `dns-update status`


def check_configuration(path: str, options: Options, *, online: bool) -> int:
    """Report on a configuration, and return the exit status; raises ConfigError only for a result that is JSON.

    If it is to be checked `online`, everything that it names is tried.
    """
    from dns_update.agent.config.load import read_config  # not for a line that is wrong

    try:
        return _check(read_config(path), path, options, online=online)
    except ConfigError as error:
        if options.json:
            error.notes = error.problems
            raise
        for problem in error.lines():
            talk(problem)
        return error.exit_status


def _check(config: Config, path: str, options: Options, *, online: bool) -> int:
    """Report on a configuration that could be read; raises ConfigError for what only its files show."""
    _refuse_files(config, path)
    warnings = list(_warnings_about(config))
    if not options.json:
        count = len(config.records)
        if not options.quiet:
            talk(f"{path} is right: {count} {'record' if count == 1 else 'records'}")
        for warning in warnings:
            talk(f"warning: {warning}")
    return _check_online(config, path, warnings, options) if online else 0


def _refuse_files(config: Config, path: str) -> None:
    """Raise ConfigError if the history file that the configuration names is not a history."""
    from dns_update.agent.output.history import fault_of_file

    fault = fault_of_file(config.agent.history) if config.agent.history else ""
    if fault:
        hint = "name another file; the agent would leave this one as it is, and keep no history"
        raise ConfigError([(f"{path}: [agent] history: {config.agent.history}: {fault}", hint)])


def _warnings_about(config: Config) -> Iterator[str]:
    """Yield a line for each key whose secret can be guessed."""
    from dns_update.doctor.weak_secrets import weakness_of  # only if there are keys

    keys = {key.name: key for record in config.records if (key := record.common.upstream.key) is not None}
    for name, key in keys.items():
        if weakness := weakness_of(key):
            yield (
                f"the secret of key {name} {weakness}; one captured request is enough to find it: "
                "dns-update key rotate makes a successor of 256 bits"
            )


def _check_online(config: Config, path: str, warnings: Sequence[str], options: Options) -> int:
    """Try the configuration out, report the results, and return the exit status."""
    from dns_update.agent.try_out import try_out  # not for a check of the text alone
    from dns_update.cli.examination import ExaminationReport
    from dns_update.errors.hints import TOML

    work = try_out(config, transport_for(options))
    report = ExaminationReport(carry_out(unless_interrupted(work)), TOML)
    if options.json:
        put(report.json_text(path, warnings))
    else:
        report.tell()
    return report.exit_status


def check_agent(options: Options) -> int:
    """Check the agent that listens at the socket, and its configuration; return the exit status."""
    from dns_update.cli.status_answer import answer_of  # not for a configuration alone

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
