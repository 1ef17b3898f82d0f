"""The commands of the language itself: control, errors, texts, output, variables; the table of all."""

from __future__ import annotations

from collections.abc import Callable

from dns_update.routeros import conversions, syntax
from dns_update.routeros.limits import Returned
from dns_update.routeros.parser import parse
from dns_update.routeros.remarks import Failure, ScriptSyntaxError
from dns_update.routeros.scopes import name_of
from dns_update.routeros.syntax import CommandNode, Node, needed
from dns_update.routeros.text_commands import find, length, pick
from dns_update.routeros.values import (
    NIL,
    NOTHING,
    Array,
    Code,
    Nil,
    RouterValue,
    ScriptText,
    Time,
    is_empty,
    text_of,
    type_of,
)
from dns_update.routeros.words import LOG_LEVELS
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.evaluator import Evaluator

_MOST_RETRIES = 1000


# Control


def _if(run: Evaluator, command: CommandNode) -> RouterValue:
    condition = needed(command.given(0, "condition"), "condition")
    return run.run_body(command.named("do" if run.condition(condition) else "else"))


def _do(run: Evaluator, command: CommandNode) -> RouterValue:
    body = command.given(0, "command")
    condition, handler = command.named("while"), command.named("on-error")
    while True:
        if handler is None:
            value = run.run_body(body)
        else:
            failure = run.caught(body)
            value = NOTHING
            if failure is not None:
                return run.run_body(handler)
        if condition is None or not run.condition(condition):
            return value
        run.usage.step(run.world.now())


def _while(run: Evaluator, command: CommandNode) -> RouterValue:
    condition = needed(command.given(0, "condition"), "condition")
    while run.condition(condition):
        run.usage.step(run.world.now())
        run.run_body(command.named("do"))
    return NOTHING


def _for(run: Evaluator, command: CommandNode) -> RouterValue:
    name = name_of(command.given(0, "counter"))
    begin, end = _number(run, command, "from"), _number(run, command, "to")
    step = _number(run, command, "step") if command.named("step") else 1 if begin <= end else -1
    if not step:
        raise Failure("step must not be 0")
    for count in range(begin, end + (1 if step > 0 else -1), step):
        run.usage.step(run.world.now())
        run.run_body(command.named("do"), {name: count})
    return NOTHING


def _number(run: Evaluator, command: CommandNode, name: str) -> int:
    number = conversions.to_number(run.value(needed(command.named(name), name)))
    if isinstance(number, Nil):
        raise Failure(f"invalid value for argument {name}")
    return number


def _foreach(run: Evaluator, command: CommandNode) -> RouterValue:
    names = name_of(command.given(0, "counter")).split(",")
    value = run.value(needed(command.named("in"), "in"))
    array = value if isinstance(value, Array) else Array() if is_empty(value) else Array((value,))
    for key, element in array.pairs():
        run.usage.step(run.world.now())
        given = {names[0]: key, names[1]: element} if len(names) > 1 else {names[0]: element}
        run.run_body(command.named("do"), given)
    return NOTHING


def _onerror(run: Evaluator, command: CommandNode) -> RouterValue:
    name = name_of(command.given(0, "error"))
    failure = run.caught(command.given(1, "in"))
    if failure is None:
        return False
    run.run_body(command.named("do"), {name: failure.message})
    return True


def _retry(run: Evaluator, command: CommandNode) -> RouterValue:
    tries = _number(run, command, "max") if command.named("max") else 1
    failure: Failure | None = None
    for number in range(min(max(tries, 1), _MOST_RETRIES)):
        if number and (pause := command.named("delay")) is not None:
            _wait(run, _seconds(run.value(pause)))
        failure = run.caught(command.given(0, "command"))
        if failure is None:
            return NOTHING
    handler = command.named("on-error")
    if handler is not None:
        return run.run_body(handler)
    raise failure or Failure("nothing was tried")


