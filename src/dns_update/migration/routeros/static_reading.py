"""What is seen of a script without running it: pauses, loops that wait, and where a variable is declared and set."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.routeros import syntax
from dns_update.routeros.scopes import name_of
from dns_update.routeros.syntax import CommandNode, Script
from dns_update.routeros.words import LOG_LEVELS
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.migration.routeros.simulated import SimulatedRouter

_UPDATING = ("dns-update", "run", "execute", "parse", "import")
_LOOPS = ("while", "for", "do")
_TALK = (*LOG_LEVELS, "put", "delay", "if", "get", "len", "pick", "typeof", "tostr")


def say_what_is_not_needed(router: SimulatedRouter, script: Script) -> None:
    """Say of each pause, each loop that waits, and each list that is printed, that it is not moved."""
    waiting: set[int] = set()
    source = script.source
    for command in script.commands:
        if isinstance(command, syntax.CommandNode) and command.verb == "print":
            text = f"/{'/'.join([*command.path, 'print'])} only prints, so it is not moved"
            router.say("info", "no-effect", text, line=source.file_place(command.at).line)
    for command in syntax.commands_in(script.commands):
        line = source.file_place(command.at).line
        if command.is_global and command.verb in _LOOPS and (command.verb != "do" or command.named("while")):
            pauses = [inner for inner in syntax.commands_in(command) if inner is not command and _is_pause(inner)]
            if pauses and not _updates(command):
                waiting.update(pause.at for pause in pauses)
                router.say(
                    "info", "wait-loop", "this waits for an address; the agent learns of it by itself", line=line
                )
        elif _is_pause(command) and command.at not in waiting:
            router.say("info", "delay", "the pause is not moved; the agent needs none", line=line)


def can_update(script: Script) -> bool:
    """Return whether a script has a command that updates a name, or that runs another script.

    In a script that cannot be read, what cannot be read may be such a command.
    """
    if script.errors and "dns-update" in script.source.text:
        return True
    return any(command.verb in _UPDATING for command in syntax.commands_in(script.commands))


def sets_globals(script: Script) -> bool:
    """Return whether a script gives a global variable its value, or runs one that may."""
    return any(command.verb in ("global", "run") for command in syntax.commands_in(script.commands))


def updates_in(script: Script) -> Iterator[CommandNode]:
    """Yield the commands that update a name."""
    return (command for command in syntax.commands_in(script.commands) if command.verb == "dns-update")


def is_talk(tree: object) -> bool:
    """Return whether commands only log, print, wait and read, so that what is sent does not depend on them."""
    if isinstance(tree, tuple):
        return all(map(is_talk, tree))
    if isinstance(tree, syntax.Call) or (isinstance(tree, syntax.CommandNode) and tree.verb not in _TALK):
        return False
    return not isinstance(tree, Value) or all(is_talk(getattr(tree, field)) for field in type(tree).__fields__)


def line_of_local(script: Script, name: str) -> int:
    """Return the line of the file that declares a local variable; 0 if none does."""
    return next(_lines_of(script, ("local",), name, values=0), 0)


def line_of_value(script: Script, name: str) -> int:
    """Return the last line of the file that gives a variable a value, for the first may be a beginning; 0 if none."""
    return max(_lines_of(script, ("set", "global"), name, values=1), default=0)


def _lines_of(script: Script, verbs: tuple[str, ...], name: str, *, values: int) -> Iterator[int]:
    for command in syntax.commands_in(script.commands):
        words = command.unnamed()
        if command.is_global and command.verb in verbs and len(words) > values and name_of(words[0]) == name:
            yield script.source.file_place(command.at).line


def _is_pause(command: CommandNode) -> bool:
    return command.is_global and command.verb == "delay"


def _updates(command: CommandNode) -> bool:
    return any(inner.verb == "dns-update" for inner in syntax.commands_in(command))
