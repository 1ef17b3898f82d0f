"""Unexpected errors: logged once, kept for `dns-update status`; the agent continues."""

from __future__ import annotations

from dns_update.agent.output.log import ERROR, WARNING, Log


class Bugs:
    """The unexpected errors of this agent; `last` is the text of the last one, None if there was none."""

    def __init__(self, log: Log) -> None:
        """Write the errors to `log`."""
        self.last: str | None = None
        self._log = log

    def note(self, mistake: BaseException, where: str) -> None:
        """Record an error; `where` says what was being done."""
        text = f"{where}: {text_of(mistake)}"
        if not is_of_machine(mistake):
            self.last = text
        self._log.changed((Bugs, where), text, text, WARNING if is_of_machine(mistake) else ERROR)


def text_of(mistake: BaseException) -> str:
    """Return the text of an unexpected error; if it is a bug, with its place in the code."""
    if is_of_machine(mistake):
        return (getattr(mistake, "strerror", None) or str(mistake) or type(mistake).__name__).lower()
    return f"this is a bug in dns-update: {type(mistake).__name__}: {mistake}{_place_of(mistake)}"


def is_of_machine(mistake: BaseException) -> bool:
    """Return whether the machine lacks something, e.g. descriptors or memory; that is not a bug."""
    return isinstance(mistake, OSError | MemoryError)


def _place_of(mistake: BaseException) -> str:
    """Return the file and the line that raised an error."""
    trace = mistake.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" ({trace.tb_frame.f_code.co_filename.rpartition('/')[2]}, line {trace.tb_lineno})"