def _return(run: Evaluator, command: CommandNode) -> RouterValue:
    node = command.given(0, "value")
    raise Returned(NOTHING if node is None else run.value(node))


def _error(run: Evaluator, command: CommandNode) -> RouterValue:
    node = command.given(0, "message")
    raise Failure("" if node is None else text_of(run.value(node)))


# Texts and conversions


def _pick(run: Evaluator, command: CommandNode) -> RouterValue:
    end = command.given(2, "end")
    _check_cut(run, command, end)
    end_value = NIL if end is None else run.value(end)
    begin = run.given(command, 1, "begin")
    return pick(run.given(command, 0, "input"), begin, end_value, is_one=end is None)


def _check_cut(run: Evaluator, command: CommandNode, end: Node | None) -> None:
    """Warn of `[:pick $x 0 ([:len $x] - 3)]`, which takes a prefix of three characters from an address."""
    match end:
        case syntax.Infix(_, "-", _, syntax.Word(_, "3")):
            hint = '[:pick $x 0 [:find $x "/"]] cuts at the slash'
            run.warn("cut-three", command.at, "cuts three characters, whatever the length of the prefix", hint)


def _find(run: Evaluator, command: CommandNode) -> RouterValue:
    after = command.given(2, "from")
    begin = NIL if after is None else conversions.to_number(run.value(after))
    return find(run.given(command, 0, "in"), run.given(command, 1, "what"), begin)


def _conversion(convert: Callable[[RouterValue], RouterValue]) -> Callable[[Evaluator, CommandNode], RouterValue]:
    return lambda run, command: convert(run.given(command, 0, "value"))


# Output, time, names


def _log(run: Evaluator, command: CommandNode) -> RouterValue:
    level = text_of(run.given(command, 0, "topics"))
    if level not in LOG_LEVELS:
        raise Failure(f"bad command name {level}")
    run.write_log(level, text_of(run.given(command, 1, "message")))
    return NOTHING


def _put(run: Evaluator, command: CommandNode) -> RouterValue:
    value = run.given(command, 0, "message")
    run.put(text_of(value))
    return value


def _delay(run: Evaluator, command: CommandNode) -> RouterValue:
    _wait(run, _seconds(run.given(command, 0, "delay-time")))
    return NOTHING


def _wait(run: Evaluator, seconds: float) -> None:
    run.usage.check_delay(run.world.now(), seconds)
    run.world.delay(seconds)


def _seconds(value: RouterValue) -> float:
    time = value if isinstance(value, Time) else conversions.to_time(value)
    if isinstance(time, Nil) and isinstance(value, str):
        time = conversions.to_time(conversions.value_of_word(value))
    if isinstance(time, Nil) or time.milliseconds < 0:
        raise Failure("invalid value for argument delay-time")
    return time.seconds


def _resolve(run: Evaluator, command: CommandNode) -> RouterValue:
    node = needed(command.given(0, "domain-name") or command.named("name"), "domain-name")
    server = command.named("server") or command.named("dns-server")
    for argument in command.arguments:
        if argument.name in ("name", "dns-server"):
            hint = ":resolve NAME server=ADDRESS"
            run.warn("unknown-parameter", argument.at, f":resolve has no {argument.name}=", hint)
    kind = command.named("type")
    name = run.raw_text(node)
    if not isinstance(conversions.to_address(name), Nil):
        return conversions.to_address(name)
    kind_text = "" if kind is None else run.raw_text(kind)
    try:
        return conversions.to_address(
            run.world.resolve(name, "" if server is None else run.raw_text(server), kind_text)
        )
    except Failure:
        if not run.handlers:
            hint = ":do { ... } on-error={ ... } around it"
            run.warn("uncaught-resolve", command.at, f"{name} cannot be resolved, and nothing catches the error", hint)
        raise


def _jobname(run: Evaluator, _command: CommandNode) -> RouterValue:
    return run.frame.name


