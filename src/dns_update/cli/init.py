"""`dns-update init`: asks, tries each answer, writes the configuration and the key file, and says what comes next."""

from __future__ import annotations

import os
import sys

from dns_update.agent.config.load import config_from_text, read_config
from dns_update.cli import init_service, talk
from dns_update.cli.init_asking import agrees, can_ask, goes_on
from dns_update.cli.init_conversation import Conversation, refuse_key_file
from dns_update.cli.init_files import check_directory, refuse_existing, shared_key, write_together
from dns_update.cli.init_result import SetupResult
from dns_update.cli.init_tries import Tries, show
from dns_update.cli.key_generate import beside, pieces_for, server_ending, server_text, today
from dns_update.cli.key_input import whole_path
from dns_update.cli.request import CONFIGURATION, SYSTEM
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.errors import UsageError
from dns_update.keys.assignment import Assignment, Piece, grants_for
from dns_update.keys.files import OPEN_MODE
from dns_update.setup import prompts
from dns_update.setup.answers import Answers, configuration_text, key_file_beside, key_file_text


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = line.options("init")
    prompts.check_line(options)
    output = _output(options)
    key_file = key_file_beside(output)
    asks = can_ask() and not options.json
    _refuse(options, output, key_file)
    if not asks:
        prompts.check_complete(options, prompts.missing(options))
    tries = Tries(options)
    answers = Conversation(options, tries, key_file, asks=asks).answers()
    result = _result(answers, output, key_file, options)
    try:
        return _finish(result, tries, options, asks=asks)
    except KeyboardInterrupt:
        if os.path.lexists(output) and not result.is_dry:
            raise KeyboardInterrupt(f"{' and '.join(result.files)} are written, and complete") from None
        raise


def _refuse(options: Options, output: str, key_file: str) -> None:
    """Raise UsageError, before anything is asked, for what can only fail at the end."""
    refuse_existing([output])
    check_directory(output)
    if options.make_key or options.key_file is not None:
        refuse_key_file(key_file, options.key_file)
    if options.key_file is not None:
        shared_key(options.key_file, options.key_name)
    if options.make_key:
        whole_path(key_file, "output=")
        refuse_existing([beside(key_file, ending)] if (ending := server_ending(options.server_kind or "")) else [])
    if options.service:
        init_service.refuse(output)


def _output(options: Options) -> str:
    """Return the whole path of the configuration; raises UsageError if there is no home directory to put it in."""
    if options.own_output is not None:
        return os.path.abspath(options.own_output)  # links stay as they are
    if os.geteuid() == 0:
        return f"{SYSTEM}/{CONFIGURATION}"
    home = os.environ.get("HOME")
    own = os.environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    if not own.startswith("/"):
        raise UsageError("output= is missing: there is no home directory", hint="e.g. output=config.toml")
    return f"{own}/{CONFIGURATION}"


# What is written


def _result(answers: Answers, output: str, key_file: str, options: Options) -> SetupResult:
    """Return what the answers make; nothing is written yet."""
    server: tuple[Piece, ...] = ()
    files, server_file = [key_file, output], ""
    chosen = None
    if os.path.lexists(key_file):  # it is the key that was given, maybe by one of the names in it
        files.remove(key_file)
        chosen = options.key_name
    if answers.is_key_made:
        ending = server_ending(answers.server_type)
        server_file = beside(whole_path(key_file, "output="), ending) if ending else key_file
        server = pieces_for(answers.server_type, [_assignment(answers)], server_file)
        files = list(dict.fromkeys([key_file, server_file, output]))
    return SetupResult(
        answers,
        output,
        key_file,
        tuple(files),
        configuration_text(answers, key_file, chosen),
        server,
        server_file,
        options.writes_nothing,
    )


def _assignment(answers: Answers) -> Assignment:
    return Assignment(answers.key, answers.zone, grants_for(answers.owners, (), acme=False))


def _write(result: SetupResult) -> None:
    """Write all files, after the agent's own reader has read them; raises UsageError."""
    key_text = key_file_text(result.answers, today())
    texts = {result.key_file: key_text, result.output: result.configuration}
    if result.server_file not in ("", result.key_file):
        texts[result.server_file] = server_text(result.answers.server_type, [_assignment(result.answers)])
    name = os.path.basename(result.output)
    write_together(
        {path: texts[path] for path in result.files},
        {result.output: OPEN_MODE},
        lambda directory: _check(f"{directory}/{name}", result),
    )


def _check(path: str, result: SetupResult) -> None:
    """Raise ConfigError if the agent would not take the configuration; a key that is there already stays there."""
    if result.key_file in result.files:
        read_config(path)
    else:
        config_from_text(result.configuration, result.output, is_private=False)


# The end


def _finish(result: SetupResult, tries: Tries, options: Options, *, asks: bool) -> int:
    """Write, and say what comes next; on a terminal, wait for the server and offer the service."""
    if not result.is_dry:
        _write(result)
    is_possible = init_service.is_possible(result.output)
    starts = bool(options.service) and not result.is_dry
    commands = init_service.commands() if is_possible and not starts else ""
    if not options.json:
        result.tell(quiet=options.quiet)
        result.put(commands)
    if asks and not result.is_dry:
        sys.stdout.flush()
        _await_server(result.answers, tries, options)
        starts = starts or (
            options.service is None and is_possible and agrees("start the agent now, and at each boot?")
        )
    if starts:
        init_service.start()
        if not options.json and not options.quiet:
            talk(f"{init_service.UNIT} runs; next: dns-update status")
    if options.json:
        result.put_json(tries.steps, commands, is_started=starts)
    return result.exit_status


def _await_server(answers: Answers, tries: Tries, options: Options) -> None:
    """Try a key that was made as soon as the user says that the server has it, until it works or the user gives up."""
    if not answers.is_key_made or not options.tries:
        return
    while goes_on("press Enter when the server has the key, and it is tried; q ends"):
        before = len(tries.steps)
        failures = tries.key(answers.owners, answers.zone, answers.servers, answers.key)
        show(step for step in tries.steps[before:] if step.mark == "failed" or not options.quiet)
        if not failures:
            return
