"""Commands of menus: `find`, `get` and `print` over the world's rows, and the few others that are carried out."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.routeros import syntax
from dns_update.routeros.conversions import to_bool, to_number
from dns_update.routeros.operators import equal, truth
from dns_update.routeros.remarks import Failure, NoSuchItem
from dns_update.routeros.syntax import CommandNode, Node, needed
from dns_update.routeros.tool import update_request
from dns_update.routeros.values import NOTHING, Array, ItemId, RouterValue, ScriptText, array_of, is_empty, text_of
from dns_update.routeros.words import LOG_LEVELS, OF_ROOT, SCRIPT_PARAMETERS
from dns_update.routeros.world import ID, Menu, MenuCall, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.evaluator import Evaluator

_LOG = "/log"  # its rows are printed as lines: time, topics, message
_PROPERTY_OF_GET = "value-name"
_ITEM_OF_GET = "number"


def run_menu_command(run: Evaluator, command: CommandNode) -> RouterValue:
    """Carry out a menu's command, or move to the menu; raises Failure, with the command's full name."""
    path = _path(run, command)
    if not command.verb and not command.arguments:
        run.frame.menu = path
        return NOTHING
    outer, run.frame.menu = run.frame.menu, path
    menu = "/" + "/".join(path)
    try:
        return _in_menu(run, command, menu)
    except Failure as failure:
        if failure.place is None:
            failure.command = menu.rstrip("/") + "/" + command.verb
        raise
    finally:
        run.frame.menu = outer


def _path(run: Evaluator, command: CommandNode) -> tuple[str, ...]:
    """Return the menu that a command is of: it may be relative to the current one."""
    is_of_root = not command.path and command.verb in OF_ROOT
    words: list[str] = [] if command.is_absolute or is_of_root else list(run.frame.menu)
    for word in command.path:
        if word == "..":
            del words[-1:]
        else:
            words.append(word)
    is_relative = run.frame.menu and command.path and not command.is_absolute and ".." not in command.path
    if is_relative and run.world.menu("/" + "/".join(words)) is None:
        from_root = "/" + "/".join(command.path)
        if run.world.menu(from_root) is not None or (from_root, command.verb) == ("/tool", "dns-update"):
            return command.path
    return tuple(words)


def _in_menu(run: Evaluator, command: CommandNode, menu: str) -> RouterValue:
    if not command.verb:
        body = next(iter(command.unnamed()), None)
        if not isinstance(body, syntax.Body):
            raise Failure("expected a command")
        return run.run_body(body)
    if (menu, command.verb) == ("/tool", "dns-update"):
        run.world.send(update_request(run, command))
        return NOTHING
    if menu == _LOG and command.verb in LOG_LEVELS:
        return _log(run, command)
    if (menu, command.verb) == ("/system/script", "run"):
        return _run_script(run, command)
    if command.verb in _OVER_ROWS:
        return _OVER_ROWS[command.verb](run, command, menu)
    return _other(run, command, menu)


def _other(run: Evaluator, command: CommandNode, menu: str) -> RouterValue:
    """Have the world carry out a command; `monitor` runs a block with what it has seen as variables."""
    answer = run.world.command(_menu_call(run, command, menu))
    body = command.named("do")
    if command.verb == "monitor" and body is not None and isinstance(answer, Array):
        return run.run_body(body, dict(answer.named))
    return answer


def _log(run: Evaluator, command: CommandNode) -> RouterValue:
    run.write_log(command.verb, text_of(run.given(command, 0, "message")))
    return NOTHING


def _run_script(run: Evaluator, command: CommandNode) -> RouterValue:
    node = needed(command.given(0, "number"), "number")
    name = run.raw_text(node)
    if isinstance(node, syntax.Substitution | syntax.Variable):
        name = _name_of_item(run, run.value(node))
    source = run.world.script(name)
    if source is None:
        raise NoSuchItem
    return run.run_inside(source, name)


def _name_of_item(run: Evaluator, item: RouterValue) -> str:
    if isinstance(item, Array | ItemId):
        return text_of(_one_row(run, _rows(run, "/system/script"), item, 0).get("name", NOTHING))
    return text_of(item)


def _menu_call(run: Evaluator, command: CommandNode, menu: str) -> MenuCall:
    named = [(argument.name, _given(run, argument)) for argument in command.arguments if argument.name]
    nodes = command.unnamed()
    if any(isinstance(node, syntax.Substitution) for node in nodes) and run.world.menu(menu) is None:
        # The items of a menu that is not here cannot be found: an export is full of `set [ find default=yes ] ...`.
        nodes = tuple([node for node in nodes if not isinstance(node, syntax.Substitution)])
    unnamed = [run.value(node) for node in nodes]
    place = run.frame.source.file_place(command.at)
    return MenuCall(menu, command.verb, tuple(unnamed), tuple(named), place)


def _given(run: Evaluator, argument: syntax.Argument) -> RouterValue:
    """Return what is given to a parameter; a script with the places of its characters, a bare word as it is written."""
    node = argument.value
    # Without a value there are no quotes, either: `source=` at the end of a line.
    if argument.name in SCRIPT_PARAMETERS and isinstance(node, syntax.Text) and node.end > node.at:
        is_plain = all(isinstance(part, str) for part in node.parts)
        if not is_plain:
            text = f"$ in {argument.name}= is put in now, not when the script runs"
            run.warn("dollar-not-escaped", node.at, text, r"write \$ in a script in quotes")
        if is_plain or run.mends:
            return ScriptText(run.frame.source.decoded(node.at + 1, node.end - 1))
    return node.text if isinstance(node, syntax.Word) else run.value(node)


# Rows


def _rows(run: Evaluator, path: str) -> Menu:
    menu = run.world.menu(path)
    if menu is None:
        raise Failure(f"bad command name {path.rpartition('/')[2]}")
    return menu


def _find(run: Evaluator, command: CommandNode, path: str) -> RouterValue:
    run.look_for(path, _tests(run, command.condition))
    menu = _rows(run, path)
    rows = [row for row in menu.rows if ID in row]  # the properties of a menu without items have none
    return Array(tuple([row[ID] for row in rows if _fits(run, row, command.condition)]))


def _tests(run: Evaluator, condition: Node | None) -> Iterator[tuple[str, str, RouterValue]]:
    """Yield the tests of a condition with their values, however they are joined."""
    match condition:
        case syntax.Test(_, name, operator, value):
            yield name, operator, True if value is None else _value_of_test(run, value)
        case syntax.Infix(_, "&&" | "||", left, right):
            yield from _tests(run, left)
            yield from _tests(run, right)
        case syntax.Prefixed(_, "!", operand):
            yield from _tests(run, operand)


def _fits(run: Evaluator, row: Row, condition: Node | None) -> bool:
    match condition:
        case None:
            return True
        case syntax.Test():
            return _test(run, row, condition)
        case syntax.Infix(_, "&&", left, right):
            return _fits(run, row, left) and _fits(run, row, right)
        case syntax.Infix(_, "||", left, right):
            return _fits(run, row, left) or _fits(run, row, right)
        case syntax.Prefixed(_, "!", operand):
            return not _fits(run, row, operand)
    return truth(run.value(condition))


def _test(run: Evaluator, row: Row, test: syntax.Test) -> bool:
    ours = row.get(test.name, NOTHING)
    if test.value is None:
        return to_bool(ours) is True
    value = _value_of_test(run, test.value)
    if test.operator == "~":
        from dns_update.routeros.regex import matches  # few scripts have one

        return matches(text_of(value), text_of(ours))
    if test.operator in ("=", "!="):
        return equal(ours, value) == (test.operator == "=")
    left, right = to_number(ours), to_number(value)
    if not isinstance(left, int) or not isinstance(right, int):
        return False
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[test.operator]


def _value_of_test(run: Evaluator, node: Node) -> RouterValue:
    return node.text if isinstance(node, syntax.Word) else run.value(node)


def _get(run: Evaluator, command: CommandNode, path: str) -> RouterValue:
    menu = _rows(run, path)
    values = list(command.unnamed())
    if menu.is_single:
        row = menu.rows[0]
    else:
        item = needed(command.named(_ITEM_OF_GET) or (values.pop(0) if values else None), "number")
        value = item.text if isinstance(item, syntax.Word) and not item.text.isdigit() else run.value(item)
        if isinstance(value, str):
            run.look_for(path, [("name", "=", value)])
        elif isinstance(value, int):
            run.look_for(path, [])
        row = _one_row(run, _rows(run, path), value, command.at)
    name = command.named(_PROPERTY_OF_GET) or (values[0] if values else None)
    if name is None:
        return array_of((), dict(row))
    return row.get(run.raw_text(name), NOTHING)


def _one_row(run: Evaluator, menu: Menu, item: RouterValue, at: int) -> Row:
    """Return the row that an ID, a number, a name or the result of `find` means; raises Failure."""
    if isinstance(item, Array):
        if len(item) > 1:
            hint = "give more conditions, or take the first: ([find ...]->0)"
            run.warn("many-addresses", at, f"find gives {len(item)} items where one is needed", hint)
            raise Failure("invalid internal item number")
        item = item.elements()[0] if len(item) else NOTHING
    if is_empty(item):
        raise NoSuchItem
    for index, row in enumerate(menu.rows):
        is_it = equal(row.get(ID, NOTHING), item) or (isinstance(item, int) and index == item)
        if is_it or (not isinstance(item, ItemId) and equal(row.get("name", NOTHING), item)):
            return row
    raise NoSuchItem


def _print(run: Evaluator, command: CommandNode, path: str) -> RouterValue:
    run.look_for(path, _tests(run, command.condition))
    menu = _rows(run, path)
    rows = [row for row in menu.rows if _fits(run, row, command.condition)]
    flags = [node.text for node in command.unnamed() if isinstance(node, syntax.Word)]
    if "count-only" in flags:
        return len(rows)
    if "as-value" in flags:
        return (
            array_of((), dict(rows[0])) if menu.is_single else Array(tuple([array_of((), dict(row)) for row in rows]))
        )
    is_log = path == _LOG
    for row in rows:
        shown = [(name, text_of(value)) for name, value in row.items() if name != ID]
        run.put(" ".join([text if is_log else f"{name}={text}" for name, text in shown]))
    return NOTHING


_OVER_ROWS = {"find": _find, "get": _get, "print": _print}