def _parse(run: Evaluator, command: CommandNode) -> RouterValue:
    value = run.given(command, 0, "value")
    if isinstance(value, Code):
        return value
    script = parse(value.source if isinstance(value, ScriptText) else text_of(value))
    if script.errors:
        raise Failure(str(ScriptSyntaxError(script.errors[0])))
    return Code(script.commands, script.source)


def _execute(run: Evaluator, command: CommandNode) -> RouterValue:
    value = run.given(command, 0, "script")
    if isinstance(value, Code):
        return run.call(value, "", {})
    source = run.world.script(text_of(value)) or (value.source if isinstance(value, ScriptText) else text_of(value))
    return run.run_inside(source, "")


def _time(run: Evaluator, command: CommandNode) -> RouterValue:
    began = run.world.now()
    run.run_body(command.given(0, "command"))
    return Time(int((run.world.now() - began) * 1000))


# Variables


def _set_local(run: Evaluator, command: CommandNode) -> RouterValue:
    """`:local name value` or `:local name do={}`."""
    run.frame.scope.declare_local(name_of(command.unnamed()[0]), _new_value(run, command))
    return NOTHING


def _set_global(run: Evaluator, command: CommandNode) -> RouterValue:
    """`:global name value`, or `:global name` to make a variable known that has a value already."""
    name = name_of(command.unnamed()[0])
    has_value = len(command.unnamed()) > 1 or command.named("do") is not None
    value = _new_value(run, command)
    run.frame.scope.declare_global(name)
    if has_value:
        run.router_wide[name] = value
    return NOTHING


def _new_value(run: Evaluator, command: CommandNode) -> RouterValue:
    function = command.named("do")
    node = command.given(1, "value")
    return run.value(function) if function is not None else NOTHING if node is None else run.value(node)


def _set_variable(run: Evaluator, command: CommandNode) -> RouterValue:
    """`:set name value`, `:set ($array->key) value`, or `:set name` to remove the value."""
    target, value = command.unnamed()[0], _new_value(run, command)
    name = name_of(target)
    keys: list[RouterValue] = []
    while isinstance(target, syntax.Infix):
        keys.insert(0, run.value(target.right))
        target = target.left
    if keys:
        value = _with_element(run.frame.scope.get(name), keys, value)
    if not run.frame.scope.set(name, value):
        raise Failure(f"syntax error: expected the name of a declared variable, got '{name}'")
    return NOTHING


def _with_element(array: RouterValue, keys: list[RouterValue], element: RouterValue) -> Array:
    whole = array if isinstance(array, Array) else Array()
    inner = _with_element(whole.get(keys[0]), keys[1:], element) if len(keys) > 1 else element
    return whole.with_element(keys[0], inner)


COMMANDS: dict[str, Callable[[Evaluator, CommandNode], RouterValue]] = {
    "delay": _delay,
    "do": _do,
    "error": _error,
    "execute": _execute,
    "find": _find,
    "for": _for,
    "foreach": _foreach,
    "global": _set_global,
    "if": _if,
    "jobname": _jobname,
    "len": _conversion(length),
    "local": _set_local,
    "log": _log,
    "nothing": lambda _run, _command: NIL,
    "onerror": _onerror,
    "parse": _parse,
    "pick": _pick,
    "put": _put,
    "resolve": _resolve,
    "retry": _retry,
    "return": _return,
    "set": _set_variable,
    "time": _time,
    "toarray": _conversion(conversions.to_array),
    "tobool": _conversion(conversions.to_bool),
    "toid": _conversion(conversions.to_id),
    "toip": _conversion(lambda value: conversions.to_address_of(IPV4_OCTETS, value)),
    "toip6": _conversion(lambda value: conversions.to_address_of(IPV6_OCTETS, value)),
    "tonum": _conversion(conversions.to_number),
    "tostr": _conversion(conversions.to_text),
    "totime": _conversion(conversions.to_time),
    "typeof": _conversion(type_of),
    "while": _while,
}
