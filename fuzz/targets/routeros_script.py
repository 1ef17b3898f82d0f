"""RouterOS scripts: nodes have places in the text, a script runs within its limits, and an import of it is written."""

from __future__ import annotations

import contextlib

from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.plan import Choices
from dns_update.migration.routeros.importer import import_of
from dns_update.routeros.evaluator import Evaluator
from dns_update.routeros.limits import Limits
from dns_update.routeros.parser import parse
from dns_update.routeros.remarks import Failure, ScriptError, ScriptSyntaxError
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.syntax import Node
from dns_update.routeros.values import NOTHING, ItemId
from dns_update.routeros.world import Menu
from fuzz.expect import expect, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.remarks import ScriptRemark
    from dns_update.routeros.values import RouterValue
    from dns_update.routeros.world import MenuCall, UpdateRequest

_LONGEST_IMPORT = 500  # characters: a script runs a dozen times
_CHOICES = Choices({}, "router")
_LIMITS = Limits(steps=300, output=10_000)

SEEDS = (
    b':local ip [/ip address get [find interface=ether1] address]\n:local ip [:pick $ip 0 [:find $ip "/"]];\n',
    b'/tool dns-update name=a zone=b.c \\\n  address=$ip key="a2V5" ttl=5m\n:log info "a $[:len {1;2}] \\24 $(1 + 2)"',
    b':foreach k,v in={"a"=1;2} do={:do {:error $k} on-error={:put $v}} ; :for i from=3 to=1 do={:put $i}',
    (
        b':global f do={:return ($1 . "x" ~ "^a+(b|[c-d])*$")}\n:put [$f a b=1];'
        b":while (false) do={}\n:if (!true) do={} else={}"
    ),
    (
        b'/system script add name=x source={ # {\n:put "}" }\r\nadd name=y source=":put "\\$a"\r\\\n    \\n"\n'
        b'/log print where !a and (b=1 || c~"x")'
    ),
    (
        b':put (1.2.3.4 in 1.2.0.0/16, -5 % 3 << 2 >> 1 ^ 7 & 3 | 1, any $x, ($a->"k"), 00:05:00 + 1w2d)\n'
        b":put (2001:db8::1)"
    ),
)


def check(data: bytes) -> None:
    """Read a script, look at its places, and run it in an empty world."""
    text = text_of(data)
    script = parse(text)
    for node in script.commands:
        _check_places(node, script.source.text)
    lines = text.count("\n") + 1
    for remark in script.remarks:
        expect("a remark is in the text", holds=1 <= remark.place.line <= lines)
        expect("so is its place in the file", holds=remark.file_place.line >= 1 <= remark.file_place.column)
    decoded = script.source.decoded(0, len(script.source.text))
    expect("each decoded character has a place", holds=len(decoded.offsets) == len(decoded.text) + 1)
    expect("places are in order", holds=list(decoded.offsets) == sorted(decoded.offsets))
    with contextlib.suppress(ScriptError, ScriptSyntaxError):
        Evaluator(_Empty(), {}, _LIMITS).run(text)
    if len(text) <= _LONGEST_IMPORT:
        plan = import_of(text).plan
        expect("a plan can be written", holds=bool(toml_from_plan(plan, _CHOICES, origin="a script", key_file="keys")))


def _check_places(command: Node, text: str) -> None:
    left: list[object] = [command]
    while left:
        node = left.pop()
        if isinstance(node, tuple):
            left += node
        elif isinstance(node, Node):
            expect("a node begins in the text", holds=0 <= node.at <= len(text))
            left += [getattr(node, name) for name in type(node).__fields__]


class _Empty:
    """A world with one interface, where time goes on and nothing is sent."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def menu(self, path: str) -> Menu | None:
        row: dict[str, RouterValue] = {
            ".id": ItemId("*1"),
            "name": "ether1",
            "interface": "ether1",
            "address": "::1/64",
        }
        return Menu((row,)) if path in ("/ip/address", "/interface") else None

    def command(self, call: MenuCall) -> RouterValue:
        if call.verb != "add":
            raise Failure(f"bad command name {call.verb}")
        return NOTHING

    def script(self, name: str) -> ScriptSource | None:
        return ScriptSource.of_file(":put x") if name == "x" else None

    def resolve(self, name: str, server: str, kind: str) -> str:
        raise Failure(f"failure: dns name does not exist: {name}{server}{kind}")

    def log(self, topic: str, text: str) -> None:
        expect("a line of the log has a topic", holds=bool(topic) and isinstance(text, str))

    def put(self, text: str) -> None:
        expect("what is printed is text", holds=isinstance(text, str))

    def delay(self, seconds: float) -> None:
        self._now += seconds

    def send(self, request: UpdateRequest) -> None:
        expect("an update has an address", holds=bool(request.address))

    def remark(self, remark: ScriptRemark) -> None:
        expect("a remark has a code", holds=bool(remark.code and remark.text))
