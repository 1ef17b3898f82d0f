"""A file of scripts, loaded into a world and run there: its body, a stored script, the commands of an event."""

from __future__ import annotations

from collections.abc import Mapping

from dns_update.errors import DnsUpdateError, NoAddress, ScriptFailed, UsageError, quoted
from dns_update.routeros import syntax
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.hidden_keys import secrets_in
from dns_update.routeros.machine.failure_texts import ExplainedFailure
from dns_update.routeros.machine.storage import SCHEDULES
from dns_update.routeros.machine.this_machine import Machine
from dns_update.routeros.remarks import NoSuchItem, ScriptError, ScriptSyntaxError
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.values import RouterValue, text_of

_WITHOUT_ADDRESS = ("/ip/address/get", "/ipv6/address/get", "/ip/dhcp-client/get")
_OF_INTERFACES = (*_WITHOUT_ADDRESS, "/interface/get")
_SHOWN_NAMES = 8  # of interfaces in a hint


class RouterSession:
    """Runs what a file has. `values` are the global variables, kept by the caller; `file` is named in errors.

    Each run raises UsageError for a script that cannot be read, ScriptFailed for one that ends with an error.
    """

    def __init__(self, machine: Machine, values: dict[str, RouterValue], file: str) -> None:
        self.machine = machine
        self.values = values
        self._file = file

    def load(self, text: str) -> None:
        """Run the body of the file, which may store scripts, schedules and hooks."""
        self._run(ScriptSource.of_file(text), "", {})

    def run_stored(self, name: str) -> None:
        """Run a stored script."""
        source = self.machine.script(name)
        if source is None:
            names = ", ".join(self.machine.storage.scripts)
            raise UsageError(
                f"{self._file} has no script {quoted(name)}", hint=f"it has {names}" if names else "it stores no script"
            )
        self._run(source, name, {})

    def run_event(self, commands: RouterValue, entry: str, variables: Mapping[str, RouterValue]) -> None:
        """Run what an event starts: the name of a stored script, or commands. A failure is logged, as on a router.

        `entry` says what started it, e.g. `scheduler:ddns-check`. Does not raise the errors of the script.
        """
        text = text_of(commands).strip()
        source = self.machine.script(text)
        name = text if source is not None else ""
        if source is None:
            source = getattr(commands, "source", None) or ScriptSource.of_file(text_of(commands))
        try:
            self._evaluate(source, name, variables)
        except ScriptSyntaxError as error:
            self._log_failure(entry, name, str(error))
        except ScriptError as error:
            self._log_failure(entry, name, self.machine.without_secrets(str(error)))

    @property
    def stays(self) -> bool:
        """Whether the file has something that starts scripts later: schedules, hooks, netwatch entries."""
        storage = self.machine.storage
        return bool(storage.rows(SCHEDULES)) or bool(storage.hooked())

    def _log_failure(self, entry: str, name: str, text: str) -> None:
        kind, _, of_entry = entry.partition(":")
        add = self.machine.logbook.add
        what = f"script {name}" if name else "script"
        add("script,error", f"executing {what} from {kind} ({of_entry}) failed, please check it manually")
        add("script,error,debug", f"({entry}) {text}")

    def _run(self, source: ScriptSource, name: str, variables: Mapping[str, RouterValue]) -> None:
        try:
            self._evaluate(source, name, variables)
        except ScriptSyntaxError as error:
            place = error.file_place
            text = f"{self._file}:{place.line}: {error.remark.text} (column {place.column})"
            raise UsageError(text, hint=error.hint) from error
        except ScriptError as error:
            raise self._failed(error) from error

    def _evaluate(self, source: ScriptSource, name: str, variables: Mapping[str, RouterValue]) -> None:
        try:
            _KeyedEvaluator(self.machine, self.values).run(source, name=name, variables=variables)
        finally:
            self.machine.tell_left_out()

    def _failed(self, error: ScriptError) -> ScriptFailed:
        command = f" ({error.command})" if error.command else ""
        message = self.machine.without_secrets(error.message) or "the script ended itself with an error"
        cause = error.__cause__
        explained = cause.error if isinstance(cause, ExplainedFailure) else None
        failed = ScriptFailed(f"{self._file}:{error.file_place.line}: {message}{command}", hint=self._hint(error))
        failed.exit_status = _status(error, explained)
        return failed

    def _hint(self, error: ScriptError) -> str:
        if error.command not in _OF_INTERFACES or not isinstance(error.__cause__, NoSuchItem):
            return ""
        menu = self.machine.menu("/interface")
        names = [text_of(row["name"]) for row in menu.rows] if menu is not None else []
        if not names:
            return "there are no interfaces"
        shown = ", ".join([*names[:_SHOWN_NAMES], *(["..."] if len(names) > _SHOWN_NAMES else [])])
        return f"the interfaces are {shown}; map=ROUTER:HERE gives one the router's name"


class _KeyedEvaluator(Evaluator):
    """An evaluator that lets its machine know the keys of each script before it runs."""

    def __init__(self, machine: Machine, values: dict[str, RouterValue]) -> None:
        super().__init__(machine, values)
        self._machine = machine

    def read(self, source: ScriptSource | str) -> syntax.Script:
        """Return a script's syntax tree."""
        script = super().read(source)
        self._machine.hide(secrets_in(script))
        return script


def _status(error: ScriptError, explained: DnsUpdateError | None) -> int:
    """Return the exit status: that of what failed; 3 if there is no address, else 2, because the script is wrong."""
    if explained is not None:
        return explained.exit_status
    return NoAddress.exit_status if error.command in _WITHOUT_ADDRESS else ScriptFailed.exit_status
