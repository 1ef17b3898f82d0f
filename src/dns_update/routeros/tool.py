"""`/tool dns-update` as a script gives it: its parameters checked, and read as they are meant, with a warning."""

from __future__ import annotations

import binascii
import re

from dns_update.routeros.conversions import to_address, to_number, to_prefix, value_of_word
from dns_update.routeros.remarks import Failure
from dns_update.routeros.syntax import CommandNode, Node
from dns_update.routeros.values import Address, Array, Nil, Time, is_empty, text_of, type_of
from dns_update.routeros.world import UpdateRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.evaluator import Evaluator

_PARAMETERS = ("address", "dns-server", "key", "key-name", "name", "ttl", "zone")
SECRET_SOURCES = ("@", "env:", "credential:")
"""How a key begins that is read from elsewhere; no router has that, but a script that was moved may."""
_PARAMETER = re.compile(r"[a-z][a-z0-9-]{0,30}")
"""What looks like the name of a parameter; anything else may be a piece of a secret."""

_LONGEST_TTL = (1 << 32) - 1


def update_request(run: Evaluator, command: CommandNode) -> UpdateRequest:
    """Return what the command gives; raises Failure with the router's text."""
    given: dict[str, Node] = {}
    for argument in command.arguments:
        if argument.name not in _PARAMETERS:
            shown = argument.name if _PARAMETER.fullmatch(argument.name) else "of such a name"
            shown = shown if argument.name else "without a name"
            run.warn("unknown-parameter", argument.at, f"dns-update has no parameter {shown}")
            raise Failure("bad parameter" + f" {argument.name}" * (shown == argument.name))
        given[argument.name] = argument.value
    if "address" not in given:
        raise Failure("missing value(s) of argument(s) address")
    texts = {
        name: run.raw_text(given[name]) if name in given else ""
        for name in _PARAMETERS
        if name not in ("address", "ttl")
    }
    address, ttl = _address(run, given["address"], command.at), _ttl(run, given.get("ttl"))
    _check_server(run, command, texts)
    _check_name(run, command, texts["name"], texts["zone"])
    if texts["key"] and not texts["key"].startswith(SECRET_SOURCES) and not _is_base64(texts["key"]):
        hint = "write the secret of the server's key, in Base64"
        run.warn("key-not-base64", given["key"].at, "the key is not Base64, so its characters are the secret", hint)
    place = run.frame.source.file_place(command.at)
    return UpdateRequest(
        texts["dns-server"], texts["zone"], texts["name"], address, ttl, texts["key-name"], texts["key"], place
    )


def _address(run: Evaluator, node: Node, at: int) -> str:
    value = run.value(node)
    if isinstance(value, Array) and len(value) > 1:
        raise Failure("failure: only one address allowed")
    text = text_of(value)
    prefix = to_prefix(text)
    if not isinstance(prefix, Nil):
        hint = '[:pick $x 0 [:find $x "/"]] takes the address alone'
        run.warn("prefix-not-stripped", at, f"address= gets {text}; a router refuses the prefix", hint)
        text = str(prefix.address)
    address = to_address(text)
    if isinstance(address, Nil):
        raise Failure("invalid value for argument address")
    if not address.is_ipv4:
        run.warn("router-would-refuse", at, "a router takes IPv4 addresses only, for A records")
    return str(address)


def _ttl(run: Evaluator, node: Node | None) -> int | None:
    if node is None:
        return None
    value = run.value(node)
    if isinstance(value, str):
        value = value_of_word(value)
    if is_empty(value):
        return None
    if isinstance(value, Time):
        seconds = round(value.seconds)
        run.warn("ttl-form", node.at, f"a router's ttl= is a number of seconds; {seconds} is sent", f"ttl={seconds}")
        return _checked_ttl(seconds)
    number = to_number(value)
    if isinstance(number, Nil) or type_of(value) != "num":
        raise Failure("invalid value for argument ttl")
    return _checked_ttl(number)


def _checked_ttl(seconds: int) -> int:
    if not 0 <= seconds <= _LONGEST_TTL:
        raise Failure("value of ttl out of range (0..4294967295)")
    return seconds


def _check_server(run: Evaluator, command: CommandNode, texts: dict[str, str]) -> None:
    if not texts["dns-server"] and not texts["zone"]:
        text = "neither dns-server= nor zone= is given, so the update has nowhere to go"
        run.warn("no-server", command.at, text, "give dns-server= and zone=")
    elif texts["dns-server"]:
        address = to_address(texts["dns-server"])
        if not isinstance(address, Address) or not address.is_ipv4:
            run.warn("router-would-refuse", command.at, "a router's dns-server= is an IPv4 address")


def _check_name(run: Evaluator, command: CommandNode, name: str, zone: str) -> None:
    if name.endswith("."):
        run.warn("trailing-dot", command.at, "name= is relative to the zone and has no dot at its end")
        raise Failure("failure: bad name")
    if zone and f".{name}".lower().endswith(f".{zone}".lower().rstrip(".")):
        full = f"{name}.{zone}"
        run.warn(
            "full-name", command.at, f"name= is relative to the zone, so this is {full}", "leave the zone out of name="
        )


def _is_base64(text: str) -> bool:
    try:
        return bool(binascii.a2b_base64(text, strict_mode=True))
    except (ValueError, binascii.Error):
        return False
